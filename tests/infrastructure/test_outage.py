"""What readers meet while the database is killed or out of reach, and when it is back."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection

from mcs.embedded.bootstrap import PROJECT
from tests.cluster import fast_folder
from tests.infrastructure.conftest import environment, free_port, python, remove
from tests.infrastructure.fault_proxy import FaultProxy, before
from tests.support.headers import GUARDED

MAX_SECONDS = 25.0
"""Seconds, far more than an answer takes: what waits for a dead database would take for ever."""

MAX_RECOVERY = 60.0
"""Seconds, far more than a server takes to answer again once the database is back."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Site(NamedTuple):
    """A production server before a database that can fail."""

    port: int
    proxy: FaultProxy
    process: subprocess.Popen
    log: Path

    def fetch(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer. Raises TimeoutError if none comes."""
        visitor = HTTPConnection("127.0.0.1", self.port, timeout=MAX_SECONDS)
        try:
            visitor.request(method, path, headers=headers)
            response = visitor.getresponse()
            body = response.read()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, body)
        finally:
            visitor.close()

    def fetch_together(self, *paths: str) -> list[Answer]:
        """The answers to readers who all ask at once."""
        with ThreadPoolExecutor(len(paths)) as readers:
            return list(readers.map(self.fetch, paths))

    def wait_until_all_is_well(self) -> None:
        """Return once twelve readers at once get their pages."""
        give_up = time.monotonic() + MAX_RECOVERY
        while time.monotonic() < give_up:
            answers = self.fetch_together(*["/organizations/"] * 12)
            if all(answer.status == 200 for answer in answers):
                return
            time.sleep(0.1)
        raise AssertionError("The site does not recover.")


# One world for all tests of this file.
pytestmark = pytest.mark.xdist_group("outage")


@pytest.fixture(scope="module")
def collected() -> Iterator[Path]:
    """A folder with the static files."""
    place = Path(tempfile.mkdtemp(prefix="mcs-", dir=fast_folder()))
    address = "postgresql://nobody@127.0.0.1:1/none"
    arguments = ("manage.py", "collectstatic", "--no-input", "-v", "0")
    answer = python(*arguments, MCS_HOME=str(place), DATABASE_URL=address, MCS_DEMO="1")
    assert (answer.returncode, answer.stderr) == (0, "")
    yield place
    remove(place)


@pytest.fixture
def site(own_paper: str, collected: Path, tmp_path: Path) -> Iterator[Site]:
    """The server of docs/deploying.md, with the paper's catalogue behind a faulty network."""
    of_tests = connection.settings_dict
    target = Path(of_tests["HOST"]) / f".s.PGSQL.{of_tests['PORT']}"
    port = free_port()
    log = tmp_path / "log"
    with before(target) as proxy, log.open("w") as noted:
        address = f"postgresql://{of_tests['USER']}@127.0.0.1:{proxy.port}/{own_paper}"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "python:mcs.production"),
                *("--bind", f"127.0.0.1:{port}", "mcs.wsgi"),
            ],
            cwd=PROJECT,
            env=environment(DATABASE_URL=address, MCS_HOME=str(collected), MCS_DEMO="1"),
            stderr=noted,
            start_new_session=True,
        )
        site = Site(port, proxy, process, log)
        try:
            wait_until_it_listens(site)
            site.wait_until_all_is_well()
            yield site
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_it_listens(site: Site) -> None:
    """Block until the server answers."""
    give_up = time.monotonic() + 30
    while True:
        try:
            site.fetch("/healthz")
            return
        except ConnectionError:
            assert site.process.poll() is None, site.log.read_text()
            assert time.monotonic() < give_up
            time.sleep(0.1)


FAULTS: list[Callable[[FaultProxy], None]] = [FaultProxy.swallow, FaultProxy.refuse]


