"""Signing in: the site's own page, which leads to the desk and tells no more than it must."""

import re

import pytest

from orgs.models import Account

pytestmark = pytest.mark.django_db

PAGE = "/account/sign-in/"


@pytest.fixture
def account():
    return Account.objects.create_user("ana@example.org", "long enough password", is_staff=True)


def test_fields_can_be_filled_in_by_a_password_manager(client):
    html = client.get(PAGE).content.decode()

    filled = re.findall(r'<input type="(\w+)" name="(\w+)"[^>]* autocomplete="([\w-]+)"', html)
    assert filled == [
        ("text", "username", "username"),
        ("password", "password", "current-password"),
    ]


def test_right_password_leads_where_the_visitor_wanted_to_go(client, account):
    fields = {"username": "ANA@example.org", "password": "long enough password"}

    answer = client.post(PAGE, {**fields, "next": "/admin/orgs/changeset/"})

    assert (answer.status_code, answer.url) == (302, "/admin/orgs/changeset/")


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:x"])
def test_sign_in_leads_to_no_other_site(client, account, elsewhere):
    fields = {"username": "ana@example.org", "password": "long enough password"}

    answer = client.post(PAGE, {**fields, "next": elsewhere})

    assert answer.url == "/admin/"


def test_wrong_password_and_unknown_address_are_told_alike(client, account):
    answers = [
        client.post(PAGE, {"username": address, "password": "wrong"}).content.decode()
        for address in ("ana@example.org", "who@example.org")
    ]

    alike = [re.sub(r'value="[^"]*"', "", html) for html in answers]
    assert alike[0] == alike[1]
    assert "No account has this e-mail address with this password." in answers[0]
    assert "long enough" not in answers[0]


def test_typed_address_stays_and_is_escaped(client):
    html = client.post(PAGE, {"username": '"><script>', "password": "x"}).content.decode()

    assert 'value="&quot;&gt;&lt;script&gt;"' in html
    assert "<script>" not in html
