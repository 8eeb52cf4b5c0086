"""The views of the API: entries as JSON, with the same filters under the same names as the pages.

A collection declares its kinds of entry and its filters; the base class does the rest. Documents
are read from the entries, where they are stored ready. Other clocks and histories come from
`orgs.search.record_history`, limited to public statements.
"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from rest_framework.request import Request

from orgs.projection.addresses import resolve
from orgs.projection.entry import ADDRESS_COLUMNS, DOCUMENT_COLUMNS, Entry
from orgs.projection.install import document_version
from orgs.records.kinds import ACTOR_KINDS
from orgs.search.days import parse_days
from orgs.search.filters import (
    ArenaFilter,
    MembershipFilter,
    OrganizationFilter,
    PartnershipFilter,
    PlaceFilter,
    SourceFilter,
    TermFilter,
)
from orgs.search.paging import LARGEST_LIMIT, LIMIT
from orgs.search.record_history import document_at, record_history

from . import jsonld, response_serializers
from .changes import Changes
from .clocks import known_at_param, last_change, parse_param
from .csv import ACTORS, ARENAS, MEMBERSHIPS, PLACES, SOURCES, TERMS
from .exports import Fields
from .http import ApiViewSet, entry_json, fields_json, integer_param, iso_time, list_json
from .lists import REFUSE_AS_OF, REFUSE_KNOWN_AT, Listing, Parameters
from .openapi import AS_OF, BOM, CURSOR, FORMAT_OF_ITEM, JSON, KNOWN_AT, LIMIT_PARAMETER
from .problems import Moved, NotYetRecorded


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
            document |= last_change(known_at)
        text = self.format_document(document, fields)
        return self.respond_by_hash(text)

    def clocks(self) -> tuple[DateRange | None, int | None]:
        """The days of `as_of` and the change of `known_at`, each None if not given.

        Raises ValidationError for invalid dates, and for a change that does not exist yet.
        """
        days = parse_param(self.params, "as_of", parse_days)
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
        return self.respond_by_hash(text, page_links)

    def parameters(self) -> Parameters:
        if self.action == "history":
            return [KNOWN_AT, LIMIT_PARAMETER, CURSOR, JSON]
        return super().parameters()

    def response_serializer(self) -> Any:
        return (
            response_serializers.History()
            if self.action == "history"
            else super().response_serializer()
        )

    def purpose(self) -> str:
        if self.action == "history":
            return "The changes of a record, newest first, with what each added and retired."
        return super().purpose()


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
