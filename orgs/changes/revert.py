"""Reverting one change, or all changes of one account since a moment, in one proposal.

A change is listed as a conflict and left alone if a later change of another account builds on it,
or if it changed own statements of an organization, which are reverted one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from orgs.records.record import Level, Record
from orgs.records.reference import REFERENCES
from orgs.statements.statement import Statement, statement_kinds

from .changeset import Changeset
from .operations import RecordChange, ReferenceChange, Row, values_of


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
            if any(str(current[name]) != str(value) for name, value in operation.after.items()):
                return False
        for key, operation in before.items():
            if operation.after is not None:
                self.values[key].update(operation.before or {})
        return True

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


def _write_proposal(
    plan: RevertPlan, added: dict, retired: dict, undone: set, state: _State
) -> None:
    """Retire what the changes added, and add what they retired."""
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
        _restore(changeset, change)
        plan.records.update(operation.id for operation in change.operations.record_changes)
        for pk in sorted(change.operations.created_records):
            plan.records.add(pk)
            record = state.records[pk]
            for name, value in state.values.get(("record", pk), {}).items():
                setattr(record, name, value)
            if record.level != Level.WITHDRAWN:
                _withdraw(changeset, record)
