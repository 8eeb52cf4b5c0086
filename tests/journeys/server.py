"""The catalogue as visitors get it: the production server, a process of its own, over the wire."""

import contextlib
import gzip
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from mcs.embedded.bootstrap import PROJECT


class Site:
    """A server on a database of these tests. `wait` before the first request."""

    def __init__(self, database: str, folder: Path, **settings: str) -> None:
        """Start to serve a database of the tests' cluster by its name, with its files in `folder`.

        What `make run` would set by itself is set here: so static files are compressed and their
        names carry hashes, unlike in other tests.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self.mail = folder / "mail"
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - until `stop`
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mcs.embedded.serve"],
            cwd=PROJECT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])
                ._replace(path=f"/{database}")
                .geturl(),
                "MCS_HOME": str(folder),
                "EMAIL_URL": f"file://{self.mail}",
                "MCS_STATEMENT_TIMEOUT": os.environ["MCS_STATEMENT_TIMEOUT"],
                "PORT": str(self.port),
                "SECRET_KEY": os.environ["SECRET_KEY"],
                "ALLOWED_HOSTS": "localhost",
                **settings,
            },
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Return once it serves. Raises RuntimeError, with what the server said, if it ends."""
        while self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.get("/healthz").status == 200:
                    return
            time.sleep(0.2)
        self.output.seek(0)
        raise RuntimeError(f"The server ended:\n{self.output.read()}")

    def get(self, path: str) -> "Answer":
        """Request an address as a browser that understands gzip."""
        connection = HTTPConnection("localhost", self.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()

    def message_to(self, address: str) -> str:
        """The last message to an address, with its head."""
        files = sorted(self.mail.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        messages = [file.read_text() for file in reversed(files)]
        return next(one for one in messages if f"To: {address}" in one)

    def stop(self) -> None:
        """End the server and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()


class Answer:
    """What came over the wire."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        """As it was sent, compressed or not."""

    @property
    def text(self) -> str:
        """The body as it is read."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


@contextlib.contextmanager
def served(demo: str, empty: str) -> Iterator[list[Site]]:
    """Serve two databases of the tests' cluster, each by a server of its own: a demo, and one not.

    A demo has a style guide, and would fill an empty catalogue.
    """
    with tempfile.TemporaryDirectory(prefix="mcs-journeys-") as folder:
        sites = [Site(demo, Path(folder) / demo, MCS_DEMO="1"), Site(empty, Path(folder) / empty)]
        try:
            for site in sites:
                site.wait()
            yield sites
        finally:
            for site in sites:
                site.stop()
