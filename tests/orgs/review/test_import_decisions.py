"""One decision about all proposals of an import: taken once, carried out by a worker, stopped."""

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
PAGE = f"/admin/orgs/changeset/import/?label={quote(LABEL)}"


@pytest.fixture
def ids(own_database, settings) -> SimpleNamespace:
    """A small catalogue in which an import of three proposals waits."""
    settings.EMAIL_SENT = True
    ids = catalogue()
    ids.author = Account.objects.create_user("ana@example.org")
    ids.changesets = [proposed(ids, f"Name {number}") for number in range(3)]
    return ids


@pytest.fixture
def desk(ids) -> Client:
    """The browser of somebody who may accept proposals."""
    return signed_in(editor())


def proposed(ids: SimpleNamespace, text: str, label: str = LABEL) -> Changeset:
    """Propose one more proposal of the import."""
    changeset = Changeset(reason="From a spreadsheet.", label=label, author=ids.author)
    changeset.add("name", ids.mfa, text=text, source=ids.source)
    return changeset.propose()


def main_of(answer) -> Element:
    return page_of(answer).main


def sent(desk: Client, **fields: str):
    """Send the form of the page as it stands, with one button."""
    last_seen = main_of(desk.get(PAGE)).one("input", name="last_seen").attributes["value"]
    return desk.post(PAGE, {"last_seen": last_seen, "decision": "", **fields})


def states() -> list[str]:
    return list(
        Changeset.objects.filter(label=LABEL).order_by("pk").values_list("state", flat=True)
    )


def test_page_tells_what_all_proposals_would_change(ids, desk):
    page = main_of(desk.get(PAGE))

    facts = {one.one("dt").text: one.one("dd").text for one in page.one("dl").every("div")}
    assert facts["Waiting proposals"] == "3"
    assert facts["Would be added"] == "Names: 3"
    assert facts["Author"] == str(ids.author)
    assert "New records" not in facts
    assert len(page.one("ul", kind="proposals").every("li")) == 3


def test_tally_counts_records_and_what_is_retired(ids, desk):
    changeset = Changeset(reason="More.", label=LABEL, author=ids.author)
    made = changeset.record("organization", "new-one")
    changeset.add("name", made, text="New one", source=ids.source)
    changeset.retire(Name.objects.current().get(record=ids.tigra))
    changeset.propose()

    facts = {one.one("dt").text: one.one("dd").text
             for one in main_of(desk.get(PAGE)).one("dl").every("div")}  # fmt: skip

    assert facts["New records"] == "1"
    assert facts["Would be added"] == "Names: 4"
    assert facts["Would be retired or changed"] == "Names: 1"


def test_import_is_accepted_by_a_worker_and_its_author_told_once(ids, desk):
    assert sent(desk, _accept="1").status_code == 302
    waits = desk.get(PAGE)
    work()

    assert main_of(waits).one("p", id="how-far").text == "0 of 3 proposals"
    assert waits["Refresh"] == "3"
    assert states() == ["accepted"] * 3
    assert Name.objects.current().filter(record=ids.mfa).count() == 4
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    after = desk.get(PAGE)
    assert "3 proposals were accepted." in main_of(after).text
    assert "Refresh" not in after


def test_import_is_rejected_with_a_reason_that_its_author_reads(ids, desk):
    sent(desk, _reject="1", decision="No source says so.")
    work()

    assert states() == ["rejected"] * 3
    assert [("No source says so." in message.body) for message in mail.outbox] == [True]
    assert "3 proposals were rejected." in main_of(desk.get(PAGE)).text


def test_rejection_needs_a_reason(ids, desk):
    answer = sent(desk, _reject="1", decision="  ")

    assert "Say why" in main_of(answer).one("section", kind="decide").text
    assert ImportDecision.objects.count() == 0


def test_proposal_that_others_have_overtaken_is_left_waiting(ids, desk):
    name = Name.objects.current().get(record=ids.tigra)
    for label in (LABEL, ""):
        changeset = Changeset(reason="It is called otherwise.", label=label, author=ids.author)
        changeset.retire(name)
        changeset.propose()
    sent(desk, _accept="1")
    changeset.accept()
    work()

    assert states() == ["accepted"] * 3 + ["proposed"]
    assert "1 could not be: look at it below." in main_of(desk.get(PAGE)).text
    # The next decision is about what is left.
    sent(desk, _reject="1", decision="Somebody was first.")
    work()
    assert states() == ["accepted"] * 3 + ["rejected"]


def test_proposal_that_joins_later_waits_for_another_decision(ids, desk):
    sent(desk, _accept="1")
    proposed(ids, "Later")
    work()

    assert states() == ["accepted"] * 3 + ["proposed"]


