"""Compares an uploaded table with the catalogue: what each row and cell would change.

Two kinds of file are read. A downloaded and edited sheet has ids of records and statements: an
unchanged cell changes nothing, a changed cell replaces the statement that was in it, and a cell
that was changed meanwhile in the catalogue is refused with both texts. Any other table has names: a
row adds to the organization of that name, or creates one. A row counts as a whole or not at all,
and every row gets a verdict.

Anybody with an account may upload, so only public data is looked up here.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.changes.operations import NewRecord, reserve_ids, values_of
from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider
from orgs.pages.documents import items_of
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Level, Record
from orgs.records.slugs import new_slug, slugify_name, taken_among
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import records_by_name as records_of
from orgs.search.text import normalize_name
from orgs.statements.arena_placement import ArenaPlacement
from orgs.statements.statement import Statement, statement_kinds

from .parsed_file import FileProblem, ParsedFile
from .pipeline import (
    CHUNK,
    Import,
    Outcome,
    PlannedStatement,
    default_values,
    public_slugs_by_name,
    without_empty,
)
from .sheet_format import (
    COLUMN_TYPES,
    ID,
    KIND,
    STATEMENT_IDS,
    CurrentValue,
    Target,
    current_values,
    parse_heading,
    parse_statement_ids,
    unescape_formulas,
)

EMAIL_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
"""Part of an e-mail address, from the last character before its @."""

BARE_URL = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[:/?#]\S*)?")
"""A web address without its scheme, as people write it."""

READING, CHECKING, TRYING = 1, 2, 3
"""The steps of `plan_import`: reading the rows, validating them, trying them on the ledger."""

VALUE_SEPARATORS = re.compile(r"[;|\n]")
EMAIL_DOMAIN = re.compile(r"(?<=[^\s@<>()])@([\w.-]+\w)")
"""The domain of an e-mail address within a text."""
CODE_SEPARATORS = re.compile(r"[;|,\n]")
"""Separators of several values, and of several codes, in one cell: see `split_cell`."""


@dataclass(slots=True)
class Cell:
    """How one cell would change, or why it is refused."""

    column: str
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(slots=True)
class Row:
    """How one row would change the catalogue.

    `verdict` is created, merged (into a record of that name), updated, unchanged or refused.
    """

    number: int
    verdict: str
    name: str = ""
    address: str = ""
    cells: list[Cell] = field(default_factory=list)


class RowError(Exception):
    """A row that cannot be assigned to a record. Arguments: column, value, and what to do."""


@dataclass(eq=False, slots=True)
class Subject:
    """The record of a row, with its public statements and those that rows above add."""

    pk: int
    name: str = ""
    address: str = ""
    is_new: bool = False
    current: dict[Target, list[CurrentValue]] = field(default_factory=dict)
    added: set[tuple[Target, str]] = field(default_factory=set)
    public_statements: set[int] = field(default_factory=set)
    """The ids of all statements in its public document."""
    row_discriminators: dict[str, set[str]] = field(default_factory=dict)
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
    def discriminators(self) -> dict[str, set[str]]:
        """What tells it from a namesake: public statements and rows above."""
        public = discriminators_of(
            (target, value.value) for target, values in self.current.items() for value in values
        )
        return merge_discriminators(public, self.row_discriminators)


class SheetImport(Import):
    """An uploaded table as one import with one label."""

    def __init__(
        self,
        label: str,
        source: Source,
        author=None,
        reason: str = "",
        report_progress: Callable[[int, float], None] | None = None,
    ) -> None:
        super().__init__(label, author, reason)
        self.source = source
        self.kinds = statement_kinds()
        self.report_progress = report_progress or (lambda step, fraction: None)
        """Takes a step and the fraction of it that is done."""
        self.subjects: dict[int, Subject] = {}
        """By row number."""
        self.merged: set[int] = set()
        self.removed_cells: dict[tuple[str, int], tuple[int, str, str]] = {}
        """Row, column and text of retired statements, by their kind and id."""
        self.replaced_values: dict[int, str] = {}
        """The texts of replaced statements, by their ids."""
        self._ids_by_slug: dict[str, int] = {}

    # Reading

    def read(self, table: ParsedFile, columns: dict[str, str]) -> None:
        """Read a table.

        `columns` maps each of its headings to one of the sheet format, "" to ignore the column.
        """
        self.table = table.name
        named = {text: heading for heading, text in columns.items()}
        self.targets = {
            heading: target for heading, text in columns.items() if (target := parse_heading(text))
        }
        self._column = {name: named.get(name, "") for name in (ID, KIND, STATEMENT_IDS)}
        self._load_records(table)
        for index, (number, cells) in enumerate(table.rows):
            self.report_progress(READING, index / len(table.rows))
            try:
                self._read_row(number, cells)
            except RowError as error:
                self._refuse(self.table, number, *error.args)
        self._carry_over()

    def _load_records(self, table: ParsedFile) -> None:
        """Load all that the table names: records by id and name, old statements."""
        ids = {cells.get(self._column[ID], "").strip().lower() for _, cells in table.rows}
        entries = Entry.objects.published().of_kinds(*ACTORS)
        self._by_key: dict[Any, Subject] = {}
        for batch in batches(ids - {""}):
            self._by_key |= {
                entry.key: _load_subject(entry) for entry in entries.filter(key__in=batch)
            }
        names = {
            unescape_formulas(cells[heading]).strip()
            for _, cells in table.rows
            if not cells.get(self._column[ID], "").strip()
            for heading, target in self.targets.items()
            if target.type == "name"
        }
        ids_by_name: dict[str, set[int]] = defaultdict(set)
        for text, records in records_of(names, *ACTORS).items():
            ids_by_name[normalize_name(text)] |= records
        subjects: dict[int, Subject] = {}
        for batch in batches({pk for records in ids_by_name.values() for pk in records}):
            subjects |= {entry.pk: _load_subject(entry) for entry in entries.filter(pk__in=batch)}
        self._by_name: dict[str, list[Subject]] = {
            name: [subjects[pk] for pk in records if pk in subjects]
            for name, records in ids_by_name.items()
        }
        self._taken_slugs = taken_among(slugify_name(name) for name in names)
        self._retired_values = self._load_retired(table)
        nameless = [1 for _, cells in table.rows if not cells.get(self._column[ID], "").strip()]
        self._free_ids = iter(reserve_ids(len(nameless)))

    def _load_retired(self, table: ParsedFile) -> dict[tuple[int, int], tuple[Target, str]]:
        """The values of statements that the table names and that were retired since.

        By record and statement: the column and the text. Only public statements of listed records.
        """
        wanted: dict[str, dict[int, Target]] = defaultdict(dict)
        heading = self._column[STATEMENT_IDS]
        for _, cells in table.rows:
            subject = self._by_key.get(cells.get(self._column[ID], "").strip().lower())
            if subject is None:
                continue
            present = {statement.pk for values in subject.current.values() for statement in values}
            for target, statement_ids in _statement_ids(cells.get(heading, "")).items():
                wanted[target.kind].update(
                    {pk: target for pk in statement_ids if pk not in present}
                )
        retired: dict[tuple[int, int], tuple[Target, str]] = {}
        for kind, targets in wanted.items():
            rows = statement_kinds()[kind].objects.filter(
                pk__in=targets,
                retired__isnull=False,
                tier=Tier.PUBLIC,
                source__tier=Tier.PUBLIC,
                record__level=Level.LISTED,
            )
            for statement in rows:
                value = self._as_cell(statement, targets[statement.pk])
                if value is not None:
                    retired[statement.record_id, statement.pk] = (
                        targets[statement.pk].first,
                        value,
                    )
        return retired

    def _as_cell(self, statement: Any, target: Target) -> str | None:
        """The text of a retired statement in a cell; None if it belongs to another column."""
        column_type = COLUMN_TYPES[target.type]
        if target.type == "trait":
            return statement.term.code if statement.term.scheme == target.qualifiers[0] else None
        if any(
            getattr(statement, name) != value
            for name, value in zip(column_type.qualifiers, target.qualifiers, strict=True)
        ):
            return None
        if column_type.value_field in ("place", "partnership"):
            pk = getattr(statement, f"{column_type.value_field}_id")
            return Entry.objects.published().filter(pk=pk).values_list("slug", flat=True).first()
        return str(
            getattr(statement, "arena_id" if target.type == "arena" else column_type.value_field)
        )

    def _read_row(self, number: int, cells: dict[str, str]) -> None:
        """Raises RowError."""
        key = cells.get(self._column[ID], "").strip()
        subject = self._subject_by_id(key, cells) if key else self._subject_by_name(number, cells)
        self.subjects[number] = subject
        try:
            statement_ids = (
                parse_statement_ids(cells.get(self._column[STATEMENT_IDS], "")) if key else {}
            )
        except ValueError as error:
            message = gettext(
                "The numbers of this row were changed. Download the spreadsheet again "
                "and edit that one."
            )
            raise RowError(self._column[STATEMENT_IDS], str(error), message) from error
        for heading, target in self.targets.items():
            cell = unescape_formulas(cells[heading])
            try:
                if target.coded:
                    self._read_codes(
                        number, subject, heading, target, cell, statement_ids.get(target, [])
                    )
                else:
                    self._read_text(
                        number, subject, heading, target, cell, statement_ids.get(target, [])
                    )
            except ValidationError as error:
                self._refuse(self.table, number, heading, cell, " ".join(error.messages))

    def _subject_by_id(self, key: str, cells: dict[str, str]) -> Subject:
        """Raises RowError if the id is unknown or repeats."""
        subject = self._by_key.get(key.lower())
        heading = self._column[ID]
        if subject is None:
            message = gettext(
                "No organization here has this id. Copy the id from a downloaded sheet, or leave "
                "it empty for one that is new."
            )
            raise RowError(heading, key, message)
        if subject in self.subjects.values():
            raise RowError(heading, key, gettext("This id is also in a row above."))
        return subject

    def _subject_by_name(self, number: int, cells: dict[str, str]) -> Subject:
        """The record of a row without an id: the only one of its name, or a new one."""
        names = [
            (heading, target, text)
            for heading, target in self.targets.items()
            if target.type == "name" and (text := unescape_formulas(cells[heading]).strip())
        ]
        if not names:
            message = gettext("A row without an id needs a name. Give it one.")
            filled = next((heading for heading in cells if cells[heading].strip()), "")
            heading = next(iter(self.targets), filled)
            raise RowError(heading, cells.get(filled, ""), message)
        heading, _, name = min(names, key=lambda item: item[1].qualifiers[0] != "official")
        namesakes = self._by_name.get(normalize_name(name), [])
        if len(namesakes) > 1:
            message = gettext(
                "Several organizations have this name. Copy the id of the one that is meant from a "
                "downloaded sheet."
            )
            raise RowError(heading, name, message)
        row_discriminators = self._discriminators_in(cells)
        if namesakes:
            self._refuse_namesake(namesakes[0], name, cells, row_discriminators)
            self.merged.add(number)
            namesakes[0].row_discriminators = merge_discriminators(
                namesakes[0].row_discriminators, row_discriminators
            )
            return namesakes[0]
        kind = cells.get(self._column[KIND], "").strip() or ACTORS[0]
        if kind not in ACTORS:
            message = gettext("Write organization or partnership.")
            raise RowError(self._column[KIND], kind, message)
        subject = self._new_subject(name, kind)
        subject.row_discriminators = row_discriminators
        self._by_name.setdefault(normalize_name(name), []).append(subject)
        return subject

    def _row_values(self, cells: dict[str, str]) -> list[tuple[str, Target, str]]:
        """The values of a row that may tell it from a namesake: column, target and value."""
        return [
            (column, target.first, with_http(part) if target.type == "link" else part)
            for column, target in self.targets.items()
            for part in split_cell(unescape_formulas(cells[column]), VALUE_SEPARATORS)
        ]

    def _discriminators_in(self, cells: dict[str, str]) -> dict[str, set[str]]:
        return discriminators_of((target, value) for _, target, value in self._row_values(cells))

    def _refuse_namesake(
        self,
        subject: Subject,
        name: str,
        cells: dict[str, str],
        row_discriminators: dict[str, set[str]],
    ) -> None:
        """Raise RowError for a row of the same name that is probably another organization."""
        for kind, own_values in subject.discriminators.items():
            if not row_discriminators.get(kind) or overlap(own_values, row_discriminators[kind]):
                continue
            column = next(
                column
                for column, target, value in self._row_values(cells)
                if kind in discriminators_of([(target, value)])
            )
            message = gettext(
                "“%(name)s” is in the catalogue or in a row above with another value here: "
                "%(known)s. If they are two, give each a name of its own; if they are one, "
                "leave this cell empty."
            )
            message %= {"name": name, "known": ", ".join(sorted(own_values))}
            raise RowError(column, cells[column], message)

    def _new_subject(self, name: str, kind: str) -> Subject:
        pk = next(self._free_ids)
        slug = new_slug(name, self._taken_slugs)
        self._taken_slugs.add(slug)
        record = Record(id=pk, kind=kind, slug=slug)
        self.records[slug] = NewRecord(pk, str(record.key), kind, slug)
        return Subject(pk, name, is_new=True)

    # Cells

    def _read_text(
        self,
        number: int,
        subject: Subject,
        heading: str,
        target: Target,
        cell: str,
        statement_ids: list[int],
    ) -> None:
        """Read a cell that holds one statement."""
        if statement_ids:
            self._read_existing(number, subject, heading, target, cell, statement_ids[0])
            return
        values = split_cell(cell, VALUE_SEPARATORS) if target.type in SPLIT else [cell.strip()]
        for part in filter(None, values):
            value = with_http(part) if target.type == "link" else part
            is_known = subject.has_value(target, value)
            if target.type == "name" and number in self.merged:
                is_known = is_known or subject.has_name(value)
            if not is_known:
                self._refuse_personal(target, value)
                self._add_statement(number, subject, heading, target, value, value)

    def _read_existing(
        self,
        number: int,
        subject: Subject,
        heading: str,
        target: Target,
        cell: str,
        statement_id: int,
    ) -> None:
        """Read a cell that held a statement when the sheet was downloaded."""
        current = next(
            (value for value in subject.current.get(target.first, ()) if value.pk == statement_id),
            None,
        )
        if current is None:
            self._refuse_outdated(subject, target, cell, [statement_id])
            return
        if normalize(cell) == normalize(current.value):
            return
        self._refuse_own_voice(current)
        if not cell.strip():
            self.removed_cells[target.kind, statement_id] = (number, heading, current.value)
            self.dropped[target.kind].append(statement_id)
            return
        value = with_http(cell.strip()) if target.type == "link" else cell.strip()
        self._refuse_personal(target, value)
        self.replaced_values[statement_id] = current.value
        self._add_statement(number, subject, heading, target, value, value, statement_id)

    def _read_codes(
        self,
        number: int,
        subject: Subject,
        heading: str,
        target: Target,
        cell: str,
        statement_ids: list[int],
    ) -> None:
        """Read a cell that holds codes: add the new ones, retire the missing ones."""
        values: dict[str, Any] = {}
        for word in split_cell(cell, CODE_SEPARATORS):
            code, value = self._resolve_code(target, word)
            values[code] = value
        current = [item for item in subject.current.get(target, ()) if item.pk in statement_ids]
        lost = [pk for pk in statement_ids if pk not in {value.pk for value in current}]
        retired = {
            self._retired_values[subject.pk, pk][1] for pk in lost if self._is_retired(subject, pk)
        }
        if any(not self._is_retired(subject, pk) for pk in lost):
            self._refuse_outdated(subject, target, cell, lost)
        removed = [item for item in current if item.value not in values]
        new = [
            code
            for code in values
            if code not in retired
            and not subject.has_value(target, code)
            and not _contains(code, current)
        ]
        for item in removed:
            self._refuse_own_voice(item)
        for code in new:
            replaced = removed.pop(0) if removed else None
            if replaced is not None:
                self.replaced_values[replaced.pk] = replaced.value
            self._add_statement(
                number,
                subject,
                heading,
                target,
                code,
                values[code],
                replaced.pk if replaced else None,
            )
        for item in removed:
            self.removed_cells[target.kind, item.pk] = (number, heading, item.value)
            self.dropped[target.kind].append(item.pk)

    def _is_retired(self, subject: Subject, statement_id: int) -> bool:
        return (subject.pk, statement_id) in self._retired_values

    def _refuse_outdated(
        self, subject: Subject, target: Target, cell: str, statement_ids: list[int]
    ) -> None:
        """Raise ValidationError if both the cell and the catalogue changed since the download."""
        retired = [self._retired_values.get((subject.pk, pk)) for pk in statement_ids]
        if any(item is None or item[0] != target.first for item in retired):
            raise ValidationError(
                gettext(
                    "The catalogue does not recognize the number of this cell. Download "
                    "the spreadsheet again and edit that one."
                )
            )
        current = [item.value for item in subject.current.get(target.first, ())]
        if normalize(cell) in map(normalize, [*current, *(item[1] for item in retired if item)]):
            return
        raise ValidationError(
            gettext(
                "This was changed after you downloaded the spreadsheet. It now says "
                "“%(now)s”. Your cell says “%(typed)s”. Download the spreadsheet again "
                "and choose between the two."
            )
            % {"now": " | ".join(current) or "–", "typed": cell}
        )

    def _refuse_own_voice(self, current: CurrentValue) -> None:
        if current.voice == "own":
            raise ValidationError(
                gettext(
                    "The organization wrote this itself: “%(words)s”. It cannot be "
                    "changed here. Put your text in another column."
                )
                % {"words": current.value}
            )

    def _refuse_personal(self, target: Target, value: str) -> None:
        if target.type != "contact" and EMAIL_ADDRESS.search(value):
            raise ValidationError(
                gettext(
                    "An e-mail address would become public here. Take it out, or take this column "
                    "for contacts, which only representatives read."
                )
            )

    def _add_statement(
        self,
        number: int,
        subject: Subject,
        heading: str,
        target: Target,
        text: str,
        value: Any,
        replaces: int | None = None,
    ) -> None:
        """Plan the statement that a cell adds."""
        column_type = COLUMN_TYPES[target.type]
        model = self.kinds[column_type.kind]
        defaults, _ = default_values(model)
        value_field: Any = model._meta.get_field(column_type.value_field)
        qualifiers = (
            dict(zip(column_type.qualifiers, target.qualifiers, strict=True))
            if target.type != "trait"
            else {}
        )
        values = {
            **defaults,
            **qualifiers,
            "record_id": subject.pk,
            "source_id": self.source.pk,
            value_field.attname: value,
        }
        if column_type.kind == "name" and subject.is_new and not subject.added:
            values["preferred"] = True
        # Only these fields come from a cell; an error in any other names the field itself.
        origins = {name: (heading, part) for name, part in qualifiers.items()}
        origins |= dict.fromkeys(("record", column_type.value_field), (heading, text))
        statement = PlannedStatement(
            self.table, number, column_type.kind, values, origins, replaces=replaces
        )
        if replaces is not None:
            self.removed_cells[column_type.kind, replaces] = (
                number,
                heading,
                self.replaced_values[replaces],
            )
        self.planned[column_type.kind].append(statement)
        subject.added.add((target.first, normalize(text)))

    def _resolve_code(self, target: Target, word: str) -> tuple[str, Any]:
        """Resolve a word of a cell to its code and the value of the field."""
        if target.type == "arena":
            code = word.casefold()
            arena = ArenaPlacement._meta.get_field("arena")
            return code, self._resolve_id(arena, code)
        if target.type == "trait":
            match = self._terms[target.qualifiers[0]].get(normalize_name(word))
            if match is None:
                message = gettext(
                    "There is no term “%(word)s” in the scheme %(scheme)s. Look it up."
                )
                raise ValidationError(message % {"word": word, "scheme": target.qualifiers[0]})
            return match
        kinds = ("place",) if target.type == "place" else ("partnership",)
        match = self._find_record(word, kinds)
        if match is None:
            message = gettext(
                "“%(word)s” is not in the catalogue. Write its name or its code as its page has "
                "it, or leave it out."
            )
            raise ValidationError(message % {"word": word})
        return match

    @cached_property
    def _terms(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Code and id of every term of the schemes in the headings, by scheme and folded name."""
        schemes = {
            target.qualifiers[0] for target in self.targets.values() if target.type == "trait"
        }
        terms: dict[str, dict[str, tuple[str, int]]] = {scheme: {} for scheme in schemes}
        for term in Term.objects.filter(scheme__in=schemes):
            for name in (*term.labels.values(), term.code):
                terms[term.scheme][normalize_name(str(name))] = (term.code, term.pk)
        return terms

    def _find_record(self, word: str, kinds: tuple[str, ...]) -> tuple[str, int] | None:
        """Slug and id of the one public record of this name; None if there is none or several."""
        slugs_by_name = self._names_by_lookup.get(("sheet", kinds))
        if slugs_by_name is None:
            entries = Entry.objects.published().of_kinds(*kinds)
            self._ids_by_slug |= dict(entries.values_list("slug", "id"))
            by_slug = {slug: {slug} for slug in entries.values_list("slug", flat=True)}
            slugs_by_name = public_slugs_by_name("name", kinds) | by_slug
            self._names_by_lookup["sheet", kinds] = slugs_by_name
        slugs = slugs_by_name.get(word.lower()) or slugs_by_name.get(normalize_name(word)) or set()
        if len(slugs) != 1:
            return None
        slug = next(iter(slugs))
        return (slug, self._ids_by_slug[slug]) if slug in self._ids_by_slug else None

    def _carry_over(self) -> None:
        """Copy to a replacing statement what the cell does not say of the replaced one.

        Its type, its language, whether it is preferred, and its dates; not what belongs to the old
        source: the locator, a quotation, a note.
        """
        for kind, statements in self.planned.items():
            model = statement_kinds()[kind]
            replaced = model.objects.in_bulk(
                [statement.replaces for statement in statements if statement.replaces]
            )
            carried = {field.attname for field in model.own_fields()} | {"edtf", "preferred"}
            for statement in statements:
                if statement.replaces in replaced:
                    old_values = values_of(replaced[statement.replaces])
                    value_fields = {
                        model._meta.get_field(column_type.value_field).attname  # type: ignore[union-attr]
                        for column_type in COLUMN_TYPES.values()
                        if column_type.kind == kind
                    }
                    for name in carried - value_fields:
                        statement.values[name] = old_values[name]

    # Comparing with the catalogue

    def _comparable_statements(self, model: type[Statement], records: set[int]) -> models.QuerySet:
        """Only statements that are public: a refusal must not reveal a hidden one."""
        subjects = [subject for subject in self.subjects.values() if subject.pk in records]
        public = {pk for subject in subjects for pk in subject.public_statements}
        return model.objects.current().filter(record__in=records, pk__in=public)

    def finish(self) -> "SheetImport":
        """Validate the planned statements and compare them with the catalogue. Returns itself."""
        new_kinds = {record.id: record.kind for record in self.records.values()}
        for index, kind in enumerate(self.planned):
            self.report_progress(CHECKING, index / len(self.planned))
            self._compare(statement_kinds()[kind], self._validated(kind, new_kinds))
        return self

    def dry_run(self) -> None:
        """Refuse the cells that the ledger refuses, except where the reason may not be public.

        A refusal must not reveal to the uploader that, say, a hidden organization has an identifier
        or a membership. Such a cell goes to the editors, who see the reason. Raises ValidationError
        if another change came first.
        """
        changeset = self._changeset([])
        self._complete(changeset)
        for statement, sentence in changeset.dry_run(
            self.new_statements, lambda fraction: self.report_progress(TRYING, fraction)
        ):
            if not self._may_reveal_secret(statement):
                column, value = statement.origins[
                    COLUMN_TYPES[_type_of_kind(statement.kind)].value_field
                ]
                self._refuse(statement.table, statement.row, column, value, sentence)

    def _may_reveal_secret(self, statement: PlannedStatement) -> bool:
        """Whether the ledger may refuse a statement because of data that is not public."""
        if statement.kind == "identifier":
            criteria = {"scheme": statement.values["scheme"], "value": statement.values["value"]}
            return _has_secrets("identifier", criteria)
        criteria = {"record": statement.values["record_id"]}
        return any(
            _has_secrets(kind, criteria) for kind in {statement.kind, "trait", "arena_placement"}
        )

    # Proposals and preview

    def changesets(self) -> list[Changeset]:
        """The proposals: all statements about one organization are in one of them.

        So no proposal retires a statement whose replacement waits in another. No row refers to a
        record that another row creates, so their order does not matter.
        """
        new = {record.id: record for record in self.records.values()}
        additions: dict[int, list[PlannedStatement]] = defaultdict(list)
        retirements: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for statement in self.new_statements:
            additions[statement.values["record_id"]].append(statement)
            if statement.replaces is not None:
                retirements[statement.values["record_id"]].append(
                    (statement.kind, statement.replaces)
                )
        for kind, ids in self.dropped.items():
            for statement_id in ids:
                retirements[self.subjects[self.removed_cells[kind, statement_id][0]].pk].append(
                    (kind, statement_id)
                )
        changesets: list[Changeset] = []
        remaining = 0
        for record in dict.fromkeys([*new, *additions, *retirements]):
            if remaining <= 0:
                changesets.append(self._changeset([]))
                remaining = CHUNK
            operations = changesets[-1].operations
            if record in new:
                operations.records.append(new[record])
            for statement in additions[record]:
                operations.add(statement.kind, statement.values)
            for kind, statement_id in retirements[record]:
                operations.retire(kind, statement_id)
            remaining -= len(additions[record]) + len(retirements[record])
        return without_empty(changesets)

    def rows(self, table: ParsedFile) -> list[Row]:
        """The rows of the table that are not refused."""
        cells: dict[int, list[Cell]] = defaultdict(list)
        positions = {heading: index for index, heading in enumerate(table.header)}
        for statement in self.new_statements:
            column, text = statement.origins[
                COLUMN_TYPES[_type_of_kind(statement.kind)].value_field
            ]
            before = self.replaced_values.get(statement.replaces or 0, "")
            cells[statement.row].append(Cell(column, before, text))
        for kind, ids in self.dropped.items():
            for statement_id in ids:
                row, column, before = self.removed_cells.get((kind, statement_id), (0, "", ""))
                cells[row].append(Cell(column, before))
        rows = []
        created: set[int] = set()
        for number, _ in table.rows:
            subject = self.subjects.get(number)
            if subject is None:
                continue
            changed = sorted(cells[number], key=lambda cell: positions.get(cell.column, 0))
            verdict = "updated" if changed else "unchanged"
            if subject.is_new and subject.pk not in created:
                verdict = "created"
                created.add(subject.pk)
            elif number in self.merged and changed:
                verdict = "merged"
            rows.append(Row(number, verdict, subject.name, subject.address, changed))
        return rows


