"""A proxy before a database that can fail as networks and servers do."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.infrastructure.conftest import free_port


class Passage:
    """One connection through the proxy: what comes in on one side goes out on the other."""

    def __init__(self, visitor: socket.socket, target: Path, open_: threading.Event) -> None:
        self.visitor = visitor
        self.far = socket.socket(socket.AF_UNIX)
        self.open = open_
        self.dead = False
        self.far.connect(str(target))
        self.threads = [
            threading.Thread(target=self._pass, args=sides)
            for sides in ((visitor, self.far), (self.far, visitor))
        ]
        for thread in self.threads:
            thread.start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                self.open.wait()
                if not self.dead:
                    sink.sendall(chunk)
            self.open.wait()
            if not self.dead:
                sink.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        """Break off on both sides."""
        for side in (self.visitor, self.far):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End and wait for the end."""
        self.end()
        for thread in self.threads:
            thread.join(10)
        self.visitor.close()
        self.far.close()


class FaultProxy:
    """Listens on a port of this machine and passes everything to a Unix socket and back.

    `swallow` is a network that loses all: connections are taken, and nothing is answered.
    `refuse` is a server that was killed: connections break off, and new ones are refused.
    `restore` ends either; `forgetting` leaves connections that were open before dead for ever, as
    a firewall does that has lost its memory.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.port = free_port()
        self.open = threading.Event()
        self.passages: list[Passage] = []
        self.door: socket.socket | None = None
        self.doorman: threading.Thread | None = None

    def swallow(self) -> None:
        """Pass nothing on from now on, and say nothing."""
        self.open.clear()

    def refuse(self) -> None:
        """Break every connection off and take none."""
        if self.door and self.doorman:
            self.door.shutdown(socket.SHUT_RDWR)
            self.doorman.join(10)
            self.door.close()
            self.door = None
        for passage in self.passages:
            passage.end()

    def restore(self, forgetting: bool = False) -> None:
        """Pass everything again, also what was swallowed, unless it is forgotten."""
        if forgetting:
            for passage in self.passages:
                passage.dead = True
        self.open.set()
        if not self.door:
            self.door = socket.create_server(("127.0.0.1", self.port))
            self.doorman = threading.Thread(target=self._take, args=[self.door])
            self.doorman.start()

    def close(self) -> None:
        """End everything."""
        self.refuse()
        self.open.set()
        for passage in self.passages:
            passage.close()

    def _take(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = door.accept()
                self.passages.append(Passage(visitor, self.target, self.open))


@contextlib.contextmanager
def before(target: Path) -> Iterator[FaultProxy]:
    """Give a proxy that passes to this Unix socket, until the end of the block."""
    proxy = FaultProxy(target)
    proxy.restore()
    try:
        yield proxy
    finally:
        proxy.close()
