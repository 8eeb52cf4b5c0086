"""Turns the rows of files into changesets.

Every row of a file gets an outcome: created, updated, unchanged, or refused with its row, column,
value and reason. If a row is refused, nothing of the file is stored unless the valid part alone is
requested. The paper's catalogue is loaded by this importer, like any other file.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction

from orgs.changes.changeset import Changeset
from orgs.changes.operations import NewRecord, Operations, ReferenceChange, reserve_ids
from orgs.records.arena import Arena
from orgs.records.record import Kind, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import public_names
from orgs.search.text import normalize_name
from orgs.statements.identifier import Identifier
from orgs.statements.statement import Statement, statement_kinds
from orgs.statements.validation import find_errors, unstorable_text

from .mapping import (
    FileMapping,
    MappingError,
    applies_to,
    field_specs,
    is_untranslated,
    lookups_of,
    matching_rule,
    read_cell,
    reads_column,
    split_values,
    unpivot,
)
from .parsed_file import ParsedFile

CHUNK = 500
"""Statements in one changeset of an import, so that each is accepted quickly."""

NATURAL_KEYS = {
    "source": ("key",),
    "term": ("scheme", "code"),
    "citation": ("source_id", "locator", "as_printed"),
}
"""The fields that identify a row of a reference table."""

TRUE = {"yes", "true", "1", "y", "x"}
FALSE = {"no", "false", "0", "n", ""}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a row.

    `verdict` is created, updated, unchanged, retired, left out (by a rule of the mapping) or
    refused.
    """

    table: str
    row: int
    verdict: str
    column: str = ""
    value: str = ""
    reason: str = ""

    def __str__(self) -> str:
        where = f"{self.table}, row {self.row}"
        if self.verdict == "left out":
            return f"{where}: left out. {self.reason}"
        if self.verdict != "refused":
            return f"{where}: {self.verdict}"
        shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        return f"{where}, column {self.column or '(the row)'}, value {shown!r}: {self.reason}"


@dataclass(slots=True)
class PlannedStatement:
    """A statement that a row makes."""

    table: str
    row: int
    kind: str
    values: dict
    origins: dict[str, tuple[str, str]]
    """For each field: the column it was read from, and the content of the cell."""
    outcome: Outcome | None = None
    replaces: int | None = None
    """The statement that it replaces: of an earlier run, or named by the file."""


