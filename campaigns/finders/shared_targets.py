"""Shared targets: who else has this forum, instrument or state as a target in this window.

"Shared targets are usually necessary to go beyond feelings of solidarity" (Prop 6), and actors with
the same target may not know of each other. Taking part in an undertaking means sharing its target.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from campaigns.analysis.analyzer import window_to
from campaigns.analysis.facts import TAKING_PART, ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.entry import Entry
from orgs.records.edtf import Days, days_of
from orgs.records.kinds import ACTOR_KINDS, UNDERTAKING_KINDS
from orgs.statements.relation import Relation

from .actors import AIM_PREDICATES, Statements, entries_by_id

MAX_STATEMENTS = 500
"""The most statements about a target that are read."""
MAX_ACTORS = 1_000
"""The most participants in undertakings with the target that are read."""
MAX_TARGETS = 40
"""The most targets offered to choose from."""


class AimPath(NamedTuple):
    """How an actor has a target, with the statements on the way."""

    predicate: str
    """`targets` or `invokes`."""
    through: int
    """The undertaking that it takes part in; 0 if it has the target itself."""
    statements: Statements


@dataclass
class SharedTarget:
    """The actors that have a record as their target."""

    target: int
    day: date
    actors: list[tuple[int, list[AimPath]]] = field(default_factory=list)
    """Those with more paths first."""
    without_participants: list[AimPath] = field(default_factory=list)
    partial: bool = False
    entries: dict[int, Entry] = field(default_factory=dict)


def actors_with_target(target: int, day: date) -> SharedTarget:
    """The actors with this target within the window up to a day, in five queries."""
    window = window_to(day)
    answer = SharedTarget(target, day)
    subjects = _aims(target, day, window)
    answer.partial = len(subjects) >= MAX_STATEMENTS
    kinds = dict(
        Entry.objects.published()
        .filter(id__in=ids_subquery({subject for subject, *_ in subjects}))
        .values_list("id", "kind")
    )
    through = [subject for subject, kind in kinds.items() if kind in UNDERTAKING_KINDS]
    involvements = list(
        public_statements(Involvement, day, None)
        .filter(undertaking__in=ids_subquery(through), role__in=TAKING_PART)
        .values_list("undertaking", "record", "span", "id")[:MAX_ACTORS]
    )
    answer.partial |= len(involvements) >= MAX_ACTORS
    participants: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for undertaking, actor, span, statement in involvements:
        if days_of(span).intersection(window):
            participants[undertaking].append((actor, statement))
    paths: dict[int, dict[tuple[str, int], AimPath]] = defaultdict(dict)
    without_participants: dict[tuple[str, int], AimPath] = {}
    for subject, predicate, statement in subjects:
        if kinds.get(subject) in ACTOR_KINDS:
            paths[subject].setdefault((predicate, 0), AimPath(predicate, 0, (statement,)))
        for actor, involvement in participants[subject]:
            path = AimPath(predicate, subject, (involvement, statement))
            paths[actor].setdefault((predicate, subject), path)
        if kinds.get(subject) in UNDERTAKING_KINDS and not participants[subject]:
            without_participants.setdefault(
                (predicate, subject), AimPath(predicate, subject, (statement,))
            )
    paths.pop(target, None)
    rows = [(actor, list(by_predicate.values())) for actor, by_predicate in paths.items()]
    answer.actors = sorted(rows, key=lambda row: (-len(row[1]), row[0]))
    answer.without_participants = list(without_participants.values())
    answer.entries = entries_by_id({target, *paths, *kinds})
    return answer


def _aims(target: int, day: date, window: Days) -> list[tuple[int, str, int]]:
    """The aims at a target within a window: (subject, predicate, statement)."""
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=AIM_PREDICATES, object=target
    )
    targets = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, record=target
    )
    rows = [
        *relations.values_list("record", "predicate__code", "span", "id")[:MAX_STATEMENTS],
        *(
            (undertaking, "targets", span, statement)
            for undertaking, span, statement in targets.values_list("undertaking", "span", "id")[
                :MAX_STATEMENTS
            ]
        ),
    ]
    return [
        (subject, predicate, statement)
        for subject, predicate, span, statement in rows
        if days_of(span).intersection(window)
    ]


def most_frequent_targets(day: date) -> list[tuple[Entry, int]]:
    relations = (
        public_statements(Relation, day, None)
        .filter(predicate__code__in=AIM_PREDICATES)
        .order_by()
        .values_list("object")
        .annotate(count=Count("record", distinct=True))
        .order_by("-count", "object")[:MAX_TARGETS]
    )
    targets = (
        public_statements(Involvement, day, None)
        .filter(role=InvolvementRole.TARGET)
        .order_by()
        .values_list("record")
        .annotate(count=Count("undertaking", distinct=True))
        .order_by("-count", "record")[:MAX_TARGETS]
    )
    counts: dict[int, int] = defaultdict(int)
    for record, count in (*relations, *targets):
        counts[record] += count
    entries = Entry.objects.published().filter(~Q(kind="term"), id__in=ids_subquery(counts))
    rows = [(entry, counts[entry.id]) for entry in entries.only("id", "kind", "slug", "label")]
    return sorted(rows, key=lambda row: (-row[1], row[0].id))[:MAX_TARGETS]
