"""manage.py draw_world: draws the map of the world, into orgs/pages/world.json.

The outlines are Natural Earth's (public domain), from the development dependency `mapcraft`: a
TopoJSON file, in which a border of two countries is one arc. The file is part of the repository, so
that a catalogue needs no such package.
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

PACK = "world-countries-2024"
CENTRAL_MERIDIAN = 11.0
"""Longitude of the middle of the map in degrees east: the map is cut at 169 degrees west, in the
Bering Strait, where it divides the fewest lands."""
WIDTH = 2000
"""Width of the map in units; coordinates are integers."""
TOLERANCE = 0.6
"""Deviation of a simplified outline, in units."""
SMALLEST = 2.0
"""Drawn area in square units below which islands are left out, unless a land has nothing larger."""
OMITTED = {"AQ"}
"""Antarctica: it has no residents, and it is wide."""
WITHOUT_ISO = {"Kosovo": "XK"}
"""Lands without a code in ISO 3166, with a free code in wide use."""
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
"""Lands whose outline includes some of these: the rings near their points belong to them."""
NEAR_RADIUS = 0.1
"""A distance in radii of the globe, about six degrees."""

Point = tuple[float, float]
Ring = list[Point]
Place = tuple[int, int]


class Command(BaseCommand):
    """Redraws the map of the world; for developers: the file is part of the code."""

    help = __doc__

    def handle(self, *args, **options) -> None:
        """Draw, write, and say how large it became."""
        text = to_json(draw_world())
        WORLD.write_text(text, encoding="utf-8")
        self.stdout.write(f"{WORLD.name}: {len(text.encode())} bytes.")


def to_json(world: dict) -> str:
    """The file of a map: JSON with a line for each land, for readable diffs."""
    lands = ",\n".join(
        f"{json.dumps(code)}: {json.dumps(land, separators=(',', ':'))}"
        for code, land in world["countries"].items()
    )
    others = ",\n".join(json.dumps(path) for path in world["others"])
    size = json.dumps(world["size"])
    return f'{{"size": {size},\n"countries": {{\n{lands}\n}},\n"others": [\n{others}\n]}}\n'


def draw_world() -> dict:
    """Draw the map.

    `size`: width and height in units. `countries`: by ISO 3166 alpha-2 code the `path` of its
    outline (SVG; "" if it has none), a point in its largest land (`x`, `y`) and the `side` of a
    square as large as that land, 0 without an outline. `others`: paths of lands without a code.
    Raises CommandError if the outlines are not installed.
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
        codes = [alias for alias in region.aliases if len(alias) == 2] if region else []
        name = geometry["properties"]["name"]
        code = codes[0] if codes else WITHOUT_ISO.get(name, name)
        if code not in OMITTED:
            rings.setdefault(code, []).extend(atlas.rings(geometry))
    points = {code: project(unwrap(at)) for code, at in WITHOUT_OUTLINE.items()}
    for whole, parts in PARTS.items():
        rest: list[Ring] = []
        for ring in rings.pop(whole):
            part = nearest_point(ring, {code: points[code] for code in parts})
            (rings.setdefault(part, []) if part else rest).append(ring)
        rings |= {whole: rest} if rest else {}
    sheet = Sheet.around(
        point for land_rings in rings.values() for ring in land_rings for point in ring
    )
    lands = {code: sheet.land(land_rings) for code, land_rings in rings.items()}
    for code in points.keys() - lands.keys():
        x, y = sheet.place(points[code])
        lands[code] = {"path": "", "x": x, "y": y, "side": 0}
    return {
        "size": [WIDTH, sheet.height],
        "countries": {code: lands[code] for code in sorted(lands) if len(code) == 2},
        "others": [lands[name]["path"] for name in sorted(lands) if len(name) > 2],
    }


# From a globe to a plane --------------------------------------------------------------------------


def project(point: Point) -> Point:
    """Project a point (longitude, latitude in degrees) to the Equal Earth map.

    In radii of the globe; x grows eastwards from the central meridian, y northwards. The formula of
    Šavrič, Patterson and Jenny (2018) preserves areas.
    """
    longitude, latitude = radians(point[0] - CENTRAL_MERIDIAN), radians(point[1])
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = asin(sqrt(3) / 2 * sin(latitude))
    square = theta * theta
    sixth = square**3
    stretch = a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square)
    x = 2 * sqrt(3) / 3 * longitude * cos(theta) / stretch
    y = theta * (a1 + a2 * square + sixth * (a3 + a4 * square))
    return x, y


def unwrap(point: Point) -> Point:
    """The point with its longitude on a map around the central meridian."""
    return point[0] + full_turns(CENTRAL_MERIDIAN, point[0]), point[1]


