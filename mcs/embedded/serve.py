"""What `make run` runs: database, tables, catalogue, static files, and the production server.

    python -m mcs.embedded.serve         serve on http://localhost:$PORT until Ctrl-C or SIGTERM
    python -m mcs.embedded.serve --stop  stop what serves, and the embedded database (make stop)

Beside the server a worker does what takes longer than a page may (`manage.py work`).

While it serves, the keeper of the embedded database starts that again when it was killed.

Everything that was started here ends with it, also when it is killed: its workers notice, and the
keeper stops the database. The embedded database that was running before (for a command of
manage.py) goes on. With `--with-parent NUMBER` it stops when the process of that number, which
started it, is gone: so make, killed, leaves nothing behind. Whoever starts one tells its own
number: one that asks who its parent is may ask too late, when that is dead already.
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

from .bootstrap import Obstacle, already_running, is_alive, port, running_at, take_port
from .database import (
    NO_ROOM,
    PROJECT,
    DatabaseProblem,
    Embedded,
    home,
    is_full,
    make_home,
    no_room,
    prepare,
    ran_out_of_room,
    require,
    secret_key,
    told_plainly,
)

LOOK_AGAIN = 0.2
"""Seconds after which the keeper looks again whether the embedded database runs."""


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once also when it is a file."""
    print(sentence, flush=True)


def serve(parent: int | None = None) -> None:
    """Prepare everything and serve; returns or exits when asked to stop.

    Stops by itself when the process `parent`, which started this one, is gone.
    Raises Obstacle or DatabaseProblem when it cannot be served.
    """
    folder = home(os.environ)
    demo = not os.environ.get("DATABASE_URL") or os.environ.get("MCS_DEMO") == "1"
    if not os.environ.get("SECRET_KEY") and not demo:
        raise Obstacle(
            "SECRET_KEY is missing: with a database of your own (DATABASE_URL) set it to a long"
            " random text that you keep, or set MCS_DEMO=1 for a demonstration on this machine."
        )
    number = port()
    address = f"http://localhost:{number}"
    with contextlib.ExitStack() as stack:
        with told_plainly(folder):
            make_home(folder)
            left = stack.enter_context(only_one(folder, address))
        door = stack.enter_context(take_port(number))
        if demo and not os.environ.get("SECRET_KEY"):
            with told_plainly(folder):
                os.environ["SECRET_KEY"] = secret_key(folder)
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(embedded_database(folder, left))
        prepare_in_child()
        stack.enter_context(long_work())
        Server(door.detach(), address, parent).run()


@contextlib.contextmanager
def only_one(folder: Path, address: str) -> Iterator[bool]:
    """Note in `folder` that it is served at `address`, for as long as this process lives.

    Gives whether the one before us was killed, and so may have left its database running.
    Raises Obstacle where another process noted so before.
    """
    with open(os.open(folder / "serving.json", os.O_RDWR | os.O_CREAT, 0o600), "r+") as note:
        begun = time.monotonic()
        while not locked(note):
            other = noted(note)
            # Who only looks whether we run (running_at) holds the lock for a moment, too; workers
            # of one that was killed hold it until they have noticed, and answered.
            alive = other is not None and is_alive(other["process"])
            if time.monotonic() - begun > (1 if alive else production.graceful_timeout + 7):
                raise Obstacle(already_running(other or {"address": address, "process": "unknown"}))
            time.sleep(0.05)
        left = noted(note) is not None
        process = os.getpid()
        write(note, {"address": address, "process": process})
        try:
            yield left
        finally:
            # Workers of the server are copies of this process and end here, too.
            if os.getpid() == process:
                write(note, None)


def locked(note: IO[str]) -> bool:
    """Lock a note for this process alone; return whether that was possible."""
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def noted(note: IO[str]) -> dict | None:
    """Return what stands in the note of who serves, or None if nothing does."""
    note.seek(0)
    try:
        return json.load(note)
    except ValueError:
        return None


def write(note: IO[str], what: dict | None) -> None:
    """Write a note anew, whole; nothing for None."""
    note.seek(0)
    note.truncate()
    if what:
        json.dump(what, note)
    note.flush()


@contextlib.contextmanager
def embedded_database(folder: Path, left: bool) -> Iterator[None]:
    """Have the embedded database running; stop it afterwards if it was started here.

    `left` says that one which runs already may have been left by us, killed: then it is ours again.
    """
    embedded = Embedded(folder, say=say)
    process = os.getpid()
    ours = left or not embedded.running()
    keeper = keeper_of_the_database(ours)
    assert keeper.stdin  # noqa: S101 - it is a pipe, and mypy cannot know
    try:
        embedded.start()
        yield
    finally:
        # Workers of the server are copies of this process and end here, too.
        if os.getpid() == process:
            # What was begun to be stopped is stopped, whoever presses Ctrl-C again.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            # From here on the keeper starts nothing; what it is starting now it finishes.
            with contextlib.suppress(BrokenPipeError):
                keeper.stdin.write(b".")
            if ours:
                embedded.stop()
                keeper.kill()  # there is nothing left to keep
            keeper.wait()


