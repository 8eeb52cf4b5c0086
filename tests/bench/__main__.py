"""What `make bench` runs: made-up organizations, both servers, and the table.

    python -m tests.bench [SIZE] [--keep FOLDER] [--only WORDS]

prints the table and writes bench.json. The catalogue is made anew and thrown away, unless a folder
is named in which it stays for the next time.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mcs.embedded.bootstrap import PROJECT
from mcs.embedded.database import EmbeddedDatabase
from tests.cluster import SETTINGS, temporary_cluster, use_cluster

SECONDS_PER_WORK = 8.0
"""For about how many seconds one work is repeated; in rounds of ours and the limit by turns."""

MOST_ROUNDS = 60
CLIENTS = 16
IMPORTED = 10_000
EDITS = 100


def say(sentence: str) -> None:
    """Print without buffering, also to a file."""
    print(sentence, flush=True)


@contextlib.contextmanager
def catalogue(size: int, folder: Path | None) -> Iterator[None]:
    """Have a catalogue of so many made-up organizations, with the settings of a real server."""
    for name in SETTINGS:
        os.environ.pop(name, None)
    with contextlib.ExitStack() as stack:
        if folder is None:
            cluster = stack.enter_context(
                temporary_cluster(settings={}, parent=tempfile.gettempdir())
            )
        else:
            cluster = EmbeddedDatabase(folder)
            cluster.start()
            stack.callback(cluster.stop)
        use_cluster(cluster)
        os.environ["ALLOWED_HOSTS"] = "localhost"
        # What is slow is measured, too.
        os.environ["MCS_STATEMENT_TIMEOUT"] = "0"
        os.environ["DJANGO_SETTINGS_MODULE"] = "mcs.settings"
        # Not before the environment that the settings are read from is complete.
        import django
        from django.core.management import call_command

        django.setup()
        from orgs.records.record import Record

        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        existing = Record.objects.filter(slug__startswith="synthetic-1-").count()
        if existing not in (0, size):
            sys.exit(
                f"{folder} has {existing} made-up organizations, not {size}. Take another folder."
            )
        if not existing:
            begun = time.perf_counter()
            call_command("synthesize", str(size), verbosity=0)
            took = time.perf_counter() - begun
            rate = size / took
            say(f"{size:,} organizations were made up in {took:,.0f} s, {rate:,.0f} a second.")
        yield


@contextlib.contextmanager
def server(application: str) -> Iterator[tuple[int, int]]:
    """Run a WSGI function under the production server; give its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
         "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket",
         "--log-level", "warning", "--timeout", "300", "--keep-alive", "120"],
        cwd=PROJECT,
    )  # fmt: skip
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        else:
            sys.exit(f"{application} did not start.")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def measured(ours: Callable[[], float], limit: Callable[[], float]) -> tuple[float, float, int]:
    """The medians of what two functions give, called by turns, and how often they were.

    Both have been called before, so that nothing is done for the first time.
    """
    first = ours() + limit()
    rounds = max(3, min(MOST_ROUNDS, int(SECONDS_PER_WORK / first)))
    pairs = [(ours(), limit()) for _ in range(rounds)]
    return *(statistics.median(column) for column in zip(*pairs, strict=True)), rounds


