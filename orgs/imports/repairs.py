"""What the owner of an upload corrects in its preview; the file itself stays as it is."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .parsed_file import ParsedFile
from .sheet_records import ROW_ID, SheetColumns

EVERY_ROW = 0


class Repair(NamedTuple):
    """A text for a cell, or for one value in it: "Manila" for "Manlia" in "Manlia; Cebu"."""

    row: int
    """`EVERY_ROW`: for all cells of this column with the value."""
    heading: str
    part: str
    """"" for the whole cell, whatever is in it."""
    text: str


@dataclass
class Repairs:
    """The corrections of one upload, in the order in which they were made."""

    cells: list[Repair] = field(default_factory=list)
    new: set[tuple[str, str]] = field(default_factory=set)
    """Networks and terms that its owner adds to the catalogue: the heading, and the word."""
    day_first: bool | None = None
    """Whether 12/03/2005 is in March."""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Repairs":
        return cls(
            [Repair(*values) for values in stored.get("cells", ())],
            {(heading, word) for heading, word in stored.get("new", ())},
            stored.get("day_first"),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "cells": [list(repair) for repair in self.cells],
            "new": sorted(map(list, self.new)),
            "day_first": self.day_first,
        }

    def __len__(self) -> int:
        return len(self.cells) + len(self.new) + (self.day_first is not None)

    def apply(self, parsed: ParsedFile, columns: SheetColumns) -> ParsedFile:
        """The table with these corrections; a cell with a new text has no problem any more."""
        rows = {number: dict(cells) for number, cells in parsed.rows}
        settled = set()
        for repair in self.cells:
            if repair.heading not in (*parsed.header, ROW_ID):
                continue
            if repair.part == "":
                settled.add((repair.row, repair.heading))
            target = columns.targets.get(repair.heading)
            for number in rows if repair.row == EVERY_ROW else {repair.row} & rows.keys():
                cell = rows[number].get(repair.heading, "")
                if repair.part == "":
                    rows[number][repair.heading] = repair.text
                elif target is not None and repair.part in (cell, *columns.parts.of(target, cell)):
                    text = columns.parts.replace(target, cell, repair.part, repair.text)
                    rows[number][repair.heading] = text
        problems = [
            problem for problem in parsed.problems if (problem.row, problem.column) not in settled
        ]
        return replace(parsed, rows=list(rows.items()), problems=problems)
