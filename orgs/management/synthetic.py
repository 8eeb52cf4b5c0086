"""Synthetic organizations for measurements: in more than ten scripts, distributed like real ones.

The same seed gives the same organizations; the n-th depends only on the seed and n, except for its
networks, which depend on the total.
"""

import random
import tomllib
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from orgs.changes.changeset import Changeset
from orgs.changes.operations import NewRecord, reserve_ids
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.sql import execute
from orgs.statements.statement import statement_kinds

LABEL = "Synthetic organizations"
"""Label of the changesets that add them."""

BATCH = 2_000
"""Organizations per changeset."""

ANALYZE_AFTER = (1, 4, 16, 64)
"""Changesets after which ANALYZE runs: query plans made for empty tables are bad."""

WORDS = tomllib.loads((Path(__file__).parent / "synthetic.toml").read_text(encoding="utf-8"))

COUNTRIES: list[tuple[str, str, str]] = [tuple(country) for country in WORDS["countries"]]
"""Code, name and language of countries, the most frequent seat first."""

VOCABULARY: dict[str, list[str]] = WORDS["terms"]
"""Terms by scheme, the most frequent first."""

CITIES = 12
"""Cities per country."""


def synthetic_slug(seed: int, number: int) -> str:
    return f"synthetic-{seed}-{number}"


