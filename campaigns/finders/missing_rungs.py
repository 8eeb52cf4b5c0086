"""Missing rungs: service without a tie to advocacy, advocacy without a tie to service.

Migrant Forum in Asia works on four levels, from the dignity of each worker to the causes of
migration (Prop 4). A body need not climb all rungs itself: a recorded tie to one that stands on
another is enough. What is not on record may still be so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from campaigns.analysis.facts import TAKING_PART, ids_subquery, public_statements
from campaigns.models import Involvement
from orgs.projection.entry import Entry, Facet
from orgs.records.record import ACTORS
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

from .bodies import Statements, has_part_in, labels, named, tied_to

LEVELS = ("level_1", "level_2", "level_3", "level_4")

SERVICE = {
    "service_level": ("level_1", "level_2"),
    "approach": ("service",),
    "activity": (
        "helping_distressed_migrants",
        "redressing_violations",
        "legal_services",
        "humanitarian_support",
        "immigrant_defense",
    ),
}
"""Editorial: what makes a body one of service, by scheme. Any term of the scheme `service` does."""

ADVOCACY = {
    "service_level": ("level_3", "level_4"),
    "approach": ("advocacy", "policy_led"),
    "activity": ("policy_advocacy", "lobbying", "campaigning", "critical_engagement"),
}
"""Editorial: what makes a body one of advocacy."""

SEATED = ("country", "active_in")
"""The filters of those who are in a place."""

EXAMINED = 1_000
"""Of how many bodies the ties are read."""
SHOWN = 100


class Lacking(NamedTuple):
    """A body on one side without a recorded tie to the other, and by which terms it is there."""

    entry: Entry
    traits: list[str]


@dataclass
class Rungs:
    """Who stands on one side and is tied to nobody on the other."""

    lacking: list[Lacking] = field(default_factory=list)
    count: int = 0
    """How many lack a tie, of those looked at."""
    examined: int = 0
    partial: bool = False


@dataclass
class Missing:
    """The rungs that are missing on both sides."""

    service: Rungs
    """Bodies of service without a tie to advocacy."""
    advocacy: Rungs
    words: dict[str, str]


def missing_rungs(day: date, place: int | None = None) -> Missing:
    """Return who lacks a tie to the other side, of all or of those seated or acting in a place."""
    wanted = Q(filter__in=[*SERVICE, "service"])
    wanted |= Q(filter__in=SEATED, value=str(place))
    rows = Facet.objects.filter(wanted).values_list("id", "filter", "value")
    facets = {(name, value): number for number, name, value in rows}
    service = {k: v for k, v in facets.items() if k[0] == "service" or _is_in(k, SERVICE)}
    advocacy = {k: v for k, v in facets.items() if _is_in(k, ADVOCACY)}
    there = None if place is None else [v for k, v in facets.items() if k[0] in SEATED]
    found = Missing(
        _rungs(service, advocacy, there, day), _rungs(advocacy, service, there, day), {}
    )
    both = (*found.service.lacking, *found.advocacy.lacking)
    found.words = labels(
        {trait for one in both for trait in one.traits} | {*terms_of(SERVICE), *terms_of(ADVOCACY)}
    )
    return found


def terms_of(side: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the terms of a side, each by scheme and code."""
    return [f"{scheme}:{code}" for scheme, codes in side.items() for code in codes]


def _is_in(facet: tuple[str, str], side: dict[str, tuple[str, ...]]) -> bool:
    return facet[1] in side.get(facet[0], ())


def _rungs(
    here: dict[tuple[str, str], int],
    there: dict[tuple[str, str], int],
    places: list[int] | None,
    day: date,
) -> Rungs:
    """Return who holds a facet of one side, none of the other, and is tied to nobody there."""
    entries = (
        Entry.objects.published()
        .of_kinds(*ACTORS)
        .filter(facets__overlap=list(here.values()))
        .exclude(facets__overlap=list(there.values()))
    )
    if places is not None:
        entries = entries.filter(facets__overlap=places)
    rows = list(
        entries.order_by("sort_key", "id").only("id", "key", "kind", "slug", "label", "facets")[
            : EXAMINED + 1
        ]
    )
    rungs = Rungs(examined=len(rows[:EXAMINED]), partial=len(rows) > EXAMINED)
    if not rows:
        return rungs
    ties = ties_of({entry.id for entry in rows[:EXAMINED]}, day)
    partners = {other for some in ties.values() for other in some}
    standing = set(
        Entry.objects.published()
        .filter(id__in=ids_subquery(partners), facets__overlap=list(there.values()))
        .values_list("id", flat=True)
    )
    names = {number: f"{scheme}:{code}" for (scheme, code), number in here.items()}
    for entry in rows[:EXAMINED]:
        if not ties[entry.id] & standing:
            rungs.count += 1
            if rungs.count <= SHOWN:
                traits = sorted(names[one] for one in entry.facets if one in names)
                rungs.lacking.append(Lacking(entry, traits))
    return rungs


