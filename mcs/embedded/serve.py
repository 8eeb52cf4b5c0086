"""`make run`: prepare database, catalogue and static files, then run the production server.

    python -m mcs.embedded.serve         serve on http://localhost:$PORT until Ctrl-C or SIGTERM
    python -m mcs.embedded.serve --stop  stop the server and the embedded database (make stop)

The server has child processes: the workers of gunicorn, the supervisor of the embedded database,
which restarts that when it crashes, and the supervisor of the job worker (`manage.py work`).

All of them end with the server, also when it is killed: its workers notice, and the supervisor
stops the database. An embedded database that was running before, for a command of manage.py, keeps
running. With `--with-parent NUMBER` a process stops when its parent, which has that number, is
gone: so nothing survives a killed make. The parent passes its number because a child that reads it
itself may do so after the parent's death.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from gunicorn.app.base import BaseApplication

from mcs import production

from .bootstrap import (
    DISK_FULL_SIGNS,
    PROJECT,
    SetupError,
    already_running_message,
    home,
    is_alive,
    listen,
    read_port,
    running_server,
)
from .database import (
    DatabaseProblem,
    EmbeddedDatabase,
    disk_full_problem,
    explain_errors,
    is_disk_full,
    is_disk_full_error,
    make_home,
    prepare_command,
    require_suitable_server,
    secret_key,
)

CHECK_INTERVAL = 0.2
"""Seconds between two checks of the supervisor whether the embedded database runs."""


def report(message: str) -> None:
    """Print a message, unbuffered even if the output is a file."""
    print(message, flush=True)


def serve(parent: int | None = None) -> None:
    """Prepare everything and serve; returns or exits when asked to stop.

    Stops when the process `parent`, which started this one, is gone.
    Raises SetupError or DatabaseProblem when the catalogue cannot be served.
    """
    folder = home(os.environ)
    demo = not os.environ.get("DATABASE_URL") or os.environ.get("MCS_DEMO") == "1"
    if not os.environ.get("SECRET_KEY") and not demo:
        raise SetupError(
            "SECRET_KEY is missing: with a database of your own (DATABASE_URL) set it to a long"
            " random text that you keep, or set MCS_DEMO=1 for a demonstration on this machine."
        )
    port = read_port()
    address = f"http://localhost:{port}"
    with contextlib.ExitStack() as stack:
        with explain_errors(folder):
            make_home(folder)
            was_killed = stack.enter_context(server_lock(folder, address))
        listener = stack.enter_context(listen(port))
        if demo and not os.environ.get("SECRET_KEY"):
            with explain_errors(folder):
                os.environ["SECRET_KEY"] = secret_key(folder)
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(embedded_database(folder, was_killed))
        prepare_in_child()
        stack.enter_context(job_worker())
        Server(listener.detach(), address, parent).run()


@contextlib.contextmanager
def server_lock(folder: Path, address: str) -> Iterator[bool]:
    """Lock `folder` for this server, and record its process and address in serving.json.

    Yields whether the previous server was killed, and so may have left its database running.
    Raises SetupError if another server has the lock.
    """
    with open(os.open(folder / "serving.json", os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        start = time.monotonic()
        while not try_lock(file):
            other = read_record(file)
            # `running_server` locks the file for a moment, too. Workers of a killed server hold
            # the lock until they notice and have finished their requests.
            alive = other is not None and is_alive(other["process"])
            if time.monotonic() - start > (1 if alive else production.graceful_timeout + 7):
                raise SetupError(
                    already_running_message(other or {"address": address, "process": "unknown"})
                )
            time.sleep(0.05)
        was_killed = read_record(file) is not None
        process = os.getpid()
        write_record(file, {"address": address, "process": process})
        try:
            yield was_killed
        finally:
            # Workers are forks of this process and run this, too.
            if os.getpid() == process:
                write_record(file, None)


def try_lock(file: IO[str]) -> bool:
    """Lock a file for this process alone; False if another process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_record(file: IO[str]) -> dict | None:
    """The process and address of the server that wrote the file last; None if it has ended."""
    file.seek(0)
    try:
        return json.load(file)
    except ValueError:
        return None


def write_record(file: IO[str], record: dict | None) -> None:
    """Replace the content of the file; None empties it."""
    file.seek(0)
    file.truncate()
    if record:
        json.dump(record, file)
    file.flush()


