"""Parses one file, in a process of its own: `python -m orgs.imports.file_parser OPTIONS`.

OPTIONS is JSON: the fields of `Limits`, and those of `Layout`. The file comes on standard input;
the table, or the reason for refusing the file, leaves as lines of JSON on standard output. Nothing
of Django is imported: the process starts quickly, and a file that takes it over finds neither a
database nor a key. `orgs.imports.files` says why each file is parsed here and checks the output.

The first line is an object:

    top       the last row of the headings; 0 in JSON
    headings  the cells of that row
    used      the columns, counted from 0, that have a heading or a cell
    rows      how many lines follow: each the number of a row and its cells in these columns
    problems  what is wrong, see `Problem`
    notes     what was guessed, in the same form

or an object with `refused`, a list of one problem, alone.
"""

import codecs
import contextlib
import csv
import io
import json
import os
import re
import resource
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, NamedTuple

from .file_problems import (
    CHUNK_BYTES,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    FileRefused,
    Limits,
    Problem,
    add_problem,
)
from .parsed_file import cell_text
from .workbook import column_index, read_workbook


class Layout(NamedTuple):
    """Where the table is in its file.

    `header` are the rows with the headings; without them the first row with a cell is taken. Of
    several, an upper heading extends to the right, as merged cells do, and is joined with those
    below by a space. Rows above the last of them are ignored.
    """

    sheet: str = ""
    header: tuple[int, ...] = ()


FIRST_TABLE = Layout()


@dataclass
class ParsedTable:
    header_row: int = 1
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def add_problem(
        self, row: int, column: int | str, value: str, reason: str, detail: str = ""
    ) -> None:
        add_problem(self.problems, Problem(row, column, value[:200], reason, detail))


def parse(content: bytes, limits: Limits, layout: Layout = FIRST_TABLE) -> ParsedTable:
    """Parse a file of any supported format. Raises FileRefused.

    The format is read from the first bytes, because file names are often wrong.
    """
    if len(content) > limits.file_bytes:
        raise FileRefused("file_size")
    if content.startswith(GZIP):
        content = _unpack(content, limits)
    if not content.strip():
        raise FileRefused("empty")
    if content[:4] == b"PK\x03\x04":
        return _parse_spreadsheet(content, limits, layout)
    for signature, reason in UNSUPPORTED_FORMATS.items():
        if content.startswith(signature):
            raise FileRefused(reason)
    if layout.sheet:
        raise FileRefused("no_sheets", value=layout.sheet)
    return _parse_text(content, limits, layout)


GZIP = b"\x1f\x8b"

UNSUPPORTED_FORMATS = {
    b"\xd0\xcf\x11\xe0": "old_spreadsheet",
    b"%PDF": "pdf",
    b"PK\x05\x06": "empty_archive",
    b"<": "web_page",
    b"{\\rtf": "text_document",
    GZIP: "gzip",
}


def _unpack(content: bytes, limits: Limits) -> bytes:
    """Raises FileRefused for a file that is too large, incomplete, or several."""
    reader = zlib.decompressobj(wbits=31)
    try:
        unpacked = reader.decompress(content, limits.unpacked_bytes + 1)
    except zlib.error as error:
        raise FileRefused("unreadable", detail="gzip") from error
    if len(unpacked) > limits.unpacked_bytes:
        raise FileRefused("unpacked")
    if not reader.eof or reader.unused_data.strip(b"\x00"):
        raise FileRefused("unreadable", detail="gzip")
    return unpacked


def _parse_spreadsheet(content: bytes, limits: Limits, layout: Layout) -> ParsedTable:
    workbook = read_workbook(content, limits, layout.sheet)
    table = ParsedTable()
    read_headings(table, workbook.rows, layout)
    read_rows(table, workbook.rows, limits, exact=False)
    ignored = range(1, table.header_row + 1) if layout.header else ()
    table.problems = [
        problem
        for problem in (*workbook.problems, *table.problems)
        if problem.row not in ignored or problem.row in layout.header
    ]
    cells_by_row = dict(table.rows) if workbook.merged else {}
    for merged in workbook.merged:
        row, column = _first_cell(merged)
        if row <= table.header_row or column >= len(table.headings):
            if row not in ignored:
                table.add_problem(row, merged, "", "merged")
        elif row in cells_by_row:
            # Only this one holds a text; it is of all of them, or of the first.
            table.add_problem(row, column, cells_by_row[row][column], "merged")
            cells_by_row[row][column] = ""
    if workbook.other_sheets and not layout.sheet:
        table.notes.append(Problem(0, "", ", ".join(workbook.other_sheets)[:200], "first_sheet"))
    return table


# Text ---------------------------------------------------------------------------------------------

