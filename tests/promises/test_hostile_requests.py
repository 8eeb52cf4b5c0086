"""The API answers any request with a sentence, never with an error of its own."""

import base64
import io
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_from_bytes

import networkx
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcs.api import COLLECTIONS, Elsewhere, urlpatterns, view_of
from orgs.api.http import allowed_params
from orgs.api.openapi import GRAPH_FORMATS
from orgs.records.record import Record
from tests.support.example import example

UNREADABLE = {
    "NUL": "%00",
    "NUL within": "a%00b",
    "latin-1": "caf%e9",
    "lone byte": "%ff",
    "cut off": "%e2%82",
    "overlong": "%c0%af",
    "lone surrogate": "%ed%a0%80",
    "surrogate pair": "%ed%a0%bd%ed%b8%80",
}
"""What no value can be: not UTF-8, or with a NUL."""

ODD = {
    "nothing": "",
    "spaces": "%20%20",
    "newline": "%0d%0aSet-Cookie:%20a=b",
    "control": "%01%07%1b%7f",
    "digits": "9" * 5_000,
    "negative digits": "-" + "9" * 5_000,
    "Arabic digits": "٢٠١٠",
    "superscript digit": "²",
    "infinite": "1e309",
    "not a number": "NaN",
    "long": "a" * 20_000,
    "long with commas": "a," * 2_000,
    "many words": "+".join(f"word{number}" for number in range(600)),
    "quote": "'%20OR%201=1;--",
    "double quote": '"%20OR%201=1;--',
    "backslash": "\\",
    "dollar": "$$;select%20pg_sleep(9);--",
    "percent": "%25",
    "format": "%25s%25(a)s{0}{}",
    "wildcards": "%25_%25_%25",
    "expression": "(a+)+$",
    "query operators": "a%20%26%20!%20(b%20|%20:*",
    "brackets": "%5B" * 2_000,
    "braces": '{"a":' * 500,
    "path": "../../../../etc/passwd",
    "null": "null",
    "escaped surrogate": "\\ud800",
    "right to left": "%e2%80%aegpj.exe",
    "zero width": "%e2%80%8b%e2%80%8b",
    "emoji": "%f0%9f%91%a9%e2%80%8d%f0%9f%91%a9%e2%80%8d%f0%9f%91%a7",
    "combining": "e" + "%cc%81" * 3_000,
    "year nought": "0000",
    "year 9999": "9999-12-31",
    "no such day": "2010-02-30",
    "half a date": "2010-",
    "far zone": "2010-10-08T12:00:00%2b23:59",
    "first moment": "0001-01-01T00:00:00%2b14:00",
    "last moment": "9999-12-31T23:59:59-14:00",
    "leap second": "2016-12-31T23:59:60Z",
    "whole number": "1",
    "largest": "9223372036854775807",
    "beyond": "9223372036854775808",
    "id": "00000000-0000-0000-0000-000000000000",
    "term": "identity:women:x",
    "colons": ":::",
    "commas": ",,,",
    "slug": "mfa",
}
"""What a value may be, and seldom is."""


def encoded(content: object) -> str:
    """A cursor that holds this."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


CURSORS = [
    "a",
    "====",
    "€",
    "Y3Vyc29y",
    base64.urlsafe_b64encode(b"\xff\xfe\x00").decode(),
    base64.urlsafe_b64encode(b"[" * 1_400).decode(),
    base64.urlsafe_b64encode(b"1" * 1_400).decode(),
    base64.urlsafe_b64encode(b'["", "name", "\x00", 1]').decode(),
    encoded(None),
    encoded(1),
    encoded("name"),
    encoded({}),
    encoded({"a": 1, "b": 2}),
    encoded([]),
    encoded(["", "name"]),
    encoded(["", "name", "a"]),
    encoded(["", "name", "a", 1, 2]),
    encoded(["", "name", 1, "a"]),
    encoded(["", "name", "a", 1.5]),
    encoded(["", "name", "a", True]),
    encoded(["", "name", "a", None]),
    encoded(["", "name", "a", 2**80]),
    encoded(["", "name", "a", -(2**80)]),
    encoded(["", "name", "a\x00", 1]),
    encoded(["", "name", "\ud800", 1]),
    encoded(["", "name", ["a"], 1]),
    encoded(["", "-name", "a", 1]),
    encoded(["", "updated", 1, 1]),
    encoded(["", "relevance", 1, "a", 1]),
    encoded([[], "name", "a", 1]),
    encoded(["+", "name", "a", 1]),
    encoded(["", {"a": 1}, "a", 1]),
    "A" * 100_000,
]
"""Cursors that no page gave."""


@pytest.fixture(scope="module")
def records(django_db_setup, django_db_blocker) -> Iterator[dict[str, Record]]:
    """The small catalogue, once for all: nothing that is sent here changes it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield example()
        transaction.set_rollback(True)


