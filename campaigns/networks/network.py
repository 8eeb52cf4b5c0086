"""The network of a partnership: who belongs to it and who says so, what ties them, over time.

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

from campaigns.analysis import Days, Facts, gather, observed_form
from campaigns.analysis.analyzer import window_to
from campaigns.analysis.facts import days_of, ids_subquery, public_statements
from campaigns.analysis.form import joint_actions
from campaigns.models import Involvement, InvolvementRole
from orgs.projection.analysis import ObservedForm
from orgs.projection.entry import Entry
from orgs.statements.existence import Event, Existence
from orgs.statements.membership import Membership
from orgs.statements.relation import Relation
from orgs.statements.statement import Voice
from orgs.statements.trait import Trait

LINEAGE = ("grew_out_of", "successor_of", "split_from", "merged_into")
"""The relations that tell from what a body came, and what it became."""

MOST_STEPS = 2_000_000
"""Members times ties up to which it is computed who stands between others: a second or so."""

MOST_NAMED = 20
"""So many members a page names of each thing that they do together."""

MOST_TIES = 20_000
"""So many tied pairs are told one by one: where thousands act together, there are millions."""

FIRST_YEAR = 1900
"""The strip begins no earlier: whoever is dated earlier stands in its first year."""


class Confirmed(TextChoices):
    """Who says that a body is a member: both sides, one of them, or somebody else."""

    BOTH = "both", _("both sides confirm")
    MEMBER = "member", _("the member says so")
    PARTNERSHIP = "partnership", _("the network says so")
    OTHER = "other", _("another source says so")


class Belongs(NamedTuple):
    """That a body belongs to a partnership: all that is said of it."""

    partnership: int
    member: int
    whens: tuple[str, ...]
    """When, as each statement says it (EDTF); "" is not dated."""
    confirmed: Confirmed
    holds: bool
    """Whether it holds on the day asked about."""
    statements: tuple[int, ...]


class Branch(NamedTuple):
    """A member in the tree of a partnership, with its own members."""

    belongs: Belongs
    members: tuple["Branch", ...]
    again: bool
    """Whether its members stand elsewhere in the tree already."""


class Period(NamedTuple):
    """Years in which it is called and seen to be the same."""

    first: int
    last: int
    calls_itself: tuple[str, ...]
    called: tuple[str, ...]
    """Codes of terms of the scheme `form`."""
    form: str
    """An answer of `ObservedForm`, asked about on the last day of each year."""
    members: int
    """On record on the last day of the last of these years."""


class Shared(NamedTuple):
    """Something that several members take part in, or aim at."""

    number: int
    members: tuple[int, ...]
    itself: bool
    """Whether the partnership does so, too, in its own name."""
    statements: tuple[int, ...]

    @property
    def first(self) -> tuple[int, ...]:
        """Return the members that a page names."""
        return self.members[:MOST_NAMED]

    @property
    def more(self) -> int:
        """Return how many members more there are."""
        return len(self.members) - len(self.first)


class Standing(NamedTuple):
    """How a member stands among the others."""

    member: int
    ties: int
    betweenness: float | None
    """The share of shortest ways between two others that lead through it; None: too many."""


@dataclass
class Measures:
    """The graph of the members: two are tied by a recorded exchange or by acting together."""

    members: int = 0
    ties: int = 0
    density: float | None = None
    """Ties divided by pairs of members; None with fewer than two."""
    groups: tuple[int, ...] = ()
    """How many members each group of tied members has, the largest first; 1: tied to nobody."""
    standings: list[Standing] = field(default_factory=list)
    """Every member, the most central first."""
    pairs: frozenset[tuple[int, int]] | None = frozenset()
    """The members that are tied, each pair once; None: too many."""


@dataclass
class Network:
    """What is on record about the network of a partnership, asked about on a day."""

    day: date
    tree: tuple[Branch, ...]
    periods: list[Period]
    measures: Measures
    together: list[Shared]
    targets: list[Shared]
    sectors: list[tuple[str, int]]
    """Codes of sectors, each with how many members are in it; the most frequent first."""
    organs: list[str]
    lineage: list[tuple[str, int, bool, int]]
    """(predicate, other record, whether the other is said to come from this one, statement)."""
    named: dict[int, Entry]
    """The entries of all that is mentioned, by number."""


def network_of(partnership: int, day: date) -> Network:
    """Return the network of a partnership as it was on a day: today, or an earlier one.

    Takes its record's number. As many queries for many members as for few, and two more for each
    level of partnerships in partnerships.
    """
    window = window_to(day)
    belonging = belonging_of(partnership, day)
    direct = belonging.get(partnership, [])
    facts = gather([partnership], day)
    present = {one.member for one in facts.members[partnership] if one.days.intersection(window)}
    joint = joint_actions(partnership, facts, window)
    network = Network(
        day=day,
        tree=tree_of(partnership, belonging),
        periods=periods_of(partnership, facts, day),
        measures=measured(ties_of(present, facts, window)),
        together=_together(partnership, joint, facts, window),
        targets=_targets(partnership, present, facts, window, day),
        sectors=_sectors({one.member for one in direct if one.holds}, day),
        organs=_organs(partnership, day),
        lineage=_lineage(partnership, day),
        named={},
    )
    network.named.update(_named(network, belonging))
    return network


# Who belongs to it ------------------------------------------------------------------------------


def belonging_of(partnership: int, day: date) -> dict[int, list[Belongs]]:
    """Return who belongs to a partnership and to the partnerships in it, at any depth.

    Takes as many queries as it is deep. Whoever is a member of its own member is met once.
    """
    found: dict[int, list[Belongs]] = {}
    level = {partnership}
    while level:
        rows: dict[tuple[int, int], list[Saying]] = defaultdict(list)
        inside_these = public_statements(Membership, day, None).filter(
            partnership__in=ids_subquery(level)
        )
        for row in map(Saying._make, inside_these.values_list(*SAYING)):
            rows[row.partnership, row.member].append(row)
        for which in level:
            found[which] = []
        for (inside, member), said in sorted(rows.items()):
            if inside != member:
                found[inside].append(_belongs(inside, member, said, day))
        level = {member for _, member in rows} - found.keys()
    return found


class Saying(NamedTuple):
    """A statement of a membership, as far as it is told here."""

    partnership: int
    member: int
    edtf: str
    span: Any
    voice: str
    speaker: int | None
    statement: int


SAYING = ("partnership_id", "record_id", "edtf", "span", "voice", "speaker_id", "id")
"""Where these stand in the ledger."""


def _belongs(partnership: int, member: int, said: list[Saying], day: date) -> Belongs:
    sides = {_side(row) for row in said}
    if {Confirmed.MEMBER, Confirmed.PARTNERSHIP} <= sides:
        confirmed = Confirmed.BOTH
    else:
        confirmed = next(side for side in Confirmed if side in sides)
    return Belongs(
        partnership,
        member,
        tuple(dict.fromkeys(row.edtf for row in said)),
        confirmed,
        any(days_of(row.span).overlaps(Days(day, day)) for row in said),
        tuple(row.statement for row in said),
    )


def _side(row: Saying) -> Confirmed:
    """Return who says a membership. The own voice of the record it is about is the member's."""
    if row.speaker == row.partnership:
        return Confirmed.PARTNERSHIP
    if row.speaker == row.member or (row.voice == Voice.OWN and not row.speaker):
        return Confirmed.MEMBER
    return Confirmed.OTHER


