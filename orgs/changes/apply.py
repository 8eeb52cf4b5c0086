"""Applying a changeset to the ledger: for good, as a dry run, or for a preview."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext

from orgs.access.roles import Right, can
from orgs.projection.ancestor import rebuild_ancestors
from orgs.projection.counter import Counter
from orgs.projection.entry import EntryChange, mentioning, project, related_memberships
from orgs.records.record import FormerSlug, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Citation
from orgs.sql import execute, fetch_rows, fetch_value
from orgs.statements.membership import Membership
from orgs.statements.refusal_messages import rule_of, sentence_of
from orgs.statements.statement import Statement, statement_kinds

from .operations import Conflict, Operations, RecordChange, ReferenceChange, Row, TierChange
from .ownership import check_ownership
from .unlisted import refuse_unlisted

if TYPE_CHECKING:
    from .changeset import Changeset

T = TypeVar("T")

BATCH = 500
"""Statements tried at once in a dry run; a refused batch is halved until the refused statement is
left."""


# For good -----------------------------------------------------------------------------------------


def accept(changeset: "Changeset", by: Any = None) -> None:
    """Apply a proposal, whole or not at all.

    Raises Conflict if what it would change is no longer there, and ValidationError, with a
    sentence for people, if the database refuses it; the proposal is then unchanged. The register of
    unlisted actors is checked only for accounts that may read it; for others, moderators see a
    warning afterwards.
    """
    if by is None or can(by, Right.MANAGE_REGISTER):
        refuse_unlisted(changeset.operations)
    operations = changeset.operations
    try:
        with transaction.atomic():
            _accept(changeset, by)
    except DatabaseError as error:
        changeset.refresh_from_db() if changeset.pk else None
        changeset.operations = operations
        raise ValidationError(sentence_of(error), code=rule_of(error)) from error
    except (Conflict, ValidationError):
        changeset.refresh_from_db()
        raise


def _accept(changeset: "Changeset", by: Any) -> None:
    number, at, day = Counter.take()
    changeset.decide(changeset.State.ACCEPTED, by, number=number, decided_at=at)
    check_ownership(changeset)
    operations = changeset.operations
    changeset.about = sorted(operations.referenced_ids())
    touched = apply(changeset, number)
    touched |= _change_records(operations.record_changes, at)
    _redact(changeset)
    memberships = _memberships_of(number)
    created = operations.created_records | memberships
    created |= {change.id for change in operations.references if change.creates}
    entries = touched | memberships
    projected = entries | mentioning(operations.shown_elsewhere())
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")
    projected |= _update_mirrors(operations, projected, number)
    projected |= related_memberships(projected)
    project(projected, number, at, day, created, operations.statement_kinds())
    # Entries changed indirectly do not show the reason of the change.
    EntryChange.objects.filter(change=number).exclude(entry__in=entries).update(follows=True)
    changeset.about = sorted({*changeset.about, *entries})
    _show_reasons(changeset, day)
    # The statements are in the ledger now.
    operations.adds, operations.retires = {}, {}
    changeset.save(update_fields=("operations", "about", "reason_shown"))


def accept_part(changeset: "Changeset", by: Any, chosen: dict[str, Any]) -> "Changeset":
    """Accept the chosen operations (`Operations.split`); the rest becomes a proposal of its own.

    Returns the proposal with the rest, or this one if nothing is left.
    """
    taken, rest = changeset.operations.split(chosen)
    if not taken:
        raise ValidationError(gettext("Choose at least one step to accept."))
    whole = changeset.operations
    try:
        with transaction.atomic():
            remainder = _split(changeset, taken, rest)
            accept(changeset, by)
    except (ValidationError, Conflict):
        changeset.operations = whole
        raise
    return remainder


def _split(changeset: "Changeset", chosen: Operations, rest: Operations) -> "Changeset":
    proposals = type(changeset).objects
    if not proposals.proposed().select_for_update().filter(pk=changeset.pk).exists():
        raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
    changeset.operations = chosen
    changeset.save(update_fields=("operations",))
    if not rest:
        return changeset
    return proposals.create(
        author=changeset.author,
        on_behalf=changeset.on_behalf,
        reason=changeset.reason,
        label=changeset.label,
        operations=rest,
        part_of=changeset,
        reverts=changeset.reverts,
        state=changeset.State.PROPOSED,
        proposed_at=changeset.proposed_at,
    )


def _memberships_of(number: int) -> set[int]:
    changed = models.Q(added=number) | models.Q(retired=number)
    return set(Membership.objects.filter(changed).values_list("id", flat=True))


def _redact(changeset: "Changeset") -> None:
    """Erase reasons. The label stays for moderators, who revert an import by it."""
    for redaction in changeset.operations.redactions:
        changes = type(changeset).objects.filter(number=redaction.number, reason_redacted=False)
        if not changes.update(reason="", reason_redacted=True, reason_shown=False):
            raise Conflict(gettext("Another person has removed this reason. Reload the page."))


def _show_reasons(changeset: "Changeset", day: date) -> None:
    """Update `reason_shown` of this change, and of those about what it hides or shows again."""
    changeset.reason_shown = fetch_value("SELECT reason_may_show(%s, %s)", (changeset.about, day))
    if ids := changeset.operations.shown_elsewhere():
        execute("SELECT show_reasons(%s, %s)", (sorted(ids), day))


def _update_mirrors(operations: Operations, touched: set[int], number: int) -> set[int]:
    """Update spheres and ancestors, which are projected outside entries.

    Returns the ids of the entries that change with them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_record r SET sphere = now.sphere FROM ("
            " SELECT r.id, coalesce((SELECT t.code FROM orgs_trait s JOIN orgs_term t"
            "   ON t.id = s.term_id AND t.scheme = 'sphere'"
            "   JOIN orgs_source src ON src.id = s.source_id AND src.tier = 0"
            "   WHERE s.record_id = r.id AND s.holds AND s.retired IS NULL AND s.tier = 0"
            "   ORDER BY s.preferred DESC, s.id LIMIT 1), '') AS sphere"
            " FROM orgs_record r WHERE r.id = ANY (%s)) now"
            " WHERE now.id = r.id AND now.sphere <> r.sphere",
            (list(touched),),
        )
        cursor.execute(
            "SELECT 1 FROM orgs_relation s JOIN orgs_term t ON t.id = s.predicate_id"
            " AND t.code IN ('part_of', 'edition_of')"
            " WHERE s.added = %s OR s.retired = %s LIMIT 1",
            (number, number),
        )
        level_changes = any("level" in change.after for change in operations.record_changes)
        if cursor.fetchone() or level_changes or operations.restricts:
            return rebuild_ancestors(cursor)
    return set()


