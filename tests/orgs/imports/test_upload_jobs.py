"""Jobs of long uploads: visible while they run, safe to kill at any moment, done once.

Every test has a database of its own, since a worker is another connection, often another process.
"""

import os
import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.imports.upload import Upload, UploadRow
from orgs.imports.views import MAX_PENDING_PROPOSALS
from orgs.jobs.job import MAX_TRIES, Job
from orgs.projection.entry import Entry
from tests.orgs.imports.malformed import lines
from tests.support.jobs import slow, stands_at_the_gate, wait_until, work, worker
from tests.support.pages import page_of
from tests.support.uploads import browser_of, main_of, uploaded
from tests.support.writing import Writer

HEADINGS = '"name (official, en)",link (website),"text (summary, en)"'
NAMES = ("Sol", "Mar", "Luz", "Paz")
TABLE = lines(HEADINGS, *(f"{name},{name.lower()}.example,They sing." for name in NAMES))


@pytest.fixture
def writer(own_database) -> Writer:
    return Writer()


@pytest.fixture
def uploader(writer, monkeypatch) -> Client:
    """The browser of an account, with a limit at which four rows are many."""
    monkeypatch.setattr("orgs.imports.upload.MAX_INLINE_ROWS", 3)
    return browser_of("ana@example.org")


def seen_on(browser: Client, address: str) -> str:
    return main_of(browser.get(address)).one("input", name="seen").attributes["value"]


def submit_upload(browser: Client) -> str:
    """Upload and compare the table, then submit it; the address of the upload."""
    address = uploaded(browser, TABLE).url
    work()
    browser.post(address, {"propose": "1", "seen": seen_on(browser, address)})
    return address


def proposed() -> list[tuple[str, int]]:
    """The label of each pending proposal and how many records it creates."""
    changesets = Changeset.objects.proposed().order_by("id")
    return [(changeset.label, len(changeset.operations.records)) for changeset in changesets]


# The way of a long file ---------------------------------------------------------------------------


def test_long_file_is_compared_then_proposed_while_its_owner_is_away(uploader):
    address = uploaded(uploader, TABLE, "members.csv").url
    before = main_of(uploader.get(address)).text
    work()
    preview = main_of(uploader.get(address))
    sent = uploader.post(address, {"propose": "1", "seen": seen_on(uploader, address)})
    meanwhile = main_of(uploader.get(address))
    nothing_yet = proposed()
    work()
    after = main_of(uploader.get(address))

    assert "Waiting to be processed." in before
    assert preview.one("ul", kind="inline-list").text == "4 rows are new"
    rows = preview.one("table", kind="preview").every("tbody")
    assert [row.text.split(" · ")[2][:3] for row in rows] == [*NAMES]
    assert (sent.url, meanwhile.one("h1").text) == (address, "It is being proposed")
    assert nothing_yet == []
    ((label, records),) = proposed()
    assert (label[:24], records) == ("Spreadsheet members.csv,", 4)
    assert f"Proposed as “{label}”." in after.text
    # The file itself and what was told of its rows are kept no longer.
    assert bytes(Upload.objects.get().content) == b""
    assert not UploadRow.objects.exists()


def test_columns_of_a_long_file_are_asked_about_before_it_is_compared(uploader):
    table = lines("Agency,Web site", *(f"{name},{name}.example" for name in NAMES))
    address = uploaded(uploader, table).url
    asking = main_of(uploader.get(address))

    sent = {"column-0": "name", "column-1": "website", "language": "es", "mean": "1"}
    uploader.post(address, sent)
    work()

    assert asking.one("button", name="mean")
    assert main_of(uploader.get(address)).one("ul", kind="inline-list").text == "4 rows are new"


def test_few_rows_are_compared_at_once_without_a_worker(uploader):
    address = uploaded(uploader, lines(HEADINGS, "Sol,,", "Mar,,", "Luz,,")).url

    assert main_of(uploader.get(address)).one("ul", kind="inline-list").text == "3 rows are new"


