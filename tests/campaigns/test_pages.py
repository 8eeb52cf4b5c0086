"""The pages of undertakings, and what other pages tell of them."""

import pytest

from campaigns.pages.undertakings import CampaignList
from mcs.views import Search
from orgs.changes.changeset import Changeset
from orgs.pages.listing import EntryList
from orgs.pages.references import ArenaPage
from tests.support.pages import page_of, section

pytestmark = pytest.mark.django_db


def test_involvement_is_shown_on_both_pages(client, write):
    mfa = write.record("partnership", "mfa", "Migrant Forum in Asia")
    forum = write.record("gathering", "pga", "Peoples' Global Action")
    write.say("involvement", mfa, undertaking=forum, role="convenor", edtf="2008")

    ours = page_of(client.get("/organizations/mfa/"))
    theirs = page_of(client.get("/gatherings/pga/"))

    assert section(ours, "undertakings") == (
        "Campaigns and gatherings Convenes Peoples' Global Action (2008)2"
    )
    assert section(theirs, "participants") == (
        "Who takes which part Convened by Migrant Forum in Asia (2008)2"
    )


@pytest.mark.parametrize(
    ("kind", "role", "ours", "theirs"),
    [
        ("gathering", "hosts", "Hosts It", "Hosted by Them"),
        ("campaign", "leads", "Leads It", "Led by Them"),
        ("campaign", "joins", "Joins It", "Joined by Them"),
        ("demand", "raises", "Raises It", "Raised by Them"),
        ("demand", "opposes", "Opposes It", "Opposed by Them"),
        ("gathering", "supports", "Supports It", "Supported by Them"),
        ("gathering", "participates", "Takes part in It", "Them takes part"),
        ("gathering", "target", "Is a target of It", "Aimed at Them"),
    ],
)
def test_every_part_reads_from_both_sides(client, write, kind, role, ours, theirs):
    actor = write.record("organization", "them", "Them")
    write.say("involvement", actor, undertaking=write.record(kind, "it", "It"), role=role)

    actor_page = page_of(client.get("/organizations/them/"))
    undertaking_page = page_of(client.get(f"/{kind}s/it/"))

    assert section(actor_page, "undertakings") == f"Campaigns and gatherings {ours}2"
    assert section(undertaking_page, "participants") == f"Who takes which part {theirs}2"


def test_denied_part_reads_as_a_denial(client, write):
    mfa = write.record("partnership", "mfa", "Migrant Forum in Asia")
    campaign = write.record("campaign", "vote", "Vote from abroad")
    write.say("involvement", mfa, undertaking=campaign, role="joins", holds=False)

    ours = page_of(client.get("/organizations/mfa/"))
    theirs = page_of(client.get("/campaigns/vote/"))

    assert (
        section(ours, "undertakings") == "Campaigns and gatherings Does not join Vote from abroad2"
    )
    assert section(theirs, "participants") == (
        "Who takes which part Is not joined by Migrant Forum in Asia2"
    )


def test_funder_with_a_veto_is_shown(client, write):
    state = write.record("organization", "state", "State government")
    project = write.record("project", "3x1", "Three for One")
    write.say("involvement", state, undertaking=project, role="funds", veto=True)

    page = page_of(client.get("/projects/3x1/"))

    assert section(page, "payers") == (
        "Who pays, and who can block 1 pays, according to sources. 1 of them has a veto. "
        "Funded by State government, with a veto2"
    )


def test_undertaking_without_participants_does_not_deny_them(client, write):
    write.record("campaign", "vote", "Vote from abroad")

    page = page_of(client.get("/campaigns/vote/"))

    assert page.main.every("h2", id="participants") == []
    assert "Unknown. There may be some: " in section(page, "absent")
    assert "Who takes which part" in section(page, "absent")


def test_legal_acts_are_shown_of_the_instrument_and_of_the_state(client, write):
    convention = write.record("instrument", "mwc", "Migrant Workers Convention")
    mexico = write.record("place", "mx", "Mexico")
    write.say("legal_act", convention, act="adopted", edtf="1990", detail="without a vote")
    write.say("legal_act", convention, act="ratified", actor=mexico, edtf="1999")
    write.say(
        "legal_act",
        convention,
        act="under_deliberation",
        actor=write.record("place", "bd", "Bangladesh"),
    )
    write.say(
        "legal_act", convention, act="signed", actor=write.record("place", "us", "United States"),
        holds=False,
    )  # fmt: skip

    ours = page_of(client.get("/instruments/mwc/"))
    theirs = page_of(client.get("/places/mx/"))

    acts = ours.main.one("section", **{"aria-labelledby": "acts"})
    assert acts.every("ul", kind="sentences")[0].text == "Adopted: without a vote (1990)2"
    rows = [[cell.text for cell in row.every() if cell.tag in ("th", "td")]
            for row in acts.every("tr")]  # fmt: skip
    assert rows == [
        ["State", "Ratified", "Under deliberation"],
        ["Bangladesh", "–", "yes3"],
        ["Mexico", "19994", "–"],
        ["State", "Signed"],
        ["United States", "no5"],
    ]
    assert section(theirs, "acts") == (
        "What this state did with instruments Ratified: Migrant Workers Convention (1999)2"
    )


