"""Rate limits, shared by all processes."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Attempt(models.Model):
    """A counter that is valid until a moment. `name` is a hash: it reveals neither the action nor
    the account.
    """

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
        """Add `amount` to the counter if the sum is at most `most`.

        Returns None if it was added, else the moment at which the counter ends.
        """
        # One SQL statement, so that concurrent additions run one after the other.
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
        counter = cls.objects.filter(name=name, until__gt=now)
        return counter.values_list("until", flat=True).first() or until


def count_attempt(name: str, limit: int, seconds: int) -> bool:
    """Count an attempt, and return whether it is within the limit of the last `seconds`.

    Each attempt takes one of `limit` keys in the cache, so concurrent attempts cannot exceed the
    limit.
    """
    return any(cache.add(f"{name}:{place}", 1, seconds) for place in range(limit))


def spend(name: str, amount: int, limit: int, seconds: int) -> datetime | None:
    """Take an amount from a quota. Returns None, or the moment at which the quota is full again.

    The period begins with the first amount. An amount that does not fit takes nothing.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    return Attempt.spend(cache.make_key(name), amount, limit, now, until)
