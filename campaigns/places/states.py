"""How organized migrants deal with a state: its agencies, the channels, and what it conceded.

"Representation and accountability" towards a state run through "multiple channels" (Prop 8). Each
causal claim in a chain has its own source. Everything is read from entries, and from public
statements where documents lack the details.
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
from orgs.projection.entry import Entry, EntryQuerySet, EntrySpan, Facet
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, Kind
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

STATE_TYPES = ("country", "territory", "state")
"""The kinds of place that have a government of their own."""

ISO_CODE = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")
"""The slug of a country or of one of its parts is its code in ISO 3166."""

PROGRAMME_ROLES = (
    InvolvementRole.LEADS,
    InvolvementRole.FUNDS,
    InvolvementRole.CONVENOR,
    InvolvementRole.HOSTS,
)
"""The roles that make a programme a state's own."""

ANSWERING_ACTS = (Act.ADOPTED, Act.IN_FORCE, Act.RATIFIED, Act.SIGNED)
"""The legal acts that count as an answer of a state."""

IS_SUBJECT_CAUSE = {"led_to": True, "result_of": False, "triggered_by": False}
"""The predicates of causal claims, and whether their subject is the cause."""

MUTUAL_PREDICATES = ("collaborates_with", "lobbies_with")
"""The predicates that may be stated of either side."""

MAX_DEPTH = 8
"""The most links that a chain is followed back."""

MAX_YEAR_COLUMNS = 10
"""With more years than this, columns are decades."""


class Channel(TextChoices):
    """How organized migrants and their allies deal with a state, by relation.

    Terms of the scheme `repertoire` are further channels.
    """

    PROTEST = "protest", gettext_lazy("Protest")
    TARGETS = "targets", gettext_lazy("Aim at it")
    OPPOSES = "opposes", gettext_lazy("Oppose or question it")
    LOBBIES = "lobbies_with", gettext_lazy("Lobby together with it")
    PERSUADES = "persuades", gettext_lazy("Persuaded it")
    WORKS = "collaborates_with", gettext_lazy("Work with it")
    SUPPORTS = "supports", gettext_lazy("Support it, or are supported by it")
    PROGRAMME = "programme", gettext_lazy("Take part in its programmes")


CHANNEL_BY_PREDICATE = {
    "targets": Channel.TARGETS,
    "opposes": Channel.OPPOSES,
    "questions": Channel.OPPOSES,
    "lobbies_with": Channel.LOBBIES,
    "persuades": Channel.PERSUADES,
    "collaborates_with": Channel.WORKS,
    "supports": Channel.SUPPORTS,
}

PROTEST_ACTIVITIES = ("protest", "rallies_and_marches")
"""The activities that make a gathering a protest; a grievance does so, too."""


class Engagement(NamedTuple):
    """An actor that deals with a state by a channel, with the statements."""

    channel: str
    """One of `Channel`, or "repertoire:" and the code of a term."""
    actor: dict
    items: tuple[dict, ...]
    dates: tuple[str, ...]
    """The dates of the statements (EDTF), or else of the gathering."""

    @property
    def holds(self) -> bool:
        """Whether any statement affirms it; otherwise it is denied."""
        return any(item["holds"] for item in self.items)


class Link(NamedTuple):
    """A cause of something, with the statements that claim it."""

    cause: dict
    items: tuple[dict, ...]


class Step(NamedTuple):
    """A record in a chain, with its causes."""

    record: dict
    dates: tuple[dict, ...]
    links: tuple[Link, ...]
    acts: tuple[dict, ...]
    """What the state did with it, if it is an instrument."""


@dataclass
class State:
    """What is known about a state and organized migrants."""

    agencies: list[dict] = field(default_factory=list)
    programmes: list[dict] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    votes: list[tuple[dict, list[dict]]] = field(default_factory=list)
    """Gatherings of people from here that concern an instrument of the state, with statements."""
    chains: list[list[Step]] = field(default_factory=list)
    """Each ends with an act, agency or programme of the state."""
    acts: list[dict] = field(default_factory=list)
    """What the state and its agencies did with instruments."""
    voting_acts: list[dict] = field(default_factory=list)
    """Those of `acts` with instruments about the vote."""
    sources: list[dict] = field(default_factory=list)

    def __bool__(self) -> bool:
        parts = (self.agencies, self.engagements, self.votes, self.chains, self.acts)
        return any(bool(part) for part in parts)


