"""Changesets, the only way to change the catalogue.

A proposal says who proposes it, on whose behalf, why, and which statements it adds, retires or
restricts. Accepting it moves its statements into the ledger under the next number.
"""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import PROPOSALS, RECORDS, closed
from orgs.projection.ancestor import rebuild_ancestors
from orgs.projection.counter import Counter
from orgs.projection.entry import EntryChange, mentioning, project, related_memberships
from orgs.records.record import FormerSlug, Kind, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Citation, Source, Tier
from orgs.statements.membership import Membership
from orgs.statements.rules import rule_of, sentence_of
from orgs.statements.statement import Statement, statement_kinds

from .ownership import check_ownership
from .rebasing import rebase_operations
from .unlisted import refuse_unlisted

T = TypeVar("T")

RECORD_FIELDS = (
    "slug",
    "level",
    "embargo_until",
    "withdrawn_on",
    "withdrawn_reason",
    "successor_id",
)
"""Fields of a record that a changeset may change."""


BATCH = 500
"""Statements tried at once in a dry run; a refused batch is halved until the refused statement is
left."""


class Conflict(Exception):
    """Another change came first: what this changeset would change is no longer there.

    `gone` holds the statements to retire that are already retired.
    """

    def __init__(self, message: str, gone: list | None = None) -> None:
        super().__init__(message)
        self.gone = gone or []


class ChangesetQuerySet(models.QuerySet):
    def proposed(self):
        return self.filter(state=Changeset.State.PROPOSED)

    def accepted(self):
        return self.filter(state=Changeset.State.ACCEPTED)

    def visible_to(self, account):
        """Changesets that an account may read on the editors' screens.

        Its own, unless made on behalf of a hidden record, and proposals of others that mention only
        public records.
        """
        if can(account, Right.SEE_UNPUBLISHED):
            return self
        own = models.Q(author=getattr(account, "pk", None) or 0)
        own &= models.Q(on_behalf=None) | ~models.Q(on_behalf__in=closed(RECORDS))
        return self.filter(own | models.Q(pk__in=closed(PROPOSALS)))

    def as_published(self):
        """Accepted changes as readers see them: `public_reason` and `public_label`, or "".

        Every public page uses this. The operations, which are not public, are left out.
        """
        shown = {
            f"public_{name}": models.Case(
                models.When(reason_shown=True, then=name),
                default=models.Value(""),
                output_field=models.TextField(),
            )
            for name in ("reason", "label")
        }
        return (
            self.accepted()
            .annotate(**shown)
            .only("number", "state", "decided_at", "on_behalf_id", "reason_shown")
        )


