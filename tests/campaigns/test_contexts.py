"""The context of places: by dimension, in law and in practice, year by year; and two places."""

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.places.contexts import build_cell, merge_spans, months_of
from tests.support.pages import page_of

from .place_pages import YEARS, part, place_page, rated

# Year by year -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edtf", "months"),
    [
        ("1972", (12 * 1972, 12 * 1973)),
        ("1981-01/1982-08", (12 * 1981, 12 * 1982 + 8)),
        ("2010-03-05", (12 * 2010 + 2, 12 * 2010 + 3)),
        ("2010~", (12 * 2010, 12 * 2011)),
        ("1994/..", None),
        ("199X", None),
        ("", None),
        (None, None),
    ],
)
def test_date_has_its_place_in_a_picture_if_it_is_known(edtf, months):
    assert months_of(edtf) == months


def test_spans_that_touch_are_one():
    assert merge_spans([(24, 36), (0, 12), (12, 18), (30, 40)]) == [(0, 18), (24, 40)]


def statement_of(statement: int, when: str | None, value: str, **more) -> dict:
    return {
        "statement": statement, "when": when, "value": value, "setting": "", "constituency": "",
        "source": "a", "voice": "source", "confidence": "stated", "disputed": False, "holds": True,
        "detail": "", "note": "", "quote": "", "speaker": None, "comparator": None, **more,
    }  # fmt: skip


def test_years_of_one_source_are_a_series_with_the_newest_first():
    items = [statement_of(year, str(year), "free") for year in (1999, 2001, 2000)]

    [series] = build_cell(items).series

    assert [item["statement"] for item in series.items] == [2001, 2000, 1999]
    assert [(lane.value, lane.spans) for lane in series.lanes] == [("free", ((0, 36),))]
    assert series.years == (1999, 2001)


@pytest.mark.parametrize(
    "different",
    [
        {"source": "b"},
        {"constituency": "women"},
        {"holds": False},
        {"note": "Read twice."},
        {"when": None},
        {"confidence": "implied"},
    ],
)
def test_what_is_said_otherwise_stands_by_itself(different):
    items = [statement_of(year, str(year), "free") for year in (1999, 2000, 2001)]
    items.append(statement_of(4, "2002", "free") | different)

    cell = build_cell(items)

    assert [item["statement"] for item in cell.assessments] == [4]
    assert len(cell.series[0].items) == 3


def test_few_years_stand_as_they_are():
    cell = build_cell([statement_of(1, "1999", "free"), statement_of(2, "2000", "not free")])

    assert ([item["statement"] for item in cell.assessments], cell.series) == ([2, 1], ())


def test_numbers_stand_above_each_other_in_their_order_and_gaps_stay_open():
    years = ((1999, "10"), (2000, "9"), (2002, "9"))
    [series] = build_cell([statement_of(year, str(year), value) for year, value in years]).series

    assert [(lane.value, lane.spans) for lane in series.lanes] == [
        ("9", ((12, 12), (36, 12))),
        ("10", ((0, 12),)),
    ]


def test_page_shows_the_newest_year_and_folds_the_others(db, write, dimensions):
    mexico = write.record("place", "mx", "Mexico")
    rated(write, mexico, [dimensions["civil_rights"]], years=4)

    context = part(place_page("mx"), "context")

    [assessment] = context.every("li")
    assert assessment.text == "2 (1975)2"
    rows_of = [row.text for row in context.one("details").one("tbody").every("tr")]
    assert rows_of == [
        "1975 2 Mexico, 1975 Link to this statement",
        "1974 1 Mexico, 1974 Link to this statement",
        "1973 7 Mexico, 1973 Link to this statement",
        "1972 6 Mexico, 1972 Link to this statement",
    ]
    figure = context.one("figure")
    assert [one.text for one in figure.every("span", kind="value")] == ["1", "2", "6", "7"]
    assert [rect.attributes["x"] for rect in figure.every("rect")] == ["24", "36", "0", "12"]


def test_every_folded_year_is_found_by_the_number_of_its_statement(db, write, dimensions):
    mexico = write.record("place", "mx", "Mexico")
    rated(write, mexico, [dimensions["civil_rights"]], years=6)
    page = part(place_page("mx"), "context")

    links = [link.attributes.get("href", "") for link in page.one("tbody").every("a")]
    numbers = [href.removeprefix("/id/") for href in links]

    anchors = {one.attributes.get("id") for one in page.every()}
    for number in numbers:
        there = Client().get(f"/id/{number}")
        assert (there.status_code, there["Location"]) == (302, f"/places/mx/#statement-{number}")
        assert f"statement-{number}" in anchors
    assert len(set(numbers)) == 6


