"""The organizations of the rows of a sheet, and what tells each from a namesake."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider
from orgs.pages.documents import items_of
from orgs.projection.entry import Entry
from orgs.search.text import normalize_name

from .sheet_format import CurrentValue, Target, current_values

EMAIL_DOMAIN = re.compile(r"(?<=[^\s@<>()])@([\w.-]+\w)")
"""The domain of an e-mail address within a text."""

Discriminators = dict[str, set[str]]
"""What tells an organization from a namesake, by kind: see `discriminators_of`."""


@dataclass(eq=False, slots=True)
class Subject:
    """The record of a row, with its public statements and those that rows above add."""

    pk: int
    name: str = ""
    address: str = ""
    is_new: bool = False
    slug: str = ""
    """Of a new one."""
    current: dict[Target, list[CurrentValue]] = field(default_factory=dict)
    added: set[tuple[Target, str]] = field(default_factory=set)
    public_statements: set[int] = field(default_factory=set)
    """The ids of all statements in its public document."""
    row_discriminators: Discriminators = field(default_factory=dict)
    """What rows without an id say that tells it from a namesake: see `discriminators_of`."""

    def has_value(self, target: Target, value: str) -> bool:
        values = {normalize(value.value) for value in self.current.get(target.first, ())}
        return normalize(value) in values or (target.first, normalize(value)) in self.added

    def has_name(self, name: str) -> bool:
        """Whether it has this name, of any type and in any spelling that folds to the same."""
        targets = {*self.current, *(target for target, _ in self.added)}
        names = {
            value for target in targets if target.type == "name" for value in self.values(target)
        }
        return normalize_name(name) in map(normalize_name, names)

    def values(self, target: Target) -> set[str]:
        """The values in all columns with this type and these qualifiers."""
        values = {value.value for value in self.current.get(target, ())}
        return values | {value for other, value in self.added if other == target}

    @property
    def discriminators(self) -> Discriminators:
        """What tells it from a namesake: public statements and rows above."""
        public = discriminators_of(
            (target, value.value) for target, values in self.current.items() for value in values
        )
        return merge_discriminators(public, self.row_discriminators)

    @classmethod
    def load(cls, entry: Entry) -> "Subject":
        document = json.loads(entry.document)
        return cls(
            entry.pk,
            entry.label,
            entry.get_absolute_url(),
            current=current_values(document),
            public_statements={item["statement"] for item in items_of(document)},
        )


def normalize(text: str) -> str:
    """A text with one kind of line end and none at its end, as spreadsheets leave it.

    Texts that differ in no more than this were not edited.
    """
    return re.sub(r"\r\n?", "\n", text).strip()


def discriminators_of(values: Iterable[tuple[Target, str]]) -> Discriminators:
    """What tells an organization from a namesake, by kind.

    These are its identifiers, by their scheme, and where it is on the web: the hosts of its
    websites and the domains of its e-mail addresses, except those of public mail providers.
    Organizations of one name in many cities, such as Catholic Charities, often differ in these
    alone.
    """
    discriminators: dict[str, set[str]] = defaultdict(set)
    for target, value in values:
        if target.type == "identifier":
            discriminators[str(target)].add(value)
        elif target == Target("link", ("website",)):
            discriminators["web"].add(host_of(value))
        elif target == Target("contact", ("email",)):
            domains = map(domain_of, EMAIL_DOMAIN.findall(value))
            discriminators["web"].update(
                domain for domain in domains if provider(domain) not in FREE_PROVIDERS
            )
    return {kind: found_values for kind, found_values in discriminators.items() if found_values}


def merge_discriminators(first: Discriminators, second: Discriminators) -> Discriminators:
    return {kind: first.get(kind, set()) | second.get(kind, set()) for kind in {*first, *second}}


def differing_kind(known: Discriminators, given: Discriminators) -> str:
    """The kind of value that tells two organizations of one name apart; "" if none does."""
    return next(
        (
            kind
            for kind, values in known.items()
            if given.get(kind) and not overlap(values, given[kind])
        ),
        "",
    )


def overlap(values: set[str], others: set[str]) -> bool:
    """Whether two sets have a value in common; a host also equals its parent domain."""
    return any(
        first == second or first.endswith(f".{second}") or second.endswith(f".{first}")
        for first in values
        for second in others
    )


def host_of(address: str) -> str:
    """The host of a web address, or the text itself if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return (host or address).lower().removeprefix("www.")
