"""Questions a reader brings to the paper, asked through the public API.

The 59 of `questions.jsonl`, one test each (`test_q003_...` asks Q003), then others of the same
kind about other things of the paper. Answers are structured values: slugs, codes, dates, numbers.
"""

import json
from pathlib import Path

import pytest

from .asking import amount, codes, entries, get_json, key_words, only, slugs, statements, values

PAPER = "fox-gois-2010"
MFA = "migrant-forum-in-asia"
MRI = "migrant-rights-international"


@pytest.fixture
def get(paper, client):
    """A function that reads one document of the API: `get("organizations/picum")`."""
    return lambda path: get_json(client, f"{path}/")


@pytest.fixture
def find(paper, client):
    """A function that filters a list: `find("organizations", country="be")` gives slugs."""
    return lambda collection, **filters: slugs(client, collection, **filters)


def all_questions() -> list[dict]:
    """The questions, with their ids."""
    path = Path(__file__).with_name("questions.jsonl")
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_question_is_asked():
    numbers = {name[5:9].upper() for name in globals() if name.startswith("test_q")}

    assert numbers == {question["id"] for question in all_questions()}
    assert len(all_questions()) == 59


# The arenas, and who belongs to what


def test_q001_four_arenas(paper, client):
    arenas = sorted(entries(client, "arenas"), key=lambda arena: arena["position"])

    assert [arena["id"] for arena in arenas] == ["membership", "space", "ngo", "media"]
    assert {arena["locator"] for arena in arenas} == {"intro"}


def test_q003_partnerships_of_picum(paper, client):
    memberships = [entry["membership"] for entry in entries(client, "memberships", member="picum")]

    assert values(memberships, "partnership") == {MRI}
    assert values(memberships, "confidence") == {"stated"}


def test_q004_partnerships_of_migrant_forum_in_asia(paper, client):
    memberships = [entry["membership"] for entry in entries(client, "memberships", member=MFA)]

    assert values(memberships, "partnership") == {MRI}


def test_q005_members_of_migrant_rights_international(get, find):
    assert find("organizations", partnership=MRI) == {MFA, "picum"}
    assert get(f"partnerships/{MRI}")["memberships"] == []


def test_q006_registered_seat_of_migrant_rights_international(get, find):
    places = get(f"organizations/{MRI}")["places"]

    assert values(places, "place", role="registered") == {"geneva"}
    assert statements(places, role="seat") == []
    assert find("organizations", registered="geneva") == {MRI}


def test_q009_organs_of_picum_and_of_migrant_forum_in_asia(get, find):
    shared = {"secretariat", "executive_committee", "general_assembly"}

    assert codes(get("organizations/picum"), "organ") == shared
    assert codes(get(f"organizations/{MFA}"), "organ") == shared | {"task_force"}
    assert find("organizations", organ="general_assembly") == {MFA, "picum"}


def test_q010_member_organizations_of_picum(get):
    figure = only(get("organizations/picum")["figures"], measure="member_organizations")

    assert amount(figure) == (100, None, "organizations")


def test_q011_individual_members_of_picum(get):
    figure = only(get("organizations/picum")["figures"], measure="individual_members")

    assert amount(figure) == (105, 105, "individuals")


def test_q012_seat_and_focus_of_picum(get, find):
    picum = get("organizations/picum")

    assert values(picum["places"], "place", role="seat") == {"be"}
    assert codes(picum, "issue") == {"rights_of_undocumented_workers"}
    assert values(picum["places"], "place", role="constituency_residence") == {"europe"}
    assert find("partnerships", country="be") == {"picum"}


def test_q016_within_the_network_in_the_philippines(get, find):
    assert find("organizations", partnership=MFA, active_in="ph") == {
        "center-for-migrants-advocacy"
    }

    relations = get("organizations/center-for-migrants-advocacy")["relations"]
    assert values(relations, "object", predicate="lobbies_with") == {
        "philippine-national-trade-unions"
    }


def test_q019_seat_of_migrant_forum_in_asia(get, find):
    assert values(get(f"organizations/{MFA}")["places"], "place", role="seat") == {"manila"}
    assert find("partnerships", country="ph") == {MFA}


