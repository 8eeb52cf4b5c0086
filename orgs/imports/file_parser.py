"""Parses one uploaded file, in a process of its own: `python -m orgs.imports.file_parser`.

The file comes on standard input; the table, or the reason for refusing the file, leaves as lines of
JSON on standard output. Nothing of Django is imported: the process starts quickly, and a file that
takes it over finds neither a database nor a key. `orgs.imports.files` says why each file is parsed
here and checks the output.

The first line is an object:

    top       the row of the headings
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
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from .workbook import (
    CHUNK_BYTES,
    MAX_CELL_LENGTH,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LINES,
    MAX_PROBLEMS,
    FileRefused,
    Problem,
    read_workbook,
)

MAX_FILE_BYTES = 10 * 2**20
"""The size of an uploaded file."""
MAX_ROWS = 8_000
"""Rows of an uploaded table under its headings: comparing that many takes 50 MB."""
MAX_CHARACTERS = MAX_FILE_BYTES
"""Characters of all cells of a table together."""

MAX_MEMORY_BYTES = 256 * 2**20
"""Memory of this process."""
MAX_CPU_SECONDS = 10
MAX_OUTPUT_BYTES = 64 * 2**20
"""Output of this process."""


@dataclass
class ParsedTable:
    """The table in a file, with its problems."""

    header_row: int = 1
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def add_problem(
        self, row: int, column: int | str, value: str, reason: str, detail: str = ""
    ) -> None:
        """Problems beyond `MAX_PROBLEMS` are dropped."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(row, column, value[:200], reason, detail))


def parse(content: bytes) -> ParsedTable:
    """Parse a file of any supported format. Raises FileRefused.

    The format is read from the first bytes, because file names are often wrong.
    """
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused("file_size")
    if not content.strip():
        raise FileRefused("empty")
    if content[:4] == b"PK\x03\x04":
        return _parse_spreadsheet(content)
    for signature, reason in UNSUPPORTED_FORMATS.items():
        if content.startswith(signature):
            raise FileRefused(reason)
    return _parse_text(content)


UNSUPPORTED_FORMATS = {
    b"\xd0\xcf\x11\xe0": "old_spreadsheet",
    b"%PDF": "pdf",
    b"PK\x05\x06": "empty_archive",
    b"<": "web_page",
    b"{\\rtf": "text_document",
    b"\x1f\x8b": "gzip",
}


def _parse_spreadsheet(content: bytes) -> ParsedTable:
    workbook = read_workbook(content)
    table = build_table(workbook.rows, exact=False)
    table.problems = [*workbook.problems, *table.problems][:MAX_PROBLEMS]
    for cells in workbook.merged:
        digits = "".join(filter(str.isdecimal, cells.partition(":")[0]))[:7]
        table.add_problem(int(digits or 0), cells, "", "merged")
    if workbook.other_sheets:
        table.notes.append(Problem(0, "", ", ".join(workbook.other_sheets)[:200], "first_sheet"))
    return table


# Text ---------------------------------------------------------------------------------------------

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


def _parse_text(content: bytes) -> ParsedTable:
    encoding = _detect_encoding(content)
    if not _can_decode(content, encoding):
        if encoding != "cp1252":
            raise FileRefused("letters")
        encoding = "latin-1"
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    beginning = text.read(CHUNK_BYTES)
    text.seek(0)
    if beginning[:4].lower() == "sep=":
        text.readline()
        delimiter, skipped = beginning[4:5] or ",", 1
    else:
        delimiter, skipped = _delimiter(beginning), 0
    if delimiter not in ",;\t|":
        raise FileRefused("separator")
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    table = build_table(_numbered_rows(lines, skipped), exact=True)
    if encoding in ("cp1252", "latin-1"):
        table.notes.append(Problem(0, "", encoding, "coding"))
    return table


def _delimiter(beginning: str) -> str:
    """Choose the separator of cells that yields the most headings."""

    def headings(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter)
        try:
            # A row without a letter or digit is skipped: commas alone are no headings.
            return len(next((row for row in rows if any(map(str.isalnum, "".join(row)))), []))
        except csv.Error:
            return 0

    return max(",;\t|", key=headings)


def _numbered_rows(lines: Any, skipped: int) -> Iterator[tuple[int, list[str]]]:
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
        if number > MAX_LINES:
            raise FileRefused("lines", number)
        if count > MAX_CELLS:
            raise FileRefused("cells", number)
        yield number, cells


# Headings and rows --------------------------------------------------------------------------------


def build_table(rows: Iterable[tuple[int, list[str]]], exact: bool) -> ParsedTable:
    """Take the first row that is not empty as headings, the rest as rows. Raises FileRefused.

    `exact`: a row must have as many cells as there are headings, or its separators are in doubt.
    """
    rows = iter(rows)
    table = ParsedTable()
    table.header_row, table.headings = next(
        ((number, cells) for number, cells in islice(rows, 100) if any(map(str.strip, cells))),
        (1, []),
    )
    width = len(table.headings)
    if width > MAX_COLUMNS:
        value = table.headings[MAX_COLUMNS]
        raise FileRefused("columns", table.header_row, MAX_COLUMNS, value)
    for index, heading in enumerate(table.headings):
        if reason := _cell_problem(heading):
            table.add_problem(table.header_row, index, heading, reason)
    size = sum(map(len, table.headings))
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(table.rows) == MAX_ROWS:
            raise FileRefused("rows", number)
        if (len(table.rows) + 1) * width > MAX_CELLS:
            raise FileRefused("cells", number)
        size += sum(map(len, cells))
        if size > MAX_CHARACTERS:
            raise FileRefused("text", number)
        if _check_row(number, cells, width, exact, table):
            table.rows.append((number, cells[:width] + [""] * (width - len(cells))))
    return table


def _check_row(number: int, cells: list[str], width: int, exact: bool, table: ParsedTable) -> bool:
    """Whether a row can be used; adds a problem for each cell that cannot."""
    valid = True
    for index, value in enumerate(cells):
        reason = "no_heading" if index >= width and value.strip() else _cell_problem(value)
        if reason:
            table.add_problem(number, index, value, reason)
            valid = False
    if valid and exact and len(cells) < width:
        table.add_problem(number, len(cells), cells[-1] if cells else "", "fewer_cells")
        valid = False
    return valid


def _cell_problem(value: str) -> str:
    """The reason why a cell cannot be used; "" if it can."""
    if "\x00" in value:
        return "nul"
    if "\ufffd" in value:
        return "lost_letter"
    return "cell_length" if len(value) > MAX_CELL_LENGTH else ""


# The process --------------------------------------------------------------------------------------


def output_lines(content: bytes) -> Iterator[Any]:
    """The objects to write, one for each line."""
    try:
        table = parse(content)
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


def main(source: IO[bytes], target: IO[bytes]) -> None:
    os.nice(5)  # readers first
    set_limit(resource.RLIMIT_CORE, 0)
    set_limit(resource.RLIMIT_AS, MAX_MEMORY_BYTES)
    set_limit(resource.RLIMIT_CPU, MAX_CPU_SECONDS)
    set_limit(resource.RLIMIT_FSIZE, MAX_OUTPUT_BYTES)
    for line in output_lines(source.read(MAX_FILE_BYTES + 1)):
        target.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    target.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