def is_state(document: dict) -> bool:
    """Whether a place has a government of its own: a country, a territory, a state in a country.

    By its trait, or else by its slug, which is a code of ISO 3166.
    """
    kinds = {item["term"] for item in document["traits"].get("place_type", ()) if item["holds"]}
    return bool(kinds & set(STATE_TYPES)) if kinds else bool(ISO_CODE.fullmatch(document["slug"]))


def read_state(number: int, key: str, today: date) -> State:
    """Read what is known about a state. Takes the number and the key of its place.

    The number of queries grows with the length of chains only.
    """
    facets = _facets(number)
    agencies = _agencies(facets)
    programmes = _programmes(agencies, today)
    own_keys = {key, *(document["id"] for document in (*agencies.values(), *programmes.values()))}
    state = State(
        agencies=_by_name(agencies.values()),
        programmes=_by_name(programmes.values()),
    )
    instruments = _read(
        Entry.objects.published()
        .of_kinds(Kind.INSTRUMENT)
        .filter(mentions__overlap=[number, *agencies])
        .order_by("sort_key", "id")
    )
    agency_keys = {key, *(document["id"] for document in agencies.values())}
    state.acts = [
        {**item, "subject": mention(document)}
        for document in instruments.values()
        for item in document["legal_acts"]
        if (item["actor"] or {}).get("id") in agency_keys
    ]
    state.voting_acts = [
        item
        for document in instruments.values()
        if any(trait["term"] == "vote" for trait in document["traits"].get("right", ()))
        for item in state.acts
        if item["subject"]["id"] == document["id"]
    ]
    candidates = _others(number, facets, agencies, programmes, today)
    outside = {
        record: document
        for record, document in candidates.items()
        if document["id"] not in own_keys
    }
    state.engagements = _engagements(outside, agencies, programmes, own_keys)
    instrument_keys = {item["subject"]["id"] for item in state.acts}
    state.votes = _votes(outside, instrument_keys)
    answers = {
        *agencies,
        *programmes,
        *(
            record
            for record, document in instruments.items()
            if _is_answer(document, agency_keys, key)
        ),
    }
    state.chains = _chains(answers, state.acts, today)
    for document in (
        *instruments.values(),
        *agencies.values(),
        *programmes.values(),
        *outside.values(),
    ):
        state.sources += document["sources"]
    return state


def _by_name(documents: Iterable[dict]) -> list[dict]:
    return sorted(map(mention, documents), key=lambda one: one["label"].casefold())


def _read(entries: EntryQuerySet) -> dict[int, dict]:
    """The first documents of entries, by number."""
    listed = list(entries.only("id", "document")[:DOCUMENTS_LIMIT])
    return dict(zip((entry.id for entry in listed), read_documents(listed), strict=True))


# Agencies and programmes ------------------------------------------------------------------------


def _facets(number: int) -> dict[tuple[str, str], int]:
    """Facet ids by filter and value; "" means the place itself."""
    place = str(number)
    rows = Facet.objects.filter(
        Q(value=place, filter__in=("country", "active_in", "origin", "held_at"))
        | Q(filter="sphere", value__in=("state", "intergovernmental"))
    )
    return {
        (name, "" if value == place else value): facet_id
        for name, value, facet_id in rows.values_list("filter", "value", "id")
    }


