"""Files: every row is accounted for, nothing stored by halves; a second run changes nothing."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.imports import files
from orgs.imports.file_parser import Layout
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.parsed_file import ParsedFile, UnreadableFile
from orgs.imports.pipeline import Import
from orgs.imports.plan import Outcome
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.statements.figure import Figure
from orgs.statements.identifier import Identifier
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.text import Text
from orgs.statements.trait import Trait
from tests.support.imports import csv_file, plan_file
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


def jsonl_file(folder: Path, *rows: dict) -> Path:
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def xlsx_file(folder: Path, *rows: tuple, **more_sheets: tuple) -> Path:
    """Write a spreadsheet: the rows of its first sheet, and those of others by their names."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, rows_of_sheet in more_sheets.items():
        sheet = book.create_sheet(f"{name} ")
        for row in rows_of_sheet:
            sheet.append(row)
    book.save(folder / "file.xlsx")
    return folder / "file.xlsx"


def stored(*given: Any, good_part: bool = False, **options: Any) -> Import:
    run = plan_file(*given, **options)
    run.store(good_part=good_part)
    return run


def refusals(run: Import) -> list[tuple[int, str, str, str]]:
    return [(item.row, item.column, item.value, item.reason) for item in run.plan.refused()]


def refused_cells(run: Import) -> list[tuple[int, str, str]]:
    return [(row, column, value) for row, column, value, _ in refusals(run)]


def outcome_counts(run: Import) -> dict[str, int]:
    """The outcomes that occurred, with their counts."""
    return {verdict: count for verdict, count in run.plan.tally().items() if count}


@pytest.fixture
def cast(write: Writer) -> dict[str, Record]:
    return {
        slug: write.record(kind, slug)
        for kind, slug in (
            ("partnership", "mfa"),
            ("organization", "kapatiran"),
            ("organization", "fiob"),
            ("place", "hk"),
        )
    }


MEMBERSHIPS = (
    ("record", "partnership", "grade", "when", "source", "locator", "holds"),
    ("kapatiran", "mfa", "member", "1994/..", "survey-2010", "Prop 7", "yes"),
    ("fiob", "mfa", "", "", "survey-2010", "", "no"),
)


# Forms of files


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_columns_that_are_named_like_the_fields_need_no_map(write, cast, tmp_path, form):
    header, *rows = MEMBERSHIPS
    path = {
        "csv": lambda: csv_file(tmp_path, header, *rows),
        "xlsx": lambda: xlsx_file(tmp_path, header, *rows),
        "jsonl": lambda: jsonl_file(
            tmp_path, *(dict(zip(header, row, strict=True)) for row in rows)
        ),
    }[form]()

    run = stored(path, "membership")

    assert outcome_counts(run) == {"created": 2}
    assert [
        (item.record.slug, item.partnership.slug, item.grade, item.edtf, item.locator, item.holds)
        for item in Membership.objects.order_by("id")
    ] == [
        ("kapatiran", "mfa", "member", "1994/..", "Prop 7", True),
        ("fiob", "mfa", "", "", "", False),
    ]
    assert check()[0] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("semicolons", "record;text;source\nfiob;Frente; survey-2010 \n"),
        ("tabs", "record\ttext\tsource\nfiob\tFrente\tsurvey-2010\n"),
        ("bars", "record|text|source\nfiob|Frente|survey-2010\n"),
        ("returns", "record,text,source\r\nfiob,Frente,survey-2010\r\n"),
        ("mark", "\ufeffrecord,text,source\nfiob,Frente,survey-2010\n"),
        ("empty lines", "record,text,source\n\n,,\nfiob,Frente,survey-2010\n\n"),
        ("quotes", '"record","text","source"\n"fiob","Frente","survey-2010"\n'),
        ("no end", "record,text,source\nfiob,Frente,survey-2010"),
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(write, cast, tmp_path, name, text):
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode())

    assert outcome_counts(stored(path, "name")) == {"created": 1}
    assert Name.objects.get(text="Frente").record == cast["fiob"]


def test_cells_may_hold_line_breaks_quotes_and_separators(write, cast, tmp_path):
    body = 'To "unite",\nto vote; and so on.'
    path = csv_file(
        tmp_path,
        ("record", "text_kind", "body", "source"),
        ("fiob", "goal", body, "survey-2010"),
    )

    stored(path, "text")

    assert Text.objects.get().body == body


def test_spreadsheet_cells_are_read_as_people_see_them(write, cast, tmp_path):
    import datetime

    path = xlsx_file(
        tmp_path,
        ("record", "measure", "low", "high", "when", "holds", "source", None),
        ("fiob", "participants", 2000.0, 2500.5, datetime.date(2010, 10, 8), True, "survey-2010"),
        (None, None, None),
        ("fiob", "participants", 7, None, 1986, False, "survey-2010"),
    )

    run = stored(path, "figure")

    assert [(item.row, item.verdict) for item in run.plan.outcomes] == [
        (2, "created"),
        (4, "created"),
    ]
    assert [
        (float(item.low), item.high and float(item.high), item.edtf, item.holds)
        for item in Figure.objects.order_by("id")
    ] == [(2000.0, 2500.5, "2010-10-08", True), (7.0, None, "1986", False)]


def test_json_lines_may_hold_any_text(write, cast, tmp_path):
    text = "A line\u2028separator, a next\u0085line and \u00e9"
    path = tmp_path / "texts.jsonl"
    row = {"record": "fiob", "text_kind": "goal", "body": text, "source": "survey-2010"}
    path.write_text(json.dumps(row, ensure_ascii=False) + "\r\n\n", encoding="utf-8")

    stored(path, "text")

    assert Text.objects.get().body == text


def spoilt_archive(path: Path) -> None:
    """Write a spreadsheet whose sheet is no XML."""
    xlsx_file(path.parent, ("record",), ("fiob",))
    with (
        zipfile.ZipFile(path.parent / "file.xlsx") as sound,
        zipfile.ZipFile(path, "w") as spoilt,
    ):
        for part in sound.namelist():
            spoilt.writestr(
                part, b"<a><b>" if part.startswith("xl/worksheets/") else sound.read(part)
            )


