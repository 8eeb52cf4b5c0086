"""The context of places, dimension by dimension: in law and in practice, lately and before.

"The local environment for organizing" differs in law and in practice, by country, state and city
(Prop 2). Everything is read from documents: what is said about a place stays in its own words, side
by side, and nothing is added up. What is not on record is never taken for a "no".
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from orgs.projection.entry import Entry, Facet
from orgs.records.record import ACTORS, Kind

SETTINGS = ("in_law", "in_practice")
"""Rights "in principle" and as they "can be exercised in practice" (Prop 2)."""

ALLIES = (
    "ally_power",
    "ally_presence",
    "ally_disposition",
    "human_rights_organizations",
    "coalition_infrastructure",
)
"""The dimensions of the "density and disposition of potential allies" (Prop 2)."""

OPPONENTS = ("opponent_power",)
"""That of "the power of the opponents of migrant rights" (Prop 2)."""

VOTING = (
    "voting_abroad",
    "voting_restriction",
    "legislative_seats",
    "voter_turnout",
    "party_campaigning_abroad",
    "migrant_vote_effect",
)
"""The dimensions of "long-distance voting rights" (Prop 8)."""

ALIKE = ("setting", "constituency", "source", "voice", "confidence", "disputed", "detail")
"""What findings share that are told as one, from year to year. A denial, and what has a note, a
quotation or a speaker of its own, stands by itself: it would be lost."""

FEW = 2
"""So many findings of one kind stand as they are; of more only the newest does."""

MOST_LANES = 8
"""A picture has at most so many values, one above the other."""

POINT = re.compile(r"(\d{4})(?:-(\d\d))?(?:-\d\d)?[?~%]?")


class Lane(NamedTuple):
    """One value of a series, and when it was so: (start, length) in twelfths of a year."""

    value: str
    spans: tuple[tuple[int, int], ...]


@dataclass
class Series:
    """Findings that differ only in when they were so and what they say, the newest first."""

    items: list[dict]

    @property
    def newest(self) -> dict:
        """Return the finding of the last year."""
        return self.items[0]

    @property
    def older(self) -> list[dict]:
        """Return the findings of the years before."""
        return self.items[1:]

    @cached_property
    def spans(self) -> list[tuple[int, int]] | None:
        """Return the months from which and before which each is so; None if one tells no months."""
        spans = [months_of(item["when"]) for item in self.items]
        return None if None in spans else [span for span in spans if span]

    @cached_property
    def months(self) -> tuple[int, int]:
        """Return the month with which the picture begins, and how many it shows."""
        spans = self.spans or [(0, 12)]
        first = min(start for start, _ in spans) // 12 * 12
        last = -(-max(end for _, end in spans) // 12) * 12
        return first, last - first

    @property
    def years(self) -> tuple[int, int]:
        """Return the first year of the picture and the last."""
        first, width = self.months
        return first // 12, (first + width) // 12 - 1

    @cached_property
    def lanes(self) -> list[Lane]:
        """Return what the picture shows; nothing if there are too many values, or no years."""
        if self.spans is None:
            return []
        first, _ = self.months
        spans: dict[str, list[tuple[int, int]]] = {}
        for item, span in sorted(zip(self.items, self.spans, strict=True), key=lambda one: one[1]):
            spans.setdefault(item["value"], []).append(span)
        if len(spans) > MOST_LANES:
            return []
        return [
            Lane(value, tuple((start - first, end - start) for start, end in joined(spans[value])))
            for value in sorted(spans, key=in_order)
        ]


class Cell(NamedTuple):
    """What is said of one dimension in one setting: findings and series, as they are read."""

    assessments: tuple[dict, ...] = ()
    series: tuple[Series, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.assessments or self.series)


@dataclass
class Dimension:
    """A side of the context, with all that is said about it of one place."""

    code: str
    labels: dict[str, str]
    definitions: dict[str, str] = field(default_factory=dict)
    position: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)
    """By setting: "in_law", "in_practice", "" where the source says neither."""

    @property
    def both(self) -> Cell:
        """Return what is said for both settings, or without saying for which."""
        return self.cells.get("", Cell())

    @property
    def settings(self) -> list[tuple[str, Cell]]:
        """Return law and practice beside each other; nothing where no source tells them apart."""
        if not any(self.cells.get(setting) for setting in SETTINGS):
            return []
        return [(setting, self.cells.get(setting, Cell())) for setting in SETTINGS]


@dataclass
class Theme:
    """A dimension of the codebook with those that are narrower, as far as they are on record."""

    head: Dimension
    dimensions: list[Dimension]


class Words:
    """The terms of some schemes, as the codebook has them; read in one query."""

    def __init__(self, *schemes: str) -> None:
        self.terms: dict[str, dict] = {}
        wanted = Entry.objects.published().of_kinds("term").holding(["scheme"], list(schemes))
        for entry in wanted.only("id", "slug", "document"):
            self.terms[entry.slug] = json.loads(entry.document)

    def of(self, scheme: str) -> list[dict]:
        """Return the terms of a scheme in the order of the codebook."""
        found = [term for slug, term in self.terms.items() if slug.startswith(f"{scheme}:")]
        return sorted(found, key=lambda term: (term["position"], term["code"]))

    def root(self, slug: str) -> str:
        """Return the widest term above this one; itself if it has none. Circles end."""
        seen: set[str] = set()
        while slug not in seen:
            seen.add(slug)
            slug = (self.terms.get(slug) or {}).get("broader") or slug
        return slug


# In which order it is told ----------------------------------------------------------------------


def months_of(edtf: str | None) -> tuple[int, int] | None:
    """Return the month in which a date begins and the one before which it ends, from year 0.

    Takes a year, month or day, or a closed period of such; of anything else there is no picture.
    """
    first, _, last = (edtf or "").partition("/")
    ends = [POINT.fullmatch(point) for point in (first, last or first)]
    if not all(ends):
        return None
    start, end = ((int(one[1]), int(one[2] or 0)) for one in ends if one)
    begins = 12 * start[0] + max(start[1] - 1, 0)
    return begins, max(begins + 1, 12 * end[0] + (end[1] or 12))


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans of months without gaps and overlaps between those that follow each other."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def in_order(value: str) -> tuple[float, str]:
    """Return the key by which values stand above each other: numbers first, then words."""
    number = re.match(r"\d+(?:\.\d+)?", value)
    return (float(number[0]) if number else float("inf"), value)


def newest_first(item: dict) -> tuple[int, str, int]:
    """Return the key by which the newest finding comes first."""
    year = re.search(r"\d{4}", item["when"] or "")
    return (-int(year[0]) if year else 0, item["when"] or "", item["statement"])


def cell_of(items: Sequence[dict]) -> Cell:
    """Return findings of one dimension and setting: what many years repeat is told as one."""
    alike: dict[tuple, list[dict]] = {}
    for item in items:
        apart = not item["holds"] or item["note"] or item["quote"] or item["speaker"]
        comparator = (item["comparator"] or {}).get("id")
        alone = apart or not item["when"]
        kind = (item["statement"],) if alone else (*(item[name] for name in ALIKE), comparator)
        alike.setdefault(kind, []).append(item)
    series = [
        Series(sorted(group, key=newest_first)) for group in alike.values() if len(group) > FEW
    ]
    told = {item["statement"] for one in series for item in one.items}
    # What is undated comes last, in the order in which it was said.
    assessments = sorted(
        (item for item in items if item["statement"] not in told),
        key=lambda item: newest_first(item)[0],
    )
    return Cell(tuple(assessments), tuple(series))


def dimensions_of(assessments: Iterable[dict], words: Words) -> list[Dimension]:
    """Return findings by dimension, in the order of the codebook.

    Takes items of a document's `context`. A word that the codebook lacks comes last, as it is.
    """
    said: dict[str, list[dict]] = {}
    for item in assessments:
        said.setdefault(item["dimension"], []).append(item)
    found = []
    for code, items in said.items():
        term = words.terms.get(f"dimension:{code}", {})
        cells = {
            setting: cell_of([item for item in items if (item["setting"] or "") == setting])
            for setting in ("", *SETTINGS)
        }
        found.append(
            Dimension(
                code,
                term.get("labels") or {"en": items[0]["label"]},
                term.get("definitions") or {},
                term.get("position") or 10_000,
                {setting: cell for setting, cell in cells.items() if cell},
            )
        )
    return sorted(found, key=lambda one: (one.position, one.code))


def themes_of(dimensions: Iterable[Dimension], words: Words) -> list[Theme]:
    """Return dimensions below the widest term above each, in the order of the codebook."""
    themes: dict[str, Theme] = {}
    for one in dimensions:
        root = words.root(f"dimension:{one.code}")
        if root not in themes:
            term = words.terms.get(root)
            head = (
                Dimension(term["code"], term["labels"], term["definitions"], term["position"])
                if term
                else one
            )
            themes[root] = Theme(head, [])
        themes[root].dimensions.append(one)
    return sorted(themes.values(), key=lambda theme: (theme.head.position, theme.head.code))


# Two places -------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A dimension of two places beside each other."""

    dimension: Dimension
    here: Dimension | None
    there: Dimension | None

    @property
    def settings(self) -> list[tuple[str, Cell, Cell]]:
        """Return law, practice and what is not told apart, as far as one of the two has it."""
        ours, theirs = (one.cells if one else {} for one in (self.here, self.there))
        return [
            (setting, ours.get(setting, Cell()), theirs.get(setting, Cell()))
            for setting in (*SETTINGS, "")
            if setting in ours or setting in theirs
        ]


