"""Proposition 7: coalitions of host and sending countries need strategy and investment."""

import json

from django.db import connection
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from orgs.projection.analysis import Balance
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Kind
from orgs.statements.membership import Membership

from .base import MOST_SHOWN, Cell, Found, Name, Number, Proposition, bars, matrix
from .reading import BODIES, NETWORKS, Reading, Seen, figures, holding, listed


def find() -> Found:
    """Return from which side members are, where that is known, and which organs there are."""
    read = Reading("host_sending_balance", "organ", "resource", "partnership")
    today = Counter.today()
    members = public_statements(Membership, today).order_by()
    sheet = balances()
    return Found(
        (
            Number(_("Networks and coalitions in the catalogue."), read.totals[Kind.PARTNERSHIP],
                   listed("partnership")),
            Number(_("Those with members from host and from sending countries."),
                   read.of(NETWORKS, "host_sending_balance", Balance.BOTH),
                   listed("partnership", host_sending_balance=Balance.BOTH.value)),
            Number(_("Those with members from one side alone, as far as their seats are known."),
                   sum(read.of(NETWORKS, "host_sending_balance", side)
                       for side in (Balance.HOST, Balance.SENDING)),
                   listed("partnership", host_sending_balance=[Balance.HOST.value,
                                                               Balance.SENDING.value])),
            Number(_("Those without enough data."),
                   read.of(NETWORKS, "host_sending_balance", Balance.UNKNOWN),
                   listed("partnership", host_sending_balance=Balance.UNKNOWN.value)),
            Number(_("Those of which a source names an organ: a secretariat, a committee, an "
                     "assembly."), read.at_least(NETWORKS, "organ"),
                   listed("partnership", trait=f"organ:{read.codes(NETWORKS, 'organ')[0]}")
                   if len(read.codes(NETWORKS, "organ")) == 1
                   else listed("partnership", organ=read.codes(NETWORKS, "organ"))),
        ),
        (
            matrix(
                _(
                    "Each network with known members: on which side of migration their seats "
                    "are. A member in a country that is both counts half on each side."),
                _("Network or coalition"),
                tuple(Name(words, content=False) for words in (
                    _("members named"), _("host side"), _("sending side"), _("elsewhere"),
                    _("seat unknown"))),
                [
                    (
                        seen.name,
                        [Cell(numbers[name], f"{seen.name.url}network/") for name in (
                            "members", "hosts", "sending", "elsewhere", "without_a_seat")],
                    )
                    for seen, numbers in sheet
                ],
            ),
            bars(
                _("The organs that steer, decide and carry out."),
                _("Organ"),
                _("networks and coalitions"),
                [(read.term("organ", code), count, listed("partnership", organ=code))
                 for code, count in read.values(NETWORKS, "organ")],
            ),
        ),
        (
            Number(_("Memberships with a known start."),
                   members.exclude(edtf="").count()),
            Number(_(
                "Organizations whose resources a source describes: staff, travel, money, "
                "political weight."),
                   read.at_least(BODIES, "resource"),
                   named=holding(BODIES, [["resource="]])[1]),
        ),
        figures(("member_organizations", "individual_members"), today),
    )  # fmt: skip


def most_members() -> tuple[int, list[tuple[Seen, int]]]:
    """Return how many networks have members on record, and the largest with how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.kind, p.slug, p.label, m.members, count(*) OVER () FROM"
            " (SELECT f.value::bigint AS network, count(*) AS members"
            "  FROM (SELECT unnest(facets) AS facet FROM orgs_entry"
            "   WHERE state = 'published' AND kind IN ('organization', 'partnership')) e"
            "  JOIN orgs_facet f ON f.id = e.facet AND f.filter = 'partnership'"
            "  GROUP BY 1) m"
            " JOIN orgs_entry p ON p.id = m.network AND p.state = 'published'"
            " ORDER BY m.members DESC, p.sort_key, p.id LIMIT %s",
            (MOST_SHOWN,),
        )
        rows = cursor.fetchall()
    return (rows[0][5] if rows else 0), [(Seen(*row[:4]), row[4]) for row in rows]


def balances() -> list[tuple[Seen, dict]]:
    """Return what was counted for the balance of each of these networks."""
    largest = [seen for seen, _members in most_members()[1]]
    rows = Entry.objects.filter(id__in=[seen.id for seen in largest]).values_list("id", "findings")
    judged = {which: json.loads(f"{{{text}}}") for which, text in rows}
    return [(seen, numbers_of(judged[seen.id])) for seen in largest]


def numbers_of(judged: dict) -> dict:
    """Return what was counted lately for a balance, or ever where that says more."""
    balance = judged["host_sending_balance"]
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
        _("Strategy and investment are seen in organs, resources and the years that members stay. "
          "What a network does not tell is unknown, not absent."),
    ),
    _("Say who is a member and since when, where each member has its seat, where the people of "
      "the network come from and live, and which organs it has."),
    ("members", "memberships", "figures"),
    BODIES,
    find,
)  # fmt: skip
