"""What `make run` starts, says, refuses, and leaves behind: nothing."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from mcs.database import PROJECT, Embedded
from tests.cluster import workplace
from tests.infrastructure.conftest import environment, free_port, python, remove


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder for the catalogue, the same for all tests here: only the first has to fill it."""
    place = Path(tempfile.mkdtemp(prefix="mcs-", dir=workplace()))
    place.chmod(0o711)
    yield place / "home"
    remove(place)


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    return free_port()


@contextlib.contextmanager
def served(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Serve the catalogue in a process group of its own and wait until it answers."""
    server = subprocess.Popen(
        [sys.executable, "-m", "mcs.serve"],
        cwd=PROJECT,
        env=environment(MCS_HOME=str(home), PORT=str(port)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for_an_answer(port, server)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def wait_for_an_answer(port: int, server: subprocess.Popen[str]) -> None:
    """Return once the port answers; fail with what the server said if it ends before that."""
    while server.poll() is None:
        connection = HTTPConnection("localhost", port, timeout=120)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except ConnectionError:  # refused before, or reset because it ended
            time.sleep(0.1)
        finally:
            connection.close()
    pytest.fail(f"The server ended:\n{server.communicate()[0]}")


def is_open(port: int) -> bool:
    """Return whether anything listens on a port."""
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", port)) == 0


def test_serve_says_where_it_is_refuses_a_second_one_and_stops_everything(home, port):
    with served(home, port) as server:
        second = python("-m", "mcs.serve", MCS_HOME=str(home), PORT=str(port))
        server.terminate()
        said = server.communicate(timeout=30)[0]

    assert (
        f"\n\nThe catalogue is at http://localhost:{port} (Ctrl-C stops it).\n"
        "To make an administrator: .venv/bin/python manage.py createsuperuser\n"
    ) in said
    assert (second.returncode, second.stdout, second.stderr) == (
        1,
        "",
        f"The catalogue runs already at http://localhost:{port} (process {server.pid}): open that"
        " address, or stop it with make stop.\n",
    )
    assert server.returncode == 0
    assert [is_open(port), Embedded(home).running()] == [False, False]


def test_serve_stops_everything_on_ctrl_c(home, port):
    with served(home, port) as server:
        os.killpg(server.pid, signal.SIGINT)
        server.communicate(timeout=30)

    assert [is_open(port), Embedded(home).running()] == [False, False]


def test_serve_is_stopped_from_elsewhere(home, port):
    settings = {"MCS_HOME": str(home)}

    with served(home, port) as server:
        first = python("-m", "mcs.serve", "--stop", **settings)
        second = python("-m", "mcs.serve", "--stop", **settings)
        server.communicate(timeout=30)

    assert [first.stdout, second.stdout] == [
        "The catalogue is stopped.\n",
        "Nothing was running.\n",
    ]
    assert [server.returncode, is_open(port), Embedded(home).running()] == [0, False, False]


def test_serve_leaves_running_what_a_command_started(home, port):
    embedded = Embedded(home)
    embedded.start()

    with served(home, port) as server:
        server.terminate()
        server.communicate(timeout=30)

    assert [is_open(port), embedded.running()] == [False, True]
    assert embedded.stop() is True


def test_command_starts_the_embedded_database_and_leaves_it_running(home):
    embedded = Embedded(home)
    embedded.stop()

    answer = python("manage.py", "shell", "-v", "0", "-c", "print(1)", MCS_HOME=str(home))

    said = "The embedded database was started and goes on running; make stop stops it.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "1\n", said)
    assert embedded.stop() is True


def test_command_that_reads_no_database_starts_none(home):
    answer = python("manage.py", "shell", "--help", MCS_HOME=str(home))

    assert (answer.returncode, answer.stderr) == (0, "")
    assert Embedded(home).running() is False


def test_serve_on_a_port_in_use_is_one_sentence_before_any_work(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        answer = python("-m", "mcs.serve", MCS_HOME=str(folder / "home"), PORT=str(port))

    assert (answer.returncode, answer.stdout, answer.stderr) == (
        1,
        "",
        f"Port {port} is in use by another program: stop that program, or choose another port,"
        f" for example with PORT={port + 1} make run.\n",
    )
    assert not (folder / "home" / "data").exists()


def test_serve_on_a_full_disk_is_one_sentence(folder, port):
    home = folder / "home"

    answer = subprocess.run(
        [sys.executable, "-m", "mcs.serve"],
        cwd=PROJECT,
        env=environment(MCS_HOME=str(home), PORT=str(port)),
        capture_output=True,
        text=True,
        # No file may grow past this many bytes: the machine then answers as for a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        check=False,
    )

    assert (answer.returncode, answer.stdout, answer.stderr) == (
        1,
        "",
        f"There is no space left on the disk that holds {home}: free some (a new catalogue takes"
        " about 200 MB) and try again, or set MCS_HOME to a folder on another disk.\n",
    )
    assert Embedded(home).running() is False


def test_serve_with_a_database_of_ones_own_needs_a_key_of_ones_own(folder, port):
    address = "postgresql://ana@127.0.0.1:1/catalogue"
    settings = {"DATABASE_URL": address, "MCS_HOME": str(folder / "home"), "PORT": str(port)}

    without = python("-m", "mcs.serve", **settings)
    demo = python("-m", "mcs.serve", **settings, MCS_DEMO="1")

    assert (without.returncode, without.stderr) == (
        1,
        "SECRET_KEY is missing: with a database of your own (DATABASE_URL) set it to a long random"
        " text that you keep, or set MCS_DEMO=1 for a demonstration on this machine.\n",
    )
    # The demonstration comes as far as asking the database.
    assert demo.returncode == 1
    assert demo.stderr.startswith("The database does not answer: ")
    assert demo.stderr.count("\n") == 1
