"""The ties between members of a partnership, and measures of the graph that they form."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from campaigns.analysis import Facts
from orgs.records.edtf import Days

MAX_BETWEENNESS_STEPS = 2_000_000
"""Members times ties up to which betweenness is computed: about a second."""

MAX_LISTED_TIES = 20_000
"""Tied pairs that are listed one by one: where thousands act together, there are millions."""


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
