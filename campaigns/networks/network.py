"""The network of a partnership: its members and who names them, their ties, its years.

Computed on demand from accepted, public statements, as findings are. Networks, coalitions and
movements are points "along a continuum of varying degrees of organizational density and social
cohesion" (Prop 6): density is computed here, cohesion never is.
"""

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from campaigns.analysis import Facts, gather, observed_form
from campaigns.analysis.analyzer import window_to
from campaigns.analysis.facts import public_statements
from campaigns.analysis.form import joint_actions
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.analysis import ObservedForm
from orgs.projection.entry import Entry
from orgs.records.edtf import Days, days_of
from orgs.statements.existence import Event, Existence
from orgs.statements.relation import Relation
from orgs.statements.statement import Voice
from orgs.statements.trait import Trait

from .members import Branch, MembershipSummary, build_tree, memberships_by_partnership
from .ties import Measures, find_ties, measure

LINEAGE = ("grew_out_of", "successor_of", "split_from", "merged_into")
"""Predicates that link an organization to its predecessors and successors."""

MAX_NAMED_MEMBERS = 20
"""Members that a page names for each shared undertaking or target."""

ENTRY_FIELDS = ("id", "key", "kind", "slug", "label", "sort_key")

FIRST_YEAR = 1900
"""The first year that periods show; earlier members count in it."""


class Period(NamedTuple):
    """Years with the same names, observed form and number of members."""

    first: int
    last: int
    calls_itself: tuple[str, ...]
    called: tuple[str, ...]
    """Codes of terms of the scheme `form`."""
    form: str
    """A value of `ObservedForm`, for the last day of each year."""
    members: int
    """Known members on the last day of each year."""
    undated: int
    """Those of them without a date, who are known since a source named them."""


class Shared(NamedTuple):
    """An undertaking or a target that several members share."""

    record: int
    members: tuple[int, ...]
    itself: bool
    """Whether the partnership takes part in its own name."""
    statements: tuple[int, ...]

    @property
    def named_members(self) -> tuple[int, ...]:
        return self.members[:MAX_NAMED_MEMBERS]

    @property
    def unnamed_count(self) -> int:
        return len(self.members) - len(self.named_members)


@dataclass
class Network:
    """The network of a partnership on a day."""

    day: date
    tree: tuple[Branch, ...]
    periods: list[Period]
    measures: Measures
    together: list[Shared]
    targets: list[Shared]
    sectors: list[tuple[str, int]]
    """(code, number of members), the most frequent first."""
    organs: list[str]
    lineage: list[tuple[str, int, bool, int]]
    """(predicate, other record, whether the other comes from this one, statement)."""
    entries: dict[int, Entry]
    """Public entries of all records that the network mentions, by primary key."""


def find_network(partnership: int, day: date) -> Network:
    """`partnership` is the primary key of a record, `day` today or earlier.

    The number of queries does not depend on the number of members; each level of partnerships
    within partnerships needs two more.
    """
    window = window_to(day)
    memberships = memberships_by_partnership(partnership, day)
    direct = memberships.get(partnership, [])
    facts = gather([partnership], day)
    present = {
        membership.member
        for membership in facts.members[partnership]
        if membership.days.intersection(window)
    }
    joint = joint_actions(partnership, facts, window)
    network = Network(
        day=day,
        tree=build_tree(partnership, memberships),
        periods=find_periods(partnership, facts, day),
        measures=measure(find_ties(present, facts, window)),
        together=_together(partnership, joint, facts, window),
        targets=_targets(partnership, present, facts, window, day),
        sectors=_sectors({item.member for item in direct if item.current}, day),
        organs=_organs(partnership, day),
        lineage=_lineage(partnership, day),
        entries={},
    )
    network.entries.update(_entries(network, memberships))
    network.tree = sort_by_name(network.tree, network.entries)
    return network


def sort_by_name(branches: Iterable[Branch], entries: dict[int, Entry]) -> tuple[Branch, ...]:
    """The branches in the order of the names of the members, at each depth."""
    members = sorted(
        (branch for branch in branches if branch.membership.member in entries),
        key=lambda branch: entries[branch.membership.member].sort_key,
    )
    return tuple(
        branch._replace(members=sort_by_name(branch.members, entries)) for branch in members
    )


def find_periods(partnership: int, facts: Facts, day: date) -> list[Period]:
    """The years from the first dated statement on; consecutive equal years are one period."""
    forms = list(
        public_statements(Trait, day, None)
        .filter(record=partnership, term__scheme="form")
        .values_list("term__code", "voice", "speaker", "span")
    )
    founded = public_statements(Existence, day, None).filter(
        record=partnership, event=Event.FOUNDED
    )
    spans = [days_of(span) for *_, span in forms]
    spans += [days_of(span) for span in founded.exclude(edtf="").values_list("span", flat=True)]
    spans += [membership.days for membership in facts.members[partnership]]
    first = min((days.first.year for days in spans if days.first != date.min), default=day.year)
    periods: list[Period] = []
    for year in range(max(first, FIRST_YEAR), day.year + 1):
        period = _year(partnership, facts, forms, min(date(year, 12, 31), day))
        if periods and periods[-1][2:] == period[2:]:
            period = period._replace(first=periods.pop().first)
        periods.append(period)
    return periods


