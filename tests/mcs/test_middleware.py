"""What every answer carries, what is refused, and what is said when something fails."""

import gzip

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from psycopg2.errors import QueryCanceled

from mcs.middleware import malformed_parameter, service_unavailable
from orgs.access.account import Account
from tests.support.accounts import force_sign_in
from tests.support.headers import GUARDED
from tests.support.pages import page_of


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


def test_pages_of_editors_are_guarded_and_never_cached(client, db):
    force_sign_in(
        client, Account.objects.create_superuser("a@example.org", "correct horse battery")
    )

    headers = client.get("/admin/").headers

    assert {name: headers.get(name) for name in GUARDED} == GUARDED
    assert "no-store" in headers["Cache-Control"]


def test_pages_are_asked_for_anew(client, db):
    assert client.get("/about/").headers["Cache-Control"] == "no-cache"


# Compressed answers


def test_page_for_all_is_compressed_for_whoever_takes_it_so(client, db):
    plain = client.get("/organizations/")
    short = client.get("/organizations/", headers={"accept-encoding": "gzip, br"})

    assert [plain.headers.get("Content-Encoding"), short["Content-Encoding"]] == [None, "gzip"]
    assert [plain["Vary"], short["Vary"]] == ["Accept-Encoding", "Accept-Encoding"]
    assert gzip.decompress(short.content) == plain.content
    assert short["Content-Length"] == str(len(short.content))


@pytest.mark.parametrize("path", ["/account/", "/admin/"])
def test_page_that_depends_on_a_cookie_is_not_compressed(client, db, path):
    force_sign_in(
        client, Account.objects.create_superuser("a@example.org", "correct horse battery")
    )

    response = client.get(path, headers={"accept-encoding": "gzip"})

    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
    assert "Cookie" in response["Vary"]


def test_mark_of_a_compressed_answer_is_known_again(client, db):
    first = client.get("/api/v1/", headers={"accept-encoding": "gzip"})
    weak = first["ETag"]
    again = client.get("/api/v1/", headers={"accept-encoding": "gzip", "if-none-match": weak})

    assert weak.startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert [first["Vary"], again["Vary"]] == ["Accept, Accept-Encoding"] * 2


@pytest.mark.parametrize(
    ("query", "expected"),
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
def test_malformed_parameter_is_named(query, expected):
    request = RequestFactory().get("/search/", QUERY_STRING=query)

    assert malformed_parameter(request) == expected


def test_unreadable_query_gets_a_page_that_names_it(client, db):
    response = client.get("/organizations/?country=%00")

    assert response.status_code == 400
    assert page_of(response).main.text == (
        "This address cannot be read The value of country contains an invalid character. Type it "
        "again or leave it out."
    )


def test_unreadable_cookie_is_refused(client, db):
    client.cookies["sessionid"] = "\x00" * 32

    assert client.get("/admin/").status_code == 400


def test_method_that_is_not_taken_gets_a_sentence(client, db):
    response = client.post("/organizations/")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert page_of(response).main.text == ("This page is read-only Allowed methods: GET, HEAD.")


def test_absent_page_gets_a_sentence_and_a_search(client, db):
    response = client.get("/nothing/here/")

    assert response.status_code == 404
    page = page_of(response)
    assert page.main.one("h1").text == "Page not found"
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
def test_database_outage_is_reported_with_when_to_return(client, db, failure):
    def broken(*_):
        raise failure("the words of a reader")

    with connection.execute_wrapper(broken):
        response = client.get("/organizations/")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert page_of(response).main.text == (
        "The catalogue cannot be read now The database is not responding. Your data is safe. Try "
        "again in a minute."
    )


def test_database_outage_is_reported_to_programs_as_a_problem(client, db):
    def broken(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(broken):
        response = client.get("/api/v1/organizations/")

    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (
        503,
        "application/problem+json",
        "30",
    )


@pytest.mark.parametrize(("path", "language"), [("/es/search/?q=a", "es"), ("/admin/", "en")])
def test_database_outage_is_reported_in_the_language_of_the_address_without_queries(
    client, db, path, language
):
    # Who may be signed in is looked up in the database, too.
    session = SessionStore()
    session["_auth_user_id"] = "1"
    session.save()
    client.cookies["sessionid"] = session.session_key
    asked = []

    def broken(*_):
        asked.append(1)
        raise OperationalError("away")

    with connection.execute_wrapper(broken):
        response = client.get(path)

    assert (response.status_code, response["Content-Language"]) == (503, language)
    assert f'<html lang="{language}"' in response.content.decode()
    assert asked == [1]


def test_slow_query_is_reported(db):
    error = OperationalError("canceled")
    error.__cause__ = QueryCanceled()

    response = service_unavailable(RequestFactory().get("/"), error)

    assert response is not None
    assert "Ask for less at once" in response.content.decode()


def test_server_error_is_reported_without_details(db):
    def broken(*_):
        raise RuntimeError("inner workings")

    with connection.execute_wrapper(broken):
        response = Client(raise_request_exception=False).get("/organizations/")

    assert response.status_code == 500
    assert page_of(response).main.one("h1").text == "This is an error on our side"
    assert b"inner workings" not in response.content


# Health


def test_healthz_needs_no_database(client, db, django_assert_num_queries):
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
