"""The cells and rows of an upload that are set aside, so that the others can be proposed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .parsed_file import ParsedFile
from .plan import NO_REMEDY, Outcome, Remedy
from .sheet_records import SheetColumns

Cell = tuple[int, str]
"""The number of a row, and a heading."""


@dataclass(slots=True)
class CellProblem:
    """Why a cell, or a value in it, is set aside, and what can be written instead."""

    row: int
    column: str
    text: str
    reason: str
    remedy: Remedy = NO_REMEDY
    repaired: str | None = None
    """What a correction replaces in the cell: a value, or "" for all of it; None if it can only be
    corrected in the file."""


class SetAside:
    """Collects problems, and takes what has one out of the table.

    A row is set aside as a whole if it is not known which organization it is about, or if its cells
    may have moved.
    """

    def __init__(self, parsed: ParsedFile, columns: SheetColumns) -> None:
        self.parsed = parsed
        self.columns = columns
        self.rows: set[int] = set()
        self.problems: dict[int, list[CellProblem]] = defaultdict(list)
        self.parts: dict[Cell, set[str]] = defaultdict(set)
        """Values that are set aside; "" for the whole cell."""
        self._cells = dict(parsed.rows)
        decisive = {columns.id, columns.kind, columns.statement_ids}
        for problem in parsed.row_problems:
            in_cell = problem.row in self._cells
            if in_cell and problem.column in {*parsed.header} - decisive - {*columns.targets}:
                continue
            if in_cell and problem.column in columns.targets:
                self.parts[problem.row, problem.column].add("")
            elif not in_cell or problem.column in decisive:
                self.rows.add(problem.row)
            is_repairable = in_cell and problem.column in parsed.header
            self.problems[problem.row].append(
                CellProblem(*problem, repaired="" if is_repairable else None)
            )

    @property
    def unclear_date(self) -> CellProblem | None:
        """A date of which the order of day and month is not known."""
        problems = (problem for row in self.problems.values() for problem in row)
        return next((problem for problem in problems if problem.remedy.asks_order), None)

    def table(self) -> ParsedFile:
        """The rows and values that are left."""
        rows = [
            (number, self._what_is_left(number, cells))
            for number, cells in self.parsed.rows
            if number not in self.rows
        ]
        return ParsedFile(self.parsed.name, self.parsed.header, rows)

    def _what_is_left(self, number: int, cells: dict[str, str]) -> dict[str, str]:
        left = dict(cells)
        for heading, target in self.columns.targets.items():
            for part in self.parts.get((number, heading), ()):
                text = left[heading]
                left[heading] = self.columns.parts.replace(target, text, part, "") if part else ""
        return left

    def add(self, outcomes: Iterable[Outcome], failed_rows: Collection[int]) -> None:
        """Set aside what these refusals are about; of `failed_rows`, the whole row."""
        for outcome in outcomes:
            row, heading = outcome.row, outcome.column
            problem = CellProblem(row, heading, outcome.value, outcome.reason, outcome.remedy)
            text = self._cells[row].get(heading, "").strip()
            if row in failed_rows or heading not in self.columns.targets:
                if self._is_explained(row):
                    # It has no name because that was set aside.
                    self.rows.add(row)
                    continue
                is_there = outcome.remedy.heading is not None or heading in self.parsed.header
                problem.repaired = "" if is_there else None
                self.rows.add(row)
            else:
                values = self.columns.parts.of(self.columns.targets[heading], text)
                is_own = bool(self.columns.row_id(self._cells[row]))
                problem.repaired = outcome.value if outcome.value in values else text
                part = problem.repaired if not is_own else ""
                if part in self.parts[row, heading]:
                    # Without it the row still has the problem.
                    self.rows.add(row)
                self.parts[row, heading].add(part)
            self.problems[row].append(problem)

    def _is_explained(self, row: int) -> bool:
        """Whether all names of a row are set aside already."""
        names = [
            heading for heading, target in self.columns.targets.items() if target.type == "name"
        ]
        left = self._what_is_left(row, self._cells[row])
        return any((row, name) in self.parts for name in names) and not any(
            left[name].strip() for name in names
        )
