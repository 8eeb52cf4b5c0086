"""How organized migrants meet a state: its agencies, the channels, the vote, what followed."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.places.engagements import Channel, engagements_by_year, years_in
from campaigns.places.states import State, read_state
from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Tier
from tests.support.pages import Element, page_of
from tests.support.writing import Writer

PREDICATES = ("led_to", "result_of", "triggered_by", "supports", "targets")


class World:
    """A country with a government, and terms for statements about the two."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        changeset = Changeset(reason="A test.")
        for code in PREDICATES:
            write.terms[f"predicate:{code}"] = changeset.change_reference(
                "term", scheme="predicate", code=code, labels={"en": code.replace("_", " ")}
            )
        for scheme, code in (("repertoire", "voting"), ("grievance", "wages")):
            write.terms[f"{scheme}:{code}"] = changeset.change_reference(
                "term", scheme=scheme, code=code, labels={"en": code}
            )
        changeset.propose().accept()
        self.country = write.record("place", "mx", "Mexico")
        self.government = self.agency("government", "Government", seat=self.country)

    def agency(self, slug: str, name: str, **places: Record) -> Record:
        agency = self.write.record("organization", slug, name)
        self.write.say("trait", agency, term=self.write.term("sphere:state"))
        for role, place in places.items():
            self.write.say("presence", agency, place=place, role=role)
        return agency

    def relate(self, one: Record, predicate: str, other: Record, **values) -> int:
        changeset = self.write.say(
            "relation",
            one,
            predicate=self.write.term(f"predicate:{predicate}"),
            object=other,
            **values,
        )
        return changeset.number

    def seen(self, slug: str = "mx") -> State:
        entry = Entry.objects.get(kind="place", slug=slug)
        return read_state(entry.id, entry.key, Counter.today())


@pytest.fixture
def world(write) -> World:
    return World(write)


def names(mentions) -> list[str]:
    return [one["label"] for one in mentions]


def state_part(slug: str) -> Element:
    page = page_of(Client().get(f"/places/{slug}/")).main
    return page.one("section", **{"aria-labelledby": "state"})


def channels(state: State) -> list[tuple[str, str]]:
    return [(str(one.channel), one.actor["label"]) for one in state.engagements]


# Its agencies -------------------------------------------------------------------------------------


def test_consulate_is_an_agency_of_the_state_whose_people_it_serves(world, write):
    us = write.record("place", "us", "United States")
    world.agency("consulates", "Consulates", acts_in=us, constituency_origin=world.country)
    world.agency("police", "Police", acts_in=us)

    assert names(world.seen("mx").agencies) == ["Consulates", "Government"]
    assert names(world.seen("us").agencies) == ["Police"]


def test_parts_of_an_agency_are_the_states_at_any_depth(world, write):
    ministry = world.agency("ministry", "Ministry")
    council = world.agency("council", "Council")
    world.relate(ministry, "part_of", world.government)
    world.relate(council, "part_of", ministry)

    assert names(world.seen().agencies) == ["Council", "Government", "Ministry"]


def test_agency_in_a_city_is_the_countrys_too(world, write):
    city = write.record("place", "city", "City")
    world.relate(city, "part_of", world.country)
    world.agency("institute", "Institute", seat=city)

    assert names(world.seen().agencies) == ["Government", "Institute"]


def test_hidden_agency_is_not_named(world, write):
    changeset = Changeset(reason="For their safety.")
    changeset.change_record(world.government, level="hidden")
    changeset.propose().accept()

    assert not world.seen()
    assert "No agencies of this state are known yet." in state_part("mx").text


# By which channels --------------------------------------------------------------------------------


def test_tie_that_both_sides_state_is_shown_once_with_both_statements(world, write):
    club = write.record("organization", "club", "Club")
    world.relate(club, "collaborates_with", world.government, edtf="2004")
    world.relate(world.government, "collaborates_with", club)

    [one] = world.seen().engagements

    assert (one.channel, one.actor["label"], one.dates) == ("collaborates_with", "Club", ("2004",))
    assert len(one.items) == 2


def test_those_in_its_programmes_and_those_aiming_at_it_meet_it(world, write):
    club = write.record("organization", "club", "Club")
    campaign = write.record("campaign", "campaign", "Campaign")
    programme = write.record("project", "programme", "Programme")
    write.say("involvement", world.government, undertaking=programme, role="funds")
    write.say("involvement", club, undertaking=programme, role="leads")
    world.relate(campaign, "targets", world.government)

    state = world.seen()

    assert names(state.programmes) == ["Programme"]
    assert channels(state) == [("targets", "Campaign"), ("programme", "Club")]


def test_state_that_meets_a_state_is_no_channel_of_migrants(world, write):
    other = world.agency("other", "Another Government", seat=write.record("place", "us"))
    world.relate(other, "supports", world.government)

    assert channels(world.seen()) == []