@contextlib.contextmanager
def embedded_database(folder: Path, was_killed: bool) -> Iterator[None]:
    """Run the embedded database; stop it afterwards if this server has started it.

    `was_killed`: the previous server was killed. A database that still runs is then its own, and
    now this server's.
    """
    embedded = EmbeddedDatabase(folder, report=report)
    process = os.getpid()
    is_own = was_killed or not embedded.is_running()
    supervisor = start_supervisor(is_own)
    assert supervisor.stdin  # noqa: S101 - it is a pipe, and mypy cannot know
    try:
        embedded.start()
        yield
    finally:
        # Workers are forks of this process and run this, too.
        if os.getpid() == process:
            # Another Ctrl-C does not interrupt the shutdown.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            # After this byte the supervisor starts nothing; a start in progress it finishes.
            with contextlib.suppress(BrokenPipeError):
                supervisor.stdin.write(b".")
            if is_own:
                embedded.stop()
                supervisor.kill()
            supervisor.wait()


def start_supervisor(stops: bool) -> subprocess.Popen[bytes]:
    """Start the process that restarts the embedded database when it crashes.

    With `stops` it also stops the database when the server and its workers are dead. It starts
    nothing once it can read from its pipe: a byte, or the end because the server is dead.
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "mcs.embedded.serve", "--keep", *(["--and-stop"] if stops else [])],
        bufsize=0,
        stdin=subprocess.PIPE,
        # A reader of the server's output must not wait for the supervisor to end: the server
        # forwards its messages.
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in the terminal, and signals to the process group, do not reach it.
        start_new_session=True,
    )
    assert supervisor.stdout  # noqa: S101 - it is a pipe, and mypy cannot know
    threading.Thread(target=forward, args=[supervisor.stdout.fileno()], daemon=True).start()
    return supervisor


def forward(pipe: int) -> None:
    """Copy a pipe to the standard output until it ends.

    Takes no lock of Python: the server may fork at any moment, locks included.
    """
    with contextlib.suppress(OSError):
        while output := os.read(pipe, 4096):
            os.write(1, output)


def supervise_database(stops: bool) -> None:
    """Restart the embedded database while the server lives; with `stops`, stop it afterwards.

    It is not stopped if another server runs by then: it belongs to that.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = home(os.environ)
    restart_when_down(EmbeddedDatabase(folder), server_ended, report_to_server)
    if not stops:
        return
    sys.stdin.buffer.read()  # ends when the server and its workers are dead
    # A start that was in progress may succeed a moment later.
    for _ in range(3):
        EmbeddedDatabase(folder).stop(unless=lambda: running_server(folder) is not None)
        time.sleep(1)


def server_ended(seconds: float = 0) -> bool:
    """Whether the supervisor's server is ending or dead; waits for that at most so long."""
    return bool(select.select([0], [], [], seconds)[0])


def report_to_server(message: str) -> None:
    """Send a message through the server to its output, if the server is alive."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{message}\n".encode())


def restart_when_down(
    embedded: EmbeddedDatabase, ended: Callable[[float], bool], report: Callable[[str], None]
) -> None:
    """Start the embedded database again whenever it has ended, until `ended`.

    `ended` waits at most so many seconds. If the database cannot start, the intervals between
    tries grow to a minute, and `report` receives the reason once.
    """
    has_run, failures = False, 0
    while not ended(min(CHECK_INTERVAL * 2**failures, 60)):
        try:
            if embedded.is_running():
                has_run = True
            # The server starts it first. A database whose data was deleted is not recreated.
            elif has_run and embedded.data.is_dir():
                if not failures:
                    report("The embedded database has ended unexpectedly and is started again.")
                if embedded.start(unless=lambda: ended(0)):
                    report("The embedded database is running again.")
            failures = 0
        except DatabaseProblem as problem:
            if not failures:
                report(str(problem))
                report("It is tried again until it starts, at longer and longer intervals.")
            failures = min(failures + 1, 10)


def prepare_in_child() -> None:
    """Run `prepare_catalogue` in a child process; exits if it fails.

    So the server starts with the time limits of pages, and without what loading leaves in memory.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "mcs.embedded.serve", "--prepare", "--with-parent", str(os.getpid())]
    )
    try:
        code = child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if code:
        sys.exit(1)  # the child has reported the error


