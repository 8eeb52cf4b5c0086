"""A page answers any request with a sentence, never with an error of its own.

Every address of the URLconf takes every segment and method; the main list takes every value for
every parameter it knows, the others for those that all share. An answer is no error of ours, comes
within a second, is a page with a heading, and a refusal names the parameter with the error.
"""

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote

import pytest

from mcs.api import description
from orgs.access.account import Account
from orgs.pages.listing import EntryList
from tests.support.addresses import Address, addresses
from tests.support.sampling import sampled

pytestmark = pytest.mark.django_db

UNREADABLE = (
    "%00",
    "a%00b",
    "caf%e9",
    "%ff",
    "%e2%82",
    "%c0%af",
    "%ed%a0%80",
    "%ed%a0%bd%ed%b8%80",
)
"""What no value can be: not UTF-8, or with a NUL."""

ODD = (
    "",
    "%20%20",
    "%0d%0aSet-Cookie:%20a=b",
    "%01%07%1b%7f",
    "9" * 5_000,
    "-" + "9" * 5_000,
    quote("٢٠١٠"),
    quote("²"),
    "1e309",
    "NaN",
    "a" * 7_000,
    "a," * 2_000,
    "a" * 20_000,
    "+".join(f"word{number}" for number in range(400)),
    "'%20OR%201=1;--",
    "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "%5C",
    "$$;select%20pg_sleep(9);--",
    "%25s%25(a)s{0}{}",
    "{{%20settings.SECRET_KEY%20}}{%25%20debug%20%25}",
    "%25_%25_%25",
    "(a+)+$",
    "a%20%26%20!%20(b%20|%20:*",
    "%5B" * 2_000,
    "../../../../etc/passwd",
    "%5Cud800",
    "%e2%80%aegpj.exe",
    "%e2%80%8b%e2%80%8b",
    "e" + "%cc%81" * 1_000,
    "0000",
    "10000",
    "9999-12-31",
    "2010-13",
    "2010-02-30",
    "2010-",
    "0001-01-01T00:00:00%2b14:00",
    "9999-12-31T23:59:59-14:00",
    "2016-12-31T23:59:60Z",
    "9223372036854775807",
    "9223372036854775808",
    "00000000-0000-0000-0000-000000000000",
    "identity:women:x",
    ":::",
    ",,,",
    "mfa",
)
"""What a value may be, and seldom is."""


FEW = ("", "9" * 5_000, "a" * 7_000, quote("²"), "%25_%25_%25", "%5B" * 2_000, "2010-02-30", ",,,")
"""The oddest of them."""


def encoded(content: object) -> str:
    """A cursor that holds this."""
    return quote(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())


CURSORS = (
    "a",
    "====",
    quote("€"),
    "A" * 7_000,
    quote(base64.urlsafe_b64encode(b"\xff\xfe\x00").decode()),
    quote(base64.urlsafe_b64encode(b"[" * 1_400).decode()),
    quote(base64.urlsafe_b64encode(b"1" * 1_400).decode()),
    encoded(None),
    encoded({"a": 1}),
    encoded([]),
    encoded(["", "name", 1, "a"]),
    encoded(["", "name", "a", True]),
    encoded(["", "name", "a", 2**80]),
    encoded(["", "name", "a\x00", 1]),
    encoded(["", "name", "\ud800", 1]),
    encoded([[], "name", "a", 1]),
    encoded(["", "relevance", 1, "a", 1]),
)
"""Cursors that no page gave."""

SEGMENTS = (
    "nobody",
    "%00",
    "mfa%00",
    "%ff",
    "%ed%a0%80",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aX:%20y",
    "9" * 5_000,
    "a" * 20_000,
    "MFA",
    "mfa'",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "{{7*7}}",
    quote("Фронт"),
    "-1",
    "0",
    "1",
    "9223372036854775808",
    "00000000-0000-0000-0000-000000000000",
    "identity:women",
)
"""What may stand in an address where a slug or an id is meant."""


@pytest.fixture
def world(write) -> None:
    """A few entries, so that filters match something."""
    description()  # made once for a process; what is timed is what visitors meet
    mfa = write.record("partnership", "mfa", "Migrant Forum in Asia")
    manila = write.record("place", "manila", "Manila")
    fiob = write.record("organization", "fiob", "Frente Indígena")
    write.say("presence", mfa, place=manila, role="seat")
    write.say("membership", fiob, partnership=mfa)
    write.say("arena_placement", fiob, arena="membership")
    write.say("existence", write.record("gathering", "pga", "PGA"), event="held", edtf="2008")


def public_pages() -> list[Address]:
    """Every address of a page that anybody may open."""
    return [one for one in addresses() if not one.of_editors and not one.of_api]


def lists() -> list[tuple[str, list[str]]]:
    """Every list with the parameters it knows."""
    filters_by_path = []
    for address in public_pages():
        view = getattr(address.view, "view_class", None)
        if view is not None and issubclass(view, EntryList):
            path = address.written % {"slug": "membership"}
            filters_by_path.append((path, list(view.filterset_class.base_filters)))
    return filters_by_path


