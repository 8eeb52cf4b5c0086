"""Decisions on all proposals of an import: made once, carried out by a worker, stopped."""

import signal
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.jobs.job import MAX_TRIES, Job
from orgs.review import bulk_decisions
from orgs.review.import_decision import ImportDecision
from orgs.statements.name import Name
from tests.support.admin import catalogue, editor, signed_in
from tests.support.jobs import slow, stands_at_the_gate, wait_until, work, worker
from tests.support.pages import Element, page_of

LABEL = "Spreadsheet members.csv, 2026-11-26"
PAGE = f"/review/imports/?label={quote(LABEL)}"


@pytest.fixture
def ids(own_database, settings) -> SimpleNamespace:
    """A small catalogue with a pending import of three proposals."""
    settings.EMAIL_SENT = True
    ids = catalogue()
    ids.author = Account.objects.create_user("ana@example.org")
    ids.changesets = [propose(ids, f"Name {number}") for number in range(3)]
    return ids


@pytest.fixture
def editor_client(ids) -> Client:
    return signed_in(editor())


def propose(ids: SimpleNamespace, text: str, label: str = LABEL) -> Changeset:
    """Add a proposal to the import."""
    changeset = Changeset(reason="From a spreadsheet.", label=label, author=ids.author)
    changeset.add("name", ids.mfa, text=text, source=ids.source)
    return changeset.propose()


def main_of(answer) -> Element:
    return page_of(answer).main


def send(editor_client: Client, **fields: str):
    """Send the current form of the page; `fields` has the button."""
    last_seen = main_of(editor_client.get(PAGE)).one("input", name="last_seen").attributes["value"]
    return editor_client.post(PAGE, {"last_seen": last_seen, "decision": "", **fields})


def states() -> list[str]:
    return list(
        Changeset.objects.filter(label=LABEL).order_by("pk").values_list("state", flat=True)
    )


def test_page_summarizes_all_proposals(ids, editor_client):
    page = main_of(editor_client.get(PAGE))

    facts = {item.one("dt").text: item.one("dd").text for item in page.one("dl").every("div")}
    assert facts["Waiting proposals"] == "3"
    assert facts["Would be added"] == "Names: 3"
    assert facts["Author"] == str(ids.author)
    assert "New records" not in facts
    assert len(page.one("ul", kind="proposals").every("li")) == 3


def test_summary_counts_new_records_and_retired_statements(ids, editor_client):
    changeset = Changeset(reason="More.", label=LABEL, author=ids.author)
    record = changeset.record("organization", "new-one")
    changeset.add("name", record, text="New one", source=ids.source)
    changeset.retire(Name.objects.current().get(record=ids.tigra))
    changeset.propose()

    facts = {item.one("dt").text: item.one("dd").text
             for item in main_of(editor_client.get(PAGE)).one("dl").every("div")}  # fmt: skip

    assert facts["New records"] == "1"
    assert facts["Would be added"] == "Names: 4"
    assert facts["Would be retired or changed"] == "Names: 1"


def test_import_is_accepted_by_a_worker_and_its_author_notified_once(ids, editor_client):
    assert send(editor_client, _accept="1").status_code == 302
    progress = editor_client.get(PAGE)
    work()

    assert main_of(progress).one("p", id="how-far").text == "0 of 3 proposals"
    assert progress["Refresh"] == "3"
    assert states() == ["accepted"] * 3
    assert Name.objects.current().filter(record=ids.mfa).count() == 4
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    after = editor_client.get(PAGE)
    assert "3 proposals were accepted." in main_of(after).text
    assert "Refresh" not in after


def test_import_is_rejected_with_a_reason_that_its_author_reads(ids, editor_client):
    send(editor_client, _reject="1", decision="No source says so.")
    work()

    assert states() == ["rejected"] * 3
    assert [("No source says so." in message.body) for message in mail.outbox] == [True]
    assert "3 proposals were rejected." in main_of(editor_client.get(PAGE)).text


def test_rejection_needs_a_reason(ids, editor_client):
    answer = send(editor_client, _reject="1", decision="  ")

    assert "Say why" in main_of(answer).one("section", kind="decide").text
    assert ImportDecision.objects.count() == 0


def test_outdated_proposal_stays_pending(ids, editor_client):
    name = Name.objects.current().get(record=ids.tigra)
    for label in (LABEL, ""):
        changeset = Changeset(reason="It is called otherwise.", label=label, author=ids.author)
        changeset.retire(name)
        changeset.propose()
    send(editor_client, _accept="1")
    changeset.accept()
    work()

    assert states() == ["accepted"] * 3 + ["proposed"]
    assert "1 is still waiting: review it below." in main_of(editor_client.get(PAGE)).text
    # The next decision is about what is left.
    send(editor_client, _reject="1", decision="Somebody was first.")
    work()
    assert states() == ["accepted"] * 3 + ["rejected"]


def test_proposal_added_later_needs_another_decision(ids, editor_client):
    send(editor_client, _accept="1")
    propose(ids, "Later")
    work()

    assert states() == ["accepted"] * 3 + ["proposed"]


