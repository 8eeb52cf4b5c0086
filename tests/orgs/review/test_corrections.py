"""Anybody can say what is not right, without an account; machines and floods are kept out."""

import re
import time

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail

from orgs.access.account import Account
from orgs.access.attempt import Attempt
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

SAID = {
    "wrong": "It was founded in 1980.",
    "right": "It was founded in 1979.",
    "how": "https://example.org/history",
}


@pytest.fixture
def record(write):
    return write.record("organization", "mujeres-en-red", "Mujeres en Red")


def page(about) -> str:
    return f"/corrections/?about={about}"


def opened(seconds_ago: float = 60) -> str:
    """Return the stamp of a form that was opened so long ago."""
    with time_machine.travel(time.time() - seconds_ago):
        return form_token("correction")


def sent(client, record, **more):
    """Send a correction as a person does, from the network REMOTE; return the answer."""
    remote = more.pop("REMOTE", "127.0.0.1")
    form = {**SAID, "stamp": opened(), **more}
    return client.post(page(record.pk), form, REMOTE_ADDR=remote)


def problems(response) -> list[str]:
    """Return what stands against a form."""
    found = re.findall(r'class="problem" role="alert">(.*?)</p>', response.content.decode())
    return found


def test_page_of_a_record_leads_to_the_form(client, record):
    html = client.get("/organizations/mujeres-en-red/").content.decode()
    number = Name.objects.get(record=record).pk

    assert f'href="{page(record.pk)}"' in html
    assert f'href="{page(number)}"' in html
    assert client.get(page(record.pk)).status_code == 200
    assert "Mujeres en Red" in client.get(f"/es{page(number)}").content.decode()


def test_correction_waits_and_changes_nothing(client, record):
    before = Entry.objects.get(pk=record.pk).document

    answer = sent(client, record)

    correction = Correction.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/corrections/sent/?about={record.pk}",
    )
    assert client.get(answer["Location"]).status_code == 200
    assert (correction.record_id, correction.statement) == (record.pk, None)
    assert {name: getattr(correction, name) for name in SAID} == SAID
    assert correction.state == "waiting"
    assert Entry.objects.get(pk=record.pk).document == before


def test_correction_names_the_sentence_it_was_begun_at(client, record):
    number = Name.objects.get(record=record).pk

    client.post(page(number), {**SAID, "stamp": opened()})

    correction = Correction.objects.get()
    assert (correction.record_id, correction.statement) == (record.pk, number)


def test_same_form_sent_twice_counts_once(client, record):
    stamp = opened()

    sent(client, record, stamp=stamp)
    sent(client, record, stamp=stamp)
    sent(client, record, stamp=stamp, right="It was founded in 1978.")

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
def test_what_cannot_be_taken_is_refused_with_a_sentence_and_stays(client, record, typed, problem):
    given = {**SAID, **typed}

    answer = sent(client, record, **typed)

    html = answer.content.decode()
    assert answer.status_code == 400
    assert problems(answer) == [problem]
    assert all(given[name].strip("\x00 ").replace("\x00", "") in html for name in SAID)
    assert Correction.objects.count() == 0


def test_form_that_was_open_for_too_long_is_sent_at_the_second_try(client, record):
    answer = sent(client, record, stamp=opened(8 * 86_400))

    stamp = re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())[1]
    seconds = seconds_open(stamp, "correction")
    assert answer.status_code == 400
    assert seconds is not None
    assert seconds < 60


def test_seal_of_another_form_is_none(client, record):
    answer = sent(client, record, stamp=form_token(f"writing to {record.pk}"))

    assert problems(answer) == [
        "This form has been open for too long. Look at it again, then send it."
    ]


def test_whoever_is_faster_than_a_person_waits_and_sends_again(client, record):
    html = client.get(page(record.pk)).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', html)[1]

    answer = sent(client, record, stamp=stamp)

    assert problems(answer) == [
        "The form was sent too fast. Wait three seconds, then send it again."
    ]
    assert f'value="{stamp}"' in answer.content.decode()


