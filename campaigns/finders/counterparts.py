"""Counterparts: bodies with a like role at the other end of a corridor, not yet tied.

"This concept of counterpart social organizations and public interest groups does not imply
similarity or agreement, but rather analogous roles in their respective societies" (Prop 6). A
corridor leads from where people come from to where they live. Candidates are found by their
filters, so that a large catalogue is not read through; every reason is then read from the ledger.
"""

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import log2
from typing import NamedTuple

from django.db import connection

from campaigns.analysis.facts import ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from campaigns.models.involvement import UNDERTAKINGS
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Sphere
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation

from .bodies import (
    PLACED,
    Bodies,
    Statements,
    has_part_in,
    labels,
    named,
    places_of,
    read,
    surround,
    tied_to,
)

ALIKE = ("issue", "sector", "identity", "agenda", "activity", "service", "form")
"""The schemes whose terms make roles alike."""

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

OF_PLACES = (
    "comes_from_there",
    "lives_there",
    "corridor_on_record",
    "same_corridor",
    "same_origin",
    "same_residence",
)
"""The reasons that tell of one corridor: the best counts whole."""

FURTHER = 0.05
"""Editorial: how much each further reason of that sort counts."""

EITHER_END = 0.5
"""Editorial: how much it counts if it is not clear at which end of its corridor a body stands."""

OTHERS = 0.5
"""Editorial: how much it counts if the two are said to organize people of different corridors."""

NEIGHBOURS = 0.3
"""Editorial: how much one corridor counts for two that stand in the same country."""

WIDE = 0.3
"""Editorial: how much a place counts that is wider than a country."""

EACH = 300
"""How many bodies are looked at for each thing in common."""
MORE = 1_000
"""How many more that are at the other end and have something in common."""
READ = 150
"""Of how many candidates, the likeliest, the statements are read."""
SHOWN = 20
MOST_WANTED = 80
"""For how many things in common bodies are looked for."""


class Reason(NamedTuple):
    """A recorded fact for which a body may be a counterpart, and the statements that say it."""

    kind: str
    """A key of `WEIGHTS`."""
    statements: Statements
    subject: int = 0
    """Whose people it is about, where that is one of the two."""
    thing: int = 0
    """The place, target, instrument or network it is about."""
    other_thing: int = 0
    """Where people live, if `thing` is where they come from."""
    trait: str = ""
    weight: float = 0.0
    """How much it counts; of what two have in common also how few have it."""


class Counterpart(NamedTuple):
    """A body that may be a counterpart, with all that speaks for it."""

    number: int
    score: float
    reasons: list[Reason]


