"""The order of names in the language of the page.

Close to that of CLDR, in Python: the PostgreSQL of `make run` has no ICU collations.
"""

import unicodedata

from django.utils.translation import get_language_info

from .text import normalize_name

LAST_OF_N = "n~"
"""In Spanish, ñ is a letter between n and o."""


def collation_key(text: str, language: str) -> str:
    """A key whose order by code points is the order of names in a language.

    Case, accents and punctuation do not count, and the script of the language comes first.
    """
    parts = unicodedata.normalize("NFC", text).lower().split("ñ") if language == "es" else [text]
    key = LAST_OF_N.join(map(normalize_name, parts))
    own_script_first = not _is_latin(get_language_info(language)["name_local"])
    return f" {key}" if own_script_first and key and not _is_latin(key) else key


def _is_latin(text: str) -> bool:
    return text[0] < "\u0250"
