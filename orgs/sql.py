"""Queries in SQL, for what Django's querysets cannot say. People's input is always a parameter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

Params = Sequence[Any] | Mapping[str, Any] | None


def execute(sql: str, params: Params = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def fetch_rows(sql: str, params: Params = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def fetch_row(sql: str, params: Params = None) -> Any:
    """The first row; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def fetch_column(sql: str, params: Params = None) -> list[Any]:
    """The first column."""
    return [row[0] for row in fetch_rows(sql, params)]


def fetch_value(sql: str, params: Params = None) -> Any:
    """The first column of the only row."""
    return fetch_rows(sql, params)[0][0]


def is_unavailable(error: Exception) -> bool:
    """Whether an error means that the database cannot be reached or has ended the connection.

    When a connection breaks off, psycopg2 may raise a DatabaseError without an SQLSTATE.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and getattr(error.__cause__, "pgcode", "") is None