@dataclass
class Counterparts:
    """Who may be counterparts of a body."""

    body: int
    found: list[Counterpart] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What the record would have to say of the body: "people", "places", "role"."""
    tied: int = 0
    """How many are tied to it already, and so left out."""
    examined: int = 0
    partial: bool = False
    """Whether there were more than could be looked at."""
    named: dict[int, Entry] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


class Wanted(NamedTuple):
    """A value of a filter by which candidates are found, and how much it promises."""

    filter: str
    value: str
    weight: float
    end: bool
    """Whether it is about the other end, rather than about what two have in common."""


@dataclass
class Pool:
    """The candidates: for each the values by which it was found."""

    hits: dict[int, list[Wanted]]
    partial: bool

    def rarity(self, filter: str, value: str) -> float:
        """Return how much it says that two share a value: 1 if nobody else does, towards 0."""
        if not hasattr(self, "_counts"):
            self._counts = Multiset(
                (one.filter, one.value) for hits in self.hits.values() for one in hits
            )
        count = max(self._counts[filter, value], 1)
        return log2(1 + len(self.hits) / count) / log2(1 + max(len(self.hits), 1))


def counterparts_of(body: int, day: date, tied: Iterable[int] | None = None) -> Counterparts:
    """Return who may be a counterpart of a body today, the likeliest first.

    Takes its record's number; `tied` are those to leave out, if it is not asked of the ledger. As
    many queries for many candidates as for few.
    """
    here = read([body], day)
    left_out = tied_to(body, has_part_in(body, day), day) if tied is None else set(tied)
    corridors = corridors_through(here, body, day)
    answer = Counterparts(body, missing=missing_of(here, body), tied=len(left_out))
    pool = pooled(body, wanted_of(here, body, corridors, day), left_out)
    answer.examined, answer.partial = len(pool.hits), pool.partial
    likeliest = sorted(pool.hits, key=lambda one: (-_promise(pool, one), one))[:READ]
    bodies = read([body, *likeliest], day)
    surround(bodies, {place for ends in corridors for place in ends})
    for other in likeliest:
        reasons = list(reasons_for(bodies, body, other, corridors))
        if reasons:
            answer.found.append(Counterpart(other, score_of(reasons, pool), reasons))
    answer.found.sort(key=lambda one: (-one.score, one.number))
    del answer.found[SHOWN:]
    reasons = [reason for one in answer.found for reason in one.reasons]
    answer.words = labels(reason.trait for reason in reasons if reason.trait)
    answer.named = named(
        {body}
        | {one.number for one in answer.found}
        | {one for reason in reasons for one in (reason.thing, reason.other_thing) if one}
    )
    return answer


def missing_of(bodies: Bodies, which: int) -> list[str]:
    """Return what is not on record about a body and would help to find counterparts."""
    body = bodies.each[which]
    alike = any(trait.partition(":")[0] in ALIKE for trait in body.traits)
    return [
        name
        for name, there in (
            ("people", body.origins or body.residences),
            ("places", body.placed),
            ("role", alike or body.aims),
        )
        if not there
    ]


# Candidates -------------------------------------------------------------------------------------

Corridors = dict[tuple[int, int], tuple[int, Statements]]
"""By (origin, residence): the undertaking that tells of people who come from the one and live in
the other, and the two statements."""


def corridors_through(bodies: Bodies, which: int, day: date) -> Corridors:
    """Return the corridors with an end where a body stands, as cases and campaigns tell of them.

    Only of those that name one origin and one residence: of several, nobody says who lives where.
    """
    own = sorted(bodies.stands(which))
    near = (
        Entry.objects.published()
        .of_kinds(*UNDERTAKINGS)
        .holding(["origin", "residence"], [str(place) for place in own])
        .values_list("id", flat=True)[:EACH]
    )
    rows = public_statements(Presence, day, None).filter(
        record__in=ids_subquery(near),
        role__in=(Role.CONSTITUENCY_ORIGIN, Role.CONSTITUENCY_RESIDENCE),
        span__contains=day,
    )
    told: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for undertaking, role, place, statement in rows.values_list("record", "role", "place", "id"):
        told[undertaking][role].setdefault(place, statement)
    corridors: Corridors = {}
    for undertaking, roles in sorted(told.items()):
        origins = roles[Role.CONSTITUENCY_ORIGIN]
        residences = roles[Role.CONSTITUENCY_RESIDENCE]
        if len(origins) == len(residences) == 1:
            (origin, said), (residence, also) = *origins.items(), *residences.items()
            corridors.setdefault((origin, residence), (undertaking, (said, also)))
    return corridors


def wanted_of(bodies: Bodies, which: int, corridors: Corridors, day: date) -> list[Wanted]:
    """Return by which values of filters counterparts of a body are found, the best first."""
    body = bodies.each[which]
    stands = bodies.stands(which)
    wanted: dict[tuple[str, int | str], Wanted] = {}

    def want(filters: Iterable[str], value: int | str, weight: float, end: bool) -> None:
        for name in filters:
            before = wanted.get((name, value))
            if before is None or before.weight < weight:
                wanted[name, value] = Wanted(name, str(value), weight, end)

    for kind, same, name, places in (
        ("comes_from_there", "same_origin", "origin", body.origins),
        ("lives_there", "same_residence", "residence", body.residences),
    ):
        for place, wide in _around(bodies, places):
            if certain := certainty(bodies, which, place):
                want(PLACED.values(), place, WEIGHTS[kind] * wide * certain, True)
            want((name,), place, WEIGHTS[same] * wide, False)
    for place, wide in _around(bodies, body.placed):
        want(("origin", "residence"), place, WEIGHTS["comes_from_there"] * wide, True)
    for origin, residence in corridors:
        for end in (origin, residence):
            if end not in stands:
                want(PLACED.values(), end, WEIGHTS["corridor_on_record"], True)
    for trait in body.traits:
        scheme, _, code = trait.partition(":")
        if scheme in ALIKE:
            names = ("calls_itself", "called") if scheme == "form" else (scheme,)
            want(names, code, WEIGHTS[scheme], False)
    for predicate, target in body.aims:
        want(("related_by",), f"{predicate}:{target}", WEIGHTS[predicate], False)
    for undertaking, predicate in _aiming_at(body.aims, day):
        if undertaking not in body.undertakings:
            want(("involved_in",), undertaking, WEIGHTS[predicate], False)
    for network in body.networks:
        want(("partnership",), network, WEIGHTS["network"], False)
    best = sorted(wanted.values(), key=lambda one: (-one.weight, one.filter, one.value))
    return best[:MOST_WANTED]


def _around(bodies: Bodies, places: Iterable[int]) -> Iterator[tuple[int, float]]:
    """Give these places and what they lie in, each with how much it counts."""
    for place in places:
        for wider in sorted(bodies.around[place]):
            inside = wider == place or wider in bodies.countries
            yield wider, 1 if inside else WIDE


def _aiming_at(aims: Iterable[tuple[str, int]], day: date) -> list[tuple[int, str]]:
    """Return some undertakings that aim at one of these things: (undertaking, predicate)."""
    things = {target for _, target in aims}
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=("targets", "invokes"),
        object__in=ids_subquery(things),
        record__kind__in=UNDERTAKINGS,
    )
    targets = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, record__in=ids_subquery(things)
    )
    return [
        *relations.values_list("record", "predicate__code")[:EACH],
        *((one, "targets") for one in targets.values_list("undertaking", flat=True)[:EACH]),
    ]


def pooled(body: int, wanted: list[Wanted], left_out: set[int]) -> Pool:
    """Return the candidates that hold some of these values, in two queries.

    For each value the first few, and more of those that are at the other end and have something
    in common. Left out are also those that have ended, stand in another sphere than the body is
    said to, or keep their name to themselves.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.id, f.filter, f.value FROM orgs_facet f"
            " JOIN unnest(%s::text[], %s::text[]) one (filter, value)"
            " ON f.filter = one.filter AND f.value = one.value"
            " UNION SELECT id, filter, value FROM orgs_facet"
            " WHERE filter = 'event' AND value = 'ended' OR filter = 'sphere'",
            ([one.filter for one in wanted], [one.value for one in wanted]),
        )
        facets = {(name, value): number for number, name, value in cursor.fetchall()}
        by_number = {
            facets[one.filter, one.value]: one
            for one in wanted
            if (one.filter, one.value) in facets
        }
        ends = [number for number, one in by_number.items() if one.end]
        alike = [number for number, one in by_number.items() if not one.end]
        cursor.execute(
            POOL,
            {
                "wanted": list(by_number),
                "ends": ends,
                "alike": alike,
                "kinds": [str(kind) for kind in ACTORS],
                "not": [body, *left_out],
                "ended": [number for (name, _), number in facets.items() if name == "event"],
                "spheres": [facets["sphere", one] for one in Sphere.values
                            if ("sphere", one) in facets],
                "body": body,
                "each": EACH,
                "more": MORE,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    hits = {which: [by_number[one] for one in found] for which, found, _ in rows}
    return Pool(hits, bool(rows and rows[0][2]))


POOL = """
WITH refused AS MATERIALIZED (
    SELECT %(ended)s::int[] || CASE WHEN facets && %(spheres)s::int[]
        THEN ARRAY(SELECT unnest(%(spheres)s::int[]) EXCEPT SELECT unnest(facets))
        ELSE '{}' END AS facets
    FROM orgs_entry WHERE id = %(body)s
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
SELECT pool.id, array_agg(held), (
    SELECT coalesce(bool_or(count >= %(each)s), false)
    FROM (SELECT count(*) FROM seen GROUP BY facet) each)
FROM pool JOIN orgs_entry e ON e.id = pool.id, unnest(e.facets) held
WHERE held = ANY (%(wanted)s::int[])
GROUP BY pool.id
"""


def _promise(pool: Pool, which: int) -> float:
    """Return how likely a candidate is, seen from its filters alone."""
    hits = pool.hits[which]
    ends = max((one.weight for one in hits if one.end), default=0)
    return ends + sum(
        one.weight * pool.rarity(one.filter, one.value) for one in hits if not one.end
    )


# Reasons ----------------------------------------------------------------------------------------


def certainty(bodies: Bodies, which: int, place: int) -> float:
    """Return how sure it is that a place is not where a body itself stands: 1, or less, or 0.

    Of whom no seat is on record, it may stand where it acts, or where its people live and it acts
    elsewhere from there.
    """
    body, there = bodies.each[which], bodies.country(place)
    stands = bodies.countries_of(body.seats or {*body.placed, *body.residences})
    if not stands & there:
        return 1
    return EITHER_END if stands - there else 0


def reasons_for(bodies: Bodies, one: int, other: int, corridors: Corridors) -> Iterator[Reason]:
    """Give what speaks for two bodies being counterparts, each with its statements."""
    mine, theirs = bodies.each[one], bodies.each[other]
    yield from _other_ends(bodies, one, other)
    yield from _corridors(bodies, one, other, corridors)
    yield from _same_people(bodies, one, other)
    for key in sorted(mine.aims.keys() & theirs.aims.keys()):
        yield _shared(key[0], (*mine.aims[key], *theirs.aims[key]), thing=key[1])
    for trait in sorted(mine.traits.keys() & theirs.traits.keys()):
        scheme = trait.partition(":")[0]
        if scheme in ALIKE:
            yield _shared(scheme, (mine.traits[trait], theirs.traits[trait]), trait=trait)
    for network in sorted(mine.networks.keys() & theirs.networks.keys()):
        yield _shared("network", (mine.networks[network], theirs.networks[network]), thing=network)


def _shared(kind: str, statements: Statements, thing: int = 0, trait: str = "") -> Reason:
    # Whoever takes part in what aims at something may be led there by one statement twice.
    once = tuple(dict.fromkeys(statements))
    return Reason(kind, once, thing=thing, trait=trait, weight=WEIGHTS[kind])


def _other_ends(bodies: Bodies, one: int, other: int) -> Iterator[Reason]:
    """Give that the people of one come from, or live, where the other is or acts."""
    share = OTHERS if _different_people(bodies, one, other) else 1
    for subject, there in ((one, other), (other, one)):
        body = bodies.each[subject]
        for kind, places in (
            ("comes_from_there", body.origins),
            ("lives_there", body.residences),
        ):
            for place, statements in _meeting(bodies, places, bodies.each[there].placed):
                if certain := certainty(bodies, subject, place):
                    weight = WEIGHTS[kind] * share * certain * _width(bodies, place)
                    yield Reason(kind, statements, subject, place, weight=weight)
                    break


def _different_people(bodies: Bodies, one: int, other: int) -> bool:
    """Whether it is said of both whose people they organize, and these have nothing in common."""
    mine, theirs = bodies.each[one], bodies.each[other]
    return any(
        ours and others and not _meeting(bodies, ours, others)
        for ours, others in ((mine.origins, theirs.origins), (mine.residences, theirs.residences))
    )


def _same_people(bodies: Bodies, one: int, other: int) -> Iterator[Reason]:
    """Give that the people of both come from the same place, or live in it, or both."""
    mine, theirs = bodies.each[one], bodies.each[other]
    share = NEIGHBOURS if bodies.stands(one) & bodies.stands(other) else 1
    origins = _meeting(bodies, mine.origins, theirs.origins)[:1]
    residences = _meeting(bodies, mine.residences, theirs.residences)[:1]
    for (origin, said), (residence, also) in zip(origins, residences, strict=False):
        weight = WEIGHTS["same_corridor"] * share
        weight *= _width(bodies, origin) * _width(bodies, residence)
        yield Reason("same_corridor", (*said, *also), 0, origin, residence, weight=weight)
        return
    for kind, met in (("same_origin", origins), ("same_residence", residences)):
        for place, statements in met:
            weight = WEIGHTS[kind] * share * _width(bodies, place)
            yield Reason(kind, statements, 0, place, weight=weight)


def _width(bodies: Bodies, place: int) -> float:
    return 1 if bodies.around[place] & bodies.countries else WIDE


def _meeting(
    bodies: Bodies, ours: dict[int, int], theirs: dict[int, int]
) -> list[tuple[int, Statements]]:
    """Return where places of two bodies meet: the same one, one within the other, one country.

    (the wider of both or the country, the two statements), the narrowest first.
    """
    met = []
    for one, said in ours.items():
        for other, also in theirs.items():
            around, near = bodies.around[one], bodies.around[other]
            if other in around:
                met.append((other, (said, also)))
            elif one in near:
                met.append((one, (said, also)))
            else:
                met += [(place, (said, also)) for place in around & near & bodies.countries]
    # What lies in much is narrow: a city in a state in a country in a region.
    return sorted(met, key=lambda one: (-len(bodies.around.get(one[0], ())), one))


def _corridors(bodies: Bodies, one: int, other: int, corridors: Corridors) -> Iterator[Reason]:
    """Give that a corridor is on record which leads from where one stands to where the other."""
    if bodies.stands(one) == bodies.stands(other):
        return
    for (origin, residence), (undertaking, told) in corridors.items():
        for first, last in ((one, other), (other, one)):
            starts = _meeting(bodies, {origin: told[0]}, bodies.each[first].placed)
            ends = _meeting(bodies, {residence: told[1]}, bodies.each[last].placed)
            if starts and ends:
                weight = WEIGHTS["corridor_on_record"] * _width(bodies, starts[0][0])
                statements = (*starts[0][1], *ends[0][1])
                yield Reason(
                    "corridor_on_record", statements, first, undertaking,
                    weight=weight * _width(bodies, ends[0][0]),
                )  # fmt: skip
                return


def score_of(reasons: list[Reason], pool: Pool) -> float:
    """Return how much these reasons say together."""
    places = sorted((one.weight for one in reasons if one.kind in OF_PLACES), reverse=True)
    shared = (
        one.weight * pool.rarity(*_value_of(one)) for one in reasons if one.kind not in OF_PLACES
    )
    return sum(places[:1]) + FURTHER * sum(places[1:]) + sum(shared)


def _value_of(reason: Reason) -> tuple[str, str]:
    """Return the filter and value that stand for a reason."""
    if reason.trait:
        scheme, _, code = reason.trait.partition(":")
        return ("called" if scheme == "form" else scheme), code
    if reason.kind == "network":
        return "partnership", str(reason.thing)
    return "related_by", f"{reason.kind}:{reason.thing}"


__all__ = ("Counterpart", "Counterparts", "Reason", "counterparts_of", "places_of")
