"""The acceptance questions of the propositions and recommendations, asked through the public API.

For each proposition, the questions whose answers the paper fixes. `ASKED` names the test that asks
each; those of other modules stand there because they were questions of a reader first.
"""

import ast
from pathlib import Path

import pytest

from campaigns.propositions import PROPOSITIONS, RECOMMENDATIONS
from campaigns.propositions.dynamics import ABOUT_DEVELOPMENT, ABOUT_RIGHTS
from orgs.projection.entry import Entry

from .asking import amount, codes, entries, get_json, only, slugs, statements, values
from .reading import has_words

MFA = "migrant-forum-in-asia"

ASKED = {
    "Prop 0: a state body or a firm cannot enter an arena": (
        "test_no_state_or_intergovernmental_body_stands_in_an_arena",
        "test_a_firm_stands_in_the_arena_of_media_alone",
    ),
    "Prop 0: a medium run as a business can": ("test_a_firm_stands_in_the_arena_of_media_alone",),
    "Prop 1: organizations with three identities or more": (
        "test_no_organization_rests_on_three_identities",
    ),
    "Prop 1: this distinction has eroded": ("test_q111_orientations",),
    "Prop 1: who led domestic workers in Hong Kong": (
        "test_q112_who_led_domestic_workers_in_hong_kong",
    ),
    "Prop 2: Hong Kong against Singapore": ("test_places_compared_for_freedom_of_association",),
    "Prop 2: civil and social rights in the United States": (
        "test_social_rights_stand_beside_civil_rights_in_the_united_states",
    ),
    "Prop 2: density of allies in cities, only where somebody looked": (
        "test_allies_are_spread_unevenly_and_no_city_has_been_looked_at",
    ),
    "Prop 3: claims that invoke Conventions 87 and 98": (
        "test_what_invokes_the_core_conventions",
    ),
    "Prop 3: the convention entered into force in July 2003": (
        "test_q044_dates_of_the_migrant_workers_convention",
    ),
    "Prop 3: claims without legal terms": ("test_a_claim_needs_no_instrument",),
    "Prop 4: level 1 or 2 and no tie to level 4": ("test_nobody_on_record_lacks_the_upper_rung",),
    "Prop 5: breadth of sectors at each stage": ("test_sectors_at_each_stage_of_the_campaign",),
    "Prop 5: fourth and fifth": ("test_the_mexico_city_meeting_is_the_fourth_and_the_fifth",),
    "Prop 5: Quito, 8 to 12 October 2010": ("test_q062_fourth_world_social_forum_on_migration",),
    "Prop 6: network and coalition in one sentence": (
        "test_migrant_forum_in_asia_is_called_network_and_coalition",
    ),
    "Prop 6: the transnational movement organization": (
        "test_the_binational_front_is_the_transnational_movement_organization",
    ),
    "Prop 6: networks that became coalitions during a campaign": (
        "test_no_network_is_seen_to_become_a_coalition",
    ),
    "Prop 7: members of PICUM": (
        "test_q010_member_organizations_of_picum",
        "test_q011_individual_members_of_picum",
    ),
    "Prop 7: members of Migrant Rights International": (
        "test_q005_members_of_migrant_rights_international",
    ),
    "Prop 7: where Migreurop has members": ("test_countries_in_which_migreurop_has_members",),
    "Prop 7: coalitions with both sides": ("test_networks_with_members_on_both_sides",),
    "Prop 8: eleven states with seats": ("test_states_with_seats_for_nationals_abroad",),
    "Prop 8: 115 states less 14": (
        "test_q077_states_with_voting_from_abroad",
        "test_states_that_let_officials_alone_vote",
    ),
    "Prop 8: from an execution to a law": ("test_from_an_execution_to_a_law",),
    "Prop 8: 3.5 million marchers beside turnout": (
        "test_q070_marchers_of_2006",
        "test_marchers_stand_beside_voters",
    ),
    "Prop 9: the productive part of 2008": ("test_productive_part_of_three_for_one_in_2008",),
    "Prop 9: French aid": ("test_part_of_french_aid_for_the_ministry",),
    "Prop 9: Oaxaca as a qualified claim": ("test_the_lag_of_oaxaca_qualifies",),
    "Prop 10: NALACC and the policy of home countries": (
        "test_what_sets_the_alliance_apart_is_policy_at_home",
    ),
    "Prop 10: who uses the right to not migrate": (
        "test_q113_source_of_the_right_to_not_migrate",
        "test_who_stands_for_the_right_to_not_migrate",
    ),
    "Prop 10: task forces": ("test_task_forces_of_migrant_forum_in_asia",),
    "Prop 10: rights campaigns without development": (
        "test_no_campaign_joins_rights_and_development",
    ),
    "Rec 1: the process in its fourth year": ("test_q065_age_of_the_process",),
    "Rec 3: planned, and not said to be held": (
        "test_q063_gatherings_that_are_foreseen",
        "test_what_is_planned_is_never_held",
    ),
    "Rec 4: recognized without one voice": (
        "test_q107_what_state_authorities_should_recognize",
    ),
    "Rec 5: the seven oppositions": ("test_words_that_the_fifth_recommendation_warns_about",),
    "Rec 6: the Special Rapporteur": (
        "test_q053_document_that_creates_the_special_rapporteur",
    ),
    "Rec 9: no state is said to have ratified": ("test_no_state_is_said_to_have_ratified",),
    "Rec 10: the conference that is called for": ("test_what_calls_for_the_conference",),
}  # fmt: skip
"""The tests of each question, here and in the modules beside this one."""


