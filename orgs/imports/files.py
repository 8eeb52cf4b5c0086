"""Reads CSV, XLSX and JSON files as tables, or says what is wrong, cell by cell.

Most files are written by spreadsheet programs: so the encoding and the separator are detected,
columns of the same name get different ones, and each problem names its row, column, value and what
to do about it.

A file is parsed in a child process (`orgs.imports.file_parser`) with limits of memory and time and
without our environment: a file that attacks its parser does not reach the server. The output of the
child is checked like any input from outside. A child stopped by a limit means that the file is
refused.
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
from pathlib import Path
from typing import IO, Any, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .file_parser import FIRST_TABLE, Layout
from .file_problems import MAX_CELL_LENGTH, MAX_COLUMNS, MAX_PROBLEMS, Limits
from .parsed_file import FileProblem, ParsedFile, UnreadableFile
from .workbook import LAST_ROW

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parents[2]

PROGRAM = ("-S", "-m", "orgs.imports.file_parser")
"""Arguments of Python: with nothing but the standard library (-S)."""
MAX_PARSERS = 1
"""Files that one server process parses at once; other processes stay free for readers."""
QUEUE_TIMEOUT = 0.25
"""Seconds that a request waits for a free parser."""

UPLOADS = Limits(
    file_bytes=10 * 2**20,
    unpacked_bytes=20 * 2**20,
    rows=8_000,  # comparing that many takes 50 MB
    lines=32_000,
    cells=400_000,
    characters=10 * 2**20,
    memory_bytes=256 * 2**20,
    cpu_seconds=10,
    output_bytes=64 * 2**20,
    seconds=20,
)
"""For files of everybody with an account."""

COMMANDS = Limits(
    file_bytes=200 * 2**20,
    unpacked_bytes=2**30,
    rows=LAST_ROW,
    lines=LAST_ROW,
    cells=50 * 10**6,
    characters=200 * 2**20,
    memory_bytes=8 * 2**30,
    cpu_seconds=900,
    output_bytes=2 * 2**30,
    seconds=1_800,
)
"""For files that the operator of a catalogue imports."""


class ParserBusy(Exception):
    """All parsers of this process are in use (`MAX_PARSERS`)."""


def read_file(path: Path, layout: Layout = FIRST_TABLE) -> ParsedFile:
    """Read a file of the operator, its cells without spaces around them. Raises UnreadableFile."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = gettext("The file cannot be read: %(error)s.") % {"error": error.strerror}
        raise UnreadableFile(FileProblem(0, "", str(path), reason)) from error
    parsed = _parse(path.name, content, COMMANDS, layout)
    if parsed.file_problems:
        raise UnreadableFile(*parsed.file_problems)
    for _number, cells in parsed.rows:
        cells.update({heading: cell.strip() for heading, cell in cells.items()})
    return parsed


def parse_file(name: str, content: bytes) -> ParsedFile:
    """Read an uploaded file. Raises UnreadableFile and ParserBusy."""
    parsed = _parse(name, content, UPLOADS, FIRST_TABLE)
    if not parsed.rows and not parsed.problems:
        header = ", ".join(parsed.header)[:200]
        reason = problem_text("no_rows", UPLOADS)
        raise UnreadableFile(FileProblem(parsed.header_row, "", header, reason))
    return parsed


def _parse(name: str, content: bytes, limits: Limits, layout: Layout) -> ParsedFile:
    """Raises UnreadableFile and ParserBusy."""

    def refusal(reason: str) -> UnreadableFile:
        return UnreadableFile(FileProblem(0, "", name[:200], problem_text(reason, limits)))

    if len(content) > limits.file_bytes:
        raise refusal("file_size")
    with _run_parser(content, limits, layout) as answer:
        if answer is None:
            raise refusal("too_costly")
        try:
            return _AnswerReader(name, limits).read(answer)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            # Either the file took the parser over, or the parser has a bug.
            log.error("The parser of files gave a wrong answer: %s", type(error).__name__)
            raise refusal("unreadable") from None


# The child process --------------------------------------------------------------------------------

_parser_slots = threading.BoundedSemaphore(MAX_PARSERS)


