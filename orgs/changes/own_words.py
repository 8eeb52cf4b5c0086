"""Own words: what a body says of itself here, which nobody else can alter.

It speaks in a source of its own (`published_by` is the body, the kind is "own"), and only through a
proposal on its behalf, by somebody who may speak for it. Everybody else may hide its words, which
protects, or undo the proposal that said them; and a proposal on behalf of a body leaves alone what
others say, for it can answer beside it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.access.representative import Representative
from orgs.records.source import Source, SourceKind
from orgs.statements.statement import Statement, statement_kinds

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
        "A proposal on behalf of an organization changes only what the organization says about "
        "itself. Answer what others say: both are shown."
    ),
}
"""What a person reads when a proposal would put words into a body's mouth, or out of another's."""


def heed(changeset: "Changeset") -> None:
    """Raise ValidationError if a proposal says, alters or takes back words that are not its own.

    Whoever undoes a change takes back exactly what it did; a merge carries a body's own words to
    the record that it lives on in, unaltered.
    """
    content = changeset.operations
    speaks_for = changeset.on_behalf_id
    said = [(kind, row) for kind, rows in content.get("adds", {}).items() for row in rows]
    retired = _statements(content.get("retires", {}), of_all=speaks_for is not None)
    owners = _owners(changeset, {row["source_id"] for _, row in said}, retired)
    own_said = [(kind, row) for kind, row in said if row["source_id"] in owners]
    own_retired = [one for one in retired if one.source_id in owners]
    altered = _altered(changeset)
    if speaks_for is not None:
        if not _may_speak(changeset):
            raise _refused("not_its_voice")
        mouths = {owners.get(row["source_id"]) for _, row in said}
        mouths |= {owners.get(one.source_id) for one in retired} | altered
        if mouths - {speaks_for} or _opens_or_hides_others(changeset, owners):
            raise _refused("words_of_others")
        return
    if not (own_said or own_retired or altered or _opened(changeset)):
        return
    allowed = (
        _undoes(changeset, own_said, own_retired)
        or _carries(changeset, own_said, own_retired)
        or (not own_retired and not altered and _introduces(changeset, own_said, owners))
    )
    if not allowed or _opened(changeset):
        raise _refused("own_words")


def _refused(rule: str) -> ValidationError:
    return ValidationError(str(SENTENCES[rule]), code=rule)


def _may_speak(changeset: "Changeset") -> bool:
    return (
        changeset.author_id is not None
        and changeset.on_behalf is not None
        and Representative.objects.may_speak(changeset.author_id, changeset.on_behalf)
    )


def _statements(retires: dict[str, list[int]], of_all: bool = True) -> list[Statement]:
    """Return these statements; unless those `of_all` are asked for, of bodies themselves alone."""
    own = {} if of_all else {"source__source_kind": SourceKind.OWN}
    kinds = statement_kinds()
    return [
        one
        for kind, ids in retires.items()
        for one in kinds[kind].objects.filter(pk__in=ids, **own)
    ]


def _owners(
    changeset: "Changeset", cited: set[int], retired: Iterable[Statement]
) -> dict[int, int | None]:
    """Return whose own words stand in which source, of those that a proposal is about."""
    asked = cited | {one.source_id for one in retired}
    asked |= {one.source_id for one, _ in _tiers(changeset)}
    rows = Source.objects.filter(
        pk__in=asked, source_kind=SourceKind.OWN, published_by__isnull=False
    )
    owners = dict(rows.values_list("pk", "published_by"))
    for step in changeset.operations.get("references", ()):
        after = step["after"] or {}
        if step["before"] is None and after.get("source_kind") == SourceKind.OWN:
            owners[step["id"]] = after.get("published_by_id")
    return {source: body for source, body in owners.items() if body is not None}


SPOKEN = ("published_by_id", "source_kind", "observed", "tier")
"""The columns of a source that say whose words stand in it, from when they hold, who reads them."""


def _source_steps(changeset: "Changeset") -> list[tuple[dict, dict]]:
    """Return what a proposal would make of sources in which a body speaks: before and after."""
    steps = [
        step
        for step in changeset.operations.get("references", ())
        if step["table"] == "source" and step["before"] is not None
    ]
    there = Source.objects.in_bulk([step["id"] for step in steps]) if steps else {}
    found = []
    for step in steps:
        if step["id"] not in there:
            continue
        before = {name: getattr(there[step["id"]], name) for name in SPOKEN}
        told = step["after"] or dict.fromkeys(SPOKEN)
        after = {name: told.get(name, value) for name, value in before.items()}
        if before != after and (_is_own(before) or _is_own(after)):
            found.append((before, after))
    return found


def _altered(changeset: "Changeset") -> set[int]:
    """Return the bodies whose words would become another's, or another's theirs."""
    return {
        one["published_by_id"]
        for before, after in _source_steps(changeset)
        if not _only_hides(before, after)
        for one in (before, after)
        if _is_own(one)
    }


def _only_hides(before: dict, after: dict) -> bool:
    return before == {**after, "tier": before["tier"]} and after["tier"] > before["tier"]


def _is_own(source: dict[str, Any]) -> bool:
    return source["source_kind"] == SourceKind.OWN and source["published_by_id"] is not None


def _tiers(changeset: "Changeset") -> list[tuple[Statement, dict]]:
    """Return the statements of which a proposal changes who may read them, with the step."""
    steps = {
        (step["table"], step["id"]): step
        for step in changeset.operations.get("restricts", ())
        if step["table"] != "source"
    }
    if not steps:
        return []
    wanted: dict[str, list[int]] = {}
    for table, which in steps:
        wanted.setdefault(table, []).append(which)
    return [(one, steps[one.code(), one.pk]) for one in _statements(wanted)]


def _opened(changeset: "Changeset") -> bool:
    """Whether a proposal would show a body's own words to more people."""
    owners = _owners(changeset, set(), ())
    sources = {
        step["id"]
        for step in changeset.operations.get("restricts", ())
        if step["table"] == "source" and step["after"] < step["before"]
    }
    own = Source.objects.filter(
        pk__in=sources, source_kind=SourceKind.OWN, published_by__isnull=False
    )
    return own.exists() or any(
        one.source_id in owners and step["after"] < step["before"]
        for one, step in _tiers(changeset)
    )


