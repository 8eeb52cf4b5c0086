"""Addresses: permanent ids, former slugs, merges, withdrawals, and what was never there."""

import json

import pytest

from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.records.record import Level
from orgs.records.source import Tier
from orgs.statements.identifier import Link
from tests.support.pages import page_of

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


def changed(record, **after) -> Changeset:
    """Change a record, accepted at once."""
    changeset = Changeset(reason="A test.")
    changeset.change_record(record, **after)
    return changeset.propose().accept()


def number_of_link(write, record) -> int:
    """The number of the only link in the document of a record."""
    return json.loads(write.entry(record).document)["links"][0]["statement"]


def test_permanent_id_of_a_record_leads_to_its_page(client, write):
    fiob = write.record("organization", "fiob")

    response = client.get(f"/id/{fiob.key}")

    assert (response.status_code, response["Location"]) == (302, "/organizations/fiob/")


def test_permanent_id_keeps_the_clocks(client, write):
    fiob = write.record("organization", "fiob")

    response = client.get(f"/id/{fiob.key}?known_at=2&as_of=1990")

    assert response["Location"] == "/organizations/fiob/?known_at=2&as_of=1990"


def test_page_takes_the_permanent_id_in_place_of_the_slug(client, write):
    fiob = write.record("organization", "fiob")

    response = client.get(f"/organizations/{fiob.key}/history/")

    assert (response.status_code, response["Location"]) == (301, "/organizations/fiob/history/")
    assert client.get(f"/organizations/{NOBODY}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("organization", "/organizations/x/"),
        ("partnership", "/organizations/x/"),
        ("gathering", "/gatherings/x/"),
        ("campaign", "/campaigns/x/"),
        ("instrument", "/instruments/x/"),
        ("project", "/projects/x/"),
        ("demand", "/demands/x/"),
        ("case", "/cases/x/"),
        ("place", "/places/x/"),
    ],
)
def test_every_kind_has_a_page_a_history_and_a_citation(client, write, kind, address):
    record = write.record(kind, "x", "Name of it")

    assert client.get(f"/id/{record.key}")["Location"] == address
    assert page_of(client.get(address)).main.one("h1").text == "Name of it1"
    assert page_of(client.get(f"{address}history/")).main.one("h1").text == "History"
    assert page_of(client.get(f"{address}cite/")).main.one("h1").text == "Cite this entry"


def test_number_of_a_source_a_term_and_an_arena_lead_to_them(client, write):
    term = write.terms["identity:women"]

    assert client.get(f"/id/{write.source_id}")["Location"] == "/sources/survey-2010/"
    assert client.get(f"/id/{term}")["Location"] == "/terms/identity/#women"


def test_number_of_a_statement_leads_to_its_sentence(client, write):
    fiob = write.record("organization", "fiob")
    write.say("link", fiob, url="https://fiob.org/")
    number = number_of_link(write, fiob)

    response = client.get(f"/id/{number}")

    assert response.status_code == 302
    assert response["Location"] == f"/organizations/fiob/#statement-{number}"
    page = page_of(client.get("/organizations/fiob/"))
    assert page.main.one(id=f"statement-{number}").text == "Website: https://fiob.org/2"


def test_number_of_a_membership_leads_to_the_page_of_the_member(client, write):
    fiob = write.record("organization", "fiob")
    write.say("membership", fiob, partnership=write.record("partnership", "mri"))
    number = json.loads(write.entry(fiob).document)["memberships"][0]["statement"]

    response = client.get(f"/id/{number}")

    assert response["Location"] == f"/organizations/fiob/#statement-{number}"


def test_number_of_a_retired_statement_leads_to_the_history(client, write):
    fiob = write.record("organization", "fiob")
    write.say("link", fiob, url="https://fiob.org/")
    number = number_of_link(write, fiob)
    changeset = Changeset()
    changeset.retire(Link.objects.get(pk=number))
    changeset.propose().accept()

    response = client.get(f"/id/{number}")

    assert response["Location"] == f"/organizations/fiob/history/#statement-{number}"


def test_number_of_a_secret_statement_is_nothing(client, write):
    fiob = write.record("organization", "fiob")
    write.say("link", fiob, url="https://fiob.org/", tier=Tier.VETTED)
    number = Link.objects.get().pk

    secret = client.get(f"/id/{number}")
    absent = client.get("/id/999999999")

    assert secret.status_code == 404
    assert secret.content == absent.content