def keeper_of_the_database(stops: bool) -> subprocess.Popen[bytes]:
    """Start the process that starts the embedded database again when it was killed.

    With `stops` it also stops the database when we and our workers are dead. It begins nothing
    more once it can read from its pipe: a byte, or the end because we are dead.
    """
    keeper = subprocess.Popen(
        [sys.executable, "-m", "mcs.embedded.serve", "--keep", *(["--and-stop"] if stops else [])],
        bufsize=0,
        stdin=subprocess.PIPE,
        # What waits for our last word does not wait for the keeper's: we repeat what it says.
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in the terminal, and whatever kills all that we are, is not for the keeper.
        start_new_session=True,
    )
    assert keeper.stdout  # noqa: S101 - it is a pipe, and mypy cannot know
    threading.Thread(target=repeat, args=[keeper.stdout.fileno()], daemon=True).start()
    return keeper


def repeat(pipe: int) -> None:
    """Repeat at the terminal what comes out of a pipe; returns at its end.

    Takes no lock of Python: the server may copy itself at any moment, locks included.
    """
    with contextlib.suppress(OSError):
        while sentences := os.read(pipe, 4096):
            os.write(1, sentences)


def keep(stops: bool) -> None:
    """Restart the embedded database while the server lives; with `stops`, stop it afterwards.

    Not if someone serves it again: then it is theirs.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = home(os.environ)
    restart_when_down(Embedded(folder), server_ends, say_to_server)
    if not stops:
        return
    sys.stdin.buffer.read()  # the end comes when the server and its workers are dead
    # What was being started when we were killed may come up a moment later.
    for _ in range(3):
        Embedded(folder).stop(unless=lambda: running_at(folder) is not None)
        time.sleep(1)


def server_ends(seconds: float = 0) -> bool:
    """Return whether the keeper's server ends or is dead; wait for that at most so long."""
    return bool(select.select([0], [], [], seconds)[0])


def say_to_server(sentence: str) -> None:
    """Have the keeper's server say a sentence, if it still lives."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{sentence}\n".encode())


def restart_when_down(
    embedded: Embedded, ended: Callable[[float], bool], say: Callable[[str], None]
) -> None:
    """Start the embedded database again whenever it has ended, until `ended`.

    `ended` waits at most so many seconds. A database that cannot start is tried less and less
    often, down to once a minute, and `say` receives the reason once.
    """
    ran, failures = False, 0
    while not ended(min(LOOK_AGAIN * 2**failures, 60)):
        try:
            if embedded.running():
                ran = True
            # The first start is the server's own. Data that was deleted does not come back empty.
            elif ran and embedded.data.is_dir():
                if not failures:
                    say("The embedded database has ended unexpectedly and is started again.")
                if embedded.start(unless=lambda: ended(0)):
                    say("The embedded database is running again.")
            failures = 0
        except DatabaseProblem as problem:
            if not failures:
                say(str(problem))
                say("It is tried again until it starts, at longer and longer intervals.")
            failures = min(failures + 1, 10)


def prepare_in_child() -> None:
    """Run `prepare_catalogue` in a process of its own; exits as it did when it failed.

    So the server begins fresh, with the time limits of pages and without what loading left over.
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
        sys.exit(1)  # the child has said why


