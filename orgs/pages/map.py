"""The map of the world, with the number of organizations in each country.

It counts published entries, as lists do. `manage.py draw_world` has drawn the outlines in
`world.json`; a process reads them once. Other pages draw their own countries on the map with
`map_drawing`.
"""

import json
from functools import cache, lru_cache
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from orgs.sql import fetch_rows

from .translated_labels import label_of, label_order

FACETS = ("country", "active_in")
"""The facets that place an organization on the map: its seat, and where it acts."""

LIST_URL = "/organizations/?present_in="
"""The address of the list of a country's organizations, before its slug."""

STEPS = (
    (4, (1, 2, 3, 4)),
    (49, (1, 2, 5, 10)),
    (249, (1, 5, 20, 50)),
    (999, (1, 10, 50, 200)),
)
"""The lowest numbers of the four shades, by the largest number that a country has."""
STEPS_OF_MANY = (1, 10, 100, 1000)

DOT, NARROW_DOT = 8, 20
"""A dot marks countries whose side is shorter, in units of the drawing: on every map, or on maps as
narrow as a phone, where twenty units are three or four pixels."""
REACH, NEAR = 67, 33
"""The radius, in units, of the clickable circle of a country: at least 24 pixels across, on screens
of 360 and of 768 pixels."""


class Land(NamedTuple):
    """The outline of a country: see `draw_world.draw_world`."""

    path: str
    x: int
    y: int
    side: int


class World(NamedTuple):
    """The drawn world: its size, its countries by ISO 3166 alpha-2 code, and other lands."""

    width: int
    height: int
    countries: dict[str, Land]
    others: str


class Count(NamedTuple):
    """The number of organizations of a country: with their seat there, acting there, either."""

    slug: str
    label: str
    """The name in the language of the page."""
    seat: int
    active: int
    present: int


class MapCounts(NamedTuple):
    """The numbers of the whole map.

    `actors` are all organizations, networks and coalitions; `placed` those with a seat or a place
    where they act, however wide; `mapped` those for which one of these is a country.
    """

    countries: tuple[Count, ...]
    actors: int
    placed: int
    mapped: int


@cache
def world() -> World:
    """Read the drawing, once per process."""
    text = Path(__file__).with_name("world.json").read_text(encoding="utf-8")
    drawn = json.loads(text)
    width, height = drawn["size"]
    lands = {code: Land(**land) for code, land in drawn["countries"].items()}
    return World(width, height, lands, "".join(drawn["others"]))


def count_by_country() -> MapCounts:
    """Count the organizations of each country, by name, in one query.

    Countries without any are left out. A place is a country of the map if its slug is a country
    code.
    """
    rows = fetch_rows(
        "WITH present AS MATERIALIZED ("
        " SELECT e.id AS actor, p.id AS place, p.slug = ANY (%s) AS mapped,"
        "  bool_or(f.filter = 'country') AS seat, bool_or(f.filter = 'active_in') AS active"
        " FROM (SELECT id, unnest(facets) AS facet FROM orgs_entry"
        "  WHERE kind IN ('organization', 'partnership') AND state = 'published') e"
        " JOIN orgs_facet f ON f.id = e.facet AND f.filter = ANY (%s)"
        " JOIN orgs_entry p ON p.id::text = f.value"
        "  AND p.kind = 'place' AND p.state = 'published'"
        " GROUP BY e.id, p.id"
        "), counted AS ("
        " SELECT place, count(*) FILTER (WHERE seat) AS seat,"
        "  count(*) FILTER (WHERE active) AS active, count(*) AS present"
        " FROM present WHERE mapped GROUP BY place)"
        "SELECT p.slug, p.label, c.seat, c.active, c.present,"
        " (SELECT count(*) FROM orgs_entry"
        "  WHERE kind IN ('organization', 'partnership') AND state = 'published'),"
        " (SELECT count(DISTINCT actor) FROM present),"
        " (SELECT count(DISTINCT actor) FROM present WHERE mapped)"
        " FROM counted c JOIN orgs_entry p ON p.id = c.place ORDER BY p.id",
        ([code.lower() for code in world().countries], list(FACETS)),
    )
    if not rows:
        return MapCounts((), 0, 0, 0)
    countries = (
        Count(slug, label_of("place", slug, label), *numbers)
        for slug, label, *numbers in (row[:5] for row in rows)
    )
    by_label = sorted(countries, key=lambda country: label_order(country.label))
    return MapCounts(tuple(by_label), *rows[0][5:])


