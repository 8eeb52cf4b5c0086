"""Languages in the paths of pages: English has no prefix, /es/places/ is the same page in Spanish.

Paths in documents, cards and answers of the API have no prefix: they are the same for all readers.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_from_path

UNPREFIXED = ("/api/", "/static/")
"""Beginnings of paths that never have a prefix."""


def localized(address: str, language: str = "") -> str:
    """The path of a page in a language, by default the active one.

    Takes a path without prefix, with a query or a fragment if there is one; other addresses are
    unchanged.
    """
    language = language or get_language() or settings.LANGUAGE_CODE
    if (
        language == settings.LANGUAGE_CODE
        or not address.startswith("/")
        or address.startswith(UNPREFIXED)
    ):
        return address
    return f"/{language}{address}"


def without_language(path: str) -> str:
    """The path of a page without its language: /places/ for /es/places/."""
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}") if language else path


class LanguageSelect(forms.Select):
    """A select of languages, each named in itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Set the `lang` attribute of the option."""
        option = super().create_option(name, value, *args, **kwargs)
        if value != "und":
            option["attrs"]["lang"] = value
        return option
