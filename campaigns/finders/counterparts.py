"""Counterparts: actors with a similar role at the other end of a corridor, without a tie.

"This concept of counterpart social organizations and public interest groups does not imply
similarity or agreement, but rather analogous roles in their respective societies" (Prop 6). A
corridor leads from where people come from to where they live. Candidates are found by their
facets, so that a large catalogue need not be read; the reasons are then read from the ledger.
"""

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

from .actors import (
    LOCATION_FILTERS,
    Actors,
    Statements,
    entries_by_id,
    places_of,
    read_actors,
    read_surroundings,
    term_labels,
    tied_records,
    undertakings_of,
)

ROLE_SCHEMES = ("issue", "sector", "identity", "agenda", "activity", "service", "form")
"""The schemes whose shared terms make roles similar."""

WEIGHTS = {
    "comes_from_there": 3.0,
    "lives_there": 3.0,
    "corridor_on_record": 2.0,
    "same_corridor": 1.5,
    "same_origin": 1.0,
    "same_residence": 0.5,
    "targets": 4.0,
    "invokes": 3.0,
    "issue": 3.0,
    "sector": 3.0,
    "identity": 2.0,
    "agenda": 2.0,
    "activity": 2.0,
    "service": 2.0,
    "form": 1.0,
    "network": 1.0,
}
"""Editorial: how much each reason counts."""

PLACE_REASONS = (
    "comes_from_there",
    "lives_there",
    "corridor_on_record",
    "same_corridor",
    "same_origin",
    "same_residence",
)
"""The reasons about one corridor: the best counts fully."""

FURTHER_PLACE_SHARE = 0.05
"""Editorial: the share of each further reason of `PLACE_REASONS`."""

UNCLEAR_END_SHARE = 0.5
"""Editorial: the share if it is unclear at which end of its corridor an actor is."""

DIFFERENT_PEOPLE_SHARE = 0.5
"""Editorial: the share if sources say that the two organize people of different corridors."""

SAME_COUNTRY_SHARE = 0.3
"""Editorial: the share of a common corridor for two actors in the same country."""

WIDE_PLACE_SHARE = 0.3
"""Editorial: the share of a place that is wider than a country."""

MAX_PER_CRITERION = 300
"""The most candidates examined for each criterion."""
MAX_WITH_BOTH = 1_000
"""The most further candidates that are at the other end and have something in common."""
MAX_READ = 150
"""The number of candidates, the most likely ones, whose statements are read."""
MAX_SHOWN = 20
MAX_CRITERIA = 80


class Reason(NamedTuple):
    """A fact that makes an actor a likely counterpart, with its statements."""

    kind: str
    """A key of `WEIGHTS`."""
    statements: Statements
    subject: int = 0
    """The actor whose people it is about, if it is one of the two."""
    thing: int = 0
    """The place, target, instrument or network it is about."""
    other_thing: int = 0
    """Where people live, if `thing` is where they come from."""
    trait: str = ""
    weight: float = 0.0
    """Its weight; for shared things also depending on their rarity."""


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
    candidates = sorted(pool.hits, key=lambda number: (-_promise(pool, number), number))[:MAX_READ]
    actors = read_actors([actor, *candidates], day)
    read_surroundings(actors, {place for ends in corridors for place in ends})
    for other in candidates:
        reasons = list(reasons_for(actors, actor, other, corridors))
        if reasons:
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


# Candidates -------------------------------------------------------------------------------------

Corridors = dict[tuple[int, int], tuple[int, Statements]]
"""By (origin, residence): an undertaking about people who come from the one and live in the other,
with the two statements."""


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


def _promise(pool: CandidatePool, record: int) -> float:
    """The likely score of a candidate, from its facets alone."""
    hits = pool.hits[record]
    ends = max((hit.weight for hit in hits if hit.other_end), default=0)
    return ends + sum(
        hit.weight * pool.rarity(hit.filter, hit.value) for hit in hits if not hit.other_end
    )


# Reasons ----------------------------------------------------------------------------------------


def certainty(actors: Actors, record: int, place: int) -> float:
    """How certain it is that an actor itself is not at a place: 1, less, or 0.

    Without a known seat it may be where it acts, or where its people live.
    """
    actor, countries = actors.by_id[record], actors.country(place)
    own_countries = actors.countries_of(actor.seats or {*actor.locations, *actor.residences})
    if not own_countries & countries:
        return 1
    return UNCLEAR_END_SHARE if own_countries - countries else 0


def reasons_for(actors: Actors, first: int, second: int, corridors: Corridors) -> Iterator[Reason]:
    first_facts, second_facts = actors.by_id[first], actors.by_id[second]
    yield from _other_ends(actors, first, second)
    yield from _corridors(actors, first, second, corridors)
    yield from _same_people(actors, first, second)
    for key in sorted(first_facts.aims.keys() & second_facts.aims.keys()):
        yield _shared(key[0], (*first_facts.aims[key], *second_facts.aims[key]), thing=key[1])
    for trait in sorted(first_facts.traits.keys() & second_facts.traits.keys()):
        scheme = trait.partition(":")[0]
        if scheme in ROLE_SCHEMES:
            yield _shared(
                scheme, (first_facts.traits[trait], second_facts.traits[trait]), trait=trait
            )
    for network in sorted(first_facts.networks.keys() & second_facts.networks.keys()):
        yield _shared(
            "network",
            (first_facts.networks[network], second_facts.networks[network]),
            thing=network,
        )


