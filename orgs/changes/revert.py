"""Reverting one change, all changes of one account since a moment, or a whole import.

A change of an account is listed as a conflict and left alone if a later change of another account
builds on it, or if it changed own statements of an organization, which are reverted one by one. Of
an import, single records are left alone instead.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from orgs.records.record import Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Source, Tier
from orgs.statements.statement import Statement, statement_kinds

from .changeset import Changeset
from .operations import Operations, RecordChange, ReferenceChange, Row, values_of


def revert(change: Changeset, author: Any = None, reason: str = "") -> Changeset:
    """Return a new proposal that undoes an accepted change.

    It retires what the change added, adds what it retired, restores records and references, and
    withdraws new records. Tiers are not undone: hiding is fast, revealing needs a decision of its
    own.
    """
    if change.number is None:
        raise ValidationError(gettext("Only an accepted change can be undone."))
    reason = reason or f"Undoes change {change.number}."
    undo = Changeset(author=author, reverts=change, reason=reason)
    for model in statement_kinds().values():
        for statement in model.objects.filter(added=change.number):
            undo.retire(statement)
        for statement in model.objects.filter(retired=change.number):
            undo.add(model.code(), statement.record_id, **values_of(statement))
    _restore(undo, change)
    for created in Record.objects.filter(pk__in=change.operations.created_records):
        _withdraw(undo, created)
    return undo


def _restore(undo: Changeset, change: Changeset) -> None:
    """Give changed records and references their former values."""
    undo.operations.record_changes += [
        operation.reverse() for operation in change.operations.record_changes
    ]
    undo.operations.references += [
        operation.reverse() for operation in change.operations.references if not operation.creates
    ]


def _withdraw(undo: Changeset, record: Record) -> None:
    undo.change_record(record, level=Level.WITHDRAWN, withdrawn_reason="mistake")


@dataclass
class RevertPlan:
    """A proposal that reverts changes, the changes that it reverts, and those that it leaves
    alone.
    """

    changeset: Changeset
    undone: list[Changeset] = field(default_factory=list)
    conflicts: list[Changeset] = field(default_factory=list)
    records: set[int] = field(default_factory=set)
    kept_records: set[int] = field(default_factory=set)
    """New records of an import that other changes have built on."""


def plan_revert(account: Any, since: datetime, reason: str = "") -> RevertPlan:
    """Plan the revert of all changes of an account since a moment, newest first.

    Tiers are not undone: hiding is fast, revealing needs a decision of its own.
    """
    changes = list(
        Changeset.objects.accepted()
        .filter(author=account, decided_at__gte=since)
        .order_by("-number")
    )
    numbers = [change.number for change in changes]
    added = _by_change(numbers, "added_id")
    retired = _by_change(numbers, "retired_id")
    plan = RevertPlan(Changeset(reason=reason))
    records = Record.objects.in_bulk(
        operation.id
        for change in changes
        for operation in (*change.operations.records, *change.operations.record_changes)
    )
    state = _State(records)
    undone: set[int | None] = set()
    for change in changes:
        # Own statements are reverted change by change: see `check_ownership`.
        own = change.on_behalf_id is not None
        if not own and state.take_back(change, added.get(change.number, []), undone):
            undone.add(change.number)
            plan.undone.append(change)
        else:
            plan.conflicts.append(change)
    _write_proposal(plan, added, retired, undone, state)
    return plan


def plan_import_revert(label: str, reason: str = "") -> RevertPlan:
    """Plan the revert of all changes of the import with this label.

    Its new records are withdrawn with all that it states of them, and its new sources are hidden.
    A record, a source or a value on which other changes have built is left alone. Terms stay.
    """
    changes = list(
        Changeset.objects.accepted().filter(label=label, reverts=None).order_by("-number")
    )
    numbers = [change.number for change in changes]
    added, retired = _by_change(numbers, "added_id"), _by_change(numbers, "retired_id")
    created = {pk for change in changes for pk in change.operations.created_records}
    plan = RevertPlan(Changeset(reason=reason or f"Undoes the import {label}.", label=undo(label)))
    plan.kept_records = _built_on(created, numbers)
    for number, statements in added.items():
        added[number] = [item for item in statements if item.record_id not in plan.kept_records]
    changed = {item.id for change in changes for item in change.operations.record_changes}
    state = _State(Record.objects.in_bulk(created | changed))
    for change in changes:
        plan.undone.append(change)
        if not state.restore_each(change, plan.changeset):
            plan.conflicts.append(change)
    _write_statements(plan, added, retired, set(numbers))
    _withdraw_records(plan, changes, state)
    _hide_sources(plan, changes)
    return plan


def undo(label: str) -> str:
    """The label of the changes that undo an import."""
    return f"Undo of {label}"[:120]


def _built_on(records: set[int], numbers: list[int | None]) -> set[int]:
    """Those of these records that current statements of other changes are about or point at."""
    found: set[int] = set()
    for model in statement_kinds().values():
        others = model.objects.current().exclude(added__in=numbers)
        columns = {"record_id", model.column_of(model.object_name), "speaker_id"} - {""}
        for column in columns:
            rows = others.filter(**{f"{column}__in": records})
            found.update(rows.values_list(column, flat=True))
    return found


def _hide_sources(plan: RevertPlan, changes: list[Changeset]) -> None:
    """Hide the new sources that no statement cites that stays."""
    created = {
        reference.id
        for change in changes
        for reference in change.operations.references
        if reference.creates and reference.table == "source"
    }
    retired = plan.changeset.operations.retires
    for model in statement_kinds().values() if created else ():
        staying = model.objects.current().exclude(pk__in=retired.get(model.code(), ()))
        created -= set(staying.filter(source__in=created).values_list("source_id", flat=True))
    for source in Source.objects.filter(pk__in=created, tier=Tier.PUBLIC):
        plan.changeset.restrict(source, Tier.REPRESENTATIVES)


def divide(changeset: Changeset, size: int) -> list[Changeset]:
    """Proposals of about this many operations, each record whole, and sources last."""
    operations = changeset.operations
    record_of = {
        pk: record
        for kind, pks in operations.retires.items()
        for pk, record in statement_kinds()[kind]
        .objects.filter(pk__in=pks)
        .values_list("pk", "record_id")
    }
    by_record: dict[int, Operations] = defaultdict(Operations)
    for kind, pks in operations.retires.items():
        for pk in pks:
            by_record[record_of[pk]].retire(kind, pk)
    for kind, row in operations.added_rows():
        by_record[row["record_id"]].add(kind, row)
    for change in operations.record_changes:
        by_record[change.id].record_changes.append(change)
    parts, count = [Operations()], 0
    for piece in by_record.values():
        if count >= size:
            parts.append(Operations())
            count = 0
        count += _merge(parts[-1], piece)
    parts.append(Operations(references=operations.references, restricts=operations.restricts))
    return [
        Changeset(
            author=changeset.author, label=changeset.label, reason=changeset.reason, operations=part
        )
        for part in parts
        if part
    ]


def _merge(target: Operations, piece: Operations) -> int:
    """Add the operations of one record. Returns how many they are."""
    count = len(piece.record_changes)
    target.record_changes += piece.record_changes
    for kind, pks in piece.retires.items():
        target.retires.setdefault(kind, []).extend(pks)
        count += len(pks)
    for kind, rows in piece.adds.items():
        target.adds.setdefault(kind, []).extend(rows)
        count += len(rows)
    return count


def _by_change(numbers: Iterable[int | None], column: str) -> dict[int | None, list[Statement]]:
    """Statements that these changes added or retired, by the number of the change."""
    statements: dict[int | None, list[Statement]] = {}
    for model in statement_kinds().values():
        for statement in model.objects.filter(**{f"{column}__in": list(numbers)}).order_by("id"):
            statements.setdefault(getattr(statement, column), []).append(statement)
    return statements


class _State:
    """Values of records and references while one change after the other is taken back."""

    def __init__(self, records: dict[int, Record]) -> None:
        self.records = records
        self.values: dict[tuple[str, int], Row] = {}

    def take_back(self, change: Changeset, added: list[Statement], undone: set[int | None]) -> bool:
        """Take a change back and return True, unless another change builds on it."""
        if any(
            statement.retired_id is not None and statement.retired_id not in undone
            for statement in added
        ):
            return False
        return self.restore(change)

    def restore(self, change: Changeset) -> bool:
        """Give records and references their former values; False if they have changed since."""
        before: dict[tuple[str, int], ReferenceChange | RecordChange] = {}
        for reference in change.operations.references:
            if not reference.creates:
                before[reference.table, reference.id] = reference
        for record_change in change.operations.record_changes:
            before["record", record_change.id] = record_change
        for (table, pk), operation in before.items():
            current = self._row(table, pk, operation.after or operation.before or ())
            if current is None or operation.after is None:
                if (current is None) is not (operation.after is None):
                    return False
                continue
            if not _equal(current, operation.after):
                return False
        for key, operation in before.items():
            if operation.after is not None:
                self.values[key].update(operation.before or {})
        return True

    def restore_each(self, change: Changeset, proposal: Changeset) -> bool:
        """Propose to restore what has not changed since. Returns whether that is everything."""
        references = [item for item in change.operations.references if not item.creates]
        restored = True
        for reference in references:
            key = reference.table, reference.id
            if self._restore_one(key, reference):
                proposal.operations.references.append(reference.reverse())
            restored &= self._is_former(key, reference)
        for record_change in change.operations.record_changes:
            key = "record", record_change.id
            if self._restore_one(key, record_change):
                proposal.operations.record_changes.append(record_change.reverse())
            restored &= self._is_former(key, record_change)
        return restored

    def _restore_one(self, key: tuple[str, int], operation: ReferenceChange | RecordChange) -> bool:
        current = self._row(*key, operation.after or ())
        if current is None or not _equal(current, operation.after or {}):
            return False
        self.values[key].update(operation.before or {})
        return True

    def _is_former(self, key: tuple[str, int], operation: ReferenceChange | RecordChange) -> bool:
        current = self._row(*key, operation.before or ())
        return current is not None and _equal(current, operation.before or {})

    def _row(self, table: str, pk: int, names: Iterable[str]) -> dict | None:
        """The current values of these columns of a record or reference."""
        model: Any = Record if table == "record" else REFERENCES[table]
        key = (table, pk)
        if not set(names) <= set(self.values.get(key, ())):
            row = model.objects.filter(pk=pk).values(*names).first()
            if row is None:
                return None
            self.values[key] = {**row, **self.values.get(key, {})}
        return self.values[key]


def _equal(current: dict, values: Row) -> bool:
    return all(str(current[name]) == str(value) for name, value in values.items())


def _write_proposal(
    plan: RevertPlan, added: dict, retired: dict, undone: set, state: _State
) -> None:
    """Retire what the changes added, and add and restore what they retired and changed."""
    _write_statements(plan, added, retired, undone)
    for change in plan.undone:
        _restore(plan.changeset, change)
    _withdraw_records(plan, plan.undone, state)


def _write_statements(plan: RevertPlan, added: dict, retired: dict, undone: set) -> None:
    changeset = plan.changeset
    gone: dict[tuple[str, int], int] = {}
    for change in plan.undone:
        for statement in added.get(change.number, []):
            plan.records.add(statement.record_id)
            if statement.retired_id is None:
                changeset.retire(statement)
                key = (statement.code(), statement.record_id)
                gone[key] = max(gone.get(key, 0), statement.tier)
    for change in plan.undone:
        for statement in retired.get(change.number, []):
            plan.records.add(statement.record_id)
            if statement.added_id in undone:
                continue
            values = values_of(statement)
            # What has been hidden since stays hidden.
            values["tier"] = max(
                statement.tier, gone.get((statement.code(), statement.record_id), 0)
            )
            changeset.add(statement.code(), statement.record_id, **values)


def _withdraw_records(plan: RevertPlan, changes: Iterable[Changeset], state: _State) -> None:
    for change in changes:
        plan.records.update(operation.id for operation in change.operations.record_changes)
        for pk in sorted(change.operations.created_records - plan.kept_records):
            plan.records.add(pk)
            record = state.records[pk]
            for name, value in state.values.get(("record", pk), {}).items():
                setattr(record, name, value)
            if record.level != Level.WITHDRAWN:
                _withdraw(plan.changeset, record)
