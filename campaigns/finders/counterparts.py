"""Counterparts: actors with a similar role at the other end of a corridor, without a tie.

"This concept of counterpart social organizations and public interest groups does not imply
similarity or agreement, but rather analogous roles in their respective societies" (Prop 6). A
corridor leads from where people come from to where they live. Candidates are found by their
facets, so that a large catalogue need not be read; the reasons are then read from the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from orgs.projection.entry import Entry

from .actors import (
    Actors,
    entries_by_id,
    read_actors,
    read_surroundings,
    term_labels,
    tied_records,
    undertakings_of,
)
from .candidates import CandidatePool, corridors_through, criteria_for, find_candidates, promise
from .reasons import FURTHER_PLACE_SHARE, PLACE_REASONS, ROLE_SCHEMES, Reason, reasons_for

MAX_READ = 150
"""The number of candidates, the most likely ones, whose statements are read."""

MAX_SHOWN = 20


class Counterpart(NamedTuple):
    """A likely counterpart with the reasons."""

    number: int
    score: float
    reasons: list[Reason]


@dataclass
class Counterparts:
    """The likely counterparts of an actor."""

    actor: int
    results: list[Counterpart] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Missing facts about the actor: "people", "places", "role"."""
    tied: int = 0
    """The number of records with a tie to it, which are left out."""
    examined: int = 0
    partial: bool = False
    """Whether there were more than could be examined."""
    entries: dict[int, Entry] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def counterparts_of(actor: int, day: date, tied: Iterable[int] | None = None) -> Counterparts:
    """The likely counterparts of an actor today, the most likely first.

    `tied` are the records to leave out; by default they are read from the ledger. The number of
    queries does not depend on the number of candidates.
    """
    own_facts = read_actors([actor], day)
    excluded = tied_records(actor, undertakings_of(actor, day), day) if tied is None else set(tied)
    corridors = corridors_through(own_facts, actor, day)
    answer = Counterparts(actor, missing=missing_facts(own_facts, actor), tied=len(excluded))
    pool = find_candidates(actor, criteria_for(own_facts, actor, corridors, day), excluded)
    answer.examined, answer.partial = len(pool.hits), pool.partial
    candidates = sorted(pool.hits, key=lambda number: (-promise(pool, number), number))[:MAX_READ]
    actors = read_actors([actor, *candidates], day)
    read_surroundings(actors, {place for ends in corridors for place in ends})
    for other in candidates:
        reasons = list(reasons_for(actors, actor, other, corridors))
        # Hundreds of networks call themselves so.
        if any(reason.kind != "form" for reason in reasons):
            answer.results.append(Counterpart(other, score_of(reasons, pool), reasons))
    answer.results.sort(key=lambda result: (-result.score, result.number))
    del answer.results[MAX_SHOWN:]
    reasons = [reason for result in answer.results for reason in result.reasons]
    answer.labels = term_labels(reason.trait for reason in reasons if reason.trait)
    answer.entries = entries_by_id(
        {actor}
        | {result.number for result in answer.results}
        | {thing for reason in reasons for thing in (reason.thing, reason.other_thing) if thing}
    )
    return answer


def missing_facts(actors: Actors, record: int) -> list[str]:
    """The facts about an actor that are unknown and would help to find counterparts."""
    actor = actors.by_id[record]
    has_role = any(trait.partition(":")[0] in ROLE_SCHEMES for trait in actor.traits)
    return [
        name
        for name, known in (
            ("people", actor.origins or actor.residences),
            ("places", actor.locations),
            ("role", has_role or actor.aims),
        )
        if not known
    ]


def score_of(reasons: list[Reason], pool: CandidatePool) -> float:
    """The combined weight of reasons."""
    places = sorted(
        (reason.weight for reason in reasons if reason.kind in PLACE_REASONS), reverse=True
    )
    shared = (
        reason.weight * pool.rarity(*_value_of(reason))
        for reason in reasons
        if reason.kind not in PLACE_REASONS
    )
    return sum(places[:1]) + FURTHER_PLACE_SHARE * sum(places[1:]) + sum(shared)


def _value_of(reason: Reason) -> tuple[str, str]:
    """The filter and value that stand for a reason."""
    if reason.trait:
        scheme, _, code = reason.trait.partition(":")
        return ("called" if scheme == "form" else scheme), code
    if reason.kind == "network":
        return "partnership", str(reason.thing)
    return "related_by", f"{reason.kind}:{reason.thing}"