def ties_of(bodies: set[int], day: date) -> dict[int, set[int]]:
    """Return whom a recorded tie joins to each of these bodies, in four queries."""
    ties: dict[int, set[int]] = defaultdict(set)
    pairs = [
        *public_statements(Relation, day, None)
        .filter(Q(record__in=ids_subquery(bodies)) | Q(object__in=ids_subquery(bodies)))
        .values_list("record", "object"),
        *public_statements(Membership, day, None)
        .filter(Q(record__in=ids_subquery(bodies)) | Q(partnership__in=ids_subquery(bodies)))
        .values_list("record", "partnership"),
    ]
    for one, other in pairs:
        ties[one].add(other)
        ties[other].add(one)
    taken = public_statements(Involvement, day, None).filter(
        record__in=ids_subquery(bodies), role__in=TAKING_PART
    )
    parts: dict[int, set[int]] = defaultdict(set)
    for one, undertaking in taken.values_list("record", "undertaking"):
        parts[undertaking].add(one)
    others = public_statements(Involvement, day, None).filter(undertaking__in=ids_subquery(parts))
    for other, undertaking in others.values_list("record", "undertaking"):
        for one in parts[undertaking]:
            if one != other:
                ties[one].add(other)
    return ties


# The ladder of one body -------------------------------------------------------------------------


class Rung(NamedTuple):
    """One of the four levels: who stands on it for a body, and how the record says so."""

    level: str
    itself: Statements
    denied: Statements
    """That a source says it does not work on this level."""
    through: list[tuple[int, int]]
    """What it takes part in that is of this level, with the statement."""
    partners: list[tuple[int, int]]
    """Bodies tied to it that work on this level, with the statement."""

    @property
    def missing(self) -> bool:
        """Whether nobody is on record on this rung."""
        return not (self.itself or self.denied or self.through or self.partners)


@dataclass
class Ladder:
    """The four levels for one body."""

    body: int
    rungs: list[Rung]
    named: dict[int, Entry]
    words: dict[str, str]


MOST_PARTNERS = 12
"""How many are shown on one rung."""


def ladder_of(body: int, day: date) -> Ladder:
    """Return the four levels for a body: its own, of what it does, of whom it is tied to."""
    taken = set(
        public_statements(Involvement, day, None)
        .filter(record=body, role__in=TAKING_PART)
        .values_list("undertaking", flat=True)
    )
    partners = tied_to(body, has_part_in(body, day), day)
    rows = public_statements(Trait, day, None).filter(
        term__scheme="service_level",
        record__in=ids_subquery({body, *taken, *partners}),
        span__contains=day,
    )
    said: dict[tuple[str, int], int] = {}
    for level, which, statement in rows.values_list("term__code", "record", "id"):
        said.setdefault((level, which), statement)
    denied: dict[str, list[int]] = defaultdict(list)
    for level, statement in _denied(body).values_list("term__code", "id"):
        denied[level].append(statement)

    def among_these(level: str, some: Iterable[int]) -> list[tuple[int, int]]:
        return [(one, said[level, one]) for one in sorted(some) if (level, one) in said]

    rungs = [
        Rung(
            level,
            tuple(said[level, one] for one in (body,) if (level, one) in said),
            tuple(denied[level]),
            among_these(level, taken)[:MOST_PARTNERS],
            among_these(level, partners - taken)[:MOST_PARTNERS],
        )
        for level in LEVELS
    ]
    mentioned = {one for rung in rungs for one, _ in (*rung.through, *rung.partners)}
    words = labels(
        {f"service_level:{level}" for level in LEVELS} | {*terms_of(SERVICE), *terms_of(ADVOCACY)}
    )
    return Ladder(body, rungs, named({body, *mentioned}), words)


def _denied(body: int) -> QuerySet:
    """Return the public statements that a body does not work on a level."""
    return Trait.objects.current().filter(
        record=body,
        term__scheme="service_level",
        holds=False,
        tier=Tier.PUBLIC,
        source__tier=Tier.PUBLIC,
    )
