"""Candidates for counterparts, found by their facets."""

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import log2
from typing import NamedTuple

from campaigns.analysis.facts import ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, UNDERTAKING_KINDS
from orgs.records.record import Sphere
from orgs.sql import fetch_rows
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation

from .actors import LOCATION_FILTERS, Actors
from .reasons import ROLE_SCHEMES, WEIGHTS, WIDE_PLACE_SHARE, Corridors, certainty

MAX_PER_CRITERION = 300
"""The most candidates examined for each criterion."""

MAX_WITH_BOTH = 1_000
"""The most further candidates that are at the other end and have something in common."""

MAX_CRITERIA = 80


class Criterion(NamedTuple):
    """A facet by which candidates are found, with its weight."""

    filter: str
    value: str
    weight: float
    other_end: bool
    """Whether it is about the other end, not about something in common."""


@dataclass
class CandidatePool:
    """The candidates, each with the criteria it meets."""

    hits: dict[int, list[Criterion]]
    partial: bool

    def rarity(self, filter: str, value: str) -> float:
        """How telling a shared facet is: 1 if no other candidate has it, towards 0 if all do."""
        if not hasattr(self, "_counts"):
            self._counts = Multiset(
                (hit.filter, hit.value) for hits in self.hits.values() for hit in hits
            )
        count = max(self._counts[filter, value], 1)
        return log2(1 + len(self.hits) / count) / log2(1 + max(len(self.hits), 1))


def corridors_through(actors: Actors, record: int, day: date) -> Corridors:
    """The corridors of cases and campaigns with an end in a country of an actor.

    Only those with one origin and one residence: of several, sources do not say who lives where.
    """
    places = sorted(actors.own_countries(record))
    undertakings = (
        Entry.objects.published()
        .of_kinds(*UNDERTAKING_KINDS)
        .holding(["origin", "residence"], [str(place) for place in places])
        .values_list("id", flat=True)[:MAX_PER_CRITERION]
    )
    rows = public_statements(Presence, day, None).filter(
        record__in=ids_subquery(undertakings),
        role__in=(Role.CONSTITUENCY_ORIGIN, Role.CONSTITUENCY_RESIDENCE),
        span__contains=day,
    )
    places_by_role: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for undertaking, role, place, statement in rows.values_list("record", "role", "place", "id"):
        places_by_role[undertaking][role].setdefault(place, statement)
    corridors: Corridors = {}
    for undertaking, roles in sorted(places_by_role.items()):
        origins = roles[Role.CONSTITUENCY_ORIGIN]
        residences = roles[Role.CONSTITUENCY_RESIDENCE]
        if len(origins) == len(residences) == 1:
            (origin, origin_statement), (residence, residence_statement) = (
                *origins.items(),
                *residences.items(),
            )
            corridors.setdefault(
                (origin, residence), (undertaking, (origin_statement, residence_statement))
            )
    return corridors


def criteria_for(actors: Actors, record: int, corridors: Corridors, day: date) -> list[Criterion]:
    """The facets by which counterparts of an actor are found, the heaviest first."""
    actor = actors.by_id[record]
    own_countries = actors.own_countries(record)
    criteria: dict[tuple[str, int | str], Criterion] = {}

    def add(filters: Iterable[str], value: int | str, weight: float, other_end: bool) -> None:
        for name in filters:
            known = criteria.get((name, value))
            if known is None or known.weight < weight:
                criteria[name, value] = Criterion(name, str(value), weight, other_end)

    for kind, shared_kind, name, places in (
        ("comes_from_there", "same_origin", "origin", actor.origins),
        ("lives_there", "same_residence", "residence", actor.residences),
    ):
        for place, share in _with_surroundings(actors, places):
            if certain := certainty(actors, record, place):
                add(LOCATION_FILTERS.values(), place, WEIGHTS[kind] * share * certain, True)
            add((name,), place, WEIGHTS[shared_kind] * share, False)
    for place, share in _with_surroundings(actors, actor.locations):
        add(("origin", "residence"), place, WEIGHTS["comes_from_there"] * share, True)
    for origin, residence in corridors:
        for other_end in (origin, residence):
            if other_end not in own_countries:
                add(LOCATION_FILTERS.values(), other_end, WEIGHTS["corridor_on_record"], True)
    for trait in actor.traits:
        scheme, _, code = trait.partition(":")
        if scheme in ROLE_SCHEMES:
            names = ("calls_itself", "called") if scheme == "form" else (scheme,)
            add(names, code, WEIGHTS[scheme], False)
    for predicate, target in actor.aims:
        add(("related_by",), f"{predicate}:{target}", WEIGHTS[predicate], False)
    for undertaking, predicate in _aiming_at(actor.aims, day):
        if undertaking not in actor.undertakings:
            add(("involved_in",), undertaking, WEIGHTS[predicate], False)
    for network in actor.networks:
        add(("partnership",), network, WEIGHTS["network"], False)
    ordered = sorted(
        criteria.values(),
        key=lambda criterion: (-criterion.weight, criterion.filter, criterion.value),
    )
    return ordered[:MAX_CRITERIA]


