"""The summary of an import counts every row once; what repeats is stored once; problems are listed
by reason, all of a row at once."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orgs.imports.mapping import FileMapping
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db

DIRECTORY = """
    [record]
    slug = "id"
    [[statement]]
    kind = "name"
    text = "name"
    language = "language"
    source = { value = "survey-2010" }
    [[statement]]
    kind = "presence"
    place = "place"
    role = { value = "acts_in" }
    source = { value = "survey-2010" }
    [[leave_out]]
    column = "name"
    values = ["Closed"]
    because = "It is closed."
    """

HEADER = ("id", "name", "language", "place")


def read_map(folder: Path, text: str = DIRECTORY) -> FileMapping:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return FileMapping.read(path, "organization")


def test_every_row_is_counted_once(write, tmp_path):
    write.record("place", "hk")
    mapping = read_map(tmp_path, DIRECTORY.replace('slug = "id"', 'slug = "id"\nfind = "slug"'))
    fiob = write.record("organization", "fiob")
    write.say("name", fiob, text="Frente", language="es")
    path = csv_file(
        tmp_path,
        HEADER,
        ("one", "One", "en", "hk"),
        ("two", "Two", "", ""),
        ("fiob", "Binational Front", "en", ""),
        ("fiob", "Frente", "es", ""),
        ("three", "Closed", "en", ""),
        ("four", "Four", "English", "nowhere"),
        ("one", "One", "en", "hk"),
    )

    run = plan_file(path, "organization", mapping)
    run.store(good_part=True)

    assert run.plan.count_rows() == {
        "new": 2,
        "added to": 1,
        "changed": 0,
        "unchanged": 2,
        "repeated": 0,
        "left out": 1,
        "refused": 1,
    }
    assert run.plan.summary() == (
        "7 rows: 2 new, 1 added to, 2 unchanged, 1 left out, 1 refused; 4 statements; 2 repeated "
        "and stored once."
    )


def test_statement_that_repeats_in_a_file_is_stored_once(write, tmp_path):
    for kind, slug in (("place", "issaquah"), ("organization", "hope")):
        write.record(kind, slug)
    rows = [("hope", "issaquah", "acts_in", "survey-2010")] * 6
    path = csv_file(tmp_path, ("record", "place", "role", "source"), *rows)

    first = plan_file(path, "presence")
    first.store()
    again = plan_file(path, "presence")

    assert Presence.objects.count() == 1
    assert (
        first.plan.summary()
        == "6 rows: 1 new, 5 repeated; 1 statement; 5 repeated and stored once."
    )
    assert again.plan.summary() == "6 rows: 1 unchanged, 5 repeated; 5 repeated and stored once."


def test_all_problems_of_a_row_are_reported_at_once(write, tmp_path):
    path = csv_file(tmp_path, HEADER, ("four", "F" * 401, "English", "nowhere"))

    run = plan_file(path, "organization", read_map(tmp_path))

    assert sorted(item.column for item in run.plan.refused()) == ["language", "name", "place"]


def test_all_problems_of_a_statement_are_reported_at_once(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("record", "text", "language", "preferred", "source"),
        ("nobody", "Front", "English", "perhaps", "gossip"),
    )

    run = plan_file(path, "name")

    assert sorted(item.column for item in run.plan.refused()) == [
        "language",
        "preferred",
        "record",
        "source",
    ]


def test_refusals_are_grouped_by_reason_and_written_to_a_file(write, tmp_path, capsys):
    write.record("organization", "fiob")
    rows = [("fiob", f"Front {number}", "English", "survey-2010") for number in range(20)]
    rows += [("fiob", "Frente Indígena", "es", "survey-2010")]
    rows += [("fiob", "Frente", "es", "gossip"), ("fiob", "Fronte", "it", "hearsay")]
    path = csv_file(tmp_path, ("record", "text", "language", "source"), *rows)
    refused = tmp_path / "refused.csv"

    call_command(
        "import_records", str(path), kind="name", good_part=True, accept=True, refused=refused
    )

    *lines, summary, _ = capsys.readouterr().out.splitlines()
    assert lines == [
        "file.csv, row 23, column source, value 'gossip': There is no such source. Add it first. "
        "Also 1 more: rows 24.",
        "file.csv, row 2, column language, value 'English': Write the language as a tag: en, es, "
        "zh-Hant, mix, und. Also 19 more: rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ….",
    ]
    assert summary == "23 rows: 1 new, 22 refused; 1 statement."
    with refused.open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    assert [(row["row"], row["value"]) for row in cells[:3]] == [
        ("23", "gossip"),
        ("24", "hearsay"),
        ("2", "English"),
    ]
    assert len(cells) == 22
    assert Name.objects.filter(record__slug="fiob").count() == 2


def test_file_of_refusals_that_cannot_be_written_is_reported(write, tmp_path):
    write.record("organization", "fiob")
    path = csv_file(tmp_path, ("record", "text", "source"), ("fiob", "Frente", "survey-2010"))

    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("import_records", str(path), kind="name", refused=tmp_path / "no" / "file")