def test_proposals_of_other_imports_wait(ids, desk):
    other = proposed(ids, "Other", label="Another import")
    sent(desk, _accept="1")
    work()

    assert Changeset.objects.get(pk=other.pk).state == "proposed"


def test_decision_is_taken_once(ids, desk):
    other = signed_in(editor("other@example.org"))
    sent(desk, _accept="1")

    answer = sent(other, _reject="1", decision="I say no.")

    text = main_of(answer).text
    assert "This import has already been decided." in text
    assert "I say no." in text
    assert ImportDecision.objects.get().verdict == "accept"


def test_nothing_is_left_to_decide_about(ids, desk):
    last_seen = main_of(desk.get(PAGE)).one("input", name="last_seen").attributes["value"]
    for changeset in ids.changesets:
        changeset.accept()

    answer = desk.post(PAGE, {"last_seen": last_seen, "_reject": "1", "decision": "Too late."})

    text = main_of(answer).text
    assert "These proposals have been decided already." in text
    assert "Too late." in text


def test_carrying_out_can_be_stopped(ids, desk):
    sent(desk, _accept="1")
    with slow("orgs_name", "INSERT"), worker():
        wait_until(stands_at_the_gate)
        desk.post(PAGE, {"last_seen": "1", "_stop": "1"})
        ended = Job.objects.get().ended
    with worker():
        wait_until(lambda: Job.objects.pending().count() == 0)

    assert ended is not None
    assert states().count("proposed") >= 2


def test_worker_that_is_killed_goes_on_with_what_waits(ids, desk):
    sent(desk, _accept="1")
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


def test_decision_that_never_comes_to_its_end_is_given_up(ids, desk, caplog):
    sent(desk, _accept="1")
    Job.objects.update(tries=MAX_TRIES)
    work()

    assert states() == ["proposed"] * 3
    assert ImportDecision.objects.get().left == 3
    assert "never came to its end" in caplog.text


def test_account_that_is_closed_meanwhile_decides_nothing_more(ids, desk):
    sent(desk, _accept="1")
    Account.objects.filter(is_staff=True).update(is_active=False)
    work()

    assert states() == ["proposed"] * 3
    assert ImportDecision.objects.get().left == 3


def test_author_is_told_once_of_an_import_that_was_stopped(ids, desk, monkeypatch):
    def first_alone(decision: ImportDecision, number: int) -> None:
        decide(decision, number)
        ImportDecision.stop(LABEL)

    decide = bulk_decisions._apply_to
    monkeypatch.setattr(bulk_decisions, "_apply_to", first_alone)
    sent(desk, _accept="1")
    work()

    assert states() == ["accepted", "proposed", "proposed"]
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]


def test_whoever_only_proposes_looks_and_decides_nothing(ids):
    proposing = signed_in(editor("proposes@example.org", accepts=False))
    page = main_of(proposing.get(PAGE))

    answer = proposing.post(PAGE, {"last_seen": str(ids.changesets[-1].pk), "_accept": "1"})

    assert page.every("button", name="_accept") == []
    assert answer.status_code == 403
    assert ImportDecision.objects.count() == 0


@pytest.mark.parametrize("label", ["", "?label=", "?label=nothing", "?label=" + "x" * 999])
def test_import_that_nobody_knows_is_not_found(ids, desk, label):
    assert desk.get(PAGE.partition("?")[0] + label).status_code == 404


@pytest.mark.parametrize("last_seen", ["", "x", "0", "9" * 30, "-1"])
def test_number_that_cannot_be_is_refused(ids, desk, last_seen):
    assert desk.post(PAGE, {"last_seen": last_seen, "_accept": "1"}).status_code == 200
    assert ImportDecision.objects.count() == 0


def test_proposal_and_queue_lead_to_the_import(ids, desk):
    changeset = main_of(desk.get(f"/admin/orgs/changeset/{ids.changesets[0].pk}/change/"))
    queue = main_of(desk.get(f"/admin/orgs/changeset/queue/?label={quote(LABEL)}"))

    for page, words in (
        (changeset, "with 2 other proposals"),
        (queue, "Decide about all proposals"),
    ):
        link = next(one for one in page.every("a") if one.text.startswith(words))
        assert desk.get(link.attributes["href"]).status_code == 200


def test_what_was_decided_is_forgotten(ids, desk):
    sent(desk, _accept="1")
    ImportDecision.stop(LABEL)
    call_command("forget")
    kept = ImportDecision.objects.count()
    ImportDecision.objects.update(at=timezone.now() - timedelta(days=8))
    call_command("forget")

    assert kept == 1
    assert ImportDecision.objects.count() == 0


def test_decision_needs_proposals_that_were_seen(ids):
    with pytest.raises(Conflict, match="decided already"):
        ImportDecision.decide(editor(), LABEL, ids.changesets[0].pk - 1, "accept")
