"""The works that are measured by asking: an address, and when two answers to it are the same."""

import hashlib
import html
import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from django.db import connection

from orgs.projection.analysis import FINDING_KINDS

HOST = "localhost"
"""What both servers are called, so that the addresses in their answers are the same."""


class Answer(NamedTuple):
    """The response of a server."""

    status: int
    headers: dict[str, str]
    body: bytes


Fetch = Callable[..., Answer]
"""Asks for an address: takes the path, and headers by keyword `headers`."""


class Client:
    """One connection to a server on this machine that is kept open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def __call__(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Request an address. The body of an export is replaced by its SHA-256 digest."""
        self.connection.request("GET", path, headers={"Host": HOST, **(headers or {})})
        response = self.connection.getresponse()
        given = {name.lower(): value for name, value in response.getheaders()}
        if response.status != 200 or "limit=all" not in path:
            return Answer(response.status, given, response.read())
        # An export is as large as the catalogue: nobody needs it in one piece.
        mark = hashlib.sha256()
        while piece := response.read(262_144):
            mark.update(piece)
        return Answer(response.status, given, mark.digest())


def same_bytes(ours: Answer, limit: Answer) -> bool:
    """Whether two answers are the same to the byte."""
    return ours.status == limit.status and ours.body == limit.body


def same_but_findings(ours: Answer, limit: Answer) -> bool:
    """Whether two JSON responses are equal without findings, which the limit does not compute."""
    facts = {
        name: value for name, value in json.loads(ours.body).items() if name not in FINDING_KINDS
    }
    return ours.status == limit.status and facts == json.loads(limit.body)


def same_counts(ours: Answer, limit: Answer) -> bool:
    """Whether two responses are equal; facet values with equal counts may be in any order."""
    documents = [json.loads(answer.body) for answer in (ours, limit)]
    for answer in documents:
        for name, values in answer["facets"].items():
            answer["facets"][name] = sorted(map(json.dumps, values))
    return ours.status == limit.status and documents[0] == documents[1]


def same_graph(ours: Answer, limit: Answer) -> bool:
    """Whether two graphs have the same nodes and edges, in whatever order."""
    documents = [json.loads(answer.body) for answer in (ours, limit)]
    nodes, edges = (
        [{one[mark]: one for one in graph[part]} for graph in documents]
        for part, mark in (("nodes", "id"), ("links", "statement"))
    )
    return ours.status == limit.status and nodes[0] == nodes[1] and edges[0] == edges[1]


def same_page(ours: Answer, limit: Answer) -> bool:
    """Whether two pages show the same organizations in the same order, and the same counts."""
    return ours.status == limit.status and shown(ours) == shown(limit)


def same_statements(ours: Answer, limit: Answer) -> bool:
    """Whether two pages of an entry show the same statements."""
    statements = [
        set(re.findall(r'id="statement-(\d+)"', answer.body.decode())) for answer in (ours, limit)
    ]
    return ours.status == limit.status and statements[0] == statements[1] != set()


def same_members(ours: Answer, limit: Answer) -> bool:
    """Whether two pages of a network have the same members and statements in the same order."""
    links = []
    for answer in (ours, limit):
        _, _, rest = answer.body.decode().partition('aria-labelledby="members">')
        links.append(
            re.findall(r'href="(/organizations/[^"?]+|/id/\d+)"', rest.partition("</section>")[0])
        )
    return ours.status == limit.status and links[0] == links[1] != []


def shown(page: Answer) -> tuple[list[str], set[tuple[str, str, str]]]:
    """Addresses of a list page in order, and its (filter, value, count)."""
    text = html.unescape(page.body.decode())
    addresses = re.findall(r'<h3>\s*<a href="([^"]+)"', text)
    counted = re.findall(
        r'name="(\w+)"\s+value="([^"]*)"[^>]*>\s*<span[^>]*>[^<]*</span>'
        r'\s*<span class="count">([^<]+)',
        text,
    )
    return addresses, {(name, value, re.sub(r"\D", "", count)) for name, value, count in counted}


@dataclass(frozen=True)
class Work:
    """A request to the catalogue and to the limit."""

    name: str
    path: str
    same: Callable[[Answer, Answer], bool] = same_bytes
    headers: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    """How many rows an export has; 0 if it is none."""


def of_sql(sql: str, *parameters: object) -> tuple:
    """The first row of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()


def works(ours: Fetch) -> list[Work]:
    """The works for the made-up organizations in the database that Django is connected to.

    `ours` asks the catalogue itself: for the mark of an entry, and for the page in the middle.
    """
    collection = "/api/v1/organizations/"
    actors = "kind IN ('organization', 'partnership') AND state = 'published'"
    (number,) = of_sql(f"SELECT count(*) FROM orgs_entry WHERE {actors}")
    slug, change = of_sql(
        f"SELECT slug, change FROM orgs_entry WHERE {actors} ORDER BY id OFFSET %s LIMIT 1",
        number // 2,
    )
    last, last_pk = of_sql(
        f"SELECT sort_key, id FROM orgs_entry WHERE {actors}"
        " ORDER BY sort_key, id OFFSET %s LIMIT 1",
        number // 2,
    )
    (largest,) = of_sql(
        "SELECT p.slug FROM orgs_membership m JOIN orgs_record p ON p.id = m.partnership_id"
        " GROUP BY p.slug ORDER BY count(*) DESC, p.slug LIMIT 1"
    )
    etag = ours(f"{collection}{slug}/").headers["etag"]
    words = quote("migrant workers rights")
    facets = "facets=arena,country,sector,identity"
    return [
        Work("list of 50 by country and arena", f"{collection}?country=us&arena=ngo"),
        Work("ranked search", f"{collection}?q={words}"),
        Work(
            "facet counts under a search", f"{collection}?q={words}&limit=1&{facets}", same_counts
        ),
        Work(
            "facet counts under filters",
            f"{collection}?country=us&arena=ngo&limit=1&{facets}",
            same_counts,
        ),
        Work("facet counts of everything", f"{collection}?limit=1&{facets}", same_counts),
        Work("one entry", f"{collection}{slug}/"),
        Work("one entry, known already", f"{collection}{slug}/", headers={"If-None-Match": etag}),
        Work(
            "one entry at another known_at",
            f"{collection}{slug}/?known_at={change}",
            same_but_findings,
        ),
        Work("deep page by keys", f"{collection}?cursor={cursor_after(last, last_pk)}"),
        Work(
            "two steps around the largest network",
            f"{collection}?partnership={largest}&format=graph",
            same_graph,
        ),
        *(
            Work(f"{name}{how}", path, same, headers)
            for name, path, same in (
                ("page of the largest partnership", f"/organizations/{largest}/", same_statements),
                ("page of the largest network", f"/organizations/{largest}/network/", same_members),
                ("page of organizations with facets", "/organizations/", same_page),
            )
            # As the next reader gets it, and as the first does after a change.
            for how, headers in (("", {}), (", anew", {"Cache-Control": "no-cache"}))
        ),
        Work("full export", f"{collection}?limit=all", rows=number),
    ]


def cursor_after(last: str, last_pk: int) -> str:
    """The cursor of the page that begins after these keys, in the order of names."""
    from orgs.search.paging import (  # the catalogue's own, so that it is understood
        ORDERS,
        encode_cursor,
    )

    row = type("Row", (), {"sort_key": last, "id": last_pk})
    return quote(encode_cursor(row, ORDERS["name"], "name", ""))
