"""Made-up organizations, for measuring: in ten scripts and more, as unevenly spread as real ones.

Nothing of it is true. The same seed gives the same organizations; the n-th depends on the seed and
on n alone, but for the networks it belongs to, which depend on how many there are.
"""

import random
import tomllib
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.db import connection

from orgs.changes.changeset import Changeset, reserve_ids
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.statements.statement import statement_kinds

LABEL = "Synthetic organizations"
"""The label of every changeset that makes them."""

PROPOSAL = 2_000
"""How many organizations one changeset brings: nobody waits in a catalogue of made-up bodies."""

STATISTICS = (1, 4, 16, 64)
"""After how many proposals the tables are looked at anew: plans made for empty ones are bad
ones.
"""

WORDS = tomllib.loads((Path(__file__).parent / "synthetic.toml").read_text(encoding="utf-8"))
"""The words of which they are made."""

COUNTRIES: list[tuple[str, str, str]] = [tuple(country) for country in WORDS["countries"]]
"""Code, name and language of countries, the commonest seat first."""

VOCABULARY: dict[str, list[str]] = WORDS["terms"]
"""The terms they are described by, the commonest of each scheme first."""

CITIES = 12
"""How many cities each country has."""


def slug_of(seed: int, number: int) -> str:
    """Return the slug of the n-th organization of a seed."""
    return f"synthetic-{seed}-{number}"


@cache
def _weights(count: int) -> list[float]:
    """Return the cumulative weights 1, 1/2, 1/3, ... after Zipf."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


class World:
    """What the organizations of a seed have in common: places, sources, terms, and their ids.

    Terms and places that the catalogue has already are taken as they are.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        # One organization in twenty is a network or a coalition; those stand at the beginning.
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
        """Return what every changeset says of itself in public."""
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
        return made_word(chance).capitalize()

    def _place(self, slug: str, name: str, sort: str, country: int | None = None) -> int:
        if slug not in self.places:
            changeset = self.changesets[0]
            place = changeset.record("place", slug)
            said = {"source": self.sources[0]}
            changeset.add("name", place, text=name, language="en", preferred=True, **said)
            changeset.add("trait", place, term=self.terms[f"place_type:{sort}"], **said)
            if country is not None:
                changeset.add(
                    "relation",
                    place,
                    predicate=self.terms["predicate:part_of"],
                    object=country,
                    **said,
                )
            self.places[slug] = place.pk
        return self.places[slug]

    def organizations(self) -> Iterator[Changeset]:
        """Return the proposals that bring the organizations, in the order of acceptance."""
        for start in range(0, self.count, PROPOSAL):
            changeset = Changeset(label=LABEL, reason=self.reason)
            for number in range(start, min(start + PROPOSAL, self.count)):
                Organization(self, number, changeset).write()
            yield changeset


@cache
def _empty(kind: str) -> dict[str, Any]:
    """Return a statement of a kind with nothing said: what a proposal holds for every field."""
    return {
        one.attname: None if one.null and not one.has_default() else one.get_default()
        for one in statement_kinds()[kind].operation_fields()
        if one.name != "record"
    }


def made_word(chance: random.Random) -> str:
    """Return a word that no language has."""
    return "".join(chance.choices(WORDS["syllables"], k=chance.randint(2, 4)))


def made_name(chance: random.Random, language: str) -> str:
    """Return a name of an organization in this language."""
    words = WORDS["languages"][language]
    parts = {part: chance.choice(words[part]) for part in ("body", "people", "place")}
    return words["pattern"].format(**parts)


def made_text(chance: random.Random, language: str, least: int, most: int) -> str:
    """Return so many sentences; each has a rare word now and then, as real texts have."""
    sentences = []
    for _ in range(chance.randint(least, most)):
        matter = chance.choice(WORDS["matters"])
        if chance.random() < 0.4:
            matter += f" and {chance.choice(WORDS['matters'])}"
        end = chance.choice(WORDS["ends"]).format(
            year=chance.randint(1970, 2009),
            place=chance.choice(WORDS["languages"][language]["place"]),
            family=chance.randint(12, 900),
            made=made_word(chance).capitalize(),
        )
        subject, verb = chance.choice(WORDS["subjects"]), chance.choice(WORDS["verbs"])
        sentences.append(f"{subject} {verb} {matter} {end}.")
    return " ".join(sentences)


