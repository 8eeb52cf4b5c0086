"""The facts that findings rest on: what accepted, public statements say, at two clocks.

Many records are read at once, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from campaigns.models import Involvement, InvolvementRole
from orgs.records.edtf import EVER, Days
from orgs.records.kinds import Kind
from orgs.records.source import Tier
from orgs.sql import fetch_rows
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
"""The roles of joint action. Supporting, funding and opposing are not among them."""

LEADING = (InvolvementRole.LEADS, InvolvementRole.CONVENOR)
"""The roles in which an actor acts in its own name."""

EXCHANGING = ("collaborates_with", "lobbies_with")
"""The relations that record an exchange between two actors."""


class MembershipFact(NamedTuple):
    member: int
    days: Days
    statement: int
    dated: bool = True
    """Whether a source dates it. Undated, it begins when the source observed it."""


class Action(NamedTuple):
    """An actor taking part in an undertaking."""

    actor: int
    undertaking: int
    kind: str
    role: str
    days: Days
    dated: bool
    """Whether a source dates it. An undated action has no length."""
    statement: int


class Tie(NamedTuple):
    """A recorded exchange between two actors."""

    actor: int
    other: int
    days: Days
    statement: int


class PlaceFact(NamedTuple):
    """The role of a place for an actor."""

    role: str
    place: int
    days: Days
    statement: int


class ArenaFact(NamedTuple):
    """An actor being in an arena."""

    arena: str
    days: Days
    statement: int


@dataclass
class Facts:
    """The facts about some organizations and partnerships."""

    today: date
    """The requested day; open-ended periods last until then."""
    members: dict[int, list[MembershipFact]] = field(default_factory=lambda: defaultdict(list))
    """By partnership."""
    actions: dict[int, list[Action]] = field(default_factory=lambda: defaultdict(list))
    """By actor."""
    ties: dict[int, list[Tie]] = field(default_factory=lambda: defaultdict(list))
    """By actor, as stated about the actor itself."""
    places: dict[int, list[PlaceFact]] = field(default_factory=lambda: defaultdict(list))
    """By actor; for members only their seats."""
    aims: dict[int, list[PlaceFact]] = field(default_factory=lambda: defaultdict(list))
    """By actor: the places it targets, itself or through its undertakings."""
    arenas: dict[int, list[ArenaFact]] = field(default_factory=lambda: defaultdict(list))
    """By actor."""
    within: dict[int, set[int]] = field(default_factory=dict)
    """By place: itself and the places it lies in."""
    countries: dict[int, set[int]] = field(default_factory=dict)
    """By place: the country it is or lies in; itself where that is unknown."""


def is_visible(name: str, today: date) -> Func:
    """The condition that the public may see a related record; the projection has the same rule."""
    return Func(
        F(f"{name}__level"),
        F(f"{name}__embargo_until"),
        Value(Tier.PUBLIC.value),
        Value(today),
        function="visible",
        output_field=BooleanField(),
    )


def ids_subquery(ids: Iterable[int]) -> RawSQL:
    """These ids as one parameter: a large network has tens of thousands of members."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def is_visible_or_null(name: str, today: date) -> Q:
    """The condition that the related record is visible to the public or not set."""
    return Q(**{f"{name}__isnull": True}) | Q(is_visible(name, today))


def public_statements(kind: type[Statement], today: date, known_at: int | None = None) -> QuerySet:
    """The public statements of a kind that hold, as known at a change (None: now)."""
    rows = kind.objects.current() if known_at is None else kind.objects.known_at(known_at)
    return readable(rows, kind, today).filter(holds=True).order_by("id")


def public_statements_and_denials(kind: type[Statement], today: date) -> QuerySet:
    """The public statements of a kind as of now, including those with `holds` false."""
    return readable(kind.objects.current(), kind, today).order_by("id")


