"""The examples of the API guide run, as they stand on its pages, and do what the pages say.

The catalogue is served for real; every program is taken from a page, run, and what it shows is
compared with what stands under it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from mcs.api import COLLECTIONS
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.name import Name
from tests.support.pages import Element, Page

PAGES = ["", *(f"{name}/" for name in COLLECTIONS)]


class Quiet(WSGIRequestHandler):
    """A server that keeps no list of visits."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def served(own_paper, settings) -> Iterator[str]:
    """The address of the paper's catalogue, served for real."""
    settings.ALLOWED_HOSTS = ["localhost"]
    server = ThreadedWSGIServer(("localhost", 0), Quiet)
    server.daemon_threads = False
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(address: str) -> str:
    """The response body of an address."""
    assert address.startswith("http://localhost:")
    with urlopen(address) as answer:  # noqa: S310 - the server above
        return answer.read().decode()


def examples(base: str) -> Iterator[tuple[str, Element]]:
    """Give every example of every page: where it stands, and its element."""
    for path in PAGES:
        page = Page(fetched(f"{base}/developers/{path}"))
        for one in page.main.every("div", kind="example"):
            yield f"{path}#{one.attributes['id']}", one


def programs(base: str, language: str) -> dict[str, tuple[str, Element]]:
    """Every program in this language, with its example, by where it stands."""
    by_place = {}
    for where, example in examples(base):
        for one in example.every("pre", kind="program"):
            if one.attributes["data-language"] == language:
                by_place[where] = (one.exact, example)
    return by_place


def text_of(example: Element, kind: str) -> str:
    """The output that an example shows."""
    return example.one("pre", kind=kind).exact


def run(command: list[str], program: str, folder: Path) -> str:
    """Run a program in a folder and return what it shows. It must end well."""
    ended = subprocess.run(
        command,
        input=program,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
    )
    assert ended.returncode == 0, f"{program}\n{ended.stderr}"
    return ended.stdout.rstrip("\n")


def read_shortened(text: str) -> Any:
    """Shortened JSON; {"…": n} stands for n things that are not shown."""
    text = re.sub(r"\n *… ([0-9]+) more", r',{"…": \1}', text)
    return json.loads(re.sub(r"[\[{]… ([0-9]+)[\]}]", r'{"…": \1}', text))


def differences(shown: Any, real: Any, where: str = "") -> list[str]:
    """Where a shortened answer is not the beginning of the real one."""
    if isinstance(shown, str) and shown.endswith("…"):
        return [] if isinstance(real, str) and real.startswith(shown[:-1]) else [where]
    if isinstance(shown, dict) and [*shown] == ["…"]:
        return [] if len(real) == shown["…"] else [f"{where}: {len(real)}"]
    if isinstance(shown, dict) and isinstance(real, dict):
        wrong = [f"{where}.{one}" for one in shown.keys() ^ real.keys()]
        return wrong + [
            difference
            for name in shown.keys() & real.keys()
            for difference in differences(shown[name], real[name], f"{where}.{name}")
        ]
    if isinstance(shown, list) and isinstance(real, list):
        last = shown[-1] if shown else None
        more = last.get("…", 0) if isinstance(last, dict) else 0
        first = shown[:-1] if more else shown
        wrong = [] if len(first) + more == len(real) else [f"{where}: {len(real)}"]
        return wrong + [
            difference
            for place, one in enumerate(first)
            for difference in differences(one, real[place], f"{where}[{place}]")
        ]
    return [] if shown == real else [f"{where}: {shown!r} for {real!r}"]


def test_every_curl_shows_what_the_page_shows(served, tmp_path):
    assert shutil.which("curl"), "curl is missing. Install it: apt-get install curl"
    wrong = {}
    by_place = programs(served, "curl")

    for where, (program, example) in by_place.items():
        shown = run(["sh", "-s"], program, tmp_path)
        shown_text = text_of(example, "shown-answer")
        if not shown.startswith("{"):
            different = [] if shown.strip() == shown_text else [shown]
        else:
            real = json.loads(shown)
            if where.endswith("example-counts"):
                real = {"facets": real["facets"]}
            different = differences(read_shortened(shown_text), real)
        if different:
            wrong[where] = different

    assert wrong == {}
    assert len(by_place) == 6 + 14 + 13 + 1


def test_every_python_program_prints_what_the_page_shows(served, tmp_path):
    by_place = programs(served, "Python")

    wrong = {
        where: printed
        for where, (program, example) in by_place.items()
        if (printed := run([sys.executable, "-"], program, tmp_path)) != text_of(example, "printed")
    }

    assert wrong == {}
    assert len(by_place) == 6 + 14 + 13 + 2


def test_every_r_program_prints_what_the_page_shows(served, tmp_path):
    if not shutil.which("Rscript"):
        missing = (
            "R is missing: apt-get install --no-install-recommends r-base-core r-cran-jsonlite"
        )
        if os.environ.get("MCS_REQUIRE_R") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    by_place = programs(served, "R")
    # In one process, which takes seconds instead of minutes; each in a place of its own.
    together = "\n".join(
        f"local({{\n{program}\n}})\nwriteLines('--------')" for program, _ in by_place.values()
    )
    (tmp_path / "examples.R").write_text(together, encoding="utf-8")

    shown = run(["Rscript", "examples.R"], "", tmp_path).split("\n--------")

    printed = dict(zip(by_place, (one.strip("\n") for one in shown), strict=False))
    assert printed == {
        where: text_of(example, "printed") for where, (_, example) in by_place.items()
    }
    assert len(by_place) == 6 + 14 + 13 + 2


def accept(reason: str, *steps) -> None:
    """Accept a proposal of these operations."""
    changeset = Changeset(reason=reason)
    for step in steps:
        step(changeset)
    changeset.propose().accept()


def catalogue(base: str) -> dict[str, dict]:
    """Everything that the lists hold, by its id."""
    items = {}
    for name in COLLECTIONS:
        address = f"{base}/api/v1/{name}/?limit=100" if name not in ("changes", "search") else ""
        while address:
            page = json.loads(fetched(address))
            items |= {one["id"]: one for one in page["results"]}
            address = page["next"]
    return items


def test_copy_of_the_guide_ends_with_exactly_the_catalogue(served, tmp_path):
    program = programs(served, "Python")["changes/#example-keep_a_copy"][0]
    run([sys.executable, "-"], program, tmp_path)
    first = json.loads((tmp_path / "copy.json").read_text(encoding="utf-8"))["items"]
    assert first == catalogue(served)
    named = Name.objects.current().filter(record__slug="picum", preferred=True).get()
    hidden, withdrawn = Record.objects.filter(kind="organization").order_by("id")[:2]
    merged = [*Record.objects.filter(kind="case").order_by("id")[:2]]
    accept("Renamed.", lambda changeset: changeset.replace(named, text="A new name"))
    accept("Hidden.", lambda changeset: changeset.change_record(hidden, level="hidden"))
    accept("Withdrawn.", lambda changeset: changeset.change_record(withdrawn, level="withdrawn"))
    merge(*merged).propose().accept()
    accept("New.", lambda changeset: changeset.record("organization", "newcomer"))

    run([sys.executable, "-"], program, tmp_path)

    copy = json.loads((tmp_path / "copy.json").read_text(encoding="utf-8"))["items"]
    assert copy == catalogue(served)
    assert len(copy) == Entry.objects.published().count()
    assert [str(one.key) in copy for one in (hidden, withdrawn, merged[0])] == [False] * 3
    assert copy != first