def _with_surroundings(actors: Actors, places: Iterable[int]) -> Iterator[tuple[int, float]]:
    """Yield these places and what they lie in, each with its share."""
    for place in places:
        for place_or_ancestor in sorted(actors.surroundings[place]):
            narrow = place_or_ancestor == place or place_or_ancestor in actors.countries
            yield place_or_ancestor, 1 if narrow else WIDE_PLACE_SHARE


def _aiming_at(aims: Iterable[tuple[str, int]], day: date) -> list[tuple[int, str]]:
    """Some undertakings with one of these targets: (undertaking, predicate)."""
    targets = {target for _, target in aims}
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=("targets", "invokes"),
        object__in=ids_subquery(targets),
        record__kind__in=UNDERTAKING_KINDS,
    )
    involvements = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, record__in=ids_subquery(targets)
    )
    return [
        *relations.values_list("record", "predicate__code")[:MAX_PER_CRITERION],
        *(
            (undertaking, "targets")
            for undertaking in involvements.values_list("undertaking", flat=True)[
                :MAX_PER_CRITERION
            ]
        ),
    ]


def find_candidates(actor: int, criteria: list[Criterion], excluded: set[int]) -> CandidatePool:
    """Find the actors that meet some of these criteria, in two queries.

    Takes the first few for each criterion, and more of those that are at the other end and have
    something in common. Leaves out actors that have ended, are in another sphere, or have no
    disclosed name.
    """
    facets = {
        (name, value): number
        for number, name, value in fetch_rows(
            "SELECT f.id, f.filter, f.value FROM orgs_facet f"
            " JOIN unnest(%s::text[], %s::text[]) criterion (filter, value)"
            " ON f.filter = criterion.filter AND f.value = criterion.value"
            " UNION SELECT id, filter, value FROM orgs_facet"
            " WHERE filter = 'event' AND value = 'ended' OR filter = 'sphere'",
            (
                [criterion.filter for criterion in criteria],
                [criterion.value for criterion in criteria],
            ),
        )
    }
    by_number = {
        facets[criterion.filter, criterion.value]: criterion
        for criterion in criteria
        if (criterion.filter, criterion.value) in facets
    }
    ends = [number for number, criterion in by_number.items() if criterion.other_end]
    alike = [number for number, criterion in by_number.items() if not criterion.other_end]
    rows = fetch_rows(
        POOL,
        {
            "wanted": list(by_number),
            "ends": ends,
            "alike": alike,
            "kinds": list(ACTOR_KINDS),
            "not": [actor, *excluded],
            "ended": [number for (name, _), number in facets.items() if name == "event"],
            "spheres": [
                facets["sphere", criterion]
                for criterion in Sphere.values
                if ("sphere", criterion) in facets
            ],
            "actor": actor,
            "each": MAX_PER_CRITERION,
            "more": MAX_WITH_BOTH,
        },
    )
    hits = {record: [by_number[criterion] for criterion in numbers] for record, numbers, _ in rows}
    return CandidatePool(hits, bool(rows and rows[0][2]))


POOL = """
WITH refused AS MATERIALIZED (
    SELECT %(ended)s::int[] || CASE WHEN facets && %(spheres)s::int[]
        THEN ARRAY(SELECT unnest(%(spheres)s::int[]) EXCEPT SELECT unnest(facets))
        ELSE '{}' END AS facets
    FROM orgs_entry WHERE id = %(actor)s
), seen AS MATERIALIZED (
    SELECT wanted.facet, near.id
    FROM unnest(%(wanted)s::int[]) wanted (facet), refused, LATERAL (
        SELECT e.id FROM orgs_entry e
        WHERE e.facets @> ARRAY[wanted.facet] AND e.state = 'published'
          AND e.kind = ANY (%(kinds)s) AND e.slug <> e.key
          AND NOT e.facets && refused.facets AND e.id <> ALL (%(not)s::bigint[])
        LIMIT %(each)s) near
), more AS MATERIALIZED (
    SELECT e.id FROM orgs_entry e, refused
    WHERE e.facets && %(ends)s::int[] AND e.facets && %(alike)s::int[] AND e.state = 'published'
      AND e.kind = ANY (%(kinds)s) AND e.slug <> e.key
      AND NOT e.facets && refused.facets AND e.id <> ALL (%(not)s::bigint[])
    LIMIT %(more)s
), pool AS (SELECT id FROM seen UNION SELECT id FROM more)
SELECT pool.id, array_agg(facet), (
    SELECT coalesce(bool_or(count >= %(each)s), false)
    FROM (SELECT count(*) FROM seen GROUP BY facet) each)
FROM pool JOIN orgs_entry e ON e.id = pool.id, unnest(e.facets) facet
WHERE facet = ANY (%(wanted)s::int[])
GROUP BY pool.id
"""


def promise(pool: CandidatePool, record: int) -> float:
    """The likely score of a candidate, from its facets alone."""
    hits = pool.hits[record]
    ends = max((hit.weight for hit in hits if hit.other_end), default=0)
    return ends + sum(
        hit.weight * pool.rarity(hit.filter, hit.value) for hit in hits if not hit.other_end
    )
