"""Locks of a connection: who works on something, until the work or the connection ends.

What a worker was doing that is killed, or whose database is, is free at once for the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection, models


@contextmanager
def held(row: type[models.Model], which: int) -> Iterator[bool]:
    """Take the lock of a row for this connection; give whether nobody else has it.

    It is given back at the end. Where the connection is gone, so is the lock.
    """
    lock = (row._meta.db_table, which % 2**31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s::regclass::int, %s)", lock)
        ours = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s::regclass::int, %s)", lock)


def connected() -> int:
    """Return the number of this connection, which no other has while it lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