def compared(
    here: Iterable[dict], there: Iterable[dict], words: Words
) -> tuple[list[Row], list[Row]]:
    """Return the dimensions that are on record of both places, and those of only one of them."""
    ours = {one.code: one for one in dimensions_of(here, words)}
    theirs = {one.code: one for one in dimensions_of(there, words)}
    every = sorted(
        (theirs | ours).values(),
        key=lambda one: (
            words.terms.get(words.root(f"dimension:{one.code}"), {}).get("position") or 10_000,
            one.position,
            one.code,
        ),
    )
    rows = [Row(one, ours.get(one.code), theirs.get(one.code)) for one in every]
    return [row for row in rows if row.here and row.there], [
        row for row in rows if not (row.here and row.there)
    ]


def beside(document: dict[str, Any], others: Iterable[dict]) -> list[dict]:
    """Return the places with which sources compare this one, each once, in alphabetical order.

    They are said to contrast with it, or a finding about one names the other.
    """
    found: dict[str, dict] = {}
    for one in [document, *(other for other in others if other["kind"] == "place")]:
        ours = one["id"] == document["id"]
        named = [item["object"] for item in one["relations"] if contrasts(item)]
        named += [item["comparator"] for item in one["context"] if item["comparator"]]
        for place in named:
            if ours and place["kind"] == "place":
                found[place["id"]] = place
            elif place["id"] == document["id"]:
                found[one["id"]] = one
    found.pop(document["id"], None)
    return sorted(found.values(), key=lambda place: place["label"].casefold())


