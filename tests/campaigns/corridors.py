"""A made-up world of corridors, in which it is known who works with whom.

Ties are drawn from what actors really are: seldom across the world, mostly with the other end of
one's corridor, the more often the more two have in common, and one in twenty at random. Then the
ledger gets most facts and most ties. Nothing here looks at how counterparts are found.
`likelihood`, which knows how ties were drawn, tells how much can be found at all.
"""

import random
from dataclasses import dataclass, field

from orgs.changes.changeset import Changeset
from tests.support.writing import Writer

CORRIDORS = (
    ("mx", "us"), ("ph", "hk"), ("id", "my"), ("ma", "fr"),
    ("sv", "us"), ("np", "qa"), ("ph", "it"), ("ec", "es"),
)  # fmt: skip
"""Where people come from, and where they live."""

EACH_END = 20
"""How many actors stand at each end of each corridor."""

VOCABULARY = {"sector": 12, "issue": 20, "identity": 8}
"""How many terms each scheme has."""

TARGETS = 10
RECORDED = 0.9
"""How likely it is that a fact about an actor is recorded. Where it is or acts always is: the
corridors are known."""

HIDDEN = 0.2
"""The share of ties that the ledger does not have."""

AT_RANDOM = 0.05
"""The share of ties that have no reason at all."""

ALIKE = 8.0
"""How many times likelier a tie is for each thing that two have in common."""

AT_THE_SAME_END = 0.02
ELSEWHERE = 0.0002
"""How likely a tie is there, compared with one to the other end of the corridor."""


@dataclass
class Actor:
    """What an actor is, recorded or not."""

    slug: str
    corridor: int
    at_home: bool
    network: bool
    traits: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    """Those of its traits that are recorded."""
    record: int = 0

    @property
    def place(self) -> str:
        """The country it stands in."""
        return CORRIDORS[self.corridor][0 if self.at_home else 1]


class Corridors:
    """The actors, their ties, and which of them are hidden."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret
        self.actors = [
            Actor(f"body-{c}-{'home' if home else 'away'}-{n}", c, home, n < 2)
            for c in range(len(CORRIDORS))
            for home in (True, False)
            for n in range(EACH_END)
        ]
        for actor in self.actors:
            actor.traits = self._random_traits()
            actor.recorded = {
                one for one in sorted(actor.traits) if self.chance.random() < RECORDED
            }
        self.ties = sorted(self._ties())
        self.hidden = set(self.chance.sample(self.ties, round(HIDDEN * len(self.ties))))

    def _random_traits(self) -> set[str]:
        pick = self.chance.choices
        chosen = {
            *(f"sector:s{n}" for n in pick(range(VOCABULARY["sector"]), k=pick((1, 2), (7, 3))[0])),
            *(f"issue:i{n}" for n in pick(range(VOCABULARY["issue"]), k=pick((2, 3, 4))[0])),
        }
        if self.chance.random() < 0.6:
            chosen.add(f"identity:d{self.chance.randrange(VOCABULARY['identity'])}")
        if self.chance.random() < 0.6:
            chosen.add(f"target:{self.chance.randrange(TARGETS)}")
        return chosen

    def likelihood(self, one: Actor, other: Actor) -> float:
        """How likely a tie of two actors is, compared with others."""
        if one is other:
            return 0
        if one.corridor != other.corridor:
            near = ELSEWHERE
        else:
            near = 1.0 if one.at_home != other.at_home else AT_THE_SAME_END
        return near * ALIKE ** len(one.traits & other.traits)

    def _ties(self) -> set[tuple[int, int]]:
        ties = set()
        for here, actor in enumerate(self.actors):
            weights = [self.likelihood(actor, other) for other in self.actors]
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                if self.chance.random() < AT_RANDOM:
                    there = self.chance.randrange(len(self.actors))
                else:
                    there = self.chance.choices(range(len(self.actors)), weights)[0]
                if there != here:
                    ties.add((min(here, there), max(here, there)))
        return ties

    def write(self, write: Writer) -> None:
        """Write what is recorded, and all ties but the hidden."""
        changeset = Changeset(reason="A made-up world.")
        values = {"source": write.source_id}
        terms = {
            f"{scheme}:{scheme[0] if scheme != 'identity' else 'd'}{n}": changeset.change_reference(
                "term", scheme=scheme, code=f"{scheme[0] if scheme != 'identity' else 'd'}{n}",
                labels={"en": f"{scheme} {n}"},
            )
            for scheme, count in VOCABULARY.items()
            for n in range(count)
        }  # fmt: skip
        aims = changeset.change_reference(
            "term", scheme="predicate", code="targets", labels={"en": "is aimed at"}
        )
        countries = sorted({code for corridor in CORRIDORS for code in corridor})
        places = {code: changeset.record("place", code) for code in countries}
        cities = {code: changeset.record("place", f"{code}-city") for code in countries}
        for code in countries:
            changeset.add("relation", cities[code], predicate=write.terms["predicate:part_of"],
                       object=places[code], **values)  # fmt: skip
        targets = [changeset.record("gathering", f"forum-{n}") for n in range(TARGETS)]
        records = []
        for actor in self.actors:
            record = changeset.record(
                "partnership" if actor.network else "organization", actor.slug
            )
            actor.record = record.pk
            records.append(record)
            for role, place in self._places(actor):
                where = cities if self.chance.random() < 0.3 and role == "seat" else places
                changeset.add("presence", record, place=where[place], role=role, **values)
            for trait in sorted(actor.recorded):
                kind, _, number = trait.partition(":")
                if kind == "target":
                    changeset.add("relation", record, predicate=aims, object=targets[int(number)],
                               **values)  # fmt: skip
                else:
                    changeset.add("trait", record, term=terms[trait], **values)
        for one, other in self.ties:
            if (one, other) not in self.hidden:
                self._tie(changeset, write, one, other, records)
        changeset.propose().accept()

    def _places(self, actor: Actor) -> list[tuple[str, str]]:
        origin, residence = CORRIDORS[actor.corridor]
        recorded = [
            ("constituency_origin", origin),
            ("constituency_residence", residence),
        ]
        return [
            (self.chance.choice(("seat", "seat", "acts_in")), actor.place),
            *(one for one in recorded if self.chance.random() < RECORDED),
        ]

    def _tie(
        self, changeset: Changeset, write: Writer, one: int, other: int, records: list
    ) -> None:
        """Record a tie: by a membership, a relation, or something that both take part in."""
        values = {"source": write.source_id}
        if self.actors[one].network != self.actors[other].network:
            network = one if self.actors[one].network else other
            member = other if network == one else one
            changeset.add("membership", records[member], partnership=records[network], **values)
        elif self.chance.random() < 0.6:
            changeset.add("relation", records[one], object=records[other],
                       predicate=write.terms["predicate:collaborates_with"], **values)  # fmt: skip
        else:
            campaign = changeset.record("campaign", f"campaign-{one}-{other}")
            for number in (one, other):
                changeset.add("involvement", records[number], undertaking=campaign, role="joins",
                           **values)  # fmt: skip
