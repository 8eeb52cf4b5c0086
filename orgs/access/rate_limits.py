"""Rate limits, shared by all processes."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from .attempt import Attempt


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
