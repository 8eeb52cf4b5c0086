"""Pages are made once for each state of the catalogue, and never shown for another."""

import gzip
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from mcs import cache
from mcs.cache import Page, PageCache
from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import rebuild_due
from orgs.projection.counter import Counter
from tests.support.accounts import force_sign_in
from tests.support.pages import page_of

LIST = "/organizations/"


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch) -> None:
    """The page cache, enabled and empty."""
    cache.cached.empty()
    monkeypatch.setattr(cache.cached, "was_requested", cache.cached.requested.__contains__)


def queries(client, path: str, **headers: str) -> int:
    """How many database queries a response takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, headers=headers).status_code == 200
    return len(captured)


@pytest.fixture
def liga(write):
    """An organization whose page has been requested twice and is cached."""
    record = write.record("organization", "liga", "La Liga")
    return write, record


def twice(client, path: str, **headers: str):
    """Request a page until it is cached; the last response."""
    client.get(path, headers=headers)
    return client.get(path, headers=headers)


def test_page_asked_for_again_takes_one_query(client, liga):
    made = twice(client, "/organizations/liga/")

    with CaptureQueriesContext(connection) as captured:
        again = client.get("/organizations/liga/")

    # In the transaction of a test the role is set back first; elsewhere it ended by itself.
    assert [one["sql"].rpartition("; ")[2].split(" WHERE")[0] for one in captured] == [
        "SELECT number, at, day FROM orgs_counter"
    ]
    assert again.content == made.content
    assert again["Content-Security-Policy"] == made["Content-Security-Policy"]
    assert again["X-Request-ID"] != made["X-Request-ID"]


def test_change_is_seen_at_once(client, liga):
    write, record = liga
    twice(client, "/organizations/liga/")

    write.say("text", record, body="Liga Nueva.", text_kind="summary", language="es")

    assert "Liga Nueva" in page_of(client.get("/organizations/liga/")).main.text


def test_hidden_entry_is_gone_at_once(client, liga):
    _, record = liga
    twice(client, "/organizations/liga/")

    hide = Changeset(reason="A test.")
    hide.change_record(record, level="hidden")
    hide.propose().accept()

    assert client.get("/organizations/liga/").status_code == 404


def test_next_day_has_pages_of_its_own(client, liga):
    twice(client, LIST)
    before = Counter.state()

    rebuild_due(Counter.today() + timedelta(days=1))

    assert Counter.state() != before
    assert queries(client, LIST) > 1


def test_reader_may_have_a_page_made_anew(client, liga):
    twice(client, LIST)

    assert queries(client, LIST, **{"cache-control": "no-cache"}) > 1
    assert queries(client, LIST) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LIST, "/es/organizations/"),
        (LIST, "/organizations/?sort=updated"),
        ("/organizations/?arena=ngo", "/organizations/?arena=media"),
    ],
)
def test_each_address_has_a_page_of_its_own(client, liga, one, other):
    assert twice(client, one).content != twice(client, other).content


def test_cached_page_is_compressed_for_whoever_takes_it_so(client, liga):
    plain = twice(client, LIST)
    twice(client, LIST, **{"accept-encoding": "gzip"})
    short = client.get(LIST, headers={"accept-encoding": "gzip"})

    assert short["Content-Encoding"] == "gzip"
    assert gzip.decompress(short.content) == plain.content
    assert client.get(LIST).content == plain.content


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_reader_who_has_the_page_is_sent_nothing(client, liga, encoding):
    first = client.get(LIST, headers={"accept-encoding": encoding})
    mark = {"accept-encoding": encoding, "if-none-match": first["ETag"]}

    answers = [client.get(LIST, headers=mark) for _ in range(2)]
    twice(client, LIST, **{"accept-encoding": encoding})
    answers.append(client.get(LIST, headers=mark))

    assert [(one.status_code, one.content) for one in answers] == [(304, b"")] * 3
    assert {one["Cache-Control"] for one in answers} == {"no-cache"}


@pytest.mark.parametrize("path", ["/search/?q=liga", "/organizations/?q=liga"])
def test_searches_are_not_cached(client, liga, path):
    twice(client, path)

    assert not cache.cached.pages
    assert not cache.cached.requested


def test_personal_pages_are_not_cached(client, liga):
    force_sign_in(
        client, Account.objects.create_superuser("a@example.org", "correct horse battery")
    )

    for path in ("/account/", "/admin/", "/account/sign-in/", "/api/v1/", "/healthz", "/nobody/"):
        twice(client, path)

    assert not cache.cached.pages
    assert not cache.cached.requested


def test_cached_page_is_not_shown_when_the_database_is_away(client, liga, monkeypatch):
    def away() -> tuple:
        raise OperationalError("away")

    twice(client, "/es/organizations/")
    monkeypatch.setattr(Counter, "state", away)

    response = client.get("/es/organizations/")

    assert response.status_code == 503
    assert response["Content-Language"] == "es"


def test_cache_stays_within_its_limit():
    cached = PageCache()
    most = cache.MAX_SIZE // 16

    for number in range(20):
        cached.put(bytes([number]), Page((1,), b"a" * most, {}))
    cached.put(b"endless", Page((1,), b"a" * (most + 1), {}))

    assert cached.size == cache.MAX_SIZE
    assert [*cached.pages] == [bytes([number]) for number in range(4, 20)]


def test_cache_forgets_first_the_least_recently_requested():
    cached = PageCache()
    most = cache.MAX_SIZE // 16
    for number in range(16):
        cached.put(bytes([number]), Page((1,), b"a" * most, {}))

    assert cached.get(b"\x00", (1,)) is not None
    cached.put(b"new", Page((1,), b"a", {}))

    assert b"\x00" in cached.pages
    assert b"\x01" not in cached.pages


def test_cache_has_a_page_in_one_state_only():
    cached = PageCache()

    cached.put(b"page", Page((1,), b"before", {}))
    cached.put(b"page", Page((2,), b"after", {}))

    assert cached.get(b"page", (1,)) is None
    assert cached.get(b"page", (2,)) is not None
    assert cached.size == len(b"after")
