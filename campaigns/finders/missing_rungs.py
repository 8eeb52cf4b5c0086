"""Missing rungs: service without a tie to advocacy, advocacy without a tie to service.

Migrant Forum in Asia works on four levels, from the dignity of each worker to the causes of
migration (Prop 4). An actor need not be on all levels itself: a recorded tie to one on another
level is enough. A missing record does not mean a missing tie.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from campaigns.analysis.facts import TAKING_PART, ids_subquery, public_statements
from campaigns.models import Involvement
from orgs.projection.entry import Entry, Facet
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

from .actors import Statements, entries_by_id, term_labels, tied_records, undertakings_of

LEVELS = ("level_1", "level_2", "level_3", "level_4")

SERVICE = {
    "service_level": ("level_1", "level_2"),
    "approach": ("service",),
    "activity": (
        "helping_distressed_migrants",
        "redressing_violations",
        "legal_services",
        "humanitarian_support",
        "immigrant_defense",
    ),
}
"""Editorial: the terms of service, by scheme; every term of the scheme `service` is one, too."""

ADVOCACY = {
    "service_level": ("level_3", "level_4"),
    "approach": ("advocacy", "policy_led"),
    "activity": ("policy_advocacy", "lobbying", "campaigning", "critical_engagement"),
}
"""Editorial: the terms of advocacy."""

LOCATION_FACETS = ("country", "active_in")
"""The filters for actors that are in a place."""

MAX_EXAMINED = 1_000
"""The most actors whose ties are read."""
MAX_SHOWN = 100


class UntiedActor(NamedTuple):
    """An actor on one side without a tie to the other, and its terms on its side."""

    entry: Entry
    traits: list[str]


@dataclass
class UntiedActors:
    """The actors on one side without a tie to the other."""

    untied: list[UntiedActor] = field(default_factory=list)
    count: int = 0
    """The number of them, of those examined."""
    examined: int = 0
    partial: bool = False


@dataclass
class MissingRungs:
    service: UntiedActors
    """Actors of service without a tie to advocacy."""
    advocacy: UntiedActors
    labels: dict[str, str]


def missing_rungs(day: date, place: int | None = None) -> MissingRungs:
    """The actors without a tie to the other side: all, or those in a place."""
    condition = Q(filter__in=[*SERVICE, "service"])
    condition |= Q(filter__in=LOCATION_FACETS, value=str(place))
    rows = Facet.objects.filter(condition).values_list("id", "filter", "value")
    facets = {(name, value): number for number, name, value in rows}
    service = {k: v for k, v in facets.items() if k[0] == "service" or _is_in(k, SERVICE)}
    advocacy = {k: v for k, v in facets.items() if _is_in(k, ADVOCACY)}
    location_facets = (
        None if place is None else [v for k, v in facets.items() if k[0] in LOCATION_FACETS]
    )
    result = MissingRungs(
        _untied_actors(service, advocacy, location_facets, day),
        _untied_actors(advocacy, service, location_facets, day),
        {},
    )
    untied = (*result.service.untied, *result.advocacy.untied)
    result.labels = term_labels(
        {trait for actor in untied for trait in actor.traits}
        | {*terms_of(SERVICE), *terms_of(ADVOCACY)}
    )
    return result


def terms_of(side: dict[str, tuple[str, ...]]) -> list[str]:
    """The terms of a side as `scheme:code`."""
    return [f"{scheme}:{code}" for scheme, codes in side.items() for code in codes]


def _is_in(facet: tuple[str, str], side: dict[str, tuple[str, ...]]) -> bool:
    return facet[1] in side.get(facet[0], ())


def _untied_actors(
    own_facets: dict[tuple[str, str], int],
    other_facets: dict[tuple[str, str], int],
    places: list[int] | None,
    day: date,
) -> UntiedActors:
    """The actors with a facet of one side, none of the other, and no tie to an actor there."""
    entries = (
        Entry.objects.published()
        .of_kinds(*ACTOR_KINDS)
        .filter(facets__overlap=list(own_facets.values()))
        .exclude(facets__overlap=list(other_facets.values()))
    )
    if places is not None:
        entries = entries.filter(facets__overlap=places)
    rows = list(
        entries.order_by("sort_key", "id").only("id", "key", "kind", "slug", "label", "facets")[
            : MAX_EXAMINED + 1
        ]
    )
    result = UntiedActors(examined=len(rows[:MAX_EXAMINED]), partial=len(rows) > MAX_EXAMINED)
    if not rows:
        return result
    ties = ties_of({entry.id for entry in rows[:MAX_EXAMINED]}, day)
    partners = {other for tied in ties.values() for other in tied}
    partners_there = set(
        Entry.objects.published()
        .filter(id__in=ids_subquery(partners), facets__overlap=list(other_facets.values()))
        .values_list("id", flat=True)
    )
    names = {number: f"{scheme}:{code}" for (scheme, code), number in own_facets.items()}
    for entry in rows[:MAX_EXAMINED]:
        if not ties[entry.id] & partners_there:
            result.count += 1
            if result.count <= MAX_SHOWN:
                traits = sorted(names[facet] for facet in entry.facets if facet in names)
                result.untied.append(UntiedActor(entry, traits))
    return result


def ties_of(actors: set[int], day: date) -> dict[int, set[int]]:
    """The records with a tie to each of these actors, in four queries."""
    ties: dict[int, set[int]] = defaultdict(set)
    pairs = [
        *public_statements(Relation, day, None)
        .filter(Q(record__in=ids_subquery(actors)) | Q(object__in=ids_subquery(actors)))
        .values_list("record", "object"),
        *public_statements(Membership, day, None)
        .filter(Q(record__in=ids_subquery(actors)) | Q(partnership__in=ids_subquery(actors)))
        .values_list("record", "partnership"),
    ]
    for first, second in pairs:
        ties[first].add(second)
        ties[second].add(first)
    involvements = public_statements(Involvement, day, None).filter(
        record__in=ids_subquery(actors), role__in=TAKING_PART
    )
    actors_by_undertaking: dict[int, set[int]] = defaultdict(set)
    for first, undertaking in involvements.values_list("record", "undertaking"):
        actors_by_undertaking[undertaking].add(first)
    all_involvements = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(actors_by_undertaking)
    )
    for second, undertaking in all_involvements.values_list("record", "undertaking"):
        for first in actors_by_undertaking[undertaking]:
            if first != second:
                ties[first].add(second)
    return ties


# The ladder of one actor ------------------------------------------------------------------------


class Rung(NamedTuple):
    """One of the four levels of an actor's ladder."""

    level: str
    itself: Statements
    denied: Statements
    """The statements that it does not work on this level."""
    through: list[tuple[int, int]]
    """Undertakings of this level that it takes part in: (record, statement)."""
    partners: list[tuple[int, int]]
    """Actors tied to it that work on this level: (record, statement)."""


