"""A folder for an embedded database of a test's own, and ways to be someone else."""

import contextlib
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcs.embedded.bootstrap import PROJECT
from mcs.embedded.database import EmbeddedDatabase
from mcs.embedded.installation import programs
from mcs.embedded.problems import DatabaseProblem
from tests.cluster import FAST_SETTINGS, fast_folder

# Anyone will do who is neither root nor nobody, and whom every machine has.
PLAIN_USER = pwd.getpwnam("daemon")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may enter, unlike tmp_path; nothing of it is left afterwards."""
    place = Path(tempfile.mkdtemp(prefix="mcs-", dir=fast_folder()))
    place.chmod(0o711)
    yield place
    remove(place)


@pytest.fixture(scope="session")
def pristine() -> Iterator[Path]:
    """The data of an embedded database that was started once, for `begun` to copy."""
    place = Path(tempfile.mkdtemp(prefix="mcs-", dir=fast_folder()))
    place.chmod(0o711)
    embedded = EmbeddedDatabase(place, settings=FAST_SETTINGS)
    embedded.start()
    embedded.stop()
    yield embedded.data
    remove(place)


@pytest.fixture
def begun(folder: Path, pristine: Path) -> Path:
    """A `folder` whose embedded database was started and stopped before: quicker than anew."""
    subprocess.run(["cp", "-a", str(pristine), str(folder / "data")], check=True)
    return folder


def remove(place: Path) -> None:
    """Stop every database below a folder and delete it, with what stands elsewhere for it."""
    for candidate in (place, *(path.parent for path in place.rglob("data"))):
        embedded = EmbeddedDatabase(candidate)
        elsewhere = (embedded.base, embedded.socket_folder)
        with contextlib.suppress(DatabaseProblem):
            embedded.stop("immediate")
        for left in elsewhere:
            shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)


def in_a_child(act: Callable[[], object], plain_user: bool = False) -> int:
    """Run `act` in a forked process, as a plain user if asked and we are root.

    Returns its exit code: 0 unless it raised, and then what it raised is printed.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if plain_user and os.geteuid() == 0:
                os.setgroups([])
                os.setgid(PLAIN_USER.pw_gid)
                os.setuid(PLAIN_USER.pw_uid)
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def reachable_programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs where a plain user reaches them, even if the project is root's own."""
    installed = programs().parents[1]
    if all(place.stat().st_mode & stat.S_IXOTH for place in (installed, *installed.parents)):
        return
    copy = folder / "packages"
    for part in installed.parent.glob(f"{installed.name}*"):
        shutil.copytree(part, copy / part.name, symlinks=True)
    for place in (copy, *copy.rglob("*")):
        if not place.is_symlink():
            mode = place.stat().st_mode
            place.chmod(mode | 0o055 if mode & stat.S_IXUSR else mode | 0o044)
    monkeypatch.syspath_prepend(str(copy))


def free_port() -> int:
    """An unused port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def environment(**settings: str) -> dict[str, str]:
    """The environment of someone who has just cloned the project, and these settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        **settings,
    }


def python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run our Python on `arguments` in the project and return how it ended."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