def _agencies(facets: dict[tuple[str, str], int]) -> dict[int, dict]:
    """The agencies of a state by number, with their parts at any depth, then and now.

    An actor of the sphere "state" belongs to the place of its seat; without one, to the place its
    people come from, as for a consulate; without that, to the place where it acts.
    """
    if ("sphere", "state") not in facets:
        return {}
    state_actors = (
        Entry.objects.published()
        .of_kinds(*ACTOR_KINDS)
        .filter(facets__contains=[facets["sphere", "state"]])
        .order_by("sort_key", "id")
    )
    place_facets = {name: facets.get((name, "")) for name in ("country", "origin", "active_in")}
    spans = EntrySpan.objects.filter(
        facet__in=[facet_id for facet_id in place_facets.values() if facet_id],
        entry__in=state_actors.values("id"),
    )
    entry_facets = set(spans.values_list("entry", "facet"))
    results = {}
    candidates = state_actors.filter(id__in={record for record, _ in entry_facets})
    for record, document in _read(candidates).items():
        roles = {item["role"] for item in document["places"] if item["holds"]}
        if "seat" in roles:
            place_filter = "country"
        else:
            place_filter = "origin" if "constituency_origin" in roles else "active_in"
        if (record, place_facets[place_filter]) in entry_facets:
            results[record] = document
    parts = Ancestor.objects.filter(ancestor__in=list(results)).values("record")
    return results | _read(state_actors.filter(id__in=parts)) if results else {}


def _programmes(agencies: dict[int, dict], today: date) -> dict[int, dict]:
    """The projects that these agencies lead, fund, convene or host."""
    if not agencies:
        return {}
    involvements = public_statements(Involvement, today, None).filter(
        record__in=list(agencies), role__in=PROGRAMME_ROLES, undertaking__kind=Kind.PROJECT
    )
    numbers = set(involvements.values_list("undertaking", flat=True))
    return _read(Entry.objects.published().filter(id__in=numbers).order_by("sort_key", "id"))


# Channels ---------------------------------------------------------------------------------------


def _others(
    number: int,
    facets: dict[tuple[str, str], int],
    agencies: dict[int, dict],
    programmes: dict[int, dict],
    today: date,
) -> dict[int, dict]:
    """Entries that may deal with the state: related to it, in a programme, or of people from here.

    Includes earlier and denied statements. Excludes actors of the spheres of states and between
    states.
    """
    relations = public_statements_and_denials(Relation, today).filter(
        predicate__code__in=list(CHANNEL_BY_PREDICATE),
        object__in=ids_subquery([number, *agencies, *programmes]),
    )
    involvements = public_statements_and_denials(Involvement, today).filter(
        undertaking__in=ids_subquery(programmes)
    )
    with_repertoire = (
        public_statements_and_denials(Trait, today)
        .filter(term__scheme="repertoire")
        .values("record")
    )
    protests = (
        public_statements_and_denials(Trait, today)
        .filter(
            Q(term__scheme="grievance")
            | Q(term__scheme="activity", term__code__in=PROTEST_ACTIVITIES)
        )
        .values("record")
    )

    def ever(name: str) -> QuerySet:
        return EntrySpan.objects.filter(facet=facets.get((name, ""))).values("entry")

    entries = (
        Entry.objects.published()
        .of_kinds(*RECORD_KINDS)
        .filter(
            Q(id__in=relations.values("record"))
            | Q(id__in=involvements.values("record"))
            | Q(id__in=ever("origin")) & (Q(id__in=with_repertoire) | Q(kind=Kind.GATHERING))
            | Q(id__in=ever("held_at")) & Q(id__in=protests, kind=Kind.GATHERING)
        )
    )
    sphere_facets = [facet_id for (name, _), facet_id in facets.items() if name == "sphere"]
    if sphere_facets:
        entries = entries.exclude(facets__overlap=sphere_facets)
    return _read(entries.order_by("sort_key", "id"))


