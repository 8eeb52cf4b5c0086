"""Jobs about uploads: comparing a long file with the catalogue, and proposing it.

The last step of each job is one transaction that checks whether the job is already done, so a
killed worker leaves nothing half done.
"""

import hashlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connections

from orgs.jobs.job import Job
from orgs.records.characters import strip_invisible

from .files import parse_file
from .parsed_file import FileProblem, ParsedFile
from .sheet_format import ID, KIND, STATEMENT_IDS, parse_heading
from .sheets import CHECKING, READING, TRYING, Cell, Plan, Row, plan_import
from .upload import Upload

OWN_HEADINGS = (ID, KIND, STATEMENT_IDS)

PROPOSING = 4
"""The step after those of `plan_import`."""

STEPS = {
    Job.Task.COMPARE: (READING, CHECKING, TRYING),
    Job.Task.PROPOSE: (READING, CHECKING, TRYING, PROPOSING),
}
"""The steps of each task."""

REPORT_INTERVAL = 0.3
"""Seconds between two reports of progress."""

MAX_RANGES = 100
"""Ranges of unchanged rows that are listed; beyond it they are only counted."""


# Preview ------------------------------------------------------------------------------------------


def plan_upload(
    upload: Upload,
    parsed: ParsedFile,
    columns: dict[str, str],
    report_progress: Callable[[int, float], None] | None = None,
) -> Plan:
    """Plan the import of an upload. Stores nothing."""
    # In English, like every label: people of all languages read it.
    label = f"Spreadsheet {strip_invisible(upload.name)[:80]}, {upload.at.date().isoformat()}"
    return plan_import(
        parsed, columns, upload.source, label, upload.account, upload.reason, report_progress
    )


def columns_of_own_sheet(header: list[str]) -> dict[str, str] | None:
    """The columns of a sheet that was downloaded here; None for any other file."""
    columns = {
        heading: heading for heading in header if parse_heading(heading) or heading in OWN_HEADINGS
    }
    has_names = any(heading == ID or heading.startswith("name (") for heading in columns)
    return columns if has_names and len(columns) == len(header) else None


def preview_hash(plan: Plan) -> str:
    """A hash of everything that a preview shows."""
    # Row by row: one text of all rows would take as much memory again.
    digest = hashlib.sha256()
    for row in plan.rows:
        cells = [(cell.column, cell.before, cell.after, cell.reason) for cell in row.cells]
        digest.update(repr((row.number, row.verdict, row.name, cells)).encode())
    return digest.hexdigest()


def preview_rows(plan: Plan) -> list[Row]:
    """The rows that a preview shows, refused ones first."""
    rows = [row for row in plan.rows if row.verdict != "unchanged"]
    return sorted(rows, key=lambda row: (row.verdict != "refused", row.number))


def preview_as_json(plan: Plan, parsed: ParsedFile) -> dict[str, Any]:
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
    """The problems stored in a preview."""
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
    return Row(number, verdict, name, address, [Cell(*cell) for cell in cells])


# Jobs ---------------------------------------------------------------------------------------------


class Progress:
    """Stores progress over its own connection, so that it is visible at once."""

    def __init__(self, job: Job, rows: int) -> None:
        self.job = job
        self.rows = rows
        self.connection = connections.create_connection("default")
        self.step = 0
        self.reported_at = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def __call__(self, step: int, fraction: float) -> None:
        """Store it, unless it was stored a moment ago. Raises JobCancelled."""
        now = time.monotonic()
        if step == self.step and now < self.reported_at + REPORT_INTERVAL:
            return
        self.step, self.reported_at = step, now
        with self.connection.cursor() as cursor:
            self.job.save_progress(cursor, step, int(fraction * self.rows))


def compare_or_propose(job: Job) -> None:
    """Compare an upload with the catalogue; propose it if its owner has seen this preview."""
    upload = Upload.objects.get(job=job)
    with Progress(job, upload.rows) as report_progress:
        report_progress(READING, 0)
        parsed = parse_file(upload.name, bytes(upload.content))
        plan = plan_upload(upload, parsed, upload.columns or {}, report_progress)
        proposing = job.task == Job.Task.PROPOSE
        expected = (upload.outcome or {}).get("seen")
        if proposing and plan.changes and preview_hash(plan) == expected:
            changesets = plan.run.changesets()
            report_progress(PROPOSING, 0)
            with job.final_transaction():
                for changeset in changesets:
                    changeset.propose()
                upload.mark_proposed(changesets[0].label)
            return
        outcome = preview_as_json(plan, parsed)
        # If it was to be proposed, its owner saw another preview.
        outcome["moved"] = proposing
        with job.final_transaction():
            upload.save_comparison(outcome, map(row_as_json, preview_rows(plan)))
