"""Proposition 5: campaigns for international agreements, and the constituencies they reach."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.counter import Counter
from orgs.records.kinds import Kind

from .base import Cell, Number, Picture, Proposition, Results, bars, matrix
from .queries import (
    FacetCounts,
    cross_counts,
    entries_by_id,
    figures,
    list_url,
)
from .ties import Ties, number_related

CAMPAIGNS = ("campaign",)
GATHERINGS = ("gathering",)
STAGES = ("local", "regional", "national", "international")
"""From the nearest to the widest, in the paper's order."""


def compute() -> Results:
    facets = FacetCounts("stage", "sector", "tool", "measure", "event")
    return Results(
        (
            Number(_("Campaigns in the catalogue."), facets.totals[Kind.CAMPAIGN],
                   list_url("campaign")),
            number_related(
                _("Campaigns that appeal to an international agreement."), CAMPAIGNS, "invokes"),
            Number(_("Campaigns with known sectors."),
                   facets.at_least(CAMPAIGNS, "sector"), "#picture-1"),
            facets.with_value(_("Gatherings with a numbered edition: ongoing series."),
                              GATHERINGS, "measure", "edition"),
            number_related(
                _("Gatherings that were held beside an official one."), GATHERINGS, "parallel_to"),
        ),
        (
            sectors_by_stage(facets),
            meetings_by_series(),
            facets.bars(
                _("The tools that campaigns use."), _("Tool"), _("campaigns"), CAMPAIGNS, "tool"),
        ),
        (
            facets.with_several(
                _("Campaigns with two or more recorded stages."), CAMPAIGNS, "stage", 2),
            facets.with_value(_("Campaigns with a known start."), CAMPAIGNS, "event", "founded"),
        ),
        figures(("edition",), Counter.today()),
    )  # fmt: skip


def sectors_by_stage(facets: FacetCounts) -> Picture:
    counts = cross_counts(CAMPAIGNS, "stage", "sector")
    return matrix(
        _("Each sector that campaigns reach, and the stages of the campaigns that reach "
          "it, the widest last."),
        _("Sector"),
        tuple(facets.term("stage", stage) for stage in STAGES),
        [
            (
                facets.term("sector", sector),
                [
                    Cell(counts[stage, sector],
                         list_url("campaign", stage=stage, trait=f"sector:{sector}"))
                    for stage in STAGES
                ],
            )
            for sector in facets.codes(CAMPAIGNS, "sector")
        ],
    )  # fmt: skip


def meetings_by_series() -> Picture:
    editions = Ties("edition_of").by_object("edition_of")
    series = entries_by_id(editions)
    rows = [
        (entry.name, editions[record]["gathering"],
         list_url("gathering", edition_of=entry.slug))
        for record, entry in sorted(
            series.items(),
            key=lambda item: (-editions[item[0]]["gathering"], item[1].label))
    ]  # fmt: skip
    return bars(
        _(
            "Series of gatherings, with the number of known meetings, held or "
            "planned, as counted by this catalogue."),
        _("Series"),
        _("meetings"),
        rows,
    )  # fmt: skip


AGREEMENTS = Proposition(
    _("Campaigns for agreements"),
    _("Do campaigns for international agreements hold coalitions together and win over those who "
      "are not migrants?"),
    "Campaigns for international rights-based agreements can motivate and sustain cross-border "
    "civil society coalitions, bringing rights-based approaches to broader, more diverse "
    "constituencies.",
    (
        _(
            "A campaign counts when a source says that it invokes an agreement. Its breadth "
            "is the number of recorded sectors at each stage."),
        _(
            "It is sustained when gatherings or campaigns follow one another. Where a source "
            "counts editions, its count is shown beside ours."),
    ),
    _("Say which instrument a campaign invokes, at which stages it works, which sectors it "
      "reaches, and when it began and ended."),
    ("dates", "relations", "traits"),
    ("campaign", "gathering"),
    compute,
)  # fmt: skip
