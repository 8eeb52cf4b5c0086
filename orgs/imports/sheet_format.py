"""The format of an editable sheet: a record is a row, a column holds one kind of statement.

A heading names the type of a column and its qualifiers: "name (official, en)", "place (seat)",
"trait (identity)". A cell with text is one statement; a second one of the same type and qualifiers
has its own column, "name (variant, en) 2". A cell with codes holds all of them. The last column
holds the ids of the statements in the other cells: with them an unchanged cell is an unchanged
statement, and a changed cell replaces exactly the statement that was in it.
"""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from orgs.statements.existence import Event
from orgs.statements.identifier import ContactKind, LinkKind
from orgs.statements.name import NameKind
from orgs.statements.presence import Role
from orgs.statements.statement import statement_kinds
from orgs.statements.text import TextKind

ID, KIND, STATEMENT_IDS = "id", "kind", "statements"
"""The columns that hold no statements: the record, its kind, and the ids of statements."""

CODE_SEPARATOR = " | "
"""Separates several codes in one cell."""

MAX_CELL_CHARACTERS = 32_000
"""Longer texts are not exported."""

LANGUAGE = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8})*")
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")


class ColumnType(NamedTuple):
    """What the cells of a column are: a kind of statement and the field that they hold.

    `qualifiers` are the fields named in the heading, `choices` the values of the first of them
    where these are few. A `coded` cell holds codes, and may hold several.
    """

    kind: str
    value_field: str
    qualifiers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    coded: bool = False


COLUMN_TYPES = {
    "name": ColumnType("name", "text", ("name_kind", "language"), tuple(NameKind.values)),
    "text": ColumnType("text", "body", ("text_kind", "language"), tuple(TextKind.values)),
    "date": ColumnType("existence", "edtf", ("event",), tuple(Event.values)),
    "place": ColumnType("presence", "place", ("role",), tuple(Role.values), coded=True),
    "arena": ColumnType("arena_placement", "arena", coded=True),
    "member of": ColumnType("membership", "partnership", coded=True),
    "trait": ColumnType("trait", "term", ("scheme",), coded=True),
    "link": ColumnType("link", "url", ("link_kind",), tuple(LinkKind.values)),
    "identifier": ColumnType("identifier", "value", ("scheme",)),
    "contact": ColumnType("contact", "value", ("contact_kind",), tuple(ContactKind.values)),
}
"""Contacts are read from other files and never exported: only representatives see them."""

EXPORTED_TYPES = tuple(name for name in COLUMN_TYPES if name != "contact")

HEADING = re.compile(
    rf"({'|'.join(COLUMN_TYPES)})(?: \(([^()]{{1,80}})\))?(?: ([1-9][0-9]{{0,2}}))?"
)

DEFAULT_HEADINGS = (
    "name (official, en)",
    "name (acronym, en)",
    "text (own_words, en)",
    "text (summary, en)",
    "date (founded)",
    "place (seat)",
    "place (acts_in)",
    "arena",
    "trait (identity)",
    "trait (sector)",
    "link (website)",
)
"""The columns of every sheet, even if no record has such a statement: for people to fill in."""


class Target(NamedTuple):
    """A column of a sheet: its type and qualifiers, and its position among columns of the same."""

    type: str
    qualifiers: tuple[str, ...] = ()
    position: int = 1

    def __str__(self) -> str:
        """The heading."""
        suffix = f" ({', '.join(self.qualifiers)})" if self.qualifiers else ""
        return f"{self.type}{suffix}" + (f" {self.position}" if self.position > 1 else "")

    @property
    def kind(self) -> str:
        return COLUMN_TYPES[self.type].kind

    @property
    def coded(self) -> bool:
        return COLUMN_TYPES[self.type].coded

    @property
    def first(self) -> "Target":
        """The first column with the same type and qualifiers."""
        return self._replace(position=1)

    @property
    def sort_key(self) -> tuple:
        choices = COLUMN_TYPES[self.type].choices
        choice = choices.index(self.qualifiers[0]) if choices else 0
        return ([*COLUMN_TYPES].index(self.type), choice, self.qualifiers, self.position)


