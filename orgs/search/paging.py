"""Keyset paging: page 2,000 is as fast as page 1, and no row is repeated or skipped."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, transaction
from django.db.models import IntegerField, JSONField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext
from psycopg2.extensions import BYTES, register_type

from orgs.projection.entry import Entry, EntryQuerySet

from .facets import counting_sql, group_counts

LIMIT = 50
LARGEST_LIMIT = 100
COUNT_LIMIT = 10_000
CHUNK_SIZE = 500
"""How many rows of a whole list are in memory at once."""

ORDERS = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "updated": ("change", "id"),
    "-updated": ("-change", "-id"),
    "position": ("position", "sort_key", "id"),
    "relevance": ("rank", "sort_key", "id"),
}
"""The orders that lists can be in. Each ends in the id, so that it is total."""

SHOWN_SORT_KEY = "shown_sort_key"
"""An annotation that takes the place of the sort key: that of the label that the page shows."""


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the cursors of the next and previous page."""

    rows: list
    next: str | None
    previous: str | None
    count: int
    count_is: str
    facets: dict[str, list[dict]] = field(default_factory=dict)
    """The counts of the requested facets, as `filters.facet_counts`."""


def paginate(entries: QuerySet, sort: str, cursor: str = "", limit: int = LIMIT) -> Page:
    """Read one page of entries.

    `sort` is an order of `ORDERS`, `cursor` that of another page ("" for the first). Raises
    ValidationError, by field name, for an invalid cursor. The count is exact up to 10,000, then
    "at_least".
    """
    keys = _keys(entries, sort)
    backwards, values = decode_cursor(cursor, sort)
    order = [_reversed_key(key) for key in keys] if backwards else list(keys)
    chosen = _with_position(entries, sort).order_by(*order)
    if values is not None:
        chosen = chosen.filter(_after(order, values))
    rows = list(chosen[: limit + 1])
    counted = entries.order_by()[: COUNT_LIMIT + 1].values("id")
    return _build_page(rows, keys, sort, cursor, limit, counted.count())


def paginate_in_one_query(
    entries: EntryQuerySet,
    columns: Iterable[str],
    sort: str,
    cursor: str = "",
    limit: int = LIMIT,
    facets: Iterable[str] = (),
) -> Page:
    """Read one page of entries, with the counts of these facets in all of them.

    As `paginate`, for filtered lists: one query finds, orders and counts the matches; a second one
    reads these columns for the rows of the page. Without filters the indexes used by `paginate` are
    faster.
    """
    backwards, values = decode_cursor(cursor, sort)
    sort_keys = _keys(entries, sort)
    order = [_reversed_key(key) for key in sort_keys] if backwards else list(sort_keys)
    names = list(facets)
    names_of_keys = [key.lstrip("-") for key in order]
    chosen = _with_position(entries, sort).order_by()
    chosen = chosen.values(*names_of_keys, *(["facets"] if names else []))
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return _build_page([], sort_keys, sort, cursor, limit, 0, group_counts(names, ()))
    # All keys of an order go one way, so rows are compared whole.
    direction, beyond = (" DESC", "<") if order[0].startswith("-") else ("", ">")
    keys = ", ".join(names_of_keys)
    ordered = ", ".join(f"{key}{direction}" for key in names_of_keys)
    after = f" WHERE ({keys}) {beyond} %s" if values is not None else ""
    counting, counting_params = (
        counting_sql("hits chosen", names) if names else ("SELECT WHERE false", ())
    )
    with connection.cursor() as database:
        database.execute(
            " ".join(
                (
                    f"WITH hits AS MATERIALIZED ({sql}),",
                    f"top AS (SELECT {keys} FROM hits{after} ORDER BY {ordered} LIMIT %s),",
                    f"counts AS ({counting})",
                    "SELECT (SELECT count(*) FROM (SELECT FROM hits LIMIT %s) counted),",
                    f"(SELECT json_agg(json_build_array({keys}) ORDER BY {ordered}) FROM top),",
                    "(SELECT json_agg(counts) FROM counts)",
                )
            ),
            (
                *params,
                *([tuple(values)] if values is not None else []),
                limit + 1,
                *counting_params,
                COUNT_LIMIT + 1,
            ),
        )
        count, top, counts = database.fetchone()
    keys_by_id = {
        dict(zip(names_of_keys, values, strict=True))["id"]: values for values in top or ()
    }
    entries_by_id = Entry.objects.only(*columns).in_bulk(list(keys_by_id))
    rows = []
    for pk, values in keys_by_id.items():
        # An entry may have been deleted since.
        if entry := entries_by_id.get(pk):
            for key, value in zip(names_of_keys, values, strict=True):
                setattr(entry, key, value)
            rows.append(entry)
    counts_by_facet = group_counts(names, (tuple(row.values()) for row in counts or ()))
    return _build_page(rows, sort_keys, sort, cursor, limit, count, counts_by_facet)


