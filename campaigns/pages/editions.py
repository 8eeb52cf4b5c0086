"""Gatherings: whether one was held, and which edition of its series it is, claimed and counted.

The claim of a source ("the 4th", "actually the fifth", Prop 5) is a statement. The count is
computed here, from the documents that pages show. Pages show both: the catalogue may lack editions,
and a source may count differently.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import TextChoices

from orgs.records.edtf import Days, days_by_date
from orgs.statements.existence import Event

EDITION_OF = "edition_of"
"""The relation of an edition to its series."""

PARALLEL_PREDICATES = ("parallel_to", "together_with", "targets")
"""The relations of a gathering to a parallel one (Prop 5)."""

EDITION_MEASURE = "edition"
"""The measure of a figure that says which edition a gathering is."""


class Affairs(TextChoices):
    """Whether a gathering took place."""

    HELD = "held"
    NOT_HELD = "not_held"
    PLANNED = "planned"
    """No source says that it was held."""
    UNKNOWN = "unknown"


class Position(NamedTuple):
    """The lowest and the highest possible number of an edition in its series, by count."""

    low: int
    high: int


class Edition(NamedTuple):
    document: dict
    affairs: Affairs
    days: Days | None
    """When it was held or is planned; None if undated."""
    claimed: list[dict]
    """The figures that say which edition it is. They may contradict each other."""
    counted: Position | None
    """Its number among the known editions that were held; None if it was not held or is undated."""


def affairs_of(document: dict) -> Affairs:
    """A gathering that was only planned is not taken as held.

    A source that says it was held outweighs one that says it was cancelled; pages show both.
    """
    events = {(item["event"], item["holds"]) for item in document["dates"]}
    if (Event.HELD, True) in events:
        return Affairs.HELD
    if (Event.CANCELLED, True) in events or (Event.HELD, False) in events:
        return Affairs.NOT_HELD
    return Affairs.PLANNED if (Event.PLANNED, True) in events else Affairs.UNKNOWN


def series_of(document: dict) -> list[dict]:
    return [
        item
        for item in document["relations"]
        if item["predicate"] == EDITION_OF and item["holds"] and item["object"]
    ]


def editions_of(series: str, documents: Iterable[dict]) -> list[Edition]:
    """The editions of a series in the order of their dates, undated ones last.

    `series` is the id of its document; `documents` include those of its editions. One query: only
    the database parses dates.
    """
    in_series = [
        document
        for document in documents
        if any(item["object"]["id"] == series for item in series_of(document))
    ]
    affairs = {document["id"]: affairs_of(document) for document in in_series}
    days_of_dates = days_by_date(
        item["when"] for document in in_series for item in document["dates"]
    )
    days = {
        document["id"]: _days(document, affairs[document["id"]], days_of_dates)
        for document in in_series
    }
    days_held = {key: days[key] for key, state in affairs.items() if state == Affairs.HELD}
    editions = [
        Edition(
            document,
            affairs[document["id"]],
            days[document["id"]],
            [item for item in document["figures"] if item["measure"] == EDITION_MEASURE],
            position(document["id"], days_held),
        )
        for document in in_series
    ]
    return sorted(editions, key=_sort_key)


def position(key: str, days_held: dict[str, Days | None]) -> Position | None:
    """The position of the edition `key` among those that were held; None if it cannot be counted.

    `days_held` has the days of all editions that were held, by their ids. Editions without a date,
    or with an overlapping one, may be before or after it.
    """
    own_days = days_held.get(key)
    if own_days is None:
        return None
    others = [days for other, days in days_held.items() if other != key]
    before = sum(days is not None and days.last < own_days.first for days in others)
    after = sum(days is not None and days.first > own_days.last for days in others)
    return Position(1 + before, 1 + len(others) - after)


def neighbours(editions: list[Edition], key: str) -> tuple[Edition | None, Edition | None]:
    """The editions before and after the edition `key`, held or planned; only dated ones."""
    dated = [edition for edition in editions if edition.days]
    keys = [edition.document["id"] for edition in dated]
    if key not in keys:
        return None, None
    index = keys.index(key)
    previous = dated[index - 1] if index else None
    return previous, dated[index + 1] if index + 1 < len(dated) else None


def _days(document: dict, affairs: Affairs, days_of_dates: dict[str, Days]) -> Days | None:
    """The first of the stated days on which it was held, or else is planned."""
    event = Event.HELD if affairs == Affairs.HELD else Event.PLANNED
    stated_days = [
        days_of_dates[item["when"]]
        for item in document["dates"]
        if item["event"] == event and item["holds"] and item["when"]
    ]
    return min(stated_days, default=None)


def _sort_key(edition: Edition) -> tuple:
    return (edition.days is None, edition.days or Days(), edition.document["label"])
