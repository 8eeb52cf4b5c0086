"""What finders rest on: public statements about many bodies, read at once.

Everything is read in a number of queries that does not grow with the bodies. What held earlier and
holds no longer is left out, but for ties: who has worked together once is no stranger.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.db.models.functions import Length

from campaigns.analysis.facts import TAKING_PART, ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.ancestor import Ancestor
from orgs.projection.entry import Entry
from orgs.records.record import Kind, Record
from orgs.statements.membership import Membership
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

PLACED = {
    Role.SEAT: "country",
    Role.REGISTERED: "registered",
    Role.ACTS_IN: "active_in",
    Role.ORGANIZED_BASE_IN: "organized_base_in",
}
"""The roles of places where a body itself is or acts, each with the filter that finds it."""

AIMING = ("targets", "invokes")
"""The relations that say at what a body or an undertaking aims, or to what it appeals."""

Statements = tuple[int, ...]


@dataclass
class Body:
    """What is on record about a body: each fact with the statement that says it first."""

    origins: dict[int, int] = field(default_factory=dict)
    """The places that the people it organizes come from."""
    residences: dict[int, int] = field(default_factory=dict)
    """The places that they live in."""
    placed: dict[int, int] = field(default_factory=dict)
    """The places where the body itself is or acts."""
    seats: set[int] = field(default_factory=set)
    """Those of them where it has its seat or is registered."""
    traits: dict[str, int] = field(default_factory=dict)
    """By scheme and code: `sector:trade_unions`."""
    networks: dict[int, int] = field(default_factory=dict)
    undertakings: dict[int, int] = field(default_factory=dict)
    aims: dict[tuple[str, int], Statements] = field(default_factory=dict)
    """By predicate and what it aims at, itself or through what it takes part in: the statements
    that lead there."""


@dataclass
class Bodies:
    """Some bodies by number, and what lies around their places."""

    each: dict[int, Body]
    around: dict[int, set[int]] = field(default_factory=dict)
    """By place: itself and what it lies in."""
    countries: set[int] = field(default_factory=set)

    def stands(self, which: int) -> set[int]:
        """Return the countries in which a body itself stands: by its seats, or by where it acts."""
        body = self.each[which]
        return self.countries_of(body.seats or body.placed)

    def countries_of(self, places: Iterable[int]) -> set[int]:
        """Return the countries of these places."""
        return {one for place in places for one in self.country(place)}

    def country(self, place: int) -> set[int]:
        """Return the country that a place is or lies in; the place itself where there is none."""
        around = self.around.get(place, {place})
        return ({place} & self.countries) or (around & self.countries) or {place}


def read(ids: Iterable[int], day: date) -> Bodies:
    """Return what is on record about these bodies on a day."""
    each = {which: Body() for which in ids}
    now = {"record__in": ids_subquery(each), "span__contains": day}
    rows = public_statements(Presence, day, None).filter(**now)
    for which, role, place, statement in rows.values_list("record", "role", "place", "id"):
        body = each[which]
        told = {
            Role.CONSTITUENCY_ORIGIN: body.origins,
            Role.CONSTITUENCY_RESIDENCE: body.residences,
            **dict.fromkeys(PLACED, body.placed),
        }
        if role in told:
            told[role].setdefault(place, statement)
        if role in (Role.SEAT, Role.REGISTERED):
            body.seats.add(place)
    traits = public_statements(Trait, day, None).filter(**now)
    for which, scheme, code, statement in traits.values_list(
        "record", "term__scheme", "term__code", "id"
    ):
        each[which].traits.setdefault(f"{scheme}:{code}", statement)
    memberships = public_statements(Membership, day, None).filter(**now)
    for which, network, statement in memberships.values_list("record", "partnership", "id"):
        each[which].networks.setdefault(network, statement)
    taken = public_statements(Involvement, day, None).filter(
        record__in=ids_subquery(each), role__in=TAKING_PART
    )
    for which, undertaking, statement in taken.values_list("record", "undertaking", "id"):
        each[which].undertakings.setdefault(undertaking, statement)
    _aims(each, day)
    bodies = Bodies(each)
    surround(bodies, {one for body in each.values() for one in places_of(body)})
    return bodies


def places_of(body: Body) -> set[int]:
    """Return every place that plays a role for a body."""
    return {*body.origins, *body.residences, *body.placed}


def _aims(each: dict[int, Body], day: date) -> None:
    """Read at what these bodies aim, themselves or through what they take part in."""
    acting: dict[int, list[tuple[int, Statements]]] = defaultdict(list)
    for which, body in each.items():
        acting[which].append((which, ()))
        for undertaking, statement in body.undertakings.items():
            acting[undertaking].append((which, (statement,)))
    for subject, predicate, target, statement in aims_of(acting, day):
        for which, way in acting[subject]:
            if target != which:
                each[which].aims.setdefault((predicate, target), (*way, statement))


def aims_of(subjects: Iterable[int], day: date) -> list[tuple[int, str, int, int]]:
    """Return at what these bodies and undertakings aim, and to what they appeal.

    (who, predicate, what, statement). That a body is the target of an undertaking is said of the
    body.
    """
    subjects = list(subjects)
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=AIMING, record__in=ids_subquery(subjects), span__contains=day
    )
    targets = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, undertaking__in=ids_subquery(subjects)
    )
    return [
        *relations.values_list("record", "predicate__code", "object", "id"),
        *(
            (undertaking, "targets", body, statement)
            for undertaking, body, statement in targets.values_list("undertaking", "record", "id")
        ),
    ]


def surround(bodies: Bodies, places: set[int]) -> None:
    """Read what these places lie in. A country is known by the two letters of its slug."""
    bodies.around.update({place: {place} for place in places})
    for place, wider in Ancestor.objects.filter(record__in=ids_subquery(places)).values_list(
        "record", "ancestor"
    ):
        bodies.around[place].add(wider)
    every = {one for some in bodies.around.values() for one in some}
    known = Record.objects.annotate(letters=Length("slug")).filter(
        id__in=ids_subquery(every), kind=Kind.PLACE, letters=2
    )
    bodies.countries.update(known.values_list("id", flat=True))


def tied_to(which: int, undertakings: Iterable[int], day: date) -> set[int]:
    """Return whom a recorded tie joins to a body, now or earlier.

    A tie is a relation between the two, that one is a member of the other, or that both have a
    part in the same undertaking, whichever it is.
    """
    relations = public_statements(Relation, day, None).filter(Q(record=which) | Q(object=which))
    memberships = public_statements(Membership, day, None).filter(
        Q(record=which) | Q(partnership=which)
    )
    together = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(undertakings)
    )
    return {
        *(one for pair in relations.values_list("record", "object") for one in pair),
        *(one for pair in memberships.values_list("record", "partnership") for one in pair),
        *together.values_list("record", flat=True),
    } - {which}


def has_part_in(which: int, day: date) -> set[int]:
    """Return the undertakings in which a body has any part at all, now or earlier."""
    rows = public_statements(Involvement, day, None).filter(record=which)
    return set(rows.values_list("undertaking", flat=True))


def named(numbers: Iterable[int]) -> dict[int, Entry]:
    """Return the entries of these records by number; what is not public has none."""
    entries = Entry.objects.published().filter(id__in=ids_subquery(numbers))
    return {entry.id: entry for entry in entries.only("id", "key", "kind", "slug", "label")}


def labels(traits: Iterable[str]) -> dict[str, str]:
    """Return the labels of these terms, by scheme and code."""
    terms = Entry.objects.published().of_kinds("term").filter(slug__in=sorted(set(traits)))
    return dict(terms.values_list("slug", "label"))
