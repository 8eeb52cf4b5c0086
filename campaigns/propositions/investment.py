"""Proposition 7: coalitions of host and sending countries need strategy and investment."""

import json

from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from orgs.projection.analysis import Balance
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.sql import fetch_rows
from orgs.statements.membership import Membership

from .base import MAX_ROWS, Cell, Number, Picture, Proposition, Results, headings, matrix
from .queries import (
    MAX_EXAMPLES,
    NETWORKS,
    EntryRef,
    FacetCounts,
    figures,
    list_url,
)

PEOPLE = ("origin", "residence")
"""The filters for the countries where the people of a network come from and live."""


def compute() -> Results:
    facets = FacetCounts("host_sending_balance", "organ", "resource", "partnership")
    today = Counter.today()
    members = public_statements(Membership, today).order_by()
    organs = facets.codes(NETWORKS, "organ")
    with_people, networks = largest_networks(*PEOPLE)
    one_side = (Balance.HOST, Balance.SENDING)
    return Results(
        (
            Number(_("Networks and coalitions in the catalogue."), facets.totals[Kind.PARTNERSHIP],
                   list_url("partnership")),
            facets.with_value(_("Those with members from host and from sending countries."),
                              NETWORKS, "host_sending_balance", Balance.BOTH),
            Number(_("Those with members from one side alone, as far as their seats are known."),
                   sum(facets.count(NETWORKS, "host_sending_balance", side) for side in one_side),
                   list_url("partnership", host_sending_balance=[side.value for side in one_side])),
            facets.with_value(
                _("Those without enough data."), NETWORKS, "host_sending_balance", Balance.UNKNOWN),
            Number(_("Those with a known governing body: a secretariat, a committee, an "
                     "assembly."), facets.at_least(NETWORKS, "organ"),
                   list_url("partnership", trait=f"organ:{organs[0]}") if len(organs) == 1
                   else list_url("partnership", organ=organs)),
        ),
        (
            members_by_side(networks, with_people - len(networks)),
            facets.bars(_("The organs that steer, decide and carry out."),
                        _("Organ"), _("networks and coalitions"), NETWORKS, "organ"),
        ),
        (
            Number(_("Networks with known members of which we know where their people come from "
                     "or live."), with_people,
                   examples=tuple(network.name for network in networks[:MAX_EXAMPLES])),
            Number(_("Memberships with a known start."),
                   members.exclude(edtf="").count()),
            facets.with_several(
                _("Organizations whose resources a source describes: staff, travel, money, "
                  "political weight."),
                ACTOR_KINDS, "resource"),
        ),
        figures(("member_organizations", "individual_members"), today),
    )  # fmt: skip


def members_by_side(networks: list[EntryRef], more: int) -> Picture:
    counted = ("members", "hosts", "sending", "elsewhere", "side_unknown", "without_a_seat")
    picture = matrix(
        _(
            "Each network with known members whose people’s countries are known: on which side of "
            "migration the seats of its members are. A member in a country that is both counts "
            "half on each side."),
        _("Network or coalition"),
        headings(_("members named"), _("host side"), _("sending side"), _("elsewhere"),
                 _("side unknown"), _("seat unknown")),
        [
            (
                network.name,
                [Cell(numbers[name], f"{network.name.url}network/") for name in counted],
            )
            for network, numbers in balances(networks)
        ],
    )  # fmt: skip
    return picture._replace(more=more)


def largest_networks(*filters: str) -> tuple[int, list[EntryRef]]:
    """The number of networks with known members, and those with the most.

    With `filters` only those that have a value of one of them.
    """
    rows = fetch_rows(
        "SELECT p.id, p.kind, p.slug, p.label, count(*) OVER () FROM"
        " (SELECT f.value::bigint AS network, count(*) AS members"
        "  FROM (SELECT unnest(facets) AS facet FROM orgs_entry"
        "   WHERE state = 'published' AND kind IN ('organization', 'partnership')) e"
        "  JOIN orgs_facet f ON f.id = e.facet AND f.filter = 'partnership'"
        "  GROUP BY 1) m"
        " JOIN orgs_entry p ON p.id = m.network AND p.state = 'published'"
        " WHERE %s OR p.facets && ARRAY (SELECT id FROM orgs_facet WHERE filter = ANY (%s))"
        " ORDER BY m.members DESC, p.sort_key, p.id LIMIT %s",
        (not filters, list(filters), MAX_ROWS),
    )
    return (rows[0][4] if rows else 0), [EntryRef(*row[:4]) for row in rows]


def balances(networks: list[EntryRef]) -> list[tuple[EntryRef, dict]]:
    """The counts behind the balance of each network."""
    rows = Entry.objects.filter(id__in=[network.id for network in networks]).values_list(
        "id", "findings"
    )
    findings = {record: json.loads(f"{{{text}}}") for record, text in rows}
    return [(network, balance_numbers(findings[network.id])) for network in networks]


def balance_numbers(findings: dict) -> dict:
    """The recent counts behind a balance, or those at any time where they differ."""
    balance = findings["host_sending_balance"]
    return (balance["ever"] or balance)["numbers"]


INVESTMENT = Proposition(
    _("Coalitions of both sides"),
    _("Do coalitions join organizations from host and from sending countries, and what keeps them "
      "going?"),
    "The construction of civil society coalitions that bring together organizations from both "
    "host and sending countries requires a conscious strategy and sustained investment.",
    (
        _("A member is on the host side with a seat where the people of the network live, on the "
          "sending side with a seat where they come from."),
        _("Organs, resources and the years that members stay show strategy and investment. "
          "What a network does not disclose is unknown, not absent."),
    ),
    _("Say who is a member and since when, where each member has its seat, where the people of "
      "the network come from and live, and which organs it has."),
    ("members", "memberships", "figures"),
    ACTOR_KINDS,
    compute,
)  # fmt: skip
