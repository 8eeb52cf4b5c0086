"""Rebasing proposals: two people change different parts of one statement, and both changes are
kept.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from django.db import transaction

from orgs.records.record import Record
from orgs.records.source import Source, SourceKind
from orgs.statements.statement import Statement, statement_kinds

from .changeset import Changeset
from .merger import move_statements
from .operations import Operations, ReferenceChange, Row, json_value, statement_row


def best_pairs(pairs: Iterable[tuple[int, Any, Any]]) -> dict:
    """Pair old items with new ones, given (score, old, new) triples.

    The best pairs are made first, so that a rewritten row is not taken for another.
    """
    chosen: dict = {}
    taken = set()
    for _, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        if old not in chosen and id(new) not in taken:
            chosen[old] = new
            taken.add(id(new))
    return chosen


def rebase(changeset: Changeset) -> None:
    """Store the rebased operations, so that a proposal keeps what others have changed since."""
    with transaction.atomic():
        for proposed in Changeset.objects.proposed().select_for_update().filter(pk=changeset.pk):
            operations = rebased_operations(proposed)
            if operations != proposed.operations:
                proposed.operations = operations
                proposed.save(update_fields=("operations",))
            changeset.operations = operations


def rebased_operations(changeset: Changeset) -> Operations:
    """The operations of a proposal, rebased on the current statements.

    A statement to replace may have been replaced since. If both changes concern different parts,
    the proposal replaces the current statement and keeps the other's part; if they conflict, it is
    unchanged, and accepting it raises Conflict. If two proposals bring the first own source of an
    organization, the second uses the source that is there. A merger also moves the statements that
    were added since, and those that its author could not read.
    """
    rebased = Changeset(operations=copy.deepcopy(changeset.operations))
    _reuse_own_source(rebased.operations)
    for kind in changeset.operations.retires:
        _rebase_kind(rebased.operations, kind)
    for change in list(rebased.operations.record_changes):
        if successor := change.after.get("successor_id"):
            records = Record.objects.in_bulk([change.id, successor])
            if len(records) == 2:
                move_statements(rebased, records[change.id], records[successor])
    return rebased.operations


def _rebase_kind(operations: Operations, kind: str) -> None:
    ids, rows = operations.retires[kind], operations.adds.get(kind, [])
    bases = {}
    for statement in statement_kinds()[kind].objects.filter(pk__in=ids):
        bases[statement.pk] = (statement, _row(statement))
    replaced = _successors(
        {pk: row for pk, (_, row) in bases.items()}, list(enumerate(rows)), itemgetter(1)
    )
    merged_rows = {}
    for pk, (base, row) in bases.items():
        current = _current_version(base)
        if current is None or current.pk == pk or pk not in replaced:
            continue
        position, mine = replaced[pk]
        merged = _merge_rows(row, _row(current), mine)
        if merged is not None:
            ids[ids.index(pk)] = current.pk
            merged_rows[position] = merged
    for position, merged in merged_rows.items():
        rows[position] = merged


def _reuse_own_source(operations: Operations) -> None:
    """Replace a proposed own source of an organization by the existing one."""
    for change in list(operations.references):
        new_source = change.after or {}
        if not change.creates or new_source.get("source_kind") != SourceKind.OWN:
            continue
        existing = Source.objects.filter(
            key=new_source["key"],
            source_kind=SourceKind.OWN,
            published_by=new_source.get("published_by_id"),
        ).first()
        if existing is None:
            continue
        operations.references.remove(change)
        if new_source["observed"] > existing.observed:
            before, after = {"observed": existing.observed}, {"observed": new_source["observed"]}
            operations.references.append(ReferenceChange("source", existing.pk, before, after))
        for _, row in operations.added_rows():
            if row["source_id"] == change.id:
                row["source_id"] = existing.pk


def _row(statement: Statement) -> Row:
    return {name: json_value(value) for name, value in statement_row(statement).items()}


def _successors(old: dict[int, dict], new: list, row_of: Any) -> dict[int, Any]:
    """For each retired row, the added row about the same record that is most similar."""
    about = defaultdict(list)
    for item in new:
        about[row_of(item)["record_id"]].append(item)
    return best_pairs(
        (
            sum(str(row_of(candidate).get(name)) == str(value) for name, value in row.items()),
            pk,
            candidate,
        )
        for pk, row in old.items()
        for candidate in about[row["record_id"]]
    )


def _current_version(statement: Statement) -> Statement | None:
    """The statement that has replaced a retired one, directly or not; None if there is none."""
    model = type(statement)
    while statement.retired_id is not None:
        about = model.objects.filter(record=statement.record_id)
        retired = {item.pk: _row(item) for item in about.filter(retired=statement.retired_id)}
        added = list(about.filter(added=statement.retired_id))
        successor = _successors(retired, added, _row).get(statement.pk)
        if successor is None:
            return None
        statement = successor
    return statement


def _merge_rows(base: dict, theirs: dict, mine: dict) -> dict | None:
    """Merge two changes of a row; None if they conflict."""
    row = {}
    for name, value in mine.items():
        before, after = base.get(name), theirs.get(name)
        if str(value) == str(before):
            row[name] = after
        elif str(after) in (str(before), str(value)):
            row[name] = value
        else:
            return None
    return row