JSON_START = re.compile(r'\s*(?:\{|\[\s*[\[{"])')
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _detect_encoding(content: bytes) -> str:
    """Detect the encoding by the byte order mark, by zero bytes, or by what can be decoded."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    beginning = content[:2_000]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Of ASCII letters in UTF-16 every other byte is zero.
        zeros, letters = beginning[first::2], beginning[1 - first :: 2]
        if len(zeros) > 3 and zeros.count(0) > 0.7 * len(zeros) and not letters.count(0):
            return encoding
    return "utf-8" if _can_decode(content, "utf-8") else "cp1252"


def _can_decode(content: bytes, encoding: str) -> bool:
    reader = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), CHUNK_BYTES):
            reader.decode(content[start : start + CHUNK_BYTES])
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _parse_text(content: bytes, limits: Limits, layout: Layout) -> ParsedTable:
    encoding = _detect_encoding(content)
    if not _can_decode(content, encoding):
        if encoding != "cp1252":
            raise FileRefused("letters")
        encoding = "latin-1"
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    beginning = text.read(CHUNK_BYTES)
    text.seek(0)
    if JSON_START.match(beginning):
        if layout.header:
            raise FileRefused("no_header_row")
        return _parse_json(text, limits)
    if beginning[:4].lower() == "sep=":
        text.readline()
        delimiter, skipped = beginning[4:5] or ",", 1
    else:
        delimiter, skipped = _delimiter(beginning, layout), 0
    if delimiter not in ",;\t|":
        raise FileRefused("separator")
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    rows = _numbered_rows(lines, skipped, limits)
    table = ParsedTable()
    read_headings(table, rows, layout)
    read_rows(table, rows, limits, exact=True)
    if encoding in ("cp1252", "latin-1"):
        table.notes.append(Problem(0, "", encoding, "coding"))
    return table


def _delimiter(beginning: str, layout: Layout) -> str:
    """Choose the separator of cells that yields the most headings."""

    def headings(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter)
        try:
            if layout.header:
                return len(next(islice(rows, layout.header[-1] - 1, None), []))
            # A row without a letter or digit is skipped: commas alone are no headings.
            return len(next((row for row in rows if any(map(str.isalnum, "".join(row)))), []))
        except csv.Error:
            return 0

    return max(",;\t|", key=headings)


def _numbered_rows(lines: Any, skipped: int, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Number the rows of a text. Empty rows and cells count towards the limits."""
    number, count = skipped, 0
    while True:
        number += 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused("csv", number, detail=str(error)) from error
        count += len(cells)
        if number > limits.lines:
            raise FileRefused("lines", number)
        if count > limits.cells:
            raise FileRefused("cells", number)
        yield number, cells


# JSON ---------------------------------------------------------------------------------------------


def _parse_json(text: IO[str], limits: Limits) -> ParsedTable:
    """Parse lines that each hold an object, or one list of objects."""
    headings: dict[str, int] = {}
    rows = []
    for number, item in _numbered_objects(text, limits):
        cells = [""] * len(headings)
        for name, value in item.items():
            position = headings.setdefault(name, len(headings))
            cells += [""] * (position + 1 - len(cells))
            cells[position] = cell_text(value)
        rows.append((number, cells))
    table = ParsedTable(header_row=0, headings=list(headings))
    check_headings(table)
    read_rows(table, rows, limits, exact=False)
    return table


def _numbered_objects(text: IO[str], limits: Limits) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number the objects by their lines, or by their places in the list."""
    beginning = text.read(CHUNK_BYTES).lstrip()
    text.seek(0)
    if beginning[:1] == "[":
        items: Iterable[Any] = _load_json(text.read(), 0)
    elif beginning.partition("\n")[0].strip() == "{":
        items = _list_within(_load_json(text.read(), 0))
    else:
        # TextIOWrapper keeps the line separators of other alphabets within a line.
        items = (_load_json(line, number) for number, line in enumerate(text, start=1))
    for number, item in enumerate(items, start=1):
        if number > limits.lines:
            raise FileRefused("lines", number)
        if isinstance(item, dict):
            yield number, item
        elif item is not None:
            raise FileRefused("json", number, value=str(item))


def _list_within(document: dict[str, Any]) -> list[Any]:
    """The only list of objects in an object, as many services wrap it. Raises FileRefused."""
    lists = [
        value
        for value in document.values()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    ]
    if len(lists) != 1:
        raise FileRefused("json_list", detail=", ".join(document)[:200])
    return lists[0]


def _load_json(text: str, number: int) -> Any:
    """None for an empty line."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise FileRefused("json", number, value=text.strip()) from error


# Headings and rows --------------------------------------------------------------------------------


def read_headings(
    table: ParsedTable, rows: Iterator[tuple[int, list[str]]], layout: Layout
) -> None:
    """Take the headings from the rows, and leave the others below them. Raises FileRefused."""
    if layout.header:
        last = layout.header[-1]
        upper: dict[int, list[str]] = {}
        while last not in upper and (row := next(rows, None)) and row[0] <= last:
            upper[row[0]] = row[1]
        table.header_row = last
        table.headings = _join_headings([upper.get(number, []) for number in layout.header])
        if last not in upper or not table.headings:
            raise FileRefused("header_rows", detail=", ".join(map(str, layout.header)))
    else:
        table.header_row, table.headings = next(
            ((number, cells) for number, cells in islice(rows, 100) if any(map(str.strip, cells))),
            (1, []),
        )
    check_headings(table)


