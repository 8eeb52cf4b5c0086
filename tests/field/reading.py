"""Reading the data files of the paper and of the field."""

import csv
from collections.abc import Iterator

from campaigns.management.commands.load_field import FIELD
from campaigns.management.commands.load_paper import PAPER


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a data file of the field."""
    return _rows(FIELD / f"{table}.csv")


def rows_of_both(table: str) -> Iterator[dict[str, str]]:
    """The rows of a data file of the paper, then of the field."""
    for folder in (PAPER, FIELD):
        path = folder / f"{table}.csv"
        if path.exists():
            yield from _rows(path)


def _rows(path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
