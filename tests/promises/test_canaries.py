"""Nothing below the public tier leaves by any route, format or message.

Tokens are planted in secrets of every sort; then every public address is asked, with every
question it knows, and no token may come back. And: a secret changes no answer at all, not even a
count or an ETag; what is hidden answers like what never was.
"""

import functools
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

import django_filters
import pytest
from django.core import mail
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mcs.api import COLLECTIONS
from orgs.api.openapi import GRAPH_FORMATS
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry, Facet
from orgs.records.record import FormerSlug, Record
from orgs.records.source import Source, Tier
from orgs.search.paging import ORDERS
from tests.support.canaries import paths, public_addresses
from tests.support.planted_world import ABOUT, ALONE, Planted, numbers_of_secrets
from tests.support.sampling import WHOLE, sampled

FORGERY_TOKEN = re.compile(rb'value="[A-Za-z0-9]{64}"')


EVERY = 4
"""At each address, one of so many hidden names is requested."""


@pytest.fixture
def planted(write) -> Planted:
    """A small public world."""
    return Planted(write)


def list_requests() -> Iterator[tuple[str, str]]:
    """Give every filter of every list, for page and API: (path, query)."""
    pages = {"partnerships": "/networks-and-coalitions/"}
    for name, collection in COLLECTIONS.items():
        filterset = getattr(collection, "filterset_class", None)
        api = f"/api/v1/{name}/"
        if filterset is None:
            yield from ((api, f"since={number}") for number in range(0, 12, 3))
            continue
        for filter_name, filter_field in filterset.base_filters.items():
            most = 20 if name in ("organizations", "places", "search", "memberships") else 2
            for place, value in enumerate(values_of(filter_name, filter_field)[:most]):
                yield api, f"{filter_name}={quote(value)}"
                if name != "memberships" and place == 0:
                    yield pages.get(name, f"/{name}/"), f"{filter_name}={quote(value)}"
        yield api, f"facets={','.join(facets_of(api))}&limit=100"
        yield from ((api, f"sort={order}") for order in ORDERS)
        yield api, "fields=id,label&limit=1"
        yield from graphs(name, collection)
        yield api, "format=xml"
        yield api, "nothing=1"


def finders() -> Iterator[tuple[str, str]]:
    """Requests to every finder about public records: (path, query)."""
    slugs = [*ABOUT.values(), *ALONE.values(), "amiga", "vecina", "madrid"]
    for name in slugs:
        yield "/finders/counterparts/", f"of={name}"
        yield "/finders/missing-rungs/", f"of={name}"
        yield "/finders/shared-targets/", f"target={name}"
    yield "/finders/shared-targets/", f"target={ABOUT['campaign']}&as_of=1998"
    yield "/finders/here-and-there/", "by=stated"


def graphs(name: str, collection: type) -> Iterator[tuple[str, str]]:
    """Give a list in every format of a graph, where it has them: (path, query).

    The graph of everything is also requested for other days and at earlier changes.
    """
    if not collection.takes_clocks:
        return
    clocks = ("", "&as_of=1998", "&known_at=5", "&known_at=10") if name == "search" else ("",)
    for format in GRAPH_FORMATS:
        yield from ((f"/api/v1/{name}/", f"format={format}{clock}") for clock in clocks)


def values_of(filter_name: str, filter_field: django_filters.Filter) -> list[str]:
    """Values to ask a question with: what public entries hold."""
    written = {
        "as_of": ["1998", "2010", "2026-01"],
        "updated_since": ["2000-01-01"],
        "confirmed_since": ["2000"],
        "q": ["luz", "amiga", "women", "madrid", "luuz"],
        "trait": ["identity:women", "form:network", "measure:participants"],
        "mentions": ["vocera", "second", "amiga", "madrid", *ABOUT.values(), "survey-2010"],
    }
    if filter_name in written:
        return written[filter_name]
    if kinds := getattr(filter_field, "kinds", ()):
        known = [*(ABOUT[kind] for kind in kinds if kind in ABOUT)]
        return known + (["amiga"] if "organization" in kinds else []) or ["survey-2010", "second"]
    facets = Facet.objects.filter(filter=getattr(filter_field, "facet_name", filter_name))
    values = [value for value in facets.values_list("value", flat=True) if "quetzal" not in value]
    return sorted(values)[:4] or ["nothing"]


@functools.cache
def schema() -> dict:
    """The OpenAPI description, which is the same for every test."""
    return json.loads(answer("/api/v1/schema.json")[2])


def facets_of(path: str) -> list[str]:
    """The filters of a list of the API whose values can be counted, as its guide says."""
    for parameter in schema()["paths"][path]["get"]["parameters"]:
        if parameter["name"] == "facets":
            return parameter["schema"]["items"]["enum"]
    return []


