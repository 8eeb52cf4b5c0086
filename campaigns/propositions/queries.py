"""Queries about the public record for propositions, a fixed number of them for a page.

Numbers are counted from the facets that lists filter by, so that each number can link to a list of
exactly the entries counted.
"""

from collections import Counter as Multiset
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, QuerySet, Window
from django.db.models.expressions import RawSQL

from campaigns.analysis.facts import public_statements
from orgs.projection.analysis import NOT_ENOUGH
from orgs.projection.entry import Entry
from orgs.records.kinds import KINDS, RECORD_KINDS, path_of
from orgs.sql import fetch_rows
from orgs.statements.figure import Figure

from .base import Name, Number, Picture, SourceFigure, Text, bars

NETWORKS = ("partnership",)

MAX_LIST_VALUES = 50
"""A list takes at most this many values of a filter."""

MAX_EXAMPLES = 12
"""The entries named beside a number that has no list."""


def list_url(kind: str, **params: str | Iterable[str]) -> str:
    """The address of a list with these filters; "" if a filter has no values or too many."""
    values_by_name = {
        name: value if isinstance(value, str) else list(value) for name, value in params.items()
    }
    if any(len(value) > MAX_LIST_VALUES or not value for value in values_by_name.values()
           if isinstance(value, list)):  # fmt: skip
        return ""
    query = {
        name: value if isinstance(value, str) else ",".join(sorted(value))
        for name, value in values_by_name.items()
    }
    return KINDS[kind].list_url + (f"?{urlencode(query, safe=',:')}" if query else "")


def value_url(kinds: Sequence[str], name: str, value: str) -> str:
    """The list of the entries with a value; the search, if the kinds have no common list."""
    if kinds == RECORD_KINDS:
        return f"/search/?trait={name}:{value}"
    return list_url(kinds[0], **{name: value})


ValuesByFilter = dict[str, list[str]]


class EntryRef(NamedTuple):
    id: int
    kind: str
    slug: str
    label: str

    @property
    def name(self) -> Name:
        return Name(self.label, path_of(self.kind, self.slug))


