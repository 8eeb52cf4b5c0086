"""The embedded PostgreSQL: any user, any folder, after any failure."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from mcs.embedded.bootstrap import PROJECT
from mcs.embedded.database import EmbeddedDatabase
from mcs.embedded.installation import programs
from mcs.embedded.problems import DatabaseProblem
from tests.cluster import FAST_SETTINGS
from tests.infrastructure.conftest import in_a_child, python, remove


def query_value(embedded: EmbeddedDatabase, sql: str) -> Any:
    """The single value that a query gives."""
    connection = psycopg2.connect(**embedded.connection_params)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def remember(embedded: EmbeddedDatabase, word: str) -> None:
    """Write a word into the database."""
    query_value(embedded, f"CREATE TABLE IF NOT EXISTS words AS SELECT '{word}' AS word; SELECT 1")


def server_of(embedded: EmbeddedDatabase) -> int:
    """The number of the server's process."""
    return int((embedded.data / "postmaster.pid").read_text().split()[0])


def test_embedded_keeps_what_was_written_when_stopped_and_started(folder):
    embedded = EmbeddedDatabase(folder)

    first = embedded.start()
    remember(embedded, "here")
    again = embedded.start()
    stopped = embedded.stop()
    stopped_again = embedded.stop()
    embedded.start()

    assert [first, again, stopped, stopped_again] == [True, False, True, False]
    assert query_value(embedded, "SELECT word FROM words") == "here"


def test_embedded_is_durable_and_discreet(begun):
    embedded = EmbeddedDatabase(begun)
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "jit": "off",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "server_encoding": "UTF8",
    }

    embedded.start()

    assert {name: query_value(embedded, f"SHOW {name}") for name in expected} == expected
    collation = "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database LIMIT 1"
    assert query_value(embedded, collation) == "b C.UTF-8"


def test_embedded_log_contains_nothing_that_people_typed(begun):
    embedded = EmbeddedDatabase(begun, settings=FAST_SETTINGS)

    embedded.start()
    with pytest.raises(psycopg2.Error):
        query_value(embedded, "SELECT 'a private word' FROM no_such_table")

    assert "private" not in embedded.log.read_text()
    assert "no_such_table" in embedded.log.read_text()


def test_embedded_is_open_to_its_owner_only_and_changes_no_folder_above(begun):
    above = [begun, *begun.parents]
    before = [place.stat().st_mode for place in above]
    embedded = EmbeddedDatabase(begun, settings=FAST_SETTINGS)

    embedded.start()

    assert [place.stat().st_mode for place in above] == before
    assert stat.S_IMODE(embedded.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(embedded.socket_folder.stat().st_mode) == 0o700
    server = Path("/proc") / str(server_of(embedded))
    assert server.stat().st_uid == embedded.server_user.uid
    assert embedded.server_user.uid != 0


def test_embedded_runs_as_a_plain_user(folder, reachable_programs):
    place = folder / "plain"
    place.mkdir()
    place.chmod(0o777)
    embedded = EmbeddedDatabase(place / "home", settings=FAST_SETTINGS)

    def use() -> None:
        assert embedded.start() is True
        assert embedded.server_user.uid == os.geteuid() != 0
        assert embedded.base == embedded.folder
        assert query_value(embedded, "SELECT 1") == 1
        assert embedded.stop() is True

    assert in_a_child(use, plain_user=True) == 0


def test_embedded_of_another_user_is_refused_in_a_sentence(folder, reachable_programs):
    embedded = EmbeddedDatabase(folder / "home", settings=FAST_SETTINGS)
    embedded.start()
    embedded.stop()

    def use() -> None:
        with pytest.raises(DatabaseProblem, match="the user who began it"):
            embedded.start()

    # As a plain user we are that user, and nothing is refused.
    assert in_a_child(use, plain_user=True) == (0 if os.geteuid() == 0 else 1)


def test_embedded_below_a_private_folder_of_root_moves_elsewhere_and_reports_it(folder):
    reports: list[str] = []
    private = folder / "private"
    private.mkdir(mode=0o700)
    embedded = EmbeddedDatabase(private / "home", settings=FAST_SETTINGS, report=reports.append)

    try:
        embedded.start()

        if os.geteuid() == 0:
            assert embedded.base.parent in (Path("/var/tmp"), Path("/tmp"))  # noqa: S108
            assert [str(embedded.base) in sentence for sentence in reports] == [True]
        else:
            assert embedded.base == embedded.folder
            assert reports == []
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        remember(embedded, "here")
        embedded.stop()
        assert EmbeddedDatabase(embedded.folder, settings=FAST_SETTINGS).start() is True
        assert query_value(embedded, "SELECT word FROM words") == "here"
    finally:
        remove(embedded.folder)


def test_embedded_reaches_its_programs_in_a_private_project(begun, monkeypatch):
    private = begun / "packages"
    private.mkdir(mode=0o700)
    installed = programs().parents[1]
    for part in installed.parent.glob(f"{installed.name}*"):
        (private / part.name).symlink_to(part)
    monkeypatch.syspath_prepend(str(private))
    embedded = EmbeddedDatabase(begun, settings=FAST_SETTINGS)

    embedded.start()
    program = (Path("/proc") / str(server_of(embedded)) / "exe").readlink()

    assert program.is_relative_to(embedded.base if os.geteuid() == 0 else installed)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_embedded_works_below_a_long_path(folder):
    embedded = EmbeddedDatabase(folder / ("long " * 20) / ("longer'" * 20), settings=FAST_SETTINGS)

    try:
        embedded.start()

        assert len(str(embedded.socket_folder)) < 40
        assert query_value(embedded, "SELECT 1") == 1
    finally:
        remove(embedded.folder)


def test_embedded_survives_the_kill_of_its_server(begun):
    embedded = EmbeddedDatabase(begun)
    embedded.start()
    remember(embedded, "here")

    os.kill(server_of(embedded), signal.SIGKILL)
    embedded.start()

    assert query_value(embedded, "SELECT word FROM words") == "here"


def test_embedded_starts_over_a_dead_server_that_nobody_has_collected(begun):
    embedded = EmbeddedDatabase(begun)
    embedded.start()
    remember(embedded, "here")
    options = (embedded.data / "postmaster.opts").read_text()
    embedded.stop()
    server = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {options}"],
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=embedded.server_user.uid if os.geteuid() == 0 else None,
    )
    give_up = time.monotonic() + 20
    while not embedded.is_running() and time.monotonic() < give_up:
        time.sleep(0.05)

    try:
        os.kill(server.pid, signal.SIGKILL)
        embedded.start()

        # Only now is it collected: so it was a zombie, state Z, when the new one started.
        assert server.poll() == -signal.SIGKILL
        assert query_value(embedded, "SELECT word FROM words") == "here"
    finally:
        server.wait()


