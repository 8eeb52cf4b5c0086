"""The review queue: order, assignment and decisions."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.profiles.own_source import own_source
from orgs.records.record import Record
from orgs.review.assignment import Assignment
from orgs.review.comment import Comment
from orgs.review.correction import Correction
from orgs.review.trusted_changes import Review
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.text import Text
from tests.support.admin import add_row, address, catalogue, editor, signed_in, typed

pytestmark = pytest.mark.django_db

QUEUE = "/review/"


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def editor_client(ids):
    return signed_in(editor())


def changeset(ids, **more):
    """Propose to add a name."""
    proposal = Changeset(reason="A name is missing.", **more)
    proposal.add("name", ids.mfa, text="MFA", name_kind="acronym", source=ids.source)
    return proposal.propose()


def own_proposal(organization, author):
    """Propose to add a name in an organization's own voice."""
    proposal = Changeset(reason="A name is missing.", author=author, on_behalf=organization)
    proposal.add(
        "name", organization, text="MFA", voice="own", source=own_source(proposal, organization)
    )
    return proposal.propose()


def correction(ids, **more):
    fields = {"wrong": "It has no acronym.", "right": "MFA", "how": "Its own page.", **more}
    return Correction.objects.create(record_id=ids.mfa, **fields)


def shown(answer) -> list[str]:
    """Items of a page of the queue as `kind number`."""
    return [f"{item.kind.name} {item.number}" for item in answer.context["queue"].items]


def page_of(thing) -> str:
    kind = "corrections" if isinstance(thing, Correction) else "proposals"
    return f"/review/{kind}/{thing.pk}/"


def test_queue_has_proposals_imports_and_corrections_urgent_and_old_ones_first(editor_client, ids):
    first = changeset(ids)
    imported = changeset(ids, label="members-2010")
    plain = correction(ids)
    urgent = correction(ids, urgent=True)

    every = shown(editor_client.get(QUEUE))

    assert every == [
        f"correction {urgent.pk}",
        f"proposal {first.pk}",
        f"import {imported.pk}",
        f"correction {plain.pk}",
    ]
    assert shown(editor_client.get(f"{QUEUE}?kind=import")) == [f"import {imported.pk}"]
    assert shown(editor_client.get(f"{QUEUE}?label=members-2010")) == [f"import {imported.pk}"]
    assert shown(editor_client.get(f"{QUEUE}?kind=nonsense&turn=x&assignee=")) == every
    assert "Migrant Forum in Asia" in editor_client.get(QUEUE).content.decode()


def test_queue_is_filtered_by_turn(editor_client, ids):
    author = editor("author@example.org", accepts=False)
    with_question, other = changeset(ids, author=author), changeset(ids, author=author)
    Comment.ask(with_question, editor("second@example.org"), "Who says so?")

    assert shown(editor_client.get(f"{QUEUE}?turn=author")) == [f"proposal {with_question.pk}"]
    assert shown(editor_client.get(f"{QUEUE}?turn=editor")) == [f"proposal {other.pk}"]


@pytest.mark.parametrize("make", [changeset, correction])
def test_item_is_assigned_to_an_editor_for_a_day(ids, make):
    ana, bea = signed_in(editor("ana@example.org")), signed_in(editor("bea@example.org"))
    thing = make(ids)
    Assignment.objects.all().delete()

    ana.post(page_of(thing), {"_assign": "1"})
    bea.post(page_of(thing), {"_assign": "1"})

    assignment = Assignment.objects.get()
    assert assignment.account.email == "ana@example.org"
    assert str(assignment.account) in bea.get(page_of(thing)).content.decode()
    assert len(shown(ana.get(f"{QUEUE}?assignee=me"))) == 1
    assert shown(bea.get(f"{QUEUE}?assignee=me")) == shown(bea.get(f"{QUEUE}?assignee=none")) == []
    Assignment.objects.update(since=timezone.now() - timedelta(days=1))
    assert len(shown(bea.get(f"{QUEUE}?assignee=none"))) == 1
    bea.post(page_of(thing), {"_assign": "1"})
    assert Assignment.objects.get().account.email == "bea@example.org"
    bea.post(page_of(thing), {"_release": "1"})
    assert Assignment.objects.count() == 0


def test_decision_leads_back_to_the_queue_with_its_filters(editor_client, ids):
    proposal = changeset(ids, label="members-2010")

    answer = editor_client.post(f"{page_of(proposal)}?in=label%3Dmembers-2010", {"_accept": "1"})

    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?label=members-2010")


@pytest.mark.parametrize("count", [1, 30])
def test_queue_takes_as_many_queries_for_many_items_as_for_one(
    editor_client, ids, count, django_assert_num_queries
):
    for _ in range(count):
        changeset(ids)
        changeset(ids, label="members-2010")
        correction(ids)
    editor_client.get(QUEUE)

    with django_assert_num_queries(17):
        answer = editor_client.get(QUEUE)

    assert len(shown(answer)) == min(3 * count, 50)


# Corrections --------------------------------------------------------------------------------------