def parse_heading(heading: str) -> Target | None:
    """None for a heading that this format does not have."""
    match = HEADING.fullmatch(" ".join(heading.split()))
    if match is None:
        return None
    column_type = COLUMN_TYPES[match[1]]
    qualifiers = tuple(value.strip() for value in match[2].split(",")) if match[2] else ()
    if len(qualifiers) != len(column_type.qualifiers) or (
        column_type.choices and qualifiers[0] not in column_type.choices
    ):
        return None
    for name, value in zip(column_type.qualifiers, qualifiers, strict=True):
        pattern = {"language": LANGUAGE, "scheme": SLUG}.get(name)
        if pattern is not None and not pattern.fullmatch(value):
            return None
    position = int(match[3] or 1)
    return None if column_type.coded and position > 1 else Target(match[1], qualifiers, position)


class CurrentValue(NamedTuple):
    """One statement of a document: its value in a cell, its id, and its voice."""

    value: str
    pk: int
    voice: str


def current_values(document: dict[str, Any]) -> dict[Target, list[CurrentValue]]:
    """The statements of a document of a record that fit into a sheet, by first columns.

    Statements that ended, denials and texts too long for a cell are left out.
    """
    values: dict[Target, list[CurrentValue]] = defaultdict(list)
    for type_name in EXPORTED_TYPES:
        column_type = COLUMN_TYPES[type_name]
        part = document.get(statement_kinds()[column_type.kind].part) or ()
        schemes = part.items() if isinstance(part, dict) else [("", part)]
        for scheme, items in schemes:
            for item in items:
                value = _value(item, column_type)
                if (
                    item["holds"]
                    and item["current"]
                    and value
                    and len(value) <= MAX_CELL_CHARACTERS
                ):
                    qualifiers = tuple(
                        scheme or item[qualifier] for qualifier in column_type.qualifiers
                    )
                    values[Target(type_name, qualifiers)].append(
                        CurrentValue(value, item["statement"], item["voice"])
                    )
    return values


def _value(item: dict[str, Any], column_type: ColumnType) -> str:
    value = item["when"] if column_type.value_field == "edtf" else item[column_type.value_field]
    return (value["slug"] if isinstance(value, dict) else value) or ""


# Writing a sheet ----------------------------------------------------------------------------------


def columns_for(documents: Iterable[dict[str, Any]]) -> list[Target]:
    """The columns that a sheet of these documents needs, in reading order."""
    counts: dict[Target, int] = {
        target: 1 for target in map(parse_heading, DEFAULT_HEADINGS) if target is not None
    }
    for document in documents:
        for target, values in current_values(document).items():
            counts[target] = max(counts.get(target, 1), 1 if target.coded else len(values))
    return sorted(
        (
            target._replace(position=position + 1)
            for target, count in counts.items()
            for position in range(count)
        ),
        key=lambda target: target.sort_key,
    )


def headings_for(columns: Iterable[Target]) -> list[str]:
    return [ID, KIND, *map(str, columns), STATEMENT_IDS]


def row_for(document: dict[str, Any], columns: Iterable[Target]) -> list[str]:
    by_target = current_values(document)
    cells, statement_ids = [], []
    for target in columns:
        values = by_target.get(target.first, [])
        if not target.coded:
            values = values[target.position - 1 : target.position]
        cells.append(CODE_SEPARATOR.join(dict.fromkeys(value.value for value in values)))
        if values:
            statement_ids.append(f"{target}={' '.join(str(value.pk) for value in values)}")
    return [document["id"], document["kind"], *cells, "; ".join(statement_ids)]


