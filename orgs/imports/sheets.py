"""Uploaded sheets: what each row and cell of a table would change, before anything is written.

Two kinds of file come this way. A sheet of ours brings ids and the numbers of its statements: an
unchanged cell changes nothing, a changed one takes the place of the statement that stood in it, and
one that was changed meanwhile is refused with both texts. The file of another brings names: who is
on record under a name is added to, who is not is created. Either way a row counts whole or not at
all, and no row goes unseen.

Whoever uploads may be anybody with an account, so nothing is looked up here but what is public.
"""

import json
import re
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset, reserve_ids, values_of
from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider
from orgs.pages.documents import items_of
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Level, Record
from orgs.records.slugs import new_slug, slug_of, taken_among
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import records_by_name as records_of
from orgs.search.text import normalize_name
from orgs.statements.arena_placement import ArenaPlacement
from orgs.statements.statement import Statement, statement_kinds

from .files import FileProblem, ParsedFile
from .pipeline import (
    CHUNK,
    Import,
    Outcome,
    Step,
    records_called,
    saying_nothing,
    without_what_is_empty,
)
from .slots import ID, KIND, NUMBERS, SORTS, Held, Slot, as_meant, held_in, numbers_in, slot_of
from .tables import Table

ADDRESS_OF_SOMEBODY = re.compile(r"[\w.+-]@[\w-]+\.\w")
"""What looks like an e-mail address, from the last proposal before its @."""

HOST = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[:/?#]\S*)?")
"""A web address without its beginning, as people write it."""

READING, CHECKING, TRYING = 1, 2, 3
"""The steps of `planned`: what the rows say, whether that is sound, whether the ledger takes it."""

SEVERAL = re.compile(r"[;|\n]")
MAIL = re.compile(r"(?<=[^\s@<>()])@([\w.-]+\w)")
"""The domain of an e-mail address in a text, with what shows that it is one."""
SEVERAL_CODES = re.compile(r"[;|,\n]")
"""What stands between several values, and between several codes, in one cell: see `parts_of`."""


@dataclass(slots=True)
class Cell:
    """What would become of one cell: what is said now, what would be said, or why it is refused."""

    column: str
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(slots=True)
class Row:
    """What would become of one row.

    `verdict` is created, merged (into a record of that name), updated, unchanged or refused.
    """

    number: int
    verdict: str
    name: str = ""
    address: str = ""
    cells: list[Cell] = field(default_factory=list)


class RowAtFault(Exception):
    """A row that is about nobody. Its arguments are the column, the value and what to do."""


@dataclass(eq=False, slots=True)
class Subject:
    """The record that a row is about, and what is said of it: publicly, and by rows above."""

    number: int
    name: str = ""
    address: str = ""
    is_new: bool = False
    held: dict[Slot, list[Held]] = field(default_factory=dict)
    added: set[tuple[Slot, str]] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)
    """The numbers of all statements in its public document."""
    given: dict[str, set[str]] = field(default_factory=dict)
    """What rows without an id gave to tell it from another of the same name: see `marks_of`."""

    def says(self, slot: Slot, value: str) -> bool:
        """Whether this is said of it already."""
        values = {plain(one.value) for one in self.held.get(slot.first, ())}
        return plain(value) in values or (slot.first, plain(value)) in self.added

    def is_called(self, name: str) -> bool:
        """Whether it has this name, of whatever sort and however it is written."""
        slots = {*self.held, *(slot for slot, _ in self.added)}
        names = {value for slot in slots if slot.sort == "name" for value in self.values(slot)}
        return normalize_name(name) in map(normalize_name, names)

    def values(self, slot: Slot) -> set[str]:
        """Return what is said of it in columns of a sort."""
        values = {one.value for one in self.held.get(slot, ())}
        return values | {value for other, value in self.added if other == slot}

    @property
    def marks(self) -> dict[str, set[str]]:
        """Return what tells it from another of the same name, publicly or in rows above."""
        public = marks_of((slot, one.value) for slot, said in self.held.items() for one in said)
        return together(public, self.given)