BAD_FILES: dict[str, tuple[bytes | Callable[[Path], Any], str]] = {
    "nul heading.csv": (
        b"record,te\x00xt\nfiob,F\n",
        "row 1, column B, value 'te\\x00xt': Remove the NUL character; no text has it.",
    ),
    "empty.csv": (b"", "The file is empty. Save the table again, and upload that."),
    "blank.csv": (b"\n\n", "The file is empty. Save the table again, and upload that."),
    "open.csv": (
        b'record,text\nfiob,"F\n',
        "row 2: This row is no sound CSV (unexpected end of data). Check the quotation marks here "
        "and in the rows above.",
    ),
    "after.csv": (
        b'record,text\nfiob,"F"x\n',
        "row 2: This row is no sound CSV (',' expected after '\"'). Check the quotation marks here "
        "and in the rows above.",
    ),
    "words.jsonl": (
        b'{"record": "fiob"}\nfiob\n',
        "row 2, value 'fiob': This is no JSON object. Write an object for each row: one on each "
        "line, or all in one list.",
    ),
    "list.jsonl": (
        b'["fiob"]\n',
        "row 1, value 'fiob': This is no JSON object. Write an object for each row: one on each "
        "line, or all in one list.",
    ),
    "deep.jsonl": (
        b'{"a":' * 100_000,
        "Reading this file takes too much memory or time. Copy the table into a new spreadsheet, "
        "and save that as CSV.",
    ),
    "other.xlsx": (
        lambda path: zipfile.ZipFile(path, "w").close(),
        "This archive is empty. Save the table again.",
    ),
    "spoilt.xlsx": (
        spoilt_archive,
        "The file cannot be read as a spreadsheet. It may be incomplete. Save it again as .xlsx or "
        "CSV.",
    ),
    "none.xlsx": (
        lambda path: xlsx_file(path.parent).rename(path),
        "It has no headings. Give each column its name, in row 1.",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_file_that_is_no_table_is_refused_with_what_to_do(tmp_path, name):
    content, sentence = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else content(path)

    with pytest.raises(UnreadableFile) as refusal:
        read_file(path)

    (problem,) = refusal.value.problems
    assert re.sub(f"{name}(, |: )", "", problem.describe(name), count=1) == sentence


BAD_ROWS: dict[str, tuple[bytes | Callable[[Path], Any], list[tuple[int, str, str]]]] = {
    "nul.csv": (b"record,text\nfiob,F\x00\nfiob,G\n", [(2, "text", "Remove the NUL character")]),
    "short.csv": (b"record,text\nfiob,G\nfiob\n", [(3, "text", "This row has fewer cells")]),
    "long.csv": (b"record,text\nfiob,F,x\nfiob,G\n", [(2, "C", "This cell has no heading")]),
    "surrogate.jsonl": (
        b'{"record": "fiob", "text": "\\ud800"}\n{"record": "fiob", "text": "G"}\n',
        [(1, "text", "A character was lost")],
    ),
    "wide.xlsx": (
        lambda path: xlsx_file(
            path.parent, ("record", "text"), ("fiob", "F", "x"), ("fiob", "G")
        ).rename(path),
        [(2, "C", "This cell has no heading")],
    ),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_row_that_cannot_be_read_is_refused_and_the_others_are_kept(write, cast, tmp_path, name):
    content, expected = BAD_ROWS[name]
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    source = {"value": "survey-2010"}
    mapping = FileMapping(
        statements=[("name", {"record": "record", "text": "text", "source": source})]
    )

    run = stored(path, "name", mapping, good_part=True)

    assert [
        (row, column, reason[: len(sentence)])
        for (row, column, _, reason), (_, _, sentence) in zip(refusals(run), expected, strict=True)
    ] == expected
    assert [name.text for name in Name.objects.filter(added__label="survey")] == ["G"]


def test_every_row_with_a_problem_is_refused_however_many_there_are(write, cast, tmp_path):
    rows = [("fiob", f"=LOWER({number})") for number in range(1_500)]
    path = xlsx_file(tmp_path, ("record", "text"), *rows)
    source = {"value": "survey-2010"}
    mapping = FileMapping(
        statements=[("name", {"record": "record", "text": "text", "source": source})]
    )

    run = stored(path, "name", mapping, good_part=True)

    assert [row for row, *_ in refusals(run)] == list(range(2, 1_502))
    assert Name.objects.filter(added__label="survey").count() == 0


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_letters_of_other_encodings_are_read(tmp_path, encoding):
    path = tmp_path / "names.csv"
    path.write_bytes("record,text\nfiob,Indígena\n".encode(encoding))

    parsed = read_file(path)

    assert parsed.rows == [(2, {"record": "fiob", "text": "Indígena"})]
    assert bool(parsed.notes) == (encoding == "cp1252")


def test_objects_of_one_json_list_are_rows(tmp_path):
    path = tmp_path / "names.json"
    path.write_text('[\n {"record": "fiob", "languages": ["es", "mix"]},\n {"year": 1991}\n]')

    assert read_file(path).rows == [
        (1, {"record": "fiob", "languages": '["es", "mix"]', "year": ""}),
        (2, {"record": "", "languages": "", "year": "1991"}),
    ]


WIDE = (
    ("Edition", "First", None, "Second", None),
    ("Year", 1972, None, "1973-74", None),
    (None, "PR", "CL ", "PR", "CL"),
    ("Mexico", 4, 3, 4, "-"),
)


def wide_csv(folder: Path) -> Path:
    return csv_file(folder, *[tuple("" if cell is None else cell for cell in row) for row in WIDE])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("header", "headings"),
    [
        ((3,), ["(column A)", "PR", "CL", "PR [2]", "CL [2]"]),
        ((2, 3), ["Year", "1972 PR", "1972 CL", "1973-74 PR", "1973-74 CL"]),
        (
            (1, 2, 3),
            [
                "Edition Year",
                "First 1972 PR",
                "First 1972 CL",
                "Second 1973-74 PR",
                "Second 1973-74 CL",
            ],
        ),
    ],
)
def test_headings_may_stand_below_the_top_and_in_several_rows(tmp_path, form, header, headings):
    path = wide_csv(tmp_path) if form == "csv" else xlsx_file(tmp_path, *WIDE)

    parsed = read_file(path, Layout(header=header))

    assert parsed.header == headings
    assert parsed.rows == [(4, dict(zip(headings, ("Mexico", "4", "3", "4", "-"), strict=True)))]


def test_separator_is_that_of_the_headings(tmp_path):
    path = tmp_path / "report.csv"
    path.write_text("A report, made in haste, by one, of us\nrecord;text\nfiob;Frente\n")

    assert read_file(path, Layout(header=(2,))).rows == [(3, {"record": "fiob", "text": "Frente"})]


def test_sheet_is_found_by_its_name(tmp_path):
    path = xlsx_file(tmp_path, ("about",), Names=(("record", "text"), ("fiob", "Frente")))

    assert read_file(path).header == ["about"]
    assert read_file(path, Layout("Names")).rows == [(2, {"record": "fiob", "text": "Frente"})]
    with pytest.raises(UnreadableFile) as refusal:
        read_file(path, Layout("Texts"))
    assert str(refusal.value) == "There is no such sheet. Choose one of these: Sheet, Names."


@pytest.mark.parametrize(
    ("name", "layout", "sentence"),
    [
        (
            "a.csv",
            Layout("A"),
            "Only a spreadsheet has sheets. Take sheet out of the map's [table].",
        ),
        (
            "a.jsonl",
            Layout(header=(2,)),
            "JSON has no row of headings. Take header out of the map's [table].",
        ),
        (
            "a.csv",
            Layout(header=(7, 8)),
            "There are no headings in row 7, 8. Say in the map's [table] which rows have them.",
        ),
    ],
)
def test_place_in_a_file_that_there_is_not_is_refused(tmp_path, name, layout, sentence):
    path = tmp_path / name
    path.write_text('{"record": "fiob"}' if name == "a.jsonl" else "record,text\nfiob,Frente\n")

    with pytest.raises(UnreadableFile) as refusal:
        read_file(path, layout)

    assert str(refusal.value) == sentence


def test_map_says_where_the_table_stands(write, cast, tmp_path, capsys):
    path = xlsx_file(
        tmp_path,
        ("about",),
        Names=(("A list", None), (None, "Name"), ("Body", None), ("fiob", "Frente")),
    )
    mapping = toml(
        tmp_path,
        """
        [table]
        sheet = "Names"
        header = [2, 3]
        [fields]
        record = "Body"
        text = "Name"
        source = { value = "survey-2010" }
        """,
    )

    call_command("import_records", str(path), kind="name", map=mapping, accept=True)

    assert capsys.readouterr().out.startswith("1 row: 1 new; 1 statement.\n")
    assert Name.objects.get(text="Frente").record == cast["fiob"]


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read: No such file or directory"):
        read_file(tmp_path / "none.csv")


def test_file_that_unpacks_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "COMMANDS", files.COMMANDS._replace(unpacked_bytes=2**20))
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (2 * 2**20))

    with pytest.raises(UnreadableFile, match="Unpacked, it is larger than 1 MB"):
        read_file(path)


