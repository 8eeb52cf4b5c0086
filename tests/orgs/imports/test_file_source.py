"""What an uploaded file says has a source that its owner never has to look up."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.imports.upload import Upload
from orgs.records.record import Record
from orgs.records.source import Source, SourceKind, Tier
from orgs.statements.name import Name
from tests.support.uploads import browser_of, main_of, uploaded

from .malformed import lines

TODAY = "2026-12-03"


@pytest.fixture
def uploader(write) -> Client:
    return browser_of("ana@example.org")


@pytest.fixture
def luz(write) -> Record:
    return write.record("organization", "luz", "Luz y Fuerza")


SOL = lines('"name (official, en)"', "Casa Sol")


def proposed(browser, content: bytes, name: str = "table.csv", **fields: str) -> Changeset:
    """Upload a table without naming a source of the catalogue, and propose it."""
    answer = uploaded(browser, content, name, **{"address": "", **fields})
    assert answer.status_code == 302, main_of(answer).text
    seen = main_of(browser.get(answer.url)).one("input", name="seen").attributes["value"]
    browser.post(answer.url, {"propose": "1", "seen": seen})
    return Changeset.objects.proposed().latest("id")


def source_of(name: str) -> Source:
    return Name.objects.get(text=name).source


@time_machine.travel(TODAY)
def test_file_is_its_own_source(uploader):
    proposed(uploader, SOL, "Members of the forum.csv").accept()

    source = source_of("Casa Sol")
    assert (source.short, source.source_kind) == ("Members of the forum", SourceKind.DATASET)
    assert (source.issued, source.observed) == (TODAY, TODAY)
    assert source.note == f"Uploaded as a file on {TODAY}."
    assert source.published_by is None
    page = uploader.get(f"/sources/{source.key}/")
    assert "Members of the forum" in main_of(page).one("h1").text


def test_source_does_not_exist_before_its_proposal_is_accepted(uploader):
    before = Source.objects.count()

    proposed(uploader, SOL)

    assert Source.objects.count() == before


def test_list_of_an_organization_is_attributed_to_it_and_never_to_a_person(uploader, luz):
    account = Account.objects.get(email="ana@example.org")
    Representative.objects.create(account=account, record=luz)

    proposed(uploader, SOL, title="Our members").accept()

    source = source_of("Casa Sol")
    assert source.published_by == luz
    assert account.email not in source.note + source.title + source.publisher


def test_list_is_called_and_dated_as_its_owner_says(uploader):
    proposed(uploader, SOL, title="Casas de migrantes, 2019", observed="2019").accept()

    source = source_of("Casa Sol")
    assert (source.title, source.observed) == ("Casas de migrantes, 2019", "2019")
    assert source.key.startswith("casas-de-migrantes-2019-")


def test_page_on_the_web_becomes_a_source_once(uploader):
    page = {"title": "Directory of shelters", "address": "shelters.example/list"}
    proposed(uploader, SOL, **page).accept()
    proposed(
        uploader,
        lines('"name (official, en)"', "Casa Luna"),
        title="Another title",
        address="https://shelters.example/list",
    ).accept()

    source = source_of("Casa Sol")
    assert (source.source_kind, source.urls) == (
        SourceKind.WEBSITE,
        ["https://shelters.example/list"],
    )
    assert source_of("Casa Luna") == source


def test_source_of_the_catalogue_is_named_by_the_address_of_its_page(uploader):
    for address in ("/sources/survey-2010/", "http://testserver/es/sources/survey-2010/"):
        uploaded(uploader, SOL, address=address)

    assert [upload.source.key for upload in Upload.objects.all()] == ["survey-2010"] * 2


def test_source_that_is_not_public_is_not_told_by_its_web_address(uploader, write):
    secret = ["https://secret.example/list"]
    write.another_source("secret-source", urls=secret, tier=Tier.REPRESENTATIVES)

    answer = uploaded(uploader, SOL, address=secret[0], title="My list")

    assert answer.status_code == 302
    assert Upload.objects.get().source is None


def test_two_lists_of_one_name_are_two_sources(uploader):
    first = proposed(uploader, SOL, title="Members")
    second = proposed(uploader, lines('"name (official, en)"', "Casa Luna"), title="Members")
    first.accept()
    second.accept()

    assert source_of("Casa Sol") != source_of("Casa Luna")


def test_preview_names_the_source(uploader):
    answer = uploaded(uploader, SOL, "lista.csv", address="")

    main = main_of(uploader.get(answer.url))
    assert "Source: lista" in main.text


def test_file_with_only_a_name_in_another_script_gets_a_source(uploader):
    proposed(uploader, SOL, "قائمة.csv").accept()

    source = source_of("Casa Sol")
    assert source.short == "قائمة"
    assert uploader.get(f"/sources/{source.key}/").status_code == 200
    assert uploader.get(reverse("uploads")).status_code == 200
