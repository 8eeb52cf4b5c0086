"""The corrections that the owner of an upload makes in its preview."""

import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext

from .file_parser import cell_problem
from .files import UPLOADS, problem_text
from .preview import Row
from .repairs import EVERY_ROW, Repair, Repairs
from .set_aside import CellProblem
from .sheet_format import parse_heading
from .subjects import normalize

MAX_REPAIRS = 2_000
MAX_CHARACTERS = 500_000
"""Of all corrections of one upload."""


class RepairForm:
    """Reads the corrections of the problems on a page of the preview.

    A text field is named by its row and by the place of the problem in it: `text-12-0`. Of the
    buttons, `choose` has the row, the problem and one of its choices; `new` the row and a problem.
    """

    def __init__(self, rows: Iterable[Row], columns: dict[str, str], data: QueryDict) -> None:
        self.columns = columns
        self.data = data
        self.errors: list[str] = []
        self.problems = {
            f"{row.number}-{index}": problem
            for row in rows
            for index, problem in enumerate(row.problems)
        }

    def add_to(self, repairs: Repairs) -> list[str]:
        """Add what can be taken; return why the rest cannot. Raises ValidationError if too many."""
        if self.data.get("day_first") in ("yes", "no"):
            repairs.day_first = self.data["day_first"] == "yes"
        if problem := self.problems.get(self.data.get("new", "")):
            repairs.new.add((problem.column, problem.remedy.new))
        repairs.cells += self._repairs()
        size = sum(len(repair.text) + len(repair.part) for repair in repairs.cells)
        if len(repairs) > MAX_REPAIRS or size > MAX_CHARACTERS:
            raise ValidationError(
                gettext("There are too many corrections. Correct the file, and upload it again.")
            )
        return self.errors

    def _repairs(self) -> Iterator[Repair]:
        choice = re.fullmatch(r"([0-9]+-[0-9]+)-([0-9]{1,2})", self.data.get("choose", ""))
        chosen = self.problems.pop(choice[1], None) if choice else None
        if choice and chosen and int(choice[2]) < len(chosen.remedy.choices):
            text, _label = chosen.remedy.choices[int(choice[2])]
            yield self._repair(chosen, text, chosen.remedy.heading)
        for name, problem in self.problems.items():
            typed = self.data.get(f"text-{name}")
            if typed is None or normalize(typed) == normalize(problem.text):
                continue
            if reason := cell_problem(typed):
                self.errors.append(f"{problem.column}: {problem_text(reason, UPLOADS)}")
            else:
                yield self._repair(problem, typed.strip())

    def _repair(self, problem: CellProblem, text: str, heading: str | None = None) -> Repair:
        if heading is not None:
            return Repair(problem.row, heading, "", text)
        target = parse_heading(self.columns.get(problem.column, ""))
        # A word means the same in every row; a name or a date does not.
        is_word = target is not None and target.coded and bool(problem.repaired)
        row = EVERY_ROW if is_word else problem.row
        return Repair(row, problem.column, problem.repaired or "", text)
