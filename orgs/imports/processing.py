"""Long work: what takes longer than a page may is done by a worker, beside the server.

A file of many rows is compared with the catalogue, and later proposed, by `manage.py work`. What
is to be done stands in the row of the upload, in the same database as everything else; the worker
holds it by a lock of its connection. So a worker that is killed leaves nothing half done: the lock
ends with it, the next one begins again, and the last step of every work is one transaction that
finds out whether it has been taken already.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.utils import translation

from orgs.records.characters import without_unseen

from .files import FileProblem, ParsedFile, parse_file
from .sheet_format import ID, KIND, STATEMENT_IDS, parse_heading
from .sheets import CHECKING, READING, TRYING, Cell, Plan, Row, plan_import
from .upload import MOST_TRIES, Gone, Upload

log = logging.getLogger(__name__)

OURS = (ID, KIND, STATEMENT_IDS)

PROPOSING = 4
"""The step after those of `planned`."""

STEPS = {"compare": (READING, CHECKING, TRYING), "send": (READING, CHECKING, TRYING, PROPOSING)}
"""Through which steps a work goes."""

OFTEN = 0.3
"""Seconds after which it is told again how far a work has come."""

MOST_RANGES = 100
"""How many ranges of unchanged rows are listed; more are only counted."""


# What would become of an upload -------------------------------------------------------------------


def plan_of(
    upload: Upload,
    found: ParsedFile,
    columns: dict[str, str],
    tell: Callable[[int, float], None] | None = None,
) -> Plan:
    """Return what would become of an upload. Keeps nothing."""
    # In English, like every label: it is read by all.
    label = f"Spreadsheet {without_unseen(upload.name)[:80]}, {upload.at.date().isoformat()}"
    return plan_import(found, columns, upload.source, label, upload.account, upload.reason, tell)


def own_columns(header: list[str]) -> dict[str, str] | None:
    """Return what the columns of a sheet of ours are; None if it is the file of another."""
    ours = {one: one for one in header if parse_heading(one) or one in OURS}
    named = any(one == ID or one.startswith("name (") for one in ours)
    return ours if named and len(ours) == len(header) else None


def seen(plan: Plan) -> str:
    """Return what stands for everything that a preview shows."""
    # Row by row: all of them in one text would take as much memory again.
    told = hashlib.sha256()
    for row in plan.rows:
        cells = [(cell.column, cell.before, cell.after, cell.reason) for cell in row.cells]
        told.update(repr((row.number, row.verdict, row.name, cells)).encode())
    return told.hexdigest()


def telling(plan: Plan) -> list[Row]:
    """Return the rows that a preview shows, those that are refused first."""
    rows = [row for row in plan.rows if row.verdict != "unchanged"]
    return sorted(rows, key=lambda row: (row.verdict != "refused", row.number))


def outcome_of(plan: Plan, found: ParsedFile) -> dict[str, Any]:
    """Return what a preview says beside its rows."""
    tally = plan.tally
    return {
        "tally": tally,
        "blocking": [list(fault) for fault in plan.blocking],
        "notes": [list(fault) for fault in found.notes],
        "unchanged": ranges([row.number for row in plan.rows if row.verdict == "unchanged"]),
        "changes": plan.changes,
        "sound": tally["created"] + tally["merged"] + tally["updated"],
        "telling": len(plan.rows) - tally["unchanged"],
        "seen": seen(plan),
    }


def faults_of(told: list[list]) -> list[FileProblem]:
    """Return faults as they were kept in an outcome."""
    return [FileProblem(*one) for one in told]


def ranges(numbers: list[int]) -> list[str]:
    """Return rows that follow each other as ranges: 2, 4–9. Nothing if they are very many."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    if len(found) > MOST_RANGES:
        return []
    return [f"{first}–{last}" if last > first else str(first) for first, last in found]


def kept(row: Row) -> list:
    """Return a row as it is kept: see `row_as_kept`."""
    cells = [[cell.column, cell.before, cell.after, cell.reason] for cell in row.cells]
    return [row.number, row.verdict, row.name, row.address, cells]


def row_as_kept(told: list) -> Row:
    """Return a row as it was kept."""
    number, verdict, name, address, cells = told
    return Row(number, verdict, name, address, [Cell(*cell) for cell in cells])


# Doing it -----------------------------------------------------------------------------------------


class Progress:
    """Tells how far a work has come, over a connection of its own: so it is seen at once."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.connection = connections.create_connection("default")
        self.step = 0
        self.told = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def __call__(self, step: int, share: float) -> None:
        """Tell it, if it was not told a moment ago. Raises Gone if nobody waits any more."""
        now = time.monotonic()
        if step == self.step and now < self.told + OFTEN:
            return
        self.step, self.told = step, now
        with self.connection.cursor() as cursor:
            self.upload.progress(cursor, step, int(share * self.upload.rows))


def work_off() -> bool:
    """Do what has waited longest, to its end; return whether anything waited.

    Raises OperationalError or InterfaceError if the database is away: then it waits again.
    """
    with Upload.next() as upload:
        if upload is None:
            return False
        if upload.tries > MOST_TRIES:
            upload.give_up(Upload.Failure.TRIED)
            log.error("An upload was begun %s times and never came to its end.", MOST_TRIES)
            return True
        try:
            with translation.override(upload.language), Progress(upload) as tell:
                _do(upload, tell)
        except Gone:
            pass  # it was put away meanwhile
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("An upload could not be worked off.")
            upload.give_up(Upload.Failure.FAULT)
        return True


def _do(upload: Upload, tell: Progress) -> None:
    tell(READING, 0)
    found = parse_file(upload.name, bytes(upload.content))
    plan = plan_of(upload, found, upload.columns or {}, tell)
    wanted = (upload.outcome or {}).get("seen")
    if upload.work == Upload.Work.SEND and plan.changes and seen(plan) == wanted:
        changesets = plan.run.changesets()
        tell(PROPOSING, 0)
        with upload.last_step():
            for changeset in changesets:
                changeset.propose()
            upload.sent(changesets[0].label)
        return
    outcome = outcome_of(plan, found)
    # Whoever wanted to send it looked at something else.
    outcome["moved"] = upload.work == Upload.Work.SEND
    with upload.last_step():
        upload.compared(outcome, map(kept, telling(plan)))
