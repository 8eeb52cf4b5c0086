"""The network of a partnership: its members and who names them, their ties, its years.

Computed on demand from accepted, public statements, as findings are. Networks, coalitions and
movements are points "along a continuum of varying degrees of organizational density and social
cohesion" (Prop 6): density is computed here, cohesion never is.
"""

from collections import Counter as Multiset
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from campaigns.analysis import Facts, gather, observed_form
from campaigns.analysis.analyzer import window_to
from campaigns.analysis.facts import ids_subquery, public_statements
from campaigns.analysis.form import joint_actions
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.analysis import ObservedForm
from orgs.projection.entry import Entry
from orgs.records.edtf import Days, days_of
from orgs.statements.existence import Event, Existence
from orgs.statements.membership import Membership
from orgs.statements.relation import Relation
from orgs.statements.statement import Voice
from orgs.statements.trait import Trait

LINEAGE = ("grew_out_of", "successor_of", "split_from", "merged_into")
"""Predicates that link an organization to its predecessors and successors."""

MAX_BETWEENNESS_STEPS = 2_000_000
"""Members times ties up to which betweenness is computed: about a second."""

MAX_NAMED_MEMBERS = 20
"""Members that a page names for each shared undertaking or target."""

MAX_LISTED_TIES = 20_000
"""Tied pairs that are listed one by one: where thousands act together, there are millions."""

FIRST_YEAR = 1900
"""The first year that periods show; earlier members count in it."""


class Confirmation(TextChoices):
    """Who says that an organization is a member."""

    BOTH = "both", _("both sides confirm")
    MEMBER = "member", _("stated by the member")
    PARTNERSHIP = "partnership", _("stated by the network")
    OTHER = "other", _("stated by another source")


class MembershipSummary(NamedTuple):
    """All statements that an organization belongs to a partnership."""

    partnership: int
    member: int
    dates: tuple[str, ...]
    """Of each statement, in EDTF; "" without a date."""
    confirmation: Confirmation
    current: bool
    """On the requested day."""
    statements: tuple[int, ...]


class Branch(NamedTuple):
    """A member in the tree of a partnership, with its own members."""

    membership: MembershipSummary
    members: tuple["Branch", ...]
    repeated: bool
    """Whether its members are elsewhere in the tree."""


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


class Standing(NamedTuple):
    """The centrality of a member."""

    member: int
    ties: int
    betweenness: float | None
    """The share of shortest paths between two others that lead through it. None: too many to
    compute.
    """


@dataclass
class Measures:
    """Measures of the graph of members, tied by a recorded exchange or by joint action."""

    members: int = 0
    ties: int = 0
    density: float | None = None
    """Ties divided by pairs of members; None with fewer than two."""
    groups: tuple[int, ...] = ()
    """Sizes of the connected components, the largest first; 1 is a member without ties."""
    standings: list[Standing] = field(default_factory=list)
    """The most central member first."""
    pairs: frozenset[tuple[int, int]] | None = frozenset()
    """Tied members, each pair once. None: more than `MAX_LISTED_TIES`."""


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
    return network


# Members ----------------------------------------------------------------------------------------


def memberships_by_partnership(partnership: int, day: date) -> dict[int, list[MembershipSummary]]:
    """Memberships in a partnership and in the partnerships within it, at any depth.

    One query for each level. Cycles are followed once.
    """
    memberships: dict[int, list[MembershipSummary]] = {}
    level = {partnership}
    while level:
        rows: dict[tuple[int, int], list[MembershipRow]] = defaultdict(list)
        statements = public_statements(Membership, day, None).filter(
            partnership__in=ids_subquery(level)
        )
        for row in map(MembershipRow._make, statements.values_list(*MEMBERSHIP_COLUMNS)):
            rows[row.partnership, row.member].append(row)
        for pk in level:
            memberships[pk] = []
        for (parent, member), of_member in sorted(rows.items()):
            if parent != member:
                memberships[parent].append(_summarize(parent, member, of_member, day))
        level = {member for _, member in rows} - memberships.keys()
    return memberships


