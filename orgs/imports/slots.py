"""Sheets to edit: a record as a row, and each column a place for one sort of statement.

A heading names the sort and what tells it from others: "name (official, en)", "place (seat)",
"trait (identity)". Where a cell holds words, it is one statement; a second one of the same sort has
a column of its own, "name (variant, en) 2". Where cells hold codes, one cell holds all of them. The
last column carries the numbers of the statements that stand in the others: by them an unchanged
cell is an unchanged statement, and a changed one takes the place of exactly that statement.
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

ID, KIND, NUMBERS = "id", "kind", "statements"
"""The columns that are no statements: which record, what it is, and the numbers."""

BETWEEN = " | "
"""Between several codes in one cell."""

LONGEST = 32_000
"""Characters of a text that goes into a sheet. What is longer stays in the catalogue alone."""

LANGUAGE = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8})*")
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")


class Sort(NamedTuple):
    """A sort of column: the kind of statement, what the cell holds, and what tells columns apart.

    `by` are the fields named in the heading, and `choices` their values where these are few. A
    `coded` cell holds codes, of which there may be several.
    """

    kind: str
    holds: str
    by: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    coded: bool = False


SORTS = {
    "name": Sort("name", "text", ("name_kind", "language"), tuple(NameKind.values)),
    "text": Sort("text", "body", ("text_kind", "language"), tuple(TextKind.values)),
    "date": Sort("existence", "edtf", ("event",), tuple(Event.values)),
    "place": Sort("presence", "place", ("role",), tuple(Role.values), coded=True),
    "arena": Sort("arena_placement", "arena", coded=True),
    "member of": Sort("membership", "partnership", coded=True),
    "trait": Sort("trait", "term", ("scheme",), coded=True),
    "link": Sort("link", "url", ("link_kind",), tuple(LinkKind.values)),
    "identifier": Sort("identifier", "value", ("scheme",)),
    "contact": Sort("contact", "value", ("contact_kind",), tuple(ContactKind.values)),
}
"""Contacts are read from the files of others and never written: they are for representatives."""

WRITTEN = tuple(name for name in SORTS if name != "contact")

HEADING = re.compile(rf"({'|'.join(SORTS)})(?: \(([^()]{{1,80}})\))?(?: ([1-9][0-9]{{0,2}}))?")

USUAL = (
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
"""The columns of every sheet, also where nothing is on record yet: what one would fill in."""


class Slot(NamedTuple):
    """A column of statements: its sort, what tells it from others, and which one of several."""

    sort: str
    by: tuple[str, ...] = ()
    place: int = 1

    def __str__(self) -> str:
        """Return the heading."""
        told = f" ({', '.join(self.by)})" if self.by else ""
        return f"{self.sort}{told}" + (f" {self.place}" if self.place > 1 else "")

    @property
    def kind(self) -> str:
        """Return the kind of statement."""
        return SORTS[self.sort].kind

    @property
    def coded(self) -> bool:
        """Whether cells hold codes."""
        return SORTS[self.sort].coded

    @property
    def first(self) -> "Slot":
        """Return the first column of the same sort."""
        return self._replace(place=1)

    @property
    def order(self) -> tuple:
        """Return what columns are sorted by."""
        choices = SORTS[self.sort].choices
        named = choices.index(self.by[0]) if choices else 0
        return ([*SORTS].index(self.sort), named, self.by, self.place)


def slot_of(heading: str) -> Slot | None:
    """Return the column that a heading names; None for a heading of another's."""
    found = HEADING.fullmatch(" ".join(heading.split()))
    if found is None:
        return None
    sort = SORTS[found[1]]
    by = tuple(part.strip() for part in found[2].split(",")) if found[2] else ()
    if len(by) != len(sort.by) or (sort.choices and by[0] not in sort.choices):
        return None
    for name, part in zip(sort.by, by, strict=True):
        pattern = {"language": LANGUAGE, "scheme": SLUG}.get(name)
        if pattern is not None and not pattern.fullmatch(part):
            return None
    place = int(found[3] or 1)
    return None if sort.coded and place > 1 else Slot(found[1], by, place)


class Held(NamedTuple):
    """What a document says in one statement: what a cell holds, its number, whose words."""

    value: str
    number: int
    voice: str


def held_in(document: dict[str, Any]) -> dict[Slot, list[Held]]:
    """Return what a public document of a record says that a sheet can hold, by first columns.

    What no longer is so, what a source denies, and what is too long for a cell stays outside.
    """
    found: dict[Slot, list[Held]] = defaultdict(list)
    for name in WRITTEN:
        sort = SORTS[name]
        content = document.get(statement_kinds()[sort.kind].part) or ()
        schemes = content.items() if isinstance(content, dict) else [("", content)]
        for scheme, items in schemes:
            for item in items:
                value = _value(item, sort)
                if item["holds"] and item["current"] and value and len(value) <= LONGEST:
                    by = tuple(scheme or item[one] for one in sort.by)
                    found[Slot(name, by)].append(Held(value, item["statement"], item["voice"]))
    return found


def _value(item: dict[str, Any], sort: Sort) -> str:
    value = item["when"] if sort.holds == "edtf" else item[sort.holds]
    return (value["slug"] if isinstance(value, dict) else value) or ""