class Changeset(models.Model):
    """A proposed change, and after acceptance the record of that change."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, null=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="changesets",
        help_text=_("Who proposed it. It outlives its author."),
    )
    on_behalf = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The organization that the author represents."),
    )
    reason = models.TextField(blank=True, help_text=_("Why, in a sentence. Public once accepted."))
    label = models.CharField(
        max_length=120, blank=True, help_text=_("What it is part of: the name of an import.")
    )
    operations = models.JSONField(default=dict, editable=False)
    about = ArrayField(
        models.BigIntegerField(),
        default=list,
        editable=False,
        help_text="The records and sources that an accepted change touched or pointed at.",
    )
    reason_shown = models.BooleanField(
        default=True,
        editable=False,
        help_text="Whether readers see reason and label: all of `about` is listed, none redacted.",
    )
    reason_redacted = models.BooleanField(
        default=False, editable=False, help_text="A moderator removed the reason for good."
    )
    proposed_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="decisions",
    )
    decision = models.TextField(blank=True, editable=False, help_text=_("Why it was rejected."))
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="remainders"
    )
    reverts = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="reverted_by"
    )

    objects = ChangesetQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="changeset_accepted_has_number",
                condition=models.Q(state="accepted", number__isnull=False)
                | (~models.Q(state="accepted") & models.Q(number__isnull=True)),
            ),
        )
        indexes = (
            models.Index(
                name="changeset_waiting", fields=("id",), condition=models.Q(state="proposed")
            ),
            models.Index(name="changeset_label", fields=("label",), condition=~models.Q(label="")),
            GinIndex(name="changeset_about", fields=("about",)),
        )

    def __str__(self) -> str:
        if self.number:
            return gettext("change %(number)s") % {"number": self.number}
        return gettext("proposal %(number)s") % {"number": self.pk or gettext("(new)")}

    # Writing the proposal

    def record(self, kind: str, slug: str, **fields) -> Record:
        """Propose a new record and return it, unsaved, with its id and key reserved."""
        record = Record(id=reserve_ids(1)[0], kind=Kind(kind), slug=slug, **fields)
        self._list("records").append(
            {"id": record.id, "key": str(record.key), "kind": record.kind, "slug": slug}
        )
        return record

    def add(self, kind: str, record: Record | int, **values) -> None:
        """Propose a statement of this kind about a record.

        `values` are field names and values; other records, sources and terms may be given as
        objects or ids. Raises ValidationError for a field that the kind does not have.
        """
        model = statement_kinds()[kind]
        row = {"record_id": _id(record)}
        for field in model.operation_fields():
            if field.name == "record":
                continue
            given = field.name if field.name in values else field.attname
            value = values.pop(given) if given in values else _default(field)
            row[field.attname] = _plain(_id(value) if field.is_relation else field.to_python(value))
        if values:
            raise ValidationError(
                f"A statement of the kind {kind} has no field {', '.join(sorted(values))}."
            )
        self._dict("adds").setdefault(kind, []).append(row)

    def retire(self, statement: Statement) -> None:
        """Propose to retire a statement."""
        self._dict("retires").setdefault(statement.code(), []).append(statement.pk)

    def replace(self, statement: Statement, **values) -> None:
        """Propose to retire a statement and add it with new values."""
        self.retire(statement)
        self.add(statement.code(), statement.record_id, **{**values_of(statement), **values})

    def restrict(self, thing: Statement | Source, tier: Tier) -> None:
        """Propose another tier of disclosure, which also applies to past states of the catalogue.

        Retiring hides nothing: an earlier `known_at` would still show the statement.
        """
        self._list("restricts").append(
            {
                "table": "source" if isinstance(thing, Source) else thing.code(),
                "id": thing.pk,
                "before": int(thing.tier),
                "after": int(tier),
            }
        )

    def change_record(self, record: Record, **after) -> None:
        """Propose new values of `RECORD_FIELDS`. Raises ValidationError for other fields."""
        unknown = set(after) - set(RECORD_FIELDS)
        if unknown:
            raise ValidationError(f"A record has no {', '.join(sorted(unknown))} to change.")
        self._list("record_changes").append(
            {
                "id": record.pk,
                "before": {name: _plain(getattr(record, name)) for name in after},
                "after": {name: _plain(value) for name, value in after.items()},
            }
        )

    def change_reference(self, table: str, thing=None, **after) -> int:
        """Propose a new source, term or citation, or other values of one. Returns its id."""
        model = REFERENCES[table]
        pk = thing.pk if thing is not None else reserve_ids(1)[0]
        fields = {}
        names = {field.name: field.attname for field in model._meta.concrete_fields}
        for name, value in after.items():
            fields[names.get(name, name)] = _plain(_id(value))
        before = None if thing is None else {name: _plain(getattr(thing, name)) for name in fields}
        self._list("references").append(
            {"table": table, "id": pk, "before": before, "after": fields}
        )
        return pk

    def redact_reason(self, change: "Changeset") -> None:
        """Propose to erase the reason of an accepted change, and to hide its label, for good."""
        self._list("redactions").append({"number": change.number})

    def is_empty(self) -> bool:
        """Whether accepting this proposal would change nothing."""
        return not any(self.operations.values())

    def propose(self) -> "Changeset":
        """Submit the proposal for review and return it. Raises ValidationError if it is empty."""
        if self.is_empty():
            raise ValidationError(
                gettext("Nothing would change. Change something before proposing it.")
            )
        self.state = self.State.PROPOSED
        self.proposed_at = timezone.now()
        self.save()
        return self

    # Deciding

    def rebased_operations(self) -> dict:
        """The operations, rebased on the current statements: see `rebase_operations`.

        A merger then also moves the statements that were added since, and those that its author
        could not read.
        """
        changeset = Changeset(operations=rebase_operations(self.operations, _plain))
        for operation in list(changeset.operations.get("record_changes", ())):
            if operation["after"].get("successor_id"):
                records = Record.objects.in_bulk(
                    [operation["id"], operation["after"]["successor_id"]]
                )
                if len(records) == 2:
                    changeset._move(
                        records[operation["id"]], records[operation["after"]["successor_id"]]
                    )
        return changeset.operations

    def rebase(self) -> None:
        """Store the rebased operations, so that a proposal keeps what others have changed since."""
        with transaction.atomic():
            proposed = Changeset.objects.select_for_update().filter(
                pk=self.pk, state=self.State.PROPOSED
            )
            for changeset in proposed:
                operations = changeset.rebased_operations()
                if operations != changeset.operations:
                    changeset.operations = operations
                    changeset.save(update_fields=("operations",))
                self.operations = operations

    def accept(self, by=None) -> "Changeset":
        """Apply this proposal to the ledger, whole or not at all. Returns itself.

        Raises Conflict if what it would change is no longer there, and ValidationError, with a
        sentence for people, if the database refuses it; the proposal is then unchanged. The
        register of unlisted actors is checked only for accounts that may read it; for others,
        moderators see a warning afterwards.
        """
        if by is None or can(by, Right.MANAGE_REGISTER):
            refuse_unlisted(self.operations)
        operations = self.operations
        try:
            with transaction.atomic():
                self._accept(by)
        except DatabaseError as error:
            self.refresh_from_db() if self.pk else None
            self.operations = operations
            raise ValidationError(sentence_of(error), code=rule_of(error)) from error
        except (Conflict, ValidationError):
            self.refresh_from_db()
            raise
        return self

    def _accept(self, by) -> None:
        number, at, day = Counter.take()
        claimed = Changeset.objects.filter(pk=self.pk, state=self.State.PROPOSED).update(
            state=self.State.ACCEPTED,
            number=number,
            decided_at=at,
            decided_by=by if getattr(by, "pk", None) else None,
        )
        if not claimed:
            raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
        self.refresh_from_db()
        check_ownership(self)
        self.about = sorted(self._referenced_ids())
        made = self._make_records()
        about = made | self._change_references()
        about |= self._retire(number)
        about |= self._add(number)
        about |= self._restrict()
        about |= self._change_records(at)
        self._redact()
        touched = about | mentioning(self._displayed_elsewhere())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._update_mirrors(touched, number)
        memberships = self._memberships(number)
        about |= memberships
        made |= memberships | {
            operation["id"]
            for operation in self.operations.get("references", [])
            if operation["before"] is None
        }
        touched |= memberships | related_memberships(touched | memberships)
        project(touched, number, at, day, made, self._kinds())
        # Entries changed indirectly do not show the reason of the change.
        EntryChange.objects.filter(change=number).exclude(entry__in=about).update(follows=True)
        for section in ("adds", "retires"):
            self.operations.pop(section, None)
        self.about = sorted({*self.about, *about})
        self._show_reasons(day)
        self.save(update_fields=("operations", "about", "reason_shown"))

    def _referenced_ids(self) -> set[int]:
        """Ids of the records and sources that the operations are about or point at.

        Read before the statements move into the ledger.
        """
        ids: set[int | None] = set()
        for kind, model in statement_kinds().items():
            columns = [
                name
                for name in (
                    "record_id",
                    model.column_of(model.object_name),
                    "speaker_id",
                    "source_id",
                )
                if name
            ]
            for row in self.operations.get("adds", {}).get(kind, ()):
                ids.update(row[name] for name in columns)
            retired = self.operations.get("retires", {}).get(kind, ())
            if retired:
                for values in model.objects.filter(pk__in=retired).values_list(*columns):
                    ids.update(values)
        for operation in self.operations.get("restricts", ()):
            if operation["table"] != "source":
                model = statement_kinds()[operation["table"]]
                ids.update(
                    model.objects.filter(pk=operation["id"]).values_list("record_id", flat=True)
                )
        for operation in (
            *self.operations.get("references", ()),
            *self.operations.get("record_changes", ()),
        ):
            for values in (operation["before"] or {}, operation["after"] or {}):
                ids.update(values.get(name) for name in ("published_by_id", "successor_id"))
        return {pk for pk in ids if pk}

    def _redact(self) -> None:
        """Erase reasons. The label stays for moderators, who revert an import by it."""
        for operation in self.operations.get("redactions", ()):
            changed = Changeset.objects.filter(number=operation["number"], reason_redacted=False)
            if not changed.update(reason="", reason_redacted=True, reason_shown=False):
                raise Conflict(gettext("Another person has removed this reason. Reload the page."))

    def _show_reasons(self, day: date) -> None:
        """Update `reason_shown` of this change and of the changes about what it hides or shows
        again.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT reason_may_show(%s, %s)", (self.about, day))
            self.reason_shown = cursor.fetchone()[0]
            if ids := self._displayed_elsewhere():
                cursor.execute("SELECT show_reasons(%s, %s)", (sorted(ids), day))

    def _kinds(self) -> set[str] | None:
        """The kinds of statement that this proposal adds or retires.

        None if it changes a tier, a record, or an existing reference.
        """
        changed = [
            operation
            for operation in self.operations.get("references", ())
            if operation["before"] is not None
        ]
        if changed or self.operations.get("restricts") or self.operations.get("record_changes"):
            return None
        return {*self.operations.get("adds", ()), *self.operations.get("retires", ())}

    def dry_run(
        self,
        statements: Sequence = (),
        report_progress: Callable[[float], None] | None = None,
        register: bool = False,
    ) -> list[tuple]:
        """Check what the ledger would refuse, then roll back.

        `statements` are further ones (objects with `kind` and `values`); returns the refused ones,
        each with a sentence for people. Raises ValidationError if the proposal itself is refused.
        Takes no number, so it does not block other changes. `report_progress` receives the share
        done, from 0 to 1. `register` also checks the register of unlisted actors: only for accounts
        that may read it.
        """
        number = Counter.objects.values_list("number", flat=True).get() + 1
        refused: list[tuple] = []
        if register:
            refuse_unlisted(self.operations)
        try:
            with transaction.atomic():
                check_ownership(self)
                self._make_records()
                self._change_references(dry_run=True)
                self._retire(number)
                self._add(number)
                for start in range(0, len(statements), BATCH):
                    if report_progress:
                        report_progress(start / len(statements))
                    batch = list(statements[start : start + BATCH])
                    self._dry_run_each(batch, number, refused, register)
                transaction.set_rollback(True)
        except DatabaseError as error:
            raise ValidationError(sentence_of(error), code=rule_of(error)) from error
        except Conflict as error:
            raise ValidationError(str(error)) from error
        return refused

    def preview(self, read: Callable[[], T]) -> T:
        """Return the result of `read` with this proposal applied, then roll back.

        Raises ValidationError if the proposal is refused. Takes no number, so it does not block
        other changes.
        """
        number = Counter.objects.values_list("number", flat=True).get() + 1
        try:
            with transaction.atomic():
                check_ownership(self)
                self._make_records()
                self._change_references(dry_run=True)
                self._retire(number)
                self._add(number)
                self._restrict()
                result = read()
                transaction.set_rollback(True)
        except DatabaseError as error:
            raise ValidationError(sentence_of(error), code=rule_of(error)) from error
        except Conflict as error:
            raise ValidationError(str(error)) from error
        return result

    def _dry_run_each(
        self, statements: list, number: int, refused: list[tuple], register: bool
    ) -> None:
        """Add these statements; on a refusal try each half, down to a single statement."""
        if not statements:
            return
        part = Changeset(author=self.author, on_behalf=self.on_behalf)
        for statement in statements:
            part._dict("adds").setdefault(statement.kind, []).append(statement.values)
        try:
            with transaction.atomic():
                check_ownership(part)
                if register:
                    refuse_unlisted(part.operations)
                part._add(number)
        except (DatabaseError, Conflict, ValidationError) as error:
            if len(statements) == 1:
                message = (
                    sentence_of(error) if isinstance(error, DatabaseError) else _message_of(error)
                )
                refused.append((statements[0], message))
                return
            middle = len(statements) // 2
            self._dry_run_each(statements[:middle], number, refused, register)
            self._dry_run_each(statements[middle:], number, refused, register)

    def _make_records(self) -> set[int]:
        made = self.operations.get("records", [])
        Record.objects.bulk_create(Record(**fields) for fields in made)
        return {fields["id"] for fields in made}

    def _retire(self, number: int) -> set[int]:
        touched: set[int] = set()
        for kind, ids in self.operations.get("retires", {}).items():
            model = statement_kinds()[kind]
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {model._meta.db_table} SET retired = %s"
                    " WHERE id = ANY (%s) AND retired IS NULL RETURNING id, record_id, tier",
                    (number, ids),
                )
                rows = cursor.fetchall()
            if len(rows) < len(set(ids)):
                missed = set(ids) - {row[0] for row in rows}
                raise Conflict(
                    gettext(
                        "Another person changed this before you. Compare both texts and "
                        "decide again."
                    ),
                    list(model.objects.filter(pk__in=missed)),
                )
            self._refuse_to_reveal(model, [row[0] for row in rows if row[2]])
            touched.update(row[1] for row in rows)
        return touched

    def _refuse_to_reveal(self, model: type[Statement], hidden: list[int]) -> None:
        """Raise Conflict if this proposal would publish what has been hidden since it was written.

        `hidden` are the statements that it retires and that are not public. An organization may
        have a public telephone number and a restricted one, so a proposal on behalf of an
        organization conflicts only if it repeats the hidden values.
        """
        if not hidden:
            return
        own = [field.attname for field in model.own_fields()]
        retired = list(model.objects.filter(pk__in=hidden))
        for row in self.operations.get("adds", {}).get(model.code(), ()):
            for statement in retired:
                equal = all(str(row[name]) == str(getattr(statement, name)) for name in own)
                if statement.record_id != row["record_id"] or row["tier"] >= statement.tier:
                    continue
                if equal or self.on_behalf_id is None:
                    raise Conflict(
                        gettext(
                            "This proposal replaces a hidden text with one that more "
                            "people can read. Give the new text the same visibility, or "
                            "retire and add in two proposals."
                        )
                    )

    def _add(self, number: int) -> set[int]:
        touched: set[int] = set()
        for kind, rows in self.operations.get("adds", {}).items():
            model = statement_kinds()[kind]
            columns = ", ".join(f'"{field.column}"' for field in model.operation_fields())
            given = ", ".join(f'said."{field.column}"' for field in model.operation_fields())
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({columns}, observed, added)"
                    f" SELECT {given}, source.observed, %s"
                    f" FROM jsonb_populate_recordset(NULL::{model._meta.db_table}, %s::jsonb)"
                    " WITH ORDINALITY said JOIN orgs_source source ON source.id = said.source_id"
                    # Statements are numbered, and read, in the order of the proposal.
                    " ORDER BY said.ordinality RETURNING record_id",
                    (number, json.dumps(rows)),
                )
                added = cursor.fetchall()
            if len(added) < len(rows):
                raise Conflict(
                    gettext("A source that this proposal cites is not in the catalogue. Add it.")
                )
            touched.update(row[0] for row in added)
        return touched

    def _displayed_elsewhere(self) -> set[int]:
        """Ids of changed records, sources and terms, which other entries display."""
        operations = [
            *(
                operation
                for operation in self.operations.get("restricts", ())
                if operation["table"] == "source"
            ),
            *self.operations.get("record_changes", ()),
            *(
                operation
                for operation in self.operations.get("references", ())
                if operation["before"] and operation["table"] != "citation"
            ),
        ]
        return {operation["id"] for operation in operations}

    def _restrict(self) -> set[int]:
        touched = set()
        for operation in self.operations.get("restricts", []):
            table = operation["table"]
            model = Source if table == "source" else statement_kinds()[table]
            rows = model.objects.filter(pk=operation["id"], tier=operation["before"])
            if not rows.update(tier=operation["after"]):
                raise Conflict(
                    gettext("Who may read this was changed before you. Look at it again.")
                )
            if table == "source":
                touched.add(operation["id"])
            else:
                touched.update(
                    model.objects.filter(pk=operation["id"]).values_list("record_id", flat=True)
                )
                if table == "membership":
                    touched.add(operation["id"])
        return touched

    def _change_records(self, at) -> set[int]:
        touched = set()
        for operation in self.operations.get("record_changes", []):
            after = dict(operation["after"])
            if after.get("level") == Level.WITHDRAWN and not after.get("withdrawn_on"):
                after["withdrawn_on"] = at.date().isoformat()
                after.setdefault("withdrawn_reason", "request")
            merged_into = Record.objects.filter(pk=after.get("successor_id") or 0)
            if merged_into.exclude(successor=None).exists():
                raise Conflict(
                    gettext("The other record has itself been merged. Open the list again.")
                )
            if not Record.objects.filter(
                pk=operation["id"], **_lookups(operation["before"])
            ).update(**after):
                raise Conflict(gettext("This record was changed before you. Look at it again."))
            if "slug" in after:
                FormerSlug.objects.filter(slug=after["slug"]).delete()
                FormerSlug.objects.update_or_create(
                    slug=operation["before"]["slug"], defaults={"record_id": operation["id"]}
                )
            if "successor_id" in after:
                self._update_former_slug(Record.objects.get(pk=operation["id"]))
            touched.add(operation["id"])
        return touched

    def _update_former_slug(self, record: Record) -> None:
        """Redirect the address of a merged record; give it back after an undone merger."""
        if record.successor_id:
            FormerSlug.objects.get_or_create(slug=record.slug, defaults={"record": record})
        else:
            FormerSlug.objects.filter(slug=record.slug).delete()

    def _change_references(self, dry_run: bool = False) -> set[int]:
        touched: set[int] = set()
        for operation in self.operations.get("references", []):
            model = REFERENCES[operation["table"]]
            if operation["before"] is None:
                model(id=operation["id"], **operation["after"]).save(force_insert=True)
            elif operation["after"] is None:
                model.objects.filter(pk=operation["id"]).delete()
            elif not model.objects.filter(
                pk=operation["id"], **_lookups(operation["before"])
            ).update(**operation["after"]):
                raise Conflict(gettext("This was changed before you. Look at it again."))
            if not dry_run:
                touched |= self._shown_by(operation)
        return touched

    def _shown_by(self, operation: dict) -> set[int]:
        """Ids of the entries that display a reference.

        A citation is shown by the citing and by the cited work.
        """
        if operation["table"] != "citation":
            return {operation["id"]}
        reference = {**(operation["before"] or {}), **(operation["after"] or {})}
        row = Citation.objects.filter(pk=operation["id"]).values("source_id", "cites_id").first()
        reference |= row or {}
        return {reference[end] for end in ("source_id", "cites_id") if reference.get(end)}

    def _update_mirrors(self, touched: set[int], number: int) -> None:
        """Update spheres and ancestors, which are projected outside entries. Extends `touched`."""
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
            shown = any(
                "level" in operation["after"]
                for operation in self.operations.get("record_changes", [])
            )
            if cursor.fetchone() or shown or "restricts" in self.operations:
                touched |= rebuild_ancestors(cursor)

    def _memberships(self, number: int) -> set[int]:
        return set(
            Membership.objects.filter(
                models.Q(added=number) | models.Q(retired=number)
            ).values_list("id", flat=True)
        )

    def accept_part(self, by, chosen: dict) -> "Changeset":
        """Accept the chosen operations of this proposal; the rest becomes a proposal of its own.

        `chosen` has the structure of `operations`: {"adds": {"name": [0, 2]}, "retires": {"name":
        [17]}, "records": [0]}: positions, but ids of retired statements. Returns the proposal with
        the rest, or this one if nothing is left.
        """
        taken, rest = {}, {}
        for section, content in self.operations.items():
            if section == "retires":
                pick = chosen.get(section, {})
                taken[section], rest[section] = _split_ids(content, pick)
            elif isinstance(content, dict):
                pick = chosen.get(section, {})
                taken[section], rest[section] = _split_dict(content, pick)
            else:
                pick = set(chosen.get(section, ()))
                taken[section] = [x for i, x in enumerate(content) if i in pick]
                rest[section] = [x for i, x in enumerate(content) if i not in pick]
        taken = {k: v for k, v in taken.items() if v}
        rest = {k: v for k, v in rest.items() if v}
        if not taken:
            raise ValidationError(gettext("Choose at least one step to accept."))
        whole = self.operations
        try:
            with transaction.atomic():
                remainder = self._split(taken, rest)
                self.accept(by)
        except (ValidationError, Conflict):
            self.operations = whole
            raise
        return remainder

    def _split(self, chosen: dict, rest: dict) -> "Changeset":
        """Keep the chosen operations, and return a proposal with the rest; itself if there is
        none.
        """
        proposed = Changeset.objects.select_for_update().filter(
            pk=self.pk, state=self.State.PROPOSED
        )
        if not proposed.exists():
            raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
        self.operations = chosen
        self.save(update_fields=("operations",))
        if not rest:
            return self
        return Changeset.objects.create(
            author=self.author,
            on_behalf=self.on_behalf,
            reason=self.reason,
            label=self.label,
            operations=rest,
            part_of=self,
            reverts=self.reverts,
            state=self.State.PROPOSED,
            proposed_at=self.proposed_at,
        )

    def set_on_behalf(self, record: int) -> None:
        """Attribute this accepted change to `record` if the change created it."""
        made = {fields["id"] for fields in self.operations.get("records", ())}
        if self.number is not None and self.on_behalf_id is None and record in made:
            self.on_behalf_id = record
            self.save(update_fields=("on_behalf",))

    def reject(self, by, decision: str) -> None:
        """Reject this proposal, with a reason for its author. The proposal is stored."""
        if not decision.strip():
            raise ValidationError(gettext("Say why, so that its author can do better."))
        changed = Changeset.objects.filter(pk=self.pk, state=self.State.PROPOSED).update(
            state=self.State.REJECTED,
            decision=decision,
            decided_at=Now(),
            decided_by=by if getattr(by, "pk", None) else None,
        )
        if not changed:
            raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
        self.refresh_from_db()

    def revert(self, author=None, reason: str = "") -> "Changeset":
        """Return a new proposal that undoes this change.

        It retires what the change added, adds what it retired, restores records and references, and
        withdraws new records. Tiers are not undone: hiding is fast, revealing needs a decision of
        its own.
        """
        if self.state != self.State.ACCEPTED:
            raise ValidationError(gettext("Only an accepted change can be undone."))
        undo = Changeset(
            author=author, reverts=self, reason=reason or f"Undoes change {self.number}."
        )
        for model in statement_kinds().values():
            for statement in model.objects.filter(added=self.number):
                undo.retire(statement)
            for statement in model.objects.filter(retired=self.number):
                undo.add(model.code(), statement.record_id, **values_of(statement))
        for operation in self.operations.get("record_changes", []):
            undo._list("record_changes").append(
                {"id": operation["id"], "before": operation["after"], "after": operation["before"]}
            )
        for operation in self.operations.get("references", []):
            if operation["before"] is not None:
                undo._list("references").append(
                    {**operation, "before": operation["after"], "after": operation["before"]}
                )
        for fields in self.operations.get("records", []):
            undo.change_record(
                Record.objects.get(pk=fields["id"]),
                level=Level.WITHDRAWN,
                withdrawn_reason="mistake",
            )
        return undo

    @classmethod
    def merge(
        cls, record: Record, into: Record, author=None, reason: str = "", by=None
    ) -> "Changeset":
        """Return a proposal that merges `record` into another: its statements move to `into`.

        Equal statements are added once; preferred names become variants; the old address redirects
        to `into`. `by` is the editor who proposes it: statements that they may not read are not in
        the proposal, and move when it is accepted (`rebased_operations`).
        """
        if record.kind != into.kind or record.pk == into.pk:
            raise ValidationError(gettext("Only two different records of one kind can be merged."))
        changeset = cls(author=author, reason=reason or merge_reason())
        changeset._move(record, into, by)
        changeset.change_record(record, successor_id=into.pk)
        return changeset

    def _move(self, record: Record, into: Record, by=None) -> None:
        """Move all statements of and by `record` that have not been moved yet."""
        for model in statement_kinds().values():
            self._merge_statements(model, record, into, by)
        moved = {operation["id"] for operation in self.operations.get("references", ())}
        published = Source.objects.filter(published_by=record).exclude(pk__in=moved)
        for source in published if by is None else published.visible_to(by):
            self.change_reference("source", source, published_by=into)

    def _merge_statements(
        self, model: type[Statement], record: Record, into: Record, by=None
    ) -> None:
        """Replace `record` by `into` as subject, object and speaker of statements."""
        columns = [name for name in ("record", model.object_name, "speaker") if name]
        moving = models.Q()
        for name in columns:
            moving |= models.Q(**{name: record})
        current = model.objects.current()
        if by is not None:
            current = current.visible_to(by)
        done = self.operations.get("retires", {}).get(model.code(), [])
        moved = list(current.filter(moving).exclude(pk__in=done))
        if not moved:
            return
        about = {statement.record_id for statement in moved} | {into.pk}
        staying = current.filter(record__in=about).exclude(
            pk__in=[*done, *(statement.pk for statement in moved)]
        )
        existing = {_comparable(statement.record_id, values_of(statement)) for statement in staying}
        for row in self.operations.get("adds", {}).get(model.code(), ()):
            values = {name: value for name, value in row.items() if name != "record_id"}
            existing.add(_comparable(row["record_id"], values))
        for statement in moved:
            self.retire(statement)
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
                self.add(model.code(), subject, **values)

    def _dict(self, section: str) -> dict:
        return self.operations.setdefault(section, {})

    def _list(self, section: str) -> list:
        return self.operations.setdefault(section, [])


