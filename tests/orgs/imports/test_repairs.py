"""Corrections in the preview of an upload: only by its owner, only of what the preview showed."""

import csv
import io

import pytest
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.imports import repair_form
from orgs.imports.upload import Upload
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from tests.orgs.imports.malformed import lines
from tests.support.jobs import work
from tests.support.pages import Element
from tests.support.uploads import browser_of, main_of, uploaded
from tests.support.writing import Writer

HEAD = '"name (official, en)",link (website),place (acts_in),member of,date (founded)'
KEPT = {
    "name (official, en)": "name (official, en)",
    "link (website)": "link (website)",
    "place (acts_in)": "place (acts_in)",
    "member of": "member of",
    "date (founded)": "date (founded)",
}


@pytest.fixture
def uploader(write: Writer) -> Client:
    write.record("place", "la", "Laos")
    write.record("place", "th", "Thailand")
    write.record("partnership", "red-luz", "Red Luz")
    return browser_of("ana@example.org")


def upload(browser: Client, *rows: str, head: str = HEAD) -> str:
    """Upload a table whose columns are known; the address of its preview."""
    answer = uploaded(browser, lines(head, *rows))
    Upload.objects.filter(columns=None).update(columns=KEPT)
    return answer.url


def preview(browser: Client, address: str) -> Element:
    return main_of(browser.get(address))


def correct(browser: Client, address: str, **sent: str):
    """Send the form of corrections as the page has it, with these fields."""
    seen = preview(browser, address).one("input", name="repair").attributes["value"]
    return browser.post(address, {"repair": seen, **sent})


def problems(browser: Client, address: str) -> list[str]:
    return [item.text for item in preview(browser, address).every("p", kind="problem")]


def propose_and_accept(browser: Client, address: str) -> None:
    seen = preview(browser, address).one("input", name="seen").attributes["value"]
    browser.post(address, {"propose": "1", "seen": seen})
    for changeset in Changeset.objects.proposed().order_by("id"):
        changeset.accept()


def test_cell_is_corrected_and_its_row_proposed_whole(uploader):
    address = upload(uploader, "Sol,see below,Laos,Red Luz,1994")
    before = problems(uploader, address)

    answer = correct(uploader, address, **{"text-2-0": "sol.example"})
    after = problems(uploader, address)
    propose_and_accept(uploader, address)

    assert len(before) == 1
    assert before[0].startswith("see below ")
    assert answer.url == address
    assert after == []
    assert "https://sol.example" in Entry.objects.get(label="Sol").document


def test_row_with_a_problem_is_proposed_without_that_cell(uploader):
    address = upload(uploader, "Sol,see below,Laos,Red Luz,1994")

    propose_and_accept(uploader, address)

    sol = Entry.objects.of_kinds("organization").get(label="Sol")
    assert "see below" not in sol.document
    assert Membership.objects.filter(record__slug="sol").exists()


def test_word_that_is_chosen_stands_in_every_row(uploader):
    rows = ("Sol,,Thaland; Laos,,", "Mar,,Thaland,,", "Luz,,Laos,,")
    address = upload(uploader, *rows)
    (first, second) = preview(uploader, address).every("button", name="choose")

    correct(uploader, address, choose=first.attributes["value"])
    propose_and_accept(uploader, address)

    assert first.text == second.text == "Thailand"
    places = Presence.objects.values_list("record__slug", "place__slug")
    assert sorted(places) == [("luz", "la"), ("mar", "th"), ("sol", "la"), ("sol", "th")]


def test_network_that_is_like_another_is_chosen_or_proposed(uploader):
    address = upload(uploader, "Sol,,,Redd Luz,", "Mar,,,Redd Luz,")
    (new, _) = preview(uploader, address).every("button", name="new")

    correct(uploader, address, new=new.attributes["value"])
    shown = preview(uploader, address)
    propose_and_accept(uploader, address)

    assert "Networks: Redd Luz" in shown.text
    network = Record.objects.get(slug="redd-luz")
    assert network.kind == "partnership"
    assert Membership.objects.filter(partnership=network).count() == 2


