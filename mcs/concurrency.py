"""Limits of expensive requests: few threads of a process at a time, and a budget for each.

A request that is not cheap (`mcs.costs`) takes a slot or is refused at once; it never waits for
one. With the slot it has a budget: time for each query, time for the whole response, and bytes.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

import psycopg2
from django.db import OperationalError, connection

from mcs import database_timeout, production
from mcs.embedded import configuration

QUERY_FACTOR = 4
"""A query may take this many times the limit of an ordinary one: 10 s."""

RESPONSE_FACTOR = 24
"""The whole response may take this many times that limit, until its last byte is sent: 60 s."""

MAX_BYTES = 512 * 1024 * 1024
"""The size of the largest response, before compression."""


class OverBudget(OperationalError):
    """A response took longer, or became larger, than one request may cost."""


class NoFreeSlot(Exception):
    """All slots for this class of requests are taken."""


class ConcurrencyLimit:
    """How many requests of one class a process answers at the same time: one thread in `share`.

    A process with fewer threads has one slot.
    """

    def __init__(self, share: int) -> None:
        self.share = share
        self.slots = threading.Semaphore()
        self.resize(production.threads)

    def resize(self, threads: int) -> None:
        """Set the number of slots for this number of threads; all are free then."""
        self.slots = threading.Semaphore(max(1, threads // self.share))

    def acquire(self) -> Callable[[], None] | None:
        """Take a slot and return its release, which may be called twice; None if none is free."""
        slots = self.slots
        if not slots.acquire(blocking=False):
            return None
        acquired = [slots]

        def release() -> None:
            with contextlib.suppress(IndexError):
                acquired.pop().release()

        return release


expensive_requests = ConcurrencyLimit(4)
"""Requests that `mcs.costs` calls expensive."""

account_lookups = ConcurrencyLimit(2)
"""Requests that sleep to answer in constant time (`mcs.accounts.constant_time`)."""


def resize_limits(threads: int) -> None:
    """Fit all limits to the number of threads of this process."""
    for limit in (expensive_requests, account_lookups):
        limit.resize(threads)


class Budget:
    """What one expensive request may use, from `begin` until `close`.

    Without a limit of queries (MCS_STATEMENT_TIMEOUT=0) only bytes are limited.
    """

    def __init__(self, release: Callable[[], None]) -> None:
        self.release = release
        limit = configuration.statement_timeout(os.environ) / 1000
        self.query_limit = limit * QUERY_FACTOR
        self.deadline = time.monotonic() + limit * RESPONSE_FACTOR if limit else None
        self.bytes_left = MAX_BYTES
        self.limited_connection: Any = None
        """The driver's connection on which the limit of queries was set."""
        self.thread = threading.get_ident()
        self.wrappers = connection.execute_wrappers
        self.wrappers.append(self)
        database_timeout.set_query_limit(self.query_limit)

    @classmethod
    def begin(cls) -> Self | None:
        """Take a slot; None if none is free."""
        release = expensive_requests.acquire()
        return None if release is None else cls(release)

    @property
    def seconds_left(self) -> float | None:
        """None if there is no limit. Raises OverBudget if no time is left."""
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OverBudget("This answer took longer than one request may.")
        return left

    def spend_bytes(self, size: int) -> None:
        """Count bytes of the response. Raises OverBudget if there are too many."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise OverBudget("This answer became larger than one request may.")

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
        """Run a query as Django's execute wrapper, within what is left. Raises OverBudget."""
        _ = self.seconds_left
        driver = context["connection"].connection
        if self.query_limit and driver is not self.limited_connection:
            self.limited_connection = driver
            with driver.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", (int(self.query_limit * 1000),))
        return execute(sql, params, many, context)

    def close(self) -> None:
        """Release the slot and restore the usual limit; has no effect when called again."""
        if self not in self.wrappers:
            return
        self.wrappers.remove(self)
        # The connection of another thread is left alone: it may be in use.
        if self.thread == threading.get_ident():
            database_timeout.set_query_limit(None)
            self._reset_statement_timeout()
        self.release()

    def _reset_statement_timeout(self) -> None:
        driver, self.limited_connection = self.limited_connection, None
        if driver is None or driver.closed:
            return
        try:
            with driver.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
        except psycopg2.Error:
            # The next request opens a new connection, which has the usual limit.
            if not connection.in_atomic_block:
                connection.close()


class BudgetedStream:
    """The content of a streamed response within its budget, which is closed with it.

    `socket` is the client's, if the server provides it: sending waits no longer than the budget
    lasts, so that a client that reads nothing does not keep the slot.
    """

    def __init__(self, chunks: Iterable[bytes], budget: Budget, socket: Any = None) -> None:
        self.chunks = iter(chunks)
        self.budget = budget
        self.socket = socket
        self.first: bytes | None = None

    def begin(self) -> None:
        """Produce the first chunk: until it is sent, an error can still be answered with a page."""
        self.first = self._next_chunk()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self.first is not None:
            chunk, self.first = self.first, None
        else:
            following = self._next_chunk()
            if following is None:
                raise StopIteration
            chunk = following
        if self.socket is not None and chunk:
            self.socket.settimeout(self.budget.seconds_left)
        return chunk

    def _next_chunk(self) -> bytes | None:
        """The next chunk, None after the last one; after that, or an error, the slot is free."""
        try:
            _ = self.budget.seconds_left
            chunk = next(self.chunks, None)
            self.budget.spend_bytes(len(chunk or b""))
        except BaseException:
            self.close()
            raise
        if chunk is None:
            self.close()
        return chunk

    def close(self) -> None:
        """Called by the server when the response is sent or the client is gone."""
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.settimeout(None)
            self.socket = None
        self.budget.close()

    def __del__(self) -> None:
        # A response that never reached a server.
        self.budget.close()