def test_country_with_fifty_years_of_ratings_is_light_and_short(db, write, dimensions):
    mexico = write.record("place", "mx", "Mexico")
    rated_ones = [dimensions[code] for code in ("civil_rights", "schooling", "voting_abroad")]
    Client().get("/places/mx/")
    with CaptureQueriesContext(connection) as few:
        Client().get("/places/mx/")

    rated(write, mexico, [*rated_ones, dimensions["ally_presence"]])

    with CaptureQueriesContext(connection) as many:
        response = Client().get("/places/mx/")
    assert len(many) == len(few)
    assert len(gzip.compress(response.content)) < 30_000
    page = page_of(response).main
    assert len(page.every("tr")) > 4 * YEARS
    assert len(part(page, "notes").every("li")) == 5


# In law and in practice ---------------------------------------------------------------------------


def test_setting_without_a_finding_is_not_on_record(db, write, dimensions):
    us = write.record("place", "us", "United States")
    write.say("context", us, dimension=dimensions["schooling"], value="a right", setting="in_law")

    context = part(place_page("us"), "context")

    assert context.one("h3").text == "Social rights"
    assert [one.text for one in context.one("dl", kind="settings").every("div")] == [
        "In law a right2",
        "In practice unknown",
    ]


def test_place_on_another_day_shows_its_context_alone(db, write, dimensions):
    us = write.record("place", "us", "United States")
    write.say(
        "context", us, dimension=dimensions["voting_abroad"], value="allowed", edtf="2001/2005"
    )

    page = place_page("us", "?as_of=2003")

    assert "allowed" in part(page, "context").text
    assert [one.attributes["aria-labelledby"] for one in page.every("section")] == [
        "context",
        "notes",
        "sources",
    ]


# Allies and opponents -----------------------------------------------------------------------------


def test_allies_stand_by_kind_and_apart_from_migrant_civil_society(db, write, dimensions):
    manila = write.record("place", "manila", "Manila")
    union = write.record("organization", "union", "A Union")
    migrants = write.record("organization", "migrants", "Migrants' Union")
    write.say("trait", union, term=dimensions["trade_unions"])
    write.say("trait", migrants, term=dimensions["trade_unions"])
    write.say("presence", union, place=manila, role="acts_in")
    write.say("presence", migrants, place=manila, role="seat")
    write.say("arena_placement", migrants, arena="membership")

    allies = part(place_page("manila"), "allies")

    assert [row.text for row in allies.one("tbody").every("tr")] == [
        "trade unions A Union Migrants' Union"
    ]
    assert allies.every("p")[-2].text.endswith("these kinds of ally. religious institutions")


def test_place_with_nothing_says_so(db, write, dimensions):
    write.record("place", "nowhere", "Nowhere")

    page = place_page("nowhere")

    assert "Not researched: these kinds of ally" in part(page, "allies").text
    assert "not researched" in part(page, "allies").text
    assert "No known organizations here" in part(page, "here").text
    assert "Context: not researched." in part(page, "absent").text


def test_city_leads_to_the_context_of_its_country_without_taking_it_over(paper):
    context = part(place_page("manila"), "context")

    assert "No assessments of this place: not researched." in context.text
    assert [link.attributes["href"] for link in context.every("a")] == ["/places/ph/"]


def test_what_was_looked_for_is_shown_in_place_of_not_researched(db, write, dimensions):
    manila = write.record("place", "manila", "Manila")
    write.say("coverage", manila, field="allies", verdict="none_found", researcher="A project")

    text = part(place_page("manila"), "allies").text

    assert "Allies: looked for, none found by A project" in text
    assert "Not researched: these kinds of ally" not in text


def test_opponents_are_shown_as_a_source_states_them(db, write, dimensions):
    us = write.record("place", "us", "United States")
    write.say("context", us, dimension=dimensions["opponent_power"], value="strong in some states")

    page = place_page("us")

    assert "Power of opponents strong in some states2" in part(page, "allies").text
    assert not page.every("section", **{"aria-labelledby": "context"})


# The paper's places -------------------------------------------------------------------------------


def test_social_rights_in_the_united_states_are_grouped(paper):
    context = part(place_page("us"), "context")

    [narrower] = context.every("div", kind="narrower")
    assert [one.text for one in narrower.every("a", kind="term")] == [
        "Social rights: education",
        "Social rights: health",
        "Social rights: labour",
    ]
    texts = {
        "In law constitutional right to attend public school",
        "In law right to emergency hospital care in their own language",
        "In law federal minimum wage and workplace safety laws apply",
    }
    in_law = [one.text for one in narrower.every("div") if one.text.startswith("In law")]
    assert {next(text for text in in_law if text.startswith(one)) for one in texts} == set(in_law)
    civil = context.one("div", id="dimension-civil_rights")
    assert "In practice can be expelled at any time, often without due process" in civil.text


def test_allies_in_the_united_states_stand_where_sources_put_them(paper):
    allies = part(place_page("us"), "allies")

    table = {
        row.one("th").text: [cell.text for cell in row.every("td")]
        for row in allies.one("tbody").every("tr")
    }
    assert table["Legal defence groups"] == ["Immigrant defense organizations", "unknown"]
    assert table["Broadcast media"] == ["unknown", "Spanish-language broadcast media"]
    assert "supportive churches very unevenly spread" in allies.text
