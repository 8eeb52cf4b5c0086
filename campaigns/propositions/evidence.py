"""Which records bear on a proposition: for, against, qualifying.

That a record bears on a proposition is a sentence of the ledger like any other, with its source,
its voice and its reason: a trait of one of three schemes. Nothing here knows which records they
are, and whoever may correct a name may add a case.
"""

import json
from collections import Counter as Multiset
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from orgs.projection.entry import Entry

from .base import Words
from .reading import Reading

PROPOSITIONS = 10
"""How many there are; terms stand for them in each of the three schemes."""

MOST = 40
"""How many records of each side a page names; search shows the rest."""


class Side(NamedTuple):
    """A side on which records stand."""

    scheme: str
    """The scheme of the terms that say so."""
    heading: Words
    none: Words
    """What is said where none is on record."""


SIDES = (
    Side(
        "supports_proposition",
        _("For"),
        _("None known. That is not evidence against it."),
    ),
    Side(
        "contradicts_proposition",
        _("Against"),
        _("None known. That is not evidence for it."),
    ),
    Side(
        "qualifies_proposition",
        _("Qualifying"),
        _("No known limits. There may be some."),
    ),
)


class Evidence(NamedTuple):
    """The records on one side of a proposition."""

    side: Side
    many: int
    items: list[dict]
    """Statements as documents have them, each with its `subject`."""
    more: int
    """How many records are not named here."""
    url: str
    """The search that shows all of them."""


def term_of(number: int) -> str:
    """Return the code of the terms that stand for a proposition."""
    return f"proposition_{number}"


def evidence(number: int) -> tuple[list[Evidence], list[dict]]:
    """Return what stands on each side of a proposition, and the sources of what is said.

    In as many queries for many records as for few.
    """
    code = term_of(number)
    counts = sides_counted()[number]
    sides, sources = [], []
    for side, many, url in counts:
        entries = Entry.objects.published().holding([side.scheme], [code])
        found = entries.order_by("sort_key", "id").values_list("document", flat=True)
        documents = [json.loads(text) for text in found[:MOST]] if many else []
        items = [
            {**item, "part": "traits", "scheme": side.scheme, "subject": document}
            for document in documents
            for item in document["traits"].get(side.scheme, ())
            if item["term"] == code and item["holds"]
        ]
        sides.append(Evidence(side, many, items, many - len(documents), url))
        sources += [source for document in documents for source in document["sources"]]
    return sides, sources


def sides_counted() -> dict[int, list[tuple[Side, int, str]]]:
    """Return, by proposition, how many records stand on each side and where they are listed."""
    read = Reading(*(side.scheme for side in SIDES))
    counts: Multiset[tuple[str, str]] = Multiset()
    for (_kind, scheme, code), count in read.counts.items():
        counts[scheme, code] += count
    return {
        number: [
            (
                side,
                counts[side.scheme, term_of(number)],
                f"/search/?trait={side.scheme}:{term_of(number)}",
            )
            for side in SIDES
        ]
        for number in range(1, PROPOSITIONS + 1)
    }
