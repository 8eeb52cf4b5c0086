"""Decisions about whole imports: an editor decides about all proposals with one label.

An import has many proposals, and accepting one takes up to a second, so a worker applies the
decision to one proposal after the other. Each is a change of its own; a restarted worker continues
with those still pending.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.jobs.job import Job


class ImportDecision(models.Model):
    """An editor's decision about all proposals of an import that they had seen."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("accept")
        REJECT = "reject", _("reject")

    label = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(blank=True)
    """Why the proposals are rejected. Their author reads it."""
    last_seen = models.BigIntegerField()
    """The last proposal that the editor had seen. Later ones need another decision."""
    at = models.DateTimeField(auto_now_add=True)
    changesets = models.PositiveIntegerField()
    """How many proposals were pending when it was made."""

    class Meta:
        verbose_name = _("decision about an import")
        verbose_name_plural = _("decisions about imports")

    def __str__(self) -> str:
        return f"{self.label}: {self.verdict}"

    @classmethod
    def decide(cls, account, label: str, last_seen: int, verdict: str, reason: str = "") -> None:
        """Decide about all proposals with this label up to this number; a worker carries it out.

        Raises ValidationError for a rejection without a reason, and Conflict if no proposal is
        pending any more or another decision about the import is being carried out.
        """
        if verdict == cls.Verdict.REJECT and not reason.strip():
            raise ValidationError(gettext("Say why, so that its author can do better."))
        with transaction.atomic():
            cls.objects.filter(label=label).exclude(job__ended=None, job__failed="").delete()
            pending_count = (
                Changeset.objects.proposed().filter(label=label, pk__lte=last_seen).count()
            )
            if not pending_count:
                raise Conflict(
                    gettext("These proposals have been decided already. Look at the queue again.")
                )
            decision = cls(
                label=label,
                account=account,
                verdict=verdict,
                reason=reason,
                last_seen=last_seen,
                changesets=pending_count,
            )
            try:
                with transaction.atomic():
                    decision.save()
                    Job.enqueue(Job.Task.DECIDE, account.language, decision=decision)
            except IntegrityError as error:  # one decision at a time for an import
                message = gettext("This import has already been decided. See the decision below.")
                raise Conflict(message) from error

    def pending_changesets(self):
        """The proposals that it has not been applied to yet."""
        return Changeset.objects.proposed().filter(label=self.label, pk__lte=self.last_seen)

    def decided_changesets(self):
        """The proposals that it has been applied to."""
        return Changeset.objects.filter(
            label=self.label,
            pk__lte=self.last_seen,
            decided_by=self.account,
            decided_at__gte=self.at,
        ).order_by("pk")

    @property
    def left(self) -> int:
        """How many it was not applied to: a moderator has to review each of them."""
        return self.pending_changesets().count()

    @classmethod
    def stop(cls, label: str) -> None:
        """Stop carrying it out. Proposals already decided stay decided."""
        for decision in cls.objects.filter(label=label).select_related("job"):
            decision.job.end()
