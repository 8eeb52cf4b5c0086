"""Dates in EDTF, levels 0 and 1: their form, the days that they cover, and how people read them.

The database parses them (`edtf_range`, in `orgs/migrations/sql`), so that one rule decides what is
a date.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_lazy

from orgs.sql import fetch_rows

_POINT = (
    r"(([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(-([0-9]{2}|XX)(-([0-9]{2}|XX))?)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}(:[0-9]{2})?)?)[?~%]?"
)
EDTF_PATTERN = rf"^({_POINT}|({_POINT}|\.\.)?/({_POINT}|\.\.)?)$"
"""The form of a date, for clients of the API; the day itself may not exist."""

# Days


class Days(NamedTuple):
    """Days from the first to the last, both included."""

    first: date = date.min
    last: date = date.max

    def intersection(self, other: "Days") -> "Days | None":
        both = Days(max(self.first, other.first), min(self.last, other.last))
        return both if both.first <= both.last else None

    def overlaps(self, other: "Days") -> bool:
        return self.first <= other.last and other.first <= self.last


EVER = Days()


@lru_cache(4096)
def days_of(span: Any) -> Days:
    """The days of a database range: its upper bound is exclusive, open bounds are min and max."""
    return Days(span.lower or date.min, span.upper - timedelta(days=1) if span.upper else date.max)


def days_by_date(dates: Iterable[str | None]) -> dict[str, Days]:
    """The days that each EDTF date may cover. One query; none without dates."""
    distinct_dates = {edtf for edtf in dates if edtf}
    if not distinct_dates:
        return {}
    return {
        edtf: days_of(span)
        for edtf, span in fetch_rows(
            "SELECT edtf, edtf_range(edtf) FROM unnest(%s) edtf", [sorted(distinct_dates)]
        )
    }


def last_month(when: str | None) -> tuple[int, int] | None:
    """Year and month in which a date ends. None without a date.

    A year is read as its last month and a decade as its last year.
    """
    last = [part for part in (when or "").split("/") if part.strip(".")][-1:]
    match = re.search(r"([0-9X]{4})(?:-([0-9X]{2}))?", last[0]) if last else None
    if match is None:
        return None
    month = int(match[2]) if (match[2] or "").isdigit() else 12
    return int(match[1].replace("X", "9")), month


# Words


SEASONS = {
    "21": gettext_lazy("spring"),
    "22": gettext_lazy("summer"),
    "23": gettext_lazy("autumn"),
    "24": gettext_lazy("winter"),
}
POINT = re.compile(
    r"(?P<year>\d{2}XX|\d{3}X|\d{4})(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?:T[\d:Z+-]+)?"
)
OPEN = ("", "..")


def date_in_words(edtf: str | None) -> str:
    """Write an EDTF date in words: `2010-10/..` is "since October 2010".

    Supports what the catalogue accepts (levels 0 and 1); other texts stay unchanged, None is "".
    """
    if not edtf:
        return ""
    first, slash, last = edtf.partition("/")
    if not slash:
        return _point(edtf)
    if first in OPEN:
        return gettext("until %(date)s") % {"date": _point(last)}
    if last == "..":
        return gettext("since %(date)s") % {"date": _point(first)}
    if last == "":
        return gettext("from %(date)s, end unknown") % {"date": _point(first)}
    return _interval(first, last)


def _interval(first: str, last: str) -> str:
    """Write a closed interval in words, with a common month only once."""
    start, end = POINT.fullmatch(first), POINT.fullmatch(last)
    if start and end and "X" not in first + last:
        if not start["month"] and not end["month"]:
            return f"{int(start['year'])}–{int(end['year'])}"
        same_month = start["day"] and end["day"] and first[:7] == last[:7]
        if same_month and start["month"] in MONTHS_BY_CODE:
            return gettext("%(first)s–%(date)s") % {
                "first": int(start["day"]),
                "date": _point(last),
            }
    return gettext("%(first)s to %(last)s") % {"first": _point(first), "last": _point(last)}


MONTHS_BY_CODE = {f"{number:02}": name for number, name in MONTHS.items()}


def _point(edtf: str) -> str:
    mark = edtf[-1] if edtf[-1] in "?~%" else ""
    match = POINT.fullmatch(edtf.removesuffix(mark))
    if match is None:
        return edtf
    date = _year(match["year"])
    month = match["month"]
    if month in SEASONS:
        date = gettext("%(season)s %(year)s") % {"season": SEASONS[month], "year": date}
    elif month in MONTHS_BY_CODE:
        date = gettext("%(month)s %(year)s") % {"month": MONTHS_BY_CODE[month], "year": date}
        if match["day"] and match["day"] != "XX":
            date = gettext("%(day)s %(month_and_year)s") % {
                "day": int(match["day"]),
                "month_and_year": date,
            }
    if mark in ("~", "%"):
        date = gettext("about %(date)s") % {"date": date}
    if mark in ("?", "%"):
        date = gettext("%(date)s (uncertain)") % {"date": date}
    return date


def _year(year: str) -> str:
    if year.endswith("XX"):
        return gettext("%(first)s to %(last)s") % {
            "first": int(year.replace("X", "0")),
            "last": int(year.replace("X", "9")),
        }
    if year.endswith("X"):
        return gettext("the %(decade)ss") % {"decade": int(year.replace("X", "0"))}
    return str(int(year))