class FacetCounts:
    """The values that entries have for some filters, counted once for a page."""

    def __init__(self, *filters: str) -> None:
        self.filters = list(filters)

    @cached_property
    def totals(self) -> Multiset[str]:
        """Records by kind."""
        rows = Entry.objects.published().of_kinds(*RECORD_KINDS).values_list("kind")
        return Multiset(dict(rows.annotate(Count("id")).order_by()))

    @cached_property
    def counts(self) -> Multiset[tuple[str, str, str]]:
        """Entries by (kind, filter, value)."""
        return Multiset(
            {
                tuple(row[:3]): row[3]
                for row in fetch_rows(
                    "SELECT e.kind, f.filter, f.value, count(*)"
                    " FROM (SELECT kind, unnest(facets) AS facet FROM orgs_entry"
                    "  WHERE state = 'published' AND kind = ANY (%s)) e"
                    " JOIN orgs_facet f ON f.id = e.facet AND f.filter = ANY (%s)"
                    " GROUP BY 1, 2, 3",
                    (list(RECORD_KINDS), self.filters),
                )
            }
        )

    @cached_property
    def value_counts(self) -> Multiset[tuple[str, str, int]]:
        """Entries by (kind, filter, number of values they have)."""
        return Multiset(
            {
                tuple(row[:3]): row[3]
                for row in fetch_rows(
                    "SELECT kind, filter, value_count, count(*) FROM"
                    " (SELECT e.kind, f.filter, count(*) AS value_count"
                    "  FROM (SELECT id, kind, unnest(facets) AS facet FROM orgs_entry"
                    "   WHERE state = 'published' AND kind = ANY (%s)) e"
                    "  JOIN orgs_facet f ON f.id = e.facet AND f.filter = ANY (%s)"
                    "  GROUP BY e.id, e.kind, f.filter) counted"
                    " GROUP BY 1, 2, 3",
                    (list(RECORD_KINDS), self.filters),
                )
            }
        )

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of the values that are terms, by `scheme:code`."""
        slugs = {f"{scheme_of(name)}:{value}" for _, name, value in self.counts}
        terms = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
        return dict(terms.values_list("slug", "label"))

    def count(self, kinds: Sequence[str], name: str, value: str) -> int:
        return sum(self.counts[kind, name, value] for kind in kinds)

    def at_least(self, kinds: Sequence[str], name: str, least: int = 1) -> int:
        """The number of entries with at least so many values."""
        return sum(
            count
            for (kind, row_filter, values), count in self.value_counts.items()
            if kind in kinds and row_filter == name and values >= least
        )

    def values(self, kinds: Sequence[str], name: str) -> list[tuple[str, int]]:
        """Values with their number of entries, the most frequent first."""
        totals: Multiset[str] = Multiset()
        for (kind, row_filter, value), count in self.counts.items():
            if kind in kinds and row_filter == name:
                totals[value] += count
        return sorted(totals.items(), key=lambda item: (-item[1], item[0]))

    def with_value(self, rule: Text, kinds: Sequence[str], name: str, value: str) -> Number:
        """The entries with this value, with their list."""
        return Number(rule, self.count(kinds, name, value), value_url(kinds, name, value))

    def with_several(self, rule: Text, kinds: Sequence[str], name: str, least: int = 1) -> Number:
        """The entries with at least so many values. No list counts values: names the first."""
        return Number(
            rule,
            self.at_least(kinds, name, least),
            examples=entries_with_several(kinds, name, least),
        )

    def bars(
        self, sentence: Text, corner: Text, column: Text, kinds: Sequence[str], name: str
    ) -> Picture:
        """The values of a filter with their number of entries, each with its list."""
        rows = [
            (self.term(name, code), count, value_url(kinds, name, code))
            for code, count in self.values(kinds, name)
        ]
        return bars(sentence, corner, column, rows)

    def codes(self, kinds: Sequence[str], name: str) -> list[str]:
        return [value for value, _ in self.values(kinds, name)]

    def term(self, name: str, value: str) -> Name:
        scheme = scheme_of(name)
        label = self.labels.get(f"{scheme}:{value}", value.replace("_", " "))
        return Name(label, path_of("term", f"{scheme}:{value}"))


def scheme_of(name: str) -> str:
    """The scheme of the terms that are values of a filter."""
    return "form" if name in ("calls_itself", "called") else name


def cross_counts(
    kinds: Sequence[str], first_filter: str, second_filter: str
) -> Multiset[tuple[str, str]]:
    """Entries of these kinds by (value of the first filter, value of the second)."""
    return Multiset(
        {
            (row[0], row[1]): row[2]
            for row in fetch_rows(
                "SELECT a.value, b.value, count(*) FROM orgs_entry e"
                " JOIN orgs_facet a ON a.id = ANY (e.facets) AND a.filter = %s"
                " JOIN orgs_facet b ON b.id = ANY (e.facets) AND b.filter = %s"
                " WHERE e.state = 'published' AND e.kind = ANY (%s)"
                "  AND e.facets && ARRAY (SELECT id FROM orgs_facet WHERE filter = %s)"
                " GROUP BY 1, 2",
                (first_filter, second_filter, list(kinds), first_filter),
            )
        }
    )


def facet_ids(values: Iterable[str]) -> RawSQL:
    """Facet ids as one condition takes them. A value is `filter=value`, or `filter=` for any."""
    values_list = list(values)
    return RawSQL(
        "ARRAY (SELECT id FROM orgs_facet"
        " WHERE filter || '=' || value = ANY (%s) OR filter || '=' = ANY (%s))",
        (values_list, values_list),
    )


def matching_entries(
    kinds: Sequence[str], every: Sequence[Iterable[str]], none: Iterable[str] = ()
) -> tuple[int, tuple[Name, ...]]:
    """The number of entries with a value of each set in `every` and none of `none`, and some names.

    Values are written as for `facet_ids`.
    """
    entries = Entry.objects.published().of_kinds(*kinds)
    for values in every:
        entries = entries.filter(facets__overlap=facet_ids(values))
    if none:
        entries = entries.exclude(facets__overlap=facet_ids(none))
    rows = list(
        entries.annotate(all=Window(Count("id")))
        .order_by("sort_key", "id")
        .values_list("kind", "slug", "label", "all")[:MAX_EXAMPLES]
    )
    names = tuple(Name(label, path_of(kind, slug)) for kind, slug, label, _ in rows)
    return (rows[0][3] if rows else 0), names


def number_matching(
    rule: Text, kinds: Sequence[str], every: Sequence[Iterable[str]], none: Iterable[str] = ()
) -> Number:
    """The entries that `matching_entries` finds, with the names of the first."""
    total, names = matching_entries(kinds, every, none)
    return Number(rule, total, examples=names)


def entries_with_several(kinds: Sequence[str], name: str, least: int) -> tuple[Name, ...]:
    """The first entries of these kinds with at least so many values of a filter."""
    return tuple(
        Name(label, path_of(kind, slug))
        for kind, slug, label in fetch_rows(
            "SELECT e.kind, e.slug, e.label FROM orgs_entry e"
            " JOIN orgs_facet f ON f.id = ANY (e.facets) AND f.filter = %s"
            " WHERE e.state = 'published' AND e.kind = ANY (%s)"
            "  AND e.facets && ARRAY (SELECT id FROM orgs_facet WHERE filter = %s)"
            " GROUP BY e.id HAVING count(*) >= %s ORDER BY e.sort_key, e.id LIMIT %s",
            (name, list(kinds), name, least, MAX_EXAMPLES),
        )
    )


def entries_by_id(numbers: Iterable[int]) -> dict[int, EntryRef]:
    entries = Entry.objects.published().filter(id__in=set(numbers))
    return {row[0]: EntryRef(*row) for row in entries.values_list("id", "kind", "slug", "label")}


def entries_with_values(
    kinds: Sequence[str], filters: Sequence[str], most: int, least: int = 1
) -> tuple[int, list[tuple[EntryRef, ValuesByFilter]]]:
    """The number of entries with known values of at least `least` of these filters, and the first.

    Those with values of the most filters come first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.kind, e.slug, e.label, array_agg(f.filter), array_agg(f.value),"
            " count(*) OVER () FROM orgs_entry e"
            " JOIN orgs_facet f ON f.id = ANY (e.facets) AND f.filter = ANY (%s)"
            " WHERE e.state = 'published' AND e.kind = ANY (%s) AND f.value <> %s"
            " GROUP BY e.id HAVING count(DISTINCT f.filter) >= %s"
            " ORDER BY count(DISTINCT f.filter) DESC, count(*) DESC, e.sort_key, e.id LIMIT %s",
            (list(filters), list(kinds), NOT_ENOUGH, least, most),
        )
        total, entries = 0, []
        for *entry, names, values, total in cursor.fetchall():  # noqa: B007
            pairs: ValuesByFilter = {name: [] for name in filters}
            for name, value in zip(names, values, strict=True):
                pairs[name].append(value)
            entries.append((EntryRef(*entry), pairs))
        return total, entries


