"""How the ledger is put into words for editors: what is said, and how two texts differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import DecimalField, Field, Model
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext, gettext_lazy

from orgs.pages.labels import comma
from orgs.pages.translated_labels import translated_label
from orgs.statements.statement import Statement, statement_kinds

from .choices import Known, label

Told = dict[str, str]
"""What something says, in reading order: the name of each part and its words."""

DENIED = gettext_lazy("no: the source says that it is not so")
TITLES: dict[str, str | Promise] = {"tier": gettext_lazy("who may read it")}
LAST = ("when", "source", "locator", "quote", "voice", "speaker", "confidence", "preferred", "tier")
"""What is told of every statement, after what it says itself."""
UNTOLD = ("statement", "current", "observed", "part", "disputed", "holds")
"""What a document adds to a statement, and no speaker says."""


@dataclass
class Row:
    """One part of a comparison: what it is called, what it was, what it is."""

    name: str
    before: str = ""
    after: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two sides say different things."""
        return self.before != self.after

    @property
    def old(self) -> list["Part"]:
        """Return what it was, with the words that are gone marked."""
        return self._parts[0]

    @property
    def new(self) -> list["Part"]:
        """Return what it is, with the words that came marked."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[list["Part"], list["Part"]]:
        """Return both sides in parts: in a longer text only the words that differ are marked."""
        old, new = (re.findall(r"\S+\s*", text) for text in (self.before, self.after))
        matcher = SequenceMatcher(a=old, b=new, autojunk=False)
        long = min(len(old), len(new)) >= SHORTEST and max(len(old), len(new)) <= LONGEST
        if not long or matcher.ratio() < ALIKE:
            return _whole(self.before), _whole(self.after)
        sides: tuple[list[Part], list[Part]] = ([], [])
        for tag, a, b, c, d in matcher.get_opcodes():
            for side, words in zip(sides, (old[a:b], new[c:d]), strict=True):
                if words:
                    side.append(Part("".join(words), tag != "equal"))
        return sides


class Part(NamedTuple):
    """Some words of one side of a comparison, and whether the other side has them not."""

    text: str
    changed: bool


SHORTEST, LONGEST = 6, 1_500
"""Words of texts that are compared word by word; shorter and longer ones are marked as a whole."""
ALIKE = 0.4
"""How much two texts have in common at least before words are marked one by one."""


def _whole(text: str) -> list[Part]:
    """Return a text that differs as a whole; nothing for no text."""
    return [Part(text, True)] if text else []


def compared(before: Told | None, after: Told | None) -> list[Row]:
    """Return both sides part by part. A side that is None has nothing to say."""
    before, after = before or {}, after or {}
    return [Row(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]


def row_of(statement: Statement) -> dict:
    """Return a statement as a proposal holds one: column names and values."""
    return {
        field.column: getattr(statement, field.attname) for field in statement.operation_fields()
    }


def told(model: type[Statement], row: dict, things: Known) -> Told:
    """Return what a statement says, as a proposal or the ledger holds it, without its silences."""
    words: Told = {}
    for part in model.operation_fields():
        value = row.get(part.column)
        if part.name == "holds" and value is False:
            words[gettext("holds")] = str(DENIED)
        elif part.name not in ("record", "holds") and value is not None and value != "":
            words[str(TITLES.get(part.name, part.verbose_name))] = _text(part, value, things)
    return {name: text for name, text in words.items() if text}


def said_itself(model: type[Statement], words: Told) -> str:
    """Return what a statement of this kind says itself, in one line: its own words, and when."""
    own = [str(part.verbose_name) for part in model.own_fields()]
    shown = [*own, gettext("detail"), gettext("when"), gettext("holds")]
    return in_a_line(words[name] for name in shown if name in words)


def in_a_line(words: Iterable[str]) -> str:
    """Return several words or names as a list, each turned for itself where lines turn."""
    if get_language_bidi():
        words = (f"\u2068{one}\u2069" for one in words)
    return comma().join(words)


def cited(words: Told) -> str:
    """Return where a statement is said: the source, and the place in it."""
    shown = (gettext("source"), gettext("locator"))
    return in_a_line(words[name] for name in shown if name in words)


def sentence(model: type[Statement], row: dict, things: Known) -> str:
    """Return a statement in one line: its own words, when, and where that is said."""
    words = told(model, row, things)
    return " · ".join(filter(None, (said_itself(model, words), cited(words))))


def told_item(item: dict) -> Told:
    """Return what a statement says, as a document holds it."""
    words: Told = {}
    kinds = statement_kinds().values()
    kind = next((one for one in kinds if one.part == item.get("part")), Statement)
    columns = {one.name: dict(one.flatchoices) for one in kind._meta.concrete_fields if one.choices}
    order = [name for name in item if name not in LAST] + [name for name in LAST if name in item]
    for name in order:
        value = item[name]
        title = str(TITLES.get(name) or gettext(name.replace("_", " ")))
        if name == "holds" and value is False:
            words[title] = str(DENIED)
        elif name in columns and value not in (None, ""):
            words[title] = str(columns[name].get(value, value))
        elif name not in UNTOLD and value is not None and value is not False and value != "":
            text = translated_label(value) if isinstance(value, dict) else value
            words[title] = gettext("yes") if text is True else str(text)
    return words


def line_of(item: dict) -> str:
    """Return a statement in one line, as a document holds it: its own words, when, the source."""
    own = {name: value for name, value in item.items() if name not in LAST or name == "when"}
    return " · ".join(filter(None, (in_a_line(told_item(own).values()), item["source"])))


def told_columns(model: type[Model], values: dict | None, things: Known) -> Told:
    """Return the named columns of a record, source, term or citation as people read them."""
    parts = {part.attname: part for part in model._meta.concrete_fields}
    return {
        str(TITLES.get(name, parts[name].verbose_name)): _text(parts[name], value, things)
        for name, value in (values or {}).items()
    }


def _text(part: Field, value: Any, things: Known) -> str:
    """Return a value of a column as people read it; "" for no value."""
    if value is None or value is False:
        return ""
    if part.is_relation:
        return label(things[value]) if value in things else str(value)
    if part.choices:
        return str(dict(part.flatchoices).get(value, value))
    if isinstance(part, DecimalField):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {one}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return gettext("yes") if value is True else str(value)
