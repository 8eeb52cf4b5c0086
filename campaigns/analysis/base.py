"""Transnational base: an organized membership base in more than one country."""

from orgs.projection.analysis import TransnationalBase
from orgs.records.edtf import Days
from orgs.statements.presence import Role

from .facts import Facts
from .finding import Finding
from .orientation import countries_by_role


def transnational_base(actor: int, facts: Facts, window: Days) -> Finding:
    """Whether an actor is a transnational movement organization.

    "The more precise term 'transnational movement organization' suggests an organized membership
    base that is present in more than one country" (Prop 6). Acting in a
    country is not enough. With one known country there may be a base in others too, so the value
    is never a no.
    """
    places = [place for place in facts.places.get(actor, ()) if place.days.overlaps(window)]
    countries = countries_by_role(facts, places, Role.ORGANIZED_BASE_IN)
    because = [number for statements in countries.values() for number in statements]
    enough = len(countries) > 1
    value = TransnationalBase.YES if enough else TransnationalBase.UNKNOWN
    return Finding(value, {"countries": len(countries)}, because)
