"""The context of places, dimension by dimension: in law and in practice, lately and before.

"The local environment for organizing" differs in law and in practice, by country, state and city
(Prop 2). Everything is read from documents and shown side by side in the words of the sources;
nothing is added up. Unknown is never taken for a "no".
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from campaigns.models.context import Setting
from orgs.projection.entry import Entry, Facet
from orgs.records.kinds import ACTOR_KINDS, Kind

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

SERIES_FIELDS = ("setting", "constituency", "source", "voice", "confidence", "disputed", "detail")
"""Assessments that share these fields form a series over the years. A denial, and an assessment
with a note, a quotation or a speaker, stays separate, since a series would hide it."""

MAX_SEPARATE = 2
"""Up to this many alike assessments are shown one by one; more become a series."""

MAX_LANES = 8
"""The most values in a picture, one above the other."""

DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-\d\d)?[?~%]?")


class Lane(NamedTuple):
    """A value of a series and its periods: (start, length) in months."""

    value: str
    spans: tuple[tuple[int, int], ...]


@dataclass
class Series:
    """Assessments that differ only in date and value, the newest first."""

    items: list[dict]

    @property
    def newest(self) -> dict:
        return self.items[0]

    @property
    def older(self) -> list[dict]:
        return self.items[1:]

    @cached_property
    def spans(self) -> list[tuple[int, int]] | None:
        """(first month, month after the last) of each; None if one has no such date."""
        spans = [months_of(item["when"]) for item in self.items]
        return None if None in spans else [span for span in spans if span]

    @cached_property
    def months(self) -> tuple[int, int]:
        """The first month of the picture and its width in months."""
        spans = self.spans or [(0, 12)]
        first = min(start for start, _ in spans) // 12 * 12
        last = -(-max(end for _, end in spans) // 12) * 12
        return first, last - first

    @property
    def years(self) -> tuple[int, int]:
        """The first and last year of the picture."""
        first, width = self.months
        return first // 12, (first + width) // 12 - 1

    @cached_property
    def lanes(self) -> list[Lane]:
        """The lanes of the picture; empty with too many values or unknown dates."""
        if self.spans is None:
            return []
        first, _ = self.months
        spans: dict[str, list[tuple[int, int]]] = {}
        for item, span in sorted(zip(self.items, self.spans, strict=True), key=lambda one: one[1]):
            spans.setdefault(item["value"], []).append(span)
        if len(spans) > MAX_LANES:
            return []
        return [
            Lane(
                value,
                tuple((start - first, end - start) for start, end in merge_spans(spans[value])),
            )
            for value in sorted(spans, key=value_order)
        ]


class Cell(NamedTuple):
    """The assessments of one dimension in one setting."""

    assessments: tuple[dict, ...] = ()
    series: tuple[Series, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.assessments or self.series)


@dataclass
class Dimension:
    code: str
    labels: dict[str, str]
    definitions: dict[str, str] = field(default_factory=dict)
    position: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)
    """By setting: "in_law", "in_practice", "" where the source says neither."""

    @property
    def unspecified(self) -> Cell:
        """Assessments without a setting."""
        return self.cells.get("", Cell())

    @property
    def settings(self) -> list[tuple[str, Cell]]:
        """Law and practice; empty if no source distinguishes them."""
        if not any(self.cells.get(setting) for setting in Setting.values):
            return []
        return [(setting, self.cells.get(setting, Cell())) for setting in Setting.values]


@dataclass
class Theme:
    """A dimension of the codebook with its known narrower dimensions."""

    head: Dimension
    dimensions: list[Dimension]


class Codebook:
    """The terms of some schemes, read in one query."""

    def __init__(self, *schemes: str) -> None:
        self.terms: dict[str, dict] = {}
        entries = Entry.objects.published().of_kinds("term").holding(["scheme"], list(schemes))
        for entry in entries.only("id", "slug", "document"):
            self.terms[entry.slug] = json.loads(entry.document)

    def terms_of(self, scheme: str) -> list[dict]:
        terms = [term for slug, term in self.terms.items() if slug.startswith(f"{scheme}:")]
        return sorted(terms, key=lambda term: (term["position"], term["code"]))

    def widest(self, slug: str) -> str:
        """The widest term above this one, or itself. Stops at cycles."""
        seen: set[str] = set()
        while slug not in seen:
            seen.add(slug)
            slug = (self.terms.get(slug) or {}).get("broader") or slug
        return slug


# Order ------------------------------------------------------------------------------------------


def months_of(edtf: str | None) -> tuple[int, int] | None:
    """The first month of a date and the month after its last, counted from year 0.

    Takes a year, month, day or closed period; other dates have no picture.
    """
    first, _, last = (edtf or "").partition("/")
    ends = [DATE.fullmatch(point) for point in (first, last or first)]
    if not all(ends):
        return None
    start, end = ((int(one[1]), int(one[2] or 0)) for one in ends if one)
    begins = 12 * start[0] + max(start[1] - 1, 0)
    return begins, max(begins + 1, 12 * end[0] + (end[1] or 12))


def merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def value_order(value: str) -> tuple[float, str]:
    """Sort key of values: numbers first, then text."""
    number = re.match(r"\d+(?:\.\d+)?", value)
    return (float(number[0]) if number else float("inf"), value)


def recency_order(item: dict) -> tuple[int, str, int]:
    """Sort key that puts the newest assessment first."""
    year = re.search(r"\d{4}", item["when"] or "")
    return (-int(year[0]) if year else 0, item["when"] or "", item["statement"])


def build_cell(items: Sequence[dict]) -> Cell:
    """Group assessments of one dimension and setting; those alike over many years form a series."""
    groups: dict[tuple, list[dict]] = {}
    for item in items:
        distinct = not item["holds"] or item["note"] or item["quote"] or item["speaker"]
        comparator_id = (item["comparator"] or {}).get("id")
        separate = distinct or not item["when"]
        key = (
            (item["statement"],)
            if separate
            else (*(item[name] for name in SERIES_FIELDS), comparator_id)
        )
        groups.setdefault(key, []).append(item)
    series = [
        Series(sorted(group, key=recency_order))
        for group in groups.values()
        if len(group) > MAX_SEPARATE
    ]
    in_series = {item["statement"] for group_series in series for item in group_series.items}
    # Undated assessments come last, in the order of their statements.
    assessments = sorted(
        (item for item in items if item["statement"] not in in_series),
        key=lambda item: recency_order(item)[0],
    )
    return Cell(tuple(assessments), tuple(series))


def dimensions_of(assessments: Iterable[dict], codebook: Codebook) -> list[Dimension]:
    """Assessments by dimension, in the order of the codebook.

    Takes items of a document's `context`. Dimensions that the codebook lacks come last.
    """
    items_by_code: dict[str, list[dict]] = {}
    for item in assessments:
        items_by_code.setdefault(item["dimension"], []).append(item)
    dimensions = []
    for code, items in items_by_code.items():
        term = codebook.terms.get(f"dimension:{code}", {})
        cells = {
            setting: build_cell([item for item in items if (item["setting"] or "") == setting])
            for setting in ("", *Setting.values)
        }
        dimensions.append(
            Dimension(
                code,
                term.get("labels") or {"en": items[0]["label"]},
                term.get("definitions") or {},
                term.get("position") or 10_000,
                {setting: cell for setting, cell in cells.items() if cell},
            )
        )
    return sorted(dimensions, key=lambda dimension: (dimension.position, dimension.code))


def themes_of(dimensions: Iterable[Dimension], codebook: Codebook) -> list[Theme]:
    """Dimensions grouped by the widest term above each, in the order of the codebook."""
    themes: dict[str, Theme] = {}
    for dimension in dimensions:
        widest = codebook.widest(f"dimension:{dimension.code}")
        if widest not in themes:
            term = codebook.terms.get(widest)
            head = (
                Dimension(term["code"], term["labels"], term["definitions"], term["position"])
                if term
                else dimension
            )
            themes[widest] = Theme(head, [])
        themes[widest].dimensions.append(dimension)
    return sorted(themes.values(), key=lambda theme: (theme.head.position, theme.head.code))


# Two places -------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A dimension of two places side by side."""

    dimension: Dimension
    here: Dimension | None
    there: Dimension | None

    @property
    def settings(self) -> list[tuple[str, Cell, Cell]]:
        """Law, practice and unspecified, if either place has assessments."""
        ours, theirs = (
            dimension.cells if dimension else {} for dimension in (self.here, self.there)
        )
        return [
            (setting, ours.get(setting, Cell()), theirs.get(setting, Cell()))
            for setting in (*Setting.values, "")
            if setting in ours or setting in theirs
        ]