def addresses() -> list[tuple[str, str, list[str]]]:
    """Every address of the API: its path, what is done there, and its parameters."""
    every = []
    for pattern in urlpatterns:
        if (view := view_of(pattern.callback)) is not Elsewhere:
            action = (pattern.name or "").partition("-")[2] or "retrieve"
            path = str(pattern.pattern).replace("<str:name>", "{name}")
            known = allowed_params(view, action)  # type: ignore[arg-type]
            every.append((path, action, [*known]))
    return every


ADDRESSES = addresses()
ONCE = [
    (next(path for path, its, names in ADDRESSES if its == action and name in names), name)
    for action, name in sorted({(its, name) for _, its, names in ADDRESSES for name in names})
]
"""Every parameter of a list, an item and a history, each at one address that knows it."""
NAMES = {
    "organizations": "mfa",
    "partnerships": "mri",
    "campaigns": "vote",
    "gatherings": "pga-2010",
    "instruments": "icrmw",
    "projects": "3x1",
    "demands": "not-migrate",
    "cases": "hong-kong",
    "places": "ph",
    "sources": "fox-gois-2010",
    "terms": "identity:women",
    "arenas": "ngo",
    "memberships": "1",
    "changes": "1",
}


def checked_answer(client, path: str, query: str = "", **headers):
    """Ask, and see that the answer is one, with a sentence if it is a problem."""
    path = path.replace("{name}", NAMES.get(path.split("/")[0], ""))
    # As a server hands it on: bytes, each as a character.
    sent = query.encode("utf-8", "surrogateescape").decode("latin-1")
    answer = client.generic("GET", f"/api/v1/{path}", QUERY_STRING=sent, headers=headers)

    assert answer.status_code in (200, 304, 308, 400, 404, 406, 410), (path, query[:200])
    if answer.status_code >= 400:
        problem = answer.json()
        assert answer["Content-Type"] == "application/problem+json"
        assert problem["status"] == answer.status_code
        assert problem["detail"].endswith("."), problem
        assert len(answer.content) < 20_000
    return answer


def test_there_is_an_address_for_every_collection():
    assert {path.split("/")[0] for path, _, _ in ADDRESSES} == {"", "schema.json", *COLLECTIONS}
    assert len(ADDRESSES) == 42


@pytest.mark.parametrize(("path", "action", "parameters"), ADDRESSES)
def test_unreadable_value_is_refused_by_name(records, client, path, action, parameters):
    for name in [*parameters, "colour"]:
        for value in UNREADABLE.values():
            answer = checked_answer(client, path, f"{name}={value}")

            sentence = (
                "There is a NUL in this. Leave it out."
                if "%00" in value
                else "Write this in UTF-8, percent-encoded."
            )
            assert answer.status_code == 400
            assert answer.json()["errors"] == [{"field": name, "detail": sentence}]


@pytest.mark.parametrize(("path", "name"), ONCE)
def test_odd_value_is_answered_or_refused_by_name(records, client, path, name):
    for value in ODD.values():
        answer = checked_answer(client, path, f"{name}={value}")

        if answer.status_code == 400:
            assert {error["field"] for error in answer.json()["errors"]} == {name}


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_odd_query_is_answered_as_a_graph_or_refused(records, client, format):
    read = {"graphml": networkx.read_graphml, "gexf": networkx.read_gexf, "graph": json.load}
    for name in ("q", "as_of", "known_at", "partnership", "updated_since"):
        for value in [*UNREADABLE.values(), *ODD.values()]:
            answer = checked_answer(client, "organizations/", f"format={format}&{name}={value}")

            if answer.status_code == 200:
                body = io.BytesIO(b"".join(answer.streaming_content))
                # The file repeats the request and stays readable.
                read.get(format, io.BytesIO.read)(body)


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "changes"])
def test_odd_text_is_searched_in_every_collection(records, client, name):
    for value in ODD.values():
        checked_answer(client, f"{name}/", f"q={value}&limit=1")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_odd_name_of_a_parameter_is_refused(records, client, name):
    for odd in [*UNREADABLE.values(), *ODD.values(), "country[]", "q__regex", "state", "id", "%23"]:
        if odd:
            answer = checked_answer(client, f"{name}/", f"{odd}=1")

            assert answer.status_code == 400
            assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize("cursor", CURSORS)
