"""Complete lists as files: JSON, CSV, JSON-LD and graphs, also as they were known earlier."""

import json
from collections.abc import Iterable, Iterator
from functools import partial

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http.response import HttpResponseBase

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import RECORD_KINDS
from orgs.search.days import parse_days
from orgs.search.paging import COUNT_LIMIT, iterate_rows
from orgs.search.record_history import documents_at

from . import graphs, jsonld
from .clocks import known_at_param, last_change, parse_param
from .csv import COMMON_COLUMNS, Column, write_table
from .http import ApiViewSet, CatalogueVersion, fields_json, stream_list
from .openapi import LICENCE

TOO_MANY_AS_KNOWN = (
    f"Exports of an earlier change are composed one by one, for up to {COUNT_LIMIT} entries; here "
    "are more. Ask for the items one by one, or leave known_at out."
)

TOO_MANY_AS_OF = (
    f"Graphs of another day are composed record by record, for up to {COUNT_LIMIT} that answer; "
    "here are more. Ask more narrowly, or leave as_of out."
)

Fields = list[str]


class Exports(ApiViewSet):
    """Complete lists, as files."""

    columns: tuple[Column, ...] = COMMON_COLUMNS
    """The columns of the CSV."""

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
        change = last_change(known_at)
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
        days = parse_param(self.params, "as_of", parse_days)
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
            find_documents = partial(find_mentioned, days, known_at)
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


def find_mentioned(
    days: DateRange | None, known_at: int | None, keys: list[str]
) -> dict[str, dict]:
    """The documents of the records that a graph mentions, by their ids."""
    entries = Entry.objects.published().of_kinds(*RECORD_KINDS).filter(key__in=keys)
    if days is not None or known_at is not None:
        ids = entries.values_list("id", flat=True)
        documents = documents_at(ids, days, known_at, with_findings=False)
    else:
        # A card has all attributes of a node, and is smaller than a document.
        documents = map(graphs.document_from_card, entries.values_list("card", flat=True))
    return {document["id"]: document for document in documents}