def test_q021_four_levels_of_the_strategy(paper, client, get):
    levels = sorted(entries(client, "terms", scheme="service_level"), key=lambda t: t["position"])

    assert [level["label"] for level in levels] == [
        "Level 1: dignity and well-being",
        "Level 2: violations",
        "Level 3: capacity",
        "Level 4: root causes",
    ]
    assert codes(get(f"organizations/{MFA}"), "service_level") == {lv["code"] for lv in levels}


def test_q026_three_campaigns_of_migrant_forum_in_asia(get):
    led = statements(get(f"organizations/{MFA}")["involvements"], role="leads")

    assert {
        one["undertaking"]["slug"] for one in led if one["undertaking"]["kind"] == "campaign"
    } == {
        "mfa-rights-of-migrant-workers",
        "mfa-rights-of-migrant-domestic-workers",
        "mfa-universal-ratification",
    }


def test_q027_example_of_a_transnational_movement_organization(find):
    assert find("organizations", called="transnational_movement_organization") == {"fiob"}


def test_q029_establishment_of_the_national_network(get):
    founded = only(get("organizations/nnirr")["dates"], event="founded")

    assert (founded["when"], founded["locator"]) == ("1986", "Prop 10")


def test_q031_name_and_website_of_nnirr(get):
    nnirr = get("organizations/nnirr")

    assert values(nnirr["names"], "text", name_kind="official") == {
        "National Network for Immigrant and Refugee Rights"
    }
    assert values(nnirr["links"], "url", link_kind="website") == {"http://nnirr.org/"}


def test_q035_full_name_of_nalacc(paper, client):
    first = get_json(client, "search/", q="NALACC", limit=1)["results"][0]

    assert values(first["names"], "text", name_kind="official") == {
        "National Alliance of Latin American and Caribbean Communities"
    }


def test_q037_formation_of_the_pan_african_network(get, find):
    network = get("organizations/pan-african-network-for-migrants-rights")

    assert values(network["dates"], "when", event="founded") == {"2010"}
    assert values(network["places"], "place", role="seat") == {"ml"}
    assert find("partnerships", country="ml") == {"pan-african-network-for-migrants-rights"}


# The framework of rights


def test_q043_core_conventions(get, find):
    def convention(right: str) -> set[str]:
        (slug,) = find("instruments", status="core_convention", trait=f"right:{right}")
        return values(get(f"instruments/{slug}")["identifiers"], "value", scheme="ilo-convention")

    assert convention("freedom_of_association") == {"87"}
    assert convention("collective_bargaining") == {"98"}


def test_q044_dates_of_the_migrant_workers_convention(get):
    acts = get("instruments/migrant-workers-convention")["legal_acts"]

    assert values(acts, "when", act="in_force") == {"2003-07"}
    assert values(acts, "when", act="dated", locator="Rec 9") == {"1990"}


def test_q045_adoption_of_the_universal_declaration(get):
    adopted = only(get("instruments/udhr")["legal_acts"], act="adopted")

    assert (adopted["when"], adopted["actor"]["slug"]) == ("1948", "un-general-assembly")


def test_q049_the_multilateral_framework_does_not_bind(get, find):
    status = get("instruments/ilo-multilateral-framework")["traits"]["status"]

    assert only(status, term="binding")["holds"] is False
    assert find("instruments", status="non_binding") == {"ilo-multilateral-framework"}


def test_q050_convention_on_domestic_work_under_deliberation(get, find):
    acts = get("instruments/ilo-convention-on-domestic-work")["legal_acts"]

    assert values(acts, "actor", act="under_deliberation") == {"ilo"}
    assert find("instruments", status="under_deliberation") == {"ilo-convention-on-domestic-work"}


def test_q051_parties_to_the_bilateral_agreement(get):
    relations = get("instruments/indonesia-malaysia-agreement")["relations"]

    assert values(relations, "object", predicate="between") == {"id", "my"}


def test_q053_document_that_creates_the_special_rapporteur(get, find):
    assert find("instruments", identifier="un-symbol:A/HRC/15/L/23") == {"a-hrc-15-l-23"}

    resolution = get("instruments/a-hrc-15-l-23")
    assert values(resolution["legal_acts"], "actor", act="adopted") == {"un-human-rights-council"}
    assert values(resolution["relations"], "object", predicate="establishes") == {
        "un-special-procedures"
    }


def test_q055_concern_of_bangladeshi_officials(get):
    concern = only(get("instruments/migrant-workers-convention")["traits"]["concern"])

    assert concern["term"] == "loss_of_job_market"
    assert concern["speaker"]["label"] == "Bangladeshi officials"