def test_embedded_starts_where_the_noted_number_belongs_to_another_program(begun):
    embedded = EmbeddedDatabase(begun, settings=FAST_SETTINGS)
    embedded.start()
    note = (embedded.data / "postmaster.pid").read_text()
    os.kill(server_of(embedded), signal.SIGKILL)
    embedded.start()
    embedded.stop()
    other = subprocess.Popen(
        ["sleep", "60"], user=embedded.server_user.uid if os.geteuid() == 0 else None
    )

    try:
        # As after a restart of the machine, or of a container with this folder in it.
        (embedded.data / "postmaster.pid").write_text(f"{other.pid}\n{note.partition(chr(10))[2]}")
        started = embedded.start()

        assert started is True
        assert query_value(embedded, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_embedded_started_by_two_processes_at_once_starts_once(folder):
    program = (
        "import sys; from pathlib import Path; from mcs.embedded.database import EmbeddedDatabase;"
        " print(EmbeddedDatabase(Path(sys.argv[1])).start())"
    )

    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60)[0].strip() for process in both]

    assert sorted(answers) == ["False", "True"]


def test_embedded_start_that_was_cut_off_leaves_nothing_in_the_way(folder):
    embedded = EmbeddedDatabase(folder, settings=FAST_SETTINGS)
    (folder / "data.new" / "base").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n")

    embedded.start()

    assert query_value(embedded, "SELECT 1") == 1
    assert not (folder / "data.new").exists()


def test_embedded_of_another_version_is_refused_in_a_sentence(begun):
    embedded = EmbeddedDatabase(begun, settings=FAST_SETTINGS)
    (embedded.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(DatabaseProblem, match=r"made by PostgreSQL 17, and this release brings 18"):
        embedded.start()


def test_embedded_is_not_led_astray_by_a_link_in_place_of_its_folder(folder):
    target = folder / "target"
    target.mkdir()
    (folder / "home").mkdir()
    (folder / "home").chmod(0o711)
    (folder / "home" / "socket").symlink_to(target)
    embedded = EmbeddedDatabase(folder / "home", settings=FAST_SETTINGS)

    with pytest.raises(DatabaseProblem, match="set MCS_HOME to a folder of your own"):
        embedded.start()
    assert list(target.iterdir()) == []


def test_embedded_on_a_full_disk_is_refused_in_one_sentence(folder):
    embedded = EmbeddedDatabase(folder / "home", settings=FAST_SETTINGS)

    def use() -> None:
        # No file may grow past this many bytes: the machine then answers as for a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        with pytest.raises(DatabaseProblem) as problem:
            embedded.start()
        assert str(problem.value).startswith("There is no space left on the disk that holds ")
        assert "\n" not in str(problem.value)

    assert in_a_child(use) == 0
    assert embedded.start() is True


def test_cluster_of_the_tests_is_removed_when_they_are_killed():
    program = "import os, time; print(os.environ['MCS_HOME'], flush=True); time.sleep(60)"
    tests = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", "-c", program],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert tests.stdout is not None
    folder = Path(tests.stdout.readline().strip())
    was_there = folder.is_dir()

    os.killpg(tests.pid, signal.SIGKILL)
    tests.communicate()
    give_up = time.monotonic() + 20
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.05)

    assert (was_there, folder.exists()) == (True, False)


def test_cluster_of_the_tests_forgets_the_address_of_a_real_server():
    program = (
        "import os; print(os.environ['DATABASE_URL'],"
        " [name for name in os.environ if name.startswith('PG')])"
    )

    answer = python(
        *("-m", "tests.cluster", "-c", program),
        DATABASE_URL="postgresql://real@server.example/catalogue",
        PGHOST="server.example",
        PGSERVICE="real",
    )

    address, names = answer.stdout.strip().split(" ", 1)
    assert address.startswith("postgresql://mcs@/mcs?host=")
    assert names == "[]"
