"""Signing up, signing in and one's account: messages are read and followed, no step is skipped."""

import hashlib
import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mcs import concurrency, production
from mcs.accounts import constant_time
from mcs.accounts.hmac import cache_key, network_hmac
from orgs.access.account import Account
from orgs.access.rate_limits import Attempt
from tests.support.accounts import PASSWORD, SIGN_IN, SIGN_UP, by_code, by_password, code_in, whose
from tests.support.pages import page_of

ADDRESS = "203.0.113.77"


REST = constant_time.wait


@pytest.fixture
def real_rest(monkeypatch) -> None:
    """Responses are delayed, as outside of tests."""
    monkeypatch.setattr(constant_time, "wait", REST)


@pytest.fixture
def ana(db) -> Account:
    """An account with a password and a confirmed address, without rights of an editor."""
    account = Account.objects.create_user("ana@example.org", PASSWORD)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def text_of(response) -> str:
    """The text of a page without the address that was typed."""
    return re.sub(r"\S+@\S+", "", page_of(response).main.text)


# By a password ------------------------------------------------------------------------------------


def test_fields_can_be_filled_in_by_a_password_manager(client, db):
    html = client.get(SIGN_IN).content.decode()

    filled = re.findall(r'<input type="(\w+)" name="(\w+)"[^>]* autocomplete="([\w-]+)"', html)
    assert filled == [
        ("text", "login", "username"),
        ("password", "password", "current-password"),
    ]


def test_right_password_leads_where_the_visitor_wanted_to_go(client, ana):
    answer = by_password(client, "ANA@example.org", next="/review/proposals/")

    assert (answer.status_code, answer.url) == (302, "/review/proposals/")


def test_without_a_wish_everybody_comes_to_their_account(client, ana):
    assert by_password(client, "ana@example.org").url == "/account/"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:x"])
def test_sign_in_leads_to_no_other_site(client, ana, elsewhere):
    assert by_password(client, "ana@example.org", next=elsewhere).url == "/account/"


def test_wrong_password_and_unknown_address_get_the_same_answer(client, ana):
    answers = [by_password(client, f"{who}@example.org", "wrong") for who in ("ana", "who")]

    assert text_of(answers[0]) == text_of(answers[1])
    assert "No account has this e-mail address with this password." in text_of(answers[0])
    assert PASSWORD not in answers[0].content.decode()


def test_unknown_address_takes_as_much_work_as_a_wrong_password(client, ana, monkeypatch):
    # What takes time is the hash: that time tells nothing if it is made once in both cases.
    made = []
    real = hashlib.scrypt
    monkeypatch.setattr(
        hashlib, "scrypt", lambda *args, **more: made.append(more) or real(*args, **more)
    )
    for who in ("ana", "who"):
        by_password(client, f"{who}@example.org", "wrong")

    assert len(made) == 2
    assert [made[0][cost] == made[1][cost] for cost in ("n", "r", "p")] == [True] * 3


def test_typed_address_stays_and_is_escaped(client, db):
    html = by_password(client, '"><script>', "x").content.decode()

    assert 'value="&quot;&gt;&lt;script&gt;"' in html
    assert "<script>" not in html


def test_password_is_stored_as_scrypt(ana):
    assert ana.password.startswith("scrypt$")


def test_password_is_hashed_at_the_cost_that_django_chose(settings):
    # Tests lower the cost of this very class, and of no other.
    assert settings.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.ScryptPasswordHasher"


# By a code ----------------------------------------------------------------------------------------


def test_code_that_is_sent_leads_in_without_a_password(client, ana):
    answer = by_code(client, "ana@example.org", mail.outbox, next="/about/")

    assert (answer.url, whose(client)) == ("/about/", str(ana.pk))
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    assert mail.outbox[0].subject == "[Migrant Civil Society] Your code to sign in"
    assert mail.outbox[0].alternatives == []


def test_unknown_address_is_answered_like_a_known_one_and_notified_by_mail(client, ana):
    pages = [
        client.post(SIGN_IN, {"login": address, "by": "code"}, follow=True)
        for address in ("ana@example.org", "who@example.org")
        if not client.logout()
    ]

    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert text_of(pages[0]) == text_of(pages[1])
    assert [message.to[0] for message in mail.outbox] == ["ana@example.org", "who@example.org"]
    assert "http://testserver/account/sign-up/" in mail.outbox[1].body


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP, "/account/password/forgotten/"])
@pytest.mark.parametrize("address", ["ana@example.org", "who@example.org"])
def test_answer_about_an_address_waits_for_the_clock(client, ana, monkeypatch, path, address):
    waited: list[float] = []
    monkeypatch.setattr(constant_time, "wait", waited.append)

    page = client.get(path)
    assert (page.status_code, waited) == (200, [])
    client.post(path, {"login": address, "email": address, "by": "code", "password": ""})

    assert len(waited) == 1


