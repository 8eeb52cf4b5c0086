"""Which records to analyze, when, and the JSON of their findings."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from campaigns.models import Involvement, InvolvementRole
from orgs.projection.analysis import FINDING_KINDS, Findings
from orgs.records.edtf import EVER, Days
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import Record
from orgs.sql import fetch_rows
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
from .facts import Facts, gather, ids_subquery, readable
from .finding import Finding

WINDOW_YEARS = 5
"""Editorial: how far back a finding looks."""

WINDOW = f"P{WINDOW_YEARS}Y"
"""The window in documents, as an ISO 8601 duration."""

FUNCTIONS: dict[str, Callable[[int, Facts, Days], Finding]] = {
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
    """`years` earlier: 28 February for the 29th, `date.min` where no such year exists."""
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
    version = 4

    def concerned(self, ids: set[int]) -> set[int]:
        """See `orgs.projection.analysis.Analyzer.concerned`.

        Retired statements count as well: a change may just have retired them.
        """
        records = list(ids)
        # A place that moved affects every actor in it.
        actors = {
            *records,
            *Presence.objects.filter(place__in=records).values_list("record", flat=True),
        }
        with_target = Relation.objects.filter(predicate__code="targets", object__in=actors)
        targeting = Involvement.objects.filter(role=InvolvementRole.TARGET, record__in=actors)
        undertakings = {
            *records,
            *with_target.values_list("record", flat=True),
            *targeting.values_list("undertaking", flat=True),
        }
        involvements = Involvement.objects.filter(undertaking__in=undertakings)
        related = {*actors, *undertakings, *involvements.values_list("record", flat=True)}
        networks = Membership.objects.filter(record__in=related).values_list(
            "partnership", flat=True
        )
        results = Record.objects.actors().filter(id__in={*related, *networks})
        return set(results.values_list("id", flat=True))

    def changes(self, record: int, today: date) -> set[int]:
        """See `orgs.projection.analysis.Analyzer.changes`.

        Findings depend on statements about the members, the undertakings of the record and its
        members, and everything that any of these targets.
        """
        memberships = Membership.objects.filter(partnership=record)
        actors = {record, *memberships.values_list("record", flat=True)}
        involvements = Involvement.objects.filter(record__in=ids_subquery(actors))
        undertakings = set(involvements.values_list("undertaking", flat=True))
        targets = Relation.objects.filter(
            predicate__code="targets", record__in=ids_subquery(actors | undertakings)
        ).values_list("object", flat=True)
        related = ids_subquery({*actors, *undertakings, *targets})
        models = statement_kinds()
        conditions = {code: Q(record__in=related) for code in CHANGED_BY_WINDOW}
        conditions["membership"] = Q(partnership=record)
        conditions["involvement"] |= Q(undertaking__in=ids_subquery(undertakings))
        return {
            number
            for code, condition in conditions.items()
            for numbers in readable(models[code].objects.filter(condition), models[code], today)
            .values_list("added", "retired")
            .distinct()
            for number in numbers
            if number is not None
        }

    def findings(self, ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
        """See `orgs.projection.analysis.Analyzer.findings`."""
        kinds = dict(
            fetch_rows(
                "SELECT id, kind FROM orgs_record WHERE id = ANY (%s) AND kind = ANY (%s)",
                (list(ids), list(ACTOR_KINDS)),
            )
        )
        if not kinds:
            return {}
        partnerships = [record for record, kind in kinds.items() if kind == Kind.PARTNERSHIP]
        facts = gather(kinds, today, known_at, partnerships)
        window = window_to(today)
        return {
            record: {
                name: finding_json(FUNCTIONS[name], record, facts, window)
                for name, finding_kind in FINDING_KINDS.items()
                if kind in finding_kind.kinds
            }
            for record, kind in kinds.items()
        }

    def due(self, before: date, today: date) -> set[int]:
        """See `orgs.projection.analysis.Analyzer.due`.

        Statements leave the window as days pass; an open-ended one may become sustained.
        """
        ends = (years_before(before, WINDOW_YEARS), years_before(today, WINDOW_YEARS))
        models = statement_kinds()
        expiring = [
            models[code].objects.filter(span__endswith__gt=ends[0], span__endswith__lte=ends[1])
            for code in CHANGED_BY_WINDOW
        ]
        founded = Existence.objects.filter(event=Event.FOUNDED, record__kind=Kind.CAMPAIGN)
        lasting = Involvement.objects.filter(span__upper_inf=True)
        querysets = [*expiring, *(statements.exclude(edtf="") for statements in (founded, lasting))]
        return {
            record
            for statements in querysets
            for record in statements.filter(retired__isnull=True).values_list("record", flat=True)
        }


def finding_json(
    function: Callable[[int, Facts, Days], Finding], record: int, facts: Facts, window: Days
) -> dict[str, Any]:
    """The finding within the window, and under `ever` the one at any time where it differs."""
    recent, ever = (function(record, facts, days).as_json() for days in (window, EVER))
    return {**recent, "window": WINDOW, "ever": ever if ever != recent else None}
