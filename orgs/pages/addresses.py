"""The pages of entries: redirects from former addresses, permanent ids and statements."""

import json
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.views.generic import TemplateView

from orgs.projection.addresses import follow_merges, resolve
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import path_of
from orgs.records.languages import localized
from orgs.sql import fetch_row


def with_query(request: HttpRequest, address: str) -> str:
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
        self.entry = resolve(self.kinds, kwargs["slug"])
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
    target = follow_merges(entry)
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
    return fetch_row(
        "SELECT e.id, e.kind, e.slug, statement.retired IS NOT NULL FROM orgs_entry e"
        " JOIN orgs_statement s ON s.record_id = e.id AND s.id = %s AND s.tier = 0"
        " CROSS JOIN LATERAL statements_of(ARRAY[e.id], NULL, NULL, 0, %s) statement"
        " WHERE e.state = 'published' AND statement.id = s.id",
        (number, Counter.today()),
    )
