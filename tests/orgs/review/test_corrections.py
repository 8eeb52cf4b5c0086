"""Corrections by readers without an account, and limits against spam and floods."""

import re
import time

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail

from orgs.access.account import Account
from orgs.access.rate_limits import Attempt
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Level
from orgs.records.source import Tier
from orgs.review.correction import Correction
from orgs.spam import form_token, seconds_open
from orgs.statements.name import Name
from orgs.statements.text import Text

pytestmark = pytest.mark.django_db

FIELDS = {
    "wrong": "It was founded in 1980.",
    "right": "It was founded in 1979.",
    "how": "https://example.org/history",
}


@pytest.fixture
def record(write):
    return write.record("organization", "mujeres-en-red", "Mujeres en Red")


def page(about) -> str:
    return f"/corrections/?about={about}"


def open_stamp(seconds_ago: float = 60) -> str:
    """Stamp of a form opened so many seconds ago."""
    with time_machine.travel(time.time() - seconds_ago):
        return form_token("correction")


def send(client, record, **more):
    """Send the form a minute after it was opened, from the address REMOTE."""
    remote = more.pop("REMOTE", "127.0.0.1")
    form = {**FIELDS, "stamp": open_stamp(), **more}
    return client.post(page(record.pk), form, REMOTE_ADDR=remote)


def problems_of(response) -> list[str]:
    sentences = re.findall(r'class="problem" role="alert">(.*?)</p>', response.content.decode())
    return sentences


def test_page_of_a_record_leads_to_the_form(client, record):
    html = client.get("/organizations/mujeres-en-red/").content.decode()
    number = Name.objects.get(record=record).pk

    assert f'href="{page(record.pk)}"' in html
    assert f'href="{page(number)}"' in html
    assert client.get(page(record.pk)).status_code == 200
    assert "Mujeres en Red" in client.get(f"/es{page(number)}").content.decode()


def test_correction_is_pending_and_changes_nothing(client, record):
    before = Entry.objects.get(pk=record.pk).document

    answer = send(client, record)

    correction = Correction.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/corrections/sent/?about={record.pk}",
    )
    assert client.get(answer["Location"]).status_code == 200
    assert (correction.record_id, correction.statement) == (record.pk, None)
    assert {name: getattr(correction, name) for name in FIELDS} == FIELDS
    assert correction.state == "waiting"
    assert Entry.objects.get(pk=record.pk).document == before


def test_correction_names_the_statement_it_is_about(client, record):
    number = Name.objects.get(record=record).pk

    client.post(page(number), {**FIELDS, "stamp": open_stamp()})

    correction = Correction.objects.get()
    assert (correction.record_id, correction.statement) == (record.pk, number)


def test_same_form_sent_twice_counts_once(client, record):
    stamp = open_stamp()

    send(client, record, stamp=stamp)
    send(client, record, stamp=stamp)
    send(client, record, stamp=stamp, right="It was founded in 1978.")

    assert Correction.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"website": "https://spam.example"}, "Leave this empty, then send it again."),
        ({"stamp": ""}, "This form has been open for too long. Look at it again, then send it."),
        ({"stamp": "x"}, "This form has been open for too long. Look at it again, then send it."),
        ({"right": ""}, "Write a sentence here."),
        ({"how": " "}, "Write a sentence here."),
        ({"right": "9" * 5_001}, "This is too long: keep it within 5000 characters."),
        ({"wrong": "a" * 100_000}, "This is too long: keep it within 2000 characters."),
        ({"right": "a\x00b"}, "Null characters are not allowed."),
        ({"address": "nobody"}, "Enter a valid email address."),
    ],
)
def test_invalid_correction_is_refused_and_stays_in_the_form(client, record, typed, problem):
    given = {**FIELDS, **typed}

    answer = send(client, record, **typed)

    html = answer.content.decode()
    assert answer.status_code == 400
    assert problems_of(answer) == [problem]
    assert "<title>Error: " in html
    assert all(given[name].strip("\x00 ").replace("\x00", "") in html for name in FIELDS)
    assert Correction.objects.count() == 0


def test_form_that_was_open_for_too_long_is_sent_at_the_second_try(client, record):
    answer = send(client, record, stamp=open_stamp(8 * 86_400))

    stamp = re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())[1]
    seconds = seconds_open(stamp, "correction")
    assert answer.status_code == 400
    assert seconds is not None
    assert seconds < 60


def test_stamp_of_another_form_is_invalid(client, record):
    answer = send(client, record, stamp=form_token(f"writing to {record.pk}"))

    assert problems_of(answer) == [
        "This form has been open for too long. Look at it again, then send it."
    ]


def test_form_sent_too_fast_has_to_be_sent_again(client, record):
    html = client.get(page(record.pk)).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', html)[1]

    answer = send(client, record, stamp=stamp)

    assert problems_of(answer) == [
        "The form was sent too fast. Wait three seconds, then send it again."
    ]
    assert f'value="{stamp}"' in answer.content.decode()