@contextmanager
def _run_parser(content: bytes, limits: Limits, layout: Layout) -> Iterator[IO[bytes] | None]:
    """Yield the output of the child process; None if a limit stopped it. Raises ParserBusy."""
    if not _parser_slots.acquire(timeout=QUEUE_TIMEOUT):
        raise ParserBusy
    try:
        with _anonymous_file() as source, _anonymous_file() as answer:
            source.write(content)
            source.seek(0)
            # A new program, not a fork of this process with its threads and connections.
            process = subprocess.Popen(
                [sys.executable, *PROGRAM, json.dumps([limits, layout])],
                cwd=PROJECT,
                env={"LC_ALL": "C.UTF-8"},
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
            )
            # `wait` with a time-out looks only every 50 ms whether the process has ended.
            limit = threading.Timer(limits.seconds, process.kill)
            limit.start()
            try:
                succeeded = process.wait() == 0
            finally:
                limit.cancel()
                process.kill()
                process.wait()
            answer.seek(0)
            yield answer if succeeded else None
    finally:
        _parser_slots.release()


def _anonymous_file() -> IO[bytes]:
    """A file without a name: an upload is never written to disk where memory can hold it."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("upload"), "w+b")
    return tempfile.TemporaryFile()


# Checking the output ------------------------------------------------------------------------------


class _AnswerReader:
    """Reads the output of the child process about one file."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self.names: list[str] = []
        self.header_row = LAST_ROW

    def read(self, answer: IO[bytes]) -> ParsedFile:
        """Raises UnreadableFile for a refusal, ValueError and the like for malformed output."""
        head = json.loads(answer.readline())
        if "refused" in head:
            self._raise_refusal(head["refused"])
        self.header_row, headings, used = head["top"], head["headings"], head["used"]
        _require(_is_row(self.header_row) or self.header_row == 0)
        _require(len(headings) <= MAX_COLUMNS and _are_cells(headings))
        _require(used == sorted({*used} & {*range(len(headings))}))
        self.names, renamed = _unique_names(headings, self.header_row)
        parsed = ParsedFile(self.name, [self.names[index] for index in used], [], self.header_row)
        parsed.notes = [note for index, note in renamed if index in used]
        parsed.problems = list(map(self._problem, head["problems"][: self._max_problems]))
        parsed.notes += map(self._problem, head["notes"][:10])
        self._read_rows(parsed, head["rows"], answer)
        if not parsed.header:
            self._raise_refusal([[0, "", "", "no_headings", ""]])
        return parsed

    @property
    def _max_problems(self) -> int:
        return MAX_PROBLEMS + self.limits.lines

    def _read_rows(self, parsed: ParsedFile, count: int, answer: IO[bytes]) -> None:
        _require(0 <= count <= self.limits.rows)
        previous = self.header_row
        for line in answer:
            number, cells = json.loads(line)
            _require(_is_row(number) and number > previous and len(cells) == len(parsed.header))
            _require(_are_cells(cells) and len(parsed.rows) < count)
            previous = number
            parsed.rows.append((number, dict(zip(parsed.header, cells, strict=True))))
        _require(len(parsed.rows) == count)

    def _raise_refusal(self, problems: list[Any]) -> NoReturn:
        (problem,) = problems
        _row, _column, _value, reason, detail = problem
        if reason == "unreadable":
            # Logged, because a bug of the parser would look the same.
            log.warning("A spreadsheet could not be read: %s", str(detail)[:60])
        raise UnreadableFile(self._problem(problem))

    def _problem(self, problem: list[Any]) -> FileProblem:
        """Turn a problem that the child process reported into one that people read."""
        row, column, value, reason, detail = problem
        _require(_is_row(row) or row == 0)
        _require({*map(type, (value, reason, detail))} == {str})
        if type(column) is int:
            _require(0 <= column < 2 * MAX_CELL_LENGTH)
            # A heading is named by the letter of its column, a cell below by its heading.
            is_named = row > self.header_row and column < len(self.names)
            column = self.names[column] if is_named else column_letters(column)
        _require(type(column) is str)
        if not (value or column):
            value = self.name
        if reason == "merged":
            value = gettext("(merged cells)")
        text = problem_text(reason, self.limits, detail[:200])
        return FileProblem(row, column[:200], value[:200], text)


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _is_row(number: Any) -> bool:
    return type(number) is int and 0 < number <= LAST_ROW


def _are_cells(cells: list[Any]) -> bool:
    return {*map(type, cells)} <= {str} and max(map(len, cells), default=0) <= 4 * MAX_CELL_LENGTH