SPLIT = ("link", "contact", "identifier")
"""Types of which a cell without a statement id may hold several values."""


@dataclass
class Plan:
    """What an uploaded table would change: the import, and every row with its verdict."""

    run: SheetImport
    rows: list[Row]
    blocking: list[FileProblem]
    """Why the whole file is refused."""

    @property
    def tally(self) -> dict[str, int]:
        counted = Counter(row.verdict for row in self.rows)
        verdicts = ("created", "merged", "updated", "unchanged", "refused")
        return {verdict: counted[verdict] for verdict in verdicts}

    @property
    def changes(self) -> bool:
        """Whether there is anything to propose."""
        return not self.blocking and bool(
            self.run.records or self.run.new_statements or self.run.dropped
        )


def plan_import(
    parsed: ParsedFile,
    columns: dict[str, str],
    source: Source,
    label: str,
    author=None,
    reason: str = "",
    report_progress: Callable[[int, float], None] | None = None,
) -> Plan:
    """Work out what an uploaded table would change. Stores nothing.

    If rows are refused, the others are checked again without them. `report_progress` gets a step
    and the fraction of it that is done.
    """
    refused: dict[int, list[Cell]] = defaultdict(list)
    blocking = parsed.file_problems
    for problem in parsed.row_problems:
        refused[problem.row].append(
            Cell(problem.column, after=problem.value, reason=problem.reason)
        )
    while True:
        rows_left = [(number, cells) for number, cells in parsed.rows if number not in refused]
        table = ParsedFile(parsed.name, parsed.header, rows_left)
        sheet_import = SheetImport(label, source, author, reason, report_progress)
        sheet_import.read(table, columns)
        sheet_import.finish()
        if not sheet_import.refused():
            try:
                sheet_import.dry_run()
            except ValidationError as error:
                blocking.append(FileProblem(0, "", table.name, " ".join(error.messages)))
                break
        outcomes = sheet_import.refused()
        if not outcomes:
            break
        _add_refusals(refused, outcomes)
    rows = sheet_import.rows(table)
    names = _names_by_row(parsed, columns)
    rows += [
        Row(number, "refused", names.get(number, ""), cells=cells)
        for number, cells in refused.items()
    ]
    return Plan(sheet_import, sorted(rows, key=lambda row: row.number), blocking)


