"""The catalogue of the real field: what is loaded, and what the paper keeps."""

import gzip
import io
import re
import unicodedata
from collections import Counter as Multiset

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.management.commands.load_field import FIELD
from campaigns.management.load_command import TABLES
from orgs.changes.changeset import Changeset
from orgs.pages.documents import PARTS, items_of, read_documents
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.slugs import permanent_key
from orgs.statements.statement import statement_kinds

from .reading import rows, rows_of_both
from .recomputed import Networks

pytestmark = pytest.mark.xdist_group("field")

LABEL = "The field catalogue"
GULF = {f", {code}" for code in ("AE", "BH", "KW", "OM", "QA", "SA")}


def documents() -> dict[str, dict]:
    """The public documents of records by their slugs."""
    entries = Entry.objects.published().exclude(kind__in=("source", "term", "arena", "membership"))
    return {document["slug"]: document for document in read_documents(entries)}


def test_field_loaded_again_changes_nothing_and_names_what_the_paper_has(field_catalogue):
    before = Counter.objects.values().get()
    out = io.StringIO()

    call_command("load_field", stdout=out)

    assert Counter.objects.values().get() == before
    assert Changeset.objects.proposed().count() == 0
    summary, *lines = out.getvalue().splitlines()
    assert summary.startswith("The field catalogue: ")
    assert summary.endswith(" unchanged. 0 changes.")
    assert lines == [
        "20 records are in the paper's catalogue as well:",
        *(f"  {row['record']} ({row['why']})" for row in rows("same_as_paper")),
    ]


def test_field_needs_the_paper(gazetteer):
    with pytest.raises(CommandError, match="load_paper"):
        call_command("load_field")

    assert not Record.objects.filter(slug="alianza-americas").exists()


def test_every_record_has_the_key_of_its_slug(field_catalogue):
    keys = dict(Record.objects.values_list("slug", "key"))

    assert keys == {slug: permanent_key(slug) for slug in keys}


def test_every_statement_is_public_and_leads_to_its_page(field_catalogue, client):
    """Also what several pages say: each statement keeps its own."""
    shown = {
        item["statement"]: item["source"]
        for document in documents().values()
        for item in items_of(document)
    }
    stated = {
        pk: source
        for model in statement_kinds().values()
        for pk, source in model.objects.filter(added__label=LABEL).values_list("pk", "source__key")
    }
    keys = {row["key"] for row in rows("sources")}

    assert len(stated) > 10_000
    assert set(stated.values()) <= keys
    assert stated.items() <= shown.items()
    assert keys <= set(
        Entry.objects.published().filter(kind="source").values_list("slug", flat=True)
    )
    for source in sorted(keys)[::100]:
        assert client.get(f"/sources/{source}/").status_code == 200


def test_disputes_are_those_of_the_sources(field_catalogue):
    """Quezon City lies beside Manila; Paris lies in France."""
    disputed = {
        (slug, item["statement"]): item["place"]["slug"] if "place" in item else ""
        for slug, document in documents().items()
        for item in items_of(document)
        if item["disputed"]
    }

    assert {slug for slug, _ in disputed} == {
        "kuwait-protest-2008",
        "migrant-forum-in-asia",
        "pan-african-network-for-migrants-rights",
        "pga-mexico-city",
    }
    assert sorted(filter(None, disputed.values())) == ["manila", "quezon-city"]


def test_every_membership_stands_on_the_page_of_its_network(field_catalogue, client):
    members: dict[str, set[str]] = {}
    for row in rows("memberships"):
        members.setdefault(row["partnership"], set()).add(row["record"])
    missing = {}
    for network, slugs in members.items():
        page = client.get(f"/organizations/{network}/").content.decode()
        absent = {slug for slug in slugs if f'"/organizations/{slug}/"' not in page}
        if absent:
            missing[network] = absent

    assert missing == {}


