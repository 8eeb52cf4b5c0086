"""Observed form and balance of every network at any time, computed from the data files alone.

A second opinion: it shares no code with `campaigns/analysis`, and asks no database.
"""

import calendar
import re
from collections import defaultdict
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from .reading import rows_of_both

TODAY = date(2026, 12, 3)
TAKING_PART = {"convenor", "hosts", "leads", "joins", "participates"}


class Days(NamedTuple):
    first: date
    last: date

    def intersection(self, other: "Days") -> "Days | None":
        both = Days(max(self.first, other.first), min(self.last, other.last))
        return both if both.first <= both.last else None


EVER = Days(date.min, date.max)


def point(edtf: str) -> Days:
    """The days of a year, decade, month or day."""
    year, month, day = (*re.sub("[?~%]", "", edtf).split("-"), "", "")[:3]
    first, last = (int(year.replace("X", digit)) for digit in "09")
    if not month:
        return Days(date(first, 1, 1), date(last, 12, 31))
    days_of_month = calendar.monthrange(first, int(month))[1]
    return Days(
        date(first, int(month), int(day or 1)), date(last, int(month), int(day or days_of_month))
    )


def days(edtf: str) -> Days:
    """The days of a date or an interval."""
    first, slash, last = edtf.partition("/")
    if not slash:
        return point(first)
    return Days(
        date.min if first in ("", "..") else point(first).first,
        date.max if last in ("", "..") else point(last).last,
    )


class Action(NamedTuple):
    actor: str
    days: Days
    dated: bool


class Networks:
    """What the files say of networks, their members, and what they do."""

    def __init__(self) -> None:
        self.observed = {row["key"]: days(row["observed"]).first for row in rows_of_both("sources")}
        self.kinds = {row["slug"]: row["kind"] for row in rows_of_both("records")}
        self.around: dict[str, set[str]] = defaultdict(set)
        for row in self.holding("relations"):
            if row["predicate"] == "part_of":
                self.around[row["record"]].add(row["object"])
        self.last_days: dict[str, date] = {}
        self.periods: dict[str, Days] = {}
        for row in self.holding("existences"):
            self.add_event(row)
        self.members: dict[str, list[tuple[str, Days]]] = defaultdict(list)
        for row in self.holding("memberships"):
            if during := self.alive(row["record"], self.span(row)):
                self.members[row["partnership"]].append((row["record"], during))
        self.actions: dict[str, dict[str, list[Action]]] = defaultdict(lambda: defaultdict(list))
        self.leading: dict[str, set[str]] = defaultdict(set)
        for row in self.holding("involvements"):
            self.add_involvement(row)
        self.ties = {
            frozenset((row["record"], row["object"]))
            for row in self.holding("relations")
            if row["predicate"] in ("collaborates_with", "lobbies_with")
        }
        self.places: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in self.holding("presences"):
            self.places[row["record"]][row["role"]].add(row["place"])

    @staticmethod
    def holding(table: str):
        return (row for row in rows_of_both(table) if row.get("holds", "yes") == "yes")

    def span(self, row: dict[str, str]) -> Days:
        """Undated is what a source saw when it looked, and since."""
        if row["when"]:
            return days(row["when"])
        return Days(self.observed[row["source"]], date.max)

    def alive(self, actor: str, during: Days | None) -> Days | None:
        last = self.last_days.get(actor, date.max)
        return during and during.intersection(Days(date.min, last))

    def add_event(self, row: dict[str, str]) -> None:
        if row["event"] == "ended":
            self.last_days[row["record"]] = self.span(row).last
        if not row["when"] or row["event"] in ("planned", "cancelled"):
            return
        known, given = self.periods.get(row["record"], EVER), days(row["when"])
        self.periods[row["record"]] = Days(
            given.first if row["event"] in ("founded", "held") else known.first,
            given.last if row["event"] in ("ended", "held") else known.last,
        )

    def add_involvement(self, row: dict[str, str]) -> None:
        if row["role"] not in TAKING_PART:
            return
        actor, undertaking = row["record"], row["undertaking"]
        period = self.periods.get(undertaking)
        during = self.alive(actor, period if period and not row["when"] else self.span(row))
        if during:
            action = Action(actor, during, bool(row["when"] or period))
            self.actions[actor][undertaking].append(action)
            if row["role"] in ("leads", "convenor") and self.kinds[undertaking] == "campaign":
                self.leading[actor].add(undertaking)

    def together(self, network: str) -> dict[str, list[Action]]:
        """What two or more members took part in while they were members."""
        found: dict[str, list[Action]] = defaultdict(list)
        for member, during in self.members[network]:
            for undertaking, actions in self.actions[member].items():
                for action in actions:
                    if both := action.days.intersection(during):
                        found[undertaking].append(action._replace(days=both))
        return {
            undertaking: actions
            for undertaking, actions in found.items()
            if len({action.actor for action in actions}) > 1
        }

    def form(self, network: str) -> str:
        members = {member for member, _ in self.members[network]}
        together = self.together(network)
        campaigns = [actions for name, actions in together.items() if self.is_a(name, "campaign")]
        if len(members) < 2:
            return "not_enough_on_record"
        if len(campaigns) > 1 or any(lasts_two_years(actions) for actions in campaigns):
            return "sustained_joint_action"
        if campaigns:
            return "network_in_a_campaign"
        if self.leading[network]:
            return "acts_in_its_own_name"
        exchange = any(tie <= members for tie in self.ties)
        if exchange or any(self.is_a(name, "gathering") for name in together):
            return "exchange"
        return "not_enough_on_record"

    def is_a(self, name: str, kind: str) -> bool:
        return self.kinds[name] == kind

    def balance(self, network: str) -> str:
        origin, residence = (
            {self.country(place) for place in self.places[network][role]}
            for role in ("constituency_origin", "constituency_residence")
        )
        members = {member for member, _ in self.members[network]}
        seats = {member: self.places[member]["seat"] for member in members}
        around = [set(chain(*map(self.surroundings, places))) for places in seats.values()]
        hosts, sending = (
            any(map(residence.intersection, around)),
            any(map(origin.intersection, around)),
        )
        unknown = sum(not places for places in seats.values())
        if not (origin and residence and members) or unknown > len(members) / 2:
            return "not_enough_on_record"
        if hosts and sending:
            return "both_sides"
        return "host_only" if hosts else "sending_only" if sending else "not_enough_on_record"

    def surroundings(self, place: str) -> set[str]:
        """A place and all that it lies in; of "Quito, EC" the country."""
        names: set[str] = set()
        further = {place[-2:].lower() if ", " in place else place}
        while further:
            names |= further
            further = set().union(*(self.around[name] for name in further)) - names
        return names

    def country(self, place: str) -> str:
        names = self.surroundings(place)
        return next((name for name in sorted(names) if len(name) == 2), place)


def lasts_two_years(actions: list[Action]) -> bool:
    """Whether two members at least acted on each day of two years."""
    dated = [action for action in actions if action.dated and action.days.first > date.min]
    return any(
        all(
            len({action.actor for action in dated if action.days.first <= day <= action.days.last})
            > 1
            for day in (start + timedelta(days=n) for n in range(730))
        )
        for start in {action.days.first for action in dated}
        if start + timedelta(days=730) <= TODAY
    )
