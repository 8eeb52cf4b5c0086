"""Uploaded files as tables, as spreadsheets and people write them; or what to do, cell by cell.

Whoever uploads a file has no terminal and did not choose the program that wrote it: so the coding
and the separator are found out, two columns of one name are told apart, and whatever cannot be
read is told with its row, its column, what stands there and why.

A file is parsed in a child process (`orgs.imports.file_parser`) with limits of memory and time and
without our environment: what a file does to its parser, it does not do to the server. What comes
back is checked like anything from outside, and a child that is stopped by a limit is a refusal.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .file_parser import LARGEST, MOST_ROWS
from .tables import Table
from .workbook import (
    LAST_ROW,
    LONGEST_CELL,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_FAULTS,
    MOST_LINES,
    UNPACKED,
)

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parents[2]

PROGRAM = ("-S", "-m", "orgs.imports.file_parser")
"""What Python runs, with nothing but the standard library (-S)."""
AT_ONCE = 1
"""How many files one process of the server has parsed at once; the others are for readers."""
PATIENCE = 0.25
"""Seconds that a request waits for its turn."""
LONGEST = 20
"""Seconds that parsing a file may take by the clock."""


class Fault(NamedTuple):
    """What is wrong with a cell, a row (no column) or a whole file (row 0), and what to do."""

    row: int
    column: str
    value: str
    reason: str


class Unreadable(Exception):
    """A file that is no table. `faults` say where and why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.reason for fault in faults))
        self.faults = list(faults)


class Busy(Exception):
    """That as many files are being parsed as this process may parse at once."""


@dataclass
class Opened:
    """What an uploaded file holds: a table, the rows that cannot be read, and what was guessed."""

    table: Table
    top: int = 1
    """The row of the headings."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def opened(name: str, content: bytes) -> Opened:
    """Return what an uploaded file holds. Raises Unreadable, and Busy."""
    if len(content) > LARGEST:
        raise Unreadable(Fault(0, "", name[:200], sentence("file_size")))
    with _parsed(content) as answer:
        if answer is None:
            raise Unreadable(Fault(0, "", name[:200], sentence("too_costly")))
        try:
            return _checked(name, answer)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            # No parser of ours says this: the file has made it say so, or it has a fault.
            log.error("The parser of files gave a wrong answer: %s", type(error).__name__)
            raise Unreadable(Fault(0, "", name[:200], sentence("unreadable"))) from None


# The child process --------------------------------------------------------------------------------

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def _parsed(content: bytes) -> Iterator[IO[bytes] | None]:
    """Give what the child process answers; None if it was stopped by a limit. Raises Busy."""
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy
    try:
        with _scratch() as given, _scratch() as answer:
            given.write(content)
            given.seek(0)
            try:
                # Another program, not a copy of this process with its threads and connections.
                done = subprocess.run(
                    [sys.executable, *PROGRAM],
                    cwd=PROJECT,
                    env={"LC_ALL": "C.UTF-8"},
                    stdin=given,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    timeout=LONGEST,
                )
                whole = not done.returncode
            except subprocess.TimeoutExpired:
                whole = False
            answer.seek(0)
            yield answer if whole else None
    finally:
        _turns.release()


def _scratch() -> IO[bytes]:
    """Return a file without a name, in memory where the system can: an upload is kept nowhere."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("upload"), "w+b")
    return tempfile.TemporaryFile()


# What comes back ----------------------------------------------------------------------------------


