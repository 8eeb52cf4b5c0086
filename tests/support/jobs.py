"""Workers as processes of their own, held up and waited for."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection

from mcs.embedded.bootstrap import PROJECT


def work() -> None:
    """Run a worker until the queue is empty."""
    call_command("work", once=True)


GATE = 77


"""A lock for which what is slowed down waits."""


@contextlib.contextmanager
def slow(table: str, when: str) -> Iterator[None]:
    """Make writers of a table wait until this ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;"
            f" CREATE TRIGGER gate BEFORE {when} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();"
            f" SELECT pg_advisory_lock({GATE})"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({GATE})")


@contextlib.contextmanager
def worker() -> Iterator[subprocess.Popen]:
    """Start a worker in a process of its own; it is killed afterwards."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(true, seconds: float = 60) -> None:
    """Wait until something holds; fails when it does not."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def stands_at_the_gate() -> bool:
    """Whether a process waits for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone()[0] > 0
