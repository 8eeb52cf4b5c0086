"""Descriptions of statements for editors: what they say, and how two versions differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import DecimalField, Field, Model
from django.template.defaultfilters import linebreaksbr
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language_bidi, gettext, gettext_lazy

from orgs.pages.labels import comma
from orgs.pages.translated_labels import translated_label
from orgs.statements.statement import Statement, statement_kinds

from .choices import ObjectsById, display_label

Description = dict[str, str]
"""The parts of a statement in reading order: the title of each part and its text."""

DENIED = gettext_lazy("no: the source says that it is not so")
TITLES: dict[str, str | Promise] = {"tier": gettext_lazy("who may read it")}
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
            description[str(TITLES.get(part.name, part.verbose_name))] = _format_value(
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


def describe_item(item: dict) -> Description:
    """Describe a statement from a document."""
    description: Description = {}
    kinds = statement_kinds().values()
    kind = next((model for model in kinds if model.part == item.get("part")), Statement)
    columns = {
        model.name: dict(model.flatchoices) for model in kind._meta.concrete_fields if model.choices
    }
    order = [name for name in item if name not in TRAILING_FIELDS] + [
        name for name in TRAILING_FIELDS if name in item
    ]
    for name in order:
        value = item[name]
        title = str(TITLES.get(name) or gettext(name.replace("_", " ")))
        if name == "holds" and value is False:
            description[title] = str(DENIED)
        elif name in columns and value not in (None, ""):
            description[title] = str(columns[name].get(value, value))
        elif (
            name not in OMITTED_FIELDS and value is not None and value is not False and value != ""
        ):
            text = translated_label(value) if isinstance(value, dict) else value
            description[title] = gettext("yes") if text is True else str(text)
    return description


def summarize_item(item: dict) -> str:
    """A statement from a document in one line: its content, date and source."""
    own = {
        name: value for name, value in item.items() if name not in TRAILING_FIELDS or name == "when"
    }
    return " · ".join(filter(None, (join_inline(describe_item(own).values()), item["source"])))


def describe_columns(model: type[Model], values: dict | None, objects: ObjectsById) -> Description:
    """Describe the given columns of a record, source, term or citation."""
    parts = {part.attname: part for part in model._meta.concrete_fields}
    return {
        str(TITLES.get(name, parts[name].verbose_name)): _format_value(parts[name], value, objects)
        for name, value in (values or {}).items()
    }


def _format_value(part: Field, value: Any, objects: ObjectsById) -> str:
    """A column's value for display; "" for no value."""
    if value is None or value is False:
        return ""
    if part.is_relation:
        return display_label(objects[value]) if value in objects else str(value)
    if part.choices:
        return str(dict(part.flatchoices).get(value, value))
    if isinstance(part, DecimalField):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return gettext("yes") if value is True else str(value)
