"""Files as tables: CSV, XLSX and JSON lines, or a sentence that says what to do."""

import csv
import io
import json
import zipfile
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST_FILE = 200 * 2**20
"""How many bytes a file may have, unpacked."""


class BadFile(Exception):
    """A file that cannot be read as a table at all; the message says what to do."""


@dataclass
class Table:
    """A file as a table: its name, its header and its rows, numbered as a spreadsheet does."""

    name: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read_table(path: Path) -> Table:
    """Return the rows of a CSV, XLSX or JSONL file. Raises BadFile, with what to do.

    Rows are numbered as a spreadsheet numbers them: the first row under the header is 2.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(f"{path.name} is larger than {LARGEST_FILE >> 20} MB. Split it.")
        suffix = path.suffix.lower()
        if suffix == ".xlsx":
            return _read_xlsx(path)
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path.name} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8 and try again."
        ) from error
    if "\x00" in text:
        raise BadFile(f"{path.name} holds NUL characters. Save it as plain text and try again.")
    if suffix in {".jsonl", ".ndjson"}:
        return _read_jsonl(path, text)
    return _read_csv(path, text)


def _read_csv(path: Path, text: str) -> Table:
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header(path, next(rows, []))
        table = Table(path.name, header, [])
        for number, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise BadFile(
                    f"{path.name}, row {number} has {len(cells)} cells under {len(header)} "
                    "headings. Check the quotation marks and separators of that row."
                )
            table.rows.append((number, dict(zip(header, (c.strip() for c in cells), strict=True))))
    except csv.Error as error:
        raise BadFile(f"{path.name} is not sound CSV near row {rows.line_num}: {error}.") from error
    return table


def _read_jsonl(path: Path, text: str) -> Table:
    rows = []
    header: dict[str, None] = {}
    # Not splitlines(): a text may hold the line separators of other alphabets.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            if not isinstance(given, dict):
                raise ValueError("it is not an object")
        except (ValueError, RecursionError) as error:
            raise BadFile(f"{path.name}, line {number} cannot be read as JSON: {error}.") from error
        cells = {name: cell_text(value) for name, value in given.items()}
        header.update(dict.fromkeys(cells))
        rows.append((number, cells))
    if not rows:
        raise BadFile(f"{path.name} is empty. Each line holds one row as a JSON object.")
    return Table(path.name, list(header), [(n, dict.fromkeys(header, "") | c) for n, c in rows])


def _read_xlsx(path: Path) -> Table:
    from openpyxl import load_workbook  # half a second to import, for one kind of file

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_FILE:
                raise BadFile(f"{path.name} is too large when unpacked. Split it.")
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            return _read_sheet(path, book.worksheets[0].iter_rows(values_only=True))
    except BadFile:
        raise
    except Exception as error:  # whatever its readers of archives, XML and styles meet
        raise BadFile(f"{path.name} cannot be read as a spreadsheet: {error}.") from error


def _read_sheet(path: Path, rows: Iterator[tuple]) -> Table:
    header = _header(path, [cell_text(cell) for cell in next(rows, ())])
    table = Table(path.name, header, [])
    for number, row in enumerate(rows, start=2):
        cells = [cell_text(cell) for cell in row]
        if any(cells[len(header) :]):
            raise BadFile(
                f"{path.name}, row {number} has a cell under no heading. Give its column a name, "
                "or empty it."
            )
        cells += [""] * (len(header) - len(cells))
        if any(cells):
            table.rows.append((number, dict(zip(header, cells, strict=False))))
    return table


def _header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    twice = [name for name, count in Tally(header).items() if count > 1]
    if not header:
        raise BadFile(f"{path.name} is empty. The first row holds the names of the columns.")
    if twice:
        raise BadFile(f"{path.name} has two columns called {twice[0]!r}. Give each its own name.")
    return header


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