class Table:
    """The works measured so far, each printed as soon as it is known."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.works: list[dict] = []
        say(f"\n{'work':<40} {'ours':>11} {'limit':>11} {'ratio':>7}  rounds, same answer")

    def times(self, work: str, ours: float, limit: float, note: str) -> None:
        """Add a work with seconds."""
        ratio = ours / limit
        self.works.append(
            {"work": work, "ours_ms": ours * 1e3, "limit_ms": limit * 1e3, "ratio": ratio}
        )
        say(f"{work:<40} {ours * 1e3:>8.2f} ms {limit * 1e3:>8.2f} ms {ratio:>7.2f}  {note}")

    def rates(self, work: str, ours: float, limit: float, note: str) -> None:
        """Add a work with how much is done in a second; the ratio is how many times less we do."""
        ratio = limit / ours
        self.works.append({"work": work, "ours_rate": ours, "limit_rate": limit, "ratio": ratio})
        say(f"{work:<40} {ours:>9.0f}/s {limit:>9.0f}/s {ratio:>7.2f}  {note}")

    def memory(self, before: dict[int, int], ours: list[int], limit: list[int]) -> None:
        """Say how much memory workers took at most, and how much more than `before` (KiB)."""
        most, more = zip(
            *(
                (
                    max(memory(one, "VmHWM") for one in those) / 1024,
                    max(memory(one, "VmHWM") - before[one] for one in those) / 1024,
                )
                for those in (ours, limit)
            ),
            strict=True,
        )
        say(
            f"    a worker of ours took {most[0]:.0f} MiB at most, {more[0]:.1f} more than before;"
            f" of the limit {most[1]:.0f} and {more[1]:.1f}"
        )

    def skipped(self, work: str, why: str) -> None:
        """Say that a work was not measured."""
        say(f"{work:<40} {'not measured: ' + why}")

    def write(self, path: Path) -> None:
        """Write the table for programs."""
        document = {"size": self.size, "works": self.works}
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_works(table: Table, only: str) -> None:
    """Measure the requests to the two servers."""
    from .works import Client, Work, works

    def timed(ask: Client, work: Work) -> float:
        begun = time.perf_counter()
        ask(work.path, work.headers)
        return time.perf_counter() - begun

    with server("mcs.wsgi") as (port, process), server("tests.bench.limit") as (bare, other):
        ours, limit = Client(port), Client(bare)
        selected = [work for work in works(ours) if only in work.name]
        for work in selected:
            answers = [ask(work.path, work.headers) for ask in (ours, limit)]
            if answers[0].status not in (200, 304):
                table.skipped(work.name, f"{work.path} answers {answers[0].status}")
                continue
            same = work.same(*answers)
            # Every thread of a worker has a connection of its own, and remembers plans.
            for ask in (ours, limit) * (0 if work.rows else 4):
                ask(work.path, work.headers)
            before = {}
            for worker in (*children(process), *children(other)):
                forget_most(worker)
                before[worker] = memory(worker, "VmRSS")
            first, second, rounds = measured(
                partial(timed, ours, work), partial(timed, limit, work)
            )
            note = f"{rounds}, {'yes' if same else 'NO'}"
            if work.rows:
                table.rates(f"{work.name}, rows", work.rows / first, work.rows / second, note)
                table.memory(before, children(process), children(other))
            else:
                table.times(work.name, first, second, note)
            if not same:
                say("    The answers differ, so the times above compare nothing.")
        lists = [work for work in works(ours) if "list of 50" in work.name]
        for work in lists if only in f"list of 50, {CLIENTS} clients" else ():
            measure_crowd(table, work.path, port, bare)


def measure_crowd(table: Table, path: str, port: int, bare: int) -> None:
    """Measure how many lists a second many clients get together."""
    rates: dict[int, list[float]] = {port: [], bare: []}
    for _ in range(2):
        for server in (port, bare):
            rates[server].append(crowd(server, path, seconds=4))
    best = {server: max(measured) for server, measured in rates.items()}
    table.rates(f"list of 50, {CLIENTS} clients", best[port], best[bare], "2 x 4 s")


def crowd(port: int, path: str, seconds: float) -> float:
    """How many answers a second so many clients get, each on a connection of its own."""
    from .works import Client

    end = time.perf_counter() + seconds
    answered: list[int] = []

    def keep_requesting() -> None:
        client, count = Client(port), 0
        while time.perf_counter() < end:
            if client(path).status != 200:
                raise AssertionError(f"{path} was refused to one of {CLIENTS} clients")
            count += 1
        answered.append(count)

    clients = [threading.Thread(target=keep_requesting) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if len(answered) < CLIENTS:
        return 0.001
    return sum(answered) / (time.perf_counter() - begun)


def children(process: int) -> list[int]:
    """The processes that a process started."""
    file = Path(f"/proc/{process}/task/{process}/children")
    return [int(pid) for pid in file.read_text().split()] if file.exists() else []


def forget_most(process: int) -> None:
    """Let the most that a process has used be what it uses now."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text("5")


def memory(process: int, name: str) -> int:
    """How much memory a process uses (VmRSS) or has used at most (VmHWM), in KiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def write_works(table: Table, only: str) -> None:
    """Measure what changes the catalogue, each in a copy of the database that is dropped again."""
    from django.db import connection

    from orgs.projection.entry import Entry
    from tests.conftest import connected_to, copied, dropped

    from . import storing

    rows = min(IMPORTED, table.size)
    imports: dict[str, float] = {}
    edits: dict[str, list[float]] = {}
    wrong: dict[str, list[str]] = {}
    original = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        storing.write_table(path, rows, max(1, table.size // 20))
        for variant in ("limit", "ours"):
            connection.close()
            name = copied(original)
            try:
                with connected_to(name), contextlib.closing(storing.connected_to(name)) as bare:
                    entries = list(Entry.objects.of_kinds("organization").order_by("id")[:EDITS])
                    edits[variant] = [
                        storing.edit_ours(entry, f"Other words, {entry.pk}.")
                        if variant == "ours"
                        else storing.edit_limit(bare, entry, f"Other words, {entry.pk}.")
                        for entry in entries
                    ]
                    imports[variant] = (
                        storing.import_ours(path)
                        if variant == "ours"
                        else storing.import_limit(bare, path)
                    )
                    wrong[variant] = storing.differing()
            finally:
                connection.close()
                dropped(name)
    same = "yes" if not any(wrong.values()) else f"NO: {wrong}"
    for name, share in (("median", 50), ("p95", 95)):
        ours, limit = (
            statistics.quantiles(edits[variant], n=100)[share - 1] for variant in ("ours", "limit")
        )
        table.times(f"accepting one edit, {name}", ours, limit, f"{EDITS}, {same}")
    table.rates(
        f"import of {rows:,} rows", rows / imports["ours"], rows / imports["limit"], f"1, {same}"
    )


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=10_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the catalogue there")
    parser.add_argument("--only", default="", metavar="WORDS", help="works with these words only")
    options = parser.parse_args()
    with catalogue(options.size, options.keep):
        table = Table(options.size)
        read_works(table, options.only)
        if options.only in "accepting one edit, import":
            write_works(table, options.only)
        table.write(PROJECT / "bench.json")
        say("\nAlso in bench.json. A ratio of 2 means twice as long as the hand-written SQL.")


if __name__ == "__main__":
    main()
