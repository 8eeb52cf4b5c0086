"""Files are cleaned on the command line as on the page, and JSON is read as registries write it."""

import gzip
import json
from pathlib import Path

import pytest

from orgs.imports import files
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.parsed_file import UnreadableFile
from orgs.imports.pipeline import Import
from orgs.records.source import Source
from orgs.statements.identifier import Contact, Identifier, Link
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.trait import Trait
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db


def packed(content: bytes) -> bytes:
    """The same bytes at any time: they are in the names of tests."""
    return gzip.compress(content, mtime=0)


def import_with(folder: Path, path: Path, text: str, kind: str = "organization") -> Import:
    mapping = folder / "map.toml"
    mapping.write_text(text, encoding="utf-8")
    run = plan_file(path, kind, FileMapping.read(mapping, kind))
    run.store(good_part=True)
    return run


def refusals(run: Import) -> list[tuple[int, str, str, str]]:
    return [(item.row, item.column, item.value, item.reason) for item in run.plan.refused()]


LINKS = """
    [record]
    slug = "id"
    [[statement]]
    kind = "link"
    url = "site"
    source = { value = "survey-2010" }
    """


def test_web_addresses_are_completed(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("id", "site"),
        ("one", "www.one.example/about"),
        ("two", "http://two.example"),
        ("three", "no site"),
    )

    run = import_with(tmp_path, path, LINKS)

    assert [row[:3] for row in refusals(run)] == [(4, "site", "no site")]
    assert set(Link.objects.values_list("url", flat=True)) == {
        "https://www.one.example/about",
        "http://two.example",
    }


def test_web_addresses_of_sources_are_completed(write, tmp_path):
    header = ("key", "short", "title", "source_kind", "observed", "url")
    path = csv_file(tmp_path, header, ("a", "A", "A", "website", "2020", "a.example/list"))

    plan_file(path, "source").store()

    assert Source.objects.get(key="a").urls == ["https://a.example/list"]


def test_what_is_no_email_address_is_refused(write, tmp_path):
    text = LINKS.replace('kind = "link"', 'kind = "contact"').replace(
        'url = "site"', 'contact_kind = { value = "email" }\n    value = "mail"'
    )
    path = csv_file(tmp_path, ("id", "mail"), ("one", "2011"), ("two", "two@two.example"))

    run = import_with(tmp_path, path, text)

    reason = "This is no e-mail address. Correct it, or leave it out."
    assert refusals(run) == [(2, "mail", "2011", reason)]
    assert list(Contact.objects.values_list("value", flat=True)) == ["two@two.example"]


def test_nameless_and_doubled_columns_are_read_by_the_names_that_they_get(write, tmp_path):
    path = csv_file(tmp_path, ("id", "site", "site", ""), ("one", "a.example", "b.example", "x"))
    text = LINKS + LINKS.partition("[[statement]]")[2].replace(
        "kind", "[[statement]]\nkind"
    ).replace('"site"', '"site [2]"')

    run = import_with(tmp_path, path, 'ignore = ["(column D)"]\n' + text)

    assert refusals(run) == []
    assert set(Link.objects.values_list("url", flat=True)) == {
        "https://a.example",
        "https://b.example",
    }


NAMES = """
    [record]
    slug = "id"
    [[statement]]
    kind = "name"
    text = "name"
    language = "language"
    locator = "page"
    note = "remark"
    source = "source"
    """


def test_locator_note_source_or_language_alone_make_no_statement(write, tmp_path):
    header = ("id", "name", "language", "page", "remark", "source")
    path = csv_file(
        tmp_path,
        header,
        ("one", "One", "en", "page 1", "", "survey-2010"),
        ("two", "", "en", "page 2", "handwritten", "survey-2010"),
    )

    run = import_with(tmp_path, path, NAMES)

    assert refusals(run) == []
    assert [(name.record.slug, name.locator) for name in Name.objects.all()] == [("one", "page 1")]


def test_values_and_prefix_apply_to_each_part_of_a_cell(write, tmp_path):
    for slug in ("us-wa", "us-or"):
        write.record("place", slug)
    text = """
    [record]
    slug = "id"
    [[statement]]
    kind = "presence"
    role = { value = "acts_in" }
    source = { value = "survey-2010" }
    place = { column = "states", split = ",", values = { Washington = "wa" }, prefix = "us-" }
    [[statement]]
    kind = "trait"
    term = { column = "people", split = ";", values = { Women = "women" }, prefix = "identity:" }
    source = { value = "survey-2010" }
    """
    path = csv_file(
        tmp_path,
        ("id", "states", "people"),
        ("one", "Washington, or,", "Women; nationality"),
        ("two", "Oregon", ""),
    )

    run = import_with(tmp_path, path, text)

    assert [row[:3] for row in refusals(run)] == [(3, "states", "Oregon")]
    assert set(Presence.objects.values_list("place__slug", flat=True)) == {"us-wa", "us-or"}
    assert set(Trait.objects.values_list("term__code", flat=True)) == {"women", "nationality"}


