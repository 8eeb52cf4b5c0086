"""Likely duplicates, in a constant number of queries.

Candidates come from indexes: equal names, names with similar letters, names in other scripts with
the same consonants, acronyms, websites, identifiers. Only these are compared. All data comes from
published entries, so no match reveals what the public may not read.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from orgs.projection.entry import ADDRESS_COLUMNS, Entry
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record
from orgs.sql import fetch_rows

from .comparison import (
    LIKELY,
    ActorFeatures,
    Reason,
    Seat,
    compare,
    extract_features,
    normalize_identifier,
)
from .distinct import Distinct
from .names import parse_name, weight
from .scripts import consonants, transliterate

BATCH_SIZE = 50
"""Records looked up per query."""
MOST = 20
"""Candidates that each way of searching may return for one name."""
NAMESAKES = 200
"""Candidates of exactly the same name."""
SHORTEST = 3
"""Letters of names for which no equal ones are looked up: the index needs more."""
MOST_NAMES = 6
"""Names of a record that are searched for."""
RARE_LETTERS = 8
"""Letters of rare words that suffice for a search."""
CROWD = 20
"""A website or an identifier that more actors share is not used."""


@dataclass(frozen=True)
class Match:
    """Two entries that are likely the same actor, how likely, and why."""

    one: Any
    """An entry; None for a name that is only typed."""
    other: Entry
    score: float
    reasons: list[Reason]


@dataclass(frozen=True)
class Target:
    """An actor for which similar ones are searched."""

    pk: int
    kind: str
    features: ActorFeatures

    def names(self) -> list[str]:
        """Names to search for, without legal forms, as entries store them."""
        names = (*self.features.names, *self.features.acronyms)[:MOST_NAMES]
        return sorted({folded for name in names for folded in _search_names(name)})

    def own_names(self) -> list[str]:
        return sorted({name for name in self.features.names if len(name) > SHORTEST})

    def sounds(self) -> list[str]:
        """Consonants of the names in Latin letters, to find names in other scripts. Names in an
        alphabet without vowels are left out: the comparison of all records finds such a pair from
        its other side.
        """
        latin_names = [transliterate(name) for name in self.features.names[:MOST_NAMES]]
        sounds = [
            consonants(latin)
            for latin, name in zip(latin_names, self.features.names, strict=False)
            if name.isascii() or len(latin) == len(name)
        ]
        return [sound for sound in sounds if len(sound) > 3]

    def initials(self) -> list[str]:
        """Acronyms that the names could have."""
        acronyms: set[str] = set()
        for name in self.features.names[:MOST_NAMES]:
            acronyms |= {acronym for acronym in parse_name(name).initials if 2 < len(acronym) < 9}
        return sorted(acronym for acronym in acronyms if acronym.isalnum())


def find_similar(
    name: str,
    country: Record | Entry | str | None = None,
    kind: str = "organization",
    limit: int = 5,
) -> list[Match]:
    """Find published actors that could be the one about to be added, the most similar first.

    `name` may be incomplete and in any script; `country` is a record or entry, or the id or slug of
    its page. Runs at most five queries, as forms call it while a person types. `one` of a match is
    None. A blank name, or a single letter, has no match.
    """
    if "\x00" in name or len(name.strip()) < 2:
        return []
    features = ActorFeatures(names=(name.strip()[:300],), seats=_seats(country))
    target = Target(0, kind, features)
    candidates = _candidates([target]).get(0, set())
    entries = _published(candidates)
    known, sharers = _read_features(entries.values())
    matches = [Match(None, entries[pk], *compare(features, known[pk], sharers)) for pk in entries]
    likely = [match for match in matches if match.score >= LIKELY]
    return sorted(likely, key=lambda match: (-match.score, match.other.sort_key))[:limit]


def find_duplicates_of(entries: Sequence[Entry]) -> list[Match]:
    """Find likely duplicates of these entries: `one` is among them, `other` is any entry.

    Each pair comes once, the most similar first, without the pairs known to be distinct. The number
    of queries does not depend on the number of entries.
    """
    given = {entry.id: entry for entry in entries}
    if not given:
        return []
    features, _ = _read_features(given.values(), with_sites=False)
    candidates = _candidates([Target(one, given[one].kind, features[one]) for one in given])
    pairs = {
        (min(one, other), max(one, other)) for one, others in candidates.items() for other in others
    }
    read = given | _published({pk for pair in pairs for pk in pair} - given.keys())
    features, sharers = _read_features(read.values())
    distinct = set(Distinct.objects.among(read.keys()).values_list("first", "second"))
    matches = []
    for first, second in pairs - distinct:
        if first in read and second in read:
            one, other = (first, second) if first in given else (second, first)
            comparison = compare(features[one], features[other], sharers)
            if comparison.score >= LIKELY:
                matches.append(Match(read[one], read[other], *comparison))
    return sorted(matches, key=lambda match: (-match.score, match.one.id, match.other.id))


def find_duplicates(
    entries: QuerySet[Entry] | None = None,
    batch_size: int = BATCH_SIZE,
    report_searched: Callable[[int], None] | None = None,
) -> Iterator[Match]:
    """Yield all likely duplicates of these entries, by default all actors, each pair once.

    In the order of records. `report_searched` receives how many have been searched.
    """
    if entries is None:
        entries = Entry.objects.published().of_kinds(*ACTOR_KINDS)
    seen: set[tuple[int, int]] = set()
    last = searched = 0
    while True:
        batch = list(entries.filter(id__gt=last).order_by("id")[:batch_size])
        if not batch:
            return
        last = batch[-1].id
        searched += len(batch)
        if report_searched:
            report_searched(searched)
        for match in find_duplicates_of(batch):
            pair = (min(match.one.id, match.other.id), max(match.one.id, match.other.id))
            if pair not in seen:
                seen.add(pair)
                yield match


def compare_entries(one: Entry, other: Entry):
    features, sharers = _read_features([one, other])
    return compare(features[one.id], features[other.id], sharers)


def _search_names(name: str) -> set[str]:
    """The forms under which a name is searched: folded, without legal forms and function words.

    Common words are left out if enough letters remain: most names have them. A name in another
    script is also searched as written.
    """
    words = parse_name(name).words
    rare = " ".join(word for word in words if weight(word) == 1)
    looked_for = rare if len(rare) >= RARE_LETTERS else " ".join(words)
    return {looked_for} if name.isascii() else {looked_for, name.strip().lower()}


def _seats(country: Record | Entry | str | None) -> tuple[Seat, ...]:
    if not country:
        return ()
    if isinstance(country, Entry):
        entry: Entry | None = country
    elif isinstance(country, Record):
        entry = Entry.objects.published().filter(pk=country.pk).first()
    else:
        entry = (
            Entry.at_address(("place",), country, ADDRESS_COLUMNS)
            if "\x00" not in country
            else None
        )
        if entry is not None and entry.state != Entry.State.PUBLISHED:
            entry = None
    return () if entry is None else (Seat(entry.key, entry.label),)


def _published(pks: Iterable[int]) -> dict[int, Entry]:
    return Entry.objects.published().in_bulk(list(pks))


def _read_features(
    entries: Iterable[Entry], with_sites: bool = True
) -> tuple[dict[int, ActorFeatures], dict[str, int]]:
    """The features of entries, and for each of their websites the number of actors that give it."""
    documents = {entry.id: json.loads(entry.document) for entry in entries}
    keys = {
        item["place"]["id"]
        for document in documents.values()
        for item in document.get("places", ())
    }
    within: dict[str, frozenset[str]] = {}
    if keys:
        within = {
            key: frozenset(above)
            for key, above in fetch_rows(
                "SELECT place.key, array_agg(above.key) FROM orgs_entry place"
                " JOIN orgs_ancestor a ON a.record_id = place.id"
                " JOIN orgs_entry above ON above.id = a.ancestor_id AND above.state = 'published'"
                " WHERE place.key = ANY (%s) AND above.id <> place.id GROUP BY place.key",
                (sorted(keys),),
            )
        }
    features = {pk: extract_features(document, within) for pk, document in documents.items()}
    sites = {site for actor in features.values() for site in actor.sites}
    sharers: dict[str, int] = {}
    if sites and with_sites:
        for actor in features.values():
            for site in actor.sites:
                sharers[site] = sharers.get(site, 0) + 1
        sharers |= dict(
            fetch_rows(
                # A number that counts what is hidden would tell of it.
                "SELECT host_of(l.url), count(DISTINCT l.record_id) FROM orgs_link l"
                " JOIN orgs_entry e ON e.id = l.record_id AND e.state = 'published'"
                " AND e.slug <> e.key"  # whose name is withheld shows no link
                " JOIN orgs_source s ON s.id = l.source_id AND s.tier = 0"
                " WHERE host_of(l.url) = ANY (%s) AND l.retired IS NULL AND l.tier = 0 AND l.holds"
                " GROUP BY 1",
                (sorted(sites),),
            )
        )
    return features, sharers


CANDIDATES = """
WITH targets AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(targets)s::jsonb) AS target (
        number bigint, kind text, own_names text[], names text[], sounds text[], initials text[],
        hosts text[], identifiers text[])
), own AS MATERIALIZED (
    SELECT a.number, a.kind, plain(name) AS name FROM targets a, unnest(a.own_names) name
)
SELECT own.number, candidate.id FROM own, LATERAL (
    SELECT e.id FROM orgs_entry e
    -- What LIKE lets through beyond equal names, strpos does not; it is what the index is for.
    WHERE e.names LIKE '%%' || translate(own.name, '\\', '_') || '%%'
        AND strpos(' | ' || e.names || ' | ', ' | ' || own.name || ' | ') > 0
        AND e.kind = own.kind AND e.state = 'published' LIMIT %(namesakes)s) candidate
