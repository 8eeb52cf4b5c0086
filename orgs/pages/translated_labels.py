"""What terms and places are called in the language of the page.

Relations, lists of terms, kinds of place and states of things stand in sentences, so they are
translated like the interface (`orgs/records/vocabulary.py`). Every other term brings its labels
along, and a place its names, each with its language: what is on record in the language of the
page is shown in place of the English one. In English nothing is looked up: there an entry's own
label says it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import get_language

from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.vocabulary import OF_SCHEMES
from orgs.statements.name import Name


class Wording(NamedTuple):
    """What is called otherwise in a language, as the page of that language shows it."""

    terms: dict[str, str]
    """The labels of terms, by scheme and code."""
    places: dict[str, str]
    """The names of places, by their slugs."""
    labels: dict[str, str]
    """The same, by the labels of places: without those that several places share."""


AS_THEY_STAND = Wording({}, {}, {})

PAGE = re.compile(r"/(?:places/(?P<place>[^/]+)/|terms/(?P<scheme>[^/]+)/#(?P<code>.+))")
"""The path of a page that is about a place or a term (`path_of`)."""

_made: dict[str, tuple[tuple, Wording]] = {}
"""The newest wording of each language, with the state of the catalogue that it was made of."""
_held: ContextVar[dict[str, Wording] | None] = ContextVar("held", default=None)
"""What this answer has asked for already: the state of the catalogue is looked at once."""


@contextmanager
def one_wording() -> Iterator[None]:
    """Let one answer speak in one wording, whatever is accepted while it is made."""
    before = _held.set({})
    try:
        yield
    finally:
        _held.reset(before)


def wording() -> Wording:
    """Return what is called otherwise in the language of the page.

    It is read anew after every change of the catalogue: what is hidden is gone, as everywhere.
    """
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return AS_THEY_STAND
    held = _held.get()
    if held is not None and language in held:
        return held[language]
    state = Counter.state()
    made = _made.get(language)
    if made is None or made[0] != state:
        made = _made[language] = (state, _read(language))
    if held is not None:
        held[language] = made[1]
    return made[1]


def _read(language: str) -> Wording:
    entries = Entry.objects.published()
    terms = {
        slug: label
        for slug, text in entries.of_kinds("term").values_list("slug", "document")
        if (label := json.loads(text)["labels"].get(language))
    }
    # Places may be many: only those that somebody names in this language are read.
    told = Name.objects.current().filter(language=language, record__kind="place").values("record")
    places: dict[str, str] = {}
    labels: dict[str, list[str]] = {}
    for slug, label, text in (
        entries.of_kinds("place").filter(id__in=told).values_list("slug", "label", "document")
    ):
        if name := named(language, json.loads(text)["names"]):
            places[slug] = name["text"]
            labels.setdefault(label, []).append(name["text"])
    return Wording(
        terms, places, {label: called[0] for label, called in labels.items() if len(called) == 1}
    )


def named(language: str, names: list[dict]) -> dict | None:
    """Return the name of a place that pages in a language show; None if none is on record.

    Takes the `names` of its document: the preferred one in that language comes first.
    """
    fitting = [one for one in names if one["language"] == language and one["holds"]]
    return min(fitting, key=lambda one: not one["preferred"], default=None)


def in_this_language(scheme: str, code: str) -> str:
    """Return what a term is called in the page's language, "" if that is not on record.

    In English it is the catalogue itself that says what its words are.
    """
    if get_language() == settings.LANGUAGE_CODE:
        return ""
    ours = OF_SCHEMES.get(scheme, {}).get(code)
    return str(ours) if ours is not None else wording().terms.get(f"{scheme}:{code}", "")


def called(thing: Any) -> str:
    """Return what something is called in the page's language.

    That is its label, unless it is a place or a term that is called otherwise there. Takes an
    entry, or how a document or a card mentions one: with its `label` and its `url`.
    """
    if isinstance(thing, Entry):
        return known_as(thing.kind, thing.slug, thing.label)
    page = PAGE.fullmatch(thing.get("url") or "")
    if page is None:
        return thing["label"]
    if page["place"]:
        return known_as("place", page["place"], thing["label"])
    return known_as("term", f"{page['scheme']}:{page['code']}", thing["label"])


def known_as(kind: str, slug: str, label: str) -> str:
    """Return what the thing of this kind and slug is called in the page's language, or its label.

    Takes scheme and code as the slug of a term.
    """
    if kind == "place":
        return wording().places.get(slug, label)
    if kind == "term":
        scheme, _, code = slug.partition(":")
        return in_this_language(scheme, code) or label
    return label


def place_called(label: str) -> str:
    """Return what the place of this label is called in the page's language."""
    return wording().labels.get(label, label)
