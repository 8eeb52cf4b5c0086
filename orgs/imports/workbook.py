"""Cells of an .xlsx spreadsheet, read with nothing but the standard library.

An uploaded spreadsheet may be made to harm whoever reads it. So every part of the archive has a
name that spreadsheets of cells have, no part declares entities, a part is found by its name alone,
and what is read is counted before it is kept: parts, bytes, rows, cells. The limits that a table
has are in `orgs.imports.file_parser`, which calls this in a process of its own.
"""

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple
from xml.parsers import expat

from .tables import cell_text

UNPACKED = 20 * 2**20
"""Bytes that the parts of a spreadsheet may have together, unpacked."""
MOST_PARTS = 500
MOST_LINES = 32_000
"""Rows that a sheet may have, the empty ones included."""
MOST_CELLS = 400_000
"""Cells that a sheet may have, the empty ones included."""
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""Characters that a cell may have: more than this no spreadsheet takes."""
MOST_FAULTS = 1_000
"""Faults of one file that are reported."""
PIECE = 64 * 1024

SAFE_NUMBER = 10**15
"""From here on spreadsheets lose the last digits of a number."""
LAST_ROW, LAST_COLUMN = 2**20, 2**14

_FOLDERS = (
    "worksheets|chartsheets|theme|charts|drawings|diagrams|tables|queryTables|comments"
    "|threadedComments|persons|richData|externalLinks|pivotTables|pivotCache|slicers|slicerCaches"
    "|timelines|timelineCaches|featurePropertyBag|namedSheetViews|ctrlProps"
)
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels"
    r"|docProps/(?:app|core|custom)\.xml|docProps/thumbnail\.(?:jpe?g|png|emf|wmf)"
    r"|docMetadata/(?:_rels/)?[^/]{1,80}\.(?:xml|rels)"
    r"|customXml/(?:_rels/)?item(?:Props)?\d{1,3}\.xml(?:\.rels)?"
    r"|xl/_rels/workbook\.xml\.rels"
    r"|xl/(?:workbook|sharedStrings|styles|calcChain|comments\d{0,4}|connections|metadata"
    r"|sheetMetadata|volatileDependencies|xmlMaps)\.xml"
    # Of Google Sheets: nothing reads them.
    r"|xl/(?:metadata|commentsmeta\d{1,4})"
    r"|xl/media/[^/]{1,80}\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)"
    r"|xl/printerSettings/printerSettings\d{1,4}\.bin"
    rf"|xl/(?:{_FOLDERS})/(?:_rels/)?[^/]{{1,80}}\.(?:xml|rels|vml)",
    re.IGNORECASE,
)
"""Names of the parts that spreadsheets of Excel, LibreOffice, Google Sheets and openpyxl have."""
XML_NAME = re.compile(r"[^\0]*\.(?:xml|rels|vml)", re.IGNORECASE)
XML_TYPE = re.compile(r"[^\0]*(?:\+|/)xml", re.IGNORECASE)
SHEET_NAME = re.compile(r"xl/worksheets/[^/]{1,80}\.xml")
"""As `PARTS` has it, in lower case."""


class Problem(NamedTuple):
    """What is wrong with a cell, a row (no column) or a file (row 0).

    `column` is a place, counted from 0, or a range of cells as spreadsheets write it; "" is none.
    `reason` names a sentence of `orgs.imports.files.REASONS`.
    """

    row: int
    column: int | str
    value: str
    reason: str
    detail: str = ""


class Refused(Exception):
    """A file that is no table. `problem` says where and why."""

    def __init__(
        self, reason: str, row: int = 0, column: int | str = "", value: str = "", detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.problem = Problem(row, column, value[:200], reason, detail[:200])


class Broken(Exception):
    """That a part does not say what a spreadsheet says there."""


@dataclass
class Workbook:
    """The first sheet of a spreadsheet. The lists are filled while `rows` are read."""

    rows: Iterator[tuple[int, list[str]]]
    others: list[str]
    """Titles of the sheets that are not read."""
    problems: list[Problem] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    """Ranges of merged cells."""


def read_workbook(content: bytes) -> Workbook:
    """Raises Refused, and whatever readers of broken archives and XML raise."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = checked_parts(archive)
    first, others, epoch = _sheets(parts, archive)
    strings = list(_shared_strings(parts, archive))
    styles = _styles(parts, archive)
    found = Workbook(iter(()), others)
    found.rows = _rows(archive.open(first), _Cells(strings, styles, epoch, found))
    return found


# The archive --------------------------------------------------------------------------------------