def compare(
    here: Iterable[dict], there: Iterable[dict], codebook: Codebook
) -> tuple[list[Row], list[Row]]:
    """The dimensions known of both places, and those known of only one."""
    ours = {dimension.code: dimension for dimension in dimensions_of(here, codebook)}
    theirs = {dimension.code: dimension for dimension in dimensions_of(there, codebook)}
    dimensions_of_either = sorted(
        (theirs | ours).values(),
        key=lambda dimension: (
            codebook.terms.get(codebook.widest(f"dimension:{dimension.code}"), {}).get("position")
            or 10_000,
            dimension.position,
            dimension.code,
        ),
    )
    rows = [
        Row(dimension, ours.get(dimension.code), theirs.get(dimension.code))
        for dimension in dimensions_of_either
    ]
    return [row for row in rows if row.here and row.there], [
        row for row in rows if not (row.here and row.there)
    ]


def compared_places(document: dict[str, Any], others: Iterable[dict]) -> list[dict]:
    """The places with which sources compare this one, in alphabetical order.

    Either a relation contrasts them, or an assessment of one has the other as comparator.
    """
    places: dict[str, dict] = {}
    for item in [document, *(other for other in others if other["kind"] == "place")]:
        is_own = item["id"] == document["id"]
        mentioned = [relation["object"] for relation in item["relations"] if is_contrast(relation)]
        mentioned += [
            assessment["comparator"] for assessment in item["context"] if assessment["comparator"]
        ]
        for place in mentioned:
            if is_own and place["kind"] == "place":
                places[place["id"]] = place
            elif place["id"] == document["id"]:
                places[item["id"]] = item
    places.pop(document["id"], None)
    return sorted(places.values(), key=lambda place: place["label"].casefold())


