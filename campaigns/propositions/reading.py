"""Reading the public record for a proposition: how many entries hold what, in a few queries.

Numbers are counted from what lists are asked, so that each has a list that shows exactly what was
counted. However long the record, a page takes as many queries.
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
from orgs.projection.entry import RECORD_KINDS, Entry
from orgs.records.record import ACTORS, path_of
from orgs.statements.figure import Figure

from .base import Name, Stated, Words

BODIES = tuple(kind.value for kind in ACTORS)
NETWORKS = ("partnership",)

LISTS = {
    "organization": "/organizations/",
    "partnership": "/networks-and-coalitions/",
    "gathering": "/gatherings/",
    "campaign": "/campaigns/",
    "instrument": "/instruments/",
    "project": "/projects/",
    "demand": "/demands/",
    "case": "/cases/",
    "place": "/places/",
}
"""The list of each kind; that of organizations has networks and coalitions, too."""

MOST_ASKED = 50
"""How many values a list can be asked for at once."""

FIRST = 12
"""How many things are named where no list can be asked for them."""


def listed(kind: str, **asked: str | Iterable[str]) -> str:
    """Return the address of the list that shows what was counted; "" where none can be asked."""
    questions = {
        name: value if isinstance(value, str) else list(value) for name, value in asked.items()
    }
    if any(len(value) > MOST_ASKED or not value for value in questions.values()
           if isinstance(value, list)):  # fmt: skip
        return ""
    joined = {
        name: value if isinstance(value, str) else ",".join(sorted(value))
        for name, value in questions.items()
    }
    return LISTS[kind] + (f"?{urlencode(joined, safe=',:')}" if joined else "")


Held = dict[str, list[str]]
"""The values that an entry holds, by filter."""


class Seen(NamedTuple):
    """An entry as a page names it."""

    id: int
    kind: str
    slug: str
    label: str

    @property
    def name(self) -> Name:
        """Return how it is named, with its page."""
        return Name(self.label, path_of(self.kind, self.slug))


class Reading:
    """What entries hold of some filters, counted once for a page. Takes the filters' names."""

    def __init__(self, *filters: str) -> None:
        self.filters = list(filters)

    @cached_property
    def totals(self) -> Multiset[str]:
        """Return how many records of each kind there are."""
        rows = Entry.objects.published().of_kinds(*RECORD_KINDS).values_list("kind")
        return Multiset(dict(rows.annotate(Count("id")).order_by()))

    @cached_property
    def counts(self) -> Multiset[tuple[str, str, str]]:
        """Return how many entries of each kind hold each value: by kind, filter and value."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.kind, f.filter, f.value, count(*)"
                " FROM (SELECT kind, unnest(facets) AS facet FROM orgs_entry"
                "  WHERE state = 'published' AND kind = ANY (%s)) e"
                " JOIN orgs_facet f ON f.id = e.facet AND f.filter = ANY (%s)"
                " GROUP BY 1, 2, 3",
                (list(RECORD_KINDS), self.filters),
            )
            return Multiset({tuple(row[:3]): row[3] for row in cursor.fetchall()})

    @cached_property
    def several(self) -> Multiset[tuple[str, str, int]]:
        """Return how many entries of each kind hold so many values: by kind, filter, values."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT kind, filter, held, count(*) FROM"
                " (SELECT e.kind, f.filter, count(*) AS held"
                "  FROM (SELECT id, kind, unnest(facets) AS facet FROM orgs_entry"
                "   WHERE state = 'published' AND kind = ANY (%s)) e"
                "  JOIN orgs_facet f ON f.id = e.facet AND f.filter = ANY (%s)"
                "  GROUP BY e.id, e.kind, f.filter) one"
                " GROUP BY 1, 2, 3",
                (list(RECORD_KINDS), self.filters),
            )
            return Multiset({tuple(row[:3]): row[3] for row in cursor.fetchall()})

    @cached_property
    def words(self) -> dict[str, str]:
        """Return what the values are called in the vocabulary, by scheme and code."""
        slugs = {f"{scheme_of(name)}:{value}" for _, name, value in self.counts}
        terms = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
        return dict(terms.values_list("slug", "label"))

    def all(self, kinds: Sequence[str]) -> int:
        """Return how many records of these kinds there are."""
        return sum(self.totals[kind] for kind in kinds)

    def of(self, kinds: Sequence[str], name: str, value: str) -> int:
        """Return how many entries of these kinds hold a value of a filter."""
        return sum(self.counts[kind, name, value] for kind in kinds)

    def at_least(self, kinds: Sequence[str], name: str, least: int = 1) -> int:
        """Return how many entries of these kinds hold so many values of a filter, or more."""
        return sum(
            count
            for (kind, one, held), count in self.several.items()
            if kind in kinds and one == name and held >= least
        )

    def values(self, kinds: Sequence[str], name: str) -> list[tuple[str, int]]:
        """Return the values of a filter and how many entries hold each; the most frequent first."""
        found: Multiset[str] = Multiset()
        for (kind, one, value), count in self.counts.items():
            if kind in kinds and one == name:
                found[value] += count
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    def codes(self, kinds: Sequence[str], name: str) -> list[str]:
        """Return the values of a filter that entries of these kinds hold."""
        return [value for value, _ in self.values(kinds, name)]

    def term(self, name: str, value: str) -> Name:
        """Return what a value is called, with its definition."""
        scheme = scheme_of(name)
        label = self.words.get(f"{scheme}:{value}", value.replace("_", " "))
        return Name(label, path_of("term", f"{scheme}:{value}"))


def scheme_of(name: str) -> str:
    """Return the scheme of the terms that are values of a filter."""
    return "form" if name in ("calls_itself", "called") else name


