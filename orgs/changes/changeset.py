"""Changesets, the only way to change the catalogue.

A proposal says who proposes it, on whose behalf, why, and which statements it adds, retires or
restricts. Accepting it moves its statements into the ledger under the next number.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import PROPOSALS, RECORDS, closed
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Source, Tier
from orgs.statements.statement import Statement, statement_kinds

from . import apply
from .operations import (
    Conflict,
    NewRecord,
    Operations,
    OperationsField,
    RecordChange,
    Redaction,
    ReferenceChange,
    Row,
    TierChange,
    id_of,
    json_value,
    reserve_ids,
    values_of,
)

T = TypeVar("T")

RECORD_FIELDS = (
    "slug",
    "level",
    "embargo_until",
    "withdrawn_on",
    "withdrawn_reason",
    "successor_id",
)


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
    operations = OperationsField(default=Operations, editable=False)
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

    # Proposing

    def record(self, kind: str, slug: str, **fields: Any) -> Record:
        """Propose a new record and return it, unsaved, with its id and key reserved."""
        record = Record(id=reserve_ids(1)[0], kind=Kind(kind), slug=slug, **fields)
        self.operations.records.append(NewRecord(record.id, str(record.key), record.kind, slug))
        return record

    def add(self, kind: str, record: Record | int, **values: Any) -> None:
        """Propose a statement of this kind about a record.

        `values` are field names and values; other records, sources and terms may be given as
        objects or ids. Raises ValidationError for a field that the kind does not have.
        """
        row: Row = {"record_id": id_of(record)}
        for field in statement_kinds()[kind].operation_fields():
            if field.name == "record":
                continue
            given = field.name if field.name in values else field.attname
            value = values.pop(given) if given in values else _default(field)
            value = id_of(value) if field.is_relation else field.to_python(value)
            row[field.attname] = json_value(value)
        if values:
            raise ValidationError(
                f"A statement of the kind {kind} has no field {', '.join(sorted(values))}."
            )
        self.operations.add(kind, row)

    def retire(self, statement: Statement) -> None:
        self.operations.retire(statement.code(), statement.pk)

    def replace(self, statement: Statement, **values: Any) -> None:
        """Propose to retire a statement and add it with new values."""
        self.retire(statement)
        self.add(statement.code(), statement.record_id, **{**values_of(statement), **values})

    def restrict(self, thing: Statement | Source, tier: Tier) -> None:
        """Propose another tier of disclosure, which also applies to past states of the catalogue.

        Retiring hides nothing: an earlier `known_at` would still show the statement.
        """
        table = "source" if isinstance(thing, Source) else thing.code()
        self.operations.restricts.append(TierChange(table, thing.pk, int(thing.tier), int(tier)))

    def change_record(self, record: Record, **after: Any) -> None:
        """Propose new values of `RECORD_FIELDS`. Raises ValidationError for other fields."""
        unknown = set(after) - set(RECORD_FIELDS)
        if unknown:
            raise ValidationError(f"A record has no {', '.join(sorted(unknown))} to change.")
        before = {name: json_value(getattr(record, name)) for name in after}
        after = {name: json_value(value) for name, value in after.items()}
        self.operations.record_changes.append(RecordChange(record.pk, before, after))

    def change_reference(self, table: str, thing: Any = None, **after: Any) -> int:
        """Propose a new source, term or citation, or other values of one. Returns its id."""
        fields = REFERENCES[table]._meta.concrete_fields
        columns = {field.name: field.attname for field in fields}
        values = {columns.get(name, name): json_value(id_of(v)) for name, v in after.items()}
        pk = thing.pk if thing is not None else reserve_ids(1)[0]
        before = None
        if thing is not None:
            before = {name: json_value(getattr(thing, name)) for name in values}
        self.operations.references.append(ReferenceChange(table, pk, before, values))
        return pk

    def remove_reference(self, table: str, thing: Any, columns: Sequence[str]) -> None:
        """Propose to delete a reference, unless one of these columns has changed by then."""
        before = {name: json_value(getattr(thing, name)) for name in columns}
        self.operations.references.append(ReferenceChange(table, thing.pk, before, None))

    def redact_reason(self, change: "Changeset") -> None:
        """Propose to erase the reason of an accepted change, and to hide its label, for good."""
        self.operations.redactions.append(Redaction(change.number or 0))

    def is_empty(self) -> bool:
        """Whether accepting this proposal would change nothing."""
        return not self.operations

    def propose(self) -> "Changeset":
        """Submit the proposal for review and return it. Raises ValidationError if it is empty."""
        if self.is_empty():
            raise ValidationError(
                gettext("This makes no change. Change something before you propose it.")
            )
        self.state = self.State.PROPOSED
        self.proposed_at = timezone.now()
        self.save()
        return self

    # Deciding

    def preview(self, read: Callable[[], T]) -> T:
        """Return the result of `read` with this proposal applied, then roll back (`apply`)."""
        return apply.preview(self, read)

    def dry_run(self, *args: Any, **options: Any) -> list[tuple[Any, str]]:
        """What the ledger would refuse (`apply.dry_run`)."""
        return apply.dry_run(self, *args, **options)

    def accept(self, by: Any = None) -> "Changeset":
        """Apply this proposal to the ledger, whole or not at all (`apply.accept`)."""
        apply.accept(self, by)
        return self

    def reject(self, by: Any, decision: str) -> None:
        """Reject this proposal, with a reason for its author. The proposal is stored."""
        if not decision.strip():
            raise ValidationError(gettext("Say why, so that its author can do better."))
        self.decide(self.State.REJECTED, by, decision=decision, decided_at=Now())

    def decide(self, state: State, by: Any, **values: Any) -> None:
        """Store the decision about this proposal. Raises Conflict if there has been one."""
        pending = Changeset.objects.proposed().filter(pk=self.pk)
        decided_by = by if getattr(by, "pk", None) else None
        if not pending.update(state=state, decided_by=decided_by, **values):
            raise Conflict(gettext("This proposal has already been decided. Reload the queue."))
        self.refresh_from_db()

    def set_on_behalf(self, record: int) -> None:
        """Attribute this accepted change to `record` if the change created it."""
        created = record in self.operations.created_records
        if self.number is not None and self.on_behalf_id is None and created:
            self.on_behalf_id = record
            self.save(update_fields=("on_behalf",))


def _default(field: models.Field) -> Any:
    return None if field.null and not field.has_default() else field.get_default()