def parse_statement_ids(cell: str) -> dict[Target, list[int]]:
    """Parse the cell with the ids of statements. Raises ValueError if it was changed."""
    ids_by_target: dict[Target, list[int]] = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        heading, _, ids = part.rpartition("=")
        target = parse_heading(heading)
        if target is None or not re.fullmatch(r"[1-9][0-9]{0,17}( [1-9][0-9]{0,17})*", ids):
            raise ValueError(part)
        ids_by_target[target] = [int(pk) for pk in ids.split()]
    return ids_by_target


# Formulas -----------------------------------------------------------------------------------------

FORMULA_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
FORMULA_STARTS = re.compile(
    rf"\A'*+(?=[\t\r\n])|(?:\A|(?<![\s\";])(?=[\s\";]))[\s\";]*+'*+(?={FORMULA_SIGNS})"
)
"""Where a spreadsheet could start to read a formula: at the start of a cell, and inside of one
after spaces and quotation marks if there is a `CELL_SEPARATOR` among them. Each run of spaces is
matched once, from its start: trying each of its places would take minutes for a long one.
"""
CELL_SEPARATOR = re.compile(r"[\n\r\t;]")
"""What a spreadsheet may take for the end of a cell inside of one."""


def _change_before_formulas(text: str, change: Callable[[str], str]) -> str:
    """Change the characters before each formula that a spreadsheet could find."""

    def changed_match(match: re.Match[str]) -> str:
        before = match.group()
        # No separator is needed at the start of a cell.
        return change(before) if not match.start() or CELL_SEPARATOR.search(before) else before

    return FORMULA_STARTS.sub(changed_match, text)


def escape_formulas(text: str) -> str:
    """Put an apostrophe before each part that a spreadsheet would run as a formula.

    `unescape_formulas` removes these apostrophes and no others.
    """
    return _change_before_formulas(text, lambda before: f"{before}'")


def unescape_formulas(text: str) -> str:
    """Undo `escape_formulas`."""
    return _change_before_formulas(text, lambda before: before.removesuffix("'"))


def as_csv(headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    """A sheet as CSV in UTF-8, with the mark by which spreadsheets recognize it, in chunks."""
    buffer = io.StringIO(newline="")
    write_row = csv.writer(buffer).writerow
    buffer.write("\ufeff")
    write_row(headings)
    for cells in rows:
        write_row(map(escape_formulas, cells))
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_xlsx(headings: list[str], rows: Iterable[list[str]]) -> bytes:
    """A sheet as .xlsx. Every cell is declared to be text, so that no formula runs.

    A text whose own apostrophes would be removed on upload gets one more, as in CSV.
    """
    from openpyxl import Workbook  # half a second to import, for one kind of file
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("organizations")
    sheet.freeze_panes = "B2"
    for index, heading in enumerate(headings, start=1):
        column = sheet.column_dimensions[get_column_letter(index)]
        column.width = 40 if heading.startswith("text") else 24
        column.hidden = heading == STATEMENT_IDS
    bold, top = Font(bold=True), Alignment(vertical="top", wrap_text=True)

    def text(value: str) -> Any:
        if unescape_formulas(value) != value:
            value = escape_formulas(value)
        cell = WriteOnlyCell(sheet, value=None)
        if value:
            cell.value = _escape_xml(value)
            cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = top
        cell.quotePrefix = True
        return cell

    top_row = [text(heading) for heading in headings]
    for cell in top_row:
        cell.font = bold
    sheet.append(top_row)
    for cells in rows:
        sheet.append([text(value) for value in cells])
    buffer = io.BytesIO()
    book.save(buffer)
    return _strip_timestamps(buffer)


def _strip_timestamps(file: io.BytesIO) -> bytes:
    """Remove the times of creation: the same sheet becomes the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"2000-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(part.filename), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


INVALID_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def _escape_xml(text: str) -> str:
    """Write characters that XML cannot hold by their numbers, as spreadsheets do."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return INVALID_IN_XML.sub(lambda match: f"_x{ord(match.group()):04X}_", text)
