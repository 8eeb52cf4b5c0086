"""The preview of an upload: every row, with what would change in each of its cells."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from orgs.records.characters import strip_invisible

from .file_source import FileSource
from .parsed_file import FileProblem, ParsedFile
from .pipeline import Import
from .plan import Outcome, ReportProgress
from .sheet_format import ID, KIND, STATEMENT_IDS, parse_heading, unescape_formulas
from .sheet_reader import SheetReader
from .upload import Upload

OWN_HEADINGS = (ID, KIND, STATEMENT_IDS)
MAX_RANGES = 100
"""Ranges of unchanged rows that are listed; beyond it they are only counted."""


@dataclass(slots=True)
class CellChange:
    """How one cell would change, or why it is refused."""

    column: str
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(slots=True)
class Row:
    """How one row would change the catalogue.

    `verdict` is created, merged (into a record of that name), updated, unchanged or refused.
    """

    number: int
    verdict: str
    name: str = ""
    address: str = ""
    cells: list[CellChange] = field(default_factory=list)


@dataclass
class UploadPlan:
    """What an uploaded table would change: the import, and every row with its verdict."""

    run: Import
    rows: list[Row]
    blocking: list[FileProblem]
    """Why the whole file is refused."""

    @property
    def tally(self) -> dict[str, int]:
        counted = Counter(row.verdict for row in self.rows)
        verdicts = ("created", "merged", "updated", "unchanged", "refused")
        return {verdict: counted[verdict] for verdict in verdicts}

    @property
    def changes(self) -> bool:
        """Whether there is anything to propose."""
        plan = self.run.plan
        return not self.blocking and bool(plan.records or plan.new_statements or plan.dropped)


def plan_upload(
    upload: Upload,
    parsed: ParsedFile,
    columns: dict[str, str],
    report_progress: ReportProgress | None = None,
) -> UploadPlan:
    """Plan the import of an upload. Stores nothing."""
    # In English, like every label: people of all languages read it.
    label = f"Spreadsheet {strip_invisible(upload.name)[:80]}, {upload.at.date().isoformat()}"
    return plan_import(
        parsed, columns, upload.file_source(), label, upload.account, upload.reason, report_progress
    )


def plan_import(
    parsed: ParsedFile,
    columns: dict[str, str],
    source: FileSource,
    label: str,
    author: Any = None,
    reason: str = "",
    report_progress: ReportProgress | None = None,
) -> UploadPlan:
    """Work out what an uploaded table would change. Stores nothing.

    A row counts as a whole or not at all: if some are refused, the others are checked again without
    them. `report_progress` gets a step and the fraction of it that is done.
    """
    refused: dict[int, list[CellChange]] = defaultdict(list)
    blocking = parsed.file_problems
    for problem in parsed.row_problems:
        change = CellChange(problem.column, after=problem.value, reason=problem.reason)
        refused[problem.row].append(change)
    while True:
        rows_left = [(number, cells) for number, cells in parsed.rows if number not in refused]
        table = ParsedFile(parsed.name, parsed.header, rows_left)
        run = Import(label, author, reason, public=True, report_progress=report_progress)
        reader = SheetReader(run.plan, table, columns, source)
        reader.read(run.report_progress)
        run.finish()
        if not run.plan.refused():
            try:
                run.refuse_by_ledger()
            except ValidationError as error:
                blocking.append(FileProblem(0, "", table.name, " ".join(error.messages)))
                break
        if not (outcomes := run.plan.refused()):
            break
        _add_refusals(refused, outcomes)
    names = _names_by_row(parsed, columns)
    rows = _changed_rows(run, reader, table) + [
        Row(number, "refused", names.get(number, ""), cells=cells)
        for number, cells in refused.items()
    ]
    return UploadPlan(run, sorted(rows, key=lambda row: row.number), blocking)


def _changed_rows(run: Import, reader: SheetReader, table: ParsedFile) -> list[Row]:
    """The rows that are not refused, each with its cells that change."""
    cells: dict[int, list[CellChange]] = defaultdict(list)
    removed = reader.removed_cells
    for statement in run.plan.new_statements:
        before = removed[statement.replaces][2] if statement.replaces is not None else ""
        column, text = statement.cell
        cells[statement.row].append(CellChange(column, before, text))
    for retirement in run.plan.dropped:
        number, column, before = removed.get(retirement.pk, (0, "", ""))
        cells[number].append(CellChange(column, before))
    positions = {heading: index for index, heading in enumerate(table.header)}
    rows = []
    created: set[int] = set()
    for number, _ in table.rows:
        subject = reader.records.by_row.get(number)
        if subject is None:
            continue
        changed = sorted(cells[number], key=lambda cell: positions.get(cell.column, 0))
        verdict = "updated" if changed else "unchanged"
        if subject.is_new and subject.pk not in created:
            verdict = "created"
            created.add(subject.pk)
        elif number in reader.records.merged and changed:
            verdict = "merged"
        rows.append(Row(number, verdict, subject.name, subject.address, changed))
    return rows


def _add_refusals(refused: dict[int, list[CellChange]], outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        refused[outcome.row].append(
            CellChange(outcome.column, after=outcome.value, reason=outcome.reason)
        )


def _names_by_row(parsed: ParsedFile, columns: dict[str, str]) -> dict[int, str]:
    name_columns = [heading for heading, target in columns.items() if target.startswith("name (")]
    return {
        number: next(
            (
                unescape_formulas(cells[heading])
                for heading in name_columns
                if cells[heading].strip()
            ),
            "",
        )
        for number, cells in parsed.rows
    }


# The preview as pages show it, and as it is stored


def columns_of_own_sheet(header: list[str]) -> dict[str, str] | None:
    """The columns of a sheet that was downloaded here; None for any other file."""
    columns = {
        heading: heading for heading in header if parse_heading(heading) or heading in OWN_HEADINGS
    }
    has_names = any(heading == ID or heading.startswith("name (") for heading in columns)
    return columns if has_names and len(columns) == len(header) else None


def preview_hash(plan: UploadPlan) -> str:
    """A hash of everything that a preview shows of the rows."""
    # Row by row: one text of all rows would take as much memory again.
    digest = hashlib.sha256()
    for row in plan.rows:
        cells = [(cell.column, cell.before, cell.after, cell.reason) for cell in row.cells]
        digest.update(repr((row.number, row.verdict, row.name, cells)).encode())
    return digest.hexdigest()


def preview_rows(plan: UploadPlan) -> list[Row]:
    """The rows that a preview shows, refused ones first."""
    rows = [row for row in plan.rows if row.verdict != "unchanged"]
    return sorted(rows, key=lambda row: (row.verdict != "refused", row.number))


def preview_as_json(plan: UploadPlan, parsed: ParsedFile) -> dict[str, Any]:
    """The preview without its rows."""
    tally = plan.tally
    return {
        "tally": tally,
        "blocking": [list(problem) for problem in plan.blocking],
        "notes": [list(problem) for problem in parsed.notes],
        "unchanged": row_ranges([row.number for row in plan.rows if row.verdict == "unchanged"]),
        "changes": plan.changes,
        "sound": tally["created"] + tally["merged"] + tally["updated"],
        "telling": len(plan.rows) - tally["unchanged"],
        "seen": preview_hash(plan),
    }


def problems_from_json(rows: list[list]) -> list[FileProblem]:
    return [FileProblem(*row) for row in rows]


def row_ranges(numbers: list[int]) -> list[str]:
    """Consecutive rows as ranges: 2, 4–9. Empty if there are too many."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    if len(ranges) > MAX_RANGES:
        return []
    return [f"{first}–{last}" if last > first else str(first) for first, last in ranges]


def row_as_json(row: Row) -> list:
    """See `row_from_json`."""
    cells = [[cell.column, cell.before, cell.after, cell.reason] for cell in row.cells]
    return [row.number, row.verdict, row.name, row.address, cells]


def row_from_json(values: list) -> Row:
    number, verdict, name, address, cells = values
    return Row(number, verdict, name, address, [CellChange(*cell) for cell in cells])