def readable(rows: QuerySet, kind: type[Statement], today: date) -> QuerySet:
    """Keeps the statements that the public may read."""
    return rows.filter(
        is_visible("record", today),
        is_visible_or_null(kind.object_name, today) if kind.object_name else Q(),
        tier=Tier.PUBLIC,
        source__tier=Tier.PUBLIC,
    )


def gather(
    ids: Iterable[int],
    today: date,
    known_at: int | None = None,
    partnerships: Iterable[int] | None = None,
) -> Facts:
    """The facts about these actors. Members are read for `partnerships` only; None is all `ids`."""
    facts = Facts(today)
    actors = set(ids)
    joined = actors if partnerships is None else set(partnerships)
    reader = StatementReader(today, known_at)
    lifespans = _members(facts, joined, reader) if joined else {}
    actors_and_members = actors | {
        membership.member for rows in facts.members.values() for membership in rows
    }
    rows_by_topic = reader.read(
        {"actors_and_members": actors_and_members, "actors": actors},
        reader.actions(),
        reader.places(),
        reader.aims("actors"),
        reader.ends("{actors}"),
        reader.arenas(),
        *([reader.ties()] if facts.members else ()),
    )
    lifespans |= lifetimes(rows_by_topic["end"])
    actions = rows_by_topic["action"]
    undertakings = {row.other for row in actions}
    of_actors = {row.other for row in actions if row.subject in actors}
    further = (
        reader.read(
            {"undertakings": undertakings, "of_actors": of_actors},
            reader.dates(),
            reader.aims("of_actors"),
            reader.targets(),
        )
        if actions
        else defaultdict(list)
    )
    _actions(facts, actions, further["date"], lifespans)
    for row in rows_by_topic["tie"]:
        facts.ties[row.subject].append(Tie(row.subject, row.other, row.days, row.statement))
    for row in rows_by_topic["place"]:
        facts.places[row.subject].append(PlaceFact(row.code, row.other, row.days, row.statement))
    for row in rows_by_topic["arena"]:
        facts.arenas[row.subject].append(ArenaFact(row.code, row.days, row.statement))
    _aims(facts, actors, [*rows_by_topic["aim"], *further["aim"], *further["target"]], reader)
    _surroundings(facts)
    return facts


class StatementRow(NamedTuple):
    """A public statement, in the columns that findings need."""

    topic: str
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
        return Days(self.first, self.last)


MAX_INLINE_IDS = 100
"""Up to this many numbers are matched as an array; more are joined, which takes longer to plan."""