def checked_parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the parts of a spreadsheet by their names in lower case; names differ in more.

    Raises Refused for one that is too large when unpacked, that runs something, that is locked, has
    a part that spreadsheets of cells do not have, or one that declares anything.
    """
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > UNPACKED:
        raise Refused("unpacked")
    if any(info.flag_bits & 1 for info in infos):
        raise Refused("password")
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise Refused("part_names")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "xl/workbook.xml" not in map(str.lower, names):
        raise Refused("other_archive")
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name.endswith("/") and not info.file_size:
            continue
        if not PARTS.fullmatch(name) or name.lower() in parts:
            raise Refused("unknown_part", value=name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("unknown_part", value=name)
        parts[name.lower()] = info
    for name, info in parts.items():
        with archive.open(info) as file:
            if name.endswith((".xml", ".rels")):
                _parse(file)
            else:
                _refuse_declarations(file)
    _check_types(parts, archive)
    return parts


def _refuse_declarations(file: IO[bytes]) -> None:
    """Refuse entities also in parts that nobody reads."""
    end = b""
    while piece := file.read(PIECE):
        if b"<!ENTITY" in end + piece:
            raise Refused("declarations")
        end = piece[-8:]


def _check_types(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> None:
    """Refuse a list of types by which a part without the name of XML would be read as XML."""

    def begin(tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("PartName") or f".{attributes.get('Extension', '')}"
        if XML_TYPE.fullmatch(attributes.get("ContentType", "")) and not XML_NAME.fullmatch(name):
            raise Refused("unknown_part", value=name)

    _read_part(parts, archive, "[content_types].xml", begin)


def _parse(
    file: IO[bytes],
    begin: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    """Parse a part; handlers get the names of tags without their namespace."""
    for _ in _pieces(file, begin, end, characters):
        pass


def _pieces(
    file: IO[bytes],
    begin: Callable[[str, dict[str, str]], None] | None,
    end: Callable[[str], None] | None,
    characters: Callable[[str], None] | None,
) -> Iterator[None]:
    """Parse a part and stop after each piece of it. No part may declare anything."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def declared(*_: Any) -> None:
        raise Refused("declarations")

    parser.StartDoctypeDeclHandler = declared
    if begin:
        given = begin
        parser.StartElementHandler = lambda tag, attributes: given(
            tag.rpartition(" ")[2], attributes
        )
    if end:
        gone = end
        parser.EndElementHandler = lambda tag: gone(tag.rpartition(" ")[2])
    if characters:
        parser.CharacterDataHandler = characters
    while piece := file.read(PIECE):
        parser.Parse(piece, False)
        yield
    parser.Parse(b"", True)
    yield


def _read_part(
    parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile, name: str, *handlers: Any
) -> None:
    """Parse a part if there is one of this name."""
    if name in parts:
        with archive.open(parts[name]) as file:
            _parse(file, *handlers)


# What stands beside the cells ---------------------------------------------------------------------


def _sheets(
    parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile
) -> tuple[zipfile.ZipInfo, list[str], datetime.datetime]:
    """Return the part of the first sheet of cells, the titles of the others, and the first day."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []
    epoch = datetime.datetime(1899, 12, 30)

    def related(tag: str, attributes: dict[str, str]) -> None:
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

    _read_part(parts, archive, "xl/_rels/workbook.xml.rels", related)
    _read_part(parts, archive, "xl/workbook.xml", begin)
    for name in targets.values():
        if not SHEET_NAME.fullmatch(name):
            raise Refused("unknown_part", value=name)
    there = [(title, targets[key]) for title, key in sheets if targets.get(key) in parts]
    if not there:
        raise Refused("no_sheet")
    return parts[there[0][1]], [title for title, _ in there[1:]], epoch


class _Text:
    """Collects a text of a part: what stands in <t>, but for how it is pronounced (<rPh>)."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.taking = self.pronounced = False

    def begin(self, tag: str) -> None:
        self.length = 0
        if tag == "rPh":
            self.pronounced = True
        elif tag == "t":
            self.taking = not self.pronounced

    def end(self, tag: str) -> None:
        self.length = 0
        if tag == "rPh":
            self.pronounced = False
        elif tag == "t":
            self.taking = False

    def characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > 4 * LONGEST_CELL:
            raise Refused("cell_length")
        if self.taking:
            self.pieces.append(text)

    def taken(self) -> str:
        text = "".join(self.pieces)
        self.pieces = []
        return text


