"""A throw-away PostgreSQL for the tests, started before Django reads its settings.

Loaded early by pytest (see addopts in pyproject.toml). It is the embedded PostgreSQL with every
safety against a power cut switched off. A keeper process removes it when the tests are over, also
when they were killed. What DATABASE_URL or PGHOST said before is forgotten (here, and by
`EmbeddedDatabase.start`), so that no test can touch a real server.

`python -m tests.cluster PROGRAM ...` runs another Python program on such a cluster.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pluggy import HookimplMarker

from mcs.embedded.bootstrap import PROJECT
from mcs.embedded.database import DatabaseProblem, EmbeddedDatabase

if TYPE_CHECKING:  # the keeper has no use for pytest, and should be there quickly
    import pytest

FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}

# Settings of whoever runs the tests, which could change their outcome.
SETTINGS = (
    "ALLOWED_HOSTS", "BASE_URL", "EMAIL_URL", "MCS_DEMO", "PORT", "SITE_NAME", "TRUSTED_PROXIES",
)  # fmt: skip

# A busy machine is not a defect: tests of the limit itself set their own.
STATEMENT_TIMEOUT = "60000"


def workplace() -> str | None:
    """Return where databases of tests are quickest: in memory, where there is plenty; or None."""
    memory = "/dev/shm"  # noqa: S108 - only as the parent of a folder with a random name
    with contextlib.suppress(OSError):
        if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > 4 * 1024**3:
            return memory
    return None


@contextlib.contextmanager
def throw_away(
    settings: Mapping[str, str] = FORGETFUL, parent: str | None = None
) -> Iterator[EmbeddedDatabase]:
    """Give a running cluster that is gone afterwards, however this process ends.

    `settings` are those of the server; `parent` is the folder to keep it in, if not the quickest.
    """
    folder = Path(tempfile.mkdtemp(prefix="mcs-tests-", dir=parent or workplace()))
    folder.chmod(0o711)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", "--keep", str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        # Ctrl-C in the terminal is for the tests; the keeper stays to clean up after them.
        start_new_session=True,
    )
    try:
        embedded = EmbeddedDatabase(folder, settings=settings)
        embedded.start()
        yield embedded
    finally:
        keeper.communicate()  # closes the pipe that the keeper waits on


def keep(folder: Path) -> None:
    """Wait until the other end of the pipe is closed or dead, then remove the cluster."""
    sys.stdin.buffer.read()
    embedded = EmbeddedDatabase(folder)
    elsewhere = [embedded.base, embedded.socket_folder]
    with contextlib.suppress(DatabaseProblem):
        embedded.stop("immediate")
    for place in (folder, *elsewhere):
        shutil.rmtree(place, ignore_errors=True)


def point_at(embedded: EmbeddedDatabase) -> None:
    """Make this cluster the only one that this process and its children know of."""
    os.environ["DATABASE_URL"] = embedded.url
    os.environ["MCS_STATEMENT_TIMEOUT"] = STATEMENT_TIMEOUT
    os.environ["MCS_HOME"] = str(embedded.folder)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    # pytest-django keeps what is sent in a list; other programs write it where they stand.
    os.environ["EMAIL_URL"] = "console:"


# A wrapper, because pytest-django reads the settings in this same hook.
@HookimplMarker("pytest")(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: "pytest.Config") -> Iterator[None]:
    # Workers of pytest-xdist inherit the address; each makes a database of its own.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        stack = contextlib.ExitStack()
        early_config.add_cleanup(stack.close)
        for name in SETTINGS:
            os.environ.pop(name, None)
        try:
            point_at(stack.enter_context(throw_away()))
        except DatabaseProblem as problem:
            import pytest

            raise pytest.UsageError(str(problem)) from problem
    return (yield)


if __name__ == "__main__":
    if sys.argv[1] == "--keep":
        keep(Path(sys.argv[2]))
    else:
        with throw_away() as cluster:
            point_at(cluster)
            ended = subprocess.run([sys.executable, *sys.argv[1:]], check=False)
        sys.exit(ended.returncode)
