"""Reads the cells of an .xlsx spreadsheet with nothing but the standard library.

`orgs.imports.archive` checks its parts; `orgs.imports.file_parser` calls this in a process of its
own.
"""

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from .archive import checked_parts, parse_in_chunks, parse_xml, read_part
from .file_problems import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_PROBLEMS,
    FileRefused,
    Limits,
    Problem,
    add_problem,
)
from .parsed_file import cell_text

SAFE_NUMBER = 10**15
"""From here on spreadsheets lose the last digits of a number."""

LAST_ROW, LAST_COLUMN = 2**20, 2**14
SHEET_NAME = re.compile(r"xl/worksheets/[^/]{1,80}\.xml")
"""As in `PARTS`, in lower case."""


class MalformedWorkbook(Exception):
    """A part does not have the content that the format prescribes."""


@dataclass
class Workbook:
    """One sheet of a spreadsheet. The lists are filled while `rows` are read."""

    rows: Iterator[tuple[int, list[str]]]
    other_sheets: list[str]
    """Titles of the sheets that are not read."""
    problems: list[Problem] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    """Ranges of merged cells."""


def read_workbook(content: bytes, limits: Limits, title: str = "") -> Workbook:
    """Read the sheet of this title, or the first one.

    Raises FileRefused, and what readers of broken archives and XML raise.
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = checked_parts(archive, limits)
    sheet, other_sheets, epoch = _find_sheet(parts, archive, title)
    strings = list(_shared_strings(parts, archive))
    styles = _styles(parts, archive)
    workbook = Workbook(iter(()), other_sheets)
    cells = _CellCollector(strings, styles, epoch, workbook, limits)
    workbook.rows = _rows(archive.open(sheet), cells)
    return workbook


def _find_sheet(
    parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile, title: str
) -> tuple[zipfile.ZipInfo, list[str], datetime.datetime]:
    """The part of a sheet of cells, the titles of the other sheets, and day 0."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []
    epoch = datetime.datetime(1899, 12, 30)

    def begin_relationship(tag: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = posixpath.normpath(
                posixpath.join("xl", target).lstrip("/")
            ).lower()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch
        if tag == "sheet":
            named = (value for name, value in attributes.items() if name.endswith(" id"))
            sheets.append((attributes.get("name", ""), next(named, "")))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            epoch = datetime.datetime(1904, 1, 1)

    read_part(parts, archive, "xl/_rels/workbook.xml.rels", begin_relationship)
    read_part(parts, archive, "xl/workbook.xml", begin)
    for name in targets.values():
        if not SHEET_NAME.fullmatch(name):
            raise FileRefused("unknown_part", value=name)
    # Some titles end in a space that cannot be seen.
    present = [(name.strip(), targets[key]) for name, key in sheets if targets.get(key) in parts]
    if not present:
        raise FileRefused("no_sheet")
    wanted = title.strip() or present[0][0]
    chosen = next((part for name, part in present if name == wanted), None)
    if chosen is None:
        names = ", ".join(name for name, _ in present)
        raise FileRefused("sheet_missing", value=wanted, detail=names)
    return parts[chosen], [name for name, part in present if part != chosen], epoch


class _TextCollector:
    """Collects the text in <t>, without phonetic hints (<rPh>)."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.is_text = self.is_phonetic = False

    def begin(self, tag: str) -> None:
        self.length = 0
        if tag == "rPh":
            self.is_phonetic = True
        elif tag == "t":
            self.is_text = not self.is_phonetic

    def end(self, tag: str) -> None:
        self.length = 0
        if tag == "rPh":
            self.is_phonetic = False
        elif tag == "t":
            self.is_text = False

    def characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > 4 * MAX_CELL_LENGTH:
            raise FileRefused("cell_length")
        if self.is_text:
            self.pieces.append(text)

    def take_text(self) -> str:
        text = "".join(self.pieces)
        self.pieces = []
        return text


def _shared_strings(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> Iterator[str]:
    name = "xl/sharedstrings.xml"
    if name not in parts:
        return
    text, strings = _TextCollector(), []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        text.begin(tag)

    def end(tag: str) -> None:
        text.end(tag)
        if tag == "si":
            strings.append(unescape_xml(text.take_text()))

    with archive.open(parts[name]) as file:
        parse_xml(file, begin, end, text.characters)
    yield from strings


class _Styles(NamedTuple):
    """Which cell styles turn a number into a date or time, and which into a duration."""

    dates: frozenset[int]
    durations: frozenset[int]


_DATE_FORMATS = {*range(14, 23), 45, 47}
_DURATION_FORMATS = {46}
"""Built-in number formats, which a spreadsheet does not list."""


def _styles(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> _Styles:
    formats: dict[str, str] = {}
    format_ids: list[str] = []
    inside = False

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            format_ids.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    read_part(parts, archive, "xl/styles.xml", begin, end)
    kinds = {
        format_id: _format_kind(format_id, formats.get(format_id)) for format_id in set(format_ids)
    }
    return _Styles(
        frozenset(index for index, format_id in enumerate(format_ids) if kinds[format_id]),
        frozenset(
            index for index, format_id in enumerate(format_ids) if kinds[format_id] == "duration"
        ),
    )


def _format_kind(format_id: str, code: str | None) -> str:
    """Whether a number format shows a "date", a "duration" or neither ("")."""
    if code is None:
        builtin = int(format_id) if format_id.isdecimal() and len(format_id) < 6 else 0
        return (
            "duration"
            if builtin in _DURATION_FORMATS
            else "date"
            if builtin in _DATE_FORMATS
            else ""
        )
    # The first of up to four formats; spreadsheets take 255 characters at most.
    code = code[:255].partition(";")[0].lower()
    if re.search(r"\[(?:hh?|mm?|ss?)\]", code):
        return "duration"
    code = re.sub(r'"[^"]{0,99}"|\[[^\]]{0,99}\]', "", code)
    return "date" if re.search(r"(?<![_\\])[dmhys]", code) else ""


def _rows(file: IO[bytes], cells: "_CellCollector") -> Iterator[tuple[int, list[str]]]:
    with file:
        for _ in parse_in_chunks(file, cells.begin, cells.end, cells.characters):
            yield from cells.finished_rows
            cells.finished_rows.clear()


class _CellCollector(_TextCollector):
    """Collects the rows of a sheet, each up to its last cell that is not empty."""

    def __init__(
        self,
        strings: list[str],
        styles: _Styles,
        epoch: datetime.datetime,
        workbook: Workbook,
        limits: Limits,
    ) -> None:
        super().__init__()
        self.limits = limits
        self.strings, self.styles, self.epoch, self.workbook = strings, styles, epoch, workbook
        self.finished_rows: list[tuple[int, list[str]]] = []
        self.lines = self.count = self.number = 0
        self.column = -1
        self.cells: list[str] = []
        self.kind = self.style = ""
        self.is_formula = False

    def begin(self, tag: str, attributes: Any = None) -> None:
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "mergeCell" and len(self.workbook.merged) < MAX_PROBLEMS:
            self.workbook.merged.append(attributes.get("ref", "")[:30])
        super().begin(tag)
        if tag == "f":
            self.is_formula = True
        self.is_text = self.is_text or tag in ("v", "f")

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag in ("v", "f"):
            self.is_text = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self.finished_rows.append((self.number, self.cells))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self.number + 1))
        if not self.number < number <= LAST_ROW:
            raise MalformedWorkbook("the numbers of its rows")
        self.number, self.column, self.cells = number, -1, []
        self.lines += 1
        if self.lines > self.limits.lines:
            raise FileRefused("lines", number)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column = column_index(attributes["r"]) if "r" in attributes else self.column + 1
        if not self.column < column < LAST_COLUMN:
            raise MalformedWorkbook("the order of its cells")
        self.column = column
        self.count += 1
        if self.count > self.limits.cells:
            raise FileRefused("cells", self.number)
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.is_formula = False

    def _end_cell(self) -> None:
        text, reason = self._read(self.take_text())
        if not text:
            return
        if self.column >= MAX_COLUMNS:
            raise FileRefused("columns", self.number, self.column, text)
        if reason:
            problem = Problem(self.number, self.column, text[:200], reason)
            add_problem(self.workbook.problems, problem)
            text = ""
        self.cells += [""] * (self.column - len(self.cells))
        self.cells.append(text)

    def _read(self, raw: str) -> tuple[str, str]:
        """The text of a cell, and the reason why it cannot be used as it is ("" if it can)."""
        if self.is_formula:
            return f"={raw}", "formula"
        if not raw or self.kind in ("str", "inlineStr"):
            # Spaces are preserved, so that an unchanged cell compares as unchanged.
            return unescape_xml(raw), ""
        if self.kind == "s":
            return self.strings[int(raw)], ""
        if self.kind == "b":
            return cell_text(bool(int(raw))), ""
        if self.kind == "d":
            return raw.removesuffix("T00:00:00"), ""
        if self.kind == "e":
            return raw, "error"
        number = float(raw) if any(mark in raw for mark in ".eE") else int(raw)
        style = int(self.style or 0)
        if style in self.styles.dates:
            try:
                return cell_text(self._moment(number, style in self.styles.durations)), ""
            except (OverflowError, ValueError):
                return "#VALUE!", "error"
        return cell_text(number), "number" if abs(number) >= SAFE_NUMBER else ""

    def _moment(self, days: float, is_duration: bool) -> Any:
        """Convert a number of days into a duration, a time, a date, or a date with a time."""
        if is_duration:
            return datetime.timedelta(milliseconds=round(days * 86_400_000))
        day, fraction = divmod(days, 1)
        time = datetime.timedelta(milliseconds=round(fraction * 86_400_000))
        if 0 <= days < 1 and not time.days:
            return (datetime.datetime.min + time).time()
        # Spreadsheets that count from 1900 have a 29 February in that year.
        if 0 < days < 60 and self.epoch.year < 1904:
            day += 1
        return self.epoch + datetime.timedelta(days=day) + time


def column_index(name: str) -> int:
    """The index, from 0, of the column in a name of a cell. Raises MalformedWorkbook."""
    letters = name.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise MalformedWorkbook("the name of a cell")
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


# Surrogates are excluded: half of a character means nothing alone.
ESCAPED_CHARACTER = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


def unescape_xml(text: str) -> str:
    """Decode characters that a cell writes as their numbers: _x000D_."""
    return (
        ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
    )
