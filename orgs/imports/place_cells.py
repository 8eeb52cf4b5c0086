"""The places in the cells of a sheet, and how the cells of a row belong together."""

from functools import cache

from django.core.exceptions import ValidationError

from orgs.gazetteer.finding import find_place
from orgs.gazetteer.model import GazetteerPlace

from .parsed_file import ParsedFile
from .sheet_format import unescape_formulas
from .sheet_records import SheetColumns


class PlaceContext:
    """Tells for each place of a sheet in which countries it probably is.

    These are the countries of the other places in its row. A code of two letters is one of a state
    where others of its column can be nothing else: CA beside NY and TX.
    """

    def __init__(self, table: ParsedFile, columns: SheetColumns) -> None:
        self.headings = [
            heading for heading, target in columns.targets.items() if target.type == "place"
        ]
        self.targets, self.words = columns.targets, columns.parts.places
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
        places = [self.find(word) for cell in others for word in self.words(cell)]
        return frozenset(place.country for place in places if place and place.country)

    def narrowest(self, heading: str, cells: dict[str, str]) -> str:
        """A cell without the places around those of the row's other cells of its kind.

        "UK" beside "London" says where London is: they are one seat.
        """
        others = [
            word
            for other in self.headings
            if other != heading and self.targets[other].first == self.targets[heading].first
            for word in self.words(unescape_formulas(cells[other]))
        ]
        words = self.words(unescape_formulas(cells[heading]))
        return "; ".join(word for word in words if not self._is_around(word, others))

    def _is_around(self, word: str, others: list[str]) -> bool:
        area = self.find(word) if others else None
        if area is None:
            return False
        inside = (self.find(other, frozenset({area.country})) for other in others)
        return any(place is not None and place.is_inside(area) for place in inside)

    def _countries_of_states(self, codes: set[str]) -> frozenset[str]:
        places = [self.find(code) for code in codes if len(code) == 2]
        return frozenset(place.country for place in places if place and place.kind == "state")


def _find(word: str, countries: frozenset[str] = frozenset()) -> GazetteerPlace | None:
    try:
        return find_place(word, countries)
    except ValidationError:
        return None
