"""Processes that end with the one that started them, and services that are started again.

A service is what the server needs beside itself: the embedded database or the job worker. Each has
a supervisor, a child process of the server. It starts the service again whenever that has ended,
and notices the end of the server, also when that is killed, by a pipe between them.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any, Protocol, TypeVar

from .bootstrap import SetupError

Result = TypeVar("Result")


class Service(Protocol):
    """What a supervisor keeps running. `start` returns whether that call has started it.

    The interval is in seconds. `start` raises SetupError.
    """

    name: str
    check_interval: float

    def is_running(self) -> bool: ...
    def can_restart(self) -> bool: ...
    def start(self, unless: Callable[[], bool]) -> bool: ...


class Supervisor:
    """The supervisor of a service, as the server sees it.

    `arguments` are those of `mcs.embedded.serve`, `errors` is the standard error of the process.
    """

    def __init__(self, *arguments: str, errors: int | None = None) -> None:
        self.process: Any = subprocess.Popen(  # mypy cannot know that it has pipes
            [sys.executable, "-m", "mcs.embedded.serve", *arguments],
            bufsize=0,
            stdin=subprocess.PIPE,
            # A reader of the server's output must not wait for the supervisor to end: the server
            # forwards its messages.
            stdout=subprocess.PIPE,
            stderr=errors,
            # Ctrl-C in the terminal, and signals to the process group, do not reach it.
            start_new_session=True,
        )
        threading.Thread(target=forward, args=[self.process.stdout], daemon=True).start()

    def end(self, stop_service: Callable[[], object] | None = None) -> None:
        """End the supervisor. A service that is not its child is ended by `stop_service`.

        From now on the supervisor starts nothing; a start in progress it finishes.
        """
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b".")
        if stop_service:
            stop_service()
            self.process.kill()
        self.process.wait()


def forward(pipe: IO[bytes]) -> None:
    """Copy a pipe to the standard output until it ends.

    Takes no lock of Python: the server may fork at any moment, locks included.
    """
    with contextlib.suppress(OSError):
        while output := os.read(pipe.fileno(), 4096):
            os.write(1, output)


def server_ended(seconds: float = 0) -> bool:
    """Whether the supervisor's server is ending or dead; waits for that at most so long.

    The standard input is a pipe. A byte in it says that the server is ending; the pipe ends when
    the server and its workers are dead.
    """
    return bool(select.select([0], [], [], seconds)[0])


def report_to_server(message: str) -> None:
    """Send a message through the server to its output, if the server is alive."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{message}\n".encode())


def restart_when_down(
    service: Service,
    ended: Callable[[float], bool] = server_ended,
    report: Callable[[str], None] = report_to_server,
    has_run: bool = False,
) -> None:
    """Start a service again whenever it has ended, until `ended`.

    Another process starts it first, unless it `has_run` already. `ended` waits at most so many
    seconds. If the service cannot start, the intervals between tries grow to a minute, and `report`
    receives the reason once.
    """
    failures = 0
    while not ended(min(service.check_interval * 2**failures, 60)):
        try:
            if service.is_running():
                has_run = True
            elif has_run and service.can_restart():
                if not failures:
                    report(f"{service.name} has ended unexpectedly and is started again.")
                if service.start(unless=lambda: ended(0)):
                    report(f"{service.name} is running again.")
            failures = 0
        except SetupError as problem:
            if not failures:
                report(str(problem))
                report("It is tried again until it starts, at longer and longer intervals.")
            failures = min(failures + 1, 10)


def end_with_parent(arguments: list[str]) -> bool:
    """Stop this process when its parent is gone, if `arguments` have `--with-parent NUMBER`.

    Removes that from `arguments`, and returns whether it was there. NUMBER is of the parent, which
    passes it because a child that reads it itself may do so after the parent's death.
    """
    if "--with-parent" not in arguments:
        return False
    position = arguments.index("--with-parent")
    parent = int(arguments[position + 1])
    del arguments[position : position + 2]
    threading.Thread(target=stop_without, args=[parent], daemon=True).start()
    return True


def stop_without(parent: int) -> None:
    """Send SIGTERM to this process when the process `parent`, which started it, is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def wait_while(condition: Callable[[], Result], seconds: float, interval: float = 0.1) -> Result:
    """Wait until `condition` is false, or the time is over; return its last value."""
    deadline = time.monotonic() + seconds
    while (value := condition()) and time.monotonic() < deadline:
        time.sleep(interval)
    return value
