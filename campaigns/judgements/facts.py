"""The facts that judgements rest on: what accepted, public statements say, at two clocks.

Everything is read for many records at once, in a number of queries that does not grow with them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from campaigns.models import Involvement, InvolvementRole
from orgs.models import (
    Ancestor,
    Event,
    Existence,
    Kind,
    Membership,
    Presence,
    Record,
    Relation,
    Role,
    Statement,
    Tier,
)

TAKING_PART = (
    InvolvementRole.CONVENOR,
    InvolvementRole.HOSTS,
    InvolvementRole.LEADS,
    InvolvementRole.JOINS,
    InvolvementRole.PARTICIPATES,
)
"""The roles of those who act together. Whoever supports, funds or opposes stands beside them."""

LEADING = (InvolvementRole.LEADS, InvolvementRole.CONVENOR)
"""The roles in which a body acts in its own name."""

EXCHANGING = ("collaborates_with", "lobbies_with")
"""The relations that are a recorded exchange between two bodies."""


class Days(NamedTuple):
    """Days from the first to the last, both included."""

    first: date = date.min
    last: date = date.max

    def meet(self, other: "Days") -> "Days | None":
        """Return the days that are in both, or None."""
        both = Days(max(self.first, other.first), min(self.last, other.last))
        return both if both.first <= both.last else None


EVER = Days()


@lru_cache(4096)
def days_of(span: Any) -> Days:
    """Return the days of a range of the database: without its upper bound, open where it is."""
    return Days(span.lower or date.min, span.upper - timedelta(days=1) if span.upper else date.max)


class Belonging(NamedTuple):
    """That a body is a member of a partnership, on which days, and which statement says so."""

    member: int
    days: Days
    statement: int


class Action(NamedTuple):
    """That a body takes part in an undertaking."""

    actor: int
    undertaking: int
    kind: str
    role: str
    days: Days
    dated: bool
    """Whether somebody dates it: the period of what nobody dates has no length."""
    statement: int


class Tie(NamedTuple):
    """A recorded exchange between two bodies."""

    actor: int
    other: int
    days: Days
    statement: int


class There(NamedTuple):
    """That a place plays a role for a body."""

    role: str
    place: int
    days: Days
    statement: int


@dataclass
class Facts:
    """What judgements of some organizations and partnerships rest on."""

    today: date
    """The day asked about: what goes on has lasted until then."""
    members: dict[int, list[Belonging]] = field(default_factory=lambda: defaultdict(list))
    """By partnership."""
    actions: dict[int, list[Action]] = field(default_factory=lambda: defaultdict(list))
    """By actor."""
    ties: dict[int, list[Tie]] = field(default_factory=lambda: defaultdict(list))
    """By actor, as its own document tells them."""
    places: dict[int, list[There]] = field(default_factory=lambda: defaultdict(list))
    """By actor; of members only their seats."""
    aims: dict[int, list[There]] = field(default_factory=lambda: defaultdict(list))
    """By actor: the places it aims at, itself or through what it takes part in."""
    within: dict[int, set[int]] = field(default_factory=dict)
    """By place: itself and what it lies in."""
    countries: dict[int, set[int]] = field(default_factory=dict)
    """By place: the country it is or lies in; itself where that is not on record."""


def shown(name: str, today: date) -> Func:
    """Return the condition that the public may see a record: the rule of the projection itself."""
    return Func(
        F(f"{name}__level"),
        F(f"{name}__embargo_until"),
        Value(Tier.PUBLIC.value),
        Value(today),
        function="visible",
        output_field=BooleanField(),
    )


def among(ids: Iterable[int]) -> RawSQL:
    """Return these numbers as one parameter: a large network has tens of thousands of members."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def shown_or_none(name: str, today: date) -> Q:
    """Return the condition that nothing stands there, or what the public may see."""
    return Q(**{f"{name}__isnull": True}) | Q(shown(name, today))


def public(kind: type[Statement], today: date, known_at: int | None = None) -> QuerySet:
    """Return the public statements of a kind that hold and were known at a change (None: now)."""
    rows = kind.objects.current() if known_at is None else kind.objects.known_at(known_at)
    return rows.filter(
        shown("record", today),
        shown_or_none(kind.object_name, today) if kind.object_name else Q(),
        holds=True,
        tier=Tier.PUBLIC,
        source__tier=Tier.PUBLIC,
    ).order_by("id")


def gather(
    ids: Iterable[int],
    today: date,
    known_at: int | None = None,
    partnerships: Iterable[int] | None = None,
) -> Facts:
    """Return the facts about these organizations and partnerships.

    `partnerships` are those that may have members, any of them if None: nobody else is asked for.
    """
    facts = Facts(today)
    actors = set(ids)
    joined = actors if partnerships is None else set(partnerships)
    lives = _members(facts, joined, today, known_at) if joined else {}
    everybody = actors | {one.member for some in facts.members.values() for one in some}
    _actions(facts, everybody, today, known_at, lives)
    if facts.members:
        _ties(facts, everybody, today, known_at)
    _places(facts, actors, everybody, today, known_at)
    _aims(facts, actors, today, known_at)
    _surroundings(facts)
    return facts


