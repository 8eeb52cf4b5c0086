"""The preview of an upload: every row, with what would change in each of its cells."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.characters import strip_invisible
from orgs.records.term import Term

from .file_source import FileSource
from .parsed_file import FileProblem, ParsedFile
from .pipeline import Import
from .plan import PlannedStatement, Remedy, ReportProgress
from .repairs import Repairs
from .set_aside import CellProblem, SetAside
from .sheet_format import ID, KIND, STATEMENT_IDS, parse_heading, unescape_formulas
from .sheet_reader import SheetReader
from .sheet_records import SheetColumns
from .upload import Upload

OWN_HEADINGS = (ID, KIND, STATEMENT_IDS)
MAX_RANGES = 100
"""Ranges of unchanged rows that are listed; beyond it they are only counted."""


@dataclass(slots=True)
class CellChange:
    """How one cell would change the catalogue."""

    column: str
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Row:
    """How one row would change the catalogue, and which of its cells are set aside.

    `verdict` is created, merged (into a record of that name), updated, unchanged or refused.
    """

    number: int
    verdict: str
    name: str = ""
    address: str = ""
    cells: list[CellChange] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    first: int = 0
    """The first row about the same organization."""


@dataclass
class UploadPlan:
    """What an uploaded table would change: the import, and every row with its verdict."""

    run: Import
    rows: list[Row]
    blocking: list[FileProblem]
    """Why the whole file is refused."""
    new_names: dict[str, list[str]] = field(default_factory=dict)
    """The networks, terms and places that the rows name and the catalogue lacks."""
    unclear_date: CellProblem | None = None
    """A date of which the order of day and month is not known."""
    notes: list[FileProblem] = field(default_factory=list)

    @property
    def tally(self) -> dict[str, int]:
        counted = Counter(row.verdict for row in self.rows)
        verdicts = ("created", "merged", "updated", "unchanged", "refused")
        return {verdict: counted[verdict] for verdict in verdicts}

    @property
    def problem_count(self) -> int:
        """The cells and rows that are set aside."""
        return sum(len(row.problems) for row in self.rows)

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
        parsed,
        columns,
        upload.file_source(),
        label,
        upload.account,
        upload.reason,
        report_progress,
        Repairs.from_json(upload.repairs),
    )


def plan_import(
    parsed: ParsedFile,
    columns: dict[str, str],
    source: FileSource,
    label: str,
    author: Any = None,
    reason: str = "",
    report_progress: ReportProgress | None = None,
    repairs: Repairs | None = None,
) -> UploadPlan:
    """Work out what an uploaded table would change. Stores nothing.

    Cells with a problem are set aside, and the others are checked again without them.
    `report_progress` gets a step and the fraction of it that is done.
    """
    repairs = repairs or Repairs()
    meanings = SheetColumns(columns)
    parsed = repairs.apply(parsed, meanings)
    set_aside = SetAside(parsed, meanings)
    blocking = parsed.file_problems
    while True:
        table = set_aside.table()
        run = Import(label, author, reason, public=True, report_progress=report_progress)
        reader = SheetReader(run.plan, table, meanings, source, repairs, set_aside.parts.keys())
        reader.read(run.report_progress)
        run.finish()
        if not run.plan.refused():
            try:
                run.refuse_by_ledger()
            except ValidationError as error:
                blocking.append(FileProblem(0, "", table.name, " ".join(error.messages)))
                break
        outcomes = run.plan.refused()
        blocking += [
            FileProblem(0, item.column, item.value, item.reason)
            for item in outcomes
            if item.row == 0
        ]
        if not outcomes or blocking:
            break
        set_aside.add(outcomes, reader.failed_rows)
    rows = _rows(run, reader, table) + _refused_rows(parsed, columns, set_aside.rows)
    position = {heading: index for index, heading in enumerate(parsed.header)}
    for row in rows:
        problems = set_aside.problems.get(row.number, [])
        row.problems = sorted(problems, key=lambda problem: position.get(problem.column, 0))
    return UploadPlan(
        run,
        sorted(rows, key=lambda row: row.number),
        blocking,
        _new_names(run, reader),
        set_aside.unclear_date,
        [*parsed.notes, *_blank_notes(reader.blanks)],
    )


def _blank_notes(blanks: Counter[str]) -> list[FileProblem]:
    if not blanks:
        return []
    count = blanks.total()
    reason = ngettext(
        "%(count)s cell says that there is nothing. It is read as empty.",
        "%(count)s cells say that there is nothing. They are read as empty.",
        count,
    )
    words = ", ".join(word for word, _ in blanks.most_common(5))
    return [FileProblem(0, "", words, reason % {"count": count})]


def _rows(run: Import, reader: SheetReader, table: ParsedFile) -> list[Row]:
    """The rows that are not refused, each with its cells that change."""
    cells: dict[int, list[CellChange]] = defaultdict(list)
    removed = reader.removed_cells
    subjects = reader.records.by_row
    labels = _labels(run, reader)
    for statement in run.plan.new_statements:
        if statement.values["record_id"] != subjects[statement.row].pk:
            # The name of a network that the row is the first to mention.
            continue
        before = removed[statement.replaces][2] if statement.replaces is not None else ""
        column, text = statement.cell
        if statement.code:
            text = labels.get(_coded(statement), statement.code)
        cells[statement.row].append(CellChange(column, before, text))
    for retirement in run.plan.dropped:
        number, column, before = removed.get(retirement.pk, (0, "", ""))
        cells[number].append(CellChange(column, before))
    positions = {heading: index for index, heading in enumerate(table.header)}
    rows = []
    first_rows: dict[int, int] = {}
    for number, _ in table.rows:
        subject = subjects.get(number)
        if subject is None:
            continue
        changed = sorted(cells[number], key=lambda cell: positions.get(cell.column, 0))
        verdict = "updated" if changed else "unchanged"
        if subject.is_new and subject.pk not in first_rows:
            verdict = "created"
        elif number in reader.records.merged and changed:
            verdict = "merged"
        first = first_rows.setdefault(subject.pk, number)
        row = Row(number, verdict, subject.name, subject.address, changed, first=first)
        rows.append(row)
    return rows


CODED_FIELDS = ("place_id", "partnership_id", "term_id", "arena_id")


def _coded(statement: PlannedStatement) -> tuple[str, Any]:
    """The field and value that a code in a cell stands for."""
    return next((name, value) for name in CODED_FIELDS if (value := statement.values.get(name)))


def _labels(run: Import, reader: SheetReader) -> dict[tuple[str, Any], str]:
    """What people call the values that codes stand for; of a downloaded sheet, its codes stay."""
    records = reader.records
    by_name = {
        number
        for number, subject in records.by_row.items()
        if subject.is_new or number in records.merged
    }
    coded = [item for item in run.plan.new_statements if item.code and item.row in by_name]
    wanted: dict[str, set] = defaultdict(set)
    for statement in coded:
        field_name, value = _coded(statement)
        wanted[field_name].add(value)
    entries = Entry.objects.published().filter(pk__in=wanted["place_id"] | wanted["partnership_id"])
    names = dict(entries.values_list("pk", "label")) | run.plan.places.descriptions
    terms = Term.objects.in_bulk(wanted["term_id"])
    labels = {
        "place_id": names,
        "partnership_id": names | {item.pk: item.name for item in records.new_networks.values()},
        "term_id": {pk: term.label for pk, term in terms.items()},
        "arena_id": {arena.code: str(arena) for arena in Arena.objects.all()},
    }
    return {
        (field_name, value): str(labels[field_name][value])
        for field_name, values in wanted.items()
        for value in values
        if value in labels[field_name]
    }


def _refused_rows(parsed: ParsedFile, columns: dict[str, str], numbers: set[int]) -> list[Row]:
    names = _names_by_row(parsed, columns)
    return [
        Row(number, "refused", names.get(number, ""), first=number) for number in sorted(numbers)
    ]


def _new_names(run: Import, reader: SheetReader) -> dict[str, list[str]]:
    """What the rows name and the catalogue lacks, by table."""
    in_rows = {subject.pk for subject in reader.records.by_row.values()}
    networks = [
        statement.values["text"]
        for statement in run.plan.new_statements
        if statement.kind == "name" and statement.values["record_id"] not in in_rows
    ]
    terms = [
        change.values["labels"]["en"]
        for change in run.plan.stored_references()
        if change.table == "term"
    ]
    places = list(
        map(str, run.plan.places.used_in(item.values for item in run.plan.new_statements))
    )
    found = {"networks": networks, "terms": terms, "places": places}
    return {table: names for table, names in found.items() if names}


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
        digest.update(repr(row_as_json(row)).encode())
    return digest.hexdigest()


def preview_rows(plan: UploadPlan) -> list[Row]:
    """The rows that a preview shows: those about one organization together, problems first."""
    with_problems = {row.first for row in plan.rows if row.problems}
    rows = [row for row in plan.rows if row.verdict != "unchanged" or row.problems]
    return sorted(rows, key=lambda row: (row.first not in with_problems, row.first, row.number))


def preview_as_json(plan: UploadPlan) -> dict[str, Any]:
    """The preview without its rows."""
    tally = plan.tally
    return {
        "tally": tally,
        "problems": plan.problem_count,
        "new_names": plan.new_names,
        "unclear_date": _unclear_date(plan),
        "blocking": [list(problem) for problem in plan.blocking],
        "notes": [list(problem) for problem in plan.notes],
        "unchanged": row_ranges(
            [row.number for row in plan.rows if row.verdict == "unchanged" and not row.problems]
        ),
        "changes": plan.changes,
        "sound": tally["created"] + tally["merged"] + tally["updated"],
        "telling": len(preview_rows(plan)),
        "seen": preview_hash(plan),
    }


@dataclass
class Preview:
    """A preview as its page shows it: of a plan, or as a worker stored it."""

    outcome: dict[str, Any]
    rows: Callable[[int, int], list[Row]]
    """The rows from one place to another."""

    @classmethod
    def of_plan(cls, plan: UploadPlan) -> "Preview":
        rows = preview_rows(plan)
        return cls(preview_as_json(plan), lambda first, end: rows[first:end])

    @classmethod
    def stored(cls, upload: Upload) -> "Preview":
        previews = upload.previews.order_by("place")
        return cls(
            upload.outcome or {},
            lambda first, end: [row_from_json(row.preview) for row in previews[first:end]],
        )


def _unclear_date(plan: UploadPlan) -> list[str]:
    """The date as it is written; what it is with the day first, and with the month first."""
    if plan.unclear_date is None:
        return []
    return [plan.unclear_date.text, *(day for day, _ in plan.unclear_date.remedy.choices)]


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


def row_as_json(row: Row) -> dict[str, Any]:
    """See `row_from_json`."""
    return asdict(row)


def row_from_json(values: dict[str, Any]) -> Row:
    cells = [CellChange(**cell) for cell in values["cells"]]
    problems = [
        CellProblem(**(problem | {"remedy": Remedy(*problem["remedy"])}))
        for problem in values["problems"]
    ]
    return Row(**(values | {"cells": cells, "problems": problems}))
