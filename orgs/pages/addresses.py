"""Resolve addresses, current and former ones, and redirect permanent ids."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.views.generic import TemplateView

from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.languages import localized
from orgs.records.record import path_of


class Withdrawn(Exception):
    """The record was withdrawn; its entry keeps the day and the class of the reason."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


def get_published_entry(kinds: Iterable[str], slug: str) -> Entry:
    """Find the published entry of these kinds by its slug, or by a former one.

    After a move or a merge the entry has another slug. Raises Http404 or Withdrawn. A hidden record
    and one that never existed take the same two queries and get the same answer.
    """
    entries = Entry.objects.of_kinds(*kinds)
    entry = entries.filter(slug=slug).first()
    if entry is not None:
        return follow_merges(entry)
    entry = entries.formerly_at(slug).first()
    if entry is None or entry.state == Entry.State.GONE:
        raise Http404
    entry = follow_merges(entry)
    # A redirect from a former slug would disclose a name that is now withheld.
    if entry.slug == entry.key:
        raise Http404
    return entry


def follow_merges(entry: Entry) -> Entry:
    """Resolve an entry to the one that it was merged into, if any.

    Raises Http404 if that one is hidden, or Withdrawn.
    """
    seen: set[str] = set()
    while entry.state == Entry.State.MERGED and entry.key not in seen:
        seen.add(entry.key)
        successor = Entry.objects.filter(key=entry.successor).first()
        if successor is None:
            raise Http404
        entry = successor
    if entry.state == Entry.State.GONE:
        raise Withdrawn(entry)
    if entry.state != Entry.State.PUBLISHED:
        raise Http404
    return entry


def withdrawn_response(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Answer 410 with the day and the class of the reason."""
    return render(request, "410.html", {"gone": entry}, status=410)


def with_query(request: HttpRequest, address: str) -> str:
    """Append the query of this request to an address."""
    path, hash_sign, fragment = address.partition("#")
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}{hash_sign}{fragment}" if query else address


class EntryView(TemplateView):
    """A page about one entry, at the address of its slug followed by `suffix`."""

    kinds: tuple[str, ...] = ()
    suffix = ""
    entry: Entry

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, or redirect to where the entry is now."""
        try:
            self.entry = get_published_entry(self.kinds, kwargs["slug"])
        except Withdrawn as gone:
            return withdrawn_response(request, gone.entry)
        if self.entry.slug != kwargs["slug"] or self.entry.kind not in self.kinds:
            url = localized(self.entry.get_absolute_url() + self.suffix)
            return HttpResponsePermanentRedirect(with_query(request, url))
        return super().get(request, *args, **kwargs)


def redirect_permanent_id(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect from a permanent id to the page of its entry.

    `name` is the key (a UUID) of a record, or the id of a record, source, term, arena, membership
    or statement.
    """
    by_number = name.isdigit()
    entry = Entry.objects.filter(**({"id": int(name)} if by_number else {"key": name})).first()
    if entry is None and by_number:
        return _redirect_to_statement(int(name))
    if entry is None:
        raise Http404
    try:
        target = follow_merges(entry)
    except Withdrawn as gone:
        return withdrawn_response(request, gone.entry)
    if target.kind == "membership":
        url = localized(json.loads(target.document)["url"])
    else:
        url = localized(target.get_absolute_url())
    if target is entry:
        return HttpResponseRedirect(with_query(request, url))
    return HttpResponsePermanentRedirect(with_query(request, url), preserve_request=True)


def _redirect_to_statement(number: int) -> HttpResponse:
    """Redirect to the sentence with this id; to the history if the statement is retired."""
    location = _locate_statement(number)
    if location is None:
        raise Http404
    _record, kind, slug, retired = location
    page = localized(path_of(kind, slug)) + ("history/" if retired else "")
    return HttpResponseRedirect(f"{page}#statement-{number}")


def record_of_statement(number: int) -> int | None:
    """The id of the record that a statement is about, if the statement is public."""
    location = _locate_statement(number)
    return location[0] if location else None


def _locate_statement(number: int) -> tuple[int, str, str, bool] | None:
    """Find the record, kind and slug of a public statement, and whether it is retired.

    A statement that is secret, hidden or missing takes the same query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.kind, e.slug, said.retired IS NOT NULL FROM orgs_entry e"
            " JOIN orgs_statement s ON s.record_id = e.id AND s.id = %s AND s.tier = 0"
            " CROSS JOIN LATERAL said_of(ARRAY[e.id], NULL, NULL, 0, %s) said"
            " WHERE e.state = 'published' AND said.id = s.id",
            (number, Counter.today()),
        )
        return cursor.fetchone()
