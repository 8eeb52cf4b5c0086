"""Corrections: what readers report as wrong in a record, without an account.

A correction changes nothing. It stays in the review queue until an editor writes a proposal from it
or declines it, so it is not part of the catalogue.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.records.record import Record


class CorrectionQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=Correction.State.WAITING)

    def visible_to(self, account):
        """All or none: corrections have one right."""
        return self if can(account, Right.SEE_CORRECTIONS) else self.none()


class Correction(models.Model):
    """What a reader reports as wrong, what is right instead, and the evidence."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a decision")
        TAKEN = "taken", _("taken up in a proposal")
        DECLINED = "declined", _("declined")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, models.CASCADE, editable=False, related_name="corrections")
    statement = models.BigIntegerField(
        null=True, editable=False, help_text="The number of the sentence, if the reader chose one."
    )
    wrong = models.TextField(editable=False)
    right = models.TextField(editable=False)
    how = models.TextField(editable=False, help_text="How it can be known: a source.")
    urgent = models.BooleanField(
        _("urgent"),
        default=False,
        editable=False,
        help_text="Whether it is said to put people in danger.",
    )
    address = models.EmailField(
        blank=True, editable=False, help_text="Where the answer goes. Deleted with the decision."
    )
    language = models.CharField(
        max_length=10, blank=True, editable=False, help_text="That of the answer, as BCP-47."
    )
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, editable=False)
    decision = models.TextField(blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    changeset = models.ForeignKey(
        Changeset, models.SET_NULL, null=True, editable=False, related_name="corrections"
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ("-id",)
        indexes = (
            models.Index(
                name="correction_waiting", fields=("id",), condition=models.Q(state="waiting")
            ),
        )

    def __str__(self) -> str:
        return gettext("correction %(number)s") % {"number": self.pk}

    @classmethod
    def send(cls, key: uuid.UUID, record: int, **fields: object) -> "Correction":
        """Add a correction to the queue. Sending the same key again returns the first one."""
        return cls.objects.get_or_create(key=key, defaults={"record_id": record, **fields})[0]

    def take_up(self, by, changeset: Changeset) -> str:
        """Record that this proposal makes the correction.

        Returns the address for the answer, which is deleted here. Raises Conflict if another person
        has decided already.
        """
        return self._decide(by, self.State.TAKEN, changeset=changeset)

    def decline(self, by, decision: str) -> str:
        """Record that nothing changes, and why. Returns and raises as `take_up` does."""
        return self._decide(by, self.State.DECLINED, decision=decision)

    def _decide(self, by, state: str, **values: object) -> str:
        with transaction.atomic():
            pending = Correction.objects.pending().select_for_update().filter(pk=self.pk)
            address = pending.values_list("address", flat=True).first()
            if address is None:
                raise Conflict(gettext("Another person has already decided about this."))
            pending.update(
                state=state, decided_by=by, decided_at=timezone.now(), address="", **values
            )
        self.refresh_from_db()
        return address
