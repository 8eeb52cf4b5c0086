"""Host and sending balance: on which side of migration a partnership's members have their seats."""

from orgs.projection.analysis import Balance
from orgs.records.edtf import Days
from orgs.statements.presence import Role

from .facts import Facts
from .finding import Finding
from .orientation import countries_by_role

MAX_UNKNOWN_SHARE = 0.5
"""Editorial: if a larger share of members has no known seat, the value is UNKNOWN."""


def host_sending_balance(partnership: int, facts: Facts, window: Days) -> Finding:
    """Whether a partnership joins host and sending countries, and how evenly.

    "The nature of migration calls on the need of both host and sending countries to play an
    integral role in a coalition" (Prop 7). H members have their seat where its constituency lives,
    S where it comes from; in a country that is both, half and half. The balance is
    2 * min(H, S) / (H + S): 1 is even, 0 is one side alone.
    """
    places = [one for one in facts.places.get(partnership, ()) if one.days.overlaps(window)]
    origin = countries_by_role(facts, places, Role.CONSTITUENCY_ORIGIN)
    residence = countries_by_role(facts, places, Role.CONSTITUENCY_RESIDENCE)
    because = [
        number
        for countries in (origin, residence)
        for statements in countries.values()
        for number in statements
    ]
    members = {
        one.member: one.statement
        for one in facts.members.get(partnership, ())
        if one.days.overlaps(window)
    }
    hosts = sending = 0.0
    elsewhere = side_unknown = unknown = 0
    for member, statement in members.items():
        seats = [
            one
            for one in facts.places.get(member, ())
            if one.role == Role.SEAT and one.days.overlaps(window)
        ]
        because += [statement, *(one.statement for one in seats)]
        around = set().union(*(facts.within[one.place] for one in seats))
        host, sends = not around.isdisjoint(residence), not around.isdisjoint(origin)
        hosts += 0.5 if host and sends else host
        sending += 0.5 if host and sends else sends
        if seats and not (host or sends):
            # While one side is unknown, any country may be on it.
            elsewhere += bool(origin and residence)
            side_unknown += not (origin and residence)
        unknown += not seats
    share = unknown / len(members) if members else 1.0
    numbers: dict[str, int | float] = {
        "countries_of_origin": len(origin),
        "countries_of_residence": len(residence),
        "members": len(members),
        "hosts": hosts,
        "sending": sending,
        "elsewhere": elsewhere,
        "side_unknown": side_unknown,
        "without_a_seat": unknown,
        "share_without_a_seat": round(share, 4),
    }
    if not (origin and residence) or share > MAX_UNKNOWN_SHARE or not hosts + sending:
        return Finding(Balance.UNKNOWN, numbers, because)
    numbers["balance"] = round(2 * min(hosts, sending) / (hosts + sending), 4)
    if hosts and sending:
        return Finding(Balance.BOTH, numbers, because)
    return Finding(Balance.HOST if hosts else Balance.SENDING, numbers, because)
