"""Bridges between the agendas of rights and of development.

The agendas of rights and of development are for different people, those who have left and those
who might, and a "bridging concept" can let them talk (Prop 10). Here stands who has both, who uses
a concept that joins them, and whose members serve different people.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from campaigns.analysis.facts import TAKING_PART, ids_subquery, public_statements
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.entry import Entry, Facet
from orgs.statements.membership import Membership
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

from .bodies import Statements, labels, named
from .missing_rungs import terms_of

RIGHTS = {
    "agenda": ("migrant_rights", "worker_rights", "legal_status", "human_rights_perspective"),
    "approach": ("rights_based",),
    "issue": (
        "rights_of_migrant_workers",
        "rights_of_undocumented_workers",
        "rights_of_domestic_workers",
        "rights_of_immigrants_and_refugees",
        "rights_of_seafarers",
        "freedom_of_association",
        "collective_bargaining",
        "ratification",
        "regularization",
        "immigration_reform",
        "human_rights",
        "social_rights",
        "access_to_health",
        "wages",
        "withheld_documents",
        "criminalization",
        "detention_and_custody",
    ),
}
"""Editorial: the terms of the side of rights, by scheme."""

DEVELOPMENT = {
    "agenda": (
        "alternative_development",
        "migration_and_development",
        "community_development",
        "remittance_investment",
    ),
    "approach": ("project_led", "policy_led"),
    "issue": (
        "migration_and_development",
        "root_causes_of_migration",
        "home_country_policies",
        "remittances",
        "job_creation",
    ),
    "activity": (
        "community_development",
        "collective_remittance",
        "linking_migration_and_development",
        "investing_in_alternatives",
    ),
}
"""Editorial: the terms of the side of development."""

CONCEPT = "assessment:bridging_concept"
"""The term that says of a demand that it bridges."""

BRIDGING = "bridges_with"
"""The relation that joins agendas or groups that are otherwise apart."""

SHOWN = 100
MOST = 1_000
"""How many sentences of each sort are read."""


class Bridge(NamedTuple):
    """Something that stands on both sides, and the statements that say so of each side."""

    number: int
    rights: list[tuple[str, int]]
    """(scheme and code, statement)."""
    development: list[tuple[str, int]]


class Concept(NamedTuple):
    """A concept that bridges, the statement that says so, and who uses it."""

    number: int
    statement: int
    users: list[tuple[int, str, int]]
    """(who, in which role, statement)."""


class Split(NamedTuple):
    """A partnership whose members serve different people."""

    partnership: int
    sides: list[tuple[str, list[tuple[int, Statements]]]]
    """By beneficiary: (member, the statements that lead there)."""


@dataclass
class Bridges:
    """All that joins the two agendas, or shows where they part."""

    both: list[Bridge] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)
    joined: list[tuple[int, int, int]] = field(default_factory=list)
    """(one, other, statement) of the relation that bridges."""
    split: list[Split] = field(default_factory=list)
    partial: bool = False
    named: dict[int, Entry] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def bridges(day: date) -> Bridges:
    """Return what joins the agendas of rights and of development on a day."""
    answer = Bridges()
    _both_sides(answer, day)
    _concepts(answer, day)
    rows = public_statements(Relation, day, None).filter(predicate__code=BRIDGING)
    answer.joined = list(rows.values_list("record", "object", "id")[:SHOWN])
    _split(answer, day)
    mentioned = {one.number for one in answer.both} | {one.number for one in answer.concepts}
    mentioned |= {who for one in answer.concepts for who, *_ in one.users}
    mentioned |= {which for one, other, _ in answer.joined for which in (one, other)}
    mentioned |= {one.partnership for one in answer.split}
    mentioned |= {who for one in answer.split for _, side in one.sides for who, _ in side}
    answer.named = named(mentioned)
    traits = {*terms_of(RIGHTS), *terms_of(DEVELOPMENT)}
    traits |= {trait for one in answer.both for trait, _ in (*one.rights, *one.development)}
    traits |= {f"beneficiary:{code}" for one in answer.split for code, _ in one.sides}
    answer.words = labels(traits)
    return answer


def _terms(side: dict[str, tuple[str, ...]]) -> Q:
    wanted = Q()
    for scheme, codes in side.items():
        wanted |= Q(term__scheme=scheme, term__code__in=codes)
    return wanted


def _facets(side: dict[str, tuple[str, ...]]) -> list[int]:
    wanted = Q()
    for scheme, codes in side.items():
        wanted |= Q(filter=scheme, value__in=codes)
    return list(Facet.objects.filter(wanted).values_list("id", flat=True))


def _both_sides(answer: Bridges, day: date) -> None:
    """Read who and what has terms of both sides."""
    rights, development = _facets(RIGHTS), _facets(DEVELOPMENT)
    entries = Entry.objects.published().filter(facets__overlap=rights)
    found = list(
        entries.filter(facets__overlap=development)
        .order_by("sort_key", "id")
        .values_list("id", flat=True)[: SHOWN + 1]
    )
    answer.partial = len(found) > SHOWN
    told: dict[int, tuple[dict, dict]] = {which: ({}, {}) for which in found[:SHOWN]}
    rows = public_statements(Trait, day, None).filter(
        _terms(RIGHTS) | _terms(DEVELOPMENT), record__in=ids_subquery(told), span__contains=day
    )
    for which, scheme, code, statement in rows.values_list(
        "record", "term__scheme", "term__code", "id"
    ):
        for side, those in enumerate((RIGHTS, DEVELOPMENT)):
            if code in those.get(scheme, ()):
                told[which][side].setdefault(f"{scheme}:{code}", statement)
    answer.both = [
        Bridge(which, sorted(one.items()), sorted(other.items()))
        for which, (one, other) in told.items()
        if one and other
    ]


def _concepts(answer: Bridges, day: date) -> None:
    """Read which concepts are said to bridge, and who takes which part in them."""
    scheme, _, code = CONCEPT.partition(":")
    said: dict[int, int] = {}
    rows = public_statements(Trait, day, None).filter(term__scheme=scheme, term__code=code)
    for which, statement in rows.values_list("record", "id")[:SHOWN]:
        said.setdefault(which, statement)
    users: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    taken = public_statements(Involvement, day, None).filter(undertaking__in=ids_subquery(said))
    using = taken.exclude(role__in=(InvolvementRole.OPPOSES, InvolvementRole.TARGET))
    for which, who, role, statement in using.values_list("undertaking", "record", "role", "id")[
        :MOST
    ]:
        users[which].append((who, role, statement))
    answer.concepts = [Concept(which, said[which], users[which]) for which in sorted(said)]


def _split(answer: Bridges, day: date) -> None:
    """Read whose members serve different people, by themselves or by what they take part in."""
    serving = public_statements(Trait, day, None).filter(
        term__scheme="beneficiary", span__contains=day
    )
    served: dict[int, list[tuple[str, Statements]]] = defaultdict(list)
    for which, code, statement in serving.values_list("record", "term__code", "id")[:MOST]:
        served[which].append((code, (statement,)))
    taken = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(served), role__in=(*TAKING_PART, InvolvementRole.SUPPORTS)
    )
    for who, undertaking, statement in taken.values_list("record", "undertaking", "id")[:MOST]:
        for code, because in tuple(served[undertaking]):
            served[who].append((code, (statement, *because)))
    members = public_statements(Membership, day, None).filter(
        record__in=ids_subquery(served), span__contains=day
    )
    sides: dict[int, dict[str, dict[int, Statements]]] = defaultdict(lambda: defaultdict(dict))
    for partnership, member, statement in members.values_list("partnership", "record", "id")[:MOST]:
        for code, because in served[member]:
            sides[partnership][code].setdefault(member, (statement, *because))
    answer.split = [
        Split(partnership, [(code, sorted(those.items())) for code, those in sorted(some.items())])
        for partnership, some in sorted(sides.items())
        if len(some) > 1
    ][:SHOWN]
