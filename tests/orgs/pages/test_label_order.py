"""Lists of places in the order of the names that a page shows."""

import pytest
from django.utils.translation import override

from orgs.changes.changeset import Changeset
from orgs.claims.views import countries
from orgs.projection.entry import Entry
from orgs.search.collation import collation_key
from tests.support.pages import page_of


def shown(answer) -> list[str]:
    """The names on a page of a list."""
    return [card.every("a")[0].text for card in page_of(answer).main.every("li", kind="card")]


def walked(client, path: str) -> list[str]:
    """The names on all pages of a list, also when it is walked backwards."""
    pages, backwards = [], []
    while path:
        answer = client.get(path)
        listing = answer.context["listing"]
        pages.append(shown(answer))
        path, last = f"{path.partition('?')[0]}{listing.next}" if listing.next else "", path
    while last:
        answer = client.get(last)
        listing = answer.context["listing"]
        backwards.insert(0, shown(answer))
        last = f"{last.partition('?')[0]}{listing.previous}" if listing.previous else ""
    assert backwards == pages
    return [name for page in pages for name in page]


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania"]),
        ("es", ["Afganistán", "Albania", "Alemania"]),
        ("ar", ["إثيوبيا", "أذربيجان", "أرمينيا"]),
    ],
)
@pytest.mark.parametrize("query", ["in_use=no", "in_use=no&place_type=country,territory"])
def test_places_are_listed_by_the_names_shown(gazetteer, client, language, first, query):
    prefix = "" if language == "en" else f"/{language}"

    names = walked(client, f"{prefix}/places/?{query}")

    assert len(names) == len(set(names)) == 249
    assert names[:3] == first
    assert names == sorted(names, key=lambda name: collation_key(name, language))


def test_order_can_be_reversed_and_a_cursor_survives_another_language(gazetteer, client):
    backwards = walked(client, "/es/places/?in_use=no&sort=-name")
    assert backwards == list(reversed(walked(client, "/es/places/?in_use=no")))

    following = client.get("/places/?in_use=no").context["listing"].next
    assert client.get(f"/es/places/{following}").status_code == 200


def test_country_in_use_is_listed_by_its_name_on_the_page(gazetteer, client):
    changeset = Changeset(reason="Three organizations.")
    source = changeset.change_reference(
        "source", key="a", short="A", title="A", source_kind="report", observed="2020"
    )
    for slug in ("de", "es", "us"):
        record = changeset.record("organization", f"in-{slug}")
        changeset.add("name", record, text=slug, language="en", source=source)
        place = Entry.objects.get(kind="place", slug=slug).pk
        changeset.add("presence", record, place_id=place, role="seat", source=source)
    changeset.propose().accept()

    assert walked(client, "/es/places/") == ["Alemania", "España", "Estados Unidos"]
    seats = page_of(client.get("/es/organizations/")).main.one("fieldset", id="filter-country")
    assert [item.text for item in seats.every("li")] == [
        "Alemania 1", "España 1", "Estados Unidos 1",
    ]  # fmt: skip


def test_select_of_countries_is_in_the_order_of_the_page(gazetteer):
    with override("es"):
        names = countries()

    assert names.index("Omán") > names.index("Níger")
    assert names == sorted(names, key=lambda name: collation_key(name, "es"))
