"""What the rows of files would change, and what became of each row."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

from orgs.changes.changeset import Changeset
from orgs.changes.operations import (
    NewRecord,
    Operations,
    RecordChange,
    ReferenceChange,
    TierChange,
)
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.records.source import Source, Tier
from orgs.statements.statement import Statement

from .parsed_file import FileProblem

CHUNK = 500
"""Statements in one changeset of an import, so that each is accepted quickly; rows in one query."""

Cell = tuple[str, str]
"""The heading of a column, and the content of a cell in it."""

RowKey = tuple[str, int]
"""The table of a row and its number."""


class Step(IntEnum):
    """What an import is doing, for its progress."""

    READING = 1
    CHECKING = 2
    TRYING = 3
    PROPOSING = 4
    ACCEPTING = 5


ReportProgress = Callable[[int, float], None]
"""Takes a step and the fraction of it that is done."""


class Remedy(NamedTuple):
    """What can be done about a problem, besides writing another text."""

    choices: tuple[tuple[str, str], ...] = ()
    """What may be meant: the text to write, and how it is shown."""
    new: str = ""
    """The network or term that can be proposed as a new one."""
    heading: str | None = None
    """The column to which the choices belong, if it is another one."""
    asks_order: bool = False
    """Whether the choices are the two days that 12/03/2005 can be, the day first."""


NO_REMEDY = Remedy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a row.

    `verdict` is created, updated, unchanged, repeated (a statement of a row above), retired, left
    out (by a rule of the mapping) or refused. A row has one for each thing that it makes.
    """

    table: str
    row: int
    verdict: str
    column: str = ""
    value: str = ""
    reason: str = ""
    remedy: Remedy = NO_REMEDY

    @property
    def row_key(self) -> RowKey:
        return self.table, self.row

    def __str__(self) -> str:
        where = f"{self.table}, row {self.row}"
        if self.verdict == "left out":
            return f"{where}: left out. {self.reason}"
        if self.verdict != "refused":
            return f"{where}: {self.verdict}"
        problem = FileProblem(self.row, self.column, self.value, self.reason)
        return problem.describe(self.table)


@dataclass(slots=True)
class PlannedStatement:
    """A statement that a row makes."""

    table: str
    row: int
    kind: str
    values: dict
    origins: dict[str, Cell]
    """For each field: the cell that it was read from."""
    cell: Cell = ("", "")
    """The cell that holds the whole statement, if one does."""
    code: str = ""
    """What its text stands for: "gb" for "UK"."""
    outcome: Outcome | None = None
    replaces: int | None = None
    """The statement that it replaces: of an earlier run, or named by the file."""
    invalid: frozenset[str] = frozenset()
    """Fields whose cells are refused already."""

    def describe(self) -> Cell:
        """The cell to show with a problem of the whole statement."""
        if self.cell[0]:
            return self.cell
        return "", ", ".join(value for _, value in self.origins.values() if value)[:200]


class Retirement(NamedTuple):
    """A statement that the files no longer make, and that nothing replaces."""

    kind: str
    pk: int
    record: int