def _shared(kind: str, statements: Statements, thing: int = 0, trait: str = "") -> Reason:
    # Two paths to one target can share a statement.
    distinct = tuple(dict.fromkeys(statements))
    return Reason(kind, distinct, thing=thing, trait=trait, weight=WEIGHTS[kind])


def _other_ends(actors: Actors, first: int, second: int) -> Iterator[Reason]:
    """Yield the places where the people of one come from or live and the other is or acts."""
    share = DIFFERENT_PEOPLE_SHARE if _different_people(actors, first, second) else 1
    for subject, location in ((first, second), (second, first)):
        actor = actors.by_id[subject]
        for kind, places in (
            ("comes_from_there", actor.origins),
            ("lives_there", actor.residences),
        ):
            for place, statements in _common_places(
                actors, places, actors.by_id[location].locations
            ):
                if certain := certainty(actors, subject, place):
                    weight = WEIGHTS[kind] * share * certain * _width(actors, place)
                    yield Reason(kind, statements, subject, place, weight=weight)
                    break


def _different_people(actors: Actors, first: int, second: int) -> bool:
    """Whether the people of both are known and have no place in common."""
    first_facts, second_facts = actors.by_id[first], actors.by_id[second]
    return any(
        first_places and second_places and not _common_places(actors, first_places, second_places)
        for first_places, second_places in (
            (first_facts.origins, second_facts.origins),
            (first_facts.residences, second_facts.residences),
        )
    )


def _same_people(actors: Actors, first: int, second: int) -> Iterator[Reason]:
    """Yield the places that the people of both come from, live in, or both."""
    first_facts, second_facts = actors.by_id[first], actors.by_id[second]
    share = SAME_COUNTRY_SHARE if actors.own_countries(first) & actors.own_countries(second) else 1
    origins = _common_places(actors, first_facts.origins, second_facts.origins)[:1]
    residences = _common_places(actors, first_facts.residences, second_facts.residences)[:1]
    for (origin, origin_statements), (residence, residence_statements) in zip(
        origins, residences, strict=False
    ):
        weight = WEIGHTS["same_corridor"] * share
        weight *= _width(actors, origin) * _width(actors, residence)
        yield Reason(
            "same_corridor",
            (*origin_statements, *residence_statements),
            0,
            origin,
            residence,
            weight=weight,
        )
        return
    for kind, places in (("same_origin", origins), ("same_residence", residences)):
        for place, statements in places:
            weight = WEIGHTS[kind] * share * _width(actors, place)
            yield Reason(kind, statements, 0, place, weight=weight)


def _width(actors: Actors, place: int) -> float:
    return 1 if actors.surroundings[place] & actors.countries else WIDE_PLACE_SHARE


def _common_places(
    actors: Actors, first_places: dict[int, int], second_places: dict[int, int]
) -> list[tuple[int, Statements]]:
    """The places that two actors have in common: the same, one within the other, or the country.

    (the wider place or the country, the two statements), the narrowest first.
    """
    common = []
    for first, first_statement in first_places.items():
        for second, second_statement in second_places.items():
            surroundings, second_surroundings = (
                actors.surroundings[first],
                actors.surroundings[second],
            )
            if second in surroundings:
                common.append((second, (first_statement, second_statement)))
            elif first in second_surroundings:
                common.append((first, (first_statement, second_statement)))
            else:
                common += [
                    (place, (first_statement, second_statement))
                    for place in surroundings & second_surroundings & actors.countries
                ]
    # The narrowest place lies in the most others: a city in a state in a country in a region.
    return sorted(common, key=lambda first: (-len(actors.surroundings.get(first[0], ())), first))


def _corridors(actors: Actors, one: int, other: int, corridors: Corridors) -> Iterator[Reason]:
    """Yield the corridors that lead from a place of one to a place of the other."""
    if actors.own_countries(one) == actors.own_countries(other):
        return
    for (origin, residence), (undertaking, statements) in corridors.items():
        for first, last in ((one, other), (other, one)):
            starts = _common_places(actors, {origin: statements[0]}, actors.by_id[first].locations)
            ends = _common_places(actors, {residence: statements[1]}, actors.by_id[last].locations)
            if starts and ends:
                weight = WEIGHTS["corridor_on_record"] * _width(actors, starts[0][0])
                statements = (*starts[0][1], *ends[0][1])
                yield Reason(
                    "corridor_on_record", statements, first, undertaking,
                    weight=weight * _width(actors, ends[0][0]),
                )  # fmt: skip
                return


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


__all__ = ("Counterpart", "Counterparts", "Reason", "counterparts_of", "places_of")