class StatementReader:
    """Reads public statements of several kinds in one query, at two clocks.

    Applies the rule of `public_statements` in raw SQL. Analyzers run with every change and for each
    `as_of`, and Django takes longer to build these queries than PostgreSQL to answer them.
    """

    def __init__(self, today: date, known_at: int | None) -> None:
        self.clocks: dict[str, Any] = {"today": today, "known_at": known_at}
        self.known = (
            "s.retired IS NULL"
            if known_at is None
            else "s.added <= %(known_at)s AND (s.retired IS NULL OR s.retired > %(known_at)s)"
        )

    def read(self, ids: dict[str, Iterable[int]], *selects: str) -> dict[str, list[StatementRow]]:
        """Run these SELECTs at once. Returns rows by topic, ordered by statement number.

        `ids` are the numbers to look for, by the name that the SELECTs have in braces.
        """
        numbers = {name: list(values) for name, values in ids.items()}
        arrays = {name: f"{{{','.join(map(str, values))}}}" for name, values in numbers.items()}
        conditions = {
            name: f"= ANY (%({name})s::bigint[])"
            if len(values) <= MAX_INLINE_IDS
            else f"IN (SELECT unnest(%({name})s::bigint[]))"
            for name, values in numbers.items()
        }
        sql = " UNION ALL ".join(selects).format(**conditions)
        rows: dict[str, list[StatementRow]] = defaultdict(list)
        for row in fetch_rows(f"{sql} ORDER BY 9", {**self.clocks, **arrays}):
            rows[row[0]].append(StatementRow._make(row))
        return rows

    def members(self) -> str:
        """SELECT the members of partnerships."""
        where = "s.partnership_id {partnerships}"
        return self._select(Membership, "member", where, "s.partnership_id", "s.record_id")

    def ends(self, whose: str) -> str:
        """SELECT the ends of actors; `whose` is an SQL condition on their numbers."""
        return self._select(Existence, "end", f"s.event = '{Event.ENDED}' AND s.record_id {whose}")

    def actions(self) -> str:
        """SELECT what actors and members take part in."""
        where = f"s.role IN ({sql_list(TAKING_PART)}) AND s.record_id {{actors_and_members}}"
        return self._select(Involvement, "action", where, code="s.role")

    def dates(self) -> str:
        """SELECT the dates of undertakings."""
        where = "s.edtf <> '' AND s.record_id {undertakings}"
        return self._select(Existence, "date", where, code="s.event")

    def ties(self) -> str:
        """SELECT the recorded exchanges among actors and members."""
        where = (
            f"{predicate_sql(EXCHANGING)} AND s.record_id {{actors_and_members}}"
            " AND s.object_id {actors_and_members}"
        )
        return self._select(Relation, "tie", where)

    def places(self) -> str:
        """SELECT the places of actors in every role, of members only the seats."""
        where = (
            "s.record_id {actors_and_members}"
            f" AND (s.role = '{Role.SEAT}' OR s.record_id {{actors}})"
        )
        return self._select(Presence, "place", where, code="s.role")

    def arenas(self) -> str:
        """SELECT the arenas of actors."""
        return self._select(ArenaPlacement, "arena", "s.record_id {actors}", code="s.arena_id")

    def aims(self, subjects: str) -> str:
        """SELECT the targets of the `subjects`, a name of ids."""
        where = f"{predicate_sql(['targets'])} AND s.record_id {{{subjects}}}"
        return self._select(Relation, "aim", where)

    def targets(self) -> str:
        """SELECT the targets of the undertakings of actors."""
        where = f"s.role = '{InvolvementRole.TARGET}' AND s.undertaking_id {{of_actors}}"
        return self._select(Involvement, "target", where, "s.undertaking_id", "s.record_id")

    def seats(self) -> str:
        """SELECT the seats of targeted actors."""
        where = f"s.role = '{Role.SEAT}' AND s.record_id {{targets}}"
        return self._select(Presence, "seat", where)

    def _select(
        self,
        model: type[Statement],
        topic: str,
        where: str,
        subject: str = "s.record_id",
        other: str = "",
        code: str = "''",
    ) -> str:
        """SELECT the public statements of a kind that hold and were known."""
        kind, join = "''", ""
        if model.object_name:
            column = f"s.{model.column_of(model.object_name)}"
            kind, join = "o.kind", f" JOIN orgs_record o ON o.id = {column} AND {visible_sql('o')}"
            other = other or column
        return (
            f"SELECT '{topic}', {subject}, {other or 'NULL::bigint'}, {code}::text, {kind}::text,"
            " coalesce(lower(s.span), '0001-01-01'), coalesce(upper(s.span) - 1, '9999-12-31'),"
            f" s.edtf <> '', s.id FROM {model._meta.db_table} s"
            f" JOIN orgs_record r ON r.id = s.record_id AND {visible_sql('r')}"
            f" JOIN orgs_source src ON src.id = s.source_id AND src.tier = {Tier.PUBLIC:d}{join}"
            f" WHERE s.holds AND s.tier = {Tier.PUBLIC:d} AND {self.known} AND {where}"
        )


def visible_sql(name: str) -> str:
    return f"visible({name}.level, {name}.embargo_until, {Tier.PUBLIC:d}, %(today)s)"


def predicate_sql(codes: Iterable[str]) -> str:
    return f"s.predicate_id IN (SELECT id FROM orgs_term WHERE code IN ({sql_list(codes)}))"