@dataclass
class ImportPlan:
    """What an import would change. Readers of rows fill it, the pipeline checks and stores it."""

    permanent_keys: bool = False
    """Whether the keys of new records are derived from their slugs."""
    outcomes: list[Outcome] = field(default_factory=list)
    records: dict[str, NewRecord] = field(default_factory=dict)
    """New records by slug."""
    record_changes: list[RecordChange] = field(default_factory=list)
    """Records that are listed again after an earlier run was undone."""
    restricts: list[TierChange] = field(default_factory=list)
    """Likewise the sources that are shown again."""
    places: ProposedPlaces = field(default_factory=ProposedPlaces)
    """Places that become records when the import is stored or proposed."""
    references: list[ReferenceChange] = field(default_factory=list)
    reference_origins: dict[int, tuple[str, int, dict[str, Cell]]] = field(default_factory=dict)
    """Table, row and cells of references that are rows of their own, by id."""
    proposed_references: set[int] = field(default_factory=set)
    """References that statements name, stored only with these."""
    planned: dict[str, list[PlannedStatement]] = field(default_factory=lambda: defaultdict(list))
    """By kind, as the rows state them."""
    new_statements: list[PlannedStatement] = field(default_factory=list)
    """Those that the catalogue does not have."""
    dropped: list[Retirement] = field(default_factory=list)
    readable: set[int] | None = None
    """The statements with which the planned ones are compared; None for all."""
    created_by: dict[int, RowKey] = field(default_factory=dict)
    """The row of each new record, source or term, by its id."""
    rows: dict[RowKey, None] = field(default_factory=dict)
    """All rows that were read, in their order."""
    found_rows: set[RowKey] = field(default_factory=set)
    """Rows about a record that is there already, or that a row above makes."""
    refused_rows: set[RowKey] = field(default_factory=set)
    _refusals: set[Outcome] = field(default_factory=set)

    def refuse(
        self,
        table: str,
        row: int,
        column: str,
        value: str,
        reason: str,
        remedy: Remedy = NO_REMEDY,
    ) -> None:
        """Refuse a row, once for each problem: a wide row may have the same in every column."""
        outcome = Outcome(table, row, "refused", column, value, reason, remedy)
        self.refused_rows.add((table, row))
        if outcome not in self._refusals:
            self._refusals.add(outcome)
            self.outcomes.append(outcome)

    def refuse_statements(self, refused: list[tuple[PlannedStatement, str]]) -> None:
        """Refuse the rows of new statements that the ledger refuses, each with the reason."""
        for statement, reason in refused:
            self.refuse(statement.table, statement.row, *statement.describe(), reason)
        self.drop_refused_rows()

    def drop_refused_rows(self) -> None:
        """Take out all that refused rows make, and refuse the rows that refer to it."""
        known = -1
        while known != len(self.refused_rows):
            known = len(self.refused_rows)
            gone = {pk: row for pk, row in self.created_by.items() if row in self.refused_rows}
            for kind, statements in self.planned.items():
                self.planned[kind] = [item for item in statements if self._is_sound(item)]
                for item in self.planned[kind]:
                    self._refuse_if_gone((item.table, item.row), item.values, item.origins, gone)
            for change in self.references:
                if change.id in self.reference_origins:
                    table, row, cells = self.reference_origins[change.id]
                    self._refuse_if_gone((table, row), change.after or {}, cells, gone)
        self.records = {slug: new for slug, new in self.records.items() if new.id not in gone}
        self.record_changes = [item for item in self.record_changes if item.id not in gone]
        self.references = [
            change
            for change in self.references
            if self.reference_origins.get(change.id, ("", 0))[:2] not in self.refused_rows
        ]
        self.new_statements = [item for item in self.new_statements if self._is_sound(item)]
        self.outcomes = [
            outcome
            for outcome in self.outcomes
            if outcome.verdict == "refused" or outcome.row_key not in self.refused_rows
        ]

    def _is_sound(self, statement: PlannedStatement) -> bool:
        return (statement.table, statement.row) not in self.refused_rows

    def _refuse_if_gone(
        self, row: RowKey, values: dict, origins: dict[str, Cell], gone: dict[int, RowKey]
    ) -> None:
        """Refuse a row with values that refer to what a refused row would have made."""
        for column, pk in values.items() if gone else ():
            if column.endswith("_id") and pk in gone:
                cell = origins.get(column.removesuffix("_id"), ("", ""))
                reason = f"This is of row {gone[pk][1]}, which is refused. Correct that row."
                self.refuse(*row, *cell, reason)

    def refuse_references(self) -> bool:
        """Refuse the sources, terms and citations that cannot be stored. Returns whether any is."""
        before = len(self.outcomes)
        for change in self.references:
            if change.id not in self.reference_origins:
                continue
            table, row, origins = self.reference_origins[change.id]
            try:
                Changeset(operations=Operations(references=[change])).dry_run()
            except ValidationError as error:
                rule = error.code or ""
                matching = (
                    cell for name, cell in origins.items() if name.split(".")[0].rstrip("s") in rule
                )
                cell = next(matching, ("", str(change.after)[:200]))
                self.refuse(table, row, *cell, " ".join(error.messages))
        return len(self.outcomes) > before

    def show_again(self, source: Source) -> None:
        """Show a source that was hidden when an earlier run was undone."""
        if source.tier != Tier.PUBLIC and source.pk not in {item.id for item in self.restricts}:
            self.restricts.append(TierChange("source", source.pk, source.tier, int(Tier.PUBLIC)))

    def retire_only_replaced(self) -> None:
        """Keep statements of an earlier run: a refused row may have meant to repeat them."""
        self.dropped.clear()
        self.outcomes = [outcome for outcome in self.outcomes if outcome.verdict != "retired"]

    @property
    def retirements(self) -> dict[str, list[int]]:
        """The statements that this import replaces or no longer makes, by kind."""
        retired: dict[str, list[int]] = defaultdict(list)
        for kind, pk, _record in self.dropped:
            retired[kind].append(pk)
        for statement in self.new_statements:
            if statement.replaces is not None:
                retired[statement.kind].append(statement.replaces)
        return dict(retired)

    def refused(self) -> list[Outcome]:
        """The outcomes of rows that cannot be stored."""
        return [outcome for outcome in self.outcomes if outcome.verdict == "refused"]

    def tally(self) -> dict[str, int]:
        """The number of outcomes by verdict: a row may have several."""
        counted = Counter(outcome.verdict for outcome in self.outcomes)
        return {
            verdict: counted[verdict]
            for verdict in (
                *("created", "updated", "unchanged", "repeated", "retired", "left out", "refused"),
            )
        }

    def count_rows(self) -> dict[str, int]:
        """The number of rows by what became of them, which adds up to all rows."""
        verdicts: dict[RowKey, set[str]] = defaultdict(set)
        for outcome in self.outcomes:
            verdicts[outcome.row_key].add(outcome.verdict)
        counted = Counter(self._row_verdict(row, verdicts[row]) for row in self.rows)
        return {
            verdict: counted[verdict]
            for verdict in (
                *("new", "added to", "changed", "unchanged", "repeated", "left out", "refused"),
            )
        }

    def _row_verdict(self, row: RowKey, verdicts: set[str]) -> str:
        if row in self.refused_rows:
            return "refused"
        if "created" in verdicts:
            return "added to" if row in self.found_rows else "new"
        if "updated" in verdicts:
            return "changed"
        return next((word for word in ("unchanged", "repeated") if word in verdicts), "left out")

    def summary(self) -> str:
        """What became of all rows, and how many statements are stored, in a line."""
        rows = ", ".join(f"{count:,} {word}" for word, count in self.count_rows().items() if count)
        parts = [f"{count_of(len(self.rows), 'row')}: {rows or 'nothing to do'}"]
        tally = self.tally()
        if count := len(self.new_statements):
            parts.append(count_of(count, "statement"))
        for table in ("source", "term"):
            new = [
                change
                for change in self.stored_references()
                if change.id in self.proposed_references and change.table == table
            ]
            if new:
                parts.append(count_of(len(new), f"new {table}"))
        if count := tally["repeated"]:
            parts.append(f"{count:,} repeated and stored once")
        if count := tally["retired"]:
            parts.append(f"{count:,} retired")
        return "; ".join(parts) + "."

    def grouped_refusals(self) -> list[list[Outcome]]:
        """The refusals, those with the same reason together."""
        groups: dict[tuple[str, str, str], list[Outcome]] = defaultdict(list)
        for outcome in self.refused():
            reason = outcome.reason.replace(outcome.value, "") if outcome.value else outcome.reason
            groups[outcome.table, outcome.column, reason].append(outcome)
        return list(groups.values())

    def stored_references(self) -> list[ReferenceChange]:
        """The references without those that no new statement names any more."""
        if not self.proposed_references:
            return self.references
        named = {
            pk
            for statement in self.new_statements
            for column, pk in statement.values.items()
            if column.endswith("_id")
        }
        return [
            change
            for change in self.references
            if change.id not in self.proposed_references or change.id in named
        ]

    def operations(self, statements: Iterable[PlannedStatement]) -> Operations:
        """All that this import changes, with these of its new statements."""
        operations = Operations(
            records=[*self.records.values(), *self.places.records()],
            references=self.stored_references(),
            retires=self.retirements,
            restricts=self.restricts,
            record_changes=self.record_changes,
        )
        for statement in statements:
            operations.add(statement.kind, statement.values)
        return operations


def count_of(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@cache
def default_values(model: type[Statement]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """The values of an empty statement, and the origins of its fields."""
    fields = model.operation_fields()
    values = {
        field.attname: None if field.is_relation else default_value(field) for field in fields
    }
    return values, {field.name: (field.name, "") for field in fields}


def default_value(field: models.Field):
    return None if field.null and not field.has_default() else field.get_default()
