"""Entries as JSON-LD: a small, honest mapping to the words of schema.org.

Only what schema.org means in the same way is mapped; kinds that it does not know stand in our own
vocabulary, whose addresses lead to the description of their documents. Rival values all stand:
who says what is told by the document itself, at `url` and in the other formats.
"""

import json
import re
from typing import Any

from .csv import Document

WORDS = "https://schema.org/"
OWN = "mcs"
"""The prefix of our own vocabulary."""

PLAIN_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
"""Dates that mean the same in EDTF and in schema.org: a year, a month or a day."""

TYPES = {
    "organization": "Organization",
    "partnership": "Organization",
    "place": "Place",
    "gathering": "Event",
    "campaign": f"{OWN}:Campaign",
    "instrument": f"{OWN}:Instrument",
    "project": f"{OWN}:Project",
    "demand": f"{OWN}:Demand",
    "case": f"{OWN}:Case",
    "source": "CreativeWork",
    "term": "DefinedTerm",
    "arena": "DefinedTerm",
    "membership": f"{OWN}:Membership",
}
PLACE_TYPES = {"country": "Country", "state": "State", "city": "City"}


def context(base: str) -> dict[str, str]:
    """Return what the words of an answer mean, for a site at this address ("https://a.example")."""
    return {"@vocab": WORDS, OWN: f"{base}/api/v1/schema.json#/components/schemas/"}


def linked(document: Document, base: str) -> dict[str, Any]:
    """Return the linked data of a document, without its context; empty properties are left out."""
    kind = document["kind"]
    told: dict[str, Any] = {
        "@id": _permanent(document, base),
        "@type": TYPES[kind],
        "identifier": document["id"],
        "url": base + document["url"],
        "name": document["label"],
    }
    if kind == "source":
        told |= _work(document, base)
    elif kind in ("term", "arena"):
        told |= _word(document, base)
    elif kind == "membership":
        told |= {
            f"{OWN}:member": _mentioned(document["member"], base),
            f"{OWN}:partnership": _mentioned(document["membership"]["partnership"], base),
        }
    else:
        told |= _record(document, base)
    return {name: value for name, value in told.items() if value}


def text_of(document: Document, base: str) -> str:
    """Return the linked data of a document as JSON text."""
    return json.dumps(linked(document, base), ensure_ascii=False)


def _record(document: Document, base: str) -> dict[str, Any]:
    kind = document["kind"]
    names = [
        _in_language(item["text"], item["language"])
        for item in _so(document, "names")
        if item["text"] != document["label"]
    ]
    told: dict[str, Any] = {
        "alternateName": names,
        "description": [
            _in_language(item["body"], item["language"]) for item in _so(document, "texts")
        ],
        "sameAs": [item["url"] for item in _so(document, "links")],
        "subjectOf": [
            {"@id": base + source["url"], "@type": "CreativeWork", "name": source["title"]}
            for source in document["sources"]
        ],
    }
    if identifiers := _so(document, "identifiers"):
        told["identifier"] = [
            document["id"],
            *(
                {"@type": "PropertyValue", "propertyID": item["scheme"], "value": item["value"]}
                for item in identifiers
            ),
        ]
    if kind in ("organization", "partnership"):
        told |= {
            "additionalType": [
                f"{base}/arenas/{item['arena']}/" for item in _so(document, "arenas")
            ],
            "memberOf": [
                _mentioned(item["partnership"], base) for item in _so(document, "memberships")
            ],
            "location": _places(document, "seat", base),
            "areaServed": _places(document, "acts_in", base),
            "foundingDate": _days(document, "founded"),
            "dissolutionDate": _days(document, "ended"),
        }
        if kind == "partnership":
            told["additionalType"].insert(0, f"{OWN}:Partnership")
    elif kind == "gathering":
        told |= {
            "location": _places(document, "held_at", base),
            "startDate": _days(document, "held"),
            "superEvent": _related(document, ("part_of", "edition_of"), base),
        }
    elif kind == "place":
        types = [item["term"] for item in document["traits"].get("place_type", ())]
        told |= {
            "@type": next((PLACE_TYPES[one] for one in types if one in PLACE_TYPES), "Place"),
            "containedInPlace": _related(document, ("part_of",), base),
        }
    return told


def _work(document: Document, base: str) -> dict[str, Any]:
    issued = document["issued"]
    return {
        "name": document["title"],
        "alternateName": document["label"],
        "author": document["authors"],
        "datePublished": issued if PLAIN_DATE.fullmatch(issued or "") else None,
        "inLanguage": document["language"],
        "isPartOf": document["container"],
        "publisher": _mentioned(document["published_by"], base)
        if document["published_by"]
        else document["publisher"],
        "sameAs": document["urls"],
    }


def _word(document: Document, base: str) -> dict[str, Any]:
    if document["kind"] == "arena":
        return {"termCode": document["id"], "description": document["definition"]}
    return {
        "name": [_in_language(*pair[::-1]) for pair in document["labels"].items()],
        "description": [_in_language(*pair[::-1]) for pair in document["definitions"].items()],
        "termCode": document["code"],
        "inDefinedTermSet": f"{base}/terms/{document['scheme']}/",
    }


def _so(document: Document, part: str) -> list[dict]:
    """Return the statements of a part that say that something is so, and still is."""
    return [item for item in document[part] if item["holds"] and item["current"]]


def _in_language(text: str, language: str) -> Any:
    return text if language in ("", "und", "mix") else {"@value": text, "@language": language}


def _permanent(document: Document, base: str) -> str:
    """Return the address by which something is known for ever: records have one of their own."""
    by_id = len(document["id"]) == 36 or document["kind"] == "membership"
    return base + (f"/id/{document['id']}" if by_id else document["url"])


def _mentioned(mention: dict, base: str) -> dict[str, str]:
    return {
        "@id": f"{base}/id/{mention['id']}",
        "@type": TYPES[mention["kind"]],
        "name": mention["label"],
        "url": base + mention["url"],
    }


def _places(document: Document, role: str, base: str) -> list[dict]:
    items = document["places"]
    # Where something happened stays true, also when it is over.
    kept = [item for item in items if item["role"] == role and item["holds"] and item["current"]]
    return [_mentioned(item["place"], base) for item in kept]


def _related(document: Document, predicates: tuple[str, ...], base: str) -> list[dict]:
    return [
        _mentioned(item["object"], base)
        for item in _so(document, "relations")
        if item["predicate"] in predicates
    ]


def _days(document: Document, event: str) -> list[str]:
    return [
        item["when"]
        for item in document["dates"]
        if item["event"] == event and item["holds"] and PLAIN_DATE.fullmatch(item["when"] or "")
    ]
