"""Rebasing proposals: two people change different parts of one statement, and both changes are
kept.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from orgs.records.source import Source, SourceKind
from orgs.statements.statement import Statement, statement_kinds


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


def rebase_operations(changeset: dict, plain: Any) -> dict:
    """Rebase the operations of a proposal on the current statements.

    A statement to replace may have been replaced since. If both changes concern different parts,
    the proposal replaces the current statement and keeps the other's part; if they conflict, it is
    unchanged, and accepting it raises Conflict. If two proposals bring the first own source of an
    organization, the second uses the source that is there. `plain` converts a value to JSON.
    """
    new = copy.deepcopy(changeset)
    _reuse_own_source(new)
    for kind, ids in changeset.get("retires", {}).items():
        model = statement_kinds()[kind]
        rows = changeset.get("adds", {}).get(kind, [])
        gone = model.objects.filter(pk__in=ids)
        bases = {statement.pk: (statement, _row(statement, plain)) for statement in gone}
        replaced = _successors(
            {pk: row for pk, (_, row) in bases.items()},
            list(enumerate(rows)),
            lambda statement: statement[1],
        )
        for pk, (base, row) in bases.items():
            current = _current_version(base, plain)
            if current is None or current.pk == pk or pk not in replaced:
                continue
            position, mine = replaced[pk]
            merged = _merge_rows(row, _row(current, plain), mine)
            if merged is not None:
                new["retires"][kind][ids.index(pk)] = current.pk
                new["adds"][kind][position] = merged
    return new


def _reuse_own_source(changeset: dict) -> None:
    """Replace a proposed own source of an organization by the existing one."""
    for operation in list(changeset.get("references", ())):
        new_source = operation["after"] or {}
        if operation["before"] is not None or new_source.get("source_kind") != SourceKind.OWN:
            continue
        existing = Source.objects.filter(
            key=new_source["key"],
            source_kind=SourceKind.OWN,
            published_by=new_source.get("published_by_id"),
        ).first()
        if existing is None:
            continue
        changeset["references"].remove(operation)
        if new_source["observed"] > existing.observed:
            moved = {
                "before": {"observed": existing.observed},
                "after": {"observed": new_source["observed"]},
            }
            changeset["references"].append({"table": "source", "id": existing.pk, **moved})
        for row in (row for rows in changeset.get("adds", {}).values() for row in rows):
            if row["source_id"] == operation["id"]:
                row["source_id"] = existing.pk


def _row(statement: Statement, plain: Any) -> dict[str, Any]:
    """A statement as a row of a proposal."""
    return {
        field.attname: plain(getattr(statement, field.attname))
        for field in statement.operation_fields()
    }


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


def _current_version(statement: Statement, plain: Any) -> Statement | None:
    """The statement that has replaced a retired one, directly or not; None if there is none."""
    model = type(statement)
    while statement.retired_id is not None:
        about = model.objects.filter(record=statement.record_id)
        retired = {
            item.pk: _row(item, plain) for item in about.filter(retired=statement.retired_id)
        }
        added = list(about.filter(added=statement.retired_id))
        successor = _successors(retired, added, lambda item: _row(item, plain)).get(statement.pk)
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
