"""Places of the world in files and forms: a name finds its record, or makes it once stored."""

import pytest
from django.core.exceptions import ValidationError

from orgs.changes.changeset import Changeset
from orgs.gazetteer.finding import find_place
from orgs.gazetteer.first_use import place_record
from orgs.gazetteer.model import GazetteerPlace
from orgs.gazetteer.resolving import ProposedPlaces, resolve_place
from orgs.imports.file_source import FileSource
from orgs.imports.files import parse_file
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import
from orgs.imports.preview import plan_import
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source
from orgs.search.places import is_in_use
from orgs.statements.presence import Presence

HEADER = '"name (official, en)","place (seat)","place (acts_in)"'


def plan(*rows: str, header: str = HEADER):
    table = parse_file("t.csv", "\n".join((header, *rows)).encode())
    source = FileSource(Source.objects.get(key="geonames").pk)
    return plan_import(table, {column: column for column in table.header}, source, "A sheet")


def proposed(planned) -> dict[str, list[str]]:
    """Propose what is planned; the slugs of places by role."""
    for changeset in planned.run.changesets():
        changeset.propose().accept()
    slugs: dict[str, list[str]] = {}
    for presence in Presence.objects.filter(added__label="A sheet").order_by("id"):
        slugs.setdefault(presence.role, []).append(presence.place.slug)
    return slugs


@pytest.fixture
def geonames(gazetteer) -> None:
    """The source of the tests, which a first use makes."""
    place_record(find_place("Yangon"))


def test_cells_name_places_as_people_write_them(geonames):
    planned = plan(
        '"One","UK","Bangkok, Thailand; Laos"',
        '"Two","California","Thailand, Laos"',
        '"Three","th","Yangon | Mexico"',
    )
    assert planned.tally["refused"] == 0
    assert proposed(planned) == {
        "seat": ["gb", "us-ca", "th"],
        "acts_in": ["bangkok", "la", "th", "la", "yangon", "mx"],
    }


def test_preview_makes_no_place(geonames):
    before = Record.objects.count(), Changeset.objects.count()
    assert plan('"One","Bangkok",""').tally["created"] == 1
    assert (Record.objects.count(), Changeset.objects.count()) == before


def test_refused_row_makes_no_place(geonames):
    planned = plan('"","Bangkok","Narnia"', '"Two","Lima",""')
    assert planned.tally["refused"] == 1
    proposed(planned)
    assert not Record.objects.filter(slug="bangkok").exists()
    assert Record.objects.filter(slug="lima").exists()


def test_unclear_name_is_set_aside_with_choices_and_the_row_decides(geonames):
    planned = plan('"One","Georgia",""', '"Two","Georgia","Atlanta"', '"Three","Georgia","Tbilisi"')
    (problem,) = [problem for row in planned.rows for problem in row.problems]
    assert [text for text, _ in problem.remedy.choices] == ["Georgia (GE)", "Georgia (US-GA)"]
    assert proposed(planned)["seat"] == ["us-ga", "ge"]


def test_codes_of_two_letters_are_states_where_others_of_the_column_are(geonames):
    planned = plan('"One","NY",""', '"Two","CA",""', '"Three","DE",""', '"Four","TX",""')
    assert proposed(planned)["seat"] == ["us-ny", "us-ca", "us-de", "us-tx"]


def test_codes_of_two_letters_are_countries_otherwise(geonames):
    planned = plan('"One","FR",""', '"Two","DE",""')
    assert proposed(planned)["seat"] == ["fr", "de"]


def test_place_that_another_made_since_the_preview_is_used(geonames):
    planned = plan('"One","Bangkok",""')
    other = place_record(find_place("Bangkok"))
    proposed(planned)
    assert Presence.objects.get(role="seat", added__label="A sheet").place_id == other.pk


@pytest.mark.parametrize("find", [{}, {"find": "name"}, {"find": ["iso3166-1", "name"]}])
def test_command_line_finds_and_makes_places(geonames, find):
    table = parse_file("t.csv", b"slug,where\none,Bangkok\ntwo,UK\nthree,Georgia\n")
    changeset = Changeset(reason="Three.")
    for slug in ("one", "two", "three"):
        changeset.record("organization", slug)
    changeset.propose().accept()
    place = {"column": "where", **find} if find else "where"
    specs = {
        "record": "slug",
        "place": place,
        "role": {"value": "seat"},
        "source": {"value": "geonames"},
    }
    mapping = FileMapping(statements=[("presence", specs)])
    mapping.check()
    run = Import("files")
    run.read(table, "presence", mapping)
    run.finish().store(good_part=True)
    assert [outcome.value for outcome in run.plan.refused()] == ["Georgia"]
    slugs = Presence.objects.filter(added__label="files").values_list("place__slug", flat=True)
    assert set(slugs) == {"bangkok", "gb"}
    again = Import("files")
    again.read(table, "presence", mapping)
    assert again.finish().store(good_part=True) == []


def test_slug_and_places_of_the_editors_come_first(geonames):
    changeset = Changeset(reason="A region.")
    region = changeset.record("place", "middle-east")
    changeset.add(
        "name", region, text="Middle East", language="en", source=Source.objects.get(key="geonames")
    )
    changeset.propose().accept()
    assert resolve_place("Middle East").slug == "middle-east"
    assert resolve_place("ca").slug == "ca"
    with pytest.raises(ValidationError):
        resolve_place("CA")


def test_hidden_place_is_answered_as_one_that_does_not_exist(geonames):
    record = place_record(find_place("Bangkok"))
    changeset = Changeset(reason="Hidden.")
    changeset.change_record(record, level=Level.HIDDEN)
    changeset.propose().accept()
    with pytest.raises(ValidationError) as hidden:
        resolve_place("Bangkok")
    assert hidden.value.messages[0].startswith("No match for “Bangkok”.")


def test_reserved_numbers_become_records_in_the_statements_that_use_them(geonames):
    places = ProposedPlaces()
    used, _ = places.resolve("Bangkok")
    unused, _ = places.resolve("Lima")
    rows = [{"record_id": 1, "place_id": used, "detail": "x"}]
    places.create(rows)
    assert rows[0]["place_id"] == Record.objects.get(slug="bangkok").pk
    assert not Record.objects.filter(pk=unused).exists()
    assert places.records() == []


def test_list_of_places_leaves_out_those_with_nothing_on_record(geonames, client):
    everything = Entry.objects.published().of_kinds("place")
    # The country has a state, which has a city.
    assert {entry.slug for entry in everything.filter(is_in_use())} == {"mm", "mm-06"}
    page = client.get("/places/").content.decode()
    assert "Zimbabwe" not in page
    assert "?in_use=yes" in page or "in_use=yes" in page
    assert "Zimbabwe" in client.get("/places/?q=Zimbabwe").content.decode()
    assert "Zimbabwe" in client.get("/places/?in_use=no&q=Zimbabwe").content.decode()
    assert GazetteerPlace.objects.count() > 39_000
    count = client.get("/api/v1/places/?in_use=yes").json()["count"]
    assert count == 2
