"""The worker outlives the database, and nothing else that goes wrong there."""

from unittest.mock import Mock

import psycopg2
import pytest
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection

from orgs.management.commands import work


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """The worker looks for jobs without a pause, and keeps the priority of this process."""
    monkeypatch.setattr(work, "PAUSE", 0)
    monkeypatch.setattr(work.os, "nice", Mock())


def test_worker_waits_for_a_database_that_ends_its_connection(monkeypatch, caplog):
    # As psycopg2 reports it: without a class of its own and without an SQLSTATE.
    broken = DatabaseError("server closed the connection unexpectedly")
    broken.__cause__ = psycopg2.DatabaseError(*broken.args)
    monkeypatch.setattr(work, "connection", Mock())
    look = Mock(side_effect=[broken, broken, KeyboardInterrupt])
    monkeypatch.setattr(work, "run_next_job", look)

    call_command("work")

    assert look.call_count == 3
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["The database is unavailable: jobs wait for it."]


@pytest.mark.django_db
def test_worker_ends_with_any_other_error_of_the_database(monkeypatch):
    def look(tasks):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")

    monkeypatch.setattr(work, "run_next_job", look)

    with pytest.raises(ProgrammingError, match="no_such_table"):
        call_command("work")