@dataclass
class Ladder:
    """The four levels of one actor."""

    actor: int
    rungs: list[Rung]
    entries: dict[int, Entry]
    labels: dict[str, str]


MAX_PARTNERS = 12
"""The most records shown on a rung."""


def ladder_of(actor: int, day: date) -> Ladder:
    """The levels of an actor itself, of its undertakings and of the actors tied to it."""
    undertakings = set(
        public_statements(Involvement, day, None)
        .filter(record=actor, role__in=TAKING_PART)
        .values_list("undertaking", flat=True)
    )
    partners = tied_records(actor, undertakings_of(actor, day), day)
    rows = public_statements(Trait, day, None).filter(
        term__scheme="service_level",
        record__in=ids_subquery({actor, *undertakings, *partners}),
        span__contains=day,
    )
    statements: dict[tuple[str, int], int] = {}
    for level, record, statement in rows.values_list("term__code", "record", "id"):
        statements.setdefault((level, record), statement)
    denied: dict[str, list[int]] = defaultdict(list)
    for level, statement in _denials(actor).values_list("term__code", "id"):
        denied[level].append(statement)

    def with_statements(level: str, records: Iterable[int]) -> list[tuple[int, int]]:
        return [
            (record, statements[level, record])
            for record in sorted(records)
            if (level, record) in statements
        ]

    rungs = [
        Rung(
            level,
            tuple(
                statements[level, record] for record in (actor,) if (level, record) in statements
            ),
            tuple(denied[level]),
            with_statements(level, undertakings)[:MAX_PARTNERS],
            with_statements(level, partners - undertakings)[:MAX_PARTNERS],
        )
        for level in LEVELS
    ]
    mentioned = {record for rung in rungs for record, _ in (*rung.through, *rung.partners)}
    labels = term_labels(
        {f"service_level:{level}" for level in LEVELS} | {*terms_of(SERVICE), *terms_of(ADVOCACY)}
    )
    return Ladder(actor, rungs, entries_by_id({actor, *mentioned}), labels)


def _denials(actor: int) -> QuerySet:
    """The public statements that an actor does not work on a level."""
    return Trait.objects.current().filter(
        record=actor,
        term__scheme="service_level",
        holds=False,
        tier=Tier.PUBLIC,
        source__tier=Tier.PUBLIC,
    )
