"""Pairs of records that an editor found to be distinct: they are not suggested again.

These are notes of the editors, not part of the catalogue: no page, search or export reads them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orgs.records.record import Record


class DistinctQuerySet(models.QuerySet):
    def among(self, records):
        """Pairs with both records in `records`."""
        return self.filter(first__in=records, second__in=records)


class Distinct(models.Model):
    """Two records that are not the same, according to an editor."""

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
        """Store a pair of distinct records; storing it again changes nothing."""
        first, second = sorted((one, other))
        # One statement, as another editor may delete the pair in the meantime.
        noted = Distinct(first_id=first, second_id=second, by=by)
        Distinct.objects.bulk_create([noted], ignore_conflicts=True)

    @classmethod
    def forget(cls, one: int, other: int) -> None:
        """Let a pair be suggested again."""
        first, second = sorted((one, other))
        cls.objects.filter(first=first, second=second).delete()