REGISTRY = """
    [record]
    slug = { column = "id", prefix = "ror-" }
    [[statement]]
    kind = "name"
    text = "names[].value"
    language = { column = "names[].lang", otherwise = "und", values = { en = "en", ar = "ar" } }
    where = { "names[].types" = "label" }
    source = { value = "survey-2010" }
    [[statement]]
    kind = "name"
    text = "names[].value"
    name_kind = { value = "acronym" }
    where = { "names[].types" = ["acronym"] }
    source = { value = "survey-2010" }
    [[statement]]
    kind = "link"
    url = "links[].value"
    where = { "links[].type" = "website" }
    source = { value = "survey-2010" }
    [[statement]]
    kind = "identifier"
    scheme = "external_ids[].type"
    value = "external_ids[].all[]"
    source = { value = "survey-2010" }
    [[statement]]
    kind = "existence"
    event = { value = "founded" }
    edtf = "admin.established"
    source = { value = "survey-2010" }
    """

RECORDS = [
    {
        "id": "01",
        "admin": {"established": 1995},
        "names": [
            {"lang": None, "types": ["acronym"], "value": "QF"},
            {"lang": "en", "types": ["ror_display", "label"], "value": "Qatar Foundation"},
            {"lang": "ar", "types": ["label"], "value": "مؤسسة قطر"},
        ],
        "links": [{"type": "website", "value": "www.qf.example"}],
        "external_ids": [
            {"type": "fundref", "all": ["1001", "1002"]},
            {"type": "isni", "all": ["0000"]},
        ],
    },
    {"id": "02", "admin": {}, "names": [], "links": None, "external_ids": []},
]

FORMS = {
    "records.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "records.json": json.dumps(RECORDS, indent=2).encode(),
    "wrapped.json": json.dumps({"count": 2, "items": RECORDS}, indent=2).encode(),
    "records.jsonl.gz": packed("\n".join(map(json.dumps, RECORDS)).encode()),
}


@pytest.mark.parametrize("name", FORMS)
def test_values_inside_of_json_are_read(write, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMS[name])

    run = import_with(tmp_path, path, REGISTRY)

    names = Name.objects.filter(record__slug="ror-01").values_list("text", "name_kind", "language")
    assert refusals(run) == []
    assert run.plan.summary() == "2 rows: 2 new; 8 statements."
    assert set(names) == {
        ("QF", "acronym", "und"),
        ("Qatar Foundation", "official", "en"),
        ("مؤسسة قطر", "official", "ar"),
    }
    assert list(Link.objects.values_list("url", flat=True)) == ["https://www.qf.example"]
    assert set(Identifier.objects.values_list("scheme", "value")) == {
        ("fundref", "1001"),
        ("fundref", "1002"),
        ("isni", "0000"),
    }


def test_problem_inside_of_json_names_the_path(write, tmp_path):
    path = tmp_path / "file.jsonl"
    path.write_text(json.dumps({**RECORDS[0], "links": [{"type": "website", "value": "no site"}]}))

    run = import_with(tmp_path, path, REGISTRY)

    assert [row[:3] for row in refusals(run)] == [(1, "links[].value", "no site")]


def test_statement_that_reads_two_lists_is_refused(tmp_path):
    mapping = tmp_path / "map.toml"
    mapping.write_text(REGISTRY.replace('"links[].type"', '"names[].types"'), encoding="utf-8")

    with pytest.raises(MappingError, match=r"A link of the map reads two lists: .*links\[\]"):
        FileMapping.read(mapping, "organization")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed(b"x" * 2**20 + b"\n"), "Unpacked, it is larger than 0 MB"),
        (packed(b"id\none\n")[:-4], "cannot be read"),
        (packed(packed(b"id\none\n")), "packed twice"),
    ],
)
def test_packed_file_is_refused_if_it_is_too_large_broken_or_packed_twice(
    tmp_path, monkeypatch, content, sentence
):
    monkeypatch.setattr(files, "COMMANDS", files.COMMANDS._replace(unpacked_bytes=2**19))
    path = tmp_path / "file.csv.gz"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=sentence):
        read_file(path)


def test_object_without_one_list_of_objects_is_refused(tmp_path):
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"a": [{"x": 1}], "b": [{"y": 1}]}, indent=1))

    with pytest.raises(UnreadableFile, match=r"but not one list of objects.*It has: a, b"):
        read_file(path)
