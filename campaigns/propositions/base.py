"""What a proposition of the paper is as a live question: its words, its numbers, its picture."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise

Words = str | Promise

MOST_SHOWN = 60
"""How many rows a picture has at most; lists show the rest."""

MOST_BARS = 15
"""How many bars: the longest tell."""

SHADES = 4
"""How many sizes the dot of a picture can have."""


class Name(NamedTuple):
    """What a row or a column is called, and where that is explained."""

    text: Words
    url: str = ""
    content: bool = True
    """Whether the catalogue repeats it: then it is English. Otherwise the words are ours."""


class Number(NamedTuple):
    """What counts, in words, and how many there are of it on the public record now."""

    rule: Words
    many: int
    url: str = ""
    """The list that shows exactly these, where a list can be asked for them."""
    named: tuple[Name, ...] = ()
    """Otherwise the things themselves: the first of them."""


class Cell(NamedTuple):
    """What a picture shows where a row meets a column."""

    many: int | None = None
    """None: no number, but words; 0: nothing on record, which is never a no."""
    url: str = ""
    words: tuple[Name, ...] = ()
    denied: bool = False
    """Whether a source says that it is not so."""
    size: int = 0
    """Of the dot beside the number: 1 to `SHADES`; 0 without."""


class Row(NamedTuple):
    """A line of a picture."""

    name: Name
    cells: tuple[Cell, ...]
    share: int | None = None
    """How long its bar is, in percent of the longest; None for a line without a bar."""


class Picture(NamedTuple):
    """A table that is read at a glance: bars or dots beside the numbers, each a link."""

    sentence: Words
    """What it shows."""
    corner: Words
    """What the rows are."""
    columns: tuple[Name, ...]
    rows: tuple[Row, ...]
    more: int = 0
    """How many rows are left out."""


class Stated(NamedTuple):
    """A number that a source counts itself, as it says it: never added to ours."""

    measure: Name
    amount: dict
    """Its bounds, unit and label, as documents have them."""
    about: Name
    detail: str
    statement: int


class Found(NamedTuple):
    """What is on record about a proposition now."""

    numbers: tuple[Number, ...]
    pictures: tuple[Picture, ...] = ()
    needs: tuple[Number, ...] = ()
    """The kinds of facts that would decide it, and how many of each are on record."""
    stated: tuple[Stated, ...] = ()
    """What sources count."""
    chosen: tuple[tuple[Words, tuple[Name, ...]], ...] = ()
    """Where the words of the vocabulary are sorted by us: under which heading, which words."""


class Proposition(NamedTuple):
    """A proposition of the paper as a question that the public record answers."""

    title: Words
    question: Words
    """What is asked, in plain words."""
    quote: str
    """Its own heading, or the beginning of it; English, as the paper."""
    definition: tuple[Words, ...]
    """How it is decided what on record bears on it."""
    add: Words
    """What somebody who knows a case would record."""
    fields: tuple[str, ...]
    """The parts of documents that it rests on: what was looked for in them counts as coverage."""
    kinds: tuple[str, ...]
    """The kinds of record in which it matters that somebody looked."""
    find: Callable[[], Found]
    drawn: Callable[[], dict] | None = None
    """What draws its map of the world, if it has one."""


class Recommendation(NamedTuple):
    """A recommendation of the paper as a question: has it been followed, as far as is known?"""

    title: Words
    quote: str
    needs: Words
    """What has to be on record so that it can be checked."""
    missing: Words
    """What is not on record yet."""
    find: Callable[[], Found]


def bars(
    sentence: Words, corner: Words, column: Words, rows: list[tuple[Name, int, str]]
) -> Picture:
    """Return a picture of one number for each row, the rows as they are given.

    Takes (name, number, list that shows these).
    """
    longest = max((count for _, count, _ in rows), default=0)
    return Picture(
        sentence,
        corner,
        (Name(column, content=False),),
        tuple(
            Row(name, (Cell(count, url if count else ""),), round(100 * count / longest))
            for name, count, url in rows[:MOST_BARS]
            if longest
        ),
        max(0, len(rows) - MOST_BARS),
    )


def matrix(
    sentence: Words, corner: Words, columns: tuple[Name, ...], rows: list[tuple[Name, list[Cell]]]
) -> Picture:
    """Return a picture of rows against columns: each number with a dot of its size."""
    most = max((cell.many or 0 for _, cells in rows for cell in cells), default=0)

    def sized(cell: Cell) -> Cell:
        return cell._replace(size=-(-SHADES * cell.many // most) if cell.many else 0)

    return Picture(
        sentence,
        corner,
        columns,
        tuple(Row(name, tuple(map(sized, cells))) for name, cells in rows[:MOST_SHOWN]),
        max(0, len(rows) - MOST_SHOWN),
    )
