"""Proposition 9: development projects at home, and the jobs they do or do not bring."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.counter import Counter
from orgs.projection.entry import RECORD_KINDS
from orgs.records.record import Kind

from .base import Cell, Found, Name, Number, Picture, Proposition, Row, Stated, bars, matrix
from .reading import BODIES, Reading, figures, holding, listed, named, shares

WHOLE = 100


def find() -> Found:
    """Return what projects are, who can stop them, and which shares sources give of which whole."""
    read = Reading("approach", "project_kind", "oversight", "issue", "activity")
    today = Counter.today()
    parts = shares(("project", *BODIES), today)
    paying = public_statements(Involvement, today).filter(role=InvolvementRole.FUNDS).order_by()
    kinds = [kind for kind in ("project", "organization", "demand", "case")
             if read.at_least((kind,), "approach")]  # fmt: skip
    return Found(
        (
            Number(_("Projects and programmes in the catalogue."), read.totals[Kind.PROJECT],
                   listed("project")),
            Number(_("Records with a project-led approach."),
                   read.of(RECORD_KINDS, "approach", "project_led"),
                   "/search/?trait=approach:project_led"),
            Number(_("Records with a policy-led approach."),
                   read.of(RECORD_KINDS, "approach", "policy_led"),
                   "/search/?trait=approach:policy_led"),
            Number(_("Records about the creation of jobs."),
                   read.of(RECORD_KINDS, "issue", "job_creation"),
                   "/search/?trait=issue:job_creation"),
            Number(_("Statements about who funds a project."), paying.count(),
                   "#picture-2"),
            Number(_("Those whose consent a project needs: they can stop it."),
                   paying.filter(veto=True).count(), "#picture-2"),
        ),
        (
            portions(parts),
            payers(paying),
            matrix(
                _("Project-led and policy-led, by kind of record."),
                _("Approach"),
                tuple(Name(KINDS[kind], content=False) for kind in kinds),
                [
                    (
                        read.term("approach", code),
                        [Cell(read.counts[kind, "approach", code],
                              f"{listed(kind)}?trait=approach:{code}") for kind in kinds],
                    )
                    for code in ("project_led", "policy_led")
                ],
            ),
            bars(
                _("What kinds of projects there are."),
                _("Kind of project"),
                _("projects"),
                [(read.term("project_kind", code), count, listed("project", project_kind=code))
                 for code, count in read.values(("project",), "project_kind")],
            ),
        ),
        (
            Number(_("Records of which a source says who watches over the projects."),
                   read.at_least(RECORD_KINDS, "oversight"),
                   named=holding(RECORD_KINDS, [["oversight="]])[1]),
            Number(_("Projects that are economic, by what a source says."),
                   read.of(("project",), "project_kind", "economic"),
                   listed("project", project_kind="economic")),
        ),
        figures(("productive_projects", "productive_federal_funding", "farm_subsidies"), today),
    )  # fmt: skip


KINDS = {
    "project": _("projects"),
    "organization": _("organizations"),
    "demand": _("demands"),
    "case": _("cases"),
}


def portions(parts: tuple[Stated, ...]) -> Picture:
    """Return the picture of shares: each bar is a part of one whole, and says of which."""
    return Picture(
        _("Shares, each of its own whole: a full bar would be all of it. Where a source gives a "
          "range, the bar ends at its upper bound."),
        _("Share of what"),
        (Name(_("about"), content=False), Name(_("percent"), content=False)),
        tuple(
            Row(
                one.measure,
                (Cell(words=(one.about,)), Cell(words=(percent(one),))),
                min(WHOLE, round(float(one.amount["high"] or one.amount["low"]))),
            )
            for one in parts
        ),
    )  # fmt: skip


def percent(one: Stated) -> Name:
    """Return a share as it is said, leading to the sentence it rests on."""
    low, high = one.amount["low"] or Decimal(), one.amount["high"]
    bounds = [written(low)] if low == high or high is None else [written(low), written(high)]
    return Name("–".join(bounds), f"/id/{one.statement}", content=False)


def written(number: Decimal) -> str:
    """Return a number as the reader's language writes it, without empty decimals."""
    return number_format(number.normalize(), use_l10n=True)


def payers(paying: QuerySet) -> Picture:
    """Return who pays for what, and who can stop it."""
    rows = list(paying.values_list("record", "undertaking", "veto", "id")[:60])
    names = named(number for row in rows for number in row[:2])
    return Picture(
        _("Who pays, and who can stop a project by refusing to sign."),
        _("Who pays"),
        tuple(Name(words, content=False) for words in (_("for what"), _("a veto"))),
        tuple(
            Row(
                names[actor].name,
                (
                    Cell(words=(names[project].name,)),
                    Cell(words=(Name(_("yes") if veto else _("unknown"),
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
    find,
)  # fmt: skip