def test_one_network_sends_five_in_ten_minutes_and_the_sixth_stays_in_the_form(client, record):
    for number in range(5):
        assert send(client, record, right=f"Founded in {number}.").status_code == 302

    answer = send(client, record, right="Founded in 1979, at last.")
    form = {**FIELDS, "stamp": open_stamp()}
    elsewhere = client.post(page(record.pk), form, REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == 429
    assert "Founded in 1979, at last." in answer.content.decode()
    assert elsewhere.status_code == 302
    assert not Attempt.objects.filter(name__contains="192.0.2").exists()


def test_thousand_corrections_of_one_entry_from_everywhere_become_sixty(client, record):
    for number in range(70):
        client.post(
            page(record.pk),
            {**FIELDS, "right": f"{number}", "stamp": open_stamp()},
            REMOTE_ADDR=f"192.0.2.{number}",
        )

    assert Correction.objects.count() == 60


def test_danger_needs_no_source_and_hides_nothing(client, record):
    answer = send(client, record, urgent="on", right="", how="")

    assert answer.status_code == 302
    assert Correction.objects.get().urgent
    assert Entry.objects.get(pk=record.pk).state == "published"


def test_visitors_cannot_block_urgent_corrections_of_an_entry(client, record):
    for number in range(70):
        send(client, record, right=f"{number}", REMOTE=f"192.0.2.{number}")
    assert send(client, record, REMOTE="198.51.100.1").status_code == 429
    for number in range(70):
        answer = send(client, record, urgent="on", right=f"{number}", REMOTE=f"192.0.2.{number}")
        assert answer.status_code == 302

    answer = send(client, record, urgent="on", wrong="They are in danger.", REMOTE="198.51.100.2")

    assert answer.status_code == 302
    assert Correction.objects.filter(urgent=True).count() == 71


def test_one_network_sends_five_urgent_corrections_in_ten_minutes(client, record):
    for number in range(5):
        assert send(client, record, urgent="on", right=f"{number}").status_code == 302

    assert send(client, record, urgent="on").status_code == 429
    assert send(client, record).status_code == 302


def test_representative_hides_despite_corrections_of_visitors(client, record):
    ana = Account.objects.create_user("ana@example.org", "long enough password")
    Representative.objects.create(account=ana, record=record)
    for number in range(6):
        send(client, record, urgent="on", right=f"{number}")
    client.force_login(ana)

    assert send(client, record, urgent="on").status_code == 302

    record.refresh_from_db()
    assert record.level == Level.HIDDEN


def moderators() -> list[Account]:
    """Create two moderators, and an editor who is none. Returns the moderators."""
    right = Permission.objects.get(codename="change_changeset")
    accounts = [
        Account.objects.create_user(
            f"{name}@example.org", "long enough password", is_staff=True, language=language
        )
        for name, language in (("mod", "en"), ("moderadora", "es"), ("editor", "en"))
    ]
    for account in accounts[:2]:
        account.user_permissions.add(right)
    return accounts[:2]


def test_moderators_are_notified_of_danger_without_secrets(client, record, write):
    moderators()

    send(client, record)
    assert mail.outbox == []
    send(client, record, urgent="on", wrong="Their street is on record.")

    assert [message.to for message in mail.outbox] == [
        ["mod@example.org"],
        ["moderadora@example.org"],
    ]
    assert "1 urgent correction" in mail.outbox[0].subject
    assert "/review/" in mail.outbox[0].body
    for message in mail.outbox:
        text = message.subject + message.body + message.alternatives[0][0]
        assert "street" not in text
        assert "Mujeres en Red" not in text

    # No second message within ten minutes, except about another entry.
    send(client, record, urgent="on", right="Another.")
    assert len(mail.outbox) == 2
    send(client, write.record("organization", "otra", "Otra"), urgent="on")
    assert len(mail.outbox) == 4
    assert "3 urgent corrections" in mail.outbox[2].subject
    with time_machine.travel(time.time() + 11 * 60):
        send(client, record, urgent="on", right="A third.", REMOTE="192.0.2.9")
    assert len(mail.outbox) == 6


def test_correction_is_stored_if_no_message_can_be_sent(client, record, settings):
    moderators()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1

    assert send(client, record, urgent="on").status_code == 302
    assert Correction.objects.get().urgent


@pytest.mark.parametrize("ended", [False, True])
def test_urgent_correction_of_a_representative_hides_at_once(client, record, ended):
    ana = Account.objects.create_user("ana@example.org", "long enough password")
    representative = Representative.objects.create(account=ana, record=record)
    if ended:
        Representative.objects.update(ended=representative.since)
    client.force_login(ana)

    answer = send(client, record, urgent="on", right="", how="")

    record.refresh_from_db()
    assert record.level == (Level.LISTED if ended else Level.HIDDEN)
    assert Changeset.objects.accepted().filter(on_behalf=record).count() == (not ended)
    assert Correction.objects.count() == 1
    assert client.get(answer["Location"]).status_code == 200


def test_hidden_record_answers_like_an_absent_one(client, write, record):
    secret = write.record("organization", "secret", "Secret")
    name = Name.objects.get(record=secret)
    write.say("text", record, body="Secret.", text_kind="summary", tier=Tier.REPRESENTATIVES)
    changeset = Changeset()
    changeset.change_record(secret, level=Level.HIDDEN)
    changeset.propose().accept()

    answers = [
        client.get(page(number))
        for number in (secret.pk, name.pk, Text.objects.get().pk, 99_999_999)
    ]

    assert {answer.status_code for answer in answers} == {404}
    contents = {re.sub(rb"about=\d+|about%3D\d+", b"", answer.content) for answer in answers}
    assert len(contents) == 1
    assert client.post(page(secret.pk), {**FIELDS, "stamp": open_stamp()}).status_code == 404


@pytest.mark.parametrize(
    "about", ["", "nobody", "9" * 5_000, "-1", "²", "%00", "0", "9223372036854775808", "1,2"]
)
def test_correction_of_no_entry_is_not_found(client, record, about):
    assert client.get(page(about)).status_code in {400, 404}
    assert client.get(f"/corrections/sent/?about={about}").status_code in {200, 400}
