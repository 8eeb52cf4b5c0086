"""Orientation: home, residence or both."""

from orgs.projection.analysis import ObservedOrientation
from orgs.statements.presence import Role

from .answer import Answer
from .facts import Days, Facts, There


def observed_orientation(actor: int, facts: Facts, window: Days) -> Answer:
    """Judge to which side a body turns: where it acts and what it aims at, beside its people.

    "An increasing number of migrant organizations pursue agendas that are 'both here and there'"
    (Prop 1). Its people's country of origin is home, that where they live residence; a country
    that is both tells nothing. Takes its record's number.
    """
    there = [one for one in facts.places.get(actor, ()) if one.days.touch(window)]
    origin = sides(facts, there, Role.CONSTITUENCY_ORIGIN)
    residence = sides(facts, there, Role.CONSTITUENCY_RESIDENCE)
    acting = [one for one in there if one.role == Role.ACTS_IN]
    acting += [one for one in facts.aims.get(actor, ()) if one.days.touch(window)]
    home = [one for one in acting if lies_in(facts, one, origin.keys() - residence.keys())]
    away = [one for one in acting if lies_in(facts, one, residence.keys() - origin.keys())]
    numbers = {
        "countries_of_origin": len(origin),
        "countries_of_residence": len(residence),
        "acts_at_home": len(home),
        "acts_in_residence": len(away),
    }
    people = [
        statement for those in (origin, residence) for some in those.values() for statement in some
    ]
    if home and away:
        value = ObservedOrientation.BOTH
    elif home:
        value = ObservedOrientation.HOME
    elif away:
        value = ObservedOrientation.RESIDENCE
    else:
        return Answer(ObservedOrientation.UNKNOWN, numbers, people)
    return Answer(value, numbers, [*people, *(one.statement for one in (*home, *away))])


def sides(facts: Facts, there: list[There], role: Role) -> dict[int, list[int]]:
    """Return the countries of places in a role, each with the statements that say so.

    A region without countries of its own on record stands for itself.
    """
    found: dict[int, list[int]] = {}
    for one in there:
        if one.role == role:
            for country in facts.countries[one.place]:
                found.setdefault(country, []).append(one.statement)
    return found


def lies_in(facts: Facts, one: There, countries: set[int]) -> bool:
    """Whether a place is one of these countries or regions, or lies in one."""
    return bool(facts.within[one.place] & countries)
