"""Gatherings: whether one was held, and which edition of its series it claims to be and is.

What a source claims ("the 4th", "actually the fifth", Prop 5) is a statement; what the record
counts is computed here, from the documents that pages show. Both stand side by side, and neither
corrects the other: the record may lack editions, and whoever claims may count otherwise.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import TextChoices

from campaigns.analysis.facts import Days
from orgs.statements.existence import Event

from .dates import days_by_date

EDITION_OF = "edition_of"
"""The relation of an edition to its series."""

BESIDE = ("parallel_to", "together_with", "targets")
"""The relations of a gathering to the one beside which it stands (Prop 5)."""

ORDINAL = "edition"
"""The measure of a figure that says which edition a gathering is."""


class Affairs(TextChoices):
    """Whether a gathering took place, as far as it is on record."""

    HELD = "held"
    NOT_HELD = "not_held"
    PLANNED = "planned"
    """And nothing says that it was held."""
    UNSAID = "unsaid"


class Position(NamedTuple):
    """The place of an edition in its series by count: from the lowest to the highest possible."""

    low: int
    high: int


class Edition(NamedTuple):
    """An edition of a series, by its document."""

    document: dict
    affairs: Affairs
    days: Days | None
    """When it was held, or shall be; None if nobody dates it."""
    claimed: list[dict]
    """The figures that say which edition it is, each with its speaker; they may be rivals."""
    counted: Position | None
    """Which it is among those on record that were held; None if it was not, or is not dated."""


def affairs_of(document: dict) -> Affairs:
    """Return whether a gathering took place. What was only planned is never taken as held.

    A source that says so outweighs another that says it was cancelled: both sentences are shown.
    """
    events = {(item["event"], item["holds"]) for item in document["dates"]}
    if (Event.HELD, True) in events:
        return Affairs.HELD
    if (Event.CANCELLED, True) in events or (Event.HELD, False) in events:
        return Affairs.NOT_HELD
    return Affairs.PLANNED if (Event.PLANNED, True) in events else Affairs.UNSAID


def series_of(document: dict) -> list[dict]:
    """Return the statements that a gathering is an edition of a series."""
    return [
        item
        for item in document["relations"]
        if item["predicate"] == EDITION_OF and item["holds"] and item["object"]
    ]


def editions_of(series: str, documents: Iterable[dict]) -> list[Edition]:
    """Return the editions of a series in the order of their dates, those without one last.

    Takes the id of the series and documents, among which those of its editions are found. In one
    query, whatever their number: the database is the judge of dates.
    """
    found = [
        document
        for document in documents
        if any(item["object"]["id"] == series for item in series_of(document))
    ]
    affairs = {document["id"]: affairs_of(document) for document in found}
    spans = days_by_date(item["when"] for document in found for item in document["dates"])
    days = {document["id"]: _days(document, affairs[document["id"]], spans) for document in found}
    held = {which: days[which] for which, how in affairs.items() if how == Affairs.HELD}
    editions = [
        Edition(
            document,
            affairs[document["id"]],
            days[document["id"]],
            [item for item in document["figures"] if item["measure"] == ORDINAL],
            position(document["id"], held),
        )
        for document in found
    ]
    return sorted(editions, key=_in_order)


def position(which: str, held: dict[str, Days | None]) -> Position | None:
    """Return which edition one is among those that were held; None if it cannot be counted.

    Takes the days of all that were held, by their ids. Whatever may have been before it or after
    (their dates overlap, or nobody dates it) makes the count uncertain, and both ends are told.
    """
    here = held.get(which)
    if here is None:
        return None
    others = [days for other, days in held.items() if other != which]
    before = sum(days is not None and days.last < here.first for days in others)
    after = sum(days is not None and days.first > here.last for days in others)
    return Position(1 + before, 1 + len(others) - after)


def neighbours(editions: list[Edition], which: str) -> tuple[Edition | None, Edition | None]:
    """Return the editions before and after one in its series, held or planned; None: there is none.

    One without a date has no neighbours, nor is it one.
    """
    dated = [edition for edition in editions if edition.days]
    place = next((at for at, one in enumerate(dated) if one.document["id"] == which), None)
    if place is None:
        return None, None
    before = dated[place - 1] if place else None
    return before, dated[place + 1] if place + 1 < len(dated) else None


def _days(document: dict, affairs: Affairs, spans: dict[str, Days]) -> Days | None:
    """Return the first days that are said for what took place, or else for what was planned."""
    event = Event.HELD if affairs == Affairs.HELD else Event.PLANNED
    said = [
        spans[item["when"]]
        for item in document["dates"]
        if item["event"] == event and item["holds"] and item["when"]
    ]
    return min(said, default=None)


def _in_order(edition: Edition) -> tuple:
    return (edition.days is None, edition.days or Days(), edition.document["label"])