@cache
def _zipf_weights(count: int) -> list[float]:
    """Cumulative weights 1, 1/2, 1/3, ... (Zipf)."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


class World:
    """The places, sources and terms of the organizations of a seed.

    Existing terms and places of the catalogue are used.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        # One organization in twenty is a network or a coalition; these come first.
        self.partnerships = max(1, count // 20)
        self.changesets = [Changeset(label=LABEL, reason=self.reason)]
        self.terms = self._terms()
        self.sources = self._sources(max(4, count // 20))
        self.places: dict[str, int] = dict(
            Record.objects.filter(kind="place").values_list("slug", "id")
        )
        self.cities: list[list[int]] = []
        for code, name, _ in COUNTRIES:
            country = self._place(code, name, "country")
            towns = [self._place(f"{code}-made-{i}", self._town(code, i), "city", country)
                     for i in range(CITIES)]  # fmt: skip
            self.cities.append([country, *towns])
        self.ids = reserve_ids(count)

    @property
    def reason(self) -> str:
        """The public reason of every changeset."""
        return f"Made up for measuring, with the seed {self.seed}. Nothing of it is true."

    def _terms(self) -> dict[str, int]:
        known = {f"{s}:{c}": i for i, s, c in Term.objects.values_list("id", "scheme", "code")}
        for scheme, codes in VOCABULARY.items():
            for code in codes:
                if f"{scheme}:{code}" not in known:
                    known[f"{scheme}:{code}"] = self.changesets[0].change_reference(
                        "term", scheme=scheme, code=code, labels={"en": code.replace("_", " ")}
                    )
        return known

    def _sources(self, count: int) -> list[int]:
        return [
            self.changesets[0].change_reference(
                "source",
                key=f"synthetic-{self.seed}-{number}",
                short=f"Made up {number}",
                title=f"Made up for measuring, volume {number}",
                authors="",
                source_kind="report" if number % 3 else "website",
                issued=str(2005 + number % 20),
                observed=str(2005 + number % 20),
            )
            for number in range(1, count + 1)
        ]

    def _town(self, code: str, number: int) -> str:
        chance = random.Random(f"{self.seed} {code} {number}")  # noqa: S311 - nothing secret
        return make_word(chance).capitalize()

    def _place(self, slug: str, name: str, place_type: str, country: int | None = None) -> int:
        if slug not in self.places:
            changeset = self.changesets[0]
            place = changeset.record("place", slug)
            source_values = {"source": self.sources[0]}
            changeset.add("name", place, text=name, language="en", preferred=True, **source_values)
            changeset.add(
                "trait", place, term=self.terms[f"place_type:{place_type}"], **source_values
            )
            if country is not None:
                changeset.add(
                    "relation",
                    place,
                    predicate=self.terms["predicate:part_of"],
                    object=country,
                    **source_values,
                )
            self.places[slug] = place.pk
        return self.places[slug]

    def organization_changesets(self) -> Iterator[Changeset]:
        """Yield the proposals that add the organizations, in the order of acceptance."""
        for start in range(0, self.count, BATCH):
            changeset = Changeset(label=LABEL, reason=self.reason)
            for number in range(start, min(start + BATCH, self.count)):
                Organization(self, number, changeset).write()
            yield changeset


@cache
def _empty_row(kind: str) -> dict[str, Any]:
    """A row of a statement of this kind with default values."""
    return {
        field.attname: None if field.null and not field.has_default() else field.get_default()
        for field in statement_kinds()[kind].operation_fields()
        if field.name != "record"
    }


def make_word(chance: random.Random) -> str:
    return "".join(chance.choices(WORDS["syllables"], k=chance.randint(2, 4)))


def make_name(chance: random.Random, language: str) -> str:
    words = WORDS["languages"][language]
    parts = {part: chance.choice(words[part]) for part in ("body", "people", "place")}
    return words["pattern"].format(**parts)


def make_text(chance: random.Random, language: str, least: int, most: int) -> str:
    """Between `least` and `most` sentences, some with a rare word, as in real texts."""
    sentences = []
    for _ in range(chance.randint(least, most)):
        matter = chance.choice(WORDS["matters"])
        if chance.random() < 0.4:
            matter += f" and {chance.choice(WORDS['matters'])}"
        end = chance.choice(WORDS["ends"]).format(
            year=chance.randint(1970, 2009),
            place=chance.choice(WORDS["languages"][language]["place"]),
            family=chance.randint(12, 900),
            made=make_word(chance).capitalize(),
        )
        subject, verb = chance.choice(WORDS["subjects"]), chance.choice(WORDS["verbs"])
        sentences.append(f"{subject} {verb} {matter} {end}.")
    return " ".join(sentences)


class Organization:
    """The n-th organization of a world, with nine to seventeen statements."""

    def __init__(self, world: World, number: int, changeset: Changeset) -> None:
        self.world = world
        self.number = number
        self.changeset = changeset
        self.id = world.ids[number]
        self.chance = random.Random(f"{world.seed} {number}")  # noqa: S311 - nothing secret
        self.country = self.pick(len(COUNTRIES))
        self.language = COUNTRIES[self.country][2]
        self.source = world.sources[self.pick(len(world.sources))]
        self.is_partnership = number < world.partnerships

    def pick(self, count: int) -> int:
        """A number below `count`; 0 is the most frequent (Zipf)."""
        return self.chance.choices(range(count), cum_weights=_zipf_weights(count))[0]

    def occurs(self, probability: float) -> bool:
        return self.chance.random() < probability

    def state(self, kind: str, **values: Any) -> None:
        """Add a statement, by default in the voice of the source."""
        row = {"record_id": self.id, **_empty_row(kind), "source_id": self.source, **values}
        self.changeset.operations.add(kind, row)

    def write(self) -> None:
        """Add the record and its statements to the proposal."""
        key = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        kind = "partnership" if self.is_partnership else "organization"
        slug = synthetic_slug(self.world.seed, self.number + 1)
        self.changeset.operations.records.append(NewRecord(self.id, str(key), kind, slug))
        self.state_names()
        self.state_traits()
        self.state_places()
        self.state_memberships()
        self.state_texts()

    def state_names(self) -> None:
        """An official name, and often an English one, a former one, an acronym."""
        official = make_name(self.chance, self.language)
        if self.occurs(0.6):
            official += f" {make_word(self.chance).capitalize()}"
        self.state("name", text=official, language=self.language, preferred=True)
        if self.language != "en" and self.occurs(0.5):
            self.state(
                "name", text=make_name(self.chance, "en"), language="en", name_kind="translation"
            )
        if self.occurs(0.3):
            acronym = "".join(self.chance.choices("ABCDEFGILMNOPRSTU", k=self.chance.randint(3, 5)))
            self.state("name", text=acronym, language="und", name_kind="acronym")
        if self.occurs(0.08):
            former = f"{self.chance.randint(1975, 1999)}/{self.chance.randint(2000, 2004)}"
            self.state(
                "name",
                text=make_name(self.chance, self.language),
                language=self.language,
                name_kind="former",
                edtf=former,
            )

    def state_traits(self) -> None:
        """Founding date, arena and traits."""
        if self.occurs(0.7):
            self.state("existence", event="founded", edtf=str(2004 - self.pick(60)))
        arenas = WORDS["arenas"]
        self.state("arena_placement", arena_id=arenas[self.pick(len(arenas))])
        self.state_trait("sphere")
        self.state_trait("identity")
        for scheme, probability in (
            ("sector", 0.8),
            ("sector", 0.3),
            ("activity", 0.7),
            ("activity", 0.4),
            ("leadership", 0.5),
            ("orientation", 0.3),
        ):
            if self.occurs(probability):
                self.state_trait(scheme)
        if self.is_partnership:
            self.state_trait("form", voice="own")

    def state_trait(self, scheme: str, **values: Any) -> None:
        codes = VOCABULARY[scheme]
        code = codes[self.pick(len(codes))]
        self.state("trait", term_id=self.world.terms[f"{scheme}:{code}"], **values)

    def state_places(self) -> None:
        """Seat, places of activity, origin and residence of members."""
        seats = self.world.cities[self.country]
        self.state("presence", role="seat", place_id=seats[self.pick(len(seats))])
        for role, probability in (
            ("acts_in", 0.4),
            ("constituency_origin", 0.7),
            ("constituency_residence", 0.5),
        ):
            if self.occurs(probability):
                country = self.world.cities[self.pick(len(COUNTRIES))][0]
                when = f"{self.chance.randint(1990, 2004)}/.." if self.occurs(0.2) else ""
                self.state("presence", role=role, place_id=country, edtf=when)

    def state_memberships(self) -> None:
        """Memberships in networks: a few networks have very many members."""
        # A network belongs only to networks before it, which are accepted first.
        networks = self.number if self.is_partnership else self.world.partnerships
        count = self.pick(6) if networks else 0
        for number in sorted({self.pick(networks) for _ in range(count)}):
            since = self.chance.randint(1985, 2004)
            when = self.chance.choice(("", "", f"{since}/..", f"{since}/{since + 6}"))
            self.state("membership", partnership_id=self.world.ids[number], edtf=when)

    def state_texts(self) -> None:
        """An own text, sometimes a summary and a link."""
        self.state(
            "text",
            text_kind="own_words",
            body=make_text(self.chance, self.language, 3, 8),
            voice="own",
        )
        if self.occurs(0.3):
            self.state(
                "text", text_kind="summary", body=make_text(self.chance, self.language, 1, 3)
            )
        if self.occurs(0.5):
            slug = synthetic_slug(self.world.seed, self.number + 1)
            self.state("link", url=f"https://{slug}.example/")


def synthesize(
    count: int, seed: int, report_progress: Callable[[int], None] = lambda done: None
) -> World:
    """Add `count` organizations and accept them. `report_progress` receives their number after each
    changeset.
    """
    world = World(count, seed)
    for changeset in world.changesets:
        changeset.propose().accept()
    done = 0
    for position, changeset in enumerate(world.organization_changesets(), start=1):
        changeset.propose().accept()
        done = min(position * BATCH, count)
        report_progress(done)
        if position in ANALYZE_AFTER:
            execute("ANALYZE")
    return world


def seed_exists(seed: int) -> bool:
    """Whether the catalogue has the organizations of a seed."""
    return Source.objects.filter(key=f"synthetic-{seed}-1").exists()
