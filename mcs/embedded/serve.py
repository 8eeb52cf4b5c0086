"""`make run`: prepare database, catalogue and static files, then run the production server.

    python -m mcs.embedded.serve         serve on http://localhost:$PORT until Ctrl-C or SIGTERM
    python -m mcs.embedded.serve --stop  stop the server and the embedded database (make stop)

The server stops with make (`--with-parent`). Its child processes are the workers of gunicorn, and
the supervisors of the embedded database (`--keep`) and of the job worker (`--work`).

All of them end with the server, also when it is killed: its workers notice, and the supervisor
stops the database. An embedded database that was running before, for a command of manage.py, keeps
running.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from gunicorn.app.base import BaseApplication

from mcs import production

from . import bootstrap
from .bootstrap import SetupError, home, is_alive, read_record, running_server
from .configuration import is_demo, prepare_command, provide_secret_key, require_suitable_server
from .database import EmbeddedDatabase
from .installation import make_home
from .problems import disk_full_problem, explain_errors, is_disk_full, is_disk_full_error
from .supervisor import Supervisor, end_with_parent, restart_when_down, wait_while

report = partial(print, flush=True)  # unbuffered even if the output is a file
MANAGE = [sys.executable, str(bootstrap.PROJECT / "manage.py")]


def serve() -> None:
    """Prepare everything and serve; returns or exits when asked to stop.

    Raises SetupError when the catalogue cannot be served.
    """
    folder = home(os.environ)
    if not os.environ.get("SECRET_KEY") and not is_demo(os.environ):
        raise SetupError(
            "SECRET_KEY is missing: with a database of your own (DATABASE_URL) set it to a long"
            " random text that you keep, or set MCS_DEMO=1 for a demonstration on this machine."
        )
    port = bootstrap.read_port()
    address = f"http://localhost:{port}"
    server = os.getpid()
    # Only callbacks: a context manager would also be left when a worker ends.
    at_end = contextlib.ExitStack()
    try:
        was_killed = lock_folder(folder, address, at_end)
        listener = bootstrap.listen(port)
        at_end.callback(listener.close)
        provide_secret_key(os.environ)
        if not os.environ.get("DATABASE_URL"):
            run_database(folder, was_killed, at_end)
        prepare_in_child()
        at_end.callback(Supervisor("--work").end)
        Server(listener.detach(), address).run()
    finally:
        # Workers are forks of this process and run this, too.
        if os.getpid() == server:
            # Another Ctrl-C does not interrupt the shutdown.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            at_end.close()


def lock_folder(folder: Path, address: str, at_end: contextlib.ExitStack) -> bool:
    """Lock `folder` for this server until `at_end`, and record its process and address in it.

    Returns whether the previous server was killed, and so may have left its database running.
    Raises SetupError if another server has the lock.
    """
    with explain_errors(folder):
        make_home(folder)
        path = folder / "serving.json"
        file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")  # noqa: SIM115 - `at_end`
    at_end.callback(file.close)

    def is_locked() -> bool:
        return not bootstrap.try_lock(file, fcntl.LOCK_EX)

    # `running_server` locks the file for a moment, too. Workers of a killed server hold the lock
    # until they notice and have finished their requests.
    if wait_while(is_locked, 1):
        other = read_record(file)
        if (other and is_alive(other["process"])) or wait_while(
            is_locked, production.graceful_timeout + 6
        ):
            other = read_record(file) or {"address": address, "process": "unknown"}
            raise SetupError(bootstrap.already_running_message(other))
    was_killed = read_record(file) is not None
    write_record(file, {"address": address, "process": os.getpid()})
    at_end.callback(write_record, file, None)
    return was_killed


def write_record(file: IO[str], record: dict | None) -> None:
    """Replace the content of the file, for `read_record`."""
    file.seek(0)
    file.truncate()
    json.dump(record, file)
    file.flush()


def run_database(folder: Path, was_killed: bool, at_end: contextlib.ExitStack) -> None:
    """Run the embedded database; stop it `at_end` if this server has started it.

    `was_killed`: the previous server was killed. A database that still runs is then its own, and
    now this server's.
    """
    embedded = EmbeddedDatabase(folder, report=report)
    is_own = was_killed or not embedded.is_running()
    arguments = ["--keep", "--and-stop"] if is_own else ["--keep"]
    supervisor = Supervisor(*arguments, errors=subprocess.DEVNULL)
    at_end.callback(supervisor.end, embedded.stop if is_own else None)
    embedded.start()


class Server(BaseApplication):
    """gunicorn with the settings of `mcs.production`, on a socket that is listening already."""

    def __init__(self, listener: int, address: str) -> None:
        self.listener = listener
        self.address = address
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
        """Start the daily commands and print the address."""
        threading.Thread(target=run_daily_commands, daemon=True).start()
        report(
            f"\nThe catalogue is at {self.address} (Ctrl-C stops it).\n"
            "To make an administrator: .venv/bin/python manage.py createsuperuser"
        )


def run_daily_commands() -> None:
    """Run the commands that are due every midnight (UTC); never returns.

    Memberships begin and end, embargoes end, sessions expire. A production server runs the same
    commands from a timer.
    """
    while True:
        time.sleep(86_400 - time.time() % 86_400 + 5)
        for command in ("reproject --due", "ask_again", "representatives --due", "forget"):
            subprocess.run([*MANAGE, *command.split()])


def exit_on_signal(number: int, frame: object) -> None:
    """Exit on SIGTERM before gunicorn runs, so that child processes are stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one does not interrupt that
    sys.exit(128 + number)


