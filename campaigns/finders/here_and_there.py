"""The matrix of here and there: levels of actors by side of migration and by time.

Beside it are campaigns by stage, with the sides of their participants.

Migrants organize "both here and there" (Prop 1), from the local to the international. Each number
links to a list of the entries counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlencode

from campaigns.analysis.facts import TAKING_PART
from campaigns.pages.stages import STAGES
from orgs.projection.analysis import NOT_ENOUGH
from orgs.records.kinds import ACTOR_KINDS
from orgs.sql import fetch_row, fetch_rows

from .actors import term_labels

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
STATED = "orientation"
"""The filters for the side: as observed, or as stated."""

DECADES = tuple(range(1950, 2030, 10))
"""The years that can be columns; those before the first actor are left out."""

MAX_EXAMINED = 20_000
"""The most actors with a level that are counted."""

MAX_CAMPAIGNS = 5_000
"""The most campaigns with a stage that are counted."""

ANY_SIDE = ""
"""The side of rows with all campaigns of a stage."""


class Cell(NamedTuple):
    """A count with the list of its entries."""

    total: int
    """Of actors, or of campaigns."""
    url: str


class Row(NamedTuple):
    """A level and a side, with a cell for each time."""

    level: str
    side: str
    """A value of `ObservedOrientation`, or `ANY_SIDE`."""
    cells: list[Cell]


@dataclass
class Matrix:
    """Levels by sides by time, without empty rows."""

    by: str
    years: list[int] = field(default_factory=list)
    """The years of the columns; today is one more, the last."""
    rows: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    """Campaigns by stage: all of them, and those with a participant of each side.

    The latter have no list: no filter takes the side of participants.
    """
    campaigns_partial: bool = False
    """Whether there are more campaigns than are counted."""
    examined: int = 0
    partial: bool = False
    without_level: int = 0
    """The number of actors without a known level."""
    labels: dict[str, str] = field(default_factory=dict)


def here_and_there(today: date, by: str = OBSERVED) -> Matrix:
    """The matrix by observed or by stated orientation, in five queries.

    An actor or campaign counts for a year if it existed then; its level and side are today's.
    """
    years = [year for year in DECADES if year <= today.year]
    matrix = Matrix(by)
    params: dict[str, Any] = {
        "kinds": list(ACTOR_KINDS),
        "levels": list(LEVELS),
        "stages": list(STAGES),
        "roles": [str(role) for role in TAKING_PART],
        "sides": list(SIDES),
        "none": NOT_ENOUGH,
        "any": ANY_SIDE,
        "by": by,
        "years": years,
        "most": MAX_EXAMINED,
        "most_campaigns": MAX_CAMPAIGNS + 1,
    }
    actors = counts_of(fetch_rows(ACTOR_COUNTS + COUNTS_BY_YEAR, params))
    matrix.examined, all_actors = fetch_row(TOTALS, params)
    matrix.without_level = all_actors - matrix.examined
    campaigns = counts_of(fetch_rows(CAMPAIGN_COUNTS + COUNTS_BY_YEAR, params))
    matrix.partial = matrix.examined > MAX_EXAMINED
    matrix.campaigns_partial = (
        sum(count for (_, side, year), count in campaigns.items() if side == ANY_SIDE and not year)
        > MAX_CAMPAIGNS
    )
    first = min((year for _, _, year in [*actors, *campaigns] if year), default=today.year + 1)
    matrix.years = [year for year in years if year >= first]
    times = (*matrix.years, None)
    actor_rows = product(LEVELS, (*SIDES, NOT_ENOUGH))
    matrix.rows = rows_of(actors, actor_rows, times, partial(actors_url, by))
    campaign_rows = product(STAGES, (ANY_SIDE, *SIDES))
    matrix.campaigns = rows_of(campaigns, campaign_rows, times, campaigns_url)
    matrix.labels = term_labels(
        [*(f"scope:{level}" for level in LEVELS), *(f"stage:{stage}" for stage in STAGES)]
    )
    return matrix


Counts = dict[tuple[str, str, int | None], int]
"""Counts by (level, side, year); None is now."""


def counts_of(rows: list[tuple]) -> Counts:
    return {(level, side, year): count for level, side, year, count in rows}


def rows_of(
    counts: Counts,
    rows: Iterable[tuple[str, str]],
    years: Iterable[int | None],
    url: Callable[[str, str, int | None], str],
) -> list[Row]:
    """The rows that are not empty."""
    return [
        Row(*row, [Cell(counts.get((*row, year), 0), url(*row, year)) for year in years])
        for row in rows
        if any(counts.get((*row, year)) for year in years)
    ]


def campaigns_url(stage: str, side: str, year: int | None) -> str:
    """The list of campaigns of a stage; "" for those of one side."""
    if side != ANY_SIDE:
        return ""
    query = {"stage": stage, **({"as_of": str(year)} if year else {})}
    return f"/campaigns/?{urlencode(query)}"


def actors_url(by: str, level: str, side: str, year: int | None) -> str:
    """The list of a cell; "" without a stated side, for which there is no filter."""
    if by == STATED and side == NOT_ENOUGH:
        return ""
    query = {"trait": f"scope:{level}", by: side}
    if year:
        query["as_of"] = str(year)
    return f"/organizations/?{urlencode(query)}"


COUNTS_BY_YEAR = """
, years AS (SELECT unnest(%(years)s::int[]) AS year)
SELECT level, side, NULL::int, count(DISTINCT id) FROM each GROUP BY level, side
UNION ALL
SELECT each.level, each.side, years.year, count(DISTINCT each.id)
FROM each JOIN orgs_entryspan s ON s.entry_id = each.id
JOIN orgs_facet f ON f.id = s.facet_id AND f.filter = 'exists'
JOIN years ON s.span && daterange(make_date(years.year, 1, 1), make_date(years.year, 12, 31), '[]')
GROUP BY each.level, each.side, years.year
"""
"""The end of both queries: counts `each`, entries with their level and side."""

ACTOR_COUNTS = """
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
)
"""

TOTALS = """
SELECT count(*) FILTER (WHERE with_level), count(*) FILTER (WHERE NOT with_level)
FROM (
    SELECT true AS with_level FROM orgs_entry
    WHERE state = 'published' AND kind = ANY (%(kinds)s) AND facets && ARRAY(
        SELECT id FROM orgs_facet WHERE filter = 'scope' AND value = ANY (%(levels)s))
    UNION ALL
    SELECT false FROM orgs_entry WHERE state = 'published' AND kind = ANY (%(kinds)s)) each