@pytest.mark.parametrize("work", [0.0, 0.014, 0.2, 0.249, 0.31])
def test_what_differs_by_less_than_a_step_does_not_show(work, db, rf, monkeypatch, real_rest):
    clock = [100.0]
    monkeypatch.setattr(constant_time.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(
        constant_time.time, "sleep", lambda seconds: clock.append(clock.pop() + seconds)
    )

    @constant_time.constant_time
    def view(request):
        Account.objects.filter(email="who@example.org").exists()
        clock.append(clock.pop() + work)
        raise PermissionDenied

    with pytest.raises(PermissionDenied):
        view(rf.post("/"))

    steps = math.ceil(work / constant_time.STEP)
    assert clock[0] - 100 == pytest.approx(steps * constant_time.STEP)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (SIGN_IN, {"login": "", "password": "x"}),
        (SIGN_IN, {"login": "ana@example.org", "password": ""}),
        (SIGN_UP, {"email": "no address"}),
        (SIGN_UP, {}),
        ("/account/password/forgotten/", {"email": "no address"}),
    ],
)
def test_form_that_asks_about_no_address_is_refused_at_once(client, ana, monkeypatch, path, sent):
    waited: list[float] = []
    monkeypatch.setattr(constant_time, "wait", waited.append)

    assert client.post(path, sent).status_code == 200
    assert Client(enforce_csrf_checks=True).post(path, sent).status_code == 403

    assert waited == []


@pytest.mark.parametrize("address", ["ana@example.org", "who@example.org"])
def test_too_many_tries_are_refused_at_once(client, ana, monkeypatch, address):
    for _ in range(6):
        refused = by_password(client, address, "wrong")
    assert "Too many" in text_of(refused)
    for _ in range(25):
        by_password(client, "", "x")
    waited: list[float] = []
    monkeypatch.setattr(constant_time, "wait", waited.append)

    assert by_password(client, address, "wrong").status_code == 429
    assert by_password(Client(REMOTE_ADDR="192.0.2.1"), address, "wrong").status_code == 200

    assert waited == []


@pytest.mark.parametrize("address", ["ana@example.org", "who@example.org"])
def test_no_account_is_looked_up_when_no_more_answers_may_wait(client, ana, address):
    concurrency.resize_limits(production.threads)
    taken = []
    while release := concurrency.account_lookups.acquire():
        taken.append(release)

    with CaptureQueriesContext(connection) as queries:
        answer = by_password(client, address)

    for release in taken:
        release()
    assert len(taken) == 2
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Try again in ten seconds" in page_of(answer).main.text
    assert not [one for one in queries if "orgs_account" in (one["sql"] or "")]
    assert not [one for one in queries if "account_emailaddress" in (one["sql"] or "")]
    assert by_password(client, address).status_code in (200, 302)


