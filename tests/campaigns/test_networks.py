"""The network of a partnership: who says who belongs to it, what ties its members, over time."""

from datetime import date
from random import Random

import networkx
import pytest
from django.test import Client

from campaigns.networks import Confirmed, betweenness, measured, network_of
from orgs.models import Changeset, Counter, Entry, Level, Record
from tests.pages import Element, page_of
from tests.writing import Writer

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

    def join(self, *members: Record, to: Record | None = None, when: str = "2000/..", **said):
        for member in members:
            self.write.say("membership", member, partnership=to or self.network, edtf=when, **said)

    def act(self, undertaking: Record, *actors: Record, when: str = "", role: str = "joins"):
        for actor in actors:
            self.write.say("involvement", actor, undertaking=undertaking, role=role, edtf=when)

    def seen(self, day: date | None = None):
        return network_of(self.network.pk, day or Counter.today())


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

    confirmed = {branch.belongs.member: branch.belongs.confirmed for branch in world.seen().tree}

    assert confirmed == {
        one.pk: Confirmed.MEMBER,
        other.pk: Confirmed.PARTNERSHIP,
        third.pk: Confirmed.OTHER,
        fourth.pk: Confirmed.BOTH,
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


def test_networks_that_are_members_of_each_other_are_told_once(world, write):
    other = write.record("partnership", "other", "Another Network")
    world.join(other)
    world.join(world.network, to=other)
    world.join(world.members[0], to=other)

    [branch] = world.seen().tree

    inside = {one.belongs.member: one for one in branch.members}
    assert inside.keys() == {world.network.pk, world.members[0].pk}
    assert (inside[world.network.pk].members, inside[world.network.pk].again) == ((), True)
    text = network_page().one("section", **{"aria-labelledby": "members"}).text
    assert "Its members stand elsewhere on this page." in text


def test_member_of_another_time_is_told_as_such(world):
    world.join(world.members[0], when="2000/2005")

    text = network_page().one("section", **{"aria-labelledby": "members"}).text

    assert "Member 0, 2000–2005 (not on the day asked about)" in text


def test_hidden_member_is_not_named(world, write):
    world.join(*world.members[:2])
    letter = Changeset(reason="For their safety.")
    letter.change_record(world.members[0], level=Level.HIDDEN)
    letter.propose().accept()

    page = network_page()

    assert [branch.belongs.member for branch in world.seen().tree] == [world.members[1].pk]
    assert "Member 0" not in page.text


# What ties them ---------------------------------------------------------------------------------


def test_measures_are_those_of_networkx():
    chance = Random(7)  # noqa: S311 - nothing secret
    for size in (2, 3, 5, 12, 30):
        for share in (0.0, 0.1, 0.3, 1.0):
            graph = networkx.gnp_random_graph(size, share, seed=chance.randrange(1000))
            pairs = {tuple(sorted(edge)) for edge in graph.edges}

            ours = measured(graph.nodes, pairs)

            assert ours.density == pytest.approx(networkx.density(graph))
            assert list(ours.groups) == sorted(
                map(len, networkx.connected_components(graph)), reverse=True
            )
            theirs = networkx.betweenness_centrality(graph)
            near = {one: set(graph.neighbors(one)) for one in graph}
            assert betweenness(near) == pytest.approx(theirs)
            assert {one.member: one.ties for one in ours.standings} == {
                one: ties for one, ties in graph.degree if ties
            }


def test_members_are_tied_by_acting_together_and_by_recorded_exchange(world, write):
    letter = Changeset()
    world.write.terms["predicate:lobbies_with"] = letter.change_reference(
        "term", scheme="predicate", code="lobbies_with", labels={"en": "lobbies with"}
    )
    letter.propose().accept()
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
    assert "not on the day asked about" not in page.text


# The page ---------------------------------------------------------------------------------------


def test_page_tells_what_members_do_and_at_whom_they_aim_together(world, write):
    letter = Changeset()
    world.write.terms["predicate:targets"] = letter.change_reference(
        "term", scheme="predicate", code="targets", labels={"en": "is aimed at"}
    )
    letter.propose().accept()
    ministry = write.record("organization", "ministry", "A Ministry")
    world.join(*world.members[:2])
    world.act(world.campaign, *world.members[:2], when=str(Counter.today().year))
    write.say(
        "relation", world.campaign, predicate=write.term("predicate:targets"), object=ministry
    )

    page = network_page()

    for name, said in (("together", "A Campaign"), ("targets", "A Ministry")):
        text = page.one("section", **{"aria-labelledby": name}).text
        assert f"{said}: Member 0, Member 1" in text


def test_network_without_members_says_that_this_is_no_denial(world):
    text = network_page().one("section", **{"aria-labelledby": "members"}).text

    assert text.endswith("That does not mean that there is none.")


@pytest.mark.parametrize(
    ("slug", "query", "status"),
    [("member-0", "", 404), ("nobody", "", 404), ("network", "?as_of=soon", 400)],
)
def test_no_network_and_no_day_are_told(world, slug, query, status):
    network_page(slug, query, status)


def test_page_asks_as_often_for_many_members_as_for_few(world, write, django_assert_num_queries):
    others = [write.record("organization", f"other-{n}") for n in range(20)]
    for members in (world.members, others):
        world.join(*members)
        world.act(world.campaign, *members, when=str(Counter.today().year))
        with django_assert_num_queries(19):
            network_page()


def test_entry_of_a_partnership_leads_to_its_network(world):
    page = page_of(Client().get("/organizations/network/"))

    assert "/organizations/network/network/" in [
        link.attributes["href"] for link in page.main.every("a")
    ]
    assert Entry.objects.filter(slug="network").exists()
