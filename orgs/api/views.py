"""The API: what the pages ask, by the same names, answered from the entries as JSON.

A collection says its kinds of entry and the questions that narrow it; the base class does the
rest. Nothing here reads a statement: documents are ready in the entries, other clocks and
histories come from `orgs.search.history` with the public's eyes.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import starmap
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from orgs.changes.changeset import Changeset
from orgs.projection.entry import ADDRESS_COLUMNS, RECORD_KINDS, Entry, EntryChange, EntryQuerySet
from orgs.projection.install import document_version
from orgs.records.record import PATHS
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

from . import graphs, jsonld, serializers
from .csv import ACTORS, ARENAS, EVERYTHING, MEMBERSHIPS, PLACES, SOURCES, TERMS, Column, table
from .http import (
    Answering,
    Gone,
    Newest,
    NotThen,
    listed,
    mark_of,
    moment,
    newest,
    only,
    problem,
    signed_as_sent,
    told,
    whole,
    whole_number,
    words,
)
from .openapi import (
    ALL,
    AS_OF,
    BOM,
    CURSOR,
    FORMAT,
    FORMAT_OF_ITEM,
    FORMAT_OR_GRAPH,
    FORMATS,
    GRAPHS,
    JSON,
    KNOWN_AT,
    LICENCE,
    LIMITED,
    LIMITED_OR_ALL,
    OF_ENTRIES,
    ROOT,
    SINCE,
    TABLES,
    WHOLE,
    FacetedPaging,
    GraphedPaging,
    Paging,
    order,
    question,
    several,
)

__all__ = ("COLLECTIONS", "Collection", "Listing", "RecordCollection", "problem", "routes")

ONLY_RECORDS = (
    "Only records answer for another day or change, and lists of memberships for another day: "
    "what you asked for is as it is now. Leave this out."
)
NO_DAY = {"as_of": ONLY_RECORDS}
NO_CHANGE = {"known_at": ONLY_RECORDS}
NO_LIST_AS_KNOWN = (
    "A list as it was known is a frozen cut or an export. Ask for one item or its history with "
    "known_at, for the whole collection with limit=all or format=csv, or leave it out."
)
ONLY_WHOLE_AS_KNOWN = (
    "What the catalogue knew at a change is exported whole: questions are answered for today "
    "only. Leave this out, or leave known_at out."
)
TOO_MANY_AS_KNOWN = (
    f"Exports of an earlier change are composed one by one, for up to {COUNT_LIMIT} entries; here "
    "are more. Ask for the items one by one, or leave known_at out."
)
TOO_MANY_THEN = (
    f"Graphs of another day are composed record by record, for up to {COUNT_LIMIT} that answer; "
    "here are more. Ask more narrowly, or leave as_of out."
)
Meant = TypeVar("Meant")
Parameters = list[OpenApiParameter]
Fields = list[str]
Counts = dict[str, list[dict]]
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
PAGED = ("id", "sort_key", "document", "findings", "change", "updated")
"""The columns of an entry that a page of a list tells or is ordered by."""
FIELDS = "Only these fields of each document."


class Listing(Answering):
    """Entries of some kinds, as a list that answers questions."""

    kinds: tuple[str, ...]
    filterset_class: type[EntryFilter]
    takes_clocks = False
    """Whether it answers for other days: records do."""
    pagination_class = FacetedPaging

    columns: tuple[Column, ...] = EVERYTHING
    """The columns of its table."""

    def list(self, request: Request) -> HttpResponseBase:
        """Answer with the entries that answer every question."""
        sort = self.sort()
        is_whole = self.asked.get("limit") == ALL or self.format in WHOLE
        limit = LIMIT if is_whole else whole_number(self.asked, "limit", LIMIT, 1, LARGEST_LIMIT)
        fields = self.fields()
        facets = words(self.asked, "facets", self.countable())
        cursor = self.asked.get("cursor", "")
        decode_cursor(cursor, sort)
        self.check_together(is_whole)
        questions = self.questions()
        # What is wrong is refused before this: a reader who has the answer asked rightly.
        now = newest()
        counted = sort == "relevance" or facets
        if questions and counted and not is_whole and self.format not in GRAPHS:
            if self.has(now.etag):
                return self.unchanged(now.etag)
            page = self.found(questions, sort, cursor, limit, facets)
            return self.page_told(page, fields, now, page.facets if facets else None)
        entries = questions.qs if questions else Entry.objects.published().of_kinds(*self.kinds)
        if self.format in GRAPHS:
            return self.graph(entries, sort, now)
        if is_whole and self.asked.get("known_at"):
            return self.whole_as_known(entries, sort, fields, now)
        if self.has(now.etag):
            return self.unchanged(now.etag)
        if is_whole:
            texts = starmap(signed_as_sent, iterate_documents(entries, sort))
            return self.whole(texts, fields, now, now.number, now.etag)
        page = paginate(entries.only(*PAGED), sort, cursor, limit)
        counts = facet_counts(entries, facets) if facets else None
        return self.page_told(page, fields, now, counts)

    def found(
        self, questions: EntryFilter, sort: str, cursor: str, limit: int, facets: Fields
    ) -> Page:
        """Return a page of what narrows the list, found once; only if nothing is, with mercy."""
        page = paginate_in_one_query(questions.exact_matches(), PAGED, sort, cursor, limit, facets)
        if page.count or not self.asked.get("q"):
            return page
        return paginate_in_one_query(questions.qs, PAGED, sort, cursor, limit, facets)

    def page_told(
        self, page: Page, fields: Fields, now: Newest, counts: Counts | None
    ) -> HttpResponse:
        """Answer with one page of a list, and how often values are held if that was asked."""
        results = [told(entry) for entry in page.rows]
        ways = {"next": self.page("cursor", page.next), "prev": self.page("cursor", page.previous)}
        if self.format == "jsonld":
            text = "".join(piece.decode() for piece in self.feed(results, now))
            return self.answer(text, now.etag, ways, "jsonld")
        if fields:
            results = [only(json.loads(text), fields) for text in results]
        text = listed(results, page.count, page.count_is, ways, counts)
        return self.answer(text, now.etag, ways)

    def check_together(self, is_whole: bool) -> None:
        """Refuse what cannot be asked together. Raises ValidationError, by field."""
        given = {name for name in self.asked if self.asked.get(name, "").strip()}
        problems = {}
        if is_whole and "cursor" in given:
            problems["cursor"] = "The whole answer has no further pages. Leave this out."
        if self.format in WHOLE and given & {"limit"} and self.asked["limit"] != ALL:
            what = "graph" if self.format in GRAPHS else "CSV"
            problems["limit"] = f"A {what} is the whole answer. Leave this out, or ask for JSON."
        if self.format not in TABLES and "bom" in given:
            problems["bom"] = "Only a CSV begins with a byte order mark. Leave this out."
        if (is_whole or self.format != "json") and "facets" in given:
            problems["facets"] = "Counts come with the pages of format=json. Leave this out."
        if "known_at" in given and not is_whole:
            problems["known_at"] = NO_LIST_AS_KNOWN
        elif "known_at" in given:
            asked = given & set(self.filterset_class.base_filters)
            problems |= dict.fromkeys(sorted(asked), ONLY_WHOLE_AS_KNOWN)
        if problems:
            raise ValidationError(problems)

    def fields(self) -> Fields:
        """Return the fields asked for, or the columns. Raises ValidationError for unknown ones."""
        if self.format == "jsonld" and self.asked.get("fields"):
            raise ValidationError({"fields": "Linked data is told whole. Leave this out."})
        if self.format in GRAPHS and self.asked.get("fields"):
            raise ValidationError({"fields": "A graph is told whole. Leave this out."})
        if self.format == "csv":
            return words(self.asked, "fields", [column.name for column in self.columns])
        return words(self.asked, "fields", serializers.fields_of(*self.kinds))

    def whole(
        self, texts: Iterator[bytes], fields: Fields, now: Newest, known: int, etag: str
    ) -> HttpResponseBase:
        """Answer with every entry in one file, which is sent while it is written.

        Takes documents as JSON in UTF-8, the fields or columns wanted, how new the catalogue is,
        the change that the documents are of, and the mark of the answer.
        """
        if self.format == "csv":
            pieces = self.table((json.loads(text) for text in texts), fields)
        elif self.format == "jsonld":
            pieces = self.feed(texts, now)
        else:
            head = {"licence": LICENCE, "retrieved": now.day.isoformat(), "known_at": known}
            if fields:
                texts = (only(json.loads(text), fields).encode() for text in texts)
            pieces = whole(head, "results", texts)
        return self.download(pieces, self.format, self.file_name(now, known), etag)

    def file_name(self, now: Newest, known: int) -> str:
        """Return what a file of the whole list is called, without its ending."""
        return f"{self.request.path.rstrip('/').rpartition('/')[2]}-{now.day}-change-{known}"

    def whole_as_known(
        self, entries: EntryQuerySet, sort: str, fields: Fields, now: Newest
    ) -> HttpResponseBase:
        """Answer with every entry as it was known at a change, in one file.

        What is hidden now is hidden in it, too; it is composed anew and has no mark. Raises
        ValidationError for a change that has not been made, and if there are too many.
        """
        known = known_change(self.asked, now.number)
        assert known is not None  # noqa: S101 - nobody comes here without it
        if entries[: COUNT_LIMIT + 1].count() > COUNT_LIMIT:
            raise ValidationError({"known_at": TOO_MANY_AS_KNOWN})
        then = _as_known(known)
        numbers = iterate_rows(entries, sort, "id")
        recalled = documents_at((number for (number,) in numbers), known_at=known)
        texts = (only(document | then, []).encode() for document in recalled)
        return self.whole(texts, fields, now, known, "")

    def graph(self, entries: EntryQuerySet, sort: str, now: Newest) -> HttpResponseBase:
        """Answer with the graph of every record among the entries, in one file.

        At other clocks records are composed anew. What was known at a change has no mark, as for
        `whole_as_known`. Raises ValidationError as that does, also for another day.
        """
        days = _meant(self.asked, "as_of", parse_days)
        known = known_change(self.asked, now.number)
        entries = entries.of_kinds(*RECORD_KINDS)
        another = days is not None or known is not None
        if another and entries[: COUNT_LIMIT + 1].count() > COUNT_LIMIT:
            raise ValidationError(
                {"as_of": TOO_MANY_THEN} if known is None else {"known_at": TOO_MANY_AS_KNOWN}
            )
        if known is None and self.has(now.etag):
            return self.unchanged(now.etag)

        def others(keys: list[str]) -> dict[str, dict]:
            found = Entry.objects.published().of_kinds(*RECORD_KINDS).filter(key__in=keys)
            if another:
                told = documents_at(
                    found.values_list("id", flat=True), days, known, with_findings=False
                )
            else:
                # A node tells no more than a card does, and cards are small.
                told = map(graphs.of_card, found.values_list("card", flat=True))
            return {document["id"]: document for document in told}

        column = "id" if another else "document"
        rows = (row for (row,) in iterate_rows(entries, sort, column))
        documents = (
            documents_at(rows, days, known, with_findings=False)
            if another
            else map(json.loads, rows)
        )
        number = now.number if known is None else known
        etag = now.etag if known is None else ""
        if self.format == "edges":
            pieces = graphs.edge_list(documents, self.asked.get("bom") == "1")
        else:
            head = {
                "licence": LICENCE,
                "retrieved": now.day.isoformat(),
                "known_at": number,
                **({"as_of": self.asked["as_of"]} if days else {}),
                "asked": self.request.build_absolute_uri(),
            }
            pieces = graphs.graph(self.format, head, documents, others, self.site)
        return self.download(pieces, self.format, self.file_name(now, number), etag)

    def table(self, documents: Iterator[dict], fields: Fields) -> Iterator[bytes]:
        """Return documents as a table, piece by piece, with these columns or all of them."""
        chosen = [one for one in self.columns if not fields or one.name in fields]
        site = self.site
        placed = (document | {"url": site + document["url"]} for document in documents)
        return table(chosen, placed, self.asked.get("bom") == "1")

    def feed(self, texts: Iterable[str | bytes], now: Newest) -> Iterator[bytes]:
        """Return documents (JSON texts) as one piece of linked data, piece by piece."""
        site = self.site
        head = {
            "@context": jsonld.context(site),
            "@type": "DataFeed",
            "url": self.request.build_absolute_uri(),
            "license": LICENCE,
            "dateModified": now.day.isoformat(),
        }
        members = (jsonld.text_of(json.loads(text), site).encode() for text in texts)
        return whole(head, "dataFeedElement", members)

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats of lists and items; histories are JSON."""
        if self.action == "list" and self.takes_clocks:
            return tuple(FORMATS)
        return OF_ENTRIES if self.action in ("list", "retrieve") else ("json",)

    def sort(self) -> str:
        """Return the order asked for; a question in words ranks what it finds."""
        searched = bool(self.asked.get("q", "").strip())
        orders = [*self.filterset_class.orders, *(["relevance"] if searched else [])]
        given = words(self.asked, "sort", orders)
        if len(given) > 1:
            raise ValidationError({"sort": f"Choose one of {', '.join(orders)}."})
        return given[0] if given else ("relevance" if searched else "name")

    def questions(self) -> EntryFilter | None:
        """Return the questions, found to be sound, or None if nothing narrows the list.

        Raises ValidationError, by field, for what cannot be understood and for values that name
        nothing.
        """
        if not any(any(self.asked.getlist(name)) for name in self.filterset_class.base_filters):
            return None
        entries = Entry.objects.published().of_kinds(*self.kinds)
        questions = self.filterset_class(self.asked, entries)
        if not questions.form.is_valid():
            raise ValidationError(questions.form.errors.as_data())
        if unknown := questions.unknown_values():
            raise ValidationError(unknown)
        return questions

    def countable(self) -> tuple[str, ...]:
        """Return the questions whose values can be counted: those with a facet of their own."""
        return tuple(
            name
            for name, asked in self.filterset_class.base_filters.items()
            if isinstance(asked, FacetFilter) and not asked.prefix and name != "trait"
        )

    def refusals(self) -> dict[str, str]:
        """Return which clocks are not answered here, and why."""
        if self.takes_clocks:
            return {}
        return NO_CHANGE if "as_of" in self.filterset_class.base_filters else NO_DAY | NO_CHANGE

    def parameters(self) -> Parameters:
        """Return the description of every parameter; the questions describe themselves."""
        asked = self.filterset_class.base_filters.items()
        refused = self.refusals()
        return [
            *(question(name, one) for name, one in asked if name not in refused),
            *((KNOWN_AT,) if self.takes_clocks else ()),
            LIMITED_OR_ALL,
            CURSOR,
            order(self.filterset_class.orders),
            self.fields_parameter(f"these columns:\n{self.columns_told()}"),
            several("facets", "Count the values of these questions.", self.countable()),
            FORMAT_OR_GRAPH if self.takes_clocks else FORMAT,
            BOM,
        ]

    def fields_parameter(self, columns: str) -> OpenApiParameter:
        """Return the description of the fields of documents, and of these columns of the table."""
        names = [column.name for column in self.columns]
        known = dict.fromkeys([*serializers.fields_of(*self.kinds), *names])
        return several("fields", f"{FIELDS} Of a CSV, only {columns}", tuple(known))

    def columns_told(self) -> str:
        """Return what each column of the table says, as a list."""
        return "".join(f"\n- `{column.name}`: {column.about}" for column in self.columns)

    def answer_shape(self) -> Any:
        """Return the description of a document."""
        return serializers.document_of(*self.kinds)

    def purpose(self) -> str:
        """Return what the list is for."""
        about = super().purpose()
        return f"{about}\n\nIn a total order, with pages by keys: nothing is shown twice."


