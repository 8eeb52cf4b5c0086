"""Before anything is installed: what `make` says and does on machines as they are."""

import ast
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mcs.embedded import bootstrap
from mcs.embedded.bootstrap import PROJECT, SetupError
from tests.infrastructure.conftest import environment

# Nothing to fetch, so that no test needs a network.
NOTHING = "# No packages.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which only the first program is there, and locks that ask for nothing."""
    (tmp_path / "mcs" / "embedded").mkdir(parents=True)
    shutil.copy(PROJECT / "mcs" / "embedded" / "bootstrap.py", tmp_path / "mcs" / "embedded")
    (tmp_path / bootstrap.RUN_LOCK).write_text(NOTHING)
    (tmp_path / bootstrap.DEV_LOCK).write_text(NOTHING)
    return tmp_path


def bootstrapped(
    project: Path, *arguments: str, file_size: int | None = None, **settings: str
) -> tuple[int, str, str]:
    """Run the first program; return its exit code and what it wrote to stdout and to stderr."""

    def limit() -> None:
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    ended = subprocess.run(
        [sys.executable, "mcs/embedded/bootstrap.py", *arguments],
        cwd=project,
        env=environment(PIP_NO_INDEX="1", **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def program(folder: Path, name: str, says: str) -> None:
    """Put a program into a folder that only says something."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


def test_environment_is_made_once_and_anew_when_a_lock_has_changed(project):
    marker = project / ".venv" / "left behind"

    first = bootstrapped(project)
    marker.touch()
    again = bootstrapped(project)
    kept_on_rerun = marker.exists()
    developers = bootstrapped(project, "--dev")
    kept_for_developers = marker.exists()
    (project / bootstrap.RUN_LOCK).write_text(NOTHING * 2)
    changed = bootstrapped(project)

    message = "Installing what the catalogue needs into .venv (once; about a minute) ...\n"
    assert [first, again, developers, changed] == [
        (0, message, ""),
        (0, "", ""),
        *[(0, message, "")] * 2,
    ]
    assert [kept_on_rerun, kept_for_developers, marker.exists()] == [True, True, False]


def test_environment_that_is_a_link_is_left_alone(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "theirs").touch()
    (project / ".venv").symlink_to(elsewhere)

    code, _, message = bootstrapped(project)

    assert (code, message.count("\n"), (elsewhere / "theirs").exists()) == (1, 1, True)
    assert "rm .venv" in message


def test_environment_without_a_network_is_one_sentence(project):
    (project / bootstrap.RUN_LOCK).write_text(f"django==5.2.19 --hash=sha256:{'0' * 64}\n")

    code, _, complaint = bootstrapped(project)

    assert (code, complaint) == (
        1,
        "The packages could not be installed: the package index cannot be reached. Check the"
        " connection to the internet (or name a mirror in PIP_INDEX_URL), then run make again.\n",
    )
    assert not (project / ".venv").exists()


def test_environment_on_a_full_disk_is_one_sentence(project):
    # No file may grow past this many bytes: the machine then answers as for a full disk.
    code, _, complaint = bootstrapped(project, file_size=10_000)

    assert (code, complaint) == (
        1,
        f"There is no space left on the disk that holds {project}: free some (the catalogue needs"
        " about 500 MB) and run make again.\n",
    )
    assert not (project / ".venv").exists()


def test_python_without_its_venv_module_is_one_sentence(project):
    # As Debian ships it: venv is there, ensurepip is in another package.
    cut = project / "cut"
    cut.mkdir()
    (cut / "ensurepip.py").write_text("raise ImportError('cut out')\n")

    code, _, complaint = bootstrapped(project, PYTHONPATH=str(cut))

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert code == 1
    assert complaint.startswith("Python 3.")
    assert complaint.count("\n") == 1
    assert " lacks its venv module: install it, on Debian and Ubuntu with sudo apt-get" in complaint
    assert version >= "3.11"
    assert not (project / ".venv").exists()


def test_python_too_old_is_one_sentence(tmp_path, monkeypatch):
    program(tmp_path, "python3", says="3 9")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError) as error:
        bootstrap.find_python()

    assert str(error.value) == (
        f"The Python found here is 3.9 ({tmp_path / 'python3'}), and the catalogue needs 3.11 or"
        " newer: install one beside it; make finds it by its name, such as python3.13."
    )


def test_python_that_is_new_enough_is_found_beside_an_old_one(tmp_path, monkeypatch):
    program(tmp_path, "python3", says="3 9")
    program(tmp_path, "python3.13", says="pyenv: no such version")
    (tmp_path / "python3.12").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert bootstrap.find_python() == str(tmp_path / "python3.12")


def test_python_that_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"^No Python was found: install Python 3\.11 or newer\.$"):
        bootstrap.find_python()


def test_port_in_use_is_one_sentence_before_anything_is_installed(project):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        ended = bootstrapped(project, "--serve", PORT=str(port), MCS_HOME=str(project / "home"))

    assert ended == (
        1,
        "",
        f"Port {port} is in use by another program: stop that program, or choose another port,"
        f" for example with PORT={port + 1} make run.\n",
    )
    assert not (project / ".venv").exists()


def test_port_can_be_taken_again_at_once_after_a_visit():
    with bootstrap.listen(0) as door:
        port = door.getsockname()[1]
        visitor = socket.create_connection(("127.0.0.1", port))
        answer, _ = door.accept()
        answer.close()  # the side that closes first keeps the port in mind for a minute
        visitor.close()

    with bootstrap.listen(port) as again:
        assert again.getsockname() == ("127.0.0.1", port)


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1", "80.5"])
def test_port_that_is_no_port_is_one_sentence(monkeypatch, value):
    monkeypatch.setenv("PORT", value)

    with pytest.raises(SetupError) as error:
        bootstrap.read_port()

    assert str(error.value) == (
        f"PORT is a number between 1 and 65535, such as 8000; it is '{value}'."
    )


def test_port_is_8000_by_default(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)

    assert bootstrap.read_port() == 8000


def test_first_program_needs_nothing_that_python_3_6_lacks():
    # Its syntax only; what it imports is in the standard library of every Python 3.
    text = (PROJECT / "mcs" / "embedded" / "bootstrap.py").read_text()

    assert ast.parse(text, feature_version=(3, 6)).body


def test_two_processes_do_not_install_at_once(tmp_path):
    order = []
    inside = threading.Event()

    def first() -> None:
        with bootstrap.exclusive_lock(tmp_path / "lock"):
            inside.set()
            order.append("first")

    with bootstrap.exclusive_lock(tmp_path / "lock"):
        other = threading.Thread(target=first)
        other.start()
        entered = inside.wait(0.2)
        order.append("we")
    other.join(10)

    assert (entered, order) == (False, ["we", "first"])
