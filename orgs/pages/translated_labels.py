"""The labels of terms and places in the language of the page.

Relations, lists of terms, kinds of place and states are parts of sentences, so gettext translates
them (`orgs/records/vocabulary.py`). Every other term has labels, and a place has names, each with
its language: one in the language of the page replaces the English label. Pages in English look
nothing up.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Func, JSONField, TextField, Value
from django.db.models.functions import Cast, Coalesce, Collate
from django.utils.translation import get_language

from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.vocabulary import LABELS_BY_SCHEME
from orgs.search.collation import collation_key
from orgs.search.paging import SHOWN_SORT_KEY
from orgs.statements.name import Name


class Translations(NamedTuple):
    """The labels of terms and places that differ in a language."""

    terms: dict[str, str]
    """The labels of terms, by scheme and code."""
    places: dict[str, str]
    """The names of places, by their slugs."""
    labels: dict[str, str]
    """The same, by the English labels of places: without those that several places share."""
    sort_keys: str
    """The keys by which these names of places are sorted, by their slugs, as JSON."""


NO_TRANSLATIONS = Translations({}, {}, {}, "")

PAGE = re.compile(r"/(?:places/(?P<place>[^/]+)/|terms/(?P<scheme>[^/]+)/#(?P<code>.+))")

_cache: dict[str, tuple[tuple, Translations]] = {}
"""The newest translations of each language, with the state of the catalogue they were read from."""
_used_in_request: ContextVar[dict[str, Translations] | None] = ContextVar("held", default=None)
"""The translations of the current request: it reads the state of the catalogue once."""


@contextmanager
def consistent_translations() -> Iterator[None]:
    """Use the same translations in a whole response, even if a change is accepted meanwhile."""
    before = _used_in_request.set({})
    try:
        yield
    finally:
        _used_in_request.reset(before)


def translations() -> Translations:
    """The translations for the language of the page.

    They are read again after every change of the catalogue, so that hidden names disappear.
    """
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return NO_TRANSLATIONS
    used = _used_in_request.get()
    if used is not None and language in used:
        return used[language]
    state = Counter.state()
    cached = _cache.get(language)
    if cached is None or cached[0] != state:
        cached = _cache[language] = (state, _read(language))
    if used is not None:
        used[language] = cached[1]
    return cached[1]


def _read(language: str) -> Translations:
    entries = Entry.objects.published()
    terms = {
        slug: label
        for slug, text in entries.of_kinds("term").values_list("slug", "document")
        if (label := json.loads(text)["labels"].get(language))
    }
    # There may be many places: only those with a name in this language are read.
    named = Name.objects.current().filter(language=language, record__kind="place").values("record")
    places: dict[str, str] = {}
    labels: dict[str, list[str]] = {}
    for slug, label, text in (
        entries.of_kinds("place").filter(id__in=named).values_list("slug", "label", "document")
    ):
        if name := translated_name(language, json.loads(text)["names"]):
            places[slug] = name["text"]
            labels.setdefault(label, []).append(name["text"])
    return Translations(
        terms,
        places,
        {label: names[0] for label, names in labels.items() if len(names) == 1},
        json.dumps({slug: collation_key(name, language) for slug, name in places.items()}),
    )


def label_order(label: Any) -> str:
    """The key by which the language of the page sorts a label."""
    return collation_key(str(label), get_language() or settings.LANGUAGE_CODE)


def with_label_order(places: EntryQuerySet) -> EntryQuerySet:
    """Let lists sort these places by the labels that the page shows.

    Without a translation it is the sort key of the entry, whose index lists in English use.
    """
    keys = translations().sort_keys
    if not keys:
        return places
    translated = Func(
        Cast(Value(keys), JSONField()),
        F("slug"),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )
    shown = Collate(Coalesce(translated, F("sort_key")), "C")
    return places.annotate(**{SHOWN_SORT_KEY: shown})


def translated_name(language: str, names: list[dict]) -> dict | None:
    """Choose the name of a place in a language from the `names` of its document.

    A preferred name comes first; None if there is no name in this language.
    """
    matching = [name for name in names if name["language"] == language and name["holds"]]
    return min(matching, key=lambda name: not name["preferred"], default=None)


def translated_term(scheme: str, code: str) -> str:
    """The label of a term in the page's language, "" if there is none.

    Always "" in English, where the term's own label applies.
    """
    if get_language() == settings.LANGUAGE_CODE:
        return ""
    own = LABELS_BY_SCHEME.get(scheme, {}).get(code)
    return str(own) if own is not None else translations().terms.get(f"{scheme}:{code}", "")


def translated_label(thing: Any) -> str:
    """The label of an entry in the page's language, or its own label.

    Takes an entry, or a mention of one in a document or a card, with `label` and `url`.
    """
    if isinstance(thing, Entry):
        return label_of(thing.kind, thing.slug, thing.label)
    page = PAGE.fullmatch(thing.get("url") or "")
    if page is None:
        return thing["label"]
    if page["place"]:
        return label_of("place", page["place"], thing["label"])
    return label_of("term", f"{page['scheme']}:{page['code']}", thing["label"])


def label_of(kind: str, slug: str, label: str) -> str:
    """The label of a place or term in the page's language, or this label.

    The slug of a term is `scheme:code`.
    """
    if kind == "place":
        return translations().places.get(slug, label)
    if kind == "term":
        scheme, _, code = slug.partition(":")
        return translated_term(scheme, code) or label
    return label


def translated_place(label: str) -> str:
    """Translate the English label of a place, unless several places share it."""
    return translations().labels.get(label, label)