def check_headings(table: ParsedTable) -> None:
    """Raises FileRefused."""
    width = len(table.headings)
    if width > MAX_COLUMNS:
        value = table.headings[MAX_COLUMNS]
        raise FileRefused("columns", table.header_row, MAX_COLUMNS, value)
    for index, heading in enumerate(table.headings):
        if reason := cell_problem(heading):
            table.add_problem(table.header_row, index, heading, reason)


def _join_headings(heading_rows: list[list[str]]) -> list[str]:
    width = max(map(len, heading_rows))
    *upper, lowest = [row + [""] * (width - len(row)) for row in heading_rows]
    filled_rows = [_fill_right(row) for row in upper]
    headings = []
    for column, low in enumerate(lowest):
        # An upper heading does not extend beyond the last heading below it.
        parts = [row[column] for row in (filled_rows if low.strip() else upper)]
        headings.append(" ".join(filter(None, map(str.strip, (*parts, low)))))
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _fill_right(row: list[str]) -> list[str]:
    filled: list[str] = []
    for cell in row:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def _first_cell(merged: str) -> tuple[int, int]:
    """The row and the column, from 0, of the first cell of a range; row 0 if it is none."""
    match = re.match(r"([A-Z]{1,3})([0-9]{1,7})", merged)
    return (int(match[2]), column_index(match[1])) if match else (0, 0)


def read_rows(
    table: ParsedTable, rows: Iterable[tuple[int, list[str]]], limits: Limits, exact: bool
) -> None:
    """Add the rows below the headings. Raises FileRefused.

    `exact`: a row must have as many cells as there are headings, or its separators are in doubt.
    """
    width = len(table.headings)
    size = sum(map(len, table.headings))
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(table.rows) == limits.rows:
            raise FileRefused("rows", number)
        if (len(table.rows) + 1) * width > limits.cells:
            raise FileRefused("cells", number)
        size += sum(map(len, cells))
        if size > limits.characters:
            raise FileRefused("text", number)
        if _check_row(number, cells, width, exact, table):
            table.rows.append((number, cells[:width] + [""] * (width - len(cells))))


def _check_row(number: int, cells: list[str], width: int, exact: bool, table: ParsedTable) -> bool:
    """Empty the cells that cannot be used, each with a problem.

    Returns whether the other cells can be used: if their number is wrong, they may have moved.
    """
    usable = True
    for index, value in enumerate(cells):
        reason = "no_heading" if index >= width and value.strip() else cell_problem(value)
        if reason:
            table.add_problem(number, index, value, reason)
            cells[index] = ""
            usable = usable and not (exact and reason == "no_heading")
    if usable and exact and len(cells) < width:
        table.add_problem(number, len(cells), cells[-1] if cells else "", "fewer_cells")
        usable = False
    return usable


LOST_LETTER = re.compile("[\ufffd\ud800-\udfff]")


def cell_problem(value: str) -> str:
    """The reason why a cell cannot be used; "" if it can."""
    if "\x00" in value:
        return "nul"
    if LOST_LETTER.search(value):
        return "lost_letter"
    return "cell_length" if len(value) > MAX_CELL_LENGTH else ""


# The process --------------------------------------------------------------------------------------


def output_lines(content: bytes, limits: Limits, layout: Layout) -> Iterator[Any]:
    """The objects to write, one for each line."""
    try:
        table = parse(content, limits, layout)
    except FileRefused as refused:
        yield {"refused": [refused.problem]}
        return
    except (MemoryError, RecursionError):
        yield {"refused": [Problem(0, "", "", "too_costly")]}
        return
    except Exception as error:  # raised by readers of archives, numbers and XML
        yield {"refused": [Problem(0, "", "", "unreadable", type(error).__name__)]}
        return
    used = [
        index
        for index, heading in enumerate(table.headings)
        if heading.strip() or any(cells[index].strip() for _, cells in table.rows)
    ]
    yield {
        "top": table.header_row,
        "headings": table.headings,
        "used": used,
        "rows": len(table.rows),
        "problems": table.problems,
        "notes": table.notes,
    }
    for number, cells in table.rows:
        yield [number, [cells[index] for index in used]]


def set_limit(resource_id: int, maximum: int) -> None:
    """Limit a resource of this process (see `resource`); a lower limit in force stays."""
    hard = resource.getrlimit(resource_id)[1]
    maximum = maximum if hard == resource.RLIM_INFINITY else min(maximum, hard)
    # Not every system has every limit; the parent process has a timeout as well.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource_id, (maximum, maximum))


def main(source: IO[bytes], target: IO[bytes], options: str) -> None:
    limits, (sheet, header) = json.loads(options)
    limits = Limits(*limits)
    os.nice(5)  # readers first
    set_limit(resource.RLIMIT_CORE, 0)
    set_limit(resource.RLIMIT_AS, limits.memory_bytes)
    set_limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    set_limit(resource.RLIMIT_FSIZE, limits.output_bytes)
    content = source.read(limits.file_bytes + 1)
    for line in output_lines(content, limits, Layout(sheet, tuple(header))):
        # A problem may quote half a surrogate pair.
        target.write(json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n")
    target.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
