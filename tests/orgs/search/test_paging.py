"""Paging by keys: whichever way a list is walked, nothing is shown twice and nothing skipped."""

import base64
import json

import pytest
from django.core.exceptions import ValidationError

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.search.facets import facet_counts
from orgs.search.paging import ORDERS, Page, decode_cursor, paginate, paginate_in_one_query
from orgs.search.text import search
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

SENTENCE = "This cursor belongs to another list. Follow `next` or `previous`, or omit it."


@pytest.fixture
def alike(write: Writer) -> None:
    """Twenty-five organizations with five names from five changes: many keys are equal."""
    for change in range(5):
        changeset = Changeset()
        for place in range(5):
            record = changeset.record("organization", f"body-{change}-{place}")
            changeset.add("name", record, text=f"Union {place}", source=write.source_id)
        changeset.propose().accept()


OF_RECORDS = sorted(set(ORDERS) - {"position"})
"""The orders of records. Terms and arenas alone have a position; see test_filters.py."""


def everything(sort: str):
    entries = Entry.objects.published().of_kinds("organization")
    return search(entries, "union") if sort == "relevance" else entries


def in_order(sort: str) -> list[int]:
    return list(everything(sort).order_by(*ORDERS[sort]).values_list("id", flat=True))


def at_once(entries, sort: str, cursor: str, limit: int) -> Page:
    """A page of one query, with the signature of `paginate`."""
    return paginate_in_one_query(entries, ["label"], sort, cursor, limit)


WAYS = [paginate, at_once]
"""A list is walked, or what narrows it is found first: the pages are the same."""


def walked(way, sort: str, limit: int) -> tuple[list[list[int]], list[list[int]]]:
    """The pages of a list as they come on the way on, and on the way back."""
    on, back = [], []
    cursor: str | None = ""
    while cursor is not None:
        page = way(everything(sort), sort, cursor, limit)
        on.append([row.id for row in page.rows])
        cursor = page.next
    while page.previous is not None:
        back.append([row.id for row in page.rows])
        page = way(everything(sort), sort, page.previous, limit)
    back.append([row.id for row in page.rows])
    return on, back


