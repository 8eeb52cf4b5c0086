"""Gatherings: what was only planned is not held; what is claimed stands beside what is counted."""

import json
from datetime import date

import pytest
from django.test import Client

from campaigns.pages.editions import (
    Affairs,
    Position,
    affairs_of,
    editions_of,
    neighbours,
    position,
)
from orgs.changes.changeset import Changeset
from orgs.pages.documents import read_documents
from orgs.projection.entry import Entry
from orgs.records.edtf import Days
from orgs.records.record import Record
from tests.support.pages import Page, page_of, section

pytestmark = pytest.mark.django_db


def a_series(write, **edition_dates: str) -> Record:
    """Write a series and its editions: each by its slug, with the date on which it was held.

    One with no date is held, too; one whose date begins with "plan " is planned for it.
    """
    series = write.record("gathering", "forum", "Forum")
    for slug, when in edition_dates.items():
        edition = write.record("gathering", slug, slug.title())
        write.say("relation", edition, predicate=write.term("predicate:edition_of"), object=series)
        planned = when.startswith("plan ")
        event = "planned" if planned else "held"
        write.say("existence", edition, event=event, edtf=when.removeprefix("plan "))
    return series


def editions(series: Record):
    """The editions of a series, from all documents of gatherings."""
    documents = read_documents(Entry.objects.published().of_kinds("gathering").order_by("id"))
    key = next(one["id"] for one in documents if one["slug"] == series.slug)
    return editions_of(key, documents)


def year(number: int) -> Days:
    return Days(date(number, 1, 1), date(number, 12, 31))


def rows(page: Page) -> list[list[str]]:
    """The rows of the table of editions."""
    table = page.main.one("table", kind="editions").one("tbody")
    return [
        [cell.text for cell in (*row.every("th"), *row.every("td"))] for row in table.every("tr")
    ]


def test_position_counts_those_that_were_surely_before():
    edition_dates = {"a": year(2006), "b": year(2007), "c": year(2008)}

    assert [position(one, edition_dates) for one in edition_dates] == [
        Position(1, 1),
        Position(2, 2),
        Position(3, 3),
    ]


def test_position_is_uncertain_where_dates_overlap_or_are_missing():
    edition_dates = {
        "a": year(2006),
        "b": Days(date(2006, 5, 1), date(2006, 5, 3)),
        "c": None,
        "d": year(2008),
    }

    assert {one: position(one, edition_dates) for one in edition_dates} == {
        "a": Position(1, 3),
        "b": Position(1, 3),
        "c": None,
        "d": Position(3, 4),
    }


def test_what_was_not_held_has_no_position():
    assert position("a", {"b": year(2006)}) is None


@pytest.mark.parametrize(
    ("dates_given", "affairs"),
    [
        ([], Affairs.UNKNOWN),
        ([("founded", True)], Affairs.UNKNOWN),
        ([("planned", True)], Affairs.PLANNED),
        ([("planned", False)], Affairs.UNKNOWN),
        ([("planned", True), ("held", True)], Affairs.HELD),
        ([("planned", True), ("cancelled", True)], Affairs.NOT_HELD),
        ([("planned", True), ("held", False)], Affairs.NOT_HELD),
        ([("cancelled", True), ("held", True)], Affairs.HELD),
    ],
)
def test_only_a_source_that_says_so_makes_a_gathering_held(dates_given, affairs):
    dates = [{"event": event, "holds": holds} for event, holds in dates_given]

    assert affairs_of({"dates": dates}) == affairs


def test_editions_stand_in_the_order_of_their_dates_whatever_their_names(write):
    series = a_series(write, zeta="2001", alpha="2005", mu="2003", undated="")

    assert [(one.document["slug"], one.counted) for one in editions(series)] == [
        ("zeta", Position(1, 2)),
        ("mu", Position(2, 3)),
        ("alpha", Position(3, 4)),
        ("undated", None),
    ]


def test_planned_edition_is_not_counted_and_takes_its_place_in_the_order(write):
    series = a_series(write, first="2001", meant="plan 2003", second="2005")

    documents = editions(series)

    assert [one.counted for one in documents] == [Position(1, 1), None, Position(2, 2)]
    before, after = neighbours(documents, documents[1].document["id"])
    assert [before.document["slug"], after.document["slug"]] == ["first", "second"]
    assert neighbours(documents, documents[0].document["id"]) == (None, documents[1])
    assert neighbours(documents, documents[2].document["id"]) == (documents[1], None)