def prepare_catalogue() -> None:
    """Bring tables, the paper's catalogue and static files up to date. Raises DatabaseProblem."""
    prepare_command(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")
    # The settings read the environment, which is complete only now.
    import django
    from django.core.management import call_command, get_commands
    from django.db import connection

    django.setup()
    require_suitable_server(connection)
    report("Preparing the catalogue ...")
    call_command("migrate", interactive=False, verbosity=0)
    demo = not os.environ.get("DATABASE_URL") or os.environ.get("MCS_DEMO") == "1"
    if demo and "load_paper" in get_commands() and ledger_is_empty():
        report("Loading the paper's catalogue ...")
        call_command("load_paper")
    call_command("reproject", due=True, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


@contextlib.contextmanager
def job_worker() -> Iterator[None]:
    """Run background jobs for as long as the server runs."""
    process = os.getpid()
    # Ctrl-C in the terminal goes to the server, which ends this process.
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "mcs.embedded.serve", "--work", "--with-parent", str(process)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # Workers are forks of this process and run this, too.
        if os.getpid() == process:
            supervisor.terminate()
            supervisor.wait()


def supervise_worker() -> None:
    """Run the job worker, and restart it whenever it ends; never returns.

    In a process of its own: the server forks, and a worker that it has just started would be
    copied.
    """
    command = [sys.executable, str(PROJECT / "manage.py"), "work"]
    command += ["--with-parent", str(os.getpid())]
    while True:
        worker = subprocess.Popen(command)
        try:
            worker.wait()
        finally:
            # An interrupted job starts again the next time.
            worker.kill()
            worker.wait()
        time.sleep(1)


def run_daily_commands() -> None:
    """Run the commands that are due every midnight (UTC); never returns.

    Memberships begin and end, embargoes end, sessions expire. A production server runs the same
    commands from a timer.
    """
    while True:
        time.sleep(86_400 - time.time() % 86_400 + 5)
        for command in (
            ["reproject", "--due"],
            ["ask_again"],
            ["representatives", "--due"],
            ["forget"],
        ):
            subprocess.run([sys.executable, str(PROJECT / "manage.py"), *command])


def end_with(parent: int | None) -> None:
    """Stop this process when `parent` is gone; None for a process that outlives its parent."""
    if parent is not None:
        threading.Thread(target=wait_for_end_of, args=[parent], daemon=True).start()


def wait_for_end_of(parent: int) -> None:
    """Send SIGTERM to this process when the process `parent`, which started it, is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def ledger_is_empty() -> bool:
    from django.apps import apps  # Django is set up only in the child that prepares

    return not apps.get_model("orgs", "Record")._base_manager.exists()


class Server(BaseApplication):
    """gunicorn with the settings of `mcs.production`, on a socket that is listening already."""

    def __init__(self, listener: int, address: str, parent: int | None = None) -> None:
        self.listener = listener
        self.address = address
        self.parent = parent
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings:
            if hasattr(production, name):
                self.cfg.set(name, getattr(production, name))
        self.cfg.set("bind", [f"fd://{self.listener}"])
        self.cfg.set("when_ready", self.on_ready)

    def load(self) -> Any:
        from mcs.wsgi import application  # in each worker, after the fork

        return application

    def on_ready(self, server: Any) -> None:
        """Start the threads of the parent process and print the address."""
        end_with(self.parent)
        threading.Thread(target=run_daily_commands, daemon=True).start()
        report(
            f"\nThe catalogue is at {self.address} (Ctrl-C stops it).\n"
            "To make an administrator: .venv/bin/python manage.py createsuperuser"
        )


def stop() -> None:
    """Stop the server of this folder, and its embedded database. Raises SetupError."""
    folder = home(os.environ)
    server = running_server(folder)
    if server:
        os.kill(server["process"], signal.SIGTERM)
        deadline = time.monotonic() + production.graceful_timeout + 60
        while running_server(folder):
            if time.monotonic() > deadline:
                raise SetupError(f"Process {server['process']} does not stop: end it with kill -9.")
            time.sleep(0.1)
    # Also one that a command of manage.py has started.
    database_ran = EmbeddedDatabase(folder).stop()
    report("The catalogue is stopped." if server or database_ran else "Nothing was running.")


def exit_on_signal(number: int, frame: object) -> None:
    """Exit on SIGTERM before gunicorn runs, so that child processes are stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one does not interrupt that
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    parent = None
    if "--with-parent" in arguments:
        parent = int(arguments[arguments.index("--with-parent") + 1])
    signal.signal(signal.SIGTERM, exit_on_signal)
    log = EmbeddedDatabase(home(os.environ)).log
    log_start = log.stat().st_size if log.exists() else 0
    try:
        if "--prepare" in arguments:
            end_with(parent)
            prepare_catalogue()
        elif "--stop" in arguments:
            stop()
        elif "--keep" in arguments:
            supervise_database("--and-stop" in arguments)
        elif "--work" in arguments:
            end_with(parent)
            supervise_worker()
        else:
            serve(parent)
    except (SetupError, DatabaseProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # Imported only to recognize these errors: the server itself does not need Django yet.
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import CommandError

        if isinstance(error, CommandError | ImproperlyConfigured):
            print(error, file=sys.stderr)
            return 1
        # PostgreSQL shuts down when it cannot write its WAL; then only its log has the reason.
        output = log.read_bytes()[log_start:].decode(errors="replace") if log.exists() else ""
        if not (
            is_disk_full_error(error)
            or is_disk_full(log.parent)
            or any(sign in output for sign in DISK_FULL_SIGNS)
        ):
            raise
        print(disk_full_problem(home(os.environ)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
