"""The values in one cell of a sheet: "Bangkok, Thailand; Laos" are two places."""

from orgs.gazetteer.finding import find_places

from .sheet_format import Target
from .values import CODE_SEPARATORS, VALUE_SEPARATORS, split_cell

SPLIT = ("link", "contact", "identifier")
"""Types whose cells may hold several values, besides those of codes."""


def parts_of(target: Target, text: str) -> list[str]:
    """The values in a cell, stripped; none if it is empty."""
    if target.type == "place":
        return place_words(text)
    if target.coded:
        return split_cell(text, CODE_SEPARATORS)
    if target.type in SPLIT:
        return split_cell(text, VALUE_SEPARATORS)
    return [text.strip()] if text.strip() else []


def replace_part(target: Target, text: str, part: str, replacement: str) -> str:
    """The cell with another text for one of its values, or for all of it; "" takes it out."""
    if part == text.strip():
        return replacement
    parts = [replacement if value == part else value for value in parts_of(target, text)]
    return "; ".join(filter(None, parts))


def place_words(cell: str) -> list[str]:
    """The places in a cell: "Bangkok, Thailand; Laos" are two, "Thailand, Laos" too."""
    words = []
    for part in split_cell(cell, VALUE_SEPARATORS):
        pieces = split_cell(part, CODE_SEPARATORS)
        words += [part] if len(pieces) > 1 and find_places(part) else pieces
    return words
