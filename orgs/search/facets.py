"""How many entries of a list hold each value of a facet."""

from collections.abc import Iterable

from django.core.exceptions import EmptyResultSet

from orgs.sql import fetch_rows

from .filter_types import FacetFilter
from .filters import EntryFilter


def record_facets(filterset: type[EntryFilter]) -> set[str]:
    """The facets of this filter set and its subclasses whose values are ids of entries."""
    names = {
        filter.facet_name
        for filter in filterset.base_filters.values()
        if isinstance(filter, FacetFilter) and filter.kinds and not filter.prefix
    }
    return names.union(*(record_facets(subclass) for subclass in filterset.__subclasses__()))


def facet_counts(entries, names: Iterable[str]) -> dict[str, list[dict]]:
    """Count how many of these entries hold each value of these facets.

    {facet: [{"value", "label", "count"}]}, most frequent first. A value that stands for a record
    is given by its slug; a coded one by its code, with the label of its term.
    """
    names = list(names)
    if not names:
        return {}
    try:
        sql, params = entries.order_by().values("id", "facets").query.sql_with_params()
    except EmptyResultSet:  # Django sends no query if no entry holds the value of a filter
        return group_counts(names, ())
    counting, counting_params = counting_sql(f"({sql}) chosen", names)
    return group_counts(names, fetch_rows(counting, (*params, *counting_params)))


def counting_sql(chosen: str, names: Iterable[str]) -> tuple[str, tuple]:
    """Build the SQL that counts the values of these facets, and its last parameters.

    `chosen` is what to count them in: a table or query with the name and alias `chosen`.
    """
    by_record = sorted(record_facets(EntryFilter))
    sql = (
        "SELECT f.filter, coalesce(e.slug, f.value) AS value,"
        " coalesce(e.label, t.labels ->> 'en', a.label, f.value) AS label, counted.entries"
        # Counted by id first: labels are looked up once for each value.
        " FROM (SELECT facet, count(*) AS entries"
        f"  FROM {chosen}, unnest(chosen.facets) facet"
        "  GROUP BY facet) counted"
        " JOIN orgs_facet f ON f.id = counted.facet AND f.filter = ANY (%s)"
        " LEFT JOIN orgs_entry e ON f.filter = ANY (%s) AND e.state = 'published'"
        "  AND e.id = CASE WHEN f.value ~ '^[0-9]{1,18}$' THEN f.value::bigint END"
        " LEFT JOIN orgs_term t ON t.code = f.value AND t.scheme ="
        "  CASE WHEN f.filter IN ('calls_itself', 'called') THEN 'form' ELSE f.filter END"
        " LEFT JOIN orgs_arena a ON f.filter = 'arena' AND a.code = f.value"
        # A place may be in a hidden region: the region is not counted.
        " WHERE e.id IS NOT NULL OR NOT f.filter = ANY (%s)"
        " ORDER BY 1, 4 DESC, 3, f.value"
    )
    return sql, (list(names), by_record, by_record)


def group_counts(names: Iterable[str], rows: Iterable[tuple]) -> dict[str, list[dict]]:
    """Group rows of (facet, value, label, count) by facet."""
    counts: dict[str, list[dict]] = {name: [] for name in names}
    for name, value, label, count in rows:
        counts[name].append({"value": value, "label": label, "count": count})
    return counts
