"""The picture of a network: its members on a ring, a line between those who are tied.

A ring has no middle and no top: nobody looks more important for where a layout put them. Those of
one group stand side by side, neighbours next to each other where it goes, so that lines are short.
The table beside it says the same.
"""

from collections.abc import Iterable
from math import cos, dist, pi, sin
from typing import NamedTuple

SIZE = 400
"""Width and height of the picture, in its own units."""

RADIUS = 172
"""Of the ring; what is left is for the marks of its members."""

MOST = 60
"""Members up to which a ring can be read: marks of 60 still do not touch."""


class Mark(NamedTuple):
    """A member on the ring, by the number that the table gives it."""

    number: int
    member: int
    x: float
    y: float


class Line(NamedTuple):
    """That two members are tied: a curve that bends towards the middle."""

    path: str
    """As the attribute `d` of an SVG path."""
    one: int
    other: int
    """The numbers of the two marks."""


class Ring(NamedTuple):
    """A picture, ready to be written as SVG."""

    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    size: int = SIZE
    mark: float = 10.0
    """The radius of a mark."""


def ring_of(members: Iterable[int], pairs: Iterable[tuple[int, int]]) -> Ring | None:
    """Return the picture of a graph without directions; None if it is one body, or too many.

    Takes its members in the order in which the table numbers them, and the pairs that are tied.
    The same graph has the same picture, whenever it is drawn.
    """
    order = list(members)
    if not 2 <= len(order) <= MOST:
        return None
    numbers = {member: number for number, member in enumerate(order, start=1)}
    tied = sorted((numbers[one], numbers[other]) for one, other in pairs)
    near: dict[int, set[int]] = {number: set() for number in numbers.values()}
    for one, other in tied:
        near[one].add(other)
        near[other].add(one)
    places = {}
    for step, number in enumerate(_around(near)):
        angle = 2 * pi * step / len(order) - pi / 2
        places[number] = (SIZE / 2 + RADIUS * cos(angle), SIZE / 2 + RADIUS * sin(angle))
    return Ring(
        marks=tuple(
            Mark(numbers[member], member, *_round(places[numbers[member]])) for member in order
        ),
        lines=tuple(Line(_curve(places[one], places[other]), one, other) for one, other in tied),
        mark=min(16.0, round(pi * RADIUS / len(order) * 0.8, 1)),
    )


def _around(near: dict[int, set[int]]) -> list[int]:
    """Return the numbers in the order in which they stand on the ring: group by group.

    Within a group a walk from neighbour to neighbour, to the one first that has fewest ways on.
    """
    around: list[int] = []
    left = dict.fromkeys(sorted(near, key=lambda number: (not near[number], number)))
    while left:
        ahead = [next(iter(left))]
        while ahead:
            here = ahead.pop()
            if here not in left:
                continue
            del left[here]
            around.append(here)
            ways_on = [number for number in near[here] if number in left]
            # The last is taken first.
            ahead += sorted(ways_on, key=lambda number: (-len(near[number]), -number))
    return around


def _round(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 1), round(place[1], 1)


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return a line between two places that bends to the middle, the more the farther they are.

    Between neighbours still so much that it does not hide behind their marks.
    """
    share = max(0.15, dist(start, end) / (4 * RADIUS))
    bend = [(a + b) / 2 * (1 - share) + SIZE / 2 * share for a, b in zip(start, end, strict=True)]
    (x1, y1), (x2, y2), (x3, y3) = _round(start), _round((bend[0], bend[1])), _round(end)
    return f"M{x1} {y1}Q{x2} {y2} {x3} {y3}"