def contrasts(item: dict) -> bool:
    """Whether a relation sets its two sides against each other."""
    return item["holds"] and item["predicate"] == "contrasts_with"


# Those who stand by ------------------------------------------------------------------------------

PRESENT = ("country", "active_in")
"""What makes somebody present in a place: a seat there, or acting there."""

KINDS_OF_ALLIES = ("ally_type", "sector")
"""The schemes by which those who may be allies are told apart."""

MOST_PRESENT = 200
"""How many that are present in a place are read."""


class Sector(NamedTuple):
    """Who of one sector, or of one kind of ally, is present in a place."""

    term: dict
    others: tuple[Entry, ...]
    """Those in no arena of migrant civil society: possible allies."""
    migrants: tuple[Entry, ...]
    """Those in an arena."""


class Allies(NamedTuple):
    """Who is on record in a place, by sector; and which kinds of ally nothing is on record of."""

    sectors: tuple[Sector, ...]
    cases: tuple[Entry, ...]
    """Cases that tell of allies here, without naming a body."""
    silent: tuple[dict, ...]


def allies_in(number: int, words: Words) -> Allies:
    """Return who in a place is described as an ally or is of a sector, in three queries.

    Takes the number of the place and the words of `KINDS_OF_ALLIES`.
    """
    rows = Facet.objects.filter(
        Q(filter__in=PRESENT, value=str(number)) | Q(filter__in=(*KINDS_OF_ALLIES, "arena"))
    ).values_list("id", "filter", "value")
    facets = {which: (one, value) for which, one, value in rows}
    present = [which for which, (one, _) in facets.items() if one in PRESENT]
    told = [which for which, (one, _) in facets.items() if one in KINDS_OF_ALLIES]
    entries = (
        Entry.objects.published()
        .of_kinds(*ACTORS, Kind.CASE)
        .filter(facets__overlap=present)
        .filter(facets__overlap=told)
        .order_by("sort_key", "id")
    )
    found = list(entries.only("id", "kind", "slug", "label", "facets")[:MOST_PRESENT])
    by_term: dict[str, tuple[list[Entry], list[Entry]]] = {}
    cases, named = [], set()
    for entry in found:
        held = [facets[which] for which in entry.facets if which in facets]
        of_kinds = [f"{one}:{value}" for one, value in held if one in KINDS_OF_ALLIES]
        named.update(of_kinds)
        if entry.kind == Kind.CASE:
            cases.append(entry)
            continue
        migrant = any(one == "arena" for one, _ in held)
        for slug in of_kinds:
            by_term.setdefault(slug, ([], []))[migrant].append(entry)
    return Allies(
        tuple(
            Sector(term, *map(tuple, by_term[term["slug"]]))
            for scheme in KINDS_OF_ALLIES
            for term in words.of(scheme)
            if term["slug"] in by_term
        ),
        tuple(cases),
        tuple(term for term in words.of("ally_type") if term["slug"] not in named),
    )
