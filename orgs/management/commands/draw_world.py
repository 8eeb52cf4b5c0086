"""manage.py draw_world: draws the map of the world anew, into orgs/world.json.

The outlines are Natural Earth's (public domain), as the development dependency `mapcraft` carries
them: a TopoJSON file, in which a border that two countries share is one arc. The map is drawn once
and its file kept, so that a catalogue serves it without that package.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import BaseCommand, CommandError

WORLD = Path(__file__).parents[2] / "pages" / "world.json"
"""The file that the pages read."""

PACK = "world-countries-2024"
CENTRE = 11.0
"""The meridian in the middle, in degrees east: the map is cut at 169 degrees west, in the Bering
Strait, where it parts the fewest lands."""
WIDTH = 2000
"""Units from the westernmost to the easternmost land; coordinates are whole ones."""
TOLERANCE = 0.6
"""How far a simplified outline may be from the true one, in units."""
SMALLEST = 2.0
"""Islands of a smaller drawn area, in square units, are left out unless they are all there is."""
LEFT_OUT = {"AQ"}
"""Antarctica: nobody lives there, and it is wide."""
WITHOUT_ISO = {"Kosovo": "XK"}
"""Lands that ISO 3166 has no code for, but leaves one free that is in wide use."""
WITHOUT_OUTLINE = {
    "BQ": (-68.27, 12.18),
    "BV": (3.36, -54.42),
    "CC": (96.83, -12.17),
    "CX": (105.63, -10.49),
    "GF": (-53.1, 3.95),
    "GI": (-5.35, 36.14),
    "GP": (-61.55, 16.25),
    "MQ": (-61.02, 14.64),
    "RE": (55.54, -21.12),
    "SJ": (16.0, 78.6),
    "TK": (-171.85, -9.2),
    "TV": (179.2, -8.5),
    "UM": (166.64, 19.28),
    "YT": (45.17, -12.83),
}
"""Lands that have a code but no outline of their own: longitude and latitude in degrees."""
PARTS = {
    "FR": ("GF", "GP", "MQ", "RE", "YT"),
    "NL": ("BQ",),
    "NO": ("BV", "SJ"),
    "Indian Ocean Ter.": ("CC", "CX"),
}
"""Those of them that are drawn with another land: what lies near them there is theirs."""
NEAR = 0.1
"""How near, in radii of the globe: some six degrees."""

Point = tuple[float, float]
Ring = list[Point]
Place = tuple[int, int]


class Command(BaseCommand):
    """Draws the map of the world anew; for developers: the file is kept with the code."""

    help = __doc__

    def handle(self, *args, **options) -> None:
        """Draw, write, and say how large it became."""
        text = written(drawn())
        WORLD.write_text(text, encoding="utf-8")
        self.stdout.write(f"{WORLD.name}: {len(text.encode())} bytes.")


def written(world: dict) -> str:
    """Return the file of a drawn world: JSON with a line for each land, so that changes show."""
    lands = ",\n".join(
        f"{json.dumps(code)}: {json.dumps(land, separators=(',', ':'))}"
        for code, land in world["countries"].items()
    )
    others = ",\n".join(json.dumps(path) for path in world["others"])
    size = json.dumps(world["size"])
    return f'{{"size": {size},\n"countries": {{\n{lands}\n}},\n"others": [\n{others}\n]}}\n'


def drawn() -> dict:
    """Return the drawn world.

    `size`: width and height in units. `countries`: by ISO 3166 alpha-2 code the `path` of its
    outline (SVG; "" if it has none), the point in its largest land (`x`, `y`) and the `side` of
    a square as large as that land, which is 0 without an outline. `others`: paths of lands
    without a code. Raises CommandError if the outlines are not installed.
    """
    try:
        # Only developers have it: the map is drawn beforehand.
        import mapcraft
    except ImportError as error:
        raise CommandError(
            "mapcraft is missing: run `make test` once, which installs what developers need."
        ) from error
    pack = mapcraft.load(PACK)
    atlas = Atlas(pack.topology)
    rings: dict[str, list[Ring]] = {}
    for geometry in pack.topology["objects"][pack.object_name]["geometries"]:
        region = pack.regions.get(geometry.get("id", ""))
        codes = [one for one in region.aliases if len(one) == 2] if region else []
        name = geometry["properties"]["name"]
        code = codes[0] if codes else WITHOUT_ISO.get(name, name)
        if code not in LEFT_OUT:
            rings.setdefault(code, []).extend(atlas.rings(geometry))
    points = {code: projected(beside_centre(at)) for code, at in WITHOUT_OUTLINE.items()}
    for whole, parts in PARTS.items():
        kept: list[Ring] = []
        for ring in rings.pop(whole):
            part = nearest(ring, {code: points[code] for code in parts})
            (rings.setdefault(part, []) if part else kept).append(ring)
        rings |= {whole: kept} if kept else {}
    sheet = Sheet.around(point for some in rings.values() for ring in some for point in ring)
    lands = {code: sheet.land(some) for code, some in rings.items()}
    for code in points.keys() - lands.keys():
        x, y = sheet.place(points[code])
        lands[code] = {"path": "", "x": x, "y": y, "side": 0}
    return {
        "size": [WIDTH, sheet.height],
        "countries": {code: lands[code] for code in sorted(lands) if len(code) == 2},
        "others": [lands[name]["path"] for name in sorted(lands) if len(name) > 2],
    }


# From a globe to a plane --------------------------------------------------------------------------


def projected(point: Point) -> Point:
    """Return where a point (longitude, latitude in degrees) lies on the Equal Earth map.

    In radii of the globe; x grows eastwards from the central meridian, y northwards. The formula
    is that of Šavrič, Patterson and Jenny (2018), which keeps every area.
    """
    longitude, latitude = radians(point[0] - CENTRE), radians(point[1])
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = asin(sqrt(3) / 2 * sin(latitude))
    square = theta * theta
    sixth = square**3
    stretch = a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square)
    x = 2 * sqrt(3) / 3 * longitude * cos(theta) / stretch
    y = theta * (a1 + a2 * square + sixth * (a3 + a4 * square))
    return x, y


def beside_centre(point: Point) -> Point:
    """Return a point with the longitude that it has on a map around the central meridian."""
    return point[0] + turns(CENTRE, point[0]), point[1]


def nearest(ring: Ring, points: dict[str, Point]) -> str:
    """Return the code of the point that the middle of a ring is near to, "" if it is to none."""
    xs, ys = zip(*ring, strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    gaps = {code: hypot(x - at[0], y - at[1]) for code, at in points.items()}
    code = min(gaps, key=lambda one: gaps[one])
    return code if gaps[code] < NEAR else ""


class Atlas:
    """The outlines of a TopoJSON file, projected: its arcs are kept whole and joined to rings."""

    def __init__(self, topology: dict) -> None:
        scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
        self.arcs: list[Ring] = []
        for arc in topology["arcs"]:
            x = y = 0
            points: Ring = []
            for step_x, step_y in arc:
                x, y = x + step_x, y + step_y
                longitude, latitude = x * scale[0] + shift[0], y * scale[1] + shift[1]
                if points:
                    longitude += turns(points[-1][0], longitude)
                points.append((longitude, latitude))
            self.arcs.append(points)
        self.simplified = cache(self._simplified)

    def rings(self, geometry: dict) -> Iterator[Ring]:
        """Give every ring of a country, simplified, on the plane."""
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for polygon in polygons:
            for arcs in polygon:
                yield self._ring(arcs)

    def _ring(self, numbers: list[int]) -> Ring:
        """Return the ring that some arcs make: `~n` is the arc n, run backwards.

        A ring that crosses the 180th meridian goes on beyond it. The whole ring then moves to
        the side of the cut on which most of it lies.
        """
        shifts: list[float] = []
        end: float | None = None
        west, east = 1e9, -1e9
        for number in numbers:
            arc = self.arcs[max(number, ~number)]
            first, last = (arc[0], arc[-1]) if number >= 0 else (arc[-1], arc[0])
            shift = 0.0 if end is None else turns(end, first[0])
            shifts.append(shift)
            end = last[0] + shift
            west = min(west, *(point[0] + shift for point in arc))
            east = max(east, *(point[0] + shift for point in arc))
        aside = turns(CENTRE, (west + east) / 2)
        ring: Ring = []
        for number, shift in zip(numbers, shifts, strict=True):
            points = self.simplified(max(number, ~number), round(shift + aside))
            ring += (points if number >= 0 else points[::-1])[:-1]
        return ring

    def _simplified(self, number: int, shift: int) -> Ring:
        """Return an arc on the plane, moved by so many degrees, without what is too fine.

        Both neighbours of a border get the same points, so they still meet.
        """
        return simplified(
            [projected((longitude + shift, latitude)) for longitude, latitude in self.arcs[number]],
            # The whole globe is 5.4 radii wide; the sheet is cut a little narrower.
            TOLERANCE * 5.4 / WIDTH,
        )


def turns(beside: float, longitude: float) -> float:
    """Return the whole turns, in degrees, that bring a longitude next to another."""
    return 360.0 * round((beside - longitude) / 360)


def simplified(points: Ring, tolerance: float) -> Ring:
    """Return a line without the points that are nearer to it than the tolerance (Douglas-Peucker).

    Its ends stay. A closed line is first cut at the point that is farthest from its ends.
    """
    if len(points) < 3:
        return points
    if points[0] == points[-1]:
        middle = max(range(len(points)), key=lambda i: distance(points[i], points[0], points[0]))
        first = simplified(points[: middle + 1], tolerance)
        return first[:-1] + simplified(points[middle:], tolerance)
    kept = {0, len(points) - 1}
    parts = [(0, len(points) - 1)]
    while parts:
        start, end = parts.pop()
        between = range(start + 1, end)
        gaps = [distance(points[i], points[start], points[end]) for i in between]
        if gaps and max(gaps) > tolerance:
            middle = between[gaps.index(max(gaps))]
            kept.add(middle)
            parts += [(start, middle), (middle, end)]
    return [points[i] for i in sorted(kept)]


def distance(point: Point, start: Point, end: Point) -> float:
    """Return how far a point is from the line between two others."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x * along_x + along_y * along_y
    from_x, from_y = point[0] - start[0], point[1] - start[1]
    share = 0.0 if length == 0 else (from_x * along_x + from_y * along_y) / length
    share = max(0.0, min(1.0, share))
    return hypot(from_x - share * along_x, from_y - share * along_y)


