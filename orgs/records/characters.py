"""Characters that nobody sees: what they do to a name or a text, and where they are right.

Controls of direction (bidi) can make a text read like another one, and a name with a character of
no width is another name that looks the same. Both are refused, or taken out of what only people
read; joiners inside words, emoji and spaces of no width in scripts that need them stay.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

LONGEST_MESSAGE = 2_000
"""Characters of a message: enough for a question, too few for a document."""

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls of direction, characters without width, and fillers that look like nothing."""

JOINED = {
    "ARABIC", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER", "MALAYALAM",
    "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "TIBETAN",
}  # fmt: skip
"""Scripts in which a joiner or non-joiner changes how a word is written."""
UNSPACED = {"KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN"}
"""Scripts that part words by a space of no width."""

FOR_TEXTS = "\u00ad\u2028\u2029"
"""Where a word may be parted, and ends of lines and paragraphs: right in a long text."""

FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f")
"""The flags of England, Scotland and Wales: a black one, and letters that nobody sees."""

RIGHT_TO_LEFT = ("R", "AL")
MARKS = "\u061c\u200e\u200f"
"""Marks of direction, which order punctuation beside words from right to left."""


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The script of a letter or mark, as the first word of its Unicode name."""
    return unicodedata.name(character, "").partition(" ")[0]


def out_of_place(text: str, long: bool = False) -> Iterator[int]:
    """Give the places of unseen characters that do not belong where they are, in linear time."""
    flags = {place for found in FLAG.finditer(text) for place in range(*found.span())}
    marked = long and any(
        one.isalpha() and unicodedata.bidirectional(one) in RIGHT_TO_LEFT for one in text
    )
    for found in UNSEEN.finditer(text):
        place, character = found.start(), found[0]
        if (
            place in flags
            or (character in MARKS and marked)
            or (character in FOR_TEXTS and long)
            or _joins(character, text[max(place - 1, 0) : place], text[place + 1 : place + 2])
        ):
            continue
        yield place


def _joins(character: str, before: str, after: str) -> bool:
    """Whether a character without width belongs between these two."""
    if not before:
        return False
    if character == "\u200b":
        return after != "" and {script_of(before), script_of(after)} <= UNSPACED
    if character not in "\u200c\u200d":
        return False
    if script_of(before) in JOINED:
        ends_a_syllable = unicodedata.category(before).startswith("M")
        return ends_a_syllable or (after != "" and script_of(after) in JOINED)
    emoji = before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk")
    return character == "\u200d" and emoji and unicodedata.category(after or "a") == "So"


def unseen_in(text: str, long: bool = False) -> str:
    """Why a text cannot stay as it is, as the sentence a person reads; "" if it can.

    A `long` text may have soft hyphens, line separators, and marks of direction beside words from
    right to left.
    """
    for place in out_of_place(text, long):
        before = "".join(one for one in text[max(place - 20, 0) : place] if one.isprintable())
        told = gettext(
            "There is an invisible character here (%(code)s), after “%(before)s”. Delete "
            "it, or type the text again."
        )
        return told % {"code": f"U+{ord(text[place]):04X}", "before": before}
    return ""


def refuse_unseen(text: str) -> None:
    """Raise ValidationError for a name or a line with characters that nobody sees."""
    if sentence := unseen_in(text):
        raise ValidationError(sentence)


def refuse_unseen_in_text(text: str) -> None:
    """Raise ValidationError for a text with characters that nobody sees."""
    if sentence := unseen_in(text, long=True):
        raise ValidationError(sentence)


def without_unseen(text: str) -> str:
    """The text without what nobody sees, for what only people read, so that nothing is refused."""
    wrong = set(out_of_place(text, long=True))
    return "".join(one for place, one in enumerate(text) if place not in wrong) if wrong else text


class LineField(forms.CharField):
    """A line that becomes public: a name, a reason."""

    default_validators = [refuse_unseen]


class TextField(forms.CharField):
    """A text of several lines that becomes public."""

    default_validators = [refuse_unseen_in_text]


class MessageField(forms.CharField):
    """What only people read: nothing is refused for what nobody sees, which is taken out."""

    def to_python(self, value: object) -> str | None:
        """Return the text without what nobody sees."""
        text = super().to_python(value)
        return without_unseen(text) if text else text