def clocks() -> Iterator[tuple[str, str]]:
    """Give public records at other clocks, one at every change there was: (path, query)."""
    newest = Changeset.objects.accepted().order_by("-number").first()
    assert newest is not None
    lists = {"organization": "organizations", "partnership": "partnerships"}
    for entry in Entry.objects.published().filter(slug__in=[*ABOUT.values(), "amiga", "madrid"]):
        api = f"/api/v1/{lists.get(entry.kind, f'{entry.kind}s')}/{entry.slug}/"
        page = entry.get_absolute_url()
        yield from ((path, "as_of=1998") for path in (api, page))
        step = 1 if WHOLE and entry.slug == ABOUT["organization"] else 10
        for number in range(entry.pk % step, (newest.number or 0) + 1, step):
            yield api, f"known_at={number}"
        for number in range(entry.pk % 20, (newest.number or 0) + 1, 20):
            yield page, f"known_at={number}"
            yield f"{api}history/", f"known_at={number}"


def answer(path: str, query: str = "", **headers: str) -> tuple[int, str, bytes]:
    """Status, headers and body of the answer to a stranger."""
    response = Client(raise_request_exception=False).get(
        path + (f"?{query}" if query else ""), headers=headers
    )
    body = b"".join(response) if response.streaming else response.content
    headers_sent = {**dict(response.headers), **{f"cookie {k}": "" for k in response.cookies}}
    # Clocks, and a number that is drawn anew for every request.
    for name in ("Set-Cookie", "Expires", "X-Request-ID"):
        headers_sent.pop(name, None)
    return (
        response.status_code,
        json.dumps(headers_sent, sort_keys=True),
        FORGERY_TOKEN.sub(b"", body),
    )


def every_request() -> list[tuple[str, str]]:
    """Every public path and query, each once."""
    requests = [*((path, "") for path in paths()), *list_requests(), *clocks(), *finders()]
    return list(dict.fromkeys(requests))


def leaks(planted: Planted, requests: Iterable[tuple[str, str]]) -> list[str]:
    """What a stranger learns by asking: for each leak, where and what."""
    lines = []
    for path, query in requests:
        status, headers, body = answer(path, query)
        text = body.decode("utf-8", "replace") + headers
        # The request may be repeated: the stranger knew it already.
        for known in {*re.findall(r"quetzal[a-z]+xoc|7193558[0-9]{6}|[0-9a-f-]{36}", path + query)}:
            text = text.replace(known, "")
        lines += [f"{status} {path}?{query}: {leak}" for leak in planted.leaks_in(text)]
        if status >= 500:
            lines.append(f"{path}?{query} answers {status}")
    return lines


# The tests --------------------------------------------------------------------------------------


def test_tokens_would_be_seen(planted):
    token = planted.token("a public text")
    planted.write.say("text", planted.friend, body=token, text_kind="summary")

    where = {
        "/organizations/amiga/",
        "/organizations/amiga/history/",
        "/organizations/",
        "/api/v1/organizations/",
        "/api/v1/organizations/amiga/",
        "/api/v1/organizations/amiga/history/",
        "/api/v1/search/",
        "/search/",
    }
    requests = [(path, query) for path, query in every_request() if path in where]

    seen = {leak.split(" ")[1].split("?")[0] for leak in leaks(planted, requests)}

    assert seen == where


