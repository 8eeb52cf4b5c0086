"""A throw-away PostgreSQL for the tests, started before Django reads its settings.

Loaded early by pytest (see addopts in pyproject.toml). It is the embedded PostgreSQL with every
safety against a power cut switched off. A remover process removes it when the tests are over, also
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
from mcs.embedded.database import EmbeddedDatabase
from mcs.embedded.problems import DatabaseProblem

if TYPE_CHECKING:  # the remover does not need pytest, and starts faster without
    import pytest

FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    # Every process of the tests uses it, also beside tests that let connections go dead.
    "max_connections": "300",
}

# Variables of the developer's environment that could change the results of tests.
SETTINGS = (
    "ALLOWED_HOSTS", "BASE_URL", "EMAIL_URL", "MCS_DEMO", "PORT", "SITE_NAME", "TRUSTED_PROXIES",
)  # fmt: skip

# High, because the machine may be busy. Tests of the limit set their own.
STATEMENT_TIMEOUT = "60000"


def fast_folder() -> str | None:
    """The folder in memory, if there is enough; otherwise None, the default."""
    memory = "/dev/shm"  # noqa: S108 - only as the parent of a folder with a random name
    with contextlib.suppress(OSError):
        if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > 4 * 1024**3:
            return memory
    return None


@contextlib.contextmanager
def temporary_cluster(
    settings: Mapping[str, str] = FAST_SETTINGS, parent: str | None = None
) -> Iterator[EmbeddedDatabase]:
    """Run a cluster, and remove it afterwards, also when this process is killed.

    `settings` are those of the server; `parent` is the folder of its data, by default the fastest.
    """
    folder = Path(tempfile.mkdtemp(prefix="mcs-tests-", dir=parent or fast_folder()))
    folder.chmod(0o711)
    remover = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", "--keep", str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        # Ctrl-C in the terminal is for the tests; the remover cleans up after them.
        start_new_session=True,
    )
    try:
        embedded = EmbeddedDatabase(folder, settings=settings)
        embedded.start()
        yield embedded
    finally:
        remover.communicate()  # closes the pipe that the remover waits on


def remove_when_done(folder: Path) -> None:
    """Wait until the pipe to the tests is closed, then remove the cluster."""
    sys.stdin.buffer.read()
    embedded = EmbeddedDatabase(folder)
    elsewhere = [embedded.base, embedded.socket_folder]
    with contextlib.suppress(DatabaseProblem):
        embedded.stop("immediate")
    for place in (folder, *elsewhere):
        shutil.rmtree(place, ignore_errors=True)


def use_cluster(embedded: EmbeddedDatabase) -> None:
    """Make this process and its children use this cluster."""
    os.environ["DATABASE_URL"] = embedded.url
    os.environ["MCS_STATEMENT_TIMEOUT"] = STATEMENT_TIMEOUT
    os.environ["MCS_HOME"] = str(embedded.folder)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    # pytest-django collects messages in a list; other programs print them.
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
            use_cluster(stack.enter_context(temporary_cluster()))
        except DatabaseProblem as problem:
            import pytest

            raise pytest.UsageError(str(problem)) from problem
    return (yield)


if __name__ == "__main__":
    if sys.argv[1] == "--keep":
        remove_when_done(Path(sys.argv[2]))
    else:
        with temporary_cluster() as cluster:
            use_cluster(cluster)
            ended = subprocess.run([sys.executable, *sys.argv[1:]], check=False)
        sys.exit(ended.returncode)