class MembershipRow(NamedTuple):
    """The columns of a statement of membership in `MEMBERSHIP_COLUMNS`."""

    partnership: int
    member: int
    edtf: str
    span: Any
    voice: str
    speaker: int | None
    statement: int


MEMBERSHIP_COLUMNS = ("partnership_id", "record_id", "edtf", "span", "voice", "speaker_id", "id")


def _summarize(
    partnership: int, member: int, rows: list[MembershipRow], day: date
) -> MembershipSummary:
    sides = {_confirmation(row) for row in rows}
    if {Confirmation.MEMBER, Confirmation.PARTNERSHIP} <= sides:
        confirmation = Confirmation.BOTH
    else:
        confirmation = next(side for side in Confirmation if side in sides)
    return MembershipSummary(
        partnership,
        member,
        tuple(dict.fromkeys(row.edtf for row in rows)),
        confirmation,
        any(days_of(row.span).overlaps(Days(day, day)) for row in rows),
        tuple(row.statement for row in rows),
    )


def _confirmation(row: MembershipRow) -> Confirmation:
    """Without a speaker, the own voice is the member's: the statement is about its record."""
    if row.speaker == row.partnership:
        return Confirmation.PARTNERSHIP
    if row.speaker == row.member or (row.voice == Voice.OWN and not row.speaker):
        return Confirmation.MEMBER
    return Confirmation.OTHER


def build_tree(
    partnership: int, memberships: dict[int, list[MembershipSummary]]
) -> tuple[Branch, ...]:
    """The members of a partnership with their members, each partnership expanded once."""
    expanded = {partnership}

    def branches(parent: int) -> tuple[Branch, ...]:
        # Siblings are expanded at their own level, not within one another.
        level = [(item, item.member in expanded) for item in memberships.get(parent, ())]
        expanded.update(item.member for item, _ in level)
        return tuple(
            Branch(
                item,
                () if repeated else branches(item.member),
                repeated and bool(memberships.get(item.member)),
            )
            for item, repeated in level
        )

    return branches(partnership)


def truncate(branches: Iterable[Branch], limit: int, limit_inside: int) -> tuple[Branch, ...]:
    """The first `limit` branches in reading order, at most `limit_inside` within each of them."""
    truncated = []
    for branch in branches:
        if limit < 1:
            break
        members = truncate(branch.members, min(limit - 1, limit_inside), limit_inside)
        truncated.append(branch._replace(members=members))
        limit -= 1 + count_branches(members)
    return tuple(truncated)


def count_branches(branches: Iterable[Branch]) -> int:
    """Branches at any depth."""
    return sum(1 + count_branches(branch.members) for branch in branches)


# Ties -------------------------------------------------------------------------------------------


class Ties:
    """The tied pairs of members. The neighbours of a member are the bits of one integer.

    Sets would not fit in memory where thousands of members of one campaign are all tied.
    """

    def __init__(self, members: Iterable[int]) -> None:
        self.members = sorted(members)
        self.neighbour_bits = [0] * len(self.members)
        self._positions = {member: position for position, member in enumerate(self.members)}

    def tie(self, members: Iterable[int]) -> None:
        positions = {self._positions[member] for member in members}
        all_bits = sum(1 << position for position in positions)
        for position in positions:
            self.neighbour_bits[position] |= all_bits ^ (1 << position)

    @property
    def count(self) -> int:
        return sum(others.bit_count() for others in self.neighbour_bits) // 2

    def neighbours(self) -> dict[int, set[int]]:
        return {
            member: {self.members[position] for position in bits(others)}
            for member, others in zip(self.members, self.neighbour_bits, strict=True)
        }

    def group_sizes(self) -> list[int]:
        """Sizes of the connected components, the largest first."""
        sizes = []
        remaining = (1 << len(self.members)) - 1
        while remaining:
            group, frontier = 0, remaining & -remaining
            while frontier:
                group |= frontier
                reached = 0
                for position in bits(frontier):
                    reached |= self.neighbour_bits[position]
                frontier = reached & ~group
            sizes.append(group.bit_count())
            remaining &= ~group
        return sorted(sizes, reverse=True)


