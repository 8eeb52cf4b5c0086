"""A cheap page answers while many expensive requests are sent.

What composes documents, follows ties across the catalogue or streams a file takes one of few slots
of its process, with a limit of time and bytes; beyond that it is refused at once. Every view says
its cost class in `mcs.costs`, and here each is asked whether that is true.
"""

import gc
import json
import re
import threading
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from campaigns.finders.bridges import bridges
from mcs import concurrency, production
from mcs.accounts import constant_time
from mcs.cache import cached
from mcs.costs import COSTS, cost_of, limit_expensive_requests
from orgs.api import exports
from orgs.api.lists import Listing
from orgs.api.openapi import FORMATS
from orgs.statements.statement import statement_kinds
from tests.support.addresses import addresses
from tests.support.pages import page_of
from tests.support.planted_world import ABOUT, Planted
from tests.support.writing import Writer

PARALLEL = 12
GRAPH = "/api/v1/organizations/?format=graphml&as_of=2024"
TABLE = "/api/v1/organizations/?format=csv"


@pytest.fixture(autouse=True)
def _slots_of_the_server(_slots_for_all) -> None:
    """Have the slots of a process with the usual number of threads."""
    concurrency.resize_limits(production.threads)


def all_are_free() -> bool:
    """Whether every slot for expensive requests is free."""
    taken = []
    while release := concurrency.expensive_requests.acquire():
        taken.append(release)
    for release in taken:
        release()
    return len(taken) == production.threads // 4


# Every view has a class, and the right one ------------------------------------------------------


def test_every_view_has_a_cost_class():
    assert [one.written for one in addresses() if cost_of(one.view) is None] == []


def test_public_page_beside_screens_of_the_admin_needs_a_class_of_its_own(monkeypatch):
    for name in ("corrections", "corrections-sent"):
        (view,) = (one.view for one in addresses() if one.name == name)
        monkeypatch.delitem(COSTS, view.view_class)
        assert cost_of(view) is None


def test_no_class_is_of_a_view_that_no_address_has():
    known = set()
    for one in addresses():
        cls = getattr(one.view, "cls", None) or getattr(one.view, "view_class", None)
        actions = getattr(one.view, "actions", None) or {}
        known |= {one.view, *(cls.__mro__ if cls else ())}
        known |= {(base, actions.get("get")) for base in (cls.__mro__ if cls else ())}
    assert [name for name in COSTS if name not in known] == []


COMPOSING = re.compile(
    r"\b(documents_of|statements_of|was_known|compose|memberships_of|judge\w*_of)\(|"
    + "|".join(f'"{kind._meta.db_table}"' for kind in statement_kinds().values())
)
"""How a query reads the ledger: what is cheap reads entries, which are ready."""

ASKED = {
    "/places/%(slug)s/compare/": ("?with=madrid",),
    "/finders/counterparts/": ("?of=amiga",),
    "/finders/missing-rungs/": ("?of=amiga",),
    "/finders/shared-targets/": ("?target=amiga",),
    "/search/": ("?q=amiga", "?q=amiga&as_of=2010"),
    "/api/v1/search/": ("?q=amiga&facets=identity",),
}
"""Queries of some addresses besides the clocks."""

FEW_STATEMENTS = ("/places/es/",)
"""Pages that read statements all the same: those about one state, found by an index."""

NAMED = {
    "/id/%(name)s": "1",
    "/developers/%(name)s/": "organizations",
    "/analysis/%(name)s/": "arena_overlap",
    "/api/v1/changes/%(name)s/": "2",
}
"""What is named at addresses that name no entry by its slug."""


