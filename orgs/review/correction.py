"""Corrections: what readers say is wrong about a record, in words and without an account.

A correction changes nothing. It waits in the editors' queue until somebody writes a proposal of it
or says why not, so it is no part of the catalogue.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset, Conflict
from orgs.records.record import Record


class CorrectionQuerySet(models.QuerySet):
    """Words for choosing corrections."""

    def waiting(self):
        """Those about which nobody has decided yet."""
        return self.filter(state=Correction.State.WAITING)

    def visible_to(self, account):
        """Those that an account may read: all, or none."""
        return self if can(account, Right.SEE_CORRECTIONS) else self.none()


class Correction(models.Model):
    """What a reader says is wrong, what is right instead, and how that can be known."""

    class State(models.TextChoices):
        """Where the correction is."""

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
    def send(cls, key: uuid.UUID, record: int, **said: object) -> "Correction":
        """Put a correction into the queue, once however often it is sent. Returns it."""
        return cls.objects.get_or_create(key=key, defaults={"record_id": record, **said})[0]

    def take_up(self, by, changeset: Changeset) -> str:
        """Say that this proposal does what the reader asked for.

        Returns the address that waits for an answer, which is forgotten here. Raises Conflict if
        somebody else has decided.
        """
        return self._decide(by, self.State.TAKEN, changeset=changeset)

    def decline(self, by, decision: str) -> str:
        """Say that nothing will be changed, and why. Returns and raises as `take_up` does."""
        return self._decide(by, self.State.DECLINED, decision=decision)

    def _decide(self, by, state: str, **more: object) -> str:
        with transaction.atomic():
            waiting = Correction.objects.waiting().select_for_update().filter(pk=self.pk)
            address = waiting.values_list("address", flat=True).first()
            if address is None:
                raise Conflict(gettext("Another person has already decided about this."))
            waiting.update(
                state=state, decided_by=by, decided_at=timezone.now(), address="", **more
            )
        self.refresh_from_db()
        return address