def test_catalogue_that_moved_on_is_looked_at_again(uploader, writer):
    address = submit_upload(uploader)
    writer.record("organization", "sol", "Sol")

    work()
    again = main_of(uploader.get(address))
    uploader.post(address, {"propose": "1", "seen": seen_on(uploader, address)})
    work()

    assert again.one("p", kind="notice").text == (
        "The catalogue has changed since you opened this page. Check it again."
    )
    assert [records for _, records in proposed()] == [3]


def test_preview_that_is_older_than_what_was_found_is_refused(uploader):
    address = uploaded(uploader, TABLE).url
    work()

    answer = uploader.post(address, {"propose": "1", "seen": "0" * 64})
    work()

    assert (answer.status_code, proposed()) == (409, [])


def test_asking_twice_proposes_once(uploader):
    address = submit_upload(uploader)
    mine = Upload.objects.get()
    work()

    uploader.post(address, {"propose": "1", "seen": "0" * 64})
    mine.enqueue(Job.Task.PROPOSE, "en")  # a page that was opened before
    work()

    assert [records for _, records in proposed()] == [4]


def test_proposals_of_one_import_count_as_one_in_the_queue(uploader, writer):
    account = Account.objects.get(email="ana@example.org")
    record = writer.record("organization", "nube", "Nube")
    for number in range(MAX_PENDING_PROPOSALS + 1):
        changeset = Changeset(reason="A test.", author=account, label="One import")
        changeset.add("name", record, text=f"Nube {number}", source=writer.source_id)
        changeset.propose()
    item = uploaded(uploader, TABLE).status_code
    Changeset.objects.proposed().update(label="")

    assert (item, uploaded(uploader, TABLE).status_code) == (302, 400)


# What its owner sees ------------------------------------------------------------------------------


def test_page_asks_for_itself_again_unless_it_is_told_to_be_still(uploader):
    address = uploaded(uploader, TABLE).url

    answer = uploader.get(address)
    still = uploader.get(f"{address}?still")
    work()
    done = uploader.get(address)

    assert int(answer["Refresh"]) >= 3
    assert "Refresh" not in still
    assert "Refresh" not in done
    page = page_of(answer)
    assert b"<script" not in answer.content
    (progress,) = page.main.every("progress")
    assert (progress.attributes["max"], progress.attributes["value"]) == ("4", "0")
    assert page.main.one("p", id=progress.attributes["aria-labelledby"]).text


def test_nobody_else_sees_how_far_it_is(uploader):
    address = uploaded(uploader, TABLE).url

    assert browser_of("bea@example.org").get(address).status_code == 404


def test_worker_gives_reasons_in_the_language_in_which_it_was_asked(uploader):
    sent = {
        "file": SimpleUploadedFile("table.csv", TABLE + b",sol.example,\n"),
        "address": "/sources/survey-2010/",
        "reason": "Why not.",
    }
    address = uploader.post("/es/account/spreadsheets/", sent).url

    work()

    with translation.override("es"):
        reason = gettext("A row without an id needs a name. Give it one.")
    assert reason != "A row without an id needs a name. Give it one."
    assert reason in main_of(uploader.get(address)).text


def test_list_of_uploads_shows_which_are_in_progress(uploader):
    uploaded(uploader, TABLE, "first.csv")
    work()
    uploaded(uploader, TABLE, "second.csv")

    listed = [item.text for item in main_of(uploader.get("/account/spreadsheets/")).every("li")]

    assert "is being worked on" in listed[0]
    assert "is being worked on" not in listed[1]


# Killed, at once, away ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "when"),
    [
        pytest.param("orgs_record", "INSERT", id="while it tries the rows"),
        pytest.param("orgs_changeset", "INSERT", id="while it writes proposals"),
        pytest.param("orgs_upload", "UPDATE OF label", id="before the very end"),
    ],
)
def test_worker_that_is_killed_leaves_nothing_half_done(uploader, table, when):
    address = submit_upload(uploader)

    with slow(table, when), worker() as killed:
        wait_until(stands_at_the_gate)
        meanwhile = main_of(uploader.get(address)).one("p", id="how-far").text
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        left = proposed()
    with worker():
        wait_until(lambda: Upload.objects.get().label != "")

    assert meanwhile.startswith("Step ")
    assert left == []
    assert [records for _, records in proposed()] == [4]
    assert Job.objects.get().tries == 2


