"""Editors choose places of the whole world, which become records when they are saved."""

from types import SimpleNamespace

import pytest

from orgs.changes.changeset import Changeset
from orgs.gazetteer.finding import find_place
from orgs.gazetteer.first_use import place_record
from orgs.records.record import Level, Record
from orgs.statements.presence import Presence
from orgs.statements.relation import Relation
from tests.support.admin import add_row, address, editor, signed_in, typed

BANGKOK = "gazetteer:1609350"
THAI = "Bangkok, Krung Thep Maha Nakhon, Thailand"


@pytest.fixture
def ids(gazetteer) -> SimpleNamespace:
    changeset = Changeset(reason="What the tests start from.")
    source = changeset.change_reference(
        "source", key="a", short="A", title="A", source_kind="report", observed="2020"
    )
    part_of = changeset.change_reference(
        "term", scheme="predicate", code="part_of", labels={"en": "part of"}
    )
    casa = changeset.record("organization", "casa")
    changeset.add("name", casa, text="Casa", language="en", source=source)
    barrio = changeset.record("place", "barrio")
    changeset.add("name", barrio, text="Barrio", language="en", source=source)
    changeset.propose().accept()
    return SimpleNamespace(source=source, casa=casa.pk, barrio=barrio.pk, part_of=part_of)


@pytest.fixture
def browser(ids):
    return signed_in(editor())


def choices(browser, term: str, model: str = "presence", field: str = "place") -> dict[str, str]:
    answer = browser.get(
        "/admin/autocomplete/",
        {"term": term, "app_label": "orgs", "model_name": model, "field_name": field},
    )
    return {choice["text"]: choice["id"] for choice in answer.json()["results"]}


def save_seat(browser, ids, **values):
    fields = typed(browser.get(address(ids.casa)))
    add_row(fields, "presence", role="seat", source=ids.source, locator="p. 1", **values)
    return browser.post(address(ids.casa), fields)


def seat(ids) -> str:
    return Presence.objects.current().get(record=ids.casa).place.slug


def test_places_without_a_record_are_offered_beside_records(browser):
    spain = Record.objects.get(slug="es").pk

    assert choices(browser, "Spain")["Spain (place)"] == str(spain)
    assert choices(browser, "Bangkok")[THAI] == BANGKOK
    assert choices(browser, "曼谷") == {THAI: BANGKOK}
    assert "Oaxaca (MX-OAX)" in choices(browser, "Oaxa")
    assert "Sao Paulo, São Paulo, Brazil" in choices(browser, "sao pau")
    assert choices(browser, "Bangkok", "membership", "partnership") == {}
    assert choices(browser, "Bangkok", "name", "source") == {}


@pytest.mark.parametrize("term", ["", "x", "%%%", "Spain\n" * 100])
def test_any_text_is_answered(browser, term):
    assert isinstance(choices(browser, term), dict)


def test_place_with_a_record_is_offered_once_and_a_hidden_one_not_at_all(browser):
    bangkok = place_record(find_place("Bangkok"))
    offered = choices(browser, "Bangkok")
    assert offered["Bangkok (place)"] == str(bangkok.pk)
    assert BANGKOK not in offered.values()

    changeset = Changeset(reason="A test.")
    changeset.change_record(bangkok, level=Level.HIDDEN)
    changeset.propose().accept()
    other = signed_in(editor("other@example.org", accepts=False))
    offered = choices(other, "Bangkok")
    assert "Bangkok (place)" not in offered
    assert BANGKOK not in offered.values()


def test_chosen_place_becomes_a_record_when_the_page_is_saved(browser, ids):
    before = Changeset.objects.accepted().count()

    assert save_seat(browser, ids, place=BANGKOK).status_code == 302

    assert seat(ids) == "bangkok"
    first_use, proposal = Changeset.objects.accepted().order_by("number")[before:]
    assert (first_use.label, first_use.author) == ("gazetteer", None)
    assert Presence.objects.get(record=ids.casa).added == proposal


def test_editor_who_only_proposes_chooses_a_place_too(ids):
    browser = signed_in(editor("other@example.org", accepts=False))

    assert save_seat(browser, ids, place=BANGKOK).status_code == 302

    (row,) = Changeset.objects.proposed().get().operations.adds["presence"]
    assert Record.objects.get(pk=row["place_id"]).slug == "bangkok"


def test_place_may_be_typed_without_a_script(browser, ids):
    assert save_seat(browser, ids, **{"place-typed": "Bangkok, Thailand"}).status_code == 302

    assert seat(ids) == "bangkok"


def test_unclear_place_lists_the_choices(browser, ids):
    answer = save_seat(browser, ids, **{"place-typed": "Springfield"})

    assert answer.status_code == 200
    assert "Springfield, Missouri, United States" in answer.content.decode()


def test_page_with_errors_makes_no_record_and_keeps_the_choice(browser, ids):
    before = Record.objects.count()

    answer = save_seat(browser, ids, place=BANGKOK, edtf="some day")

    assert answer.status_code == 200
    assert Record.objects.count() == before
    assert typed(answer)["presence-0-place"] == BANGKOK
    assert THAI in answer.content.decode()


@pytest.mark.parametrize("choice", ["gazetteer:0", "gazetteer:", "gazetteer:\x00", "gazetteer:x"])
def test_invented_choice_is_refused(browser, ids, choice):
    before = Record.objects.count()

    assert save_seat(browser, ids, place=choice).status_code == 200
    assert Record.objects.count() == before


def test_place_lies_in_one_that_had_no_record(browser, ids):
    fields = typed(browser.get(address(ids.barrio)))
    state = choices(browser, "Oaxaca (MX-OAX)", "relation", "object")["Oaxaca (MX-OAX)"]
    add_row(fields, "relation", predicate=ids.part_of, object=state, source=ids.source)

    assert browser.post(address(ids.barrio), fields).status_code == 302

    relation = Relation.objects.current().get(record=ids.barrio)
    assert relation.object.slug == "mx-oax"