@pytest.mark.parametrize("sort", OF_RECORDS)
@pytest.mark.parametrize("way", WAYS)
def test_walk_on_and_back_shows_every_entry_once(alike, sort, way):
    order = in_order(sort)

    for limit in (1, 2, 4, 5, 24, 25, 26):
        on, back = walked(way, sort, limit)

        assert [pk for rows in on for pk in rows] == order
        assert [pk for rows in reversed(back) for pk in rows] == order
        assert len(on) == len(back) == -(-25 // limit)


@pytest.mark.parametrize("sort", OF_RECORDS)
def test_first_page_leads_on_and_last_page_leads_back(alike, sort):
    first = paginate(everything(sort), sort, "", 20)
    last = paginate(everything(sort), sort, first.next, 20)

    assert (first.previous, last.next) == (None, None)
    assert (len(first.rows), len(last.rows)) == (20, 5)
    again = paginate(everything(sort), sort, last.previous, 20)
    assert [row.id for row in again.rows] == [row.id for row in first.rows]
    assert (again.previous, again.next is None) == (None, False)


@pytest.mark.parametrize("sort", OF_RECORDS)
def test_page_at_once_is_the_page_with_what_it_counts(alike, write, sort):
    term = write.term("identity:women")
    for slug in ("body-0-1", "body-3-4"):
        write.say("trait", Record.objects.get(slug=slug), term=term)
    entries = everything(sort)

    page = paginate(entries, sort, "", 4)
    at_once = paginate_in_one_query(entries, ["label"], sort, "", 4, ["identity", "arena"])

    assert [row.id for row in at_once.rows] == [row.id for row in page.rows]
    assert (at_once.next, at_once.previous) == (page.next, page.previous)
    assert (at_once.count, at_once.count_is) == (page.count, page.count_is)
    assert at_once.facets == facet_counts(entries, ["identity", "arena"])
    assert at_once.facets["identity"] == [{"value": "women", "label": "women", "count": 2}]


def test_nothing_at_once_is_one_page_that_counts_nothing(write):
    for entries in (Entry.objects.none(), Entry.objects.filter(slug="nobody")):
        page = paginate_in_one_query(entries, ["label"], "name", "", 4, ["arena"])

        assert page == Page([], None, None, 0, "exact", {"arena": []})


def test_page_counts_the_whole_list(alike):
    page = paginate(everything("name"), "name", "", 10)

    assert (page.count, page.count_is) == (25, "exact")


def test_empty_list_is_one_page_that_leads_nowhere(write):
    page = paginate(Entry.objects.none(), "name")

    assert page == Page([], None, None, 0, "exact")


def test_large_list_is_counted_so_far(alike, monkeypatch):
    monkeypatch.setattr("orgs.search.paging.COUNT_LIMIT", 24)

    page = paginate(everything("name"), "name", "", 5)

    assert (page.count, page.count_is) == (24, "at_least")


def test_what_is_added_or_taken_away_meanwhile_moves_no_other_entry(alike, write):
    order = in_order("name")
    first = paginate(everything("name"), "name", "", 10)
    changeset = Changeset()
    changeset.record("organization", "aaa-first")
    changeset.record("organization", "zzz-last")
    changeset.propose().accept()
    Entry.objects.filter(id__in=[order[3], order[9], order[10]]).delete()

    second = paginate(everything("name"), "name", first.next, 100)

    assert [row.id for row in second.rows][:14] == order[11:]
    assert [row.slug for row in second.rows][14:] == ["zzz-last"]


def cursor_of(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


HOSTILE = {
    "no base64": "!!!",
    "proposals of other scripts": "курсор",
    "broken base64": "A",
    "no JSON": base64.urlsafe_b64encode(b"name").decode(),
    "no text": base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "nothing": base64.urlsafe_b64encode(b"").decode() + "=",
    "a number": base64.urlsafe_b64encode(b"7").decode(),
    "an object": base64.urlsafe_b64encode(b'{"a": 1, "b": 2, "c": 3, "d": 4}').decode(),
    "a string": base64.urlsafe_b64encode(b'"abcd"').decode(),
    "null": base64.urlsafe_b64encode(b"null").decode(),
    "deep JSON": base64.urlsafe_b64encode(b"[" * 1_000).decode(),
    "long": "A" * 100_000,
    "empty list": cursor_of(),
    "another order": cursor_of("", "-name", "union 1", 7),
    "no such order": cursor_of("", "colour", "union 1", 7),
    "another direction": cursor_of("+", "name", "union 1", 7),
    "direction that is none": cursor_of(None, "name", "union 1", 7),
    "direction as a list": cursor_of([], "name", "union 1", 7),
    "too few keys": cursor_of("", "name", "union 1"),
    "too many keys": cursor_of("", "name", "union 1", 7, 7),
    "key of another type": cursor_of("", "name", 7, 7),
    "text for the id": cursor_of("", "name", "union 1", "7"),
    "a truth for the id": cursor_of("", "name", "union 1", True),
    "a fraction for the id": cursor_of("", "name", "union 1", 7.5),
    "infinity for the id": cursor_of("", "name", "union 1", float("inf")),
    "no number for the id": cursor_of("", "name", "union 1", float("nan")),
    "nothing for the id": cursor_of("", "name", "union 1", None),
    "an endless id": cursor_of("", "name", "union 1", 10**30),
    "an endless negative id": cursor_of("", "name", "union 1", -(2**63)),
    "NUL": cursor_of("", "name", "union\x00", 7),
    "half a character": cursor_of("", "name", "union \ud800", 7),
    "five thousand digits": base64.urlsafe_b64encode(
        b'["", "name", "x", ' + b"1" * 1_400 + b"]"
    ).decode(),
}


@pytest.mark.parametrize("cursor", HOSTILE.values(), ids=HOSTILE)
def test_cursor_that_no_page_gave_is_refused_by_its_name(db, cursor):
    with pytest.raises(ValidationError) as refusal:
        paginate(Entry.objects.published(), "name", cursor)

    assert refusal.value.message_dict == {"cursor": [SENTENCE]}


def test_cursor_of_one_order_is_refused_in_another(alike):
    cursor = paginate(everything("name"), "name", "", 5).next

    for sort in sorted(set(ORDERS) - {"name"}):
        with pytest.raises(ValidationError) as refusal:
            decode_cursor(cursor, sort)
        assert refusal.value.message_dict == {"cursor": [SENTENCE]}


@pytest.mark.parametrize("text", ["", "ឥឡូវ", "x" * 300, "'; --", "%", "\\"])
def test_sort_keys_of_any_text_make_a_cursor(alike, text):
    page = paginate(everything("name"), "name", cursor_of("", "name", text, 0), 100)

    assert len(page.rows) == (25 if text < "union" else 0)
