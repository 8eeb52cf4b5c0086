"""The texts in the cells of a sheet."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

EMAIL_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
"""Part of an e-mail address, from the last character before its @."""

BARE_URL = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[:/?#]\S*)?")
"""A web address without its scheme, as people write it."""

VALUE_SEPARATORS = re.compile(r"[;|\n]")
CODE_SEPARATORS = re.compile(r"[;|,\n]")


def split_cell(cell: str, between: re.Pattern[str]) -> list[str]:
    """The non-empty parts of a cell, stripped."""
    return [part for part in map(str.strip, between.split(cell)) if part]


def with_https(address: str) -> str:
    """Add the https:// that people leave out."""
    return f"https://{address}" if BARE_URL.fullmatch(address) else address


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