def _engagements(
    outside: dict[int, dict],
    agencies: dict[int, dict],
    programmes: dict[int, dict],
    own_keys: set[str],
) -> list[Engagement]:
    """Each actor and channel once, with all statements."""
    items_by_actor: dict[tuple[str, str], list[dict]] = defaultdict(list)
    mentions: dict[str, dict] = {}
    gathering_dates = {
        document["id"]: tuple(
            item["when"] for item in document["dates"] if item["when"] and item["holds"]
        )
        for document in outside.values()
        if document["kind"] == Kind.GATHERING
    }

    def add(channel: str, actor: dict, item: dict) -> None:
        mentions.setdefault(actor["id"], mention(actor))
        items_by_actor[channel, actor["id"]].append(item)

    for document in outside.values():
        for item in document["relations"]:
            if item["predicate"] in CHANNEL_BY_PREDICATE and item["object"]["id"] in own_keys:
                add(
                    CHANNEL_BY_PREDICATE[item["predicate"]],
                    document,
                    {**item, "subject": mention(document)},
                )
        for item in document["involvements"]:
            if item["undertaking"]["id"] in own_keys:
                add(Channel.PROGRAMME, document, item)
        if document["kind"] == Kind.GATHERING:
            for item in _protest_items(document):
                add(Channel.PROTEST, document, item)
    for document in agencies.values():
        for item in document["relations"]:
            mutual = item["predicate"] in (*MUTUAL_PREDICATES, "supports")
            if (
                mutual
                and item["object"]["kind"] in ACTOR_KINDS
                and item["object"]["id"] not in own_keys
            ):
                add(
                    CHANNEL_BY_PREDICATE[item["predicate"]],
                    item["object"],
                    {**item, "subject": mention(document)},
                )
        for item in document["involvements"]:
            if item["role"] == "target" and item["undertaking"]["kind"] in ("campaign", "demand"):
                add(Channel.TARGETS, item["undertaking"], {**item, "subject": mention(document)})
    for document in (*outside.values(), *agencies.values(), *programmes.values()):
        for item in document["traits"].get("repertoire", ()):
            add(f"repertoire:{item['term']}", document, item)
    order = list(Channel)
    engagements = [
        Engagement(
            channel,
            mentions[actor],
            tuple(items),
            tuple(item["when"] for item in items if item["when"]) or gathering_dates.get(actor, ()),
        )
        for (channel, actor), items in items_by_actor.items()
    ]
    return sorted(
        engagements,
        key=lambda engagement: (
            order.index(Channel(engagement.channel)) if engagement.channel in order else len(order),
            engagement.channel,
            engagement.actor["label"].casefold(),
        ),
    )


def _protest_items(gathering: dict) -> list[dict]:
    traits = gathering["traits"]
    return [
        *traits.get("grievance", ()),
        *(item for item in traits.get("activity", ()) if item["term"] in PROTEST_ACTIVITIES),
    ]


def _votes(outside: dict[int, dict], instrument_keys: set[str]) -> list[tuple[dict, list[dict]]]:
    """The gatherings of people from here that concern an instrument of this state."""
    votes = []
    for gathering in outside.values():
        if gathering["kind"] == Kind.GATHERING and not _protest_items(gathering):
            items = [
                item
                for item in gathering["relations"]
                if item["predicate"] == "concerns" and item["object"]["id"] in instrument_keys
            ]
            if items:
                votes.append((mention(gathering), [*gathering["dates"], *items]))
    return votes


def engagements_by_year(
    engagements: Iterable[Engagement], today: date
) -> tuple[list[str], list[tuple]]:
    """A table of channels by years: its columns, and (channel, counts, undated) by channel.

    Counts are of actors per column; undated ones are counted separately, denied ones not at all.
    """
    years_by_channel: dict[str, list[set[int]]] = defaultdict(list)
    for engagement in engagements:
        if engagement.holds:
            touched = {year for edtf in engagement.dates for year in years_in(edtf, today)}
            years_by_channel[engagement.channel].append(touched)
    all_years = sorted(
        set().union(*(years for rows in years_by_channel.values() for years in rows))
    )
    by_decade = len(all_years) > MAX_YEAR_COLUMNS
    columns: dict[str, set[int]] = {}
    for year in all_years:
        name = f"{year // 10 * 10}–{year // 10 * 10 + 9}" if by_decade else str(year)
        columns.setdefault(name, set()).add(year)
    return list(columns), [
        (
            channel,
            [sum(bool(years & column) for years in rows) for column in columns.values()],
            sum(not years for years in rows),
        )
        for channel, rows in years_by_channel.items()
    ]


