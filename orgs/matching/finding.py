"""Finding what could be a duplicate: few questions to the database, however many records it has.

Candidates come from indexes: names with much the same letters, names in other scripts with the
same bones, acronyms, web sites, identifiers. Only these are compared. Everything is read from
entries, so nothing is found that the public could not read.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Record

from .bodies import LIKELY, Body, Reason, Seat, bare, body_of, compared
from .distinct import Distinct
from .names import taken_apart, weight
from .scripts import bones, latin

AT_A_TIME = 50
"""How many records are looked up at once."""
MOST = 20
"""How many candidates each way of finding may bring for one name."""
MOST_ASKED = 6
"""How many names of a record others are looked for by."""
TELLING = 8
"""How many letters of rare words are enough to look for."""
CROWD = 20
"""A web site or an identifier that more bodies have leads to none of them."""


@dataclass(frozen=True)
class Match:
    """Two entries that are likely one body, how likely, and why."""

    one: Any
    """An entry; None for a name that is only typed."""
    other: Entry
    score: float
    reasons: list[Reason]


@dataclass(frozen=True)
class Question:
    """What others are looked for by."""

    number: int
    kind: str
    body: Body

    def names(self) -> list[str]:
        """Return the names to look for, without their legal forms, as entries have them."""
        said = (*self.body.names, *self.body.acronyms)[:MOST_ASKED]
        return sorted({folded for name in said for folded in _folded(name)})

    def sounds(self) -> list[str]:
        """Return the bones of names in Latin letters: by them names in other scripts are found.

        Not the other way round, for an alphabet without vowels: whoever looks through all records
        finds such a pair from its other side.
        """
        read = [latin(name) for name in self.body.names[:MOST_ASKED]]
        heard = [
            bones(one)
            for one, name in zip(read, self.body.names, strict=False)
            if name.isascii() or len(one) == len(name)
        ]
        return [sound for sound in heard if len(sound) > 3]

    def initials(self) -> list[str]:
        """Return the acronyms that the names could have."""
        made: set[str] = set()
        for name in self.body.names[:MOST_ASKED]:
            made |= {one for one in taken_apart(name).initials if 2 < len(one) < 9}
        return sorted(one for one in made if one.isalnum())


def likely_same(
    name: str,
    country: Record | Entry | str | None = None,
    kind: str = "organization",
    limit: int = 5,
) -> list[Match]:
    """Return the listed bodies that could be the one which somebody is about to add, likest first.

    Takes a name as far as it is typed, in any script; the country in which the body is, if that is
    known: its record or entry, or the id or slug of its page; the kind of record. For a form that
    asks while one types: at most five questions to the database. `one` of a match is None. A blank
    name, or one of a single letter, is like nothing.
    """
    if "\x00" in name or len(name.strip()) < 2:
        return []
    body = Body(names=(name.strip()[:300],), seats=_seats(country))
    asked = Question(0, kind, body)
    found = _candidates([asked]).get(0, set())
    entries = _read(found)
    bodies, sharing = _bodies(entries.values())
    matches = [
        Match(None, entries[number], *compared(body, bodies[number], sharing)) for number in entries
    ]
    likely = [match for match in matches if match.score >= LIKELY]
    return sorted(likely, key=lambda match: (-match.score, match.other.sort_key))[:limit]


def duplicates_of(entries: Sequence[Entry]) -> list[Match]:
    """Return what these entries are likely the same as: `one` is among them, `other` anywhere.

    Pairs that are known to be two are left out; each pair is given once, the likest first. Asks as
    many questions for fifty entries as for one.
    """
    given = {entry.id: entry for entry in entries}
    if not given:
        return []
    bodies, _ = _bodies(given.values(), with_sites=False)
    found = _candidates([Question(one, given[one].kind, bodies[one]) for one in given])
    pairs = {
        (min(one, other), max(one, other)) for one, others in found.items() for other in others
    }
    every = given | _read({number for pair in pairs for number in pair} - given.keys())
    bodies, sharing = _bodies(every.values())
    known = set(Distinct.objects.among(every.keys()).values_list("first", "second"))
    matches = []
    for first, second in pairs - known:
        if first in every and second in every:
            one, other = (first, second) if first in given else (second, first)
            likeness = compared(bodies[one], bodies[other], sharing)
            if likeness.score >= LIKELY:
                matches.append(Match(every[one], every[other], *likeness))
    return sorted(matches, key=lambda match: (-match.score, match.one.id, match.other.id))


def duplicates(kinds: Sequence[str] = ACTORS, at_a_time: int = AT_A_TIME) -> Iterator[Match]:
    """Give all likely duplicates of a catalogue, each pair once, in the order of records."""
    told: set[tuple[int, int]] = set()
    last = 0
    while True:
        entries = Entry.objects.published().of_kinds(*kinds).filter(id__gt=last).order_by("id")
        some = list(entries[:at_a_time])
        if not some:
            return
        last = some[-1].id
        for match in duplicates_of(some):
            pair = (min(match.one.id, match.other.id), max(match.one.id, match.other.id))
            if pair not in told:
                told.add(pair)
                yield match


def likeness_of(one: Entry, other: Entry):
    """Return how likely two entries are one body, and why."""
    bodies, sharing = _bodies([one, other])
    return compared(bodies[one.id], bodies[other.id], sharing)


def _folded(name: str) -> set[str]:
    """Return what a name is looked for by: folded, without legal forms and words that only join.

    Common words are left out if enough is left: most names have them, which costs time and finds
    nothing. A name in another script is looked for also as it would be in Latin letters.
    """
    words = taken_apart(name).words
    rare = " ".join(word for word in words if weight(word) == 1)
    looked_for = rare if len(rare) >= TELLING else " ".join(words)
    return {looked_for} if name.isascii() else {looked_for, name.strip().lower()}


def _seats(country: Record | Entry | str | None) -> tuple[Seat, ...]:
    """Return the country in which a body is, as something to compare."""
    if not country:
        return ()
    if isinstance(country, Entry):
        entry: Entry | None = country
    elif isinstance(country, Record):
        entry = Entry.objects.published().filter(pk=country.pk).first()
    else:
        entry = Entry.addressed(("place",), country) if "\x00" not in country else None
        if entry is not None and entry.state != Entry.State.PUBLISHED:
            entry = None
    return () if entry is None else (Seat(entry.key, entry.label),)


def _read(numbers: Iterable[int]) -> dict[int, Entry]:
    """Return these entries, if they are published."""
    return Entry.objects.published().in_bulk(list(numbers))


def _bodies(
    entries: Iterable[Entry], with_sites: bool = True
) -> tuple[dict[int, Body], dict[str, int]]:
    """Return what is compared of entries, and how many bodies give each of their web sites."""
    documents = {entry.id: json.loads(entry.document) for entry in entries}
    keys = {
        one["place"]["id"] for document in documents.values() for one in document.get("places", ())
    }
    within: dict[str, frozenset[str]] = {}
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT place.key, array_agg(above.key) FROM orgs_entry place"
                " JOIN orgs_ancestor a ON a.record_id = place.id"
                " JOIN orgs_entry above ON above.id = a.ancestor_id AND above.state = 'published'"
                " WHERE place.key = ANY (%s) AND above.id <> place.id GROUP BY place.key",
                (sorted(keys),),
            )
            within = {key: frozenset(above) for key, above in cursor.fetchall()}
    bodies = {number: body_of(document, within) for number, document in documents.items()}
    sites = {site for body in bodies.values() for site in body.sites}
    sharing: dict[str, int] = {}
    if sites and with_sites:
        for body in bodies.values():
            for site in body.sites:
                sharing[site] = sharing.get(site, 0) + 1
        with connection.cursor() as cursor:
            cursor.execute(
                # A number that counts what is hidden would tell of it.
                "SELECT host_of(l.url), count(DISTINCT l.record_id) FROM orgs_link l"
                " JOIN orgs_entry e ON e.id = l.record_id AND e.state = 'published'"
                " AND e.slug <> e.key"  # whose name is withheld shows no link
                " JOIN orgs_source s ON s.id = l.source_id AND s.tier = 0"
                " WHERE host_of(l.url) = ANY (%s) AND l.retired IS NULL AND l.tier = 0 AND l.holds"
                " GROUP BY 1",
                (sorted(sites),),
            )
            sharing |= dict(cursor.fetchall())
    return bodies, sharing


CANDIDATES = """
WITH asked AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(asked)s::jsonb) AS one (
        number bigint, kind text, names text[], sounds text[], initials text[], hosts text[],
        identifiers text[])
)
SELECT a.number, found.id FROM asked a, unnest(a.names) one (name),
    LATERAL named_nearly(a.kind, one.name, %(most)s) found (id)
