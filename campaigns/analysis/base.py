"""Transnational base: an organized membership base in more than one country."""

from orgs.projection.analysis import TransnationalBase
from orgs.statements.presence import Role

from .answer import Answer
from .facts import Days, Facts
from .orientation import sides


def transnational_base(actor: int, facts: Facts, window: Days) -> Answer:
    """Judge whether a body is a transnational movement organization.

    "The more precise term 'transnational movement organization' suggests an organized membership
    base that is present in more than one country" (Prop 6). To act there is not enough, and where
    one country is on record the base may well be in others: the record never says no. Takes its
    record's number.
    """
    there = [one for one in facts.places.get(actor, ()) if one.days.touch(window)]
    countries = sides(facts, there, Role.ORGANIZED_BASE_IN)
    because = [statement for some in countries.values() for statement in some]
    enough = len(countries) > 1
    value = TransnationalBase.YES if enough else TransnationalBase.UNKNOWN
    return Answer(value, {"countries": len(countries)}, because)
