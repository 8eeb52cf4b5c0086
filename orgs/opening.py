"""Uploaded files as tables, as spreadsheets and people write them; or what to do, cell by cell.

Whoever uploads a file has no terminal and did not choose the program that wrote it: so the coding
and the separator are found out, two columns of one name are told apart, and whatever cannot be
read is told with its row, its column, what stands there and why. Nothing of a file is believed
before it has been counted: a small file may be large when it is unpacked.
"""

import codecs
import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from xml.parsers import expat

from django.utils.translation import gettext

from .tables import Table, cell_text

log = logging.getLogger(__name__)

LARGEST = 10 * 2**20
"""How many bytes an uploaded file may have."""
UNPACKED = 20 * 2**20
"""How many bytes the parts of a spreadsheet may have together, unpacked."""
MOST_ROWS = 8_000
"""How many rows an uploaded table may have under its headings: what is compared in 50 MB."""
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""How many characters a cell may have: more than this no spreadsheet takes."""
MOST_FAULTS = 1_000
"""How many faults of one file are told."""
MOST_PARTS = 500
PIECE = 64 * 1024

SAFE_NUMBER = 10**15
"""From here on spreadsheets lose the last digits of a number."""


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


@dataclass
class Opened:
    """What an uploaded file holds: a table, the rows that cannot be read, and what was guessed."""

    table: Table
    top: int = 1
    """The row of the headings."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def blame(self, row: int, column: str, value: object, reason: str) -> None:
        """Note a fault, if there are not too many already."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, str(value)[:200], reason))


def opened(name: str, content: bytes) -> Opened:
    """Return what an uploaded file holds. Raises Unreadable.

    What kind of file it is, its first bytes say: names are often wrong.
    """
    if len(content) > LARGEST:
        raise _no_table(
            name,
            gettext("The file is larger than %(most)s MB. Split it, and upload one part at a time.")
            % {"most": LARGEST >> 20},
        )
    if not content.strip():
        raise _no_table(name, gettext("The file is empty. Save the table again, and upload that."))
    if content[:4] == b"PK\x03\x04":
        return _of_spreadsheet(name, content)
    for beginning, reason in _OTHERS.items():
        if content.startswith(beginning):
            raise _no_table(name, reason())
    return _of_text(name, content)


def _old() -> str:
    return gettext(
        "This is an old spreadsheet (.xls), or one with a password. Save it as .xlsx without a "
        "password, or as CSV."
    )


_OTHERS = {
    b"\xd0\xcf\x11\xe0": _old,
    b"%PDF": lambda: gettext("This is a PDF. Save the table itself as CSV or .xlsx."),
    b"PK\x05\x06": lambda: gettext("This archive is empty. Save the table again."),
    b"<": lambda: gettext("This is a page, or XML. Save the table as CSV or .xlsx."),
    b"{\\rtf": lambda: gettext("This is a text document. Save the table as CSV or .xlsx."),
    b"\x1f\x8b": lambda: gettext("This is packed (.gz). Unpack it, and upload the table itself."),
}


def _no_table(name: str, reason: str) -> Unreadable:
    return Unreadable(Fault(0, "", name[:200], reason))


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


def _of_text(name: str, content: bytes) -> Opened:
    coding = _coding(content)
    if not _can_be_read(content, coding):
        if coding != "cp1252":
            raise _no_table(
                name,
                gettext("Its letters cannot be read. Save it as CSV in UTF-8, and upload that."),
            )
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
        raise _no_table(name, gettext("Save it as CSV with commas or semicolons between cells."))
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    found = _under_headings(name, _numbered(lines, skipped, name), exact=True)
    if coding in ("cp1252", "latin-1"):
        found.notes.append(
            Fault(
                0,
                "",
                coding,
                gettext(
                    "The file is not in UTF-8; it was read as Windows-1252. Look at letters with "
                    "accents, and save it as UTF-8 if they are wrong."
                ),
            )
        )
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


def _numbered(lines: Any, skipped: int, name: str) -> Iterator[tuple[int, list[str]]]:
    number = skipped
    while True:
        number += 1
        try:
            yield number, next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            reason = gettext(
                "This row is no sound CSV (%(error)s). Check the quotation marks here and in the "
                "rows above."
            )
            raise Unreadable(Fault(number, "", name, reason % {"error": error})) from error


# Spreadsheets -------------------------------------------------------------------------------------


def _of_spreadsheet(name: str, content: bytes) -> Opened:
    from openpyxl import load_workbook  # half a second to import, for one kind of file

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            merged = _looked_through(name, archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheets = book.worksheets
        if not sheets:
            raise _no_table(name, gettext("It has no sheet with cells. Save the table again."))
        first = sheets[0]
        first.reset_dimensions()
        faults: list[Fault] = []
        found = _under_headings(name, _rows_of(first, faults), exact=False)
    except Unreadable:
        raise
    except Exception as error:  # whatever its readers of archives, XML and styles meet
        # Its kind is noted: if it were a mistake of ours, no sheet could be read any more.
        log.warning("A spreadsheet could not be read: %s", type(error).__name__)
        raise _no_table(
            name,
            gettext(
                "It cannot be read as a spreadsheet; perhaps it was not saved to its end. Save it "
                "anew as .xlsx, or as CSV."
            ),
        ) from error
    for fault in faults:
        found.blame(*fault)
    for cells in merged:
        found.blame(
            _row_in(cells),
            cells,
            gettext("(merged cells)"),
            gettext("Take these merged cells apart, and fill each of them."),
        )
    if len(sheets) > 1:
        others = ", ".join(one.title for one in sheets[1:])[:200]
        told = gettext("Only the first sheet is read; these are passed over.")
        found.notes.append(Fault(0, "", others, told))
    return found


def _looked_through(name: str, archive: zipfile.ZipFile) -> list[str]:
    """Look through a spreadsheet before it is believed. Returns the merged cells of all sheets.

    Raises Unreadable for one that is too large when unpacked, that runs something, that is locked,
    or that is another kind of archive.
    """
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise _no_table(
            name,
            gettext(
                "Unpacked, it is larger than %(most)s MB. A table here may have %(rows)s rows; "
                "split it, or save it as CSV."
            )
            % {"most": UNPACKED >> 20, "rows": MOST_ROWS},
        )
    if any(part.flag_bits & 1 for part in parts):
        raise _no_table(name, gettext("It has a password. Save it without one."))
    if any(one.startswith("/") or ".." in one.split("/") or "\\" in one for one in names):
        raise _no_table(name, gettext("Its parts have names that no spreadsheet has."))
    if any(one.lower().endswith("vbaproject.bin") for one in names):
        raise _no_table(name, gettext("It holds macros. Save it as .xlsx without them."))
    if "xl/workbook.xml" not in names:
        raise _no_table(
            name,
            gettext("This archive is no .xlsx spreadsheet. Save the table as .xlsx or as CSV."),
        )
    merged: list[str] = []
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            of_sheet = part.filename.startswith("xl/worksheets/")
            with archive.open(part) as file:
                merged += _looked_at(name, file, of_sheet)
    return merged[:MOST_FAULTS]


def _looked_at(name: str, file: Any, of_sheet: bool) -> list[str]:
    """Look at one part, piece by piece: no part may declare anything or hold endless text."""
    merged: list[str] = []
    length = [0]

    def declared(*_: Any) -> None:
        raise _no_table(name, gettext("It declares types of its own, as no spreadsheet does."))

    def begun(tag: str, attributes: dict[str, str]) -> None:
        length[0] = 0
        if of_sheet and tag.rpartition(":")[2] == "mergeCell" and len(merged) < MOST_FAULTS:
            merged.append(attributes.get("ref", "")[:30])

    def said(text: str) -> None:
        length[0] += len(text)
        if length[0] > 4 * LONGEST_CELL:
            raise _no_table(
                name,
                gettext("A cell has more than %(most)s characters. Shorten it.")
                % {"most": LONGEST_CELL},
            )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    parser.CharacterDataHandler = said
    while piece := file.read(PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return merged


def _rows_of(sheet: Any, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = []
        for place, cell in enumerate(islice(row, MOST_COLUMNS + 1)):
            reason = _fault_of(cell)
            if reason and len(faults) < MOST_FAULTS:
                faults.append(Fault(number, letters(place), str(cell.value)[:200], reason))
            # What was typed is kept to the space: only then is an unchanged cell unchanged.
            text = isinstance(cell.value, str)
            cells.append(_out_of_xml(cell.value) if text else cell_text(cell.value))
        yield number, cells


def _fault_of(cell: Any) -> str:
    """Return why the cell of a spreadsheet cannot be taken as it is; "" if it can."""
    kind = getattr(cell, "data_type", "")
    if kind == "f":
        return gettext("This is a formula. Put its result in its place.")
    if kind == "e":
        return gettext("This cell shows an error. Mend it, or empty it.")
    if isinstance(cell.value, int | float) and abs(cell.value) >= SAFE_NUMBER:
        return gettext("So long a number has lost its last digits. Type it anew, as text.")
    return ""


def _out_of_xml(text: str) -> str:
    """Return what a cell means that holds characters by their numbers: _x000D_."""
    # Halves of characters mean nothing alone.
    escaped = r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
    return re.sub(escaped, lambda found: chr(int(found[1], 16)), text)


def _row_in(cells: str) -> int:
    found = re.search(r"\d{1,7}", cells)
    return int(found.group()) if found else 0


def letters(place: int) -> str:
    """Return what spreadsheets call a column, counted from 0: A, B, ..., Z, AA."""
    word = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        word = chr(65 + rest) + word
    return word


# What stands under headings -----------------------------------------------------------------------


def _under_headings(name: str, rows: Iterable[tuple[int, list[str]]], exact: bool) -> Opened:
    """Return the table of these rows, the first of which are its headings.

    `exact`: a row has as many cells as there are headings, or its separators are in doubt.
    """
    rows = iter(rows)
    found = Opened(Table(name, [], []))
    top, headings = next(
        ((number, cells) for number, cells in islice(rows, 100) if any(map(str.strip, cells))),
        (1, []),
    )
    found.top, width = top, len(headings)
    if width > MOST_COLUMNS:
        raise Unreadable(
            Fault(
                top,
                letters(MOST_COLUMNS),
                headings[MOST_COLUMNS][:200],
                gettext("A table may have %(most)s columns. Take out what is not needed.")
                % {"most": MOST_COLUMNS},
            )
        )
    names = _told_apart(headings, top, found)
    held: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(held) == MOST_ROWS:
            raise Unreadable(
                Fault(
                    number,
                    "",
                    name,
                    gettext(
                        "A table may have %(rows)s rows. Split it, and upload one part at a time."
                    )
                    % {"rows": MOST_ROWS},
                )
            )
        if _is_sound(number, cells, names, exact, found):
            held.append((number, cells[:width] + [""] * (width - len(cells))))
    used = [place for place, heading in enumerate(headings) if heading.strip()]
    used += [
        place
        for place, heading in enumerate(headings)
        if not heading.strip() and any(cells[place].strip() for _, cells in held)
    ]
    used.sort()
    found.notes = [note for note in found.notes if note.column in {letters(one) for one in used}]
    found.table.header = [names[place] for place in used]
    found.table.rows = [
        (number, {names[place]: cells[place] for place in used}) for number, cells in held
    ]
    if not found.table.header:
        raise _no_table(name, gettext("It has no headings. Give each column its name, in row 1."))
    if not found.table.rows and not found.faults:
        raise Unreadable(
            Fault(
                top,
                "",
                ", ".join(found.table.header)[:200],
                gettext("There is nothing under the headings. Save the table with its rows."),
            )
        )
    return found


def _told_apart(headings: list[str], top: int, found: Opened) -> list[str]:
    """Return a name for each column: those without one get their letter, doubles a number."""
    names: list[str] = []
    for place, heading in enumerate(headings):
        wanted = " ".join(heading.split())[:200]
        if fault := _unsound(wanted):
            found.blame(top, letters(place), wanted, fault)
        if not wanted:
            wanted = gettext("(column %(letter)s)") % {"letter": letters(place)}
            told = gettext("This column has no heading. It is called by its letter.")
            found.notes.append(Fault(top, letters(place), wanted, told))
        given, count = wanted, 1
        while given in names:
            count += 1
            given = f"{wanted} [{count}]"
        if given != wanted:
            told = gettext("This heading stands there before. This column is called “%(name)s”.")
            found.notes.append(Fault(top, letters(place), wanted, told % {"name": given}))
        names.append(given)
    return names


def _is_sound(number: int, cells: list[str], names: list[str], exact: bool, found: Opened) -> bool:
    """Whether a row can be read; notes the faults of one that cannot."""
    sound = True
    for place, value in enumerate(cells):
        column = names[place] if place < len(names) else letters(place)
        if place >= len(names) and value.strip():
            found.blame(
                number, column, value, gettext("This cell stands under no heading. Check the row.")
            )
            sound = False
        elif fault := _unsound(value):
            found.blame(number, column, value, fault)
            sound = False
    if sound and exact and len(cells) < len(names):
        found.blame(
            number,
            names[len(cells)],
            cells[-1] if cells else "",
            gettext(
                "This row has fewer cells than there are headings: from here on they are missing. "
                "Check its quotation marks and separators."
            ),
        )
        sound = False
    return sound


def _unsound(value: str) -> str:
    """Return why no text can be so; "" if one can."""
    if "\x00" in value:
        return gettext("Remove the NUL character; no text has it.")
    if "\ufffd" in value:
        return gettext("A letter was lost here (�). Type it anew.")
    if len(value) > LONGEST_CELL:
        told = gettext("A cell has more than %(most)s characters. Shorten it.")
        return told % {"most": LONGEST_CELL}
    return ""
