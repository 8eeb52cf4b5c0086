"""A state as organized migrants meet it: its bodies, by which channels, and what it conceded.

"Representation and accountability" towards a state run through "multiple channels" (Prop 8). A
claim that one thing led to another is always somebody's: each link of a chain has its source.
Everything is read from entries, and from public statements where an entry does not tell enough.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy

from campaigns.analysis.facts import ids_subquery, public_statements, public_statements_and_denials
from campaigns.models import Act, Involvement, InvolvementRole
from orgs.pages.documents import DOCUMENTS_LIMIT, mention, read_documents
from orgs.projection.ancestor import Ancestor
from orgs.projection.entry import RECORD_KINDS, Entry, EntryQuerySet, EntrySpan, Facet
from orgs.records.record import ACTORS, Kind
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

STATES = ("country", "territory", "state")
"""The kinds of place that have a government of their own."""

CODED = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")
"""The slug of a country or of one of its parts: its code of ISO 3166."""

RUNNING = (
    InvolvementRole.LEADS,
    InvolvementRole.FUNDS,
    InvolvementRole.CONVENOR,
    InvolvementRole.HOSTS,
)
"""The parts by which a programme is a state's own."""

DONE = (Act.ADOPTED, Act.IN_FORCE, Act.RATIFIED, Act.SIGNED)
"""The legal acts by which a state answers."""

CAUSES = {"led_to": True, "result_of": False, "triggered_by": False}
"""The relations that are causal claims, and whether their subject is the cause."""

MUTUAL = ("collaborates_with", "lobbies_with")
"""The relations that either side may tell."""

DEEPEST = 8
"""How many links a chain is followed back."""

WIDEST = 10
"""A table has at most so many years as columns; more are told by tens."""


class Channel(TextChoices):
    """How organized migrants and their allies meet a state, as far as it is told by a relation.

    What the codebook calls a repertoire is a channel besides, under its own name.
    """

    PROTEST = "protest", gettext_lazy("Protest")
    TARGETS = "targets", gettext_lazy("Aim at it")
    OPPOSES = "opposes", gettext_lazy("Oppose or question it")
    LOBBIES = "lobbies_with", gettext_lazy("Lobby together with it")
    PERSUADES = "persuades", gettext_lazy("Persuaded it")
    WORKS = "collaborates_with", gettext_lazy("Work with it")
    SUPPORTS = "supports", gettext_lazy("Support it, or are supported by it")
    PROGRAMME = "programme", gettext_lazy("Take part in its programmes")


PREDICATES = {
    "targets": Channel.TARGETS,
    "opposes": Channel.OPPOSES,
    "questions": Channel.OPPOSES,
    "lobbies_with": Channel.LOBBIES,
    "persuades": Channel.PERSUADES,
    "collaborates_with": Channel.WORKS,
    "supports": Channel.SUPPORTS,
}
"""The relations that are channels."""

MARCHING = ("protest", "rallies_and_marches")
"""The activities that make a gathering a protest; so does a recorded grievance."""


class Engagement(NamedTuple):
    """That somebody meets the state by a channel: who, and the statements that say so."""

    channel: str
    """One of `Channel`, or "repertoire:" and the code of a term."""
    who: dict
    items: tuple[dict, ...]
    whens: tuple[str, ...]
    """When, as these statements say it (EDTF); if none does, when a gathering was held."""

    @property
    def holds(self) -> bool:
        """Return whether any of them says so; otherwise it is a recorded no."""
        return any(item["holds"] for item in self.items)


class Link(NamedTuple):
    """That something is said to follow from something else, and the statements that say so."""

    cause: dict
    items: tuple[dict, ...]


class Step(NamedTuple):
    """Something in a chain, with what it is said to follow from."""

    what: dict
    dates: tuple[dict, ...]
    links: tuple[Link, ...]
    acts: tuple[dict, ...]
    """What this state did with it, if it is an instrument."""


@dataclass
class State:
    """What is on record about a state and organized migrants."""

    bodies: list[dict] = field(default_factory=list)
    programmes: list[dict] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    votes: list[tuple[dict, list[dict]]] = field(default_factory=list)
    """Gatherings of people from here that concern what its law provides, with what says so."""
    chains: list[list[Step]] = field(default_factory=list)
    """Each ends with what the state did, or set up, or changed."""
    acts: list[dict] = field(default_factory=list)
    """What it and its bodies did with instruments."""
    voting_acts: list[dict] = field(default_factory=list)
    """Of these, those with instruments of which a source says that they are about the vote."""
    sources: list[dict] = field(default_factory=list)

    def __bool__(self) -> bool:
        told = (self.bodies, self.engagements, self.votes, self.chains, self.acts)
        return any(bool(one) for one in told)


