"""What the gazetteer says of a place, as statements of a changeset."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from orgs.changes.changeset import Changeset
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.slugs import (
    permanent_key,
    slugify_name,
    taken_among,
    with_random_suffix,
)
from orgs.statements.identifier import Identifier
from orgs.statements.name import Name, NameKind
from orgs.statements.trait import Trait

from .model import GazetteerPlace, place_key
from .references import References

LABEL = "gazetteer"
"""Of the changes that make places records."""

SHORT_IN_CLDR = ("HK", "MO", "PS")
"""Countries with a short name in CLDR, which the data file has."""


NAMED_BY_CLDR = (GazetteerPlace.Kind.REGION, GazetteerPlace.Kind.COUNTRY)


@dataclass
class Known:
    """What the catalogue states of a place, or stated before."""

    languages: set[str] = field(default_factory=set)
    """The languages in which it has a name."""
    has_type: bool = False
    has_code: bool = False


def known_of(records: Iterable[int]) -> dict[int, Known]:
    """What the catalogue knows of these records.

    What was retired counts, too: an editor had a reason for it.
    """
    known = {pk: Known() for pk in records}
    names = Name.objects.filter(record__in=known)
    for record, language in names.values_list("record_id", "language"):
        known[record].languages.add(language)
    traits = Trait.objects.filter(record__in=known, term__scheme="place_type")
    for record in traits.values_list("record_id", flat=True):
        known[record].has_type = True
    identifiers = Identifier.objects.filter(record__in=known, scheme="iso3166-1")
    for record in identifiers.values_list("record_id", flat=True):
        known[record].has_code = True
    return known


class Describer:
    """Adds records of places, and what the gazetteer says of them, to a changeset."""

    def __init__(self, changeset: Changeset) -> None:
        self.changeset = changeset
        self.references = References(changeset)

    def new_record(
        self, place: GazetteerPlace, parent: Record | None = None, pk: int | None = None
    ) -> Record:
        """A new record of a place in its state or country, with the number `pk` if it is given."""
        slug, key = free_slug_and_key(place)
        record = self.changeset.record(Kind.PLACE, slug, key=key)
        if pk is not None:
            self.changeset.operations.records[-1].id = record.id = pk
        self.describe(place, record, Known())
        if parent is not None:
            part_of = self.references.term("predicate", "part_of")
            self._add(place, record, "relation", predicate=part_of, object=parent)
        return record

    def describe(self, place: GazetteerPlace, record: Record | int, known: Known) -> None:
        """Add names, kind and code, except what is known already."""
        texts = set()
        for language, text in place.translations.items():
            # A country has a name in every language, though it be the same.
            is_new = place.kind in NAMED_BY_CLDR or text not in texts
            if is_new and language not in known.languages:
                texts.add(text)
                name = {"text": text, "language": language, "name_kind": NameKind.TRANSLATION}
                self._add(place, record, "name", **name)
        if not known.has_type:
            term = self.references.term("place_type", place.place_type)
            self._add(place, record, "trait", term=term)
        if not known.has_code:
            self._add(place, record, "identifier", scheme=place.scheme, value=place.code)

    def _add(self, place: GazetteerPlace, record: Record | int, kind: str, **values: Any) -> None:
        key = _source_key(place, values.get("language", ""))
        locator = place.code
        if key == "cldr" and place.code in SHORT_IN_CLDR:
            locator = f"{place.code}, short"
        source = self.references.source(key)
        self.changeset.add(kind, record, source=source, locator=locator, **values)


def _source_key(place: GazetteerPlace, language: str) -> str:
    """The source of a name in a language, or with "" of another statement about a place."""
    if language and place.kind in NAMED_BY_CLDR:
        return "cldr"
    if place.kind == GazetteerPlace.Kind.REGION:
        return "un-m49"
    if language not in ("", "en"):
        return "iso-codes" if place.kind == GazetteerPlace.Kind.STATE else "cldr"
    return "geonames" if place.scheme == "geonames" else "iso-3166"


def slug_of(place: GazetteerPlace) -> str:
    """The slug of a place, the same on every installation.

    `portland` is the largest city of that name, `portland-us-me` another one.
    """
    if place.kind == GazetteerPlace.Kind.COUNTRY or place.scheme == "iso3166-2":
        return place.code.lower()
    slug = slugify_name(place.label)
    if place.kind == GazetteerPlace.Kind.REGION:
        return slug
    cities = GazetteerPlace.objects.filter(names__contains=[place_key(place.label)], kind="city")
    namesakes = [
        city
        for city in cities.order_by("-population", "code")
        if slugify_name(city.label) == slug and city.kind == place.kind
    ]
    # Two letters are the code of a country.
    if len(slug) > 2 and namesakes and namesakes[0] == place:
        return slug
    area = (place.state if "-" in place.state else place.country).lower()
    in_area = [
        city for city in namesakes if (city.state or city.country) == (place.state or place.country)
    ]
    if slug and in_area and in_area[0] == place:
        return f"{slug}-{area}"
    return f"{slug}-{place.code}".strip("-")


def free_slug_and_key(place: GazetteerPlace) -> tuple[str, UUID]:
    """The slug of a place, or another if a record has it, and its permanent key."""
    slug = slug_of(place)
    key = permanent_key(slug)
    longer = f"{slug}-{(place.country or place.code).lower()}"
    taken = taken_among((slug, longer))
    if Record.objects.filter(key=key).exists():
        # Of another record, which every installation has, too.
        taken.add(slug)
        key = permanent_key(longer)
    free = next((candidate for candidate in (slug, longer) if candidate not in taken), "")
    return free or with_random_suffix(longer), key