# Writing a sheet ----------------------------------------------------------------------------------


def columns_of(documents: Iterable[dict[str, Any]]) -> list[Slot]:
    """Return the columns that a sheet of these documents needs, in reading order."""
    most: dict[Slot, int] = {slot: 1 for slot in map(slot_of, USUAL) if slot is not None}
    for document in documents:
        for slot, held in held_in(document).items():
            most[slot] = max(most.get(slot, 1), 1 if slot.coded else len(held))
    return sorted(
        (slot._replace(place=place + 1) for slot, many in most.items() for place in range(many)),
        key=lambda slot: slot.order,
    )


def headings(columns: Iterable[Slot]) -> list[str]:
    """Return the headings of a sheet."""
    return [ID, KIND, *map(str, columns), NUMBERS]


def row_of(document: dict[str, Any], columns: Iterable[Slot]) -> list[str]:
    """Return a document as a row of a sheet."""
    held = held_in(document)
    cells, numbers = [], []
    for slot in columns:
        here = held.get(slot.first, [])
        if not slot.coded:
            here = here[slot.place - 1 : slot.place]
        cells.append(BETWEEN.join(dict.fromkeys(one.value for one in here)))
        if here:
            numbers.append(f"{slot}={' '.join(str(one.number) for one in here)}")
    return [document["id"], document["kind"], *cells, "; ".join(numbers)]


def numbers_in(cell: str) -> dict[Slot, list[int]]:
    """Return the numbers of statements that a row carries, by the columns that they stand in.

    Raises ValueError for what no sheet of ours holds.
    """
    found: dict[Slot, list[int]] = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        heading, _, numbers = part.rpartition("=")
        slot = slot_of(heading)
        if slot is None or not re.fullmatch(r"[1-9][0-9]{0,17}( [1-9][0-9]{0,17})*", numbers):
            raise ValueError(part)
        found[slot] = [int(number) for number in numbers.split()]
    return found


# Cells that a spreadsheet would run ---------------------------------------------------------------

RUN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
BEGINNINGS = re.compile(rf"\A'*+(?=[\t\r\n])|(?:\A|(?<![\s\";])(?=[\s\";]))[\s\";]*+'*+(?={RUN})")
"""Where a spreadsheet could begin to read a formula: at the beginning of a cell; and inside of one,
after spaces and quotation marks, if there is a `SEPARATOR` among them. Each run of spaces is looked
at once, from its beginning: from each of its places, a long one would take minutes."""
SEPARATOR = re.compile(r"[\n\r\t;]")
"""What a spreadsheet may take for the end of a cell inside of one."""


def _at_beginnings(text: str, change: Callable[[str], str]) -> str:
    """Change what stands before each formula that a spreadsheet could find in a text."""

    def changed(found: re.Match[str]) -> str:
        before = found.group()
        # At the beginning of a cell no separator is needed.
        return change(before) if not found.start() or SEPARATOR.search(before) else before

    return BEGINNINGS.sub(changed, text)


def harmless(text: str) -> str:
    """Return a text of which no spreadsheet runs any part: with an apostrophe before what it would.

    `as_meant` takes it away again, and no other.
    """
    return _at_beginnings(text, lambda before: f"{before}'")


def as_meant(text: str) -> str:
    """Return the text that `harmless` was given."""
    return _at_beginnings(text, lambda before: before.removesuffix("'"))


def as_csv(headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    """Give a sheet as CSV in UTF-8 with the mark by which spreadsheets know it, piece by piece."""
    written = io.StringIO(newline="")
    row = csv.writer(written).writerow
    written.write("\ufeff")
    row(headings)
    for cells in rows:
        row(map(harmless, cells))
        if written.tell() > 64 * 1024:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def as_xlsx(headings: list[str], rows: Iterable[list[str]]) -> bytes:
    """Return a sheet as a spreadsheet. Every cell is text, and said to be text: nothing is run.

    Where a text holds apostrophes that would be taken for ours, it gets one more, as in CSV.
    """
    from openpyxl import Workbook  # half a second to import, for one kind of file
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("organizations")
    sheet.freeze_panes = "B2"
    for place, heading in enumerate(headings, start=1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width = 40 if heading.startswith("text") else 24
        column.hidden = heading == NUMBERS
    bold, top = Font(bold=True), Alignment(vertical="top", wrap_text=True)

    def text(value: str) -> Any:
        if as_meant(value) != value:
            value = harmless(value)
        cell = WriteOnlyCell(sheet, value=None)
        if value:
            cell.value = _in_xml(value)
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
    file = io.BytesIO()
    book.save(file)
    return _without_times(file)


def _without_times(file: io.BytesIO) -> bytes:
    """Return a spreadsheet that does not tell when it was made: the same sheet, the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            held = old.read(part)
            if part.filename == "docProps/core.xml":
                held = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"2000-01-01T00:00:00Z", held)
            new.writestr(zipfile.ZipInfo(part.filename), held, zipfile.ZIP_DEFLATED)
    return made.getvalue()


NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def _in_xml(text: str) -> str:
    """Return a text as the cells of spreadsheets hold it: by its number what XML cannot hold."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
