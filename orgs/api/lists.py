"""Lists of the API: entries with filters, page by page or complete."""

import json
from itertools import starmap
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from orgs.projection.entry import Entry
from orgs.search.facets import facet_counts
from orgs.search.filter_types import FacetFilter
from orgs.search.filters import EntryFilter
from orgs.search.paging import (
    LARGEST_LIMIT,
    LIMIT,
    Page,
    decode_cursor,
    iterate_documents,
    paginate,
    paginate_in_one_query,
)

from . import response_serializers, serializers
from .exports import Exports, Fields
from .http import (
    CatalogueVersion,
    choices_param,
    current_version,
    document_bytes,
    entry_json,
    fields_json,
    integer_param,
    list_json,
)
from .openapi import (
    ALL,
    BOM,
    CURSOR,
    ENTRY_FORMATS,
    FORMAT,
    FORMAT_OR_GRAPH,
    FORMATS,
    GRAPH_FORMATS,
    KNOWN_AT,
    LIMIT_OR_ALL,
    TABLE_FORMATS,
    UNPAGED_FORMATS,
    array_parameter,
    filter_parameter,
    sort_parameter,
)

ONLY_RECORDS = (
    "Only records have earlier versions, and lists of memberships accept as_of: "
    "this resource is always current. Omit this parameter."
)

REFUSE_AS_OF = {"as_of": ONLY_RECORDS}
REFUSE_KNOWN_AT = {"known_at": ONLY_RECORDS}

NO_PAGES_AS_KNOWN = (
    "A list accepts known_at only with limit=all or format=csv. Otherwise use known_at with one "
    "item or its history, or omit it."
)

NO_FILTERS_AS_KNOWN = (
    "Filters cannot be combined with known_at: an earlier version is exported whole. Omit "
    "this parameter, or omit known_at."
)

FIELDS_HELP = "Only these fields of each document."
LIST_COLUMNS = ("id", "sort_key", "document", "findings", "change", "updated")
Parameters = list[OpenApiParameter]
Counts = dict[str, list[dict]]


