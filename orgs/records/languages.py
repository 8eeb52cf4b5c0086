"""Languages in the paths of pages: English has no prefix, /es/places/ is the same page in Spanish.

Paths in documents, cards and answers of the API have no prefix: they are the same for all readers.
"""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_from_path

LANGUAGE_TAG = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
UNPREFIXED = ("/api/", "/static/")
"""Beginnings of paths that never have a prefix."""
LANGUAGES = {
    "en": "English", "es": "Español", "ar": "العربية", "fr": "Français", "pt": "Português",
    "am": "አማርኛ", "bn": "বাংলা", "ceb": "Cebuano", "de": "Deutsch", "fa": "فارسی",
    "hi": "हिन्दी", "ht": "Kreyòl ayisyen", "id": "Bahasa Indonesia", "it": "Italiano",
    "ja": "日本語", "kea": "Kriolu", "km": "ខ្មែរ", "ko": "한국어", "mix": "Tu’un savi",
    "ms": "Bahasa Melayu", "my": "မြန်မာ", "nah": "Nāhuatl", "ne": "नेपाली", "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski", "qu": "Runasimi", "quc": "K’iche’", "ro": "Română", "ru": "Русский",
    "si": "සිංහල", "so": "Soomaali", "sw": "Kiswahili", "ta": "தமிழ்", "th": "ไทย",
    "ti": "ትግርኛ", "tl": "Tagalog", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
    "vi": "Tiếng Việt", "zap": "Diidxazá", "zh-Hans": "简体中文", "zh-Hant": "繁體中文",
}  # fmt: skip
"""Languages that forms offer, each by its own name; Django knows only some of these names."""


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


def is_language_tag(text: str) -> bool:
    """Whether a text is built like a BCP-47 tag: es, zh-Hant."""
    return LANGUAGE_TAG.fullmatch(text) is not None


class LanguageSelect(forms.Select):
    """A select of languages, each named in itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Set the `lang` attribute of the option."""
        option = super().create_option(name, value, *args, **kwargs)
        if value != "und":
            option["attrs"]["lang"] = value
        return option