def test_network_of_another_name_is_proposed_with_the_file_once(uploader):
    address = upload(uploader, "Sol,,,The Hanse,", "Mar,,,the hanse; Red Luz,")
    shown = preview(uploader, address)
    propose_and_accept(uploader, address)

    assert "Networks: The Hanse" in shown.text
    assert Name.objects.filter(text__iexact="The Hanse").count() == 1
    members = Membership.objects.filter(partnership__slug="the-hanse")
    assert {item.record.slug for item in members} == {"sol", "mar"}


def test_order_of_day_and_month_is_asked_once(uploader):
    address = upload(uploader, "Sol,,,,03/04/2005", "Mar,,,,05/06/2007")
    asked = preview(uploader, address).every("button", name="day_first")

    correct(uploader, address, day_first="no")
    propose_and_accept(uploader, address)

    assert [button.attributes["value"] for button in asked] == ["yes", "no"]
    documents = "".join(Entry.objects.values_list("document", flat=True))
    assert "2005-03-04" in documents
    assert "2007-05-06" in documents


def test_order_that_one_date_of_the_column_tells_is_not_asked(uploader):
    address = upload(uploader, "Sol,,,,03/04/2005", "Mar,,,,25/06/2007")

    assert preview(uploader, address).every("button", name="day_first") == []
    assert problems(uploader, address) == []


def test_row_of_a_namesake_is_given_to_whom_its_owner_chooses(uploader, write):
    for number in (1, 2):
        write.record("organization", f"sol-{number}", "Sol")
    address = upload(uploader, "Sol,sol.example,,,", "Mar,,,,")
    buttons = preview(uploader, address).every("button", name="choose")

    correct(uploader, address, choose=buttons[1].attributes["value"])
    propose_and_accept(uploader, address)

    assert len(buttons) == 3
    chosen = buttons[1].text.split(" · ")[1]
    (entry,) = [
        entry
        for entry in Entry.objects.filter(label="Sol")
        if "https://sol.example" in entry.document
    ]
    assert entry.slug == chosen


def test_namesake_may_be_another_organization(uploader, write):
    write.say("link", write.record("organization", "sol", "Sol"), url="https://sol.example")
    address = upload(uploader, "Sol,another.example,,,")
    button = preview(uploader, address).every("button", name="choose")[-1]

    correct(uploader, address, choose=button.attributes["value"])
    propose_and_accept(uploader, address)

    assert Entry.objects.of_kinds("organization").filter(label="Sol").count() == 2


def test_cell_of_a_downloaded_sheet_that_has_a_problem_keeps_its_statement(uploader, write):
    sol = write.record("organization", "sol", "Sol")
    write.say("presence", sol, place=Record.objects.get(slug="la"), role="acts_in")
    sheet = uploader.get("/organizations/sheet.csv?q=sol").content.decode("utf-8-sig")

    address = uploaded(uploader, sheet.replace(",la,", ",Hereabouts,").encode()).url
    shown = preview(uploader, address)

    assert ",la," in sheet
    assert len(shown.every("p", kind="problem")) == 1
    assert shown.every("del") == []
    assert "There is nothing to propose yet." in shown.text


def test_corrections_can_be_undone(uploader):
    address = upload(uploader, "Sol,see below,,,", "Mar,,,,")
    before = problems(uploader, address)
    correct(uploader, address, **{"text-2-0": "sol.example"})
    shown = preview(uploader, address)

    uploader.post(address, {"reset": "1"})

    assert "You have made 1 correction here." in shown.text
    assert problems(uploader, address) == before


def test_correction_that_is_wrong_is_a_problem_again(uploader):
    address = upload(uploader, "Sol,see below,,,")

    correct(uploader, address, **{"text-2-0": "see above"})

    (problem,) = problems(uploader, address)
    assert problem.startswith("see above ")


# Enemies ------------------------------------------------------------------------------------------


def test_corrections_of_another_preview_are_not_taken(uploader):
    address = upload(uploader, "Sol,see below,,,")

    answer = uploader.post(address, {"repair": "0" * 64, "text-2-0": "sol.example"})

    assert answer.status_code == 409
    assert Upload.objects.get().repairs == {}


