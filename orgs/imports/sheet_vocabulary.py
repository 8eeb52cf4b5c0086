"""The networks, terms and arenas that the cells of a sheet name; new ones are proposed with it."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.kinds import Kind
from orgs.records.term import Term
from orgs.records.written_dates import UNCLEAR_ORDER
from orgs.search.resolver import records_by_name
from orgs.search.text import normalize_name

from .earlier_runs import EarlierRuns
from .lookups import Lookups, public_slugs_by_name
from .plan import ImportPlan, Remedy
from .proposed_references import ProposedReferences
from .sheet_records import SheetColumns, SheetRecords
from .suggestions import like_names

IN_BRACKETS = re.compile(r"(?P<name>[^()]+)\((?P<short>[^()]+)\)")
"""As in "International Domestic Workers Federation (IDWF)"."""


def remedy_of(error: ValidationError) -> Remedy:
    """The remedy in its `params`: `suggestions`, each a text or with its label, and `new`."""
    params = getattr(error, "params", None) or {}
    choices = tuple(
        (choice, choice) if isinstance(choice, str) else choice
        for choice in params.get("suggestions", ())
    )
    asks_order = getattr(error, "code", "") == UNCLEAR_ORDER
    return Remedy(choices, params.get("new", ""), asks_order=asks_order)


def find_arena(word: str, arenas: list[Arena]) -> str:
    """The code of the arena with this code or label. Raises ValidationError with the four."""
    for arena in arenas:
        if normalize_name(word) in map(normalize_name, (arena.code, arena.label, str(arena))):
            return arena.code
    message = gettext("“%(word)s” is none of the four arenas. Choose one.")
    suggestions = [(arena.code, str(arena)) for arena in arenas]
    raise ValidationError(message, params={"word": word, "suggestions": suggestions})


class SheetTerms:
    """The terms of the schemes in the headings."""

    def __init__(self, plan: ImportPlan, lookups: Lookups, columns: SheetColumns) -> None:
        self.columns = columns
        self._proposed = ProposedReferences(plan, lookups, EarlierRuns(""))

    def find(self, scheme: str, word: str, is_new: bool) -> tuple[str, int]:
        """The code and id of a term; of a proposed one, if it `is_new`. Raises ValidationError."""
        terms = self._terms[scheme]
        for term in terms:
            if normalize_name(word) in map(normalize_name, (term.code, *term.labels.values())):
                return term.code, term.pk
        if is_new and terms:
            return word, self._proposed.term(scheme, word)
        labels = {label: term for term in terms for label in term.labels.values()}
        similar = dict.fromkeys(labels[name] for name in like_names(word, labels))
        message = gettext("“%(word)s” is not in this list of terms. Choose one, or propose it.")
        params = {
            "word": word,
            "suggestions": [(term.code, term.label) for term in similar],
            "new": word if terms else "",
        }
        raise ValidationError(message, params=params)

    @cached_property
    def _terms(self) -> dict[str, list[Term]]:
        """The terms of each scheme in the headings."""
        schemes: dict[str, list[Term]] = {
            target.qualifiers[0]: []
            for target in self.columns.targets.values()
            if target.type == "trait"
        }
        for term in Term.objects.filter(scheme__in=schemes).order_by("position", "id"):
            schemes[term.scheme].append(term)
        return schemes


YES_OR_NO = {"yes", "no", "si", "sí", "نعم", "لا"}


class SheetNetworks:
    """The networks of the catalogue, and those that this file adds."""

    def __init__(self, records: SheetRecords) -> None:
        self.records = records
        self._similar_names: dict[str, list[str]] = {}

    def find(self, word: str, is_new: bool) -> tuple[str, int] | None:
        """The slug and id of a network; None if it is to be proposed.

        Raises ValidationError if it may be one of the catalogue, or is no name.
        """
        params: dict = {"word": word}
        for spelling in self._spellings(word):
            slugs = self._slugs_by_name.get(normalize_name(spelling), set())
            if len(slugs) == 1:
                slug = min(slugs)
                return slug, self._ids[slug]
            if slugs:
                message = gettext("Several networks are called “%(word)s”. Choose one.")
                raise ValidationError(message, params=params | self._suggest(slugs))
            if subject := self.records.new_networks.get(normalize_name(spelling)):
                return subject.slug, subject.pk
        if is_new:
            return None
        if len(normalize_name(word)) < 3 or word.casefold() in YES_OR_NO:
            raise ValidationError(gettext("Write the name of a network, or leave this empty."))
        similar = self._similar(word)
        if not similar and not self._organizations_called(word):
            return None
        message = gettext("“%(word)s” is no network of the catalogue. Choose one, or propose it.")
        slugs = {min(self._slugs_by_name[name]) for name in similar}
        raise ValidationError(message, params=params | {"new": word} | self._suggest(slugs))

    def _similar(self, word: str) -> list[str]:
        """The known names that are like this word, which may stand in many rows."""
        if word not in self._similar_names:
            self._similar_names[word] = like_names(word, self._slugs_by_name)
        return self._similar_names[word]

    def _suggest(self, slugs: Iterable[str]) -> dict[str, Any]:
        return {"suggestions": [(slug, self._labels[slug]) for slug in sorted(slugs)]}

    @staticmethod
    def _spellings(word: str) -> list[str]:
        """The name itself; of one with its acronym in brackets, also either of the two."""
        parts = IN_BRACKETS.fullmatch(word)
        return [word, *(part.strip() for part in parts.groups())] if parts else [word]

    @staticmethod
    def _organizations_called(word: str) -> bool:
        """Whether an organization has this name: it may be in the wrong column."""
        return bool(records_by_name([word], Kind.ORGANIZATION).get(word.lower()))

    @cached_property
    def _labels(self) -> dict[str, str]:
        return dict(self._entries.values_list("slug", "label"))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return dict(self._entries.values_list("slug", "id"))

    @property
    def _entries(self) -> QuerySet[Entry]:
        return Entry.objects.published().of_kinds(Kind.PARTNERSHIP)

    @cached_property
    def _slugs_by_name(self) -> dict[str, set[str]]:
        """The slugs of known networks by folded name, and by slug."""
        by_slug = {normalize_name(slug): {slug} for slug in self._ids}
        return {
            name: slugs & self._ids.keys()
            for name, slugs in (by_slug | public_slugs_by_name("name", (Kind.PARTNERSHIP,))).items()
        }
