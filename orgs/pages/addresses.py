"""Addresses: what stands at one, what stood there, and the permanent one of every id."""

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
    """That what stood at an address was withdrawn; its entry keeps the day and the reason class."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


def published_at(kinds: Iterable[str], slug: str) -> Entry:
    """Return the published entry of these kinds at an address, a former one included.

    After a move or a merge its slug is another one. Raises Http404, and Withdrawn. What is hidden
    and what never was take the same two queries and get the same answer.
    """
    entries = Entry.objects.of_kinds(*kinds)
    entry = entries.filter(slug=slug).first()
    if entry is not None:
        return survivor(entry)
    entry = entries.formerly_at(slug).first()
    if entry is None or entry.state == Entry.State.GONE:
        raise Http404
    entry = survivor(entry)
    # A former name must not lead to a record whose name is withheld since: it would tell it.
    if entry.slug == entry.key:
        raise Http404
    return entry


def survivor(entry: Entry) -> Entry:
    """Return the entry itself, or the one it lives on in after merges.

    Raises Http404 if that one is hidden, and Withdrawn.
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


def withdrawn(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Answer with what is left of a withdrawn record: the day and the class of the reason."""
    return render(request, "410.html", {"gone": entry}, status=410)


def with_query(request: HttpRequest, address: str) -> str:
    """Return an address with the question of this request behind it."""
    path, hash_sign, fragment = address.partition("#")
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}{hash_sign}{fragment}" if query else address


class Address(TemplateView):
    """A page about one entry, at the address of its slug. `tail` is what follows that address."""

    kinds: tuple[str, ...] = ()
    tail = ""
    entry: Entry

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, or lead to where the entry is now."""
        try:
            self.entry = published_at(self.kinds, kwargs["slug"])
        except Withdrawn as gone:
            return withdrawn(request, gone.entry)
        if self.entry.slug != kwargs["slug"] or self.entry.kind not in self.kinds:
            there = localized(self.entry.get_absolute_url() + self.tail)
            return HttpResponsePermanentRedirect(with_query(request, there))
        return super().get(request, *args, **kwargs)


def permanent(request: HttpRequest, name: str) -> HttpResponse:
    """Lead from a permanent id to the page of what it names, for ever.

    Takes the key (a UUID) of a record, or the number of a record, source, term, arena, membership
    or statement.
    """
    by_number = name.isdigit()
    entry = Entry.objects.filter(**({"id": int(name)} if by_number else {"key": name})).first()
    if entry is None and by_number:
        return _permanent_of_statement(request, int(name))
    if entry is None:
        raise Http404
    try:
        there = survivor(entry)
    except Withdrawn as gone:
        return withdrawn(request, gone.entry)
    if there.kind == "membership":
        url = localized(json.loads(there.document)["url"])
    else:
        url = localized(there.get_absolute_url())
    if there is entry:
        return HttpResponseRedirect(with_query(request, url))
    return HttpResponsePermanentRedirect(with_query(request, url), preserve_request=True)


def _permanent_of_statement(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to the sentence that has this number; to the history if it is said no longer."""
    found = _said(number)
    if found is None:
        raise Http404
    _record, kind, slug, retired = found
    page = localized(path_of(kind, slug)) + ("history/" if retired else "")
    return HttpResponseRedirect(f"{page}#statement-{number}")


def said_about(number: int) -> int | None:
    """Return the number of the record about which a statement is, if the public may read it."""
    found = _said(number)
    return found[0] if found else None


def _said(number: int) -> tuple[int, str, str, bool] | None:
    """Return record, kind and slug of a statement, and whether it is said no longer.

    Whether there is one is judged by what the public may read of its record, now or ever, in the
    same query whether it is secret, hidden or never was.
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