def figures(measures: Sequence[str], today: date) -> tuple[SourceFigure, ...]:
    """The first figures of these measures."""
    return source_figures(public_statements(Figure, today).filter(measure__code__in=measures))


def shares(kinds: Sequence[str], today: date) -> tuple[SourceFigure, ...]:
    """The first figures in percent about records of these kinds."""
    return source_figures(
        public_statements(Figure, today).filter(unit="percent", record__kind__in=kinds)
    )


def source_figures(statements: QuerySet) -> tuple[SourceFigure, ...]:
    statements = statements.values_list(
        "record", "measure__code", "measure__labels__en", "low", "high", "unit", "detail", "id"
    )[:MAX_EXAMPLES]
    about = entries_by_id(row[0] for row in statements)
    return tuple(
        SourceFigure(
            Name(label, path_of("term", f"measure:{code}")),
            {"low": low, "high": high, "unit": unit, "label": label},
            about[record].name,
            detail,
            statement,
        )
        for record, code, label, low, high, unit, detail, statement in statements
        if record in about
    )


def group_terms(slugs_by_heading: Iterable[tuple[Text, Iterable[str]]]) -> tuple:
    """The terms under each heading, named by their labels; unknown slugs are left out."""
    groups = [(heading, list(slugs)) for heading, slugs in slugs_by_heading]
    all_slugs = {slug for _, slugs in groups for slug in slugs}
    terms = Entry.objects.published().of_kinds("term").filter(slug__in=all_slugs)
    labels = dict(terms.values_list("slug", "label"))
    return tuple(
        (heading, tuple(Name(labels[slug], path_of("term", slug))
                        for slug in slugs if slug in labels))
        for heading, slugs in groups
    )  # fmt: skip