@pytest.fixture
def get(paper, client):
    """A function that reads one document of the API: `get("organizations/picum")`."""
    return lambda path: get_json(client, f"{path}/")


@pytest.fixture
def find(paper, client):
    """A function that filters a list: `find("organizations", country="be")` gives slugs."""
    return lambda collection, **filters: slugs(client, collection, **filters)


def test_every_question_is_asked():
    written = {
        node.name
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }

    assert {name for names in ASKED.values() for name in names} - written == set()
    assert {question.split(":")[0] for question in ASKED} >= {f"Prop {n}" for n in range(11)}


# The questions ------------------------------------------------------------------------------------


def test_a_firm_stands_in_the_arena_of_media_alone(find):
    firms = find("organizations", sphere="market")
    placed = {firm for arena in ("membership", "space", "ngo") for firm in
              find("organizations", sphere="market", arena=arena)}  # fmt: skip

    assert len(firms) == 4
    assert placed == set()
    assert find("organizations", sphere="market", arena="media") == {
        "spanish-language-broadcast-media"
    }


def test_no_organization_rests_on_three_identities(paper, client, find):
    bases = {entry["code"] for entry in entries(client, "terms", scheme="identity")}
    organizations = find("organizations", identity=",".join(bases))
    identities = {
        slug: codes(get_json(client, f"organizations/{slug}/"), "identity")
        for slug in organizations
    }

    assert len(identities) == 9
    assert {slug for slug, codes_of_one in identities.items() if len(codes_of_one) >= 3} == set()
    assert {slug for slug, codes_of_one in identities.items() if len(codes_of_one) == 2} == {
        "indonesian-migrant-workers-trade-union",
        "undocumented-migrants-union-south-korea",
    }


def test_social_rights_stand_beside_civil_rights_in_the_united_states(get):
    context = get("places/us")["context"]

    social = {
        item["dimension"]
        for item in context
        if item["dimension"].startswith("social_rights_") and item["setting"] == "in_law"
    }
    assert social == {"social_rights_education", "social_rights_health", "social_rights_labour"}
    assert only(context, dimension="civil_rights")["setting"] == "in_practice"


def test_allies_are_spread_unevenly_and_no_city_has_been_looked_at(get, find):
    assert len(statements(get("places/us")["context"], dimension="ally_presence")) == 3
    assert find("places", dimension="ally_presence,ally_power") == {"us", "europe"}
    assert find("places", place_type="city", dimension="ally_presence,ally_power") == set()


def test_what_invokes_the_core_conventions(find):
    asked = {"relation": "invokes:ilo-convention-87,invokes:ilo-convention-98"}

    assert find("demands", **asked) == {"freedom-of-association-for-migrants"}
    assert find("instruments", **asked) == {"south-korea-supreme-court-decision"}
    assert find("campaigns", **asked) == find("cases", **asked) == set()


def test_a_claim_needs_no_instrument(get):
    claim = get("demands/payment-of-wages-kuwait")

    assert values(claim["relations"], "predicate") == {"about_place"}


def test_nobody_on_record_lacks_the_upper_rung(find):
    helping = find("organizations", service_level="level_1,level_2")

    assert helping == {MFA}
    assert helping - find("organizations", service_level="level_4") == set()


def test_sectors_at_each_stage_of_the_campaign(find, get):
    for stage in ("local", "regional", "national"):
        assert "mwc-ratification-campaign" in find("campaigns", stage=stage)

    assert codes(get("campaigns/mwc-ratification-campaign"), "sector") == {
        "academic", "civil_rights", "human_rights", "legal", "migrant_rights", "religious",
        "trade_unions", "womens_groups",
    }  # fmt: skip