def test_memberships_name_the_side_whose_own_page_states_them(field_catalogue):
    """The publisher of the page is the network or the member, under one of its names."""
    names: dict[str, set[str]] = {}
    for row in rows_of_both("names"):
        names.setdefault(row["record"], set()).add(simplified(row["text"]))
    publishers = {
        row["key"]: simplified(re.sub(r" \([^()]*copy\)$", "", row["publisher"]))
        for row in rows("sources")
    }
    expected = [
        next(
            (
                side
                for side in (row["partnership"], row["record"])
                if publishers[row["source"]] in names[side]
            ),
            "",
        )
        for row in rows("memberships")
    ]

    assert [row["speaker"] for row in rows("memberships")] == expected
    sides = Multiset(
        entry.read()["confirmed"] for entry in Entry.objects.published().filter(kind="membership")
    )
    assert sides["partnership"] + sides["both"] > 200
    assert sides["member"] > 50


def simplified(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def test_observed_form_and_balance_are_those_of_the_files(field_catalogue):
    networks = Networks()
    shown = {"observed_form": {}, "host_sending_balance": {}}
    for entry in Entry.objects.published().filter(kind="partnership"):
        document = entry.read()
        for name, values in shown.items():
            finding = document[name]
            values[entry.slug] = (finding["ever"] or finding)["value"]

    assert shown["observed_form"] == {slug: networks.form(slug) for slug in shown["observed_form"]}
    assert shown["host_sending_balance"] == {
        slug: networks.balance(slug) for slug in shown["host_sending_balance"]
    }
    known = {
        name: sum(value != "not_enough_on_record" for value in values.values())
        for name, values in shown.items()
    }
    assert known["observed_form"] >= 40
    assert known["host_sending_balance"] >= 8


def test_no_record_of_the_field_is_another_of_the_paper(field_catalogue):
    kinds = [row["slug"] for row in rows_of_both("records")]

    assert len(kinds) == len(set(kinds))


def test_pages_show_first_what_the_paper_says(field_catalogue):
    papers = {row["key"] for row in rows_of_both("sources")} - {
        row["key"] for row in rows("sources")
    }
    names = {row["text"] for row in rows_of_both("names") if row["source"] in papers}
    found = documents()
    for slug in {row["record"] for row in rows("same_as_paper")}:
        document = found[slug]
        assert document["label"] in names
        for part in PARTS:
            content = document[part]
            lists = content.values() if isinstance(content, dict) else [content]
            for items in lists:
                sources = [item["source"] in papers for item in items]
                # The paper's come first, then the others.
                assert sources == sorted(sources, reverse=True), (slug, part)


LONGEST = (
    *("/", "/organizations/", "/networks-and-coalitions/", "/gatherings/", "/campaigns/"),
    *("/places/", "/sources/", "/search/?q=migrant", "/arenas/membership/", "/terms/form/"),
    *("/organizations/migreurop/", "/organizations/migreurop/network/", "/places/us/"),
    *("/gatherings/peoples-global-action/", "/propositions/6/", "/propositions/7/"),
)


def test_longest_pages_are_light(field_catalogue, client):
    """With styles they may weigh 60 kB, the front page with its map 100 kB: see the journeys."""
    sizes = {path: len(gzip.compress(client.get(path).content)) for path in LONGEST}

    assert sizes.pop("/") < 40_000
    assert {path: size for path, size in sizes.items() if size > 20_000} == {}


@pytest.mark.parametrize(
    ("large", "small"),
    [
        ("/organizations/migreurop/", "/organizations/cispm/"),
        ("/organizations/migreurop/network/", "/organizations/cispm/network/"),
        ("/gatherings/peoples-global-action/", "/gatherings/jog-konferenz/"),
        ("/networks-and-coalitions/", "/networks-and-coalitions/?country=jp"),
        ("/campaigns/", "/campaigns/?q=frontex"),
    ],
)
def test_large_pages_ask_about_as_often_as_small_ones(field_catalogue, client, large, small):
    queries = []
    for path in (large, small):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        queries.append(len(asked))

    assert queries[0] <= queries[1] + 3


def test_files_name_no_way_to_reach_a_person_and_no_city_in_the_gulf():
    contact = re.compile(r"\S@\S|\+\d[\d ()-]{7,}")
    cells = (
        (table, value)
        for table in TABLES
        if (FIELD / f"{table}.csv").exists()
        for row in rows(table)
        for name, value in row.items()
        if name != "url"
    )

    assert [cell for cell in cells if contact.search(cell[1])] == []
    places = {row["place"] for row in rows("presences")}
    assert {place for place in places if place[-4:] in GULF} == set()