def test_worker_that_is_killed_while_it_compares_begins_again(uploader):
    address = uploaded(uploader, TABLE).url

    with slow("orgs_uploadrow", "INSERT"), worker() as killed:
        wait_until(stands_at_the_gate)
        killed.kill()
        killed.wait()
    with worker():
        wait_until(lambda: Job.objects.get().ended is not None)

    assert main_of(uploader.get(address)).one("ul", kind="inline-list").text == "4 rows are new"
    assert UploadRow.objects.count() == 4


@pytest.mark.parametrize("table", ["orgs_record", "orgs_changeset"])
def test_worker_whose_database_breaks_off_begins_again(uploader, table):
    submit_upload(uploader)

    with worker() as process:
        with slow(table, "INSERT"):
            wait_until(stands_at_the_gate)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        wait_until(lambda: Job.objects.get().ended is not None)
        alive = process.poll() is None

    assert alive
    assert Upload.objects.get().outcome is None  # it was not told that the catalogue moved on
    assert [records for _, records in proposed()] == [4]


def test_two_workers_do_it_once(uploader):
    submit_upload(uploader)

    with worker():
        with slow("orgs_changeset", "INSERT"):
            wait_until(stands_at_the_gate)
            work()  # finds that somebody is at it
            meanwhile = proposed()
        wait_until(lambda: Upload.objects.get().label != "")

    assert meanwhile == []
    assert [records for _, records in proposed()] == [4]


def test_file_that_is_put_away_meanwhile_is_not_proposed(uploader):
    address = submit_upload(uploader)

    with worker():
        with slow("orgs_record", "INSERT"):
            wait_until(stands_at_the_gate)
            uploader.post(address, {"put_away": "1"})
        uploaded(uploader, TABLE)  # what is done next tells that it is free again
        wait_until(lambda: Upload.objects.get().outcome is not None)

    assert proposed() == []


# What comes to no end -----------------------------------------------------------------------------


def test_work_that_never_ends_is_given_up_and_its_owner_notified(uploader):
    address = submit_upload(uploader)
    Job.objects.update(tries=MAX_TRIES)  # as if each had been killed

    work()
    upload_page = main_of(uploader.get(address))
    uploader.post(address, {"again": "1"})
    work()

    assert "after several attempts" in upload_page.text
    assert upload_page.one("button", name="again")
    assert "Refresh" not in uploader.get(address)
    assert [records for _, records in proposed()] == [4]


def test_program_error_is_shown_and_logged_without_what_the_file_says(uploader, caplog):
    address = uploaded(uploader, TABLE).url
    Upload.objects.update(columns={"no such heading": "name (official, en)"})

    work()

    upload_page = main_of(uploader.get(address))
    assert "An error in this program stopped the import" in upload_page.text
    (noted,) = [item for item in caplog.records if item.name == "orgs.jobs.job"]
    assert noted.getMessage() == "A job stopped with an error."
    assert Job.objects.failed().count() == 1


def test_others_go_on_after_one_was_given_up(uploader):
    uploaded(uploader, TABLE)
    Upload.objects.update(columns={"no such heading": "name (official, en)"})
    second = uploaded(uploader, TABLE).url

    work()

    assert main_of(uploader.get(second)).one("ul", kind="inline-list").text == "4 rows are new"


def test_pending_and_failed_jobs_are_reported_to_the_operator(uploader, capsys):
    uploaded(uploader, TABLE)

    call_command("work", waiting=True)

    assert capsys.readouterr().out == ("Jobs that are queued or running: 1. Failed: 0.\n")


def test_rows_of_uploads_go_with_them(uploader):
    uploaded(uploader, TABLE)
    work()
    Upload.objects.update(at="2020-01-01T00:00Z")

    call_command("forget")

    assert (Upload.objects.count(), UploadRow.objects.count()) == (0, 0)
    assert Entry.objects.of_kinds("organization").count() == 0
