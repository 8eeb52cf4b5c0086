"""How the cells of a file name what is in the catalogue, or in the same import."""

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from orgs.changes.operations import reserve_ids
from orgs.gazetteer.finding import AMBIGUOUS
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.records.arena import Arena
from orgs.records.kinds import Kind
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import public_names
from orgs.search.text import normalize_name
from orgs.statements.identifier import Identifier
from orgs.statements.statement import Statement

from .suggestions import did_you_mean, like_names

MAX_SUGGESTED = 200
"""Different cells of one import for which suggestions are looked for."""


class Lookups:
    """The ids of records, sources and terms, those that the import creates included."""

    def __init__(self, places: ProposedPlaces) -> None:
        self.places = places
        self._created: dict[str, dict[str, int]] = {"record": {}, "source": {}, "term": {}}
        self._existing: dict[str, dict[str, int]] = {}
        self._slugs_by_name: dict[tuple, dict[str, set[str]]] = {}
        self._suggested: dict[tuple[str, str], list[str]] = {}

    def reserve(self, table: str, names: Iterable[str]) -> None:
        """Reserve ids for sources or terms, so that rows can refer to each other."""
        existing, created = _ids_by_name(table), self._created[table]
        new = [
            name for name in dict.fromkeys(names) if name not in existing and name not in created
        ]
        created.update(zip(new, reserve_ids(len(new)), strict=True))

    def reserved(self, table: str, name: str) -> int | None:
        return self._created.get(table, {}).get(name)

    def created(self, table: str) -> dict[str, int]:
        """The ids that the import reserves, by name."""
        return self._created[table]

    def add_record(self, slug: str, pk: int) -> None:
        """Let rows refer to a record that the import creates."""
        self._created["record"][slug] = pk

    def find(self, field: models.Field, value: str, model: type | None = None):
        """The id that a cell refers to. Raises ValidationError if it does not exist."""
        if value == "":
            return None
        target = field.related_model
        if target is Arena:
            if value in {"membership", "space", "ngo", "media"}:
                return value
            raise ValidationError("There are four arenas: membership, space, ngo, media.")
        if target is Term:
            scheme = getattr(model, "term_scheme", "") if model is not None else ""
            value = value if ":" in value else f"{scheme}:{value}"
            return self._id_of("term", value, "There is no such term. Add it to the terms first.")
        if target is Source:
            return self._id_of("source", value, "There is no such source. Add it first.")
        if self._is_place(field, model) and not self._has_record(value):
            return self.places.resolve(value)[0]
        return self.record_id(value)

    def match_record(
        self, field: models.Field, value: str, model: type[Statement], lookups: tuple[str, ...]
    ) -> int | None:
        """The id of the record that a cell names by the first lookup with a match.

        Raises ValidationError if none matches, or if several records have the name.
        """
        if value == "":
            return None
        kinds: tuple[str, ...] = tuple(Kind.values)
        if field.name in ("record", model.object_name):
            kinds = model.about_kinds if field.name == "record" else model.object_kinds
        for lookup in lookups:
            if lookup == "name" and self._is_place(field, model):
                try:
                    return self.places.resolve(value)[0]
                except ValidationError as error:
                    if error.code == AMBIGUOUS:
                        raise
            slugs = self.public_slugs(lookup, value, kinds)
            if len(slugs) > 1:
                raise ValidationError(
                    f"Several records are called {value!r}: {', '.join(sorted(slugs))}. Say in the "
                    f"map's values of {field.name} which is meant."
                )
            if slugs:
                return self._id_of("record", min(slugs), "")
        known = (
            name for lookup in lookups for name in self._slugs_by_name.get((lookup, kinds), ())
        )
        suggestion = did_you_mean(self._like(", ".join(lookups), value, known))
        raise ValidationError(
            f"No record is called {value!r} (by {' or '.join(lookups)}). {suggestion}Add it first, "
            f"or say in the map's values of {field.name} what the catalogue calls it."
        )

    def public_slugs(self, lookup: str, value: str, kinds: tuple[str, ...]) -> set[str]:
        """The slugs of the records of these kinds that a lookup finds."""
        if (lookup, kinds) not in self._slugs_by_name:
            self._slugs_by_name[lookup, kinds] = public_slugs_by_name(lookup, kinds)
        return self._slugs_by_name[lookup, kinds].get(normalize_name(value), set())

    def record_id(self, slug: str) -> int:
        """Raises ValidationError if there is no record with this slug."""
        return self._id_of("record", slug, "There is no such record. Add it first.")

    @staticmethod
    def _is_place(field: models.Field, model: type | None) -> bool:
        """Whether a field names a place, and nothing else."""
        kinds = getattr(model, "object_kinds", ())
        return field.name == getattr(model, "object_name", "") and tuple(kinds) == (Kind.PLACE,)

    def _has_record(self, slug: str) -> bool:
        try:
            return bool(self.record_id(slug))
        except ValidationError:
            return False

    def _id_of(self, table: str, name: str, message: str) -> int:
        created = self.reserved(table, name)
        if created is not None:
            return created
        existing = self._existing.get(table)
        if existing is None:
            existing = self._existing[table] = _ids_by_name(table)
        if name not in existing:
            first, _, rest = message.partition(" Add")
            suggestion = did_you_mean(self._suggestions(table, name, existing))
            raise ValidationError(f"{first} {suggestion}Add{rest}")
        return existing[name]

    def _suggestions(self, table: str, name: str, existing: dict[str, int]) -> list[str]:
        """What a cell may have meant: what is called so, or is written nearly so."""
        called: set[str] = set()
        if table == "record":
            called = self.public_slugs("name", name, tuple(Kind.values))
        return sorted(called) or self._like(table, name, [*existing, *self._created[table]])

    def _like(self, lookup: str, name: str, names: Iterable[str]) -> list[str]:
        if (lookup, name) not in self._suggested and len(self._suggested) < MAX_SUGGESTED:
            self._suggested[lookup, name] = like_names(name, names)
        return self._suggested.get((lookup, name), [])


def public_slugs_by_name(lookup: str, kinds: tuple[str, ...]) -> dict[str, set[str]]:
    """The slugs of records of these kinds, by folded name.

    `lookup` is "slug", "name", or a scheme of identifiers. Only public names and identifiers count:
    a row must not reach by name what its readers may not see.
    """
    rows: Iterable[tuple[str, str]]
    if lookup == "slug":
        rows = Record.objects.filter(kind__in=kinds).values_list("slug", "slug")
    elif lookup == "name":
        rows = public_names(*kinds).values_list("text", "record__slug")
    else:
        public = {"tier": Tier.PUBLIC, "source__tier": Tier.PUBLIC, "record__level": Level.LISTED}
        statements = Identifier.objects.current().filter(
            holds=True, record__kind__in=kinds, **public
        )
        rows = statements.filter(scheme__iexact=lookup).values_list("value", "record__slug")
    slugs_by_name: dict[str, set[str]] = defaultdict(set)
    for name, slug in rows:
        slugs_by_name[normalize_name(name)].add(slug)
    return dict(slugs_by_name)


def _ids_by_name(table: str) -> dict[str, int]:
    """Every name that a cell may use for a term, a source or a record."""
    if table == "term":
        return {f"{s}:{c}": i for i, s, c in Term.objects.values_list("id", "scheme", "code")}
    if table == "source":
        return dict(Source.objects.values_list("key", "id"))
    slugs = dict(Record.objects.values_list("slug", "id"))
    return slugs | {str(key): pk for key, pk in Record.objects.values_list("key", "id")}