def test_edition_that_a_source_denies_is_not_in_the_series(write):
    series = a_series(write, first="2001")
    other = write.record("gathering", "other", "Other")
    write.say(
        "relation", other, predicate=write.term("predicate:edition_of"), object=series,
        holds=False,
    )  # fmt: skip

    assert [one.document["slug"] for one in editions(series)] == ["first"]


def test_page_of_a_series_shows_claims_beside_counts(client, write):
    a_series(write, first="2001", meant="plan 2003", second="2005")
    second = Record.objects.get(slug="second")
    official = write.record("gathering", "summit", "Summit")
    write.say("relation", second, predicate=write.term("predicate:parallel_to"), object=official)
    for number in (4, 5):
        write.say("figure", second, measure=write.term("measure:edition"), low=number, high=number,
                  detail=f"by way {number}")  # fmt: skip

    page = page_of(client.get("/gatherings/forum/"))

    assert rows(page) == [
        ["First2", "1", "unknown", "Took place 20013", "", "unknown"],
        [
            *("Meant4", "not counted", "unknown"),
            *("Planned for 20035 No source says that it took place.", "", "unknown"),
        ],
        [
            *(
                "Second6",
                "2",
                "4: by way 4 disputed7 Survey 2010 5: by way 5 disputed8 Survey 2010",
            ),
            *("Took place 20059", "", "Parallel to Summit10"),
        ],
    ]


def test_page_of_an_edition_sets_claims_and_count_side_by_side(client, write):
    a_series(write, first="2001", second="2005", meant="plan 2007")
    second = Record.objects.get(slug="second")
    write.say("figure", second, measure=write.term("measure:edition"), low=4, high=4)

    page = page_of(client.get("/gatherings/second/"))

    assert section(page, "series-1") == (
        "In its series Edition of Forum3 "
        "Which edition it is 44 claimed by Survey 2010 "
        "2 counted by this catalogue: 2 editions took place "
        "Before it First Took place 20015 "
        "After it Meant Planned for 20076 No source says that it took place. "
        "Claimed and counted numbers are shown side by side. The catalogue may lack "
        "editions, and a source may count differently."
    )
    assert "Figures" not in page.main.text
    meant = section(page_of(client.get("/gatherings/meant/")), "series-1")
    assert "Which edition it is No source claims a number. not counted Before it" in meant


def test_official_counterpart_stands_beside_with_its_own_dates(client, write):
    forum = write.record("gathering", "forum", "Forum")
    summit = write.record("gathering", "summit", "Summit")
    write.say("relation", forum, predicate=write.term("predicate:parallel_to"), object=summit)
    write.say("trait", summit, term=write.term("sphere:intergovernmental"))
    write.say("existence", summit, event="planned", edtf="2012")
    write.say("arena_placement", forum, arena="space")

    assert section(page_of(client.get("/gatherings/forum/")), "beside") == (
        "Beside it Parallel to Summit3 "
        "Forum Is in the arena autonomous public spaces2 unknown "
        "Summit intergovernmental4 Planned for 20125 No source says that it took place."
    )
    assert section(page_of(client.get("/gatherings/summit/")), "beside") == (
        "Beside it Forum parallel to this gathering3 "
        "Summit intergovernmental4 Planned for 20122 No source says that it took place. "
        "Forum Is in the arena autonomous public spaces5 unknown"
    )


def test_autonomous_space_without_a_counterpart_says_so(client, write):
    forum = write.record("gathering", "forum", "Forum")
    write.say("arena_placement", forum, arena="space")
    write.record("gathering", "march", "March")

    for slug, says_so in (("forum", True), ("march", False)):
        page = page_of(client.get(f"/gatherings/{slug}/"))
        assert page.main.every("h2", id="beside") == []
        assert ("Gatherings beside it" in section(page, "absent")) is says_so


