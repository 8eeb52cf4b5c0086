"""The database role of readers: what public pages, the API and exports can read at all.

Whatever a public page asks, PostgreSQL answers as the role `mcs_public`. That role reads entries,
the vocabulary, and views and functions in the schema `published`, which show what a reader may see
and nothing else. They have the names of the tables and functions that they stand before, so that
the same query shows an editor everything and a reader what is public; anything else is refused by
the database ("permission denied"), however a page was written.
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

OF_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")
"""How statements begin that read nothing, and that may come when nothing else is allowed."""

NAMING = ("names", "links", "identifiers", "contacts", "texts")
"""The parts of a document that name a record: not there while its name is withheld."""

_is_public: ContextVar[bool] = ContextVar("reading_as_public", default=False)


@contextmanager
def as_public() -> Iterator[None]:
    """Ask the database as a reader, whatever is asked within."""
    before = _is_public.set(True)
    try:
        yield
    finally:
        _is_public.reset(before)


@contextmanager
def as_application() -> Iterator[None]:
    """Ask the database with all rights again, for what a public page shows to its visitor alone."""
    before = _is_public.set(False)
    try:
        yield
    finally:
        _is_public.reset(before)


def every_as_public(parts: Iterable[Any]) -> Iterator[Any]:
    """Give the parts of a streamed answer, each of them made as a reader."""
    made = iter(parts)
    try:
        while True:
            with as_public():
                try:
                    part = next(made)
                except StopIteration:
                    return
            yield part
    finally:
        if close := getattr(parts, "close", None):
            close()


def _switch(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run one statement as the role that it is meant for.

    The role is set for one transaction, which outside of a longer one is that of the statement: so
    nothing has to be set back, and no error can leave a connection in the wrong role. Within a
    longer one the application sets it back before it asks anything.
    """
    connection = context["connection"]
    public, within = _is_public.get(), connection.in_atomic_block
    entered = getattr(connection, "was_public", False)
    if not within:
        connection.was_public = entered = False
    if not (public or entered) or (isinstance(sql, str) and sql.startswith(OF_TRANSACTIONS)):
        return execute(sql, params, many, context)
    if within:
        connection.was_public = True
    switch = ENTER if public else LEAVE
    cursor = context["cursor"].cursor
    if isinstance(sql, str) and not many and not getattr(cursor, "name", None):
        return execute(switch + sql, params, many, context)
    # A cursor of the server is declared in a statement of its own.
    if not within:
        raise RuntimeError("A reader's cursor on the server needs a transaction: use atomic().")
    with connection.connection.cursor() as before:
        before.execute(switch)
    return execute(sql, params, many, context)


def watch(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Let a connection run each statement as the role it is meant for."""
    if _switch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_switch)


def public_sql(kinds: list[type[Statement]]) -> str:
    """Return the SQL of the schema that readers see, for these kinds of statement."""
    views = "\n".join(_view(kind) for kind in kinds)
    numbers = "\nUNION ALL\n".join(
        f"    SELECT id, record_id, tier, added, retired FROM published.{kind._meta.db_table}"
        for kind in kinds
    )
    sql = SQL.read_text(encoding="utf-8")
    return sql.replace("@statements@", views).replace("@numbers@", numbers)


def _view(kind: type[Statement]) -> str:
    """Return the SQL of the view of the public statements of a kind."""
    table = kind._meta.db_table
    other = kind.column_of(kind.object_name)
    columns = ", ".join(
        f"shown_to_readers(s.{column}) AS {column}" if column == "speaker_id" else f"s.{column}"
        for column in (field.column for field in kind._meta.concrete_fields)
    )
    named = " AND r.level <> 'name_withheld'" if kind.part in NAMING else ""
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


def make_role(cursor: Any) -> None:
    """Make the role of readers if it is not there. Raises CommandError with what to do."""
    try:
        cursor.execute(MAKE_ROLE)
    except ProgrammingError as error:
        raise CommandError(
            f"This database lacks the role {ROLE}, and its user may not make it. Let the "
            f"administrator of the server run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO "
            "the user of DATABASE_URL;"
        ) from error


MAKE_ROLE = f"""
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


def start() -> None:
    """Watch every connection that is made from now on."""
    connection_created.connect(watch)
