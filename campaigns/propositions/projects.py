"""Proposition 9: development projects at home, and the jobs they do or do not bring."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.counter import Counter
from orgs.records.kinds import ACTOR_KINDS, KINDS, RECORD_KINDS, Kind

from .base import (
    Cell,
    Name,
    Number,
    Picture,
    Proposition,
    Results,
    Row,
    SourceFigure,
    headings,
    matrix,
)
from .queries import FacetCounts, entries_by_id, figures, list_url, shares

WHOLE = 100
PROJECT_KINDS = ("project",)


def compute() -> Results:
    facets = FacetCounts("approach", "project_kind", "oversight", "issue", "activity")
    today = Counter.today()
    funding = public_statements(Involvement, today).filter(role=InvolvementRole.FUNDS).order_by()
    return Results(
        (
            Number(_("Projects and programmes in the catalogue."), facets.totals[Kind.PROJECT],
                   list_url("project")),
            facets.with_value(
                _("Records with a project-led approach."), RECORD_KINDS, "approach", "project_led"),
            facets.with_value(
                _("Records with a policy-led approach."), RECORD_KINDS, "approach", "policy_led"),
            facets.with_value(
                _("Records about the creation of jobs."), RECORD_KINDS, "issue", "job_creation"),
            Number(_("Statements about who funds a project."), funding.count(),
                   "#picture-2"),
            Number(_("Those whose consent a project needs: they can stop it."),
                   funding.filter(veto=True).count(), "#picture-2"),
        ),
        (
            portions(shares(("project", *ACTOR_KINDS), today)),
            payers(funding),
            approaches(facets),
            facets.bars(_("What kinds of projects there are."),
                        _("Kind of project"), _("projects"), PROJECT_KINDS, "project_kind"),
        ),
        (
            facets.with_several(
                _("Records with a known oversight of projects."), RECORD_KINDS, "oversight"),
            facets.with_value(_("Projects that are economic, by what a source says."),
                              PROJECT_KINDS, "project_kind", "economic"),
        ),
        figures(("productive_projects", "productive_federal_funding", "farm_subsidies"), today),
    )  # fmt: skip


def approaches(facets: FacetCounts) -> Picture:
    kinds = [
        kind
        for kind in ("project", "organization", "demand", "case")
        if facets.at_least((kind,), "approach")
    ]
    return matrix(
        _("Project-led and policy-led, by kind of record."),
        _("Approach"),
        headings(*(KINDS[kind].plural for kind in kinds)),
        [
            (
                facets.term("approach", code),
                [
                    Cell(
                        facets.counts[kind, "approach", code],
                        f"{list_url(kind)}?trait=approach:{code}",
                    )
                    for kind in kinds
                ],
            )
            for code in ("project_led", "policy_led")
        ],
    )


def portions(parts: tuple[SourceFigure, ...]) -> Picture:
    """A picture of shares: each bar is a part of one whole and names it."""
    return Picture(
        _("Shares, each of its own whole: a full bar would be all of it. Where a source gives a "
          "range, the bar ends at its upper bound."),
        _("Share of what"),
        headings(_("about"), _("percent")),
        tuple(
            Row(
                figure.measure,
                (Cell(names=(figure.about,)), Cell(names=(percent(figure),))),
                min(WHOLE, round(float(figure.amount["high"] or figure.amount["low"]))),
            )
            for figure in parts
        ),
    )  # fmt: skip


def percent(figure: SourceFigure) -> Name:
    """A share or its bounds, with a link to its statement."""
    low, high = figure.amount["low"] or Decimal(), figure.amount["high"]
    bounds = (
        [format_number(low)]
        if low == high or high is None
        else [format_number(low), format_number(high)]
    )
    return Name("–".join(bounds), f"/id/{figure.statement}", content=False)


def format_number(number: Decimal) -> str:
    """A number as localized text, without empty decimals."""
    return number_format(number.normalize(), use_l10n=True)


def payers(funding: QuerySet) -> Picture:
    """Who pays for what, and who has a veto."""
    rows = list(funding.values_list("record", "undertaking", "veto", "id")[:60])
    names = entries_by_id(number for row in rows for number in row[:2])
    return Picture(
        _("Who pays, and who can stop a project by refusing to sign."),
        _("Who pays"),
        headings(_("for what"), _("a veto")),
        tuple(
            Row(
                names[actor].name,
                (
                    Cell(names=(names[project].name,)),
                    Cell(names=(Name(_("yes") if veto else _("unknown"),
                                     f"/id/{statement}", content=False),)),
                ),
            )
            for actor, project, veto, statement in rows
            if actor in names and project in names
        ),
    )  # fmt: skip


PROJECTS = Proposition(
    _("Projects at home"),
    _("What do projects of migrants at home build, and do they bring lasting jobs?"),
    "Migrant engagement with development projects at home can matter a great deal for social "
    "infrastructure, but has had difficulty creating the sustainable jobs needed to avoid future "
    "migration.",
    (
        _("A share counts only together with its whole: of which projects, of whose money, in "
          "which year. Shares of different wholes are never added."),
        _("An approach is project-led or policy-led when a source says so. Neither word is a "
          "verdict."),
    ),
    _("Say who pays for a project and whose consent it needs, what kind of project it is, and give "
      "shares with their whole (figures)."),
    ("figures",),
    ("project",),
    compute,
)  # fmt: skip