PASSKEYS = b'<script src="/static/js/passkeys.js" defer></script>'
"""The one script that there is: the sign-in page."""


def check(client, path: str, method: str = "get", **more) -> int:
    """Send a request and check the answer. Returns its status."""
    response = getattr(client, method)(path, **more)
    context = f"{method} {path[:200]}"
    assert response.status_code < 500, context
    if response.content and response["Content-Type"].startswith("text/html"):
        assert response.content.count(b"<h1") == 1, context
        assert b"<script" not in response.content.replace(PASSKEYS, b""), context
    return response.status_code


def statuses_of(client, path: str, names: Iterable[str], values: Iterable[str]) -> set[int]:
    """Request a list or an entry with every value of every parameter. Returns the statuses."""
    return {check(client, f"{path}?{name}={value}") for name in names for value in values}


@pytest.mark.parametrize("row", range(len(ODD)))
def test_every_parameter_of_the_main_list_takes_any_value(client, world, row):
    parameters = sampled(dict(lists())["/organizations/"], row)

    statuses = statuses_of(client, "/organizations/", parameters, [ODD[row]])

    assert statuses <= {200, 400}


@pytest.mark.parametrize(("path", "parameters"), lists(), ids=lambda given: str(given)[:40])
def test_every_list_takes_any_value(client, world, path, parameters):
    statuses = statuses_of(client, path, ["q", "as_of", parameters[-1]], FEW)
    statuses |= statuses_of(client, path, ["cursor", "sort"], [*FEW, *CURSORS])

    assert statuses <= {200, 400}


@pytest.mark.parametrize(("path", "parameters"), lists(), ids=lambda given: str(given)[:40])
def test_every_list_refuses_unreadable_values_and_names_the_parameter(
    client, world, path, parameters
):
    for row, name in enumerate([*parameters, "cursor", "sort", "no-question"]):
        for value in sampled(UNREADABLE, row):
            response = client.get(f"{path}?{name}={value}")

            assert response.status_code == 400
            assert f"<code>{name}</code>" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/organizations/mfa/", "/gatherings/pga/", "/places/manila/", "/organizations/fiob/history/"],
)
def test_every_entry_takes_any_clock(client, world, path):
    statuses = statuses_of(client, path, ["as_of", "known_at"], [*ODD, *UNREADABLE])

    assert statuses <= {200, 400, 404}


def test_source_takes_any_cursor(client, world):
    assert statuses_of(client, "/sources/survey-2010/", ["cursor"], [*ODD, *CURSORS]) <= {200, 400}


@pytest.mark.parametrize("row", range(len(SEGMENTS)))
def test_every_address_takes_any_segment(client, world, row):
    for address in sampled(public_pages(), row):
        for name in address.parameters:
            path = address.written.replace(f"%({name})s", SEGMENTS[row])

            assert check(client, path) in {200, 301, 302, 308, 400, 404, 410}


@pytest.mark.parametrize("method", ["head", "post", "put", "patch", "delete", "options", "trace"])
def test_every_address_takes_any_method(client, world, method):
    for address in public_pages():
        path = address.written % dict.fromkeys(address.parameters, "1")

        assert check(client, path, method) in {200, 301, 302, 404, 405}


def test_sign_in_takes_anything(client, world):
    Account.objects.create_user("editor@example.org", "correct horse battery")
    for value in (
        "",
        "\x00",
        "a\x00b",
        "\ud800".encode("utf-8", "surrogatepass"),
        "9" * 5_000,
        "'",
    ):
        for name in ("login", "password", "next", "by"):
            given = {"login": "editor@example.org", "password": "wrong", name: value}

            # Who tries as often as this test is refused in the end.
            assert check(client, "/account/sign-in/", "post", data=given) in {200, 302, 429}
    for value in (*ODD, *UNREADABLE):
        assert check(client, f"/account/sign-in/?next={value}") in {200, 400}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/json", "multipart/form-data; boundary=", "text/html; charset=x"],
)
def test_sign_in_takes_any_content_type(client, world, content_type):
    response = client.generic(
        "POST", "/account/sign-in/", b'{"username": [1, 2', content_type=content_type
    )

    assert response.status_code in {200, 400}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "a\x00b"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 10_000},
        {"HTTP_ACCEPT_LANGUAGE": "\x00"},
        {"HTTP_COOKIE": "sessionid=" + "a" * 5_000},
        {"HTTP_COOKIE": 'sessionid="\\000\\377"'},
        {"HTTP_COOKIE": "=;;==;\x01"},
        {"HTTP_RANGE": "bytes=0-18446744073709551615"},
        {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
        {"HTTP_X_FORWARDED_PROTO": "\x00"},
        {"HTTP_ACCEPT": "*/" * 5_000},
    ],
    ids=range(11),
)
def test_any_headers_are_taken(client, world, headers):
    for path in ("/", "/organizations/", "/organizations/mfa/", "/admin/", "/account/sign-in/"):
        assert check(client, path, **headers) in {200, 302, 400}
