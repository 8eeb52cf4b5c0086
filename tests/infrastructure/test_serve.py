"""What `make run` starts, says, refuses, and leaves behind: nothing."""

import contextlib
import itertools
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from mcs.embedded.bootstrap import PROJECT
from mcs.embedded.database import EmbeddedDatabase
from mcs.embedded.supervisor import restart_when_down
from tests.cluster import fast_folder
from tests.infrastructure.conftest import environment, free_port, python, remove

# One world for all tests of this file.
pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder for the catalogue, the same for all tests here: only the first has to fill it."""
    place = Path(tempfile.mkdtemp(prefix="mcs-", dir=fast_folder()))
    place.chmod(0o711)
    yield place / "home"
    remove(place)


@pytest.fixture
def port() -> int:
    """An unused port."""
    return free_port()


@contextlib.contextmanager
def served(
    home: Path, port: int, *program: str, stopped: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """Serve the catalogue in a process group of its own and wait until it answers.

    `program` is what is run, `mcs.embedded.serve` unless it is given. What is left of the group is
    killed afterwards, unless it is not to be `stopped`.
    """
    server = subprocess.Popen(
        program or [sys.executable, "-m", "mcs.embedded.serve"],
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
        if stopped:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            # Whoever outlived the server holds its output open.
            server.communicate(timeout=60)


def wait_for_an_answer(port: int, server: subprocess.Popen[str]) -> None:
    """Fails with the output of the server if it ends before the port answers."""
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
    """Whether anything listens on a port."""
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", port)) == 0


def answer_of(port: int, path: str) -> tuple[int, str | None]:
    """The status of the answer at an address, and after how long to try again."""
    connection = HTTPConnection("localhost", port, timeout=120)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After")
    finally:
        connection.close()


def status_of(port: int, path: str) -> int:
    """The status of the answer at an address."""
    return answer_of(port, path)[0]


def processes_of(home: Path) -> list[str]:
    """The command lines of all processes that work for the catalogue in a folder."""
    commands = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            process_info = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
            if str(home).encode() in process_info and place.name != str(os.getpid()):
                commands.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return commands


def wait_until_gone(home: Path, seconds: float) -> list[str]:
    """Which processes of a folder are left after so many seconds, at once if none is."""
    give_up = time.monotonic() + seconds
    while (left := processes_of(home)) and time.monotonic() < give_up:
        time.sleep(0.2)
    return left


def children_of(process: int) -> list[int]:
    """The numbers of a process's children."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]