def test_former_slug_leads_to_the_new_one(client, write):
    fiob = write.record("organization", "fiob-old")
    changed(fiob, slug="fiob")

    for tail in ("", "history/", "cite/", "?as_of=1990"):
        response = client.get(f"/organizations/fiob-old/{tail}")

        assert response.status_code == 301
        assert response["Location"] == f"/organizations/fiob/{tail}"


def test_slug_of_another_kind_is_not_found(client, write):
    write.record("organization", "fiob")

    assert client.get("/campaigns/fiob/").status_code == 404


def test_merged_record_leads_to_the_survivor(client, write):
    fiob = write.record("organization", "fiob")
    frente = write.record("organization", "frente")
    final = write.record("organization", "final")
    merge(frente, fiob).propose().accept()
    fiob.refresh_from_db()
    merge(fiob, final).propose().accept()

    by_id = client.get(f"/id/{frente.key}")
    by_slug = client.get("/organizations/frente/")

    assert (by_id.status_code, by_id["Location"]) == (308, "/organizations/final/")
    assert (by_slug.status_code, by_slug["Location"]) == (301, "/organizations/final/")


def test_withdrawn_record_leaves_day_and_reason_class(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    changed(fiob, level=Level.WITHDRAWN, withdrawn_on="2026-11-23", withdrawn_reason="safety")

    response = client.get(f"/id/{fiob.key}")

    assert response.status_code == 410
    page = page_of(response)
    assert page.main.text == (
        "Withdrawn The record at this address was withdrawn on 23 November 2026. It was "
        "withdrawn for the safety of people. No other information about it remains here. "
        f"If you have a copy, please remove it too. Permanent id: {fiob.key}"
    )
    assert client.get(f"/organizations/{fiob.key}/").status_code == 410
    assert client.get(f"/organizations/{fiob.key}/history/").status_code == 410


def test_hidden_record_is_as_absent_as_one_that_never_was(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    renamed = write.record("organization", "renamed")
    changed(renamed, slug="renamed-again")
    renamed.refresh_from_db()
    changed(fiob, level=Level.HIDDEN)
    changed(renamed, level=Level.HIDDEN)

    for path, never in (
        ("/organizations/fiob/", "/organizations/nobody/"),
        ("/organizations/fiob/history/", "/organizations/nobody/history/"),
        ("/organizations/fiob/cite/", "/organizations/nobody/cite/"),
        ("/organizations/renamed/", "/organizations/nobody/"),
        (f"/organizations/{fiob.key}/", f"/organizations/{NOBODY}/"),
        (f"/id/{fiob.key}", f"/id/{NOBODY}"),
        (f"/id/{fiob.pk}", "/id/999999999"),
    ):
        hidden, absent = client.get(path), client.get(never)

        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        # Each answer has a number of its own, drawn by lot.
        assert hidden.headers.pop("X-Request-ID") != absent.headers["X-Request-ID"]
        assert hidden.headers == {k: v for k, v in absent.headers.items() if k != "X-Request-ID"}


def test_hidden_record_takes_as_many_queries_as_one_that_never_was(
    client, write, django_assert_num_queries
):
    changed(write.record("organization", "fiob"), level=Level.HIDDEN)

    for slug in ("fiob", "nobody"):
        with django_assert_num_queries(2):
            client.get(f"/organizations/{slug}/")


def test_withheld_name_is_not_revealed_by_its_former_addresses(client, write):
    fiob = write.record("organization", "frente-indigena", "Frente Indígena")
    changed(fiob, slug="fiob")
    fiob.refresh_from_db()
    changed(fiob, level=Level.NAME_WITHHELD)

    absent = client.get("/organizations/nobody/")

    for slug in ("frente-indigena", "fiob"):
        response = client.get(f"/organizations/{slug}/")
        assert response.status_code == 404
        assert response.content == absent.content
    page = page_of(client.get(f"/organizations/{fiob.key}/"))
    assert page.main.one("h1").text == "Name withheld"


def test_what_no_issue_has_asked_for_is_not_there(client, write):
    fiob = write.record("organization", "fiob")

    for path in (
        "/map/",
        "/network/",
        "/timeline/",
        "/data/",
        "/safety/",
        "/memberships/",
        f"/organizations/{fiob.slug}/network/",
        "/networks-and-coalitions/fiob/",
    ):
        assert client.get(path).status_code == 404
