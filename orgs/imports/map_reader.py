"""Reads the rows of a file by a mapping: the records, references and statements that they make."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from orgs.changes.operations import ReferenceChange, reserve_ids
from orgs.records.reference import REFERENCES
from orgs.records.source import Source
from orgs.records.written_dates import day_comes_first, to_edtf
from orgs.statements.identifier import ContactKind
from orgs.statements.statement import Statement, statement_kinds
from orgs.statements.validation import unstorable_text

from .earlier_runs import EarlierRuns
from .lookups import Lookups
from .mapping import (
    FileMapping,
    MappingError,
    columns_of,
    field_specs,
    is_untranslated,
    lookups_of,
    matching_rule,
    read_cell,
    reads_column,
    rows_for,
    split_values,
    unpivot,
)
from .nested import is_path, root, with_paths
from .parsed_file import ParsedFile
from .plan import (
    CHUNK,
    ImportPlan,
    Outcome,
    PlannedStatement,
    ReportProgress,
    Step,
    default_value,
    default_values,
)
from .proposed_references import ProposedReferences
from .row_records import RowRecords
from .values import require_email_address, with_https

NATURAL_KEYS = {
    "source": ("key",),
    "term": ("scheme", "code"),
    "citation": ("source_id", "locator", "as_printed"),
}
"""The fields that identify a row of a reference table."""

SUPPORTING_FIELDS = {
    *("record", "source", "locator", "note", "language", "confidence", "tier", "preferred"),
    *("voice", "speaker", "speaker_name"),
}
"""Fields that make no statement if they alone are filled."""

TRUE = {"yes", "true", "1", "y", "x"}
FALSE = {"no", "false", "0", "n", ""}


class MapReader:
    """Adds to a plan what the rows of tables make."""

    def __init__(self, plan: ImportPlan, label: str, report_progress: ReportProgress) -> None:
        self.plan = plan
        self.report_progress = report_progress
        self.lookups = Lookups(plan.places)
        self.earlier = EarlierRuns(label)
        self.records = RowRecords(plan, self.lookups, self.earlier)
        self.proposed = ProposedReferences(plan, self.lookups, self.earlier)
        self._seen_keys: set[tuple] = set()
        self._day_first: dict[str, bool | None] = {}
        """For each column of dates, whether the day comes before the month."""

    def read(self, table: ParsedFile, kind: str, mapping: FileMapping) -> None:
        """Read one table.

        Tables of records, sources and terms come before those that refer to them. Raises
        MappingError.
        """
        numbers = {number for number, _ in table.rows}
        numbers |= {problem.row for problem in table.row_problems}
        self.plan.rows |= {(table.name, number): None for number in sorted(numbers)}
        roots = {root(column) for column in mapping.columns() if is_path(column, table.header)}
        table = with_paths(self._without_unreadable_rows(table), mapping.columns())
        table = self._apply_leave_out_rules(table, mapping)
        if mapping.long:
            wide, table = table, unpivot(table, mapping)
            filled = {number for number, _ in table.rows}
            empty = [number for number, _ in wide.rows if number not in filled]
            self.plan.outcomes += [Outcome(table.name, number, "unchanged") for number in empty]
        _check_columns(table, mapping, roots)
        self._day_first = _day_orders(table, mapping)
        for statement_kind, _ in mapping.statements:
            self.plan.planned[statement_kind] += []
        if mapping.reference:
            self._reserve_references(table, kind, mapping.reference)
        for start in range(0, len(table.rows), CHUNK):
            self.report_progress(Step.READING, start / len(table.rows))
            rows = table.rows[start : start + CHUNK]
            records = self.records.read(table.name, rows, kind, mapping) if mapping.record else {}
            if mapping.reference:
                self._plan_references(table.name, rows, kind, mapping.reference)
            for statement_kind, specs in mapping.statements:
                self._plan_statements(table.name, rows, statement_kind, specs, mapping, records)
        self._report_rows_without_statements(table, mapping)

    def _without_unreadable_rows(self, table: ParsedFile) -> ParsedFile:
        for problem in table.row_problems:
            self.plan.refuse(table.name, *problem)
        unreadable = {problem.row for problem in table.row_problems}
        rows = [(number, cells) for number, cells in table.rows if number not in unreadable]
        return ParsedFile(table.name, table.header, rows)

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
                self.plan.outcomes.append(Outcome(table.name, *details))
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
            if any(any(True for _ in rows_for(specs, cells)) for specs in conditions)
        }
        reason = "The map makes no statement of such a row."
        for number in dict.fromkeys(number for number, _ in table.rows):
            if number not in covered:
                self.plan.outcomes.append(Outcome(table.name, number, "left out", reason=reason))

    def _reserve_references(self, table: ParsedFile, kind: str, specs: dict) -> None:
        """Reserve ids for the sources or terms of a table, so that rows can refer to each other."""
        if kind in ("source", "term"):
            self.lookups.reserve(
                kind, (_reserved_name(kind, specs, cells) for _, cells in table.rows)
            )

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
                pk = self.lookups.reserved(kind, _reserved_name(kind, specs, cells))
                if pk is not None:
                    self.plan.created_by.setdefault(pk, (table, number))
                continue
            natural_key = tuple(row.get(key) for key in keys)
            instance = existing.get(natural_key)
            if (kind, *natural_key) in self._seen_keys:
                joined_key = ", ".join(map(str, natural_key))
                self.plan.refuse(
                    table, number, keys[-1], joined_key, "This row stands there twice."
                )
                continue
            self._seen_keys.add((kind, *natural_key))
            if instance is None:
                reserved = self.lookups.reserved(kind, ":".join(map(str, natural_key)))
                pk = reserved if reserved is not None else reserve_ids(1)[0]
                self.plan.created_by[pk] = table, number
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
                if isinstance(instance, Source) and instance.pk in self.earlier.hidden_sources:
                    self.plan.show_again(instance)
            if verdict != "unchanged":
                self.plan.references.append(operation)
                origins = {name: read_cell(spec, cells) for name, spec in specs.items()}
                self.plan.reference_origins[operation.id] = table, number, origins
            self.plan.outcomes.append(Outcome(table, number, verdict))

    def _reference_row(
        self, table: str, number: int, model, specs: dict, cells: dict
    ) -> dict | None:
        """None if a cell is refused."""
        row: dict[str, Any] = {}
        valid = True
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
                    row[field.attname] = self.lookups.find(field, value)
                elif isinstance(field, models.JSONField):
                    row[base] = [with_https(part) for part in value.split()]
                else:
                    row[base] = _parse_value(field, value)
                    field.clean(row[base], None)
            except ValidationError as error:
                self.plan.refuse(table, number, column, value, " ".join(error.messages))
                valid = False
        return row if valid else None

    def _plan_statements(
        self,
        table: str,
        rows: list,
        kind: str,
        specs: dict,
        mapping: FileMapping,
        records: dict[int, int],
    ) -> None:
        """`records` are those of the rows; a row without one, where each has one, is refused."""
        model = statement_kinds()[kind]
        for number, cells in rows:
            if mapping.record and number not in records:
                continue
            for row in rows_for(specs, cells):
                for split in split_values(field_specs(specs), row):
                    statement = self._plan_statement(
                        table, number, model, split, row, mapping, records.get(number)
                    )
                    if statement is not None:
                        self.plan.planned[kind].append(statement)

    def _plan_statement(
        self,
        table: str,
        number: int,
        model: type[Statement],
        specs: dict,
        cells: dict,
        mapping: FileMapping,
        record: int | None,
    ) -> PlannedStatement | None:
        """None if the row makes no such statement."""
        if mapping.record:
            own_specs = [
                spec
                for name, spec in specs.items()
                if name not in SUPPORTING_FIELDS and reads_column(spec)
            ]
            if own_specs and not any(read_cell(spec, cells)[1] for spec in own_specs):
                return None
        # The defaults are shared by all statements of the kind, to save memory.
        defaults, empty_origins = default_values(model)
        values, origins = dict(defaults), dict(empty_origins)
        if mapping.record:
            values["record_id"] = record
            origins["record"] = mapping.origin(mapping.slug_spec, cells)
        if mapping.source and "source" not in specs:
            values["source_id"] = self.proposed.source(mapping.source)
        invalid = set()
        for field in model.operation_fields():
            if field.name not in specs:
                continue
            spec = specs[field.name]
            value = read_cell(spec, cells)[1]
            if field.name == "url":
                value = with_https(value)
            origins[field.name] = mapping.origin(spec, cells)
            try:
                if field.name == "edtf":
                    value = to_edtf(value, self._day_first.get(read_cell(spec, cells)[0]))
                if is_untranslated(spec, cells):
                    raise ValidationError(
                        f"The map has no word for this. Add it to the values of the field "
                        f"{field.name}, or correct the row."
                    )
                if lookups := lookups_of(spec):
                    values[field.attname] = self.lookups.match_record(field, value, model, lookups)
                elif isinstance(spec, dict) and spec.get("propose"):
                    values[field.attname] = self.proposed.find(field, value, model)
                elif field.is_relation:
                    values[field.attname] = self.lookups.find(field, value, model)
                else:
                    values[field.attname] = (
                        _parse_value(field, value) if value else default_value(field)
                    )
                if field.name == "value" and values.get("contact_kind") == ContactKind.EMAIL:
                    require_email_address(value)
            except ValidationError as error:
                self.plan.refuse(table, number, *origins[field.name], " ".join(error.messages))
                values[field.attname] = None
                invalid.add(field.name)
        return PlannedStatement(
            table, number, model.code(), values, origins, invalid=frozenset(invalid)
        )


def _check_columns(table: ParsedFile, mapping: FileMapping, roots: set[str]) -> None:
    """Raise MappingError for columns that the map does not name, or the file does not have.

    `roots` are columns into which the map reads.
    """
    missing = mapping.columns() - set(table.header)
    if missing:
        raise MappingError(
            f"{table.name} has no column {', '.join(sorted(missing))}. It has "
            f"{', '.join(table.header)}."
        )
    rule_columns = {rule["column"] for rule in mapping.leave_out}
    mapped = mapping.columns() | {*mapping.ignore, *mapping.long_columns, *rule_columns, *roots}
    unmapped = set(table.header) - mapped
    if unmapped:
        raise MappingError(
            f"Nothing is said about the column {', '.join(sorted(unmapped))} of {table.name}. "
            "Name it in the map, or list it under ignore."
        )


def _day_orders(table: ParsedFile, mapping: FileMapping) -> dict[str, bool | None]:
    """For each column of dates, whether the day comes before the month; None if unknown."""
    specs = [specs["edtf"] for _, specs in mapping.statements if "edtf" in specs]
    orders: dict[str, bool | None] = {}
    for column in set().union(*map(columns_of, [{"edtf": spec} for spec in specs])):
        dates = (cells[column] for _, cells in table.rows)
        order = day_comes_first(date for date in dates if isinstance(date, str))
        orders[column] = mapping.day_first if order is None else order
    return orders


# Cells


def _reserved_name(kind: str, specs: dict, cells: dict[str, str]) -> str:
    """How other rows refer to the source or term of a row."""
    parts = (read_cell(specs[part], cells)[1] for part in NATURAL_KEYS[kind] if part in specs)
    return ":".join(parts)


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