def _shared_strings(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> Iterator[str]:
    name = "xl/sharedstrings.xml"
    if name not in parts:
        return
    text, strings = _Text(), []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        text.begin(tag)

    def end(tag: str) -> None:
        text.end(tag)
        if tag == "si":
            strings.append(out_of_xml(text.taken()))

    with archive.open(parts[name]) as file:
        _parse(file, begin, end, text.characters)
    yield from strings


class _Styles(NamedTuple):
    """Which styles of cells make a number a day or a time, and which a length of time."""

    dates: frozenset[int]
    durations: frozenset[int]


_DAYS = {*range(14, 23), 45, 47}
_LENGTHS = {46}
"""Formats of days, times and lengths of time that spreadsheets know without writing them down."""


def _styles(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> _Styles:
    formats: dict[str, str] = {}
    used: list[str] = []
    inside = False

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            used.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    _read_part(parts, archive, "xl/styles.xml", begin, end)
    kinds = {one: _kind_of_format(one, formats.get(one)) for one in set(used)}
    return _Styles(
        frozenset(place for place, one in enumerate(used) if kinds[one]),
        frozenset(place for place, one in enumerate(used) if kinds[one] == "duration"),
    )


def _kind_of_format(number: str, code: str | None) -> str:
    """Return whether a format shows a "date", a "duration" or neither ("")."""
    if code is None:
        known = int(number) if number.isdecimal() and len(number) < 6 else 0
        return "duration" if known in _LENGTHS else "date" if known in _DAYS else ""
    # The first of up to four formats; spreadsheets take 255 characters at most.
    code = code[:255].partition(";")[0].lower()
    if re.search(r"\[(?:hh?|mm?|ss?)\]", code):
        return "duration"
    code = re.sub(r'"[^"]{0,99}"|\[[^\]]{0,99}\]', "", code)
    return "date" if re.search(r"(?<![_\\])[dmhys]", code) else ""


# The cells ----------------------------------------------------------------------------------------


def _rows(file: IO[bytes], cells: "_Cells") -> Iterator[tuple[int, list[str]]]:
    with file:
        for _ in _pieces(file, cells.begin, cells.end, cells.characters):
            yield from cells.done
            cells.done.clear()


class _Cells(_Text):
    """Collects the rows of a sheet: each up to its last cell that is not empty."""

    def __init__(
        self, strings: list[str], styles: _Styles, epoch: datetime.datetime, found: Workbook
    ) -> None:
        super().__init__()
        self.strings, self.styles, self.epoch, self.found = strings, styles, epoch, found
        self.done: list[tuple[int, list[str]]] = []
        self.lines = self.count = self.number = 0
        self.place = -1
        self.cells: list[str] = []
        self.kind = self.style = ""
        self.is_formula = False

    def begin(self, tag: str, attributes: Any = None) -> None:
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "mergeCell" and len(self.found.merged) < MOST_FAULTS:
            self.found.merged.append(attributes.get("ref", "")[:30])
        super().begin(tag)
        if tag == "f":
            self.is_formula = True
        self.taking = self.taking or tag in ("v", "f")

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag in ("v", "f"):
            self.taking = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self.done.append((self.number, self.cells))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self.number + 1))
        if not self.number < number <= LAST_ROW:
            raise Broken("the numbers of its rows")
        self.number, self.place, self.cells = number, -1, []
        self.lines += 1
        if self.lines > MOST_LINES:
            raise Refused("lines", number)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _place_of(attributes["r"]) if "r" in attributes else self.place + 1
        if not self.place < place < LAST_COLUMN:
            raise Broken("the order of its cells")
        self.place = place
        self.count += 1
        if self.count > MOST_CELLS:
            raise Refused("cells", self.number)
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.is_formula = False

    def _end_cell(self) -> None:
        text, reason = self._read(self.taken())
        if not text:
            return
        if self.place >= MOST_COLUMNS:
            raise Refused("columns", self.number, self.place, text)
        if reason and len(self.found.problems) < MOST_FAULTS:
            problem = Problem(self.number, self.place, text[:200], reason)
            self.found.problems.append(problem)
        self.cells += [""] * (self.place - len(self.cells))
        self.cells.append(text)

    def _read(self, raw: str) -> tuple[str, str]:
        """Return what a cell says, and why it cannot be taken as it is ("" if it can)."""
        if self.is_formula:
            return f"={raw}", "formula"
        if not raw or self.kind in ("str", "inlineStr"):
            # What was typed is kept to the space: only then is an unchanged cell unchanged.
            return out_of_xml(raw), ""
        if self.kind == "s":
            return self.strings[int(raw)], ""
        if self.kind == "b":
            return cell_text(bool(int(raw))), ""
        if self.kind == "d":
            return raw.removesuffix("T00:00:00"), ""
        if self.kind == "e":
            return raw, "error"
        number = float(raw) if any(one in raw for one in ".eE") else int(raw)
        style = int(self.style or 0)
        if style in self.styles.dates:
            try:
                return cell_text(self._moment(number, style in self.styles.durations)), ""
            except (OverflowError, ValueError):
                return "#VALUE!", "error"
        return cell_text(number), "number" if abs(number) >= SAFE_NUMBER else ""

    def _moment(self, days: float, is_length: bool) -> Any:
        """Return a number of days as what it means: a length of time, a time, a day, or both."""
        if is_length:
            return datetime.timedelta(milliseconds=round(days * 86_400_000))
        day, part = divmod(days, 1)
        time = datetime.timedelta(milliseconds=round(part * 86_400_000))
        if 0 <= days < 1 and not time.days:
            return (datetime.datetime.min + time).time()
        # Spreadsheets that count from 1900 have a 29 February in that year.
        if 0 < days < 60 and self.epoch.year < 1904:
            day += 1
        return self.epoch + datetime.timedelta(days=day) + time


def _place_of(name: str) -> int:
    """Return the column of a cell that is called like this, counted from 0. Raises Broken."""
    letters = name.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise Broken("the name of a cell")
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


# Halves of characters mean nothing alone.
ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


def out_of_xml(text: str) -> str:
    """Return what a cell means that holds characters by their numbers: _x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
