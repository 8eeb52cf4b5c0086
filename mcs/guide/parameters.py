"""Query parameters with example values that have results in this catalogue."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from orgs.api.lists import Listing
from orgs.api.openapi import ALL, COMMON_EXAMPLES
from orgs.projection.entry import Entry
from orgs.records.kinds import KINDS, RECORD_KINDS, EntryKind
from orgs.search.facets import facet_counts
from orgs.search.filter_types import FacetFilter, MentionsFilter
from orgs.search.filters import PLACE

from .reference import Endpoint, Field

SAMPLE_SIZE = 200
"""Entries from which example values are taken: more would be slow."""


@dataclass(frozen=True)
class Parameter:
    """A query parameter with an example that has results."""

    field: Field
    example: str = ""
    address: str = ""
    """Of the example."""
    scheme: str = ""
    """Of the vocabulary of its values."""
    kinds: tuple[str, ...] = ()
    """Of the records that are its values."""

    @property
    def list_links(self) -> list[EntryKind]:
        """The kinds of its values, each with a list."""
        return [KINDS[kind] for kind in self.kinds]


def build_example(endpoint: Endpoint, name: str, value: str, slug: str) -> tuple[str, str]:
    """The query with this value, and its address.

    Both are "" without a value, and for the endpoint of an item without a slug.
    """
    if not value or ("{name}" in endpoint.path and not slug):
        return "", ""
    params = {name: value}
    if name == "known_at" and "{name}" not in endpoint.path:
        # Lists take `known_at` only with all results.
        params["limit"] = ALL
    query = urlencode(params, safe=",:")
    return query, f"{endpoint.path.replace('{name}', quote(slug, safe=':'))}?{query}"


class ExampleValues:
    """Example values of the parameters of a collection, from the catalogue.

    `change` is the change of the item in the examples.
    """

    def __init__(self, view: type[Listing], change: int) -> None:
        self.change = change
        self.filters = view.filterset_class.base_filters
        entries = Entry.objects.published().of_kinds(*view.kinds)
        sample = entries.order_by("sort_key", "id").values("id")[:SAMPLE_SIZE]
        self.counts = facet_counts(
            entries.filter(id__in=sample), [*view().facet_names(), "related_by"]
        )
        terms = Entry.objects.published().of_kinds("term")
        self.schemes = {count["value"] for count in facet_counts(terms, ["scheme"])["scheme"]}
        self.slugs = self._related()

    def parameter(self, field: Field, endpoint: Endpoint, slug: str) -> Parameter:
        filter = self.filters.get(field.name)
        return Parameter(
            field,
            *build_example(endpoint, field.name, self.example(field), slug),
            self.scheme(field.name),
            RECORD_KINDS if isinstance(filter, MentionsFilter) else getattr(filter, "kinds", ()),
        )

    def scheme(self, name: str) -> str:
        """The scheme of the vocabulary of a parameter's values, or ""."""
        filter = self.filters.get(name)
        if not isinstance(filter, FacetFilter) or filter.kinds:
            return ""
        facet = {"calls_itself": "form", "called": "form"}.get(name, filter.facet_name)
        return facet if facet in self.schemes else ""

    def example(self, field: Field) -> str:
        """A value with results in this catalogue, or ""."""
        if field.name in COMMON_EXAMPLES:
            return COMMON_EXAMPLES[field.name]
        if field.name == "known_at":
            return str(self.change)
        if field.name == "facets":
            return field.values[0][0] if field.values else ""
        if field.name == "trait":
            return self._term()
        if field.name == "mentions":
            return self._value("source")
        return self._value(field.name) or self.slugs.get(field.name, "")

    def _value(self, name: str) -> str:
        counts = self.counts.get(name) or [{"value": ""}]
        # The most frequent places are the world and continents; readers look for one country.
        rarest = getattr(self.filters.get(name), "kinds", ()) == PLACE
        return counts[-1 if rarest else 0]["value"]

    def _term(self) -> str:
        for name in self.counts:
            scheme = self.scheme(name)
            if scheme and self._value(name) and name not in ("voice", "event", "arena", "measure"):
                return f"{scheme}:{self._value(name)}"
        return ""

    def _related(self) -> dict[str, str]:
        """By parameter, the slug of a record with incoming relations of that predicate."""
        parameters = {
            filter.prefix: name
            for name, filter in self.filters.items()
            if isinstance(filter, FacetFilter) and filter.prefix
        }
        pks: dict[str, str] = {}
        for count in self.counts["related_by"]:
            prefix, _, pk = count["value"].rpartition(":")
            if name := parameters.get(f"{prefix}:"):
                pks.setdefault(name, pk)
        rows = Entry.objects.published().filter(id__in=pks.values()).values_list("id", "slug")
        slugs = {str(pk): slug for pk, slug in rows}
        return {name: slugs[pk] for name, pk in pks.items() if pk in slugs}
