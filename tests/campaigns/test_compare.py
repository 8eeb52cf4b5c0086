"""Two places beside each other: dimension by dimension, and who is there."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.changes.changeset import Changeset
from tests.support.pages import Element, page_of

from .place_pages import part, place_page, rated


def compare(one: str, other: str, status: int = 200) -> Element:
    response = Client().get(f"/places/{one}/compare/", {"with": other})
    assert response.status_code == status
    return page_of(response).main


def rows(page: Element, heading: str) -> list[str]:
    return [tbody.text for tbody in part(page, heading).every("tbody")]


def test_two_places_stand_beside_each_other_in_law_and_in_practice(db, write, dimensions):
    us = write.record("place", "us", "United States")
    mexico = write.record("place", "mx", "Mexico")
    write.say("context", us, dimension=dimensions["schooling"], value="a right", setting="in_law")
    write.say(
        "context", mexico, dimension=dimensions["schooling"], value="few", setting="in_practice"
    )
    write.say("context", us, dimension=dimensions["civil_rights"], value="some")

    page = compare("us", "mx")

    assert rows(page, "both") == [
        "Schooling In law a right1 unknown",
        "Schooling In practice unknown few2",
    ]
    assert rows(page, "one") == ["Civil rights some3 unknown"]


def test_other_place_is_found_by_any_of_its_names(db, write, dimensions):
    write.record("place", "us", "United States")
    morocco = write.record("place", "ma", "Morocco")
    write.say("name", morocco, text="Maroc", language="fr", name_kind="translation")

    for name in ("ma", "MA", "morocco", " Maroc ", "MAROC"):
        assert compare("us", name).one("h1").text == "United States and Morocco"


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ("Atlantis", 404, "No place has the name Atlantis."),
        ("United", 404, "No place has the name United."),
        ("us", 400, "This is the same place."),
        ("9" * 5_000, 400, "at most 200 characters"),
        ("%_%", 404, "No place has the name %_%."),
        ("hidden", 404, "No place has the name hidden."),
    ],
)
def test_what_is_no_other_place_is_refused_with_a_sentence(
    db, write, dimensions, given, status, sentence
):
    write.record("place", "us", "United States")
    changeset = Changeset(reason="For their safety.")
    changeset.change_record(write.record("place", "hidden", "Hidden"), level="hidden")
    changeset.propose().accept()

    page = compare("us", given, status)

    assert sentence in page.one("div", role="alert").text
    assert page.one("input", name="with").attributes["aria-invalid"] == "true"


def test_name_of_several_places_offers_them(db, write, dimensions):
    write.record("place", "us", "United States")
    write.record("place", "ge", "Georgia")
    write.record("place", "us-ga", "Georgia")

    page = compare("us", "georgia", 400)

    links = [one.attributes["href"] for one in page.one("div", role="alert").every("a")[1:]]
    assert links == ["/places/us/compare/?with=ge", "/places/us/compare/?with=us-ga"]


def test_who_is_there_is_counted_as_the_lists_count(db, write, dimensions):
    us = write.record("place", "us", "United States")
    mexico = write.record("place", "mx", "Mexico")
    for number in range(3):
        union = write.record("organization", f"union-{number}", f"Union {number}")
        write.say("presence", union, place=us, role="seat")
        write.say("presence", union, place=mexico, role="constituency_origin")

    counts = part(compare("us", "mx"), "counts")

    assert [row.text for row in counts.one("tbody").every("tr")] == [
        "Have their seat here 3 unknown",
        "Their people come from here unknown 3",
    ]
    for link in counts.every("a"):
        shown = page_of(Client().get(link.attributes["href"])).main
        assert shown.one("p", role="status").text.startswith(f"{link.text} ")


def test_comparison_takes_as_many_queries_for_many_findings_as_for_few(db, write, dimensions):
    us = write.record("place", "us", "United States")
    mexico = write.record("place", "mx", "Mexico")
    for place in (us, mexico):
        write.say("context", place, dimension=dimensions["schooling"], value="some")
    with CaptureQueriesContext(connection) as few:
        compare("us", "mx")

    for place in (us, mexico):
        rated(write, place, [dimensions["schooling"], dimensions["civil_rights"]])

    with CaptureQueriesContext(connection) as many:
        compare("us", "mx")
    assert len(many) == len(few) <= 8


# The paper's places -------------------------------------------------------------------------------


def test_hong_kong_and_singapore_are_compared_by_freedom_of_association(paper):
    page = compare("hk", "sg")
    reverse = compare("sg", "hk")

    [row] = rows(page, "both")
    [turned] = rows(reverse, "both")
    assert row.startswith(
        "Freedom of movement and association greater than in Singapore, compared with Singapore"
    )
    assert "less than in Hong Kong, compared with Hong Kong implied" in row
    assert turned.index("less than in Hong Kong") < turned.index("greater than in Singapore")
    notes = [note.text for note in part(page, "notes").every("li")]
    assert sum("Fox and Gois 2010, fn 6." in note for note in notes) >= 4
    assert "Filipino political activism in Hong Kong" in part(page, "contrasts").text


@pytest.mark.parametrize(
    ("one", "other", "dimension", "case"),
    [
        ("us", "europe", "Power and disposition of allies", "Muslim immigrants in Europe"),
        ("mx", "ma", "Lobbying power of hometown associations", "ometown associations"),
    ],
)
def test_places_that_the_paper_contrasts_say_so(paper, one, other, dimension, case):
    page = compare(one, other)

    lines = [*rows(page, "both"), *rows(page, "one")]
    assert [row for row in lines if row.startswith(dimension)] != []
    assert case in part(page, "contrasts").text
    offered = part(place_page(one), "compare").every("a")
    assert f"/places/{one}/compare/?with={other}" in [link.attributes["href"] for link in offered]
