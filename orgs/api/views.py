"""The views of the API: entries as JSON, with the same filters under the same names as the pages.

A collection declares its kinds of entry and its filters; the base class does the rest. Documents
are read from the entries, where they are stored ready. Other clocks and histories come from
`orgs.search.history`, limited to public statements.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import starmap
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from orgs.changes.changeset import Changeset
from orgs.projection.addresses import resolve
from orgs.projection.entry import (
    ADDRESS_COLUMNS,
    DOCUMENT_COLUMNS,
    Entry,
    EntryChange,
    EntryQuerySet,
)
from orgs.projection.install import document_version
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, api_path
from orgs.search.filters import (
    ArenaFilter,
    EntryFilter,
    FacetFilter,
    MembershipFilter,
    OrganizationFilter,
    PartnershipFilter,
    PlaceFilter,
    SourceFilter,
    TermFilter,
    facet_counts,
    parse_days,
)
from orgs.search.history import document_at, documents_at, parse_known_at, record_history
from orgs.search.paging import (
    COUNT_LIMIT,
    LARGEST_LIMIT,
    LIMIT,
    Page,
    decode_cursor,
    iterate_documents,
    iterate_rows,
    paginate,
    paginate_in_one_query,
)
from orgs.sql import fetch_row, fetch_rows

from . import graphs, jsonld, serializers
from .csv import (
    ACTORS,
    ARENAS,
    COMMON_COLUMNS,
    MEMBERSHIPS,
    PLACES,
    SOURCES,
    TERMS,
    Column,
    write_table,
)
from .http import (
    ApiViewSet,
    CatalogueVersion,
    Moved,
    NotYetRecorded,
    choices_param,
    current_version,
    document_bytes,
    entry_json,
    etag_of,
    fields_json,
    integer_param,
    iso_time,
    list_json,
    stream_list,
)
from .openapi import (
    ALL,
    AS_OF,
    BOM,
    CURSOR,
    ENTRY_FORMATS,
    FORMAT,
    FORMAT_OF_ITEM,
    FORMAT_OR_GRAPH,
    FORMATS,
    GRAPH_FORMATS,
    JSON,
    KNOWN_AT,
    LICENCE,
    LIMIT_OR_ALL,
    LIMIT_PARAMETER,
    SINCE,
    TABLE_FORMATS,
    UNPAGED_FORMATS,
    array_parameter,
    filter_parameter,
    sort_parameter,
)

__all__ = ("COLLECTIONS", "Collection", "Listing", "RecordCollection", "routes")

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
TOO_MANY_AS_KNOWN = (
    f"Exports of an earlier change are composed one by one, for up to {COUNT_LIMIT} entries; here "
    "are more. Ask for the items one by one, or leave known_at out."
)
TOO_MANY_AS_OF = (
    f"Graphs of another day are composed record by record, for up to {COUNT_LIMIT} that answer; "
    "here are more. Ask more narrowly, or leave as_of out."
)
FIELDS_HELP = "Only these fields of each document."
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
LIST_COLUMNS = ("id", "sort_key", "document", "findings", "change", "updated")

Parsed = TypeVar("Parsed")
Parameters = list[OpenApiParameter]
Fields = list[str]
Counts = dict[str, list[dict]]


class Listing(ApiViewSet):
    """Entries of some kinds, as a list with filters."""

    kinds: tuple[str, ...]
    filterset_class: type[EntryFilter]
    takes_clocks = False
    """Whether `as_of` and `known_at` are accepted: for records."""

    columns: tuple[Column, ...] = COMMON_COLUMNS
    """The columns of its CSV."""

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

    def export(
        self,
        documents: Iterator[bytes],
        fields: Fields,
        version: CatalogueVersion,
        known_at: int,
        etag: str,
    ) -> HttpResponseBase:
        """Stream the complete list as a file.

        The documents are JSON in UTF-8, as of the change `known_at`.
        """
        if self.format == "csv":
            chunks = self.write_csv((json.loads(text) for text in documents), fields)
        elif self.format == "jsonld":
            chunks = self.write_jsonld(documents, version)
        else:
            head = {
                "licence": LICENCE,
                "retrieved": version.day.isoformat(),
                "known_at": known_at,
            }
            if fields:
                documents = (fields_json(json.loads(text), fields).encode() for text in documents)
            chunks = stream_list(head, "results", documents)
        return self.download(chunks, self.file_name(version, known_at), etag)

    def file_name(self, version: CatalogueVersion, known_at: int) -> str:
        """Without extension."""
        collection = self.request.path.rstrip("/").rpartition("/")[2]
        return f"{collection}-{version.day}-change-{known_at}"

    def export_as_known(
        self, entries: EntryQuerySet, sort: str, fields: Fields, version: CatalogueVersion
    ) -> HttpResponseBase:
        """Stream the complete list as it was known at a change.

        What is hidden now is left out. The response is composed each time, and has no ETag. Raises
        ValidationError for a change that does not exist yet, and for too many entries.
        """
        known_at = known_at_param(self.params, version.change)
        assert known_at is not None  # noqa: S101 - called only with this parameter
        if entries[: COUNT_LIMIT + 1].count() > COUNT_LIMIT:
            raise ValidationError({"known_at": TOO_MANY_AS_KNOWN})
        change = _last_change(known_at)
        ids = iterate_rows(entries, sort, "id")
        recalled = documents_at((pk for (pk,) in ids), known_at=known_at)
        documents = (fields_json(document | change, []).encode() for document in recalled)
        return self.export(documents, fields, version, known_at, "")

    def graph(
        self, entries: EntryQuerySet, sort: str, version: CatalogueVersion
    ) -> HttpResponseBase:
        """Stream the graph of every record among the entries.

        At other clocks records are composed on request; with `known_at` there is no ETag, as in
        `export_as_known`. Raises ValidationError as that does, also for `as_of`.
        """
        days = _parse_param(self.params, "as_of", parse_days)
        known_at = known_at_param(self.params, version.change)
        entries = entries.of_kinds(*RECORD_KINDS)
        is_recalled = days is not None or known_at is not None
        if is_recalled and entries[: COUNT_LIMIT + 1].count() > COUNT_LIMIT:
            raise ValidationError(
                {"as_of": TOO_MANY_AS_OF} if known_at is None else {"known_at": TOO_MANY_AS_KNOWN}
            )
        etag = self.etag(version) if known_at is None else ""
        if etag and self.client_has(etag):
            return self.not_modified(etag)

        def find_documents(keys: list[str]) -> dict[str, dict]:
            matches = Entry.objects.published().of_kinds(*RECORD_KINDS).filter(key__in=keys)
            if is_recalled:
                ids = matches.values_list("id", flat=True)
                documents = documents_at(ids, days, known_at, with_findings=False)
            else:
                # A card has all attributes of a node, and is smaller than a document.
                cards = matches.values_list("card", flat=True)
                documents = map(graphs.document_from_card, cards)
            return {document["id"]: document for document in documents}

        column = "id" if is_recalled else "document"
        rows = (row for (row,) in iterate_rows(entries, sort, column))
        documents = (
            documents_at(rows, days, known_at, with_findings=False)
            if is_recalled
            else map(json.loads, rows)
        )
        change = version.change if known_at is None else known_at
        if self.format == "edges":
            chunks = graphs.write_edge_list(documents, self.params.get("bom") == "1")
        else:
            head = {
                "licence": LICENCE,
                "retrieved": version.day.isoformat(),
                "known_at": change,
                **({"as_of": self.params["as_of"]} if days else {}),
                "request_url": self.request.build_absolute_uri(),
            }
            chunks = graphs.write_graph(self.format, head, documents, find_documents, self.site)
        return self.download(chunks, self.file_name(version, change), etag)

    def write_csv(self, documents: Iterator[dict], fields: Fields) -> Iterator[bytes]:
        """Documents as CSV in chunks, with these columns or all."""
        columns = [column for column in self.columns if not fields or column.name in fields]
        site = self.site
        rows = (document | {"url": site + document["url"]} for document in documents)
        return write_table(columns, rows, self.params.get("bom") == "1")

    def write_jsonld(
        self, documents: Iterable[str | bytes], version: CatalogueVersion
    ) -> Iterator[bytes]:
        """Documents (as JSON) as a DataFeed in chunks."""
        site = self.site
        head = {
            "@context": jsonld.context(site),
            "@type": "DataFeed",
            "url": self.request.build_absolute_uri(),
            "license": LICENCE,
            "dateModified": version.day.isoformat(),
        }
        items = (jsonld.linked_data_json(json.loads(text), site).encode() for text in documents)
        return stream_list(head, "dataFeedElement", items)

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
            return serializers.list_serializer(*self.kinds)()
        return serializers.document_serializer(*self.kinds)

    def purpose(self) -> str:
        about = super().purpose()
        return f"{about}\n\nIn a total order, with pages by keys: nothing is shown twice."


class Collection(Listing):
    """Entries of some kinds, as a list and one by one."""

    def retrieve(self, request: Request, name: str) -> HttpResponseBase:
        """The document of one entry, by its id or slug."""
        fields = self.selected_fields()
        if self.format != "csv" and self.params.get("bom"):
            raise ValidationError({"bom": "Only a CSV begins with a byte order mark."})
        days, known_at = self.clocks()
        is_current = days is None and known_at is None
        entry = self.find_entry(name, read=is_current and "HTTP_IF_NONE_MATCH" not in request.META)
        if not is_current:
            return self.respond_at(entry, days, known_at, fields)
        etag = self.etag(f"{entry.change}-{document_version()}")
        if self.client_has(etag):
            return self.not_modified(etag)
        text = entry_json(entry)
        if fields or self.format != "json":
            text = self.format_document(json.loads(text), fields)
        return self.respond(text, etag)

    def format_document(self, document: dict, fields: Fields) -> str:
        if self.format == "csv":
            return b"".join(self.write_csv(iter([document]), fields)).decode()
        if self.format == "jsonld":
            context = {"@context": jsonld.context(self.site)}
            return json.dumps(
                {**context, **jsonld.linked_data(document, self.site)}, ensure_ascii=False
            )
        return fields_json(document, fields)

    def respond_at(
        self, entry: Entry, days: DateRange | None, known_at: int | None, fields: Fields
    ) -> HttpResponse:
        """The document at other clocks.

        Its ETag is its hash and not the number of a change: what is hidden now disappears from
        every earlier day, also where no public change says so.
        """
        document = document_at(entry, days, known_at)
        if document is None:
            raise NotYetRecorded(known_at or 0)
        document |= {"change": entry.change, "updated": iso_time(entry.updated)}
        if known_at is not None:
            document |= _last_change(known_at)
        text = self.format_document(document, fields)
        etag = etag_of(text)
        if self.client_has(etag):
            return self.not_modified(etag)
        return self.respond(text, etag)

    def clocks(self) -> tuple[DateRange | None, int | None]:
        """The days of `as_of` and the change of `known_at`, each None if not given.

        Raises ValidationError for invalid dates, and for a change that does not exist yet.
        """
        days = _parse_param(self.params, "as_of", parse_days)
        return days, known_at_param(self.params)

    def find_entry(self, name: str, read: bool = True) -> Entry:
        """The published entry with this id or slug; `read` says whether its document is needed.

        Raises Moved if it has another address now, Withdrawn, and Http404.
        """
        entry = resolve(self.kinds, name, (*ADDRESS_COLUMNS, *(DOCUMENT_COLUMNS if read else ())))
        if name == entry.slug or name.lower() == entry.key:
            return entry
        if entry.kind not in self.kinds:
            raise Http404
        match = self.request.resolver_match
        assert match is not None  # noqa: S101 - Django sets it before any view is called
        address = reverse(match.view_name, args=[entry.slug])
        raise Moved(f"{address}?{self.params.urlencode()}" if self.params else address)

    def refused_params(self) -> dict[str, str]:
        if self.action == "list":
            return super().refused_params()
        return {} if self.takes_clocks else REFUSE_AS_OF | REFUSE_KNOWN_AT

    def parameters(self) -> Parameters:
        if self.action == "list":
            return super().parameters()
        clocks = (AS_OF, KNOWN_AT) if self.takes_clocks else ()
        fields = self.fields_parameter("columns that the list has.")
        return [*clocks, fields, FORMAT_OF_ITEM, BOM]

    def purpose(self) -> str:
        if self.action == "list":
            return super().purpose()
        about = ApiViewSet.purpose(self)
        return f"One of: {about}\n\nBy its id, for ever, or by its slug, also a former one."


class RecordCollection(Collection):
    """A collection of records: they have a history, and answer for other days and changes."""

    takes_clocks = True

    def history(self, request: Request, name: str) -> HttpResponseBase:
        """The changes of a record, newest first."""
        limit = integer_param(self.params, "limit", LIMIT, 1, LARGEST_LIMIT)
        before = integer_param(self.params, "cursor", 10**18, 1, 10**18)
        _, known_at = self.clocks()
        entry = self.find_entry(name, read=False)
        changes = [
            change
            for change in record_history(entry)
            if known_at is None or change.number <= known_at
        ]
        following = [change for change in changes if change.number < before]
        results = [
            json.dumps(
                {
                    "number": change.number,
                    "at": iso_time(change.at),
                    "reason": change.reason,
                    "label": change.label,
                    "on_behalf": change.on_behalf,
                    "added": change.added,
                    "retired": change.retired,
                    "follows": change.follows,
                },
                ensure_ascii=False,
            )
            for change in following[:limit]
        ]
        cursor = following[limit - 1].number if len(following) > limit else None
        page_links = {"next": self.page_url("cursor", cursor)}
        text = list_json(results, len(changes), "exact", page_links)
        etag = etag_of(text)
        if self.client_has(etag):
            return self.not_modified(etag)
        return self.respond(text, etag, page_links)

    def parameters(self) -> Parameters:
        if self.action == "history":
            return [KNOWN_AT, LIMIT_PARAMETER, CURSOR, JSON]
        return super().parameters()

    def response_serializer(self) -> Any:
        return serializers.History() if self.action == "history" else super().response_serializer()

    def purpose(self) -> str:
        if self.action == "history":
            return "The changes of a record, newest first, with what each added and retired."
        return super().purpose()


class Changes(ApiViewSet):
    """Every accepted change to public content, in order, with tombstones.

    To maintain an exact copy, read published entries again, redirect merged ones, remove gone
    ones, and resume with the last number.
    """

    def list(self, request: Request) -> HttpResponse:
        """The changes after `since`."""
        limit = integer_param(self.params, "limit", LIMIT, 1, LARGEST_LIMIT)
        version = current_version()
        since = integer_param(self.params, "since", -1, 0, version.change)
        etag = self.etag(version)
        if self.client_has(etag):
            return self.not_modified(etag)
        numbers = change_numbers_after(since, COUNT_LIMIT + 1)
        count = min(len(numbers), COUNT_LIMIT)
        count_is = "exact" if count == len(numbers) else "at_least"
        next_since = numbers[limit - 1] if len(numbers) > limit else None
        page_links = {"next": self.page_url("since", next_since)}
        text = list_json(changes_json(numbers[:limit]), count, count_is, page_links)
        return self.respond(text, etag, page_links)

    def retrieve(self, request: Request, name: str) -> HttpResponse:
        if not NUMBER.fullmatch(name):
            raise NotFound
        results = changes_json([int(name)])
        if not results:
            raise NotFound
        etag = self.etag(current_version())
        return self.not_modified(etag) if self.client_has(etag) else self.respond(results[0], etag)

    def parameters(self) -> Parameters:
        return [SINCE, LIMIT_PARAMETER, JSON] if self.action == "list" else [JSON]

    def response_serializer(self) -> Any:
        if self.action == "list":
            return serializers.CatalogueChangeList()
        return serializers.CatalogueChange()

    def purpose(self) -> str:
        return super().purpose() if self.action == "list" else "One change, by its number."


def change_numbers_after(since: int, limit: int) -> list[int]:
    """The numbers of the public changes after `since`, at most `limit`, in order.

    One index lookup for each: an import changes thousands of entries under one number.
    """
    return [
        number
        for (number,) in fetch_rows(
            "WITH RECURSIVE step AS ("
            " SELECT min(change) AS number FROM orgs_entrychange WHERE change > %s"
            " UNION ALL SELECT (SELECT min(change) FROM orgs_entrychange WHERE change > number)"
            " FROM step WHERE number IS NOT NULL)"
            " SELECT number FROM step WHERE number IS NOT NULL LIMIT %s",
            (since, limit),
        )
    ]


def changes_json(numbers: list[int]) -> list[str]:
    """What these changes did to public entries, each as JSON, in their order.

    Number 0 is the initial content of the catalogue, without a proposal. The reason and the label
    are given while something of the change can be read and nothing of it is hidden.
    """
    columns = ("number", "decided_at", "public_reason", "public_label")
    changesets = Changeset.objects.as_published().filter(number__in=numbers).values_list(*columns)
    readable_changes = EntryChange.objects.filter(
        follows=False, change__in=numbers, entry__in=Entry.objects.published().values("id")
    )
    readable = set(readable_changes.values_list("change", flat=True).distinct())
    descriptions = {
        number: {
            "at": iso_time(at),
            "reason": reason if number in readable else "",
            "label": label if number in readable else "",
        }
        for number, at, reason, label in changesets
    }
    entries: dict[int, list[dict]] = {}
    entry_changes = EntryChange.objects.filter(change__in=numbers).order_by("change", "id")
    rows = entry_changes.values_list("change", "key", "kind", "state")
    source_keys = {key for _, key, kind, _ in rows if kind == "source"}
    sources = Entry.objects.published().of_kinds("source").filter(key__in=source_keys)
    hidden_keys = source_keys - set(sources.values_list("key", flat=True)) if source_keys else set()
    for number, key, kind, state in rows:
        if kind == "source" and key in hidden_keys:
            # The owner of a copy recognizes what to drop; others do not learn the key.
            key, state = hashed_key(key), Entry.State.GONE.value
        entry = {"id": key, "kind": kind, "state": state, "api_url": api_path(kind, key)}
        entries.setdefault(number, []).append(entry)
    without_description = {"at": None, "reason": "", "label": ""}
    return [
        json.dumps(
            {
                "number": number,
                **descriptions.get(number, without_description),
                "entries": entries[number],
            },
            ensure_ascii=False,
        )
        for number in numbers
        if number in entries
    ]


def hashed_key(key: str) -> str:
    """Replaces the key of a source that is no longer public: typed keys reveal their source."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _last_change(known_at: int) -> dict:
    """The last public change up to this number, and when it was accepted."""
    number, at = fetch_row(
        "SELECT last.number, c.decided_at FROM (SELECT coalesce(max(change), 0) AS number"
        " FROM orgs_entrychange WHERE change <= %s) last"
        " LEFT JOIN orgs_changeset c ON c.number = last.number",
        (known_at,),
    )
    return {"change": number, "updated": iso_time(at)}


