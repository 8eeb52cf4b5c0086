"""Proposition 5: campaigns for international agreements, and the constituencies they reach."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from orgs.projection.counter import Counter
from orgs.records.kinds import Kind
from orgs.statements.figure import Figure
from orgs.statements.relation import Relation

from .base import (
    MAX_BARS,
    Cell,
    Name,
    Number,
    Picture,
    Proposition,
    Results,
    Row,
    headings,
    matrix,
)
from .queries import (
    FacetCounts,
    cross_counts,
    entries_by_id,
    list_url,
    matching_entries,
)
from .ties import Ties, number_related

CAMPAIGNS = ("campaign",)
GATHERINGS = ("gathering",)
STAGES = ("local", "regional", "national", "international")
"""From the nearest to the widest, in the paper's order."""

BEGUN = ("founded", "held")
"""The events of a campaign that has begun."""


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
            Number(_("Campaigns that began or took place, according to a source."),
                   matching_entries(CAMPAIGNS, [[f"event={event}" for event in BEGUN]])[0],
                   list_url("campaign", event=BEGUN)),
        ),
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
    order = sorted(
        series, key=lambda record: (-editions[record]["gathering"], series[record].label)
    )
    claimed = claimed_editions(order[:MAX_BARS])
    return Picture(
        _(
            "Series of gatherings, with the number of known meetings, held or planned, as counted "
            "by this catalogue, and the highest number of an edition that a source states."),
        _("Series"),
        headings(_("meetings"), _("highest edition stated")),
        tuple(
            Row(
                series[record].name,
                (
                    Cell(
                        editions[record]["gathering"],
                        list_url("gathering", edition_of=series[record].slug)),
                    Cell(names=claimed.get(record, ())),
                ),
            )
            for record in order[:MAX_BARS]
        ),
        max(0, len(order) - MAX_BARS),
    )  # fmt: skip


def claimed_editions(series: Sequence[int]) -> dict[int, tuple[Name, ...]]:
    """The highest edition that a source states, by series, with a link to that gathering."""
    today = Counter.today()
    series_of = dict(
        public_statements(Relation, today)
        .filter(predicate__code="edition_of", object__in=series)
        .values_list("record", "object")
    )
    figures = (
        public_statements(Figure, today)
        .filter(measure__code="edition", record__in=series_of, high__isnull=False)
        .order_by("high", "-id")
        .values_list("record", "high")
    )
    highest = {series_of[gathering]: (gathering, int(number)) for gathering, number in figures}
    gatherings = entries_by_id(gathering for gathering, _number in highest.values())
    return {
        record: (Name(str(number), gatherings[gathering].name.url),)
        for record, (gathering, number) in highest.items()
        if gathering in gatherings
    }


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
