"""Which records to analyze, when, and the JSON of their findings."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from campaigns.models import Involvement, InvolvementRole
from orgs.projection.analysis import FINDING_KINDS, Findings
from orgs.records.record import ACTORS, Kind, Record
from orgs.statements.existence import Event, Existence
from orgs.statements.membership import Membership
from orgs.statements.presence import Presence
from orgs.statements.relation import Relation
from orgs.statements.statement import statement_kinds

from . import (
    arena_overlap,
    host_sending_balance,
    observed_form,
    observed_orientation,
    transnational_base,
)
from .answer import Answer
from .facts import EVER, Days, Facts, among, gather, readable

WINDOW_YEARS = 5
"""Editorial: how far back a finding looks."""

WINDOW = f"P{WINDOW_YEARS}Y"
"""The same as documents tell it (ISO 8601)."""

FUNCTIONS: dict[str, Callable[[int, Facts, Days], Answer]] = {
    "observed_form": observed_form,
    "host_sending_balance": host_sending_balance,
    "observed_orientation": observed_orientation,
    "transnational_base": transnational_base,
    "arena_overlap": arena_overlap,
}

CHANGED_BY_WINDOW = (
    "membership",
    "involvement",
    "existence",
    "relation",
    "presence",
    "arena_placement",
)
"""The kinds of statement whose end takes them out of the window some years later."""


def years_before(day: date, years: int) -> date:
    """Return the day so many years earlier: 28 February for the 29th, the first day there is."""
    if day.year <= years:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def window_to(day: date) -> Days:
    """The days that a finding about this day considers."""
    return Days(years_before(day, WINDOW_YEARS), day)


class Analyzer:
    """Computes the findings about organizations and networks. See `orgs.projection.analysis`."""

    reads = frozenset(CHANGED_BY_WINDOW)
    version = 3

    def concerned(self, ids: set[int]) -> set[int]:
        """Return the actors among these, those tied to them by what they do, and their networks.

        Retired ties count too: a change may just have retired them.
        """
        some = list(ids)
        # Whoever is in a place that has moved.
        bodies = {*some, *Presence.objects.filter(place__in=some).values_list("record", flat=True)}
        aiming = Relation.objects.filter(predicate__code="targets", object__in=bodies)
        aimed = Involvement.objects.filter(role=InvolvementRole.TARGET, record__in=bodies)
        undertakings = {
            *some,
            *aiming.values_list("record", flat=True),
            *aimed.values_list("undertaking", flat=True),
        }
        acting = Involvement.objects.filter(undertaking__in=undertakings)
        near = {*bodies, *undertakings, *acting.values_list("record", flat=True)}
        networks = Membership.objects.filter(record__in=near).values_list("partnership", flat=True)
        found = Record.objects.actors().filter(id__in={*near, *networks})
        return set(found.values_list("id", flat=True))

    def changes(self, which: int, today: date) -> set[int]:
        """Return the changes that said or retired something public that its findings depend on.

        That is what is said of its members, of what it and they take part in, and of whom all of
        them aim at.
        """
        joined = Membership.objects.filter(partnership=which)
        bodies = {which, *joined.values_list("record", flat=True)}
        taken = Involvement.objects.filter(record__in=among(bodies))
        undertakings = set(taken.values_list("undertaking", flat=True))
        aimed = Relation.objects.filter(
            predicate__code="targets", record__in=among(bodies | undertakings)
        ).values_list("object", flat=True)
        near = among({*bodies, *undertakings, *aimed})
        kinds = statement_kinds()
        asked = {code: Q(record__in=near) for code in CHANGED_BY_WINDOW}
        asked["membership"] = Q(partnership=which)
        asked["involvement"] |= Q(undertaking__in=among(undertakings))
        return {
            number
            for code, condition in asked.items()
            for row in readable(kinds[code].objects.filter(condition), kinds[code], today)
            .values_list("added", "retired")
            .distinct()
            for number in row
            if number is not None
        }

    def findings(self, ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
        """See `orgs.projection.analysis.Analyzer.findings`."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, kind FROM orgs_record WHERE id = ANY (%s) AND kind = ANY (%s)",
                (list(ids), list(ACTORS)),
            )
            kinds = dict(cursor.fetchall())
        if not kinds:
            return {}
        partnerships = [which for which, kind in kinds.items() if kind == Kind.PARTNERSHIP]
        facts = gather(kinds, today, known_at, partnerships)
        window = window_to(today)
        return {
            which: {
                name: told(FUNCTIONS[name], which, facts, window)
                for name, judged in FINDING_KINDS.items()
                if kind in judged.kinds
            }
            for which, kind in kinds.items()
        }

    def due(self, before: date, today: date) -> set[int]:
        """Return those of whom something leaves the window between these days, or goes on.

        What goes on lasts longer every day, and may have become sustained.
        """
        left = (years_before(before, WINDOW_YEARS), years_before(today, WINDOW_YEARS))
        kinds = statement_kinds()
        leaving = [
            kinds[code].objects.filter(span__endswith__gt=left[0], span__endswith__lte=left[1])
            for code in CHANGED_BY_WINDOW
        ]
        begun = Existence.objects.filter(event=Event.FOUNDED, record__kind=Kind.CAMPAIGN)
        lasting = Involvement.objects.filter(span__upper_inf=True)
        rows = [*leaving, *(some.exclude(edtf="") for some in (begun, lasting))]
        return {
            which
            for some in rows
            for which in some.filter(retired__isnull=True).values_list("record", flat=True)
        }


def told(
    function: Callable[[int, Facts, Days], Answer], which: int, facts: Facts, window: Days
) -> dict[str, Any]:
    """A finding as JSON: within the window, and at any time where that differs."""
    lately, ever = (function(which, facts, days).told() for days in (window, EVER))
    return {**lately, "window": WINDOW, "ever": ever if ever != lately else None}