@pytest.mark.parametrize("fail", FAULTS)
def test_readers_who_come_together_are_answered_in_time_and_served_again_in_time(site, fail):
    fail(site.proxy)

    first = site.fetch_together(*["/organizations/"] * 16)
    then = site.fetch_together(
        *["/", "/api/v1/organizations/", "/search/?q=migrant", "/admin/"] * 4
    )
    site.proxy.restore()
    site.wait_until_all_is_well()

    # Who is not signed in is led to the sign-in page, for which nobody is asked.
    assert [answer.status for answer in first + then] == [503] * 16 + [503, 503, 503, 302] * 4


def test_connections_that_stay_dead_for_ever_delay_no_reader(site):
    site.proxy.swallow()
    site.fetch("/organizations/")
    site.proxy.restore(forgetting=True)

    site.wait_until_all_is_well()


def test_readers_who_go_on_asking_delay_no_reader(site):
    site.proxy.swallow()

    until = time.monotonic() + 8
    answers = []
    while time.monotonic() < until:
        answers += site.fetch_together(*["/organizations/", "/networks-and-coalitions/"] * 8)
    site.proxy.restore()

    assert {answer.status for answer in answers} == {503}
    site.wait_until_all_is_well()


@pytest.mark.parametrize("fail", FAULTS)
def test_what_needs_no_database_is_there_without_it(site, fail):
    page = site.fetch("/account/sign-in/").body.decode()
    style = re.findall(r'href="(/static/[^"]+\.css)"', page)[0]

    fail(site.proxy)

    answers = {
        path: site.fetch(path) for path in ("/healthz", "/account/sign-in/", "/about/", style)
    }
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(answers, 200)


def test_files_are_guarded_cached_for_ever_and_sent_compressed(site):
    page = site.fetch("/account/sign-in/").body.decode()
    style = re.findall(r'href="(/static/[^"]+\.css)"', page)[0]

    answer = site.fetch(style, **{"Accept-Encoding": "gzip"})
    again = site.fetch(style, **{"If-None-Match": answer.headers["etag"]})
    posted = site.fetch(style, method="POST")

    guards = {name.lower(): value for name, value in GUARDED.items()}
    for one in (answer, again, posted):
        assert {name: one.headers.get(name) for name in guards} == guards
    assert [answer.status, again.status, posted.status] == [200, 304, 405]
    assert answer.headers["cache-control"] == "max-age=315360000, public, immutable"
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("fail", FAULTS)
def test_outage_is_reported_in_the_requested_format(site, fail):
    fail(site.proxy)

    page = site.fetch("/organizations/")
    spanish = site.fetch("/es/organizations/")
    head = site.fetch("/organizations/", method="HEAD")
    problem = site.fetch("/api/v1/organizations/")
    editor = site.fetch("/admin/", Cookie="sessionid=0123456789abcdef0123456789abcdef")
    ready = site.fetch("/readyz")

    assert b"<h1>The catalogue cannot be read now</h1>" in page.body
    assert page.headers["retry-after"] == "30"
    assert (spanish.status, spanish.headers["content-language"]) == (503, "es")
    assert (head.status, head.body) == (503, b"")
    assert (problem.status, problem.headers["content-type"], problem.headers["retry-after"]) == (
        503,
        "application/problem+json",
        "30",
    )
    assert json.loads(problem.body)["detail"] == (
        "The catalogue is unavailable. Try again in a minute."
    )
    assert editor.status == 503
    assert (ready.status, ready.headers["retry-after"], ready.body) == (
        503,
        "5",
        b"The database does not answer. Check that it runs and DATABASE_URL.\n",
    )


def test_outage_is_noted_in_lines_of_json_with_the_number_that_readers_were_sent(site):
    site.proxy.refuse()

    answer = site.fetch("/organizations/?q=a-reader")

    lines = [json.loads(line) for line in site.log.read_text().splitlines()]
    noted = [line for line in lines if line.get("request") == answer.headers["x-request-id"]]
    assert [
        (line["level"], line["logger"], line["message"], line["status"], line["method"])
        for line in noted
    ] == [("error", "mcs.middleware", "The database did not answer: OperationalError", 503, "GET")]
    assert noted[0]["route"] == "organizations"
    assert "a-reader" not in site.log.read_text()
