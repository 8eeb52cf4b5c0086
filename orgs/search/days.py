"""Days and moments as readers write them in an address."""

from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext


def parse_days(text: str) -> DateRange:
    """Parse the days that a year, month or day covers. Raises ValidationError."""
    problem = ValidationError(gettext("Write a year, month or day: 2010, 2010-10 or 2010-10-08."))
    parts = text.split("-")
    shapes = [4, 2, 2]
    if len(parts) > 3 or any(
        len(part) != size or not (part.isascii() and part.isdigit())
        for part, size in zip(parts, shapes, strict=False)
    ):
        raise problem
    numbers = [int(part) for part in parts]
    try:
        first = date(*[*numbers, 1, 1][:3])
        if len(numbers) == 1:
            last = date(first.year, 12, 31)
        elif len(numbers) == 2:
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            last = date.fromordinal(following.toordinal() - 1)
        else:
            last = first
    except ValueError as error:
        raise problem from error
    return DateRange(first, last, "[]")


def parse_moment(text: str, allow_date: bool = True) -> datetime:
    """Parse a date and time with zone. Raises ValidationError.

    A date without time, if allowed, is the midnight in UTC with which it begins.
    """
    problem = ValidationError(
        gettext("Write a date, or a full date and time with its zone: 2010-10-08T12:00:00Z.")
    )
    try:
        day = parse_date(text) if allow_date else None
        moment = parse_datetime(text) if day is None else datetime.combine(day, time.min, UTC)
        if moment is None or timezone.is_naive(moment):
            raise problem
        # The database knows no zone beyond 15:59 hours from UTC; Python does.
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise problem from error
