"""How long the server waits for its database: no longer than a reader would.

PostgreSQL's own limit (`statement_timeout`) is kept by a server that can be reached. One that has
fallen silent, behind a firewall that swallows what is sent, keeps nothing, and the driver would
wait for minutes. So the driver lets us wait in its place, which it calls a wait callback.
"""

import select
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg2 import OperationalError, extensions

from mcs.embedded import database

FIRST_WORD = 0.3
"""In this share of a query's limit an idle connection has to say that it lives: 0.75 s of 2.5."""

CONNECTING = 0.5
"""Share of a query's limit for a new connection: 1.25 s of 2.5. With the first word before it, and
a page, an answer stays below 3 s. Whoever gives queries longer, on a slow machine, gives it here
too."""

BEYOND_LIMIT = 0.25
"""Seconds after the limit of a query in which the server has to say that the limit is reached."""

PAUSE = 0.5
"""Seconds between two tries to reach a server that has fallen silent."""


_own = threading.local()


def allow(seconds: float | None) -> None:
    """Give each query of this thread so long, instead of the limit of the process; None ends it."""
    _own.limit = seconds


LOCK = 0.6
"""Share of a query's limit for waiting until a lock is free: 1.5 s of 2.5. So it is known that a
lock was the reason, and nobody queues behind it for longer."""


class Silence(OperationalError):
    """That the database did not say anything for too long."""


class Patience:
    """Waits for the database in the place of the driver, in every thread of this process.

    `limit` is how many seconds one query may take, 0 for as long as it likes: then the server is
    found silent as soon as with the usual limit, but never while it works.

    Once the database was silent, one request at a time may try it again, every PAUSE; all others
    are refused at once. So requests that stand in line behind those that waited in vain do not
    wait again.
    """

    def __init__(self, limit: float) -> None:
        usual = limit or database.STATEMENT_TIMEOUT / 1000
        self.first_word = FIRST_WORD * usual
        self.connecting = CONNECTING * usual
        self.limit = limit
        self.mine = threading.local()
        self.lock = threading.Lock()
        self.silent = False
        self.next_try = 0.0

    @property
    def working(self) -> float | None:
        """Seconds that a query of this thread may take, None for as long as it likes."""
        limit = (getattr(_own, "limit", None) or self.limit) if self.limit else 0
        return limit + BEYOND_LIMIT if limit else None

    def new_request(self, **kwargs: Any) -> None:
        """Expect a first word again: Django begins every request by trying its connection.

        On this machine it need not try: nothing swallows what is sent, and whoever hung up is seen.
        """
        allow(None)
        kept = connection.connection
        here = kept is not None and is_here(kept) and not hung_up(kept)
        connection.health_check_done = here  # type: ignore[attr-defined]
        self.mine.heard = here

    def __call__(self, asked: Any) -> None:
        """Wait until the server has answered. Raises Silence, after which nothing more is heard."""
        connecting = asked.status == extensions.STATUS_SETUP
        first = not connecting and not getattr(self.mine, "heard", True)
        patience = self.connecting if connecting else self.first_word if first else self.working
        self.mine.heard = True
        self._refuse_while_silent(patience)
        try:
            wait(asked, patience)
        except Silence:
            # An old connection may be dead alone: then the next thing tried is a new one.
            if not first:
                self._note(silent=True)
            raise
        except Exception:
            # It was refused, or broke off: no good news, but no silence either.
            self._note(silent=False)
            raise
        self._note(silent=False)

    def _refuse_while_silent(self, patience: float | None) -> None:
        if not self.silent:
            return
        with self.lock:
            now = time.monotonic()
            if self.silent and now < self.next_try:
                raise Silence("The database was silent a moment ago and is not asked again yet.")
            # We are the one who tries; the next may when we have given up.
            self.next_try = now + (patience or self.connecting) + PAUSE

    def _note(self, silent: bool) -> None:
        if not silent and not self.silent:
            return
        with self.lock:
            self.silent = silent
            self.next_try = time.monotonic() + PAUSE


def is_here(kept: Any) -> bool:
    """Whether a connection leads to a server on this machine, through a socket in a folder."""
    return not kept.closed and kept.info.host.startswith("/")


def hung_up(kept: Any) -> bool:
    """Whether the server has ended an idle connection, or says anything that nobody asked for."""
    looking = select.poll()
    looking.register(kept.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def wait(asked: Any, patience: float | None) -> None:
    """Wait until what a connection was asked is answered, at most `patience` seconds.

    Raises Silence, and what the driver raises when the connection is refused or breaks off.
    """
    give_up = None if patience is None else time.monotonic() + patience
    while (state := asked.poll()) != extensions.POLL_OK:
        # The address changes while a connection is made: each round looks at the present one.
        looking = select.poll()
        looking.register(
            asked.fileno(),
            select.POLLIN if state == extensions.POLL_READ else select.POLLOUT,
        )
        left = None if give_up is None else max(0.0, give_up - time.monotonic())
        if not looking.poll(None if left is None else left * 1000):
            raise Silence(f"The database said nothing for {patience} seconds.")


def be_patient(environ: Mapping[str, str]) -> None:
    """Let this process wait for its database like this from now on. For the server alone.

    Commands wait as long as it takes, and may use COPY, which the driver does not offer then.
    """
    # Django has its settings only now.
    from django.core.signals import request_started
    from django.db import connections

    limit = database.statement_timeout(environ)
    for settings in connections.settings.values():
        given = settings["OPTIONS"]
        # What the address of the database asks for comes last, and so wins.
        given["options"] = f"-c lock_timeout={round(limit * LOCK)} {given['options']}"
    patience = Patience(limit / 1000)
    request_started.connect(patience.new_request, weak=False)
    extensions.set_wait_callback(patience)
