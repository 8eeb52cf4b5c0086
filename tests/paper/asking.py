"""Asking the public API in few words, and reading its documents."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

MOST = 100
"""How many entries one answer holds at most."""


def ask(client: Client, path: str, **questions: Any) -> dict:
    """Return what the API answers at an address below `/api/v1/`; it has to answer."""
    answer = client.get(f"/api/v1/{path}", questions)

    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def entries(client: Client, collection: str, **questions: Any) -> list[dict]:
    """Return every entry of a collection that answers these questions, page by page."""
    found: list[dict] = []
    page: dict = {"next": f"/api/v1/{collection}/"}
    questions = {"limit": MOST, **questions}
    while page["next"]:
        answer = client.get(page["next"], questions)
        assert answer.status_code == 200, answer.content.decode()
        page = answer.json()
        # `next` is a whole address that repeats the questions.
        questions = {}
        found += page["results"]
    return found


def slugs(client: Client, collection: str, **questions: Any) -> set[str]:
    """Return the slugs of the entries that answer these questions."""
    return {entry["slug"] for entry in entries(client, collection, fields="slug", **questions)}


def plain(value: Any) -> Any:
    """Return a mentioned record as its slug, a speaker as a name; anything else as it is."""
    if isinstance(value, dict):
        return value.get("slug", value.get("label"))
    return value


def statements(items: Iterable[dict], **matching: Any) -> list[dict]:
    """Return the statements whose fields are these; records are named by their slugs."""
    return [
        item
        for item in items
        if all(plain(item[name]) == value for name, value in matching.items())
    ]


def only(items: Iterable[dict], **matching: Any) -> dict:
    """Return the one statement whose fields are these."""
    found = statements(items, **matching)

    assert len(found) == 1, f"{len(found)} statements are {matching}"
    return found[0]


def values(items: Iterable[dict], name: str, **matching: Any) -> set:
    """Return what stands in one field of the statements whose other fields are these."""
    return {plain(item[name]) for item in statements(items, **matching)}


def codes(document: dict, scheme: str, **matching: Any) -> set[str]:
    """Return the codes of the terms of a scheme that describe a record, as far as they hold."""
    return values(document["traits"].get(scheme, ()), "term", holds=True, **matching)


def amount(figure: dict) -> tuple[float | None, float | None, str]:
    """Return the bounds of a figure and its unit."""
    return figure["low"], figure["high"], figure["unit"]


def key_words(quote: str, *words: str) -> set[str]:
    """Return which of these words a quoted definition has."""
    quoted = quote.casefold()
    return {word for word in words if word in quoted}
