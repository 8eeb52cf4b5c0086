"""How the server tries its connection before a request."""

import time

import psycopg2
import pytest
from django.core.signals import request_started
from django.db import connection, connections
from django.test import Client
from psycopg2 import extensions

from mcs.database_timeout import TimedWait, limit_database_waits
from tests.support.pages import page_of


@pytest.fixture
def timed_wait(own_database) -> TimedWait:
    connection.ensure_connection()
    return TimedWait(2)


def end_from_outside() -> None:
    """End our connection as an administrator of the server does."""
    process = connection.connection.info.backend_pid
    with psycopg2.connect(connection.connection.dsn) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])
    other.close()
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        with psycopg2.connect(connection.connection.dsn) as other, other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [process])
            if cursor.fetchone() == (0,):
                return
        other.close()


def test_server_on_this_machine_is_not_tried_before_every_request(timed_wait):
    timed_wait.new_request()

    assert connection.health_check_done


def test_connection_that_the_server_ended_is_tried_and_made_anew(timed_wait):
    end_from_outside()

    timed_wait.new_request()

    assert not connection.health_check_done
    connection.health_check_enabled = True
    assert Client().get("/readyz").status_code == 200


def test_server_elsewhere_is_tried_and_has_to_say_soon_that_it_lives(timed_wait, monkeypatch):
    monkeypatch.setattr("mcs.database_timeout.is_local", lambda driver: False)

    timed_wait.new_request()

    assert not connection.health_check_done
    assert not timed_wait.thread.responded


def test_request_without_a_connection_expects_a_first_word(own_database):
    connection.close()
    timed_wait = TimedWait(2)

    timed_wait.new_request()

    assert not connection.health_check_done


def test_whoever_gives_queries_longer_gives_a_new_connection_longer_too():
    usual, slow, endless = TimedWait(2.5), TimedWait(60), TimedWait(0)

    assert (usual.first_response, usual.connect, usual.query) == (0.75, 1.25, 2.75)
    assert (slow.first_response, slow.connect, slow.query) == (18, 30, 60.25)
    assert (endless.first_response, endless.connect, endless.query) == (0.75, 1.25, None)


def limit_of_locks() -> str:
    """How long a new connection waits for a lock; 0 is for ever."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("of_queries", "of_locks"), [("2500", "1500ms"), ("0", "0")])
def test_server_waits_for_a_lock_less_than_for_a_query_and_commands_for_ever(
    own_database, monkeypatch, of_queries, of_locks
):
    assert limit_of_locks() == "0"

    default = connections.settings["default"]
    monkeypatch.setitem(default, "OPTIONS", {**default["OPTIONS"]})
    monkeypatch.setattr(request_started, "connect", lambda *args, **kwargs: None)
    monkeypatch.setattr(extensions, "set_wait_callback", lambda callback: None)
    limit_database_waits({"MCS_STATEMENT_TIMEOUT": of_queries})

    assert limit_of_locks() == of_locks
    connection.close()


def test_page_that_needs_what_another_has_locked_says_so(own_database):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 20")
    with psycopg2.connect(connection.connection.dsn) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE orgs_entry")
        answer = Client().get("/organizations/")
    other.close()

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Another change is being saved right now" in page_of(answer).main.text
