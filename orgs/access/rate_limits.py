"""How often something may be done within a time, for all processes of the program together."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from .attempt import Attempt


def counted(what: str, most: int, seconds: int) -> bool:
    """Count an attempt, and return whether it is still one of so many within so long.

    Each takes a place that only one can take, so the limit holds however many try at once.
    """
    return any(cache.add(f"{what}:{place}", 1, seconds) for place in range(most))


def spend(what: str, amount: int, most: int, seconds: int) -> datetime | None:
    """Take an amount out of a quota, or return when the quota is whole again.

    The time begins with the first amount. What does not fit takes nothing.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    return Attempt.spend(cache.make_key(what), amount, most, now, until)
