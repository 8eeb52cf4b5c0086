"""What a file of a table may be, and what can be wrong with it. Standard library only."""

from typing import NamedTuple


class Limits(NamedTuple):
    """What a file may be, and what its parser may use."""

    file_bytes: int
    unpacked_bytes: int
    """All parts of a spreadsheet together."""
    rows: int
    """Rows under the headings."""
    lines: int
    """Rows in all, empty ones included."""
    cells: int
    """Cells in all, empty ones included."""
    characters: int
    """Characters of all cells together."""
    memory_bytes: int
    cpu_seconds: int
    output_bytes: int
    seconds: int
    """By the clock."""


MAX_COLUMNS = 200
MAX_CELL_LENGTH = 32_767
"""Characters of a cell: no spreadsheet program allows more."""

MAX_PROBLEMS = 1_000
"""Problems of one file that are reported; beyond it only the first of each row."""

CHUNK_BYTES = 64 * 1024


class Problem(NamedTuple):
    """What is wrong with a cell, a row (no column) or a file (row 0).

    `column` is an index from 0, or a range of cells as spreadsheets write it; "" is none.
    `reason` is a key of `orgs.imports.files.REASONS`.
    """

    row: int
    column: int | str
    value: str
    reason: str
    detail: str = ""


def add_problem(problems: list[Problem], problem: Problem) -> None:
    """Add a problem to those of a file; see `MAX_PROBLEMS`."""
    if len(problems) < MAX_PROBLEMS or problems[-1].row != problem.row:
        problems.append(problem)


class FileRefused(Exception):
    """The file holds no table; `problem` says where and why."""

    def __init__(
        self, reason: str, row: int = 0, column: int | str = "", value: str = "", detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.problem = Problem(row, column, value[:200], reason, detail[:200])