def _members(facts: Facts, actors: set[int], today: date, known_at: int | None) -> dict[int, Days]:
    """Read who belongs to these partnerships. Returns the days on which the members existed.

    A body that was dissolved is no member after that, also where nobody dates its membership.
    """
    rows = list(
        public(Membership, today, known_at)
        .filter(partnership__in=among(actors))
        .values_list("partnership", "record", "span", "id")
    )
    lives = {}
    if rows:
        ended = public(Existence, today, known_at).filter(
            event=Event.ENDED, record__in=among({row[1] for row in rows})
        )
        lives = {
            which: Days(last=days_of(span).last)
            for which, span in ended.values_list("record", "span")
        }
    for partnership, member, span, statement in rows:
        days = days_of(span).meet(lives.get(member, EVER))
        if days and member != partnership:
            facts.members[partnership].append(Belonging(member, days, statement))
    return lives


def _actions(
    facts: Facts, everybody: set[int], today: date, known_at: int | None, lives: dict[int, Days]
) -> None:
    """Read what these bodies take part in, and when.

    What is not dated happened while the undertaking took place, if that is dated.
    """
    rows = list(
        public(Involvement, today, known_at)
        .filter(record__in=among(everybody), role__in=TAKING_PART)
        .values_list("record", "undertaking", "undertaking__kind", "role", "span", "edtf", "id")
    )
    if not rows:
        return
    periods: dict[int, Days] = {}
    dates = public(Existence, today, known_at).filter(record__in=among({row[1] for row in rows}))
    for which, event, span in dates.exclude(edtf="").values_list("record", "event", "span"):
        if event in (Event.PLANNED, Event.CANCELLED):
            continue
        before, here = periods.get(which, EVER), days_of(span)
        first = here.first if event in (Event.FOUNDED, Event.HELD) else before.first
        last = here.last if event in (Event.ENDED, Event.HELD) else before.last
        periods[which] = Days(first, last)
    for actor, undertaking, kind, role, span, edtf, statement in rows:
        period = periods.get(undertaking)
        taken = period if period and not edtf else days_of(span)
        days = taken.meet(lives.get(actor, EVER))
        if days:
            dated = bool(edtf or period)
            facts.actions[actor].append(
                Action(actor, undertaking, kind, role, days, dated, statement)
            )


def _ties(facts: Facts, everybody: set[int], today: date, known_at: int | None) -> None:
    """Read the recorded exchanges among these bodies."""
    rows = public(Relation, today, known_at).filter(
        predicate__code__in=EXCHANGING, record__in=among(everybody), object__in=among(everybody)
    )
    for actor, other, span, statement in rows.values_list("record", "object", "span", "id"):
        facts.ties[actor].append(Tie(actor, other, days_of(span), statement))


def _places(
    facts: Facts, actors: set[int], everybody: set[int], today: date, known_at: int | None
) -> None:
    """Read where these bodies are, act and have their people; of mere members only the seat."""
    rows = public(Presence, today, known_at).filter(
        Q(role=Role.SEAT) | Q(record__in=among(actors)), record__in=among(everybody)
    )
    for row in rows.values_list("record", "role", "place", "span", "id"):
        actor, role, place, span, statement = row
        facts.places[actor].append(There(role, place, days_of(span), statement))


def _aims(facts: Facts, actors: set[int], today: date, known_at: int | None) -> None:
    """Read the places that these bodies aim at: themselves, or with what they take part in.

    Whoever aims at a body aims at the place of its seat.
    """
    taken: dict[int, list[int]] = defaultdict(list)
    for actor in actors:
        for action in facts.actions.get(actor, ()):
            taken[action.undertaking].append(actor)
    aimed = [
        (subject, target, span, statement)
        for subject, target, span, statement in public(Relation, today, known_at)
        .filter(predicate__code="targets", record__in=among({*actors, *taken}))
        .values_list("record", "object", "span", "id")
    ]
    if taken:
        aimed += [
            (undertaking, target, span, statement)
            for undertaking, target, span, statement in public(Involvement, today, known_at)
            .filter(role=InvolvementRole.TARGET, undertaking__in=among(taken))
            .values_list("undertaking", "record", "span", "id")
        ]
    if not aimed:
        return
    targets = {target for _, target, _, _ in aimed}
    places = set(
        Record.objects.filter(id__in=targets, kind=Kind.PLACE).values_list("id", flat=True)
    )
    seats: dict[int, list[int]] = defaultdict(list)
    rows = public(Presence, today, known_at).filter(record__in=targets - places, role=Role.SEAT)
    for body, place in rows.values_list("record", "place"):
        seats[body].append(place)
    for subject, target, span, statement in aimed:
        for actor in {*taken.get(subject, ()), *({subject} & actors)}:
            for place in (target,) if target in places else seats[target]:
                facts.aims[actor].append(There("target", place, days_of(span), statement))


def _surroundings(facts: Facts) -> None:
    """Read what all these places lie in. A country is known by the two letters of its slug."""
    places = {
        there.place
        for those in (facts.places, facts.aims)
        for some in those.values()
        for there in some
    }
    if not places:
        return
    facts.within = {place: {place} for place in places}
    for place, ancestor in Ancestor.objects.filter(record__in=among(places)).values_list(
        "record", "ancestor"
    ):
        facts.within[place].add(ancestor)
    every = set().union(*facts.within.values())
    countries = set(
        Record.objects.annotate(letters=Length("slug"))
        .filter(id__in=every, kind=Kind.PLACE, letters=2)
        .values_list("id", flat=True)
    )
    for place, around in facts.within.items():
        itself = {place} & countries
        facts.countries[place] = itself or around & countries or {place}
