"""Parses one uploaded file, in a process of its own: `python -m orgs.imports.file_parser`.

The file comes on standard input; the table, or why there is none, leaves as lines of JSON on
standard output. Nothing of Django is imported: so it starts in a moment, and a file that takes
this process over finds neither a database nor a key in it. Why each file is read here and how its
answer is checked says `orgs.imports.files`.

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
    LONGEST_CELL,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_FAULTS,
    MOST_LINES,
    PIECE,
    Problem,
    Refused,
    read_workbook,
)

LARGEST = 10 * 2**20
"""Bytes that an uploaded file may have."""
MOST_ROWS = 8_000
"""Rows that an uploaded table may have under its headings: what is compared in 50 MB."""
MOST_TEXT = LARGEST
"""Characters that the cells of a table may have together."""

MEMORY = 256 * 2**20
"""Bytes of memory that this process may have."""
CPU_SECONDS = 10
LARGEST_ANSWER = 64 * 2**20
"""Bytes that this process may write."""


@dataclass
class Parsed:
    """A table as it goes out."""

    top: int = 1
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def blame(self, row: int, column: int | str, value: str, reason: str, detail: str = "") -> None:
        """Note a problem, if there are not too many already."""
        if len(self.problems) < MOST_FAULTS:
            self.problems.append(Problem(row, column, value[:200], reason, detail))


def parse(content: bytes) -> Parsed:
    """Return the table in a file. Raises Refused.

    What kind of file it is, its first bytes say: names are often wrong.
    """
    if len(content) > LARGEST:
        raise Refused("file_size")
    if not content.strip():
        raise Refused("empty")
    if content[:4] == b"PK\x03\x04":
        return _of_spreadsheet(content)
    for beginning, reason in OTHERS.items():
        if content.startswith(beginning):
            raise Refused(reason)
    return _of_text(content)


OTHERS = {
    b"\xd0\xcf\x11\xe0": "old_spreadsheet",
    b"%PDF": "pdf",
    b"PK\x05\x06": "empty_archive",
    b"<": "web_page",
    b"{\\rtf": "text_document",
    b"\x1f\x8b": "gzip",
}


def _of_spreadsheet(content: bytes) -> Parsed:
    book = read_workbook(content)
    found = under_headings(book.rows, exact=False)
    found.problems = [*book.problems, *found.problems][:MOST_FAULTS]
    for cells in book.merged:
        digits = "".join(filter(str.isdecimal, cells.partition(":")[0]))[:7]
        found.blame(int(digits or 0), cells, "", "merged")
    if book.others:
        found.notes.append(Problem(0, "", ", ".join(book.others)[:200], "first_sheet"))
    return found


# Text ---------------------------------------------------------------------------------------------

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _coding(content: bytes) -> str:
    """Return how a text is coded: by its mark, by its zeros, by what can be read."""
    for mark, coding in MARKS.items():
        if content.startswith(mark):
            return coding
    beginning = content[:2_000]
    for first, coding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Of ASCII letters in UTF-16 every other byte is zero.
        zeros, letters = beginning[first::2], beginning[1 - first :: 2]
        if len(zeros) > 3 and zeros.count(0) > 0.7 * len(zeros) and not letters.count(0):
            return coding
    return "utf-8" if _can_be_read(content, "utf-8") else "cp1252"


def _can_be_read(content: bytes, coding: str) -> bool:
    reader = codecs.getincrementaldecoder(coding)()
    try:
        for start in range(0, len(content), PIECE):
            reader.decode(content[start : start + PIECE])
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _of_text(content: bytes) -> Parsed:
    coding = _coding(content)
    if not _can_be_read(content, coding):
        if coding != "cp1252":
            raise Refused("letters")
        coding = "latin-1"
    text = io.TextIOWrapper(io.BytesIO(content), encoding=coding, newline="")
    beginning = text.read(PIECE)
    text.seek(0)
    if beginning[:4].lower() == "sep=":
        text.readline()
        delimiter, skipped = beginning[4:5] or ",", 1
    else:
        delimiter, skipped = _delimiter(beginning), 0
    if delimiter not in ",;\t|":
        raise Refused("separator")
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    found = under_headings(_numbered(lines, skipped), exact=True)
    if coding in ("cp1252", "latin-1"):
        found.notes.append(Problem(0, "", coding, "coding"))
    return found


def _delimiter(beginning: str) -> str:
    """Return what stands between cells: what makes most headings."""

    def headings(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter)
        try:
            # A row without a letter or digit is none: "commas only" are headings of nothing.
            return len(next((row for row in rows if any(map(str.isalnum, "".join(row)))), []))
        except csv.Error:
            return 0

    return max(",;\t|", key=headings)


def _numbered(lines: Any, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Number the rows of a text, and count its rows and cells with the empty ones."""
    number, count = skipped, 0
    while True:
        number += 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused("csv", number, detail=str(error)) from error
        count += len(cells)
        if number > MOST_LINES:
            raise Refused("lines", number)
        if count > MOST_CELLS:
            raise Refused("cells", number)
        yield number, cells


