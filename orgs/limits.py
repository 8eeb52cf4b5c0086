"""How often something may be done within a time, for all processes of the program together."""

from django.core.cache import cache


def counted(what: str, most: int, seconds: int) -> bool:
    """Count an attempt, and return whether it is still one of so many within so long.

    Each takes a place that only one can take, so the limit holds however many try at once.
    """
    return any(cache.add(f"{what}:{place}", 1, seconds) for place in range(most))