def tree_of(partnership: int, belonging: dict[int, list[Belongs]]) -> tuple[Branch, ...]:
    """Return the members of a partnership with their members, each partnership opened once."""
    opened = {partnership}

    def branches(inside: int) -> tuple[Branch, ...]:
        # Those at one level are opened there, not within their neighbours.
        here = [(one, one.member in opened) for one in belonging.get(inside, ())]
        opened.update(one.member for one, _ in here)
        return tuple(
            Branch(
                one,
                () if again else branches(one.member),
                again and bool(belonging.get(one.member)),
            )
            for one, again in here
        )

    return branches(partnership)


def first_of(branches: Iterable[Branch], most: int, inside: int) -> tuple[Branch, ...]:
    """Return so many branches of a tree in reading order, at most `inside` within each of them."""
    kept = []
    for branch in branches:
        if most < 1:
            break
        within = first_of(branch.members, min(most - 1, inside), inside)
        kept.append(branch._replace(members=within))
        most -= 1 + size_of(within)
    return tuple(kept)


def size_of(branches: Iterable[Branch]) -> int:
    """Return how many branches a tree has, at any depth."""
    return sum(1 + size_of(branch.members) for branch in branches)


# What ties them ---------------------------------------------------------------------------------


class Ties:
    """Which members are tied: of each, the others as the bits of one number.

    So that a campaign of thousands, in which everybody is tied to everybody, fits.
    """

    def __init__(self, members: Iterable[int]) -> None:
        self.members = sorted(members)
        self.near = [0] * len(self.members)
        self._place = {member: place for place, member in enumerate(self.members)}

    def tie(self, some: Iterable[int]) -> None:
        """Tie each of these members to all others of them."""
        places = {self._place[one] for one in some}
        everybody = sum(1 << place for place in places)
        for place in places:
            self.near[place] |= everybody ^ (1 << place)

    @property
    def count(self) -> int:
        """Return how many pairs are tied."""
        return sum(others.bit_count() for others in self.near) // 2

    def neighbours(self) -> dict[int, set[int]]:
        """Return to whom each member is tied, by number."""
        return {
            member: {self.members[place] for place in bits(others)}
            for member, others in zip(self.members, self.near, strict=True)
        }

    def groups(self) -> list[int]:
        """Return how many members each group has: within it, everybody is tied over others."""
        found = []
        left = (1 << len(self.members)) - 1
        while left:
            group, edge = 0, left & -left
            while edge:
                group |= edge
                around = 0
                for place in bits(edge):
                    around |= self.near[place]
                edge = around & ~group
            found.append(group.bit_count())
            left &= ~group
        return sorted(found, reverse=True)


