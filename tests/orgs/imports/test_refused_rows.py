"""A refused row adds nothing, and no row joins a record unless the map says how it finds one."""

import json
from pathlib import Path
from typing import Any

import pytest

from orgs.changes.rebuild import check
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.pipeline import Import
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.identifier import Link
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db

DIRECTORY = """
    [record]
    slug = "id"
    [[statement]]
    kind = "name"
    text = "name"
    language = { value = "en" }
    source = { value = "survey-2010" }
    [[statement]]
    kind = "link"
    url = "site"
    source = { value = "survey-2010" }
    """

WITH_NUMBERS = (
    DIRECTORY.replace('slug = "id"', 'slug = { column = "name", slugify = true, prefix = "wa-" }')
    + """
    [[statement]]
    kind = "identifier"
    scheme = { value = "us-ein" }
    value = "id"
    source = { value = "survey-2010" }
    """
)

HEADER = ("id", "name", "site")


def import_rows(
    folder: Path, rows: list[tuple], text: str = DIRECTORY, header: tuple = HEADER, **options: Any
) -> Import:
    mapping = folder / "map.toml"
    mapping.write_text(text, encoding="utf-8")
    run = plan_file(
        csv_file(folder, header, *rows),
        "organization",
        FileMapping.read(mapping, "organization"),
        **options,
    )
    run.store(good_part=True)
    return run


def refusals(run: Import) -> list[tuple[int, str, str]]:
    return [(item.row, item.column, item.value) for item in run.plan.refused()]


def names_by_slug() -> dict[str, list[str]]:
    rows = Name.objects.current().order_by("id").values_list("record__slug", "text")
    names: dict[str, list[str]] = {}
    for slug, text in rows:
        names.setdefault(slug, []).append(text)
    return names


def test_second_row_of_a_slug_gives_the_first_neither_name_nor_site(write, tmp_path):
    run = import_rows(
        tmp_path,
        [
            ("hope", "House of Hope", "https://house.example"),
            ("hope", "Hope for All", "https://all.example"),
        ],
    )

    assert refusals(run) == [(3, "id", "hope")]
    assert run.plan.refused()[0].reason == (
        "Row 2 has this slug as well. If both are about one record, let the map find it (find "
        "under [record]); if not, give each its own."
    )
    assert names_by_slug() == {"hope": ["House of Hope"]}
    assert list(Link.objects.values_list("url", flat=True)) == ["https://house.example"]
    assert check()[0] == []


def test_refused_row_makes_no_record_and_no_statement(write, tmp_path):
    run = import_rows(
        tmp_path,
        [("good", "Good", "https://good.example"), ("bad", "Bad", "javascript:x")],
    )

    assert refusals(run) == [(3, "site", "javascript:x")]
    assert names_by_slug() == {"good": ["Good"]}
    assert not Record.objects.filter(slug="bad").exists()


def test_row_that_refers_to_a_refused_one_is_refused_with_it(write, tmp_path):
    text = (
        DIRECTORY
        + """
    [[statement]]
    kind = "relation"
    predicate = { value = "part_of" }
    object = "parent"
    source = { value = "survey-2010" }
    """
    )
    run = import_rows(
        tmp_path,
        [
            ("parent", "Parent", "javascript:x", ""),
            ("child", "Child", "", "parent"),
            ("grandchild", "Grandchild", "", "child"),
            ("other", "Other", "", ""),
        ],
        text,
        (*HEADER, "parent"),
    )

    assert [(item.row, item.reason) for item in run.plan.refused()[1:]] == [
        (3, "This is of row 2, which is refused. Correct that row."),
        (4, "This is of row 3, which is refused. Correct that row."),
    ]
    assert names_by_slug() == {"other": ["Other"]}


def test_statements_with_a_refused_source_are_refused_with_it(write, tmp_path):
    write.record("organization", "fiob")
    run = Import("both")
    sources = csv_file(
        tmp_path,
        ("key", "short", "title", "source_kind", "observed"),
        ("one", "One", "One", "rumour", "2010"),
        ("two", "Two", "Two", "book", "circa 1990"),
        ("three", "Three", "Three", "book", "1990"),
        name="sources.csv",
    )
    names = csv_file(
        tmp_path,
        ("record", "text", "source"),
        *(("fiob", key, key) for key in ("one", "two", "three")),
        name="names.csv",
    )
    for path, kind in ((sources, "source"), (names, "name")):
        table = read_file(path)
        run.read(table, kind, FileMapping.from_header(kind, table.header))

    run.finish().store(good_part=True)

    assert {(item.table, item.row) for item in run.plan.refused()} == {
        ("sources.csv", 2),
        ("sources.csv", 3),
        ("names.csv", 2),
        ("names.csv", 3),
    }
    assert names_by_slug()["fiob"] == ["fiob", "three"]


