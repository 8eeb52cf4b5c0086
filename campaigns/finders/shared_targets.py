"""Shared targets: who else aims at this forum, instrument or state in this window.

"Shared targets are usually necessary to go beyond feelings of solidarity" (Prop 6), and whoever
aims at one may not know of the others. Who takes part in a campaign or gathering aims with it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from campaigns.analysis.analyzer import window_to
from campaigns.analysis.facts import TAKING_PART, Days, days_of, ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from campaigns.models.involvement import UNDERTAKINGS
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS
from orgs.statements.relation import Relation

from .bodies import AIMING, Statements, named

MOST = 500
"""How many sentences about a target are read."""
MOST_ACTORS = 1_000
"""How many of those are read who take part in what aims at it."""
MOST_TARGETS = 40
"""How many targets are offered to choose from."""


class Way(NamedTuple):
    """How a body aims at a target, and the statements that lead there."""

    predicate: str
    """`targets` or `invokes`."""
    through: int
    """The undertaking that it takes part in; 0: it aims itself."""
    statements: Statements


@dataclass
class Aiming:
    """Who aims at a target."""

    target: int
    day: date
    actors: list[tuple[int, list[Way]]] = field(default_factory=list)
    """Those in more ways first."""
    alone: list[Way] = field(default_factory=list)
    """The undertakings that aim at it, of which nobody says who takes part in them."""
    partial: bool = False
    named: dict[int, Entry] = field(default_factory=dict)


def aiming_at(target: int, day: date) -> Aiming:
    """Return who aims at a record within the window up to a day. In five queries."""
    window = window_to(day)
    answer = Aiming(target, day)
    subjects = _aims(target, day, window)
    answer.partial = len(subjects) >= MOST
    kinds = dict(
        Entry.objects.published()
        .filter(id__in=ids_subquery({who for who, *_ in subjects}))
        .values_list("id", "kind")
    )
    through = [who for who, kind in kinds.items() if kind in UNDERTAKINGS]
    taking = list(
        public_statements(Involvement, day, None)
        .filter(undertaking__in=ids_subquery(through), role__in=TAKING_PART)
        .values_list("undertaking", "record", "span", "id")[:MOST_ACTORS]
    )
    answer.partial |= len(taking) >= MOST_ACTORS
    acting: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for undertaking, actor, span, statement in taking:
        if days_of(span).intersection(window):
            acting[undertaking].append((actor, statement))
    ways: dict[int, dict[tuple[str, int], Way]] = defaultdict(dict)
    alone: dict[tuple[str, int], Way] = {}
    for who, predicate, statement in subjects:
        if kinds.get(who) in ACTORS:
            ways[who].setdefault((predicate, 0), Way(predicate, 0, (statement,)))
        for actor, also in acting[who]:
            way = Way(predicate, who, (also, statement))
            ways[actor].setdefault((predicate, who), way)
        if kinds.get(who) in UNDERTAKINGS and not acting[who]:
            alone.setdefault((predicate, who), Way(predicate, who, (statement,)))
    ways.pop(target, None)
    found = [(actor, list(some.values())) for actor, some in ways.items()]
    answer.actors = sorted(found, key=lambda one: (-len(one[1]), one[0]))
    answer.alone = list(alone.values())
    answer.named = named({target, *ways, *kinds})
    return answer


def _aims(target: int, day: date, window: Days) -> list[tuple[int, str, int]]:
    """Return who is said to aim at a target within a window: (who, predicate, statement)."""
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=AIMING, object=target
    )
    targets = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, record=target
    )
    rows = [
        *relations.values_list("record", "predicate__code", "span", "id")[:MOST],
        *(
            (undertaking, "targets", span, statement)
            for undertaking, span, statement in targets.values_list("undertaking", "span", "id")[
                :MOST
            ]
        ),
    ]
    return [
        (who, predicate, statement)
        for who, predicate, span, statement in rows
        if days_of(span).intersection(window)
    ]


def most_aimed_at(day: date) -> list[tuple[Entry, int]]:
    """Return what most bodies and undertakings aim at or appeal to, each with how many do."""
    relations = (
        public_statements(Relation, day, None)
        .filter(predicate__code__in=AIMING)
        .order_by()
        .values_list("object")
        .annotate(count=Count("record", distinct=True))
        .order_by("-count", "object")[:MOST_TARGETS]
    )
    targets = (
        public_statements(Involvement, day, None)
        .filter(role=InvolvementRole.TARGET)
        .order_by()
        .values_list("record")
        .annotate(count=Count("undertaking", distinct=True))
        .order_by("-count", "record")[:MOST_TARGETS]
    )
    counts: dict[int, int] = defaultdict(int)
    for which, count in (*relations, *targets):
        counts[which] += count
    entries = Entry.objects.published().filter(~Q(kind="term"), id__in=ids_subquery(counts))
    found = [(entry, counts[entry.id]) for entry in entries.only("id", "kind", "slug", "label")]
    return sorted(found, key=lambda one: (-one[1], one[0].id))[:MOST_TARGETS]
