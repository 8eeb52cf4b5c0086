"""Finds the record of each row that a map reads, or makes a new one.

A row joins a record that other rows, other lists or people made only if the map says how it finds
records. Without that, a slug that repeats or that belongs to others is refused.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from orgs.changes.operations import NewRecord, RecordChange, json_value, reserve_ids
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import Level, Record
from orgs.records.slugs import permanent_key
from orgs.search.text import normalize_name
from orgs.statements.identifier import ContactKind, LinkKind
from orgs.statements.name import NameKind

from .earlier_runs import EarlierRuns
from .lookups import Lookups
from .mapping import FileMapping, field_specs, read_cell, rows_for, split_values
from .plan import ImportPlan, Outcome
from .sheet_format import Target
from .subjects import (
    Discriminators,
    Subject,
    differing_kind,
    discriminators_of,
    merge_discriminators,
)
from .values import with_https

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG_LENGTH = 120

VALUES = {
    "name": ("name_kind", "text", NameKind.OFFICIAL),
    "identifier": ("scheme", "value", ""),
    "link": ("link_kind", "url", LinkKind.WEBSITE),
    "contact": ("contact_kind", "value", ContactKind.EMAIL),
}
"""The kinds of statement that identify a record: qualifier, value, and default qualifier."""


class RowRefused(Exception):
    """A row without a record. Arguments: column, value, and what to do."""


class RowRecords:
    """The records of the rows of all tables of one import."""

    def __init__(self, plan: ImportPlan, lookups: Lookups, earlier: EarlierRuns) -> None:
        self.plan = plan
        self.lookups = lookups
        self.earlier = earlier
        self._by_value: dict[tuple[str, str], int] = {}
        """The records of rows above, by lookup and folded value."""
        self._discriminators: dict[int, Discriminators] = {}

    def read(
        self, table: str, rows: list[tuple[int, dict]], kind: str, mapping: FileMapping
    ) -> dict[int, int]:
        """The id of the record of each row; rows without one are refused."""
        slugs = [read_cell(mapping.slug_spec, cells)[1] for _, cells in rows]
        existing = {record.slug: record for record in Record.objects.filter(slug__in=slugs)}
        ids = iter(reserve_ids(len(rows)))
        records = {}
        for (number, cells), slug in zip(rows, slugs, strict=True):
            row = RowReader(mapping, cells, kind)
            try:
                pk = self._find(row, slug, existing.get(slug))
                if pk is None:
                    self._check_new(row, slug, existing.get(slug))
                    pk = next(ids)
                    self._add(table, number, Record(id=pk, kind=row.kind, slug=slug))
            except RowRefused as refusal:
                self.plan.refuse(table, number, *refusal.args)
                continue
            if existing.get(slug) and self._is_withdrawn(existing[slug]):
                self._restore(table, number, existing[slug])
            is_new = self.plan.created_by.get(pk) == (table, number)
            if not is_new:
                self.plan.found_rows.add((table, number))
            self.plan.outcomes.append(Outcome(table, number, "created" if is_new else "unchanged"))
            self._note(row, slug, pk)
            records[number] = pk
        return records

    def _find(self, row: "RowReader", slug: str, existing: Record | None) -> int | None:
        """The record that a row finds as the map says, or made in an earlier run of this import.

        Raises RowRefused.
        """
        for lookup in row.mapping.find:
            for column, value in row.lookup_values(lookup, slug):
                pk = self._by_value.get((lookup, normalize_name(value)))
                if pk is None and lookup == "slug":
                    pk = existing.pk if existing and existing.kind == row.kind else None
                elif pk is None:
                    pk = self._find_public(row, lookup, column, value)
                if pk is None:
                    continue
                if lookup == "name":
                    self._refuse_namesake(row, pk, value)
                return pk
        return existing.pk if existing and existing.pk in self.earlier.created_records else None

    def _find_public(self, row: "RowReader", lookup: str, column: str, value: str) -> int | None:
        kinds = ACTOR_KINDS if row.kind in ACTOR_KINDS else (row.kind,)
        slugs = self.lookups.public_slugs(lookup, value, kinds)
        if len(slugs) > 1:
            message = (
                f"Several records have this: {', '.join(sorted(slugs))}. Find them by an "
                "identifier, or leave this row out."
            )
            raise RowRefused(column, value, message)
        return self.lookups.record_id(min(slugs)) if slugs else None

    def _refuse_namesake(self, row: "RowReader", pk: int, name: str) -> None:
        """Raise RowRefused if a row of the same name is probably another organization."""
        given = row.discriminators
        known = self._known_discriminators(pk)
        if kind := differing_kind(known, given):
            column, value = next(
                (column, value)
                for column, target, value in row.values
                if kind in discriminators_of([(target, value)])
            )
            message = (
                f"“{name}” is in the catalogue or in a row above with another value here: "
                f"{', '.join(sorted(known[kind]))}. If they are two, give each a name of its own; "
                "if they are one, leave this cell empty."
            )
            raise RowRefused(column, value, message)

    def _known_discriminators(self, pk: int) -> Discriminators:
        if pk not in self._discriminators:
            entry = Entry.objects.published().filter(pk=pk).first()
            self._discriminators[pk] = Subject.load(entry).discriminators if entry else {}
        return self._discriminators[pk]

    def _check_new(self, row: "RowReader", slug: str, existing: Record | None) -> None:
        """Raise RowRefused if no new record can have this kind and slug."""
        column = row.slug_column
        if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG_LENGTH:
            raise RowRefused(column, slug, "Write small letters, digits and hyphens.")
        if row.kind not in Kind.values:
            raise RowRefused("kind", row.kind, f"Choose a kind: {', '.join(Kind.values)}.")
        if new := self.plan.records.get(slug):
            _table, other_row = self.plan.created_by[new.id]
            message = (
                f"Row {other_row} has this slug as well. If both are about one record, let the map "
                "find it (find under [record]); if not, give each its own."
            )
            raise RowRefused(column, slug, message)
        if existing and existing.kind != row.kind:
            owner = Kind(existing.kind).label
            raise RowRefused(
                column, slug, f"This slug belongs to a {owner} already. Choose another."
            )
        if existing:
            message = (
                "A record that is not of this import has this slug. If the row is about it, write "
                'find = "slug" under [record] of the map; if not, give the slugs a prefix.'
            )
            raise RowRefused(column, slug, message)

    def _add(self, table: str, number: int, record: Record) -> None:
        key = permanent_key(record.slug) if self.plan.permanent_keys else record.key
        self.plan.records[record.slug] = NewRecord(record.pk, str(key), record.kind, record.slug)
        self.plan.created_by[record.pk] = table, number
        self.lookups.add_record(record.slug, record.pk)

    def _is_withdrawn(self, record: Record) -> bool:
        """Whether it was withdrawn when an earlier run of this import was undone."""
        return (
            record.level == Level.WITHDRAWN
            and record.pk in self.earlier.withdrawn_records
            and record.pk not in self.plan.created_by
        )

    def _restore(self, table: str, number: int, record: Record) -> None:
        """List a record again that was withdrawn with an earlier run."""
        self.plan.created_by[record.pk] = table, number
        after = {"level": Level.LISTED.value, "withdrawn_on": None, "withdrawn_reason": ""}
        before = {name: json_value(getattr(record, name)) for name in after}
        self.plan.record_changes.append(RecordChange(record.pk, before, after))

    def _note(self, row: "RowReader", slug: str, pk: int) -> None:
        """Let rows below find this record by what this row says of it."""
        for lookup in row.mapping.find:
            for _, value in row.lookup_values(lookup, slug):
                self._by_value.setdefault((lookup, normalize_name(value)), pk)
        if "name" in row.mapping.find:
            known = self._known_discriminators(pk)
            self._discriminators[pk] = merge_discriminators(known, row.discriminators)


class RowReader:
    """What a row says that identifies its record."""

    def __init__(self, mapping: FileMapping, cells: dict[str, str], kind: str) -> None:
        self.mapping = mapping
        self.cells = cells
        kind_spec = mapping.record.get("kind")
        self.kind = read_cell(kind_spec, cells)[1] if kind_spec else kind

    @property
    def slug_column(self) -> str:
        return read_cell(self.mapping.slug_spec, self.cells)[0] or "slug"

    @cached_property
    def values(self) -> list[tuple[str, Target, str]]:
        """Names, identifiers, links and contacts: column, target and value."""
        return list(self._read_values())

    def _read_values(self) -> Iterator[tuple[str, Target, str]]:
        for kind, specs in self.mapping.statements:
            if kind not in VALUES or "record" in specs:
                continue
            qualifier_field, value_field, default = VALUES[kind]
            for cells in rows_for(specs, self.cells):
                for split in split_values(field_specs(specs), cells):
                    qualifier = read_cell(split.get(qualifier_field, ""), cells)[1] or default
                    column, value = read_cell(split.get(value_field, ""), cells)
                    if value:
                        value = with_https(value) if kind == "link" else value
                        yield column, Target(kind, (str(qualifier),)), value

    def lookup_values(self, lookup: str, slug: str) -> list[tuple[str, str]]:
        """The column and the value of what the row says for a lookup."""
        if lookup == "slug":
            return [(self.slug_column, slug)] if slug else []
        wanted = (
            Target("name", (NameKind.OFFICIAL.value,))
            if lookup == "name"
            else Target("identifier", (lookup,))
        )
        return [(column, value) for column, target, value in self.values if target == wanted]

    @property
    def discriminators(self) -> Discriminators:
        return discriminators_of((target, value) for _, target, value in self.values)
