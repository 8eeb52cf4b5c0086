"""Arena overlap: whether an actor is in several of the four arenas at once."""

from orgs.projection.analysis import ArenaOverlap
from orgs.records.edtf import Days

from .facts import ArenaFact, Facts
from .finding import Finding

SEVERAL = 2
"""Arenas overlap in an actor that is in this many of them at once."""


def arena_overlap(actor: int, facts: Facts, window: Days) -> Finding:
    """Whether arenas overlap in an actor: in how many it is at one time.

    "Each arena is constituted by actors, while each set of actors also constitutes an arena"
    (intro): so two arenas overlap in the actors that constitute both. An actor that
    leaves one arena before entering another has moved and joins nothing.
    """
    facts_in_window = [
        fact._replace(days=days)
        for fact in facts.arenas.get(actor, ())
        if (days := fact.days.intersection(window))
    ]
    simultaneous = most_simultaneous(facts_in_window)
    value = ArenaOverlap.UNKNOWN
    if simultaneous:
        value = ArenaOverlap.SEVERAL if len(simultaneous) >= SEVERAL else ArenaOverlap.ONE
    because = [
        fact.statement
        for fact in facts_in_window
        if fact.arena in simultaneous or len(simultaneous) < SEVERAL
    ]
    return Finding(value, {"arenas_at_once": len(simultaneous)}, because)


def most_simultaneous(facts: list[ArenaFact]) -> set[str]:
    """The arenas on the day with the most; on the first of several such days."""
    by_day = [
        {fact.arena for fact in facts if fact.days.first <= day <= fact.days.last}
        for day in sorted({fact.days.first for fact in facts})
    ]
    return max(by_day, key=len, default=set())