def _keys(entries: QuerySet, sort: str) -> tuple[str, ...]:
    """The columns of an order of these entries."""
    if SHOWN_SORT_KEY not in entries.query.annotations:
        return ORDERS[sort]
    return tuple(key.replace("sort_key", SHOWN_SORT_KEY) for key in ORDERS[sort])


def _build_page(
    rows: list,
    keys: tuple[str, ...],
    sort: str,
    cursor: str,
    limit: int,
    count: int,
    facets: dict[str, list[dict]] | None = None,
) -> Page:
    """Build the page of these rows, of which one more than `limit` was read."""
    backwards, values = decode_cursor(cursor, sort)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    next_cursor = encode_cursor(rows[-1], keys, sort, "") if rows and (more or backwards) else None
    previous_cursor = (
        encode_cursor(rows[0], keys, sort, "-")
        if rows and (more if backwards else values)
        else None
    )
    exact = count <= COUNT_LIMIT
    count_is = "exact" if exact else "at_least"
    return Page(rows, next_cursor, previous_cursor, min(count, COUNT_LIMIT), count_is, facets or {})


def iterate_rows(entries: QuerySet, sort: str, *columns: str) -> Iterator[Any]:
    """Yield these columns of every row of a list in an order of `ORDERS`, as of one moment.

    A server-side cursor keeps few rows in memory. It needs a transaction: without one the database
    would materialize the whole result first.
    """
    with transaction.atomic():
        rows = _with_position(entries, sort).order_by(*ORDERS[sort]).values_list(*columns)
        yield from rows.iterator(chunk_size=CHUNK_SIZE)


def iterate_documents(entries: QuerySet, sort: str) -> Iterator[tuple[bytes, bytes, int, datetime]]:
    """Yield document, findings, change and time of every row of a list, as `iterate_rows` does.

    Texts are the bytes that the database sends, in UTF-8, undecoded.
    """
    rows = _with_position(entries, sort).order_by(*ORDERS[sort])
    columns = rows.values_list("document", "findings", "change", "updated")
    try:
        sql, parameters = columns.query.sql_with_params()
    except EmptyResultSet:
        return
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        register_type(BYTES, cursor.cursor)
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(CHUNK_SIZE):
            yield from chunk


def _with_position(entries: QuerySet, sort: str) -> QuerySet:
    """Annotate entries with the position in their documents, if that is their order."""
    if sort != "position":
        return entries
    position = KeyTextTransform("position", Cast("document", JSONField()))
    return entries.annotate(position=Cast(position, IntegerField()))


def decode_cursor(cursor: str, sort: str) -> tuple[bool, list[Any] | None]:
    """Decode whether a cursor goes backwards, and its key values: None for the first page."""
    if not cursor:
        return False, None
    problem = ValidationError(
        {
            "cursor": gettext(
                "This cursor belongs to another list. Follow `next` or `previous`, or omit it."
            )
        }
    )
    if len(cursor) > 2_000:
        raise problem
    try:
        direction, cursor_sort, *values = json.loads(
            base64.urlsafe_b64decode(cursor.encode("ascii"))
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise problem from error
    types = [str if key.endswith("sort_key") else int for key in ORDERS[sort]]
    valid = (
        cursor_sort == sort
        and direction in ("", "-")
        and len(values) == len(types)
        and all(type(value) is kind for value, kind in zip(values, types, strict=True))
        and all(abs(value) < 2**62 for value in values if isinstance(value, int))
        and not any(
            "\x00" in value or not _encodable(value) for value in values if isinstance(value, str)
        )
    )
    if not valid:
        raise problem
    return direction == "-", values


def encode_cursor(row, keys: tuple[str, ...], sort: str, direction: str) -> str:
    values = [getattr(row, key.lstrip("-")) for key in keys]
    return base64.urlsafe_b64encode(
        json.dumps([direction, sort, *values], ensure_ascii=False).encode()
    ).decode()


def _reversed_key(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _after(order: list[str], values: list[Any]) -> Q:
    """Build the condition that a row comes after these key values in this order.

    The first key also has a bound of its own, so that an index scan starts there.
    """
    condition = Q()
    for place in range(len(order)):
        same = Q(**{order[i].lstrip("-"): values[i] for i in range(place)})
        condition |= same & _beyond(order[place], values[place], "")
    return _beyond(order[0], values[0], "e") & condition


def _beyond(key: str, value: Any, equal: str) -> Q:
    side = "lt" if key.startswith("-") else "gt"
    return Q(**{f"{key.lstrip('-')}__{side}{equal}": value})


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
