"""Time-outs for a database that does not respond.

PostgreSQL enforces `statement_timeout` itself, but only while the server can be reached. Behind a
firewall that drops packets it cannot, and the driver would wait for minutes. So the server process
waits in the driver's place, by a wait callback of psycopg2.
"""

import select
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg2 import OperationalError, extensions

from mcs.embedded import configuration

FIRST_RESPONSE = 0.3
"""Share of the query limit in which an idle connection has to respond: 0.75 s of 2.5."""

CONNECT = 0.5
"""Share of the query limit for a new connection: 1.25 s of 2.5. With the first response before it,
and the page, an answer takes less than 3 s. A longer query limit, on a slow machine, extends it."""

GRACE = 0.25
"""Seconds after the query limit in which the server has to report that the limit is reached."""

RETRY_INTERVAL = 0.5
"""Seconds between two tries to reach a server that does not respond."""

LOCK = 0.6
"""Share of the query limit for waiting until a lock is free: 1.5 s of 2.5. It is shorter so that
the error names the lock as its reason, and no queue forms behind it for longer."""

_thread_limit = threading.local()


def set_query_limit(seconds: float | None) -> None:
    """Replace the query limit of the process for this thread; None restores it."""
    _thread_limit.seconds = seconds


class DatabaseTimeout(OperationalError):
    """The database did not respond in time."""


class TimedWait:
    """The wait callback of psycopg2, for every thread of this process.

    `query_limit` is in seconds; 0 is none: then a server that does not respond is noticed as soon
    as with the usual limit, but never while it runs a query.

    After a time-out one request at a time may try the database again, every RETRY_INTERVAL; all
    others are refused at once. So requests queued behind those that timed out do not wait again.
    """

    def __init__(self, query_limit: float) -> None:
        usual = query_limit or configuration.STATEMENT_TIMEOUT / 1000
        self.first_response = FIRST_RESPONSE * usual
        self.connect = CONNECT * usual
        self.query_limit = query_limit
        self.thread = threading.local()
        self.lock = threading.Lock()
        self.unresponsive = False
        self.next_try = 0.0

    @property
    def query(self) -> float | None:
        """Seconds that a query of this thread may take, None without a limit."""
        if not self.query_limit:
            return None
        return (getattr(_thread_limit, "seconds", None) or self.query_limit) + GRACE

    def new_request(self, **kwargs: Any) -> None:
        """Expect a first response again: Django checks its connection before every request.

        The check is skipped for a server on this machine: no firewall drops packets there, and a
        closed connection is visible.
        """
        set_query_limit(None)
        current = connection.connection
        usable = current is not None and is_local(current) and not is_disconnected(current)
        connection.health_check_done = usable  # type: ignore[attr-defined]
        self.thread.responded = usable

    def __call__(self, driver: Any) -> None:
        """Wait for the response. Raises DatabaseTimeout; then the connection is unusable."""
        connecting = driver.status == extensions.STATUS_SETUP
        first = not connecting and not getattr(self.thread, "responded", True)
        timeout = self.connect if connecting else self.first_response if first else self.query
        self.thread.responded = True
        self._refuse_while_unresponsive(timeout)
        try:
            wait(driver, timeout)
        except DatabaseTimeout:
            # An old connection may be dead alone: next, a new one is tried.
            if not first:
                self._set_unresponsive(True)
            raise
        except Exception:
            # Refused or broken off, which is a response.
            self._set_unresponsive(False)
            raise
        self._set_unresponsive(False)

    def _refuse_while_unresponsive(self, timeout: float | None) -> None:
        if not self.unresponsive:
            return
        with self.lock:
            now = time.monotonic()
            if self.unresponsive and now < self.next_try:
                raise DatabaseTimeout(
                    "The database was silent a moment ago and is not asked again yet."
                )
            # This request tries; the next may when it has given up.
            self.next_try = now + (timeout or self.connect) + RETRY_INTERVAL

    def _set_unresponsive(self, unresponsive: bool) -> None:
        if not unresponsive and not self.unresponsive:
            return
        with self.lock:
            self.unresponsive = unresponsive
            self.next_try = time.monotonic() + RETRY_INTERVAL


def is_local(driver: Any) -> bool:
    """Whether a connection leads to a server on this machine, through a Unix socket."""
    return not driver.closed and driver.info.host.startswith("/")


def is_disconnected(driver: Any) -> bool:
    """Whether the server has closed an idle connection, or sent something unrequested."""
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def wait(driver: Any, timeout: float | None) -> None:
    """Wait for the response on a connection, at most `timeout` seconds.

    Raises DatabaseTimeout, and what the driver raises when the connection is refused or breaks off.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while (state := driver.poll()) != extensions.POLL_OK:
        # The descriptor changes while a connection is made.
        poll = select.poll()
        poll.register(
            driver.fileno(),
            select.POLLIN if state == extensions.POLL_READ else select.POLLOUT,
        )
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not poll.poll(None if left is None else left * 1000):
            raise DatabaseTimeout(f"The database said nothing for {timeout} seconds.")


def limit_database_waits(environ: Mapping[str, str]) -> None:
    """Apply these time-outs to this process, for good. For the server alone.

    Commands wait as long as it takes, and may use COPY, which psycopg2 does not support with a
    wait callback.
    """
    # Django has its settings only now.
    from django.core.signals import request_started
    from django.db import connections

    limit = configuration.statement_timeout(environ)
    for settings in connections.settings.values():
        options = settings["OPTIONS"]
        # Options of the database URL come last, and so win.
        options["options"] = f"-c lock_timeout={round(limit * LOCK)} {options['options']}"
    timed_wait = TimedWait(limit / 1000)
    request_started.connect(timed_wait.new_request, weak=False)
    extensions.set_wait_callback(timed_wait)