def test_cursor_that_no_page_gave_is_refused(records, client, cursor):
    for path in ("organizations/", "search/", "places/", "organizations/mfa/history/"):
        answer = checked_answer(client, path, f"cursor={cursor}")

        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


def test_cursor_of_another_order_is_refused(records, client):
    page = client.get("/api/v1/organizations/?limit=1").json()
    cursor = page["next"].split("cursor=")[1]

    assert (
        checked_answer(client, "organizations/", f"sort=updated&cursor={cursor}").status_code == 400
    )
    assert (
        checked_answer(client, "organizations/", f"sort=-name&cursor={cursor}").status_code == 400
    )
    assert checked_answer(client, "organizations/", f"sort=name&cursor={cursor}").status_code == 200


@pytest.mark.parametrize("name", list(NAMES))
def test_odd_address_leads_nowhere(records, client, name):
    for odd in [*UNREADABLE.values(), *ODD.values()]:
        path = odd.replace("/", "%2F")
        if path in ("", "mfa", "1"):
            continue
        for rest in ("", "history/"):
            answer = checked_answer(client, f"{name}/{path}/{rest}")

            assert answer.status_code == 404, (name, odd[:50])


def test_thousands_of_parameters_are_refused(records, client):
    for query in (
        "&".join(f"a{number}=1" for number in range(400)),
        "&".join("q=a" for _ in range(400)),
        "&".join("country=ph" for _ in range(400)),
        "&".join("a=1" for _ in range(20_000)),
        "&" * 50_000,
        "=" * 5_000,
        "a" * 100_000,
        "&;&;=;=&=&",
    ):
        assert checked_answer(client, "organizations/", query).status_code in (200, 400)


def test_bytes_that_nobody_encoded_are_read_or_refused(records, client):
    assert checked_answer(client, "organizations/", "q=\udcff").status_code == 400
    assert checked_answer(client, "organizations/", "q=café").status_code == 200
    assert checked_answer(client, "organizations/", "q=\x00").status_code == 400
    assert checked_answer(client, "organizations/", "\udcff\udcfe=1").status_code == 400


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*",
        "/",
        "*/*",
        "a/b/c",
        ";;;",
        ",,,",
        "application/json;q=2",
        "application/json;q=",
        "application/json;indent=-1",
        "application/json; indent=999999999999",
        "text/html",
        "\xff\xfe",
        "application/json" * 500,
        "application/json," * 2_000,
        "*/*;" + "a=b;" * 2_000,
    ],
)
def test_odd_accept_header_is_answered_or_refused(records, client, accept):
    checked_answer(client, "organizations/", "limit=1", accept=accept)


@pytest.mark.parametrize(
    "etag",
    ["", '"', "W/", 'W/"', "*", "**", '"*"', "\xff", ",,,,", '"a",' * 2_000, "a" * 50_000],
)
def test_odd_mark_is_answered(records, client, etag):
    for path in ("organizations/", "organizations/mfa/", "changes/"):
        answer = checked_answer(client, path, if_none_match=etag)

        assert answer.status_code == (304 if etag == "*" else 200)


@pytest.mark.parametrize(
    "method",
    ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "LOCK", "X" * 1_000],
)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"[" * 100_000, "application/json"),
        (b'{"a": "\\ud800"}', "application/json"),
        (b"\x00\xff", "application/json; charset=no-such"),
        (b"a=" + b"b" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
    ],
)
def test_nothing_is_written_by_any_method(records, client, method, body, content_type):
    for path in ("", "organizations/", "organizations/mfa/", "changes/", "nothing/"):
        answer = client.generic(method, f"/api/v1/{path}", body, content_type)

        assert answer.status_code == 405
        assert answer["Content-Type"] == "application/problem+json"


def test_body_of_a_reading_request_is_not_read(records, client):
    answer = client.generic("GET", "/api/v1/organizations/", b"[" * 100_000, "application/json")

    assert answer.status_code == 200


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from([path for path, _, _ in ADDRESSES]),
    pairs=st.lists(
        st.tuples(
            st.sampled_from([*sorted({name for _, _, names in ADDRESSES for name in names}), "x"]),
            st.one_of(st.text(max_size=40), st.dates().map(str), st.integers().map(str)),
        ),
        max_size=3,
    ),
    raw=st.binary(max_size=8),
)
def test_anything_is_answered_or_refused(records, client, path, pairs, raw):
    query = "&".join(
        f"{name}={quote(value.encode(errors='surrogatepass'))}" for name, value in pairs
    )

    checked_answer(client, path, query + (f"&q={quote_from_bytes(raw)}" if raw else ""))
