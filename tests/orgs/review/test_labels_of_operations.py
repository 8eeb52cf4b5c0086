"""Moderators and representatives read labels: no key, code or number of a statement."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.source import Source, Tier
from tests.support.admin import editor, signed_in
from tests.support.pages import Page, page_of

pytestmark = pytest.mark.django_db

ADDED = {
    "name": "Casa de los Vientos", "language": "es", "arenas": ["membership"],
    "website": "https://casa.example", "description": "Somos una casa.", "consent": "on",
}  # fmt: skip
CODES = re.compile(
    r"\b(?:own_words|und|own-[0-9a-f]+|membership(?! organizations)|(?:source|record|statement) \d+"
    r"|identity:|survey-2010|2010-10|Own words|us-ein)"
)
"""Codes, keys, numbers of records and dates as programs read them."""


def page_in(language: str, path: str, browser: Client | None = None) -> Page:
    """A page as an editor opens it in a language."""
    browser = browser or signed_in(editor("moderator@example.org"))
    response = browser.get(path if language == "en" else f"/{language}{path}")
    assert response.status_code == 200
    return page_of(response)


def main_text(response) -> str:
    return page_of(response).main.text


def codes_in(text: str) -> list[str]:
    return CODES.findall(text)


@pytest.fixture
def proposal(write) -> Changeset:
    """A proposal with an organization, a source, a term and statements about the new record."""
    author = write.representative(write.record("organization", "nueva")).account
    browser = Client()
    browser.force_login(author)
    browser.post("/organizations/add/", ADDED)
    return Changeset.objects.proposed().get()


@pytest.fixture
def record(write, proposal) -> Record:
    """The accepted organization, with statements of an editor."""
    proposal.accept()
    record = Record.objects.get(slug="casa-de-los-vientos")
    for kind, values in {
        "name": {"text": "CV", "language": "und", "name_kind": "acronym"},
        "trait": {"term": write.term("identity:women"), "edtf": "2010-10"},
        "identifier": {"scheme": "us-ein", "value": "12-3456789"},
        "existence": {"event": "founded", "edtf": "2010-10"},
        "coverage": {"field": "contacts", "verdict": "none_found"},
    }.items():
        write.say(kind, record, **values)
    return record


def test_pattern_finds_codes():
    """The pattern of this test finds what pages showed before."""
    text = "source 26 language und key own-9b52 arena membership women (identity:women) 2010-10"
    assert len(codes_in(text)) == 6


@pytest.mark.parametrize("language", ["en", "es"])
def test_proposal_of_an_organization_has_labels(write, proposal, language):
    page = page_in(language, f"/review/proposals/{proposal.pk}/")

    assert codes_in(page.main.text) == []
    assert "Casa de los Vientos" in page.main.text
    assert ("migrant-led membership organizations" in page.main.text) == (language == "en")


def test_proposal_links_to_the_sources_of_its_statements(write):
    record = write.record("organization", "otra", "Otra casa")
    changeset = write.changeset("trait", record, term=write.term("identity:women"))

    page = page_in("en", f"/review/proposals/{changeset.pk}/")

    links = {a.attributes["href"]: a.text for a in page.main.every("a")}
    assert links["/sources/survey-2010/"] == "Survey 2010"
    assert "women (Identity basis)" in page.main.text


def test_proposed_source_and_record_have_their_names(write):
    changeset = Changeset(reason="New.")
    source = changeset.change_reference(
        "source", key="walk", short="Walk 2012", title="A walk", source_kind="book",
        observed="2012", language="es", urls=["https://walk.example/"],
    )  # fmt: skip
    record = changeset.record("organization", "casa-nueva")
    changeset.add("name", record, text="Casa nueva", language="es", source=source)
    changeset.propose()

    page = page_in("en", f"/review/proposals/{changeset.pk}/")

    headings = [heading.text for heading in page.main.every("h3")]
    assert headings == [
        "Created: organization — Casa nueva",
        "Added: source — Walk 2012",
        "Added: name — Casa nueva (new)",
    ]
    links = {a.attributes["href"]: a.text for a in page.main.every("a")}
    assert links["https://walk.example/"] == "Walk 2012"
    assert codes_in(page.main.text) == []


def test_proposed_source_that_is_not_public_is_not_named_to_other_editors(write):
    record = write.record("organization", "otra", "Otra casa")
    changeset = Changeset(reason="New.")
    source = changeset.change_reference(
        "source", key="walk", short="Secret walk", title="A walk", source_kind="book",
        observed="2012", tier=2,
    )  # fmt: skip
    changeset.add("name", record, text="Casa nueva", language="es", source=source)
    changeset.propose()

    pages = {
        accepts: main_text(browser.get(f"/review/proposals/{changeset.pk}/"))
        for accepts in (True, False)
        if (browser := signed_in(editor(f"{accepts}@example.org", accepts=accepts)))
    }

    assert ("Secret walk" in pages[True], "Secret walk" in pages[False]) == (True, False)


@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize("language", ["en", "es"])
def test_history_and_tiers_and_comparison_have_labels(write, record, language, accepts):
    other = write.record("organization", "otra", "Otra casa")
    browser = signed_in(editor("someone@example.org", accepts=accepts))
    texts = {}
    for name, numbers in {
        "review-history": (record.pk,),
        "review-tiers": (record.pk,),
        "review-duplicate": (record.pk, other.pk),
    }.items():
        page = page_in(language, reverse(name, args=numbers), browser)
        texts[name] = page.main.text

    assert {name: codes for name, text in texts.items() if (codes := codes_in(text))} == {}
    if language == "en":
        assert "source Casa de los Vientos" in texts["review-history"]
        assert "October 2010" in texts["review-history"]
        assert "in their own words, Spanish, Somos una casa." in texts["review-duplicate"]


def test_history_links_to_the_sources(write, record):
    page = page_in("en", reverse("review-history", args=(record.pk,)))

    own = Source.objects.get(published_by=record)
    links = {a.attributes["href"]: a.text for a in page.main.every("a")}
    assert links["/sources/survey-2010/"] == "Survey 2010"
    assert links[f"/sources/{own.key}/"] == "Casa de los Vientos"


def test_visibility_of_a_source_names_it(write):
    changeset = Changeset(reason="Hide.")
    changeset.restrict(write.source, Tier.VETTED)
    changeset.propose()

    page = page_in("en", f"/review/proposals/{changeset.pk}/")

    [heading] = page.main.every("h3")
    assert heading.text == "Visibility changed: source — Survey 2010"
