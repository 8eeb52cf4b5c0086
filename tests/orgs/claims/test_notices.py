"""Messages: what became of a proposal, what waits, a new place; in words and in HTML alike."""

import re
from html import unescape

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.review.correction import Correction
from orgs.review.outcomes import OUTCOMES, notify_author, notify_reader
from tests.support.accounts import PASSWORD, by_password
from tests.support.admin import catalogue, editor, signed_in

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def author():
    return Account.objects.create_user("author@example.org", PASSWORD, language="es")


def changeset(ids, author):
    """Propose to add a name."""
    made = Changeset(reason="A name is missing.", author=author)
    made.add("name", ids.mfa, text="Secret words", name_kind="acronym", source=ids.source)
    return made.propose()


def twin(message) -> str:
    """The text in the HTML of a message, with single spaces."""
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    body = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def plain(message) -> str:
    """The plain text of a message, with single spaces."""
    return " ".join(message.body.split())


def messages(ids, author, language) -> None:
    """Send every message there is, in this language."""
    author.language = language
    proposal = changeset(ids, author)
    proposal.number = 7
    for outcome in OUTCOMES:
        notify_author(proposal, outcome, None, "Who says so? <b>Tell us</b> & more.")
    for state, number in (("taken", 7), ("taken", None), ("declined", None)):
        sent = Correction(record_id=ids.mfa, state=state, language=language, decision="No & no.")
        sent.changeset = Changeset(number=number)
        notify_reader(sent, "reader@example.org")


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_every_message_has_the_same_content_in_text_and_html(ids, author, language):
    messages(ids, author, language)

    assert len(mail.outbox) == len(OUTCOMES) + 3
    for message in mail.outbox:
        html = message.alternatives[0][0]
        assert twin(message) == plain(message)
        assert re.findall(r"https?://\S+", message.body) == re.findall(r'href="([^"]+)"', html)
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
        assert not re.search(r"<img|<script|<style|style=|src=|url\(", html)
        assert "Secret words" not in message.body + html


@pytest.mark.parametrize(
    ("pressed", "expected"),
    [
        ({"_accept": "1"}, "was accepted as change 2"),
        ({"_reject": "1", "decision": "No source."}, "No source."),
        ({"_ask": "1", "comment": "Which page?"}, "Which page?"),
    ],
)
def test_author_is_notified_of_the_outcome_of_a_proposal(ids, author, pressed, expected):
    author.language = ""
    author.save()
    proposal = changeset(ids, author)

    signed_in(editor()).post(f"/review/proposals/{proposal.pk}/", pressed)

    assert [message.to for message in mail.outbox] == [["author@example.org"]]
    assert expected in mail.outbox[0].body
    assert f"/proposals/{proposal.pk}/" in mail.outbox[0].body


def test_author_of_an_own_decision_is_not_notified(ids):
    account = editor()
    proposal = changeset(ids, account)

    signed_in(account).post(f"/review/proposals/{proposal.pk}/", {"_accept": "1"})

    assert mail.outbox == []


def test_decision_stands_though_no_message_can_be_sent(ids, author, monkeypatch):
    def refuse(*args):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    proposal = changeset(ids, author)

    answer = signed_in(editor()).post(
        f"/review/proposals/{proposal.pk}/", {"_accept": "1"}, follow=True
    )

    proposal.refresh_from_db()
    assert proposal.number == 2
    assert "could not be sent" in answer.content.decode()


def test_author_answers_on_a_page_of_their_own_and_others_cannot_open_it(ids, author, client):
    proposal = changeset(ids, author)
    page = f"/proposals/{proposal.pk}/"
    signed_in(editor()).post(
        f"/review/proposals/{proposal.pk}/", {"_ask": "1", "comment": "Which page?"}
    )
    client.force_login(author)

    html = client.get(page).content.decode()
    empty = client.post(page, {"answer": " "})
    sent = client.post(page, {"answer": "Page 7."})

    stranger = Client()
    stranger.force_login(Account.objects.create_user("else@example.org"))
    assert "Which page?" in html
    assert (empty.status_code, sent.status_code) == (400, 302)
    assert [comment.text for comment in proposal.comments.all()] == ["Which page?", "Page 7."]
    assert stranger.get(page).status_code == client.get("/proposals/99999999/").status_code == 404
    assert client.get(f"/proposals/{'9' * 5000}/").status_code == 404
    assert Client().get(page).status_code == 302


# What waits ---------------------------------------------------------------------------------------


def test_moderators_get_one_daily_notice_with_numbers_of_pending_items(ids, author):
    accepts = editor("moderator@example.org")
    editor("proposes@example.org", accepts=False)
    call_command("notices")
    assert mail.outbox == []
    changeset(ids, author)
    Correction.objects.create(
        record_id=ids.mfa, wrong="Where they sleep", right="x", how="y", urgent=True
    )

    call_command("notices")
    call_command("notices")

    assert [message.to for message in mail.outbox] == [[accepts.email]]
    assert "1 urgent correction" in mail.outbox[0].subject
    assert "2 proposals are waiting for a decision." in mail.outbox[0].body
    assert twin(mail.outbox[0]) == plain(mail.outbox[0])
    assert not re.search("Where they sleep|Migrant Forum|Secret|author", mail.outbox[0].body)


def test_notice_that_could_not_be_sent_is_sent_by_the_next_run(ids, author, monkeypatch):
    editor("moderator@example.org")
    changeset(ids, author)

    def refuse(*args):
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", refuse)
        with pytest.raises(CommandError):
            call_command("notices")
    call_command("notices")

    assert len(mail.outbox) == 1


# A new place --------------------------------------------------------------------------------------


def test_owner_is_notified_of_a_sign_in_from_a_new_place(author):
    visitor = {"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": FIREFOX}
    author.emailaddress_set.create(email=author.email, verified=True, primary=True)

    def opened(**where) -> int:
        by_password(Client(**where), author.email)
        return len(mail.outbox)

    first, again = opened(**visitor), opened(**visitor)
    elsewhere = opened(**{**visitor, "REMOTE_ADDR": "198.51.100.7"})
    known = opened(**{**visitor, "REMOTE_ADDR": "198.51.100.7"})

    assert (first, again, elsewhere, known) == (0, 0, 1, 1)
    assert "Firefox, Android" in mail.outbox[0].body
    assert "/es/account/sessions/" in mail.outbox[0].body
    assert "198.51.100" not in mail.outbox[0].body + mail.outbox[0].alternatives[0][0]
    assert twin(mail.outbox[0]) == plain(mail.outbox[0])
    assert str(timezone.now().year) in mail.outbox[0].body