UNION
SELECT a.number, candidate.id FROM targets a, unnest(a.names) wanted (name),
    LATERAL named_nearly(a.kind, wanted.name, %(most)s) candidate (id)
UNION
SELECT a.number, candidate.id FROM targets a, unnest(a.sounds) wanted (sound),
    LATERAL sounding_like(a.kind, wanted.sound, %(most)s) candidate (id)
UNION
SELECT a.number, candidate.id FROM targets a, unnest(a.initials) wanted (letters), LATERAL (
    SELECT e.id FROM orgs_entry e
    WHERE e.words @@ (quote_literal(wanted.letters) || ':A')::tsquery
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(most)s) candidate
UNION
SELECT a.number, candidate.id FROM targets a, unnest(a.hosts) wanted (host), LATERAL (
    SELECT DISTINCT e.id FROM orgs_link l JOIN orgs_entry e ON e.id = l.record_id
    WHERE host_of(l.url) = wanted.host AND l.retired IS NULL AND l.tier = 0 AND l.holds
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(crowd)s) candidate
UNION
SELECT a.number, candidate.id FROM targets a, unnest(a.identifiers) wanted (named), LATERAL (
    SELECT e.id FROM orgs_entry e
    WHERE e.facets && ARRAY(
            SELECT f.id FROM orgs_facet f
            WHERE f.filter = 'identifier' AND bare_identifier(f.value) = wanted.named
            LIMIT %(crowd)s)
        AND e.kind = a.kind AND e.state = 'published' LIMIT %(crowd)s) candidate
"""


def _candidates(targets: Sequence[Target]) -> dict[int, set[int]]:
    """Ids of possible duplicates by the `pk` of each target, in one query."""
    rows = [
        {
            "number": target.pk,
            "kind": target.kind,
            "own_names": target.own_names(),
            "names": target.names(),
            "sounds": target.sounds(),
            "initials": target.initials(),
            "hosts": [site for site in sorted(target.features.sites) if "/" not in site],
            "identifiers": [
                f"{scheme.lower()}:{normalize_identifier(value)}"
                for scheme, values in target.features.identifiers.items()
                for value in values
            ],
        }
        for target in targets
    ]
    candidates: dict[int, set[int]] = defaultdict(set)
    for pk, candidate in fetch_rows(
        CANDIDATES,
        {
            "targets": json.dumps(rows),
            "most": MOST,
            "namesakes": NAMESAKES,
            "crowd": CROWD + 1,
        },
    ):
        if candidate != pk:
            candidates[pk].add(candidate)
    return candidates
