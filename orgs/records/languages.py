"""Languages of the pages: bare addresses are English, /es/places/ is the same page in Spanish.

Addresses in documents, cards and answers of the API are bare: they are the same for everybody.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_from_path

UNTRANSLATED = ("/api/", "/static/")
"""What begins so is the same in every language."""


def localized(address: str, language: str = "") -> str:
    """Return the address of a page of ours as it is in a language; the present one unless told.

    Takes a bare path, with a query or a fragment if there is one; what is no path of a page comes
    back as it is.
    """
    language = language or get_language() or settings.LANGUAGE_CODE
    if (
        language == settings.LANGUAGE_CODE
        or not address.startswith("/")
        or address.startswith(UNTRANSLATED)
    ):
        return address
    return f"/{language}{address}"


def bare(path: str) -> str:
    """Return the path of a page without its language: that of /es/places/ is /places/."""
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}") if language else path


class Tongues(forms.Select):
    """A select of languages, each named in itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return an option that says in which language it is."""
        option = super().create_option(name, value, *args, **kwargs)
        if value != "und":
            option["attrs"]["lang"] = value
        return option