def test_upload_is_corrected_by_its_owner_only(uploader):
    address = upload(uploader, "Sol,see below,,,")
    seen = preview(uploader, address).one("input", name="repair").attributes["value"]
    another = browser_of("bea@example.org")

    answers = [
        another.post(address, {"repair": seen, "text-2-0": "sol.example"}),
        another.post(address, {"reset": "1"}),
        another.get(f"{address}problems.csv"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Client().get(f"{address}problems.csv").status_code == 302
    assert Upload.objects.get().repairs == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"text-3-0": "sol.example"},
        {"text-2-1": "sol.example"},
        {"text-2-x": "sol.example"},
        {"choose": "2-0-0"},
        {"choose": "2-0-99999999999999999999"},
        {"choose": "2-99-0"},
        {"new": "2-0"},
        {"new": "9-9"},
        {"day_first": "perhaps"},
    ],
)
def test_what_the_page_did_not_offer_changes_nothing(uploader, sent):
    address = upload(uploader, "Sol,see below,,,", "Mar,,,,")
    before = preview(uploader, address).one("input", name="repair").attributes["value"]

    answer = correct(uploader, address, **sent)
    after = preview(uploader, address).one("input", name="repair").attributes["value"]

    assert answer.status_code == 302
    assert before == after


@pytest.mark.parametrize("text", ["a\0b", "x" * 40_000, "\ufffd"])
def test_text_that_no_cell_may_hold_is_refused_and_the_others_kept(uploader, text):
    address = upload(uploader, "Sol,see below,,,", "Mar,see below,,,")

    correct(uploader, address, **{"text-2-0": text, "text-3-0": "mar.example"})
    page = preview(uploader, address)

    assert page.one("p", kind="notice").text.startswith("link (website): ")
    assert len(page.every("p", kind="problem")) == 1
    assert [cell[3] for cell in Upload.objects.get().repairs["cells"]] == ["mar.example"]


def test_corrections_have_a_limit(uploader, monkeypatch):
    monkeypatch.setattr(repair_form, "MAX_REPAIRS", 1)
    address = upload(uploader, "Sol,see below,,,", "Mar,see below,,,")

    answer = correct(uploader, address, **{"text-2-0": "a.example", "text-3-0": "b.example"})

    assert answer.status_code == 302
    assert "There are too many corrections." in uploader.get(address).content.decode()
    assert Upload.objects.get().repairs == {}


def test_download_has_every_problem_and_no_formula(uploader):
    address = upload(uploader, '"Sol","=1+1",,Redd Luz,', "Mar,,,,soon")

    answer = uploader.get(f"{address}problems.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Disposition"] == 'attachment; filename="problems.csv"'
    assert rows[0] == ["Row", "Name", "Column", "Value", "What to do", "What it may be"]
    assert [row[:4] for row in rows[1:]] == [
        ["2", "Sol", "link (website)", "'=1+1"],
        ["2", "Sol", "member of", "Redd Luz"],
        ["3", "Mar", "date (founded)", "soon"],
    ]
    assert rows[2][5] == "Red Luz"


def test_names_and_words_of_a_file_are_no_markup(uploader):
    address = upload(uploader, "<b>Sol</b>,<script>alert(1)</script>,<i>x</i>,<u>Redd Luz</u>,")

    page = uploader.get(address).content.decode()

    for tag in ("<b>Sol", "<script>alert", "<i>x", "<u>Redd"):
        assert tag not in page


def test_problems_of_a_long_file_are_corrected_by_a_worker(own_database, monkeypatch):
    monkeypatch.setattr("orgs.imports.upload.MAX_INLINE_ROWS", 1)
    Writer()
    browser = browser_of("ana@example.org")
    address = upload(browser, "Sol,see below,,,", "Mar,,,,", head=HEAD)
    Upload.objects.get().enqueue("compare", "en")
    work()
    before = problems(browser, address)

    correct(browser, address, **{"text-2-0": "sol.example"})
    meanwhile = preview(browser, address)
    work()

    assert len(before) == 1
    assert meanwhile.one("h1").text == "It is being compared"
    assert problems(browser, address) == []
    assert browser.get(f"{address}problems.csv").status_code == 200
