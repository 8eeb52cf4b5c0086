"""Descriptions of statements for editors: what they say, and how two versions differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Field, Model
from django.template.defaultfilters import linebreaksbr
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language_bidi, gettext, gettext_lazy

from orgs.pages.labels import comma
from orgs.pages.translated_labels import translated_label, translated_term
from orgs.records.source import SourceKind
from orgs.statements.statement import Statement, statement_kinds

from .choices import ObjectsById, SourcesByKey, display_label, not_shown
from .code_labels import LABELS, format_value

Description = dict[str, str]
"""The parts of a statement in reading order: the title of each part and its text."""

DENIED = gettext_lazy("no: the source says that it is not so")
TITLES: dict[str, str | Promise] = {
    "tier": gettext_lazy("who may read it"),
    "key": gettext_lazy("last part of its address"),
    "slug": gettext_lazy("last part of its address"),
    "code": gettext_lazy("code for programs"),
}
WRITTEN_BY_PROGRAM = ("key", "short", "title")
"""Columns that the program fills in for an organization's source of its own."""
TRAILING_FIELDS = (
    "when",
    "source",
    "locator",
    "quote",
    "voice",
    "speaker",
    "confidence",
    "preferred",
    "tier",
)
"""The parts that every statement has, shown after its own content."""
OMITTED_FIELDS = ("statement", "current", "observed", "part", "disputed", "holds")
"""What a document adds to a statement; not part of what the source says."""


@dataclass
class ComparisonRow:
    """One part of a comparison: its title, its old and its new text."""

    name: str
    before: str = ""
    after: str = ""

    @property
    def differs(self) -> bool:
        return self.before != self.after

    @property
    def old(self) -> list["Fragment"]:
        """The old text, with removed words marked."""
        return self._fragments[0]

    @property
    def new(self) -> list["Fragment"]:
        """The new text, with added words marked."""
        return self._fragments[1]

    @cached_property
    def _fragments(self) -> tuple[list["Fragment"], list["Fragment"]]:
        """Both texts in fragments. In longer texts only the differing words are marked."""
        old, new = (re.findall(r"\S+\s*", text) for text in (self.before, self.after))
        matcher = SequenceMatcher(a=old, b=new, autojunk=False)
        long = min(len(old), len(new)) >= MIN_WORDS and max(len(old), len(new)) <= MAX_WORDS
        if not long or matcher.ratio() < MIN_SIMILARITY:
            return _single_fragment(self.before), _single_fragment(self.after)
        sides: tuple[list[Fragment], list[Fragment]] = ([], [])
        for tag, a, b, c, d in matcher.get_opcodes():
            for side, words in zip(sides, (old[a:b], new[c:d]), strict=True):
                if words:
                    side.append(Fragment("".join(words), tag != "equal"))
        return sides


class Fragment(NamedTuple):
    """Words of one side of a comparison, and whether the other side lacks them."""

    text: str
    changed: bool

    @property
    def as_deleted(self) -> str:
        return self._in_element("del")

    @property
    def as_inserted(self) -> str:
        return self._in_element("ins")

    def _in_element(self, element: str) -> str:
        """The text as HTML, inside this element if it differs."""
        text = linebreaksbr(self.text)
        return format_html(f"<{element}>{{}}</{element}>", text) if self.changed else text


MIN_WORDS, MAX_WORDS = 6, 1_500
"""Lengths in words of texts that are compared word by word; others are marked as a whole."""
MIN_SIMILARITY = 0.4
"""The least similarity, from 0 to 1, at which differing words are marked one by one."""


def _single_fragment(text: str) -> list[Fragment]:
    return [Fragment(text, True)] if text else []


def compare(before: Description | None, after: Description | None) -> list[ComparisonRow]:
    """Both sides part by part; None for a side that is empty."""
    before, after = before or {}, after or {}
    return [
        ComparisonRow(name, before.get(name, ""), after.get(name, ""))
        for name in {**before, **after}
    ]