# And rolled back ----------------------------------------------------------------------------------


def preview(changeset: "Changeset", read: Callable[[], T]) -> T:
    """Return the result of `read` with a proposal applied, then roll back.

    Raises ValidationError if the proposal is refused. Takes no number, so it does not block other
    changes.
    """
    with _rolled_back() as number:
        check_ownership(changeset)
        apply(changeset, number, dry_run=True)
        return read()


def dry_run(
    changeset: "Changeset",
    statements: Sequence[Any] = (),
    report_progress: Callable[[float], None] | None = None,
    register: bool = False,
) -> list[tuple[Any, str]]:
    """Check what the ledger would refuse, then roll back.

    `statements` are further ones (objects with `kind` and `values`); returns the refused ones, each
    with a sentence for people. Raises ValidationError if the proposal itself is refused.
    `report_progress` receives the share done, from 0 to 1. `register` also checks the register of
    unlisted actors: only for accounts that may read it.
    """
    if register:
        refuse_unlisted(changeset.operations)
    refused: list[tuple[Any, str]] = []
    with _rolled_back() as number:
        check_ownership(changeset)
        apply(changeset, number, dry_run=True)
        for start in range(0, len(statements), BATCH):
            if report_progress:
                report_progress(start / len(statements))
            batch = list(statements[start : start + BATCH])
            _dry_run_each(changeset, batch, number, refused, register)
    return refused


@contextmanager
def _rolled_back() -> Iterator[int]:
    """A transaction that leaves nothing, and the number that the next change would have.

    Raises ValidationError, with a sentence for people, for what the database refuses in it.
    """
    number = Counter.objects.values_list("number", flat=True).get() + 1
    try:
        with transaction.atomic():
            yield number
            transaction.set_rollback(True)
    except DatabaseError as error:
        raise ValidationError(sentence_of(error), code=rule_of(error)) from error
    except Conflict as error:
        raise ValidationError(str(error)) from error


