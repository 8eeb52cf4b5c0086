"""Undoing all that one account has changed since a moment: in one proposal, or not at all.

A change is left alone, and listed, if somebody else has built on it since: what it said was changed
again, or the record was; and if it said a body's own words, which are undone one by one. Nobody's
work is undone unseen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orgs.records.record import Level, Record
from orgs.records.reference import REFERENCES
from orgs.statements.statement import Statement, statement_kinds

from .changeset import Changeset, said


@dataclass
class Undoing:
    """What undoing would do: the proposal, the changes it undoes and those it leaves alone."""

    changeset: Changeset
    undone: list[Changeset] = field(default_factory=list)
    conflicts: list[Changeset] = field(default_factory=list)
    records: set[int] = field(default_factory=set)


def undoing(account: Any, since: datetime, reason: str = "") -> Undoing:
    """Return what would undo all that an account has changed since a moment, newest first.

    Who may read what is not undone: hiding is fast, revealing needs a decision of its own.
    """
    changes = list(
        Changeset.objects.accepted()
        .filter(author=account, decided_at__gte=since)
        .order_by("-number")
    )
    numbers = [change.number for change in changes]
    added = _by_change(numbers, "added_id")
    retired = _by_change(numbers, "retired_id")
    found = Undoing(Changeset(reason=reason))
    records = Record.objects.in_bulk(
        step["id"]
        for change in changes
        for section in ("records", "record_changes")
        for step in change.operations.get(section, ())
    )
    now = _Now(records)
    undone: set[int | None] = set()
    for change in changes:
        # Own words are taken back change by change (`own_words.heed`), never by the dozen.
        own = change.on_behalf_id is not None
        if not own and now.goes_back(change, added.get(change.number, []), undone):
            undone.add(change.number)
            found.undone.append(change)
        else:
            found.conflicts.append(change)
    _write(found, added, retired, undone, now)
    return found


def _by_change(numbers: Iterable[int | None], column: str) -> dict[int | None, list[Statement]]:
    """Return the statements that these changes added or retired, by the number of the change."""
    found: dict[int | None, list[Statement]] = {}
    for model in statement_kinds().values():
        for one in model.objects.filter(**{f"{column}__in": list(numbers)}).order_by("id"):
            found.setdefault(getattr(one, column), []).append(one)
    return found


class _Now:
    """What records and references say, while one change after the other is taken back."""

    def __init__(self, records: dict[int, Record]) -> None:
        self.records = records
        self.told: dict[tuple[str, int], dict] = {}

    def goes_back(self, change: Changeset, added: list[Statement], undone: set[int | None]) -> bool:
        """Whether nobody else has built on a change. Takes it back here if so."""
        if any(one.retired_id is not None and one.retired_id not in undone for one in added):
            return False
        before: dict[tuple[str, int], dict] = {}
        for step in change.operations.get("references", ()):
            if step["before"] is not None:
                before[step["table"], step["id"]] = step
        for step in change.operations.get("record_changes", ()):
            before["record", step["id"]] = step
        for (table, number), step in before.items():
            is_now = self._row(table, number, step["after"] or step["before"])
            if is_now is None or step["after"] is None:
                if (is_now is None) is not (step["after"] is None):
                    return False
                continue
            if any(str(is_now[name]) != str(value) for name, value in step["after"].items()):
                return False
        for key, step in before.items():
            if step["after"] is not None:
                self.told[key].update(step["before"])
        return True

    def _row(self, table: str, number: int, names: Iterable[str]) -> dict | None:
        """Return the named columns of a record or a reference, as they would be by now."""
        model: Any = Record if table == "record" else REFERENCES[table]
        key = (table, number)
        if not set(names) <= set(self.told.get(key, ())):
            row = model.objects.filter(pk=number).values(*names).first()
            if row is None:
                return None
            self.told[key] = {**row, **self.told.get(key, {})}
        return self.told[key]


def _write(found: Undoing, added: dict, retired: dict, undone: set, now: _Now) -> None:
    """Write the proposal: what was said is said no longer, what was retired is said again."""
    changeset = found.changeset
    gone: dict[tuple[str, int], int] = {}
    for change in found.undone:
        for one in added.get(change.number, []):
            found.records.add(one.record_id)
            if one.retired_id is None:
                changeset.retire(one)
                key = (one.code(), one.record_id)
                gone[key] = max(gone.get(key, 0), one.tier)
    for change in found.undone:
        for one in retired.get(change.number, []):
            found.records.add(one.record_id)
            if one.added_id in undone:
                continue
            again = said(one)
            # What has been hidden since must not be said openly again.
            again["tier"] = max(one.tier, gone.get((one.code(), one.record_id), 0))
            changeset.add(one.code(), one.record_id, **again)
        made = {fields["id"] for fields in change.operations.get("records", ())}
        for step in change.operations.get("references", ()):
            if step["before"] is not None:
                turned = {**step, "before": step["after"], "after": step["before"]}
                changeset._list("references").append(turned)
        for step in change.operations.get("record_changes", ()):
            found.records.add(step["id"])
            turned = {"id": step["id"], "before": step["after"], "after": step["before"]}
            changeset._list("record_changes").append(turned)
        for number in sorted(made):
            found.records.add(number)
            record = now.records[number]
            for name, value in now.told.get(("record", number), {}).items():
                setattr(record, name, value)
            if record.level != Level.WITHDRAWN:
                changeset.change_record(record, level=Level.WITHDRAWN, withdrawn_reason="mistake")
