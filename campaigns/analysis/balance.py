"""Host and sending balance: on which side of migration a partnership's members have their seats."""

from orgs.projection.analysis import Balance
from orgs.statements.presence import Role

from .answer import Answer
from .facts import Days, Facts
from .orientation import sides

MOST_UNKNOWN = 0.5
"""Editorial: with more members than this share without a seat, there is not enough on record."""


def host_sending_balance(partnership: int, facts: Facts, window: Days) -> Answer:
    """Judge whether a partnership joins host and sending countries, and how evenly.

    "The nature of migration calls on the need of both host and sending countries to play an
    integral role in a coalition" (Prop 7). H members have their seat where its constituency lives,
    S where it comes from; in a country that is both, half and half. The balance is
    2 * min(H, S) / (H + S): 1 is even, 0 is one side alone. Takes its record's number.
    """
    there = [one for one in facts.places.get(partnership, ()) if one.days.touch(window)]
    origin = sides(facts, there, Role.CONSTITUENCY_ORIGIN)
    residence = sides(facts, there, Role.CONSTITUENCY_RESIDENCE)
    because = [
        statement for those in (origin, residence) for some in those.values() for statement in some
    ]
    members = {
        one.member: one.statement
        for one in facts.members.get(partnership, ())
        if one.days.touch(window)
    }
    hosts = sending = 0.0
    elsewhere = unknown = 0
    for member, statement in members.items():
        seats = [
            one
            for one in facts.places.get(member, ())
            if one.role == Role.SEAT and one.days.touch(window)
        ]
        because.append(statement)
        if not seats:
            unknown += 1
            continue
        because += [one.statement for one in seats]
        around = set().union(*(facts.within[one.place] for one in seats))
        host, sends = not around.isdisjoint(residence), not around.isdisjoint(origin)
        hosts += 0.5 if host and sends else host
        sending += 0.5 if host and sends else sends
        elsewhere += not (host or sends)
    share = unknown / len(members) if members else 1.0
    numbers: dict[str, int | float] = {
        "countries_of_origin": len(origin),
        "countries_of_residence": len(residence),
        "members": len(members),
        "hosts": hosts,
        "sending": sending,
        "elsewhere": elsewhere,
        "without_a_seat": unknown,
        "share_without_a_seat": round(share, 4),
    }
    if not (origin and residence) or share > MOST_UNKNOWN or not hosts + sending:
        return Answer(Balance.UNKNOWN, numbers, because)
    numbers["balance"] = round(2 * min(hosts, sending) / (hosts + sending), 4)
    if hosts and sending:
        return Answer(Balance.BOTH, numbers, because)
    return Answer(Balance.HOST if hosts else Balance.SENDING, numbers, because)
