"""Bridges between the agendas of rights and of development.

The agendas of rights and of development serve different people, those who have migrated and those
who might, and a "bridging concept" can let them talk (Prop 10). This finder shows who has both,
who uses a concept that joins them, and whose members serve different people.
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

from .actors import Statements, entries_by_id, term_labels
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
"""Editorial: the terms about rights, by scheme."""

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
"""Editorial: the terms about development."""

CONCEPT = "assessment:bridging_concept"
"""The term of a demand that bridges the two agendas."""

BRIDGING = "bridges_with"
"""The relation that joins agendas or groups that are otherwise apart."""

MAX_SHOWN = 100
MAX_STATEMENTS = 1_000
"""The most statements of each kind that are read."""


class Bridge(NamedTuple):
    """A record with both agendas, with the statements for each."""

    record: int
    rights: list[tuple[str, int]]
    """(scheme and code, statement)."""
    development: list[tuple[str, int]]


class Concept(NamedTuple):
    """A bridging concept, the statement that calls it one, and its users."""

    record: int
    statement: int
    users: list[tuple[int, str, int]]
    """(actor, role, statement)."""


class SplitNetwork(NamedTuple):
    """A partnership whose members serve different people."""

    partnership: int
    sides: list[tuple[str, list[tuple[int, Statements]]]]
    """By beneficiary: (member, the statements on the way)."""


@dataclass
class Bridges:
    """What joins the two agendas, and where they part."""

    both: list[Bridge] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)
    bridging_relations: list[tuple[int, int, int]] = field(default_factory=list)
    """(record, other record, statement) of each `BRIDGING` relation."""
    split_networks: list[SplitNetwork] = field(default_factory=list)
    partial: bool = False
    entries: dict[int, Entry] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def bridges(day: date) -> Bridges:
    answer = Bridges()
    _find_both(answer, day)
    _find_concepts(answer, day)
    rows = public_statements(Relation, day, None).filter(predicate__code=BRIDGING)
    answer.bridging_relations = list(rows.values_list("record", "object", "id")[:MAX_SHOWN])
    _find_split_networks(answer, day)
    mentioned = {bridge.record for bridge in answer.both}
    mentioned |= {concept.record for concept in answer.concepts}
    mentioned |= {user for concept in answer.concepts for user, *_ in concept.users}
    mentioned |= {
        record for first, second, _ in answer.bridging_relations for record in (first, second)
    }
    mentioned |= {network.partnership for network in answer.split_networks}
    mentioned |= {
        member
        for network in answer.split_networks
        for _, members in network.sides
        for member, _ in members
    }
    answer.entries = entries_by_id(mentioned)
    traits = {*terms_of(RIGHTS), *terms_of(DEVELOPMENT)}
    traits |= {
        trait for bridge in answer.both for trait, _ in (*bridge.rights, *bridge.development)
    }
    traits |= {
        f"beneficiary:{code}" for network in answer.split_networks for code, _ in network.sides
    }
    answer.labels = term_labels(traits)
    return answer


def _terms(side: dict[str, tuple[str, ...]]) -> Q:
    condition = Q()
    for scheme, codes in side.items():
        condition |= Q(term__scheme=scheme, term__code__in=codes)
    return condition


def _facets(side: dict[str, tuple[str, ...]]) -> list[int]:
    condition = Q()
    for scheme, codes in side.items():
        condition |= Q(filter=scheme, value__in=codes)
    return list(Facet.objects.filter(condition).values_list("id", flat=True))


def _find_both(answer: Bridges, day: date) -> None:
    """Find the records with terms of both sides."""
    rights, development = _facets(RIGHTS), _facets(DEVELOPMENT)
    entries = Entry.objects.published().filter(facets__overlap=rights)
    ids = list(
        entries.filter(facets__overlap=development)
        .order_by("sort_key", "id")
        .values_list("id", flat=True)[: MAX_SHOWN + 1]
    )
    answer.partial = len(ids) > MAX_SHOWN
    traits_by_side: dict[int, tuple[dict, dict]] = {record: ({}, {}) for record in ids[:MAX_SHOWN]}
    rows = public_statements(Trait, day, None).filter(
        _terms(RIGHTS) | _terms(DEVELOPMENT),
        record__in=ids_subquery(traits_by_side),
        span__contains=day,
    )
    for record, scheme, code, statement in rows.values_list(
        "record", "term__scheme", "term__code", "id"
    ):
        for side, codes_by_scheme in enumerate((RIGHTS, DEVELOPMENT)):
            if code in codes_by_scheme.get(scheme, ()):
                traits_by_side[record][side].setdefault(f"{scheme}:{code}", statement)
    answer.both = [
        Bridge(record, sorted(rights_traits.items()), sorted(development_traits.items()))
        for record, (rights_traits, development_traits) in traits_by_side.items()
        if rights_traits and development_traits
    ]


def _find_concepts(answer: Bridges, day: date) -> None:
    scheme, _, code = CONCEPT.partition(":")
    statements: dict[int, int] = {}
    rows = public_statements(Trait, day, None).filter(term__scheme=scheme, term__code=code)
    for record, statement in rows.values_list("record", "id")[:MAX_SHOWN]:
        statements.setdefault(record, statement)
    users: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    involvements = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(statements)
    )
    uses = involvements.exclude(role__in=(InvolvementRole.OPPOSES, InvolvementRole.TARGET))
    for record, actor, role, statement in uses.values_list("undertaking", "record", "role", "id")[
        :MAX_STATEMENTS
    ]:
        users[record].append((actor, role, statement))
    answer.concepts = [
        Concept(record, statements[record], users[record]) for record in sorted(statements)
    ]


def _find_split_networks(answer: Bridges, day: date) -> None:
    """Find partnerships whose members, or their undertakings, serve different people."""
    traits = public_statements(Trait, day, None).filter(
        term__scheme="beneficiary", span__contains=day
    )
    beneficiaries: dict[int, list[tuple[str, Statements]]] = defaultdict(list)
    for record, code, statement in traits.values_list("record", "term__code", "id")[
        :MAX_STATEMENTS
    ]:
        beneficiaries[record].append((code, (statement,)))
    involvements = public_statements(Involvement, day, None).filter(
        undertaking__in=ids_subquery(beneficiaries),
        role__in=(*TAKING_PART, InvolvementRole.SUPPORTS),
    )
    for actor, undertaking, statement in involvements.values_list("record", "undertaking", "id")[
        :MAX_STATEMENTS
    ]:
        for code, path in tuple(beneficiaries[undertaking]):
            beneficiaries[actor].append((code, (statement, *path)))
    members = public_statements(Membership, day, None).filter(
        record__in=ids_subquery(beneficiaries), span__contains=day
    )
    sides: dict[int, dict[str, dict[int, Statements]]] = defaultdict(lambda: defaultdict(dict))
    for partnership, member, statement in members.values_list("partnership", "record", "id")[
        :MAX_STATEMENTS
    ]:
        for code, path in beneficiaries[member]:
            sides[partnership][code].setdefault(member, (statement, *path))
    answer.split_networks = [
        SplitNetwork(
            partnership,
            [
                (code, sorted(members_on_side.items()))
                for code, members_on_side in sorted(by_code.items())
            ],
        )
        for partnership, by_code in sorted(sides.items())
        if len(by_code) > 1
    ][:MAX_SHOWN]
