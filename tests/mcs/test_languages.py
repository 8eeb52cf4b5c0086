"""Languages: the address alone decides, and every link of a page stays in its language."""

import pytest

from tests.pages import page_of


def test_bare_address_is_english_whatever_the_browser_prefers(client, write):
    answer = client.get("/about/", headers={"Accept-Language": "es, ar;q=0.9"})

    assert page_of(answer).root.one("html").attributes["lang"] == "en"
    assert answer["Content-Language"] == "en"
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl")])
def test_page_below_a_language_is_in_it(client, write, language, direction):
    answer = client.get(f"/{language}/about/")

    html = page_of(answer).root.one("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == (language, direction)
    assert answer["Content-Language"] == language


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search/?q=mfa",
        "/organizations/",
        "/organizations/migrant-forum-in-asia/",
        "/organizations/migrant-forum-in-asia/history/",
        "/organizations/migrant-forum-in-asia/cite/",
        "/networks-and-coalitions/",
        "/gatherings/pga-mexico-city/",
        "/places/hk/",
        "/arenas/",
        "/arenas/space/",
        "/sources/fox-gois-2010/",
        "/terms/",
        "/terms/identity/",
        "/about/",
        "/nowhere/",
    ],
)
def test_links_stay_in_the_language_of_the_page(paper, client, path):
    page = page_of(client.get(f"/es{path}"))

    links = [link.attributes["href"] for link in page.root.every("a")]
    ours = [link for link in links if link.startswith("/")]
    assert [link for link in ours if not link.startswith(("/es/", "/api/v1/"))] == []
    forms = [form.attributes.get("action", "") for form in page.root.every("form")]
    assert {form for form in forms if form.startswith("/") and form[:4] != "/es/"} <= {"/language/"}


def test_addresses_that_moved_lead_on_in_the_same_language(write, client):
    record = write.record("organization", "fiob", "Frente Indígena")

    assert client.get(f"/es/id/{record.key}")["Location"] == "/es/organizations/fiob/"
    assert client.get(f"/id/{record.key}")["Location"] == "/organizations/fiob/"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"language": "es", "page": "/places/?q=a&sort=name"}, "/es/places/?q=a&sort=name"),
        ({"language": "en", "page": "/es/places/"}, "/places/"),
        ({"language": "ar", "page": "/es/"}, "/ar/"),
        ({"language": "xx", "page": "/places/"}, "/places/"),
        ({"language": "es", "page": "https://elsewhere.example/"}, "/es/"),
        ({"language": "en", "page": "//elsewhere.example/"}, "/"),
        ({"language": "en", "page": "/es//elsewhere.example/"}, "/"),
        ({"language": "en", "page": "/\\elsewhere.example/"}, "/"),
        ({}, "/"),
    ],
)
def test_form_of_languages_leads_to_the_same_page_of_ours_and_nowhere_else(
    client, db, asked, there
):
    answer = client.get("/language/", asked)

    assert (answer.status_code, answer["Location"]) == (302, there)


def test_every_page_names_its_twins_in_other_languages(client, write):
    page = page_of(client.get("/es/places/?q=a"))

    twins = {
        link.attributes["hreflang"]: link.attributes["href"]
        for link in page.root.every("link")
        if link.attributes.get("rel") == "alternate"
    }
    assert twins == {
        "en": "/places/?q=a",
        "es": "/es/places/?q=a",
        "ar": "/ar/places/?q=a",
    }


def test_answers_of_the_api_are_the_same_for_everybody(client, write):
    write.record("organization", "fiob", "Frente Indígena")

    assert client.get("/es/api/v1/organizations/").status_code == 404
    assert client.get("/api/v1/organizations/fiob/").json()["url"] == "/organizations/fiob/"
