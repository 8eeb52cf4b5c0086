"""How organized migrants deal with a state: its agencies, the channels, and what it conceded.

"Representation and accountability" towards a state run through "multiple channels" (Prop 8). Each
causal claim in a chain has its own source. Everything is read from entries, and from public
statements where documents lack the details.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from campaigns.analysis.facts import ids_subquery, public_statements, public_statements_and_denials
from campaigns.models import Involvement, InvolvementRole
from orgs.pages.documents import mention
from orgs.projection.ancestor import Ancestor
from orgs.projection.entry import Entry, EntrySpan, Facet
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, Kind
from orgs.statements.relation import Relation
from orgs.statements.trait import Trait

from .chains import Step, find_chains, is_answer, read_by_id
from .engagements import (
    CHANNEL_BY_PREDICATE,
    PROTEST_ACTIVITIES,
    Engagement,
    find_engagements,
    find_votes,
)

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
    agency_keys = {key, *(document["id"] for document in agencies.values())}
    own_keys = agency_keys | {document["id"] for document in programmes.values()}
    instruments = read_by_id(
        Entry.objects.published()
        .of_kinds(Kind.INSTRUMENT)
        .filter(mentions__overlap=[number, *agencies])
        .order_by("sort_key", "id")
    )
    acts = _acts(instruments.values(), agency_keys)
    candidates = _others(number, facets, agencies, programmes, today)
    outside = {
        record: document
        for record, document in candidates.items()
        if document["id"] not in own_keys
    }
    answering = (
        record for record, document in instruments.items() if is_answer(document, agency_keys, key)
    )
    return State(
        agencies=_by_name(agencies.values()),
        programmes=_by_name(programmes.values()),
        engagements=find_engagements(outside, agencies, programmes, own_keys),
        votes=find_votes(outside, {item["subject"]["id"] for item in acts}),
        chains=find_chains({*agencies, *programmes, *answering}, acts, today),
        acts=acts,
        voting_acts=_voting_acts(instruments.values(), acts),
        sources=[
            source
            for documents in (instruments, agencies, programmes, outside)
            for document in documents.values()
            for source in document["sources"]
        ],
    )


def _acts(instruments: Iterable[dict], agency_keys: set[str]) -> list[dict]:
    """What a state and its agencies did with these instruments."""
    return [
        {**item, "subject": mention(document)}
        for document in instruments
        for item in document["legal_acts"]
        if (item["actor"] or {}).get("id") in agency_keys
    ]


def _voting_acts(instruments: Iterable[dict], acts: list[dict]) -> list[dict]:
    return [
        item
        for document in instruments
        if any(trait["term"] == "vote" for trait in document["traits"].get("right", ()))
        for item in acts
        if item["subject"]["id"] == document["id"]
    ]


def _by_name(documents: Iterable[dict]) -> list[dict]:
    return sorted(map(mention, documents), key=lambda one: one["label"].casefold())


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
    for record, document in read_by_id(candidates).items():
        roles = {item["role"] for item in document["places"] if item["holds"]}
        if "seat" in roles:
            place_filter = "country"
        else:
            place_filter = "origin" if "constituency_origin" in roles else "active_in"
        if (record, place_facets[place_filter]) in entry_facets:
            results[record] = document
    parts = Ancestor.objects.filter(ancestor__in=list(results)).values("record")
    return results | read_by_id(state_actors.filter(id__in=parts)) if results else {}


def _programmes(agencies: dict[int, dict], today: date) -> dict[int, dict]:
    """The projects that these agencies lead, fund, convene or host."""
    if not agencies:
        return {}
    involvements = public_statements(Involvement, today, None).filter(
        record__in=list(agencies), role__in=PROGRAMME_ROLES, undertaking__kind=Kind.PROJECT
    )
    numbers = set(involvements.values_list("undertaking", flat=True))
    return read_by_id(Entry.objects.published().filter(id__in=numbers).order_by("sort_key", "id"))


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
    return read_by_id(entries.order_by("sort_key", "id"))
