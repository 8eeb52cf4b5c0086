"""Orientation: home, residence or both."""

from orgs.projection.analysis import ObservedOrientation
from orgs.records.edtf import Days
from orgs.statements.presence import Role

from .facts import Facts, PlaceFact
from .finding import Finding


def observed_orientation(actor: int, facts: Facts, window: Days) -> Finding:
    """Towards which side an actor works, from where it acts and what it targets.

    "An increasing number of migrant organizations pursue agendas that are 'both here and there'"
    (Prop 1). The country its people come from is home, the country they live in residence; a
    country that is both counts for neither.
    """
    places = [fact for fact in facts.places.get(actor, ()) if fact.days.overlaps(window)]
    origin = countries_by_role(facts, places, Role.CONSTITUENCY_ORIGIN)
    residence = countries_by_role(facts, places, Role.CONSTITUENCY_RESIDENCE)
    acting = [fact for fact in places if fact.role == Role.ACTS_IN]
    acting += [fact for fact in facts.aims.get(actor, ()) if fact.days.overlaps(window)]
    home = [fact for fact in acting if is_within(facts, fact, origin.keys() - residence.keys())]
    away = [fact for fact in acting if is_within(facts, fact, residence.keys() - origin.keys())]
    numbers = {
        "countries_of_origin": len(origin),
        "countries_of_residence": len(residence),
        "acts_at_home": len(home),
        "acts_in_residence": len(away),
    }
    people = [
        number
        for countries in (origin, residence)
        for statements in countries.values()
        for number in statements
    ]
    if home and away:
        value = ObservedOrientation.BOTH
    elif home:
        value = ObservedOrientation.HOME
    elif away:
        value = ObservedOrientation.RESIDENCE
    else:
        return Finding(ObservedOrientation.UNKNOWN, numbers, people)
    return Finding(value, numbers, [*people, *(fact.statement for fact in (*home, *away))])


def countries_by_role(facts: Facts, places: list[PlaceFact], role: Role) -> dict[int, list[int]]:
    """The countries of the places in a role, each with the numbers of its statements.

    A region without known countries counts as itself.
    """
    countries: dict[int, list[int]] = {}
    for fact in places:
        if fact.role == role:
            for country in facts.countries[fact.place]:
                countries.setdefault(country, []).append(fact.statement)
    return countries


def is_within(facts: Facts, fact: PlaceFact, countries: set[int]) -> bool:
    """Whether a place is one of these countries or regions, or lies in one."""
    return bool(facts.within[fact.place] & countries)
