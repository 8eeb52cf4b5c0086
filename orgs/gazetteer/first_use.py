"""Makes a place of the gazetteer a record with statements when it is first used."""

from collections.abc import Callable, Iterable
from functools import cache

from django.db import models, transaction

from orgs.changes.changeset import Changeset
from orgs.records.kinds import Kind
from orgs.records.record import FormerSlug, Record
from orgs.sql import execute
from orgs.statements.identifier import Identifier
from orgs.statements.name import Name
from orgs.statements.relation import Relation

from .description import LABEL, Describer, slug_of
from .model import GazetteerPlace, place_key

NamedRecords = list[tuple[str, int]]
"""The names of records, as `place_key` writes them, and their numbers."""


def place_record(place: GazetteerPlace, pk: int | None = None) -> Record:
    """The record of a place. A new one is an accepted change of its own.

    A new record has the number `pk`, if that is given. Its state is made with it.
    """
    with transaction.atomic():
        lock_first_use()
        record = existing_record(place)
        if record is None:
            changeset = Changeset(label=LABEL, reason=f"First use of {place.label}.")
            record = _add(Describer(changeset), place, pk)
            changeset.propose().accept()
        return record


def place_records(places: Iterable[GazetteerPlace]) -> dict[GazetteerPlace, Record]:
    """The records of these places. All new ones, with their states, are one accepted change."""
    records: dict[GazetteerPlace, Record] = {}
    changeset = Changeset(label=LABEL, reason="First use of several places.")
    # Nothing is stored before the end.
    names_in = cache(_names_in)

    def record_of(place: GazetteerPlace) -> Record:
        if place not in records:
            record = existing_record(place, names_in)
            if record is None:
                parent = place.parent
                record = describer.new_record(place, record_of(parent) if parent else None)
            records[place] = record
        return records[place]

    with transaction.atomic():
        lock_first_use()
        describer = Describer(changeset)
        wanted = {place: record_of(place) for place in places}
        if not changeset.is_empty():
            changeset.propose().accept()
    return wanted


def lock_first_use() -> None:
    """Let others wait until the end of the transaction: two who use a place make one record."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended('gazetteer', 0))")


def _add(describer: Describer, place: GazetteerPlace, pk: int | None = None) -> Record:
    area = None
    if parent := place.parent:
        area = existing_record(parent) or _add(describer, parent)
    return describer.new_record(place, area, pk)


def existing_record(
    place: GazetteerPlace, names_in: Callable[[str], NamedRecords] | None = None
) -> Record | None:
    """The record that stands for a place already, of any level; after a merger, the other one.

    `names_in` is `_names_in`, or what remembers its answers.
    """
    record = _by_identifier(place)
    if record is None:
        if place.kind == GazetteerPlace.Kind.CITY:
            record = _city_by_name(place, (names_in or _names_in)(place.country))
        else:
            record = _by_slug(place)
    while record is not None and record.successor is not None:
        record = record.successor
    return record


def _by_identifier(place: GazetteerPlace) -> Record | None:
    """The record that has its code, or else had it."""
    statements = Identifier.objects.filter(
        scheme=place.scheme, value__iexact=place.code, holds=True, record__kind=Kind.PLACE
    )
    latest_first = models.F("retired").desc(nulls_first=True)
    statement = statements.order_by(latest_first).select_related("record").first()
    return statement.record if statement else None


def _by_slug(place: GazetteerPlace) -> Record | None:
    slug = slug_of(place)
    former = FormerSlug.objects.filter(slug=slug).values("record")
    called_so = models.Q(slug=slug) | models.Q(pk__in=former)
    return Record.objects.filter(called_so, kind=Kind.PLACE).first()


def _names_in(country: str) -> NamedRecords:
    """The names of the records in a country that are not known to be a place with a code."""
    record = existing_record(GazetteerPlace.objects.get(code=country))
    inside = Relation.objects.current().filter(
        predicate__code="part_of", object=record, holds=True, record__kind=Kind.PLACE
    )
    # A record with the slug of its code is a state; another place may have a code, too.
    others = Identifier.objects.current().filter(holds=True, record__in=inside.values("record"))
    others = others.filter(
        models.Q(scheme="geonames") | models.Q(record__slug=models.functions.Lower("value"))
    )
    names = Name.objects.current().filter(holds=True, record__in=inside.values("record"))
    names = names.exclude(record__in=others.values("record"))
    return [(place_key(text), pk) for text, pk in names.values_list("text", "record_id")]


def _city_by_name(city: GazetteerPlace, named: NamedRecords) -> Record | None:
    """The one of these records in its country that has its name."""
    records = {pk for name, pk in named if name in city.main_names}
    return Record.objects.get(pk=records.pop()) if len(records) == 1 else None