class Collection(Listing):
    """Entries of some kinds, as a list and one by one."""

    def retrieve(self, request: Request, name: str) -> HttpResponseBase:
        """Answer with one document."""
        fields = self.fields()
        if self.format != "csv" and self.asked.get("bom"):
            raise ValidationError({"bom": "Only a CSV begins with a byte order mark."})
        days, known = self.clocks()
        now = days is None and known is None
        entry = self.entry(name, read=now and "HTTP_IF_NONE_MATCH" not in request.META)
        if isinstance(entry, HttpResponseBase):
            return entry
        if not now:
            return self.recalled(entry, days, known, fields)
        etag = f'"{entry.change}-{document_version()}"'
        if self.has(etag):
            return self.unchanged(etag)
        text = told(entry)
        if fields or self.format != "json":
            text = self.written(json.loads(text), fields)
        return self.answer(text, etag, format=self.format)

    def written(self, document: dict, fields: Fields) -> str:
        """Return a document in the format asked for, with these fields or all of them."""
        if self.format == "csv":
            return b"".join(self.table(iter([document]), fields)).decode()
        if self.format == "jsonld":
            told = {"@context": jsonld.context(self.site), **jsonld.linked(document, self.site)}
            return json.dumps(told, ensure_ascii=False)
        return only(document, fields)

    def recalled(
        self, entry: Entry, days: DateRange | None, known: int | None, fields: Fields
    ) -> HttpResponse:
        """Answer with a document at other clocks, marked by what it says.

        What is hidden now is hidden in every yesterday, also where no public change tells of it:
        so the number of a change is no mark of it.
        """
        document = document_at(entry, days, known)
        if document is None:
            raise NotThen(known or 0)
        document |= {"change": entry.change, "updated": moment(entry.updated)}
        if known is not None:
            document |= _as_known(known)
        text = self.written(document, fields)
        etag = mark_of(text)
        if self.has(etag):
            return self.unchanged(etag)
        return self.answer(text, etag, format=self.format)

    def clocks(self) -> tuple[DateRange | None, int | None]:
        """Return the days and the change asked about: None for whenever, and for now.

        Raises ValidationError for what is no day, and for a change that has not been made.
        """
        days = _meant(self.asked, "as_of", parse_days)
        return days, known_change(self.asked)

    def entry(self, name: str, read: bool = True) -> Entry | HttpResponseBase:
        """Return the published entry of this id or slug, or the way to where it is now.

        `read` says whether its document is needed. Raises Gone, and NotFound: for what is hidden
        and for what never was alike, after the same two queries.
        """
        if "\x00" in name:
            raise NotFound
        if found := Entry.at_address(self.kinds, name, read):
            if found.state == Entry.State.PUBLISHED:
                return found
            if found.state == Entry.State.GONE:
                raise Gone(found.gone_on, found.gone_reason)
            if there := self.survivor(found):
                return self.moved(there)
            raise NotFound
        once = Entry.objects.of_kinds(*self.kinds).only(*ADDRESS_COLUMNS).formerly_at(name).first()
        there = self.survivor(once) if once else None
        # What was withdrawn, or has its name withheld since, stands under its id alone: an old
        # address, which may tell the name, does not lead there.
        if there is None or there.slug == there.key:
            raise NotFound
        return self.moved(there)

    def survivor(self, entry: Entry) -> Entry | None:
        """Return the entry in which a merged one lives on, itself if it is not merged.

        None if that is hidden.
        """
        there: Entry | None = entry
        seen: set[str] = set()
        while there is not None and there.state == Entry.State.MERGED:
            if there.key in seen:
                return None
            seen.add(there.key)
            there = Entry.objects.of_kinds(*self.kinds).filter(key=there.successor).first()
        return there

    def moved(self, entry: Entry) -> HttpResponsePermanentRedirect:
        """Return the way to the address that an entry has now, with the same questions."""
        match = self.request.resolver_match
        assert match is not None  # noqa: S101 - Django sets it before any view is called
        there = reverse(match.view_name, args=[entry.slug])
        asked = f"?{self.asked.urlencode()}" if self.asked else ""
        return HttpResponsePermanentRedirect(there + asked, preserve_request=True)

    def refusals(self) -> dict[str, str]:
        """Return which clocks are not answered here, and why."""
        if self.action == "list":
            return super().refusals()
        return {} if self.takes_clocks else NO_DAY | NO_CHANGE

    def parameters(self) -> Parameters:
        """Return the description of every parameter."""
        if self.action == "list":
            return super().parameters()
        clocks = (AS_OF, KNOWN_AT) if self.takes_clocks else ()
        fields = self.fields_parameter("columns that the list has.")
        return [*clocks, fields, FORMAT_OF_ITEM, BOM]

    def purpose(self) -> str:
        """Return what the list, or the item, is for."""
        if self.action == "list":
            return super().purpose()
        about = Answering.purpose(self)
        return f"One of: {about}\n\nBy its id, for ever, or by its slug, also a former one."


