"""Changesets: the one door in. Nothing else changes the catalogue.

While it is proposed it says who proposes it, on whose behalf, why, and which statements it would
add, retire or restrict. Accepting it moves its contents into the ledger under the next number.
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
from orgs.projection.entry import EntryChange, beside, mentioning, project
from orgs.records.record import FormerSlug, Kind, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Citation, Source, Tier
from orgs.statements.membership import Membership
from orgs.statements.rules import rule_of, sentence_of
from orgs.statements.statement import Statement, statement_kinds

from .merge import merged
from .own_words import heed
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
"""What a changeset may change about a record itself."""


BATCH = 500
"""How many statements are tried at once: one that is refused is looked for among no more."""


class Conflict(Exception):
    """Somebody else was faster: what this changeset would change is no longer there.

    `gone` holds the statements it wanted to retire that are retired already, or the things it
    wanted to change that are different now, as the sentences a person reads.
    """

    def __init__(self, message: str, gone: list | None = None) -> None:
        super().__init__(message)
        self.gone = gone or []


class ChangesetQuerySet(models.QuerySet):
    """Words for choosing changesets."""

    def proposed(self):
        """The proposals that wait for a decision."""
        return self.filter(state=Changeset.State.PROPOSED)

    def accepted(self):
        """Those that are part of the ledger."""
        return self.filter(state=Changeset.State.ACCEPTED)

    def visible_to(self, account):
        """Those that an account may read on the editors' screens.

        Its own, unless made on behalf of what is hidden, and the proposals of others that mention
        only what is open.
        """
        if can(account, Right.SEE_UNPUBLISHED):
            return self
        own = models.Q(author=getattr(account, "pk", None) or 0)
        own &= models.Q(on_behalf=None) | ~models.Q(on_behalf__in=closed(RECORDS))
        return self.filter(own | models.Q(pk__in=closed(PROPOSALS)))

    def as_published(self):
        """Accepted changes as readers see them: `public_reason` and `public_label`, or "".

        The one place that decides it. Without the operations, which are not public.
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
    """A proposal that proposes a change, and later the record of that change."""

    class State(models.TextChoices):
        """Where the proposal is."""

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
        record = Record(id=reserve(1)[0], kind=Kind(kind), slug=slug, **fields)
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
        """Propose that the catalogue no longer says this."""
        self._dict("retires").setdefault(statement.code(), []).append(statement.pk)

    def replace(self, statement: Statement, **values) -> None:
        """Propose that the catalogue says this otherwise: retire it and add it with new values."""
        self.retire(statement)
        self.add(statement.code(), statement.record_id, **{**said(statement), **values})

    def restrict(self, thing: Statement | Source, tier: Tier) -> None:
        """Propose another tier of disclosure, which reaches every yesterday.

        Hiding by retiring would leak: another clock would still show it.
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
        """Propose another slug, level or successor of a record."""
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
        which = thing.pk if thing is not None else reserve(1)[0]
        fields = {}
        names = {field.name: field.attname for field in model._meta.concrete_fields}
        for name, value in after.items():
            fields[names.get(name, name)] = _plain(_id(value))
        before = None if thing is None else {name: _plain(getattr(thing, name)) for name in fields}
        self._list("references").append(
            {"table": table, "id": which, "before": before, "after": fields}
        )
        return which

    def redact_reason(self, change: "Changeset") -> None:
        """Propose to erase the reason of an accepted change, and to hide its label, for good."""
        self._list("redactions").append({"number": change.number})

    def is_empty(self) -> bool:
        """Whether accepting this proposal would change nothing."""
        return not any(self.operations.values())

    def propose(self) -> "Changeset":
        """Put the proposal into the queue. Returns itself; raises ValidationError if it is
        empty.
        """
        if self.is_empty():
            raise ValidationError(
                gettext("Nothing would change. Change something before proposing it.")
            )
        self.state = self.State.PROPOSED
        self.proposed_at = timezone.now()
        self.save()
        return self

    # Deciding

    def standing_on_now(self) -> dict:
        """Return what this proposal says if it stands on what is said by now: see `merged`.

        A merger then moves all that is said by now, also what its author could not read.
        """
        now = Changeset(operations=merged(self.operations, _plain))
        for step in list(now.operations.get("record_changes", ())):
            if step["after"].get("successor_id"):
                both = Record.objects.in_bulk([step["id"], step["after"]["successor_id"]])
                if len(both) == 2:
                    now._move(both[step["id"]], both[step["after"]["successor_id"]])
        return now.operations

    def rebase(self) -> None:
        """Let a proposal that waits keep what others have changed since in other parts."""
        with transaction.atomic():
            waiting = Changeset.objects.select_for_update().filter(
                pk=self.pk, state=self.State.PROPOSED
            )
            for changeset in waiting:
                now = changeset.standing_on_now()
                if now != changeset.operations:
                    changeset.operations = now
                    changeset.save(update_fields=("operations",))
                self.operations = now

    def accept(self, by=None) -> "Changeset":
        """Make this proposal part of the ledger, whole or not at all. Returns itself.

        Raises Conflict if what it would change is no longer there, and ValidationError, with
        the sentence a person reads, if the database refuses it. Nothing is lost either way: the
        proposal stays as it was. The register of what is never to be listed is asked for those who
        may read it; what others accept themselves, moderators see with a warning afterwards.
        """
        if by is None or can(by, Right.MANAGE_REGISTER):
            refuse_unlisted(self.operations)
        changeset = self.operations
        try:
            with transaction.atomic():
                self._accept(by)
        except DatabaseError as error:
            self.refresh_from_db() if self.pk else None
            self.operations = changeset
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
        heed(self)
        self.about = sorted(self._points_at())
        made = self._make_records()
        about = made | self._change_references()
        about |= self._retire(number)
        about |= self._add(number)
        about |= self._restrict()
        about |= self._change_records(at)
        self._redact()
        touched = about | mentioning(self._shown_otherwise())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._mirror(touched, number)
        memberships = self._memberships(number)
        about |= memberships
        made |= memberships | {
            step["id"] for step in self.operations.get("references", []) if step["before"] is None
        }
        touched |= memberships | beside(touched | memberships)
        project(touched, number, at, day, made, self._kinds())
        # Of what follows from a proposal nobody may learn why it was written.
        EntryChange.objects.filter(change=number).exclude(entry__in=about).update(follows=True)
        for kept in ("adds", "retires"):
            self.operations.pop(kept, None)
        self.about = sorted({*self.about, *about})
        self._show_reasons(day)
        self.save(update_fields=("operations", "about", "reason_shown"))

    def _points_at(self) -> set[int]:
        """Return the records and sources that the statements of this proposal are about or point
        at.

        Asked before they are moved into the ledger.
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
        for step in self.operations.get("restricts", ()):
            if step["table"] != "source":
                model = statement_kinds()[step["table"]]
                ids.update(model.objects.filter(pk=step["id"]).values_list("record_id", flat=True))
        for step in (
            *self.operations.get("references", ()),
            *self.operations.get("record_changes", ()),
        ):
            for values in (step["before"] or {}, step["after"] or {}):
                ids.update(values.get(name) for name in ("published_by_id", "successor_id"))
        return {which for which in ids if which}

    def _redact(self) -> None:
        """Erase reasons. The label stays for moderators: an import is undone by it."""
        for step in self.operations.get("redactions", ()):
            changed = Changeset.objects.filter(number=step["number"], reason_redacted=False)
            if not changed.update(reason="", reason_redacted=True, reason_shown=False):
                raise Conflict(gettext("Another person has removed this reason. Reload the page."))

    def _show_reasons(self, day: date) -> None:
        """Decide which reasons readers may know: of this change, and of others about what it hides.

        What it lists again counts, too.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT reason_may_show(%s, %s)", (self.about, day))
            self.reason_shown = cursor.fetchone()[0]
            if ids := self._shown_otherwise():
                cursor.execute("SELECT show_reasons(%s, %s)", (sorted(ids), day))

    def _kinds(self) -> set[str] | None:
        """Return the kinds of statement that this proposal says or retires.

        None if it changes who may read something, a record, or a reference that was there before.
        """
        changed = [
            step for step in self.operations.get("references", ()) if step["before"] is not None
        ]
        if changed or self.operations.get("restricts") or self.operations.get("record_changes"):
            return None
        return {*self.operations.get("adds", ()), *self.operations.get("retires", ())}

    def dry_run(
        self,
        steps: Sequence = (),
        tell: Callable[[float], None] | None = None,
        register: bool = False,
    ) -> list[tuple]:
        """Find out what the ledger would refuse, and keep nothing.

        Takes further statements (objects with `kind` and `values`) and returns those that are
        refused, each with the sentence a person reads. Raises ValidationError if the proposal
        itself is refused. Takes no number, so nobody waits. `tell` is told which share is done.
        `register` asks the register of what is never to be listed, too: only for its readers.
        """
        number = Counter.objects.values_list("number", flat=True).get() + 1
        refused: list[tuple] = []
        if register:
            refuse_unlisted(self.operations)
        try:
            with transaction.atomic():
                heed(self)
                self._make_records()
                self._change_references(dry_run=True)
                self._retire(number)
                self._add(number)
                for start in range(0, len(steps), BATCH):
                    if tell:
                        tell(start / len(steps))
                    part = list(steps[start : start + BATCH])
                    self._dry_run_each(part, number, refused, register)
                transaction.set_rollback(True)
        except DatabaseError as error:
            raise ValidationError(sentence_of(error), code=rule_of(error)) from error
        except Conflict as error:
            raise ValidationError(str(error)) from error
        return refused

    def preview(self, look: Callable[[], T]) -> T:
        """Return what `look` sees where this proposal has been accepted, and keep nothing.

        Raises ValidationError if the proposal is refused. Takes no number, so nobody waits.
        """
        number = Counter.objects.values_list("number", flat=True).get() + 1
        try:
            with transaction.atomic():
                heed(self)
                self._make_records()
                self._change_references(dry_run=True)
                self._retire(number)
                self._add(number)
                self._restrict()
                seen = look()
                transaction.set_rollback(True)
        except DatabaseError as error:
            raise ValidationError(sentence_of(error), code=rule_of(error)) from error
        except Conflict as error:
            raise ValidationError(str(error)) from error
        return seen

    def _dry_run_each(self, steps: list, number: int, refused: list[tuple], register: bool) -> None:
        """Add these statements; halve them where the ledger refuses, until one is left."""
        if not steps:
            return
        part = Changeset(author=self.author, on_behalf=self.on_behalf)
        for step in steps:
            part._dict("adds").setdefault(step.kind, []).append(step.values)
        try:
            with transaction.atomic():
                heed(part)
                if register:
                    refuse_unlisted(part.operations)
                part._add(number)
        except (DatabaseError, Conflict, ValidationError) as error:
            if len(steps) == 1:
                told = sentence_of(error) if isinstance(error, DatabaseError) else told_of(error)
                refused.append((steps[0], told))
                return
            middle = len(steps) // 2
            self._dry_run_each(steps[:middle], number, refused, register)
            self._dry_run_each(steps[middle:], number, refused, register)

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
        """Raise Conflict if this proposal would say openly what has been hidden since it was
        written.

        `hidden` are the statements that it retires and that not everybody may read. A proposal
        written before somebody hid a statement must not bring its text back to the public. A body
        may have one telephone for all and another for few: so of its own words only those count
        that are the same as what is hidden.
        """
        if not hidden:
            return
        own = [field.attname for field in model.own_fields()]
        retired = list(model.objects.filter(pk__in=hidden))
        for row in self.operations.get("adds", {}).get(model.code(), ()):
            for one in retired:
                alike = all(str(row[name]) == str(getattr(one, name)) for name in own)
                if one.record_id != row["record_id"] or row["tier"] >= one.tier:
                    continue
                if alike or self.on_behalf_id is None:
                    raise Conflict(
                        gettext(
                            "What this proposal replaces is hidden, and it would show the new text "
                            "to more people. Give the new text the same readers, or retire and "
                            "add in two proposals."
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

    def _shown_otherwise(self) -> set[int]:
        """Return what others show otherwise, or to others, after this proposal."""
        steps = [
            *(step for step in self.operations.get("restricts", ()) if step["table"] == "source"),
            *self.operations.get("record_changes", ()),
            *(
                step
                for step in self.operations.get("references", ())
                if step["before"] and step["table"] != "citation"
            ),
        ]
        return {step["id"] for step in steps}

    def _restrict(self) -> set[int]:
        touched = set()
        for step in self.operations.get("restricts", []):
            table = step["table"]
            model = Source if table == "source" else statement_kinds()[table]
            rows = model.objects.filter(pk=step["id"], tier=step["before"])
            if not rows.update(tier=step["after"]):
                raise Conflict(
                    gettext("Who may read this was changed before you. Look at it again.")
                )
            if table == "source":
                touched.add(step["id"])
            else:
                touched.update(
                    model.objects.filter(pk=step["id"]).values_list("record_id", flat=True)
                )
                if table == "membership":
                    touched.add(step["id"])
        return touched

    def _change_records(self, at) -> set[int]:
        touched = set()
        for step in self.operations.get("record_changes", []):
            after = dict(step["after"])
            if after.get("level") == Level.WITHDRAWN and not after.get("withdrawn_on"):
                after["withdrawn_on"] = at.date().isoformat()
                after.setdefault("withdrawn_reason", "request")
            merged_into = Record.objects.filter(pk=after.get("successor_id") or 0)
            if merged_into.exclude(successor=None).exists():
                raise Conflict(
                    gettext("What it would be merged into has been merged itself. Look again.")
                )
            if not Record.objects.filter(pk=step["id"], **_lookups(step["before"])).update(**after):
                raise Conflict(gettext("This record was changed before you. Look at it again."))
            if "slug" in after:
                FormerSlug.objects.filter(slug=after["slug"]).delete()
                FormerSlug.objects.update_or_create(
                    slug=step["before"]["slug"], defaults={"record_id": step["id"]}
                )
            if "successor_id" in after:
                self._lead_on(Record.objects.get(pk=step["id"]))
            touched.add(step["id"])
        return touched

    def _lead_on(self, record: Record) -> None:
        """Let the address of a merged record lead on; after an undone merger it is its own."""
        if record.successor_id:
            FormerSlug.objects.get_or_create(slug=record.slug, defaults={"record": record})
        else:
            FormerSlug.objects.filter(slug=record.slug).delete()

    def _change_references(self, dry_run: bool = False) -> set[int]:
        touched: set[int] = set()
        for step in self.operations.get("references", []):
            model = REFERENCES[step["table"]]
            if step["before"] is None:
                model(id=step["id"], **step["after"]).save(force_insert=True)
            elif step["after"] is None:
                model.objects.filter(pk=step["id"]).delete()
            elif not model.objects.filter(pk=step["id"], **_lookups(step["before"])).update(
                **step["after"]
            ):
                raise Conflict(gettext("This was changed before you. Look at it again."))
            if not dry_run:
                touched |= self._shown_by(step)
        return touched

    def _shown_by(self, step: dict) -> set[int]:
        """Return the entries of a reference that this step changes.

        A citation is shown by the work that cites and by the work that is cited.
        """
        if step["table"] != "citation":
            return {step["id"]}
        told = {**(step["before"] or {}), **(step["after"] or {})}
        row = Citation.objects.filter(pk=step["id"]).values("source_id", "cites_id").first()
        told |= row or {}
        return {told[end] for end in ("source_id", "cites_id") if told.get(end)}

    def _mirror(self, touched: set[int], number: int) -> None:
        """Bring what is projected beside entries up to date: spheres and ancestors."""
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
                "level" in step["after"] for step in self.operations.get("record_changes", [])
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
        """Accept the chosen steps of this proposal; the rest stays a proposal of its own.

        `chosen` names steps as the proposal lists them: {"adds": {"name": [0, 2]}, "retires":
        {"name": [17]}, "records": [0]}: positions, but the ids of what is retired. Returns the
        proposal with the rest, or this one if nothing is left over.
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

    def _split(self, taken: dict, rest: dict) -> "Changeset":
        """Keep these steps, and return a proposal with the others; itself if there are none."""
        waiting = Changeset.objects.select_for_update().filter(
            pk=self.pk, state=self.State.PROPOSED
        )
        if not waiting.exists():
            raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
        self.operations = taken
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

    def speak_for(self, record: int) -> None:
        """Say on whose behalf this change was written, if it made that record itself."""
        made = {fields["id"] for fields in self.operations.get("records", ())}
        if self.number is not None and self.on_behalf_id is None and record in made:
            self.on_behalf_id = record
            self.save(update_fields=("on_behalf",))

    def reject(self, by, decision: str) -> None:
        """Decline this proposal, with a reason that its author reads. The proposal is kept."""
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

    def reverted(self, author=None, reason: str = "") -> "Changeset":
        """Return a new proposal that undoes this change.

        What it added is retired, what it retired is said again, records and references get
        their former values, records it made are withdrawn. Who may read what is not undone:
        hiding is fast, revealing needs a decision of its own.
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
                undo.add(model.code(), statement.record_id, **said(statement))
        for step in self.operations.get("record_changes", []):
            undo._list("record_changes").append(
                {"id": step["id"], "before": step["after"], "after": step["before"]}
            )
        for step in self.operations.get("references", []):
            if step["before"] is not None:
                undo._list("references").append(
                    {**step, "before": step["after"], "after": step["before"]}
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
        """Return a proposal that makes one record of two: what is said of one is said of the other.

        What both say alike is said once; preferred names become variants; the old address leads
        to the survivor for ever. `by` is the editor who proposes it: what they may not read is not
        in their proposal, and moves when it is accepted (`standing_on_now`).
        """
        if record.kind != into.kind or record.pk == into.pk:
            raise ValidationError(gettext("Only two different records of one kind can be merged."))
        changeset = cls(author=author, reason=reason or merge_reason())
        changeset._move(record, into, by)
        changeset.change_record(record, successor_id=into.pk)
        return changeset

    def _move(self, record: Record, into: Record, by=None) -> None:
        """Move to a record all that is said of another and has not been moved yet."""
        for model in statement_kinds().values():
            self._merge_statements(model, record, into, by)
        moved = {step["id"] for step in self.operations.get("references", ())}
        published = Source.objects.filter(published_by=record).exclude(pk__in=moved)
        for source in published if by is None else published.visible_to(by):
            self.change_reference("source", source, published_by=into)

    def _merge_statements(
        self, model: type[Statement], record: Record, into: Record, by=None
    ) -> None:
        """Say of one record, through the mouth of one, what is said of and by the other."""
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
        said_already = {_comparable(one.record_id, said(one)) for one in staying}
        for row in self.operations.get("adds", {}).get(model.code(), ()):
            values = {name: value for name, value in row.items() if name != "record_id"}
            said_already.add(_comparable(row["record_id"], values))
        for statement in moved:
            self.retire(statement)
            values = said(statement)
            for name in columns[1:]:
                if values[f"{name}_id"] == record.pk:
                    values[f"{name}_id"] = into.pk
            subject = into.pk if statement.record_id == record.pk else statement.record_id
            known = _comparable(subject, values) in said_already
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


def told_of(error: Conflict | ValidationError) -> str:
    """Return what a person reads of a refusal that is not the database's."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def merge_reason() -> str:
    """Return why two records are merged, where nobody says it better. It names none of them."""
    return gettext("Two entries were one and the same.")


def reserve(count: int) -> list[int]:
    """Return so many new numbers of the catalogue's one sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('orgs_catalogue_number') FROM generate_series(1, %s)", (count,)
        )
        return [row[0] for row in cursor.fetchall()]


def said(statement: Statement) -> dict:
    """Return the values of a statement as `Changeset.add` takes them."""
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
    """Return what two statements have alike if they say the same of the same record."""
    told = sorted((name, str(value)) for name, value in values.items() if name != "preferred")
    return (subject, *told)


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
