"""Campaigns: goal, targets and time, stages from local to international, breadth and means."""

import pytest

from campaigns.pages.stages import STAGES, count_sectors, stages_of
from orgs.records.record import Record
from tests.support.pages import page_of, section

pytestmark = pytest.mark.django_db


def trait(write, record: Record, name: str, **values) -> None:
    term = write.term(name) if name in write.terms else write.new_term(name)
    write.say("trait", record, term=term, **values)


def document_of(write, record: Record) -> dict:
    return write.entry(record).read()


def test_stages_stand_from_local_to_international_and_gaps_are_shown(write):
    campaign = write.record("campaign", "vote")
    trait(write, campaign, "stage:international")
    trait(write, campaign, "stage:local")

    stages = stages_of(document_of(write, campaign))

    assert [(stage.code, len(stage.statements)) for stage in stages] == [
        ("local", 1),
        ("regional", 0),
        ("national", 0),
        ("international", 1),
    ]
    assert tuple(stage.code for stage in stages) == STAGES


def test_campaign_without_a_stage_has_none(write):
    assert stages_of(document_of(write, write.record("campaign", "vote"))) == []


def test_sector_stands_with_a_stage_only_where_both_are_dated_and_meet(write):
    campaign = write.record("campaign", "vote")
    trait(write, campaign, "stage:local", edtf="2001/2003")
    trait(write, campaign, "stage:national", edtf="2004/2006")
    trait(write, campaign, "stage:international")
    trait(write, campaign, "sector:trade_unions", edtf="2003/2004")
    trait(write, campaign, "sector:churches", edtf="2005")
    trait(write, campaign, "sector:lawyers")

    stages = stages_of(document_of(write, campaign))

    assert {stage.code: {item["term"] for item in stage.sectors} for stage in stages} == {
        "local": {"trade_unions"},
        "regional": set(),
        "national": {"churches", "trade_unions"},
        "international": set(),
    }
    assert count_sectors(document_of(write, campaign)) == 3


def test_breadth_counts_a_sector_once_and_none_that_is_denied(write):
    campaign = write.record("campaign", "vote")
    trait(write, campaign, "sector:trade_unions")
    trait(write, campaign, "sector:trade_unions", source=write.another_source("other"))
    trait(write, campaign, "sector:churches", holds=False)

    assert count_sectors(document_of(write, campaign)) == 1


def test_page_of_a_campaign_shows_what_it_aims_at(client, write):
    campaign = write.record("campaign", "vote", "Vote from abroad")
    convention = write.record("instrument", "mwc", "Convention")
    write.say("text", campaign, body="A vote for all.", text_kind="goal")
    write.say("relation", campaign, predicate=write.new_term("predicate:targets"),
              object=convention)  # fmt: skip
    write.say("relation", campaign, predicate=write.new_term("predicate:invokes"),
              object=convention)  # fmt: skip
    write.say("relation", campaign, predicate=write.new_term("predicate:raises"),
              object=write.record("demand", "ballot", "A ballot"))  # fmt: skip
    state = write.record("organization", "state", "The state")
    write.say("involvement", state, undertaking=campaign, role="target")
    write.say("existence", campaign, event="founded", edtf="2001")

    page = page_of(client.get("/campaigns/vote/"))

    assert section(page, "aims") == (
        "What it aims at Goal A vote for all.3 Targets Targets Convention4 Aimed at The state5 "
        "Time horizon Founded 20012 Demands Raises A ballot6"
    )
    assert section(page, "means") == "Means Instruments invoked Invokes Convention7"
    assert section(page, "absent").endswith(
        "Unknown. There may be some: Stages, from local to international; Breadth; Tools; "
        "Resources. Tell us what you know"
    )
    assert page.main.every("h2", id="summary") + page.main.every("h2", id="relations") == []
    assert page.main.every("h2", id="participants") == []


def test_page_of_a_campaign_says_what_is_not_on_record(client, write):
    campaign = write.record("campaign", "vote", "Vote from abroad")
    write.say("coverage", campaign, field="dates", verdict="none_found", researcher="us")
    write.say("withheld", campaign, field="relations", reason="safety")

    page = page_of(client.get("/campaigns/vote/"))

    assert section(page, "aims") == (
        "What it aims at Targets Withheld: see above. "
        "Time horizon Unknown. See what was researched "
        "Demands Withheld: see above."
    )
    for part in ("stages", "breadth", "participants"):
        assert page.main.every("h2", id=part) == []
    assert section(page, "absent").endswith(
        "Unknown. There may be some: Goal; Stages, from local to international; Breadth; Tools; "
        "Resources; Who takes which part. Tell us what you know"
    )


def test_page_of_a_campaign_draws_its_stages(client, write):
    campaign = write.record("campaign", "vote", "Vote from abroad")
    trait(write, campaign, "stage:national", edtf="2004", detail="in congress")
    trait(write, campaign, "stage:local", edtf="2001")
    trait(write, campaign, "sector:churches", edtf="2004")
    trait(write, campaign, "sector:lawyers")
    trait(write, campaign, "step:meet")
    trait(write, campaign, "step:march")

    page = page_of(client.get("/campaigns/vote/"))

    assert page.main.one("ol", kind="stages").text == (
        "local (2001)2 Regional: unknown national: in congress (2004)3 "
        "Sectors at this stage: churches (2004)4 International: unknown"
    )
    assert page.main.one("ol", kind="steps").text == "meet5 march6"
    assert section(page, "breadth") == (
        "Breadth 2 sectors take part, according to sources. churches (2004)4 lawyers7"
    )


def test_campaign_on_another_day_says_nothing_of_what_others_tell(client, write):
    campaign = write.record("campaign", "vote", "Vote from abroad")
    write.say("text", campaign, body="A vote for all.", text_kind="goal", edtf="2001/..")

    page = page_of(client.get("/campaigns/vote/?as_of=2005"))

    assert section(page, "aims") == "What it aims at Goal A vote for all. (since 2001)1"
    assert page.main.every("h2", id="participants") == []
    assert page.main.every("h2", id="stages") == []