def _year(partnership: int, facts: Facts, forms: list[tuple], last: date) -> Period:
    """The period of one year, as on its last day."""
    names: dict[bool, dict[str, None]] = {True: {}, False: {}}  # by whether it says so itself
    for code, voice, speaker, span in forms:
        if days_of(span).intersection(Days(last, last)):
            names[voice == Voice.OWN or speaker == partnership][code] = None
    memberships = [
        membership
        for membership in facts.members[partnership]
        if membership.days.first <= last <= membership.days.last
    ]
    members = {membership.member for membership in memberships}
    dated = {membership.member for membership in memberships if membership.dated}
    # With that day as today: what still goes on has lasted until then.
    form = observed_form(partnership, replace(facts, today=last), window_to(last))
    return Period(
        last.year,
        last.year,
        tuple(names[True]),
        tuple(names[False]),
        ObservedForm(form.value).value,
        len(members),
        len(members - dated),
    )


def _together(partnership: int, joint: dict[int, list], facts: Facts, window: Days) -> list[Shared]:
    """The undertakings of several members, and those of the partnership itself."""
    own = [
        action for action in facts.actions.get(partnership, ()) if action.days.intersection(window)
    ]
    shared = []
    for undertaking in {*joint, *(action.undertaking for action in own)}:
        own_actions = [action for action in own if action.undertaking == undertaking]
        actions = joint.get(undertaking, [])
        shared.append(
            Shared(
                undertaking,
                tuple(dict.fromkeys(action.actor for action in actions)),
                bool(own_actions),
                tuple(action.statement for action in [*actions, *own_actions]),
            )
        )
    return sorted(shared, key=lambda item: (-len(item.members), item.record))


def _targets(
    partnership: int, members: set[int], facts: Facts, window: Days, day: date
) -> list[Shared]:
    """Targets of two or more members, or of the partnership, by themselves or by undertakings."""
    actors_by_record: dict[int, set[int]] = defaultdict(set)
    for actor in {*members, partnership}:
        actors_by_record[actor].add(actor)
        for action in facts.actions.get(actor, ()):
            if action.days.intersection(window):
                actors_by_record[action.undertaking].add(actor)
    rows = [
        *public_statements(Relation, day, None)
        .filter(predicate__code="targets", record__in=actors_by_record)
        .values_list("record", "object", "span", "id"),
        *public_statements(Involvement, day, None)
        .filter(role=InvolvementRole.TARGET, undertaking__in=actors_by_record)
        .values_list("undertaking", "record", "span", "id"),
    ]
    actors_by_target: dict[int, set[int]] = defaultdict(set)
    statements: dict[int, list[int]] = defaultdict(list)
    for subject, target, span, statement in rows:
        if days_of(span).intersection(window):
            actors_by_target[target] |= actors_by_record[subject]
            statements[target].append(statement)
    shared = [
        Shared(
            target,
            tuple(sorted(actors & members)),
            partnership in actors,
            tuple(statements[target]),
        )
        for target, actors in actors_by_target.items()
        if len(actors & members) > 1 or partnership in actors
    ]
    return sorted(shared, key=lambda item: (-len(item.members), item.record))


def _sectors(members: set[int], day: date) -> list[tuple[str, int]]:
    rows = public_statements(Trait, day, None).filter(record__in=members, term__scheme="sector")
    pairs = {(code, member) for code, member in rows.values_list("term__code", "record")}
    counts = Multiset(code for code, _ in pairs)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _organs(partnership: int, day: date) -> list[str]:
    rows = public_statements(Trait, day, None).filter(record=partnership, term__scheme="organ")
    return list(dict.fromkeys(rows.values_list("term__code", flat=True)))


def _lineage(partnership: int, day: date) -> list[tuple[str, int, bool, int]]:
    rows = public_statements(Relation, day, None).filter(
        Q(record=partnership) | Q(object=partnership), predicate__code__in=LINEAGE
    )
    return [
        (code, other if record == partnership else record, other == partnership, statement)
        for code, record, other, statement in rows.values_list(
            "predicate__code", "record", "object", "id"
        )
    ]


def _entries(network: Network, memberships: dict[int, list[MembershipSummary]]) -> dict[int, Entry]:
    """Public entries of all records that a network mentions, by primary key."""
    shared = (*network.together, *network.targets)
    pks = {membership.member for items in memberships.values() for membership in items}
    pks |= {item.record for item in shared}
    pks |= {member for item in shared for member in item.members}
    pks |= {standing.member for standing in network.measures.standings}
    pks |= {other for _, other, _, _ in network.lineage}
    entries = Entry.objects.published().filter(id__in=pks)
    return {entry.id: entry for entry in entries.only(*ENTRY_FIELDS)}