def _dry_run_each(
    changeset: "Changeset",
    statements: list[Any],
    number: int,
    refused: list[tuple[Any, str]],
    register: bool,
) -> None:
    """Check and add these statements, those that are refused one by one excepted."""

    def check(part: "Changeset") -> None:
        check_ownership(part)
        if register:
            refuse_unlisted(part.operations)

    def add(part: "Changeset") -> None:
        _add(part.operations, number)

    # Apart: the checks take longer, and are seldom the reason.
    permitted = _without_refused(changeset, statements, check, refused)
    _without_refused(changeset, permitted, add, refused)


def _without_refused(
    changeset: "Changeset",
    statements: list[Any],
    attempt: Callable[["Changeset"], None],
    refused: list[tuple[Any, str]],
) -> list[Any]:
    """Attempt all; on a refusal each half, down to a single statement. Returns the others."""
    if not statements:
        return []
    part = type(changeset)(author=changeset.author, on_behalf=changeset.on_behalf)
    for statement in statements:
        part.operations.add(statement.kind, statement.values)
    try:
        with transaction.atomic():
            attempt(part)
    except (DatabaseError, Conflict, ValidationError) as error:
        if len(statements) == 1:
            refused.append((statements[0], _message_of(error)))
            return []
        middle = len(statements) // 2
        return [
            statement
            for half in (statements[:middle], statements[middle:])
            for statement in _without_refused(changeset, half, attempt, refused)
        ]
    return statements


def _message_of(error: Exception) -> str:
    if isinstance(error, DatabaseError):
        return sentence_of(error)
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


# The operations -----------------------------------------------------------------------------------


def apply(changeset: "Changeset", number: int, dry_run: bool = False) -> set[int]:
    """Apply all operations but changes of records and redactions, as the change `number`.

    Returns the ids of the entries that they are about; nothing useful in a dry run.
    """
    operations = changeset.operations
    Record.objects.bulk_create(Record(**vars(record)) for record in operations.records)
    touched = operations.created_records
    _change_references(operations.references)
    if not dry_run:
        touched |= {pk for change in operations.references for pk in _entries_showing(change)}
    touched |= _retire(changeset, number)
    touched |= _add(operations, number)
    for tier_change in operations.restricts:
        touched |= _restrict(tier_change)
    return touched


def _change_references(references: list[ReferenceChange]) -> None:
    """Apply these changes in their order, new rows that follow each other at once."""
    runs = groupby(references, key=lambda change: (change.table, change.creates))
    for (table, creates), changes in runs:
        model = REFERENCES[table]
        if creates:
            model.objects.bulk_create(
                model(id=change.id, **(change.after or {})) for change in changes
            )
        else:
            for change in changes:
                _change_reference(change)


def _change_reference(change: ReferenceChange) -> None:
    """Change or delete a row."""
    model = REFERENCES[change.table]
    if change.after is None:
        model.objects.filter(pk=change.id).delete()
    elif not model.objects.filter(pk=change.id, **_lookups(change.before or {})).update(
        **change.after
    ):
        raise Conflict(gettext("This was changed before you. Look at it again."))


def _entries_showing(change: ReferenceChange) -> set[int]:
    """Ids of the entries that display a reference; for a citation, the works at both ends."""
    if change.table != "citation":
        return {change.id}
    row = Citation.objects.filter(pk=change.id).values("source_id", "cites_id").first()
    ends = {**change.values, **(row or {})}
    return {ends[end] for end in ("source_id", "cites_id") if ends.get(end)}


def _retire(changeset: "Changeset", number: int) -> set[int]:
    touched: set[int] = set()
    for kind, ids in changeset.operations.retires.items():
        model = statement_kinds()[kind]
        rows = fetch_rows(
            f"UPDATE {model._meta.db_table} SET retired = %s"
            " WHERE id = ANY (%s) AND retired IS NULL RETURNING id, record_id, tier",
            (number, ids),
        )
        if len(rows) < len(set(ids)):
            missed = set(ids) - {row[0] for row in rows}
            raise Conflict(
                gettext(
                    "Another person changed this before you. Compare both texts and decide again."
                ),
                model.objects.filter(pk__in=missed),
            )
        _refuse_to_reveal(changeset, model, [row[0] for row in rows if row[2]])
        touched.update(row[1] for row in rows)
    return touched


