"""The texts in the cells of a sheet."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

EMAIL_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
"""Part of an e-mail address, from the last character before its @."""

BARE_URL = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[:/?#]\S*)?")
"""A web address without its scheme, as people write it."""

FORMULA_ERROR = re.compile(r"#(?:[¡¿]?[A-Z0-9/]+[!?]|N/[AD])")
"""As in "#REF!", "#N/A", "#¿NOMBRE?"."""

SHORTENED_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?E[+][0-9]{1,2}")
"""A long number of which a spreadsheet kept the first digits: "6.32E+11"."""

BLANKS = {
    *("-", "--", "–", "—", ".", "?", "n/a", "n.a.", "na", "none", "nil", "null", "unknown", "tbd"),
    *("n/d", "s/d", "ninguna", "ninguno", "no aplica", "desconocido", "sin datos"),
    *("لا يوجد", "غير معروف"),
}
"""What people write into a cell that is empty."""

VALUE_SEPARATORS = re.compile(r"[;|\n]")
CODE_SEPARATORS = re.compile(r"[;|,\n]")


def split_cell(cell: str, between: re.Pattern[str]) -> list[str]:
    """The non-empty parts of a cell, stripped."""
    return [part for part in map(str.strip, between.split(cell)) if part]


def with_https(address: str) -> str:
    """Add the https:// that people leave out."""
    return f"https://{address}" if BARE_URL.fullmatch(address) else address


def is_blank(text: str) -> bool:
    return text.strip().casefold() in BLANKS


def refuse_damaged(value: str) -> None:
    """Raise ValidationError for what a spreadsheet wrote in the place of a value."""
    if FORMULA_ERROR.fullmatch(value):
        raise ValidationError(gettext("This cell shows an error. Mend it, or empty it."))
    if SHORTENED_NUMBER.fullmatch(value):
        raise ValidationError(
            gettext("A spreadsheet has shortened this number. Type all of its digits.")
        )


def require_email_address(value: str) -> None:
    """Raise ValidationError for a text without an e-mail address."""
    if not EMAIL_ADDRESS.search(value):
        raise ValidationError(gettext("This is no e-mail address. Correct it, or leave it out."))


def refuse_email_address(value: str) -> None:
    """Raise ValidationError for a text that would make an e-mail address public."""
    if EMAIL_ADDRESS.search(value):
        raise ValidationError(
            gettext(
                "An e-mail address would become public here. Take it out, or take this column "
                "for contacts, which only representatives read."
            )
        )