class Listing(Exports):
    """Entries of some kinds, as a list with filters."""

    kinds: tuple[str, ...]
    filterset_class: type[EntryFilter]
    takes_clocks = False
    """Whether `as_of` and `known_at` are accepted: for records."""

    def list(self, request: Request) -> HttpResponseBase:
        """The entries that match all filters."""
        sort = self.sort_order()
        given_limit = self.params.get("limit") or (
            ALL if self.format in UNPAGED_FORMATS else str(LIMIT)
        )
        is_complete = given_limit == ALL or self.format in GRAPH_FORMATS
        limit = (
            LIMIT if is_complete else integer_param(self.params, "limit", LIMIT, 1, LARGEST_LIMIT)
        )
        fields = self.selected_fields()
        facets = choices_param(self.params, "facets", self.facet_names())
        cursor = self.params.get("cursor", "")
        decode_cursor(cursor, sort)
        self.check_combinations(is_complete)
        filters = self.filters()
        # All parameters are validated before this: a client with a valid ETag sent a valid request.
        version = current_version()
        etag = self.etag(version)
        needs_count = sort == "relevance" or facets
        if filters and needs_count and not is_complete and self.format not in GRAPH_FORMATS:
            if self.client_has(etag):
                return self.not_modified(etag)
            page = self.search_page(filters, sort, cursor, limit, facets)
            return self.respond_page(page, fields, version, page.facets if facets else None)
        entries = filters.qs if filters else Entry.objects.published().of_kinds(*self.kinds)
        if self.format in GRAPH_FORMATS:
            return self.graph(entries, sort, version)
        if is_complete and self.params.get("known_at"):
            return self.export_as_known(entries, sort, fields, version)
        if self.client_has(etag):
            return self.not_modified(etag)
        if is_complete:
            documents = starmap(document_bytes, iterate_documents(entries, sort))
            return self.export(documents, fields, version, version.change, etag)
        page = paginate(entries.only(*LIST_COLUMNS), sort, cursor, limit)
        counts = facet_counts(entries, facets) if facets else None
        return self.respond_page(page, fields, version, counts)

    def search_page(
        self, filters: EntryFilter, sort: str, cursor: str, limit: int, facets: Fields
    ) -> Page:
        """A page of a search, in one query; falls back to fuzzy matching without results."""
        page = paginate_in_one_query(
            filters.exact_matches(), LIST_COLUMNS, sort, cursor, limit, facets
        )
        if page.count or not self.params.get("q"):
            return page
        return paginate_in_one_query(filters.qs, LIST_COLUMNS, sort, cursor, limit, facets)

    def respond_page(
        self, page: Page, fields: Fields, version: CatalogueVersion, counts: Counts | None
    ) -> HttpResponse:
        """One page in a format that has pages; JSON has the facet counts, unless they are None."""
        results = [entry_json(entry) for entry in page.rows]
        etag = self.etag(version)
        page_links = {
            "next": self.page_url("cursor", page.next),
            "prev": self.page_url("cursor", page.previous),
        }
        if self.format == "jsonld":
            text = "".join(chunk.decode() for chunk in self.write_jsonld(results, version))
            return self.respond(text, etag, page_links)
        if self.format == "csv":
            table = self.write_csv(map(json.loads, results), fields)
            return self.respond(b"".join(table), etag, page_links)
        if fields:
            results = [fields_json(json.loads(text), fields) for text in results]
        text = list_json(results, page.count, page.count_is, page_links, counts)
        return self.respond(text, etag, page_links)

    def check_combinations(self, is_complete: bool) -> None:
        """Refuse parameters that exclude each other. Raises ValidationError, by parameter."""
        given = {name for name in self.params if self.params.get(name, "").strip()}
        problems = {}
        if is_complete and "cursor" in given:
            problems["cursor"] = "The whole answer has no further pages. Leave this out."
        if self.format in GRAPH_FORMATS and given & {"limit"} and self.params["limit"] != ALL:
            problems["limit"] = "A graph is the whole answer. Leave this out, or ask for JSON."
        if self.format not in TABLE_FORMATS and "bom" in given:
            problems["bom"] = "Only a CSV begins with a byte order mark. Leave this out."
        if (is_complete or self.format != "json") and "facets" in given:
            problems["facets"] = "Counts come with the pages of format=json. Leave this out."
        if "known_at" in given and not is_complete:
            problems["known_at"] = NO_PAGES_AS_KNOWN
        elif "known_at" in given:
            filters = given & set(self.filterset_class.base_filters)
            problems |= dict.fromkeys(sorted(filters), NO_FILTERS_AS_KNOWN)
        if problems:
            raise ValidationError(problems)

    def selected_fields(self) -> Fields:
        """The fields, or columns of a CSV, to respond with; empty for all.

        Raises ValidationError for unknown ones, and for formats that are always complete.
        """
        if self.format == "jsonld" and self.params.get("fields"):
            raise ValidationError(
                {"fields": "Linked data is always complete. Omit this parameter."}
            )
        if self.format in GRAPH_FORMATS and self.params.get("fields"):
            raise ValidationError({"fields": "A graph is always complete. Omit this parameter."})
        if self.format == "csv":
            return choices_param(self.params, "fields", [column.name for column in self.columns])
        return choices_param(self.params, "fields", serializers.field_names(*self.kinds))

    @property
    def formats(self) -> tuple[str, ...]:
        """Graphs are formats of lists of records only; histories are JSON."""
        if self.action == "list" and self.takes_clocks:
            return tuple(FORMATS)
        return ENTRY_FORMATS if self.action in ("list", "retrieve") else ("json",)

    def sort_order(self) -> str:
        """By relevance when searching, by name otherwise, unless `sort` is given."""
        is_search = bool(self.params.get("q", "").strip())
        orders = [*self.filterset_class.orders, *(["relevance"] if is_search else [])]
        given = choices_param(self.params, "sort", orders)
        if len(given) > 1:
            raise ValidationError({"sort": f"Choose one of {', '.join(orders)}."})
        return given[0] if given else ("relevance" if is_search else "name")

    def filters(self) -> EntryFilter | None:
        """The validated filters, None without any.

        Raises ValidationError, by filter, for invalid values and for values that name no entry.
        """
        if not any(any(self.params.getlist(name)) for name in self.filterset_class.base_filters):
            return None
        entries = Entry.objects.published().of_kinds(*self.kinds)
        filters = self.filterset_class(self.params, entries)
        if not filters.form.is_valid():
            raise ValidationError(filters.form.errors.as_data())
        if unknown := filters.unknown_values():
            raise ValidationError(unknown)
        return filters

    def facet_names(self) -> tuple[str, ...]:
        """The filters whose values can be counted: those with a facet of their own."""
        return tuple(
            name
            for name, filter in self.filterset_class.base_filters.items()
            if isinstance(filter, FacetFilter) and not filter.prefix and name != "trait"
        )

    def refused_params(self) -> dict[str, str]:
        """The clocks that do not apply."""
        if self.takes_clocks:
            return {}
        if "as_of" in self.filterset_class.base_filters:
            return REFUSE_KNOWN_AT
        return REFUSE_AS_OF | REFUSE_KNOWN_AT

    def parameters(self) -> Parameters:
        filters = self.filterset_class.base_filters.items()
        refused = self.refused_params()
        return [
            *(filter_parameter(name, filter) for name, filter in filters if name not in refused),
            *((KNOWN_AT,) if self.takes_clocks else ()),
            LIMIT_OR_ALL,
            CURSOR,
            sort_parameter(self.filterset_class.orders),
            self.fields_parameter(f"these columns:\n{self.describe_columns()}"),
            array_parameter("facets", "Count the values of these questions.", self.facet_names()),
            FORMAT_OR_GRAPH if self.takes_clocks else FORMAT,
            BOM,
        ]

    def fields_parameter(self, columns: str) -> OpenApiParameter:
        """The parameter `fields`; `columns` describes those of the CSV."""
        names = [column.name for column in self.columns]
        choices = dict.fromkeys([*serializers.field_names(*self.kinds), *names])
        return array_parameter("fields", f"{FIELDS_HELP} Of a CSV, only {columns}", tuple(choices))

    def describe_columns(self) -> str:
        return "".join(f"\n- `{column.name}`: {column.about}" for column in self.columns)

    def response_serializer(self) -> Any:
        if self.action == "list":
            return response_serializers.list_serializer(*self.kinds)()
        return serializers.document_serializer(*self.kinds)

    def purpose(self) -> str:
        about = super().purpose()
        return f"{about}\n\nIn a total order, with pages by keys: nothing is shown twice."