def test_channel_that_a_source_denies_is_a_recorded_no(world, write):
    abroad = write.record("organization", "abroad", "Club Abroad")
    write.say("presence", abroad, place=world.country, role="constituency_origin")
    write.say("trait", abroad, term=write.term("repertoire:voting"), holds=False, edtf="2004")

    [denied] = world.seen().engagements

    assert (denied.channel, denied.holds) == ("repertoire:voting", False)
    part = state_part("mx").text
    assert "voting Denied: Club Abroad (2004)" in part
    # Denials are in no count, also where there is nothing else.
    assert "By channel and year" not in part

    write.say(
        "trait", abroad, term=write.term("repertoire:voting"), source=write.another_source("b")
    )

    [one] = world.seen().engagements
    assert (one.channel, one.holds, [item["holds"] for item in one.items]) == (
        "repertoire:voting",
        True,
        [False, True],
    )


@pytest.mark.parametrize("channel", ["relation", "programme"])
def test_tie_that_a_source_denies_is_shown_beside_recorded_ones(world, write, channel):
    club, other = (write.record("organization", slug, slug.title()) for slug in ("club", "other"))
    programme = write.record("project", "programme", "Programme")
    write.say("involvement", world.government, undertaking=programme, role="funds")
    for agency, holds in ((club, False), (other, True)):
        if channel == "relation":
            world.relate(agency, "collaborates_with", world.government, holds=holds)
        else:
            write.say("involvement", agency, undertaking=programme, role="joins", holds=holds)

    steps_of = {one.actor["label"]: one.holds for one in world.seen().engagements}

    assert steps_of == {"Club": False, "Other": True}


def test_denial_that_the_public_may_not_read_is_no_channel(world, write):
    club = write.record("organization", "club", "Club")
    world.relate(
        club, "collaborates_with", world.government, holds=False, tier=Tier.REPRESENTATIVES
    )

    assert world.seen().engagements == []


def test_protest_has_the_years_in_which_it_was_held(world, write):
    protest = write.record("gathering", "protest", "Protest")
    write.say("presence", protest, place=world.country, role="held_at")
    write.say("existence", protest, event="held", edtf="1995")
    write.say("trait", protest, term=write.term("grievance:wages"))

    engagements = world.seen().engagements

    assert engagements_by_year(engagements, date(2020, 1, 1)) == (
        ["1995"],
        [(Channel.PROTEST, [1], 0)],
    )


@pytest.mark.parametrize(
    ("edtf", "years"),
    [
        ("1995", {1995}),
        ("1995-03/1997", {1995, 1996, 1997}),
        ("2018/..", {2018, 2019, 2020}),
        ("199X", set()),
        ("", set()),
    ],
)
def test_years_of_a_date(edtf, years):
    assert years_in(edtf, date(2020, 5, 5)) == years


def test_many_years_are_shown_by_tens(world, write):
    club = write.record("organization", "club", "Club")
    world.relate(club, "collaborates_with", world.government, edtf="1985/2001")

    columns, [(_, counts, undated)] = engagements_by_year(
        world.seen().engagements, date(2020, 1, 1)
    )

    assert columns == ["1980–1989", "1990–1999", "2000–2009"]
    assert (counts, undated) == ([1, 1, 1], 0)


# What followed ------------------------------------------------------------------------------------


def chain_of(world: World, write: Writer) -> tuple[Record, Record, Record]:
    cause = write.record("gathering", "cause", "Cause")
    protest = write.record("gathering", "protest", "Protest")
    law = write.record("instrument", "law", "Law")
    write.say("legal_act", law, act="adopted", actor=world.country, edtf="1996")
    world.relate(cause, "led_to", protest)
    world.relate(protest, "triggered_by", cause)
    world.relate(law, "result_of", protest)
    return cause, protest, law


def steps_of(chains) -> list[list[tuple]]:
    return [
        [
            (step.record["label"], [(link.cause["label"], len(link.items)) for link in step.links])
            for step in chain
        ]
        for chain in chains
    ]


def test_chain_is_read_from_the_first_cause_to_what_the_state_did(world, write):
    chain_of(world, write)

    chains = world.seen().chains

    assert steps_of(chains) == [
        [("Cause", []), ("Protest", [("Cause", 2)]), ("Law", [("Protest", 1)])]
    ]
    assert [item["act"] for item in chains[0][-1].acts] == ["adopted"]


def test_what_led_to_nothing_of_this_state_is_no_chain_of_it(world, write):
    chain_of(world, write)
    singapore = write.record("place", "sg", "Singapore")
    write.say("presence", Record.objects.get(slug="cause"), place=singapore, role="held_at")

    assert world.seen("sg").chains == []


def test_chain_that_bites_its_tail_ends(world, write):
    cause, _, law = chain_of(world, write)
    world.relate(cause, "triggered_by", law)

    assert [len(chain) for chain in world.seen().chains] == [3]


