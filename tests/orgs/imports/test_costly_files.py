"""Files that are small and cost much: refused or read in a process of their own, never in ours."""

import contextlib
import io
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies
from openpyxl import Workbook, load_workbook

from mcs.embedded.bootstrap import PROJECT
from orgs.access import rate_limits
from orgs.imports import file_parser, files, views
from orgs.imports.archive import PARTS
from orgs.imports.file_parser import FIRST_TABLE
from orgs.imports.files import UPLOADS, ParserBusy, parse_file
from orgs.imports.parsed_file import UnreadableFile, cell_text
from orgs.imports.upload import Upload
from orgs.imports.workbook import read_workbook
from tests.orgs.imports.malformed import (
    HEADINGS,
    PLAIN,
    SHEET,
    cell,
    lines,
    repacked,
    sheet_of,
    text,
)
from tests.support.uploads import browser_of, grown, main_of, settle, uploaded

HEAD = '"name (official, en)"'
MIB = 2**20
TYPES = "[Content_Types].xml"
STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_type(part: str, kind: str = STRINGS) -> bytes:
    """The list of types of a spreadsheet in which a part has this type, too."""
    named = f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as plain:
        return plain.read(TYPES).replace(b"</Types>", named.encode())


def bomb(part: str) -> bytes:
    """A spreadsheet whose shared strings, in a part of this name, are two million tags."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 6))
    strings = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY e0 "{"<r/>" * 20}">{levels}]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si>&e5;</si></sst>"
    )
    return repacked(PLAIN, {TYPES: with_type(part)}, {part: strings.encode()})


def sheet(*rows: str) -> bytes:
    return repacked(PLAIN, {SHEET: sheet_of("".join(rows).encode())})


def row(number: int, *cells: bytes) -> str:
    return f'<row r="{number}">{b"".join(cells).decode()}</row>'


TABLE = (row(1, text("name (official, en)", "A1")), row(2, text("Luz", "A2")))
EMPTY = '<row r="{n}"><c r="XFD{n}" s="0"/></row>'
"""A row with one empty cell, in the last column that there is."""


def wide(rows: int) -> bytes:
    return sheet(*TABLE, *(EMPTY.format(n=n) for n in range(3, rows + 3)))


def reasons_of(content: bytes, name: str = "table") -> list[tuple[int, str, str]]:
    """Why a file is refused: row, value and the first sentence of each reason."""
    with pytest.raises(UnreadableFile) as refused:
        parse_file(name, content)
    return [
        (item.row, item.value, item.reason.partition(". ")[0]) for item in refused.value.problems
    ]


def measured(work) -> float:
    """By how many MiB something made this process grow."""
    try:
        before = settle()
    except OSError:
        pytest.skip("Only Linux tells how much memory a process had at most.")
    work()
    return (grown() - before) / MIB


# What costs much ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part", ["xl/strings.bin", "xl/printerSettings/printerSettings1.bin", "xl/sharedStrings.xml"]
)
def test_entities_are_refused_wherever_they_stand_and_nothing_is_stored(db, write, part):
    uploader = browser_of("ana@example.org")
    uploaded(uploader, lines("name"))  # whatever is made once
    content = bomb(part)
    answers = []

    growth = measured(lambda: answers.append(uploaded(uploader, content, "bomb.xlsx")))

    assert len(content) < 8_000
    assert answers[0].status_code == 400
    assert "This file cannot be taken" in main_of(answers[0]).text
    assert not Upload.objects.exists()
    assert growth < 64


@pytest.mark.parametrize(
    "content",
    [wide(8_000), wide(40_000), b"\n" * 16_384, b"\n" * 2**20, lines(HEAD) + b"\n" * 32_768],
    ids=["8,000 empty rows", "40,000 empty rows", "line ends", "a million line ends", "table"],
)
def test_what_holds_nothing_costs_nothing(content):
    parse_file("warm.csv", b"name\nLuz\n")

    def read() -> None:
        with contextlib.suppress(UnreadableFile):
            parse_file("table", content)

    growth = measured(read)

    assert growth < 64


def test_empty_cells_far_to_the_right_are_no_part_of_the_table():
    assert parse_file("table", wide(100)).rows == [(2, {"name (official, en)": "Luz"})]


@pytest.mark.parametrize(
    ("content", "row_number", "reason"),
    [
        pytest.param(
            wide(40_000),
            32_001,
            "The file has more than 32000 rows, the empty ones included",
            id="empty rows of a spreadsheet",
        ),
        pytest.param(
            lines(HEAD, "Luz") + b"\n" * 40_000,
            32_001,
            "The file has more than 32000 rows, the empty ones included",
            id="empty rows of a text",
        ),
        pytest.param(
            lines(*["," * 150] * 3_000),
            2_650,
            "A table may have 400000 cells, the empty ones included",
            id="empty cells of a text",
        ),
        pytest.param(
            sheet(*TABLE, *(f'<row r="{n}">{"<c/>" * 150}</row>' for n in range(3, 3_000))),
            2_669,
            "A table may have 400000 cells, the empty ones included",
            id="empty cells of a spreadsheet",
        ),
        pytest.param(
            sheet(*TABLE, row(3, text("Mar", "A3"), text("lost", "XFD3"))),
            3,
            "A table may have at most 200 columns",
            id="a cell in the last column",
        ),
    ],
)
def test_rows_and_cells_are_counted_with_the_empty_ones(content, row_number, reason):
    ((number, _, sentence),) = reasons_of(content)

    assert (number, sentence) == (row_number, reason)


def test_one_long_text_in_many_cells_is_refused():
    strings = b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    rows = [*TABLE, *(f'<row r="{n}"><c t="s"><v>0</v></c></row>' for n in range(3, 400))]

    ((_, _, reason),) = reasons_of(
        repacked(sheet(*rows), {}, {"xl/sharedStrings.xml": strings}), "strings"
    )

    assert reason == "The cells have more than 10 million characters together"


# Parts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ({"xl/embeddings/oleObject1.bin": b"x"}, "xl/embeddings/oleObject1.bin"),
        ({"xl/activeX/activeX1.xml": b"<x/>"}, "xl/activeX/activeX1.xml"),
        ({"xl/strings.bin": b"<x/>"}, "xl/strings.bin"),
        ({"strings.xml": b"<x/>"}, "strings.xml"),
        ({"XL/Workbook.xml": b"<x/>"}, "XL/Workbook.xml"),
        (
            {
                TYPES: with_type("xl/media/image1.png"),
                "xl/media/image1.png": b"<x/>",
            },
            "/xl/media/image1.png",
        ),
        (
            {
                "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="rId1" '
                b'Type="http://x/worksheet" Target="/xl/media/image1.png"/></Relationships>',
                "xl/media/image1.png": b"<x/>",
            },
            "xl/media/image1.png",
        ),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_part_that_no_table_needs_is_refused_by_its_name(parts, value):
    kept_parts: dict[str, bytes | None] = dict.fromkeys(parts)
    kept_parts = {
        name: parts[name] for name in kept_parts if name in (TYPES, "xl/_rels/workbook.xml.rels")
    }
    more = {name: part_content for name, part_content in parts.items() if name not in kept_parts}

    assert reasons_of(repacked(PLAIN, kept_parts, more)) == [
        (0, value, "The spreadsheet contains this part, which a table does not need")
    ]


def test_parts_of_the_usual_programs_are_known():
    usual = """
        [Content_Types].xml _rels/.rels docProps/app.xml docProps/core.xml docProps/custom.xml
        docProps/thumbnail.jpeg docMetadata/LabelInfo.xml xl/workbook.xml xl/styles.xml
        xl/_rels/workbook.xml.rels xl/sharedStrings.xml xl/calcChain.xml xl/theme/theme1.xml
        xl/theme/_rels/theme1.xml.rels xl/worksheets/sheet1.xml xl/worksheets/_rels/sheet1.xml.rels
        xl/worksheets/Sheet.xml xl/chartsheets/sheet2.xml xl/charts/chart1.xml xl/charts/style1.xml
        xl/charts/_rels/chart1.xml.rels xl/drawings/drawing1.xml xl/drawings/vmlDrawing1.vml
        xl/drawings/_rels/drawing1.xml.rels xl/media/image1.png xl/media/image2.jpeg
        xl/printerSettings/printerSettings1.bin xl/tables/table1.xml xl/queryTables/queryTable1.xml
        xl/comments1.xml xl/comments/comment1.xml xl/threadedComments/threadedComment1.xml
        xl/persons/person.xml xl/metadata xl/metadata.xml xl/commentsmeta0 xl/connections.xml
        xl/richData/rdrichvalue.xml xl/pivotTables/pivotTable1.xml
        xl/pivotCache/pivotCacheDefinition1.xml xl/pivotCache/pivotCacheRecords1.xml
        xl/externalLinks/externalLink1.xml xl/slicers/slicer1.xml customXml/item1.xml
        customXml/itemProps1.xml customXml/_rels/item1.xml.rels xl/volatileDependencies.xml
        xl/featurePropertyBag/featurePropertyBag.xml
    """

    assert [item for item in usual.split() if not PARTS.fullmatch(item)] == []


# Spreadsheets are read as others read them --------------------------------------------------------

CELLS = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(10**14), 10**14)
    | strategies.floats(-1e14, 1e14, allow_nan=False).filter(lambda item: abs(item) > 1e-9)
    | strategies.text(
        strategies.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12
    )
    | strategies.dates(date(1900, 3, 1), date(2999, 1, 1))
    | strategies.datetimes(datetime(1900, 3, 1), datetime(2999, 1, 1)).map(
        lambda item: item.replace(microsecond=0)
    )
    | strategies.times().map(lambda item: item.replace(microsecond=0))
    | strategies.timedeltas(timedelta(), timedelta(900)).map(
        lambda item: timedelta(item.days, item.seconds)
    )
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(strategies.lists(strategies.lists(CELLS, max_size=5), max_size=5))
def test_cells_are_what_another_reader_reads(rows):
    made = Workbook()
    for cells in rows:
        made.active.append([None if cell == "" else cell for cell in cells])
    for line in made.active.iter_rows():
        for item in line:
            if isinstance(item.value, str):
                item.data_type = "s"
    file = io.BytesIO()
    made.save(file)

    ours = {
        (number, place): text
        for number, cells in read_workbook(file.getvalue(), UPLOADS).rows
        for place, text in enumerate(cells)
        if text
    }

    theirs = {
        (item.row, item.column - 1): item.value
        if isinstance(item.value, str)
        else cell_text(item.value)
        for line in load_workbook(file).active.iter_rows()
        for item in line
        if item.value not in (None, "")
    }
    # A text may look like a character by its number: see `unescape_xml`, which others leave.
    assert {key: value for key, value in ours.items() if "_x" not in value} == {
        key: value for key, value in theirs.items() if "_x" not in value
    }


def test_shared_strings_are_read_without_how_they_are_pronounced():
    strings = (
        "<sst><si><t>name</t></si><si><r><rPr/><t xml:space='preserve'>Luz </t></r>"
        "<r><t>y Fuerza</t></r><rPh><t>loos</t></rPh></si></sst>"
    )
    rows = ('<row><c t="s"><v>0</v></c></row>', '<row><c t="s"><v>1</v></c></row>')

    content = repacked(sheet(*rows), {}, {"xl/sharedStrings.xml": strings.encode()})

    assert parse_file("table", content).rows == [(2, {"name": "Luz y Fuerza"})]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(1994, 5, 1), "1994-05-01"),
        (datetime(1994, 5, 1, 12, 30), "1994-05-01T12:30:00"),
        (time_of_day(12, 30), "12:30:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        (True, "yes"),
        (7.0, "7"),
        (0.5, "0.5"),
    ],
)
def test_days_and_numbers_are_shown_as_people_read_them(value, shown):
    rows = parse_file("table", cell(value, "C3")).rows

    assert rows[1][1][HEADINGS[2]] == shown


# The process that parses --------------------------------------------------------------------------


@pytest.fixture
def program(monkeypatch):
    """Let another program than the parser answer."""

    def set_program(code: str) -> None:
        begin = (
            "import sys, os, json; from orgs.imports import file_parser as p; sys.stdin.read(1);"
        )
        monkeypatch.setattr("orgs.imports.files.PROGRAM", ("-S", "-c", f"{begin}\n{code}"))

    return set_program


def test_no_file_is_parsed_in_our_process(monkeypatch):
    def parse(*arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(file_parser, "parse", parse)
    monkeypatch.setattr(file_parser, "read_workbook", parse)

    assert parse_file("table", b"name\nLuz\n").rows == [(2, {"name": "Luz"})]
    assert parse_file("table", PLAIN).rows[0][1]["name (official, en)"] == "Luz"


def test_parser_finds_neither_database_nor_key_nor_django(program, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret@db/mcs")
    monkeypatch.setenv("SECRET_KEY", "secret")
    program(
        "found = [*os.environ, *(m for m in sys.modules if m.startswith(('django', 'psycopg')))]\n"
        "table = {'top': 1, 'headings': ['name'], 'used': [0], 'rows': 1, 'problems': [],"
        " 'notes': []}\n"
        "print(json.dumps(table)); print(json.dumps([2, [' '.join(found)]]))"
    )

    ((_, environment),) = parse_file("table", b"x").rows

    assert set(environment["name"].split()) <= {"LC_ALL", "LC_CTYPE", "PWD"}
    inherited = subprocess.run(
        [sys.executable, "-S", "-c", "import django"], cwd=PROJECT, capture_output=True
    )
    assert inherited.returncode


TOO_COSTLY = "Reading this file takes too much memory or time"
UNREADABLE = "The file cannot be read as a spreadsheet"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("p.set_limit(p.resource.RLIMIT_CPU, 1)\nwhile True: pass", TOO_COSTLY),
        ("p.set_limit(p.resource.RLIMIT_AS, 2**28)\nb'x' * 2**30", TOO_COSTLY),
        ("p.set_limit(p.resource.RLIMIT_FSIZE, 10)\nprint('x' * 100, flush=True)", TOO_COSTLY),
        ("os.kill(os.getpid(), 9)", TOO_COSTLY),
        ("print('no table')", UNREADABLE),
        ("print('[' * 100_000)", UNREADABLE),
        ("print('{}')", UNREADABLE),
        ("print(json.dumps({'refused': [[0, '', '', 'no such reason', '']]}))", UNREADABLE),
        ("print(json.dumps({'refused': [[0, '', 7, 'empty', '']]}))", UNREADABLE),
        *[
            (f"print(json.dumps({head!r})); print(json.dumps({line}))", UNREADABLE)
            for head, line in (
                ({"used": [1]}, '[2, ["Luz"]]'),
                ({"used": [0, 0]}, '[2, ["Luz", "Luz"]]'),
                ({"headings": [7]}, '[2, ["Luz"]]'),
                ({"rows": 2}, '[2, ["Luz"]]'),
                ({"rows": 10**9}, '[2, ["Luz"]]'),
                ({"top": "1"}, '[2, ["Luz"]]'),
                ({"problems": [[2, 10**9, "", "empty", ""]]}, '[2, ["Luz"]]'),
                ({}, "[2, [7]]"),
                ({}, '[2, ["Luz", "more"]]'),
                ({}, '[1, ["Luz"]]'),
                ({}, '[10**9, ["Luz"]]'),
                ({}, '[2, ["x" * 140_000]]'),
            )
            for head in [
                {
                    **{"top": 1, "headings": ["name"], "used": [0], "rows": 1},
                    **{"problems": [], "notes": []},
                    **head,
                }
            ]
        ],
    ],
)
def test_parser_that_is_stopped_or_says_something_else_is_a_refusal(program, code, reason):
    program(code)

    assert reasons_of(b"name\nLuz\n", "table.csv") == [(0, "table.csv", reason)]


def test_parser_that_takes_too_long_is_stopped(program, monkeypatch):
    monkeypatch.setattr(files, "UPLOADS", UPLOADS._replace(seconds=0.5))
    program("sys.stdin.buffer.read(); import time; time.sleep(600)")

    assert reasons_of(b"name\nLuz\n", "table.csv") == [(0, "table.csv", TOO_COSTLY)]


def test_so_many_files_are_parsed_at_once_and_no_more(db, write, monkeypatch):
    uploader = browser_of("ana@example.org")
    address_of_first = uploaded(uploader, lines(HEAD, "Sol")).url
    monkeypatch.setattr(files, "_parser_slots", threading.BoundedSemaphore(1))

    with files._run_parser(b"name", UPLOADS, FIRST_TABLE):
        with pytest.raises(ParserBusy):
            parse_file("table", b"name\nLuz\n")
        second = uploaded(uploader, lines(HEAD, "Mar"))
        preview = uploader.get(address_of_first)

    for answer in (second, preview):
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Other files are being read just now." in main_of(second).text
    assert "The catalogue is busy" in main_of(preview).text
    assert Upload.objects.count() == 1
    assert uploader.get(address_of_first).status_code == 200


# How much an account uploads ----------------------------------------------------------------------


def test_account_uploads_so_many_files_in_an_hour_and_learns_when_to_try_again(
    db, write, monkeypatch
):
    monkeypatch.setattr(views, "MAX_FILES_PER_HOUR", 2)
    ana, bea = browser_of("ana@example.org"), browser_of("bea@example.org")
    begun = datetime(2026, 5, 1, 12, tzinfo=UTC)

    with time_machine.travel(begun, tick=False) as clock:
        first = [uploaded(ana, content).status_code for content in (lines(HEAD, "Sol"), b"")]
        clock.shift(timedelta(minutes=20))
        refused = uploaded(ana, lines(HEAD, "Mar"))
        second_status = uploaded(bea, lines(HEAD, "Mar")).status_code
        clock.shift(timedelta(minutes=41))
        later = uploaded(ana, lines(HEAD, "Mar")).status_code

    assert first == [302, 400]
    assert (refused.status_code, refused["Retry-After"]) == (429, "2400")
    assert "Try again in 40 minutes." in main_of(refused).text
    assert (second_status, later) == (302, 302)


def test_account_uploads_so_many_bytes_in_an_hour(db, write, monkeypatch):
    content = lines(HEAD, "Sol")
    monkeypatch.setattr(views, "MAX_BYTES_PER_HOUR", 2 * len(content))
    ana = browser_of("ana@example.org")

    assert [uploaded(ana, content).status_code for _ in range(3)] == [302, 302, 429]


def test_quota_holds_however_many_upload_at_once(own_database):
    def spend(number: int) -> Any:
        try:
            return rate_limits.spend("uploaded files:1", 1, 30, 3_600)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as threads:
        answers = [*threads.map(spend, range(60))]

    assert answers.count(None) == 30
    assert len({item for item in answers if item}) == 1