def supervisor_of(server: int) -> int:
    """The number of the process that restarts the database of a server."""
    supervisors = [
        child
        for child in children_of(server)
        if b"--keep" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    (supervisor,) = supervisors
    return supervisor


def postmaster_of(embedded: EmbeddedDatabase) -> int:
    """The number of the first process of a database, parent of all others."""
    return int((embedded.data / "postmaster.pid").read_text().split()[0])


def session_of(embedded: EmbeddedDatabase) -> int:
    """The number of a process that serves a connection to a database."""
    titles = {
        child: Path(f"/proc/{child}/cmdline").read_bytes()
        for child in children_of(postmaster_of(embedded))
    }
    return next(child for child, title in titles.items() if b"[local]" in title)


def kill(embedded: EmbeddedDatabase) -> None:
    """Kill the first process of a database and wait until it is dead."""
    os.kill(postmaster_of(embedded), signal.SIGKILL)
    wait_until(lambda: not embedded.is_running())


def connect(embedded: EmbeddedDatabase) -> Any:
    """A connection to a database that commits at once."""
    connection = psycopg2.connect(**embedded.connection_params)
    connection.autocommit = True
    return connection


def run(connection: Any, sql: str, *values: object) -> list[tuple]:
    """The rows that SQL gives, if it gives any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def wait_until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Fails if the condition is not true after so many seconds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_serve_that_is_killed_leaves_nothing_and_the_next_start_works(home, port):
    with served(home, port) as server:
        server.kill()
        server.wait()
        with served(home, port) as heir:
            # Until now a worker of the first one may have answered.
            assert heir.stdout
            assert any("The catalogue is at" in line for line in heir.stdout)
            # It took over the database that the first one left, and so stops it.
            first = status_of(port, "/organizations/")
            heir.terminate()
            heir.wait(30)
        left = wait_until_gone(home, 10)

    assert (first, heir.returncode, left) == (200, 0, [])


def test_everything_of_serve_that_is_killed_at_once_leaves_no_database(home, port):
    with served(home, port) as server:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    assert wait_until_gone(home, 20) == []
    assert EmbeddedDatabase(home).is_running() is False


def test_serve_stops_when_make_is_killed(home, port):
    make = """
import os, subprocess, sys
subprocess.run([sys.executable, "-m", "mcs.embedded.serve", "--with-parent", str(os.getpid())])
"""
    with served(home, port, sys.executable, "-c", make) as server:
        server.kill()
        server.wait()
        left = wait_until_gone(home, 20)

    assert left == []
    assert [is_open(port), EmbeddedDatabase(home).is_running()] == [False, False]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(["-m", "mcs.embedded.serve", "--work"], id="who sees to long work"),
        pytest.param(["manage.py", "work"], id="who does long work"),
    ],
)
def test_who_was_started_by_one_that_is_dead_already_ends_at_once(home, program):
    """A server can be killed before what it has just begun has read its first line."""
    dies = """
import os, subprocess, sys
subprocess.Popen([sys.executable, *sys.argv[1:], "--with-parent", str(os.getpid())])
os.kill(os.getpid(), 9)
"""
    starter = subprocess.Popen(
        [sys.executable, "-c", dies, *program],
        cwd=PROJECT,
        env=environment(MCS_HOME=str(home), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        starter.communicate(timeout=30)  # it returns when nobody holds the output any more
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(starter.pid, signal.SIGKILL)

    assert starter.returncode == -signal.SIGKILL


def test_worker_that_is_killed_is_replaced(home, port):
    with served(home, port) as server:
        workers = children_of(server.pid)
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        wait_for_an_answer(port, server)
        status = status_of(port, "/organizations/")
        server.terminate()
        output = server.communicate(timeout=30)[0]

    # Two workers, the supervisor of the database, and that of the job worker.
    assert len(workers) == 4
    assert (status, server.returncode) == (200, 0)
    noted = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    killed = [line["message"] for line in noted if line["logger"] == "gunicorn.error"]
    assert ["was sent SIGKILL" in message for message in killed] == [True, True]


def long_workers(home: Path) -> set[int]:
    """The numbers of the processes that do long work for a folder."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            process_info = (place / "environ").read_bytes(), (place / "cmdline").read_bytes()
            if str(home).encode() in process_info[0] and b"manage.py\0work" in process_info[1]:
                found.add(int(place.name))
    return found


def test_worker_of_long_work_is_begun_anew_when_it_is_killed_and_ends_with_the_server(home, port):
    with served(home, port) as server:
        give_up = time.monotonic() + 60
        while not (first := long_workers(home)) and time.monotonic() < give_up:
            time.sleep(0.1)
        for worker in first:
            os.kill(worker, signal.SIGKILL)
        while not (second := long_workers(home) - first) and time.monotonic() < give_up:
            time.sleep(0.1)
        server.terminate()
        server.communicate(timeout=30)

    assert (len(first), len(second)) == (1, 1)
    assert wait_until_gone(home, 10) == []


def test_serve_reports_a_database_that_was_killed_and_goes_on_when_another_has_started_it(
    home, port
):
    embedded = EmbeddedDatabase(home)
    with served(home, port) as server:
        before = status_of(port, "/organizations/")
        # As if it had not noticed yet.
        os.kill(supervisor_of(server.pid), signal.SIGSTOP)
        kill(embedded)
        meanwhile = [status_of(port, path) for path in ("/organizations/", "/readyz", "/healthz")]
        assert embedded.start() is True
        os.kill(supervisor_of(server.pid), signal.SIGCONT)
        while status_of(port, "/organizations/") != 200:
            time.sleep(0.1)
        server.terminate()
        server.communicate(timeout=30)

    assert (before, meanwhile) == (200, [503, 503, 200])
    assert wait_until_gone(home, 5) == []


@pytest.mark.parametrize("killed", [postmaster_of, session_of], ids=["server", "session"])
def test_database_killed_under_load_comes_back_with_all_that_was_acknowledged(home, port, killed):
    """Each session of PostgreSQL is a process: when one is killed, the server restarts them all."""
    embedded = EmbeddedDatabase(home)
    over = threading.Event()

    acknowledged: set[int] = set()
    answers: set[tuple[int, str | None]] = set()
    numbers = itertools.count()

    def write() -> None:
        while not over.is_set():
            with contextlib.suppress(psycopg2.Error), contextlib.closing(connect(embedded)) as own:
                while not over.is_set():
                    number = next(numbers)
                    run(own, "INSERT INTO written VALUES (%s)", number)
                    acknowledged.add(number)

    def read() -> None:
        while not over.is_set():
            answers.add(answer_of(port, "/organizations/"))

    def compute() -> None:
        # For about a minute it looks at nothing else, not even at whether its server lives.
        with contextlib.suppress(psycopg2.Error), contextlib.closing(connect(embedded)) as own:
            run(own, "DO $$ BEGIN FOR number IN 1..1000000000 LOOP END LOOP; END $$")

    with served(home, port) as server, ThreadPoolExecutor(8) as pool:
        with contextlib.closing(connect(embedded)) as first:
            run(first, "CREATE TABLE IF NOT EXISTS written (number int)")
            run(first, "TRUNCATE written")
            before = run(first, "SELECT pg_postmaster_start_time()")
        try:
            threads = [pool.submit(one) for one in (compute, write, write, write, read, read)]
            wait_until(lambda: len(acknowledged) > 100)
            # The database may be back before a reader asks: then it is killed again.
            for _ in range(20):
                wait_until(lambda: answer_of(port, "/organizations/")[0] == 200)
                os.kill(killed(embedded), signal.SIGKILL)
                with contextlib.suppress(AssertionError):
                    wait_until(lambda: (503, "30") in answers, 5)
                    break
            assert (503, "30") in answers
            wait_until(lambda: answer_of(port, "/organizations/")[0] == 200)
        finally:
            over.set()
        # What is acknowledged after the reading is not in it.
        for thread in threads[1:]:
            thread.result()
        with contextlib.closing(connect(embedded)) as second:
            after = run(second, "SELECT pg_postmaster_start_time()")
            stored = {number for (number,) in run(second, "SELECT number FROM written")}
        alive = server.poll() is None
        server.terminate()
        output = server.communicate(timeout=30)[0]

    for thread in threads:
        thread.result()
    assert alive
    assert acknowledged - stored == set()
    assert answers == {(200, None), (503, "30")}
    restarted = killed is postmaster_of
    assert (before != after) == restarted
    assert ("The embedded database has ended unexpectedly" in output) == restarted
    assert "The job worker has ended" not in output
    assert wait_until_gone(home, 10) == []


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_database_that_is_being_started_again_when_the_server_ends_ends_with_it(home, port, end):
    embedded = EmbeddedDatabase(home)
    with served(home, port) as server:
        kill(embedded)
        wait_until(embedded.is_running)
        if end == "kill":
            server.kill()
            server.wait()
        else:
            answer = python("-m", "mcs.embedded.serve", "--stop", MCS_HOME=str(home))
            assert (answer.stdout, answer.stderr) == ("The catalogue is stopped.\n", "")
        left = wait_until_gone(home, 20)

    assert left == []
    assert [is_open(port), embedded.is_running()] == [False, False]


def test_database_that_cannot_start_is_tried_less_and_less_often_and_the_reason_is_reported_once(
    begun,
):
    embedded = EmbeddedDatabase(begun)
    control = embedded.data / "global" / "pg_control"
    away = control.with_name("away")
    pauses: list[float] = []
    sentences: list[str] = []

    def ended(seconds: float) -> bool:
        if seconds:
            pauses.append(seconds)
            if len(pauses) == 2:
                kill(embedded)
                control.rename(away)
            if len(pauses) == 6:
                away.rename(control)
        return len(pauses) == 7

    embedded.start()
    restart_when_down(embedded, ended, sentences.append)

    assert pauses == [0.2, 0.2, 0.4, 0.8, 1.6, 3.2, 0.2]
    assert sentences == [
        "The embedded database has ended unexpectedly and is started again.",
        f"The embedded database in {begun} could not be started: pg_ctl: error: could not open file"
        f' "{control}" for reading: No such file or directory',
        "It is tried again until it starts, at longer and longer intervals.",
        "The embedded database is running again.",
    ]
    assert embedded.is_running() is True


def test_worker_that_ends_before_it_was_seen_running_is_started_again():
    starts: list[int] = []

    class Worker:
        name, check_interval = "The job worker", 1.0

        def is_running(self) -> bool:
            return bool(starts)

        def can_restart(self) -> bool:
            return True

        def start(self, unless: Callable[[], bool]) -> bool:
            starts.append(1)
            return True

    checks = iter((False, False, True))
    restart_when_down(Worker(), lambda seconds: next(checks), lambda sentence: None, has_run=True)

    assert starts == [1]


def test_database_whose_data_was_deleted_does_not_come_back_empty(begun):
    embedded = EmbeddedDatabase(begun)
    pauses: list[float] = []
    sentences: list[str] = []

    def ended(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 2:
            kill(embedded)
            embedded.data.rename(begun / "away")
        return len(pauses) == 4

    embedded.start()
    restart_when_down(embedded, ended, sentences.append)

    assert (sentences, embedded.is_running(), embedded.data.exists()) == ([], False, False)


def test_serve_prints_its_address_refuses_a_second_one_and_stops_everything(home, port):
    with served(home, port) as server:
        second = python("-m", "mcs.embedded.serve", MCS_HOME=str(home), PORT=str(port))
        server.terminate()
        output = server.communicate(timeout=30)[0]

    assert (
        f"\n\nThe catalogue is at http://localhost:{port} (Ctrl-C stops it).\n"
        "To make an administrator: .venv/bin/python manage.py createsuperuser\n"
    ) in output
    assert (second.returncode, second.stdout, second.stderr) == (
        1,
        "",
        f"The catalogue runs already at http://localhost:{port} (process {server.pid}): open that"
        " address, or stop it with make stop.\n",
    )
    assert server.returncode == 0
    assert [is_open(port), EmbeddedDatabase(home).is_running()] == [False, False]


def test_serve_stops_everything_on_ctrl_c(home, port):
    with served(home, port) as server:
        os.killpg(server.pid, signal.SIGINT)
        server.communicate(timeout=30)

    assert [is_open(port), EmbeddedDatabase(home).is_running()] == [False, False]


def test_serve_is_stopped_from_elsewhere(home, port):
    settings = {"MCS_HOME": str(home)}

    with served(home, port) as server:
        first = python("-m", "mcs.embedded.serve", "--stop", **settings)
        second = python("-m", "mcs.embedded.serve", "--stop", **settings)
        server.communicate(timeout=30)

    assert [first.stdout, second.stdout] == [
        "The catalogue is stopped.\n",
        "Nothing was running.\n",
    ]
    assert [server.returncode, is_open(port), EmbeddedDatabase(home).is_running()] == [
        0,
        False,
        False,
    ]


@pytest.mark.parametrize("killed", [False, True], ids=["untouched", "killed meanwhile"])
def test_serve_leaves_running_what_a_command_started(home, port, killed):
    embedded = EmbeddedDatabase(home)
    embedded.start()

    with served(home, port) as server:
        if killed:
            kill(embedded)
            wait_until(lambda: status_of(port, "/organizations/") == 200)
        server.terminate()
        server.communicate(timeout=30)

    assert [is_open(port), embedded.is_running()] == [False, True]
    assert embedded.stop() is True


def test_command_starts_the_embedded_database_and_leaves_it_running(home):
    embedded = EmbeddedDatabase(home)
    embedded.stop()

    answer = python("manage.py", "shell", "-v", "0", "-c", "print(1)", MCS_HOME=str(home))

    output = "The embedded database was started and goes on running; make stop stops it.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "1\n", output)
    assert embedded.stop() is True


def test_command_that_reads_no_database_starts_none(home):
    answer = python("manage.py", "shell", "--help", MCS_HOME=str(home))

    assert (answer.returncode, answer.stderr) == (0, "")
    assert EmbeddedDatabase(home).is_running() is False


def test_serve_on_a_port_in_use_is_one_sentence_before_any_work(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        answer = python("-m", "mcs.embedded.serve", MCS_HOME=str(folder / "home"), PORT=str(port))

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
        [sys.executable, "-m", "mcs.embedded.serve"],
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
        " about 350 MB) and try again, or set MCS_HOME to a folder on another disk.\n",
    )
    assert EmbeddedDatabase(home).is_running() is False
    assert processes_of(home) == []
    # With room again, the next start works.
    with served(home, port):
        assert status_of(port, "/organizations/") == 200


def test_serve_with_a_database_of_ones_own_needs_a_key_of_ones_own(folder, port):
    address = "postgresql://ana@127.0.0.1:1/catalogue"
    settings = {"DATABASE_URL": address, "MCS_HOME": str(folder / "home"), "PORT": str(port)}

    without = python("-m", "mcs.embedded.serve", **settings)
    demo = python("-m", "mcs.embedded.serve", **settings, MCS_DEMO="1")

    assert (without.returncode, without.stderr) == (
        1,
        "SECRET_KEY is missing: with a database of your own (DATABASE_URL) set it to a long random"
        " text that you keep, or set MCS_DEMO=1 for a demonstration on this machine.\n",
    )
    # The demonstration comes as far as asking the database.
    assert demo.returncode == 1
    assert demo.stderr.startswith("The database does not answer: ")
    assert demo.stderr.count("\n") == 1
