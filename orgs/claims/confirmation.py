"""Confirmations: that a representative was asked whether an entry is still right.

The question goes out as a link that needs no password. Of the secret in it a keyed hash is kept:
whoever reads this table can answer nothing.
"""

from django.db import models
from django.utils import timezone

from orgs.access.representative import Representative


class ConfirmationQuerySet(models.QuerySet):
    """Words for choosing questions."""

    def open(self):
        """Those that can be answered now, by somebody who may still speak for the body."""
        return self.filter(
            answered__isnull=True,
            until__gt=timezone.now(),
            representative__in=Representative.objects.active().filter(account__is_active=True),
        )


class Confirmation(models.Model):
    """A question to a representative, with a secret that answers it once."""

    representative = models.ForeignKey(Representative, models.CASCADE, related_name="confirmations")
    secret = models.CharField(max_length=64, unique=True, editable=False)
    asked = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    answered = models.DateTimeField(null=True, blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.representative} asked on {self.asked:%Y-%m-%d}"