def bits(number: int) -> Iterator[int]:
    """Give the places of the bits of a number that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def ties_of(members: set[int], facts: Facts, window: Days) -> Ties:
    """Return which members are tied: by a recorded exchange or by acting together."""
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


def measured(ties: Ties) -> Measures:
    """Return the measures of a graph without directions: its members and the pairs tied."""
    count, tied = len(ties.members), ties.count
    near = ties.neighbours() if tied <= MOST_TIES else {}
    between = betweenness(near) if near and count * tied <= MOST_STEPS else {}
    standings = [
        Standing(member, others.bit_count(), between.get(member))
        for member, others in zip(ties.members, ties.near, strict=True)
    ]
    standings.sort(key=lambda one: (-(one.betweenness or 0), -one.ties, one.member))
    return Measures(
        count,
        tied,
        tied / (count * (count - 1) / 2) if count > 1 else None,
        tuple(ties.groups()),
        standings,
        frozenset((one, other) for one, others in near.items() for other in others if one < other)
        if tied <= MOST_TIES
        else None,
    )


def betweenness(near: dict[int, set[int]]) -> dict[int, float]:
    """Return for each the share of shortest ways between two others that lead through it.

    Brandes, "A faster algorithm for betweenness centrality" (2001), for graphs without directions
    and weights; divided by the pairs of others, so that 1 means all ways.
    """
    score = dict.fromkeys(near, 0.0)
    for start in (one for one, others in near.items() if others):
        # Only those that are reached are met: whoever is tied to nobody costs nothing.
        order: list[int] = []
        before: dict[int, list[int]] = defaultdict(list)
        ways = defaultdict(int, {start: 1})
        far = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            order.append(here)
            for there in near[here]:
                if there not in far:
                    far[there] = far[here] + 1
                    queue.append(there)
                if far[there] == far[here] + 1:
                    ways[there] += ways[here]
                    before[there].append(here)
        share: dict[int, float] = defaultdict(float)
        for there in reversed(order):
            for here in before[there]:
                share[here] += ways[here] / ways[there] * (1 + share[there])
            if there != start:
                score[there] += share[there]
    pairs = (len(near) - 1) * (len(near) - 2)
    return {one: value / pairs if pairs else 0.0 for one, value in score.items()}


# Over time --------------------------------------------------------------------------------------


def periods_of(partnership: int, facts: Facts, day: date) -> list[Period]:
    """Return the years since something is on record, those that are alike together."""
    forms = list(
        public_statements(Trait, day, None)
        .filter(record=partnership, term__scheme="form")
        .values_list("term__code", "voice", "speaker", "span")
    )
    begun = public_statements(Existence, day, None).filter(record=partnership, event=Event.FOUNDED)
    spans = [days_of(span) for *_, span in forms]
    spans += [days_of(span) for span in begun.exclude(edtf="").values_list("span", flat=True)]
    spans += [one.days for one in facts.members[partnership]]
    first = min((one.first.year for one in spans if one.first != date.min), default=day.year)
    periods: list[Period] = []
    for year in range(max(first, FIRST_YEAR), day.year + 1):
        period = _year(partnership, facts, forms, min(date(year, 12, 31), day))
        if periods and periods[-1][2:] == period[2:]:
            period = period._replace(first=periods.pop().first)
        periods.append(period)
    return periods


def _year(partnership: int, facts: Facts, forms: list[tuple], last: date) -> Period:
    # What it is called in a year is so on its last day, as findings are.
    words: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for code, voice, speaker, span in forms:
        if days_of(span).intersection(Days(last, last)):
            words[voice == Voice.OWN or speaker == partnership][code] = None
    members = {
        one.member for one in facts.members[partnership] if one.days.first <= last <= one.days.last
    }
    # Judged as on that day: what goes on has lasted until then.
    form = observed_form(partnership, replace(facts, today=last), window_to(last))
    return Period(
        last.year,
        last.year,
        tuple(words[True]),
        tuple(words[False]),
        ObservedForm(form.value).value,
        len(members),
    )


# What they do together --------------------------------------------------------------------------


def _together(partnership: int, joint: dict[int, list], facts: Facts, window: Days) -> list[Shared]:
    """Return the undertakings of several members, and those of the partnership itself."""
    own = [one for one in facts.actions.get(partnership, ()) if one.days.intersection(window)]
    found = []
    for which in {*joint, *(one.undertaking for one in own)}:
        mine = [one for one in own if one.undertaking == which]
        rows = joint.get(which, [])
        found.append(
            Shared(
                which,
                tuple(dict.fromkeys(row.actor for row in rows)),
                bool(mine),
                tuple(row.statement for row in [*rows, *mine]),
            )
        )
    return sorted(found, key=lambda one: (-len(one.members), one.number))


def _targets(
    partnership: int, members: set[int], facts: Facts, window: Days, day: date
) -> list[Shared]:
    """Return at whom at least two members aim, themselves or with what they take part in."""
    acting: dict[int, set[int]] = defaultdict(set)
    for actor in {*members, partnership}:
        acting[actor].add(actor)
        for action in facts.actions.get(actor, ()):
            if action.days.intersection(window):
                acting[action.undertaking].add(actor)
    aims = [
        *public_statements(Relation, day, None)
        .filter(predicate__code="targets", record__in=acting)
        .values_list("record", "object", "span", "id"),
        *public_statements(Involvement, day, None)
        .filter(role=InvolvementRole.TARGET, undertaking__in=acting)
        .values_list("undertaking", "record", "span", "id"),
    ]
    aiming: dict[int, set[int]] = defaultdict(set)
    because: dict[int, list[int]] = defaultdict(list)
    for subject, target, span, statement in aims:
        if days_of(span).intersection(window):
            aiming[target] |= acting[subject]
            because[target].append(statement)
    found = [
        Shared(target, tuple(sorted(who & members)), partnership in who, tuple(because[target]))
        for target, who in aiming.items()
        if len(who & members) > 1 or partnership in who
    ]
    return sorted(found, key=lambda one: (-len(one.members), one.number))


def _sectors(members: set[int], day: date) -> list[tuple[str, int]]:
    rows = public_statements(Trait, day, None).filter(record__in=members, term__scheme="sector")
    held = {(code, member) for code, member in rows.values_list("term__code", "record")}
    counts = Multiset(code for code, _ in held)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _organs(partnership: int, day: date) -> list[str]:
    rows = public_statements(Trait, day, None).filter(record=partnership, term__scheme="organ")
    return list(dict.fromkeys(rows.values_list("term__code", flat=True)))


def _lineage(partnership: int, day: date) -> list[tuple[str, int, bool, int]]:
    rows = public_statements(Relation, day, None).filter(
        Q(record=partnership) | Q(object=partnership), predicate__code__in=LINEAGE
    )
    return [
        (code, other if one == partnership else one, other == partnership, statement)
        for code, one, other, statement in rows.values_list(
            "predicate__code", "record", "object", "id"
        )
    ]


def _named(network: Network, belonging: dict[int, list[Belongs]]) -> dict[int, Entry]:
    """Return the entries of all that a network mentions."""
    numbers = {one.member for some in belonging.values() for one in some}
    numbers |= {one.number for one in (*network.together, *network.targets)}
    numbers |= {who for one in (*network.together, *network.targets) for who in one.members}
    numbers |= {one.member for one in network.measures.standings}
    numbers |= {other for _, other, _, _ in network.lineage}
    entries = Entry.objects.published().filter(id__in=numbers)
    return {entry.id: entry for entry in entries.only("id", "key", "kind", "slug", "label")}