def _message_of(error: Conflict | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def merge_reason() -> str:
    """The default reason of a merger. It names no record, as reasons are public."""
    return gettext("Two entries were one and the same.")


def reserve_ids(count: int) -> list[int]:
    """Take numbers from the catalogue's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('orgs_catalogue_number') FROM generate_series(1, %s)", (count,)
        )
        return [row[0] for row in cursor.fetchall()]


def values_of(statement: Statement) -> dict:
    """The values of a statement as `Changeset.add` takes them."""
    return {
        field.attname: getattr(statement, field.attname)
        for field in statement.operation_fields()
        if field.name != "record"
    }


def _id(thing):
    return thing.pk if isinstance(thing, models.Model) else thing


def _plain(value):
    if isinstance(value, uuid.UUID | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)


def _default(field):
    return None if field.null and not field.has_default() else field.get_default()


def _lookups(before: dict) -> dict:
    return {
        (f"{name}__isnull" if value is None else name): (True if value is None else value)
        for name, value in before.items()
    }


def _comparable(subject: int, values: dict) -> tuple:
    """A key that is equal for statements with equal content about the same record."""
    sorted_values = sorted(
        (name, str(value)) for name, value in values.items() if name != "preferred"
    )
    return (subject, *sorted_values)


def _split_ids(content: dict, pick: dict) -> tuple[dict, dict]:
    taken = {k: [i for i in ids if i in set(pick.get(k, ()))] for k, ids in content.items()}
    rest = {k: [i for i in ids if i not in set(pick.get(k, ()))] for k, ids in content.items()}
    return {k: v for k, v in taken.items() if v}, {k: v for k, v in rest.items() if v}


def _split_dict(content: dict, pick: dict) -> tuple[dict, dict]:
    taken, rest = {}, {}
    for kind, rows in content.items():
        chosen = set(pick.get(kind, ()))
        taken[kind] = [row for i, row in enumerate(rows) if i in chosen]
        rest[kind] = [row for i, row in enumerate(rows) if i not in chosen]
    return {k: v for k, v in taken.items() if v}, {k: v for k, v in rest.items() if v}
