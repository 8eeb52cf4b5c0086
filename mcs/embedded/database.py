"""The embedded PostgreSQL server: its data, its settings, starting and stopping it."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2

from .bootstrap import error_lines, exclusive_lock, is_alive
from .installation import (
    DEFAULT_PORT,
    EMBEDDED_NAME,
    DatabaseFolders,
    make_home,
    make_own_folder,
    programs_for,
)
from .problems import (
    DatabaseProblem,
    disk_full_problem,
    explain_errors,
    is_disk_full,
    wrong_owner_problem,
)
from .supervisor import wait_while

# Settings of every embedded server: only its owner's socket reaches it, its log contains no
# parameters and no statements, and short queries are not compiled.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": DEFAULT_PORT,
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


class EmbeddedDatabase(DatabaseFolders):
    """The embedded PostgreSQL server, with its data in one folder.

    `folder` is created when needed. `settings` override SERVER_SETTINGS. `report` receives
    messages for the user, one sentence at a time.

    When this process is root, the server runs as the user `nobody`, because PostgreSQL refuses
    root. If `nobody` cannot reach `folder` (inside a private home, say), a folder under /var/tmp
    replaces it.
    """

    name = "The embedded database"
    check_interval = 0.2

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
                self.choose_base()
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

    def can_restart(self) -> bool:
        """False if the data was deleted: a start would create an empty database."""
        return self.data.is_dir()

    # Whether it runs

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

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def _accepts_connections(self) -> bool:
        # A process that was just killed is alive for a moment, and so is one that is starting: only
        # a connection proves that the server runs.
        error = wait_while(lambda: self._pid() and self._connection_error(), seconds=15)
        if error:
            raise self._problem("asked", str(error))
        return self._pid() is not None

    def _connection_error(self) -> psycopg2.OperationalError | None:
        try:
            self._connect().close()
        except psycopg2.OperationalError as error:
            return error
        return None

    def _connect(self) -> Any:
        # The database that every cluster has; EMBEDDED_NAME may not exist yet.
        return psycopg2.connect(
            **{**self.connection_params, "dbname": "postgres"}, connect_timeout=5
        )

    # Steps of a start

    def _create_cluster(self) -> None:
        data = self.data
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
        make_own_folder(draft, self.server_user, 0o700)
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
            raise wrong_owner_problem(self.data, owner)

    def _start_server(self) -> None:
        make_own_folder(self.socket_folder, self.server_user, 0o700)
        self._open_log()
        settings = {
            **SERVER_SETTINGS,
            "cluster_name": self.cluster_name,
            "shared_buffers": _shared_buffers(),
            "unix_socket_directories": f'"{self.socket_folder}"',
            **self.settings,
        }
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        # A new server refuses to start while children of a killed one hold its memory. Most of
        # them exit by themselves; one that runs a query notices only at its end.
        problem = wait_while(lambda: self._temporary_problem(options), seconds=15, interval=0.3)
        if problem:
            raise problem

    def _temporary_problem(self, options: str) -> DatabaseProblem | None:
        # Try to start the server. Problems that another try cannot solve are raised.
        log_start = self.log.stat().st_size
        self._clear_stale_pid()
        self._kill_orphans()
        answer = self._run(
            "pg_ctl",
            *("start", "-D", str(self.data), "-l", str(self.log), "-o", options),
            *("-w", "-t", "120"),
        )
        if not answer.returncode:
            return None
        with self.log.open(errors="replace") as log:
            log.seek(log_start)
            output = log.read()
        problem = self._problem("started", output + answer.stderr)
        if "already exists" in output or "still in use" in output:
            return problem
        raise problem

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
        title = f"postgres: {self.cluster_name}: ".encode()
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
                os.fchown(handle, *self.server_user)
        finally:
            os.close(handle)

    def _create_database(self) -> None:
        # At every start: the first one may have been interrupted before this.
        with contextlib.closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMBEDDED_NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {EMBEDDED_NAME}")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        folder = programs_for(self.server_user, self.base)
        return self.server_user.run(folder / program, *arguments)

    def _problem(self, verb: str, output: str) -> DatabaseProblem:
        if is_disk_full(self.base, output):
            return disk_full_problem(self.base)
        if "could not look up effective user ID" in output:
            return DatabaseProblem(
                f"The embedded database needs its user, number {self.server_user.uid}, to have a"
                " name on this machine (in /etc/passwd): run the catalogue as a user who has one,"
                " or set DATABASE_URL."
            )
        return DatabaseProblem(
            f"The embedded database in {self.base} could not be {verb}: {error_lines(output)[0]}"
        )


def _shared_buffers() -> str:
    # A quarter of the memory, as PostgreSQL's manual advises; the catalogue never uses more than
    # 1 GB.
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 1024**2
    return f"{max(64, min(megabytes, 1024))}MB"