def test_proposals_of_other_imports_stay_pending(ids, editor_client):
    other = propose(ids, "Other", label="Another import")
    send(editor_client, _accept="1")
    work()

    assert Changeset.objects.get(pk=other.pk).state == "proposed"


def test_decision_is_taken_once(ids, editor_client):
    other = signed_in(editor("other@example.org"))
    send(editor_client, _accept="1")

    answer = send(other, _reject="1", decision="I say no.")

    text = main_of(answer).text
    assert "This import has already been decided." in text
    assert "I say no." in text
    assert ImportDecision.objects.get().verdict == "accept"


def test_nothing_is_left_to_decide_about(ids, editor_client):
    last_seen = main_of(editor_client.get(PAGE)).one("input", name="last_seen").attributes["value"]
    for changeset in ids.changesets:
        changeset.accept()

    answer = editor_client.post(
        PAGE, {"last_seen": last_seen, "_reject": "1", "decision": "Too late."}
    )

    text = main_of(answer).text
    assert "These proposals have been decided already." in text
    assert "Too late." in text


def test_carrying_out_can_be_stopped(ids, editor_client):
    send(editor_client, _accept="1")
    with slow("orgs_name", "INSERT"), worker():
        wait_until(stands_at_the_gate)
        editor_client.post(PAGE, {"last_seen": "1", "_stop": "1"})
        ended = Job.objects.get().ended
    with worker():
        wait_until(lambda: Job.objects.pending().count() == 0)

    assert ended is not None
    assert states().count("proposed") >= 2


def test_killed_worker_resumes_with_pending_proposals(ids, editor_client):
    send(editor_client, _accept="1")
    with slow("orgs_name", "INSERT"), worker() as killed:
        wait_until(stands_at_the_gate)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        meanwhile = states()
    with worker():
        wait_until(lambda: Job.objects.get().ended is not None)

    assert meanwhile == ["proposed"] * 3
    assert states() == ["accepted"] * 3
    assert Job.objects.get().tries == 2


def test_decision_is_given_up_after_the_last_try(ids, editor_client, caplog):
    send(editor_client, _accept="1")
    Job.objects.update(tries=MAX_TRIES)
    work()

    assert states() == ["proposed"] * 3
    assert ImportDecision.objects.get().left == 3
    assert "never came to its end" in caplog.text


def test_decision_of_an_account_closed_meanwhile_is_not_carried_out(ids, editor_client):
    send(editor_client, _accept="1")
    Account.objects.filter(is_staff=True).update(is_active=False)
    work()

    assert states() == ["proposed"] * 3
    assert ImportDecision.objects.get().left == 3


def test_author_is_notified_once_of_a_stopped_import(ids, editor_client, monkeypatch):
    def first_alone(decision: ImportDecision, number: int) -> None:
        decide(decision, number)
        ImportDecision.stop(LABEL)

    decide = bulk_decisions._apply_to
    monkeypatch.setattr(bulk_decisions, "_apply_to", first_alone)
    send(editor_client, _accept="1")
    work()

    assert states() == ["accepted", "proposed", "proposed"]
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]


def test_editor_who_may_not_accept_reads_and_decides_nothing(ids):
    proposing = signed_in(editor("proposes@example.org", accepts=False))
    page = main_of(proposing.get(PAGE))

    answer = proposing.post(PAGE, {"last_seen": str(ids.changesets[-1].pk), "_accept": "1"})

    assert page.every("button", name="_accept") == []
    assert answer.status_code == 403
    assert ImportDecision.objects.count() == 0


@pytest.mark.parametrize("label", ["", "?label=", "?label=nothing", "?label=" + "x" * 999])
def test_unknown_import_is_not_found(ids, editor_client, label):
    assert editor_client.get(PAGE.partition("?")[0] + label).status_code == 404


@pytest.mark.parametrize("last_seen", ["", "x", "0", "9" * 30, "-1"])
def test_invalid_number_is_refused(ids, editor_client, last_seen):
    assert editor_client.post(PAGE, {"last_seen": last_seen, "_accept": "1"}).status_code == 200
    assert ImportDecision.objects.count() == 0


def test_proposal_and_queue_lead_to_the_import(ids, editor_client):
    changeset = main_of(editor_client.get(f"/review/proposals/{ids.changesets[0].pk}/"))
    queue = main_of(editor_client.get(f"/review/?label={quote(LABEL)}"))

    for page, link_text in (
        (changeset, "with 2 other proposals"),
        (queue, "Decide about all proposals"),
    ):
        link = next(link for link in page.every("a") if link.text.startswith(link_text))
        assert editor_client.get(link.attributes["href"]).status_code == 200


def test_old_decisions_are_deleted(ids, editor_client):
    send(editor_client, _accept="1")
    ImportDecision.stop(LABEL)
    call_command("forget")
    count = ImportDecision.objects.count()
    ImportDecision.objects.update(at=timezone.now() - timedelta(days=8))
    call_command("forget")

    assert count == 1
    assert ImportDecision.objects.count() == 0


def test_decision_needs_proposals_that_were_seen(ids):
    with pytest.raises(Conflict, match="decided already"):
        ImportDecision.decide(editor(), LABEL, ids.changesets[0].pk - 1, "accept")