def prepare_catalogue() -> None:
    """Bring tables, the paper's catalogue and static files up to date. Raises DatabaseProblem."""
    prepare(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")
    # Not before the environment that the settings are read from is complete.
    import django
    from django.core.management import call_command, get_commands
    from django.db import connection

    django.setup()
    require(connection)
    say("Preparing the catalogue ...")
    call_command("migrate", interactive=False, verbosity=0)
    demo = not os.environ.get("DATABASE_URL") or os.environ.get("MCS_DEMO") == "1"
    if demo and "load_paper" in get_commands() and ledger_is_empty():
        say("Loading the paper's catalogue ...")
        call_command("load_paper")
    call_command("reproject", due=True, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


@contextlib.contextmanager
def long_work() -> Iterator[None]:
    """Have long work done beside the server, for as long as it serves."""
    process = os.getpid()
    # Ctrl-C in the terminal is for the server, which ends this one.
    foreman = subprocess.Popen(
        [sys.executable, "-m", "mcs.embedded.serve", "--work", "--with-parent", str(process)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # Workers of the server are copies of this process and end here, too.
        if os.getpid() == process:
            foreman.terminate()
            foreman.wait()


def keep_working() -> None:
    """Run the worker, and begin it anew whenever it ends; never returns.

    A process of its own: the server copies itself, and what it has begun just then, too.
    """
    work = [sys.executable, str(PROJECT / "manage.py"), "work", "--with-parent", str(os.getpid())]
    while True:
        worker = subprocess.Popen(work)
        try:
            worker.wait()
        finally:
            # What it was doing begins again the next time.
            worker.kill()
            worker.wait()
        time.sleep(1)


def turn_the_days() -> None:
    """Every midnight (UTC), write anew what changes because a day has passed; never returns.

    Memberships begin and end, embargoes end, sessions that are over are forgotten. A server of
    one's own does this from its timer.
    """
    while True:
        time.sleep(86_400 - time.time() % 86_400 + 5)
        for work in (
            ["reproject", "--due"],
            ["ask_again"],
            ["representatives", "--due"],
            ["forget"],
        ):
            subprocess.run([sys.executable, str(PROJECT / "manage.py"), *work])


def end_with(parent: int | None) -> None:
    """Have this process stop when `parent` is gone; None: whatever becomes of who started it."""
    if parent is not None:
        threading.Thread(target=stop_without, args=[parent], daemon=True).start()


def stop_without(parent: int) -> None:
    """Ask this process to stop as soon as the process `parent`, which started it, is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def ledger_is_empty() -> bool:
    """Return whether nothing has ever been recorded here."""
    from django.apps import apps  # only the child that prepares has Django set up

    return not apps.get_model("orgs", "Record")._base_manager.exists()


class Server(BaseApplication):
    """gunicorn with our settings, on a socket that listens already."""

    def __init__(self, door: int, address: str, parent: int | None = None) -> None:
        self.door = door
        self.address = address
        self.parent = parent
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings:
            if hasattr(production, name):
                self.cfg.set(name, getattr(production, name))
        self.cfg.set("bind", [f"fd://{self.door}"])
        self.cfg.set("when_ready", self.welcome)

    def load(self) -> Any:
        from mcs.wsgi import application  # in each worker, so that each begins fresh

        return application

    def welcome(self, server: Any) -> None:
        """Say where the catalogue is, keep its day, and see whether anybody still wants it."""
        end_with(self.parent)
        threading.Thread(target=turn_the_days, daemon=True).start()
        say(
            f"\nThe catalogue is at {self.address} (Ctrl-C stops it).\n"
            "To make an administrator: .venv/bin/python manage.py createsuperuser"
        )


def stop() -> None:
    """Stop what serves this folder, and its embedded database. Raises Obstacle."""
    folder = home(os.environ)
    other = running_at(folder)
    if other:
        os.kill(other["process"], signal.SIGTERM)
        give_up = time.monotonic() + production.graceful_timeout + 60
        while running_at(folder):
            if time.monotonic() > give_up:
                raise Obstacle(f"Process {other['process']} does not stop: end it with kill -9.")
            time.sleep(0.1)
    # Also the one that a command of manage.py left running.
    database = Embedded(folder).stop()
    say("The catalogue is stopped." if other or database else "Nothing was running.")


def told_to_stop(number: int, frame: object) -> None:
    """Turn SIGTERM before we serve into an ordinary end, so that what was started is stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Do what the command line asks; return the exit code."""
    parent = None
    if "--with-parent" in arguments:
        parent = int(arguments[arguments.index("--with-parent") + 1])
    signal.signal(signal.SIGTERM, told_to_stop)
    log = Embedded(home(os.environ)).log
    logged = log.stat().st_size if log.exists() else 0
    try:
        if "--prepare" in arguments:
            end_with(parent)
            prepare_catalogue()
        elif "--stop" in arguments:
            stop()
        elif "--keep" in arguments:
            keep("--and-stop" in arguments)
        elif "--work" in arguments:
            end_with(parent)
            keep_working()
        else:
            serve(parent)
    except (Obstacle, DatabaseProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # Only to tell apart what went wrong: the server itself has no use for them.
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import CommandError

        if isinstance(error, CommandError | ImproperlyConfigured):
            print(error, file=sys.stderr)
            return 1
        # A server that finds no room for what must not be lost ends; then only its log knows why.
        said = log.read_bytes()[logged:].decode(errors="replace") if log.exists() else ""
        if not (ran_out_of_room(error) or is_full(log.parent) or any(s in said for s in NO_ROOM)):
            raise
        print(no_room(home(os.environ)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
