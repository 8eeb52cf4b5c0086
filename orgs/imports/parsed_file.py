"""A file as a table of texts, with what is wrong with it. Needs only the standard library."""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class FileProblem(NamedTuple):
    """What is wrong with a cell, a row (no column) or a whole file (row 0), and what to do."""

    row: int
    column: str
    value: str
    reason: str

    def describe(self, name: str) -> str:
        """The problem in one line, for a file of this name."""
        shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        place = [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        place += [f"value {shown!r}"] if shown and shown != name else []
        return f"{', '.join((name, *place))}: {self.reason}"


class UnreadableFile(Exception):
    """The file holds no table; `problems` say where and why."""

    def __init__(self, *problems: FileProblem) -> None:
        super().__init__(" ".join(problem.reason for problem in problems))
        self.problems = list(problems)

    def describe(self, name: str) -> str:
        """The problems, one on each line, for a file of this name."""
        return "\n".join(problem.describe(name) for problem in self.problems)


@dataclass
class ParsedFile:
    """The table of a file, the cells and rows that cannot be read, and what was guessed.

    Rows are numbered as a spreadsheet numbers them, those of JSON from 1. A cell with a problem is
    empty; a row of which no cell can be trusted is not among `rows`.
    """

    name: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]
    header_row: int = 1
    """The last row of the headings; 0 in JSON."""
    problems: list[FileProblem] = field(default_factory=list)
    notes: list[FileProblem] = field(default_factory=list)

    @property
    def file_problems(self) -> list[FileProblem]:
        """Why the whole file is refused."""
        return [problem for problem in self.problems if problem.row <= self.header_row]

    @property
    def row_problems(self) -> list[FileProblem]:
        """What is wrong with single cells and rows."""
        return [problem for problem in self.problems if problem.row > self.header_row]


def cell_text(value: Any) -> str:
    """The text of a cell that holds a number, a date or another value."""
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