def test_correction_becomes_a_proposal_on_the_page_of_its_record(
    editor_client, ids, django_capture_on_commit_callbacks
):
    sent = correction(ids, address="reader@example.org", language="es")
    editing = editor_client.get(editor_client.get(page_of(sent)).context["edit_url"])["Location"]
    form = editor_client.get(editing)
    fields = typed(form)
    add_row(fields, "presence", place=ids.manila, role="seat", source=ids.source)

    with django_capture_on_commit_callbacks(execute=True):
        answer = editor_client.post(editing, fields)
        messages_before_commit = len(mail.outbox)

    sent.refresh_from_db()
    assert "It has no acronym." in form.content.decode()
    assert fields["reason"] == f"A reader sent correction {sent.pk}."
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert (sent.state, sent.changeset.number, sent.address) == ("taken", 2, "")
    assert Presence.objects.get().place_id == ids.manila
    assert messages_before_commit == 0
    assert [message.to for message in mail.outbox] == [["reader@example.org"]]
    assert "/es/organizations/mfa/" in mail.outbox[0].body


def test_declined_correction_is_answered_and_its_address_deleted(editor_client, ids):
    sent = correction(ids, address="reader@example.org")

    silent = editor_client.post(page_of(sent), {"_decline": "1", "decision": " "})
    answer = editor_client.post(
        page_of(sent), {"_decline": "1", "decision": "The source says otherwise."}
    )
    again = editor_client.post(page_of(sent), {"_decline": "1", "decision": "Again."})

    sent.refresh_from_db()
    assert (silent.status_code, answer["Location"], again.status_code) == (200, QUEUE, 200)
    assert (sent.state, sent.decision, sent.address) == (
        "declined",
        "The source says otherwise.",
        "",
    )
    assert len(mail.outbox) == 1
    assert "The source says otherwise." in mail.outbox[0].body


def test_address_of_a_reader_is_never_shown(editor_client, ids):
    sent = correction(ids, address="reader@example.org")

    pages = [
        page_of(sent),
        QUEUE,
        "/review/corrections/",
        f"{address(ids.mfa)}?correction={sent.pk}",
    ]

    assert all(b"reader@example.org" not in editor_client.get(page).content for page in pages)


def test_editor_who_may_not_accept_declines_nothing(ids):
    sent = correction(ids)
    proposing = signed_in(editor(accepts=False))

    assert proposing.post(page_of(sent), {"_decline": "1", "decision": "No."}).status_code == 403
    assert Correction.objects.pending().count() == 1


# Live at once -------------------------------------------------------------------------------------


def test_change_of_a_trusted_representative_is_to_be_reviewed(editor_client, ids):
    organization = Record.objects.get(pk=ids.mfa)
    trusted, other = editor("a@example.org", False), editor("b@example.org", False)
    Representative.objects.create(account=trusted, record=organization, trusted=True)
    Representative.objects.create(account=other, record=organization)
    live = [own_proposal(organization, author).accept(author) for author in (trusted, other)]
    own_proposal(organization, trusted).accept(editor("c@example.org"))

    before = shown(editor_client.get(f"{QUEUE}?kind=review"))
    editor_client.post(page_of(live[0]), {"_seen": "1"})

    assert before == [f"review {live[0].pk}"]
    assert shown(editor_client.get(QUEUE)) == shown(editor_client.get(f"{QUEUE}?kind=review")) == []
    assert Review.objects.get().changeset == live[0]


# Conflicting proposals ----------------------------------------------------------------------------


def propose_edit(ids, **values):
    """Propose another version of the name."""
    proposal = Changeset(reason="Otherwise.")
    proposal.replace(Name.objects.current().get(record=ids.mfa), **values)
    return proposal.propose()


def test_changes_of_different_parts_are_combined(editor_client, ids):
    first = propose_edit(ids, text="Migrant Forum in Asia, MFA")
    second = propose_edit(ids, note="As its own page has it.")
    editor_client.post(page_of(first), {"_accept": "1"})

    html = editor_client.get(page_of(second)).content.decode()
    unread = Changeset.objects.get(pk=second.pk).operations
    answer = editor_client.post(page_of(second), {"_accept": "1"})

    name = Name.objects.current().get(record=ids.mfa)
    assert "Both changes apply." in html
    assert unread == second.operations
    assert answer.status_code == 302
    assert (name.text, name.note) == ("Migrant Forum in Asia, MFA", "As its own page has it.")


def test_changes_of_the_same_part_are_shown_side_by_side(editor_client, ids):
    first, second = (
        propose_edit(ids, text="What one typed"),
        propose_edit(ids, text="What the other typed"),
    )
    editor_client.post(page_of(first), {"_accept": "1"})

    html = editor_client.get(page_of(second)).content.decode()
    answer = editor_client.post(page_of(second), {"_accept": "1"})

    assert "<del>What one typed</del>" in html
    assert "<ins>What the other typed</ins>" in html
    assert answer.status_code == 200
    assert Name.objects.current().get(record=ids.mfa).text == "What one typed"


def test_differences_are_marked_by_word_in_longer_texts(editor_client, ids):
    long = Changeset(reason="A summary.")
    long.add("text", ids.mfa, body="It was founded in Manila in 1990 by five organizations.",
             text_kind="summary", language="en", source=ids.source)  # fmt: skip
    long.propose().accept()
    other = Changeset(reason="Otherwise.")
    other.replace(
        Text.objects.get(), body="It was founded in Manila in 1994 by five organizations."
    )
    other.propose()

    html = editor_client.get(page_of(other)).content.decode()

    assert "It was founded in Manila in <del>1990 </del>by five organizations." in html
    assert "It was founded in Manila in <ins>1994 </ins>by five organizations." in html


def test_queue_of_a_thousand_shows_fifty(editor_client, ids):
    Correction.objects.bulk_create(
        Correction(record_id=ids.mfa, wrong="x", right=str(n), how="y") for n in range(1_000)
    )

    assert len(shown(editor_client.get(f"{QUEUE}?p=3"))) == 50