class RecordCollection(Collection):
    """A collection of records: they have a history, and answer for other days and changes."""

    takes_clocks = True
    pagination_class = GraphedPaging

    def history(self, request: Request, name: str) -> HttpResponseBase:
        """Answer with the changes of a record, newest first."""
        limit = whole_number(self.asked, "limit", LIMIT, 1, LARGEST_LIMIT)
        before = whole_number(self.asked, "cursor", 10**18, 1, 10**18)
        _, known = self.clocks()
        entry = self.entry(name, read=False)
        if isinstance(entry, HttpResponseBase):
            return entry
        changes = [one for one in record_history(entry) if known is None or one.number <= known]
        rest = [one for one in changes if one.number < before]
        results = [
            json.dumps(
                {
                    "number": one.number,
                    "at": moment(one.at),
                    "reason": one.reason,
                    "label": one.label,
                    "on_behalf": one.on_behalf,
                    "added": one.added,
                    "retired": one.retired,
                    "follows": one.follows,
                },
                ensure_ascii=False,
            )
            for one in rest[:limit]
        ]
        following = rest[limit - 1].number if len(rest) > limit else None
        ways = {"next": self.page("cursor", following)}
        text = listed(results, len(changes), "exact", ways)
        etag = mark_of(text)
        return self.unchanged(etag) if self.has(etag) else self.answer(text, etag, ways)

    def parameters(self) -> Parameters:
        """Return the description of every parameter."""
        if self.action == "history":
            return [KNOWN_AT, LIMITED, CURSOR, JSON]
        return super().parameters()

    def answer_shape(self) -> Any:
        """Return the description of the history, or of the rest."""
        return serializers.History() if self.action == "history" else super().answer_shape()

    def purpose(self) -> str:
        """Return what the history, or the rest, is for."""
        if self.action == "history":
            return "The changes of a record, newest first, with what each added and retired."
        return super().purpose()


