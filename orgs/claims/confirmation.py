"""Confirmations: requests to a representative to confirm that an entry is still right.

The request is a link that needs no password. Its secret is stored as a keyed hash, so that readers
of the table cannot answer.
"""

from django.db import models
from django.utils import timezone

from orgs.access.representative import Representative


class ConfirmationQuerySet(models.QuerySet):
    def open(self):
        """Requests that can be answered now, by an account that is still a representative."""
        return self.filter(
            answered_at__isnull=True,
            until__gt=timezone.now(),
            representative__in=Representative.objects.active().filter(account__is_active=True),
        )


class Confirmation(models.Model):
    """A request to a representative, with a single-use secret that answers it."""

    representative = models.ForeignKey(Representative, models.CASCADE, related_name="confirmations")
    secret = models.CharField(max_length=64, unique=True, editable=False)
    requested_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.representative} requested on {self.requested_at:%Y-%m-%d}"
