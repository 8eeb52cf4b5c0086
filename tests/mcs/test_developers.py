"""The API guide: its pages say what is there, with answers of this catalogue."""

import json
import re

import pytest
from django.test import Client

from mcs.api import COLLECTIONS
from orgs.changes.changeset import Changeset
from tests.support.example import example
from tests.support.pages import page_of

PAGES = ["", "statements/", "network/", *(f"{name}/" for name in COLLECTIONS)]


@pytest.fixture
def records(db) -> dict:
    """A small catalogue."""
    return example()


def read(path: str, **headers):
    """A page of the guide."""
    response = Client(headers=headers).get(f"/developers/{path}")
    assert response.status_code == 200
    return page_of(response)


@pytest.mark.parametrize("path", PAGES)
def test_guide_of_an_empty_catalogue_is_whole(db, path):
    page = read(path)

    assert len(page.main.every("h1")) == 1
    assert page.main.one("nav").one("a", **{"aria-current": "page"}).attributes["href"] == (
        f"/developers/{path}"
    )
    assert page.main.every("section") != []


@pytest.mark.parametrize("path", ["nothing/", "statement/", "organizations/more/", "x" * 41 + "/"])
def test_page_of_no_collection_is_not_found(db, client, path):
    response = client.get(f"/developers/{path}")

    assert response.status_code == 404
    assert page_of(response).main.one("h1").text == "Page not found"


def test_introduction_shows_what_the_api_answers(records):
    page = read("")

    example = page.main.one("div", id="example-list")
    answer = json.loads(example.one("pre", kind="shown-answer").exact)
    real = Client().get("/api/v1/organizations/?limit=2&fields=label,url").json()
    assert answer["results"] == real["results"]
    assert answer["count"] == real["count"]
    refused = json.loads(
        page.main.one("div", id="example-refused").one("pre", kind="shown-answer").exact
    )
    assert (refused["status"], refused["errors"][0]["field"]) == (400, "colour")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_examples_of_filters_have_results(records, name):
    page = read(f"{name}/")
    addresses = [one.attributes["href"] for one in page.main.every("a", kind="try")]

    answers = {address: Client().get(address) for address in addresses}

    assert {address: one.status_code for address, one in answers.items()} == dict.fromkeys(
        addresses, 200
    )
    whole = (
        "since",
        "updated_since",
        "confirmed_since",
        "as_of",
        "sort",
        "limit",
        "fields",
        "facets",
        "format",
        "known_at",
    )
    narrowed = [one for one in addresses if "=" in one and not re.search("|".join(whole), one)]
    assert [one for one in narrowed if answers[one].json()["count"] == 0] == []
    assert len(addresses) > 1


def test_filters_lead_to_their_values(records):
    page = read("organizations/")

    def links(filter_name: str) -> list[str]:
        section = page.main.one("div", id=f"list.{filter_name}")
        return [one.attributes["href"] for one in section.every("a") if "try" not in
                one.attributes.get("class", "")]  # fmt: skip

    assert links("identity") == ["/terms/identity/"]
    assert links("country") == ["/places/"]
    assert links("trait") == ["/terms/"]
    assert [one.text for one in page.main.one("div", id="list.sort").every("code")] == [
        "sort",
        "name",
        "-name",
        "updated",
        "-updated",
        "relevance",
        "sort=-updated",
    ]


def test_every_way_through_the_guide_leads_somewhere(paper):
    pages = {f"/developers/{path}": read(path) for path in PAGES}
    others = set()
    broken = []

    for path, page in pages.items():
        ids = [one.attributes["id"] for one in page.root.every() if "id" in one.attributes]
        broken += [f"{path} has {one} twice" for one in ids if ids.count(one) > 1]
        for link in page.root.every("a"):
            there, _, anchor = link.attributes["href"].partition("#")
            there = there or path
            if there in pages:
                target = pages[there].root
                if anchor and len(target.every(id=anchor)) != 1:
                    broken.append(f"{path}: {link.attributes['href']}")
            elif there.startswith("/"):
                others.add(there)

    broken += [one for one in sorted(others) if Client().get(one).status_code != 200]
    assert broken == []
    assert len(others) > 100


def test_examples_use_the_host_that_the_reader_came_to(records, settings):
    settings.ALLOWED_HOSTS = ["catalogue.example"]

    page = read("", host="catalogue.example:8443")

    programs = [one.exact for one in page.main.every("pre", kind="program")]
    assert len(programs) == 18
    assert [one for one in programs if "http://catalogue.example:8443/api/v1/" not in one] == []
    assert [one for one in programs if "localhost" in one or "SLUG" in one] == []


def test_examples_use_the_public_address_where_there_is_one(records, settings):
    settings.BASE_URL = "https://catalogue.example"

    for path in ("", "organizations/", "changes/"):
        text = Client().get(f"/developers/{path}").content.decode()

        assert "https://catalogue.example/api/v1/" in text
        assert "testserver" not in text


@pytest.mark.parametrize("path", PAGES)
def test_code_is_reached_and_named_without_a_mouse(records, path):
    page = read(path)

    for code in page.main.every("pre"):
        assert (code.attributes["tabindex"], code.attributes["role"]) == ("0", "group")
        assert code.attributes["aria-label"] != ""


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_guide_are_light(paper, path):
    response = Client().get(f"/developers/{path}")

    # Styles come to less than 10,000 bytes, compressed; pages are not.
    assert len(response.content) < 50_000


@pytest.mark.parametrize(
    ("path", "queries"),
    [("", 12), ("statements/", 0), ("organizations/", 7), ("terms/", 7), ("changes/", 7)],
)
def test_pages_of_the_guide_take_as_many_queries_for_many_as_for_few(
    write, django_assert_num_queries, path, queries
):
    for count in (1, 3):
        write.record("organization", f"body-{count}")
        write.record("organization", f"other-{count}")
        with django_assert_num_queries(queries):
            read(path)


def test_guide_is_found_from_every_page_and_every_answer(db):
    page = page_of(Client().get("/"))
    contents = Client().get("/api/v1/")

    footer = page.root.one("footer")
    assert "/developers/" in [one.attributes["href"] for one in footer.every("a")]
    assert contents.json()["guide"] == "/developers/"
    assert '<http://testserver/developers/>; rel="service-doc"' in contents["Link"].split(", ")


@pytest.mark.parametrize("path", ["", "statements/", "organizations/", "changes/"])
def test_guide_in_another_language_has_the_same_answers(records, path):
    english = read(path)

    spanish = page_of(Client().get(f"/es/developers/{path}"))

    assert [one.exact for one in spanish.main.every("pre")] == [
        one.exact for one in english.main.every("pre")
    ]
    assert {one.attributes.get("dir") for one in spanish.main.every("pre")} <= {"ltr"}
    links = [one.attributes["href"] for one in spanish.main.every("a")]
    assert [
        one for one in links if one.startswith("/") and not one.startswith(("/es/", "/api/v1/"))
    ] == []


def test_what_is_hidden_is_no_example(write):
    hidden = write.record("organization", "a-hidden-body", "A hidden body")
    write.record("organization", "body", "Body")
    assert "a-hidden-body" in Client().get("/developers/organizations/").content.decode()

    changeset = Changeset(reason="It asked us to.")
    changeset.change_record(hidden, level="hidden")
    changeset.propose().accept()

    for path in PAGES:
        assert "hidden-body" not in Client().get(f"/developers/{path}").content.decode()
