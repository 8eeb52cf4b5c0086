"""Relations of entries, counted for propositions."""

from collections import Counter as Multiset
from collections.abc import Sequence
from typing import NamedTuple

from orgs.records.kinds import RECORD_KINDS
from orgs.sql import fetch_rows

from .base import Name, Number, Text
from .queries import MAX_EXAMPLES, EntryRef, list_url


class RelationCount(NamedTuple):
    """The number of entries of a kind in a relation to a record."""

    kind: str
    predicate: str
    object: int
    total: int


class Ties:
    """The relations of some predicates, counted once for a page."""

    def __init__(self, *predicates: str) -> None:
        self.rows = [
            RelationCount(*row)
            for row in fetch_rows(
                "SELECT e.kind, split_part(f.value, ':', 1), split_part(f.value, ':', 2)::bigint,"
                " count(*)"
                " FROM (SELECT id, kind, unnest(facets) AS facet FROM orgs_entry"
                "  WHERE state = 'published') e"
                " JOIN orgs_facet f ON f.id = e.facet AND f.filter = 'related_by'"
                "  AND split_part(f.value, ':', 1) = ANY (%s)"
                " GROUP BY 1, 2, 3",
                (list(predicates),),
            )
        ]

    def by_object(self, predicate: str) -> dict[int, Multiset[str]]:
        """The entries by kind, by the record at the other end."""
        counts: dict[int, Multiset[str]] = {}
        for row in self.rows:
            if row.predicate == predicate:
                counts.setdefault(row.object, Multiset())[row.kind] += row.total
        return counts


def number_related(rule: Text, kinds: Sequence[str], predicate: str) -> Number:
    """The entries in this relation to any record: with their list, or the first if none has all."""
    total, names = related_entries(kinds, predicate)
    if kinds == RECORD_KINDS:
        return Number(rule, total, examples=names)
    return Number(rule, total, list_url(kinds[0], relation=predicate))


def related_entries(kinds: Sequence[str], predicate: str) -> tuple[int, tuple[Name, ...]]:
    """The number of entries in this relation to any record, and the first names."""
    rows = fetch_rows(
        "SELECT id, kind, slug, label, count(*) OVER () FROM orgs_entry"
        " WHERE state = 'published' AND kind = ANY (%s) AND facets && ARRAY ("
        "  SELECT id FROM orgs_facet"
        "  WHERE filter = 'related_by' AND value LIKE %s)"
        " ORDER BY sort_key, id LIMIT %s",
        (list(kinds), f"{predicate.replace('_', chr(92) + '_')}:%", MAX_EXAMPLES),
    )
    return (rows[0][4] if rows else 0), tuple(EntryRef(*row[:4]).name for row in rows)
