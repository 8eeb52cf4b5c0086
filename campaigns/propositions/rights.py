"""Proposition 3: rights-based agendas rely on the UN human rights framework."""

from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import RECORD_KINDS, Kind
from orgs.sql import fetch_rows

from .base import Cell, Name, Number, Proposition, Results, headings, matrix
from .queries import FacetCounts, entries_by_id, list_url
from .ties import Ties, related_entries

DEMANDS = ("demand",)
CLAIMING = (Kind.DEMAND, Kind.CAMPAIGN, Kind.INSTRUMENT, Kind.CASE)
"""What appeals to an instrument: claims, campaigns for them, decisions about them, cases."""

COLUMNS = {
    Kind.DEMAND: _("demands"),
    Kind.CAMPAIGN: _("campaigns"),
    Kind.INSTRUMENT: _("instruments"),
    Kind.CASE: _("cases"),
}


def compute() -> Results:
    facets = FacetCounts("right", "act", "dimension")
    appeals = appeals_by_instrument()
    with_instrument = related_entries(DEMANDS, "invokes")[0]
    return Results(
        (
            Number(_("Conventions, declarations, agreements, laws and their articles."),
                   facets.totals[Kind.INSTRUMENT], list_url("instrument")),
            Number(_("Instruments to which a claim, a campaign or a decision appeals."),
                   len(appeals), "#picture-1"),
            Number(_("Demands that appeal to an instrument."), with_instrument,
                   list_url("demand", relation="invokes")),
            Number(
                _(
                    "Demands that appeal to none. The paper says that a sense of justice "
                    "need not use legal terms, so they count neither for nor against."),
                facets.totals[Kind.DEMAND] - with_instrument,
                examples=without_instrument(),
            ),
            facets.with_value(_("Records that claim or protect the freedom of association."),
                              RECORD_KINDS, "right", "freedom_of_association"),
        ),
        (
            matrix(
                _(
                    "Each instrument, with the number of demands, campaigns, instruments and "
                    "cases that invoke it."),
                _("Instrument"),
                headings(*(COLUMNS[kind] for kind in CLAIMING)),
                appeals,
            ),
        ),
        (
            facets.with_value(
                _("Places with an assessment of redress: whether complaints are "
                  "heard."),
                ("place",), "dimension", "redress"),
            facets.with_value(
                _("Instruments that a state has ratified."), ("instrument",), "act", "ratified"),
        ),
    )  # fmt: skip


def appeals_by_instrument() -> list[tuple[Name, list[Cell]]]:
    """The instruments with the records of each kind that invoke them, the most frequent first."""
    ties = Ties("invokes").by_object("invokes")
    instruments = sorted(
        entries_by_id(ties).values(), key=lambda entry: (-ties[entry.id].total(), entry.label)
    )
    return [
        (
            entry.name,
            [
                Cell(ties[entry.id][kind], list_url(kind, relation=f"invokes:{entry.slug}"))
                for kind in CLAIMING
            ],
        )
        for entry in instruments
    ]


def without_instrument() -> tuple[Name, ...]:
    """The first demands that invoke no instrument."""
    return tuple(
        Name(label, f"/demands/{slug}/")
        for label, slug in fetch_rows(
            "SELECT label, slug FROM orgs_entry WHERE state = 'published' AND kind = 'demand'"
            " AND NOT facets && ARRAY (SELECT id FROM orgs_facet"
            "  WHERE filter = 'related_by' AND value LIKE 'invokes:%') "
            " ORDER BY sort_key, id LIMIT 12"
        )
    )


RIGHTS = Proposition(
    _("The frame of human rights"),
    _(
        "Do migrants’ claims appeal to the human rights framework of the United Nations, and "
        "to which of its instruments?"),
    "Rights-based agendas rely on the UN human rights framework, built on the consensus of the "
    "international community.",
    (
        _(
            "A claim appeals to an instrument when a source says so: a demand, a campaign, a "
            "pending decision, a case."),
        _(
            "Claims that appeal only to dignity are listed too, by name. If they are many "
            "and widespread, they qualify the proposition."),
    ),
    _("Say which instrument a demand, campaign or decision invokes (relation invokes), and which "
      "right it names (scheme right)."),
    ("relations", "legal_acts", "context"),
    CLAIMING,
    compute,
)  # fmt: skip
