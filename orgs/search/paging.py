"""Paging by keys: page 2,000 is as fast as page 1, and nothing is shown twice or skipped."""

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

from .filters import by_filter, counting_sql

LIMIT = 50
LARGEST_LIMIT = 100
COUNTED_TO = 10_000
AT_A_TIME = 500
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


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the ways on and back."""

    rows: list
    next: str | None
    previous: str | None
    count: int
    count_is: str
    facets: dict[str, list[dict]] = field(default_factory=dict)
    """How often the values of the filters asked about are held, as `filters.facet_counts`."""


def paged(entries: QuerySet, sort: str, cursor: str = "", limit: int = LIMIT) -> Page:
    """Return one page of entries.

    Takes an order of `ORDERS`, a cursor of an earlier page ("" begins) and how many rows a page
    has. Raises ValidationError, by field name, for a cursor that no page gave. The count is exact
    up to 10,000, then "at_least".
    """
    keys = ORDERS[sort]
    backwards, values = read_cursor(cursor, sort)
    order = [_turned(key) for key in keys] if backwards else list(keys)
    chosen = _placed(entries, sort).order_by(*order)
    if values is not None:
        chosen = chosen.filter(_after(order, values))
    rows = list(chosen[: limit + 1])
    counted = entries.order_by()[: COUNTED_TO + 1].values("id")
    return _page(rows, sort, cursor, limit, counted.count())


def paged_at_once(
    entries: EntryQuerySet,
    columns: Iterable[str],
    sort: str,
    cursor: str = "",
    limit: int = LIMIT,
    facets: Iterable[str] = (),
) -> Page:
    """Return one page of entries, with how often these filters' values are held in all of them.

    As `paged`, for what is narrowed: what is found is found once, and put in order and counted from
    there; of what the page shows these columns are read by number. Where nothing narrows a list its
    indexes are faster.
    """
    backwards, values = read_cursor(cursor, sort)
    order = [_turned(key) for key in ORDERS[sort]] if backwards else list(ORDERS[sort])
    names = list(facets)
    names_of_keys = [key.lstrip("-") for key in order]
    chosen = _placed(entries, sort).order_by()
    chosen = chosen.values(*names_of_keys, *(["facets"] if names else []))
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return _page([], sort, cursor, limit, 0, by_filter(names, ()))
    # All keys of an order go one way, so rows are compared whole.
    direction, beyond = (" DESC", "<") if order[0].startswith("-") else ("", ">")
    keys = ", ".join(names_of_keys)
    ordered = ", ".join(f"{key}{direction}" for key in names_of_keys)
    after = f" WHERE ({keys}) {beyond} %s" if values is not None else ""
    counting, more = counting_sql("hits chosen", names) if names else ("SELECT WHERE false", ())
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
                *more,
                COUNTED_TO + 1,
            ),
        )
        count, top, counts = database.fetchone()
    places = {dict(zip(names_of_keys, values, strict=True))["id"]: values for values in top or ()}
    found = Entry.objects.only(*columns).in_bulk(list(places))
    rows = []
    for which, values in places.items():
        # One may be gone since.
        if entry := found.get(which):
            for key, value in zip(names_of_keys, values, strict=True):
                setattr(entry, key, value)
            rows.append(entry)
    held = by_filter(names, (tuple(row.values()) for row in counts or ()))
    return _page(rows, sort, cursor, limit, count, held)


def _page(
    rows: list,
    sort: str,
    cursor: str,
    limit: int,
    count: int,
    facets: dict[str, list[dict]] | None = None,
) -> Page:
    """Return the page of these rows, of which one more than `limit` was asked for."""
    keys = ORDERS[sort]
    backwards, values = read_cursor(cursor, sort)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    on = _cursor(rows[-1], keys, sort, "") if rows and (more or backwards) else None
    back = _cursor(rows[0], keys, sort, "-") if rows and (more if backwards else values) else None
    exact = count <= COUNTED_TO
    count_is = "exact" if exact else "at_least"
    return Page(rows, on, back, min(count, COUNTED_TO), count_is, facets or {})


def every(entries: QuerySet, sort: str, *columns: str) -> Iterator[Any]:
    """Give these columns of every row of a list in an order of `ORDERS`, as of one moment.

    However many there are, a few are in memory: the database keeps a cursor while they are read.
    Outside a transaction it would write the whole answer aside first.
    """
    with transaction.atomic():
        rows = _placed(entries, sort).order_by(*ORDERS[sort]).values_list(*columns)
        yield from rows.iterator(chunk_size=AT_A_TIME)


def every_document(entries: QuerySet, sort: str) -> Iterator[tuple[bytes, bytes, int, datetime]]:
    """Give document, findings, change and time of every row of a list, as `every` does.

    Texts are given as the database sends them, in UTF-8: whoever sends them on need not read them.
    """
    rows = _placed(entries, sort).order_by(*ORDERS[sort])
    told = rows.values_list("document", "findings", "change", "updated")
    try:
        sql, parameters = told.query.sql_with_params()
    except EmptyResultSet:
        return
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        register_type(BYTES, cursor.cursor)
        cursor.execute(sql, parameters)
        while some := cursor.fetchmany(AT_A_TIME):
            yield from some


def _placed(entries: QuerySet, sort: str) -> QuerySet:
    """Return the entries with their position, if that is their order: documents tell it."""
    if sort != "position":
        return entries
    told = KeyTextTransform("position", Cast("document", JSONField()))
    return entries.annotate(position=Cast(told, IntegerField()))


def read_cursor(cursor: str, sort: str) -> tuple[bool, list[Any] | None]:
    """Return the direction and the key values of a cursor; no values for the first page."""
    if not cursor:
        return False, None
    problem = ValidationError(
        {
            "cursor": gettext(
                "This cursor is not of this list. Follow `next` or `previous`, or leave it out."
            )
        }
    )
    if len(cursor) > 2_000:
        raise problem
    try:
        given = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        direction, given_sort, *values = given
    except (ValueError, TypeError, RecursionError) as error:
        raise problem from error
    kinds = [str if key.endswith("sort_key") else int for key in ORDERS[sort]]
    sound = (
        given_sort == sort
        and direction in ("", "-")
        and len(values) == len(kinds)
        and all(type(value) is kind for value, kind in zip(values, kinds, strict=True))
        and all(abs(value) < 2**62 for value in values if isinstance(value, int))
        and not any(
            "\x00" in value or not _encodable(value) for value in values if isinstance(value, str)
        )
    )
    if not sound:
        raise problem
    return direction == "-", values


def _cursor(row, keys: tuple[str, ...], sort: str, direction: str) -> str:
    values = [getattr(row, key.lstrip("-")) for key in keys]
    return base64.urlsafe_b64encode(
        json.dumps([direction, sort, *values], ensure_ascii=False).encode()
    ).decode()


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _after(order: list[str], values: list[Any]) -> Q:
    """Return the condition that a row comes after these key values in this order.

    The first key is bounded on its own, too, so that an index on the keys is walked from there.
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