def prepare_in_child() -> None:
    """Run `prepare_catalogue` in a child process; exits if it fails.

    So the server starts with the time limits of pages, and without what loading leaves in memory.
    """
    arguments = ["-m", "mcs.embedded.serve", "--prepare", "--with-parent", str(os.getpid())]
    if subprocess.run([sys.executable, *arguments]).returncode:
        sys.exit(1)  # the child has reported the error


def prepare_catalogue() -> None:
    """Bring tables, catalogue and static files up to date. Raises DatabaseProblem."""
    prepare_command(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")
    # The settings read the environment, which is complete only now.
    import django
    from django.apps import apps
    from django.core.management import call_command, get_commands
    from django.db import connection

    django.setup()
    require_suitable_server(connection)
    report("Preparing the catalogue ...")
    call_command("migrate", interactive=False, verbosity=0)
    records = apps.get_model("orgs", "Record")._base_manager
    if is_demo(os.environ) and "load_paper" in get_commands() and not records.exists():
        report("Loading the catalogues of the paper and of the field ...")
        call_command("load_paper")
        call_command("load_field", verbosity=0)
    call_command("load_places", verbosity=0)
    call_command("reproject", due=True, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def supervise_database(stops: bool) -> None:
    """Keep the embedded database running; with `stops`, stop it when the server has died.

    It is not stopped if another server runs by then: it belongs to that.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = home(os.environ)
    restart_when_down(EmbeddedDatabase(folder))
    if not stops:
        return
    sys.stdin.buffer.read()  # ends when the server and its workers are dead
    # A start that was in progress may succeed a moment later.
    for _ in range(3):
        EmbeddedDatabase(folder).stop(unless=lambda: running_server(folder) is not None)
        time.sleep(1)


def supervise_worker() -> None:
    """Keep the job worker running while the server lives. An interrupted job starts again."""
    worker = JobWorker()
    try:
        # It may be killed before it was ever seen running.
        restart_when_down(worker, has_run=True)
    finally:
        worker.stop()


class JobWorker:
    """`manage.py work`, a child process of its supervisor."""

    name = "The job worker"
    check_interval = 1.0

    def __init__(self) -> None:
        self.start()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def can_restart(self) -> bool:
        return True

    def start(self, unless: Callable[[], bool] = lambda: False) -> bool:
        command = [*MANAGE, "work", "--with-parent", str(os.getpid())]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        return True

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def stop() -> None:
    """Stop the server of this folder, and its embedded database. Raises SetupError."""
    folder = home(os.environ)
    server = running_server(folder)
    if server:
        os.kill(server["process"], signal.SIGTERM)
        if wait_while(lambda: running_server(folder), production.graceful_timeout + 60):
            raise SetupError(f"Process {server['process']} does not stop: end it with kill -9.")
    # Also one that a command of manage.py has started.
    database_ran = EmbeddedDatabase(folder).stop()
    report("The catalogue is stopped." if server or database_ran else "Nothing was running.")


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    signal.signal(signal.SIGTERM, exit_on_signal)
    end_with_parent(arguments)
    log = EmbeddedDatabase(home(os.environ)).log
    log_start = log.stat().st_size if log.exists() else 0
    try:
        if "--prepare" in arguments:
            prepare_catalogue()
        elif "--stop" in arguments:
            stop()
        elif "--keep" in arguments:
            supervise_database("--and-stop" in arguments)
        elif "--work" in arguments:
            supervise_worker()
        else:
            serve()
    except SetupError as problem:
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
        if not (is_disk_full_error(error) or is_disk_full(log.parent, output)):
            raise
        print(disk_full_problem(home(os.environ)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
