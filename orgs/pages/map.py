"""The map of the world: how it is drawn, and how many organizations are in each country.

It counts what the entries hold, as the lists do, so nothing is on the map that is not public. The
outlines lie ready in `world.json`, drawn by `manage.py draw_world`; a process reads them once.
Other pages have their own countries `shaded` on it.
"""

import json
from functools import cache, lru_cache
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .translated_labels import known_as

FACETS = ("country", "active_in")
"""What puts an organization on the map: its seat, and where it acts."""

LISTED = "/organizations/?present_in="
"""Where those of a country are listed, by its slug."""

STEPS = (
    (4, (1, 2, 3, 4)),
    (49, (1, 2, 5, 10)),
    (249, (1, 5, 20, 50)),
    (999, (1, 10, 50, 200)),
)
"""With which numbers the four shades begin, by the largest number that a country has."""
STEPS_OF_MANY = (1, 10, 100, 1000)

DOT, NARROW_DOT = 8, 20
"""Lands whose side is shorter, in units of the drawing, are marked by a dot: always, or where the
map is as narrow as a phone, where twenty units are three or four pixels."""
REACH, NEAR = 67, 33
"""The radius, in units, of what can be hit of a land: at least 24 pixels across, on a screen of
360 pixels and on one of 768."""


class Land(NamedTuple):
    """A country as it is drawn: see `draw_world.drawn`."""

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
    """How many organizations a country has: with their seat there, acting there, either."""

    slug: str
    label: str
    """What pages in the reader's language call it."""
    seat: int
    active: int
    present: int


class Counted(NamedTuple):
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
    """Return the drawn world, read once."""
    text = Path(__file__).with_name("world.json").read_text(encoding="utf-8")
    drawn = json.loads(text)
    width, height = drawn["size"]
    lands = {code: Land(**land) for code, land in drawn["countries"].items()}
    return World(width, height, lands, "".join(drawn["others"]))


def counted() -> Counted:
    """Return how many organizations each country has, by name; countries without one are left out.

    A place is a country of the map if its slug is the code of one. In one query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH held AS MATERIALIZED ("
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
            " FROM held WHERE mapped GROUP BY place)"
            "SELECT p.slug, p.label, c.seat, c.active, c.present,"
            " (SELECT count(*) FROM orgs_entry"
            "  WHERE kind IN ('organization', 'partnership') AND state = 'published'),"
            " (SELECT count(DISTINCT actor) FROM held),"
            " (SELECT count(DISTINCT actor) FROM held WHERE mapped)"
            " FROM counted c JOIN orgs_entry p ON p.id = c.place ORDER BY p.sort_key, p.id",
            ([code.lower() for code in world().countries], list(FACETS)),
        )
        rows = cursor.fetchall()
    if not rows:
        return Counted((), 0, 0, 0)
    countries = (
        Count(slug, known_as("place", slug, label), *numbers)
        for slug, label, *numbers in (row[:5] for row in rows)
    )
    return Counted(tuple(countries), *rows[0][5:])


@lru_cache(maxsize=16)
def picture(numbers: Counted, language: str) -> SafeString:
    """Return the map with its table in HTML.

    `language` is the one in which pages are shown now. The same numbers give the same picture, so
    it is drawn once for them.
    """
    return render_to_string("orgs/_world.html", {"world": map_of(numbers)})


def map_of(numbers: Counted) -> dict:
    """Return what the map and its table show.

    `areas` are the countries in the order of drawing, `rows` the same by name. `legend` says with
    which number each shade begins and ends (None: it is open).
    """
    most = max((country.present for country in numbers.countries), default=0)
    steps = steps_for(most)
    rows = [_row(country, steps) for country in numbers.countries]
    return {
        **shaded(rows),
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


def on_map(slug: str) -> bool:
    """Whether a place is a country of the map: its slug is the code of one."""
    return slug.upper() in world().countries


def shaded(rows: list[dict]) -> dict:
    """Return the drawing of a world in which these countries are told from the others.

    Takes a row for each, which has its `slug` and whatever a template shows of it, such as `shade`
    and `url`; its `drawing` is put into it. `areas` are these rows in the order of drawing: the
    largest first, so that none covers a smaller one. `land` is the path of everything else.
    """
    drawn = world()
    lands = {row["slug"]: drawn.countries[row["slug"].upper()] for row in rows}
    areas = sorted(rows, key=lambda row: -lands[row["slug"]].side)
    reach = rooms([lands[row["slug"]] for row in areas])
    for row, room in zip(areas, reach, strict=True):
        row["drawing"] = drawing(lands[row["slug"]], room)
    codes = {slug.upper() for slug in lands}
    empty = (land.path for code, land in drawn.countries.items() if code not in codes)
    return {
        "box": f"0 0 {drawn.width} {drawn.height}",
        "land": "".join(empty) + drawn.others,
        "areas": areas,
    }


def _row(country: Count, steps: tuple[int, ...]) -> dict:
    """Return a country with its land, its shade and where its organizations are listed."""
    return {
        **country._asdict(),
        "land": world().countries[country.slug.upper()],
        "shade": sum(step <= country.present for step in steps),
        "url": LISTED + country.slug,
    }


def steps_for(most: int) -> tuple[int, ...]:
    """Return with which numbers the shades begin if this is the largest; none begins above it."""
    steps = next((steps for limit, steps in STEPS if most <= limit), STEPS_OF_MANY)
    return tuple(step for step in steps if step <= most)


def drawing(land: Land, room: int) -> SafeString:
    """Return the SVG of a country inside its link: its outline, and circles if it is small.

    A dot marks what is too small to see; what only can be hit reaches into the room around it.
    """
    circle = f'<circle class="{{}}" cx="{land.x}" cy="{land.y}" r="{{}}"/>'
    parts = [f'<path d="{land.path}"/>'] if land.path else []
    if land.side < NARROW_DOT:
        parts.append(circle.format("dot" if land.side < DOT else "dot narrow", DOT))
    if land.side < 2 * REACH:
        parts.append(circle.format("reach", min(REACH, room)))
    if land.side < 2 * NEAR:
        parts.append(circle.format("near", min(NEAR, room)))
    return SafeString("".join(parts))


def rooms(lands: list[Land]) -> list[int]:
    """Return how far a circle around each land may reach, in units; at least one.

    It leaves every other land a part around its middle: half its side or what a dot takes, though
    never more than half of the way. Lands so large that they have no circle take no room.
    """
    small = [land for land in lands if land.side < 2 * REACH]
    return [
        max(1, int(min((_room(land, one) for one in small if one is not land), default=REACH)))
        for land in lands
    ]


def _room(land: Land, other: Land) -> float:
    """Return how far a circle around a land may reach towards another."""
    gap = hypot(land.x - other.x, land.y - other.y)
    return gap - min(gap / 2, max(other.side / 2, 2 * DOT))
