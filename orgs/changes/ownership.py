"""Own statements: what an organization says about itself, which only it can change.

They have a source of their own (`published_by` is the organization, the kind is "own") and change
only through a proposal on its behalf by a representative. Editors may hide own statements, or
revert the change that added them; a proposal on behalf of an organization cannot change what
others say.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.access.representative import Representative
from orgs.records.source import Source, SourceKind
from orgs.statements.statement import Statement, statement_kinds

from .operations import Row, TierChange, statement_row

if TYPE_CHECKING:
    from .changeset import Changeset

SENTENCES = {
    "own_words": _(
        "Only a representative can add, change or remove what an organization writes "
        "itself. If it does harm, hide it or undo the proposal that added it."
    ),
    "not_its_voice": _(
        "The author of this proposal no longer represents this organization. Ask one of its "
        "representatives to send it again."
    ),
    "words_of_others": _(
        "A proposal on behalf of an organization can only change its own statements. To "
        "contradict other statements, answer them: both are shown."
    ),
}
"""Refusals of a proposal that changes statements of another speaker."""


def check_ownership(changeset: "Changeset") -> None:
    """Raise ValidationError if a proposal adds, changes or retires statements that its author does
    not own.

    A revert may undo exactly the reverted change; a merger moves own statements, unaltered, to the
    surviving record.
    """
    represented = changeset.on_behalf_id
    added = list(changeset.operations.added_rows())
    retired = _statements(changeset.operations.retires, of_all=represented is not None)
    owners = _owners(changeset, {row["source_id"] for _, row in added}, retired)
    own_added = [(kind, row) for kind, row in added if row["source_id"] in owners]
    own_retired = [statement for statement in retired if statement.source_id in owners]
    altered = _altered(changeset)
    if represented is not None:
        if not _author_represents(changeset):
            raise _refusal("not_its_voice")
        affected = {owners.get(row["source_id"]) for _, row in added}
        affected |= {owners.get(statement.source_id) for statement in retired} | altered
        if affected - {represented} or _changes_tiers_of_others(changeset, owners):
            raise _refusal("words_of_others")
        return
    if not (own_added or own_retired or altered or _reveals(changeset)):
        return
    allowed = (
        _is_exact_revert(changeset, own_added, own_retired)
        or _is_unaltered_merger(changeset, own_added, own_retired)
        or (not own_retired and not altered and _creates_owners(changeset, own_added, owners))
    )
    if not allowed or _reveals(changeset):
        raise _refusal("own_words")


def _refusal(rule: str) -> ValidationError:
    return ValidationError(str(SENTENCES[rule]), code=rule)


def _author_represents(changeset: "Changeset") -> bool:
    return (
        changeset.author_id is not None
        and changeset.on_behalf is not None
        and Representative.objects.represents(changeset.author_id, changeset.on_behalf)
    )


def _statements(retires: dict[str, list[int]], of_all: bool = True) -> list[Statement]:
    """The statements with these ids, by kind; without `of_all` only those in own sources."""
    own = {} if of_all else {"source__source_kind": SourceKind.OWN}
    kinds = statement_kinds()
    return [
        statement
        for kind, ids in retires.items()
        for statement in kinds[kind].objects.filter(pk__in=ids, **own)
    ]


def _owners(
    changeset: "Changeset", cited: set[int], retired: Iterable[Statement]
) -> dict[int, int | None]:
    """The owner of each own source that a proposal concerns."""
    source_ids = cited | {statement.source_id for statement in retired}
    source_ids |= {statement.source_id for statement, _ in _restricted(changeset)}
    rows = Source.objects.filter(
        pk__in=source_ids, source_kind=SourceKind.OWN, published_by__isnull=False
    )
    owners = dict(rows.values_list("pk", "published_by"))
    for change in changeset.operations.references:
        after = change.after or {}
        if change.creates and after.get("source_kind") == SourceKind.OWN:
            owners[change.id] = after.get("published_by_id")
    return {source: owner for source, owner in owners.items() if owner is not None}


OWNERSHIP_FIELDS = ("published_by_id", "source_kind", "observed", "tier")
"""Fields of a source that decide whose statements it holds, since when, and who reads them."""


def _own_source_changes(changeset: "Changeset") -> list[tuple[dict, dict]]:
    """Changes of own sources as pairs of values, before and after."""
    operations = {
        change.id: change
        for change in changeset.operations.references
        if change.table == "source" and not change.creates
    }
    sources = Source.objects.in_bulk([*operations]) if operations else {}
    changes = []
    for pk, source in sources.items():
        before = {name: getattr(source, name) for name in OWNERSHIP_FIELDS}
        values = operations[pk].after or dict.fromkeys(OWNERSHIP_FIELDS)
        after = {name: values.get(name, value) for name, value in before.items()}
        if before != after and (_is_own(before) or _is_own(after)):
            changes.append((before, after))
    return changes


def _altered(changeset: "Changeset") -> set[int]:
    """Owners whose statements would get or lose an owner."""
    return {
        values["published_by_id"]
        for before, after in _own_source_changes(changeset)
        if not _only_hides(before, after)
        for values in (before, after)
        if _is_own(values)
    }


def _only_hides(before: dict, after: dict) -> bool:
    return before == {**after, "tier": before["tier"]} and after["tier"] > before["tier"]


def _is_own(source: dict[str, Any]) -> bool:
    return source["source_kind"] == SourceKind.OWN and source["published_by_id"] is not None


def _restricted(changeset: "Changeset") -> list[tuple[Statement, TierChange]]:
    """Statements whose tier a proposal changes, each with its operation."""
    operations = {
        (change.table, change.id): change
        for change in changeset.operations.restricts
        if not change.of_source
    }
    if not operations:
        return []
    ids: dict[str, list[int]] = {}
    for table, pk in operations:
        ids.setdefault(table, []).append(pk)
    return [
        (statement, operations[statement.code(), statement.pk]) for statement in _statements(ids)
    ]


def _reveals(changeset: "Changeset") -> bool:
    """Whether a proposal would show own statements to more people."""
    owners = _owners(changeset, set(), ())
    sources = {
        change.id
        for change in changeset.operations.restricts
        if change.of_source and change.after < change.before
    }
    own = Source.objects.filter(
        pk__in=sources, source_kind=SourceKind.OWN, published_by__isnull=False
    )
    return own.exists() or any(
        statement.source_id in owners and change.after < change.before
        for statement, change in _restricted(changeset)
    )


def _changes_tiers_of_others(changeset: "Changeset", owners: dict[int, int | None]) -> bool:
    """Whether a proposal on behalf of an organization changes who may read what others say."""
    if any(change.of_source for change in changeset.operations.restricts):
        return True
    return any(
        owners.get(statement.source_id) != changeset.on_behalf_id
        for statement, _ in _restricted(changeset)
    )


Rows = list[tuple[str, Row]]
"""Kinds and rows of proposed statements."""


def _comparable(row: dict, ignored: Iterable[str] = ()) -> tuple:
    """A key to compare rows without the ignored columns."""
    ignored_names = set(ignored)
    return tuple(
        sorted((name, str(value)) for name, value in row.items() if name not in ignored_names)
    )


def _is_exact_revert(changeset: "Changeset", added: Rows, retired: list[Statement]) -> bool:
    """Whether a proposal undoes exactly what the reverted change did."""
    undone = changeset.reverts
    if undone is None or undone.number is None:
        return False
    if any(statement.added_id != undone.number for statement in retired):
        return False
    kinds = statement_kinds()
    before = {
        (kind, _comparable(statement_row(statement), ("tier",))): statement.tier
        for kind in {kind for kind, _ in added}
        for statement in kinds[kind].objects.filter(retired=undone.number)
    }
    if any(row["tier"] < before.get((kind, _comparable(row, ("tier",))), 9) for kind, row in added):
        return False
    operations = {
        (change.id, str(change.after), str(change.before))
        for change in undone.operations.references
    }
    return all(
        (change.id, str(change.before), str(change.after)) in operations
        for change in changeset.operations.references
    )


def _creates_owners(changeset: "Changeset", added: Rows, owners: dict[int, int | None]) -> bool:
    """Whether a proposal creates the organizations whose first own statements it adds."""
    created = changeset.operations.created_records
    return changeset.author_id is not None and all(
        row["record_id"] in created and owners[row["source_id"]] == row["record_id"]
        for _, row in added
    )


def _is_unaltered_merger(changeset: "Changeset", added: Rows, retired: list[Statement]) -> bool:
    """Whether a proposal merges records and moves their own statements unaltered."""
    moves = {
        change.id: change.after["successor_id"]
        for change in changeset.operations.record_changes
        if change.after.get("successor_id")
    }
    if not moves or any(
        after != {**before, "published_by_id": moves.get(before["published_by_id"])}
        for before, after in _own_source_changes(changeset)
    ):
        return False
    movable = ("preferred", "name_kind")
    columns = {"record_id", "speaker_id"} | {
        kind.column_of(kind.object_name) for kind in statement_kinds().values()
    }

    def moved(row: dict) -> tuple:
        pointing = {
            name: moves.get(value, value) if name in columns else value
            for name, value in row.items()
        }
        return _comparable(pointing, movable)

    retired_rows = {
        (statement.code(), moved(statement_row(statement))): statement for statement in retired
    }
    added_rows = {(kind, _comparable(row, movable)) for kind, row in added}
    if not added_rows <= set(retired_rows):
        return False
    return all(
        _is_redundant(statement, moves, kind, values)
        for (kind, values), statement in retired_rows.items()
        if (kind, values) not in added_rows
    )


def _is_redundant(statement: Statement, moves: dict[int, int], kind: str, values: tuple) -> bool:
    """Whether a statement dropped by a merger would be about itself, or exists already."""
    subject = moves.get(statement.record_id, statement.record_id)
    object_id = (
        getattr(statement, type(statement).column_of(statement.object_name))
        if statement.object_name
        else None
    )
    if object_id is not None and moves.get(object_id, object_id) == subject:
        return True
    current = type(statement).objects.current().filter(record=subject).exclude(pk=statement.pk)
    return any(
        (kind, _comparable(statement_row(other), ("preferred", "name_kind"))) == (kind, values)
        for other in current
    )