# Maps


def toml(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_map_says_which_column_is_which_field(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("Country", "Body", "Since", "Role", "Comment"),
        ("HK", "kapatiran", "1994", "office", "x"),
        ("HK", "fiob", "", "branch", "y"),
    )
    mapping = toml(
        tmp_path,
        """
        ignore = ["Comment"]
        [fields]
        record = "Body"
        place = { column = "Country", values = { HK = "hk" } }
        role = { column = "Role", values = { office = "seat" }, otherwise = "acts_in" }
        edtf = { columns = ["Since"], join = "" }
        source = { value = "survey-2010" }
        detail = { columns = ["Role", "Country"], join = " in " }
        """,
    )

    run = stored(path, "presence", FileMapping.read(mapping, "presence"))

    presences = Entry.objects.filter(key__in=[cast["kapatiran"].key, cast["fiob"].key])
    assert outcome_counts(run) == {"created": 2}
    assert {
        entry.slug: [
            (item["role"], item["place"]["slug"], item["when"], item["detail"])
            for item in json.loads(entry.document)["places"]
        ]
        for entry in presences
    } == {
        "kapatiran": [("seat", "hk", "1994", "office in HK")],
        "fiob": [("acts_in", "hk", None, "branch in HK")],
    }


def test_one_row_may_be_a_record_and_statements_about_it(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("id", "name", "acronym", "identity", "network"),
        ("new-1", "First Union", "FU", "identity:women; identity:nationality", "mfa"),
        ("new-2", "Second Union", "", "", ""),
    )
    mapping = toml(
        tmp_path,
        """
        [record]
        slug = "id"
        [[statement]]
        kind = "name"
        text = "name"
        preferred = { value = true }
        language = { value = "en" }
        source = { value = "survey-2010" }
        [[statement]]
        kind = "name"
        text = "acronym"
        name_kind = { value = "acronym" }
        source = { value = "survey-2010" }
        [[statement]]
        kind = "trait"
        term = { column = "identity", split = "; " }
        source = { value = "survey-2010" }
        [[statement]]
        kind = "membership"
        partnership = "network"
        source = { value = "survey-2010" }
        """,
    )

    run = stored(path, "organization", FileMapping.read(mapping, "organization"))

    documents = {
        slug: json.loads(Entry.objects.get(slug=slug).document) for slug in ("new-1", "new-2")
    }
    assert refusals(run) == []
    assert {
        slug: (
            [name["text"] for name in document["names"]],
            [item["term"] for item in document["traits"].get("identity", [])],
            [item["partnership"]["slug"] for item in document["memberships"]],
        )
        for slug, document in documents.items()
    } == {
        "new-1": (["First Union", "FU"], ["women", "nationality"], ["mfa"]),
        "new-2": (["Second Union"], [], []),
    }
    assert {outcome.row for outcome in run.plan.outcomes} == {2, 3}
    assert outcome_counts(
        stored(path, "organization", FileMapping.read(mapping, "organization"))
    ) == {"unchanged": run.plan.tally()["created"]}


def test_wide_table_is_made_long(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("body", "2008", "2009", "2010", "note"),
        ("kapatiran", "100", "n/a", "120", "x"),
        ("fiob", "", "-", "n/a", "y"),
        ("mfa", "", "", "7", "z"),
    )
    mapping = toml(
        tmp_path,
        """
        ignore = ["note"]
        [long]
        pattern = "[0-9]{4}"
        name = "year"
        value = "people"
        empty = ["n/a", "-"]
        [fields]
        record = "body"
        measure = { value = "participants" }
        low = "people"
        high = "people"
        edtf = "year"
        source = { value = "survey-2010" }
        """,
    )

    run = stored(path, "figure", FileMapping.read(mapping, "figure"))

    figures = Figure.objects.order_by("record__slug", "edtf")
    assert [(item.record.slug, item.edtf, int(item.low)) for item in figures] == [
        ("kapatiran", "2008", 100),
        ("kapatiran", "2010", 120),
        ("mfa", "2010", 7),
    ]
    assert [
        (item.row, item.verdict) for item in sorted(run.plan.outcomes, key=lambda item: item.row)
    ] == [
        (2, "created"),
        (2, "created"),
        (3, "unchanged"),
        (4, "created"),
    ]


SCORES = """
    [table]
    header = [2, 3]
    [long]
    pattern = "(?P<years>[0-9-]+) (?P<score>PR|CL)"
    value = "points"
    empty = ["-"]
    [fields]
    record = "Year"
    measure = { column = "score", values = { PR = "participants", CL = "edition" } }
    low = "points"
    edtf = { column = "years", values = { 1973-74 = "1973/1974" } }
    source = { value = "survey-2010" }
    """


def test_headings_of_a_wide_table_are_taken_apart(write, cast, tmp_path):
    path = xlsx_file(tmp_path, *WIDE[:3], ("fiob", 4, 3, 7, "-"))
    mapping = FileMapping.read(toml(tmp_path, SCORES), "figure")

    runs = [stored(path, "figure", mapping) for _ in range(2)]

    assert [outcome_counts(run) for run in runs] == [{"created": 3}, {"unchanged": 3}]
    assert [
        (item.record.slug, item.measure.code, int(item.low), item.edtf)
        for item in Figure.objects.order_by("id")
    ] == [
        ("fiob", "participants", 4, "1972"),
        ("fiob", "edition", 3, "1972"),
        ("fiob", "participants", 7, "1973/1974"),
    ]


def test_error_in_a_wide_table_is_reported_with_the_heading_of_its_cell(write, cast, tmp_path):
    path = xlsx_file(tmp_path, *WIDE[:3], ("fiob", 4, "free", 7, 1), ("nobody", 4, 3, 7, 1))
    mapping = FileMapping.read(toml(tmp_path, SCORES.replace("1973/1974", "1973 to 74")), "figure")

    run = stored(path, "figure", mapping)

    date = "Write the date as a year, month or day, for example 1986, 2010-10,"
    assert [(row, column, value, reason[:66]) for row, column, value, reason in refusals(run)] == [
        (4, "1972 CL", "free", "“free” value must be a decimal number."),
        (5, "Year", "nobody", "There is no such record. Add it first."),
        (4, "1973-74 PR", "1973-74", date),
        (4, "1973-74 CL", "1973-74", date),
        (5, "1973-74 PR", "1973-74", date),
        (5, "1973-74 CL", "1973-74", date),
    ]


FINDING = """
    [fields]
    record = { column = "body", find = "name" }
    place = { column = "where", find = ["iso3166-1", "name"], values = { Xianggang = "HK" } }
    role = { value = "acts_in" }
    source = { value = "survey-2010" }
    """


@pytest.fixture
def called(write, cast) -> dict[str, Record]:
    """The cast with what it is called by."""
    write.say("name", cast["fiob"], text="Frente Indígena de Organizaciones Binacionales")
    write.say("name", cast["kapatiran"], text="Union", language="fr")
    write.say("name", cast["mfa"], text="Unión")
    write.say("name", cast["fiob"], text="Hidden front", tier=1)
    write.say("name", cast["fiob"], text="No front", holds=False)
    write.say("name", cast["hk"], text="Hong Kong S.A.R.")
    write.say("identifier", cast["hk"], scheme="iso3166-1", value="HK")
    return cast


def test_records_are_found_by_name_and_by_identifier(called, tmp_path):
    name = "frente indigena de organizaciones binacionales"
    path = csv_file(
        tmp_path,
        ("body", "where"),
        *((name, where) for where in ("HK", "hk", "Xianggang", "hong kong sar", "Hong-Kong S A R")),
    )

    run = stored(path, "presence", FileMapping.read(toml(tmp_path, FINDING), "presence"))

    assert [(item.row, item.value) for item in run.plan.refused()] == [(5, "hong kong sar")]
    assert outcome_counts(run) == {"created": 1, "repeated": 3, "refused": 1}


@pytest.mark.parametrize(
    ("body", "where", "column", "reason"),
    [
        (
            "Front",
            "HK",
            "body",
            "No record is called 'Front' (by name). Add it first, or say in the map's values of "
            "record what the catalogue calls it.",
        ),
        (
            "FIOB",
            "Hongkong",
            "where",
            "No record is called 'Hongkong' (by iso3166-1 or name). Add it first, or say in the "
            "map's values of place what the catalogue calls it.",
        ),
        (
            "UNION",
            "HK",
            "body",
            "Several records are called 'UNION': kapatiran, mfa. Say in the map's values of record "
            "which is meant.",
        ),
        ("", "HK", "body", "Give the record."),
    ],
)
def test_record_that_is_missing_is_reported_with_what_to_do(
    called, tmp_path, body, where, column, reason
):
    path = csv_file(tmp_path, ("body", "where"), (body, where))

    run = stored(path, "presence", FileMapping.read(toml(tmp_path, FINDING), "presence"))

    value = {"body": body, "where": where}[column]
    assert refusals(run) == [(2, column, value, reason)]


@pytest.mark.parametrize("name", ["Hidden front", "No front"])
def test_record_is_not_found_by_what_is_not_public_or_not_its_name(called, tmp_path, name):
    path = csv_file(tmp_path, ("body", "where"), (name, "HK"))

    run = stored(path, "presence", FileMapping.read(toml(tmp_path, FINDING), "presence"))

    assert refused_cells(run) == [(2, "body", name)]


def test_record_of_a_kind_that_the_field_cannot_name_is_not_found(called, tmp_path):
    path = csv_file(tmp_path, ("body", "network"), ("fiob", "Union"), ("fiob", "kapatiran"))
    mapping = toml(
        tmp_path,
        """
        [fields]
        record = { column = "body", find = "slug" }
        partnership = { column = "network", find = ["name", "slug"] }
        source = { value = "survey-2010" }
        """,
    )

    run = stored(path, "membership", FileMapping.read(mapping, "membership"), good_part=True)

    assert refused_cells(run) == [(3, "network", "kapatiran")]
    assert Membership.objects.get().partnership == called["mfa"]


def test_hidden_record_is_not_found_by_its_name(called, tmp_path):
    changeset = Changeset()
    changeset.change_record(called["fiob"], level="hidden")
    changeset.propose().accept()
    path = csv_file(tmp_path, ("body", "where"), ("FIOB", "HK"))

    run = stored(path, "presence", FileMapping.read(toml(tmp_path, FINDING), "presence"))

    assert [(item.column, item.value) for item in run.plan.refused()] == [("body", "FIOB")]


def test_several_records_in_one_cell_are_found(called, tmp_path):
    path = csv_file(tmp_path, ("body", "where"), ("FIOB", "HK; Hong Kong S.A.R."))
    mapping = toml(tmp_path, FINDING.replace('values = { Xianggang = "HK" }', 'split = "; "'))

    assert outcome_counts(stored(path, "presence", FileMapping.read(mapping, "presence"))) == {
        "created": 1,
        "repeated": 1,
    }


def test_cell_that_a_complete_list_of_values_does_not_name_is_refused(write, cast, tmp_path):
    path = csv_file(
        tmp_path, ("record", "role"), ("fiob", "office"), ("fiob", "Seat"), ("fiob", "")
    )
    mapping = toml(
        tmp_path,
        """
        [fields]
        record = "record"
        place = { value = "hk" }
        role = { column = "role", values = { office = "seat" }, complete = true }
        source = { value = "survey-2010" }
        """,
    )

    run = stored(path, "presence", FileMapping.read(mapping, "presence"))

    assert refusals(run) == [
        (
            3,
            "role",
            "Seat",
            "The map has no word for this. Add it to the values of the field role, or correct the "
            "row.",
        ),
        (4, "role", "", "This field cannot be blank."),
    ]


def test_values_may_be_those_of_several_columns_together(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("record", "area", "rank"),
        ("fiob", "HK", "1"),
        ("fiob", "HK", "2"),
        ("fiob", "MX", "1"),
    )
    mapping = toml(
        tmp_path,
        """
        [fields]
        record = "record"
        place = { value = "hk" }
        source = { value = "survey-2010" }
        [fields.role]
        columns = ["area", "rank"]
        join = "/"
        values = { "HK/1" = "seat", "HK/2" = "acts_in" }
        complete = true
        """,
    )

    run = stored(path, "presence", FileMapping.read(mapping, "presence"))

    assert refused_cells(run) == [(4, "rank", "1")]
    assert outcome_counts(run) == {"created": 2, "refused": 1}


def test_values_of_a_map_may_be_numbers_and_truths(write, cast, tmp_path):
    path = csv_file(tmp_path, ("record", "text", "no"), ("fiob", "Frente", "1"))
    mapping = toml(
        tmp_path,
        """
        [fields]
        record = "record"
        text = "text"
        holds = { column = "no", values = { 0 = true, 1 = false } }
        source = { value = "survey-2010" }
        """,
    )

    stored(path, "name", FileMapping.read(mapping, "name"))

    assert Name.objects.get(text="Frente").holds is False


def test_rows_are_left_out_by_rules_that_say_why(write, cast, tmp_path, capsys):
    path = csv_file(
        tmp_path,
        ("body", "text", "sort"),
        ("fiob", "Frente", "1"),
        ("total", "2 bodies", "1"),
        ("Yugoslav union", "Savez", "2"),
        ("Yugoslav front", "Front", "2"),
    )
    mapping = toml(
        tmp_path,
        """
        ignore = ["sort"]
        [[leave_out]]
        column = "body"
        values = ["total"]
        because = "A sum is no body."
        [[leave_out]]
        column = "body"
        pattern = "Yugoslav .*"
        because = "Of a state that is no more."
        [fields]
        record = "body"
        text = "text"
        source = { value = "survey-2010" }
        """,
    )

    run = plan_file(path, "name", FileMapping.read(mapping, "name"))
    call_command("import_records", path, kind="name", map=mapping, accept=True, verbosity=2)

    assert outcome_counts(run) == {"created": 1, "left out": 3}
    assert capsys.readouterr().out.startswith(
        "file.csv, row 3: left out. A sum is no body.\n"
        "file.csv, row 4: left out. Of a state that is no more.\n"
        "file.csv, row 5: left out. Of a state that is no more.\n"
        "file.csv, row 2: created\n"
        "4 rows: 1 new, 3 left out; 1 statement.\n"
    )


def test_statement_may_be_made_of_some_rows_alone(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("body", "text", "sort"),
        ("fiob", "Frente", "own"),
        ("fiob", "Front", "English"),
        ("kapatiran", "K", "none"),
    )
    mapping = toml(
        tmp_path,
        """
        [fields]
        where = { sort = ["own", "other"] }
        record = "body"
        text = "text"
        source = { value = "survey-2010" }
        [[statement]]
        kind = "text"
        where = { sort = "English" }
        record = "body"
        text_kind = { value = "goal" }
        body = "text"
        source = { value = "survey-2010" }
        """,
    )

    run = stored(path, "name", FileMapping.read(mapping, "name"))

    assert outcome_counts(run) == {"created": 2, "left out": 1}
    assert [
        (item.row, item.reason) for item in run.plan.outcomes if item.verdict == "left out"
    ] == [(4, "The map makes no statement of such a row.")]
    assert (Name.objects.filter(text="Frente").count(), Text.objects.get().body) == (1, "Front")


def test_values_in_one_cell_are_split(write, cast, tmp_path):
    path = csv_file(
        tmp_path, ("body", "names"), ("fiob", "Frente / Front/FIOB"), ("kapatiran", "Kapatiran")
    )
    mapping = FileMapping(
        statements=[
            (
                "name",
                {
                    "record": "body",
                    "text": {"column": "names", "split": "/"},
                    "source": {"value": "survey-2010"},
                },
            )
        ]
    )

    stored(path, "name", mapping)

    names = Name.objects.filter(record=cast["fiob"], preferred=False).order_by("id")
    assert [name.text for name in names] == ["Frente", "Front", "FIOB"]


BAD_MAPS = {
    "words": ("this is no TOML", "cannot be read"),
    "section": ("[feilds]\nrecord = 'body'", "The map has no use for feilds"),
    "field": ("[fields]\ncolour = 'body'", "A name has no colour"),
    "kind": ("[[statement]]\nkind = 'gossip'", "There is no kind of statement 'gossip'"),
    "no kind": ("[[statement]]\ntext = 'body'", "There is no kind of statement ''"),
    "fields": ("fields = 3", "has to be a table"),
    "record": ("record = 'slug'", "has to be a table"),
    "how": ("[fields]\ntext = { colunm = 'body' }", "says nothing that can be read"),
    "number": ("[fields]\ntext = 7", "says nothing that can be read"),
    "both": ("[fields]\ntext = { column = 'a', value = 'b' }", "says nothing that can be read"),
    "split": ("[fields]\ntext = { column = 'a', split = '(' }", "is no regular expression"),
    "long": ("[long]\npattern = '['\nname = 'a'\nvalue = 'b'", "needs pattern, name and value"),
    "half of long": ("[long]\npattern = 'x'", "needs pattern, name and value"),
    "same column": (
        "[long]\npattern = 'b.*'\nname = 'a'\nvalue = 'names'",
        "makes a column 'names' that is there already",
    ),
    "same group": (
        "[long]\npattern = '(?P<a>b.*)'\nname = 'a'\nvalue = 'b'",
        "makes a column 'a' that is there already",
    ),
    "no match": ("[long]\npattern = 'c'\nname = 'a'\nvalue = 'b'", "It has body, names"),
    "number of long": ("[long]\npattern = 7\nname = 'a'\nvalue = 'b'", "needs pattern, name"),
    "find": ("[fields]\ntext = { column = 'body', find = 'name' }", "which is no record"),
    "no way": ("[fields]\nrecord = { column = 'body', find = [''] }", "says nothing that can"),
    "complete": ("[fields]\ntext = { column = 'body', complete = true }", "beside values"),
    "open": (
        "[fields]\ntext = { column = 'body', values = {}, otherwise = 'x', complete = true }",
        "without otherwise and split",
    ),
    "rule": ("leave_out = 'total'", "each leave_out has to be a table"),
    "no reason": (
        "[[leave_out]]\ncolumn = 'body'\nvalues = ['x']\nbecause = ' '",
        "and because: the reason, in a sentence",
    ),
    "no rows": ("[[leave_out]]\ncolumn = 'body'\nbecause = 'x'", "the values that are left out"),
    "no pattern": (
        "[[leave_out]]\ncolumn = 'body'\npattern = '('\nbecause = 'x'",
        "a regular expression",
    ),
    "no such column": (
        "[[leave_out]]\ncolumn = 'sort'\nvalues = ['x']\nbecause = 'x'",
        "leaves out rows by the column sort, which file.csv has not. It has body, names.",
    ),
    "where": ("[fields]\nwhere = 'body'", "where is a table"),
    "where no column": ("[fields]\nwhere = { sort = '1' }\ntext = 'body'", "has no column sort"),
    "sheet": ("[table]\nsheet = 3", "has a sheet \\(its name\\) and a header"),
    "header": ("[table]\nheader = [3, 2]", "of several from the top"),
    "no header": ("[table]\nheader = []", "of several from the top"),
    "layout": ("[table]\nrows = 3", "has a sheet"),
    "no column": ("[fields]\ntext = 'absent'", "has no column absent"),
    "spare": ("[fields]\ntext = 'body'", "Nothing is said about the column names of file.csv"),
}


@pytest.mark.parametrize("name", BAD_MAPS)
def test_map_that_does_not_fit_is_refused_with_what_to_do(tmp_path, db, name):
    text, sentence = BAD_MAPS[name]
    path = csv_file(tmp_path, ("body", "names"), ("fiob", "Frente"))

    with pytest.raises(MappingError, match=sentence):
        plan_file(path, "name", FileMapping.read(toml(tmp_path, text), "name"))


def test_map_finds_records_for_statements_alone(tmp_path, db):
    mapping = toml(tmp_path, "[record]\nslug = { column = 'body', find = 'name' }")

    with pytest.raises(MappingError, match="slug cannot have find or complete"):
        FileMapping.read(mapping, "organization")


def test_columns_of_a_record_are_its_address_and_kind_alone(tmp_path, db):
    path = csv_file(tmp_path, ("slug", "name"), ("fiob", "Frente"))

    with pytest.raises(MappingError, match="A record has no name"):
        plan_file(path, "organization")


# Records, sources, terms and citations


def test_records_are_made_once(write, tmp_path):
    path = csv_file(
        tmp_path, ("slug", "kind"), ("ph", "place"), ("pga", "gathering"), ("mfa", "partnership")
    )

    runs = [outcome_counts(stored(path, "record")) for _ in range(2)]

    assert runs == [{"created": 3}, {"unchanged": 3}]
    assert dict(Record.objects.values_list("slug", "kind")) == {
        "ph": "place",
        "pga": "gathering",
        "mfa": "partnership",
    }


def test_record_invalid_rows_are_reported_one_by_one(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("slug", "kind"),
        ("Frente Indígena", "organization"),
        ("a" * 121, "organization"),
        ("new", "person"),
        ("twice", "organization"),
        ("twice", "organization"),
        ("hk", "organization"),
        ("", "organization"),
    )

    run = stored(path, "record")

    slug = "Write small letters, digits and hyphens."
    assert refusals(run) == [
        (2, "slug", "Frente Indígena", slug),
        (3, "slug", "a" * 121, slug),
        (
            4,
            "kind",
            "person",
            "Choose a kind: place, organization, partnership, gathering, campaign, instrument, "
            "project, demand, case.",
        ),
        (
            6,
            "slug",
            "twice",
            "Row 5 has this slug as well. If both are about one record, let the map find it (find "
            "under [record]); if not, give each its own.",
        ),
        (7, "slug", "hk", "This slug belongs to a place already. Choose another."),
        (8, "slug", "", slug),
    ]
    assert Record.objects.filter(slug="twice").count() == 0


def test_sources_are_made_updated_and_left_alone(write, tmp_path):
    header = ("key", "short", "title", "source_kind", "observed", "url")
    first = csv_file(
        tmp_path,
        header,
        ("book", "Book", "The book", "book", "2008", "https://a.example https://b.example"),
        ("news", "News", "The news", "newspaper", "2010-10", ""),
    )
    second = csv_file(
        tmp_path,
        header,
        ("book", "Book", "The book", "book", "2008", "https://a.example https://b.example"),
        ("news", "News", "Other news", "newspaper", "2010-10", ""),
        name="second.csv",
    )

    runs = [outcome_counts(stored(path, "source")) for path in (first, second, second)]

    assert runs == [{"created": 2}, {"updated": 1, "unchanged": 1}, {"unchanged": 2}]
    assert Source.objects.get(key="book").urls == ["https://a.example", "https://b.example"]
    assert Source.objects.get(key="news").title == "Other news"
    assert check()[0] == []


def test_terms_may_point_at_terms_of_the_same_file(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("scheme", "code", "label", "definition", "broader"),
        ("sector", "domestic-work", "domestic work", "", "sector:care"),
        ("sector", "care", "care work", "Work for others.", ""),
    )

    runs = [outcome_counts(stored(path, "term")) for _ in range(2)]

    term = Term.objects.get(code="domestic-work")
    assert runs == [{"created": 2}, {"unchanged": 2}]
    assert (term.broader.code, term.labels) == ("care", {"en": "domestic work"})


def test_citations_are_recorded_once(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("source", "locator", "as_printed", "cites"),
        ("survey-2010", "page 4", "Survey 2010", "survey-2010"),
    )

    assert [outcome_counts(stored(path, "citation")) for _ in range(2)] == [
        {"created": 1},
        {"unchanged": 1},
    ]


def test_source_invalid_rows_are_reported_with_column_and_value(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("key", "short", "title", "source_kind", "observed"),
        ("one", "One", "One", "rumour", "2010"),
        ("two", "Two", "", "book", "2010"),
        ("three", "Three", "Three", "book", "circa 1990"),
        ("four", "Four", "Four", "book", "2010"),
        ("five", "F" * 121, "Five", "book", "2010"),
    )

    run = stored(path, "source")

    refused_rows = refusals(run)
    assert [(row, column, value) for row, column, value, _ in refused_rows] == [
        (2, "source_kind", "rumour"),
        (3, "title", ""),
        (6, "short", "F" * 121),
        (4, "observed", "circa 1990"),
    ]
    assert refused_rows[-1][3].startswith("Write the date of observation")
    assert Source.objects.count() == 1


def test_term_without_a_label_is_reported_with_its_row(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("scheme", "code", "label"),
        ("sector", "care", "care work"),
        ("sector", "fishing", ""),
    )

    run = stored(path, "term")

    assert refusals(run) == [
        (3, "label", "", "Give the term a label in English at least."),
    ]
    assert Term.objects.filter(scheme="sector").count() == 0


# Rows at fault


NAMES = ("record", "text", "language", "preferred", "source")


def test_all_invalid_rows_are_reported_at_once_and_nothing_is_stored(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        NAMES,
        ("fiob", "Frente", "es", "", "survey-2010"),
        ("nobody", "Nobody", "en", "", "survey-2010"),
        ("fiob", " ", "en", "", "survey-2010"),
        ("fiob", "Front", "English", "perhaps", "gossip"),
        ("", "Front", "en", "", "survey-2010"),
        ("fiob", "Front", "en", "", ""),
    )

    run = stored(path, "name")

    assert sorted(refusals(run)) == sorted(
        [
            (3, "record", "nobody", "There is no such record. Add it first."),
            (4, "text", "", "This field cannot be blank."),
            (5, "language", "English", "Write the language as a tag: en, es, zh-Hant, mix, und."),
            (5, "preferred", "perhaps", "Write yes or no."),
            (5, "source", "gossip", "There is no such source. Add it first."),
            (6, "record", "", "Give the record."),
            (7, "source", "", "Give the source."),
        ]
    )
    assert Name.objects.filter(text="Frente").count() == 0
    assert Changeset.objects.proposed().count() == 0


def test_thousand_invalid_rows_are_reported_at_once(write, cast, tmp_path):
    rows = [("fiob", f"Frente {number}", "English", "", "survey-2010") for number in range(1_000)]

    run = stored(csv_file(tmp_path, NAMES, *rows), "name")

    refused_rows = refusals(run)
    assert [row for row, *_ in refused_rows] == list(range(2, 1_002))
    assert {(column, value) for _, column, value, _ in refused_rows} == {("language", "English")}


def test_good_part_is_stored_if_asked_for(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        NAMES,
        ("fiob", "Frente", "es", "", "survey-2010"),
        ("fiob", "Front", "English", "", "survey-2010"),
    )

    run = stored(path, "name", good_part=True)

    assert outcome_counts(run) == {"created": 1, "refused": 1}
    assert Name.objects.filter(text="Frente").count() == 1
    assert check()[0] == []


def test_refusal_reads_as_a_line():
    lines = [
        str(Outcome("names.csv", 3, "refused", "text", "x" * 100, "Too long.")),
        str(Outcome("names.csv", 4, "refused", "", "", "It overlaps.")),
        str(Outcome("names.csv", 5, "created")),
    ]

    assert lines == [
        f"names.csv, row 3, column text, value '{'x' * 77}...': Too long.",
        "names.csv, row 4: It overlaps.",
        "names.csv, row 5: created",
    ]


@pytest.mark.parametrize(
    ("kind", "row", "column", "value", "reason"),
    [
        (
            "membership",
            {"partnership": "kapatiran"},
            "partnership",
            "kapatiran",
            "cannot point at this kind",
        ),
        ("presence", {"place": "hk", "role": "hides"}, "role", "hides", "Choose one of seat,"),
        ("figure", {"measure": "nothing", "low": "1"}, "measure", "nothing", "no such term"),
        ("figure", {"measure": "identity:women", "low": "1"}, "measure", "identity:women", "term"),
        ("figure", {"measure": "edition", "low": "many"}, "low", "many", "must be a decimal"),
        ("figure", {"measure": "edition", "low": "2", "high": "1"}, "low", "2", "above the upper"),
        ("figure", {"measure": "edition"}, "low", "", "at least one bound"),
        ("figure", {"measure": "edition", "low": "1.23456"}, "low", "1.23456", "decimal places"),
        ("existence", {"event": "held", "when": "2012"}, "when", "2012", "only say that the event"),
        (
            "existence",
            {"event": "held", "when": "1990 or so"},
            "when",
            "1990 or so",
            "Write the date as",
        ),
        ("link", {"url": "javascript:x"}, "url", "javascript:x", "Write the whole address"),
        (
            "contact",
            {"contact_kind": "email", "value": "a@b.example", "tier": "0"},
            "tier",
            "0",
            "Only the",
        ),
        ("identifier", {"scheme": "Two words", "value": "1"}, "scheme", "Two words", "slug"),
        ("arena_placement", {"arena": "press"}, "arena", "press", "There are four arenas"),
        ("name", {"text": "x" * 401}, "text", "x" * 401, "at most 400 characters"),
        ("name", {"text": "F\x00"}, "text", "F\x00", "Remove the NUL character"),
        ("name", {"text": "F\ud800"}, "text", "F?", "A character was lost here"),
    ],
)
def test_invalid_row_is_reported_with_column_value_and_reason(
    write, cast, tmp_path, kind, row, column, value, reason
):
    path = jsonl_file(tmp_path, {"record": "fiob", "source": "survey-2010", **row})

    run = stored(path, kind)

    assert refused_cells(run) == [(1, column, value)]
    assert reason in run.plan.refused()[0].reason


def test_tier_is_given_by_number_or_by_name(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("record", "text", "tier", "source"),
        ("fiob", "A", "2", "survey-2010"),
        ("fiob", "B", "vetted partners", "survey-2010"),
        ("fiob", "C", "", "survey-2010"),
    )

    run = stored(path, "name")

    assert refusals(run) == []
    assert dict(Name.objects.filter(preferred=False).values_list("text", "tier")) == {
        "A": 2,
        "B": 1,
        "C": 0,
    }


@pytest.mark.parametrize("text", ["F\x00", "F\ud800"])
def test_text_that_no_database_stores_is_refused_in_sources_too(write, tmp_path, text):
    row = {"key": "one", "short": text, "title": "x", "source_kind": "book", "observed": "2010"}

    run = stored(jsonl_file(tmp_path, row), "source")

    assert refused_cells(run) == [(1, "short", text.replace("\ud800", "?"))]


# What only the ledger knows


def test_overlapping_period_is_reported_with_its_row(write, cast, tmp_path):
    header = ("record", "partnership", "when", "source")
    write.say("membership", cast["fiob"], partnership=cast["mfa"], edtf="1994/2001")
    path = csv_file(
        tmp_path,
        header,
        ("kapatiran", "mfa", "1994/..", "survey-2010"),
        ("fiob", "mfa", "2000/2005", "survey-2010"),
        ("kapatiran", "mfa", "2001/..", "survey-2010"),
    )

    run = stored(path, "membership")

    sentence = (
        "This source already says that it is a member at that time. Retire that statement, or "
        "date the two so that they do not overlap."
    )
    assert refusals(run) == [
        (3, "", "fiob, mfa, 2000/2005, survey-2010", sentence),
        (4, "", "kapatiran, mfa, 2001/.., survey-2010", sentence),
    ]
    assert outcome_counts(run) == {"created": 1, "refused": 2}
    assert Membership.objects.count() == 1

    stored(path, "membership", good_part=True)

    assert sorted(Membership.objects.values_list("record__slug", "edtf")) == [
        ("fiob", "1994/2001"),
        ("kapatiran", "1994/.."),
    ]


def test_rules_between_tables_are_reported_with_their_rows(write, cast, tmp_path):
    write.say("identifier", cast["kapatiran"], scheme="hk-registry", value="007")
    write.say("trait", cast["fiob"], term=write.terms["sphere:state"])
    identifiers = csv_file(
        tmp_path,
        ("record", "scheme", "value", "source"),
        ("fiob", "hk-registry", "007", "survey-2010"),
        ("fiob", "hk-registry", "008", "survey-2010"),
    )
    arenas = csv_file(
        tmp_path, ("record", "arena", "source"), ("fiob", "ngo", "survey-2010"), name="arenas.csv"
    )

    runs = [stored(identifiers, "identifier"), stored(arenas, "arena_placement")]

    assert [[(row, reason[:31]) for row, _, _, reason in refusals(run)] for run in runs] == [
        [(2, "hk-registry 007 is that of kapa")],
        [(2, "State and intergovernmental bod")],
    ]
    assert Identifier.objects.count() == 1


def test_row_of_which_the_ledger_refuses_a_part_adds_nothing(write, cast, tmp_path):
    header = ("id", "name", "number")
    path = csv_file(tmp_path, header, ("new", "New", "007"), ("other", "Other", "008"))
    write.say("identifier", cast["kapatiran"], scheme="hk-registry", value="007")
    source = {"value": "survey-2010"}
    mapping = FileMapping(
        record={"slug": "id"},
        statements=[
            ("name", {"text": "name", "source": source}),
            (
                "identifier",
                {"scheme": {"value": "hk-registry"}, "value": "number", "source": source},
            ),
        ],
    )

    run = stored(path, "organization", mapping, good_part=True)

    assert outcome_counts(run) == {"created": 3, "refused": 1}
    assert [*Record.objects.filter(slug__in=("new", "other"))] == [Record.objects.get(slug="other")]


# The second run


def test_second_run_changes_nothing(write, cast, tmp_path):
    path = csv_file(tmp_path, *MEMBERSHIPS)
    first = stored(path, "membership")
    number = Counter.objects.get().number

    runs = [stored(path, "membership"), stored(path, "membership", replace=True)]

    assert outcome_counts(first) == {"created": 2}
    assert [outcome_counts(run) for run in runs] == [{"unchanged": 2}, {"unchanged": 2}]
    assert Counter.objects.get().number == number


def test_duplicate_row_is_stored_once(write, cast, tmp_path):
    row = ("fiob", "Frente", "es", "", "survey-2010")
    path = csv_file(tmp_path, NAMES, row, row)

    runs = [outcome_counts(stored(path, "name")) for _ in range(2)]

    assert runs == [{"created": 1, "repeated": 1}, {"unchanged": 1, "repeated": 1}]
    assert Name.objects.filter(text="Frente").count() == 1


def test_numbers_are_known_however_they_are_written(write, cast, tmp_path):
    header = ("record", "measure", "low", "source")
    first = csv_file(tmp_path, header, ("fiob", "participants", "2000", "survey-2010"))
    second = csv_file(
        tmp_path, header, ("fiob", "measure:participants", "2000.00", "survey-2010"), name="b.csv"
    )

    runs = [outcome_counts(stored(path, "figure")) for path in (first, second)]

    assert runs == [{"created": 1}, {"unchanged": 1}]


def test_new_run_replaces_statements_of_an_earlier_one(write, cast, tmp_path):
    write.say("name", cast["fiob"], text="By hand")
    header = ("record", "text", "language", "source", "locator")
    first = csv_file(
        tmp_path,
        header,
        ("fiob", "Frente", "es", "survey-2010", "p. 1"),
        ("fiob", "Front", "en", "survey-2010", "p. 2"),
        ("kapatiran", "Brotherhood", "en", "survey-2010", "p. 3"),
    )
    second = csv_file(
        tmp_path,
        header,
        ("fiob", "Frente Indígena", "es", "survey-2010", "p. 1"),
        ("fiob", "Front", "en", "survey-2010", "p. 2"),
        name="second.csv",
    )
    stored(first, "name")

    run = stored(second, "name", replace=True)

    gone = Name.objects.get(text="Brotherhood")
    assert [(item.table, item.row, item.verdict) for item in run.plan.outcomes] == [
        ("second.csv", 3, "unchanged"),
        ("second.csv", 2, "updated"),
        ("name", gone.pk, "retired"),
    ]
    names = Name.objects.current().filter(preferred=False).order_by("id")
    assert list(names.values_list("text", flat=True)) == ["By hand", "Front", "Frente Indígena"]
    assert gone.retired_id == Name.objects.get(text="Frente").retired_id
    assert check()[0] == []


def test_new_run_without_replacing_retires_nothing(write, cast, tmp_path):
    stored(csv_file(tmp_path, NAMES, ("fiob", "Frente", "es", "", "survey-2010")), "name")

    run = stored(csv_file(tmp_path, NAMES, ("fiob", "Front", "es", "", "survey-2010")), "name")

    assert outcome_counts(run) == {"created": 1}
    assert Name.objects.current().filter(record=cast["fiob"]).count() == 3


def test_replacing_reaches_the_import_of_its_own_label_alone(write, cast, tmp_path):
    first = csv_file(tmp_path, NAMES, ("fiob", "Frente", "es", "", "survey-2010"))
    stored(first, "name", label="another survey")
    second = csv_file(
        tmp_path, NAMES, ("kapatiran", "K", "es", "", "survey-2010"), name="second.csv"
    )

    run = stored(second, "name", replace=True)

    assert outcome_counts(run) == {"created": 1}
    assert Name.objects.get(text="Frente").retired is None


def test_replacing_by_an_empty_table_retires_earlier_statements(write, cast, tmp_path):
    stored(csv_file(tmp_path, NAMES, ("fiob", "Frente", "es", "", "survey-2010")), "name")

    run = stored(csv_file(tmp_path, NAMES), "name", replace=True)

    assert outcome_counts(run) == {"retired": 1}
    assert Name.objects.get(text="Frente").retired_id == Counter.objects.get().number


@pytest.mark.parametrize("error", ["judged", "refused by the ledger"])
def test_invalid_row_retires_no_statement_of_an_earlier_run(write, cast, tmp_path, error):
    header = ("record", "scheme", "value", "source", "when")
    first = csv_file(
        tmp_path,
        header,
        ("fiob", "hk-registry", "007", "survey-2010", ""),
        ("mfa", "hk-registry", "009", "survey-2010", ""),
    )
    stored(first, "identifier")
    write.say("identifier", cast["kapatiran"], scheme="hk-registry", value="008")
    wrong = {
        "judged": ("fiob", "hk-registry", "007", "survey-2010", "1990 or so"),
        "refused by the ledger": ("fiob", "hk-registry", "008", "survey-2010", ""),
    }[error]
    second = csv_file(
        tmp_path,
        header,
        wrong,
        ("mfa", "hk-registry", "010", "survey-2010", ""),
        name="second.csv",
    )

    run = stored(second, "identifier", replace=True, good_part=True)

    current = Identifier.objects.current().order_by("value")
    assert outcome_counts(run) == {"updated": 1, "refused": 1}
    assert list(current.values_list("record__slug", "value")) == [
        ("fiob", "007"),
        ("kapatiran", "008"),
        ("mfa", "010"),
    ]
    assert check()[0] == []


def test_changed_statement_is_retired_in_the_proposal_that_replaces_it(write, cast, tmp_path):
    stored(csv_file(tmp_path, NAMES, ("fiob", "Frente", "es", "", "survey-2010")), "name")
    corrected = csv_file(tmp_path, NAMES, ("fiob", "Frente Indígena", "es", "", "survey-2010"))

    changesets = plan_file(corrected, "name", replace=True).store(accept=False)

    previous = Name.objects.get(text="Frente")
    assert [
        (
            [row["text"] for row in changeset.operations.adds["name"]],
            changeset.operations.retires,
        )
        for changeset in changesets
    ] == [(["Frente Indígena"], {"name": [previous.pk]})]


# Proposing, and the command


def test_import_may_be_proposed_only(write, cast, tmp_path):
    run = plan_file(csv_file(tmp_path, *MEMBERSHIPS), "membership")

    changesets = run.store(accept=False)

    assert [(changeset.state, changeset.label, changeset.reason) for changeset in changesets] == [
        ("proposed", "survey", "Import survey.")
    ]
    assert Membership.objects.count() == 0


def test_dry_run_of_the_command_reports_and_stores_nothing(write, cast, tmp_path, capsys):
    path = csv_file(tmp_path, *MEMBERSHIPS)
    before = Counter.objects.values().get()

    call_command("import_records", str(path), kind="membership", dry_run=True)

    assert capsys.readouterr().out == "2 rows: 2 new; 2 statements.\n"
    assert Counter.objects.values().get() == before
    assert (Membership.objects.count(), Changeset.objects.proposed().count()) == (0, 0)


def test_command_accepts_proposes_or_refuses(write, cast, tmp_path, capsys):
    path = csv_file(tmp_path, *MEMBERSHIPS)
    number = Counter.objects.get().number

    call_command("import_records", str(path), kind="membership")
    proposed = capsys.readouterr().out
    call_command("import_records", str(path), kind="membership", accept=True)
    accepted = capsys.readouterr().out

    assert (
        proposed
        == "2 rows: 2 new; 2 statements.\nProposed as 1 proposals; they wait in the queue.\n"
    )
    assert accepted == (
        f"2 rows: 2 new; 2 statements.\nAccepted as changes {number + 1} to {number + 1}.\n"
    )


def test_command_lists_the_invalid_rows_and_fails(write, cast, tmp_path, capsys):
    path = csv_file(tmp_path, NAMES, ("fiob", "Front", "English", "", "survey-2010"))

    with pytest.raises(CommandError, match=r"Nothing was stored\. Correct the rows above"):
        call_command("import_records", str(path), kind="name", accept=True)

    assert capsys.readouterr().out == (
        "file.csv, row 2, column language, value 'English': Write the language as a tag: en, es, "
        "zh-Hant, mix, und.\n1 row: 1 refused.\n"
    )


def test_command_reports_what_is_wrong_with_a_file_or_a_map(write, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"%PDF-1.7")
    good = csv_file(tmp_path, ("colour",), ("red",))

    with pytest.raises(CommandError, match=r"bad\.csv: This is a PDF"):
        call_command("import_records", str(bad), kind="name")
    with pytest.raises(CommandError, match="A name has no colour"):
        call_command("import_records", str(good), kind="name")


def test_terms_of_a_trait_are_given_with_their_scheme(write, cast, tmp_path):
    path = csv_file(
        tmp_path,
        ("record", "scheme", "term", "source"),
        ("fiob", "identity", "women", "survey-2010"),
    )

    stored(path, "trait")

    assert str(Trait.objects.get().term) == "identity:women"


# Many tables


def test_statements_about_one_record_are_stored_in_one_change(write, cast, tmp_path):
    rows = [("fiob", f"Frente {number}", "es", "", "survey-2010") for number in range(1_200)]
    number = Counter.objects.get().number

    run = plan_file(csv_file(tmp_path, NAMES, *rows), "name")
    changesets = run.store()

    assert [changeset.number for changeset in changesets] == [number + 1]
    assert {changeset.label for changeset in changesets} == {"survey"}


def test_replaced_statement_and_its_successor_are_in_one_change_of_many(
    write, cast, tmp_path, monkeypatch
):
    monkeypatch.setattr("orgs.imports.batches.CHUNK", 2)

    def names(edition: str) -> Path:
        rows = [
            (slug, f"{slug} {edition} {count}", "es", "", "survey-2010")
            for slug in ("fiob", "kapatiran", "mfa")
            for count in range(2)
        ]
        return csv_file(tmp_path, NAMES, *rows)

    stored(names("first"), "name")

    changesets = plan_file(names("second"), "name", replace=True).store(accept=False)

    assert len(changesets) == 3
    for changeset in changesets:
        retired = Name.objects.filter(pk__in=changeset.operations.retires["name"])
        added = changeset.operations.adds["name"]
        assert sorted(row["record_id"] for row in added) == sorted(
            retired.values_list("record_id", flat=True)
        )


def test_references_that_a_file_brings_come_before_what_cites_them(write, tmp_path):
    source = ParsedFile(
        "sources.csv",
        ["key", "short", "title", "source_kind", "observed"],
        [
            (
                2,
                {
                    "key": "new",
                    "short": "New",
                    "title": "New",
                    "source_kind": "book",
                    "observed": "2012",
                },
            )
        ],
    )
    records = ParsedFile(
        "records.csv", ["slug", "kind"], [(2, {"slug": "pga", "kind": "gathering"})]
    )
    dates = ParsedFile(
        "dates.csv",
        ["record", "event", "when", "source"],
        [(2, {"record": "pga", "event": "held", "when": "2012", "source": "new"})],
    )
    run = Import("all")
    for table, kind in ((records, "record"), (source, "source"), (dates, "existence")):
        run.read(table, kind, FileMapping.from_header(kind, table.header))

    run.finish().store()

    assert outcome_counts(run) == {"created": 3}
    document = json.loads(Entry.objects.get(slug="pga").document)
    assert [(item["event"], item["observed"]) for item in document["dates"]] == [("held", "2012")]


def test_source_that_cannot_be_stored_is_left_out_alone(write, tmp_path):
    path = csv_file(
        tmp_path,
        ("key", "short", "title", "source_kind", "observed"),
        ("one", "One", "One", "book", "circa 1990"),
        ("two", "Two", "Two", "book", "1990"),
    )

    run = stored(path, "source", good_part=True)

    assert [reason[:29] for *_, reason in refusals(run)] == ["Write the date of observation"]
    assert list(Source.objects.exclude(key="survey-2010").values_list("key", flat=True)) == ["two"]
