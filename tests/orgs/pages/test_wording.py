"""What pages in other languages call terms and places: as the catalogue has it on record."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from orgs.changes.changeset import Changeset
from orgs.pages.translated_labels import (
    consistent_translations,
    translated_label,
    translated_name,
    translated_place,
    translated_term,
)
from orgs.statements.name import Name
from tests.support.pages import page_of


@pytest.fixture
def organization(write):
    """An organization of women with its seat in a country; both have names in Spanish."""
    country = write.record("place", "ph", "Philippines")
    write.say("name", country, text="Filipinas", language="es", name_kind="translation")
    organization = write.record("organization", "batis", "Batis Center for Women")
    write.say("trait", organization, term=write.term("identity:women"))
    write.say("presence", organization, place=country, role="seat")
    relabel(write, en="Women", es="Mujeres")
    return organization


def relabel(write, **labels: str) -> None:
    """Give the term for women other labels."""
    changeset = Changeset(reason="A test.")
    changeset.change_reference("term", write.term("identity:women"), labels=labels)
    changeset.propose().accept()


def seen(client, address: str) -> str:
    """The text of the main part of a page."""
    return page_of(client.get(address)).main.text


def test_spanish_pages_call_terms_and_places_as_they_are_called_in_spanish(organization, client):
    entry = seen(client, "/es/organizations/batis/")
    listed = seen(client, "/es/organizations/")
    place = page_of(client.get("/es/places/ph/"))

    assert "Mujeres" in entry
    assert "Filipinas" in entry
    assert "Filipinas" in listed
    assert "Philippines" not in entry + listed
    assert place.main.one("h1").text.startswith("Filipinas")
    assert place.root.one("title").text.startswith("Filipinas")


def test_english_pages_stay_as_they_are_and_take_no_more_queries(organization, client):
    assert "Women" in seen(client, "/organizations/batis/")
    assert "Philippines" in seen(client, "/organizations/batis/")

    with override("en"), CaptureQueriesContext(connection) as queries:
        assert translated_term("identity", "women") == ""
        assert translated_place("Philippines") == "Philippines"
        assert translated_label({"label": "Philippines", "url": "/places/ph/"}) == "Philippines"

    assert len(queries) == 0


def test_filters_of_a_list_are_shown_in_the_language_of_the_page(organization, client):
    queries = seen(client, "/es/organizations/?identity=women&country=ph")

    assert "Mujeres" in queries
    assert "Filipinas" in queries
    assert "Philippines" not in queries


def test_what_is_called_nothing_else_keeps_its_label_and_says_that_it_is_english(write, client):
    organization = write.record("organization", "batis", "Batis Center for Women")
    write.say("trait", organization, term=write.term("identity:women"))

    link = page_of(client.get("/es/organizations/batis/")).main.one("a", kind="term")

    assert (link.text, link.one("span").attributes["lang"]) == ("women", "en")


def test_another_label_and_a_name_that_is_gone_are_shown_so_at_once(organization, write, client):
    before = seen(client, "/es/organizations/batis/")

    relabel(write, en="Women", es="Las mujeres")
    changeset = Changeset(reason="A test.")
    changeset.retire(Name.objects.get(text="Filipinas"))
    changeset.propose().accept()
    after = seen(client, "/es/organizations/batis/")

    assert "Filipinas" in before
    assert "Las mujeres" in after
    assert "Filipinas" not in after
    assert "Philippines" in after


def test_one_answer_looks_once_at_the_state_of_the_catalogue(organization):
    with override("es"):
        translated_place("Philippines")  # read after the last change
        with consistent_translations(), CaptureQueriesContext(connection) as queries:
            texts = [translated_term("identity", "women") for _ in range(20)]

    assert (texts, len(queries)) == (["Mujeres"] * 20, 1)


def test_a_name_that_several_places_share_is_nobodys_in_lists(write):
    for slug, text in (("ge", "Georgia"), ("us-ga", "Georgia del Norte")):
        place = write.record("place", slug, "Georgia")
        write.say("name", place, text=text, language="es", name_kind="translation")

    with override("es"):
        assert translated_place("Georgia") == "Georgia"
        assert (
            translated_label({"label": "Georgia", "url": "/places/us-ga/"}) == "Georgia del Norte"
        )


def test_the_preferred_name_in_a_language_goes_before_others():
    names = [
        {"text": "No", "language": "es", "holds": False, "preferred": True},
        {"text": "Birmania", "language": "es", "holds": True, "preferred": False},
        {"text": "Myanmar", "language": "es", "holds": True, "preferred": True},
        {"text": "Myanmar (en)", "language": "en", "holds": True, "preferred": True},
    ]

    assert translated_name("es", names)["text"] == "Myanmar"
    assert translated_name("ar", names) is None