def crossed(kinds: Sequence[str], one: str, other: str) -> Multiset[tuple[str, str]]:
    """Return how many entries of these kinds hold a value of one filter and one of another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.value, b.value, count(*) FROM orgs_entry e"
            " JOIN orgs_facet a ON a.id = ANY (e.facets) AND a.filter = %s"
            " JOIN orgs_facet b ON b.id = ANY (e.facets) AND b.filter = %s"
            " WHERE e.state = 'published' AND e.kind = ANY (%s)"
            "  AND e.facets && ARRAY (SELECT id FROM orgs_facet WHERE filter = %s)"
            " GROUP BY 1, 2",
            (one, other, list(kinds), one),
        )
        return Multiset({(row[0], row[1]): row[2] for row in cursor.fetchall()})


def facets_of(values: Iterable[str]) -> RawSQL:
    """Return the numbers of facets as one condition takes them.

    A value is `filter=value`, or `filter=` for any of a filter.
    """
    some = list(values)
    return RawSQL(
        "ARRAY (SELECT id FROM orgs_facet"
        " WHERE filter || '=' || value = ANY (%s) OR filter || '=' = ANY (%s))",
        (some, some),
    )


def holding(
    kinds: Sequence[str], every: Sequence[Iterable[str]], none: Iterable[str] = ()
) -> tuple[int, tuple[Name, ...]]:
    """Return how many entries hold one value of each of these sets and none of others, and names.

    Takes values as `facets_of` does.
    """
    entries = Entry.objects.published().of_kinds(*kinds)
    for some in every:
        entries = entries.filter(facets__overlap=facets_of(some))
    if none:
        entries = entries.exclude(facets__overlap=facets_of(none))
    rows = list(
        entries.annotate(all=Window(Count("id")))
        .order_by("sort_key", "id")
        .values_list("kind", "slug", "label", "all")[:FIRST]
    )
    names = tuple(Name(label, path_of(kind, slug)) for kind, slug, label, _ in rows)
    return (rows[0][3] if rows else 0), names


def holding_several(kinds: Sequence[str], name: str, least: int) -> tuple[Name, ...]:
    """Return the first entries of these kinds that hold so many values of a filter, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.kind, e.slug, e.label FROM orgs_entry e"
            " JOIN orgs_facet f ON f.id = ANY (e.facets) AND f.filter = %s"
            " WHERE e.state = 'published' AND e.kind = ANY (%s)"
            "  AND e.facets && ARRAY (SELECT id FROM orgs_facet WHERE filter = %s)"
            " GROUP BY e.id HAVING count(*) >= %s ORDER BY e.sort_key, e.id LIMIT %s",
            (name, list(kinds), name, least, FIRST),
        )
        return tuple(Name(label, path_of(kind, slug)) for kind, slug, label in cursor.fetchall())


def named(numbers: Iterable[int]) -> dict[int, Seen]:
    """Return the public entries of these numbers, by number."""
    entries = Entry.objects.published().filter(id__in=set(numbers))
    return {row[0]: Seen(*row) for row in entries.values_list("id", "kind", "slug", "label")}


def held(kinds: Sequence[str], filters: Sequence[str], most: int) -> list[tuple[Seen, Held]]:
    """Return the first entries of these kinds that hold any of these filters, with what they hold.

    Those that hold most come first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.kind, e.slug, e.label, array_agg(f.filter), array_agg(f.value)"
            " FROM orgs_entry e"
            " JOIN orgs_facet f ON f.id = ANY (e.facets) AND f.filter = ANY (%s)"
            " WHERE e.state = 'published' AND e.kind = ANY (%s)"
            " GROUP BY e.id ORDER BY count(*) DESC, e.sort_key, e.id LIMIT %s",
            (list(filters), list(kinds), most),
        )
        found = []
        for *seen, names, values in cursor.fetchall():
            pairs: Held = {name: [] for name in filters}
            for name, value in zip(names, values, strict=True):
                pairs[name].append(value)
            found.append((Seen(*seen), pairs))
        return found


def figures(measures: Sequence[str], today: date) -> tuple[Stated, ...]:
    """Return the first figures of these measures: what sources count themselves."""
    return stated(public_statements(Figure, today).filter(measure__code__in=measures))


def shares(kinds: Sequence[str], today: date) -> tuple[Stated, ...]:
    """Return the first figures in percent about records of these kinds."""
    return stated(public_statements(Figure, today).filter(unit="percent", record__kind__in=kinds))


def stated(rows: QuerySet) -> tuple[Stated, ...]:
    """Return the first of these figures as pages tell them."""
    rows = rows.values_list(
        "record", "measure__code", "measure__labels__en", "low", "high", "unit", "detail", "id"
    )[:FIRST]
    about = named(row[0] for row in rows)
    return tuple(
        Stated(
            Name(label, path_of("term", f"measure:{code}")),
            {"low": low, "high": high, "unit": said, "label": label},
            about[which].name,
            detail,
            statement,
        )
        for which, code, label, low, high, said, detail, statement in rows
        if which in about
    )


def termed(heading_of: Iterable[tuple[Words, Iterable[str]]]) -> tuple:
    """Return the terms under each heading by their labels. Takes slugs of terms by heading."""
    groups = [(heading, list(slugs)) for heading, slugs in heading_of]
    wanted = {slug for _, slugs in groups for slug in slugs}
    terms = Entry.objects.published().of_kinds("term").filter(slug__in=wanted)
    labels = dict(terms.values_list("slug", "label"))
    return tuple(
        (heading, tuple(Name(labels[slug], path_of("term", slug))
                        for slug in slugs if slug in labels))
        for heading, slugs in groups
    )  # fmt: skip
