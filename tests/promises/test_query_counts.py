"""The number of queries does not grow with the list.

Every list of the URLconf is read with one entry of each kind and with thirty; a page or an
endpoint that asks the database once more for each row, each source or each label is found out.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.changes.changeset import Changeset
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.search.paging import LIMIT
from tests.support.addresses import addresses
from tests.support.writing import Writer

MOST = 6
"""The queries that a list may take, however long it is."""

MOST_OF_A_FINDER = 20
"""The queries of a finder: it asks the ledger about several kinds of statement, each at once."""

MANY = 30


def lists() -> list[str]:
    """Every public address without parameters: lists of pages and API, and the others.

    The front page is no list: it shows some of each thing. Nor is the guide of the API, which
    shows the results of several queries; its own tests count its queries. A correction is of one
    entry, and stands nowhere without it.
    """
    return [
        address.written
        for address in addresses()
        if not address.parameters
        and not address.of_editors
        and address.written not in ("/", "/developers/", "/corrections/")
    ]


def pages_of_one() -> list[str]:
    """An address of each kind of page about one thing, for the entries made here."""
    return [
        address.written % dict.fromkeys(address.parameters, f"{kind}-0")
        for address in addresses()
        for kind in address.kinds
        if kind in Kind.values and address.parameters and not address.of_editors
    ]


class Catalogue:
    """So many entries of each kind, all about the same things and none alike."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.count = 0
        self.country = write.record("place", "es", "Spain")
        self.hub = write.record("partnership", "hub", "Hub")
        self.campaign = write.record("campaign", "campana", "Campaña")

    def grow(self, count: int) -> None:
        """Bring the catalogue to so many entries of each kind."""
        write = self.write
        changeset = Changeset(reason="A test.")
        for number in range(self.count, count):
            source = changeset.change_reference(
                "source", key=f"source-{number}", short=f"Source {number}", title="A work",
                source_kind="report", observed="2010",
            )  # fmt: skip
            changeset.change_reference(
                "term", scheme="identity", code=f"term-{number}", labels={"en": f"term {number}"},
                source=source,
            )  # fmt: skip
            of_kind = {kind: changeset.record(kind, f"{kind}-{number}") for kind in Kind.values}
            for kind, record in of_kind.items():
                self.describe(changeset, kind, record, number, source)
            organization = of_kind["organization"]
            for partnership in (self.hub, of_kind["partnership"]):
                changeset.add("membership", organization, partnership=partnership, source=source)
            changeset.add(
                "involvement", organization, undertaking=of_kind["campaign"], role="leads",
                source=source,
            )  # fmt: skip
            changeset.add("involvement", organization, undertaking=self.campaign, role="joins",
                       source=source)  # fmt: skip
            changeset.add("legal_act", of_kind["instrument"], actor=self.country, act="ratified",
                       source=source)  # fmt: skip
            changeset.add("relation", organization, object=self.hub, source=source,
                       predicate=write.term("predicate:collaborates_with"))  # fmt: skip
        self.count = count
        changeset.propose().accept()

    def describe(
        self, changeset: Changeset, kind: str, record: Record, number: int, source: int
    ) -> None:
        """Describe a record as most records are, with a source of its own."""
        name = f"{kind.title()} {number}"
        changeset.add("name", record, text=name, language="en", preferred=True, source=source)
        changeset.add("text", record, body=f"About {name}.", text_kind="summary", source=source)
        changeset.add("existence", record, event="founded", edtf="1994", source=source)
        if kind in ("organization", "partnership"):
            for place, role in ((self.country, "seat"), (self.country, "acts_in")):
                changeset.add("presence", record, place=place, role=role, source=source)
            changeset.add("trait", record, term=self.write.term("identity:women"), source=source)
            changeset.add("arena_placement", record, arena="membership", source=source)


def queries(path: str) -> list[str]:
    """The queries that an answer takes, once caches that last for a process are warm."""
    reader = Client()
    reader.get(path)
    with CaptureQueriesContext(connection) as seen:
        response = reader.get(path)
    assert response.status_code in (200, 301, 302), (path, response.status_code)
    # The beginning and end of a transaction are no queries.
    marks = ("SAVEPOINT", "RELEASE SAVEPOINT")
    return [query["sql"] for query in seen if not query["sql"].startswith(marks)]


@pytest.fixture
def catalogue(write, settings) -> Catalogue:
    """A catalogue with one entry of each kind beside what all are tied to, as the demo shows it."""
    settings.DEMO = True
    made = Catalogue(write)
    made.grow(1)
    return made


def test_lists_take_as_many_queries_for_thirty_entries_as_for_one(catalogue):
    query_strings = ("", "?q=about", "?country=es&as_of=2010", "?mentions=es&sort=-updated")
    paths = [path + query_string for path in lists() for query_string in query_strings
             if not query_string or known(path, query_string)]  # fmt: skip
    few = {path: len(queries(path)) for path in paths}

    catalogue.grow(MANY)

    many = {path: len(queries(path)) for path in paths}
    assert {path: (few[path], many[path]) for path in paths if few[path] != many[path]} == {}
    assert len(paths) > 60


def known(path: str, query_string: str) -> bool:
    """Whether a list knows a query: the API refuses what it does not know."""
    return Client().get(path + query_string).status_code == 200


def test_lists_take_few_queries(catalogue):
    catalogue.grow(MANY)

    taken = {path: len(queries(path)) for path in lists()}

    most = {path: MOST_OF_A_FINDER if path.startswith("/finders/") else MOST for path in taken}
    assert {path: count for path, count in taken.items() if count > most[path]} == {}


def test_pages_of_one_take_as_many_queries_for_thirty_others_as_for_one(catalogue):
    few = {path: len(queries(path)) for path in pages_of_one()}

    catalogue.grow(MANY)

    many = {path: len(queries(path)) for path in few}
    assert {path: (few[path], many[path]) for path in few if few[path] != many[path]} == {}


@pytest.mark.parametrize("path", ["/organizations/hub/", "/places/es/", "/campaigns/campana/"])
def test_page_that_many_others_mention_takes_as_many_queries_as_for_one(catalogue, path):
    few = len(queries(path))

    catalogue.grow(MANY)

    assert len(queries(path)) == few


def test_thirty_entries_are_shown(catalogue):
    catalogue.grow(MANY)

    shown = Client().get("/api/v1/organizations/", {"q": "about organization"}).json()

    assert shown["count"] == len(shown["results"]) == MANY < LIMIT