class Import:
    """Tables that become changesets under one label.

    With `replace`, statements of an earlier import of this label that these tables no longer make
    are retired; a second run of the same files changes nothing.
    """

    def __init__(self, label: str, author=None, reason: str = "", replace: bool = False) -> None:
        self.label = label
        self.author = author
        self.reason = reason or f"Import {label}."
        self.replace = replace
        self.outcomes: list[Outcome] = []
        self.records: dict[str, NewRecord] = {}
        self.references: list[ReferenceChange] = []
        self._reference_origins: list[tuple[str, int, dict]] = []
        self.planned: dict[str, list[PlannedStatement]] = defaultdict(list)
        self.new_statements: list[PlannedStatement] = []
        self.reference_error: ValidationError | None = None
        self.dropped: dict[str, list[int]] = defaultdict(list)
        self._names_by_lookup: dict[tuple, dict[str, set[str]]] = {}
        self._known_ids: dict[str, dict[str, int]] = {}
        self._seen_keys: set[tuple] = set()
        self._refusals: set[Outcome] = set()
        self._reserved_ids: dict[str, dict[str, int]] = {"record": {}, "source": {}, "term": {}}

    # Reading

    def plan(self, table: ParsedFile, kind: str, mapping: FileMapping) -> None:
        """Read one table and plan what each row adds.

        Tables of records, sources and terms come before those that refer to them.
        """
        for problem in table.row_problems:
            self._refuse(table.name, *problem)
        unreadable = {problem.row for problem in table.row_problems}
        rows = [(number, cells) for number, cells in table.rows if number not in unreadable]
        table = self._apply_leave_out_rules(replace(table, rows=rows), mapping)
        if mapping.long:
            wide, table = table, unpivot(table, mapping)
            filled = {number for number, _ in table.rows}
            empty = [number for number, _ in wide.rows if number not in filled]
            self.outcomes += [Outcome(table.name, number, "unchanged") for number in empty]
        missing = mapping.columns() - set(table.header)
        if missing:
            raise MappingError(
                f"{table.name} has no column {', '.join(sorted(missing))}. It has "
                f"{', '.join(table.header)}."
            )
        rule_columns = {rule["column"] for rule in mapping.leave_out}
        mapped = mapping.columns() | {*mapping.ignore, *mapping.long_columns, *rule_columns}
        unmapped = set(table.header) - mapped
        if unmapped:
            raise MappingError(
                f"Nothing is said about the column {', '.join(sorted(unmapped))} of {table.name}. "
                "Name it in the map, or list it under ignore."
            )
        for statement_kind, _ in mapping.statements:
            self.planned[statement_kind] += []
        if mapping.reference:
            self._reserve_references(table, kind, mapping.reference)
        for start in range(0, len(table.rows), CHUNK):
            rows = table.rows[start : start + CHUNK]
            if mapping.record:
                self._plan_records(table.name, rows, kind, mapping)
            if mapping.reference:
                self._plan_references(table.name, rows, kind, mapping.reference)
            for statement_kind, specs in mapping.statements:
                self._plan_statements(table.name, rows, statement_kind, specs, mapping)
        self._report_rows_without_statements(table, mapping)

    def _apply_leave_out_rules(self, table: ParsedFile, mapping: FileMapping) -> ParsedFile:
        """Drop the rows that a rule of the mapping leaves out, each with an outcome."""
        if missing := {rule["column"] for rule in mapping.leave_out} - set(table.header):
            raise MappingError(
                f"The map leaves out rows by the column {', '.join(sorted(missing))}, which "
                f"{table.name} has not. It has {', '.join(table.header)}."
            )
        rows = []
        for number, cells in table.rows:
            if rule := matching_rule(mapping.leave_out, cells):
                column = rule["column"]
                details = (number, "left out", column, cells[column], rule["because"])
                self.outcomes.append(Outcome(table.name, *details))
            else:
                rows.append((number, cells))
        return ParsedFile(table.name, table.header, rows)

    def _report_rows_without_statements(self, table: ParsedFile, mapping: FileMapping) -> None:
        """Give an outcome to rows of which the mapping makes no statement."""
        if mapping.record or mapping.reference:
            return
        conditions = [specs for _, specs in mapping.statements]
        covered = {
            number
            for number, cells in table.rows
            if any(applies_to(specs, cells) for specs in conditions)
        }
        reason = "The map makes no statement of such a row."
        for number in dict.fromkeys(number for number, _ in table.rows):
            if number not in covered:
                self.outcomes.append(Outcome(table.name, number, "left out", reason=reason))

    def _reserve_references(self, table: ParsedFile, kind: str, specs: dict) -> None:
        """Reserve ids for the sources or terms of a table, so that rows can refer to each other."""
        if kind not in self._reserved_ids:
            return
        parts = {"source": ("key",), "term": ("scheme", "code")}[kind]
        existing = _ids_by_name(kind)
        names = {
            ":".join(read_cell(specs[part], cells)[1] for part in parts if part in specs): None
            for _, cells in table.rows
        }
        new = [
            name for name in names if name not in existing and name not in self._reserved_ids[kind]
        ]
        self._reserved_ids[kind].update(zip(new, reserve_ids(len(new)), strict=True))

    def _plan_records(self, table: str, rows: list, kind: str, mapping: FileMapping) -> None:
        slugs = [read_cell(mapping.record.get("slug", "slug"), cells)[1] for _, cells in rows]
        existing = dict(Record.objects.filter(slug__in=slugs).values_list("slug", "kind"))
        ids = iter(reserve_ids(len(rows)))
        for (number, cells), slug in zip(rows, slugs, strict=True):
            column = mapping.record.get("slug", "slug")
            row_kind = (
                read_cell(mapping.record["kind"], cells)[1] if "kind" in mapping.record else kind
            )
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 120:
                self._refuse(
                    table,
                    number,
                    str(column),
                    slug,
                    "Write small letters, digits and hyphens.",
                )
            elif row_kind not in Kind.values:
                self._refuse(
                    table, number, "kind", row_kind, f"Choose a kind: {', '.join(Kind.values)}."
                )
            elif slug in self.records:
                self._refuse(table, number, str(column), slug, "This slug stands there twice.")
            elif existing.get(slug, row_kind) != row_kind:
                self._refuse(
                    table,
                    number,
                    str(column),
                    slug,
                    f"This slug belongs to a {Kind(existing[slug]).label} already. Choose another.",
                )
            elif slug in existing:
                self.outcomes.append(Outcome(table, number, "unchanged"))
            else:
                pk = next(ids)
                record = Record(id=pk, kind=row_kind, slug=slug)
                self.records[slug] = NewRecord(pk, str(record.key), row_kind, slug)
                self._reserved_ids["record"][slug] = pk
                self.outcomes.append(Outcome(table, number, "created"))

    def _plan_references(self, table: str, rows: list, kind: str, specs: dict) -> None:
        model = REFERENCES[kind]
        parsed = [
            (number, self._reference_row(table, number, model, specs, cells))
            for number, cells in rows
        ]
        keys = NATURAL_KEYS[kind]
        existing = {
            tuple(getattr(instance, key) for key in keys): instance
            for instance in model.objects.filter(
                **{f"{keys[0]}__in": [row[keys[0]] for _, row in parsed if row and keys[0] in row]}
            )
        }
        for (number, row), (_, cells) in zip(parsed, rows, strict=True):
            if row is None:
                continue
            natural_key = tuple(row.get(key) for key in keys)
            instance = existing.get(natural_key)
            if (kind, *natural_key) in self._seen_keys:
                joined_key = ", ".join(map(str, natural_key))
                self._refuse(table, number, keys[-1], joined_key, "This row stands there twice.")
                continue
            self._seen_keys.add((kind, *natural_key))
            if instance is None:
                reserved = self._reserved_ids.get(kind, {}).get(":".join(map(str, natural_key)))
                pk = reserved if reserved is not None else reserve_ids(1)[0]
                operation = ReferenceChange(kind, pk, None, row)
                verdict = "created"
            else:
                # A file that gives a label in one language leaves those in others alone.
                merged = {
                    name: {**getattr(instance, name), **value} if isinstance(value, dict) else value
                    for name, value in row.items()
                }
                changed = {
                    name: value
                    for name, value in merged.items()
                    if getattr(instance, name) != value
                }
                before = {name: getattr(instance, name) for name in changed}
                operation = ReferenceChange(kind, instance.pk, before, changed)
                verdict = "updated" if changed else "unchanged"
            if verdict != "unchanged":
                self.references.append(operation)
                origins = {name: read_cell(spec, cells) for name, spec in specs.items()}
                self._reference_origins.append((table, number, origins))
            self.outcomes.append(Outcome(table, number, verdict))

    def _reference_row(
        self, table: str, number: int, model, specs: dict, cells: dict
    ) -> dict | None:
        row: dict[str, Any] = {}
        for name, spec in specs.items():
            column, value = read_cell(spec, cells)
            base, _, language = name.partition(".")
            try:
                field = model._meta.get_field(base)
            except FieldDoesNotExist:
                raise MappingError(f"A {model._meta.verbose_name} has no {base}.") from None
            try:
                if problem := unstorable_text(value):
                    raise ValidationError(problem)
                if language:
                    row.setdefault(base, {})
                    if value:
                        row[base][language] = value
                elif field.is_relation:
                    row[field.attname] = self._resolve_id(field, value)
                elif isinstance(field, models.JSONField):
                    row[base] = value.split()
                else:
                    row[base] = _parse_value(field, value)
                    field.clean(row[base], None)
            except ValidationError as error:
                self._refuse(table, number, column, value, " ".join(error.messages))
                return None
        return row

    def _plan_statements(
        self, table: str, rows: list, kind: str, specs: dict, mapping: FileMapping
    ) -> None:
        model = statement_kinds()[kind]
        for number, cells in rows:
            if not applies_to(specs, cells):
                continue
            for split in split_values(field_specs(specs), cells):
                statement = self._plan_statement(table, number, model, split, cells, mapping)
                if statement is not None:
                    self.planned[kind].append(statement)

    def _plan_statement(
        self,
        table: str,
        number: int,
        model: type[Statement],
        specs: dict,
        cells: dict,
        mapping: FileMapping,
    ) -> PlannedStatement | None:
        """None if the row makes no such statement or is refused."""
        if mapping.record:
            specs = {"record": mapping.record.get("slug", "slug"), **specs}
            own_specs = [
                spec for name, spec in specs.items() if name != "record" and reads_column(spec)
            ]
            if own_specs and not any(read_cell(spec, cells)[1] for spec in own_specs):
                return None
        # The defaults are shared by all statements of the kind, to save memory.
        defaults, empty_origins = default_values(model)
        values, origins = dict(defaults), dict(empty_origins)
        valid = True
        for field in model.operation_fields():
            if field.name not in specs:
                continue
            spec = specs[field.name]
            value = read_cell(spec, cells)[1]
            origins[field.name] = mapping.origin(spec, cells)
            try:
                if is_untranslated(spec, cells):
                    raise ValidationError(
                        f"The map has no word for this. Add it to the values of the field "
                        f"{field.name}, or correct the row."
                    )
                if lookups := lookups_of(spec):
                    values[field.attname] = self._match_record(field, value, model, lookups)
                elif field.is_relation:
                    values[field.attname] = self._resolve_id(field, value, model)
                else:
                    values[field.attname] = (
                        _parse_value(field, value) if value else _default_value(field)
                    )
            except ValidationError as error:
                self._refuse(table, number, *origins[field.name], " ".join(error.messages))
                valid = False
        return PlannedStatement(table, number, model.code(), values, origins) if valid else None

    def _resolve_id(self, field: models.Field, value: str, model: type | None = None):
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
            return self._lookup_id(
                "term", value, "There is no such term. Add it to the terms first."
            )
        if target is Source:
            return self._lookup_id("source", value, "There is no such source. Add it first.")
        return self._lookup_id("record", value, "There is no such record. Add it first.")

    def _match_record(
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
            slugs_by_name = self._names_by_lookup.get((lookup, kinds))
            if slugs_by_name is None:
                slugs_by_name = self._names_by_lookup[lookup, kinds] = public_slugs_by_name(
                    lookup, kinds
                )
            slugs = slugs_by_name.get(normalize_name(value), set())
            if len(slugs) > 1:
                raise ValidationError(
                    f"Several records are called {value!r}: {', '.join(sorted(slugs))}. Say in the "
                    f"map's values of {field.name} which is meant."
                )
            if slugs:
                return self._lookup_id("record", min(slugs), "")
        raise ValidationError(
            f"No record is called {value!r} (by {' or '.join(lookups)}). Add it first, or say in "
            f"the map's values of {field.name} what the catalogue calls it."
        )

    def _lookup_id(self, table: str, name: str, message: str) -> int:
        reserved = self._reserved_ids[table].get(name)
        if reserved is not None:
            return reserved
        existing = self._known_ids.get(table)
        if existing is None:
            existing = self._known_ids[table] = _ids_by_name(table)
        if name not in existing:
            raise ValidationError(message)
        return existing[name]

    # Comparing with the catalogue

    def finish(self) -> "Import":
        """Validate the planned statements and compare them with the catalogue. Returns itself."""
        new_kinds = {record.id: record.kind for record in self.records.values()}
        for kind in self.planned:
            valid = self._validated(kind, new_kinds)
            self._compare(statement_kinds()[kind], valid)
        return self

    def _validated(self, kind: str, new_kinds: dict[int, str]) -> list[PlannedStatement]:
        valid = []
        statements = self.planned[kind]
        for start in range(0, len(statements), 4 * CHUNK):
            batch = statements[start : start + 4 * CHUNK]
            problems = find_errors(kind, [statement.values for statement in batch], new_kinds)
            for position, statement in enumerate(batch):
                if position not in problems:
                    valid.append(statement)
                for name, sentence in problems.get(position, ()):
                    column, value = statement.origins.get(name, (name, ""))
                    self._refuse(statement.table, statement.row, column, value, sentence)
        return valid

    def _comparable_statements(self, model: type[Statement], records: set[int]) -> models.QuerySet:
        """The current statements with which those about these records are compared."""
        return model.objects.current().filter(
            models.Q(record__in=records)
            | (models.Q(added__label=self.label) if self.replace else models.Q())
        )

    def _compare(self, model: type[Statement], statements: list[PlannedStatement]) -> None:
        """Match the planned statements with the current ones, each at most once."""
        columns = [field.attname for field in model.operation_fields()]
        rows = self._comparable_statements(
            model, {statement.values["record_id"] for statement in statements}
        )
        current: dict[tuple, list[int]] = defaultdict(list)
        earlier: dict[int, tuple] = {}
        for pk, label, *row in rows.values_list("id", "added__label", *columns):
            values = dict(zip(columns, row, strict=True))
            current[_content_key(model, values)].append(pk)
            if self.replace and label == self.label:
                earlier[pk] = _subject_key(model, values)
        new = []
        for statement in statements:
            matches = current.get(_content_key(model, statement.values))
            if matches:
                pk = matches.pop()
                earlier.pop(pk, None)
                if statement.replaces not in (None, pk):
                    self.dropped[model.code()].append(statement.replaces)
                self.outcomes.append(Outcome(statement.table, statement.row, "unchanged"))
            else:
                new.append(statement)
        by_subject: dict[tuple, list[int]] = defaultdict(list)
        for pk, subject in earlier.items():
            by_subject[subject].append(pk)
        for statement in new:
            same_subject = by_subject.get(_subject_key(model, statement.values))
            if statement.replaces is None and same_subject:
                statement.replaces = same_subject.pop()
            verdict = "created" if statement.replaces is None else "updated"
            statement.outcome = Outcome(statement.table, statement.row, verdict)
            self.outcomes.append(statement.outcome)
        self.new_statements += new
        for ids in by_subject.values():
            for pk in ids:
                self.dropped[model.code()].append(pk)
                self.outcomes.append(Outcome(model.code(), pk, "retired"))

    @property
    def retirements(self) -> dict[str, list[int]]:
        """Ids of statements that this import replaces or no longer makes, by kind."""
        retired: dict[str, list[int]] = {kind: list(ids) for kind, ids in self.dropped.items()}
        for statement in self.new_statements:
            if statement.replaces is not None:
                retired.setdefault(statement.kind, []).append(statement.replaces)
        return retired

    # Storing

    def changesets(self) -> list[Changeset]:
        """The changesets that would store this import, in the order of acceptance.

        The first has the sources, the terms, and the records that others refer to, with their
        names. The rest follow in chunks, each record with all its statements. Members of one
        network come together, so that it is analyzed once and not in every proposal. What fits into
        one proposal is one: then no proposal retires a statement whose replacement waits in
        another, and the moderator sees both texts side by side.
        """
        if len(self.new_statements) <= CHUNK:
            return self._in_one_changeset()
        referenced = self._referenced_records()
        first = self._changeset(
            [
                s
                for s in self.new_statements
                if s.kind == "name" and s.values["record_id"] in referenced
            ]
        )
        self._complete(first)
        first.operations.records = [
            record for record in self.records.values() if record.id in referenced
        ]
        order = {kind: index for index, kind in enumerate(statement_kinds())}
        rest = [
            s
            for s in self.new_statements
            if s.kind != "name" or s.values["record_id"] not in referenced
        ]
        joined = {
            statement.values["record_id"]: statement.values["partnership_id"]
            for statement in rest
            if statement.kind == "membership"
        }
        rest.sort(
            key=lambda statement: (
                joined.get(statement.values["record_id"], 0),
                statement.values["record_id"],
                order[statement.kind],
            )
        )
        new = {record.id: record for record in self.records.values() if record.id not in referenced}
        changesets = [first]
        batch: list[PlannedStatement] = []
        for position, statement in enumerate(rest):
            batch.append(statement)
            following = rest[position + 1].values["record_id"] if position + 1 < len(rest) else None
            if following is None or (
                len(batch) >= CHUNK and following != statement.values["record_id"]
            ):
                changesets.append(self._changeset(batch, new))
                batch = []
        if new:
            changesets.append(self._changeset([], new, everything=True))
        return without_empty(changesets)

    def _in_one_changeset(self) -> list[Changeset]:
        """Empty if nothing would change."""
        order = {kind: index for index, kind in enumerate(statement_kinds())}
        changeset = self._changeset(
            sorted(
                self.new_statements,
                key=lambda statement: (statement.values["record_id"], order[statement.kind]),
            )
        )
        self._complete(changeset)
        return without_empty([changeset])

    def _complete(self, changeset: Changeset) -> None:
        """Add all that is no statement: new records, references and retirements."""
        changeset.operations.records = list(self.records.values())
        changeset.operations.references = self.references
        changeset.operations.retires = self.retirements

    def _referenced_records(self) -> set[int]:
        """The new records that other parts of this import refer to."""
        referenced = {change.values.get("published_by_id") for change in self.references}
        kinds = statement_kinds()
        for statement in self.new_statements:
            referenced.add(statement.values["speaker_id"])
            model = kinds[statement.kind]
            if model.object_name:
                referenced.add(statement.values[model.column_of(model.object_name)])
        return {record.id for record in self.records.values()} & referenced

    def _changeset(
        self,
        statements: list[PlannedStatement],
        new: dict[int, NewRecord] | None = None,
        everything: bool = False,
    ) -> Changeset:
        """A proposal with these statements and the new records that they are about.

        Takes the records from `new`; with `everything`, all that are left.
        """
        changeset = Changeset(author=self.author, label=self.label, reason=self.reason)
        new = {} if new is None else new
        about = (
            list(new) if everything else dict.fromkeys(s.values["record_id"] for s in statements)
        )
        changeset.operations.records = [new.pop(pk) for pk in about if pk in new]
        for statement in statements:
            changeset.operations.add(statement.kind, statement.values)
        return changeset

    def dry_run(self) -> None:
        """Try the whole import without storing it, and refuse the rows that the ledger refuses.

        This finds what depends on the whole catalogue: overlapping periods, identifiers in use.
        Raises ValidationError if the records, sources or terms cannot be stored for a reason that
        no single row has.
        """
        if self.refused():
            self._retire_only_replaced()
        changeset = self._changeset([])
        self._complete(changeset)
        try:
            # People who run imports at the command line may read the register.
            refused = changeset.dry_run(self.new_statements, register=True)
        except ValidationError as error:
            self.reference_error = error
            if not self._refuse_references():
                raise
            return
        for statement, sentence in refused:
            self.new_statements = [item for item in self.new_statements if item is not statement]
            self.outcomes = [item for item in self.outcomes if item is not statement.outcome]
            self._refuse(statement.table, statement.row, "", _describe(statement), sentence)
        if refused:
            # Statements that refused rows would have replaced stay, and may conflict with others.
            self.dry_run()

    def _refuse_references(self) -> list[Outcome]:
        """Refuse the sources, terms and citations that cannot be stored; return the outcomes."""
        before = len(self.outcomes)
        for change, (table, number, origins) in zip(
            self.references, self._reference_origins, strict=True
        ):
            try:
                Changeset(operations=Operations(references=[change])).dry_run()
            except ValidationError as error:
                rule = error.code or ""
                matching = (
                    origin
                    for name, origin in origins.items()
                    if name.split(".")[0].rstrip("s") in rule
                )
                column, value = next(matching, ("", str(change.after)[:200]))
                self._refuse(table, number, column, value, " ".join(error.messages))
        return self.outcomes[before:]

    def _retire_only_replaced(self) -> None:
        """Keep statements of an earlier run: a refused row may have meant to repeat them."""
        self.dropped.clear()
        self.outcomes = [outcome for outcome in self.outcomes if outcome.verdict != "retired"]

    def store(self, accept: bool = True, good_part: bool = False) -> list[Changeset]:
        """Propose, and by default accept, the changesets of this import.

        Stores nothing and returns no changesets if a row is refused, unless `good_part` is set;
        then earlier statements are retired only where a valid row replaces them. A run that was
        killed can be repeated: proposing is all or nothing and proposes nothing twice, accepting
        continues where it ended. Raises ValidationError if the valid part cannot be stored because
        of its sources or terms.
        """
        self.dry_run()
        if self.refused() and not good_part:
            return []
        if self.reference_error is not None:
            raise self.reference_error
        changesets = self.changesets()
        if not accept:
            return self._propose(changesets)
        for changeset in changesets:
            # A killed import leaves no proposal behind; the next run finds what is accepted.
            with transaction.atomic():
                changeset.propose().accept(self.author)
        return changesets

    def _propose(self, changesets: list[Changeset]) -> list[Changeset]:
        """Propose all or nothing; return the proposals of an earlier run if they are the same."""
        with transaction.atomic():
            earlier = Changeset.objects.proposed().filter(
                label=self.label, author=self.author, reason=self.reason
            )
            latest = list(earlier.order_by("-id")[: len(changesets)])[::-1]
            if _comparable_operations(latest) == _comparable_operations(changesets):
                return latest
            return [changeset.propose() for changeset in changesets]

    def refused(self) -> list[Outcome]:
        """The outcomes of rows that cannot be stored."""
        return [outcome for outcome in self.outcomes if outcome.verdict == "refused"]

    def tally(self) -> dict[str, int]:
        """The number of rows by verdict."""
        counted = Counter(outcome.verdict for outcome in self.outcomes)
        return {
            verdict: counted[verdict]
            for verdict in ("created", "updated", "unchanged", "retired", "left out", "refused")
        }

    def _refuse(self, table: str, row: int, column: str, value: str, reason: str) -> None:
        """Refuse a row, once for each problem: a wide row may have the same in every column."""
        outcome = Outcome(table, row, "refused", column, value, reason)
        if outcome not in self._refusals:
            self._refusals.add(outcome)
            self.outcomes.append(outcome)


# Reading cells


def _parse_value(field: models.Field, value: str):
    """Convert a cell to the value of a field. Raises ValidationError."""
    if isinstance(field, models.BooleanField):
        if value.casefold() in TRUE:
            return True
        if value.casefold() in FALSE:
            return False
        raise ValidationError("Write yes or no.")
    by_code = {str(code): code for code, _ in field.flatchoices or ()}
    if value in by_code:
        return by_code[value]
    if field.choices:
        by_label = {str(label).casefold(): code for code, label in field.flatchoices}
        code = by_label.get(value.casefold())
        if code is None:
            codes = ", ".join(str(choice) for choice, _ in field.flatchoices)
            raise ValidationError(f"Choose one of {codes}.")
        return code
    typed = field.to_python(value)
    return str(typed) if isinstance(typed, Decimal) else typed


@cache
def default_values(model: type[Statement]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """The values of an empty statement, and the origins of its fields."""
    fields = model.operation_fields()
    values = {
        field.attname: None if field.is_relation else _default_value(field) for field in fields
    }
    return values, {field.name: (field.name, "") for field in fields}


def _default_value(field: models.Field):
    return None if field.null and not field.has_default() else field.get_default()


def _normalize(value: object) -> str:
    return "" if value is None else str(value)


def _normalize_number(value: object) -> str:
    return "" if value is None else format(Decimal(str(value)).normalize(), "f")


def _content_key(model: type[Statement], values: dict) -> tuple:
    """Equal for two statements with the same content."""
    return tuple(
        _normalize_number(values[name]) if is_number else _normalize(values[name])
        for name, is_number in _compared_columns(model).items()
    )


@cache
def _compared_columns(model: type[Statement]) -> dict[str, bool]:
    """The columns of a statement, each with whether it holds a decimal number."""
    return {
        field.attname: isinstance(field, models.DecimalField) for field in model.operation_fields()
    }


def _subject_key(model: type[Statement], values: dict) -> tuple:
    """Equal for a new statement and the one that it replaces.

    The record, the other record and the term, and the coded values.
    """
    return tuple(str(values[name]) for name in _subject_columns(model))


@cache
def _subject_columns(model: type[Statement]) -> tuple[str, ...]:
    named = {"record", model.object_name, model.term_name}
    subject = [
        field.attname
        for field in model.operation_fields()
        if field.name in named or (field in model.own_fields() and field.choices)
    ]
    return (*subject, "source_id", "locator")


def without_empty(changesets: list[Changeset]) -> list[Changeset]:
    """Drop proposals that would change nothing."""
    return [changeset for changeset in changesets if not changeset.is_empty()]


def _comparable_operations(changesets: list[Changeset]) -> list:
    """The operations of proposals, the same in every run of an import.

    New rows get other ids and keys in every run; here they are replaced by the order of creation.
    """
    labels_by_id: dict[int, str] = {}
    for changeset in changesets:
        operations = changeset.operations
        created = [record.id for record in operations.records]
        created += [change.id for change in operations.references if change.creates]
        for pk in created:
            labels_by_id[pk] = f"new {len(labels_by_id)}"

    def normalize(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {name: normalize(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [normalize(inner) for inner in value]
        return labels_by_id.get(value, value) if name == "id" or name.endswith("_id") else value

    contents = [json.loads(json.dumps(changeset.operations.as_json())) for changeset in changesets]
    for content in contents:
        for record in content.get("records", ()):
            del record["key"]
    return normalize(contents)


def _describe(statement: PlannedStatement) -> str:
    return ", ".join(value for _, value in statement.origins.values() if value)[:200]


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
