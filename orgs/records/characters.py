"""Invisible characters in names and texts, and where they are legitimate.

Controls of direction (bidi) can make a text read like another one, and a zero-width character makes
a different name that looks the same. Public fields refuse both, messages drop them; joiners inside
words, emoji and zero-width spaces of scripts that need them are allowed.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

LONGEST_MESSAGE = 2_000
"""Characters of a message at most."""

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls of direction, zero-width characters, and invisible fillers."""

JOINING_SCRIPTS = {
    "ARABIC", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER", "MALAYALAM",
    "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "TIBETAN",
}  # fmt: skip
"""Scripts in which a joiner or non-joiner changes how a word is written."""
UNSPACED_SCRIPTS = {"KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN"}
"""Scripts that separate words by a zero-width space."""

TEXT_ONLY = "\u00ad\u2028\u2029"
"""Soft hyphen, line and paragraph separators: allowed in long texts."""

FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f")
"""The flags of England, Scotland and Wales: a black flag and invisible letters."""

RIGHT_TO_LEFT = ("R", "AL")
DIRECTION_MARKS = "\u061c\u200e\u200f"
"""Marks of direction, which order punctuation next to right-to-left words."""


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The script of a letter or mark, as the first word of its Unicode name."""
    return unicodedata.name(character, "").partition(" ")[0]


def find_misplaced(text: str, long: bool = False) -> Iterator[int]:
    """Yield the positions of invisible characters that do not belong there, in linear time."""
    flags = {position for match in FLAG.finditer(text) for position in range(*match.span())}
    has_right_to_left = long and any(
        char.isalpha() and unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text
    )
    for match in INVISIBLE.finditer(text):
        position, character = match.start(), match[0]
        if (
            position in flags
            or (character in DIRECTION_MARKS and has_right_to_left)
            or (character in TEXT_ONLY and long)
            or _joins(
                character, text[max(position - 1, 0) : position], text[position + 1 : position + 2]
            )
        ):
            continue
        yield position


def _joins(character: str, before: str, after: str) -> bool:
    """Whether a zero-width character belongs between these two."""
    if not before:
        return False
    if character == "\u200b":
        return after != "" and {script_of(before), script_of(after)} <= UNSPACED_SCRIPTS
    if character not in "\u200c\u200d":
        return False
    if script_of(before) in JOINING_SCRIPTS:
        ends_a_syllable = unicodedata.category(before).startswith("M")
        return ends_a_syllable or (after != "" and script_of(after) in JOINING_SCRIPTS)
    emoji = before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk")
    return character == "\u200d" and emoji and unicodedata.category(after or "a") == "So"


def invisible_error(text: str, long: bool = False) -> str:
    """Why a text is refused for an invisible character, as a sentence for people; "" if it is not.

    A `long` text may have soft hyphens, line separators, and marks of direction next to
    right-to-left words.
    """
    for position in find_misplaced(text, long):
        before = "".join(
            char for char in text[max(position - 20, 0) : position] if char.isprintable()
        )
        message = gettext(
            "There is an invisible character here (%(code)s), after “%(before)s”. Delete "
            "it, or type the text again."
        )
        return message % {"code": f"U+{ord(text[position]):04X}", "before": before}
    return ""


def reject_invisible(text: str) -> None:
    """Raise ValidationError for a name or line with misplaced invisible characters."""
    if sentence := invisible_error(text):
        raise ValidationError(sentence)


def reject_invisible_in_text(text: str) -> None:
    """Raise ValidationError for a text with misplaced invisible characters."""
    if sentence := invisible_error(text, long=True):
        raise ValidationError(sentence)


def strip_invisible(text: str) -> str:
    """The text without misplaced invisible characters."""
    misplaced = set(find_misplaced(text, long=True))
    return (
        "".join(char for position, char in enumerate(text) if position not in misplaced)
        if misplaced
        else text
    )


class LineField(forms.CharField):
    """A public line: a name, a reason."""

    default_validators = [reject_invisible]


class TextField(forms.CharField):
    """A public text of several lines."""

    default_validators = [reject_invisible_in_text]


class MessageField(forms.CharField):
    """A text that is not public: invisible characters are dropped."""

    def to_python(self, value: object) -> str | None:
        text = super().to_python(value)
        return strip_invisible(text) if text else text
