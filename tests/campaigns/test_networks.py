"""The network of a partnership: who says who belongs to it, what ties its members, over time."""

import contextlib
import json
from datetime import date
from itertools import combinations
from math import atan2, dist
from random import Random

import networkx
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.networks.members import Confirmation
from campaigns.networks.network import LINEAGE, find_network
from campaigns.networks.ring import MAX_MEMBERS, draw_ring
from campaigns.networks.ties import Ties, betweenness, measure
from campaigns.networks.views import MAX_TREE_MEMBERS, MAX_TREE_MEMBERS_INSIDE
from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from tests.support.pages import Element, page_of
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


class World:
    """A network with members, and what they do."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.network = write.record("partnership", "network", "A Network")
        self.members = [
            write.record("organization", f"member-{n}", f"Member {n}") for n in range(4)
        ]
        self.campaign = write.record("campaign", "campaign", "A Campaign")

    def join(self, *members: Record, to: Record | None = None, when: str = "2000/..", **values):
        for member in members:
            self.write.say(
                "membership", member, partnership=to or self.network, edtf=when, **values
            )

    def act(self, undertaking: Record, *actors: Record, when: str = "", role: str = "joins"):
        for actor in actors:
            self.write.say("involvement", actor, undertaking=undertaking, role=role, edtf=when)

    def seen(self, day: date | None = None):
        return find_network(self.network.pk, day or Counter.today())


@pytest.fixture
def world(write) -> World:
    return World(write)


def network_page(slug: str = "network", query: str = "", status: int = 200) -> Element:
    response = Client().get(f"/organizations/{slug}/network/{query}")
    assert response.status_code == status
    return page_of(response).main


# Who belongs to it ------------------------------------------------------------------------------


def test_membership_is_confirmed_by_whoever_says_it(world):
    one, other, third, fourth = world.members
    world.join(one, voice="own")
    world.join(other, voice="quoted", speaker=world.network)
    world.join(third)
    world.join(fourth, voice="own")
    world.join(fourth, voice="quoted", speaker=world.network, when="2001/..")

    confirmed = {
        branch.membership.member: branch.membership.confirmation for branch in world.seen().tree
    }

    assert confirmed == {
        one.pk: Confirmation.MEMBER,
        other.pk: Confirmation.PARTNERSHIP,
        third.pk: Confirmation.OTHER,
        fourth.pk: Confirmation.BOTH,
    }


def test_members_of_members_stand_below_them_at_any_depth(world, write):
    inner = write.record("partnership", "inner", "An Inner Network")
    innermost = write.record("partnership", "innermost", "The Innermost Network")
    world.join(inner)
    world.join(innermost, to=inner)
    world.join(world.members[0], to=innermost)

    members = network_page().one("section", **{"aria-labelledby": "members"})

    named = [link.text for link in members.every("a") if not link.text.isdigit()]
    assert named == ["An Inner Network", "The Innermost Network", "Member 0"]
    assert len(members.every("ul")) == 3


def test_networks_that_are_members_of_each_other_are_shown_once(world, write):
    other = write.record("partnership", "other", "Another Network")
    world.join(other)
    world.join(world.network, to=other)
    world.join(world.members[0], to=other)

    [branch] = world.seen().tree

    inside = {one.membership.member: one for one in branch.members}
    assert inside.keys() == {world.network.pk, world.members[0].pk}
    assert (inside[world.network.pk].members, inside[world.network.pk].repeated) == ((), True)
    text = network_page().one("section", **{"aria-labelledby": "members"}).text
    assert "Its members are listed elsewhere on this page." in text


def test_member_of_another_time_is_shown_as_such(world):
    world.join(world.members[0], when="2000/2005")

    text = network_page().one("section", **{"aria-labelledby": "members"}).text

    assert "Member 0, 2000–2005 (not on the chosen day)" in text


def test_hidden_member_is_not_named(world, write):
    world.join(*world.members[:2])
    changeset = Changeset(reason="For their safety.")
    changeset.change_record(world.members[0], level=Level.HIDDEN)
    changeset.propose().accept()

    page = network_page()

    assert [branch.membership.member for branch in world.seen().tree] == [world.members[1].pk]
    assert "Member 0" not in page.text


# What ties them ---------------------------------------------------------------------------------


def test_measures_are_those_of_networkx():
    chance = Random(7)  # noqa: S311 - nothing secret
    for size in (2, 3, 5, 12, 30):
        for share in (0.0, 0.1, 0.3, 1.0):
            graph = networkx.gnp_random_graph(size, share, seed=chance.randrange(1000))
            pairs = {tuple(sorted(edge)) for edge in graph.edges}

            ties = Ties(graph.nodes)
            for pair in pairs:
                ties.tie(pair)
            ours = measure(ties)

            assert ours.pairs == pairs

            assert ours.density == pytest.approx(networkx.density(graph))
            assert list(ours.groups) == sorted(
                map(len, networkx.connected_components(graph)), reverse=True
            )
            theirs = networkx.betweenness_centrality(graph)
            near = {one: set(graph.neighbors(one)) for one in graph}
            assert betweenness(near) == pytest.approx(theirs)
            assert {one.member: one.ties for one in ours.standings} == dict(graph.degree)


def test_five_thousand_members_who_act_together_are_measured_and_not_named_pair_by_pair():
    ties = Ties(range(5002))
    ties.tie(range(5000))
    ties.tie((5000, 5000))

    ours = measure(ties)

    pairs = 5000 * 4999 // 2
    assert (ours.members, ours.ties, ours.groups) == (5002, pairs, (5000, 1, 1))
    assert ours.density == pytest.approx(pairs / (5002 * 5001 / 2))
    assert ours.pairs is None
    assert {one.betweenness for one in ours.standings} == {None}
    assert [one.ties for one in ours.standings[-3:]] == [4999, 0, 0]


def test_five_thousand_members_tied_to_nobody_cost_nothing():
    ours = measure(Ties(range(5000)))

    assert (ours.ties, ours.groups, ours.pairs) == (0, (1,) * 5000, frozenset())
    assert {one.betweenness for one in ours.standings} == {0.0}


def test_members_are_tied_by_acting_together_and_by_recorded_exchange(world, write):
    changeset = Changeset()
    world.write.terms["predicate:lobbies_with"] = changeset.change_reference(
        "term", scheme="predicate", code="lobbies_with", labels={"en": "lobbies with"}
    )
    changeset.propose().accept()
    one, other, third, _ = world.members
    world.join(*world.members)
    world.act(world.campaign, one, other, when=str(Counter.today().year))
    write.say("relation", other, predicate=write.term("predicate:lobbies_with"), object=third)

    measures = world.seen().measures

    assert (measures.members, measures.ties, measures.groups) == (4, 2, (3, 1))
    assert measures.density == pytest.approx(2 / 6)
    assert measures.standings[0].member == other.pk


def test_what_happened_before_the_window_ties_nobody(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when="2001")

    assert world.seen().measures.ties == 0
    assert world.seen(date(2003, 1, 1)).measures.ties == 1


# Over time --------------------------------------------------------------------------------------


def test_joint_campaign_flips_the_form_for_its_interval_alone(world):
    world.join(*world.members)
    before = world.seen().periods
    world.act(world.campaign, *world.members[:2], when="2008")

    periods = [(one.first, one.last, one.form) for one in world.seen().periods]

    assert [one.form for one in before] == ["not_enough_on_record"]
    assert periods == [
        (2000, 2007, "not_enough_on_record"),
        (2008, 2013, "network_in_a_campaign"),
        (2014, Counter.today().year, "not_enough_on_record"),
    ]


def test_year_of_the_strip_is_what_the_entry_says_of_its_last_day(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when="2008/..")

    for period in world.seen().periods:
        if period.last < Counter.today().year:
            then = Client().get(
                f"/api/v1/partnerships/network/?as_of={period.last}-12-31&fields=observed_form"
            )
            assert then.json()["observed_form"]["value"] == period.form


def test_names_for_it_stand_in_the_years_for_which_they_are_said(world, write):
    write.say(
        "trait", world.network, term=write.term("form:network"), voice="own", edtf="2001/2003"
    )
    write.say("trait", world.network, term=write.term("form:coalition"), edtf="2003/..")

    periods = [(one.first, one.last, one.calls_itself, one.called) for one in world.seen().periods]

    assert periods == [
        (2001, 2002, ("network",), ()),
        (2003, 2003, ("network",), ("coalition",)),
        (2004, Counter.today().year, (), ("coalition",)),
    ]


def test_page_at_another_day_shows_that_day(world):
    world.join(world.members[0], when="2000/2005")

    page = network_page(query="?as_of=2003")

    assert page.one("p", role="status").text.startswith(
        "This is the network as it was on 31 December 2003."
    )
    assert "not on the chosen day" not in page.text


# The page ---------------------------------------------------------------------------------------


def test_page_shows_what_members_do_and_at_whom_they_aim_together(world, write):
    changeset = Changeset()
    world.write.terms["predicate:targets"] = changeset.change_reference(
        "term", scheme="predicate", code="targets", labels={"en": "is aimed at"}
    )
    changeset.propose().accept()
    ministry = write.record("organization", "ministry", "A Ministry")
    world.join(*world.members[:2])
    world.act(world.campaign, *world.members[:2], when=str(Counter.today().year))
    write.say(
        "relation", world.campaign, predicate=write.term("predicate:targets"), object=ministry
    )

    page = network_page()

    for name, actor_name in (("together", "A Campaign"), ("targets", "A Ministry")):
        text = page.one("section", **{"aria-labelledby": name}).text
        assert f"{actor_name}: Member 0, Member 1" in text


def test_network_without_members_says_that_this_is_no_denial(world):
    text = network_page().one("section", **{"aria-labelledby": "members"}).text

    assert text.endswith("There may be some.")


@pytest.mark.parametrize(
    ("slug", "query", "status"),
    [("member-0", "", 404), ("nobody", "", 404), ("network", "?as_of=soon", 400)],
)
def test_unknown_networks_and_days_are_refused(world, slug, query, status):
    network_page(slug, query, status)


def test_page_asks_as_often_for_many_members_as_for_few(world, write, django_assert_num_queries):
    others = [write.record("organization", f"other-{n}") for n in range(20)]
    for members in (world.members, others):
        world.join(*members)
        world.act(world.campaign, *members, when=str(Counter.today().year))
        with django_assert_num_queries(15):
            network_page()


def test_pages_of_five_thousand_members_ask_as_often_and_weigh_as_little_as_others(world, write):
    def query_counts() -> dict[str, int]:
        counts = {}
        for path in ("", "network/", "network/?as_of=2010", "history/"):
            with CaptureQueriesContext(connection) as seen:
                answer = Client().get(
                    f"/organizations/network/{path}", headers={"accept-encoding": "gzip"}
                )
            assert (answer.status_code, len(answer.content) < 45_000) == (200, True), path
            counts[path] = len(seen)
        return counts

    world.join(*world.members)
    few = query_counts()
    for hundreds in range(10):
        changeset = Changeset(reason="Many at once.")
        for number in range(500):
            member = changeset.record("organization", f"many-{hundreds}-{number}")
            changeset.add("membership", member, partnership=world.network, source=write.source_id)
        changeset.propose().accept()

    assert query_counts() == few
    assert world.seen().measures.members == 5004


def test_page_of_a_large_network_names_the_first_and_leads_to_all(world, write):
    changeset = Changeset(reason="A large network in a small one.")
    inner = changeset.record("partnership", "inner")
    changeset.add(
        "name", inner, text="Inner", language="en", preferred=True, source=write.source_id
    )
    changeset.add("membership", inner, partnership=world.network, source=write.source_id)
    for number in range(MAX_TREE_MEMBERS + 50):
        member = changeset.record("organization", f"many-{number}")
        for partnership in (inner, world.network):
            changeset.add("membership", member, partnership=partnership, source=write.source_id)
    changeset.propose().accept()

    section = network_page().one("section", **{"aria-labelledby": "members"})

    named = [
        link for link in section.every("a") if "/organizations/many" in link.attributes["href"]
    ]
    more = section.every("p", kind="hint")[-1]
    assert len(named) == MAX_TREE_MEMBERS - 1
    # Each of them is in both networks, and told in both.
    branches = 2 * (MAX_TREE_MEMBERS + 50) + 1
    assert more.text.startswith(f"{branches - MAX_TREE_MEMBERS} more members")
    assert more.one("a").attributes["href"] == "/organizations/?partnership=network"
    inside = section.every("ul")[1]
    assert len(inside.every("li")) <= MAX_TREE_MEMBERS_INSIDE
    assert len(answered()["members"]) == branches


def test_network_of_undated_members_begins_when_the_source_looked(world):
    world.join(*world.members, when="")
    world.act(world.campaign, *world.members[:2], when="2011")

    page = network_page()

    periods = [(one.first, one.last, one.form, one.members) for one in world.seen().periods]
    assert periods == [
        (2010, 2010, "not_enough_on_record", 4),
        (2011, 2016, "network_in_a_campaign", 4),
        (2017, Counter.today().year, "not_enough_on_record", 4),
    ]
    assert {one.undated for one in world.seen().periods} == {4}
    assert page.every("tbody")[0].every("td")[-1].text == "4 4 undated"
    members = page.one("section", **{"aria-labelledby": "members"}).text
    assert members.count("a source other than the network and the member") == 1


def test_member_is_undated_while_no_source_dates_it(world):
    world.join(world.members[0], world.members[1], when="")
    world.join(world.members[1], when="2000/..", voice="own")

    assert {(one.members, one.undated) for one in world.seen().periods if one.first >= 2010} == {
        (2, 1)
    }


def test_members_are_in_the_order_of_their_names(world, write):
    for name in ("Zebra", "Ants"):
        world.join(write.record("organization", name.lower(), name))

    section = network_page().one("section", **{"aria-labelledby": "members"})

    assert [link.text for link in section.every("a") if "/organizations/" in
            link.attributes["href"]] == ["Ants", "Zebra"]  # fmt: skip


def test_members_without_ties_have_no_measures(world):
    world.join(*world.members)

    section = network_page().one("section", **{"aria-labelledby": "ties"})

    assert section.every("dl") == []
    assert "No known ties between members. There may be some." in section.text


def test_actor_dissolved_before_the_campaign_is_tied_to_nobody(world, write):
    this_year = Counter.today().year
    world.join(*world.members)
    later = write.another_source("later", observed=str(this_year))
    write.say("existence", world.members[0], event="ended", edtf=str(this_year - 3), source=later)
    world.act(world.campaign, *world.members[:2], when=str(this_year - 1))

    seen = world.seen()

    assert (seen.measures.ties, seen.together) == (0, [])
    assert network_page().every("section", **{"aria-labelledby": "together"}) == []


def test_actor_that_is_tied_to_itself_is_tied_to_nobody(world, write):
    write.new_term("predicate:lobbies_with")
    world.join(*world.members)
    relation = {"predicate": write.term("predicate:lobbies_with"), "object": world.members[0]}
    with contextlib.suppress(ValidationError):  # if the ledger accepts it, nobody counts it
        write.say("relation", world.members[0], **relation)

    assert world.seen().measures.ties == 0
    assert network_page().every("section", **{"aria-labelledby": "together"}) == []


def test_entry_of_a_partnership_leads_to_its_network(world):
    page = page_of(Client().get("/organizations/network/"))

    assert "/organizations/network/network/" in [
        link.attributes["href"] for link in page.main.every("a")
    ]
    assert Entry.objects.filter(slug="network").exists()


@pytest.mark.parametrize("predicate", LINEAGE)
def test_network_knows_what_it_came_from_or_went_into(world, write, predicate):
    other = write.record("partnership", "other", "Another Network")
    term = write.new_term(f"predicate:{predicate}")
    write.say("relation", world.network, predicate=term, object=other)

    assert [line[:3] for line in world.seen().lineage] == [(predicate, other.pk, False)]


# The picture ------------------------------------------------------------------------------------


def test_ring_shows_every_member_once_and_every_tie():
    chance = Random(3)  # noqa: S311 - nothing secret
    pairs = {tuple(sorted(chance.sample(range(30), 2))) for _ in range(40)}

    ring = draw_ring(range(30), pairs)

    assert [mark.number for mark in ring.marks] == list(range(1, 31))
    assert len({(mark.x, mark.y) for mark in ring.marks}) == 30
    assert {(line.start - 1, line.end - 1) for line in ring.lines} == pairs


def test_marks_of_a_ring_do_not_touch_and_stay_within_the_picture():
    ring = draw_ring(range(MAX_MEMBERS), ())

    places = [(mark.x, mark.y) for mark in ring.marks]
    assert min(dist(*two) for two in combinations(places, 2)) > 2 * ring.mark_radius
    assert all(
        ring.mark_radius < value < ring.size - ring.mark_radius
        for place in places
        for value in place
    )


def test_those_of_one_group_stand_side_by_side_on_the_ring():
    ring = draw_ring(range(9), [(0, 4), (4, 8), (1, 5), (5, 7)])

    centre = ring.size / 2
    around = sorted(ring.marks, key=lambda mark: atan2(mark.y - centre, mark.x - centre))
    groups = ["048".find(str(mark.member)) >= 0 for mark in around]
    assert (
        sum(one != other for one, other in zip(groups, groups[1:] + groups[:1], strict=True)) == 2
    )


def test_one_actor_and_too_many_have_no_picture():
    assert (draw_ring([1], ()), draw_ring(range(MAX_MEMBERS + 1), ())) == (None, None)


def test_table_beside_the_ring_names_whom_its_numbers_mean(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[1:3], when=str(date.today().year))

    ties = network_page().one("section", **{"aria-labelledby": "ties"})

    numbers = [mark.text for mark in ties.one("svg").every("text")]
    rows = [row.every("td")[0].text for row in ties.one("tbody").every("tr")]
    assert numbers == rows == ["1", "2", "3", "4"]
    assert [row.one("th").text for row in ties.one("tbody").every("tr")][:2] == [
        "Member 1",
        "Member 2",
    ]
    assert len(ties.one("svg").every("path")) == 1


def test_members_without_a_tie_have_no_picture_and_are_no_denial(world):
    world.join(*world.members)

    ties = network_page().one("section", **{"aria-labelledby": "ties"})

    assert ties.every("svg") == []
    assert "There may be some." in ties.text


# By the API -------------------------------------------------------------------------------------


def answered(path: str = "network", query: str = "", status: int = 200, **headers) -> dict:
    response = Client().get(f"/api/v1/partnerships/{path}/network/{query}", **headers)
    assert response.status_code == status
    return json.loads(response.content) if response.content else {}


def test_api_shows_the_network_that_the_page_shows(world, write):
    inner = write.record("partnership", "inner", "An Inner Network")
    world.join(inner, world.members[0], voice="own")
    world.join(world.members[1], to=inner, when="2001/2003")
    world.act(world.campaign, inner, world.members[0], when="2024")
    day = date(2026, 1, 1)

    document = answered(query="?as_of=2026-01-01")

    keys = {str(record.key): record.slug for record in (world.network, inner)}
    assert [
        (one["member"]["slug"], keys[one["member_of"]], one["when"], one["confirmed"], one["holds"])
        for one in document["members"]
    ] == [
        ("inner", "network", ["2000/.."], "member", True),
        ("member-1", "inner", ["2001/2003"], "other", False),
        ("member-0", "network", ["2000/.."], "member", True),
    ]
    measures = world.seen(day).measures
    assert (document["measures"]["density"], document["measures"]["ties"]) == (measures.density, 1)
    assert {document["measures"]["tied"][0]["one"], document["measures"]["tied"][0]["other"]} == {
        str(inner.key),
        str(world.members[0].key),
    }
    [together] = document["together"]
    assert (together["record"]["slug"], len(together["members"])) == ("campaign", 2)
    assert document["day"] == "2026-01-01"


def test_network_of_the_api_is_marked_by_what_it_says(world):
    etag = Client().get("/api/v1/partnerships/network/network/").headers["ETag"]

    assert answered(status=304, headers={"If-None-Match": etag}) == {}

    world.join(world.members[0])
    assert len(answered(headers={"If-None-Match": etag})["members"]) == 1


def test_api_has_a_network_of_partnerships_alone(world):
    assert answered("member-0", status=404)["status"] == 404
    assert answered(query="?as_of=soon", status=400)["errors"][0]["field"] == "as_of"
    assert answered(query="?known_at=1", status=400)["errors"][0]["field"] == "known_at"