def is_state(document: dict) -> bool:
    """Whether a place has a government of its own: a country, a territory, a state in a country.

    Says its trait; without one, its address tells, which is its code of ISO 3166.
    """
    kinds = {item["term"] for item in document["traits"].get("place_type", ()) if item["holds"]}
    return bool(kinds & set(STATES)) if kinds else bool(CODED.fullmatch(document["slug"]))


def state_of(number: int, key: str, today: date) -> State:
    """Return what is on record about a state. Takes the number and the key of its place.

    In a number of queries that grows with the length of chains only.
    """
    facets = _facets(number)
    bodies = _bodies(facets)
    programmes = _programmes(bodies, today)
    here = {key, *(one["id"] for one in (*bodies.values(), *programmes.values()))}
    state = State(
        bodies=_by_name(bodies.values()),
        programmes=_by_name(programmes.values()),
    )
    instruments = _read(
        Entry.objects.published()
        .of_kinds(Kind.INSTRUMENT)
        .filter(mentions__overlap=[number, *bodies])
        .order_by("sort_key", "id")
    )
    ours = {key, *(one["id"] for one in bodies.values())}
    state.acts = [
        {**item, "subject": mention(one)}
        for one in instruments.values()
        for item in one["legal_acts"]
        if (item["actor"] or {}).get("id") in ours
    ]
    state.voting_acts = [
        item
        for one in instruments.values()
        if any(trait["term"] == "vote" for trait in one["traits"].get("right", ()))
        for item in state.acts
        if item["subject"]["id"] == one["id"]
    ]
    others = _others(number, facets, bodies, programmes, today)
    outside = {which: one for which, one in others.items() if one["id"] not in here}
    state.engagements = _engagements(outside, bodies, programmes, here)
    acted = {item["subject"]["id"] for item in state.acts}
    state.votes = _votes(outside, acted)
    answers = {
        *bodies,
        *programmes,
        *(which for which, one in instruments.items() if _answers(one, ours, key)),
    }
    state.chains = _chains(answers, state.acts, today)
    for one in (*instruments.values(), *bodies.values(), *programmes.values(), *outside.values()):
        state.sources += one["sources"]
    return state


def _by_name(documents: Iterable[dict]) -> list[dict]:
    return sorted(map(mention, documents), key=lambda one: one["label"].casefold())


def _read(entries: EntryQuerySet) -> dict[int, dict]:
    """Return the documents of entries by number, the first of them as they stand."""
    found = list(entries.only("id", "document")[:DOCUMENTS_LIMIT])
    return dict(zip((entry.id for entry in found), read_documents(found), strict=True))


# Its bodies and programmes ----------------------------------------------------------------------


def _facets(number: int) -> dict[tuple[str, str], int]:
    """Return the facets that matter, by filter and value; those of the place by filter and ""."""
    place = str(number)
    rows = Facet.objects.filter(
        Q(value=place, filter__in=("country", "active_in", "origin", "held_at"))
        | Q(filter="sphere", value__in=("state", "intergovernmental"))
    )
    return {
        (one, "" if value == place else value): which
        for one, value, which in rows.values_list("filter", "value", "id")
    }


def _bodies(facets: dict[tuple[str, str], int]) -> dict[int, dict]:
    """Return the bodies of a state by number, with their parts at any depth.

    A body of the sphere "state" is of the place where it has its seat; without one, of that from
    which its people come, as a consulate; without that, of where it acts. Then and now.
    """
    if ("sphere", "state") not in facets:
        return {}
    of_states = (
        Entry.objects.published()
        .of_kinds(*ACTORS)
        .filter(facets__contains=[facets["sphere", "state"]])
        .order_by("sort_key", "id")
    )
    at = {name: facets.get((name, "")) for name in ("country", "origin", "active_in")}
    spans = EntrySpan.objects.filter(
        facet__in=[one for one in at.values() if one], entry__in=of_states.values("id")
    )
    held = set(spans.values_list("entry", "facet"))
    found = {}
    candidates = of_states.filter(id__in={which for which, _ in held})
    for which, document in _read(candidates).items():
        roles = {item["role"] for item in document["places"] if item["holds"]}
        if "seat" in roles:
            home = "country"
        else:
            home = "origin" if "constituency_origin" in roles else "active_in"
        if (which, at[home]) in held:
            found[which] = document
    parts = Ancestor.objects.filter(ancestor__in=list(found)).values("record")
    return found | _read(of_states.filter(id__in=parts)) if found else {}


def _programmes(bodies: dict[int, dict], today: date) -> dict[int, dict]:
    """Return the projects that these bodies lead, fund, convene or host."""
    if not bodies:
        return {}
    run = public_statements(Involvement, today, None).filter(
        record__in=list(bodies), role__in=RUNNING, undertaking__kind=Kind.PROJECT
    )
    numbers = set(run.values_list("undertaking", flat=True))
    return _read(Entry.objects.published().filter(id__in=numbers).order_by("sort_key", "id"))


