"""Documents as pages read them: the JSON of entries, and what entries say of each other."""

import json
from collections.abc import Iterable

from orgs.projection.entry import Entry
from orgs.statements.existence import Event
from orgs.statements.statement import PARTS

CARDS = ("id", "key", "kind", "slug", "label", "sort_key", "card", "change", "updated")
"""The columns of an entry that a list needs: the narrow ones."""

MOST = 200
"""How many other entries a page reads to tell what they say; a list tells the rest."""


def read(document: dict) -> dict:
    """Return a document of a record with every statement knowing its part, and traits their scheme.

    What a body calls itself and what others call it are parts of their own, for organizations
    as for networks and coalitions.
    """
    for part in PARTS:
        if part != "traits":
            for item in document.get(part, ()):
                item["part"] = part
    for scheme, items in document.get("traits", {}).items():
        for item in items:
            item |= {"part": "traits", "scheme": scheme}
    forms_said = document.get("traits", {}).get("form", [])
    document["calls_itself"] = [item for item in forms_said if by_itself(item, document["id"])]
    document["called"] = [item for item in forms_said if not by_itself(item, document["id"])]
    if only_planned(document):
        for item in document["places"]:
            item["planned"] = True
    return document


def only_planned(document: dict) -> bool:
    """Whether a gathering was to take place and nothing says that it did: it is not "held in"."""
    events = {(item["event"], item["holds"]) for item in document.get("dates", ())}
    meant = {(Event.PLANNED, True), (Event.CANCELLED, True), (Event.HELD, False)}
    return bool(events & meant) and (Event.HELD, True) not in events


def by_itself(item: dict, key: str) -> bool:
    """Whether a statement about a body is in its own voice."""
    return item["voice"] == "own" or (item["speaker"] or {}).get("id") == key


def items_of(document: dict) -> Iterable[dict]:
    """Return every statement in a document of a record."""
    for part in PARTS:
        content = document.get(part, [])
        lists = content.values() if isinstance(content, dict) else [content]
        for items in lists:
            yield from items


def documents(entries: Iterable[Entry]) -> list[dict]:
    """Return the documents of records, ready to be read."""
    return [read(json.loads(entry.document)) for entry in entries]


def mention(document: dict) -> dict:
    """Return how another page names what a document is about."""
    return {name: document[name] for name in ("id", "kind", "slug", "label", "url")}


def said_elsewhere(others: list[dict], part: str, field: str, key: str) -> list[dict]:
    """Return what other documents say in one part about the record of this key.

    Each statement knows its `subject`, the record in whose document it stands.
    """
    return [
        {**item, "subject": mention(document)}
        for document in others
        for item in document[part]
        if (item.get(field) or {}).get("id") == key
    ]


def scheme_names(schemes: Iterable[str]) -> dict[str, str]:
    """Return what schemes of terms are called, by their codes; the codebook explains itself."""
    slugs = [f"scheme:{scheme}" for scheme in schemes]
    rows = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
    return {slug.partition(":")[2]: label for slug, label in rows.values_list("slug", "label")}