# Gatherings


def test_q057_naming_of_the_peoples_global_action(get):
    named = only(get("gatherings/peoples-global-action")["relations"], predicate="named_by")
    committee = get(f"organizations/{named['object']['slug']}")

    assert named["when"] == "2008"
    assert named["object"]["slug"] == "pga-2008-local-organizing-committee"
    assert values(committee["places"], "place", role="acts_in") == {"ph"}


def test_q060_first_official_global_forum(get, find):
    (first,) = find("gatherings", edition_of="gfmd")
    forum = get(f"gatherings/{first}")

    assert values(forum["figures"], "low", measure="edition") == {1}
    assert values(forum["dates"], "when", event="held") == {"2007"}
    assert find("gatherings", edition_of="gfmd", held_at="brussels") == {first}


def test_q061_dialogue_of_2006_and_what_accompanied_it(get, find):
    convened = get("organizations/united-nations")["involvements"]
    (beside,) = find("gatherings", parallel_to="un-high-level-dialogue-2006")

    assert values(convened, "undertaking", role="convenor", when="2006") == {
        "un-high-level-dialogue-2006"
    }
    assert beside == "parallel-event-2006"
    assert codes(get(f"gatherings/{beside}"), "organizers") == {"advocacy_groups"}


def test_q062_fourth_world_social_forum_on_migration(get, find):
    forum = get("gatherings/wsfm-2010-quito")
    held = only(forum["dates"], event="held")

    assert held["when"] == "2010-10-08/2010-10-12"
    assert held["confidence"] == "implied"
    assert values(forum["links"], "locator") == {"fn 11"}
    assert find("gatherings", edition_of="world-social-forum-on-migration", held_at="ec") == {
        "wsfm-2010-quito"
    }


def test_q063_gatherings_that_are_foreseen(get, find):
    planned = find("gatherings", event="planned")
    when = {slug: get(f"gatherings/{slug}")["dates"][0]["when"] for slug in planned}

    assert when == {
        "wsfm-2012-south-korea": "2012",
        "pga-2011": "2011",
        "un-conference-on-migration-and-development": None,
    }
    assert find("gatherings", event="planned", held_at="kr") == {"wsfm-2012-south-korea"}


def test_q064_the_global_forum_is_intergovernmental(get, find):
    assert get("gatherings/gfmd")["sphere"] == "intergovernmental"
    assert "gfmd" in find("gatherings", trait="sphere:intergovernmental")


def test_q065_age_of_the_process(get):
    figure = only(get("gatherings/gfmd")["figures"], measure="year_of_process")

    assert amount(figure) == (4, 4, "year")


def test_q067_years_and_countries_of_the_dialogos(get):
    dialogos = get("gatherings/dialogos")

    assert values(dialogos["dates"], "when", event="held") == {"1988/1998"}
    assert values(dialogos["places"], "place", role="acts_in") == {"mx", "us", "ca"}


def test_q070_marchers_of_2006(get):
    figure = only(get("gatherings/us-street-protests-2006")["figures"], measure="participants")

    assert amount(figure) == (3_500_000, None, "people")


def test_q075_grievance_of_the_protesters_in_kuwait(get):
    # What the press report adds is said in its own voice.
    assert codes(get("gatherings/kuwait-protest-2008"), "grievance", voice="source") == {
        "unpaid_wages"
    }


# Home states


def test_q077_states_with_voting_from_abroad(get):
    figures = get("instruments/voting-from-abroad-rights")["figures"]
    figure = only(figures, measure="states_with_voting_abroad")

    assert amount(figure) == (115, 115, "states and territories")
    assert (figure["when"], figure["speaker"]["label"]) == ("2007", "IDEA/IFE 2007")


def test_q081_years_within_which_voters_must_return(get):
    figures = get("projects/philippines-overseas-absentee-voting")["figures"]

    assert amount(only(figures, measure="years_to_return")) == (3, 3, "years")


def test_q082_mexican_parties_may_not_campaign_abroad(get):
    finding = only(get("places/mx")["context"], dimension="party_campaigning_abroad")

    assert (finding["holds"], finding["setting"]) == (False, "in_law")


def test_q083_share_of_migrants_in_the_population(get, find):
    measure = "migrant_share_of_population"
    shares = {
        place: amount(only(get(f"places/{place}")["figures"], measure=measure))
        for place in find("places", measure=measure)
    }

    assert shares == {"mx": (10, 10, "percent"), "ph": (10, 10, "percent")}