# By which channels ------------------------------------------------------------------------------


def _others(
    number: int,
    facets: dict[tuple[str, str], int],
    bodies: dict[int, dict],
    programmes: dict[int, dict],
    today: date,
) -> dict[int, dict]:
    """Return those who may meet the state: tied to it, in its programmes, or of people from here.

    Then and now, and also those of whom it is said that they do not. Bodies of states are not among
    them, nor those between states.
    """
    tied = public_statements_and_denials(Relation, today).filter(
        predicate__code__in=list(PREDICATES),
        object__in=ids_subquery([number, *bodies, *programmes]),
    )
    inside = public_statements_and_denials(Involvement, today).filter(
        undertaking__in=ids_subquery(programmes)
    )
    meeting = (
        public_statements_and_denials(Trait, today)
        .filter(term__scheme="repertoire")
        .values("record")
    )
    protesting = (
        public_statements_and_denials(Trait, today)
        .filter(Q(term__scheme="grievance") | Q(term__scheme="activity", term__code__in=MARCHING))
        .values("record")
    )

    def ever(name: str) -> QuerySet:
        return EntrySpan.objects.filter(facet=facets.get((name, ""))).values("entry")

    entries = (
        Entry.objects.published()
        .of_kinds(*RECORD_KINDS)
        .filter(
            Q(id__in=tied.values("record"))
            | Q(id__in=inside.values("record"))
            | Q(id__in=ever("origin")) & (Q(id__in=meeting) | Q(kind=Kind.GATHERING))
            | Q(id__in=ever("held_at")) & Q(id__in=protesting, kind=Kind.GATHERING)
        )
    )
    official = [which for (name, _), which in facets.items() if name == "sphere"]
    if official:
        entries = entries.exclude(facets__overlap=official)
    return _read(entries.order_by("sort_key", "id"))


def _engagements(
    outside: dict[int, dict], bodies: dict[int, dict], programmes: dict[int, dict], here: set[str]
) -> list[Engagement]:
    """Return who meets the state by which channel, each once, with all statements that say so."""
    said: dict[tuple[str, str], list[dict]] = defaultdict(list)
    named: dict[str, dict] = {}
    held = {
        one["id"]: tuple(item["when"] for item in one["dates"] if item["when"] and item["holds"])
        for one in outside.values()
        if one["kind"] == Kind.GATHERING
    }

    def add(channel: str, who: dict, item: dict) -> None:
        named.setdefault(who["id"], mention(who))
        said[channel, who["id"]].append(item)

    for one in outside.values():
        for item in one["relations"]:
            if item["predicate"] in PREDICATES and item["object"]["id"] in here:
                add(PREDICATES[item["predicate"]], one, {**item, "subject": mention(one)})
        for item in one["involvements"]:
            if item["undertaking"]["id"] in here:
                add(Channel.PROGRAMME, one, item)
        if one["kind"] == Kind.GATHERING:
            for item in _protesting(one):
                add(Channel.PROTEST, one, item)
    for one in bodies.values():
        for item in one["relations"]:
            mutual = item["predicate"] in (*MUTUAL, "supports")
            if mutual and item["object"]["kind"] in ACTORS and item["object"]["id"] not in here:
                add(
                    PREDICATES[item["predicate"]],
                    item["object"],
                    {**item, "subject": mention(one)},
                )
        for item in one["involvements"]:
            if item["role"] == "target" and item["undertaking"]["kind"] in ("campaign", "demand"):
                add(Channel.TARGETS, item["undertaking"], {**item, "subject": mention(one)})
    for one in (*outside.values(), *bodies.values(), *programmes.values()):
        for item in one["traits"].get("repertoire", ()):
            add(f"repertoire:{item['term']}", one, item)
    order = list(Channel)
    found = [
        Engagement(
            channel,
            named[who],
            tuple(items),
            tuple(item["when"] for item in items if item["when"]) or held.get(who, ()),
        )
        for (channel, who), items in said.items()
    ]
    return sorted(
        found,
        key=lambda one: (
            order.index(Channel(one.channel)) if one.channel in order else len(order),
            one.channel,
            one.who["label"].casefold(),
        ),
    )


def _protesting(gathering: dict) -> list[dict]:
    """Return what makes a gathering a protest: its grievances, or that people marched."""
    traits = gathering["traits"]
    return [
        *traits.get("grievance", ()),
        *(item for item in traits.get("activity", ()) if item["term"] in MARCHING),
    ]