"""

CAMPAIGN_COUNTS = """
WITH stage AS (
    SELECT id, value FROM orgs_facet WHERE filter = 'stage' AND value = ANY (%(stages)s)
), side AS (
    SELECT id, value FROM orgs_facet WHERE filter = %(by)s AND value = ANY (%(sides)s)
), few AS MATERIALIZED (
    SELECT e.id, e.facets FROM orgs_entry e
    WHERE e.state = 'published' AND e.kind = 'campaign'
      AND e.facets && ARRAY(SELECT id FROM stage)
    LIMIT %(most_campaigns)s
), turned AS MATERIALIZED (
    -- To which sides those turn who take part, as far as the public may read that they do.
    SELECT DISTINCT few.id, side.value AS side
    FROM few
    JOIN campaigns_involvement s ON s.undertaking_id = few.id AND s.retired IS NULL AND s.holds
        AND s.tier = 0 AND s.role = ANY (%(roles)s)
    JOIN orgs_source source ON source.id = s.source_id AND source.tier = 0
    JOIN orgs_entry e ON e.id = s.record_id AND e.state = 'published'
    JOIN side ON side.id = ANY (e.facets)
), each AS MATERIALIZED (
    SELECT few.id, stage.value AS level, sides.side
    FROM few JOIN stage ON stage.id = ANY (few.facets)
    JOIN (SELECT id, side FROM turned UNION ALL SELECT id, %(any)s FROM few) sides
        ON sides.id = few.id
)
"""
