"""The values in one cell of a sheet: "Bangkok, Thailand; Laos" are two places."""

from functools import cache

from orgs.gazetteer.finding import find_places

from .sheet_format import Target
from .values import CODE_SEPARATORS, VALUE_SEPARATORS, split_cell

SPLIT = ("link", "contact", "identifier")
"""Types whose cells may hold several values, besides those of codes."""


class CellParts:
    """Takes the cells of a sheet apart. Looks up each text in cells of places once."""

    def __init__(self) -> None:
        self._is_place = cache(_is_place)

    def of(self, target: Target, text: str) -> list[str]:
        """The values in a cell, stripped; none if it is empty."""
        if target.type == "place":
            return self.places(text)
        if target.coded:
            return split_cell(text, CODE_SEPARATORS)
        if target.type in SPLIT:
            return split_cell(text, VALUE_SEPARATORS)
        return [text.strip()] if text.strip() else []

    def replace(self, target: Target, text: str, part: str, replacement: str) -> str:
        """The cell with another text for one of its values, or for all of it; "" takes it out."""
        if part == text.strip():
            return replacement
        parts = [replacement if value == part else value for value in self.of(target, text)]
        return "; ".join(filter(None, parts))

    def places(self, cell: str) -> list[str]:
        """The places in a cell: "Bangkok, Thailand; Laos" are two, "Thailand, Laos" too."""
        words = []
        for part in split_cell(cell, VALUE_SEPARATORS):
            pieces = split_cell(part, CODE_SEPARATORS)
            words += [part] if len(pieces) > 1 and self._is_place(part) else pieces
        return words


def _is_place(text: str) -> bool:
    return bool(find_places(text))