class Sheet(Import):
    """A table that becomes one import: rows in, one label out."""

    def __init__(
        self,
        label: str,
        source: Source,
        author=None,
        reason: str = "",
        tell: Callable[[int, float], None] | None = None,
    ) -> None:
        super().__init__(label, author, reason)
        self.source = source
        self.kinds = statement_kinds()
        self.tell = tell or (lambda step, share: None)
        """Takes a step, and which share of it is done."""
        self.about: dict[int, Subject] = {}
        """By row."""
        self.merged: set[int] = set()
        self.gone: dict[tuple[str, int], tuple[int, str, str]] = {}
        """What is retired without another in its place: row, column and text by kind and number."""
        self.was: dict[int, str] = {}
        """What statements say whose place is taken, by their numbers."""
        self._ids_of_slugs: dict[str, int] = {}

    # Reading

    def read(self, table: Table, columns: dict[str, str]) -> None:
        """Read a table: `columns` says which column of a sheet each heading is; "" is none."""
        self.table = table.name
        named = {target: heading for heading, target in columns.items()}
        self.slots = {
            heading: slot for heading, target in columns.items() if (slot := slot_of(target))
        }
        self._column = {name: named.get(name, "") for name in (ID, KIND, NUMBERS)}
        self._look_up(table)
        for place, (number, cells) in enumerate(table.rows):
            self.tell(READING, place / len(table.rows))
            try:
                self._read_row(number, cells)
            except RowAtFault as fault:
                self._refuse(self.table, number, *fault.args)
        self._carry_over()

    def _look_up(self, table: Table) -> None:
        """Ask at once for all that the table names: records by id and name, old statements."""
        ids = {cells.get(self._column[ID], "").strip().lower() for _, cells in table.rows}
        entries = Entry.objects.published().of_kinds(*ACTORS)
        self._by_key: dict[Any, Subject] = {}
        for some in parts(ids - {""}):
            self._by_key |= {one.key: _subject(one) for one in entries.filter(key__in=some)}
        names = {
            as_meant(cells[heading]).strip()
            for _, cells in table.rows
            if not cells.get(self._column[ID], "").strip()
            for heading, slot in self.slots.items()
            if slot.sort == "name"
        }
        called: dict[str, set[int]] = defaultdict(set)
        for text, records in records_of(names, *ACTORS).items():
            called[normalize_name(text)] |= records
        subjects: dict[int, Subject] = {}
        for some in parts({which for records in called.values() for which in records}):
            subjects |= {one.pk: _subject(one) for one in entries.filter(pk__in=some)}
        self._by_name: dict[str, list[Subject]] = {
            name: [subjects[which] for which in records if which in subjects]
            for name, records in called.items()
        }
        self._taken = taken_among(slug_of(name) for name in names)
        self._old = self._retired(table)
        nameless = [1 for _, cells in table.rows if not cells.get(self._column[ID], "").strip()]
        self._free = iter(reserve_ids(len(nameless)))

    def _retired(self, table: Table) -> dict[tuple[int, int], tuple[Slot, str]]:
        """Return what statements said that the table names and that are retired since.

        By record and number: the column and the text. Only of listed records, only what was public.
        """
        wanted: dict[str, dict[int, Slot]] = defaultdict(dict)
        heading = self._column[NUMBERS]
        for _, cells in table.rows:
            subject = self._by_key.get(cells.get(self._column[ID], "").strip().lower())
            if subject is None:
                continue
            there = {one.number for held in subject.held.values() for one in held}
            for slot, numbers in _numbers(cells.get(heading, "")).items():
                wanted[slot.kind].update({one: slot for one in numbers if one not in there})
        found: dict[tuple[int, int], tuple[Slot, str]] = {}
        for kind, slots in wanted.items():
            rows = statement_kinds()[kind].objects.filter(
                pk__in=slots,
                retired__isnull=False,
                tier=Tier.PUBLIC,
                source__tier=Tier.PUBLIC,
                record__level=Level.LISTED,
            )
            for one in rows:
                value = self._as_cell(one, slots[one.pk])
                if value is not None:
                    found[one.record_id, one.pk] = (slots[one.pk].first, value)
        return found

    def _as_cell(self, statement: Any, slot: Slot) -> str | None:
        """Return what a retired statement was in a cell; None if it is none of this column."""
        sort = SORTS[slot.sort]
        if slot.sort == "trait":
            return statement.term.code if statement.term.scheme == slot.by[0] else None
        if any(getattr(statement, one) != part for one, part in zip(sort.by, slot.by, strict=True)):
            return None
        if sort.holds in ("place", "partnership"):
            which = getattr(statement, f"{sort.holds}_id")
            return Entry.objects.published().filter(pk=which).values_list("slug", flat=True).first()
        return str(getattr(statement, "arena_id" if slot.sort == "arena" else sort.holds))

    def _read_row(self, number: int, cells: dict[str, str]) -> None:
        """Read one row. Raises RowAtFault."""
        key = cells.get(self._column[ID], "").strip()
        subject = self._of_id(key, cells) if key else self._of_name(number, cells)
        self.about[number] = subject
        try:
            numbers = numbers_in(cells.get(self._column[NUMBERS], "")) if key else {}
        except ValueError as error:
            told = gettext(
                "The numbers of this row were changed. Download the spreadsheet again "
                "and edit that one."
            )
            raise RowAtFault(self._column[NUMBERS], str(error), told) from error
        for heading, slot in self.slots.items():
            cell = as_meant(cells[heading])
            try:
                if slot.coded:
                    self._read_codes(number, subject, heading, slot, cell, numbers.get(slot, []))
                else:
                    self._read_words(number, subject, heading, slot, cell, numbers.get(slot, []))
            except ValidationError as error:
                self._refuse(self.table, number, heading, cell, " ".join(error.messages))

    def _of_id(self, key: str, cells: dict[str, str]) -> Subject:
        """Return the record of this id."""
        subject = self._by_key.get(key.lower())
        heading = self._column[ID]
        if subject is None:
            told = gettext(
                "No organization here has this id. Copy the id from a downloaded sheet, or leave "
                "it empty for one that is new."
            )
            raise RowAtFault(heading, key, told)
        if subject in self.about.values():
            raise RowAtFault(heading, key, gettext("This id is also in a row above."))
        return subject

    def _of_name(self, number: int, cells: dict[str, str]) -> Subject:
        """Return the record of a row without an id: the one of its name, or a new one."""
        named = [
            (heading, slot, text)
            for heading, slot in self.slots.items()
            if slot.sort == "name" and (text := as_meant(cells[heading]).strip())
        ]
        if not named:
            told = gettext("A row without an id needs a name. Give it one.")
            filled = next((heading for heading in cells if cells[heading].strip()), "")
            heading = next(iter(self.slots), filled)
            raise RowAtFault(heading, cells.get(filled, ""), told)
        heading, _, name = min(named, key=lambda one: one[1].by[0] != "official")
        others = self._by_name.get(normalize_name(name), [])
        if len(others) > 1:
            told = gettext(
                "Several organizations have this name. Copy the id of the one that is meant from a "
                "downloaded sheet."
            )
            raise RowAtFault(heading, name, told)
        given = self._marks(cells)
        if others:
            self._refuse_another(others[0], name, cells, given)
            self.merged.add(number)
            others[0].given = together(others[0].given, given)
            return others[0]
        kind = cells.get(self._column[KIND], "").strip() or ACTORS[0]
        if kind not in ACTORS:
            told = gettext("Write organization or partnership.")
            raise RowAtFault(self._column[KIND], kind, told)
        subject = self._new(name, kind)
        subject.given = given
        self._by_name.setdefault(normalize_name(name), []).append(subject)
        return subject

    def _said(self, cells: dict[str, str]) -> list[tuple[str, Slot, str]]:
        """Return what a row says that may tell a body from another: column, slot and value."""
        return [
            (column, slot.first, with_beginning(part) if slot.sort == "link" else part)
            for column, slot in self.slots.items()
            for part in parts_of(as_meant(cells[column]), SEVERAL)
        ]

    def _marks(self, cells: dict[str, str]) -> dict[str, set[str]]:
        return marks_of((slot, value) for _, slot, value in self._said(cells))

    def _refuse_another(
        self, subject: Subject, name: str, cells: dict[str, str], given: dict[str, set[str]]
    ) -> None:
        """Raise RowAtFault for a row that has the same name and is probably somebody else."""
        for mark, known in subject.marks.items():
            if not given.get(mark) or share(known, given[mark]):
                continue
            column = next(
                column
                for column, slot, value in self._said(cells)
                if mark in marks_of([(slot, value)])
            )
            told = gettext(
                "“%(name)s” is in the catalogue or in a row above with another value here: "
                "%(known)s. If they are two, give each a name of its own; if they are one, "
                "leave this cell empty."
            )
            told %= {"name": name, "known": ", ".join(sorted(known))}
            raise RowAtFault(column, cells[column], told)

    def _new(self, name: str, kind: str) -> Subject:
        which = next(self._free)
        slug = new_slug(name, self._taken)
        self._taken.add(slug)
        record = Record(id=which, kind=kind, slug=slug)
        self.records[slug] = {"id": which, "key": str(record.key), "kind": kind, "slug": slug}
        return Subject(which, name, is_new=True)

    # Cells

    def _read_words(
        self,
        number: int,
        subject: Subject,
        heading: str,
        slot: Slot,
        cell: str,
        numbers: list[int],
    ) -> None:
        """Read a cell that holds one statement."""
        if numbers:
            self._read_known(number, subject, heading, slot, cell, numbers[0])
            return
        several = parts_of(cell, SEVERAL) if slot.sort in SPLIT else [cell.strip()]
        for part in filter(None, several):
            value = with_beginning(part) if slot.sort == "link" else part
            known = subject.says(slot, value)
            if slot.sort == "name" and number in self.merged:
                known = known or subject.is_called(value)
            if not known:
                self._refuse_personal(slot, value)
                self._say(number, subject, heading, slot, value, value)

    def _read_known(
        self, number: int, subject: Subject, heading: str, slot: Slot, cell: str, which: int
    ) -> None:
        """Read a cell in which a statement stood when the sheet was downloaded."""
        live = next((one for one in subject.held.get(slot.first, ()) if one.number == which), None)
        if live is None:
            self._refuse_overtaken(subject, slot, cell, [which])
            return
        if plain(cell) == plain(live.value):
            return
        self._refuse_own_voice(live)
        if not cell.strip():
            self.gone[slot.kind, which] = (number, heading, live.value)
            self.left[slot.kind].append(which)
            return
        value = with_beginning(cell.strip()) if slot.sort == "link" else cell.strip()
        self._refuse_personal(slot, value)
        self.was[which] = live.value
        self._say(number, subject, heading, slot, value, value, which)

    def _read_codes(
        self,
        number: int,
        subject: Subject,
        heading: str,
        slot: Slot,
        cell: str,
        numbers: list[int],
    ) -> None:
        """Read a cell that holds codes: say those that are new, retire those that are gone."""
        meant: dict[str, Any] = {}
        for word in parts_of(cell, SEVERAL_CODES):
            code, value = self._meant(slot, word)
            meant[code] = value
        here = [one for one in subject.held.get(slot, ()) if one.number in numbers]
        lost = [one for one in numbers if one not in {held.number for held in here}]
        before = {self._old[subject.number, one][1] for one in lost if self._is_old(subject, one)}
        if any(not self._is_old(subject, one) for one in lost):
            self._refuse_overtaken(subject, slot, cell, lost)
        removed = [one for one in here if one.value not in meant]
        new = [
            code
            for code in meant
            if code not in before and not subject.says(slot, code) and not _is_in(code, here)
        ]
        for one in removed:
            self._refuse_own_voice(one)
        for code in new:
            taken = removed.pop(0) if removed else None
            if taken is not None:
                self.was[taken.number] = taken.value
            self._say(
                number,
                subject,
                heading,
                slot,
                code,
                meant[code],
                taken.number if taken else None,
            )
        for one in removed:
            self.gone[slot.kind, one.number] = (number, heading, one.value)
            self.left[slot.kind].append(one.number)

    def _is_old(self, subject: Subject, number: int) -> bool:
        return (subject.number, number) in self._old

    def _refuse_overtaken(
        self, subject: Subject, slot: Slot, cell: str, numbers: list[int]
    ) -> None:
        """Raise ValidationError if a cell was changed here, and meanwhile elsewhere."""
        old = [self._old.get((subject.number, one)) for one in numbers]
        if any(one is None or one[0] != slot.first for one in old):
            raise ValidationError(
                gettext(
                    "The catalogue does not recognize the number of this cell. Download "
                    "the spreadsheet again and edit that one."
                )
            )
        now = [one.value for one in subject.held.get(slot.first, ())]
        if plain(cell) in map(plain, [*now, *(one[1] for one in old if one)]):
            return
        raise ValidationError(
            gettext(
                "This was changed after you downloaded the spreadsheet. It now says "
                "“%(now)s”. Your cell says “%(typed)s”. Download the spreadsheet again "
                "and choose between the two."
            )
            % {"now": " | ".join(now) or "–", "typed": cell}
        )

    def _refuse_own_voice(self, held: Held) -> None:
        if held.voice == "own":
            raise ValidationError(
                gettext(
                    "The organization wrote this itself: “%(words)s”. It cannot be "
                    "changed here. Put your text in another column."
                )
                % {"words": held.value}
            )

    def _refuse_personal(self, slot: Slot, value: str) -> None:
        if slot.sort != "contact" and ADDRESS_OF_SOMEBODY.search(value):
            raise ValidationError(
                gettext(
                    "An e-mail address would become public here. Take it out, or take this column "
                    "for contacts, which only representatives read."
                )
            )

    def _say(
        self,
        number: int,
        subject: Subject,
        heading: str,
        slot: Slot,
        told: str,
        value: Any,
        replaces: int | None = None,
    ) -> None:
        """Note a statement that a cell would add."""
        sort = SORTS[slot.sort]
        model = self.kinds[sort.kind]
        unsaid, _ = saying_nothing(model)
        holds: Any = model._meta.get_field(sort.holds)
        by = dict(zip(sort.by, slot.by, strict=True)) if slot.sort != "trait" else {}
        values = {
            **unsaid,
            **by,
            "record_id": subject.number,
            "source_id": self.source.pk,
            holds.attname: value,
        }
        if sort.kind == "name" and subject.is_new and not subject.added:
            values["preferred"] = True
        # What a heading does not name is blamed under its own name: no cell holds it.
        origins = {name: (heading, part) for name, part in by.items()}
        origins |= dict.fromkeys(("record", sort.holds), (heading, told))
        step = Step(self.table, number, sort.kind, values, origins, replaces=replaces)
        if replaces is not None:
            self.gone[sort.kind, replaces] = (number, heading, self.was[replaces])
        self.wanted[sort.kind].append(step)
        subject.added.add((slot.first, plain(told)))

    def _meant(self, slot: Slot, word: str) -> tuple[str, Any]:
        """Return the code that a word of a cell means, and what a statement holds for it."""
        if slot.sort == "arena":
            code = word.casefold()
            arena = ArenaPlacement._meta.get_field("arena")
            return code, self._number_of(arena, code)
        if slot.sort == "trait":
            found = self._terms[slot.by[0]].get(normalize_name(word))
            if found is None:
                told = gettext("There is no term “%(word)s” in the scheme %(scheme)s. Look it up.")
                raise ValidationError(told % {"word": word, "scheme": slot.by[0]})
            return found
        kinds = ("place",) if slot.sort == "place" else ("partnership",)
        found = self._record(word, kinds)
        if found is None:
            told = gettext(
                "“%(word)s” is not in the catalogue. Write its name or its code as its page has "
                "it, or leave it out."
            )
            raise ValidationError(told % {"word": word})
        return found

    @cached_property
    def _terms(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Every term of the schemes in the headings, by scheme and by what it may be called."""
        schemes = {slot.by[0] for slot in self.slots.values() if slot.sort == "trait"}
        terms: dict[str, dict[str, tuple[str, int]]] = {scheme: {} for scheme in schemes}
        for one in Term.objects.filter(scheme__in=schemes):
            for word in (*one.labels.values(), one.code):
                terms[one.scheme][normalize_name(str(word))] = (one.code, one.pk)
        return terms

    def _record(self, word: str, kinds: tuple[str, ...]) -> tuple[str, int] | None:
        """Return the slug and number of the public record that a word names; None if none."""
        known = self._called.get(("sheet", kinds))
        if known is None:
            entries = Entry.objects.published().of_kinds(*kinds)
            self._ids_of_slugs |= dict(entries.values_list("slug", "id"))
            by_slug = {slug: {slug} for slug in entries.values_list("slug", flat=True)}
            known = records_called("name", kinds) | by_slug
            self._called["sheet", kinds] = known
        named = known.get(word.lower()) or known.get(normalize_name(word)) or set()
        if len(named) != 1:
            return None
        slug = next(iter(named))
        return (slug, self._ids_of_slugs[slug]) if slug in self._ids_of_slugs else None

    def _carry_over(self) -> None:
        """Let a statement keep of the one whose place it takes what the cell does not say.

        Its sort, its language, whether it is preferred, and when it was so; not what its source
        alone says: the place in it, a quotation, a note.
        """
        for kind, steps in self.wanted.items():
            model = statement_kinds()[kind]
            replaced = model.objects.in_bulk([one.replaces for one in steps if one.replaces])
            kept = {one.attname for one in model.own_fields()} | {"edtf", "preferred"}
            for step in steps:
                if step.replaces in replaced:
                    before = values_of(replaced[step.replaces])
                    holds = {
                        model._meta.get_field(sort.holds).attname  # type: ignore[union-attr]
                        for sort in SORTS.values()
                        if sort.kind == kind
                    }
                    for name in kept - holds:
                        step.values[name] = before[name]

    # Judging

    def _known_already(self, model: type[Statement], records: set[int]) -> models.QuerySet:
        """Return what the public entries show: no other statement may be seen to be the same."""
        subjects = [one for one in self.about.values() if one.number in records]
        shown = {number for subject in subjects for number in subject.shown}
        return model.objects.current().filter(record__in=records, pk__in=shown)

    def finish(self) -> "Sheet":
        """Judge what the table says, and tell what is new from what is known. Returns itself."""
        new_kinds = {fields["id"]: fields["kind"] for fields in self.records.values()}
        for place, kind in enumerate(self.wanted):
            self.tell(CHECKING, place / len(self.wanted))
            self._compare(statement_kinds()[kind], self._judged(kind, new_kinds))
        return self

    def dry_run(self) -> None:
        """Refuse the cells that the ledger refuses, but for what is not public.

        Whoever uploads must not learn by a refusal what they may not read: that a hidden body has
        an identifier, or is somebody's member. Such a cell goes to the editors, who see why.
        Raises ValidationError if somebody was faster.
        """
        changeset = self._changeset([])
        changeset.operations = {"records": list(self.records.values()), "retires": self.retires}
        for step, sentence in changeset.dry_run(self.adds, lambda share: self.tell(TRYING, share)):
            if not self._may_be_secret(step):
                column, value = step.cells[SORTS[_sort_of(step.kind)].holds]
                self._refuse(step.table, step.row, column, value, sentence)

    def _may_be_secret(self, step: Step) -> bool:
        """Whether something that is not public may be why the ledger refuses a statement."""
        if step.kind == "identifier":
            about = {"scheme": step.values["scheme"], "value": step.values["value"]}
            return _has_secrets("identifier", about)
        about = {"record": step.values["record_id"]}
        return any(_has_secrets(kind, about) for kind in {step.kind, "trait", "arena_placement"})

    # Storing and telling

    def changesets(self) -> list[Changeset]:
        """Return the proposals: each organization with all that is said of it, in one of them.

        So nothing is retired in one proposal that waits to be said otherwise in another. No row
        points at what another row makes, so their order does not matter.
        """
        new = {fields["id"]: fields for fields in self.records.values()}
        said_of: dict[int, list[Step]] = defaultdict(list)
        lost: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for step in self.adds:
            said_of[step.values["record_id"]].append(step)
            if step.replaces is not None:
                lost[step.values["record_id"]].append((step.kind, step.replaces))
        for kind, ids in self.left.items():
            for which in ids:
                lost[self.about[self.gone[kind, which][0]].number].append((kind, which))
        changesets: list[Changeset] = []
        room = 0
        for record in dict.fromkeys([*new, *said_of, *lost]):
            if room <= 0:
                changesets.append(self._changeset([]))
                room = CHUNK
            changeset = changesets[-1]
            if record in new:
                changeset._list("records").append(new[record])
            for step in said_of[record]:
                changeset._dict("adds").setdefault(step.kind, []).append(step.values)
            for kind, which in lost[record]:
                changeset._dict("retires").setdefault(kind, []).append(which)
            room -= len(said_of[record]) + len(lost[record])
        return without_what_is_empty(changesets)

    def rows(self, table: Table) -> list[Row]:
        """Return what would become of each row of the table that is not refused."""
        cells: dict[int, list[Cell]] = defaultdict(list)
        order = {heading: place for place, heading in enumerate(table.header)}
        for step in self.adds:
            column, told = step.cells[SORTS[_sort_of(step.kind)].holds]
            before = self.was.get(step.replaces or 0, "")
            cells[step.row].append(Cell(column, before, told))
        for kind, ids in self.left.items():
            for which in ids:
                row, column, before = self.gone.get((kind, which), (0, "", ""))
                cells[row].append(Cell(column, before))
        rows = []
        created: set[int] = set()
        for number, _ in table.rows:
            subject = self.about.get(number)
            if subject is None:
                continue
            changed = sorted(cells[number], key=lambda cell: order.get(cell.column, 0))
            verdict = "updated" if changed else "unchanged"
            if subject.is_new and subject.number not in created:
                verdict = "created"
                created.add(subject.number)
            elif number in self.merged and changed:
                verdict = "merged"
            rows.append(Row(number, verdict, subject.name, subject.address, changed))
        return rows


SPLIT = ("link", "contact", "identifier")
"""Of these a cell without a number may hold several."""


@dataclass
class Plan:
    """A table as it would become of it: the import, and every row with its verdict."""

    run: Sheet
    rows: list[Row]
    blocking: list[FileProblem]
    """Why nothing of the file can be taken."""

    @property
    def tally(self) -> dict[str, int]:
        """Return how many rows would be created, merged, updated, left unchanged, refused."""
        counted = Tally(row.verdict for row in self.rows)
        verdicts = ("created", "merged", "updated", "unchanged", "refused")
        return {verdict: counted[verdict] for verdict in verdicts}

    @property
    def changes(self) -> bool:
        """Whether there is anything to propose."""
        return not self.blocking and bool(self.run.records or self.run.adds or self.run.left)


def planned(
    found: ParsedFile,
    columns: dict[str, str],
    source: Source,
    label: str,
    author=None,
    reason: str = "",
    tell: Callable[[int, float], None] | None = None,
) -> Plan:
    """Return what would become of an uploaded table. Keeps nothing.

    A row that is refused counts for nothing: the others are judged again without it. `tell` is
    told how far it has come: a step, and which share of it is done.
    """
    refused: dict[int, list[Cell]] = defaultdict(list)
    blocking = [fault for fault in found.problems if fault.row <= found.header_row]
    for fault in found.problems:
        if fault.row > found.header_row:
            refused[fault.row].append(Cell(fault.column, after=fault.value, reason=fault.reason))
    while True:
        sound = [(number, cells) for number, cells in found.table.rows if number not in refused]
        table = Table(found.table.name, found.table.header, sound)
        run = Sheet(label, source, author, reason, tell)
        run.read(table, columns)
        run.finish()
        if not run.refused():
            try:
                run.dry_run()
            except ValidationError as error:
                blocking.append(FileProblem(0, "", table.name, " ".join(error.messages)))
                break
        outcomes = run.refused()
        if not outcomes:
            break
        _note(refused, outcomes)
    rows = run.rows(table)
    names = _names(found, columns)
    rows += [
        Row(number, "refused", names.get(number, ""), cells=cells)
        for number, cells in refused.items()
    ]
    return Plan(run, sorted(rows, key=lambda row: row.number), blocking)


def _note(refused: dict[int, list[Cell]], outcomes: Iterable[Outcome]) -> None:
    for one in outcomes:
        refused[one.row].append(Cell(one.column, after=one.value, reason=one.reason))


def _names(found: ParsedFile, columns: dict[str, str]) -> dict[int, str]:
    """Return what the rows of a table call their organizations."""
    named = [heading for heading, target in columns.items() if target.startswith("name (")]
    return {
        number: next((as_meant(cells[one]) for one in named if cells[one].strip()), "")
        for number, cells in found.table.rows
    }


def _has_secrets(kind: str, about: dict[str, Any]) -> bool:
    """Whether anything of a kind is said about this that the public may not read."""
    model = statement_kinds()[kind]
    public: dict[str, Any] = {
        "tier": Tier.PUBLIC,
        "source__tier": Tier.PUBLIC,
        "record__level": Level.LISTED,
    }
    if model.object_name:
        public[f"{model.object_name}__level"] = Level.LISTED
    return model.objects.current().filter(**about).exclude(**public).exists()


def parts(things: Iterable) -> Iterator[list]:
    """Give some hundreds of these at a time: so no question to the database is endless."""
    held = iter(things)
    while some := list(islice(held, CHUNK)):
        yield some


def parts_of(cell: str, between: re.Pattern[str]) -> list[str]:
    """Return the parts of a cell that are not empty, without the spaces around them."""
    return [part for part in map(str.strip, between.split(cell)) if part]


def plain(text: str) -> str:
    """Return a text as spreadsheets leave it alone: with one kind of line end, and none at its end.

    What differs in no more than this was not changed by anybody.
    """
    return re.sub(r"\r\n?", "\n", text).strip()


def with_beginning(address: str) -> str:
    """Return a web address with its beginning, which people leave out."""
    return f"http://{address}" if HOST.fullmatch(address) else address


def marks_of(said: Iterable[tuple[Slot, str]]) -> dict[str, set[str]]:
    """Return what tells a body from another of the same name, of what is said of it.

    These are its identifiers, by their sort, and where it is on the web: the hosts of its websites
    and the domains of its e-mail addresses, but those with whom anybody gets an address. Bodies of
    one name in many cities, as Catholic Charities, often differ in these alone.
    """
    marks: dict[str, set[str]] = defaultdict(set)
    for slot, value in said:
        if slot.sort == "identifier":
            marks[str(slot)].add(value)
        elif slot == Slot("link", ("website",)):
            marks["web"].add(host_of(value))
        elif slot == Slot("contact", ("email",)):
            domains = map(domain_of, MAIL.findall(value))
            marks["web"].update(one for one in domains if provider(one) not in FREE_PROVIDERS)
    return {mark: values for mark, values in marks.items() if values}


def together(one: dict[str, set[str]], other: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the marks of both."""
    return {mark: one.get(mark, set()) | other.get(mark, set()) for mark in {*one, *other}}


def share(known: set[str], given: set[str]) -> bool:
    """Whether two sets of marks have one in common: a host is also what it is part of."""
    return any(
        one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
        for one in known
        for other in given
    )


def host_of(address: str) -> str:
    """Return whose address it is, as far as the address tells."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return (host or address).lower().removeprefix("www.")


def _subject(entry: Entry) -> Subject:
    document = json.loads(entry.document)
    return Subject(
        entry.pk,
        entry.label,
        entry.get_absolute_url(),
        held=held_in(document),
        shown={item["statement"] for item in items_of(document)},
    )


def _numbers(cell: str) -> dict[Slot, list[int]]:
    try:
        return numbers_in(cell)
    except ValueError:
        return {}


def _is_in(code: str, held: list[Held]) -> bool:
    return any(one.value == code for one in held)


def _sort_of(kind: str) -> str:
    return next(name for name, sort in SORTS.items() if sort.kind == kind)