def test_q084_what_blocked_voting_rights_in_sri_lanka(get, find):
    acts = get("instruments/voting-from-abroad-rights")["legal_acts"]
    (case,) = find("cases", about_place="lk")

    assert values(acts, "actor", act="adopted", holds=False) == {"lk"}
    assert codes(get(f"cases/{case}"), "concern") == {"empowered_diaspora"}


def test_q092_ministry_behind_the_mirror_clubs(get, find):
    (ministry,) = find("organizations", related="mirror-clubs")
    relations = get(f"organizations/{ministry}")["relations"]

    assert ministry == "mexican-social-development-ministry"
    assert values(relations, "predicate", object="mirror-clubs") == {"supports"}


def test_q095_contrast_with_hong_kong(get):
    finding = only(get("places/hk")["context"], dimension="freedom_of_association")

    assert (finding["comparator"]["slug"], finding["locator"]) == ("sg", "fn 6")


def test_q096_protests_of_burmese_workers(get, find):
    assert find("gatherings", held_at="th") == {"burmese-worker-protests-thailand"}

    protests = get("gatherings/burmese-worker-protests-thailand")
    assert values(protests["places"], "place", role="constituency_origin") == {"mm"}
    assert codes(protests, "status") == {"incipient"}


def test_q098_workers_from_pakistan_to_the_gulf(get):
    flows = only(get("places/pk")["context"], dimension="worker_flows")
    case = get("cases/pakistan-no-champion")

    assert flows["when"] == "197X/.."
    assert values(case["places"], "place", role="constituency_residence") == {"gulf"}


# Words and forms


def test_q099_definition_of_a_network(get):
    network = get("terms/form:network")

    assert network["speaker"] == "Keck and Sikkink 1998"
    assert key_words(
        network["quote"], "voluntary", "reciprocal", "horizontal", "communication", "exchange"
    ) == {"voluntary", "reciprocal", "horizontal", "communication", "exchange"}


def test_q100_definition_of_a_coalition(get):
    coalition = get("terms/form:coalition")

    assert coalition["speaker"] == "Fox 2010"
    assert key_words(
        coalition["quote"], "distinct actors", "coordinate action", "shared goals"
    ) == {"distinct actors", "coordinate action", "shared goals"}


def test_q101_what_specifies_a_campaign(get):
    campaign = get("terms/form:campaign")

    assert campaign["locator"] == "Prop 6"
    assert key_words(campaign["quote"], "goals", "targets", "time horizons") == {
        "goals",
        "targets",
        "time horizons",
    }


def test_q102_what_a_transnational_movement_organization_requires(get, find):
    form = get("terms/form:transnational_movement_organization")
    bases = statements(get("organizations/fiob")["places"], role="organized_base_in")

    assert key_words(form["quote"], "membership base", "more than one country") == {
        "membership base",
        "more than one country",
    }
    assert {base["place"]["slug"] for base in bases} == {"us", "mx"}
    assert find("organizations", organized_base_in="mx") == {"fiob"}


def test_q104_kinds_of_shared_target(find):
    assert find("terms", scheme="shared_target") == {
        "shared_target:agreement",
        "shared_target:organization",
        "shared_target:official_gathering",
    }


def test_q105_what_sustains_joint_action(paper, client):
    bases = sorted(entries(client, "terms", scheme="coalition_basis"), key=lambda t: t["position"])

    assert [basis["code"] for basis in bases] == [
        "shared_targets",
        "shared_values",
        "shared_ideology",
        "enemy_of_enemy",
    ]


def test_q107_what_state_authorities_should_recognize(get, find):
    assert find("demands", trait="addressee:state_authorities") == {"recommendation-4"}
    assert codes(get("demands/recommendation-4"), "asks_for") == {
        "recognize_cross_border_alliances",
        "no_single_voice_required",
        "appreciate_plurality",
    }


def test_q108_sectors_with_a_direct_interest(get):
    sectors = get("campaigns/mwc-ratification-campaign")["traits"]["sector"]

    assert values(sectors, "term", detail="direct interest in the convention") == {
        "womens_groups",
        "trade_unions",
    }


def test_q109_tools_of_campaigns(get):
    assert codes(get("campaigns/mwc-ratification-campaign"), "tool") == {
        "urgent_appeals",
        "video_documentaries",
        "newsletters",
        "websites",
        "information_and_education_materials",
    }


