"""Files hold dates as people write them."""

import pytest
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import
from orgs.statements.existence import Existence
from tests.support.uploads import browser_of, main_of, shown, uploaded

from .malformed import lines

HEADINGS = '"name (official, en)","date (founded)"'


@pytest.fixture
def uploader(write) -> Client:
    return browser_of("ana@example.org")


def founded_by_upload(browser: Client, *rows: str) -> list[str]:
    """The dates of foundation that an uploaded table states, in its order."""
    answer = uploaded(browser, lines(HEADINGS, *rows))
    seen = main_of(browser.get(answer.url)).one("input", name="seen").attributes["value"]
    browser.post(answer.url, {"propose": "1", "seen": seen})
    Changeset.objects.proposed().get().accept()
    return list(Existence.objects.order_by("record_id").values_list("edtf", flat=True))


def test_dates_of_an_upload_are_understood(uploader):
    dates = founded_by_upload(
        uploader, "Sol,about 2001", "Luna,199x", "Mar,3 de mayo de 2001", "Río,25/03/2005"
    )

    assert dates == ["2001~", "199X", "2001-05-03", "2005-03-25"]


def test_one_date_of_a_column_tells_the_order_of_the_others(uploader):
    assert founded_by_upload(uploader, "Sol,12/03/2005", "Luna,25/03/2005") == [
        "2005-03-12",
        "2005-03-25",
    ]


def test_date_that_can_be_two_days_is_refused_with_both(uploader):
    main = main_of(shown(uploader, lines(HEADINGS, "Sol,12/03/2005")))

    assert "This can be two days. Write 2005-03-12 or 2005-12-03." in main.text


def test_unchanged_date_in_other_words_changes_nothing(uploader, write):
    sol = write.record("organization", "sol", "Sol")
    write.say("existence", sol, event="founded", edtf="2001~")
    sheet = uploader.get("/organizations/sheet.csv").content
    assert b",2001~," in sheet

    main = main_of(shown(uploader, sheet.replace(b",2001~,", b",about 2001,")))

    assert "1 row changes nothing" in main.text


def imported(tmp_path, content: str, **options) -> Import:
    (tmp_path / "t.csv").write_text(content)
    table = read_file(tmp_path / "t.csv")
    mapping = FileMapping.from_header("existence", table.header)
    mapping.day_first = options.get("day_first")
    run = Import("dates")
    run.read(table, "existence", mapping)
    return run.finish()


def existences(*dates: str) -> str:
    rows = [f"sol,founded,{date},survey-2010" for date in dates]
    return "\n".join(["record,event,when,source", *rows, ""])


def test_dates_of_a_command_are_understood(write, tmp_path):
    write.record("organization", "sol", "Sol")

    run = imported(tmp_path, existences("May 2001", "25/03/2005", "12/03/2005"))

    assert not run.plan.refused()
    dates = [item.values["edtf"] for item in run.plan.new_statements]
    assert dates == ["2001-05", "2005-03-25", "2005-03-12"]


def test_map_says_how_days_are_written(write, tmp_path):
    write.record("organization", "sol", "Sol")
    content = existences("12/03/2005")

    assert [item.reason for item in imported(tmp_path, content).plan.refused()] == [
        "This can be two days. Write 2005-03-12 or 2005-12-03."
    ]
    for day_first, date in ((True, "2005-03-12"), (False, "2005-12-03")):
        plan = imported(tmp_path, content, day_first=day_first).plan
        assert [item.values["edtf"] for item in plan.new_statements] == [date]