@lru_cache(maxsize=16)
def render_map(numbers: MapCounts, language: str) -> SafeString:
    """Render the map with its table, cached by numbers and language.

    `language` must be the active language.
    """
    return render_to_string("orgs/_world.html", {"world": map_context(numbers)})


def map_context(numbers: MapCounts) -> dict:
    """Compose the context of the map's template.

    `areas` are the countries in the order of drawing, `rows` the same by name. `legend` has the
    first and last number of each shade (None: open-ended).
    """
    most = max((country.present for country in numbers.countries), default=0)
    steps = steps_for(most)
    rows = [_row(country, steps) for country in numbers.countries]
    return {
        **map_drawing(rows),
        "rows": rows,
        "legend": [
            {"shade": shade, "first": first, "last": following and following - 1}
            for shade, (first, following) in enumerate(pairwise([*steps, None]), 1)
        ],
        "actors": numbers.actors,
        "mapped": numbers.mapped,
        "wider": numbers.placed - numbers.mapped,
        "nowhere": numbers.actors - numbers.placed,
    }


def is_on_map(slug: str) -> bool:
    """Whether a place is a country of the map: its slug is a country code."""
    return slug.upper() in world().countries


def map_drawing(rows: list[dict]) -> dict:
    """Compose the drawing of the world with these countries highlighted.

    Each row is a country: its `slug` and what the template shows of it, such as `shade` and `url`.
    Writes the `drawing` into each row. `areas` are the rows in the order of drawing: the largest
    first, so that none covers a smaller one. `land` is the path of everything else.
    """
    outlines = world()
    lands = {row["slug"]: outlines.countries[row["slug"].upper()] for row in rows}
    areas = sorted(rows, key=lambda row: -lands[row["slug"]].side)
    limits = circle_limits([lands[row["slug"]] for row in areas])
    for row, limit in zip(areas, limits, strict=True):
        row["drawing"] = country_svg(lands[row["slug"]], limit)
    codes = {slug.upper() for slug in lands}
    empty = (land.path for code, land in outlines.countries.items() if code not in codes)
    return {
        "box": f"0 0 {outlines.width} {outlines.height}",
        "land": "".join(empty) + outlines.others,
        "areas": areas,
    }


def _row(country: Count, steps: tuple[int, ...]) -> dict:
    """Describe a country for the template: its counts, outline, shade and list."""
    return {
        **country._asdict(),
        "land": world().countries[country.slug.upper()],
        "shade": sum(step <= country.present for step in steps),
        "url": LIST_URL + country.slug,
    }


def steps_for(most: int) -> tuple[int, ...]:
    """The lowest number of each shade, given the largest number; no shade begins above it."""
    steps = next((steps for limit, steps in STEPS if most <= limit), STEPS_OF_MANY)
    return tuple(step for step in steps if step <= most)


def country_svg(land: Land, limit: int) -> SafeString:
    """Draw a country inside its link as SVG: its outline, and circles if it is small.

    A dot marks a country that is too small to see. The invisible clickable circles are no larger
    than `limit`, see `circle_limits`.
    """
    circle = f'<circle class="{{}}" cx="{land.x}" cy="{land.y}" r="{{}}"/>'
    parts = [f'<path d="{land.path}"/>'] if land.path else []
    if land.side < NARROW_DOT:
        parts.append(circle.format("dot" if land.side < DOT else "dot narrow", DOT))
    if land.side < 2 * REACH:
        parts.append(circle.format("reach", min(REACH, limit)))
    if land.side < 2 * NEAR:
        parts.append(circle.format("near", min(NEAR, limit)))
    return SafeString("".join(parts))


def circle_limits(lands: list[Land]) -> list[int]:
    """Compute the largest radius of a circle around each country, in units; at least one.

    A circle leaves every other country an area around its centre: half its side or the size of a
    dot, but never more than half of the distance. Countries too large for a circle do not limit
    others.
    """
    small = [land for land in lands if land.side < 2 * REACH]
    return [
        max(
            1,
            int(
                min(
                    (_circle_limit(land, other) for other in small if other is not land),
                    default=REACH,
                )
            ),
        )
        for land in lands
    ]


def _circle_limit(land: Land, other: Land) -> float:
    """The largest radius of a circle around a country in the direction of another."""
    gap = hypot(land.x - other.x, land.y - other.y)
    return gap - min(gap / 2, max(other.side / 2, 2 * DOT))
