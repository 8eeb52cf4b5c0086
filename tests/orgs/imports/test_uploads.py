"""Uploads: what can be read is previewed, what cannot is refused cell by cell; nothing is stored.

A hundred malformed files are in `malformed.py`.
"""

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.imports import files
from orgs.imports.file_source import FileSource
from orgs.imports.files import parse_file
from orgs.imports.parsed_file import UnreadableFile
from orgs.imports.preview import plan_import
from orgs.imports.sheet_format import KIND, STATEMENT_IDS, parse_heading
from orgs.imports.upload import ColumnMap, Upload
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Source, Tier
from tests.orgs.imports.malformed import CSV, XLSX, book, lines
from tests.support.pages import page_of
from tests.support.uploads import UPLOADS, browser_of, grown, main_of, settle, shown, uploaded

pytestmark = pytest.mark.django_db

MALFORMED = [
    *((f"{name}.csv", content) for name, content in CSV.items()),
    *((f"{name}.xlsx", content) for name, content in XLSX.items()),
]


@pytest.fixture
def luz(write) -> Record:
    return write.record("organization", "luz", "Luz y Fuerza")


@pytest.fixture
def uploader(write) -> Client:
    """The browser of an account without rights."""
    return browser_of("ana@example.org")


# Malformed files ----------------------------------------------------------------------------------


def for_luz(content: bytes, luz: Record) -> bytes:
    return content.replace(b"{luz}", str(luz.key).encode()) if len(content) < 10_000 else content


@pytest.mark.parametrize(("name", "content"), MALFORMED, ids=[name for name, _ in MALFORMED])
def test_malformed_file_is_reported_with_place_and_reason_and_nothing_is_stored(
    uploader, luz, name, content
):
    before = (Changeset.objects.count(), Record.objects.count())

    answer = shown(uploader, for_luz(content, luz), name)

    assert (Changeset.objects.count(), Record.objects.count()) == before
    assert answer.status_code in (200, 400)
    main = main_of(answer)
    reported = [item.text for item in main.every("li")]
    reported = [item for item in reported if item.startswith(("Row ", "The whole file"))]
    assert reported or main.every("p", kind="problem"), main.text
    if answer.status_code == 400:
        assert not Upload.objects.exists()


def problems_of(content: bytes, luz: Record, name: str) -> list[tuple[int, str, str, str]]:
    """Row, column, value and reason of each problem of a file."""
    source = Source.objects.get(key="survey-2010")
    try:
        parsed = parse_file(name, for_luz(content, luz))
    except UnreadableFile as error:
        return list(error.problems)
    columns = {
        item: item if parse_heading(item) or item in ("id", KIND, STATEMENT_IDS) else ""
        for item in parsed.header
    }
    plan = plan_import(parsed, columns, FileSource(source.pk), "A test")
    in_rows = [
        (problem.row, problem.column, problem.text, problem.reason)
        for row in plan.rows
        for problem in row.problems
    ]
    return [*plan.blocking, *in_rows]


def test_a_hundred_malformed_files_are_refused_with_row_column_value_and_reason(write, luz):
    silent, vague = [], []
    for name, content in MALFORMED:
        problems = problems_of(content, luz, name)
        if not problems or not all(reason for _, _, _, reason in problems):
            silent.append(name)
        # A row of a table names its column, but where its cells cannot be told apart.
        vague += [name for row, column, value, _ in problems if row > 1 and not (column or value)]

    assert len(MALFORMED) >= 100
    assert silent == []
    assert vague == []


def test_malformed_files_take_little_memory(write, luz):
    problems_of(book(("Luz", None, "1994")), luz, "warm.xlsx")
    problems_of(lines("name", "Luz"), luz, "warm.csv")
    try:
        settle()
    except OSError:
        pytest.skip("Only Linux tells how much memory a process had at most.")
    most = {}
    for name, content in MALFORMED:
        before = settle()
        problems_of(content, luz, name)
        most[name] = (grown() - before) / 2**20

    assert {name: growth for name, growth in most.items() if growth > 50} == {}


# The way up ---------------------------------------------------------------------------------------


def proposed(browser: Client, address: str):
    """Propose what the preview at this address shows."""
    seen = main_of(browser.get(address)).one("input", name="seen").attributes["value"]
    return browser.post(address, {"propose": "1", "seen": seen})


def test_whoever_is_not_signed_in_is_led_there(client, db):
    for address in (UPLOADS, f"{UPLOADS}{uuid4()}/"):
        assert client.get(address).url == f"/account/sign-in/?next={address}"


def test_sheet_goes_down_is_edited_comes_up_and_waits_for_editors(uploader, luz, write):
    write.say("text", luz, body="They work.", text_kind="summary")
    sheet = uploader.get("/organizations/sheet.csv").content

    address = uploaded(uploader, sheet.replace(b"They work.", b"They sing."), "sheet.csv").url
    preview = main_of(uploader.get(address))
    answer = proposed(uploader, address)

    row = preview.one("tbody", id="row-2")
    assert row.text == ("Row 2 · changed · Luz y Fuerza text (summary, en) They work. They sing.")
    assert answer.url == UPLOADS
    (changeset,) = Changeset.objects.proposed()
    assert (changeset.author.email, changeset.reason) == ("ana@example.org", "Why not.")
    assert changeset.label.startswith("Spreadsheet sheet.csv, ")
    assert not Upload.objects.exists()
    assert "They work." in Entry.objects.get(pk=luz.pk).document
    changeset.accept()
    assert "They sing." in Entry.objects.get(pk=luz.pk).document


