"""The facts that judgements rest on: what accepted, public statements say, at two clocks.

Everything is read for many records at once, in a number of queries that does not grow with them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from campaigns.models import Involvement, InvolvementRole
from orgs.records.record import Kind
from orgs.records.source import Tier
from orgs.statements.arena_placement import ArenaPlacement
from orgs.statements.existence import Event, Existence
from orgs.statements.membership import Membership
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation
from orgs.statements.statement import Statement

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

    def touch(self, other: "Days") -> bool:
        """Whether any day is in both."""
        return self.first <= other.last and other.first <= self.last


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


class Placed(NamedTuple):
    """That a body stands in an arena."""

    arena: str
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
    arenas: dict[int, list[Placed]] = field(default_factory=lambda: defaultdict(list))
    """By actor."""
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
    return readable(rows, kind, today).filter(holds=True).order_by("id")


def said_or_denied(kind: type[Statement], today: date) -> QuerySet:
    """Return what the public may read of a kind now: also that something is not so."""
    return readable(kind.objects.current(), kind, today).order_by("id")


def readable(rows: QuerySet, kind: type[Statement], today: date) -> QuerySet:
    """Return those of these statements of a kind that the public may read."""
    return rows.filter(
        shown("record", today),
        shown_or_none(kind.object_name, today) if kind.object_name else Q(),
        tier=Tier.PUBLIC,
        source__tier=Tier.PUBLIC,
    )


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
    reader = Reader(today, known_at)
    lives = _members(facts, joined, reader) if joined else {}
    everybody = actors | {one.member for some in facts.members.values() for one in some}
    said = reader.read(
        {"everybody": everybody, "actors": actors},
        reader.actions(),
        reader.places(),
        reader.aims("actors"),
        reader.ends("{actors}"),
        reader.arenas(),
        *([reader.ties()] if facts.members else ()),
    )
    lives |= lives_of(said["end"])
    acted = said["action"]
    undertakings = {row.other for row in acted}
    theirs = {row.other for row in acted if row.subject in actors}
    further = (
        reader.read(
            {"undertakings": undertakings, "theirs": theirs},
            reader.dates(),
            reader.aims("theirs"),
            reader.targets(),
        )
        if acted
        else defaultdict(list)
    )
    _actions(facts, acted, further["date"], lives)
    for row in said["tie"]:
        facts.ties[row.subject].append(Tie(row.subject, row.other, row.days, row.statement))
    for row in said["place"]:
        facts.places[row.subject].append(There(row.code, row.other, row.days, row.statement))
    for row in said["arena"]:
        facts.arenas[row.subject].append(Placed(row.code, row.days, row.statement))
    _aims(facts, actors, [*said["aim"], *further["aim"], *further["target"]], reader)
    _surroundings(facts)
    return facts


class Said(NamedTuple):
    """What a public statement says, as far as any judgement asks."""

    what: str
    subject: int
    other: int
    code: str
    kind: str
    first: date
    last: date
    dated: bool
    statement: int

    @property
    def days(self) -> Days:
        """Return the days on which it holds."""
        return Days(self.first, self.last)


FEW = 100
"""So many numbers are looked up one by one; more are joined, which takes longer to plan."""


class Reader:
    """Reads public statements of several kinds at once, at two clocks.

    The rule is that of `public`, written out: judges ask with every change, and with every look at
    another day, and Django takes longer to put their questions together than PostgreSQL to answer.
    """

    def __init__(self, today: date, known_at: int | None) -> None:
        self.clocks: dict[str, Any] = {"today": today, "known_at": known_at}
        self.known = (
            "s.retired IS NULL"
            if known_at is None
            else "s.added <= %(known_at)s AND (s.retired IS NULL OR s.retired > %(known_at)s)"
        )

    def read(self, asked: dict[str, Iterable[int]], *selects: str) -> dict[str, list[Said]]:
        """Return what these SELECTs find, by `what` it is, in the order of the statements.

        `asked` are the numbers that they ask about, by the name that stands there in braces.
        """
        ids = {name: list(some) for name, some in asked.items()}
        arrays = {name: f"{{{','.join(map(str, some))}}}" for name, some in ids.items()}
        among = {
            name: f"= ANY (%({name})s::bigint[])"
            if len(some) <= FEW
            else f"IN (SELECT unnest(%({name})s::bigint[]))"
            for name, some in ids.items()
        }
        sql = " UNION ALL ".join(selects).format(**among)
        found: dict[str, list[Said]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY 9", {**self.clocks, **arrays})
            for row in cursor.fetchall():
                found[row[0]].append(Said._make(row))
        return found

    def members(self) -> str:
        """Return the SELECT of who belongs to partnerships."""
        where = "s.partnership_id {partnerships}"
        return self._select(Membership, "member", where, "s.partnership_id", "s.record_id")

    def ends(self, whose: str) -> str:
        """Return the SELECT of when these bodies ended; takes what their numbers are, as SQL."""
        return self._select(Existence, "end", f"s.event = '{Event.ENDED}' AND s.record_id {whose}")

    def actions(self) -> str:
        """Return the SELECT of what everybody takes part in."""
        where = f"s.role IN ({quoted(TAKING_PART)}) AND s.record_id {{everybody}}"
        return self._select(Involvement, "action", where, code="s.role")

    def dates(self) -> str:
        """Return the SELECT of when undertakings took place, began and ended."""
        where = "s.edtf <> '' AND s.record_id {undertakings}"
        return self._select(Existence, "date", where, code="s.event")

    def ties(self) -> str:
        """Return the SELECT of the recorded exchanges among everybody."""
        where = (
            f"{predicate(EXCHANGING)} AND s.record_id {{everybody}} AND s.object_id {{everybody}}"
        )
        return self._select(Relation, "tie", where)

    def places(self) -> str:
        """Return the SELECT of where actors are and act; of everybody else only the seat."""
        where = f"s.record_id {{everybody}} AND (s.role = '{Role.SEAT}' OR s.record_id {{actors}})"
        return self._select(Presence, "place", where, code="s.role")

    def arenas(self) -> str:
        """Return the SELECT of the arenas in which actors stand."""
        return self._select(ArenaPlacement, "arena", "s.record_id {actors}", code="s.arena_id")

    def aims(self, subjects: str) -> str:
        """Return the SELECT of whom these aim at."""
        where = f"{predicate(['targets'])} AND s.record_id {{{subjects}}}"
        return self._select(Relation, "aim", where)

    def targets(self) -> str:
        """Return the SELECT of who is a target of what actors take part in."""
        where = f"s.role = '{InvolvementRole.TARGET}' AND s.undertaking_id {{theirs}}"
        return self._select(Involvement, "target", where, "s.undertaking_id", "s.record_id")

    def seats(self) -> str:
        """Return the SELECT of the seats of bodies."""
        where = f"s.role = '{Role.SEAT}' AND s.record_id {{bodies}}"
        return self._select(Presence, "seat", where)

    def _select(
        self,
        model: type[Statement],
        what: str,
        where: str,
        subject: str = "s.record_id",
        other: str = "",
        code: str = "''",
    ) -> str:
        """Return the SELECT of the public statements of a kind that hold and were known."""
        kind, shown = "''", ""
        if model.object_name:
            column = f"s.{model.column_of(model.object_name)}"
            kind, shown = "o.kind", f" JOIN orgs_record o ON o.id = {column} AND {visible('o')}"
            other = other or column
        return (
            f"SELECT '{what}', {subject}, {other or 'NULL::bigint'}, {code}::text, {kind}::text,"
            " coalesce(lower(s.span), '0001-01-01'), coalesce(upper(s.span) - 1, '9999-12-31'),"
            f" s.edtf <> '', s.id FROM {model._meta.db_table} s"
            f" JOIN orgs_record r ON r.id = s.record_id AND {visible('r')}"
            f" JOIN orgs_source src ON src.id = s.source_id AND src.tier = {Tier.PUBLIC:d}{shown}"
            f" WHERE s.holds AND s.tier = {Tier.PUBLIC:d} AND {self.known} AND {where}"
        )


def visible(name: str) -> str:
    """Return the condition that the public may see a record, as SQL."""
    return f"visible({name}.level, {name}.embargo_until, {Tier.PUBLIC:d}, %(today)s)"


def predicate(codes: Iterable[str]) -> str:
    """Return the condition that a relation is one of these, as SQL."""
    return f"s.predicate_id IN (SELECT id FROM orgs_term WHERE code IN ({quoted(codes)}))"


def quoted(codes: Iterable[str]) -> str:
    """Return these codes as SQL."""
    return ", ".join(f"'{code}'" for code in codes)


def _members(facts: Facts, partnerships: set[int], reader: Reader) -> dict[int, Days]:
    """Read who belongs to these partnerships. Returns the days on which the members existed.

    A body that was dissolved is no member after that, also where nobody dates its membership.
    """
    inside = "IN (SELECT record_id FROM orgs_membership WHERE partnership_id {partnerships})"
    said = reader.read({"partnerships": partnerships}, reader.members(), reader.ends(inside))
    lives = lives_of(said["end"])
    for row in said["member"]:
        days = row.days.meet(lives[row.other]) if row.other in lives else row.days
        if days and row.other != row.subject:
            facts.members[row.subject].append(Belonging(row.other, days, row.statement))
    return lives


def lives_of(ends: list[Said]) -> dict[int, Days]:
    """Return the days on which bodies existed. Takes what is said of their ends."""
    return {row.subject: Days(last=row.last) for row in ends}


def _actions(facts: Facts, acted: list[Said], dates: list[Said], lives: dict[int, Days]) -> None:
    """Find out what these bodies took part in, and when.

    What is not dated happened while the undertaking took place, if that is dated.
    """
    periods: dict[int, Days] = {}
    for row in dates:
        if row.code in (Event.PLANNED, Event.CANCELLED):
            continue
        before = periods.get(row.subject, EVER)
        first = row.first if row.code in (Event.FOUNDED, Event.HELD) else before.first
        last = row.last if row.code in (Event.ENDED, Event.HELD) else before.last
        periods[row.subject] = Days(first, last)
    for row in acted:
        period = periods.get(row.other)
        taken = period if period and not row.dated else row.days
        days = taken.meet(lives.get(row.subject, EVER))
        if days:
            dated = bool(row.dated or period)
            facts.actions[row.subject].append(
                Action(row.subject, row.other, row.kind, row.code, days, dated, row.statement)
            )


def _aims(facts: Facts, actors: set[int], aimed: list[Said], reader: Reader) -> None:
    """Find out at which places these bodies aim: themselves, or with what they take part in.

    Whoever aims at a body aims at the place of its seat.
    """
    if not aimed:
        return
    taken: dict[int, list[int]] = defaultdict(list)
    for actor in actors:
        for action in facts.actions.get(actor, ()):
            taken[action.undertaking].append(actor)
    bodies = {row.other for row in aimed if row.kind != Kind.PLACE}
    seats: dict[int, list[int]] = defaultdict(list)
    if bodies:
        for row in reader.read({"bodies": bodies}, reader.seats())["seat"]:
            seats[row.subject].append(row.other)
    for row in aimed:
        for actor in {*taken.get(row.subject, ()), *({row.subject} & actors)}:
            for place in seats[row.other] if row.other in bodies else (row.other,):
                facts.aims[actor].append(There("target", place, row.days, row.statement))


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
    countries = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH place AS (SELECT unnest(%s::bigint[]) AS id), lies AS ("
            " SELECT id, id AS around FROM place UNION ALL"
            " SELECT a.record_id, a.ancestor_id FROM orgs_ancestor a JOIN place"
            "  ON place.id = a.record_id)"
            " SELECT lies.id, r.id, r.kind = %s AND length(r.slug) = 2"
            " FROM lies JOIN orgs_record r ON r.id = lies.around",
            (list(places), Kind.PLACE),
        )
        for place, around, is_country in cursor.fetchall():
            facts.within[place].add(around)
            if is_country:
                countries.add(around)
    for place, around in facts.within.items():
        itself = {place} & countries
        facts.countries[place] = itself or around & countries or {place}