# What stands under headings -----------------------------------------------------------------------


def under_headings(rows: Iterable[tuple[int, list[str]]], exact: bool) -> Parsed:
    """Return the table of these rows, the first of which are its headings. Raises Refused.

    `exact`: a row has as many cells as there are headings, or its separators are in doubt.
    """
    rows = iter(rows)
    found = Parsed()
    found.top, found.headings = next(
        ((number, cells) for number, cells in islice(rows, 100) if any(map(str.strip, cells))),
        (1, []),
    )
    width = len(found.headings)
    if width > MOST_COLUMNS:
        value = found.headings[MOST_COLUMNS]
        raise Refused("columns", found.top, MOST_COLUMNS, value)
    for place, heading in enumerate(found.headings):
        if reason := _unsound(heading):
            found.blame(found.top, place, heading, reason)
    size = sum(map(len, found.headings))
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(found.rows) == MOST_ROWS:
            raise Refused("rows", number)
        if (len(found.rows) + 1) * width > MOST_CELLS:
            raise Refused("cells", number)
        size += sum(map(len, cells))
        if size > MOST_TEXT:
            raise Refused("text", number)
        if _is_sound(number, cells, width, exact, found):
            found.rows.append((number, cells[:width] + [""] * (width - len(cells))))
    return found


def _is_sound(number: int, cells: list[str], width: int, exact: bool, found: Parsed) -> bool:
    """Whether a row can be read; notes what is wrong with one that cannot."""
    sound = True
    for place, value in enumerate(cells):
        reason = "no_heading" if place >= width and value.strip() else _unsound(value)
        if reason:
            found.blame(number, place, value, reason)
            sound = False
    if sound and exact and len(cells) < width:
        found.blame(number, len(cells), cells[-1] if cells else "", "fewer_cells")
        sound = False
    return sound


def _unsound(value: str) -> str:
    """Return why no text can be like this; "" if one can."""
    if "\x00" in value:
        return "nul"
    if "\ufffd" in value:
        return "lost_letter"
    return "cell_length" if len(value) > LONGEST_CELL else ""


# The process --------------------------------------------------------------------------------------


def answer(content: bytes) -> Iterator[Any]:
    """Give what is to be written, line by line."""
    try:
        found = parse(content)
    except Refused as refused:
        yield {"refused": [refused.problem]}
        return
    except (MemoryError, RecursionError):
        yield {"refused": [Problem(0, "", "", "too_costly")]}
        return
    except Exception as error:  # whatever readers of archives, numbers and XML meet
        yield {"refused": [Problem(0, "", "", "unreadable", type(error).__name__)]}
        return
    used = [
        place
        for place, heading in enumerate(found.headings)
        if heading.strip() or any(cells[place].strip() for _, cells in found.rows)
    ]
    yield {
        "top": found.top,
        "headings": found.headings,
        "used": used,
        "rows": len(found.rows),
        "problems": found.problems,
        "notes": found.notes,
    }
    for number, cells in found.rows:
        yield [number, [cells[place] for place in used]]


def limit(what: int, most: int) -> None:
    """Take no more of something than this, for as long as this process lives."""
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    # Not every system has every limit; the parent process watches the clock besides.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def main(given: IO[bytes], taken: IO[bytes]) -> None:
    """Read the file, write the answer."""
    os.nice(5)  # readers first
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, CPU_SECONDS)
    limit(resource.RLIMIT_FSIZE, LARGEST_ANSWER)
    for line in answer(given.read(LARGEST + 1)):
        taken.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    taken.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
