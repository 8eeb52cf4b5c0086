"""Records that bear on a proposition: for, against, qualifying.

The link of a record to a proposition is a statement like any other, with its source, its voice and
its reason: a trait of one of three schemes. Editors add cases in the catalogue, not in this code.
"""

import json
from collections import Counter as Multiset
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from orgs.projection.entry import Entry

from .base import Text
from .queries import FacetCounts

PROPOSITIONS = 10
"""The number of propositions; each of the three schemes has a term for each."""

MAX_RECORDS = 40
"""A page names at most this many records of each side; search shows the rest."""


class Side(NamedTuple):
    scheme: str
    heading: Text
    empty_text: Text
    """Shown if there is no record."""


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
    total: int
    items: list[dict]
    """Statements as in documents, each with its `subject`."""
    more: int
    """The number of records not named here."""
    url: str


def term_code(number: int) -> str:
    return f"proposition_{number}"


def evidence(number: int) -> tuple[list[Evidence], list[dict]]:
    """The sides of a proposition and the sources of their statements; few queries at any size."""
    code = term_code(number)
    side_counts = counts_by_side()[number]
    sides, sources = [], []
    for side, total, url in side_counts:
        entries = Entry.objects.published().holding([side.scheme], [code])
        texts = entries.order_by("sort_key", "id").values_list("document", flat=True)
        documents = [json.loads(text) for text in texts[:MAX_RECORDS]] if total else []
        items = [
            {**item, "part": "traits", "scheme": side.scheme, "subject": document}
            for document in documents
            for item in document["traits"].get(side.scheme, ())
            if item["term"] == code and item["holds"]
        ]
        sides.append(Evidence(side, total, items, total - len(documents), url))
        sources += [source for document in documents for source in document["sources"]]
    return sides, sources


def counts_by_side() -> dict[int, list[tuple[Side, int, str]]]:
    """By proposition: (side, number of records, address of the search)."""
    facets = FacetCounts(*(side.scheme for side in SIDES))
    counts: Multiset[tuple[str, str]] = Multiset()
    for (_kind, scheme, code), count in facets.counts.items():
        counts[scheme, code] += count
    return {
        number: [
            (
                side,
                counts[side.scheme, term_code(number)],
                f"/search/?trait={side.scheme}:{term_code(number)}",
            )
            for side in SIDES
        ]
        for number in range(1, PROPOSITIONS + 1)
    }
