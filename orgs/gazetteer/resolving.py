"""Resolves what people type to places: records of the catalogue, or places that become records."""

import uuid
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError

from orgs.changes.operations import NewRecord, Row, reserve_ids
from orgs.projection.entry import Entry
from orgs.records.kinds import Kind
from orgs.records.slugs import with_random_suffix
from orgs.search.resolver import public_names, resolve_record
from orgs.statements.identifier import Identifier

from .description import slug_of
from .finding import MAX_LENGTH, describe, find_all_clear, find_place
from .first_use import existing_record, place_records
from .model import GazetteerPlace, place_key

SCHEMES = ("m49", "iso3166-1", "iso3166-2", "geonames")


def resolve_place(typed: str, countries: Collection[str] = ()) -> Entry | GazetteerPlace:
    """The public record of the place that a name, code or slug means, or the place without one.

    Of several places of a name, one of `countries` is meant. Raises ValidationError with choices or
    suggestions.
    """
    entries = Entry.objects.published().of_kinds(Kind.PLACE)
    if "\x00" not in typed and (entry := entries.filter(slug=typed).first()):
        return entry
    own = _own_place(typed)
    try:
        place = find_place(typed, countries)
    except ValidationError:
        if own is None:
            raise
        return own
    record = existing_record(place) if place else None
    if place and record is None and own is None:
        return place
    # A hidden place is answered as one that does not exist.
    public = entries.filter(pk=record.pk).first() if record else None
    return public or own or entries.get(pk=resolve_record(typed, Kind.PLACE))


def _own_place(typed: str) -> Entry | None:
    """The only record of this name, if it is one that the gazetteer does not have: Asia."""
    key = place_key(typed[:MAX_LENGTH])
    coded = Identifier.objects.current().filter(scheme__in=SCHEMES, holds=True)
    names = public_names(Kind.PLACE).exclude(record__in=coded.values("record"))
    records = {name.record_id for name in names if key and place_key(name.text) == key}
    return Entry.objects.published().get(pk=records.pop()) if len(records) == 1 else None


def with_unclear_name(names: dict[int, str]) -> set[int]:
    """Those of these places, by number, whose names may mean another place."""
    clear = find_all_clear(set(names.values()))
    identifiers = Identifier.objects.current().filter(
        scheme__in=SCHEMES, holds=True, record__in=names
    )
    codes = dict(identifiers.values_list("record_id", "value"))
    return {
        pk
        for pk, name in names.items()
        if name in clear
        and ((place := clear[name]) is None or codes.get(pk, place.code) != place.code)
    }


class ProposedPlaces:
    """The places that a proposal uses.

    A place without a record has a reserved number until `create`, which is called when the proposal
    is submitted, not for a preview.
    """

    def __init__(self) -> None:
        self._resolved: dict[tuple[str, frozenset[str]], tuple[int, str] | ValidationError] = {}
        """The number and slug of the place, or why there is none."""
        self._reserved: dict[GazetteerPlace, int] = {}

    def resolve(self, typed: str, countries: Iterable[str] = ()) -> tuple[int, str]:
        """The number and slug of a place. Raises ValidationError, as `resolve_place`."""
        key = typed, frozenset(countries)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(*key)
        found = self._resolved[key]
        if isinstance(found, ValidationError):
            raise found
        return found

    def _resolve(self, typed: str, countries: Collection[str]) -> tuple[int, str] | ValidationError:
        try:
            found = resolve_place(typed, countries)
        except ValidationError as error:
            return error
        if isinstance(found, Entry):
            return found.pk, found.slug
        if found not in self._reserved:
            self._reserved[found] = reserve_ids(1)[0]
        return self._reserved[found], slug_of(found)

    @property
    def kinds(self) -> dict[int, str]:
        """The kind of each record that is still to be made, for the validation of statements."""
        return dict.fromkeys(self._reserved.values(), Kind.PLACE)

    @property
    def descriptions(self) -> dict[int, str]:
        """What each record that is still to be made will be: "Cebu City, Philippines"."""
        return {pk: describe(place) for place, pk in self._reserved.items()}

    def records(self) -> list[NewRecord]:
        """The records that are still to be made, for a preview or a dry run."""
        return [
            NewRecord(pk, str(uuid.uuid4()), Kind.PLACE, with_random_suffix("place"))
            for pk in self._reserved.values()
        ]

    def used_in(self, rows: Iterable[Row]) -> list[GazetteerPlace]:
        """The places without a record that these statements name."""
        used = {pk for row in rows for name, pk in row.items() if name.endswith("_id")}
        return [place for place, pk in self._reserved.items() if pk in used]

    def create(self, rows: Iterable[Row]) -> None:
        """Make the places of these statements records; write their numbers into the statements."""
        rows = list(rows)
        reserved = {place: self._reserved[place] for place in self.used_in(rows)}
        records = place_records(reserved) if reserved else {}
        numbers = {pk: records[place].pk for place, pk in reserved.items()}
        for row in rows:
            row.update(
                (name, numbers[pk])
                for name, pk in row.items()
                if name.endswith("_id") and pk in numbers
            )
        self._reserved.clear()
        self._resolved.clear()