def column_letters(index: int) -> str:
    """The name of a column in spreadsheets, counted from 0: A, B, ..., Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def _unique_names(
    headings: list[str], header_row: int
) -> tuple[list[str], list[tuple[int, FileProblem]]]:
    """Give each column a name: its letter if it has no heading, a number if the heading repeats.

    Also the positions of the columns that were renamed, each with a note.
    """
    names: dict[str, None] = {}
    notes: list[tuple[int, FileProblem]] = []
    for index, heading in enumerate(headings):
        wanted = " ".join(heading.split())[:200]
        if not wanted:
            wanted = gettext("(column %(letter)s)") % {"letter": column_letters(index)}
            reason = gettext("This column has no heading. Its letter is used instead.")
            notes.append((index, FileProblem(header_row, column_letters(index), wanted, reason)))
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted} [{count}]"
        if name != wanted:
            reason = gettext("This heading occurs twice. This column is now called “%(name)s”.")
            notes.append(
                (
                    index,
                    FileProblem(header_row, column_letters(index), wanted, reason % {"name": name}),
                )
            )
        names[name] = None
    return [*names], notes


# Reasons ------------------------------------------------------------------------------------------

REASONS: dict[str, str | Promise] = {
    # Of a whole file.
    "file_size": _("The file is larger than %(megabytes)s MB. Split it into several files."),
    "empty": _("The file is empty. Save the table again, and upload that."),
    "old_spreadsheet": _(
        "This is an old spreadsheet (.xls), or one with a password. Save it as .xlsx without a "
        "password, or as CSV."
    ),
    "pdf": _("This is a PDF. Save the table itself as CSV or .xlsx."),
    "empty_archive": _("This archive is empty. Save the table again."),
    "web_page": _("This is a page, or XML. Save the table as CSV or .xlsx."),
    "text_document": _("This is a text document. Save the table as CSV or .xlsx."),
    "gzip": _("This is packed twice (.gz). Unpack it, and upload the table itself."),
    "letters": _("Its letters cannot be read. Save it as CSV in UTF-8, and upload that."),
    "separator": _("Save it as CSV with commas or semicolons between cells."),
    "csv": _(
        "This row is no sound CSV (%(detail)s). Check the quotation marks here and in the rows "
        "above."
    ),
    "json": _(
        "This is no JSON object. Write an object for each row: one on each line, or all in one "
        "list."
    ),
    "json_list": _(
        "This is JSON, but not one list of objects. Write an object on each line of a .jsonl file, "
        "or one list of objects. It has: %(detail)s."
    ),
    "no_header_row": _("JSON has no row of headings. Take header out of the map's [table]."),
    "no_sheets": _("Only a spreadsheet has sheets. Take sheet out of the map's [table]."),
    "sheet_missing": _("There is no such sheet. Choose one of these: %(detail)s."),
    "header_rows": _(
        "There are no headings in row %(detail)s. Say in the map's [table] which rows have them."
    ),
    "too_costly": _(
        "Reading this file takes too much memory or time. Copy the table into a new spreadsheet, "
        "and save that as CSV."
    ),
    "unreadable": _(
        "The file cannot be read as a spreadsheet. It may be incomplete. Save it again "
        "as .xlsx or CSV."
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
    "no_rows": _("The table has headings but no rows. Save it with its rows."),
    "rows": _("A table may have %(rows)s rows. Split it into several files."),
    "lines": _(
        "The file has more than %(lines)s rows, the empty ones included. Delete the empty rows, or "
        "split the table."
    ),
    "columns": _(
        "A table may have at most %(columns)s columns. Remove columns that you do not need."
    ),
    "cells": _(
        "A table may have %(cells)s cells, the empty ones included. Delete empty rows and columns, "
        "or split the table."
    ),
    "text": _(
        "The cells have more than %(text)s million characters together. Split the table into "
        "several files."
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
"""The sentence for each reason code of the parser."""


def problem_text(reason: str, limits: Limits, detail: str = "") -> str:
    """Raises KeyError for an unknown reason."""
    return str(REASONS[reason]) % {
        "megabytes": limits.file_bytes >> 20,
        "unpacked": limits.unpacked_bytes >> 20,
        "rows": limits.rows,
        "lines": limits.lines,
        "columns": MAX_COLUMNS,
        "cells": limits.cells,
        "text": limits.characters // 10**6,
        "characters": MAX_CELL_LENGTH,
        "detail": detail,
    }