def test_one_network_sends_five_in_ten_minutes_and_keeps_the_words_of_the_sixth(client, record):
    for number in range(5):
        assert sent(client, record, right=f"Founded in {number}.").status_code == 302

    answer = sent(client, record, right="Founded in 1979, at last.")
    form = {**SAID, "stamp": opened()}
    elsewhere = client.post(page(record.pk), form, REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == 429
    assert "Founded in 1979, at last." in answer.content.decode()
    assert elsewhere.status_code == 302
    assert not Attempt.objects.filter(name__contains="192.0.2").exists()


def test_thousand_corrections_of_one_entry_from_everywhere_become_sixty(client, record):
    for number in range(70):
        client.post(
            page(record.pk),
            {**SAID, "right": f"{number}", "stamp": opened()},
            REMOTE_ADDR=f"192.0.2.{number}",
        )

    assert Correction.objects.count() == 60


def test_danger_needs_no_source_and_hides_nothing(client, record):
    answer = sent(client, record, urgent="on", right="", how="")

    assert answer.status_code == 302
    assert Correction.objects.get().urgent
    assert Entry.objects.get(pk=record.pk).state == "published"


def test_strangers_keep_no_urgent_correction_from_an_entry(client, record):
    for number in range(70):
        sent(client, record, right=f"{number}", REMOTE=f"192.0.2.{number}")
    assert sent(client, record, REMOTE="198.51.100.1").status_code == 429
    for number in range(70):
        answer = sent(client, record, urgent="on", right=f"{number}", REMOTE=f"192.0.2.{number}")
        assert answer.status_code == 302

    answer = sent(client, record, urgent="on", wrong="They are in danger.", REMOTE="198.51.100.2")

    assert answer.status_code == 302
    assert Correction.objects.filter(urgent=True).count() == 71


def test_one_network_sends_five_urgent_corrections_in_ten_minutes(client, record):
    for number in range(5):
        assert sent(client, record, urgent="on", right=f"{number}").status_code == 302

    assert sent(client, record, urgent="on").status_code == 429
    assert sent(client, record).status_code == 302


def test_representative_hides_whatever_strangers_have_sent(client, record):
    ana = Account.objects.create_user("ana@example.org", "long enough password")
    Representative.objects.create(account=ana, record=record)
    for number in range(6):
        sent(client, record, urgent="on", right=f"{number}")
    client.force_login(ana)

    assert sent(client, record, urgent="on").status_code == 302

    record.refresh_from_db()
    assert record.level == Level.HIDDEN


def moderators() -> list[Account]:
    """Make two moderators, and an editor who is none."""
    right = Permission.objects.get(codename="change_changeset")
    made = [
        Account.objects.create_user(
            f"{name}@example.org", "long enough password", is_staff=True, language=language
        )
        for name, language in (("mod", "en"), ("moderadora", "es"), ("editor", "en"))
    ]
    for one in made[:2]:
        one.user_permissions.add(right)
    return made[:2]


def test_moderators_hear_at_once_of_danger_and_read_no_secret(client, record, write):
    moderators()

    sent(client, record)
    assert mail.outbox == []
    sent(client, record, urgent="on", wrong="Their street is on record.")

    assert [one.to for one in mail.outbox] == [["mod@example.org"], ["moderadora@example.org"]]
    assert "1 urgent correction" in mail.outbox[0].subject
    assert "/admin/orgs/changeset/queue/" in mail.outbox[0].body
    for message in mail.outbox:
        said = message.subject + message.body + message.alternatives[0][0]
        assert "street" not in said
        assert "Mujeres en Red" not in said

    # Not again in the same ten minutes, but at once for another entry.
    sent(client, record, urgent="on", right="Another.")
    assert len(mail.outbox) == 2
    sent(client, write.record("organization", "otra", "Otra"), urgent="on")
    assert len(mail.outbox) == 4
    assert "3 urgent corrections" in mail.outbox[2].subject
    with time_machine.travel(time.time() + 11 * 60):
        sent(client, record, urgent="on", right="A third.", REMOTE="192.0.2.9")
    assert len(mail.outbox) == 6


def test_correction_is_taken_though_no_message_can_be_sent(client, record, settings):
    moderators()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1

    assert sent(client, record, urgent="on").status_code == 302
    assert Correction.objects.get().urgent


@pytest.mark.parametrize("ended", [False, True])
def test_danger_hides_at_once_if_the_representative_says_so(client, record, ended):
    ana = Account.objects.create_user("ana@example.org", "long enough password")
    held = Representative.objects.create(account=ana, record=record)
    if ended:
        Representative.objects.update(ended=held.since)
    client.force_login(ana)

    answer = sent(client, record, urgent="on", right="", how="")

    record.refresh_from_db()
    assert record.level == (Level.LISTED if ended else Level.HIDDEN)
    assert Changeset.objects.accepted().filter(on_behalf=record).count() == (not ended)
    assert Correction.objects.count() == 1
    assert client.get(answer["Location"]).status_code == 200


def test_what_is_hidden_answers_as_if_it_never_was(client, write, record):
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
    bodies = {re.sub(rb"about=\d+|about%3D\d+", b"", answer.content) for answer in answers}
    assert len(bodies) == 1
    assert client.post(page(secret.pk), {**SAID, "stamp": opened()}).status_code == 404


@pytest.mark.parametrize(
    "about", ["", "nobody", "9" * 5_000, "-1", "²", "%00", "0", "9223372036854775808", "1,2"]
)
def test_what_names_no_entry_is_not_found(client, record, about):
    assert client.get(page(about)).status_code in {400, 404}
    assert client.get(f"/corrections/sent/?about={about}").status_code in {200, 400}
