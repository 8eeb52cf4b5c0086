"""Analysis: form, balance, orientation and base, with what they rest on."""

from datetime import date

import pytest
from django.test import Client

from campaigns.analysis import EVER, Days, Facts, gather, observed_form
from campaigns.analysis.definitions import COUNTED
from campaigns.analysis.facts import Action, MembershipFact
from campaigns.analysis.form import months_between, months_together
from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check, rebuild_due
from orgs.projection.analysis import FINDING_KINDS, ObservedForm
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.statement import statement_kinds
from tests.support.pages import page_of
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries_equal_the_computed_ones(write: Writer):
    yield
    assert check()[0] == []


class World:
    """A network with members, and what they do."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        for code in ("targets", "lobbies_with"):
            self.term("predicate", code)
        self.network = write.record("partnership", "network", "A Network")
        self.members = [write.record("organization", f"member-{n}") for n in range(3)]
        self.campaign = write.record("campaign", "campaign", "A Campaign")

    def term(self, scheme: str, code: str) -> None:
        changeset = Changeset()
        self.write.terms[f"{scheme}:{code}"] = changeset.change_reference(
            "term", scheme=scheme, code=code, labels={"en": code}
        )
        changeset.propose().accept()

    def join(self, *members: Record, when: str = "2000/..") -> None:
        for member in members:
            self.write.say("membership", member, partnership=self.network, edtf=when)

    def act(self, undertaking: Record, *members: Record, when: str = "", role="joins") -> None:
        for member in members:
            self.write.say("involvement", member, undertaking=undertaking, role=role, edtf=when)

    def place(self, organization: Record, role: str, place: Record, **values) -> None:
        self.write.say("presence", organization, role=role, place=place, **values)

    def finding(self, name: str = "observed_form", of: Record | None = None) -> dict:
        return Entry.objects.get(pk=(of or self.network).pk).read()[name]

    def form(self) -> tuple[str, str]:
        """The form within the window and ever."""
        analysis = self.finding()
        return analysis["value"], (analysis["ever"] or analysis)["value"]


@pytest.fixture
def world(write) -> World:
    return World(write)


def this_year(ago: int = 0) -> str:
    return str(Counter.today().year - ago)


# Form -------------------------------------------------------------------------------------------


def test_nothing_is_known_of_a_network_without_two_named_members(world):
    world.join(world.members[0])
    world.act(world.campaign, world.members[0], world.network, when=this_year(), role="leads")

    assert world.form() == ("not_enough_on_record", "not_enough_on_record")
    assert world.finding()["because"] == [Membership.objects.get().pk]


def test_nothing_is_known_of_members_who_do_nothing_on_record(world):
    world.join(*world.members)

    assert world.form() == ("not_enough_on_record", "not_enough_on_record")
    assert world.finding()["numbers"]["members"] == 3


def test_one_joint_campaign_makes_a_network_in_a_campaign_for_five_years(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year(8))

    assert world.form() == ("not_enough_on_record", "network_in_a_campaign")
    assert world.finding()["window"] == "P5Y"


def test_two_joint_campaigns_are_sustained_joint_action(world):
    world.join(*world.members)
    other = world.write.record("campaign", "other")
    world.act(world.campaign, *world.members[:2], when=this_year(1))
    world.act(other, *world.members[1:], when=this_year(2))

    assert world.form() == ("sustained_joint_action", "sustained_joint_action")
    assert world.finding()["numbers"]["joint_campaigns"] == 2


def test_one_joint_campaign_of_two_years_is_sustained(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=f"{this_year(3)}/{this_year(1)}")

    assert world.form()[0] == "sustained_joint_action"
    assert world.finding()["numbers"]["longest_joint_campaign_months"] == 24


def test_campaign_that_nobody_dates_has_no_length(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2])

    assert world.form()[0] == "network_in_a_campaign"
    assert world.finding()["numbers"]["longest_joint_campaign_months"] == 0


def test_campaign_of_one_member_is_no_joint_one(world):
    world.join(*world.members)
    world.act(world.campaign, world.members[0], when=this_year())

    assert world.form()[0] == "not_enough_on_record"


def test_supporters_and_opponents_do_not_act_together(world):
    world.join(*world.members)
    world.act(world.campaign, world.members[0], when=this_year(), role="supports")
    world.act(world.campaign, world.members[1], when=this_year(), role="opposes")

    assert world.form()[0] == "not_enough_on_record"


def test_network_that_leads_a_campaign_acts_in_its_own_name(world):
    world.join(*world.members)
    world.act(world.campaign, world.network, when=this_year(), role="leads")

    assert world.form()[0] == "acts_in_its_own_name"


def test_joint_gathering_is_exchange(world):
    world.join(*world.members)
    gathering = world.write.record("gathering", "gathering")
    world.act(gathering, *world.members[:2], when=this_year(), role="participates")

    assert world.form()[0] == "exchange"


def test_recorded_work_together_is_exchange_and_says_so(world):
    world.join(*world.members)
    world.write.say(
        "relation",
        world.members[0],
        predicate=world.write.terms["predicate:collaborates_with"],
        object=world.members[1],
    )

    relation = statement_kinds()["relation"].objects.get()
    assert world.form()[0] == "exchange"
    assert world.finding()["because"] == [relation.pk]


def test_joint_action_weighs_more_than_acting_in_its_own_name(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year())
    world.act(world.campaign, world.network, when=this_year(), role="leads")

    assert world.form()[0] == "network_in_a_campaign"


def test_who_left_before_the_campaign_takes_no_part_in_it_as_a_member(world):
    world.join(world.members[0], world.members[2])
    world.join(world.members[1], when="2000/2005")
    world.act(world.campaign, *world.members[:2], when="2008")

    assert world.form() == ("not_enough_on_record", "not_enough_on_record")


def test_actor_dissolved_before_the_campaign_takes_no_part_in_it(world):
    source = world.write.another_source("later", observed="2012")
    world.join(*world.members, when="")
    world.write.say("existence", world.members[0], event="ended", edtf="2011", source=source)
    world.write.say("existence", world.campaign, event="founded", edtf="2012", source=source)
    world.act(world.campaign, *world.members[:2])

    assert world.form() == ("not_enough_on_record", "not_enough_on_record")


def test_facts_about_an_actor_do_not_depend_on_who_is_analyzed_with_it(world):
    dissolved = world.members[0]
    world.join(*world.members)
    world.act(world.campaign, *world.members, when="2010")
    world.write.say("existence", dissolved, event="ended", edtf="2005")
    today = Counter.today()

    alone = gather([dissolved.pk], today)
    together = gather([dissolved.pk, world.network.pk], today)

    assert alone.actions[dissolved.pk] == together.actions[dissolved.pk] == []


def test_undated_members_belong_from_the_day_the_source_looked(world):
    world.join(*world.members, when="")
    world.act(world.campaign, *world.members[:2], when="2005")

    assert world.form() == ("not_enough_on_record", "not_enough_on_record")

    world.act(world.campaign, *world.members[:2], when="2011")

    assert world.form() == ("not_enough_on_record", "network_in_a_campaign")


def test_what_is_denied_planned_or_hidden_is_no_fact(world):
    world.join(*world.members)
    world.act(world.campaign, world.members[0], when=this_year())
    world.write.say("involvement", world.members[1], undertaking=world.campaign, role="joins",
                    edtf=this_year(), holds=False)  # fmt: skip
    world.write.say("involvement", world.members[2], undertaking=world.campaign, role="joins",
                    edtf=this_year(), tier=Tier.REPRESENTATIVES)  # fmt: skip

    assert world.form()[0] == "not_enough_on_record"


def test_hiding_a_member_takes_it_out_of_the_analysis(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year())
    assert world.form()[0] == "network_in_a_campaign"

    changeset = Changeset(reason="For safety.")
    changeset.change_record(world.members[0], level=Level.HIDDEN)
    changeset.propose().accept()

    assert world.form()[0] == "not_enough_on_record"
    assert world.finding()["numbers"]["members"] == 2


def test_restricting_a_source_takes_what_it_says_out_of_the_analysis(world):
    secret = world.write.another_source("secret")
    world.join(*world.members)
    for member in world.members[:2]:
        world.write.say("involvement", member, undertaking=world.campaign, role="joins",
                        edtf=this_year(), source=secret)  # fmt: skip
    assert world.form()[0] == "network_in_a_campaign"

    changeset = Changeset(reason="For safety.")
    changeset.restrict(secret, Tier.REPRESENTATIVES)
    changeset.propose().accept()

    assert world.form()[0] == "not_enough_on_record"


def test_joint_campaign_flips_the_form_for_its_interval_and_retiring_flips_it_back(world):
    world.join(*world.members)
    client, path = Client(), "/api/v1/partnerships/network/"

    def forms() -> dict[str, str]:
        return {
            year: client.get(path, {"as_of": year}).json()["observed_form"]["value"]
            for year in ("2009", "2010", "2014", "2016")
        }

    nothing = dict.fromkeys(("2009", "2010", "2014", "2016"), "not_enough_on_record")
    assert forms() == nothing
    before = Counter.objects.get().number
    world.act(world.campaign, *world.members[:2], when="2010-06")
    with_campaign = Counter.objects.get().number

    flipped = {**nothing, "2010": "network_in_a_campaign", "2014": "network_in_a_campaign"}
    assert forms() == flipped

    changeset = Changeset(reason="The source was misread.")
    for one in statement_kinds()["involvement"].objects.current():
        changeset.retire(one)
    changeset.propose().accept()

    assert forms() == nothing
    known = {
        number: client.get(path, {"known_at": number, "as_of": "2010"}).json()["observed_form"]
        for number in (before, with_campaign)
    }
    assert [known[number]["value"] for number in known] == [nothing["2010"], flipped["2010"]]


def test_change_that_flips_a_form_is_in_the_feed_and_in_the_mark(world):
    client, path = Client(), "/api/v1/partnerships/network/"
    world.join(*world.members)
    etag = client.get(path).headers["ETag"]
    since = Counter.objects.get().number

    world.act(world.campaign, *world.members[:2], when=this_year())

    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
    changed = client.get("/api/v1/changes/", {"since": since}).json()["results"]
    keys = [{entry["id"] for entry in change["entries"]} for change in changed]
    assert str(world.network.key) in keys[-1]
    assert client.get(path).json()["change"] == Counter.objects.get().number


def test_window_moves_on_with_the_days(world):
    world.join(*world.members)
    day = Counter.today()
    world.act(world.campaign, *world.members[:2], when=day.isoformat())
    assert world.form()[0] == "network_in_a_campaign"

    rebuild_due(day.replace(year=day.year + 5, day=1, month=1))
    assert world.form()[0] == "network_in_a_campaign"
    rebuild_due(day.replace(year=day.year + 6, day=1, month=1))

    assert world.form() == ("not_enough_on_record", "network_in_a_campaign")


def test_campaign_that_goes_on_becomes_sustained_with_the_days(world):
    world.join(*world.members)
    day = Counter.today()
    world.act(world.campaign, *world.members[:2], when=f"{day.isoformat()}/..")
    assert world.form()[0] == "network_in_a_campaign"

    rebuild_due(date(day.year + 3, 1, 1))

    assert world.form()[0] == "sustained_joint_action"


def test_members_in_a_circle_do_no_harm(world):
    other = world.write.record("partnership", "other")
    world.join(other, *world.members)
    world.write.say("membership", world.network, partnership=other, edtf="2000/..")
    world.act(world.campaign, other, world.members[0], when=this_year())

    assert world.form()[0] == "network_in_a_campaign"
    assert world.finding(of=other)["value"] == "not_enough_on_record"


def test_many_members_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    changeset = Changeset(reason="A large network.")
    for number in range(1500):
        member = changeset.record("organization", f"many-{number}")
        changeset.add("membership", member, partnership=world.network, source=world.write.source_id)
        changeset.add("involvement", member, undertaking=world.campaign, role="joins",
                   source=world.write.source_id)  # fmt: skip
    changeset.propose().accept()

    with django_assert_max_num_queries(12):
        facts = gather([world.network.pk], Counter.today())
        answer = observed_form(world.network.pk, facts, EVER)

    assert answer.value == ObservedForm.CAMPAIGNING
    assert answer.as_json()["because_count"] == 3000
    assert len(answer.as_json()["because"]) == 60


def test_five_thousand_members_of_one_campaign_are_analyzed(world):
    days = Days(date(2010, 1, 1), date(2010, 12, 31))
    facts = Facts(date(2012, 1, 1))
    facts.members[1] = [MembershipFact(number, EVER, number) for number in range(2, 5002)]
    facts.actions.update(
        {
            number: [Action(number, 1, "campaign", "joins", days, True, 10_000 + number)]
            for number in range(2, 5002)
        }
    )

    result = observed_form(1, facts, EVER).as_json()

    assert result["value"] == ObservedForm.CAMPAIGNING
    assert (result["numbers"]["members"], result["because_count"], len(result["because"])) == (
        5000,
        10_000,
        60,
    )


def action(actor: int, first: str, last: str, dated: bool = True) -> Action:
    days = Days(date.fromisoformat(first), date.fromisoformat(last))
    return Action(actor, 1, "campaign", "joins", days, dated, 1)


@pytest.mark.parametrize(
    ("rows", "months"),
    [
        ([action(1, "2001-01-01", "2002-12-31"), action(2, "2001-01-01", "2002-12-31")], 24),
        ([action(1, "2001-01-01", "2001-12-31"), action(2, "2001-07-01", "2003-12-31")], 6),
        ([action(1, "2001-01-01", "2001-12-31"), action(1, "2001-01-01", "2001-12-31")], 0),
        ([action(1, "2001-01-01", "2001-06-30"), action(2, "2001-07-01", "2001-12-31")], 0),
        ([action(1, "2001-01-01", "2003-12-31"), action(2, "2001-01-01", "2001-12-31"),
          action(3, "2002-01-01", "2002-12-31")], 24),
        ([action(1, "2001-01-01", "2005-12-31", dated=False),
          action(2, "2001-01-01", "2005-12-31")], 0),
        ([action(1, "2009-01-01", "9999-12-31"), action(2, "2009-01-01", "9999-12-31")], 12),
    ],
)  # fmt: skip
def test_time_together_is_the_longest_that_two_actors_shared(rows, months):
    assert months_together(rows, today=date(2009, 12, 31)) == months


def test_months_are_whole_ones():
    assert months_between(date(2010, 1, 15), date(2010, 3, 14)) == 1
    assert months_between(date(2010, 1, 15), date(2010, 3, 15)) == 2


# Orientation, balance, base -----------------------------------------------------------------------


@pytest.fixture
def corridor(world) -> dict[str, Record]:
    """Two countries with a city each: people come from the first and live in the second."""
    write = world.write
    made = {slug: write.record("place", slug) for slug in ("mx", "oaxaca", "us", "los-angeles")}
    for inner, outer in (("oaxaca", "mx"), ("los-angeles", "us")):
        write.say("relation", made[inner], predicate=write.terms["predicate:part_of"],
                  object=made[outer])  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("acts_in", "orientation"),
    [
        ((), "not_enough_on_record"),
        (("oaxaca",), "home"),
        (("los-angeles",), "residence"),
        (("mx", "us"), "both"),
    ],
)
def test_orientation_is_where_it_acts_beside_its_people(world, corridor, acts_in, orientation):
    organization = world.members[0]
    world.place(organization, "constituency_origin", corridor["oaxaca"])
    world.place(organization, "constituency_residence", corridor["us"])
    for place in acts_in:
        world.place(organization, "acts_in", corridor[place])

    assert world.finding("observed_orientation", of=organization)["value"] == orientation


def test_country_that_is_both_shows_no_orientation(world, corridor):
    organization = world.members[0]
    for role in ("constituency_origin", "constituency_residence", "acts_in"):
        world.place(organization, role, corridor["mx"])

    assert world.finding("observed_orientation", of=organization)["value"] == "not_enough_on_record"


def test_what_its_campaign_aims_at_turns_an_actor(world, corridor):
    organization, government = world.members[0], world.write.record("organization", "government")
    world.place(organization, "constituency_origin", corridor["mx"])
    world.place(organization, "constituency_residence", corridor["us"])
    world.act(world.campaign, organization)
    world.act(world.campaign, government, role="target")
    assert world.finding("observed_orientation", of=organization)["value"] == "not_enough_on_record"

    world.place(government, "seat", corridor["oaxaca"])

    assert world.finding("observed_orientation", of=organization)["value"] == "home"


def test_place_that_moves_turns_those_who_act_there(world, corridor):
    organization, village = world.members[0], world.write.record("place", "village")
    world.place(organization, "constituency_origin", corridor["mx"])
    world.place(organization, "constituency_residence", corridor["us"])
    world.place(organization, "acts_in", village)
    assert world.finding("observed_orientation", of=organization)["value"] == "not_enough_on_record"

    world.write.say("relation", village, predicate=world.write.terms["predicate:part_of"],
                    object=corridor["oaxaca"])  # fmt: skip

    assert world.finding("observed_orientation", of=organization)["value"] == "home"


def test_balance_counts_the_seats_of_members_on_both_sides(world, corridor):
    world.place(world.network, "constituency_origin", corridor["mx"])
    world.place(world.network, "constituency_residence", corridor["us"])
    world.join(*world.members)
    world.place(world.members[0], "seat", corridor["oaxaca"])
    world.place(world.members[1], "seat", corridor["los-angeles"])
    world.place(world.members[2], "seat", corridor["us"])

    analysis = world.finding("host_sending_balance")

    assert analysis["value"] == "both_sides"
    assert analysis["numbers"] == {
        "countries_of_origin": 1, "countries_of_residence": 1, "members": 3, "hosts": 2.0,
        "sending": 1.0, "elsewhere": 0, "side_unknown": 0, "without_a_seat": 0,
        "share_without_a_seat": 0.0, "balance": 0.6667,
    }  # fmt: skip


def test_seat_is_elsewhere_only_when_both_sides_are_known(world, corridor):
    world.join(*world.members[:2])
    world.place(world.members[0], "seat", corridor["us"])
    world.place(world.members[1], "seat", world.write.record("place", "fr"))

    def counts() -> list[float]:
        numbers = world.finding("host_sending_balance")["numbers"]
        return [numbers[name] for name in ("hosts", "elsewhere", "side_unknown")]

    assert counts() == [0, 0, 2]
    world.place(world.network, "constituency_residence", corridor["us"])
    assert counts() == [1, 0, 1]
    world.place(world.network, "constituency_origin", corridor["mx"])
    assert counts() == [1, 1, 0]


def test_seat_in_a_country_that_is_both_counts_half_and_half(world, corridor):
    for role in ("constituency_origin", "constituency_residence"):
        world.place(world.network, role, corridor["mx"])
    world.join(*world.members[:2])
    for member in world.members[:2]:
        world.place(member, "seat", corridor["mx"])

    numbers = world.finding("host_sending_balance")["numbers"]

    assert [numbers["hosts"], numbers["sending"], numbers["balance"]] == [1.0, 1.0, 1.0]


def test_balance_is_unknown_when_most_members_have_no_seat(world, corridor):
    world.place(world.network, "constituency_origin", corridor["mx"])
    world.place(world.network, "constituency_residence", corridor["us"])
    world.join(*world.members)
    world.place(world.members[0], "seat", corridor["us"])

    analysis = world.finding("host_sending_balance")

    assert [analysis["value"], analysis["numbers"]["share_without_a_seat"]] == [
        "not_enough_on_record",
        0.6667,
    ]


def test_base_in_two_countries_is_transnational_and_acting_there_is_not(world, corridor):
    organization = world.members[0]
    world.place(organization, "organized_base_in", corridor["oaxaca"])
    world.place(organization, "acts_in", corridor["us"])
    assert world.finding("transnational_base", of=organization)["value"] == "not_enough_on_record"

    world.place(organization, "organized_base_in", corridor["us"])

    assert world.finding("transnational_base", of=organization)["value"] == "yes"


# Arenas -------------------------------------------------------------------------------------------


def test_nothing_is_known_of_an_actor_that_stands_in_no_arena(world):
    analysis = world.finding("arena_overlap", of=world.members[0])

    assert [analysis["value"], analysis["numbers"]] == [
        "not_enough_on_record",
        {"arenas_at_once": 0},
    ]


def test_arenas_overlap_in_an_actor_that_stands_in_two_at_once(world):
    organization = world.members[0]
    world.write.say("arena_placement", organization, arena="membership", edtf="2001/..")
    assert world.finding("arena_overlap", of=organization)["value"] == "one_arena"

    world.write.say("arena_placement", organization, arena="media", edtf="2003/2004")

    analysis = world.finding("arena_overlap", of=organization)
    placements = statement_kinds()["arena_placement"].objects.order_by("id")
    assert [analysis["value"], analysis["ever"]["value"]] == ["one_arena", "several_arenas"]
    assert analysis["ever"]["because"] == [one.pk for one in placements]
    at = Client().get("/api/v1/organizations/member-0/", {"as_of": "2006"}).json()
    assert at["arena_overlap"]["value"] == "several_arenas"


def test_actor_that_moves_from_one_arena_to_another_joins_nothing(world):
    organization = world.members[0]
    world.write.say("arena_placement", organization, arena="membership", edtf="2001/2003")
    world.write.say("arena_placement", organization, arena="ngo", edtf="2004/..")

    analysis = world.finding("arena_overlap", of=organization)
    assert [analysis["value"], analysis["ever"]["value"]] == ["one_arena", "one_arena"]


def test_denied_and_hidden_places_in_an_arena_make_no_overlap(world):
    organization = world.members[0]
    world.write.say("arena_placement", organization, arena="membership", edtf="2001/..")
    world.write.say("arena_placement", organization, arena="ngo", edtf="2001/..", holds=False)
    world.write.say(
        "arena_placement", organization, arena="media", edtf="2001/..", tier=Tier.REPRESENTATIVES
    )

    analysis = world.finding("arena_overlap", of=organization)

    assert [analysis["value"], analysis["because_count"]] == ["one_arena", 1]


# Questions ----------------------------------------------------------------------------------------


def test_lists_are_narrowed_and_counted_by_findings(world):
    world.write.record("partnership", "quiet")
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year())
    client = Client()

    response = client.get(
        "/api/v1/partnerships/",
        {"observed_form": "network_in_a_campaign", "facets": "observed_form"},
    ).json()
    refused = client.get("/api/v1/partnerships/", {"observed_form": "movement"})

    assert [one["slug"] for one in response["results"]] == ["network"]
    assert response["facets"]["observed_form"] == [
        {
            "value": "network_in_a_campaign",
            "label": "network_in_a_campaign",
            "count": 1,
        }
    ]
    assert refused.status_code == 400


# Pages ------------------------------------------------------------------------------------------


def page_at(path: str):
    response = Client().get(path)
    assert response.status_code == 200
    return page_of(response)


def test_page_shows_the_answer_what_was_counted_and_because_of_what(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year(8))

    analysis = page_at("/organizations/network/").main.every("div", kind="analysis")[0]

    because = [link.attributes["href"] for link in analysis.every("a")]
    assert analysis.text.startswith(
        "Not enough data 3 members What is missing: a campaign, a gathering or an exchange in "
        "which at least 2 of its members take part, or a campaign in its own name."
    )
    assert (
        "Without this limit: a network in a campaign 3 members, 1 joint campaign" in analysis.text
    )
    assert because == [f"/id/{number}" for number in world.finding()["ever"]["because"]]
    assert [link.text for link in analysis.every("a")] == ["1", "2", "3", "4"]
    assert {Client().get(address).status_code for address in because} == {302}


def test_page_of_an_organization_shows_what_is_missing(world):
    follows = page_at("/organizations/member-0/").main.one(
        "section", **{"aria-labelledby": "analysis"}
    )

    assert [link.attributes["href"] for link in follows.every("a")] == [
        "/analysis/observed_orientation/", "/analysis/transnational_base/",
        "/analysis/arena_overlap/",
    ]  # fmt: skip
    assert [fact.text for fact in follows.every("li")] == [
        "Observed orientation: where its people come from; where its people live",
        "Organized base: an organized membership base in more than one country",
        "Arena overlap: its arena",
    ]


def test_page_shows_the_known_findings_before_the_list_of_what_is_missing(world):
    world.write.say("arena_placement", world.members[0], arena="ngo")

    follows = page_at("/organizations/member-0/").main.one(
        "section", **{"aria-labelledby": "analysis"}
    )

    assert [title.text for title in follows.every("dt")] == ["Arena overlap", "Not enough data"]
    assert len(follows.every("li")) == 2


def test_page_at_another_day_shows_what_followed_then(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year(8))

    page = page_at(f"/organizations/network/?as_of={this_year(8)}")

    assert page.main.every("div", kind="analysis")[0].text.startswith("A network in a campaign")


def test_list_of_networks_shows_what_the_record_shows(world):
    world.join(*world.members)
    world.act(world.campaign, *world.members[:2], when=this_year(8))

    page = page_at("/networks-and-coalitions/")

    assert page.main.one("dl", kind="labels").text.endswith("Observed form a network in a campaign")


@pytest.mark.parametrize("name", FINDING_KINDS)
def test_every_finding_has_a_page_with_its_values_as_filters(world, name):
    page = page_at(f"/analysis/{name}/")

    answers = page.main.one("dl", kind="labels")
    assert len(answers.every("dt")) == len(FINDING_KINDS[name].answers.choices)
    addresses = [link.attributes["href"] for link in answers.every("a")]
    assert addresses != []
    for address in addresses:
        assert page_at(address).main.every("li", kind="card") != []
    assert page.main.one("blockquote").text != ""


def test_quotation_in_arabic_has_its_bar_where_the_page_begins(world):
    quotation = page_at("/ar/analysis/observed_form/").main.one("blockquote")

    assert "dir" not in quotation.attributes
    assert quotation.one("div").attributes["dir"] == "ltr"


def test_list_of_findings_leads_to_each_and_nothing_else_has_a_page(world):
    page = page_at("/analysis/")

    assert [one.attributes["href"] for one in page.main.every("dt")[0].every("a")] != []
    links = [link.attributes["href"] for link in page.main.every("a")]
    assert links == [f"/analysis/{name}/" for name in FINDING_KINDS]
    assert Client().get("/analysis/nothing/").status_code == 404


def test_every_number_of_a_finding_is_shown_or_names_what_is_missing(world):
    silent = {
        "countries_of_origin", "countries_of_residence", "share_without_a_seat",
    }  # fmt: skip
    entry = Entry.objects.get(pk=world.network.pk).read()

    counted = {name for kind in FINDING_KINDS if kind in entry for name in entry[kind]["numbers"]}

    assert counted - set(COUNTED) == silent