def requests_of_every_address() -> Iterator[tuple[Any, str, dict[str, str]]]:
    """Every public address, about one record and in every way: its view, path and headers."""
    names = {**ABOUT, "source": "paper", "term": "identity:women", "arena": "space"}
    for address in addresses():
        if address.of_editors or address.written.startswith("/account/"):
            continue
        kinds = [kind for kind in address.kinds if kind in names] or ["organization"]
        values = {
            "slug": [names[kind] for kind in kinds[:1]],
            "scheme": ["identity"],
            "number": ["7"],
            "rest": ["nothing"],
            "secret": ["nothing"],
        }
        values["name"] = [NAMED.get(address.written, names[kinds[0]])]
        view = address.view
        [path] = address.filled(values)
        for query in ("", "?as_of=2010", "?known_at=1", *ASKED.get(address.written, ())):
            yield view, f"{path}{query}", {}
        if address.of_api:
            for parameter in (*(f"format={name}" for name in FORMATS), "limit=all"):
                yield view, f"{path}?{parameter}", {}
            yield view, f"{path}?format=jsonld&limit=all", {}
            for media in ("text/*", "text/csv;q=0.5, x/y", FORMATS["graphml"], FORMATS["gexf"]):
                yield view, path, {"accept": media}


def test_what_composes_or_streams_is_expensive(write: Writer, client: Client):
    Planted(write)
    wrong, composed, streamed = set(), set(), set()
    for view, path, headers in requests_of_every_address():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path, headers=headers)
            if streams := response.streaming:
                response.getvalue()
        assert response.status_code < 500, path
        composes = any(COMPOSING.search(query["sql"]) for query in queries)
        cost = cost_of(view)
        request = RequestFactory().get(path, headers=headers)
        if not (composes or streams):
            continue
        (streamed if streams else composed).add(view)
        if not cost.is_expensive(request) and path not in FEW_STATEMENTS:
            wrong.add((path, *headers.values(), "streams" if streams else "composes"))
    assert wrong == set()
    assert len(composed) > 20
    assert len(streamed) > 10


# Few at once, the others refused ----------------------------------------------------------------