def _add_refusals(refused: dict[int, list[Cell]], outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        refused[outcome.row].append(
            Cell(outcome.column, after=outcome.value, reason=outcome.reason)
        )


def _names_by_row(parsed: ParsedFile, columns: dict[str, str]) -> dict[int, str]:
    """The name of the organization in each row."""
    name_columns = [heading for heading, target in columns.items() if target.startswith("name (")]
    return {
        number: next(
            (
                unescape_formulas(cells[heading])
                for heading in name_columns
                if cells[heading].strip()
            ),
            "",
        )
        for number, cells in parsed.rows
    }


def _has_secrets(kind: str, criteria: dict[str, Any]) -> bool:
    """Whether a statement of this kind matches and is not public."""
    model = statement_kinds()[kind]
    public: dict[str, Any] = {
        "tier": Tier.PUBLIC,
        "source__tier": Tier.PUBLIC,
        "record__level": Level.LISTED,
    }
    if model.object_name:
        public[f"{model.object_name}__level"] = Level.LISTED
    return model.objects.current().filter(**criteria).exclude(**public).exists()


def batches(items: Iterable) -> Iterator[list]:
    """Yield lists of `CHUNK` items, so that no query gets too long."""
    iterator = iter(items)
    while batch := list(islice(iterator, CHUNK)):
        yield batch


def split_cell(cell: str, between: re.Pattern[str]) -> list[str]:
    """The non-empty parts of a cell, stripped."""
    return [part for part in map(str.strip, between.split(cell)) if part]


def normalize(text: str) -> str:
    """A text with one kind of line end and none at its end, as spreadsheets leave it.

    Texts that differ in no more than this were not edited.
    """
    return re.sub(r"\r\n?", "\n", text).strip()


def with_http(address: str) -> str:
    """Add the http:// that people leave out."""
    return f"http://{address}" if BARE_URL.fullmatch(address) else address


def discriminators_of(values: Iterable[tuple[Target, str]]) -> dict[str, set[str]]:
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


def merge_discriminators(
    first: dict[str, set[str]], second: dict[str, set[str]]
) -> dict[str, set[str]]:
    return {kind: first.get(kind, set()) | second.get(kind, set()) for kind in {*first, *second}}


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


def _load_subject(entry: Entry) -> Subject:
    document = json.loads(entry.document)
    return Subject(
        entry.pk,
        entry.label,
        entry.get_absolute_url(),
        current=current_values(document),
        public_statements={item["statement"] for item in items_of(document)},
    )


def _statement_ids(cell: str) -> dict[Target, list[int]]:
    try:
        return parse_statement_ids(cell)
    except ValueError:
        return {}


def _contains(code: str, values: list[CurrentValue]) -> bool:
    return any(value.value == code for value in values)


def _type_of_kind(kind: str) -> str:
    return next(name for name, column_type in COLUMN_TYPES.items() if column_type.kind == kind)
