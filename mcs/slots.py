"""How much of a process an expensive request may take: few threads, and not for long.

A request that is not cheap (`mcs.costs`) takes a slot or is refused at once; it never waits for
one. With the slot it has a budget: time for each query, time for the whole answer, and bytes.
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
from mcs.embedded import database

QUERY = 4
"""How many times the limit of an ordinary query a query may take: 10 s."""

ANSWER = 24
"""How many times that limit the whole answer may take, until its last byte is sent: 60 s."""

MOST_BYTES = 512 * 1024 * 1024
"""The size of the largest answer, before it is compressed."""


class OverBudget(OperationalError):
    """That an answer took longer, or became larger, than one request may cost."""


class NoSlot(Exception):
    """That every slot which a request needs is taken just now."""


class Slots:
    """How many requests of one class this process answers at the same time: one thread in `share`.

    A process with fewer threads has one slot.
    """

    def __init__(self, share: int) -> None:
        self.share = share
        self.free = threading.Semaphore()
        self.fit(production.threads)

    def fit(self, threads: int) -> None:
        """Have as many slots as fit this number of threads; all are free then."""
        self.free = threading.Semaphore(max(1, threads // self.share))

    def take(self) -> Callable[[], None] | None:
        """Return what gives the slot back, however often it is called; None if none is free."""
        free = self.free
        if not free.acquire(blocking=False):
            return None
        taken = [free]

        def give_back() -> None:
            with contextlib.suppress(IndexError):
                taken.pop().release()

        return give_back


expensive = Slots(4)
"""For requests that `mcs.costs` calls expensive."""

sleeping = Slots(2)
"""For answers that come in time with a clock (`mcs.accounts.constant_time`)."""


def fit(threads: int) -> None:
    """Fit all slots to the number of threads of this process."""
    for slots in (expensive, sleeping):
        slots.fit(threads)


class Budget:
    """What one expensive request may use, from `begin` until `close`.

    Without a limit of queries (MCS_STATEMENT_TIMEOUT=0) only bytes are limited.
    """

    def __init__(self, give_back: Callable[[], None]) -> None:
        self.give_back = give_back
        limit = database.statement_timeout(os.environ) / 1000
        self.query = limit * QUERY
        self.ends = time.monotonic() + limit * ANSWER if limit else None
        self.bytes = MOST_BYTES
        self.limited: Any = None
        """The driver's connection on which the limit of queries was set."""
        self.thread = threading.get_ident()
        self.wrappers = connection.execute_wrappers
        self.wrappers.append(self)
        database_timeout.allow(self.query)

    @classmethod
    def begin(cls) -> Self | None:
        """Return a budget with a slot, None if no slot is free."""
        give_back = expensive.take()
        return None if give_back is None else cls(give_back)

    @property
    def seconds(self) -> float | None:
        """How many seconds are left, None if there is no limit. Raises OverBudget if none are."""
        if self.ends is None:
            return None
        left = self.ends - time.monotonic()
        if left <= 0:
            raise OverBudget("This answer took longer than one request may.")
        return left

    def spend(self, size: int) -> None:
        """Count bytes of the answer. Raises OverBudget if these are too many."""
        self.bytes -= size
        if self.bytes < 0:
            raise OverBudget("This answer became larger than one request may.")

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
        """Run a query for Django, within what is left. Raises OverBudget."""
        _ = self.seconds
        driver = context["connection"].connection
        if self.query and driver is not self.limited:
            self.limited = driver
            with driver.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", (int(self.query * 1000),))
        return execute(sql, params, many, context)

    def close(self) -> None:
        """Give back the slot, and the database's usual limit; once however often it is called."""
        if self not in self.wrappers:
            return
        self.wrappers.remove(self)
        # The connection of another thread is left alone: it may be at work.
        if self.thread == threading.get_ident():
            database_timeout.allow(None)
            self._reset()
        self.give_back()

    def _reset(self) -> None:
        driver, self.limited = self.limited, None
        if driver is None or driver.closed:
            return
        try:
            with driver.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
        except psycopg2.Error:
            # The next request begins with a new connection, which has the usual limit.
            if not connection.in_atomic_block:
                connection.close()


class Stream:
    """A streamed answer within its budget, which is closed with it.

    `socket` is that of the reader, if the server tells: sending waits no longer than the budget
    lasts, so that a reader who takes nothing does not keep the slot.
    """

    def __init__(self, pieces: Iterable[bytes], budget: Budget, socket: Any = None) -> None:
        self.pieces = iter(pieces)
        self.budget = budget
        self.socket = socket
        self.first: bytes | None = None

    def begin(self) -> None:
        """Make the first piece: what fails until then can still be answered with a page."""
        self.first = self._made()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self.first is not None:
            piece, self.first = self.first, None
        else:
            made = self._made()
            if made is None:
                raise StopIteration
            piece = made
        if self.socket is not None and piece:
            self.socket.settimeout(self.budget.seconds)
        return piece

    def _made(self) -> bytes | None:
        """Return the next piece, None after the last one; after that the slot is free."""
        try:
            _ = self.budget.seconds
            piece = next(self.pieces, None)
            self.budget.spend(len(piece or b""))
        except BaseException:
            self.close()
            raise
        if piece is None:
            self.close()
        return piece

    def close(self) -> None:
        """End it, as the server does when the reader has all of it, or is gone."""
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.settimeout(None)
            self.socket = None
        self.budget.close()

    def __del__(self) -> None:
        # An answer that no server ever saw.
        self.budget.close()