UNION
SELECT a.number, found.id FROM asked a, unnest(a.sounds) one (sound),
    LATERAL sounding_like(a.kind, one.sound, %(most)s) found (id)
UNION
SELECT a.number, found.id FROM asked a, unnest(a.initials) one (letters), LATERAL (
    SELECT e.id FROM orgs_entry e
    WHERE e.words @@ (quote_literal(one.letters) || ':A')::tsquery
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(most)s) found
UNION
SELECT a.number, found.id FROM asked a, unnest(a.hosts) one (host), LATERAL (
    SELECT DISTINCT e.id FROM orgs_link l JOIN orgs_entry e ON e.id = l.record_id
    WHERE host_of(l.url) = one.host AND l.retired IS NULL AND l.tier = 0 AND l.holds
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(crowd)s) found
UNION
SELECT a.number, found.id FROM asked a, unnest(a.identifiers) one (named), LATERAL (
    SELECT e.id FROM orgs_entry e
    WHERE e.facets && ARRAY(
            SELECT f.id FROM orgs_facet f
            WHERE f.filter = 'identifier' AND bare_identifier(f.value) = one.named LIMIT %(crowd)s)
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(crowd)s) found
"""


def _candidates(questions: Sequence[Question]) -> dict[int, set[int]]:
    """Return for each question the numbers of the entries that could be the same, in one query."""
    asked = [
        {
            "number": question.number,
            "kind": question.kind,
            "names": question.names(),
            "sounds": question.sounds(),
            "initials": question.initials(),
            "hosts": [site for site in sorted(question.body.sites) if "/" not in site],
            "identifiers": [
                f"{scheme.lower()}:{bare(value)}"
                for scheme, values in question.body.identifiers.items()
                for value in values
            ],
        }
        for question in questions
    ]
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"asked": json.dumps(asked), "most": MOST, "crowd": CROWD + 1})
        for number, candidate in cursor.fetchall():
            if candidate != number:
                found[number].add(candidate)
    return found