def years_in(edtf: str | None, today: date) -> set[int]:
    """The years a date touches, until today if open-ended; empty if unknown."""
    years = [int(year) for year in re.findall(r"\b\d{4}", edtf or "")]
    if not years or "X" in (edtf or ""):
        return set()
    last = today.year if (edtf or "").endswith("..") else max(years)
    return set(range(min(years), max(last, min(years)) + 1))


# Chains of causes -------------------------------------------------------------------------------


def _is_answer(instrument: dict, agency_keys: set[str], key: str) -> bool:
    """Whether an instrument is an act of this state, or the state is a party to it."""
    acts = any(
        item["holds"]
        and item["act"] in ANSWERING_ACTS
        and (item["actor"] or {}).get("id") in agency_keys
        for item in instrument["legal_acts"]
    )
    return acts or any(
        item["holds"] and item["predicate"] == "between" and item["object"]["id"] == key
        for item in instrument["relations"]
    )


def _chains(answers: set[int], acts: list[dict], today: date) -> list[list[Step]]:
    """For each answer with a claimed cause, the chain from the first cause to the answer."""
    causes: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    subjects: set[int] = set()
    frontier, seen = set(answers), set(answers)
    for _ in range(MAX_DEPTH):
        if not frontier:
            break
        claims = public_statements(Relation, today, None).filter(
            Q(object__in=frontier, predicate__code="led_to")
            | Q(record__in=frontier, predicate__code__in=("result_of", "triggered_by"))
        )
        new = set()
        for code, subject, other, statement in claims.values_list(
            "predicate__code", "record", "object", "id"
        ):
            cause, effect = (subject, other) if IS_SUBJECT_CAUSE[code] else (other, subject)
            causes[effect][cause].append(statement)
            subjects.add(subject)
            new.add(cause)
        frontier = new - seen
        seen |= frontier
    documents_by_id = _read(
        Entry.objects.published().filter(
            id__in=subjects
            | causes.keys()
            | {cause for by_cause in causes.values() for cause in by_cause}
        )
    )
    items_by_statement = {
        item["statement"]: item
        for document in documents_by_id.values()
        for item in document["relations"]
    }
    acts_by_instrument: dict[str, list[dict]] = defaultdict(list)
    for item in acts:
        acts_by_instrument[item["subject"]["id"]].append(item)
    ends = [answer for answer in sorted(answers) if answer in causes]
    # An answer that led to another one is part of that chain.
    inner = {cause for end in ends for cause in _causes_before(end, causes) if cause != end}
    return [
        [
            _step_of(record, causes, documents_by_id, items_by_statement, acts_by_instrument)
            for record in _causes_before(end, causes)
            if record in documents_by_id
        ]
        for end in ends
        if end not in inner and end in documents_by_id
    ]


def _causes_before(end: int, causes: dict[int, dict[int, list[int]]]) -> list[int]:
    """The causes of a record, the first one first, and the record itself. Stops at cycles."""
    ordered: list[int] = []
    seen: set[int] = set()

    def visit(record: int) -> None:
        if record not in seen:
            seen.add(record)
            for cause in sorted(causes.get(record, ())):
                visit(cause)
            ordered.append(record)

    visit(end)
    return ordered


def _step_of(
    record: int,
    causes: dict[int, dict[int, list[int]]],
    documents_by_id: dict[int, dict],
    items_by_statement: dict[int, dict],
    acts_by_instrument: dict[str, list[dict]],
) -> Step:
    document = documents_by_id[record]
    return Step(
        mention(document),
        tuple(document["dates"]),
        tuple(
            Link(
                mention(documents_by_id[cause]),
                tuple(
                    items_by_statement[number] for number in numbers if number in items_by_statement
                ),
            )
            for cause, numbers in sorted(causes.get(record, {}).items())
            if cause in documents_by_id
        ),
        tuple(acts_by_instrument.get(document["id"], ())),
    )