def known_at_param(params: QueryDict, newest: int | None = None) -> int | None:
    """The change of `known_at`, None if not given. `newest` saves a query where it is known.

    Raises ValidationError for a change that does not exist yet. A time in the future is valid: it
    means everything that is known.
    """
    known_at = _parse_param(params, "known_at", parse_known_at)
    if known_at is not None and params.get("known_at", "").isdigit():
        newest = current_version().change if newest is None else newest
        if known_at > newest:
            raise ValidationError(
                {"known_at": f"There is no change {known_at} yet; the newest is {newest}."}
            )
    return known_at


def _parse_param(params: QueryDict, name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
    """None if the parameter is empty. Errors of `parse` are raised with its name."""
    text = params.get(name, "")
    if not text:
        return None
    try:
        return parse(text)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


class Organizations(RecordCollection):
    """Organizations, and the networks and coalitions that they form."""

    kinds = ACTOR_KINDS
    filterset_class = OrganizationFilter
    columns = ACTORS


class Partnerships(RecordCollection):
    """Networks and coalitions."""

    kinds = ("partnership",)
    filterset_class = PartnershipFilter
    columns = ACTORS


class Places(RecordCollection):
    """Countries, states, cities and regions."""

    kinds = ("place",)
    filterset_class = PlaceFilter
    columns = PLACES


class Sources(Collection):
    """Who says what the catalogue repeats."""

    kinds = ("source",)
    filterset_class = SourceFilter
    columns = SOURCES


class Terms(Collection):
    """The vocabulary."""

    kinds = ("term",)
    filterset_class = TermFilter
    columns = TERMS


class Arenas(Collection):
    """The four arenas of migrant civil society."""

    kinds = ("arena",)
    filterset_class = ArenaFilter
    columns = ARENAS


class Memberships(Collection):
    """Memberships in networks and coalitions, and who states them."""

    kinds = ("membership",)
    filterset_class = MembershipFilter
    columns = MEMBERSHIPS


COLLECTIONS: dict[str, type[ApiViewSet]] = {
    "organizations": Organizations,
    "places": Places,
    "sources": Sources,
    "terms": Terms,
    "arenas": Arenas,
    "memberships": Memberships,
    "changes": Changes,
}


SUBRESOURCES = ("history", "network", "editions")
"""Actions of some collections below the address of an item."""


def routes(name: str, collection: type[ApiViewSet]) -> list[URLPattern]:
    """The addresses of a collection: of its list, its items, and their subresources."""
    addresses = {"list": f"{name}/", "retrieve": f"{name}/<str:name>/"}
    addresses |= {action: f"{name}/<str:name>/{action}/" for action in SUBRESOURCES}
    return [
        path(address, collection.as_view({"get": action}), name=f"{name}-{action}")
        for action, address in addresses.items()
        if hasattr(collection, action)
    ]
