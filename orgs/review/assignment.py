"""Holds: who is at work on what waits, so that two do not do the same."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LASTS = timedelta(days=1)
"""How long somebody holds something before it is anybody's again."""


class HoldQuerySet(models.QuerySet):
    """Words for choosing holds."""

    def standing(self):
        """Those that are not over."""
        return self.filter(since__gt=timezone.now() - LASTS)

    def over(self):
        """Those that count no more."""
        return self.filter(since__lte=timezone.now() - LASTS)


class Hold(models.Model):
    """That an editor has taken something that waits. Nobody is kept from deciding by it."""

    what = models.CharField(
        max_length=20, editable=False, help_text="A proposal, a correction: a kind of the queue."
    )
    number = models.BigIntegerField(editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, editable=False, related_name="+"
    )
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = (models.UniqueConstraint(fields=("what", "number"), name="hold_once"),)

    def __str__(self) -> str:
        return f"{self.what} {self.number}: {self.account}"

    @classmethod
    def take(cls, account, what: str, number: int) -> None:
        """Let an editor hold something, unless another was first."""
        with transaction.atomic():
            cls.objects.over().filter(what=what, number=number).delete()
            # Not looked for where it is there already: whoever holds it may let go meanwhile.
            hold = Hold(what=what, number=number, account=account)
            Hold.objects.bulk_create([hold], ignore_conflicts=True)

    @classmethod
    def release(cls, account, what: str, number: int) -> None:
        """Let go of something. What another holds stays held."""
        cls.objects.filter(what=what, number=number, account=account).delete()