class Organization:
    """The n-th organization of a world, and what is said about it: nine to seventeen sentences."""

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
        """Return a number below `count`; 0 is the likeliest, after Zipf."""
        return self.chance.choices(range(count), cum_weights=_weights(count))[0]

    def happens(self, probability: float) -> bool:
        """Whether something is so, with this probability."""
        return self.chance.random() < probability

    def say(self, kind: str, **values: Any) -> None:
        """Say something in the voice of the source, unless told otherwise."""
        said = {"record_id": self.id, **_empty(kind), "source_id": self.source, **values}
        self.changeset.operations.setdefault("adds", {}).setdefault(kind, []).append(said)

    def write(self) -> None:
        """Put the record and everything said about it into the proposal."""
        key = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        self.changeset.operations.setdefault("records", []).append(
            {
                "id": self.id,
                "key": str(key),
                "kind": "partnership" if self.is_partnership else "organization",
                "slug": slug_of(self.world.seed, self.number + 1),
            }
        )
        self.say_names()
        self.say_qualities()
        self.say_places()
        self.say_memberships()
        self.say_texts()

    def say_names(self) -> None:
        """Say an official name and often others: in English, a former one, an acronym."""
        official = made_name(self.chance, self.language)
        if self.happens(0.6):
            official += f" {made_word(self.chance).capitalize()}"
        self.say("name", text=official, language=self.language, preferred=True)
        if self.language != "en" and self.happens(0.5):
            self.say(
                "name", text=made_name(self.chance, "en"), language="en", name_kind="translation"
            )
        if self.happens(0.3):
            acronym = "".join(self.chance.choices("ABCDEFGILMNOPRSTU", k=self.chance.randint(3, 5)))
            self.say("name", text=acronym, language="und", name_kind="acronym")
        if self.happens(0.08):
            former = f"{self.chance.randint(1975, 1999)}/{self.chance.randint(2000, 2004)}"
            self.say(
                "name",
                text=made_name(self.chance, self.language),
                language=self.language,
                name_kind="former",
                edtf=former,
            )

    def say_qualities(self) -> None:
        """Say when it was founded, in which arena it stands, and by which terms it is described."""
        if self.happens(0.7):
            self.say("existence", event="founded", edtf=str(2004 - self.pick(60)))
        arenas = WORDS["arenas"]
        self.say("arena_placement", arena_id=arenas[self.pick(len(arenas))])
        self.describe("sphere")
        self.describe("identity")
        for scheme, probability in (
            ("sector", 0.8),
            ("sector", 0.3),
            ("activity", 0.7),
            ("activity", 0.4),
            ("leadership", 0.5),
            ("orientation", 0.3),
        ):
            if self.happens(probability):
                self.describe(scheme)
        if self.is_partnership:
            self.describe("form", voice="own")

    def describe(self, scheme: str, **values: Any) -> None:
        """Say that a term of a scheme describes it."""
        codes = VOCABULARY[scheme]
        code = codes[self.pick(len(codes))]
        self.say("trait", term_id=self.world.terms[f"{scheme}:{code}"], **values)

    def say_places(self) -> None:
        """Say where it has its seat, acts, and where its people come from and live."""
        seats = self.world.cities[self.country]
        self.say("presence", role="seat", place_id=seats[self.pick(len(seats))])
        for role, probability in (
            ("acts_in", 0.4),
            ("constituency_origin", 0.7),
            ("constituency_residence", 0.5),
        ):
            if self.happens(probability):
                country = self.world.cities[self.pick(len(COUNTRIES))][0]
                when = f"{self.chance.randint(1990, 2004)}/.." if self.happens(0.2) else ""
                self.say("presence", role=role, place_id=country, edtf=when)

    def say_memberships(self) -> None:
        """Say in which networks it is: a few have very many members."""
        # A network is in those that stand before it alone: they are accepted before it is.
        most = self.number if self.is_partnership else self.world.partnerships
        wanted = self.pick(6) if most else 0
        for which in sorted({self.pick(most) for _ in range(wanted)}):
            since = self.chance.randint(1985, 2004)
            when = self.chance.choice(("", "", f"{since}/..", f"{since}/{since + 6}"))
            self.say("membership", partnership_id=self.world.ids[which], edtf=when)

    def say_texts(self) -> None:
        """Say what it is in its own words, sometimes a summary, and where more can be read."""
        self.say(
            "text",
            text_kind="own_words",
            body=made_text(self.chance, self.language, 3, 8),
            voice="own",
        )
        if self.happens(0.3):
            self.say("text", text_kind="summary", body=made_text(self.chance, self.language, 1, 3))
        if self.happens(0.5):
            slug = slug_of(self.world.seed, self.number + 1)
            self.say("link", url=f"https://{slug}.example/")


def synthesize(count: int, seed: int, told: Callable[[int], None] = lambda done: None) -> World:
    """Make so many organizations and accept them; returns their world.

    Every proposal goes through the one door. `told` hears after each how many there are.
    """
    world = World(count, seed)
    for changeset in world.changesets:
        changeset.propose().accept()
    done = 0
    for position, changeset in enumerate(world.organizations(), start=1):
        changeset.propose().accept()
        done = min(position * PROPOSAL, count)
        told(done)
        if position in STATISTICS:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    return world


def are_there(seed: int) -> bool:
    """Whether the catalogue has the organizations of a seed already."""
    return Source.objects.filter(key=f"synthetic-{seed}-1").exists()