def nearest_point(ring: Ring, points: dict[str, Point]) -> str:
    """The code of the point near the middle of a ring; "" if there is none."""
    xs, ys = zip(*ring, strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    gaps = {code: hypot(x - at[0], y - at[1]) for code, at in points.items()}
    code = min(gaps, key=lambda key: gaps[key])
    return code if gaps[code] < NEAR_RADIUS else ""


class Atlas:
    """The outlines of a TopoJSON file, projected: whole arcs, joined to rings."""

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
                    longitude += full_turns(points[-1][0], longitude)
                points.append((longitude, latitude))
            self.arcs.append(points)
        self.simplify = cache(self._simplify)

    def rings(self, geometry: dict) -> Iterator[Ring]:
        """Yield the simplified rings of a country on the plane."""
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for polygon in polygons:
            for arcs in polygon:
                yield self._ring(arcs)

    def _ring(self, numbers: list[int]) -> Ring:
        """Join arcs to a ring: `~n` is the arc n, reversed.

        A ring that crosses the 180th meridian continues beyond it. The whole ring then moves to the
        side of the cut with its larger part.
        """
        shifts: list[float] = []
        end: float | None = None
        west, east = 1e9, -1e9
        for number in numbers:
            arc = self.arcs[max(number, ~number)]
            first, last = (arc[0], arc[-1]) if number >= 0 else (arc[-1], arc[0])
            shift = 0.0 if end is None else full_turns(end, first[0])
            shifts.append(shift)
            end = last[0] + shift
            west = min(west, *(point[0] + shift for point in arc))
            east = max(east, *(point[0] + shift for point in arc))
        aside = full_turns(CENTRAL_MERIDIAN, (west + east) / 2)
        ring: Ring = []
        for number, shift in zip(numbers, shifts, strict=True):
            points = self.simplify(max(number, ~number), round(shift + aside))
            ring += (points if number >= 0 else points[::-1])[:-1]
        return ring

    def _simplify(self, number: int, shift: int) -> Ring:
        """An arc on the plane, shifted by some degrees and simplified.

        Both neighbours of a border get the same points, so they still meet.
        """
        return simplify(
            [project((longitude + shift, latitude)) for longitude, latitude in self.arcs[number]],
            # The whole globe is 5.4 radii wide; the sheet is cut a little narrower.
            TOLERANCE * 5.4 / WIDTH,
        )


def full_turns(reference: float, longitude: float) -> float:
    """Multiples of 360 degrees that bring a longitude next to a reference."""
    return 360.0 * round((reference - longitude) / 360)


def simplify(points: Ring, tolerance: float) -> Ring:
    """Remove the points of a line within the tolerance (Douglas-Peucker).

    Its ends stay. A closed line is first cut at the point farthest from its ends.
    """
    if len(points) < 3:
        return points
    if points[0] == points[-1]:
        middle = max(range(len(points)), key=lambda i: distance(points[i], points[0], points[0]))
        first = simplify(points[: middle + 1], tolerance)
        return first[:-1] + simplify(points[middle:], tolerance)
    indices = {0, len(points) - 1}
    parts = [(0, len(points) - 1)]
    while parts:
        start, end = parts.pop()
        between = range(start + 1, end)
        gaps = [distance(points[i], points[start], points[end]) for i in between]
        if gaps and max(gaps) > tolerance:
            middle = between[gaps.index(max(gaps))]
            indices.add(middle)
            parts += [(start, middle), (middle, end)]
    return [points[i] for i in sorted(indices)]


def distance(point: Point, start: Point, end: Point) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x * along_x + along_y * along_y
    from_x, from_y = point[0] - start[0], point[1] - start[1]
    share = 0.0 if length == 0 else (from_x * along_x + from_y * along_y) / length
    share = max(0.0, min(1.0, share))
    return hypot(from_x - share * along_x, from_y - share * along_y)


# From a plane to a sheet --------------------------------------------------------------------------


class Sheet(NamedTuple):
    """The drawing area: its west and north edge, and units per radius of the globe."""

    west: float
    north: float
    scale: float
    height: int

    @classmethod
    def around(cls, points: Iterable[Point]) -> "Sheet":
        """The smallest sheet for these points."""
        xs, ys = zip(*points, strict=True)
        scale = WIDTH / (max(xs) - min(xs))
        return cls(min(xs), max(ys), scale, round((max(ys) - min(ys)) * scale))

    def place(self, point: Point) -> Place:
        """Coordinates of a point in whole units from the top left corner."""
        return (
            round((point[0] - self.west) * self.scale),
            round((self.north - point[1]) * self.scale),
        )

    def land(self, rings: list[Ring]) -> dict:
        """The drawing of a land: its path, the middle of its largest ring, its side."""
        places = [[self.place(point) for point in ring] for ring in rings]
        areas = [abs(area(ring)) for ring in places]
        largest = max(areas)
        main = areas.index(largest)
        x, y = centroid(places[main])
        shown = [
            ring
            for ring, size in zip(places, areas, strict=True)
            if size >= SMALLEST or size == largest > 0
        ]
        return {
            "path": "".join(svg_path(ring) for ring in shown),
            "x": x,
            "y": y,
            "side": round(sqrt(largest)),
        }


def area(ring: Sequence[Point]) -> float:
    """Area of a ring in square units; its sign depends on the direction of the ring."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise([*ring, ring[0]])) / 2


def centroid(ring: list[Place]) -> Place:
    """Centroid of a ring; the mean of its points if it has no area."""
    size = area(ring)
    if size == 0:
        xs, ys = zip(*ring, strict=True)
        return round(sum(xs) / len(xs)), round(sum(ys) / len(ys))
    sides = list(pairwise([*ring, ring[0]]))
    x = sum((x + u) * (x * v - u * y) for (x, y), (u, v) in sides) / (6 * size)
    y = sum((y + v) * (x * v - u * y) for (x, y), (u, v) in sides) / (6 * size)
    return round(x), round(y)


def svg_path(ring: list[Place]) -> str:
    """A ring as an SVG path with relative steps, as short as possible."""
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
