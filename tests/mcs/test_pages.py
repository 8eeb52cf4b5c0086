"""The front page, the search, sign-in and what is about the catalogue as a whole."""

import pytest
from django.urls import reverse

from orgs.changes.changeset import Changeset
from tests.support.pages import page_of

pytestmark = pytest.mark.django_db


def test_front_page_explains_what_this_is_and_what_is_in_it(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    changeset = Changeset(reason="It told us so.")
    changeset.add("arena_placement", fiob, arena="membership", source=write.source)
    changeset.propose().accept()

    page = page_of(client.get("/"))

    assert page.main.one("h1").text == "Migrant Civil Society"
    assert [form.attributes["action"] for form in page.root.every("form")] == [
        "/search/",
        "/language/",
    ]
    assert [arena.one("h3").text for arena in page.main.one("ol", kind="arenas").every("li")] == [
        "Migrant-led membership organizations",
        "Autonomous public spaces",
        "Migrant-led NGOs",
        "Migrant-led media",
    ]
    assert page.main.one("li", kind="arena-membership").every("p")[-1].text == "1 actor"
    assert [way.text for way in page.main.one("ul", kind="counted-links").every("li")] == [
        "Organizations 1",
        "Networks and coalitions 0",
        "Campaigns 0",
        "Gatherings 0",
        "Instruments 0",
        "Projects 0",
        "Demands 0",
        "Cases 0",
        "Places 0",
        "Sources 1",
        "Terms 17",
    ]
    changes = page.main.one("ol", kind="changes").every("li")
    assert [change.text.split(", ")[0] for change in changes] == [f"Change {changeset.number}"]
    assert changes[0].text.endswith("It told us so. Frente Indígena")


def test_front_page_of_an_empty_catalogue_says_what_to_do(client, db):
    page = page_of(client.get("/"))

    assert page.main.one("p", kind="empty").text == (
        "The catalogue is empty. Editors can sign in below and add the first record. "
        "Administrators can load the paper’s records: python manage.py load_paper"
    )


def test_front_page_takes_one_query_for_all_changes_and_their_entries(
    client, write, django_assert_num_queries
):
    write.record("organization", "first")
    with django_assert_num_queries(7):
        client.get("/")

    changeset = Changeset()
    for place in range(30):
        changeset.record("organization", f"organization-{place}")
    changeset.propose().accept()
    with django_assert_num_queries(7):
        client.get("/")


def test_search_without_a_query_helps(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = page_of(client.get("/search/"))

    assert page.main.one("div", kind="help").one("h2").text == "How to find something"
    assert page.main.every("ol") == []


def test_search_finds_every_kind_and_names_it(client, write):
    write.record("organization", "forum-org", "Forum organization")
    write.record("gathering", "forum-gathering", "Forum gathering")
    write.another_source("forum-2010", short="Forum 2010")

    page = page_of(client.get("/search/?q=forum"))

    results = [
        (card.one("h3").text, card.one("span", kind="kind").text)
        for card in page.main.every("li", kind="card")
    ]
    assert results == [
        ("Forum 2010", "source"),
        ("Forum gathering", "gathering"),
        ("Forum organization", "organization"),
    ]
    kinds = page.main.one("ul", kind="by-kind").every("li")
    assert [(one.text, one.one("a").attributes["href"]) for one in kinds] == [
        ("Organizations 1", "/organizations/?q=forum"),
        ("Gatherings 1", "/gatherings/?q=forum"),
        ("Sources 1", "/sources/?q=forum"),
    ]
    assert page.main.one("p", role="status").text == ("3 entries matching forum leave out")


def test_search_corrects_a_slip_and_reports_it(client, write):
    write.record("organization", "fiob", "Federación")

    page = page_of(client.get("/search/?q=federasion"))

    assert page.main.one("p", kind="notice").text == ("No exact match. Did you mean:")
    assert page.main.one("h3").text == "Federación"


def test_search_that_finds_nothing_helps(client, write):
    page = page_of(client.get("/search/?q=zzzzzz"))

    assert page.main.one("p", kind="empty").text == "No results."
    assert page.main.one("div", kind="help").one("h2").text == "How to find something"


def test_search_repeats_a_query_escaped(client, write):
    question = '"><script>alert(1)</script>'

    page = page_of(client.get("/search/", {"q": question}))

    assert page.main.one("input", id="filter-q").attributes["value"] == question
    assert page.root.every("script") == []


def test_about_explains_the_idea(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = page_of(client.get("/about/"))

    assert [heading.text for heading in page.main.every("h2")] == [
        "A ledger of statements",
        "Four voices",
        "Confidence",
        "What follows",
        "Two clocks",
        "Where it comes from",
        "Licence",
        "Readers",
    ]


def test_reading_sets_no_cookie(client, write):
    write.record("organization", "fiob")

    for path in ("/", "/search/?q=a", "/organizations/", "/organizations/fiob/", "/about/"):
        assert client.get(path).cookies == {}


# Signing in


def test_admin_leads_to_the_sites_own_sign_in(client, db):
    to_sign_in = client.get(reverse("admin:index"), follow=True)

    assert to_sign_in.redirect_chain[-1] == ("/account/sign-in/?next=%2Fadmin%2F", 302)
    assert page_of(to_sign_in).main.one("h1").text == "Sign in"
    assert page_of(to_sign_in).root.one("title").text == "Sign in — Migrant Civil Society"


def test_front_page_shows_an_import_of_many_changes_once(client, write):
    def create(slug: str, reason: str) -> None:
        changeset = Changeset(reason=reason)
        record = changeset.record("organization", slug)
        changeset.add("name", record, text=slug.title(), language="en", source=write.source)
        changeset.propose().accept()

    create("sol", "It was missing.")
    for number in range(8):
        create(f"mar-{number}", "A list of shelters.")
    create("luna", "It was missing.")

    changes = page_of(client.get("/")).main.one("ol", kind="changes").every("li")

    assert [change.one("p", kind="reason").text for change in changes[:3]] == [
        "It was missing.",
        "A list of shelters.",
        "It was missing.",
    ]
    assert changes[1].one("p", kind="change-entries").text == (
        "Mar-7, Mar-6, Mar-5, Mar-4, Mar-3, Mar-2 and 2 others"
    )
