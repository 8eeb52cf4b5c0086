"""Proposition 5: campaigns for international agreements, and the constituencies they reach."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.counter import Counter
from orgs.records.record import Kind

from .base import Cell, Found, Number, Proposition, bars, matrix
from .reading import Reading, crossed, figures, holding_several, listed, named
from .ties import Ties, tied

CAMPAIGNS = ("campaign",)
STAGES = ("local", "regional", "national", "international")
"""From the nearest to the widest, in the paper's order."""


def find() -> Found:
    """Return which campaigns invoke an agreement, which sectors they reach at which stage."""
    read = Reading("stage", "sector", "tool", "measure", "event")
    met = crossed(CAMPAIGNS, "stage", "sector")
    sectors = read.values(CAMPAIGNS, "sector")
    editions = Ties("edition_of").by_object("edition_of")
    series = named(editions)
    invoking, _names = tied(CAMPAIGNS, "invokes")
    parallel, _others = tied(("gathering",), "parallel_to")
    return Found(
        (
            Number(_("Campaigns in the catalogue."), read.totals[Kind.CAMPAIGN],
                   listed("campaign")),
            Number(_("Campaigns that appeal to an international agreement."), invoking,
                   listed("campaign", relation="invokes")),
            Number(_("Campaigns of which a source names the sectors they reach."),
                   read.at_least(CAMPAIGNS, "sector"), "#picture-1"),
            Number(_("Gatherings of which a source counts the edition: series that go on."),
                   read.of(("gathering",), "measure", "edition"),
                   listed("gathering", measure="edition")),
            Number(_("Gatherings that were held beside an official one."), parallel,
                   listed("gathering", relation="parallel_to")),
        ),
        (
            matrix(
                _("Each sector that campaigns reach, and the stages of the campaigns that reach "
                  "it, the widest last."),
                _("Sector"),
                tuple(read.term("stage", stage) for stage in STAGES),
                [
                    (
                        read.term("sector", sector),
                        [
                            Cell(met[stage, sector],
                                 listed("campaign", stage=stage, trait=f"sector:{sector}"))
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
                [(series[which].name, many,
                  listed("gathering", edition_of=series[which].slug))
                 for which, many in sorted(
                     ((one, editions[one]["gathering"]) for one in editions if one in series),
                     key=lambda pair: (-pair[1], series[pair[0]].label))],
            ),
            bars(
                _("The tools that campaigns use."),
                _("Tool"),
                _("campaigns"),
                [(read.term("tool", code), count, listed("campaign", tool=code))
                 for code, count in read.values(CAMPAIGNS, "tool")],
            ),
        ),
        (
            Number(_("Campaigns with two or more recorded stages."),
                   read.at_least(CAMPAIGNS, "stage", 2),
                   named=holding_several(CAMPAIGNS, "stage", 2)),
            Number(_("Campaigns with a known start."),
                   read.of(CAMPAIGNS, "event", "founded"), listed("campaign", event="founded")),
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
        _("It is sustained when gatherings or campaigns follow one another; where a source counts "
          "the edition, its count stands beside ours."),
    ),
    _("Say which instrument a campaign invokes, at which stages it works, which sectors it "
      "reaches, and when it began and ended."),
    ("dates", "relations", "traits"),
    ("campaign", "gathering"),
    find,
)  # fmt: skip