def test_q110_allies_in_other_sectors(find):
    assert find("organizations", trait="ally_type:cross_sector_solidarity") == {
        "trade-union-movement",
        "trade-networks",
        "climate-justice-movement",
        "feminist-and-gender-networks",
    }


def test_q111_orientations(find):
    assert find("terms", scheme="orientation") == {
        "orientation:home",
        "orientation:residence",
        "orientation:both",
    }


def test_q112_who_led_domestic_workers_in_hong_kong(get, find):
    (case,) = find("cases", leadership="politicized_migrants", about_place="hk")

    assert case == "domestic-worker-organizing-hong-kong"
    assert values(get(f"cases/{case}")["places"], "place", role="constituency_origin") == {"ph"}


def test_q113_source_of_the_right_to_not_migrate(get):
    name = only(get("demands/right-to-not-migrate")["names"], preferred=True)
    source = get("sources/bartra-2003")

    assert name["speaker"]["label"] == source["label"]
    assert (source["authors"], source["issued"]) == ("Bartra, Armando", "2003")
    assert values(source["cited_by"], "locator") == {"Prop 10"}


def test_q119_project_led_and_policy_led(get, find):
    policies = only(get("demands/alternative-development-policies")["traits"]["approach"])
    programme = only(get("projects/three-for-one")["traits"]["approach"])

    assert (programme["term"], policies["term"]) == ("project_led", "policy_led")
    assert programme["detail"] == (
        "tangible results in a rather short time, little risk of confrontation with home "
        "governments"
    )
    assert policies["detail"] == (
        "larger scale, longer time, less certain effects on particular people and places"
    )
    assert find("projects", approach="project_led") == {"three-for-one"}


# Further questions, about other things of the paper


def test_organizations_that_the_paper_calls_coalitions(find):
    assert find("partnerships", called="coalition") == {
        MFA,
        "nalacc",
        "nnirr",
        "pan-african-network-for-migrants-rights",
        "us-multi-sectoral-city-coalitions",
        "coalitions-of-mexican-migrant-organizations-with-government-strategists",
    }


def test_organizations_that_carry_network_or_alliance_in_their_own_name(find):
    assert find("partnerships", calls_itself="network") == {
        "nnirr",
        "pan-african-network-for-migrants-rights",
    }
    assert find("partnerships", calls_itself="alliance") == {"nalacc"}
    assert find("partnerships", calls_itself="coalition") == set()


def test_states_with_seats_for_nationals_abroad(find, get):
    states = find("places", dimension="legislative_seats")

    assert states == {"dz", "ao", "cv", "co", "hr", "ec", "fr", "it", "mz", "pa", "pt"}
    assert values(get("instruments/legislative-seats-abroad")["figures"], "low") == {len(states)}


def test_countries_in_which_migreurop_has_members(find, get):
    migreurop = get("organizations/migreurop")

    assert values(migreurop["places"], "place", role="has_members_in") == {"fr", "it", "be", "es"}
    assert codes(migreurop, "member_type") == {"individuals", "organizations"}
    assert values(migreurop["coverage"], "verdict", field="figures") == {"none_found"}
    assert find("organizations", has_members_in="es") == {"migreurop"}


def test_means_of_coordination_of_migrant_rights_international(get):
    network = get(f"organizations/{MRI}")

    assert codes(network, "coordination") == {"email", "skype", "conferences", "common_activities"}
    assert codes(network, "organ") == {"steering_committee"}


def test_sectors_that_the_national_network_brings_together(get):
    assert codes(get("organizations/nnirr"), "sector") == {
        "grassroots_community",
        "religious",
        "labour",
        "civil_rights",
        "legal",
    }


def test_sectors_at_the_table_of_the_dialogos(get):
    dialogos = get("gatherings/dialogos")

    assert codes(dialogos, "sector") == {
        "auto_workers_unions",
        "telephone_workers_unions",
        "teachers_unions",
        "family_farmers",
        "immigrant_rights_defenders",
        "anti_toxics",
        "human_rights",
    }
    assert codes(dialogos, "terms_of_engagement") == {"agree_to_disagree"}
    assert values(dialogos["traits"]["coalition_basis"], "holds", term="shared_ideology") == {False}


