"""Merging two records that are one and the same."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from orgs.records.record import Record
from orgs.records.source import Source
from orgs.statements.statement import Statement, statement_kinds

from .changeset import Changeset
from .operations import Row, values_of


def default_reason() -> str:
    """It names no record, as reasons are public."""
    return gettext("Two entries described the same thing.")


def merge(
    record: Record, into: Record, author: Any = None, reason: str = "", by: Any = None
) -> Changeset:
    """Return a proposal that merges `record` into another: its statements move to `into`.

    Equal statements are added once; preferred names become variants; the old address redirects to
    `into`. `by` is the editor who proposes it: statements that they may not read are not in the
    proposal, and move when it is accepted (`rebase.rebased_operations`).
    """
    if record.kind != into.kind or record.pk == into.pk:
        raise ValidationError(gettext("Only two different records of one kind can be merged."))
    changeset = Changeset(author=author, reason=reason or default_reason())
    move_statements(changeset, record, into, by)
    changeset.change_record(record, successor_id=into.pk)
    return changeset


def move_statements(changeset: Changeset, record: Record, into: Record, by: Any = None) -> None:
    """Move all statements of and by `record` that the proposal does not move already."""
    for model in statement_kinds().values():
        _move_kind(changeset, model, record, into, by)
    moved = {change.id for change in changeset.operations.references}
    published = Source.objects.filter(published_by=record).exclude(pk__in=moved)
    for source in published if by is None else published.visible_to(by):
        changeset.change_reference("source", source, published_by=into)


def _move_kind(
    changeset: Changeset, model: type[Statement], record: Record, into: Record, by: Any
) -> None:
    """Replace `record` by `into` as subject, object and speaker of statements of one kind."""
    columns = [name for name in ("record", model.object_name, "speaker") if name]
    moving = models.Q()
    for name in columns:
        moving |= models.Q(**{name: record})
    current = model.objects.current()
    if by is not None:
        current = current.visible_to(by)
    done = changeset.operations.retires.get(model.code(), [])
    moved = list(current.filter(moving).exclude(pk__in=done))
    if not moved:
        return
    about = {statement.record_id for statement in moved} | {into.pk}
    staying = current.filter(record__in=about).exclude(
        pk__in=[*done, *(statement.pk for statement in moved)]
    )
    existing = {_comparable(statement.record_id, values_of(statement)) for statement in staying}
    for row in changeset.operations.adds.get(model.code(), ()):
        values = {name: value for name, value in row.items() if name != "record_id"}
        existing.add(_comparable(row["record_id"], values))
    for statement in moved:
        changeset.retire(statement)
        values = values_of(statement)
        for name in columns[1:]:
            if values[f"{name}_id"] == record.pk:
                values[f"{name}_id"] = into.pk
        subject = into.pk if statement.record_id == record.pk else statement.record_id
        known = _comparable(subject, values) in existing
        if statement.record_id == record.pk and statement.preferred:
            values["preferred"] = False
            if values.get("name_kind") == "official":
                values["name_kind"] = "variant"
        points_home = model.object_name and values[f"{model.object_name}_id"] == subject
        if not points_home and not known:
            changeset.add(model.code(), subject, **values)


def _comparable(subject: int, values: Row) -> tuple:
    """A key that is equal for statements with equal content about the same record."""
    sorted_values = sorted(
        (name, str(value)) for name, value in values.items() if name != "preferred"
    )
    return (subject, *sorted_values)
