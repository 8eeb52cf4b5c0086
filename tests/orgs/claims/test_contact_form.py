"""Visitors write to an organization without seeing its address, and no message is stored."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.profiles.own_source import own_source
from orgs.records.source import Tier

FORM = "/organizations/mujeres-en-red/contact/"
MESSAGE = "Can you tell us when the shelter is open? pumpernickel"


@pytest.fixture
def ana(write) -> Representative:
    """A representative."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    account = Account.objects.create_user("ana@example.org", language="es")
    return Representative.objects.create(account=account, record=record)


@pytest.fixture
def opened(ana) -> Client:
    """A visitor, once the form is open."""
    browser = Client()
    browser.force_login(ana.account)
    browser.post("/organizations/mujeres-en-red/confirm/", {"answer": "open"})
    return Client()


def filled(client: Client, delay: float = 30, **more: str):
    """Fill in the form after a plausible time."""
    begun = re.search(r'name="begun" value="([^"]+)"', client.get(FORM).content.decode())[1]
    given = {
        "name": "Bea",
        "address": "bea@example.net",
        "message": MESSAGE,
        "begun": begun,
        **more,
    }
    with time_machine.travel(timezone.now() + timedelta(seconds=delay)):
        return client.post(FORM, given)


def test_message_reaches_the_organization_and_only_the_organization_sees_the_writer(opened):
    answer = filled(opened)

    (message,) = mail.outbox
    assert answer.status_code == 200
    assert (message.to, message.reply_to) == (["ana@example.org"], ["bea@example.net"])
    assert MESSAGE in message.body
    assert MESSAGE in message.alternatives[0][0]
    assert "bea@example.net" not in answer.content.decode()
    assert "ana@example.org" not in answer.content.decode() + opened.get(FORM).content.decode()
    assert not Changeset.objects.filter(operations__icontains="ana@example.org").exists()


def test_no_part_of_a_message_is_stored(opened):
    filled(opened)

    stored_rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(
                    f"SELECT t::text FROM {model._meta.db_table} t"  # noqa: S608 - our tables
                    " WHERE t::text ILIKE ANY (%s)",
                    (["%pumpernickel%", "%bea@example.net%", "%127.0.0.1%"],),
                )
                stored_rows += cursor.fetchall()
    assert stored_rows == []


def test_form_is_there_only_where_the_organization_opened_it(ana, write):
    write.record("organization", "otra")
    closed = Client().get(FORM)
    none = Client().get("/organizations/none-such/contact/")
    browser = Client()
    browser.force_login(ana.account)
    browser.post("/organizations/mujeres-en-red/confirm/", {"answer": "open"})
    opened = Client().get(FORM).status_code
    page = Client().get("/organizations/mujeres-en-red/").content.decode()
    browser.post("/organizations/mujeres-en-red/confirm/", {"answer": "close"})

    assert (closed.status_code, opened, Client().get(FORM).status_code) == (404, 200, 404)
    assert FORM in page
    assert closed.content == none.content


def test_researcher_cannot_open_the_form_of_a_organization(ana, write):
    write.say(
        "contact",
        ana.record,
        contact_kind="form",
        value="http://localhost:8000" + FORM,
        voice="own",
        tier=Tier.PUBLIC,
    )

    assert Client().get(FORM).status_code == 404


def test_hidden_organization_answers_as_if_absent(ana, opened):
    changeset = Changeset()
    changeset.change_record(ana.record, level="hidden")
    changeset.propose().accept()
    answer, none = opened.get(FORM), opened.get("/organizations/none-such/contact/")

    assert (answer.status_code, answer.content) == (404, none.content)
    assert opened.post(FORM, {"message": MESSAGE}).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"address": "bea@example.net\nBcc: all@example.net"},
        {"address": "bea@example.net\r\nSubject: x"},
        {"address": "bea@example.net, all@example.net"},
        {"address": "bea"},
        {"message": ""},
        {"message": "x" * 5_001},
        {"begun": "forged"},
        {"begun": ""},
    ],
)
def test_what_cannot_be_passed_on_is_refused_and_kept_in_the_form(opened, given):
    answer = filled(opened, **given)

    assert (answer.status_code, mail.outbox) == (400, [])
    if "message" not in given:
        assert MESSAGE in answer.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Bea\r\nBcc: all@example.net"},
        {"message": "Hello\r\n.\r\nBcc: all@example.net\r\n\r\nx"},
        {"message": "<script>alert(1)</script> {{ base }} {% now 'Y' %}"},
    ],
)
def test_what_is_typed_is_no_header_no_markup_and_no_template(opened, given):
    filled(opened, **given)

    (message,) = mail.outbox
    assert set(message.message().keys()) <= {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID",
    }  # fmt: skip
    assert "Bea" not in message.subject
    assert "\n" not in message.subject
    assert "<script>" not in message.alternatives[0][0]
    assert message.recipients() == ["ana@example.org"]


def test_program_that_fills_in_everything_is_thanked_and_ignored(opened):
    answer = filled(opened, website="https://buy.example")

    assert (answer.status_code, mail.outbox) == (200, [])


def test_form_is_not_sent_within_a_blink_nor_after_a_day(opened):
    assert [filled(opened, delay=delay).status_code for delay in (0.5, 90_000)] == [400, 400]
    assert mail.outbox == []


def test_five_messages_an_hour_pass_from_one_network(opened):
    assert [filled(opened).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert len(mail.outbox) == 5


def test_message_goes_where_the_organization_wants_it_first(opened, ana, write):
    own = Changeset(author=ana.account, on_behalf=ana.record)
    own.add(
        "contact", ana.record, contact_kind="email", value="hola@example.org", voice="own",
        source=own_source(own, ana.record),
    )  # fmt: skip
    own.propose().accept()
    filled(opened)

    assert [message.to for message in mail.outbox] == [["hola@example.org"]]


def test_missing_forgery_token_is_refused(opened):
    assert Client(enforce_csrf_checks=True).post(FORM, {"message": MESSAGE}).status_code == 403
