"""Entries as JSON-LD, with the vocabulary of schema.org.

Only fields with the same meaning in schema.org are mapped. Kinds that it does not have are in a
vocabulary of the API, whose addresses lead to the OpenAPI schemas of their documents. Conflicting
values are all included; their sources are in the document itself, at `url`.
"""

import json
import re
from typing import Any

from orgs.records.kinds import ACTOR_KINDS

from .csv import Document

SCHEMA_ORG = "https://schema.org/"
PREFIX = "mcs"

PLAIN_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
"""Dates that mean the same in EDTF and in schema.org: a year, a month or a day."""

TYPES = {
    "organization": "Organization",
    "partnership": "Organization",
    "place": "Place",
    "gathering": "Event",
    "campaign": f"{PREFIX}:Campaign",
    "instrument": f"{PREFIX}:Instrument",
    "project": f"{PREFIX}:Project",
    "demand": f"{PREFIX}:Demand",
    "case": f"{PREFIX}:Case",
    "source": "CreativeWork",
    "term": "DefinedTerm",
    "arena": "DefinedTerm",
    "membership": f"{PREFIX}:Membership",
}
PLACE_TYPES = {"country": "Country", "state": "State", "city": "City"}


def context(base: str) -> dict[str, str]:
    """The `@context`; `base` is the address of the site, such as "https://a.example"."""
    return {"@vocab": SCHEMA_ORG, PREFIX: f"{base}/api/v1/schema.json#/components/schemas/"}


def linked_data(document: Document, base: str) -> dict[str, Any]:
    """The linked data of a document without `@context`; empty properties are left out."""
    kind = document["kind"]
    data: dict[str, Any] = {
        "@id": _permanent_url(document, base),
        "@type": TYPES[kind],
        "identifier": document["id"],
        "url": base + document["url"],
        "name": document["label"],
    }
    if kind == "source":
        data |= _source(document, base)
    elif kind in ("term", "arena"):
        data |= _defined_term(document, base)
    elif kind == "membership":
        data |= {
            f"{PREFIX}:member": _mention(document["member"], base),
            f"{PREFIX}:partnership": _mention(document["membership"]["partnership"], base),
        }
    else:
        data |= _record(document, base)
    return {name: value for name, value in data.items() if value}


def linked_data_json(document: Document, base: str) -> str:
    return json.dumps(linked_data(document, base), ensure_ascii=False)


def _record(document: Document, base: str) -> dict[str, Any]:
    kind = document["kind"]
    names = [
        _in_language(item["text"], item["language"])
        for item in _current(document, "names")
        if item["text"] != document["label"]
    ]
    data: dict[str, Any] = {
        "alternateName": names,
        "description": [
            _in_language(item["body"], item["language"]) for item in _current(document, "texts")
        ],
        "sameAs": [item["url"] for item in _current(document, "links")],
        "subjectOf": [
            {"@id": base + source["url"], "@type": "CreativeWork", "name": source["title"]}
            for source in document["sources"]
        ],
    }
    if identifiers := _current(document, "identifiers"):
        data["identifier"] = [
            document["id"],
            *(
                {"@type": "PropertyValue", "propertyID": item["scheme"], "value": item["value"]}
                for item in identifiers
            ),
        ]
    if kind in ACTOR_KINDS:
        return data | _actor(document, base)
    if kind == "gathering":
        return data | {
            "location": _places(document, "held_at", base),
            "startDate": _days(document, "held"),
            "superEvent": _related(document, ("part_of", "edition_of"), base),
        }
    if kind == "place":
        types = [item["term"] for item in document["traits"].get("place_type", ())]
        return data | {
            "@type": next((PLACE_TYPES[code] for code in types if code in PLACE_TYPES), "Place"),
            "containedInPlace": _related(document, ("part_of",), base),
        }
    return data


def _actor(document: Document, base: str) -> dict[str, Any]:
    arenas = [f"{base}/arenas/{item['arena']}/" for item in _current(document, "arenas")]
    is_partnership = document["kind"] == "partnership"
    return {
        "additionalType": [*([f"{PREFIX}:Partnership"] if is_partnership else ()), *arenas],
        "memberOf": [
            _mention(item["partnership"], base) for item in _current(document, "memberships")
        ],
        "location": _places(document, "seat", base),
        "areaServed": _places(document, "acts_in", base),
        "foundingDate": _days(document, "founded"),
        "dissolutionDate": _days(document, "ended"),
    }


def _source(document: Document, base: str) -> dict[str, Any]:
    issued = document["issued"]
    return {
        "name": document["title"],
        "alternateName": document["label"],
        "author": document["authors"],
        "datePublished": issued if PLAIN_DATE.fullmatch(issued or "") else None,
        "inLanguage": document["language"],
        "isPartOf": document["container"],
        "publisher": _mention(document["published_by"], base)
        if document["published_by"]
        else document["publisher"],
        "sameAs": document["urls"],
    }


def _defined_term(document: Document, base: str) -> dict[str, Any]:
    if document["kind"] == "arena":
        return {"termCode": document["id"], "description": document["definition"]}
    return {
        "name": [_in_language(*pair[::-1]) for pair in document["labels"].items()],
        "description": [_in_language(*pair[::-1]) for pair in document["definitions"].items()],
        "termCode": document["code"],
        "inDefinedTermSet": f"{base}/terms/{document['scheme']}/",
    }


def _current(document: Document, part: str) -> list[dict]:
    """The statements of a part that hold on the day of the document."""
    return [item for item in document[part] if item["holds"] and item["current"]]


def _in_language(text: str, language: str) -> Any:
    return text if language in ("", "und", "mix") else {"@value": text, "@language": language}


def _permanent_url(document: Document, base: str) -> str:
    """The address that never changes: by id for records and memberships."""
    by_id = len(document["id"]) == 36 or document["kind"] == "membership"
    return base + (f"/id/{document['id']}" if by_id else document["url"])


def _mention(mention: dict, base: str) -> dict[str, str]:
    return {
        "@id": f"{base}/id/{mention['id']}",
        "@type": TYPES[mention["kind"]],
        "name": mention["label"],
        "url": base + mention["url"],
    }


def _places(document: Document, role: str, base: str) -> list[dict]:
    return [
        _mention(item["place"], base)
        for item in _current(document, "places")
        if item["role"] == role
    ]


def _related(document: Document, predicates: tuple[str, ...], base: str) -> list[dict]:
    return [
        _mention(item["object"], base)
        for item in _current(document, "relations")
        if item["predicate"] in predicates
    ]


def _days(document: Document, event: str) -> list[str]:
    return [
        item["when"]
        for item in document["dates"]
        if item["event"] == event and item["holds"] and PLAIN_DATE.fullmatch(item["when"] or "")
    ]
