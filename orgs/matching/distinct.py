"""Pairs of records that somebody looked at and found to be two: nobody is asked about them again.

They are a note of the desk, not part of the catalogue: no page, search or export reads them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orgs.records.record import Record


class DistinctQuerySet(models.QuerySet):
    """Words for choosing pairs."""

    def among(self, records):
        """Those of which both are among these records."""
        return self.filter(first__in=records, second__in=records)


class Distinct(models.Model):
    """That two records are not the same, as somebody said who looked at both."""

    first = models.ForeignKey(Record, models.CASCADE, related_name="+")
    second = models.ForeignKey(Record, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DistinctQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="distinct_once"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="distinct_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"

    @classmethod
    def note(cls, one: int, other: int, by) -> None:
        """Remember that two records are two; saying it twice changes nothing."""
        first, second = sorted((one, other))
        # Not looked for where it is there already: somebody may forget it meanwhile.
        noted = Distinct(first_id=first, second_id=second, by=by)
        Distinct.objects.bulk_create([noted], ignore_conflicts=True)

    @classmethod
    def forget(cls, one: int, other: int) -> None:
        """Ask about two records again."""
        first, second = sorted((one, other))
        cls.objects.filter(first=first, second=second).delete()