def test_denied_act_is_no_concession(world, write):
    law = write.record("instrument", "law", "Law")
    protest = write.record("gathering", "protest", "Protest")
    write.say("legal_act", law, act="adopted", actor=world.country, holds=False)
    world.relate(law, "result_of", protest)

    state = world.seen()

    assert (state.chains, [item["holds"] for item in state.acts]) == ([], [False])


def test_state_takes_as_many_queries_for_many_as_for_few(world, write):
    chain_of(world, write)
    programme = write.record("project", "programme", "Programme")
    write.say("involvement", world.government, undertaking=programme, role="funds")
    world.relate(write.record("organization", "club"), "collaborates_with", world.government)
    with CaptureQueriesContext(connection) as few:
        Client().get("/places/mx/")

    for number in range(20):
        club = write.record("organization", f"club-{number}", f"Club {number}")
        world.relate(club, "collaborates_with", world.government)
        write.say("involvement", club, undertaking=programme, role="joins")
        world.agency(f"body-{number}", f"Body {number}", seat=world.country)

    with CaptureQueriesContext(connection) as many:
        response = Client().get("/places/mx/")
    assert len(many) == len(few) <= 32
    assert page_of(response).main.text.count("Club 7") == 2


# The paper's states -------------------------------------------------------------------------------


def test_chain_of_1995_reads_with_a_source_for_each_link(paper):
    chain = state_part("ph").every("ol", kind="chain")[0]

    steps = chain.every("li")
    assert [step.one("b").text for step in steps] == [
        "Execution of a Filipina domestic worker in Singapore, 1995",
        "Protests after the execution in Singapore, 1995",
        "Philippine legislation on services of embassies, after 1995",
    ]
    links = [step.every("span", kind="link") for step in steps]
    assert [[len(link.every("sup")) for link in links_of_chain] for links_of_chain in links] == [
        [],
        [2],
        [2, 1],
    ]
    assert "Adopted (since 1995)" in steps[2].text


def test_vote_of_the_philippines_has_its_rules_and_its_obstacles(paper):
    text = state_part("ph").text

    assert "Overseas absentee voting of the Philippines" in text
    assert "voters abroad must return within three years or lose the vote for good" in text
    assert "In practice extreme obstacles to voting (Filipino contract seafarers)" in text
    assert "In force: Right to vote from abroad" in text


def test_mexico_has_its_institutions_its_channels_and_its_vote_of_2006(paper):
    part = state_part("mx")
    text = part.text

    for name in (
        "Institute for Mexicans Abroad",
        "Mexican consular network",
        "Advisory council of the Institute for Mexicans Abroad",
        "Mexican Social Development Ministry",
    ):
        assert name in text
    assert "2006 Mexican presidential vote from abroad (2006)" in text
    assert "outside the country (national political parties) — denied: forbidden" in text
    headings = [one.text for one in part.every("dt")]
    for channel in ("Work with it", "Take part in its programmes", "Contact with consulates"):
        assert channel in headings


ELEVEN = ("dz", "ao", "cv", "co", "hr", "ec", "fr", "it", "mz", "pa", "pt")


@pytest.mark.parametrize("slug", ELEVEN)
def test_state_with_seats_for_nationals_abroad_says_so(paper, slug):
    seats = state_part(slug).one("div", id="dimension-legislative_seats").text

    assert seats.startswith(
        "Seats for citizens abroad In law seats in the legislature for nationals abroad"
    )
    assert seats.endswith("In practice unknown")


def test_no_other_state_is_said_to_have_such_seats(paper):
    with_seats = Client().get("/api/v1/places/?dimension=legislative_seats").json()

    assert {one["slug"] for one in with_seats["results"]} == set(ELEVEN)


def test_blocked_extension_in_sri_lanka_is_a_denial_and_no_concession(paper):
    text = state_part("lk").text

    assert "extension blocked by fears of a politically empowered diaspora" in text
    assert "Was not adopted: Right to vote from abroad" in text
    assert "No source says that an act of this state" in text


def test_agreement_follows_from_both_sides(paper):
    [chain] = state_part("id").every("ol", kind="chain")

    links = [one for one in chain.every("span", kind="link") if "follows from" in one.text]
    assert [link.every("a")[0].text for link in links] == [
        "Migrant civil society in Indonesia",
        "Migrant civil society in Malaysia",
    ]


def test_country_of_which_little_is_known_says_what_is_not_researched(paper):
    text = state_part("se").text

    assert "No agencies of this state are known yet. There may be some." in text
    assert "No known organization deals with this state: not researched." in text
    assert "Not researched: Voting from" in text


def test_region_is_no_state(paper):
    page = page_of(Client().get("/places/europe/")).main

    assert not page.every("section", **{"aria-labelledby": "state"})
