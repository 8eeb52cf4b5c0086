"""An organization names any place of the world in its profile, without JavaScript."""

import pytest

from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.gazetteer.finding import find_place
from orgs.gazetteer.first_use import place_record
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.statements.presence import Presence
from tests.support.claims import account
from tests.support.pages import page_of
from tests.support.profiles import PROFILE, ProfileEditor, submit

WHERE = f"{PROFILE}where/"


@pytest.fixture
def ana(gazetteer) -> ProfileEditor:
    """A representative of an organization with nothing but a name."""
    place_record(find_place("Yangon"))  # brings the source
    changeset = Changeset(reason="An organization.")
    record = changeset.record("organization", "mujeres-en-red")
    source = Source.objects.get(key="geonames")
    changeset.add("name", record, text="Mujeres en Red", language="es", source=source)
    changeset.propose().accept()
    ana = account("ana@example.org")
    Representative.objects.create(account=ana, record_id=record.pk, trusted=True)
    return ProfileEditor(ana)


def test_city_becomes_a_record_when_the_profile_is_submitted_not_before(ana):
    before = Record.objects.count()
    assert (
        ana.type(WHERE, seat="Bangkok, Thailand", origin=["Birmania", "بيروت"]).status_code == 302
    )
    preview = ana.open(f"{PROFILE}preview/")
    assert "Bangkok" in preview.main.text
    assert Record.objects.count() == before

    assert submit(ana).status_code == 302

    places = Presence.objects.filter(record__slug="mujeres-en-red").order_by("id")
    assert [(item.role, item.place.slug) for item in places] == [
        ("seat", "bangkok"),
        ("constituency_origin", "mm"),
        ("constituency_origin", "beirut"),
    ]
    # The texts in the form mean the same places.
    fields = ana.fields(WHERE)
    assert fields["seat"] == ["Bangkok"]
    assert ana.send(WHERE, fields).status_code == 302
    assert "You made no changes" in ana.open(f"{PROFILE}preview/").main.text


def test_name_of_several_places_offers_choices_next_to_the_field(ana):
    page = page_of(ana.type(WHERE, seat="Birmingham"))
    error = page.main.one("div", id="id_seat_error").text
    choice = "Birmingham, Alabama, United States"
    assert f"Birmingham, England, United Kingdom; {choice}" in error

    assert ana.type(WHERE, seat=choice).status_code == 302
    submit(ana)

    # Alone the name could mean another place, so the form has the slug.
    assert ana.fields(WHERE)["seat"] == ["birmingham-us-al"]
