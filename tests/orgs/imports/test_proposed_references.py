"""Sources and terms that a map names and the catalogue lacks come with the same import."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from orgs.changes.rebuild import check
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.pipeline import Import
from orgs.projection.entry import Entry
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.statements.name import Name
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db

DIRECTORY = """
    [source]
    title = "Directory of Washington"
    url = "directory.example/list/"
    observed = "2017"
    [record]
    slug = "id"
    [[statement]]
    kind = "name"
    text = "name"
    [[statement]]
    kind = "trait"
    term = { column = "people", split = ";", prefix = "identity:", propose = true }
    [[statement]]
    kind = "text"
    text_kind = { value = "summary" }
    body = "about"
    source = { column = "page", propose = true }
    """

HEADER = ("id", "name", "people", "about", "page")

ROWS = (
    ("one", "One", "Women; Farm workers", "About one.", "https://www.one.example/about"),
    ("two", "Two", "farm workers", "About two.", "one.example/two"),
    ("three", "Three", "", "", ""),
    ("four", "Four", "Nationality", "About four.", "Report of 2010"),
)


@pytest.fixture
def run(write, tmp_path):
    def store(rows: tuple = ROWS, text: str = DIRECTORY) -> Import:
        path: Path = tmp_path / "map.toml"
        path.write_text(text, encoding="utf-8")
        mapping = FileMapping.read(path, "organization")
        file = csv_file(tmp_path, HEADER, *rows)
        imported = plan_file(file, "organization", mapping, label="directory")
        imported.store(good_part=True)
        return imported

    return store


def refusals(run: Import) -> list[tuple[int, str, str]]:
    return [(item.row, item.column, item.value) for item in run.plan.refused()]


def test_missing_sources_and_terms_are_proposed_once(run):
    first = run()
    again = run()

    assert (refusals(first), refusals(again)) == ([], [])
    assert first.plan.summary() == ("4 rows: 4 new; 11 statements; 4 new sources; 1 new term.")
    assert again.plan.summary() == "4 rows: 4 unchanged."
    assert list(
        Source.objects.exclude(key="survey-2010")
        .order_by("id")
        .values_list("key", "short", "urls", "source_kind")
    ) == [
        (
            "directory-of-washington",
            "Directory of Washington",
            ["https://directory.example/list/"],
            "dataset",
        ),
        ("one-example-about", "one.example", ["https://www.one.example/about"], "website"),
        ("one-example-two", "one.example", ["https://one.example/two"], "website"),
        ("report-of-2010", "Report of 2010", [], "dataset"),
    ]
    term = Term.objects.get(scheme="identity", code="farm_workers")
    assert term.labels == {"en": "Farm workers"}
    document = json.loads(Entry.objects.get(slug="one").document)
    assert [item["term"] for item in document["traits"]["identity"]] == ["women", "farm_workers"]
    assert {name.source.key for name in Name.objects.filter(text="One")} == {
        "directory-of-washington"
    }
    assert check()[0] == []


def test_source_is_found_by_its_address_or_title(run, write):
    write.another_source("known", title="Report of 2010", urls=["https://one.example/two/"])

    imported = run()

    assert imported.plan.summary().endswith("; 2 new sources; 1 new term.")


def test_what_refused_rows_name_is_not_proposed(run):
    imported = run((("No Slug", "One", "Farm workers", "About.", "one.example"), ROWS[2]))

    assert imported.plan.summary() == "2 rows: 1 new, 1 refused; 1 statement; 1 new source."
    assert not Term.objects.filter(code="farm_workers").exists()


def test_without_leave_of_the_map_nothing_is_proposed(run):
    imported = run(text=DIRECTORY.replace(", propose = true", ""))

    assert sorted(refusals(imported)) == [
        (2, "page", "https://www.one.example/about"),
        (2, "people", "Farm workers"),
        (2, "people", "Women"),
        (3, "page", "one.example/two"),
        (3, "people", "farm workers"),
        (5, "page", "Report of 2010"),
        (5, "people", "Nationality"),
    ]


def test_undone_import_hides_its_sources_and_a_new_run_shows_them(run):
    run()
    proposed = Source.objects.exclude(key="survey-2010")

    call_command("undo_import", "directory", verbosity=0)
    hidden = set(proposed.values_list("tier", flat=True))
    run()

    assert hidden == {Tier.REPRESENTATIVES}
    assert set(proposed.values_list("tier", flat=True)) == {Tier.PUBLIC}
    assert proposed.count() == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[source]\nobserved = "2010"', r"\[source\] has a title or a url"),
        ('[source]\ntitle = "A"\ncolour = "red"', r"\[source\] has a title or a url"),
        ("[source]\ntitle = 7", r"\[source\] has a title or a url"),
        (
            '[[statement]]\nkind = "name"\ntext = { column = "a", propose = true }',
            "The map proposes text of a name",
        ),
    ],
)
def test_map_that_proposes_something_else_is_refused(tmp_path, text, sentence):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(MappingError, match=sentence):
        FileMapping.read(path, "organization")


def test_source_that_cannot_be_stored_stops_the_import_with_what_to_do(run):
    with pytest.raises(Exception, match="Write the date of observation"):
        run(text=DIRECTORY.replace('"2017"', '"circa 1990"'))
