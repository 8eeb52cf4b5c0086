"""One queue for all that waits: what is urgent first, who holds what, and what comes of it."""

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
from orgs.review.review import Review
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.text import Text
from tests.support.admin import add_row, address, catalogue, editor, signed_in, typed

pytestmark = pytest.mark.django_db

QUEUE = "/admin/orgs/changeset/queue/"


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def desk(ids):
    return signed_in(editor())


def changeset(ids, **more):
    """Propose to add a name."""
    made = Changeset(reason="A name is missing.", **more)
    made.add("name", ids.mfa, text="MFA", name_kind="acronym", source=ids.source)
    return made.propose()


def own_words(body, author):
    """Propose to add a name in a body's own voice."""
    made = Changeset(reason="A name is missing.", author=author, on_behalf=body)
    made.add("name", body, text="MFA", voice="own", source=own_source(made, body))
    return made.propose()


def correction(ids, **more):
    """Send a correction as a reader does."""
    said = {"wrong": "It has no acronym.", "right": "MFA", "how": "Its own page.", **more}
    return Correction.objects.create(record_id=ids.mfa, **said)


def shown(answer) -> list[str]:
    """Return the things of a page of the queue, by kind and number."""
    return [f"{one.kind.name} {one.number}" for one in answer.context["queue"].items]


def page_of(thing) -> str:
    kind = "correction" if isinstance(thing, Correction) else "changeset"
    return f"/admin/orgs/{kind}/{thing.pk}/change/"


def test_queue_has_proposals_imports_and_corrections_urgent_and_old_ones_first(desk, ids):
    first = changeset(ids)
    imported = changeset(ids, label="members-2010")
    plain = correction(ids)
    urgent = correction(ids, urgent=True)

    every = shown(desk.get(QUEUE))

    assert every == [
        f"correction {urgent.pk}",
        f"proposal {first.pk}",
        f"import {imported.pk}",
        f"correction {plain.pk}",
    ]
    assert shown(desk.get(f"{QUEUE}?kind=import")) == [f"import {imported.pk}"]
    assert shown(desk.get(f"{QUEUE}?label=members-2010")) == [f"import {imported.pk}"]
    assert shown(desk.get(f"{QUEUE}?kind=nonsense&turn=x&assignee=")) == every
    assert "Migrant Forum in Asia" in desk.get(QUEUE).content.decode()


def test_queue_tells_whose_turn_it_is(desk, ids):
    author = editor("author@example.org", accepts=False)
    asked, other = changeset(ids, author=author), changeset(ids, author=author)
    Comment.ask(asked, editor("second@example.org"), "Who says so?")

    assert shown(desk.get(f"{QUEUE}?turn=author")) == [f"proposal {asked.pk}"]
    assert shown(desk.get(f"{QUEUE}?turn=editor")) == [f"proposal {other.pk}"]


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


def test_decision_leads_back_to_the_queue_with_its_questions(desk, ids):
    one = changeset(ids, label="members-2010")

    answer = desk.post(f"{page_of(one)}?in=label%3Dmembers-2010", {"_accept": "1"})

    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?label=members-2010")


@pytest.mark.parametrize("count", [1, 30])
def test_queue_asks_as_often_for_many_things_as_for_one(
    desk, ids, count, django_assert_num_queries
):
    for _ in range(count):
        changeset(ids)
        changeset(ids, label="members-2010")
        correction(ids)
    desk.get(QUEUE)

    with django_assert_num_queries(17):
        answer = desk.get(QUEUE)

    assert len(shown(answer)) == min(3 * count, 50)


# Corrections --------------------------------------------------------------------------------------


def test_correction_becomes_a_proposal_on_the_page_of_its_record(
    desk, ids, django_capture_on_commit_callbacks
):
    sent = correction(ids, address="reader@example.org", language="es")
    editing = desk.get(desk.get(page_of(sent)).context["edit_url"])["Location"]
    form = desk.get(editing)
    fields = typed(form)
    add_row(fields, "presence", place=ids.manila, role="seat", source=ids.source)

    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(editing, fields)
        before_it_was_kept = len(mail.outbox)

    sent.refresh_from_db()
    assert "It has no acronym." in form.content.decode()
    assert fields["reason"] == f"A reader sent correction {sent.pk}."
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert (sent.state, sent.changeset.number, sent.address) == ("taken", 2, "")
    assert Presence.objects.get().place_id == ids.manila
    assert before_it_was_kept == 0
    assert [message.to for message in mail.outbox] == [["reader@example.org"]]
    assert "/es/organizations/mfa/" in mail.outbox[0].body


