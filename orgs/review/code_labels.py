"""What editors read in place of the codes in columns: dates, languages, arenas, identifiers."""

from collections.abc import Callable
from typing import Any

from babel import Locale
from django.db.models import DecimalField, Field
from django.utils.translation import get_language, gettext

from orgs.pages.labels import (
    arena_name,
    code_in_words,
    code_label,
    language_name,
    number,
    part_name,
    reason_name,
    unit_name,
)
from orgs.pages.sentences import IDENTIFIER_SCHEMES, researcher_name
from orgs.records.edtf import date_in_words


def _language(tag: str) -> str:
    return language_name(tag) or gettext("unknown")


def _script(code: str) -> str:
    return Locale.parse(get_language() or "en", sep="-").scripts.get(code, code)


def _scheme(code: str) -> str:
    """The label of a list of terms or of a registry of identifiers."""
    if code in IDENTIFIER_SCHEMES:
        return str(IDENTIFIER_SCHEMES[code])
    label = code_label(code, "scheme")
    return code_in_words(code) if label == code else label


def _by_language(texts: dict[str, str]) -> str:
    return "; ".join(f"{_language(tag)}: {text}" for tag, text in texts.items())


LABELS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("arena", "arena_id"), arena_name),
    **dict.fromkeys(
        ("edtf", "when", "issued", "observed", "embargo_until", "withdrawn_on"),
        lambda date: date_in_words(str(date)),
    ),
    **dict.fromkeys(("labels", "definitions"), _by_language),
    "field": part_name,
    "language": _language,
    "researcher": researcher_name,
    "scheme": _scheme,
    "script": _script,
    "unit": unit_name,
    "withdrawn_reason": reason_name,
}
"""How the values of a column are written, by the name of the column."""


def format_value(name: str, value: Any, column: Field | None = None) -> str:
    """The text of a value that is no other object; "" for no value."""
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return gettext("yes")
    if column is not None and column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if name in LABELS:
        return str(LABELS[name](value))
    if isinstance(column, DecimalField):
        return number(value)
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