class Crowd:
    """Many readers who ask for one expensive answer at the same time, while it is being made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changed = threading.Condition()
        self.running = 0
        self.most = 0
        self.go = threading.Event()
        self.answers: list[Any] = []
        monkeypatch.setattr(exports, "documents_at", self.made_slowly)

    def made_slowly(self, *args: Any, **kwargs: Any) -> Iterator[dict]:
        with self.changed:
            self.running += 1
            self.most = max(self.most, self.running)
            self.changed.notify_all()
        self.go.wait(60)
        with self.changed:
            self.running -= 1
        yield from ()

    def send(self, path: str, method: Any = None, *arguments: Any) -> None:
        try:
            response = (method or Client().get)(path, *arguments)
            body = response.getvalue() if response.streaming else response.content
            with self.changed:
                self.answers.append((response, body))
                self.changed.notify_all()
        finally:
            connection.close()

    def all_have_come(self) -> bool:
        with self.changed:
            return self.changed.wait_for(
                lambda: self.running + len(self.answers) == PARALLEL, timeout=60
            )


def test_few_expensive_requests_run_at_once_and_cheap_pages_answer(own_database, monkeypatch):
    crowd = Crowd(monkeypatch)
    threads = [threading.Thread(target=crowd.send, args=(GRAPH,)) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    came = crowd.all_have_come()
    running = crowd.running
    cheap = [Client().get(path).status_code for path in ("/about/", "/", "/organizations/")]
    crowd.go.set()
    for thread in threads:
        thread.join(60)

    assert came
    assert running == crowd.most == production.threads // 4
    assert cheap == [200, 200, 200]
    served = [one for one, _ in crowd.answers if one.status_code == 200]
    refused = [(one, body) for one, body in crowd.answers if one.status_code == 503]
    assert (len(served), len(refused)) == (running, PARALLEL - running)
    for response, body in refused:
        assert response["Content-Type"] == "application/problem+json"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert int(response["Retry-After"]) > 0
        assert "Try again in 10 seconds" in json.loads(body)["detail"]
    assert all_are_free()
    assert Client().get(GRAPH).status_code == 200


def test_few_answers_wait_for_the_clock_at_once(own_database, monkeypatch):
    crowd = Crowd(monkeypatch)
    monkeypatch.setattr(constant_time, "wait", lambda begun: list(crowd.made_slowly()))

    def sign_in(number: int) -> None:
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        crowd.send("/account/sign-in/", client.post, {"login": f"{number}@b.org", "password": "x"})

    threads = [threading.Thread(target=sign_in, args=(one,)) for one in range(PARALLEL)]
    for thread in threads:
        thread.start()
    came = crowd.all_have_come()
    running_before = crowd.running
    cheap = [Client().get(path).status_code for path in ("/about/", "/", "/organizations/")]
    crowd.go.set()
    for thread in threads:
        thread.join(60)

    assert came
    assert running_before == crowd.most == production.threads // 2
    assert cheap == [200, 200, 200]
    refused = [one for one, _ in crowd.answers if one.status_code == 503]
    assert len(refused) == PARALLEL - running_before
    assert {one["Retry-After"] for one in refused} == {"10"}
    assert sum(one.status_code == 200 for one, _ in crowd.answers) == running_before


@pytest.mark.parametrize(
    ("path", "heading", "sentence"),
    [
        ("/finders/bridges/", "The catalogue is busy", "Load this page again in ten seconds"),
        (
            "/es/finders/bridges/",
            "El catálogo está ocupado",
            "Vuelva a cargar esta página en diez segundos",
        ),
        (
            "/organizations/sheet.csv",
            "The catalogue is busy",
            "Load this page again in ten seconds",
        ),
    ],
)
def test_refused_page_says_what_to_do(client, db, path, heading, sentence):
    release = concurrency.expensive_requests.acquire()

    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    page = page_of(response)
    assert page.main.one("h1").text == heading
    assert sentence in page.main.text
    assert len(queries) == 0
    release()


def test_page_from_the_cache_needs_no_slot(client, write, monkeypatch):
    cached.empty()
    monkeypatch.setattr(cached, "was_requested", cached.requested.__contains__)
    made = [client.get("/finders/bridges/").content for _ in range(2)]
    release = concurrency.expensive_requests.acquire()

    again = client.get("/finders/bridges/")

    assert (again.status_code, again.content) == (200, made[1])
    release()


@pytest.mark.parametrize(("threads", "slot_count"), [(1, 1), (4, 1), (8, 2), (32, 8)])
def test_slots_are_one_thread_in_four(threads, slot_count):
    # As gunicorn calls it in each process.
    production.post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=threads)))

    taken = [concurrency.expensive_requests.acquire() for _ in range(threads + 1)]

    assert sum(one is not None for one in taken) == slot_count


# A slot is always free again ---------------------------------------------------------


def test_refusals_and_errors_give_the_slot_back(client, db, monkeypatch):
    client.raise_request_exception = False

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("A mistake of ours.")

    assert client.get(f"{TABLE}&nothing=1").status_code == 400
    assert client.get("/organizations/nobody/history/").status_code == 404
    assert client.get("/places/?as_of=never").status_code == 400
    monkeypatch.setattr("campaigns.finders.views.bridges", broken)
    assert client.get("/finders/bridges/").status_code == 500
    monkeypatch.setattr(Listing, "export", broken)
    assert client.get(TABLE).status_code == 500
    assert all_are_free()


def served(path: str, pieces: Any, **more: Any) -> Any:
    """Request a streamed answer of these pieces behind the middleware alone."""
    request = RequestFactory().get(path, **more)
    through = limit_expensive_requests(lambda request: StreamingHttpResponse(pieces))
    assert through.process_view(request, _view_of(path), (), {}) is None
    return through(request)


def _view_of(path: str) -> Any:
    return resolve(path.partition("?")[0]).func


def test_slot_of_a_stream_is_taken_until_the_stream_ends(db):
    response = served(TABLE, (piece for piece in (b"a", b"b")))

    assert not all_are_free()
    assert b"".join(response) == b"ab"
    assert all_are_free()


def test_reader_who_leaves_gives_the_slot_back(db):
    ended = []

    def pieces() -> Iterator[bytes]:
        try:
            for _ in range(100):
                yield b"a" * 1000
        finally:
            ended.append(True)

    response = served(TABLE, pieces())
    next(iter(response))
    assert not all_are_free()
    response.close()
    assert all_are_free()
    assert ended

    # One that was never begun to be read, and one that no server ever closes.
    served(TABLE, pieces()).close()
    assert all_are_free()
    served(TABLE, pieces())
    gc.collect()
    assert all_are_free()


def test_stream_that_fails_gives_the_slot_back(db):
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise RuntimeError("A mistake of ours.")

    response = served(TABLE, pieces())
    with pytest.raises(RuntimeError):
        b"".join(response)
    assert all_are_free()


def test_stream_that_fails_before_its_first_piece_is_503(db):
    def pieces() -> Iterator[bytes]:
        raise OperationalError("Away.")
        yield b""

    response = served(TABLE, pieces())

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert all_are_free()


def test_failure_inside_the_server_gives_the_slot_back(db):
    def dies(request: Any) -> HttpResponse:
        raise SystemExit

    request = RequestFactory().get(TABLE)
    through = limit_expensive_requests(dies)
    through.process_view(request, _view_of(TABLE), (), {})
    with pytest.raises(SystemExit):
        through(request)
    assert all_are_free()


# Not for long, and not endlessly ----------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """A clock that the test moves on."""
    now = SimpleNamespace(time=1000.0)
    monkeypatch.setattr(concurrency.time, "monotonic", lambda: now.time)
    monkeypatch.setenv("MCS_STATEMENT_TIMEOUT", "2500")
    return now


def test_stream_ends_when_its_time_is_over(db, clock):
    def pieces() -> Iterator[bytes]:
        for number in count():
            clock.time += 7
            yield b"%d" % number

    response = served(TABLE, pieces())
    seen = []
    with pytest.raises(concurrency.OverBudget):
        seen.extend(response)
    assert len(seen) == 9  # 60 seconds
    assert all_are_free()


def test_no_query_is_sent_when_the_time_is_over(client, db, clock, monkeypatch):
    def slow(*args: Any) -> None:
        clock.time += 61
        connection.cursor().execute("SELECT 1")

    monkeypatch.setattr("campaigns.finders.views.bridges", slow)
    response = client.get("/finders/bridges/")
    assert response.status_code == 503
    assert "Ask for less at once" in page_of(response).main.text

    monkeypatch.setattr(Listing, "graph", slow)
    answer = client.get(GRAPH)
    assert answer.status_code == 503
    assert "takes longer than one request may" in answer.json()["detail"]
    assert all_are_free()


def test_reader_who_takes_nothing_does_not_keep_the_slot_for_ever(db, clock):
    waits = []
    socket = SimpleNamespace(settimeout=waits.append)

    response = served(TABLE, (b"a" for _ in range(3)), **{"gunicorn.socket": socket})
    clock.time += 10
    list(response)

    assert waits == [50.0, 50.0, 50.0, None]


def test_answer_that_grows_too_large_is_cut_off(db, monkeypatch):
    monkeypatch.setattr(concurrency, "MAX_BYTES", 250)

    response = served(TABLE, (b"a" * 100 for _ in range(10)))
    seen = []
    with pytest.raises(concurrency.OverBudget):
        seen.extend(response)
    assert len(seen) == 2
    assert all_are_free()


def test_queries_of_an_expensive_request_have_a_limit_of_their_own(client, db, monkeypatch):
    def shown(*args: Any) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return cursor.fetchone()[0]

    def noted(*args: Any) -> Any:
        seen.append(shown())
        return bridges(*args)

    seen: list[str] = []
    before = shown()
    monkeypatch.setenv("MCS_STATEMENT_TIMEOUT", "2500")
    monkeypatch.setattr("campaigns.finders.views.bridges", noted)
    client.get("/finders/bridges/")
    assert seen == ["10s"]
    assert shown() == before