def describe(model: type[Statement], row: dict, objects: ObjectsById) -> Description:
    """Describe a statement's row from a proposal or the ledger, without empty parts."""
    description: Description = {}
    for part in model.operation_fields():
        value = row.get(part.column)
        if part.name == "holds" and value is False:
            description[gettext("holds")] = str(DENIED)
        elif part.name not in ("record", "holds") and value is not None and value != "":
            description[str(TITLES.get(part.name, part.verbose_name))] = _format_column(
                part, value, objects
            )
    return {name: text for name, text in description.items() if text}


def own_content(model: type[Statement], description: Description) -> str:
    """The content of a statement of this kind in one line, with its date."""
    own = [str(part.verbose_name) for part in model.own_fields()]
    shown = [*own, gettext("detail"), gettext("when"), gettext("holds")]
    return join_inline(description[name] for name in shown if name in description)


def join_inline(texts: Iterable[str]) -> str:
    """Join texts to a list, each isolated where the language is written from right to left."""
    if get_language_bidi():
        texts = (f"\u2068{text}\u2069" for text in texts)
    return comma().join(texts)


def decided_state(state: str, at: datetime | None, by: Any) -> str:
    """The state of a proposal or a correction, when it was decided, and by whom."""
    when = f"{date_format(at, 'DATETIME_FORMAT')} UTC" if at else ""
    return join_inline(filter(None, (state, when, str(by or ""))))


def citation(description: Description) -> str:
    """The source and the locator in one line."""
    shown = (gettext("source"), gettext("locator"))
    return join_inline(description[name] for name in shown if name in description)


def summarize(model: type[Statement], row: dict, objects: ObjectsById) -> str:
    """A statement in one line: its content, date and source."""
    description = describe(model, row, objects)
    return " · ".join(filter(None, (own_content(model, description), citation(description))))


def describe_item(item: dict, sources: SourcesByKey) -> Description:
    """Describe a statement from a document."""
    description: Description = {}
    kinds = statement_kinds().values()
    kind = next((model for model in kinds if model.part == item.get("part")), Statement)
    columns = {column.name: column for column in kind._meta.concrete_fields}
    order = [name for name in item if name not in TRAILING_FIELDS] + [
        name for name in TRAILING_FIELDS if name in item
    ]
    omitted = {*OMITTED_FIELDS, *(("label", "scheme") if kind.term_name else ())}
    for name in order:
        title = str(TITLES.get(name) or gettext(name.replace("_", " ")))
        value = item[name]
        if name == "holds" and value is False:
            description[title] = str(DENIED)
        elif name == kind.term_name:
            code = item[name] or ""
            description[title] = translated_term(item.get("scheme", ""), code) or item["label"]
        elif name == "source":
            description[title] = source_label(value, sources)
        elif isinstance(value, dict):
            description[title] = translated_label(value)
        elif name not in omitted and (text := format_value(name, value, columns.get(name))):
            description[title] = text
    return description


def source_label(key: str, sources: SourcesByKey) -> str:
    """The label of a source of a document."""
    return sources[key].label if key in sources else not_shown()


def summarize_item(item: dict, sources: SourcesByKey) -> str:
    """A statement from a document in one line: its content, date and source."""
    own = {
        name: value
        for name, value in item.items()
        if name not in TRAILING_FIELDS or name in ("when", "part")
    }
    content = join_inline(describe_item(own, sources).values())
    return " · ".join(filter(None, (content, source_label(item["source"], sources))))


def describe_columns(model: type[Model], values: dict | None, objects: ObjectsById) -> Description:
    """Describe the given columns of a record, source, term or citation.

    The key and the titles of a source in which an organization describes itself are left out: the
    program writes them.
    """
    parts = {part.attname: part for part in model._meta.concrete_fields}
    values = values or {}
    written = WRITTEN_BY_PROGRAM if values.get("source_kind") == SourceKind.OWN else ()
    return {
        str(TITLES.get(name, parts[name].verbose_name)): _format_column(parts[name], value, objects)
        for name, value in values.items()
        if name not in written
    }


def _format_column(part: Field, value: Any, objects: ObjectsById) -> str:
    """A column's value for display; "" for no value."""
    if not part.is_relation or part.attname in LABELS:
        return format_value(part.name, value, part)
    if value is None:
        return ""
    return display_label(objects[value]) if value in objects else not_shown()