def sql_list(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _members(facts: Facts, partnerships: set[int], reader: StatementReader) -> dict[int, Days]:
    """Read who belongs to these partnerships. Returns the days on which the members existed.

    A dissolved organization is no member afterwards, even if its membership is undated.
    """
    members_sql = "IN (SELECT record_id FROM orgs_membership WHERE partnership_id {partnerships})"
    rows = reader.read({"partnerships": partnerships}, reader.members(), reader.ends(members_sql))
    lifespans = lifetimes(rows["end"])
    for row in rows["member"]:
        days = row.days.intersection(lifespans[row.other]) if row.other in lifespans else row.days
        if days and row.other != row.subject:
            membership = MembershipFact(row.other, days, row.statement, row.dated)
            facts.members[row.subject].append(membership)
    return lifespans


def lifetimes(ends: list[StatementRow]) -> dict[int, Days]:
    return {row.subject: Days(last=row.last) for row in ends}


def _actions(
    facts: Facts, rows: list[StatementRow], dates: list[StatementRow], lifespans: dict[int, Days]
) -> None:
    """Store what actors took part in, and when.

    An undated involvement lasts as long as the undertaking, if that is dated.
    """
    periods: dict[int, Days] = {}
    for row in dates:
        if row.code in (Event.PLANNED, Event.CANCELLED):
            continue
        known = periods.get(row.subject, EVER)
        first = row.first if row.code in (Event.FOUNDED, Event.HELD) else known.first
        last = row.last if row.code in (Event.ENDED, Event.HELD) else known.last
        periods[row.subject] = Days(first, last)
    for row in rows:
        period = periods.get(row.other)
        stated = period if period and not row.dated else row.days
        days = stated.intersection(lifespans.get(row.subject, EVER))
        if days:
            dated = bool(row.dated or period)
            facts.actions[row.subject].append(
                Action(row.subject, row.other, row.kind, row.code, days, dated, row.statement)
            )


def _aims(
    facts: Facts, actors: set[int], aimed: list[StatementRow], reader: StatementReader
) -> None:
    """Store the places that actors target, themselves or through their undertakings.

    Targeting an actor means targeting the place of its seat.
    """
    if not aimed:
        return
    actors_by_undertaking: dict[int, list[int]] = defaultdict(list)
    for actor in actors:
        for action in facts.actions.get(actor, ()):
            actors_by_undertaking[action.undertaking].append(actor)
    targets = {row.other for row in aimed if row.kind != Kind.PLACE}
    seats: dict[int, list[int]] = defaultdict(list)
    if targets:
        for row in reader.read({"targets": targets}, reader.seats())["seat"]:
            seats[row.subject].append(row.other)
    for row in aimed:
        for actor in {*actors_by_undertaking.get(row.subject, ()), *({row.subject} & actors)}:
            for place in seats[row.other] if row.other in targets else (row.other,):
                facts.aims[actor].append(PlaceFact("target", place, row.days, row.statement))


def _surroundings(facts: Facts) -> None:
    """Store what these places lie in. A place with a slug of two letters is a country."""
    places = {
        fact.place
        for by_actor in (facts.places, facts.aims)
        for place_facts in by_actor.values()
        for fact in place_facts
    }
    if not places:
        return
    facts.within = {place: {place} for place in places}
    countries = set()
    for place, around, is_country in fetch_rows(
        "WITH place AS (SELECT unnest(%s::bigint[]) AS id), lies AS ("
        " SELECT id, id AS around FROM place UNION ALL"
        " SELECT a.record_id, a.ancestor_id FROM orgs_ancestor a JOIN place"
        "  ON place.id = a.record_id)"
        " SELECT lies.id, r.id, r.kind = %s AND length(r.slug) = 2"
        " FROM lies JOIN orgs_record r ON r.id = lies.around",
        (list(places), Kind.PLACE),
    ):
        facts.within[place].add(around)
        if is_country:
            countries.add(around)
    for place, around in facts.within.items():
        itself = {place} & countries
        facts.countries[place] = itself or around & countries or {place}
