"""Chains of causes that end with an act, agency or programme of a state.

Each causal claim has its own source.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from campaigns.analysis.facts import public_statements
from campaigns.models import Act
from orgs.pages.documents import DOCUMENTS_LIMIT, mention, read_documents
from orgs.projection.entry import Entry, EntryQuerySet
from orgs.statements.relation import Relation

ANSWERING_ACTS = (Act.ADOPTED, Act.IN_FORCE, Act.RATIFIED, Act.SIGNED)
"""The legal acts that count as an answer of a state."""

IS_SUBJECT_CAUSE = {"led_to": True, "result_of": False, "triggered_by": False}
"""The predicates of causal claims, and whether their subject is the cause."""

MAX_DEPTH = 8
"""The most links that a chain is followed back."""


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


def read_by_id(entries: EntryQuerySet) -> dict[int, dict]:
    """The first documents of entries, by number."""
    listed = list(entries.only("id", "document")[:DOCUMENTS_LIMIT])
    return dict(zip((entry.id for entry in listed), read_documents(listed), strict=True))


def is_answer(instrument: dict, agency_keys: set[str], key: str) -> bool:
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


def find_chains(answers: set[int], acts: list[dict], today: date) -> list[list[Step]]:
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
    documents_by_id = read_by_id(
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
