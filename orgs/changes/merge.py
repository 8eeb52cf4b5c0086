"""Two people change different parts of one statement: both changes are kept."""

import copy
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from orgs.records.source import Source, SourceKind
from orgs.statements.statement import Statement, statement_kinds


def likest(pairs: Iterable[tuple[int, Any, Any]]) -> dict:
    """Return which old goes with which new, given how much each pair has in common.

    The likest pairs are made first: so a row that was rewritten is not taken for another's.
    """
    chosen: dict = {}
    taken = set()
    for _, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        if old not in chosen and id(new) not in taken:
            chosen[old] = new
            taken.add(id(new))
    return chosen


def merged(changeset: dict, plain: Any) -> dict:
    """Return what a proposal says if it stands on what is said by now.

    What it would replace may have been replaced since. Where both changed different parts, the
    proposal replaces the newer text and keeps the other's part; where both changed the same part
    differently, it stays as it was, and accepting it will tell. Where a body speaks for the first
    time in two proposals, the second speaks in the source that the first has brought. `plain`
    writes a value as proposals hold it.
    """
    new = copy.deepcopy(changeset)
    _speak_in_one_source(new)
    for kind, ids in changeset.get("retires", {}).items():
        model = statement_kinds()[kind]
        rows = changeset.get("adds", {}).get(kind, [])
        gone = model.objects.filter(pk__in=ids)
        bases = {one.pk: (one, _row(one, plain)) for one in gone}
        replaced = _successors(
            {pk: row for pk, (_, row) in bases.items()}, list(enumerate(rows)), lambda one: one[1]
        )
        for pk, (base, row) in bases.items():
            now = _now(base, plain)
            if now is None or now.pk == pk or pk not in replaced:
                continue
            position, mine = replaced[pk]
            both = _both(row, _row(now, plain), mine)
            if both is not None:
                new["retires"][kind][ids.index(pk)] = now.pk
                new["adds"][kind][position] = both
    return new


def _speak_in_one_source(changeset: dict) -> None:
    """Let a proposal that brings the source of a body's own words use the one that is there."""
    for step in list(changeset.get("references", ())):
        brought = step["after"] or {}
        if step["before"] is not None or brought.get("source_kind") != SourceKind.OWN:
            continue
        there = Source.objects.filter(
            key=brought["key"],
            source_kind=SourceKind.OWN,
            published_by=brought.get("published_by_id"),
        ).first()
        if there is None:
            continue
        changeset["references"].remove(step)
        if brought["observed"] > there.observed:
            moved = {
                "before": {"observed": there.observed},
                "after": {"observed": brought["observed"]},
            }
            changeset["references"].append({"table": "source", "id": there.pk, **moved})
        for row in (row for rows in changeset.get("adds", {}).values() for row in rows):
            if row["source_id"] == step["id"]:
                row["source_id"] = there.pk


def _row(statement: Statement, plain: Any) -> dict[str, Any]:
    """Return a statement as a proposal holds one."""
    return {
        field.attname: plain(getattr(statement, field.attname))
        for field in statement.operation_fields()
    }


def _successors(old: dict[int, dict], new: list, row_of: Any) -> dict[int, Any]:
    """Return, for rows that were retired, the added one about the same record most like it."""
    about = defaultdict(list)
    for one in new:
        about[row_of(one)["record_id"]].append(one)
    return likest(
        (sum(str(row_of(came).get(name)) == str(value) for name, value in row.items()), pk, came)
        for pk, row in old.items()
        for came in about[row["record_id"]]
    )


def _now(statement: Statement, plain: Any) -> Statement | None:
    """Return what a statement has become after all that replaced it; None if it is gone."""
    model = type(statement)
    while statement.retired_id is not None:
        about = model.objects.filter(record=statement.record_id)
        gone = {one.pk: _row(one, plain) for one in about.filter(retired=statement.retired_id)}
        came = list(about.filter(added=statement.retired_id))
        found = _successors(gone, came, lambda one: _row(one, plain)).get(statement.pk)
        if found is None:
            return None
        statement = found
    return statement


def _both(base: dict, theirs: dict, mine: dict) -> dict | None:
    """Return a row with the changes of both, or None if they changed the same part otherwise."""
    row = {}
    for name, value in mine.items():
        was, now = base.get(name), theirs.get(name)
        if str(value) == str(was):
            row[name] = now
        elif str(now) in (str(was), str(value)):
            row[name] = value
        else:
            return None
    return row
