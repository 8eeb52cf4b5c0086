"""Dates as people write them in tables and forms, as EDTF: "about 2001", "the 1990s", "5/2001"."""

import datetime
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from .edtf import EDTF_PATTERN

MAX_LENGTH = 60
"""Characters of a date; a longer text is none."""
UNCLEAR_ORDER = "unclear_order"
"""The code of the error about 12/03/2005."""
LANGUAGES = ("en", "es", "ar", "fr", "pt", "de", "it")
"""In which names of months are understood."""

ABOUT = re.compile(
    r"(?:about|around|approx(?:\.|imately)?|circa|ca?\.|ca|hacia|alrededor de|aprox\.|"
    r"aproximadamente|cerca de|vers|environ|um|حوالي|نحو) ?(?P<date>[^ ].*)"
)
ABOUT_AT_END = re.compile(r" ?\(?(?:approx|aprox|تقريبا|تقريبًا)\.?\)?$")
DECADE = re.compile(
    r"(?:the\s+)?(?P<years>[0-9]{3})(?:0['’]?s|x)"
    r"|(?:los\s+)?(?:años|decade of|década de)\s+(?P<decade>[0-9]{3})0"
    r"|(?:los\s+)?años\s+(?P<tens>[3-9])0"
)
DAY_MONTH_YEAR = re.compile(
    r"(?P<day>[0-9]{1,2})[./ -](?P<month>[0-9]{1,2})[./ -](?P<year>[0-9]{4})"
)
YEAR_MONTH_DAY = re.compile(
    r"(?P<year>[0-9]{4})[./](?P<month>[0-9]{1,2})(?:[./](?P<day>[0-9]{1,2}))?"
)
MONTH_YEAR = re.compile(r"(?P<month>[0-9]{1,2})[./](?P<year>[0-9]{4})")
MIDNIGHT = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00(?::00(?:\.0+)?)?")
NAMED_MONTH = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|º|\.)?[ -]+(?:de\s+)?)?"
    r"(?P<month>[^\W\d_]+)\.?(?:[ ,-]+|\s+(?:de|del)\s+)(?P<year>[0-9]{4})"
    r"|(?P<month_first>[^\W\d_]+)\.?\s+(?P<day_after>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?P<year_last>[0-9]{4})"
)
PERIOD = re.compile(
    r"(?:(?:from|de|del)\s+)?(?P<first>[0-9]{4})\s*(?:-|–|—|to|until|a|al|hasta|إلى)\s*(?P<last>[0-9]{4})"
)
SERIAL_NUMBER = re.compile(r"[2-5][0-9]{4}")
"""Days from 1954 to 2064, as spreadsheets store them."""
SERIAL_EPOCH = datetime.date(1899, 12, 30)


def to_edtf(text: str, day_first: bool | None = None) -> str:
    """The EDTF of a date as people write it; a text that is no date stays unchanged.

    `day_first` says how "12/03/2005" is meant. Raises ValidationError, with both dates, if that is
    not known and matters, and for the number of a day, "38423".
    """
    written = _normalize(text)
    if len(written) > MAX_LENGTH:
        return text
    if re.fullmatch(EDTF_PATTERN, written.upper()):
        return written.upper()
    about = ABOUT.fullmatch(written)
    inner = about["date"] if about else ABOUT_AT_END.sub("", written)
    if inner != written:
        edtf = to_edtf(inner, day_first)
        return f"{edtf}~" if _is_point(edtf) else text
    if SERIAL_NUMBER.fullmatch(written):
        day = (SERIAL_EPOCH + datetime.timedelta(int(written))).isoformat()
        raise ValidationError(
            gettext("A spreadsheet counts days like this. Is it %(day)s?"),
            params={"day": day, "suggestions": [day]},
        )
    return _decade(written) or _period(written) or _day(written, day_first) or text


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Whether these dates of one column have the day before the month; None if none of them tells.

    "25/03/2005" tells it for all. None also if they contradict each other.
    """
    orders = set()
    for text in texts:
        match = DAY_MONTH_YEAR.fullmatch(_normalize(text))
        if match is None:
            continue
        first, second = int(match["day"]), int(match["month"])
        if first > 12 >= second:
            orders.add(True)
        elif second > 12 >= first:
            orders.add(False)
    return orders.pop() if len(orders) == 1 else None


def _normalize(text: str) -> str:
    """Lower case, with single spaces and the digits of ASCII."""
    digits = "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text[: 2 * MAX_LENGTH]
    )
    return " ".join(digits.casefold().split())


def _is_point(edtf: str) -> bool:
    return bool(re.fullmatch(EDTF_PATTERN, edtf)) and "/" not in edtf and edtf[-1] not in "?~%"


def _decade(written: str) -> str:
    match = DECADE.fullmatch(written)
    if match is None:
        return ""
    years = match["years"] or match["decade"]
    return f"{years}X" if years else f"19{match['tens']}X"


def _period(written: str) -> str:
    match = PERIOD.fullmatch(written)
    return f"{match['first']}/{match['last']}" if match and match["first"] <= match["last"] else ""


def _day(written: str, day_first: bool | None) -> str:
    """The day, month or year of a point in time; "" if it is none."""
    if match := MIDNIGHT.fullmatch(written):
        return match["day"]
    if match := YEAR_MONTH_DAY.fullmatch(written):
        return _join(match["year"], match["month"], match["day"])
    if match := MONTH_YEAR.fullmatch(written):
        return _join(match["year"], match["month"])
    if match := DAY_MONTH_YEAR.fullmatch(written):
        return _in_order(match["year"], match["day"], match["month"], day_first)
    if match := NAMED_MONTH.fullmatch(written):
        month = _months().get(match["month"] or match["month_first"], "")
        year = match["year"] or match["year_last"]
        return _join(year, month, match["day"] or match["day_after"]) if month else ""
    return ""


def _in_order(year: str, first: str, second: str, day_first: bool | None) -> str:
    """Raises ValidationError if it is not known which is the day."""
    as_day, as_month = _join(year, second, first), _join(year, first, second)
    if not (as_day and as_month) or as_day == as_month:
        return as_day or as_month
    if day_first is None:
        raise ValidationError(
            gettext("This can be two days. Write %(first)s or %(second)s."),
            code=UNCLEAR_ORDER,
            params={"first": as_day, "second": as_month, "suggestions": [as_day, as_month]},
        )
    return as_day if day_first else as_month


def _join(year: str, month: str, day: str | None = None) -> str:
    """An EDTF date; "" for a month or day that does not exist. The database checks the rest."""
    try:
        datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return ""
    return f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")


@cache
def _months() -> dict[str, str]:
    """The numbers of months by their names and abbreviations."""
    months = {"sept": "9", "set": "9"}
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(language).months[context][width].items():
                    months.setdefault(name.casefold().rstrip("."), str(number))
    return months
