"""The places in the cells of a sheet, and in which countries its other places are."""

from functools import cache

from django.core.exceptions import ValidationError

from orgs.gazetteer.finding import find_place, find_places
from orgs.gazetteer.model import GazetteerPlace

from .parsed_file import ParsedFile
from .sheet_format import unescape_formulas
from .sheet_records import SheetColumns
from .values import CODE_SEPARATORS, VALUE_SEPARATORS, split_cell


def place_words(cell: str) -> list[str]:
    """The places in a cell: "Bangkok, Thailand; Laos" are two, "Thailand, Laos" too."""
    words = []
    for part in split_cell(cell, VALUE_SEPARATORS):
        pieces = split_cell(part, CODE_SEPARATORS)
        words += [part] if len(pieces) > 1 and find_places(part) else pieces
    return words


class PlaceContext:
    """Tells for each place of a sheet in which countries it probably is.

    These are the countries of the other places in its row. A code of two letters is one of a state
    where others of its column can be nothing else: CA beside NY and TX.
    """

    def __init__(self, table: ParsedFile, columns: SheetColumns) -> None:
        self.headings = [
            heading for heading, target in columns.targets.items() if target.type == "place"
        ]
        self.find = cache(_find)
        self.of_codes = {
            heading: self._countries_of_states(
                {unescape_formulas(cells[heading]).strip() for _, cells in table.rows}
            )
            for heading in self.headings
        }

    def of(self, heading: str, cells: dict[str, str]) -> frozenset[str]:
        if heading not in self.headings:
            return frozenset()
        if len(cells[heading].strip()) == 2 and self.of_codes[heading]:
            return self.of_codes[heading]
        others = [cells[other] for other in self.headings if other != heading]
        places = [self.find(word) for cell in others for word in place_words(cell)]
        return frozenset(place.country for place in places if place)

    def _countries_of_states(self, codes: set[str]) -> frozenset[str]:
        places = [self.find(code) for code in codes if len(code) == 2]
        return frozenset(place.country for place in places if place and place.kind == "state")


def _find(word: str) -> GazetteerPlace | None:
    try:
        return find_place(word)
    except ValidationError:
        return None
