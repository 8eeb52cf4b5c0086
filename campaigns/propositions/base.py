"""Parts of the page of a proposition: numbers, pictures, names."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise

Text = str | Promise

MAX_ROWS = 60
"""The most rows in a picture; lists show the rest."""

MAX_BARS = 15
"""The most bars: the longest ones."""

DOT_SIZES = 4


class Name(NamedTuple):
    """The label of a row, column or thing, with an optional link."""

    text: Text
    url: str = ""
    content: bool = True
    """Whether it is content of the catalogue, in English, or text of the page, translated."""


class Number(NamedTuple):
    """A count with its rule."""

    rule: Text
    total: int
    url: str = ""
    """The list of exactly these entries, if a list has the filters for it."""
    examples: tuple[Name, ...] = ()
    """Without a list: the first of the entries."""


class Cell(NamedTuple):
    """A field of a picture."""

    total: int | None = None
    """None: names instead of a number; 0: unknown, which is never a no."""
    url: str = ""
    names: tuple[Name, ...] = ()
    denied: bool = False
    """Whether a source denies it."""
    size: int = 0
    """Of the dot beside the number: 1 to `SHADES`; 0 without."""


class Row(NamedTuple):
    """A line of a picture."""

    name: Name
    cells: tuple[Cell, ...]
    share: int | None = None
    """The length of its bar in percent of the longest; None without a bar."""


class Picture(NamedTuple):
    """A table with bars or dots beside its numbers, each number a link."""

    sentence: Text
    """A caption."""
    corner: Text
    """The heading of the rows."""
    columns: tuple[Name, ...]
    rows: tuple[Row, ...]
    more: int = 0
    """The number of rows left out."""


class SourceFigure(NamedTuple):
    """A number that a source states. It is never added to ours."""

    measure: Name
    amount: dict
    """Bounds, unit and label, as in documents."""
    about: Name
    detail: str
    statement: int


class Results(NamedTuple):
    """The current data about a proposition."""

    numbers: tuple[Number, ...]
    pictures: tuple[Picture, ...] = ()
    needs: tuple[Number, ...] = ()
    """The kinds of facts that would decide it, and how many of each are known."""
    source_figures: tuple[SourceFigure, ...] = ()
    term_groups: tuple[tuple[Text, tuple[Name, ...]], ...] = ()
    """Terms that the editors grouped, by heading."""


class Proposition(NamedTuple):
    """A proposition of the paper as a question to the public record."""

    title: Text
    question: Text
    """The question in plain words."""
    quote: str
    """Its own heading, or the beginning of it; English, as the paper."""
    definition: tuple[Text, ...]
    """How records are found to bear on it."""
    add: Text
    """How to add a case."""
    fields: tuple[str, ...]
    """The parts of documents it rests on; their coverage is shown."""
    kinds: tuple[str, ...]
    """The kinds of record whose coverage is shown."""
    compute: Callable[[], Results]
    draw_map: Callable[[], dict] | None = None
    """Returns the data of its world map."""


class Recommendation(NamedTuple):
    """A recommendation of the paper: has it been followed, as far as is known?"""

    title: Text
    quote: str
    needs: Text
    """What has to be recorded to check it."""
    missing: Text
    """What is not recorded yet."""
    compute: Callable[[], Results]


def headings(*texts: Text) -> tuple[Name, ...]:
    """Texts of the page as names."""
    return tuple(Name(text, content=False) for text in texts)


def bars(sentence: Text, corner: Text, column: Text, rows: list[tuple[Name, int, str]]) -> Picture:
    """A picture of one number for each row. Takes (name, number, list of its entries), in order."""
    longest = max((count for _, count, _ in rows), default=0)
    return Picture(
        sentence,
        corner,
        headings(column),
        tuple(
            Row(name, (Cell(count, url if count else ""),), round(100 * count / longest))
            for name, count, url in rows[:MAX_BARS]
            if longest
        ),
        max(0, len(rows) - MAX_BARS),
    )


def matrix(
    sentence: Text, corner: Text, columns: tuple[Name, ...], rows: list[tuple[Name, list[Cell]]]
) -> Picture:
    """A picture of rows against columns: each number with a dot of its size."""
    most = max((cell.total or 0 for _, cells in rows for cell in cells), default=0)

    def sized(cell: Cell) -> Cell:
        return cell._replace(size=-(-DOT_SIZES * cell.total // most) if cell.total else 0)

    return Picture(
        sentence,
        corner,
        columns,
        tuple(Row(name, tuple(map(sized, cells))) for name, cells in rows[:MAX_ROWS]),
        max(0, len(rows) - MAX_ROWS),
    )
