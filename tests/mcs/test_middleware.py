"""What every answer carries, what is refused, and what is said when something fails."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from psycopg2.errors import QueryCanceled

from mcs.middleware import fault_of, unavailable
from orgs.models import Account
from tests.pages import page_of

GUARDED = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search/?q=a",
        "/organizations/",
        "/organizations/nobody/",
        "/organizations/?q=%00",
        "/account/sign-in/",
        "/admin/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/healthz",
        "/id/1",
    ],
)
def test_every_answer_is_guarded(client, db, path):
    headers = client.get(path).headers

    assert {name: headers.get(name) for name in GUARDED} == GUARDED


def test_pages_of_editors_are_guarded_and_kept_by_nobody(client, db):
    client.force_login(Account.objects.create_superuser("a@example.org", "correct horse battery"))

    headers = client.get("/admin/").headers

    assert {name: headers.get(name) for name in GUARDED} == GUARDED
    assert "no-store" in headers["Cache-Control"]


def test_pages_are_asked_for_anew(client, db):
    assert client.get("/about/").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", None),
        ("q=caf%C3%A9&arena=ngo", None),
        ("q=%E1%9E%9A", None),
        ("q=a+b&&=&x", None),
        ("q=%00", "q"),
        ("q=a&country=m%00x", "country"),
        ("q=%ff", "q"),
        ("q=%ED%A0%80", "q"),
        ("q=%C3", "q"),
        ("a%00b=1", "ab"),
        ("%00", ""),
        ("q=" + "a" * 8_000, ""),
    ],
)
def test_fault_of_names_the_question_that_nobody_can_read(query, fault):
    request = RequestFactory().get("/search/", QUERY_STRING=query)

    assert fault_of(request) == fault


def test_unreadable_question_gets_a_page_that_names_it(client, db):
    response = client.get("/organizations/?country=%00")

    assert response.status_code == 400
    assert page_of(response).main.text == (
        "This address cannot be read The value of country holds a character that no text can "
        "have. Write it again, or leave it out."
    )


def test_unreadable_cookie_is_refused(client, db):
    client.cookies["sessionid"] = "\x00" * 32

    assert client.get("/admin/").status_code == 400


def test_method_that_is_not_taken_gets_a_sentence(client, db):
    response = client.post("/organizations/")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert page_of(response).main.text == (
        "This page can only be read It takes these methods: GET, HEAD, OPTIONS."
    )


def test_absent_page_gets_a_sentence_and_a_search(client, db):
    response = client.get("/nothing/here/")

    assert response.status_code == 404
    page = page_of(response)
    assert page.main.one("h1").text == "Nothing public has this address"
    assert page.main.one("form").attributes["action"] == "/search/"


def test_absent_address_of_the_api_is_a_problem_and_no_page(client, db):
    response = client.get("/api/v2/organizations/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_form_without_its_token_gets_a_sentence(db):
    response = Client(enforce_csrf_checks=True).post("/account/sign-in/", {})

    assert response.status_code == 403
    assert page_of(response).main.one("h1").text == "This form has to be sent again"


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_database_that_is_away_is_told_with_when_to_return(client, db, failure):
    def broken(*_):
        raise failure("the words of a reader")

    with connection.execute_wrapper(broken):
        response = client.get("/organizations/")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert page_of(response).main.text == (
        "The catalogue cannot be read now Its database does not answer. Nothing is lost; try "
        "again in a minute."
    )


def test_question_that_takes_too_long_is_told(db):
    error = OperationalError("canceled")
    error.__cause__ = QueryCanceled()

    response = unavailable(RequestFactory().get("/"), error)

    assert response is not None
    assert "takes longer than anybody should wait" in response.content.decode()


def test_database_failure_is_noted_without_what_was_asked(client, db, caplog):
    def broken(*_):
        raise OperationalError("LINE 1: SELECT 'what a reader asked'")

    with connection.execute_wrapper(broken):
        client.get("/search/?q=what+a+reader+asked")

    assert [record.getMessage() for record in caplog.records] == [
        "The database did not answer: OperationalError",
        "Service Unavailable: /search/",
    ]


def test_mistake_of_ours_is_told_without_details(db):
    def broken(*_):
        raise RuntimeError("inner workings")

    with connection.execute_wrapper(broken):
        response = Client(raise_request_exception=False).get("/organizations/")

    assert response.status_code == 500
    assert page_of(response).main.one("h1").text == "This is our mistake"
    assert b"inner workings" not in response.content


# Health


def test_healthz_asks_nobody(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_is_ready_with_every_migration(client, db):
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ready\n")


def test_readyz_is_not_ready_without_a_database(client, db):
    def broken(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(broken):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == (
        b"The database does not answer. Check that it runs and DATABASE_URL.\n"
    )
    assert response["Retry-After"] == "5"


def test_readyz_is_not_ready_without_a_migration(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'campaigns'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content.endswith(b"are missing. Run: python manage.py migrate\n")