def test_representatives_would_read_the_secrets(planted):
    planted.plant_never_public()
    ids = [*Record.objects.values_list("id", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(compose(id, NULL, NULL, 2, current_date), ' ')"
            " FROM unnest(%s::bigint[]) id",
            (ids,),
        )
        text = cursor.fetchone()[0]

    statements = {
        origin.split(": ")[0] for origin in planted.origins.values() if "statement" in origin
    }
    assert {origin.split(": ")[0] for origin in planted.leaks_in(text)} >= statements
    assert len(statements) == 4


def test_no_secret_leaves(planted, caplog):
    planted.plant_once_public()
    planted.withhold_a_name()
    planted.plant_never_public()

    assert leaks(planted, every_request()) == []
    assert len(planted.origins) > 500
    assert planted.leaks_in(caplog.text) == []
    assert mail.outbox == []


def test_a_secret_that_was_never_public_changes_no_answer(planted):
    everything = every_request()
    requests = sampled(everything, row=1)
    before = {one: answer(*one) for one in requests}

    planted.plant_never_public()

    changed = [f"{path}?{query}" for (path, query), expected in before.items()
               if answer(path, query) != expected]  # fmt: skip
    assert changed == []
    assert len(everything) > 500


def documents(path: str, query: str) -> object:
    """The JSON of an answer without the number and time of its change."""
    status, _, body = answer(path, query)
    return status, without_changes(json.loads(body)) if body else None


def without_changes(content: object) -> object:
    """JSON without what every later change moves on."""
    moving = ("change", "updated", "known_at")
    if isinstance(content, dict):
        return {k: without_changes(v) for k, v in content.items() if k not in moving}
    return [without_changes(one) for one in content] if isinstance(content, list) else content


def test_what_was_hidden_changes_no_answer(planted):
    everything = [
        (path, query)
        for path, query in every_request()
        if path.startswith("/api/v1/")
        and not path.startswith("/api/v1/changes/")
        and "known_at" not in query
        and "sort=updated" not in query
        and "sort=-updated" not in query
        # Of the formats of graphs, the one that is JSON stands for all.
        and query.partition("&")[0] not in ("format=graphml", "format=gexf", "format=edges")
    ]
    before = {one: documents(*one) for one in sampled(everything, row=2)}

    planted.plant_once_public()

    changed = [
        f"{path}?{query}"
        for (path, query), expected in before.items()
        if documents(path, query) != expected
    ]
    assert changed == []
    assert len(everything) > 300


class Pair(NamedTuple):
    """A name of something hidden, and one of the same shape that never was anything's."""

    hidden: str
    absent: str
    kind: str


def hidden_and_absent() -> list[Pair]:
    """Every name of hidden records and sources, and numbers of secret statements."""
    pairs = []
    for record in Record.objects.filter(level__in=("hidden", "embargoed")):
        key = str(record.key)
        pairs += [
            Pair(record.slug, "n" * len(record.slug), record.kind),
            Pair(key, key[:-12] + "0123456789ab", record.kind),
            Pair(str(record.pk), str(record.pk + 900_000), record.kind),
        ]
    for former in FormerSlug.objects.exclude(record__level="listed").select_related("record"):
        pairs.append(Pair(former.slug, "n" * len(former.slug), former.record.kind))
    for source in Source.objects.exclude(tier=Tier.PUBLIC):
        pairs.append(Pair(source.key, "n" * len(source.key), "source"))
    for number in numbers_of_secrets():
        pairs.append(Pair(str(number), str(number + 900_000), "membership"))
    for changeset in Changeset.objects.filter(number=None):
        key = str(changeset.key)
        pairs.append(Pair(key, key[:-12] + "0123456789ab", ""))
    return pairs


def response_without_name(path: str, query: str, name: str) -> tuple:
    """An answer as one sees it who does not know the name: with its number of queries."""
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        status, headers, body = answer(path, query)
    headers = re.sub(r'"Content-Length": "[0-9]+"', "", headers)
    # A number is part of other numbers: of 1998, if it is 99.
    named = re.compile(rf"(?<!\d){re.escape(name)}(?!\d)")
    return status, named.sub("…", headers), named.sub("…", body.decode()), len(queries)


def test_hidden_answers_like_absent(planted):
    planted.plant_once_public()
    planted.withhold_a_name()
    planted.plant_never_public()
    different, pairs = [], hidden_and_absent()

    for turn, address in enumerate(public_addresses()):
        if not address.parameters or address.parameters == ("rest",):
            continue
        fitting = [pair for pair in pairs if not address.kinds or pair.kind in address.kinds]
        if not WHOLE:
            # Names take turns: the matrix of roles asks by names of every level, too.
            fitting = fitting[turn % EVERY :: EVERY]
        if address.name == "changes-retrieve":
            # Numbers name changes there, and changes are public.
            fitting = [pair for pair in fitting if not pair.hidden.isdigit()]
        for pair in [*fitting, *(pairs[::20] if address.kinds else [])]:
            path = address.written % dict.fromkeys(address.parameters, pair.hidden)
            other = address.written % dict.fromkeys(address.parameters, pair.absent)
            year = "1998" if pair.hidden != "1998" else "1997"
            for query in ("", f"as_of={year}") if pair in fitting else ("",):
                of_hidden = response_without_name(path, query, pair.hidden)
                if of_hidden != response_without_name(other, query, pair.absent):
                    different.append(f"{path}?{query}")

    assert different == []
    assert len(pairs) > 100


def test_filters_treat_hidden_like_absent(planted):
    planted.plant_once_public()
    planted.plant_never_public()
    different = []
    pairs = [pair for pair in hidden_and_absent() if not pair.hidden.isdigit()]

    for name, collection in COLLECTIONS.items():
        filterset = getattr(collection, "filterset_class", None)
        for filter_name, filter_field in (filterset.base_filters if filterset else {}).items():
            kinds = getattr(filter_field, "kinds", ())
            fitting = [pair for pair in pairs if pair.kind in kinds][:4]
            for pair in fitting or pairs[::40]:
                path = f"/api/v1/{name}/"
                answers = [
                    response_without_name(path, f"{filter_name}={value}", value)
                    for value in (pair.hidden, pair.absent)
                ]
                if answers[0] != answers[1]:
                    different.append(f"{path}?{filter_name}={pair.hidden}")

    assert different == []


def test_withdrawn_leaves_day_and_class_only(planted):
    planted.plant_once_public()
    gone = planted.secret_records["organization became withdrawn"]

    status, _, body = answer(f"/api/v1/organizations/{gone.key}/")

    document = json.loads(body)
    assert status == 410
    assert document["reason"] == "safety"
    assert planted.leaks_in(body.decode().replace(str(gone.key), "")) == []
    assert answer(f"/organizations/{gone.slug}/")[0] == 404