def test_unions_in_the_paper(find):
    assert find("organizations", sector="trade_unions") == {
        "federation-of-trade-unions-in-burma",
        "indonesian-migrant-workers-trade-union",
        "korean-confederation-of-free-trade-unions",
        "philippine-national-trade-unions",
        "trade-union-movement",
        "undocumented-migrants-union-south-korea",
    }


def test_who_supports_the_union_of_undocumented_migrants(get, find):
    union = "undocumented-migrants-union-south-korea"
    (supporter,) = find("organizations", related=union)
    relations = get(f"organizations/{supporter}")["relations"]

    assert supporter == "korean-confederation-of-free-trade-unions"
    assert values(relations, "predicate", object=union) == {"supports"}
    assert get(f"organizations/{union}")["memberships"] == []


def test_safe_spaces_for_association(find):
    assert find("organizations", trait="service:safe_space") == {
        "churches-for-filipinos-abroad",
        "mosques-in-hong-kong-for-indonesian-workers",
    }
    assert find("organizations", arena="space", residence="hk") == {
        "mosques-in-hong-kong-for-indonesian-workers"
    }


def test_no_state_or_intergovernmental_body_stands_in_an_arena(find):
    every = "membership,space,ngo,media"

    assert find("organizations", sphere="state,intergovernmental", arena=every) == set()
    assert find("organizations", sphere="market", arena=every) == {
        "spanish-language-broadcast-media"
    }


def test_organizations_of_mexicans_in_the_united_states(find):
    assert find("organizations", origin="mx", residence="us") == {
        "mexican-hometown-associations",
        "mexican-migrant-organizations-us",
    }


def test_who_can_veto_a_three_for_one_project(get, find):
    payers = {
        slug
        for slug in find("organizations", involved_in="three-for-one")
        if statements(
            get(f"organizations/{slug}")["involvements"], undertaking="three-for-one", veto=True
        )
    }

    assert payers == {
        "mexican-federal-government",
        "mexican-state-governments",
        "mexican-municipal-governments",
    }


def test_productive_part_of_three_for_one_in_2008(get):
    figures = statements(get("projects/three-for-one")["figures"], when="2008")

    assert {figure["measure"]: amount(figure) for figure in figures} == {
        "productive_share_of_projects": (4, 4, "percent"),
        "productive_projects": (100, 100, "projects"),
        "productive_share_of_federal_funding": (6.4, 6.4, "percent"),
        "productive_federal_funding": (2_600_000, 2_600_000, "US dollars"),
    }


def test_consular_cards_issued(get):
    figure = only(get("projects/consular-ids")["figures"], measure="ids_issued")

    assert amount(figure) == (9_400_000, 9_400_000, "cards")
    assert (figure["when"], figure["voice"]) == ("2000/2010", "quoted")
    assert figure["speaker"]["label"] == "Mexican government"


def test_who_accepts_the_consular_card(get):
    relations = get("projects/consular-ids")["relations"]

    assert values(relations, "object", predicate="accepted_by") == {
        "us-local-government-agencies",
        "us-financial-institutions",
    }


def test_part_of_french_aid_for_the_ministry(get):
    ministry = get("organizations/french-ministry-of-immigration")

    assert amount(only(ministry["figures"], measure="share_of_bilateral_aid")) == (1, 2, "percent")
    assert values(ministry["dates"], "when", event="founded") == {"2007"}


def test_mexican_farm_subsidies(get):
    figure = only(get("projects/mexican-farm-subsidies")["figures"], measure="farm_subsidies")

    assert amount(figure) == (20_000_000_000, None, "US dollars")
    assert figure["when"] == "1994/.."


def test_how_temporary_protected_status_came_about(get, find):
    status = get("instruments/temporary-protected-status")

    assert values(status["legal_acts"], "when", act="adopted") == {"199X"}
    assert values(status["relations"], "object", predicate="result_of") == {
        "regularization-campaigns-central-american"
    }
    assert find("campaigns", trait="leadership:migrant_led") == {
        "regularization-campaigns-central-american",
        "voting-rights-from-abroad-campaigns",
    }


def test_from_an_execution_to_a_law(get, find):
    (protests,) = find("gatherings", related="singapore-execution-1995")
    chain = get(f"gatherings/{protests}")["relations"]
    (law,) = values(chain, "object", predicate="led_to")

    assert values(chain, "object", predicate="triggered_by") == {"singapore-execution-1995"}
    assert values(get(f"instruments/{law}")["relations"], "object", predicate="commits") == {
        "philippine-embassies"
    }