class Changes(Answering):
    """Every accepted change that touched something public, in order, with tombstones.

    A copy that follows it ends with exactly the catalogue: read what is published anew, let what
    is merged lead to another, drop what is gone, and resume with the last number.
    """

    pagination_class = Paging

    def list(self, request: Request) -> HttpResponse:
        """Answer with the changes after `since`."""
        limit = whole_number(self.asked, "limit", LIMIT, 1, LARGEST_LIMIT)
        now = newest()
        since = whole_number(self.asked, "since", -1, 0, now.number)
        if self.has(now.etag):
            return self.unchanged(now.etag)
        numbers = numbers_after(since, COUNT_LIMIT + 1)
        count = min(len(numbers), COUNT_LIMIT)
        count_is = "exact" if count == len(numbers) else "at_least"
        following = numbers[limit - 1] if len(numbers) > limit else None
        ways = {"next": self.page("since", following)}
        results = changes_of(numbers[:limit])
        return self.answer(listed(results, count, count_is, ways), now.etag, ways)

    def retrieve(self, request: Request, name: str) -> HttpResponse:
        """Answer with one change."""
        if not NUMBER.fullmatch(name):
            raise NotFound
        results = changes_of([int(name)])
        if not results:
            raise NotFound
        etag = newest().etag
        return self.unchanged(etag) if self.has(etag) else self.answer(results[0], etag)

    def parameters(self) -> Parameters:
        """Return the description of every parameter."""
        return [SINCE, LIMITED, JSON] if self.action == "list" else [JSON]

    def answer_shape(self) -> Any:
        """Return the description of a change."""
        return serializers.CatalogueChange()

    def purpose(self) -> str:
        """Return what the feed, or one change, is for."""
        return super().purpose() if self.action == "list" else "One change, by its number."