def _checked(name: str, answer: IO[bytes]) -> Opened:
    """Return the table of an answer. Raises Unreadable, and ValueError and its like."""
    head = json.loads(answer.readline())
    if "refused" in head:
        _refuse(name, head["refused"])
    top, headings, used = head["top"], head["headings"], head["used"]
    _require(_is_row(top))
    _require(len(headings) <= MOST_COLUMNS and _are_cells(headings))
    _require(used == sorted({*used} & {*range(len(headings))}))
    found = Opened(Table(name, [], []), top)
    names, renamed = _told_apart(headings, top)
    found.notes = [note for place, note in renamed if place in used]
    for problem in head["problems"][:MOST_FAULTS]:
        found.faults.append(_fault(name, problem, top, names))
    found.notes += [_fault(name, note, top, names) for note in head["notes"][:10]]
    found.table.header = [names[place] for place in used]
    _require(0 <= head["rows"] <= MOST_ROWS)
    last = top
    for line in answer:
        number, cells = json.loads(line)
        _require(_is_row(number) and number > last and len(cells) == len(used))
        _require(_are_cells(cells) and len(found.table.rows) < head["rows"])
        last = number
        found.table.rows.append((number, dict(zip(found.table.header, cells, strict=True))))
    _require(len(found.table.rows) == head["rows"])
    if not found.table.header:
        raise Unreadable(Fault(0, "", name[:200], sentence("no_headings")))
    if not found.table.rows and not found.faults:
        header = ", ".join(found.table.header)[:200]
        raise Unreadable(Fault(top, "", header, sentence("no_rows")))
    return found


def _require(true: bool) -> None:
    if not true:
        raise ValueError


def _is_row(number: Any) -> bool:
    return type(number) is int and 0 < number <= LAST_ROW


def _are_cells(cells: list[Any]) -> bool:
    return {*map(type, cells)} <= {str} and max(map(len, cells), default=0) <= 4 * LONGEST_CELL


def _refuse(name: str, problems: list[Any]) -> NoReturn:
    """Raise Unreadable."""
    ((row, column, value, reason, detail),) = problems
    if reason == "unreadable":
        # Its kind is noted: if it were a mistake of ours, no sheet could be read any more.
        log.warning("A spreadsheet could not be read: %s", str(detail)[:60])
    raise Unreadable(_fault(name, [row, column, value, reason, detail], LAST_ROW, []))


def _fault(name: str, problem: list[Any], top: int, names: list[str]) -> Fault:
    """Return what the child process says of a cell, as people read it."""
    row, column, value, reason, detail = problem
    _require(_is_row(row) or row == 0)
    _require({*map(type, (value, reason, detail))} == {str})
    if type(column) is int:
        _require(0 <= column < 2 * LONGEST_CELL)
        # Above the rows people know a column by its letter, below by its heading.
        column = names[column] if row > top and column < len(names) else letters(column)
    _require(type(column) is str)
    if not (value or column):
        value = name
    if reason == "merged":
        value = gettext("(merged cells)")
    return Fault(row, column[:200], value[:200], sentence(reason, detail[:200]))


def letters(place: int) -> str:
    """Return what spreadsheets call a column, counted from 0: A, B, ..., Z, AA."""
    word = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        word = chr(65 + rest) + word
    return word


def _told_apart(headings: list[str], top: int) -> tuple[list[str], list[tuple[int, Fault]]]:
    """Return a name for each column: those without one get their letter, doubles a number.

    Besides, the columns that got another name than their heading, each with a note.
    """
    names: dict[str, None] = {}
    notes: list[tuple[int, Fault]] = []
    for place, heading in enumerate(headings):
        wanted = " ".join(heading.split())[:200]
        if not wanted:
            wanted = gettext("(column %(letter)s)") % {"letter": letters(place)}
            told = gettext("This column has no heading. It is called by its letter.")
            notes.append((place, Fault(top, letters(place), wanted, told)))
        given, count = wanted, 1
        while given in names:
            count += 1
            given = f"{wanted} [{count}]"
        if given != wanted:
            told = gettext("This heading occurs twice. This column is now called “%(name)s”.")
            notes.append((place, Fault(top, letters(place), wanted, told % {"name": given})))
        names[given] = None
    return [*names], notes


# Why, in words ------------------------------------------------------------------------------------

