"""The pages of propositions: each number is what its list shows, each side stands as an equal."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.propositions import PROPOSITIONS, RECOMMENDATIONS, continuum
from campaigns.propositions.base import MAX_ROWS, Cell, Name, bars, matrix
from campaigns.propositions.evidence import SIDES
from campaigns.propositions.queries import MAX_EXAMPLES, MAX_LIST_VALUES, list_url
from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from orgs.records.source import Source
from orgs.records.term import Term
from tests.support.pages import Element, page_of

PAGES = [
    "/propositions/",
    *(f"/propositions/{number}/" for number in PROPOSITIONS),
    *(f"/recommendations/{number}/" for number in RECOMMENDATIONS),
]

MOST_QUERIES = 26
"""For a page, however long the record: each kind of number is counted at once."""

COLLECTIONS = {"networks-and-coalitions": "partnerships"}
"""What the API calls the list of a page, where it has another name."""


def main(path: str, language: str = "") -> Element:
    """The content of a page."""
    response = Client().get(language + path)
    assert response.status_code == 200, path
    return page_of(response).main


def counted(path: str) -> int:
    """How many entries the API finds for the filters of a list."""
    parts = urlsplit(path)
    name = parts.path.strip("/")
    response = Client().get(
        f"/api/v1/{COLLECTIONS.get(name, name)}/", [*parse_qsl(parts.query), ("limit", "1")]
    )
    assert response.status_code == 200, (path, response.content)
    return response.json()["count"]


def links_with_numbers(content: Element) -> list[tuple[str, int]]:
    """The links of a page whose text is a number, with it."""
    return [
        (link.attributes["href"], int(link.text.replace(",", "")))
        for link in content.every("a")
        if re.fullmatch(r"[\d,]+", link.text) and "note" not in link.attributes["href"]
    ]


def tally(content: Element, section: str = "numbers") -> dict[str, str]:
    """What a section counts, by rule."""
    part = content.one("section", **{"aria-labelledby": section})
    return {
        row.one("dt").text: row.every("dd")[0].text
        for row in part.one("dl", kind="tally").every("div")
    }


# The numbers --------------------------------------------------------------------------------------


def test_each_number_is_what_its_list_shows(paper):
    links = [
        (path, href, number)
        for path in PAGES
        for href, number in links_with_numbers(main(path))
        if href.startswith("/") and not href.startswith("/id/")
        and ("?" in href or href.count("/") == 2)
    ]  # fmt: skip
    results = {href: counted(href) for href in {href for _, href, _ in links}}

    assert [(path, href, number, results[href]) for path, href, number in links
            if number != results[href]] == []  # fmt: skip
    assert {path for path, *_ in links} == set(PAGES)
    assert len(links) > 250


def test_what_is_not_on_record_has_an_empty_list(paper):
    results = [one.compute() for one in (*PROPOSITIONS.values(), *RECOMMENDATIONS.values())]
    nothing = {
        one.url
        for numbers in results
        for one in (
            *numbers.numbers,
            *numbers.needs,
            *(cell for picture in numbers.pictures for row in picture.rows for cell in row.cells),
        )
        if one.total == 0 and one.url.startswith("/") and "?" in one.url
    }

    assert {url: counted(url) for url in nothing if counted(url)} == {}
    assert len(nothing) > 50


def rows_of_tallies(path: str) -> list[tuple[str, Element, list[Element]]]:
    """What a page counts: the rule, the number, the names below it."""
    return [
        (row.one("dt").text, number, named)
        for part in main(path).every("dl", kind="tally")
        for row in part.every("div")
        for number, *named in [row.every("dd")]
    ]


def test_every_number_leads_to_what_was_counted(paper):
    lost = [
        (path, rule)
        for path in PAGES[1:]
        for rule, number, named in rows_of_tallies(path)
        if number.text != "unknown" and not number.every("a") and not named
    ]

    assert lost == []


def test_what_is_named_is_what_was_counted(paper):
    wrong = [
        (path, rule)
        for path in PAGES[1:]
        for rule, number, named in rows_of_tallies(path)
        for names in named
        if min(int(number.text), MAX_EXAMPLES) != len(names.every("a"))
    ]

    assert wrong == []


def test_numbers_are_those_of_plain_sql(paper):
    def one(sql: str, *values: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]

    identities = tally(main("/propositions/1/"))
    based = "Organizations, networks and coalitions whose people share at least one identity"
    assert int(next(text for rule, text in identities.items() if rule.startswith(based))) == one(
        "SELECT count(DISTINCT t.record_id) FROM orgs_trait t"
        " JOIN orgs_term w ON w.id = t.term_id AND w.scheme = 'identity'"
        " JOIN orgs_record r ON r.id = t.record_id AND r.kind IN ('organization', 'partnership')"
        " WHERE t.retired IS NULL AND t.holds"
    )

    surroundings = tally(main("/propositions/2/"))
    for rule, setting in (
        ("Assessments of the law.", "in_law"),
        ("Assessments of practice.", "in_practice"),
    ):
        assert int(surroundings[rule]) == one(
            "SELECT count(*) FROM campaigns_context"
            " WHERE retired IS NULL AND holds AND setting = %s",
            setting,
        )

    projects = tally(main("/propositions/9/"))
    assert int(projects["Those whose consent a project needs: they can stop it."]) == one(
        "SELECT count(*) FROM campaigns_involvement WHERE retired IS NULL AND veto"
    )

    rights = tally(main("/propositions/3/"))
    assert int(rights["Instruments to which a claim, a campaign or a decision appeals."]) == one(
        "SELECT count(DISTINCT object_id) FROM orgs_relation r"
        " JOIN orgs_term w ON w.id = r.predicate_id AND w.code = 'invokes'"
        " WHERE r.retired IS NULL AND r.holds"
    )


def picture_rows(path: str, number: int) -> list[list[str]]:
    """The texts of the cells of a picture, row by row."""
    table = main(path).every("table", kind="picture")[number - 1]
    return [
        [row.one("th").text, *(cell.text for cell in row.every("td"))]
        for row in table.one("tbody").every("tr")
    ]


def test_networks_are_compared_when_two_of_three_are_known(write):
    network = write.term("form:network")
    for slug, voices in (("both", ("own", "source")), ("one", ("own",))):
        partnership = write.record("partnership", slug, slug.capitalize())
        for voice in voices:
            write.say("trait", partnership, term=network, voice=voice)

    assert picture_rows("/propositions/6/", 1) == [["Both", "network", "network", "unknown"]]


def test_all_networks_that_can_be_compared_are_counted(write, monkeypatch):
    monkeypatch.setattr(continuum, "MAX_ROWS", 1)
    network = write.term("form:network")
    for number in range(12):
        partnership = write.record("partnership", f"network-{number}")
        for voice in ("own", "source"):
            write.say("trait", partnership, term=network, voice=voice)

    compared = continuum.compute().pictures[0]

    assert (len(compared.rows), compared.more) == (1, 11)


def test_networks_stand_beside_their_members_when_their_people_are_known(write):
    place = write.record("place", "us")
    for slug in ("known", "unknown"):
        partnership = write.record("partnership", slug, slug.capitalize())
        member = write.record("organization", f"member-of-{slug}")
        write.say("membership", member, partnership=partnership)
        write.say("presence", member, role="seat", place=place)
        if slug == "known":
            write.say("presence", partnership, role="constituency_residence", place=place)

    assert picture_rows("/propositions/7/", 1) == [["Known", "1", "1", *["unknown"] * 4]]


def test_series_stand_beside_the_highest_edition_that_a_source_states(paper):
    [row] = [
        row
        for row in picture_rows("/propositions/5/", 2)
        if row[0].startswith("Peoples' Global Action")
    ]

    assert row[1:] == ["6", "5"]


@pytest.mark.parametrize("event", ["founded", "held"])
def test_campaign_has_begun_when_it_was_founded_or_held(write, event):
    campaign = write.record("campaign", "campaign")
    write.say("existence", campaign, event=event, edtf="2006")
    planned = write.record("campaign", "planned")
    write.say("existence", planned, event="planned", edtf="2006")

    needs = tally(main("/propositions/5/"), "coverage")

    assert needs["Campaigns that began or took place, according to a source."] == "1"


def test_shares_stand_with_their_whole(paper):
    picture = main("/propositions/9/").one("div", id="picture-1")

    rows = {row.one("th").text: [cell.text for cell in row.every("td")]
            for row in picture.one("tbody").every("tr")}  # fmt: skip
    assert rows["Productive share of projects"] == ["Three-for-One", "4"]
    assert rows["Productive share of federal funding"] == ["Three-for-One", "6.4"]
    assert rows["Share of bilateral aid"][1] == "1–2"
    lengths = [row.one("svg").every("rect")[1].attributes["width"]
               for row in picture.one("tbody").every("tr")]  # fmt: skip
    assert sorted(lengths, key=int) == ["2", "2", "4", "6"]


def test_what_is_not_on_record_is_never_a_no(paper):
    picture = main("/propositions/8/").one("div", id="picture-1")

    algeria = next(row for row in picture.one("tbody").every("tr") if "Algeria" in row.text)
    assert [cell.text for cell in algeria.every("td")] == [
        "unknown", "unknown", "1", "unknown", "unknown", "unknown",
    ]  # fmt: skip
    assert "never a no" in main("/propositions/8/").text


def test_map_draws_what_the_table_says(paper):
    content = main("/propositions/2/")

    titles = {
        link.attributes["href"]: link.one("title").text for link in content.one("figure").every("a")
    }
    rows = content.one("div", id="picture-1").one("tbody").every("tr")
    table = {
        row.one("th").one("a").attributes["href"]: sum(
            int(cell.text) for cell in row.every("td") if cell.text.isdigit()
        )
        for row in rows
    }
    assert len(titles) > 20
    assert {
        href: int(re.findall(r": (\d+) assessment", title)[0]) for href, title in titles.items()
    }.items() <= table.items()


# Cases on every side ------------------------------------------------------------------------------


def test_every_side_stands_as_an_equal(paper):
    for number in PROPOSITIONS:
        sides = main(f"/propositions/{number}/").one("div", kind="side-by-side").every("section")

        names = [side.one("h3").text.split()[0] for side in sides]
        assert names == ["For", "Against", "Qualifying"]
        for side, expected in zip(sides, SIDES, strict=True):
            items = side.every("li")
            assert items or side.one("p").text == str(expected.empty_text)
            assert side.one("span", kind="count").text == str(len(items))
            assert all(one.every("sup", kind="mark") and "inferred" in one.text for one in items)


def test_counter_evidence_is_shown(paper):
    page = main("/propositions/8/")

    _for, against, _qualifying = page.one("div", kind="side-by-side").every("section")
    assert [one.every("a")[0].text for one in against.every("li")] == [
        "Bangladesh: little credibility with migrants",
        "Pakistan: no champion at home",
    ]


def test_list_counts_the_cases_on_each_side(paper):
    rows = main("/propositions/").one("table").one("tbody").every("tr")

    assert len(rows) == 10
    counts = {row.one("th").one("a").text.split(".")[0]: [cell.text for cell in row.every("td")]
              for row in rows}  # fmt: skip
    assert counts["8"] == ["4", "2", "4"]
    assert counts["4"] == ["4", "unknown", "unknown"]


def bearing(write, scheme: str) -> int:
    """The term that stands for Proposition 1 on one side."""
    changeset = Changeset()
    term = changeset.change_reference(
        "term", scheme=scheme, code="proposition_1", labels={"en": "Proposition 1"}
    )
    changeset.propose().accept()
    return term


def test_a_case_that_is_recorded_stands_on_its_side(write):
    term = bearing(write, "contradicts_proposition")
    case = write.record("case", "alone", "One identity alone")

    write.say("trait", case, term=term, detail="nothing overlaps here", voice="editor",
              confidence="inferred", locator="page 5")  # fmt: skip

    sides = main("/propositions/1/").one("div", kind="side-by-side")
    _for, against, _qualifying = sides.every("section")
    assert against.one("li").text == "One identity alone: nothing overlaps here inferred1"
    assert "Survey 2010, page 5" in main("/propositions/1/").one("li", id=note_of(against)).text


def note_of(side: Element) -> str:
    """The id of the note of the only sentence of a side."""
    return side.one("sup").one("a").attributes["href"].removeprefix("#")


def test_a_case_that_is_denied_or_hidden_stands_nowhere(write):
    term = bearing(write, "supports_proposition")
    denied = write.record("case", "denied", "A denied case")
    hidden = write.record("case", "hidden", "A hidden case")
    write.say("trait", denied, term=term, holds=False)
    write.say("trait", hidden, term=term)
    changeset = Changeset(reason="A test.")
    changeset.change_record(Record.objects.get(pk=hidden.pk), level=Level.HIDDEN)
    changeset.propose().accept()

    page = main("/propositions/1/")

    assert page.one("div", kind="side-by-side").every("section")[0].one("p").text == str(
        SIDES[0].empty_text
    )
    assert "hidden case" not in page.text.lower()


def test_the_file_that_the_page_shows_can_be_imported(paper, tmp_path):
    example, command = (code.exact for code in main("/propositions/3/").every("pre"))
    file = Path(tmp_path) / "cases.csv"
    file.write_text(example.replace("a-case", "filipino-seafarers").replace(
        "a-source", "solomon-2009"))  # fmt: skip

    assert command == "python manage.py import_records cases.csv --kind trait --dry-run"
    call_command("import_records", str(file), kind="trait", accept=True, verbosity=0)

    against = main("/propositions/3/").one("div", kind="side-by-side").every("section")[1]
    assert against.one("li").every("a")[0].attributes["href"] == "/cases/filipino-seafarers/"


# Every page ---------------------------------------------------------------------------------------


def test_pages_of_an_empty_catalogue_say_so(db):
    for path in PAGES:
        content = main(path)

        assert content.one("h1").text
        assert links_with_numbers(content) == []
        assert "known" in content.text


DESCRIBED = (
    "identity:women",
    "service_level:level_1",
    "sector:migrants",
    "agenda:migrant_rights",
    "supports_proposition:proposition_1",
)


def test_pages_take_as_many_queries_for_a_long_record(paper):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            main(path)
        return len(seen)

    def add_members(numbers: range) -> None:
        changeset = Changeset(reason="A test.")
        for number in numbers:
            record = changeset.record("organization", f"another-{number}")
            for name in DESCRIBED:
                changeset.add("trait", record, term=terms[name], source=source)
            changeset.add("membership", record, partnership=network, source=source)
        changeset.propose().accept()

    source = Source.objects.get(key="fox-gois-2010")
    network = Record.objects.get(slug="picum")
    terms = {str(term): term for term in Term.objects.all()}
    add_members(range(1))
    before = {path: queries(path) for path in PAGES}
    add_members(range(1, 30))

    after = {path: queries(path) for path in PAGES}
    assert after == before
    assert {path: many for path, many in after.items() if many > MOST_QUERIES} == {}


@pytest.mark.parametrize("language", ["", "/es", "/ar"])
def test_front_page_leads_to_the_propositions(db, language):
    page = page_of(Client().get(f"{language}/"))

    assert f"{language}/propositions/" in {
        link.attributes["href"] for link in page.root.every("a") if "href" in link.attributes
    }


@pytest.mark.parametrize(
    "path",
    [
        "/propositions/0/",
        "/propositions/11/",
        "/propositions/01/",
        "/propositions/٣/",
        "/propositions/²/",
        "/propositions/-1/",
        "/propositions/%00/",
        f"/propositions/{'9' * 5000}/",
        "/recommendations/",
        "/recommendations/0/",
        "/recommendations/11/",
        "/recommendations/٣/",
    ],
)
def test_what_is_no_proposition_is_not_found(db, path):
    response = Client().get(path)

    assert response.status_code == (400 if "%00" in path else 404)
    assert page_of(response).main.one("h1").text


def test_pages_lead_from_one_to_the_next(paper):
    def steps(path: str) -> list[str]:
        return [link.attributes["href"] for link in main(path).one("nav").every("a")]

    assert steps("/propositions/1/") == ["/propositions/2/"]
    assert steps("/propositions/10/") == ["/propositions/9/"]
    assert steps("/recommendations/5/") == ["/recommendations/4/", "/recommendations/6/"]


# Counting -----------------------------------------------------------------------------------------


def test_a_list_offers_the_filters_it_has():
    assert list_url("demand") == "/demands/"
    assert list_url("demand", relation="invokes:udhr") == "/demands/?relation=invokes:udhr"
    assert list_url("case", trait=["b:c", "a:b"]) == "/cases/?trait=a:b,b:c"
    assert list_url("place", dimension=[]) == ""
    assert list_url("place", dimension=[str(n) for n in range(MAX_LIST_VALUES + 1)]) == ""


def test_a_bar_is_as_long_as_its_part_of_the_longest():
    picture = bars("", "", "", [(Name("a"), 8, "/a/"), (Name("b"), 2, "/b/"), (Name("c"), 0, "")])

    assert [row.share for row in picture.rows] == [100, 25, 0]


def test_a_dot_is_as_large_as_its_part_of_the_most():
    picture = matrix("", "", (), [(Name("a"), [Cell(8), Cell(1), Cell(0), Cell(4)])])

    assert [cell.size for cell in picture.rows[0].cells] == [4, 1, 0, 2]


def test_a_long_picture_shows_how_much_it_leaves_out():
    picture = matrix("", "", (), [(Name(str(n)), [Cell(1)]) for n in range(MAX_ROWS + 3)])

    assert (len(picture.rows), picture.more) == (MAX_ROWS, 3)