def test_declined_correction_is_answered_and_its_address_forgotten(desk, ids):
    sent = correction(ids, address="reader@example.org")

    silent = desk.post(page_of(sent), {"_decline": "1", "decision": " "})
    answer = desk.post(page_of(sent), {"_decline": "1", "decision": "The source says otherwise."})
    again = desk.post(page_of(sent), {"_decline": "1", "decision": "Again."})

    sent.refresh_from_db()
    assert (silent.status_code, answer["Location"], again.status_code) == (200, QUEUE, 200)
    assert (sent.state, sent.decision, sent.address) == (
        "declined",
        "The source says otherwise.",
        "",
    )
    assert len(mail.outbox) == 1
    assert "The source says otherwise." in mail.outbox[0].body


def test_address_of_a_reader_is_shown_to_nobody(desk, ids):
    sent = correction(ids, address="reader@example.org")

    pages = [
        page_of(sent),
        QUEUE,
        "/admin/orgs/correction/",
        f"{address(ids.mfa)}?correction={sent.pk}",
    ]

    assert all(b"reader@example.org" not in desk.get(page).content for page in pages)


def test_whoever_may_not_accept_declines_nothing(ids):
    sent = correction(ids)
    proposing = signed_in(editor(accepts=False))

    assert proposing.post(page_of(sent), {"_decline": "1", "decision": "No."}).status_code == 403
    assert Correction.objects.pending().count() == 1


# Live at once -------------------------------------------------------------------------------------


def test_what_a_trusted_representative_said_at_once_waits_to_be_seen(desk, ids):
    body = Record.objects.get(pk=ids.mfa)
    trusted, other = editor("a@example.org", False), editor("b@example.org", False)
    Representative.objects.create(account=trusted, record=body, trusted=True)
    Representative.objects.create(account=other, record=body)
    live = [own_words(body, one).accept(one) for one in (trusted, other)]
    own_words(body, trusted).accept(editor("c@example.org"))

    before = shown(desk.get(f"{QUEUE}?kind=review"))
    desk.post(page_of(live[0]), {"_seen": "1"})

    assert before == [f"review {live[0].pk}"]
    assert shown(desk.get(QUEUE)) == shown(desk.get(f"{QUEUE}?kind=review")) == []
    assert Review.objects.get().changeset == live[0]


# Two people, one statement ------------------------------------------------------------------------


def rival(ids, **values):
    """Propose other words for the name."""
    made = Changeset(reason="Otherwise.")
    made.replace(Name.objects.current().get(record=ids.mfa), **values)
    return made.propose()


def test_changes_of_different_parts_are_both_kept(desk, ids):
    one = rival(ids, text="Migrant Forum in Asia, MFA")
    other = rival(ids, note="As its own page has it.")
    desk.post(page_of(one), {"_accept": "1"})

    html = desk.get(page_of(other)).content.decode()
    unread = Changeset.objects.get(pk=other.pk).operations
    answer = desk.post(page_of(other), {"_accept": "1"})

    name = Name.objects.current().get(record=ids.mfa)
    assert "Both changes apply." in html
    assert unread == other.operations
    assert answer.status_code == 302
    assert (name.text, name.note) == ("Migrant Forum in Asia, MFA", "As its own page has it.")


def test_changes_of_the_same_part_are_shown_side_by_side(desk, ids):
    one, other = rival(ids, text="What one typed"), rival(ids, text="What the other typed")
    desk.post(page_of(one), {"_accept": "1"})

    html = desk.get(page_of(other)).content.decode()
    answer = desk.post(page_of(other), {"_accept": "1"})

    assert "<del>What one typed</del>" in html
    assert "<ins>What the other typed</ins>" in html
    assert answer.status_code == 200
    assert Name.objects.current().get(record=ids.mfa).text == "What one typed"


def test_words_that_differ_are_marked_one_by_one_in_longer_texts(desk, ids):
    long = Changeset(reason="A summary.")
    long.add("text", ids.mfa, body="It was founded in Manila in 1990 by five organizations.",
             text_kind="summary", language="en", source=ids.source)  # fmt: skip
    long.propose().accept()
    other = Changeset(reason="Otherwise.")
    other.replace(
        Text.objects.get(), body="It was founded in Manila in 1994 by five organizations."
    )
    other.propose()

    html = desk.get(page_of(other)).content.decode()

    assert "It was founded in Manila in <del>1990 </del>by five organizations." in html
    assert "It was founded in Manila in <ins>1994 </ins>by five organizations." in html


def test_queue_of_a_thousand_shows_fifty(desk, ids):
    Correction.objects.bulk_create(
        Correction(record_id=ids.mfa, wrong="x", right=str(n), how="y") for n in range(1_000)
    )

    assert len(shown(desk.get(f"{QUEUE}?p=3"))) == 50