REASONS: dict[str, str | Promise] = {
    # Of a whole file.
    "file_size": _(
        "The file is larger than %(megabytes)s MB. Split it, and upload one part at a time."
    ),
    "empty": _("The file is empty. Save the table again, and upload that."),
    "old_spreadsheet": _(
        "This is an old spreadsheet (.xls), or one with a password. Save it as .xlsx without a "
        "password, or as CSV."
    ),
    "pdf": _("This is a PDF. Save the table itself as CSV or .xlsx."),
    "empty_archive": _("This archive is empty. Save the table again."),
    "web_page": _("This is a page, or XML. Save the table as CSV or .xlsx."),
    "text_document": _("This is a text document. Save the table as CSV or .xlsx."),
    "gzip": _("This is packed (.gz). Unpack it, and upload the table itself."),
    "letters": _("Its letters cannot be read. Save it as CSV in UTF-8, and upload that."),
    "separator": _("Save it as CSV with commas or semicolons between cells."),
    "csv": _(
        "This row is no sound CSV (%(detail)s). Check the quotation marks here and in the rows "
        "above."
    ),
    "too_costly": _(
        "Reading this file takes too much memory or time. Copy the table into a new spreadsheet, "
        "and save that as CSV."
    ),
    "unreadable": _(
        "It cannot be read as a spreadsheet; perhaps it was not saved to its end. Save it anew as "
        ".xlsx, or as CSV."
    ),
    "unpacked": _(
        "Unpacked, it is larger than %(unpacked)s MB. A table here may have %(rows)s rows; split "
        "it, or save it as CSV."
    ),
    "password": _("It has a password. Save it without one."),
    "part_names": _("Its parts have names that no spreadsheet has."),
    "macros": _("The file contains macros. Save it as .xlsx without macros."),
    "other_archive": _("This archive is no .xlsx spreadsheet. Save the table as .xlsx or as CSV."),
    "unknown_part": _(
        "The spreadsheet contains this part, which a table does not need. Copy the cells into a "
        "new spreadsheet and upload that, or save the table as CSV."
    ),
    "declarations": _("It declares types of its own, as no spreadsheet does."),
    "no_sheet": _("It has no sheet with cells. Save the table again."),
    "no_headings": _("It has no headings. Give each column its name, in row 1."),
    "no_rows": _("There is nothing under the headings. Save the table with its rows."),
    "rows": _("A table may have %(rows)s rows. Split it, and upload one part at a time."),
    "lines": _(
        "The file has more than %(lines)s rows, the empty ones included. Delete the empty rows, or "
        "split the table."
    ),
    "columns": _("A table may have %(columns)s columns. Take out what is not needed."),
    "cells": _(
        "A table may have %(cells)s cells, the empty ones included. Delete empty rows and columns, "
        "or split the table."
    ),
    "text": _(
        "The cells have more than %(text)s million characters together. Split the table, and "
        "upload one part at a time."
    ),
    # Of a cell.
    "cell_length": _("A cell has more than %(characters)s characters. Shorten it."),
    "formula": _("This is a formula. Put its result in its place."),
    "error": _("This cell shows an error. Mend it, or empty it."),
    "number": _("A number this long has lost its last digits. Type it again, as text."),
    "nul": _("Remove the NUL character; no text has it."),
    "lost_letter": _("A character was lost here (�). Type it again."),
    "merged": _("Take these merged cells apart, and fill each of them."),
    "no_heading": _("This cell has no heading. Check the row."),
    "fewer_cells": _(
        "This row has fewer cells than there are headings: from here on they are missing. Check "
        "its quotation marks and separators."
    ),
    # Notes.
    "coding": _(
        "The file is not in UTF-8 and was read as Windows-1252. Check the accented "
        "letters. If they are wrong, save the file as UTF-8."
    ),
    "first_sheet": _("Only the first sheet is read; these are passed over."),
}
"""What each reason of the parser means, and what to do."""


def sentence(reason: str, detail: str = "") -> str:
    """Raises KeyError for a reason that there is not."""
    return str(REASONS[reason]) % {
        "megabytes": LARGEST >> 20,
        "unpacked": UNPACKED >> 20,
        "rows": MOST_ROWS,
        "lines": MOST_LINES,
        "columns": MOST_COLUMNS,
        "cells": MOST_CELLS,
        "text": LARGEST // 10**6,
        "characters": LONGEST_CELL,
        "detail": detail,
    }
