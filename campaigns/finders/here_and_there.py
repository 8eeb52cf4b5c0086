"""The matrix of here and there: on which level bodies work, to which side they turn, when.

Migrants organize "both here and there" (Prop 1), from the local to the international. Each number
is that of a list, and leads to it: the list asks the same.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection

from orgs.models import ACTORS
from orgs.models.judgement import NOT_ENOUGH

from .bodies import labels

LEVELS = (
    "local",
    "translocal",
    "regional",
    "national",
    "binational",
    "transnational",
    "international",
    "global",
)
"""The terms of the scheme `scope`, from near to far."""

SIDES = ("residence", "home", "both")

OBSERVED = "observed_orientation"
SAID = "orientation"
"""The filters that tell the side: what follows from the record, and what is said."""

DECADES = tuple(range(1950, 2030, 10))
"""The years that can be columns; those before the first body are left out."""

LOOKED_AT = 20_000
"""How many bodies with a level are counted."""


class Cell(NamedTuple):
    """How many bodies of a level and a side there were, and the list of them."""

    bodies: int
    address: str


class Row(NamedTuple):
    """A level and a side, with a cell for each time."""

    level: str
    side: str
    """A value of `ObservedOrientation`."""
    cells: list[Cell]


@dataclass
class Matrix:
    """Levels by sides by time; what nobody is on record for is left out."""

    by: str
    years: list[int] = field(default_factory=list)
    """The times, beside today, which comes last."""
    rows: list[Row] = field(default_factory=list)
    looked_at: int = 0
    partial: bool = False
    without: int = 0
    """How many bodies have no level on record."""
    words: dict[str, str] = field(default_factory=dict)


def here_and_there(today: date, by: str = OBSERVED) -> Matrix:
    """Return the matrix, by what follows from the record or by what is said. In three queries.

    A body is counted for a year if it existed then; its level and side are those on record today.
    """
    years = [year for year in DECADES if year <= today.year]
    counts: dict[tuple[str, str, int | None], int] = {}
    matrix = Matrix(by)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS,
            {
                "kinds": [str(kind) for kind in ACTORS],
                "levels": list(LEVELS),
                "sides": list(SIDES),
                "none": NOT_ENOUGH,
                "by": by,
                "years": years,
                "most": LOOKED_AT,
            },
        )
        for level, side, year, count in cursor.fetchall():
            counts[level, side, year] = count
        cursor.execute(LOOKED, {"kinds": [str(kind) for kind in ACTORS], "levels": list(LEVELS)})
        matrix.looked_at, everybody = cursor.fetchone()
        matrix.without = everybody - matrix.looked_at
    matrix.partial = matrix.looked_at > LOOKED_AT
    first = min((year for _, _, year in counts if year), default=today.year + 1)
    matrix.years = [year for year in years if year >= first]
    for level, side in product(LEVELS, (*SIDES, NOT_ENOUGH)):
        cells = [
            Cell(counts.get((level, side, year), 0), address_of(level, side, year, by))
            for year in (*matrix.years, None)
        ]
        if any(cell.bodies for cell in cells):
            matrix.rows.append(Row(level, side, cells))
    matrix.words = labels(f"scope:{level}" for level in LEVELS)
    return matrix


def address_of(level: str, side: str, year: int | None, by: str) -> str:
    """Return the list of a cell; "" where no side is said, for which no list can ask."""
    if by == SAID and side == NOT_ENOUGH:
        return ""
    question = {"trait": f"scope:{level}", by: side}
    if year:
        question["as_of"] = str(year)
    return f"/organizations/?{urlencode(question)}"


COUNTS = """
WITH level AS (
    SELECT id, value FROM orgs_facet WHERE filter = 'scope' AND value = ANY (%(levels)s)
), side AS (
    SELECT id, value FROM orgs_facet WHERE filter = %(by)s AND value = ANY (%(sides)s)
),
few AS MATERIALIZED (
    SELECT e.id, e.facets FROM orgs_entry e
    WHERE e.state = 'published' AND e.kind = ANY (%(kinds)s)
      AND e.facets && ARRAY(SELECT id FROM level)
    LIMIT %(most)s
), each AS MATERIALIZED (
    SELECT few.id, level.value AS level, coalesce(side.value, %(none)s) AS side
    FROM few JOIN level ON level.id = ANY (few.facets)
    LEFT JOIN side ON side.id = ANY (few.facets)
), years AS (SELECT unnest(%(years)s::int[]) AS year)
SELECT level, side, NULL::int, count(DISTINCT id) FROM each GROUP BY level, side
UNION ALL
SELECT each.level, each.side, years.year, count(DISTINCT each.id)
FROM each JOIN orgs_entryspan s ON s.entry_id = each.id
JOIN orgs_facet f ON f.id = s.facet_id AND f.filter = 'exists'
JOIN years ON s.span && daterange(make_date(years.year, 1, 1), make_date(years.year, 12, 31), '[]')
GROUP BY each.level, each.side, years.year
"""

LOOKED = """
SELECT count(*) FILTER (WHERE with_level), count(*) FILTER (WHERE NOT with_level)
FROM (
    SELECT true AS with_level FROM orgs_entry
    WHERE state = 'published' AND kind = ANY (%(kinds)s) AND facets && ARRAY(
        SELECT id FROM orgs_facet WHERE filter = 'scope' AND value = ANY (%(levels)s))
    UNION ALL
    SELECT false FROM orgs_entry WHERE state = 'published' AND kind = ANY (%(kinds)s)) each
"""