@pytest.mark.parametrize("address", ["ana@example.org", "who@example.org"])
def test_server_of_messages_that_takes_none_gives_all_the_same_answer(
    client, ana, settings, address
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1

    answer = client.post(SIGN_IN, {"login": address, "by": "code"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert (
        "The mail server is not accepting messages. Request another one"
        in page_of(answer).main.text
    )


def test_code_is_worth_three_tries_and_fifteen_minutes(client, ana):
    def wrong():
        return client.post("/account/sign-in/code/", {"code": "BBBB-BBBB"})

    client.post(SIGN_IN, {"login": "ana@example.org", "by": "code"})
    tried = [wrong().status_code for _ in range(3)]
    client.post("/account/sign-in/code/", {"code": code_in(mail.outbox[0])})
    after_three = whose(client)
    client.post(SIGN_IN, {"login": "ana@example.org", "by": "code"})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        client.post("/account/sign-in/code/", {"code": code_in(mail.outbox[1])})

    assert tried == [200, 200, 302]
    assert (after_three, whose(client)) == (None, None)


def test_code_serves_once_and_only_who_asked_for_it(client, ana):
    client.post(SIGN_IN, {"login": "ana@example.org", "by": "code"})
    code = {"code": code_in(mail.outbox[0])}
    stranger = Client()
    stranger.post("/account/sign-in/code/", code)
    client.post("/account/sign-in/code/", code)
    again = Client()
    again.post("/account/sign-in/code/", code)

    assert (whose(stranger), whose(client), whose(again)) == (None, str(ana.pk), None)


# Signing up ---------------------------------------------------------------------------------------


def test_signing_up_asks_for_an_address_and_a_name_that_may_be_made_up(client, db):
    page = page_of(client.get(SIGN_UP)).main

    fields = [field.attributes["name"] for field in page.every("input")]

    assert fields == ["csrfmiddlewaretoken", "email", "display_name"]


def test_whoever_signs_up_comes_in_by_the_code(client, db):
    code_sent = client.post(SIGN_UP, {"email": "New@example.org", "display_name": "La Golondrina"})
    before = whose(client)
    answer = client.post(code_sent.url, {"code": code_in(mail.outbox[0])})

    account = Account.objects.get()
    assert (code_sent.url, before, answer.url) == ("/account/address/code/", None, "/account/")
    assert (account.email, str(account)) == ("new@example.org", "La Golondrina")
    assert (account.is_staff, account.has_usable_password()) == (False, False)
    assert whose(client) == str(account.pk)


def test_signing_up_does_not_reveal_who_has_an_account(client, ana):
    pages = [
        client.post(SIGN_UP, {"email": address}, follow=True)
        for address in ("new@example.org", "ana@example.org")
        if not client.logout()
    ]

    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert text_of(pages[0]) == text_of(pages[1])
    assert mail.outbox[1].subject == "[Migrant Civil Society] You have an account already"
    assert "http://testserver/account/sign-in/" in mail.outbox[1].body


def test_where_nothing_is_sent_nobody_signs_up_and_passwords_remain(client, ana, settings):
    settings.EMAIL_SENT = False

    closed = client.get(SIGN_UP)
    page = client.get(SIGN_IN)
    refused = client.post(SIGN_IN, {"login": "ana@example.org", "password": "", "by": "code"})
    by_password(client, "ana@example.org")

    assert "you cannot sign up here" in text_of(closed)
    assert [button.text for button in page_of(page).main.every("button")] == [
        "Sign in",
        "With a passkey",
    ]
    assert (refused.status_code, mail.outbox, whose(client)) == (200, [], str(ana.pk))


def test_first_administrator_comes_in_where_nothing_is_sent(client, db, settings, monkeypatch):
    settings.EMAIL_SENT = False
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@example.org", interactive=False, verbosity=0)

    by_password(client, "root@example.org")

    assert (whose(client), mail.outbox) == (str(Account.objects.get().pk), [])


# One's own account --------------------------------------------------------------------------------


def test_name_is_changed_and_nothing_else(client, ana):
    by_password(client, "ana@example.org")

    client.post("/account/", {"display_name": "Ana B.", "is_staff": "on", "email": "x@example.org"})

    ana.refresh_from_db()
    assert (ana.display_name, ana.is_staff, ana.email) == ("Ana B.", False, "ana@example.org")


def test_address_changes_when_the_new_one_is_confirmed_and_the_old_one_is_notified(client, ana):
    by_password(client, "ana@example.org")
    confirm = client.post("/account/address/", {"email": "new@example.org", "action_add": "1"})
    client.post(confirm.url, {"password": PASSWORD})
    client.post("/account/address/", {"email": "new@example.org", "action_add": "1"})
    ana.refresh_from_db()
    before = ana.email
    client.post("/account/address/code/", {"code": code_in(mail.outbox[0])})

    ana.refresh_from_db()
    assert confirm.url == "/account/confirm/?next=%2Faccount%2Faddress%2F"
    assert (before, ana.email) == ("ana@example.org", "new@example.org")
    assert [message.to[0] for message in mail.outbox] == ["new@example.org", "ana@example.org"]
    assert not EmailAddress.objects.filter(email="ana@example.org").exists()


def test_forgotten_password_is_set_anew_and_ends_all_sessions(client, ana):
    elsewhere = Client()
    by_password(elsewhere, "ana@example.org")

    client.post("/account/password/forgotten/", {"email": "ana@example.org"})
    client.post("/account/password/forgotten/code/", {"code": code_in(mail.outbox[0])})
    client.post("/account/password/forgotten/new/", {"password1": "quite another password"})

    ana.refresh_from_db()
    assert ana.check_password("quite another password")
    assert elsewhere.get("/account/").status_code == 302
    assert mail.outbox[1].subject == "[Migrant Civil Society] Your password was changed"


def test_password_changes_for_who_knows_the_present_one(client, ana):
    by_password(client, "ana@example.org")
    elsewhere = Client()
    by_password(elsewhere, "ana@example.org")
    page = "/account/password/"

    client.post(page, {"oldpassword": "wrong", "password1": "quite another password"})
    ana.refresh_from_db()
    refused = ana.check_password("quite another password")
    client.post(page, {"oldpassword": PASSWORD, "password1": "quite another password"})

    ana.refresh_from_db()
    assert (refused, ana.check_password("quite another password")) == (False, True)
    assert [one.get("/account/").status_code for one in (client, elsewhere)] == [200, 302]


def test_session_is_over_after_a_week(client, ana):
    by_password(client, "ana@example.org")
    cookie = client.cookies["sessionid"]

    before = client.get("/account/").status_code
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
        after = client.get("/account/").status_code

    assert (before, after) == (200, 302)
    assert (cookie["expires"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")


def test_session_has_another_number_once_somebody_is_in(client, ana):
    client.post(SIGN_IN, {"login": "ana@example.org", "by": "code"})
    before = client.session.session_key
    client.post("/account/sign-in/code/", {"code": code_in(mail.outbox[0])})

    assert client.session.session_key != before


def test_signing_out_takes_a_form(client, ana):
    by_password(client, "ana@example.org")

    assert client.get("/account/sign-out/").status_code == 200
    assert whose(client) == str(ana.pk)
    assert client.post("/account/sign-out/")["Location"] == "/"
    assert whose(client) is None


# Guessing, and what is kept -----------------------------------------------------------------------


def test_five_wrong_passwords_close_the_way_for_the_right_one_but_not_that_by_code(client, ana):
    for _ in range(5):
        by_password(client, "ana@example.org", "wrong")

    refused = by_password(Client(REMOTE_ADDR="198.51.100.1"), "ana@example.org")
    by_code(client, "ana@example.org", mail.outbox)

    assert "Too many attempts." in text_of(refused)
    assert whose(client) == str(ana.pk)


def test_strangers_do_not_close_the_way_by_password_for_the_browser_of_its_owner(client, ana):
    by_password(client, "ana@example.org")
    client.get("/account/")
    client.cookies.pop("sessionid")
    for number in range(10):
        by_password(Client(REMOTE_ADDR=f"198.51.100.{number}"), "ana@example.org", "wrong")

    refused = by_password(Client(REMOTE_ADDR="198.51.100.99"), "ana@example.org")
    by_password(client, "ana@example.org")

    assert "Too many attempts." in text_of(refused)
    assert whose(client) == str(ana.pk)


def test_known_browser_is_counted_too_and_is_known_for_its_own_account_only(client, ana):
    other = Account.objects.create_user("bea@example.org", PASSWORD)
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    by_password(client, "ana@example.org")
    known = client.cookies["known"]
    client.cookies.pop("sessionid")
    for _ in range(6):
        of_ana = by_password(client, "ana@example.org", "wrong")
    for _ in range(5):
        by_password(Client(), "bea@example.org", "wrong")
    client.cookies["known"] = known.value
    of_bea = by_password(client, "bea@example.org")

    assert "Too many attempts." in text_of(of_ana)
    assert "Too many attempts." in text_of(of_bea)
    assert (known["httponly"], known["samesite"], "ana" in known.value) == (True, "Lax", False)


@pytest.mark.parametrize("forged_value", ["x" * 4_000, "....", "\xe9", "0" * 32])
def test_made_up_sign_of_a_known_browser_is_worth_nothing(client, ana, forged_value):
    for _ in range(5):
        by_password(Client(), "ana@example.org", "wrong")
    client.cookies["known"] = forged_value

    assert "Too many attempts." in text_of(by_password(client, "ana@example.org"))


def test_twenty_guesses_an_hour_reach_the_password_wherever_they_come_from(ana, monkeypatch):
    reached = []
    monkeypatch.setattr(Account, "check_password", lambda self, raw: bool(reached.append(raw)))
    start = datetime.now(UTC)
    for number in range(60):
        with time_machine.travel(start + timedelta(seconds=55 * number), tick=False):
            visitor = Client(REMOTE_ADDR=f"198.51.100.{number}")
            by_password(visitor, "ana@example.org", f"guess {number}")

    assert len(reached) == 20


def test_guesses_are_counted_for_all_processes_together(own_database):
    Account.objects.create_user("ana@example.org", PASSWORD)
    guess = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "connection.settings_dict['NAME'] = {database!r}\n"
        "from django.test import Client\n"
        "from django.conf import settings\n"
        "settings.ALLOWED_HOSTS = ['*']\n"
        "for _ in range(3):\n"
        "    page = Client().post('/account/sign-in/',"
        " {{'login': 'ana@example.org', 'password': 'wrong'}})\n"
        "    print('Too many' in page.content.decode())\n"
    )
    recognized = [
        subprocess.run(
            [sys.executable, "-c", guess.format(database=own_database)],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "mcs.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a busy machine answers slowly, and notes that
            text=True,
        ).stdout.splitlines()
        for _ in range(2)
    ]

    assert recognized == [["False"] * 3, ["False", "False", "True"]]


def test_of_two_who_add_at_once_one_does(db):
    assert [cache.add("a", 1, 60), cache.add("a", 2, 60), cache.get("a")] == [True, False, 1]
    assert [cache.delete("a"), cache.get("a"), cache.add("a", 3, 0), cache.add("a", 4, 60)] == [
        True,
        None,
        True,
        True,
    ]


def test_place_that_is_taken_and_left_all_the_time_is_one_persons_at_a_time(own_database):
    inside, most = [], []

    def take_and_leave(number: int) -> None:
        try:
            for _ in range(40):
                if cache.add("place", number, 60):
                    inside.append(number)
                    most.append(len(inside))
                    inside.remove(number)
                    cache.delete("place")
                cache.set(f"seen {number % 2}", number, 60)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as people:
        list(people.map(take_and_leave, range(6)))

    assert set(most) == {1}


def tables_that_hold(word: str) -> list[str]:
    """Every table that contains a text in any column."""
    tables = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*) FROM {connection.ops.quote_name(table)} t"  # noqa: S608
                " WHERE t::text LIKE %s",
                [f"%{word}%"],
            )
            if cursor.fetchone()[0]:
                tables.append(table)
    return tables


def test_network_address_stands_in_no_table(ana, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for from_there in ({"REMOTE_ADDR": ADDRESS}, {"HTTP_X_FORWARDED_FOR": f"10.0.0.1, {ADDRESS}"}):
        visitor = Client(**from_there)
        by_password(visitor, "ana@example.org", "wrong")
        visitor.post(SIGN_UP, {"email": "new@example.org"})
        visitor = Client(**from_there)
        by_password(visitor, "ana@example.org")
        # Nor where it is asked first who it is, with a form that was sent.
        visitor.post("/account/address/", {"email": "other@example.org", "action_add": "1"})
        visitor.post("/account/password/", {"oldpassword": "wrong", "password1": "x"})

    assert tables_that_hold(ADDRESS) == []
    assert tables_that_hold("ana@example.org") == ["account_emailaddress", "orgs_account"]
    assert Attempt.objects.exists()


def test_hash_of_an_address_takes_the_key_to_make(settings):
    before = network_hmac(ADDRESS), cache_key(ADDRESS, "", 1)
    settings.SECRET_KEY = "another"

    assert network_hmac(ADDRESS) != before[0]
    assert cache_key(ADDRESS, "", 1) != before[1]


def test_visitors_are_distinguished_by_their_network():
    assert network_hmac("203.0.113.77") != network_hmac("203.0.113.78")
    assert network_hmac("203.0.113.77") == network_hmac("::ffff:203.0.113.77")
    assert (
        network_hmac("2001:db8::1")
        == network_hmac("2001:db8::2")
        != network_hmac("2001:db8:0:1::1")
    )
    assert network_hmac("") == network_hmac("nonsense")


def test_address_that_a_visitor_claims_is_believed_of_a_proxy_only(ana, settings):
    for number in range(60):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
        claimed = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}"}
        last = by_password(Client(**claimed), f"{number}@example.org", "wrong")
        if last.status_code == 429 or "Too many" in text_of(last):
            break

    assert number == 10


def test_too_many_tries_are_refused_with_a_page(client, db):
    answers = [by_password(client, "nobody", "x") for _ in range(31)]

    assert [answers[29].status_code, answers[30].status_code] == [200, 429]
    assert answers[30]["Retry-After"] == "60"
    assert page_of(answers[30]).main.one("h1").text == "Too many attempts"
