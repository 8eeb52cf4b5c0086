"""Arena overlap: whether a body stands in several of the four arenas at once."""

from orgs.projection.analysis import ArenaOverlap

from .answer import Answer
from .facts import Days, Facts, Placed

SEVERAL = 2
"""In so many arenas at once they overlap in a body."""


def arena_overlap(actor: int, facts: Facts, window: Days) -> Answer:
    """Judge whether the arenas overlap in a body: in how many it stands at one time.

    "Each arena is constituted by actors, while each set of actors also constitutes an arena"
    (intro): so two arenas overlap in the actors that constitute both. Who leaves one before
    entering another has moved, and joins nothing. Takes its record's number.
    """
    placed = [
        one._replace(days=days)
        for one in facts.arenas.get(actor, ())
        if (days := one.days.meet(window))
    ]
    most = at_once(placed)
    value = ArenaOverlap.UNKNOWN
    if most:
        value = ArenaOverlap.SEVERAL if len(most) >= SEVERAL else ArenaOverlap.ONE
    because = [one.statement for one in placed if one.arena in most or len(most) < SEVERAL]
    return Answer(value, {"arenas_at_once": len(most)}, because)


def at_once(placed: list[Placed]) -> set[str]:
    """Return the arenas in which a body stands on the day on which these are most.

    On the first of several such days: a day on which a placement begins.
    """
    found = [
        {one.arena for one in placed if one.days.first <= day <= one.days.last}
        for day in sorted({one.days.first for one in placed})
    ]
    return max(found, key=len, default=set())
