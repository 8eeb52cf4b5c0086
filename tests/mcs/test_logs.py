"""The log: lines of JSON that help operators and contain nothing about readers."""

import io
import json
import logging
import sys
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client

from mcs.logs import JsonFormatter
from mcs.middleware import SLOW_SECONDS

CANARY = "canary-7f3a"


@pytest.fixture
def log() -> Callable[[], list[dict]]:
    """The lines that were noted since the beginning of the test, read as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def sung(*_) -> None:
    """Fail with the reader's request in every part of the exception."""
    try:
        raise LookupError(CANARY)
    except LookupError as error:
        raise ValueError(f"{CANARY} is no number") from error


def away(*_) -> None:
    """Fail like a database whose message repeats the query."""
    raise OperationalError(f"LINE 1: SELECT '{CANARY}'")


def everything_asked(path: str) -> dict:
    """A request with a canary wherever one can sit."""
    return {
        "path": f"{path}?q={CANARY}",
        "headers": {
            "user-agent": CANARY,
            "referer": f"http://{CANARY}.example/",
            "x-request-id": CANARY,
            "x-forwarded-for": CANARY,
            "accept-language": CANARY,
        },
        "REMOTE_ADDR": "203.0.113.77",
    }


def test_server_error_is_logged_with_its_place_and_its_number(db, log):
    with connection.execute_wrapper(sung):
        response = Client(raise_request_exception=False).get("/organizations/")

    (line,) = log()
    assert response.status_code == 500
    assert line["request"] == response["X-Request-ID"]
    assert {name: line[name] for name in ("level", "logger", "message", "status")} == {
        "level": "error",
        "logger": "mcs.middleware",
        "message": "This is a mistake of ours",
        "status": 500,
    }
    assert (line["method"], line["route"]) == ("GET", "organizations")
    assert line["exception"][0] == "builtins.LookupError"
    assert "builtins.ValueError" in line["exception"]
    assert any("in sung" in place or " sung: raise" in place for place in line["exception"])


def test_mistake_in_the_api_is_noted_once_too(db, log):
    with connection.execute_wrapper(sung):
        response = Client(raise_request_exception=False).get("/api/v1/organizations/")

    assert response.status_code == 500
    assert [(line["request"], line["route"]) for line in log()] == [
        (response["X-Request-ID"], "api:organizations-list")
    ]


def test_database_that_is_away_is_noted_by_the_kind_of_its_failure(client, db, log):
    with connection.execute_wrapper(away):
        response = client.get("/organizations/")

    assert [(line["message"], line["status"], line["request"]) for line in log()] == [
        ("The database did not answer: OperationalError", 503, response["X-Request-ID"])
    ]


@pytest.mark.parametrize("failure", [sung, away])
@pytest.mark.parametrize(
    "path", ["/search/", "/organizations/", f"/organizations/{CANARY}/", "/api/v1/search/"]
)
def test_failure_is_noted_without_anything_that_a_reader_sent(db, log, failure, path):
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = CANARY

    with connection.execute_wrapper(failure):
        response = client.get(**everything_asked(path))

    assert response.status_code in (500, 503)
    assert len(log()) == 1
    assert CANARY not in json.dumps(log())
    assert "203.0.113.77" not in json.dumps(log())


@pytest.mark.parametrize("failure", [sung, away])
def test_failure_of_a_form_is_noted_without_what_was_typed(db, log, failure):
    client = Client(raise_request_exception=False)

    with connection.execute_wrapper(failure):
        client.post("/account/sign-in/", {"login": f"{CANARY}@example.org", "password": CANARY})

    assert len(log()) == 1
    assert CANARY not in json.dumps(log())


@pytest.mark.parametrize(
    ("path", "extra", "status"),
    [
        (f"/organizations/?q=%00{CANARY}", {}, 400),
        (f"/api/v1/organizations/?{CANARY}=1", {}, 400),
        ("/", {"HTTP_HOST": f"{CANARY}.example"}, 400),
        (f"/{CANARY}/", {}, 404),
    ],
)
def test_what_readers_do_wrong_is_not_noted_at_all(db, log, path, extra, status):
    response = Client(raise_request_exception=False).get(path, **extra)

    assert response.status_code == status
    assert log() == []


def test_method_that_nobody_knows_is_not_repeated(db, log):
    with connection.execute_wrapper(away):
        Client(raise_request_exception=False).generic(CANARY, "/admin/")

    assert CANARY not in json.dumps(log())


def test_answer_that_took_long_is_noted(client, db, log):
    with connection.execute_wrapper(slowly):
        client.get(f"/organizations/?q={CANARY}")

    (line,) = log()
    assert (line["level"], line["message"], line["status"], line["route"]) == (
        "warning",
        "This answer took long",
        200,
        "organizations",
    )
    assert line["milliseconds"] > SLOW_SECONDS * 1000
    assert CANARY not in json.dumps(line)


def slowly(execute, sql, params, many, context):
    """Let the database take its time once, so that the page takes longer than it should."""
    if not connection.queries_log:
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [SLOW_SECONDS / 2 + 0.1])
    return execute(sql, params, many, context)


def test_quick_answer_is_not_noted(client, db, log):
    client.get("/organizations/")

    assert log() == []


def test_messages_of_libraries_are_logged_without_their_values(log):
    gunicorn = logging.getLogger("gunicorn.error")
    try:
        sung()
    except ValueError:
        record = gunicorn.makeRecord(
            *(gunicorn.name, logging.ERROR, "base.py", 1),
            *("Error handling request %s %s", ("GET", f"/?q={CANARY}"), sys.exc_info()),
        )

    line = JsonFormatter().format(record)

    assert json.loads(line)["message"] == "Error handling request %s %s"
    assert CANARY not in line


def test_parent_of_the_processes_is_logged_in_full():
    record = logging.getLogger("gunicorn.error").makeRecord(
        *("gunicorn.error", logging.ERROR, "gunicorn/arbiter.py", 1),
        *("Worker (pid:%s) was sent %s!", (7, "SIGKILL"), None),
    )

    assert (
        json.loads(JsonFormatter().format(record))["message"] == "Worker (pid:7) was sent SIGKILL!"
    )
