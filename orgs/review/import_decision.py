"""Decisions about whole imports: one word of an editor for all proposals that have one name.

An import is many proposals, and to accept one takes up to a second. So a worker does it, one
proposal after the other; each is a change of its own, and a worker that begins again goes on with
those that still wait.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.changes.changeset import Changeset, Conflict
from orgs.imports.upload import MAX_TRIES
from orgs.jobs import lock

log = logging.getLogger(__name__)


class ImportDecisionQuerySet(models.QuerySet):
    """Words for choosing decisions about imports."""

    def to_do(self):
        """Those that a worker has to carry out, in the order in which they were taken."""
        return self.filter(ended=None).order_by("id")


class ImportDecision(models.Model):
    """What an editor decided about all proposals of an import that they had seen."""

    class Verdict(models.TextChoices):
        """What becomes of the proposals."""

        ACCEPT = "accept", _("accept")
        REJECT = "reject", _("reject")

    label = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    words = models.TextField(blank=True)
    """Why the proposals are rejected: their author reads it."""
    last_seen = models.BigIntegerField()
    """The last proposal that the editor had seen: what joins the import later waits for another."""
    at = models.DateTimeField(auto_now_add=True)
    changesets = models.PositiveIntegerField()
    """How many waited when it was taken."""
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    """How many it could not be done for: somebody has to look at each of them."""
    ended = models.DateTimeField(null=True)

    objects = ImportDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about an import")
        verbose_name_plural = _("decisions about imports")

    def __str__(self) -> str:
        return f"{self.label}: {self.verdict}"

    @classmethod
    def take(cls, account, label: str, last_seen: int, verdict: str, words: str = "") -> None:
        """Decide about all proposals of this name up to this number; a worker carries it out.

        Raises ValidationError if they are rejected without a reason, and Conflict if none waits
        any more or another decision about them is being carried out.
        """
        if verdict == cls.Verdict.REJECT and not words.strip():
            raise ValidationError(gettext("Say why, so that its author can do better."))
        with transaction.atomic():
            cls.objects.filter(label=label).exclude(ended=None).delete()
            waiting = Changeset.objects.proposed().filter(label=label, pk__lte=last_seen).count()
            if not waiting:
                raise Conflict(
                    gettext("These proposals have been decided already. Look at the queue again.")
                )
            decision = cls(
                label=label,
                account=account,
                verdict=verdict,
                words=words,
                last_seen=last_seen,
                changesets=waiting,
            )
            try:
                with transaction.atomic():
                    decision.save()
            except IntegrityError as error:  # one decision at a time about an import
                told = gettext("This import has already been decided. See the decision below.")
                raise Conflict(told) from error

    def waiting(self):
        """Return the proposals that it has still to be done for."""
        return Changeset.objects.proposed().filter(label=self.label, pk__lte=self.last_seen)

    def decided(self):
        """Return the proposals for which it was done."""
        return Changeset.objects.filter(
            label=self.label,
            pk__lte=self.last_seen,
            decided_by=self.account,
            decided_at__gte=self.at,
        ).order_by("pk")

    @classmethod
    @contextmanager
    def next(cls) -> Iterator["ImportDecision | None"]:
        """Give the decision that has waited longest and no other worker carries out, or None.

        One that was begun again and again and never came to its end is given no more, and ended.
        """
        for which in cls.objects.to_do().values_list("pk", flat=True)[:100]:
            with lock.row_lock(cls, which) as ours:
                begun = cls.objects.to_do().filter(pk=which)
                if not ours or not begun.update(tries=models.F("tries") + 1):
                    continue
                decision = cls.objects.get(pk=which)
                if decision.tries > MAX_TRIES:
                    log.error("A decision was begun %s times and never came to its end", MAX_TRIES)
                    decision.end()
                    continue
                yield decision
                return
        yield None

    def progress(self, done: int) -> bool:
        """Note how many proposals are done. Returns whether it has not been stopped meanwhile."""
        return bool(type(self).objects.to_do().filter(pk=self.pk).update(done=done))

    def end(self) -> None:
        """Say that it was carried out, and how many proposals are left for somebody to look at."""
        ended = type(self).objects.to_do().filter(pk=self.pk)
        ended.update(ended=Now(), left=self.waiting().count())

    @classmethod
    def stop(cls, label: str) -> None:
        """Carry it out no further; what has been decided stays decided."""
        for one in cls.objects.to_do().filter(label=label):
            one.end()