def _votes(outside: dict[int, dict], acted: set[str]) -> list[tuple[dict, list[dict]]]:
    """Return the gatherings of people from here that concern an instrument of this state."""
    found = []
    for one in outside.values():
        if one["kind"] == Kind.GATHERING and not _protesting(one):
            items = [
                item
                for item in one["relations"]
                if item["predicate"] == "concerns" and item["object"]["id"] in acted
            ]
            if items:
                found.append((mention(one), [*one["dates"], *items]))
    return found


def years_of(engagements: Iterable[Engagement], today: date) -> tuple[list[str], list[tuple]]:
    """Return a table of channels by years: its columns, and (channel, counts, undated) by channel.

    Counts are of those who meet the state so, in each column; whoever nobody dates stands apart,
    and whoever is said not to do so is left out.
    """
    whens: dict[str, list[set[int]]] = defaultdict(list)
    for one in engagements:
        if one.holds:
            touched = {year for when in one.whens for year in years_in(when, today)}
            whens[one.channel].append(touched)
    every = sorted({year for some in whens.values() for one in some for year in one})
    tens = len(every) > WIDEST
    columns: dict[str, set[int]] = {}
    for year in every:
        name = f"{year // 10 * 10}–{year // 10 * 10 + 9}" if tens else str(year)
        columns.setdefault(name, set()).add(year)
    return list(columns), [
        (
            channel,
            [sum(bool(one & years) for one in some) for years in columns.values()],
            sum(not one for one in some),
        )
        for channel, some in whens.items()
    ]


def years_in(edtf: str | None, today: date) -> set[int]:
    """Return the years that a date touches, until today if it is open; none if it is not known."""
    years = [int(one) for one in re.findall(r"\b\d{4}", edtf or "")]
    if not years or "X" in (edtf or ""):
        return set()
    last = today.year if (edtf or "").endswith("..") else max(years)
    return set(range(min(years), max(last, min(years)) + 1))


# What it conceded -------------------------------------------------------------------------------


def _answers(instrument: dict, ours: set[str], key: str) -> bool:
    """Whether an instrument is something this state did, or is a party to."""
    acts = any(
        item["holds"] and item["act"] in DONE and (item["actor"] or {}).get("id") in ours
        for item in instrument["legal_acts"]
    )
    return acts or any(
        item["holds"] and item["predicate"] == "between" and item["object"]["id"] == key
        for item in instrument["relations"]
    )


def _chains(answers: set[int], acts: list[dict], today: date) -> list[list[Step]]:
    """Return, for each answer that is said to follow from something, all that led to it.

    The first cause comes first, the answer last.
    """
    causes: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    subjects: set[int] = set()
    edge, seen = set(answers), set(answers)
    for _ in range(DEEPEST):
        if not edge:
            break
        claims = public_statements(Relation, today, None).filter(
            Q(object__in=edge, predicate__code="led_to")
            | Q(record__in=edge, predicate__code__in=("result_of", "triggered_by"))
        )
        found = set()
        for code, one, other, which in claims.values_list(
            "predicate__code", "record", "object", "id"
        ):
            cause, effect = (one, other) if CAUSES[code] else (other, one)
            causes[effect][cause].append(which)
            subjects.add(one)
            found.add(cause)
        edge = found - seen
        seen |= edge
    named = _read(
        Entry.objects.published().filter(
            id__in=subjects | causes.keys() | {one for some in causes.values() for one in some}
        )
    )
    said = {item["statement"]: item for one in named.values() for item in one["relations"]}
    done: dict[str, list[dict]] = defaultdict(list)
    for item in acts:
        done[item["subject"]["id"]].append(item)
    ends = [one for one in sorted(answers) if one in causes]
    # What leads on to another answer is told there.
    inner = {cause for end in ends for cause in _before(end, causes) if cause != end}
    return [
        [_step_of(one, causes, named, said, done) for one in _before(end, causes) if one in named]
        for end in ends
        if end not in inner and end in named
    ]


def _before(end: int, causes: dict[int, dict[int, list[int]]]) -> list[int]:
    """Return what led to something, the first cause first and itself last. Circles end."""
    found: list[int] = []
    seen: set[int] = set()

    def visit(one: int) -> None:
        if one not in seen:
            seen.add(one)
            for cause in sorted(causes.get(one, ())):
                visit(cause)
            found.append(one)

    visit(end)
    return found


def _step_of(
    one: int,
    causes: dict[int, dict[int, list[int]]],
    named: dict[int, dict],
    said: dict[int, dict],
    done: dict[str, list[dict]],
) -> Step:
    document = named[one]
    return Step(
        mention(document),
        tuple(document["dates"]),
        tuple(
            Link(mention(named[cause]), tuple(said[which] for which in whiches if which in said))
            for cause, whiches in sorted(causes.get(one, {}).items())
            if cause in named
        ),
        tuple(done.get(document["id"], ())),
    )