def test_origin_of_the_pan_african_network(get, find):
    relations = get("organizations/pan-african-network-for-migrants-rights")["relations"]

    assert values(relations, "object", predicate="grew_out_of") == {"pga-2008-manila"}
    assert find("organizations", involved_in="pga-2008-manila") == {
        "african-and-diaspora-groups-at-pga-2008",
        "pga-2008-local-organizing-committee",
    }


def test_editions_of_the_peoples_global_action(find):
    series = "peoples-global-action"

    assert find("gatherings", edition_of=series, event="held") == {
        "parallel-event-2006",
        "parallel-civil-society-forum-2007",
        "pga-2008-manila",
        "pga-2009",
        "pga-mexico-city",
    }
    assert find("gatherings", edition_of=series, event="planned") == {"pga-2011"}
    assert find("gatherings", edition_of=series, held_at="mx") == {"pga-mexico-city"}


def test_repression_of_the_kuwait_protest_is_reported_by_the_newspaper(get):
    protest = get("gatherings/kuwait-protest-2008")

    assert codes(protest, "repression", voice="quoted") == {"tear_gas_and_batons", "arrest"}
    assert {
        figure["measure"]: amount(figure)
        for figure in statements(protest["figures"], unit="people")
    } == {"hurt": (15, 15, "people"), "arrested": (60, 60, "people")}
    assert values(protest["relations"], "object", predicate="raises") == {"payment-of-wages-kuwait"}


def test_states_that_look_to_the_philippines(get, find):
    places = get("cases/asian-states-following-the-philippine-model")["relations"]
    followers = values(places, "object", predicate="about_place") - {"ph"}

    assert followers == {"id", "vn", "bd", "kh", "np"}
    assert followers | {"mx", "ph"} == find("places", dimension="sending_state_stance")


def test_places_compared_for_freedom_of_association(get, find):
    dimension = "freedom_of_association"
    comparators = {
        place: values(get(f"places/{place}")["context"], "comparator", dimension=dimension)
        for place in find("places", dimension=dimension)
    }

    assert comparators == {
        "hk": {"sg"},
        "sg": {"hk"},
        "th": {"mm"},
        "mm": {"th"},
        "kr": {None},
    }


def test_articles_of_the_covenant_on_social_rights(get, find):
    articles = find("instruments", part_of="icescr")
    rights = {article: codes(get(f"instruments/{article}"), "right") for article in articles}

    assert rights == {"icescr-article-6": {"work"}, "icescr-article-7": {"decent_work"}}


def test_demands_that_serve_future_migrants(find):
    assert find("demands", beneficiary="future_migrants") == {
        "alternative-development-policies",
        "right-to-not-migrate",
    }


def test_recommendations_to_the_member_states(find):
    assert find("demands", trait="addressee:un_member_states") == {
        "recommendation-9",
        "recommendation-10",
        "call-for-un-conference",
    }


def test_words_that_the_fifth_recommendation_warns_about(get, find):
    named = codes(get("demands/recommendation-5"), "categorization")

    assert len(named) == 7
    assert {f"categorization:{code}" for code in named} == find("terms", scheme="categorization")


def test_what_existed_in_other_years(find):
    assert find("organizations", as_of="1990") == {"anti-apartheid-movement", "nnirr"}
    assert find("gatherings", as_of="1995") == {
        "dialogos",
        "singapore-execution-1995",
        "protests-after-singapore-execution-1995",
    }
    assert find("gatherings", as_of="2007", held_at="brussels") == {
        "gfmd-2007-brussels",
        "parallel-civil-society-forum-2007",
    }


def test_publications_of_the_migration_policy_institute(find):
    assert find("sources", published_by="migration-policy-institute") == {
        "gonzalez-gutierrez-2009",
        "rannveug-agunias-2009",
        "rannveug-agunias-and-ruiz-2007",
    }


def test_personal_communications_are_cited_without_their_authors(paper, client):
    cited = entries(client, "sources", source_kind="personal_communication")

    assert {source["slug"]: source["authors"] for source in cited} == {
        "personal-communication-2010-09": "",
        "personal-communication-2010-10": "",
    }
    assert {citation["locator"] for source in cited for citation in source["cited_by"]} == {
        "fn 8",
        "fn 21",
    }