def test_no_network_is_seen_to_become_a_coalition(find):
    seen = ("network_in_a_campaign", "sustained_joint_action")

    assert find("partnerships", observed_form=",".join(seen)) == set()


def test_networks_with_members_on_both_sides(find):
    assert find("partnerships", trait="country_side:sending,country_side:receiving") == {MFA}


def test_states_that_let_officials_alone_vote(get):
    figures = get("instruments/voting-from-abroad-rights")["figures"]

    assert amount(only(figures, measure="states_limiting_vote_to_officials")) == (
        14, 14, "countries",
    )  # fmt: skip


def test_marchers_stand_beside_voters(get):
    relations = get("gatherings/us-street-protests-2006")["relations"]

    assert values(relations, "object", predicate="contrasts_with") == {
        "mexican-vote-from-abroad-2006"
    }


def test_the_lag_of_oaxaca_qualifies(get, find):
    case = get("cases/oaxaca-lag")

    assert codes(case, "qualifies_proposition") == {"proposition_9"}
    assert only(get("places/mx-oax")["context"], dimension="project_inclusion")["constituency"]


def test_what_sets_the_alliance_apart_is_policy_at_home(find):
    assert find("organizations", trait="assessment:distinguished_by_home_policy_engagement") == {
        "nalacc"
    }


def test_who_stands_for_the_right_to_not_migrate(find, get):
    assert find("organizations", involved_in="right-to-not-migrate") == {"global-exchange"}
    assert codes(get("demands/right-to-not-migrate"), "assessment") == {"bridging_concept"}


def test_task_forces_of_migrant_forum_in_asia(get):
    assert codes(get(f"organizations/{MFA}"), "topic") == {
        "feminization_of_labour_migration",
        "capacity_building_and_advocacy",
        "partnering_in_west_asia",
        "right_to_health",
        "coalition_building_programmes",
    }


def test_no_campaign_joins_rights_and_development(find):
    def described(words):
        return {
            slug
            for word in words
            for slug in find("campaigns", trait=word.replace("=", ":"))
        }  # fmt: skip

    assert len(described(ABOUT_RIGHTS)) == 6
    assert described(ABOUT_DEVELOPMENT) == set()


def test_no_state_is_said_to_have_ratified(find, get):
    acts = get("instruments/migrant-workers-convention")["legal_acts"]

    assert find("instruments", act="ratified") == set()
    assert values(acts, "actor", act="under_deliberation") == {"bd"}


def test_what_calls_for_the_conference(find):
    asked = {"relation": "calls_for:un-conference-on-migration-and-development"}

    assert find("demands", **asked) == {"call-for-un-conference"}
    assert find("instruments", **asked) == {"unga-resolution-un-conference"}


# What bears on a proposition ----------------------------------------------------------------------


def test_every_proposition_has_cases_of_the_paper(find):
    for number in PROPOSITIONS:
        assert find("search", trait=f"supports_proposition:proposition_{number}") != set()


def test_what_contradicts_a_proposition(find):
    against = {
        number: find("search", trait=f"contradicts_proposition:proposition_{number}")
        for number in PROPOSITIONS
    }

    assert {number: records for number, records in against.items() if records} == {
        2: {"kuwait-protest-2008"},
        8: {"bangladesh-little-credibility", "pakistan-no-champion"},
    }


def test_what_bears_on_a_proposition_is_inferred_by_the_editors_with_a_reason(paper, client):
    schemes = [f"{side}_proposition" for side in ("supports", "contradicts", "qualifies")]
    bearing = [
        item
        for number in PROPOSITIONS
        for scheme in schemes
        for entry in entries(client, "search", trait=f"{scheme}:proposition_{number}", fields="url")
        for item in get_json(client, f"{api(entry['url'])}/")["traits"][scheme]
    ]

    assert len(bearing) >= 70
    assert {(item["voice"], item["confidence"]) for item in bearing} == {("editor", "inferred")}
    assert [item for item in bearing if not (item["detail"] and item["locator"])] == []


def api(url: str) -> str:
    """Where the API has what stands at an address."""
    return url.split("//")[-1].partition("/")[2].strip("/").removeprefix("api/v1/")


def test_quotations_stand_in_the_paper():
    quoted = [one.quote for one in (*PROPOSITIONS.values(), *RECOMMENDATIONS.values())]

    assert [quote for quote in quoted if not has_words(quote)] == []
    assert [quote for quote in quoted if len(quote.split()) > 45] == []


def test_words_that_are_sorted_are_terms(paper):
    terms = set(Entry.objects.filter(kind="term").values_list("slug", flat=True))

    assert {word.replace("=", ":") for word in (*ABOUT_RIGHTS, *ABOUT_DEVELOPMENT)} - terms == set()
