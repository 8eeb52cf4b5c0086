"""The documents of entries as pages read them, and the statements of others about an entry."""

import json
from collections.abc import Iterable

from orgs.projection.entry import Entry
from orgs.statements.existence import Event
from orgs.statements.statement import PARTS

CARD_COLUMNS = ("id", "key", "kind", "slug", "label", "sort_key", "card", "change", "updated")
"""The columns of an entry that a card needs: the narrow ones."""

DOCUMENTS_LIMIT = 200
"""How many documents of other entries a page reads; a list has the rest."""


def with_parts(document: dict) -> dict:
    """Write into every statement of a record's document its part, and into traits their scheme.

    Adds two parts: what an actor calls itself, and what others call it.
    """
    for part in PARTS:
        if part != "traits":
            for item in document.get(part, ()):
                item["part"] = part
    for scheme, items in document.get("traits", {}).items():
        for item in items:
            item |= {"part": "traits", "scheme": scheme}
    forms = document.get("traits", {}).get("form", [])
    document["calls_itself"] = [item for item in forms if is_own_voice(item, document["id"])]
    document["called"] = [item for item in forms if not is_own_voice(item, document["id"])]
    if only_planned(document):
        for item in document["places"]:
            item["planned"] = True
    return document


def only_planned(document: dict) -> bool:
    """Whether a gathering was planned and no source says that it took place."""
    events = {(item["event"], item["holds"]) for item in document.get("dates", ())}
    plans = {(Event.PLANNED, True), (Event.CANCELLED, True), (Event.HELD, False)}
    return bool(events & plans) and (Event.HELD, True) not in events


def is_own_voice(item: dict, key: str) -> bool:
    """Whether a statement about the actor with this key is in its own voice."""
    return item["voice"] == "own" or (item["speaker"] or {}).get("id") == key


def items_of(document: dict) -> Iterable[dict]:
    """Iterate over all statements of a record's document."""
    for part in PARTS:
        content = document.get(part, [])
        lists = content.values() if isinstance(content, dict) else [content]
        for items in lists:
            yield from items


def read_documents(entries: Iterable[Entry]) -> list[dict]:
    return [with_parts(json.loads(entry.document)) for entry in entries]


PROVENANCE = {"statement", "source", "locator", "quote", "observed", "note", "preferred", "also"}
"""The fields of a statement that its sentence does not show; its note does."""


def merge_repeated(items: Iterable[dict]) -> list[dict]:
    """One item for statements with the same sentence: several sources may say the same.

    The others are in its `also`; each keeps a note and an anchor of its own.
    """
    by_sentence: dict[str, dict] = {}
    for item in items:
        hidden = PROVENANCE | {"detail"} if item.get("short") else PROVENANCE
        shown = {name: value for name, value in item.items() if name not in hidden}
        first = by_sentence.setdefault(json.dumps(shown, sort_keys=True), item)
        if first is not item:
            first.setdefault("also", []).append(item)
    return list(by_sentence.values())


MENTION_FIELDS = ("id", "kind", "slug", "label", "url", "api_url")


def mention(document: dict) -> dict:
    """The short form in which other documents mention this one."""
    return {name: document[name] for name in MENTION_FIELDS}


def statements_about(others: list[dict], part: str, field: str, key: str) -> list[dict]:
    """Collect the statements of other documents, in one part, about the record with this key.

    Each statement has a `subject`: the record of its document.
    """
    return [
        {**item, "subject": mention(document)}
        for document in others
        for item in document[part]
        if (item.get(field) or {}).get("id") == key
    ]


def scheme_names(schemes: Iterable[str]) -> dict[str, str]:
    """The labels of schemes of terms, by code: each scheme is a term itself."""
    slugs = [f"scheme:{scheme}" for scheme in schemes]
    rows = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
    return {slug.partition(":")[2]: label for slug, label in rows.values_list("slug", "label")}
