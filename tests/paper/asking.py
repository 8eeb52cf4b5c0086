"""Requests to the public API, and values of its documents."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

MOST = 100
"""How many entries one answer holds at most."""


def get_json(client: Client, path: str, **filters: Any) -> dict:
    """The JSON at a path below `/api/v1/`; the status has to be 200."""
    answer = client.get(f"/api/v1/{path}", filters)

    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def entries(client: Client, collection: str, **filters: Any) -> list[dict]:
    """Every entry of a collection that matches these filters, page by page."""
    results: list[dict] = []
    page: dict = {"next": f"/api/v1/{collection}/"}
    filters = {"limit": MOST, **filters}
    while page["next"]:
        answer = client.get(page["next"], filters)
        assert answer.status_code == 200, answer.content.decode()
        page = answer.json()
        # `next` is a whole address that repeats the questions.
        filters = {}
        results += page["results"]
    return results


def slugs(client: Client, collection: str, **filters: Any) -> set[str]:
    """The slugs of the entries that match these filters."""
    return {entry["slug"] for entry in entries(client, collection, fields="slug", **filters)}


def plain(value: Any) -> Any:
    """A mentioned record as its slug, a speaker as a name; anything else as it is."""
    if isinstance(value, dict):
        return value.get("slug", value.get("label"))
    return value


def statements(items: Iterable[dict], **matching: Any) -> list[dict]:
    """The statements whose fields are these; records are named by their slugs."""
    return [
        item
        for item in items
        if all(plain(item[name]) == value for name, value in matching.items())
    ]


def only(items: Iterable[dict], **matching: Any) -> dict:
    """The one statement whose fields are these."""
    results = statements(items, **matching)

    assert len(results) == 1, f"{len(results)} statements are {matching}"
    return results[0]


def values(items: Iterable[dict], name: str, **matching: Any) -> set:
    """The values of one field in the statements whose other fields match."""
    return {plain(item[name]) for item in statements(items, **matching)}


def codes(document: dict, scheme: str, **matching: Any) -> set[str]:
    """The codes of the terms of a scheme that describe a record, as far as they hold."""
    return values(document["traits"].get(scheme, ()), "term", holds=True, **matching)


def amount(figure: dict) -> tuple[float | None, float | None, str]:
    """The bounds of a figure and its unit."""
    return figure["low"], figure["high"], figure["unit"]


def key_words(quote: str, *words: str) -> set[str]:
    """Which of these words a quoted definition has."""
    quoted = quote.casefold()
    return {word for word in words if word in quoted}