def test_table_of_editions_leaves_out_columns_that_nothing_is_known_for(client, write):
    series = write.record("gathering", "series", "Series")
    edition = write.record("gathering", "edition", "Edition")
    write.say("relation", edition, predicate=write.terms["predicate:edition_of"], object=series)

    def columns() -> list[str]:
        table = page_of(client.get("/gatherings/series/")).main.one("table", kind="editions")
        return [heading.text for heading in table.one("thead").every("th")]

    assert columns() == ["Edition", "Counted", "State of affairs", "Where"]
    write.say("figure", edition, measure=write.terms["measure:edition"], low=4, high=4)
    assert columns() == ["Edition", "Counted", "Claimed", "State of affairs", "Where"]


def test_page_of_a_series_asks_as_little_for_many_editions_as_for_few(
    client, write, django_assert_num_queries
):
    series = write.record("gathering", "forum", "Forum")

    def with_editions(first: int, last: int) -> None:
        changeset = Changeset()
        for number in range(first, last):
            edition = changeset.record("gathering", f"edition-{number}")
            changeset.add("relation", edition, object=series, source=write.source,
                       predicate=write.term("predicate:edition_of"))  # fmt: skip
            changeset.add("existence", edition, event="held", edtf=str(1970 + number),
                       source=write.source)  # fmt: skip
        changeset.propose().accept()

    with_editions(0, 1)
    for address in ("/gatherings/forum/", "/gatherings/edition-0/"):
        with django_assert_num_queries(6):
            client.get(address)

    with_editions(1, 30)
    for address in ("/gatherings/forum/", "/gatherings/edition-0/"):
        with django_assert_num_queries(6):
            page = page_of(client.get(address))
    assert "30 editions took place" in page.main.text


# By the API ---------------------------------------------------------------------------------------


def answered(slug: str, status: int = 200) -> dict:
    response = Client().get(f"/api/v1/gatherings/{slug}/editions/")
    assert response.status_code == status
    return json.loads(response.content)


def test_api_shows_what_is_claimed_beside_what_is_counted(write):
    series = a_series(write, first="2006", second="2007", third="2008", meant="plan 2010")
    third = Record.objects.get(slug="third")
    for low, source in ((4, write.source), (5, write.another_source("counted-anew"))):
        write.say(
            "figure", third, measure=write.term("measure:edition"), low=low, high=low, source=source
        )

    answer = answered("third")

    [one] = answer["series"]
    assert (answer["gathering"]["slug"], one["series"]["slug"], one["held"]) == (
        "third",
        "forum",
        3,
    )
    assert [
        (edition["gathering"]["slug"], edition["affairs"], edition["counted"])
        for edition in one["editions"]
    ] == [
        ("first", "held", {"low": 1, "high": 1}),
        ("second", "held", {"low": 2, "high": 2}),
        ("third", "held", {"low": 3, "high": 3}),
        ("meant", "planned", None),
    ]
    claimed = one["editions"][2]["claimed"]
    assert [(claim["low"], claim["source"]) for claim in claimed] == [
        (4, "survey-2010"),
        (5, "counted-anew"),
    ]
    assert Client().get(f"/id/{claimed[0]['statement']}").status_code == 302
    # The series tells the same, and so does the table on its page.
    assert answered("forum")["series"] == answer["series"]
    table = rows(page_of(Client().get("/gatherings/forum/")))
    assert [row[0].rstrip("0123456789") for row in table] == [
        edition["gathering"]["label"] for edition in one["editions"]
    ]
    assert series.slug == "forum"


def test_gathering_that_stands_alone_has_no_editions(write):
    write.record("gathering", "alone", "Alone")

    assert answered("alone")["series"] == []
    assert answered("nobody", 404)["status"] == 404


def test_editions_are_marked_by_what_they_say(write):
    a_series(write, first="2006")
    path = "/api/v1/gatherings/first/editions/"
    etag = Client().get(path).headers["ETag"]

    assert Client().get(path, headers={"If-None-Match": etag}).status_code == 304
    write.say("existence", Record.objects.get(slug="first"), event="held", edtf="2006-05",
              source=write.another_source("b"))  # fmt: skip
    a_series_grew = write.record("gathering", "second", "Second")
    write.say("relation", a_series_grew, predicate=write.term("predicate:edition_of"),
              object=Record.objects.get(slug="forum"))  # fmt: skip
    assert len(answered("first")["series"][0]["editions"]) == 2
    assert Client().get(path, headers={"If-None-Match": etag}).status_code == 200