def test_slug_of_another_list_is_refused_until_the_map_says_that_it_is_found(write, tmp_path):
    rows = [("hope", "House of Hope", "")]
    import_rows(tmp_path, rows, label="first list")
    other = [("hope", "Hope Clinic", "https://clinic.example")]

    refused = import_rows(tmp_path, other, label="second list")
    again = import_rows(tmp_path, rows, label="first list")
    prefixed = import_rows(
        tmp_path,
        other,
        DIRECTORY.replace('"id"', '{ column = "id", prefix = "wa-" }'),
        label="second list",
    )

    assert refused.plan.refused()[0].reason == (
        "A record that is not of this import has this slug. If the row is about it, write "
        'find = "slug" under [record] of the map; if not, give the slugs a prefix.'
    )
    assert (refusals(again), refusals(prefixed)) == ([], [])
    assert names_by_slug() == {"hope": ["House of Hope"], "wa-hope": ["Hope Clinic"]}

    import_rows(
        tmp_path,
        other,
        DIRECTORY.replace('slug = "id"', 'slug = "id"\nfind = "slug"'),
        label="second list",
    )
    assert names_by_slug()["hope"] == ["House of Hope", "Hope Clinic"]


def test_slugs_are_built_from_names_in_any_script_alike_in_every_run(write, tmp_path):
    rows = [("1", "Casa del Migrante", ""), ("2", "مؤسسة قطر", ""), ("3", "☺☺☺", "")]

    runs = [import_rows(tmp_path, rows, WITH_NUMBERS) for _ in range(2)]

    slugs = [*Record.objects.filter(slug__startswith="wa-").values_list("slug", flat=True)]
    assert [refusals(run) for run in runs] == [[], []]
    assert slugs[0] == "wa-casa-del-migrante"
    assert slugs[1].startswith("wa-m")
    assert slugs[2].startswith("wa-record-")
    assert len(slugs) == 3


def test_row_is_found_by_identifier_and_by_name(write, tmp_path):
    fiob = write.record("organization", "fiob")
    write.say("identifier", fiob, scheme="us-ein", value="23-7120815")
    write.say("name", write.record("organization", "casa"), text="Casa Latina")
    text = WITH_NUMBERS.replace("[record]", '[record]\n    find = ["us-ein", "name"]')

    run = import_rows(
        tmp_path,
        [
            ("23-7120815", "Binational Front", ""),
            ("", "CASA LATINA", "https://casa.example"),
            ("", "New Union", "https://union.example"),
            ("77-1", "New union", "https://www.union.example/about"),
        ],
        text,
    )

    assert refusals(run) == []
    assert names_by_slug()["fiob"][-1] == "Binational Front"
    assert names_by_slug()["casa"][-1] == "CASA LATINA"
    assert names_by_slug()["wa-new-union"] == ["New Union", "New union"]


def test_row_of_the_same_name_with_another_site_or_number_is_refused(write, tmp_path):
    casa = write.record("organization", "casa")
    write.say("name", casa, text="Casa Latina")
    write.say("link", casa, url="https://casa-latina.example/")
    text = WITH_NUMBERS.replace("[record]", '[record]\n    find = "name"')

    run = import_rows(
        tmp_path,
        [
            ("", "Casa Latina", "https://other.example"),
            ("11-1", "Union", ""),
            ("22-2", "Union", ""),
        ],
        text,
    )

    assert refusals(run) == [(2, "site", "https://other.example"), (4, "id", "22-2")]
    assert "casa-latina.example" in run.plan.refused()[0].reason


def test_name_of_several_records_is_refused(write, tmp_path):
    for slug in ("one", "two"):
        write.say("name", write.record("organization", slug), text="Centro")
    text = DIRECTORY.replace("[record]", '[record]\n    find = "name"')

    run = import_rows(tmp_path, [("three", "Centro", "")], text)

    assert [(item.column, item.reason) for item in run.plan.refused()] == [
        (
            "name",
            "Several records have this: one, two. Find them by an identifier, or leave this row "
            "out.",
        )
    ]


def test_nothing_more_is_reported_of_a_row_whose_slug_is_refused(write, tmp_path):
    run = import_rows(tmp_path, [("No Slug", "x" * 401, "javascript:x")])

    assert refusals(run) == [(2, "id", "No Slug")]


def test_records_cannot_be_found_by_what_the_map_does_not_read(tmp_path):
    mapping = tmp_path / "map.toml"
    mapping.write_text(DIRECTORY.replace("[record]", '[record]\n    find = "us-ein"'))

    with pytest.raises(MappingError, match="The map finds records by us-ein"):
        FileMapping.read(mapping, "organization")


def test_statement_of_a_refused_row_leaves_the_rest_of_the_network_alone(write, tmp_path):
    write.record("partnership", "mfa")
    write.say("identifier", write.record("organization", "fiob"), scheme="us-ein", value="1")
    text = (
        WITH_NUMBERS
        + """
    [[statement]]
    kind = "membership"
    partnership = { value = "mfa" }
    source = { value = "survey-2010" }
    """
    )

    run = import_rows(tmp_path, [("1", "One", ""), ("2", "Two", "")], text)

    documents = Entry.objects.published().filter(slug__startswith="wa-").values("slug", "document")
    assert refusals(run) == [(2, "id", "1")]
    assert [row["slug"] for row in documents] == ["wa-two"]
    assert len(json.loads(documents[0]["document"])["memberships"]) == 1
    assert Membership.objects.count() == 1
