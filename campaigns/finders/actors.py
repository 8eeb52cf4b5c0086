"""Public statements about many actors, read for finders in a fixed number of queries.

Statements that no longer hold are left out, except for ties: actors that worked together once know
each other.
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
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.statements.membership import Membership
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

LOCATION_FILTERS = {
    Role.SEAT: "country",
    Role.REGISTERED: "registered",
    Role.ACTS_IN: "active_in",
    Role.ORGANIZED_BASE_IN: "organized_base_in",
}
"""The roles of places where an actor itself is or acts, each with its filter."""

AIM_PREDICATES = ("targets", "invokes")
"""The relations to what an actor or undertaking targets or appeals to."""

Statements = tuple[int, ...]


@dataclass
class Actor:
    """The facts about an actor, each with its first statement."""

    origins: dict[int, int] = field(default_factory=dict)
    """The places its people come from."""
    residences: dict[int, int] = field(default_factory=dict)
    """The places its people live in."""
    locations: dict[int, int] = field(default_factory=dict)
    """The places where the actor itself is or acts."""
    seats: set[int] = field(default_factory=set)
    """The locations where it has its seat or is registered."""
    traits: dict[str, int] = field(default_factory=dict)
    """By scheme and code: `sector:trade_unions`."""
    networks: dict[int, int] = field(default_factory=dict)
    undertakings: dict[int, int] = field(default_factory=dict)
    aims: dict[tuple[str, int], Statements] = field(default_factory=dict)
    """By predicate and target, itself or through an undertaking: the statements on the way."""


@dataclass
class Actors:
    """Actors by number, and the surroundings of their places."""

    by_id: dict[int, Actor]
    surroundings: dict[int, set[int]] = field(default_factory=dict)
    """By place: itself and the places it lies in."""
    countries: set[int] = field(default_factory=set)

    def own_countries(self, record: int) -> set[int]:
        """The countries of its seats, or else of the places where it acts."""
        actor = self.by_id[record]
        return self.countries_of(actor.seats or actor.locations)

    def countries_of(self, places: Iterable[int]) -> set[int]:
        return {country for place in places for country in self.country(place)}

    def country(self, place: int) -> set[int]:
        """The country a place is or lies in; the place itself where that is unknown."""
        surroundings = self.surroundings.get(place, {place})
        return ({place} & self.countries) or (surroundings & self.countries) or {place}


def read_actors(ids: Iterable[int], day: date) -> Actors:
    """The facts about these actors that hold on a day."""
    by_id = {record: Actor() for record in ids}
    now = {"record__in": ids_subquery(by_id), "span__contains": day}
    rows = public_statements(Presence, day, None).filter(**now)
    for record, role, place, statement in rows.values_list("record", "role", "place", "id"):
        actor = by_id[record]
        places_by_role = {
            Role.CONSTITUENCY_ORIGIN: actor.origins,
            Role.CONSTITUENCY_RESIDENCE: actor.residences,
            **dict.fromkeys(LOCATION_FILTERS, actor.locations),
        }
        if role in places_by_role:
            places_by_role[role].setdefault(place, statement)
        if role in (Role.SEAT, Role.REGISTERED):
            actor.seats.add(place)
    traits = public_statements(Trait, day, None).filter(**now)
    for record, scheme, code, statement in traits.values_list(
        "record", "term__scheme", "term__code", "id"
    ):
        by_id[record].traits.setdefault(f"{scheme}:{code}", statement)
    memberships = public_statements(Membership, day, None).filter(**now)
    for record, network, statement in memberships.values_list("record", "partnership", "id"):
        by_id[record].networks.setdefault(network, statement)
    involvements = public_statements(Involvement, day, None).filter(
        record__in=ids_subquery(by_id), role__in=TAKING_PART
    )
    for record, undertaking, statement in involvements.values_list("record", "undertaking", "id"):
        by_id[record].undertakings.setdefault(undertaking, statement)
    _aims(by_id, day)
    actors = Actors(by_id)
    read_surroundings(actors, {place for actor in by_id.values() for place in places_of(actor)})
    return actors


def places_of(actor: Actor) -> set[int]:
    return {*actor.origins, *actor.residences, *actor.locations}


def _aims(by_id: dict[int, Actor], day: date) -> None:
    """Store what actors target, themselves or through their undertakings."""
    acting: dict[int, list[tuple[int, Statements]]] = defaultdict(list)
    for record, actor in by_id.items():
        acting[record].append((record, ()))
        for undertaking, statement in actor.undertakings.items():
            acting[undertaking].append((record, (statement,)))
    for subject, predicate, target, statement in aims_of(acting, day):
        for record, path in acting[subject]:
            if target != record:
                by_id[record].aims.setdefault((predicate, target), (*path, statement))


def aims_of(subjects: Iterable[int], day: date) -> list[tuple[int, str, int, int]]:
    """What actors and undertakings target or appeal to: (subject, predicate, object, statement).

    An involvement as a target counts as an aim of the undertaking.
    """
    subjects = list(subjects)
    relations = public_statements(Relation, day, None).filter(
        predicate__code__in=AIM_PREDICATES, record__in=ids_subquery(subjects), span__contains=day
    )
    targets = public_statements(Involvement, day, None).filter(
        role=InvolvementRole.TARGET, undertaking__in=ids_subquery(subjects)
    )
    return [
        *relations.values_list("record", "predicate__code", "object", "id"),
        *(
            (undertaking, "targets", actor, statement)
            for undertaking, actor, statement in targets.values_list("undertaking", "record", "id")
        ),
    ]


def read_surroundings(actors: Actors, places: set[int]) -> None:
    """Store what these places lie in. A place with a slug of two letters is a country."""
    actors.surroundings.update({place: {place} for place in places})
    for place, ancestor in Ancestor.objects.filter(record__in=ids_subquery(places)).values_list(
        "record", "ancestor"
    ):
        actors.surroundings[place].add(ancestor)
    places_and_ancestors = {place for places in actors.surroundings.values() for place in places}
    known = Record.objects.annotate(letters=Length("slug")).filter(
        id__in=ids_subquery(places_and_ancestors), kind=Kind.PLACE, letters=2
    )
    actors.countries.update(known.values_list("id", flat=True))


def tied_records(record: int, undertakings: Iterable[int], day: date) -> set[int]:
    """The records with a tie to an actor, now or earlier.

    A tie is a relation between the two, a membership of one in the other, or an involvement of both
    in one of these undertakings.
    """
    relations = public_statements(Relation, day, None).filter(Q(record=record) | Q(object=record))
    memberships = public_statements(Membership, day, None).filter(
        Q(record=record) | Q(partnership=record)
    )
    together = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(undertakings)
    )
    return {
        *(number for pair in relations.values_list("record", "object") for number in pair),
        *(number for pair in memberships.values_list("record", "partnership") for number in pair),
        *together.values_list("record", flat=True),
    } - {record}


def undertakings_of(record: int, day: date) -> set[int]:
    """The undertakings an actor is involved in, in any role, now or earlier."""
    rows = public_statements(Involvement, day, None).filter(record=record)
    return set(rows.values_list("undertaking", flat=True))


def entries_by_id(numbers: Iterable[int]) -> dict[int, Entry]:
    """The public entries among these records."""
    entries = Entry.objects.published().filter(id__in=ids_subquery(numbers))
    return {entry.id: entry for entry in entries.only("id", "key", "kind", "slug", "label")}


def term_labels(traits: Iterable[str]) -> dict[str, str]:
    """Labels by `scheme:code`."""
    terms = Entry.objects.published().of_kinds("term").filter(slug__in=sorted(set(traits)))
    return dict(terms.values_list("slug", "label"))