def test_sheet_that_was_not_edited_has_nothing_to_propose(uploader, luz):
    sheet = uploader.get("/organizations/sheet.xlsx").content

    main = main_of(shown(uploader, sheet, "sheet.xlsx"))

    assert main.one("ul", kind="inline-list").text == "1 row changes nothing"
    assert main.every("button", name="propose") == []


def test_columns_of_another_are_asked_about_and_remembered(uploader, write):
    table = lines("Agency,Mail,Web site", "Sol,ana@example.org,sol.example")

    address = uploaded(uploader, table).url
    asking = main_of(uploader.get(address))
    sent = {"column-0": "name", "column-1": "email", "column-2": "website", "language": "es"}
    uploader.post(address, {**sent, "mean": "1"})
    preview = main_of(uploader.get(address))
    again = uploaded(uploader, table).url
    chosen = [
        item.one("option", selected="").attributes["value"]
        for item in main_of(uploader.get(again)).every("select")
    ]

    assert [item.text for item in asking.every("label")][:3] == ["Agency", "Mail", "Web site"]
    assert "Sol" in preview.one("table", kind="preview").text
    assert chosen == ["name", "email", "website"]
    assert ColumnMap.objects.count() == 1


def test_nobody_sees_the_upload_of_another(uploader, luz):
    address = uploaded(uploader, lines('"name (official, en)"', "Sol")).url

    another = browser_of("bea@example.org")

    assert another.get(address).status_code == 404
    assert another.post(address, {"put_away": "1"}).status_code == 404
    assert uploader.get(address).status_code == 200


def test_upload_is_put_away_or_forgotten(uploader, luz):
    first = uploaded(uploader, lines('"name (official, en)"', "Sol")).url
    uploaded(uploader, lines('"name (official, en)"', "Mar"))

    uploader.post(first, {"put_away": "1"})
    left = Upload.objects.count()
    Upload.objects.update(at="2020-01-01T00:00Z")
    call_command("forget")

    assert (left, Upload.objects.count()) == (1, 0)


def test_catalogue_that_moved_on_is_looked_at_again(uploader, luz, write):
    address = uploaded(
        uploader, lines('"name (official, en)",link (website)', "Luz y Fuerza,luz.example")
    ).url
    columns = {
        "column-0": "= name (official, en)",
        "column-1": "= link (website)",
        "language": "en",
    }
    uploader.post(address, {**columns, "mean": "1"})
    seen = main_of(uploader.get(address)).one("input", name="seen").attributes["value"]
    write.say("link", luz, url="https://luz.example")

    answer = uploader.post(address, {"propose": "1", "seen": seen})

    assert answer.status_code == 409
    assert not Changeset.objects.proposed().exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"address": "/sources/nothing/"}, "There is no such source."),
        ({"address": "/sources/secret-source/"}, "There is no such source."),
        ({"address": "/elsewhere/"}, "Enter a valid URL."),
        ({"address": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"address": "https://a.example/x"}, "Write what the page or document is called."),
        ({"title": "Ana, ana@a.example"}, "An e-mail address would become public here."),
        ({"observed": "soon"}, "Write a year, month or day"),
        ({"observed": "2990"}, "This day has not come yet."),
        ({"reason": ""}, "Say in a sentence why."),
        ({"file": ""}, "This field is required."),
    ],
)
def test_upload_without_what_it_needs_is_refused(uploader, write, given, expected):
    write.another_source("secret-source", tier=Tier.REPRESENTATIVES)

    answer = uploaded(uploader, lines('"name (official, en)"', "Sol"), **given)

    assert answer.status_code == 400
    assert expected in main_of(answer).text
    assert not Upload.objects.exists()


def test_file_that_is_too_large_is_refused_before_it_is_read(uploader, write):
    answer = uploaded(uploader, b"a" * (files.UPLOADS.file_bytes + 1))

    assert answer.status_code == 400
    assert "larger than 10 MB" in main_of(answer).text


# The way down -------------------------------------------------------------------------------------


def test_list_leads_to_its_sheets_and_they_answer_its_question(client, luz, write):
    write.record("organization", "sol", "Sol")

    page = page_of(client.get("/organizations/?q=sol")).main
    (link,) = [item for item in page.every("a") if item.text == "sheet (CSV)"]
    answer = client.get(link.attributes["href"])

    assert link.attributes["href"] == "/organizations/sheet.csv?q=sol"
    assert answer["Content-Disposition"] == 'attachment; filename="organizations.csv"'
    parsed = parse_file("sheet.csv", answer.content)
    assert [cells["name (official, en)"] for _, cells in parsed.rows] == ["Sol"]


def test_sheet_of_a_question_that_nobody_understands_is_refused(client, write):
    answer = client.get("/organizations/sheet.csv?arena=politics")

    assert answer.status_code == 400
    assert page_of(answer).main.one("h2", id="problems")


def test_sheet_that_would_be_too_long_says_so(client, luz, monkeypatch):
    monkeypatch.setattr("orgs.imports.sheet_download.MAX_SHEET_ROWS", 0)

    answer = client.get("/organizations/sheet.xlsx?q=luz")

    assert answer.status_code == 400
    link = page_of(answer).main.one("a")
    assert link.attributes["href"] == "/organizations/?q=luz"


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "Sol", "website": "https://sol.example/"}\n{"name": "Mar"}\n',
        b'[{"name": "Sol", "website": "https://sol.example/"}, {"name": "Mar"}]',
    ],
)
def test_json_is_uploaded_like_any_other_table(uploader, write, content):
    address = uploaded(uploader, content).url

    parsed = parse_file("table", content)

    assert parsed.rows == [
        (1, {"name": "Sol", "website": "https://sol.example/"}),
        (2, {"name": "Mar", "website": ""}),
    ]
    assert "What the columns mean" in main_of(uploader.get(address)).text