def numbers_after(since: int, most: int) -> list[int]:
    """Return the numbers of the public changes after one, at most so many, in order.

    One step into the index for each: an import touches thousands of entries under one number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE step AS ("
            " SELECT min(change) AS number FROM orgs_entrychange WHERE change > %s"
            " UNION ALL SELECT (SELECT min(change) FROM orgs_entrychange WHERE change > number)"
            " FROM step WHERE number IS NOT NULL)"
            " SELECT number FROM step WHERE number IS NOT NULL LIMIT %s",
            (since, most),
        )
        return [row[0] for row in cursor.fetchall()]


def changes_of(numbers: list[int]) -> list[str]:
    """Return what these changes did to public entries, as JSON texts, in their order.

    Number 0 is what the catalogue was laid down with: no proposal made it. The reason and the label
    are given while something of the change can be read and nothing of it is hidden.
    """
    columns = ("number", "decided_at", "public_reason", "public_label")
    changesets = Changeset.objects.as_published().filter(number__in=numbers).values_list(*columns)
    read = EntryChange.objects.filter(
        follows=False, change__in=numbers, entry__in=Entry.objects.published().values("id")
    )
    readable = set(read.values_list("change", flat=True).distinct())
    signed = {
        number: {
            "at": moment(at),
            "reason": reason if number in readable else "",
            "label": label if number in readable else "",
        }
        for number, at, reason, label in changesets
    }
    entries: dict[int, list[dict]] = {}
    rows = EntryChange.objects.filter(change__in=numbers).order_by("change", "id")
    told = rows.values_list("change", "key", "kind", "state")
    typed = {key for _, key, kind, _ in told if kind == "source"}
    sources = Entry.objects.published().of_kinds("source").filter(key__in=typed)
    secret = typed - set(sources.values_list("key", flat=True)) if typed else set()
    for number, key, kind, state in told:
        if kind == "source" and key in secret:
            # Who has a copy recognizes what to drop; who has none learns no name.
            key, state = recognizable(key), Entry.State.GONE.value
        there = f"{ROOT}{PATHS[kind]}/{key}/"
        one = {"id": key, "kind": kind, "state": state, "url": there}
        entries.setdefault(number, []).append(one)
    unsigned = {"at": None, "reason": "", "label": ""}
    return [
        json.dumps(
            {"number": number, **signed.get(number, unsigned), "entries": entries[number]},
            ensure_ascii=False,
        )
        for number in numbers
        if number in entries
    ]


def recognizable(key: str) -> str:
    """Return what a key is recognized by, and not read from: people type keys of sources."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _as_known(known: int) -> dict:
    """Return the last public change up to that number, and when it was accepted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last.number, c.decided_at FROM (SELECT coalesce(max(change), 0) AS number"
            " FROM orgs_entrychange WHERE change <= %s) last"
            " LEFT JOIN orgs_changeset c ON c.number = last.number",
            (known,),
        )
        number, at = cursor.fetchone()
    return {"change": number, "updated": moment(at)}


def known_change(asked: QueryDict, last: int | None = None) -> int | None:
    """Return the change asked about, None for now. `last` is the newest one, if it is known.

    Raises ValidationError for a change that has not been made. A moment to come is no mistake: it
    means everything that is known.
    """
    known = _meant(asked, "known_at", parse_known_at)
    if known is not None and asked.get("known_at", "").isdigit():
        last = newest().number if last is None else last
        if known > last:
            raise ValidationError(
                {"known_at": f"There is no change {known} yet; the newest is {last}."}
            )
    return known


def _meant(asked: QueryDict, name: str, read: Callable[[str], Meant]) -> Meant | None:
    """Return what a parameter means, None if it is not given. Names the field in what it raises."""
    text = asked.get(name, "")
    if not text:
        return None
    try:
        return read(text)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


class Organizations(RecordCollection):
    """Organizations, and the networks and coalitions that they form."""

    kinds = ("organization", "partnership")
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
    """Who belongs to which network or coalition, and who says so."""

    kinds = ("membership",)
    filterset_class = MembershipFilter
    columns = MEMBERSHIPS


COLLECTIONS: dict[str, type[Answering]] = {
    "organizations": Organizations,
    "places": Places,
    "sources": Sources,
    "terms": Terms,
    "arenas": Arenas,
    "memberships": Memberships,
    "changes": Changes,
}


BESIDE = ("history", "network", "editions")
"""What some collections answer beside an item, below its address."""


def routes(name: str, collection: type[Answering]) -> list[URLPattern]:
    """Return the addresses of a collection: of its list, its items, and what each has beside it."""
    addresses = {"list": f"{name}/", "retrieve": f"{name}/<str:name>/"}
    addresses |= {action: f"{name}/<str:name>/{action}/" for action in BESIDE}
    return [
        path(address, collection.as_view({"get": action}), name=f"{name}-{action}")
        for action, address in addresses.items()
        if hasattr(collection, action)
    ]
