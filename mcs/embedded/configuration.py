"""Which database is used, and whether it is suitable.

It is a PostgreSQL server of the operator's (DATABASE_URL), or the embedded one.
"""

import contextlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import parse_dsn

from .bootstrap import home
from .database import EmbeddedDatabase
from .installation import make_home
from .problems import DatabaseProblem, explain_errors

# Milliseconds for a query of a page; commands (manage.py) have no limit by default. With what
# `mcs.database_timeout` adds, and rendering, a response takes less than 3 s.
STATEMENT_TIMEOUT = 2500

# Sorting and searching use the built-in C.UTF-8 collation, which is new in version 17.
MIN_SERVER_VERSION = 17
# For periods that may not overlap, fuzzy matching and accents.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def is_demo(environ: Mapping[str, str]) -> bool:
    """Whether this is the demo: it creates its own secret key, and is for this machine only."""
    return not environ.get("DATABASE_URL") or environ.get("MCS_DEMO") == "1"


def secret_key(folder: Path) -> str:
    """The key that signs sessions of the demo. The first use creates it in `folder`.

    Only its owner may read the file. Two processes that create it at once get the same key.
    """
    path = folder / "secret_key"
    if not path.exists():
        make_home(folder)
        handle, draft = tempfile.mkstemp(dir=folder)  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's DATABASES["default"]. Does not start or connect to a server.

    DATABASE_URL names a server; without it, it is the embedded database in MCS_HOME.
    MCS_STATEMENT_TIMEOUT is in milliseconds; 0 is no limit.

    Raises DatabaseProblem when one of them is invalid.
    """
    url = environ.get("DATABASE_URL", "")
    parts = _parse(url) if url else EmbeddedDatabase(home(environ)).connection_params
    limit = statement_timeout(environ)
    # Options of DATABASE_URL come last, and so win.
    options = f"-c statement_timeout={limit} -c jit=off {parts.pop('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        **{part.upper(): parts.pop(part, "") for part in ("user", "password", "host", "port")},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # For commands, which have no query limit: they give up after 3 s when the server cannot be
        # reached (connecting, and sending: tcp_user_timeout is in milliseconds), and after 45 s
        # when it vanishes during a query. Pages wait less, see mcs.database_timeout.
        "OPTIONS": {
            "connect_timeout": 3,
            "tcp_user_timeout": 3000,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": options,
            **parts,
        },
        "TEST": {},
    }


def statement_timeout(environ: Mapping[str, str]) -> int:
    """The limit of one query in milliseconds; 0 is no limit.

    Raises DatabaseProblem when MCS_STATEMENT_TIMEOUT is no number.
    """
    limit = environ.get("MCS_STATEMENT_TIMEOUT") or str(STATEMENT_TIMEOUT)
    if not limit.isdecimal():
        raise DatabaseProblem(
            f"MCS_STATEMENT_TIMEOUT is a number of milliseconds, such as 2500; it is {limit!r}."
        )
    return int(limit)


def _parse(url: str) -> dict[str, str]:
    # libpq parses the URL, with percent-encoded passwords, sockets as hosts and all its options.
    # Its error message may repeat the password, so it is not shown.
    try:
        parts = parse_dsn(url) if url.startswith(("postgresql://", "postgres://")) else {}
    except (psycopg2.ProgrammingError, UnicodeError):
        parts = {}
    # If the port is no number, it is usually the beginning of a password that contains a /.
    port = parts.get("port", "0").replace(",", "")
    if not parts.get("dbname") or not (port or "0").isdecimal():
        raise DatabaseProblem(
            "DATABASE_URL cannot be read: write it as postgresql://user:password@host:5432/name"
            "?sslmode=require; in the password write @ as %40, / as %2F, : as %3A, # as %23,"
            " % as %25."
        )
    return parts


def prepare_command(environ: MutableMapping[str, str], start: bool = True) -> None:
    """Prepare a command of manage.py: no query limit, a secret key and, with `start`, the database.

    Only the embedded database is started, if there is no DATABASE_URL. It keeps running after the
    command. Raises DatabaseProblem when it cannot be started.
    """
    environ.setdefault("MCS_STATEMENT_TIMEOUT", "0")
    provide_secret_key(environ)
    report = partial(print, file=sys.stderr)
    embedded = EmbeddedDatabase(home(environ), report=report)
    if start and not environ.get("DATABASE_URL") and embedded.start():
        report("The embedded database was started and goes on running; make stop stops it.")


def provide_secret_key(environ: MutableMapping[str, str]) -> None:
    """Set SECRET_KEY for the demo, unless it is set. Raises DatabaseProblem."""
    if is_demo(environ) and not environ.get("SECRET_KEY"):
        with explain_errors(home(environ)):
            environ["SECRET_KEY"] = secret_key(home(environ))


def require_suitable_server(connection: Any) -> None:
    """Raise DatabaseProblem, with one line for each problem, if there are any.

    `connection` is a Django database connection. The database is only read.
    """
    # The settings import this module.
    from django.db.utils import OperationalError

    try:
        with connection.cursor() as cursor:
            problems = [*server_problems(cursor), *extension_problems(cursor)]
    except OperationalError as error:
        raise DatabaseProblem(
            f"The database does not answer: {' '.join(str(error).split())}."
            " Check DATABASE_URL and that the server runs."
        ) from error
    if problems:
        raise DatabaseProblem("\n".join(problems))


def server_problems(cursor: Any) -> Iterator[str]:
    """A sentence for each requirement of version, encoding and rights that is not met."""
    cursor.execute(
        "SELECT current_setting('server_version_num')::int / 10000,"
        " current_setting('server_version'), current_setting('server_encoding'),"
        " pg_is_in_recovery(), current_database(), current_user,"
        " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
    )
    major, release, encoding, follower, name, user, may_create = cursor.fetchone()
    if major < MIN_SERVER_VERSION:
        yield (
            f"The server runs PostgreSQL {release};"
            f" the catalogue needs {MIN_SERVER_VERSION} or later."
        )
    if encoding != "UTF8":
        yield (
            f"The database {name} is encoded as {encoding}; make one with"
            " CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
        )
    if follower:
        yield "The server is a read-only copy; give the address of the one it follows."
    elif not may_create:
        yield (
            f"{user} may not create tables in the database {name}; as its administrator run"
            f' GRANT CREATE, USAGE ON SCHEMA public TO "{user}".'
        )


def extension_problems(cursor: Any) -> Iterator[str]:
    """A sentence for each extension that is neither installed nor can be added."""
    cursor.execute(
        "SELECT wanted, available.name IS NOT NULL,"
        " available.installed_version IS NOT NULL"
        " OR has_database_privilege(current_database(), 'CREATE'),"
        " current_user, current_database()"
        " FROM unnest(%s::text[]) AS wanted"
        " LEFT JOIN pg_available_extensions AS available ON available.name = wanted"
        " ORDER BY wanted",
        [list(EXTENSIONS)],
    )
    for extension, available, usable, user, name in cursor.fetchall():
        if not available:
            yield (
                f"The server lacks the extension {extension}; install the package with"
                " PostgreSQL's additional modules (on Debian it is called postgresql-contrib)."
            )
        elif not usable:
            yield (
                f"{user} may not add the extension {extension}; as the server's administrator run"
                f" CREATE EXTENSION {extension} in the database {name}."
            )


def check_database(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[Any]:
    """System check: the problems of the servers (to be registered with Tags.database).

    `databases` are aliases; Django passes them only when a command runs database checks.
    """
    # The settings import this module.
    from django.core.checks import Error
    from django.db import connections

    errors = []
    for alias in databases or ():
        try:
            require_suitable_server(connections[alias])
        except DatabaseProblem as problem:
            errors += [Error(line, id="mcs.E001") for line in str(problem).splitlines()]
    return errors
