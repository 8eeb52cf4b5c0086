"""Locks of a database connection, held until the work or the connection ends.

If a worker or its database is killed, the next worker can take the lock at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection, models


@contextmanager
def row_lock(model: type[models.Model], pk: int) -> Iterator[bool]:
    """Try to lock a row for this connection; yield whether the lock was acquired.

    Released at the end, or with the connection.
    """
    lock = (model._meta.db_table, pk % 2**31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s::regclass::int, %s)", lock)
        acquired = cursor.fetchone()[0]
    try:
        yield acquired
    finally:
        if acquired:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s::regclass::int, %s)", lock)


def connection_id() -> int:
    """The process id of this connection in PostgreSQL, unique while it lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
