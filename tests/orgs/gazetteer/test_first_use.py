"""A state or city becomes a record when it is first used: once, with its area, under one key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from orgs.changes.changeset import Changeset
from orgs.gazetteer.finding import find_place
from orgs.gazetteer.first_use import existing_record, place_record, place_records
from orgs.gazetteer.model import GazetteerPlace
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.slugs import permanent_key


def city(code: str) -> GazetteerPlace:
    return GazetteerPlace.objects.get(code=code)


def test_city_gets_names_code_kind_and_the_areas_it_lies_in(gazetteer):
    record = place_record(find_place("Bangkok"))
    entry = Entry.objects.get(pk=record.pk)
    document = entry.read()
    assert (record.slug, record.key, entry.label) == (
        "bangkok",
        permanent_key("bangkok"),
        "Bangkok",
    )
    assert {(name["language"], name["text"]) for name in document["names"]} == {
        ("en", "Bangkok"),
        ("ar", "بانكوك"),
    }
    identifiers = [(item["scheme"], item["value"]) for item in document["identifiers"]]
    assert identifiers == [("geonames", "1609350")]
    assert [item["term"] for item in document["traits"]["place_type"]] == ["city"]
    assert [item["object"]["slug"] for item in document["relations"]] == ["th-10"]
    state = Entry.objects.get(slug="th-10").read()
    assert [item["object"]["slug"] for item in state["relations"]] == ["th"]


def test_region_is_a_record_with_its_code_of_m49(gazetteer):
    record = place_record(find_place("Latin America"))
    document = Entry.objects.get(pk=record.pk).read()
    assert (record.slug, record.key) == ("latin-america", permanent_key("latin-america"))
    identifiers = [(item["scheme"], item["value"]) for item in document["identifiers"]]
    assert identifiers == [("m49", "419")]
    assert [item["term"] for item in document["traits"]["place_type"]] == ["region"]
    assert {source["id"] for source in document["sources"]} == {"cldr", "un-m49"}
    assert document["relations"] == []


def test_region_of_the_paper_is_that_of_the_gazetteer(paper):
    for code, label in (("419", "Latin America"), ("142", "Asia"), ("034", "South Asia")):
        record = existing_record(GazetteerPlace(code=code, kind="region", label=label))
        assert record is not None
        assert Entry.objects.published().get(pk=record.pk).label == label


def test_paper_names_the_region_that_was_used_before_it(own_gazetteer):
    record = place_record(find_place("Latin America"))
    call_command("load_paper", verbosity=0)
    assert Record.objects.get(kind="place", slug__startswith="latin-america") == record
    assert Entry.objects.get(pk=record.pk).label == "Latin America"


def test_first_use_is_one_accepted_change_with_its_sources(gazetteer):
    before = Changeset.objects.count()
    record = place_record(find_place("Oaxaca (MX-OAX)"))
    assert place_record(find_place("Oaxaca (MX-OAX)")) == record
    change = Changeset.objects.order_by("-id")[0]
    assert Changeset.objects.count() == before + 1
    assert (change.state, change.label, change.author) == ("accepted", "gazetteer", None)
    sources = {source["id"] for source in Entry.objects.get(pk=record.pk).read()["sources"]}
    assert sources == {"iso-3166"}
    assert (record.slug, record.key) == ("mx-oax", permanent_key("mx-oax"))


def test_several_places_and_their_common_state_are_one_change(gazetteer):
    places = [find_place(name) for name in ("Chicago", "Springfield, Illinois", "Chicago", "Kenya")]
    before = Changeset.objects.count()
    records = place_records(places)
    assert [records[place].slug for place in places] == [
        "chicago",
        "springfield-us-il",
        "chicago",
        "ke",
    ]
    assert Record.objects.filter(slug="us-il").count() == 1
    assert Changeset.objects.count() == before + 1
    assert place_records(places) == records
    assert Changeset.objects.count() == before + 1


def test_slug_is_that_of_the_largest_city_of_its_name_whichever_is_used_first(gazetteer):
    assert place_record(find_place("Portland, Maine")).slug == "portland-us-me"
    assert place_record(find_place("Portland, Oregon")).slug == "portland"


def test_slug_that_another_record_has_is_followed_by_the_country(gazetteer):
    changeset = Changeset(reason="An organization called Yangon.")
    changeset.record("organization", "yangon")
    changeset.propose().accept()
    record = place_record(find_place("Yangon"))
    assert (record.slug, record.key) == ("yangon-mm", permanent_key("yangon"))


def test_place_of_the_paper_is_the_same_place(paper, gazetteer_table):
    for typed, slug in {
        "Manila": "manila",
        "Mexico City": "mexico-city",
        "Ciudad de México": "mexico-city",
        "California": "us-ca",
        "Geneva": "geneva",
        "Mexico City (MX-CMX)": "mexico-city",
    }.items():
        assert (typed, existing_record(find_place(typed)).slug) == (typed, slug)


def test_merged_place_stands_for_the_other(gazetteer):
    record, other = place_record(find_place("Yangon")), Record.objects.get(slug="mm")
    changeset = Changeset(reason="The same.")
    changeset.change_record(record, successor_id=other.pk)
    changeset.propose().accept()
    assert place_record(find_place("Yangon")) == other


def test_two_who_use_a_city_at_once_make_one_record(own_gazetteer):
    start = Barrier(4)

    def use(code: str) -> int:
        start.wait()
        try:
            return place_record(city(code)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        # Two cities of one state, too: the state is made once.
        numbers = list(threads.map(use, ["1298824", "1298824", "5128581", "5110302"]))

    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 3
    assert Record.objects.filter(slug="us-ny").count() == 1


@pytest.fixture
def gazetteer_table(paper) -> None:
    from orgs.gazetteer.load import load_table

    load_table()
