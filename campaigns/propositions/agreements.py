"""Proposition 5: campaigns for international agreements, and the constituencies they reach."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.counter import Counter
from orgs.records.kinds import Kind

from .base import Cell, Number, Proposition, Results, bars, matrix
from .queries import (
    FacetCounts,
    cross_counts,
    entries_by_id,
    entries_with_several,
    figures,
    list_url,
)
from .ties import Ties, related_entries

CAMPAIGNS = ("campaign",)
STAGES = ("local", "regional", "national", "international")
"""From the nearest to the widest, in the paper's order."""


def compute() -> Results:
    facets = FacetCounts("stage", "sector", "tool", "measure", "event")
    by_stage_and_sector = cross_counts(CAMPAIGNS, "stage", "sector")
    sectors = facets.values(CAMPAIGNS, "sector")
    editions = Ties("edition_of").by_object("edition_of")
    series = entries_by_id(editions)
    invoking, _names = related_entries(CAMPAIGNS, "invokes")
    parallel, _others = related_entries(("gathering",), "parallel_to")
    return Results(
        (
            Number(_("Campaigns in the catalogue."), facets.totals[Kind.CAMPAIGN],
                   list_url("campaign")),
            Number(_("Campaigns that appeal to an international agreement."), invoking,
                   list_url("campaign", relation="invokes")),
            Number(_("Campaigns with known sectors."),
                   facets.at_least(CAMPAIGNS, "sector"), "#picture-1"),
            Number(_("Gatherings with a numbered edition: ongoing series."),
                   facets.count(("gathering",), "measure", "edition"),
                   list_url("gathering", measure="edition")),
            Number(_("Gatherings that were held beside an official one."), parallel,
                   list_url("gathering", relation="parallel_to")),
        ),
        (
            matrix(
                _("Each sector that campaigns reach, and the stages of the campaigns that reach "
                  "it, the widest last."),
                _("Sector"),
                tuple(facets.term("stage", stage) for stage in STAGES),
                [
                    (
                        facets.term("sector", sector),
                        [
                            Cell(by_stage_and_sector[stage, sector],
                                 list_url("campaign", stage=stage, trait=f"sector:{sector}"))
                            for stage in STAGES
                        ],
                    )
                    for sector, _count in sectors
                ],
            ),
            bars(
                _(
                    "Series of gatherings, with the number of known meetings, held or "
                    "planned, as counted by this catalogue."),
                _("Series"),
                _("meetings"),
                [(series[record].name, total,
                  list_url("gathering", edition_of=series[record].slug))
                 for record, total in sorted(
                     ((record, editions[record]["gathering"])
                      for record in editions if record in series),
                     key=lambda pair: (-pair[1], series[pair[0]].label))],
            ),
            bars(
                _("The tools that campaigns use."),
                _("Tool"),
                _("campaigns"),
                [(facets.term("tool", code), count, list_url("campaign", tool=code))
                 for code, count in facets.values(CAMPAIGNS, "tool")],
            ),
        ),
        (
            Number(_("Campaigns with two or more recorded stages."),
                   facets.at_least(CAMPAIGNS, "stage", 2),
                   examples=entries_with_several(CAMPAIGNS, "stage", 2)),
            Number(_("Campaigns with a known start."),
                   facets.count(CAMPAIGNS, "event", "founded"),
                   list_url("campaign", event="founded")),
        ),
        figures(("edition",), Counter.today()),
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
