"""Finds the organization of each row of a sheet: by its id, by its name, or a new one.

Anybody with an account may upload, so only public data is looked up here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from orgs.changes.operations import NewRecord, reserve_ids
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import Level, Record
from orgs.records.slugs import new_slug, slugify_name, taken_among
from orgs.records.source import Tier
from orgs.search.resolver import records_by_name
from orgs.search.text import normalize_name
from orgs.statements.statement import statement_kinds

from .cell_parts import CellParts
from .parsed_file import ParsedFile
from .plan import CHUNK, ImportPlan, Remedy
from .sheet_format import (
    COLUMN_TYPES,
    ID,
    KIND,
    STATEMENT_IDS,
    Target,
    parse_heading,
    parse_statement_ids,
    unescape_formulas,
)
from .subjects import (
    Discriminators,
    Subject,
    differing_kind,
    discriminators_of,
    merge_discriminators,
)
from .values import VALUE_SEPARATORS, split_cell, with_https

ROW_ID = " id"
"""Where a row has the id that the owner of a file chose for it; no heading begins with a space."""

NEW = "new"
"""An id of a row about an organization that has the name of another one."""

KIND_WORDS = {
    "organization": "organization organisation association ngo npo nonprofit charity foundation "
    "organización asociación fundación ong منظمة جمعية",
    "partnership": "partnership network coalition alliance red coalición alianza شبكة تحالف",
}
"""What people call the kinds of organizations."""


class RowError(Exception):
    """A row that cannot be assigned to a record.

    Arguments: column, value, what to do, and the remedy, if there is one.
    """


class SheetColumns:
    """What the columns of a file mean.

    `columns` maps each of its headings to one of the sheet format, "" to ignore the column.
    """

    def __init__(self, columns: dict[str, str]) -> None:
        self.parts = CellParts()
        headings = {text: heading for heading, text in columns.items()}
        self.targets = {
            heading: target for heading, text in columns.items() if (target := parse_heading(text))
        }
        self.id, self.kind, self.statement_ids = (
            headings.get(name, "") for name in (ID, KIND, STATEMENT_IDS)
        )

    @property
    def new_name(self) -> Target:
        """The type and language of the names of networks that the file adds."""
        names = (target for target in self.targets.values() if target.type == "name")
        language = next((target.qualifiers[1] for target in names), "und")
        return Target("name", ("official", language))

    def names(self, cells: dict[str, str]) -> list[tuple[str, Target, str]]:
        """The names in a row: heading, target and text."""
        return [
            (heading, target, text)
            for heading, target in self.targets.items()
            if target.type == "name" and (text := unescape_formulas(cells[heading]).strip())
        ]

    def row_id(self, cells: dict[str, str]) -> str:
        return (cells.get(ROW_ID) or cells.get(self.id, "")).strip()

    def ids_of_statements(self, cells: dict[str, str]) -> dict[Target, list[int]]:
        """Raises ValueError if the cell was changed."""
        return parse_statement_ids(cells.get(self.statement_ids, ""))

    def values(self, cells: dict[str, str]) -> list[tuple[str, Target, str]]:
        """The values of a row that may tell it from a namesake: heading, target and value."""
        return [
            (heading, target.first, with_https(part) if target.type == "link" else part)
            for heading, target in self.targets.items()
            for part in split_cell(unescape_formulas(cells[heading]), VALUE_SEPARATORS)
        ]

    def discriminators(self, cells: dict[str, str]) -> Discriminators:
        return discriminators_of((target, value) for _, target, value in self.values(cells))


class SheetRecords:
    """The organizations that the rows of a sheet name, and the new ones that it makes."""

    def __init__(self, plan: ImportPlan, table: ParsedFile, columns: SheetColumns) -> None:
        self.plan = plan
        self.columns = columns
        self.by_row: dict[int, Subject] = {}
        self.merged: set[int] = set()
        """Rows that add to an organization of their name."""
        self._used: set[int] = set()
        self._by_key: dict[str, Subject] = {}
        self._by_name: dict[str, list[Subject]] = {}
        self.new_networks: dict[str, Subject] = {}
        """By folded name."""
        self._load(table)
        self.retired = self._load_retired(table)
        """The column and the text of statements that were retired since, by record and id."""

    def _load(self, table: ParsedFile) -> None:
        rows = [cells for _, cells in table.rows]
        entries = Entry.objects.published().of_kinds(*ACTOR_KINDS)
        for batch in batches({self.columns.row_id(cells).lower() for cells in rows} - {""}):
            self._by_key |= {
                str(entry.key): Subject.load(entry) for entry in entries.filter(key__in=batch)
            }
        nameless = [cells for cells in rows if self.columns.row_id(cells) in ("", NEW)]
        self._free_ids = iter(reserve_ids(len(nameless)))
        names = {text for cells in nameless for _, _, text in self.columns.names(cells)}
        ids_by_name: dict[str, set[int]] = defaultdict(set)
        for text, records in records_by_name(names, *ACTOR_KINDS).items():
            ids_by_name[normalize_name(text)] |= records
        subjects: dict[int, Subject] = {}
        for batch in batches({pk for records in ids_by_name.values() for pk in records}):
            subjects |= {entry.pk: Subject.load(entry) for entry in entries.filter(pk__in=batch)}
        self._by_name = {
            name: [subjects[pk] for pk in records if pk in subjects]
            for name, records in ids_by_name.items()
        }
        # Of hidden records, too: a new one must get another slug, not an error that tells of them.
        new_names = names | self._networks_named(rows)
        self._taken_slugs = taken_among({slugify_name(name) for name in new_names})

    def _networks_named(self, rows: list[dict[str, str]]) -> set[str]:
        """The words in columns of networks: a file may be the first to name them."""
        return {
            word
            for heading, target in self.columns.targets.items()
            if COLUMN_TYPES[target.type].value_field == "partnership"
            for cells in rows
            for word in self.columns.parts.of(target, unescape_formulas(cells[heading]))
        }

    def _load_retired(self, table: ParsedFile) -> dict[tuple[int, int], tuple[Target, str]]:
        """The values of statements that the table names and that were retired since.

        By record and statement: the column and the text. Only public statements of listed records.
        """
        wanted: dict[str, dict[int, Target]] = defaultdict(dict)
        for _, cells in table.rows:
            subject = self._by_key.get(self.columns.row_id(cells).lower())
            if subject is None:
                continue
            present = {statement.pk for values in subject.current.values() for statement in values}
            for target, statement_ids in self._statement_ids(cells).items():
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
                value = _as_cell(statement, targets[statement.pk])
                if value is not None:
                    retired[statement.record_id, statement.pk] = (
                        targets[statement.pk].first,
                        value,
                    )
        return retired

    def _statement_ids(self, cells: dict[str, str]) -> dict[Target, list[int]]:
        try:
            return self.columns.ids_of_statements(cells)
        except ValueError:
            return {}

    def find(self, number: int, cells: dict[str, str]) -> Subject:
        """The record of a row. Raises RowError."""
        key = self.columns.row_id(cells)
        if key and key != NEW:
            subject = self._find_by_id(key)
        else:
            subject = self._find_by_name(number, cells, is_new=key == NEW)
        self.by_row[number] = subject
        self._used.add(subject.pk)
        return subject

    def _find_by_id(self, key: str) -> Subject:
        """Raises RowError if the id is unknown or repeats."""
        subject = self._by_key.get(key.lower())
        heading = self.columns.id
        if subject is None:
            message = gettext(
                "No organization here has this id. Copy the id from a downloaded sheet, or leave "
                "it empty for one that is new."
            )
            raise RowError(heading, key, message)
        if subject.pk in self._used:
            raise RowError(heading, key, gettext("This id is also in a row above."))
        return subject

    def _find_by_name(self, number: int, cells: dict[str, str], is_new: bool) -> Subject:
        """The record of a row without an id: the only one of its name, or a new one."""
        names = self.columns.names(cells)
        if not names:
            message = gettext("A row without an id needs a name. Give it one.")
            headings = [h for h, target in self.columns.targets.items() if target.type == "name"]
            heading = next(iter((*headings, *self.columns.targets, *cells)), "")
            raise RowError(heading, "", message)
        heading, _, name = min(names, key=lambda item: item[1].qualifiers[0] != "official")
        row_discriminators = self.columns.discriminators(cells)
        namesakes = [] if is_new else self._by_name.get(normalize_name(name), [])
        if len(namesakes) > 1:
            message = gettext("Several organizations have this name. Choose the one that is meant.")
            raise RowError(heading, name, message, self._which(namesakes))
        if namesakes:
            self._refuse_namesake(namesakes[0], name, cells, row_discriminators)
            self.merged.add(number)
            namesakes[0].row_discriminators = merge_discriminators(
                namesakes[0].row_discriminators, row_discriminators
            )
            return namesakes[0]
        subject = self.new_subject(name, self._kind_of(cells))
        subject.row_discriminators = row_discriminators
        self._by_name.setdefault(normalize_name(name), []).append(subject)
        return subject

    def _kind_of(self, cells: dict[str, str]) -> str:
        """The kind of the record of a row. Raises RowError."""
        word = cells.get(self.columns.kind, "").strip()
        kind = _kind_called(word) if word else ACTOR_KINDS[0]
        if kind:
            return kind
        message = gettext("Write organization or partnership.")
        choices = tuple((kind, str(Kind(kind).label)) for kind in ACTOR_KINDS)
        raise RowError(self.columns.kind, word, message, Remedy(choices))

    def _which(self, namesakes: list[Subject]) -> Remedy:
        """The choice between these organizations and another one of their name."""
        entries = Entry.objects.published().in_bulk([subject.pk for subject in namesakes])
        choices = [
            (str(entry.key), " · ".join(filter(None, (entry.label, entry.slug))))
            for entry in entries.values()
        ]
        another = (NEW, gettext("another organization of this name"))
        return Remedy((*choices, another), heading=ROW_ID)

    def _refuse_namesake(
        self,
        subject: Subject,
        name: str,
        cells: dict[str, str],
        row_discriminators: dict[str, set[str]],
    ) -> None:
        """Raise RowError for a row of the same name that is probably another organization."""
        known = subject.discriminators
        if kind := differing_kind(known, row_discriminators):
            column = next(
                column
                for column, target, value in self.columns.values(cells)
                if kind in discriminators_of([(target, value)])
            )
            message = gettext(
                "“%(name)s” is in the catalogue or in a row above with another value here: "
                "%(known)s. Choose whether they are one."
            )
            message %= {"name": name, "known": ", ".join(sorted(known[kind]))}
            raise RowError(column, cells[column], message, self._which([subject]))

    def new_subject(self, name: str, kind: str) -> Subject:
        """A new record of this name."""
        pk = next(self._free_ids, None) or reserve_ids(1)[0]
        slug = new_slug(name, self._taken_slugs)
        self._taken_slugs.add(slug)
        record = Record(id=pk, kind=kind, slug=slug)
        self.plan.records[slug] = NewRecord(pk, str(record.key), kind, slug)
        subject = Subject(pk, name, is_new=True, slug=slug)
        if kind == Kind.PARTNERSHIP:
            self.new_networks.setdefault(normalize_name(name), subject)
        return subject


def is_network(word: str) -> bool:
    """Whether a cell with a kind says that its row is a network."""
    return _kind_called(word) == Kind.PARTNERSHIP


def _kind_called(word: str) -> str:
    """The kind that people call so; "" if none."""
    words = {name: kind for kind, names in KIND_WORDS.items() for name in names.split()}
    return words.get(word.strip().casefold(), "")


def _as_cell(statement: Any, target: Target) -> str | None:
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


def batches(items: Iterable) -> Iterator[list]:
    """Yield lists of `CHUNK` items, so that no query gets too long."""
    iterator = iter(items)
    while batch := list(islice(iterator, CHUNK)):
        yield batch
