"""Locks of a database connection, held until the work or the connection ends.

If a worker or its database is killed, the next worker can take the lock at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, models

from orgs.sql import execute, fetch_value


@contextmanager
def row_lock(model: type[models.Model], pk: int) -> Iterator[bool]:
    """Try to lock a row for this connection; yield whether the lock was acquired.

    Released at the end, or with the connection.
    """
    lock = (model._meta.db_table, pk % 2**31)
    acquired = fetch_value("SELECT pg_try_advisory_lock(%s::regclass::int, %s)", lock)
    try:
        yield acquired
    finally:
        if acquired:
            with suppress(DatabaseError, InterfaceError):
                execute("SELECT pg_advisory_unlock(%s::regclass::int, %s)", lock)


def connection_id() -> int:
    """The process id of this connection in PostgreSQL, unique while it lasts."""
    return fetch_value("SELECT pg_backend_pid()")
