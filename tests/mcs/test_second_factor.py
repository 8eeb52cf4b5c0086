"""Second factors, sessions, and that the admin needs a second factor."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client, TestCase

from mcs.accounts.devices import describe_device
from mcs.accounts.factors import FactorAdapter
from orgs.access.account import Account
from tests.support.accounts import (
    PASSWORD,
    SECRET,
    by_code,
    by_password,
    code_of_app,
    force_sign_in,
    whose,
    with_app,
)
from tests.support.addresses import addresses
from tests.support.pages import page_of

FACTOR = "/account/sign-in/second-factor/"
SET_UP = "/account/second-factor/app/"
CODES = "/account/second-factor/codes/"

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"


@pytest.fixture
def root(db) -> Account:
    """An administrator, as `createsuperuser` makes one."""
    return Account.objects.create_superuser("root@example.org", PASSWORD)


@pytest.fixture
def ana(db) -> Account:
    """An account without rights of an editor."""
    account = Account.objects.create_user("ana@example.org", PASSWORD)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def set_up(client: Client) -> str:
    """Set up an app, as its page says, and return the secret."""
    page = client.get(SET_UP)
    if page.status_code == 302:
        client.post(page.url, {"password": PASSWORD})
        page = client.get(SET_UP)
    secret = page_of(page).main.one("code").text
    # Where a test commits, all that follows has happened by now; elsewhere this lets mail be sent.
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(SET_UP, {"code": code_of_app(secret)})
    assert answer.url == CODES
    return secret


# Review pages ------------------------------------------------------------------------------------


def test_administrator_is_led_to_a_second_factor_before_the_admin_opens(own_database):
    Account.objects.create_superuser("root@example.org", PASSWORD)
    client = Client()
    by_password(client, "root@example.org", next="/review/proposals/")

    led = client.get("/review/proposals/", follow=True)
    secret = set_up(client)
    opened = client.get("/review/proposals/").status_code

    assert led.redirect_chain[-1] == ("/account/second-factor/", 302)
    assert "You need a second factor to open the review pages" in page_of(led).main.text
    assert (opened, len(secret)) == (200, 32)


def test_no_page_of_the_admin_opens_without_one(client, root):
    by_password(client, "root@example.org")
    paths = [
        address.written % dict.fromkeys(address.parameters, "1")
        for address in addresses()
        if address.of_editors and address.written != "/admin/logout/"
    ]

    answers = {path: client.get(path) for path in (*paths, "/es/admin/")}

    assert {path: one.status_code for path, one in answers.items()} == dict.fromkeys(answers, 302)
    assert {one.url.partition("?")[0] for one in answers.values()} == {
        "/account/second-factor/", "/admin/login/", "/es/admin/login/",
    }  # fmt: skip


def test_whoever_has_one_shows_it_at_each_sign_in(client, root):
    with_app(root)

    first = by_password(client, "root@example.org", next="/admin/")
    between = (whose(client), client.get("/admin/").status_code)
    wrong = client.post(FACTOR, {"code": "000000"})
    last = client.post(FACTOR, {"code": code_of_app()})

    assert (first.url, between) == (FACTOR, (None, 302))
    assert "The code is wrong." in page_of(wrong).main.text
    assert (last.url, client.get("/admin/").status_code) == ("/admin/", 200)


def test_code_by_mail_is_not_enough_either(client, root):
    with_app(root)

    assert by_code(client, "root@example.org", mail.outbox).url == FACTOR
    assert whose(client) is None


def test_session_from_before_the_factor_ends_when_it_is_set_up(own_database):
    Account.objects.create_superuser("root@example.org", PASSWORD)
    client, thief = Client(), Client()
    by_password(thief, "root@example.org")
    by_password(client, "root@example.org")

    set_up(client)

    assert client.get("/admin/").status_code == 200
    assert thief.get("/account/").status_code == 302


def test_session_that_has_not_shown_it_is_asked_to(client, root):
    with_app(root)
    client.force_login(root)

    led = client.get("/admin/", follow=True)
    client.post(led.redirect_chain[-1][0], {"code": code_of_app()})

    assert led.redirect_chain[-1] == ("/account/confirm/code/?next=%2Fadmin%2F", 302)
    assert client.get("/admin/").status_code == 200


def test_admin_closes_when_the_last_factor_is_removed(client, root):
    force_sign_in(client, root)
    opened = client.get("/admin/").status_code
    Authenticator.objects.all().delete()

    assert (opened, client.get("/admin/").status_code) == (200, 302)


def test_only_editors_need_one(client, ana):
    assert by_password(client, "ana@example.org").url == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get("/admin/", follow=True).status_code == 403


# Factors ------------------------------------------------------------------------------------------


def test_code_serves_once(client, root):
    with_app(root)
    code = code_of_app()
    by_password(client, "root@example.org")
    client.post(FACTOR, {"code": code})
    other = Client()
    by_password(other, "root@example.org")
    other.post(FACTOR, {"code": code})

    assert (whose(client), whose(other)) == (str(root.pk), None)


def test_guesses_at_codes_are_counted(client, root):
    with_app(root)
    by_password(client, "root@example.org")
    for number in range(5):
        client.post(FACTOR, {"code": f"00000{number}"})

    refused = client.post(FACTOR, {"code": code_of_app()})

    assert "Too many attempts." in page_of(refused).main.text
    assert whose(client) is None


def test_codes_on_paper_open_once_each(client, root):
    by_password(client, "root@example.org")
    set_up(client)
    papers = [one.text for one in page_of(client.get(CODES)).main.every("code")]
    file = client.get(CODES + "download/").content.decode().split()
    came = []
    for _ in range(2):
        other = Client()
        by_password(other, "root@example.org")
        other.post(FACTOR, {"code": papers[0]})
        came.append(whose(other))

    assert (len(papers), file) == (10, papers)
    assert came == [str(root.pk), None]
    assert papers[0] not in client.get(CODES).content.decode()


def test_secrets_are_kept_locked(client, root):
    by_password(client, "root@example.org")
    secret = set_up(client)
    papers = [one.text for one in page_of(client.get(CODES)).main.every("code")]

    stored = json.dumps([one.data for one in Authenticator.objects.all()])

    assert [word for word in (secret, *papers) if word in stored] == []


def test_another_key_of_the_catalogue_opens_what_the_one_before_locked(settings):
    locked = FactorAdapter().encrypt(SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert FactorAdapter().decrypt(locked) == SECRET


def test_owner_is_notified_by_mail_what_was_changed(client, root):
    by_password(client, "root@example.org")
    set_up(client)

    assert [message.subject for message in mail.outbox] == [
        "[Migrant Civil Society] Your second factor was changed"
    ]
    assert "http://testserver/account/" in mail.outbox[0].body


def test_removing_one_takes_it_once_more(client, root):
    with_app(root)
    by_password(client, "root@example.org")
    client.post(FACTOR, {"code": code_of_app()})

    confirmation = client.post("/account/second-factor/app/remove/")

    assert confirmation.url == "/account/confirm/?next=%2Faccount%2Fsecond-factor%2Fapp%2Fremove%2F"
    assert Authenticator.objects.filter(type="totp").exists()


def test_operator_of_the_server_removes_what_is_lost(client, root, capsys):
    with_app(root)
    force_sign_in(client, root)

    call_command("remove_second_factor", "Root@example.org")

    assert not Authenticator.objects.exists()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/second-factor/"
    assert capsys.readouterr().out == (
        "The second factor of root@example.org is removed; the next sign-in leads to a new one.\n"
    )


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{}",
        "[]",
        "1",
        '{"id": 1}',
        r'{"id": "\u0000"}',
        r'{"id": "\ud800"}',
        '"' + "9" * 5_000,
        "[" * 90_000,
    ],
)
def test_broken_passkeys_are_refused(client, root, sent):
    answer = client.post("/account/sign-in/passkey/", {"credential": sent})

    assert (answer.status_code, whose(client)) == (302, None)


def test_passkey_that_fails_unexpectedly_is_noted_without_what_was_sent(client, root, caplog):
    client.get("/account/sign-in/passkey/")
    client.post("/account/sign-in/passkey/", {"credential": '{"id": 1, "response": "secret"}'})

    assert [one.getMessage() for one in caplog.records] == ["A passkey could not be read: KeyError"]


# Sessions -----------------------------------------------------------------------------------------


def test_sessions_are_listed_and_each_can_be_ended(client, ana):
    phone, library = (Client(HTTP_USER_AGENT=agent) for agent in (FIREFOX, "x" * 500))
    for browser in (phone, library, client):
        by_password(browser, "ana@example.org")

    page = page_of(client.get("/account/sessions/")).main
    of_phone = UserSession.objects.get(user_agent="Firefox, Android")
    client.post("/account/sessions/", {"session": str(of_phone.pk)})
    after_one = [whose(one) for one in (phone, library, client)]
    client.post("/account/sessions/", {"session": "others"})

    assert len(page.every("li")) == 3
    assert "Firefox, Android" in page.text
    assert after_one == [None, str(ana.pk), str(ana.pk)]
    assert [whose(one) for one in (phone, library, client)] == [None, None, str(ana.pk)]


def test_whose_role_changes_signs_in_anew(client, ana, root):
    by_password(client, "ana@example.org")
    moderator = force_sign_in(Client(), root)
    page = f"/admin/orgs/account/{ana.pk}/change/"

    moderator.post(page, {"email": ana.email, "is_active": "on", "is_staff": "on"})

    ana.refresh_from_db()
    assert (ana.is_staff, whose(client)) == (True, None)


def test_nobody_ends_the_sessions_of_others(client, ana, root):
    by_password(client, "ana@example.org")
    other = Client()
    by_password(other, "root@example.org")
    theirs = UserSession.objects.get(user=root)

    client.post("/account/sessions/", {"session": str(theirs.pk)})

    assert whose(other) == str(root.pk)


def test_of_a_browser_only_its_name_and_its_system_are_kept():
    agents = {
        FIREFOX: "Firefox, Android",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
        " Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari, iPhone",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0": "Edge, Windows",
        "curl/8.1": "",
    }

    assert {agent: describe_device(agent) for agent in agents} == agents
    assert {describe_device(short) for short in agents.values()} == set(agents.values())


def test_expired_data_is_deleted(client, ana):
    by_password(client, "ana@example.org", "wrong")
    by_password(client, "ana@example.org")

    counts = []
    for days in (8, 366):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            call_command("forget")
        with connection.cursor() as cursor:
            for table in ("django_session", "usersessions_usersession", "orgs_attempt"):
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
                counts.append(cursor.fetchone()[0])

    # From where the account was opened is kept for a year, as hashes: that, and that it ever was.
    assert counts == [0, 0, 2, 0, 0, 0]


def test_who_never_confirms_an_address_is_forgotten_after_a_week(client, ana):
    client.post("/account/sign-up/", {"email": "new@example.org"})
    made = Account.objects.create_user("made@example.org")
    stored = []

    for days in (6, 8):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            call_command("forget")
        stored.append(sorted(Account.objects.values_list("email", flat=True)))

    assert stored == [
        ["ana@example.org", made.email, "new@example.org"],
        ["ana@example.org", made.email],
    ]
