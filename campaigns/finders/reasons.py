"""Reasons for two actors being counterparts, from the ledger, and how much each counts."""

from collections.abc import Iterator
from typing import NamedTuple

from .actors import Actors, Statements

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


Corridors = dict[tuple[int, int], tuple[int, Statements]]
"""By (origin, residence): an undertaking about people who come from the one and live in the other,
with the two statements."""


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