# From a plane to a sheet --------------------------------------------------------------------------


class Sheet(NamedTuple):
    """The sheet that is drawn on: its west and north edge, and units in a radius of the globe."""

    west: float
    north: float
    scale: float
    height: int

    @classmethod
    def around(cls, points: Iterable[Point]) -> "Sheet":
        """Return the sheet on which these points fit, and not more."""
        xs, ys = zip(*points, strict=True)
        scale = WIDTH / (max(xs) - min(xs))
        return cls(min(xs), max(ys), scale, round((max(ys) - min(ys)) * scale))

    def place(self, point: Point) -> Place:
        """Return where a point lies, in whole units from the top left corner."""
        return (
            round((point[0] - self.west) * self.scale),
            round((self.north - point[1]) * self.scale),
        )

    def land(self, rings: list[Ring]) -> dict:
        """Return the drawing of a land: its path, the middle of its largest ring, its side."""
        places = [[self.place(point) for point in ring] for ring in rings]
        areas = [abs(area(ring)) for ring in places]
        largest = max(areas)
        main = areas.index(largest)
        x, y = middle(places[main])
        shown = [
            ring
            for ring, size in zip(places, areas, strict=True)
            if size >= SMALLEST or size == largest > 0
        ]
        return {
            "path": "".join(path(ring) for ring in shown),
            "x": x,
            "y": y,
            "side": round(sqrt(largest)),
        }


def area(ring: Sequence[Point]) -> float:
    """Return the area of a ring in the square of its unit, negative if it runs the other way."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise([*ring, ring[0]])) / 2


def middle(ring: list[Place]) -> Place:
    """Return the point of balance of a ring; of one without area, the mean of its points."""
    size = area(ring)
    if size == 0:
        xs, ys = zip(*ring, strict=True)
        return round(sum(xs) / len(xs)), round(sum(ys) / len(ys))
    sides = list(pairwise([*ring, ring[0]]))
    x = sum((x + u) * (x * v - u * y) for (x, y), (u, v) in sides) / (6 * size)
    y = sum((y + v) * (x * v - u * y) for (x, y), (u, v) in sides) / (6 * size)
    return round(x), round(y)


def path(ring: list[Place]) -> str:
    """Return a ring as an SVG path: where it begins, then step by step, as short as can be."""
    text = f"M{ring[0][0]} {ring[0][1]}l"
    before = ring[0]
    steps = []
    for place in ring[1:]:
        step = (place[0] - before[0], place[1] - before[1])
        before = place
        if step != (0, 0):
            steps += [*step]
    numbers = " ".join(str(step) for step in steps).replace(" -", "-")
    return f"{text}{numbers}z"
