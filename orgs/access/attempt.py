"""Attempts: how often somebody has tried to come in, counted for a while."""

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _


class Attempt(models.Model):
    """Something counted until a moment: what and for whom is a keyed hash, and cannot be read."""

    name = models.CharField(max_length=64, primary_key=True, editable=False)
    value = models.JSONField(editable=False)
    until = models.DateTimeField(editable=False, db_index=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def spend(
        cls, name: str, amount: int, most: int, now: datetime, until: datetime
    ) -> datetime | None:
        """Add an amount to what is counted under a name, if the sum is `most` at most.

        Returns None if it was added, else when the count ends.
        """
        # One statement: what two add at once is added one after the other.
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO orgs_attempt AS counted (name, value, until)"
                " SELECT %(name)s, to_jsonb(%(amount)s::bigint), %(until)s"
                " WHERE %(amount)s <= %(most)s"
                " ON CONFLICT (name) DO UPDATE SET"
                " value = CASE WHEN counted.until <= %(now)s THEN excluded.value"
                " ELSE to_jsonb(counted.value::bigint + excluded.value::bigint) END,"
                " until = CASE WHEN counted.until <= %(now)s THEN excluded.until"
                " ELSE counted.until END"
                " WHERE counted.until <= %(now)s"
                " OR counted.value::bigint + excluded.value::bigint <= %(most)s",
                {"name": name, "amount": amount, "most": most, "now": now, "until": until},
            )
            if cursor.rowcount:
                return None
        counting = cls.objects.filter(name=name, until__gt=now)
        return counting.values_list("until", flat=True).first() or until
