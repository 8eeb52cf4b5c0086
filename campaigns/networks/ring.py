"""The picture of a network: its members on a ring, with lines between tied members.

A ring has no middle and no top, so the layout makes no member look important. Members of one group
are side by side, and neighbours next to each other where possible, so that lines are short. The
table next to the picture has the same content.
"""

from collections.abc import Iterable
from math import cos, dist, pi, sin
from typing import NamedTuple

SIZE = 400
"""Width and height of the picture, in units of the SVG."""

RADIUS = 172
"""Of the ring; leaves room for the marks."""

MAX_MEMBERS = 60
"""Members up to which marks do not touch."""


class Mark(NamedTuple):
    """A member on the ring; `number` is its row in the table."""

    number: int
    member: int
    x: float
    y: float


class Line(NamedTuple):
    """A tie: a curve that bends towards the middle."""

    path: str
    """The attribute `d` of an SVG path."""
    start: int
    end: int
    """Numbers of marks."""


class Ring(NamedTuple):
    """A picture to write as SVG."""

    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    size: int = SIZE
    mark_radius: float = 10.0


def draw_ring(members: Iterable[int], pairs: Iterable[tuple[int, int]]) -> Ring | None:
    """The picture of the tied `pairs`; None for one member, or for more than `MAX_MEMBERS`.

    `members` are in the order of the table. The same graph always has the same picture.
    """
    order = list(members)
    if not 2 <= len(order) <= MAX_MEMBERS:
        return None
    numbers = {member: number for number, member in enumerate(order, start=1)}
    ties = sorted((numbers[start], numbers[end]) for start, end in pairs)
    neighbours: dict[int, set[int]] = {number: set() for number in numbers.values()}
    for start, end in ties:
        neighbours[start].add(end)
        neighbours[end].add(start)
    points = {}
    for index, number in enumerate(_ring_order(neighbours)):
        angle = 2 * pi * index / len(order) - pi / 2
        points[number] = (SIZE / 2 + RADIUS * cos(angle), SIZE / 2 + RADIUS * sin(angle))
    return Ring(
        marks=tuple(
            Mark(numbers[member], member, *_round(points[numbers[member]])) for member in order
        ),
        lines=tuple(Line(_curve(points[start], points[end]), start, end) for start, end in ties),
        mark_radius=min(16.0, round(pi * RADIUS / len(order) * 0.8, 1)),
    )


def _ring_order(neighbours: dict[int, set[int]]) -> list[int]:
    """Group by group; within a group depth first, fewest neighbours first."""
    order: list[int] = []
    remaining = dict.fromkeys(
        sorted(neighbours, key=lambda number: (not neighbours[number], number))
    )
    while remaining:
        stack = [next(iter(remaining))]
        while stack:
            number = stack.pop()
            if number not in remaining:
                continue
            del remaining[number]
            order.append(number)
            unvisited = [other for other in neighbours[number] if other in remaining]
            # Reversed, since the stack pops the last first.
            stack += sorted(unvisited, key=lambda other: (-len(neighbours[other]), -other))
    return order


def _round(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 1), round(point[1], 1)


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A curve that bends to the middle: the longer, the more.

    Between neighbours it bends enough not to hide behind their marks.
    """
    share = max(0.15, dist(start, end) / (4 * RADIUS))
    control = [
        (a + b) / 2 * (1 - share) + SIZE / 2 * share for a, b in zip(start, end, strict=True)
    ]
    (x1, y1), (x2, y2), (x3, y3) = _round(start), _round((control[0], control[1])), _round(end)
    return f"M{x1} {y1}Q{x2} {y2} {x3} {y3}"
