"""Proposition 3: rights-based agendas rely on the UN human rights framework."""

from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import RECORD_KINDS, Kind
from orgs.sql import fetch_rows

from .base import Cell, Name, Number, Proposition, Results, matrix
from .queries import FacetCounts, entries_by_id, list_url, matching_entries
from .ties import Ties, related_entries

CLAIMING = (Kind.DEMAND, Kind.CAMPAIGN, Kind.INSTRUMENT, Kind.CASE)
"""What appeals to an instrument: claims, campaigns for them, decisions about them, cases."""

COLUMNS = {
    Kind.DEMAND: _("demands"),
    Kind.CAMPAIGN: _("campaigns"),
    Kind.INSTRUMENT: _("instruments"),
    Kind.CASE: _("cases"),
}


def compute() -> Results:
    facets = FacetCounts("right", "act")
    ties = Ties("invokes").by_object("invokes")
    instruments = entries_by_id(ties)
    order = sorted(
        (instrument for instrument in ties if instrument in instruments),
        key=lambda instrument: (-sum(ties[instrument].values()), instruments[instrument].label),
    )
    with_instrument, _names = related_entries(("demand",), "invokes")
    return Results(
        (
            Number(_("Conventions, declarations, agreements, laws and their articles."),
                   facets.totals[Kind.INSTRUMENT], list_url("instrument")),
            Number(_("Instruments to which a claim, a campaign or a decision appeals."),
                   len(order), "#picture-1"),
            Number(_("Demands that appeal to an instrument."), with_instrument,
                   list_url("demand", relation="invokes")),
            Number(
                _(
                    "Demands that appeal to none. The paper says that a sense of justice "
                    "need not use legal terms, so they count neither for nor against."),
                facets.totals[Kind.DEMAND] - with_instrument,
                examples=without_instrument(),
            ),
            Number(_("Records that claim or protect the freedom of association."),
                   facets.count(RECORD_KINDS, "right", "freedom_of_association"),
                   "/search/?trait=right:freedom_of_association"),
        ),
        (
            matrix(
                _(
                    "Each instrument, with the number of demands, campaigns, instruments and "
                    "cases that invoke it."),
                _("Instrument"),
                tuple(Name(COLUMNS[kind], content=False) for kind in CLAIMING),
                [
                    (
                        instruments[instrument].name,
                        [
                            Cell(ties[instrument][kind],
                                 list_url(kind, relation=f"invokes:{instruments[instrument].slug}"))
                            for kind in CLAIMING
                        ],
                    )
                    for instrument in order
                ],
            ),
        ),
        (
            Number(_("Places with an assessment of redress: whether complaints are heard."),
                   redress()[0], list_url("place", dimension="redress")),
            Number(_("Instruments that a state has ratified."),
                   facets.count(("instrument",), "act", "ratified"),
                   list_url("instrument", act="ratified")),
        ),
    )  # fmt: skip


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


def redress() -> tuple[int, tuple[Name, ...]]:
    """Places with a finding about redress."""
    return matching_entries(("place",), [["dimension=redress"]])


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
