"""A name that is withheld stays withheld in the sources that its owner publishes."""

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from orgs.changes import rebuild
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source

TOKEN = "Quetzal"
FIELDS = {
    "key": "quetzal-report",
    "short": "Quetzal 2009",
    "title": "The report of Quetzal",
    "authors": "Quetzal, Ana",
    "container": "Quetzal papers",
    "publisher": "Quetzal Press",
    "urls": ["https://quetzal.example/report"],
    "note": "Printed by Quetzal.",
    "source_kind": "report",
    "observed": "2009",
}


@pytest.fixture
def quetzal(write) -> Record:
    """An organization that publishes a source and is talked about in another's statement."""
    return write.record("organization", "quetzal", "Quetzal")


@pytest.fixture
def source(write, quetzal) -> Source:
    """Its source: it cites another, is cited by it, and says something about both."""
    source = write.another_source(**FIELDS, published_by=quetzal)
    amiga = write.record("organization", "amiga", "Amiga")
    for record in (quetzal, amiga):
        write.say("text", record, body="They met.", text_kind="goal", source=source)
    term = Changeset()
    term.change_reference(
        "term", scheme="identity", code="coined", labels={"en": "coined"}, source=source,
        locator="p. 3",
    )  # fmt: skip
    for citing, cited in ((source.pk, write.source_id), (write.source_id, source.pk)):
        term.change_reference(
            "citation", source_id=citing, cites_id=cited, locator="p. 1",
            as_printed="as Quetzal writes", note="Quetzal again",
        )  # fmt: skip
    term.propose().accept()
    return source


def withhold(record: Record) -> None:
    """Withhold the name of a record."""
    changeset = Changeset(reason="They asked.")
    changeset.change_record(Record.objects.get(pk=record.pk), level=Level.NAME_WITHHELD)
    changeset.propose().accept()


def responses() -> Iterator[tuple[str, str]]:
    """Give every page and answer on which the source could be: (path, body)."""
    of_source = [
        f"/api/v1/sources/{entry.key}/" for entry in Entry.objects.filter(kind="source")
    ] + [f"/sources/{entry.slug}/" for entry in Entry.objects.filter(kind="source")]
    for path in (
        "/organizations/amiga/",
        "/organizations/amiga/history/",
        "/organizations/amiga/cite/",
        "/api/v1/organizations/amiga/",
        "/api/v1/organizations/amiga/?as_of=2009",
        "/api/v1/organizations/amiga/history/",
        "/api/v1/organizations/?format=csv",
        "/api/v1/organizations/?format=graphml",
        "/api/v1/organizations/?format=jsonld",
        "/api/v1/sources/",
        "/api/v1/sources/?format=csv",
        "/api/v1/terms/identity:coined/",
        "/api/v1/search/?q=report",
        "/search/?q=report",
        "/sources/",
        "/terms/identity/",
        "/",
        "/api/v1/changes/",
        *of_source,
    ):
        response = Client().get(path)
        body = b"".join(response) if response.streaming else response.content
        yield path, body.decode()


def test_a_source_names_its_publisher_as_long_as_that_is_named(source):
    named = {path for path, body in responses() if TOKEN.lower() in body.lower()}

    assert {"/sources/", "/organizations/amiga/", "/sources/quetzal-report/"} <= named


def test_no_source_names_a_publisher_whose_name_is_withheld(source, quetzal):
    withhold(quetzal)

    assert [path for path, body in responses() if TOKEN.lower() in body.lower()] == []
    assert rebuild.check()[0] == []


def test_the_old_address_of_the_source_is_gone(source, quetzal):
    withhold(quetzal)

    assert Client().get("/sources/quetzal-report/").status_code == 404
    assert Client().get("/api/v1/sources/quetzal-report/").status_code == 404


def test_no_filter_lists_the_sources_of_a_name_that_is_withheld(source, quetzal):
    withhold(quetzal)

    answer = Client().get(f"/api/v1/sources/?published_by={quetzal.key}").json()
    mentions = Client().get(f"/api/v1/sources/?mentions={quetzal.key}").json()

    assert answer["results"] == []
    assert mentions["results"] == []


@pytest.mark.parametrize("level", [Level.HIDDEN, Level.WITHDRAWN])
def test_no_filter_lists_the_sources_of_a_hidden_publisher(source, quetzal, level):
    changeset = Changeset(reason="Hidden.")
    changeset.change_record(Record.objects.get(pk=quetzal.pk), level=level)
    changeset.propose().accept()
    entry = Entry.objects.get(pk=source.pk)

    assert json.loads(entry.document)["published_by"] is None
    assert f"published_by={quetzal.pk}" not in facets_of(entry)


def facets_of(entry: Entry) -> set[str]:
    """The facets of an entry."""
    from orgs.projection.entry import Facet

    return {str(facet) for facet in Facet.objects.filter(pk__in=entry.facets)}


def test_the_source_is_named_again_with_its_publisher(source, quetzal):
    withhold(quetzal)
    changeset = Changeset(reason="They changed their mind.")
    changeset.change_record(Record.objects.get(pk=quetzal.pk), level=Level.LISTED)
    changeset.propose().accept()

    document = Client().get("/api/v1/sources/quetzal-report/").json()
    assert document["title"] == FIELDS["title"]
    assert document["published_by"]["label"] == "Quetzal"
    assert "quetzal-report" in Client().get("/api/v1/organizations/amiga/").content.decode()
    assert rebuild.check()[0] == []