def _opens_or_hides_others(changeset: "Changeset", owners: dict[int, int | None]) -> bool:
    """Whether a proposal on behalf of a body decides who may read what others say."""
    if any(step["table"] == "source" for step in changeset.operations.get("restricts", ())):
        return True
    return any(owners.get(one.source_id) != changeset.on_behalf_id for one, _ in _tiers(changeset))


Said = list[tuple[str, dict]]
"""Statements as a proposal holds them, each with its kind."""


def _row(statement: Statement) -> dict:
    return {
        field.attname: getattr(statement, field.attname) for field in statement.operation_fields()
    }


def _plain(row: dict, but: Iterable[str] = ()) -> tuple:
    """Return a row so that two can be compared, save for some columns."""
    left_out = set(but)
    return tuple(sorted((name, str(value)) for name, value in row.items() if name not in left_out))


def _undoes(changeset: "Changeset", said: Said, retired: list[Statement]) -> bool:
    """Whether a proposal takes back exactly what the change did that it undoes."""
    undone = changeset.reverts
    if undone is None or undone.number is None:
        return False
    if any(one.added_id != undone.number for one in retired):
        return False
    kinds = statement_kinds()
    before = {
        (kind, _plain(_row(one), ("tier",))): one.tier
        for kind in {kind for kind, _ in said}
        for one in kinds[kind].objects.filter(retired=undone.number)
    }
    if any(row["tier"] < before.get((kind, _plain(row, ("tier",))), 9) for kind, row in said):
        return False
    steps = {
        (step["id"], str(step["after"]), str(step["before"]))
        for step in undone.operations.get("references", ())
    }
    return all(
        (step["id"], str(step["before"]), str(step["after"])) in steps
        for step in changeset.operations.get("references", ())
    )


def _introduces(changeset: "Changeset", said: Said, owners: dict[int, int | None]) -> bool:
    """Whether a proposal makes the bodies whose first words it holds, so that it alters
    nobody's.
    """
    made = {fields["id"] for fields in changeset.operations.get("records", ())}
    return changeset.author_id is not None and all(
        row["record_id"] in made and owners[row["source_id"]] == row["record_id"] for _, row in said
    )


def _carries(changeset: "Changeset", said: Said, retired: list[Statement]) -> bool:
    """Whether a proposal makes one record of two and carries own words along, each unaltered."""
    moves = {
        step["id"]: step["after"]["successor_id"]
        for step in changeset.operations.get("record_changes", ())
        if step["after"].get("successor_id")
    }
    if not moves or any(
        after != {**before, "published_by_id": moves.get(before["published_by_id"])}
        for before, after in _source_steps(changeset)
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
        return _plain(pointing, movable)

    left = {(one.code(), moved(_row(one))): one for one in retired}
    arrived = {(kind, _plain(row, movable)) for kind, row in said}
    if not arrived <= set(left):
        return False
    return all(
        _kept_elsewhere(one, moves, kind, told)
        for (kind, told), one in left.items()
        if (kind, told) not in arrived
    )


def _kept_elsewhere(one: Statement, moves: dict[int, int], kind: str, told: tuple) -> bool:
    """Whether a statement that a merge drops would be about itself, or is said already."""
    subject = moves.get(one.record_id, one.record_id)
    points_at = getattr(one, type(one).column_of(one.object_name)) if one.object_name else None
    if points_at is not None and moves.get(points_at, points_at) == subject:
        return True
    there = type(one).objects.current().filter(record=subject).exclude(pk=one.pk)
    return any(
        (kind, _plain(_row(other), ("preferred", "name_kind"))) == (kind, told) for other in there
    )
