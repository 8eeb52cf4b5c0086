"""Resolve addresses: permanent ids and slugs, also former ones, merged and withdrawn records."""

from collections.abc import Sequence

from django.http import Http404

from .entry import ADDRESS_COLUMNS, DOCUMENT_COLUMNS, Entry

PAGE_COLUMNS = (*ADDRESS_COLUMNS, *DOCUMENT_COLUMNS, "card", "facets")


class Withdrawn(Exception):
    """The record was withdrawn; its entry keeps the day and the class of the reason."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


def resolve(kinds: Sequence[str], name: str, columns: Sequence[str] = PAGE_COLUMNS) -> Entry:
    """The published entry of these kinds with this id or slug, also a former one.

    After a move or a merge the entry has another slug, after a merge perhaps another kind: the
    caller redirects. Reads only these `columns`. Raises Withdrawn, and Http404: the same for a
    hidden record as for one that never existed, after the same two queries.
    """
    if "\x00" in name:
        raise Http404
    if entry := Entry.at_address(kinds, name, columns):
        return follow_merges(entry)
    former = Entry.objects.of_kinds(*kinds).only(*columns).formerly_at(name).first()
    if former is None or former.state == Entry.State.GONE:
        raise Http404
    entry = follow_merges(former)
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