def is_contrast(item: dict) -> bool:
    return item["holds"] and item["predicate"] == "contrasts_with"


# Allies -----------------------------------------------------------------------------------------

PRESENCE_FILTERS = ("country", "active_in")
"""The filters for being in a place: a seat or activity there."""

ALLY_SCHEMES = ("ally_type", "sector")

MAX_PRESENT = 200
"""The most entries read for a place."""


class Sector(NamedTuple):
    """The entries of one sector or kind of ally in a place."""

    term: dict
    others: tuple[Entry, ...]
    """Entries in no arena of migrant civil society: possible allies."""
    migrants: tuple[Entry, ...]
    """Entries in an arena."""


class Allies(NamedTuple):
    """The entries in a place by sector, and the kinds of ally without an entry."""

    sectors: tuple[Sector, ...]
    cases: tuple[Entry, ...]
    """Cases about allies here."""
    unresearched: tuple[dict, ...]


def allies_in(number: int, codebook: Codebook) -> Allies:
    """The entries in a place with a kind of ally or a sector, in three queries.

    Takes the number of the place and a codebook of `ALLY_SCHEMES`.
    """
    rows = Facet.objects.filter(
        Q(filter__in=PRESENCE_FILTERS, value=str(number)) | Q(filter__in=(*ALLY_SCHEMES, "arena"))
    ).values_list("id", "filter", "value")
    facets = {facet_id: (name, value) for facet_id, name, value in rows}
    presence_facets = [
        facet_id for facet_id, (name, _) in facets.items() if name in PRESENCE_FILTERS
    ]
    ally_facets = [facet_id for facet_id, (name, _) in facets.items() if name in ALLY_SCHEMES]
    entries = (
        Entry.objects.published()
        .of_kinds(*ACTOR_KINDS, Kind.CASE)
        .filter(facets__overlap=presence_facets)
        .filter(facets__overlap=ally_facets)
        .order_by("sort_key", "id")
    )
    entries_present = list(entries.only("id", "kind", "slug", "label", "facets")[:MAX_PRESENT])
    by_term: dict[str, tuple[list[Entry], list[Entry]]] = {}
    cases, known_slugs = [], set()
    for entry in entries_present:
        values = [facets[facet_id] for facet_id in entry.facets if facet_id in facets]
        ally_slugs = [f"{name}:{value}" for name, value in values if name in ALLY_SCHEMES]
        known_slugs.update(ally_slugs)
        if entry.kind == Kind.CASE:
            cases.append(entry)
            continue
        migrant = any(name == "arena" for name, _ in values)
        for slug in ally_slugs:
            by_term.setdefault(slug, ([], []))[migrant].append(entry)
    return Allies(
        tuple(
            Sector(term, *map(tuple, by_term[term["slug"]]))
            for scheme in ALLY_SCHEMES
            for term in codebook.terms_of(scheme)
            if term["slug"] in by_term
        ),
        tuple(cases),
        tuple(term for term in codebook.terms_of("ally_type") if term["slug"] not in known_slugs),
    )
