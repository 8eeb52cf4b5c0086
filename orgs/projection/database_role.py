"""The database role of readers: all that public pages, the API and exports can read.

PostgreSQL answers the queries of public pages as the role `mcs_public`. That role reads entries,
the vocabulary, and views and functions in the schema `published`, which show only what a reader may
see. They have the names of the tables and functions behind them, so the same query shows an editor
everything and a reader what is public; PostgreSQL refuses anything else ("permission denied").
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from orgs.statements.statement import Statement

ROLE = "mcs_public"
SCHEMA = "published"
SQL = Path(__file__).parent / "sql" / "public_role.sql"

ENTER = f"SET LOCAL ROLE {ROLE}; SET LOCAL search_path = {SCHEMA}, public; "
LEAVE = "SET LOCAL ROLE NONE; SET LOCAL search_path TO DEFAULT; "

TRANSACTION_COMMANDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")
"""Beginnings of SQL commands that read nothing; they run with either role."""

NAMING_PARTS = ("names", "links", "identifiers", "contacts", "texts")
"""Parts of a document that name a record: absent while its name is withheld."""

_is_public: ContextVar[bool] = ContextVar("reading_as_public", default=False)


@contextmanager
def as_public() -> Iterator[None]:
    """Run the queries inside with the rights of a reader."""
    before = _is_public.set(True)
    try:
        yield
    finally:
        _is_public.reset(before)


@contextmanager
def as_application() -> Iterator[None]:
    """Run the queries inside with all rights, for what a public page shows to its visitor alone."""
    before = _is_public.set(False)
    try:
        yield
    finally:
        _is_public.reset(before)


def stream_as_public(parts: Iterable[Any]) -> Iterator[Any]:
    """Yield the parts of a streamed response, each made with the rights of a reader."""
    answer = iter(parts)
    try:
        while True:
            with as_public():
                try:
                    part = next(answer)
                except StopIteration:
                    return
            yield part
    finally:
        if close := getattr(parts, "close", None):
            close()


def _execute_as_role(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run one SQL command as its role.

    The role is set for one transaction. Outside a longer one that is the transaction of the
    command, so no error can leave a connection in the wrong role. Inside a longer one the next
    command of the application resets it.
    """
    connection = context["connection"]
    as_reader, in_transaction = _is_public.get(), connection.in_atomic_block
    was_reader = getattr(connection, "was_public", False)
    if not in_transaction:
        connection.was_public = was_reader = False
    if not (as_reader or was_reader) or (
        isinstance(sql, str) and sql.startswith(TRANSACTION_COMMANDS)
    ):
        return execute(sql, params, many, context)
    if in_transaction:
        connection.was_public = True
    switch = ENTER if as_reader else LEAVE
    cursor = context["cursor"].cursor
    if isinstance(sql, str) and not many and not getattr(cursor, "name", None):
        return execute(switch + sql, params, many, context)
    # A cursor of the server is declared in a statement of its own.
    if not in_transaction:
        raise RuntimeError("A reader's cursor on the server needs a transaction: use atomic().")
    with connection.connection.cursor() as role_cursor:
        role_cursor.execute(switch)
    return execute(sql, params, many, context)


def _watch(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Run every command on a connection as its role."""
    if _execute_as_role not in connection.execute_wrappers:
        connection.execute_wrappers.append(_execute_as_role)


def public_sql(kinds: list[type[Statement]]) -> str:
    """The SQL of the schema of readers for these kinds of statement."""
    views = "\n".join(_view(kind) for kind in kinds)
    numbers = "\nUNION ALL\n".join(
        f"    SELECT id, record_id, tier, added, retired FROM published.{kind._meta.db_table}"
        for kind in kinds
    )
    sql = SQL.read_text(encoding="utf-8")
    return sql.replace("@statements@", views).replace("@numbers@", numbers)


def _view(kind: type[Statement]) -> str:
    table = kind._meta.db_table
    other = kind.column_of(kind.object_name)
    columns = ", ".join(
        f"shown_to_readers(s.{column}) AS {column}" if column == "speaker_id" else f"s.{column}"
        for column in (field.column for field in kind._meta.concrete_fields)
    )
    named = " AND r.level <> 'name_withheld'" if kind.part in NAMING_PARTS else ""
    object_shown = (
        f" AND (s.{other} IS NULL OR EXISTS (SELECT FROM published.orgs_record o"
        f" WHERE o.id = s.{other}))"
        if other
        else ""
    )
    return (
        f"CREATE VIEW published.{table} AS SELECT {columns} FROM public.{table} s"
        " JOIN public.orgs_record r ON r.id = s.record_id"
        " JOIN public.orgs_source c ON c.id = s.source_id AND c.tier = 0"
        " WHERE s.tier = 0 AND visible(r.level, r.embargo_until, 0, catalogue_day())"
        f"{named}{object_shown};"
    )


def create_role(cursor: Any) -> None:
    """Create the role of readers if it is missing. Raises CommandError with instructions."""
    try:
        cursor.execute(CREATE_ROLE)
    except ProgrammingError as error:
        raise CommandError(
            f"This database lacks the role {ROLE}, and its user may not make it. Let the "
            f"administrator of the server run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO "
            "the user of DATABASE_URL;"
        ) from error


CREATE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        BEGIN
            CREATE ROLE {ROLE} NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another was faster
        END;
    END IF;
    IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$
"""


def watch_connections() -> None:
    """Apply roles to all connections opened from now on."""
    connection_created.connect(_watch)