def bits(number: int) -> Iterator[int]:
    """Positions of the bits of a number that are 1."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def find_ties(members: set[int], facts: Facts, window: Days) -> Ties:
    """Ties by a recorded exchange or by joint action in the window."""
    ties = Ties(members)
    acting: dict[int, set[int]] = defaultdict(set)
    for member in members:
        for tie in facts.ties.get(member, ()):
            if tie.other in members and tie.days.intersection(window):
                ties.tie((member, tie.other))
        for action in facts.actions.get(member, ()):
            if action.days.intersection(window):
                acting[action.undertaking].add(member)
    for together in acting.values():
        ties.tie(together)
    return ties


def measure(ties: Ties) -> Measures:
    """Treats the ties as a graph without directions and weights."""
    member_count, tie_count = len(ties.members), ties.count
    few_ties = tie_count <= MAX_LISTED_TIES
    neighbours = ties.neighbours() if few_ties else {}
    few_steps = member_count * tie_count <= MAX_BETWEENNESS_STEPS
    scores = betweenness(neighbours) if neighbours and few_steps else {}
    standings = [
        Standing(member, others.bit_count(), scores.get(member))
        for member, others in zip(ties.members, ties.neighbour_bits, strict=True)
    ]
    standings.sort(key=lambda item: (-(item.betweenness or 0), -item.ties, item.member))
    pairs = frozenset(
        (member, other)
        for member, others in neighbours.items()
        for other in others
        if member < other
    )
    return Measures(
        member_count,
        tie_count,
        tie_count / (member_count * (member_count - 1) / 2) if member_count > 1 else None,
        tuple(ties.group_sizes()),
        standings,
        pairs if few_ties else None,
    )


def betweenness(neighbours: dict[int, set[int]]) -> dict[int, float]:
    """For each node the share of shortest paths between two others that lead through it.

    Brandes, "A faster algorithm for betweenness centrality" (2001), for graphs without directions
    and weights; divided by the pairs of others, so that 1 means all paths.
    """
    scores = dict.fromkeys(neighbours, 0.0)
    for start in (node for node, others in neighbours.items() if others):
        # Visits only connected nodes, so a member without ties costs nothing.
        order: list[int] = []
        predecessors: dict[int, list[int]] = defaultdict(list)
        path_counts = defaultdict(int, {start: 1})
        distances = {start: 0}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            order.append(node)
            for neighbour in neighbours[node]:
                if neighbour not in distances:
                    distances[neighbour] = distances[node] + 1
                    queue.append(neighbour)
                if distances[neighbour] == distances[node] + 1:
                    path_counts[neighbour] += path_counts[node]
                    predecessors[neighbour].append(node)
        dependency: dict[int, float] = defaultdict(float)
        for node in reversed(order):
            for before in predecessors[node]:
                share = path_counts[before] / path_counts[node]
                dependency[before] += share * (1 + dependency[node])
            if node != start:
                scores[node] += dependency[node]
    pairs = (len(neighbours) - 1) * (len(neighbours) - 2)
    return {node: score / pairs if pairs else 0.0 for node, score in scores.items()}


# Periods ----------------------------------------------------------------------------------------


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
    members = {
        membership.member
        for membership in facts.members[partnership]
        if membership.days.first <= last <= membership.days.last
    }
    # With that day as today: what still goes on has lasted until then.
    form = observed_form(partnership, replace(facts, today=last), window_to(last))
    return Period(
        last.year,
        last.year,
        tuple(names[True]),
        tuple(names[False]),
        ObservedForm(form.value).value,
        len(members),
    )


# Shared undertakings and targets ----------------------------------------------------------------


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
    return {entry.id: entry for entry in entries.only("id", "key", "kind", "slug", "label")}
