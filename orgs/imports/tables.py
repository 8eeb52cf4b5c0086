"""Reads CSV, XLSX and JSON lines as tables; what is wrong with a file is one sentence."""

import csv
import io
import json
import zipfile
from collections import Counter as Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

MAX_UNPACKED_BYTES = 200 * 2**20
"""The size of a file, unpacked."""


class UnreadableTable(Exception):
    """The message says what to do."""


@dataclass
class Table:
    """Name, header and rows of a file; rows are numbered as a spreadsheet numbers them."""

    name: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read_table(path: Path, sheet: str = "", header: tuple[int, ...] = (1,)) -> Table:
    """Read a CSV, XLSX or JSONL file. Raises UnreadableTable, with what to do.

    `sheet` is the name of a sheet; without one the first is read. `header` are the rows with the
    headings; rows above are ignored. Of several, an upper heading extends to the right, as merged
    cells do, and is joined with those below by a space.
    Rows are numbered as a spreadsheet numbers them: the first row under the header is usually 2.
    """
    try:
        if path.stat().st_size > MAX_UNPACKED_BYTES:
            raise UnreadableTable(
                f"{path.name} is larger than {MAX_UNPACKED_BYTES >> 20} MB. Split it."
            )
        suffix = path.suffix.lower()
        if suffix == ".xlsx":
            return _read_xlsx(path, sheet, header)
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableTable(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableTable(
            f"{path.name} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8 and try again."
        ) from error
    if "\x00" in text:
        raise UnreadableTable(
            f"{path.name} holds NUL characters. Save it as plain text and try again."
        )
    if sheet:
        raise UnreadableTable(f"{path.name} has no sheets. Take sheet out of the map's [table].")
    if suffix not in {".jsonl", ".ndjson"}:
        return _read_csv(path, text, header)
    if header != (1,):
        raise UnreadableTable(
            f"{path.name} has no row of headings. Take header out of the map's [table]."
        )
    return _read_jsonl(path, text)


def _read_csv(path: Path, text: str, header: tuple[int, ...]) -> Table:
    lowest = "".join(islice(io.StringIO(text), header[-1] - 1, header[-1]))
    delimiter = max(",;\t|", key=lowest.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings, numbered = _split_header(path, rows, header)
        table = Table(path.name, headings, [])
        for number, cells in numbered:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                raise UnreadableTable(
                    f"{path.name}, row {number} has {len(cells)} cells under {len(headings)} "
                    "headings. Check the quotation marks and separators of that row."
                )
            stripped = (cell.strip() for cell in cells)
            table.rows.append((number, dict(zip(headings, stripped, strict=True))))
    except csv.Error as error:
        raise UnreadableTable(
            f"{path.name} is not sound CSV near row {rows.line_num}: {error}."
        ) from error
    return table


def _read_jsonl(path: Path, text: str) -> Table:
    rows = []
    header: dict[str, None] = {}
    # Not splitlines(): a text may contain the line separators of other alphabets.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("it is not an object")
        except (ValueError, RecursionError) as error:
            raise UnreadableTable(
                f"{path.name}, line {number} cannot be read as JSON: {error}."
            ) from error
        cells = {name: cell_text(value) for name, value in row.items()}
        header.update(dict.fromkeys(cells))
        rows.append((number, cells))
    if not rows:
        raise UnreadableTable(f"{path.name} is empty. Each line holds one row as a JSON object.")
    return Table(path.name, list(header), [(n, dict.fromkeys(header, "") | c) for n, c in rows])


def _read_xlsx(path: Path, sheet: str, header: tuple[int, ...]) -> Table:
    from openpyxl import load_workbook  # half a second to import, for one kind of file

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableTable(f"{path.name} is too large when unpacked. Split it.")
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            # Some names of sheets end in a space that cannot be seen.
            by_title = {
                worksheet.title.strip(): worksheet for worksheet in reversed(book.worksheets)
            }
            if sheet and sheet.strip() not in by_title:
                raise UnreadableTable(
                    f"{path.name} has no sheet {sheet!r}. It has "
                    f"{', '.join(worksheet.title.strip() for worksheet in book.worksheets)}."
                )
            chosen = by_title[sheet.strip()] if sheet else book.worksheets[0]
            return _read_sheet(path, chosen.iter_rows(values_only=True), header)
    except UnreadableTable:
        raise
    except Exception as error:  # raised by readers of archives, XML and styles
        raise UnreadableTable(f"{path.name} cannot be read as a spreadsheet: {error}.") from error


def _read_sheet(path: Path, rows: Iterator[tuple], header: tuple[int, ...]) -> Table:
    texts = ([cell_text(cell) for cell in row] for row in rows)
    headings, numbered = _split_header(path, texts, header)
    table = Table(path.name, headings, [])
    for number, cells in numbered:
        if any(cells[len(headings) :]):
            raise UnreadableTable(
                f"{path.name}, row {number} has a cell under no heading. Give its column a name, "
                "or empty it."
            )
        cells += [""] * (len(headings) - len(cells))
        if any(cells):
            table.rows.append((number, dict(zip(headings, cells, strict=False))))
    return table


def _split_header(
    path: Path, rows: Iterable[list[str]], header: tuple[int, ...]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the headings of a table, and its numbered rows below them."""
    numbered = enumerate(rows, start=1)
    upper_rows = islice(numbered, header[-1])
    heading_rows = [
        [cell.strip() for cell in cells] for number, cells in upper_rows if number in header
    ]
    return _check_headings(path, _join_headings(heading_rows), header), numbered


def _join_headings(heading_rows: list[list[str]]) -> list[str]:
    """Join the parts of the heading of each column."""
    width = max((len(row) for row in heading_rows), default=0)
    *upper, lowest = [row + [""] * (width - len(row)) for row in heading_rows] or [[]]
    filled_rows = [_fill_right(row) for row in upper]
    headings = []
    for column, low in enumerate(lowest):
        # An upper heading does not extend beyond the last heading below it.
        parts = [row[column] for row in (filled_rows if low else upper)]
        headings.append(" ".join(part for part in (*parts, low) if part))
    return headings


def _fill_right(row: list[str]) -> list[str]:
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def _check_headings(path: Path, joined: list[str], header: tuple[int, ...]) -> list[str]:
    headings = list(joined)
    while headings and not headings[-1]:
        headings.pop()
    duplicates = [name for name, count in Counter(headings).items() if count > 1]
    if not headings and header != (1,):
        raise UnreadableTable(
            f"{path.name} has no headings in row {' and '.join(map(str, header))}. Say in the "
            "map's [table] which row holds them."
        )
    if not headings:
        raise UnreadableTable(
            f"{path.name} is empty. The first row holds the names of the columns."
        )
    if duplicates:
        raise UnreadableTable(
            f"{path.name} has two columns called {duplicates[0]!r}. Give each its own name."
        )
    return headings


def cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip()