def test_context_of_a_place_shows_law_and_practice_apart(client, write):
    mexico = write.record("place", "mx", "Mexico")
    freedom = write.term("dimension:freedom_of_association")
    write.say("context", mexico, dimension=freedom, value="guaranteed", setting="in_law")
    write.say(
        "context",
        mexico,
        dimension=freedom,
        value="exercised",
        setting="in_practice",
        constituency="Central American migrants",
        comparator=write.record("place", "us", "United States"),
        holds=False,
    )

    page = page_of(client.get("/places/mx/"))

    assert section(page, "context") == (
        "Context for organizing What sources find here, by dimension of the context: the "
        "law beside the practice. Each heading links to its definition. "
        "freedom of association In law guaranteed2 "
        "In practice exercised (Central American migrants), compared with United States "
        "— denied3"
    )


@pytest.mark.parametrize("event", ["planned", "cancelled"])
def test_planned_gathering_is_nowhere_said_to_be_held(client, write, event):
    meant = write.record("gathering", "meant", "Meant")
    write.say("existence", meant, event=event, edtf="2012")
    write.say("presence", meant, place=write.record("place", "kr", "South Korea"), role="held_at")

    page = page_of(client.get("/gatherings/meant/"))

    line = page.main.one("ul", kind="inline-list").text
    assert line.startswith("Planned to be held in South Korea")
    assert "Took place in" not in page.main.text


def test_case_shows_the_places_and_actors_it_concerns(client, write):
    case = write.record("case", "lag", "Slow inclusion")
    concerns = write.new_term("predicate:concerns")
    about = write.new_term("predicate:about_place")
    mexico = write.record("place", "mx", "Mexico")
    write.say("relation", case, predicate=about, object=mexico)
    write.say("presence", case, place=mexico, role="constituency_origin")
    for kind, slug in (("organization", "club"), ("project", "fund")):
        write.say("relation", case, predicate=concerns, object=write.record(kind, slug))

    page = page_of(client.get("/cases/lag/"))

    assert section(page, "concerned") == (
        "Who and what it concerns Places About place Mexico2 Its people come from Mexico3 "
        "Actors Concerns club4"
    )
    assert section(page, "relations") == "Relations Concerns fund5"
    assert page.main.every("h2", id="places") == []


def test_undertaking_page_asks_as_little_for_many_participants_as_for_few(
    client, write, django_assert_num_queries
):
    campaign = write.record("campaign", "vote")

    def with_participants(first: int, last: int) -> None:
        changeset = Changeset()
        for place in range(first, last):
            actor = changeset.record("organization", f"actor-{place}")
            changeset.add(
                "involvement", actor, undertaking=campaign, role="joins", source=write.source
            )
        changeset.propose().accept()

    with_participants(0, 1)
    with django_assert_num_queries(3):
        client.get("/campaigns/vote/")

    with_participants(1, 30)
    with django_assert_num_queries(3):
        page = page_of(client.get("/campaigns/vote/"))
    assert len(page.main.one("section", **{"aria-labelledby": "participants"}).every("li")) == 30


def test_filters_of_gatherings_have_labels(client, write):
    forum = write.record("gathering", "forum", "Forum")
    write.say("presence", forum, place=write.record("place", "manila", "Manila"), role="held_at")
    write.say("existence", forum, event="held", edtf="2008")

    page = page_of(client.get("/gatherings/?held_at=manila&event=held"))

    assert page.main.one("p", role="status").text == (
        "1 gathering recorded as held leave out, held in Manila leave out"
    )
    card = page.main.one("li", kind="card")
    assert card.text == "Forum Manila Took place 2008"


def below(page: type[EntryList]) -> list[type[EntryList]]:
    """A kind of list and every kind made from it."""
    entry_lists = [page]
    for child in page.__subclasses__():
        entry_lists += below(child)
    return entry_lists


def test_every_filter_of_every_list_has_a_label():
    pages = [page for page in below(EntryList) if hasattr(page, "filterset_class")]

    assert {CampaignList, ArenaPage, Search} <= set(pages)
    for page in pages:
        unworded = set(page.filterset_class.base_filters) - set(page.filter_labels)
        assert (page.__name__, unworded) == (page.__name__, set())
        assert set(page.offered_filters) - set(page.filterset_class.base_filters) == set()