def _refuse_to_reveal(changeset: "Changeset", model: type[Statement], hidden: list[int]) -> None:
    """Raise Conflict if a proposal would publish what has been hidden since it was written.

    `hidden` are the statements that it retires and that are not public. An organization may have a
    public telephone number and a restricted one, so a proposal on behalf of an organization
    conflicts only if it repeats the hidden values.
    """
    if not hidden:
        return
    own = [field.attname for field in model.own_fields()]
    retired = list(model.objects.filter(pk__in=hidden))
    for row in changeset.operations.adds.get(model.code(), ()):
        for statement in retired:
            equal = all(str(row[name]) == str(getattr(statement, name)) for name in own)
            if statement.record_id != row["record_id"] or row["tier"] >= statement.tier:
                continue
            if equal or changeset.on_behalf_id is None:
                raise Conflict(
                    gettext(
                        "This proposal replaces a hidden text with one that more people can read. "
                        "Give the new text the same visibility, or retire and add in two proposals."
                    )
                )


def _add(operations: Operations, number: int) -> set[int]:
    touched: set[int] = set()
    for kind, rows in operations.adds.items():
        model = statement_kinds()[kind]
        columns = ", ".join(f'"{field.column}"' for field in model.operation_fields())
        values = ", ".join(f'new."{field.column}"' for field in model.operation_fields())
        added = fetch_rows(
            f"INSERT INTO {model._meta.db_table} ({columns}, observed, added)"
            f" SELECT {values}, source.observed, %s"
            f" FROM jsonb_populate_recordset(NULL::{model._meta.db_table}, %s::jsonb)"
            " WITH ORDINALITY new JOIN orgs_source source ON source.id = new.source_id"
            # Statements are numbered, and read, in the order of the proposal.
            " ORDER BY new.ordinality RETURNING record_id",
            (number, json.dumps(rows)),
        )
        if len(added) < len(rows):
            raise Conflict(
                gettext("A source that this proposal cites is not in the catalogue. Add it.")
            )
        touched.update(row[0] for row in added)
    return touched


def _restrict(change: TierChange) -> set[int]:
    target = change.model._default_manager.filter(pk=change.id)
    if not target.filter(tier=change.before).update(tier=change.after):
        raise Conflict(gettext("Who may read this was changed before you. Look at it again."))
    if change.of_source:
        return {change.id}
    shown = {change.id} if change.table == "membership" else set()
    return shown | set(target.values_list("record_id", flat=True))


def _change_records(changes: list[RecordChange], at: datetime) -> set[int]:
    for change in changes:
        after = dict(change.after)
        if after.get("level") == Level.WITHDRAWN and not after.get("withdrawn_on"):
            after["withdrawn_on"] = at.date().isoformat()
            after.setdefault("withdrawn_reason", "request")
        merged_into = Record.objects.filter(pk=after.get("successor_id") or 0)
        if merged_into.exclude(successor=None).exists():
            raise Conflict(gettext("The other record has itself been merged. Open the list again."))
        if not Record.objects.filter(pk=change.id, **_lookups(change.before)).update(**after):
            raise Conflict(gettext("This record was changed before you. Look at it again."))
        if "slug" in after:
            FormerSlug.objects.filter(slug=after["slug"]).delete()
            FormerSlug.objects.update_or_create(
                slug=change.before["slug"], defaults={"record_id": change.id}
            )
        if "successor_id" in after:
            _update_former_slug(Record.objects.get(pk=change.id))
    return {change.id for change in changes}


def _update_former_slug(record: Record) -> None:
    """Redirect the address of a merged record; give it back after an undone merger."""
    if record.successor_id:
        FormerSlug.objects.get_or_create(slug=record.slug, defaults={"record": record})
    else:
        FormerSlug.objects.filter(slug=record.slug).delete()


def _lookups(before: Row) -> Row:
    return {
        (f"{name}__isnull" if value is None else name): (True if value is None else value)
        for name, value in before.items()
    }
