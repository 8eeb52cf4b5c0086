"""Reads a sheet that people edit: the statements that its cells add, replace and retire.

Two kinds of file are read. A downloaded and edited sheet has ids of records and statements: an
unchanged cell changes nothing, a changed cell replaces the statement that was in it, and a cell
that was changed meanwhile in the catalogue is refused with both texts. Any other table has names: a
row adds to the organization of that name, or creates one.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from orgs.changes.operations import values_of
from orgs.records.arena import Arena
from orgs.records.kinds import Kind
from orgs.records.written_dates import day_comes_first, to_edtf
from orgs.statements.identifier import ContactKind
from orgs.statements.statement import statement_kinds

from .file_source import FileSource
from .lookups import Lookups
from .parsed_file import ParsedFile
from .place_cells import PlaceContext
from .plan import (
    ImportPlan,
    PlannedStatement,
    ReportProgress,
    Retirement,
    Step,
    default_values,
)
from .repairs import Repairs
from .sheet_format import COLUMN_TYPES, CurrentValue, Target, unescape_formulas
from .sheet_records import RowError, SheetColumns, SheetRecords, is_network
from .sheet_vocabulary import SheetNetworks, SheetTerms, find_arena, remedy_of
from .subjects import Subject, normalize
from .values import (
    is_blank,
    refuse_damaged,
    refuse_email_address,
    require_email_address,
    with_https,
)


class SheetCell(NamedTuple):
    """A cell, with the record of its row and the statements that it held when downloaded."""

    row: int
    heading: str
    target: Target
    text: str
    subject: Subject
    statement_ids: list[int]
    countries: frozenset[str] = frozenset()
    """Where other places of the row or column are, by code of ISO 3166-1."""


class SheetReader:
    """Adds to a plan what the cells of a sheet change."""

    def __init__(
        self,
        plan: ImportPlan,
        table: ParsedFile,
        columns: SheetColumns,
        source: FileSource,
        repairs: Repairs,
        unchanged: Collection[tuple[int, str]] = (),
    ) -> None:
        """`unchanged`: cells, by row and heading, that keep the statements which they had."""
        self.plan = plan
        self.table = table
        self.source = source
        self.columns = columns
        self.repairs = repairs
        self.unchanged = unchanged
        self.records = SheetRecords(plan, table, self.columns)
        self.arenas = list(Arena.objects.all())
        self.terms = SheetTerms(plan, Lookups(plan.places), columns)
        self.networks = SheetNetworks(self.records)
        self.failed_rows: set[int] = set()
        """Rows of which it is not known what organization they are about."""
        self.removed_cells: dict[int, tuple[int, str, str]] = {}
        """Row, column and text of statements that are retired, by their ids."""
        self.blanks: Counter[str] = Counter()
        """Cells with a word that says that they are empty."""
        self._day_first: dict[str, bool | None] = {}
        """For each column of dates, whether the day comes before the month."""
        self.places = PlaceContext(table, self.columns)

    def read(self, report_progress: ReportProgress) -> None:
        """Read all rows, networks first: others may be their members."""
        kind = self.columns.kind
        rows = sorted(self.table.rows, key=lambda row: not is_network(row[1].get(kind, "")))
        for index, (number, cells) in enumerate(rows):
            report_progress(Step.READING, index / len(self.table.rows))
            try:
                self._read_row(number, cells)
            except RowError as error:
                self.failed_rows.add(number)
                self.plan.refuse(self.table.name, number, *error.args)
        self._carry_over()
        self._create_source()
        # Only what is public: a refusal must not reveal a hidden statement.
        subjects = self.records.by_row.values()
        self.plan.readable = {pk for subject in subjects for pk in subject.public_statements}

    def _create_source(self) -> None:
        change = self.source.reference_change()
        if change is not None and any(self.plan.planned.values()):
            self.plan.references.append(change)
            self.plan.reference_origins[change.id] = self.table.name, 0, {}

    def _read_row(self, number: int, cells: dict[str, str]) -> None:
        """Raises RowError."""
        subject = self.records.find(number, cells)
        has_id = bool(self.columns.row_id(cells))
        try:
            statement_ids = self.columns.ids_of_statements(cells) if has_id else {}
        except ValueError as error:
            message = gettext(
                "The numbers of this row were changed. Download the spreadsheet again "
                "and edit that one."
            )
            raise RowError(self.columns.statement_ids, str(error), message) from error
        for heading, target in self.columns.targets.items():
            if (number, heading) in self.unchanged and target in statement_ids:
                continue
            text = unescape_formulas(cells[heading])
            if not has_id and target.type != "name" and is_blank(text):
                self.blanks[text.strip()] += 1
                continue
            if not has_id and target.type == "place":
                text = self.places.narrowest(heading, cells)
            countries = self.places.of(heading, cells)
            cell = SheetCell(
                number, heading, target, text, subject, statement_ids.get(target, []), countries
            )
            try:
                if target.coded:
                    self._read_codes(cell)
                elif cell.statement_ids:
                    self._read_existing(cell, cell.statement_ids[0])
                else:
                    self._read_text(cell)
            except ValidationError as error:
                self._refuse(cell, text, error)

    def _refuse(self, cell: SheetCell, text: str, error: ValidationError) -> None:
        reason, remedy = " ".join(error.messages), remedy_of(error)
        self.plan.refuse(self.table.name, cell.row, cell.heading, text, reason, remedy)

    def _read_text(self, cell: SheetCell) -> None:
        """Read a cell that holds new statements."""
        target, subject = cell.target, cell.subject
        for part in self.columns.parts.of(target, cell.text):
            try:
                value = self._cleaned(cell, part)
                is_known = subject.has_value(target, value)
                if target.type == "name" and cell.row in self.records.merged:
                    is_known = is_known or subject.has_name(value)
                if not is_known:
                    self._add_text(cell, value)
            except ValidationError as error:
                self._refuse(cell, part, error)

    def _cleaned(self, cell: SheetCell, text: str) -> str:
        """A web address with its https://, a date as EDTF. Raises ValidationError."""
        if cell.target.type == "link":
            return with_https(text)
        if cell.target.type == "date":
            if cell.heading not in self._day_first:
                column = (cells[cell.heading] for _, cells in self.table.rows)
                self._day_first[cell.heading] = day_comes_first(column)
            of_column = self._day_first[cell.heading]
            return to_edtf(text, self.repairs.day_first if of_column is None else of_column)
        return text

    def _add_text(self, cell: SheetCell, value: str, replaced: CurrentValue | None = None) -> None:
        refuse_damaged(value)
        if cell.target.type != "contact":
            refuse_email_address(value)
        elif cell.target.qualifiers == (ContactKind.EMAIL,):
            require_email_address(value)
        self._add_statement(cell, value, value, replaced)

    def _read_existing(self, cell: SheetCell, statement_id: int) -> None:
        """Read a cell that held a statement when the sheet was downloaded."""
        target, subject = cell.target, cell.subject
        current = next(
            (value for value in subject.current.get(target.first, ()) if value.pk == statement_id),
            None,
        )
        if current is None:
            self._refuse_outdated(cell, [statement_id])
        elif normalize(text := self._cleaned(cell, cell.text.strip())) != normalize(current.value):
            _refuse_own_voice(current)
            if text:
                self._add_text(cell, text, current)
            else:
                self._remove(cell, current)

    def _read_codes(self, cell: SheetCell) -> None:
        """Read a cell that holds codes: add the new ones, retire the missing ones."""
        subject, target = cell.subject, cell.target
        values = self._resolve_codes(cell)
        current = [
            item for item in subject.current.get(target, ()) if item.pk in cell.statement_ids
        ]
        lost = [pk for pk in cell.statement_ids if pk not in {value.pk for value in current}]
        retired = [self.records.retired.get((subject.pk, pk)) for pk in lost]
        if not all(retired):
            self._refuse_outdated(cell, lost)
        known = {item[1] for item in retired if item} | {item.value for item in current}
        removed = [item for item in current if item.value not in values]
        for item in removed:
            _refuse_own_voice(item)
        for code, (word, value) in values.items():
            if code not in known and not subject.has_value(target, code):
                replaced = removed.pop(0) if removed else None
                self._add_statement(cell, word, value, replaced, code)
        for item in removed:
            self._remove(cell, item)

    def _remove(self, cell: SheetCell, current: CurrentValue) -> None:
        self.removed_cells[current.pk] = (cell.row, cell.heading, current.value)
        self.plan.dropped.append(Retirement(cell.target.kind, current.pk, cell.subject.pk))

    def _refuse_outdated(self, cell: SheetCell, statement_ids: list[int]) -> None:
        """Raise ValidationError if both the cell and the catalogue changed since the download."""
        target = cell.target.first
        retired = [self.records.retired.get((cell.subject.pk, pk)) for pk in statement_ids]
        if any(item is None or item[0] != target for item in retired):
            raise ValidationError(
                gettext(
                    "The catalogue does not recognize the number of this cell. Download "
                    "the spreadsheet again and edit that one."
                )
            )
        current = [item.value for item in cell.subject.current.get(target, ())]
        if normalize(cell.text) in map(
            normalize, [*current, *(item[1] for item in retired if item)]
        ):
            return
        raise ValidationError(
            gettext(
                "This was changed after you downloaded the spreadsheet. It now says "
                "“%(now)s”. Your cell says “%(typed)s”. Download the spreadsheet again "
                "and choose between the two."
            )
            % {"now": " | ".join(current) or "–", "typed": cell.text}
        )

    def _add_statement(
        self,
        cell: SheetCell,
        text: str,
        value: Any,
        replaced: CurrentValue | None = None,
        code: str = "",
    ) -> None:
        """`code`: what `text` stands for, in a cell of codes."""
        subject, target = cell.subject, cell.target
        column_type = COLUMN_TYPES[target.type]
        model = statement_kinds()[column_type.kind]
        value_field: Any = model._meta.get_field(column_type.value_field)
        qualifiers = (
            dict(zip(column_type.qualifiers, target.qualifiers, strict=True))
            if target.type != "trait"
            else {}
        )
        values = {
            **default_values(model)[0],
            **qualifiers,
            "record_id": subject.pk,
            "source_id": self.source.pk,
            value_field.attname: value,
        }
        if column_type.kind == "name" and subject.is_new and not subject.added:
            values["preferred"] = True
        # Only these fields come from a cell; an error in any other names the field itself.
        origins = {name: (cell.heading, part) for name, part in qualifiers.items()}
        origins |= dict.fromkeys(("record", column_type.value_field), (cell.heading, text))
        written = (cell.heading, text)
        statement = PlannedStatement(
            self.table.name, cell.row, column_type.kind, values, origins, written, code
        )
        if replaced is not None:
            statement.replaces = replaced.pk
            self.removed_cells[replaced.pk] = (cell.row, cell.heading, replaced.value)
        self.plan.planned[column_type.kind].append(statement)
        subject.added.add((target.first, normalize(code or text)))

    def _resolve_codes(self, cell: SheetCell) -> dict[str, tuple[str, Any]]:
        """The word of a cell and the value of the field, for each code.

        A word that means nothing is refused. Raises ValidationError if the cell had statements:
        half of it would retire some of them.
        """
        values: dict[str, tuple[str, Any]] = {}
        for word in self.columns.parts.of(cell.target, cell.text):
            try:
                code, value = self._resolve_code(cell, word)
            except ValidationError as error:
                if cell.statement_ids:
                    raise
                self._refuse(cell, word, error)
            else:
                values[code] = word, value
        return values

    def _resolve_code(self, cell: SheetCell, word: str) -> tuple[str, Any]:
        """Resolve a word of a cell to its code and the value of the field."""
        target = cell.target
        if target.type == "arena":
            code = find_arena(word, self.arenas)
            return code, code
        if target.type == "place":
            pk, slug = self.plan.places.resolve(word, cell.countries)
            return slug, pk
        is_new = (cell.heading, word) in self.repairs.new
        if target.type == "trait":
            return self.terms.find(target.qualifiers[0], word, is_new)
        if found := self.networks.find(word, is_new):
            return found
        subject = self.records.new_subject(word, Kind.PARTNERSHIP)
        named = cell._replace(target=self.columns.new_name, subject=subject, statement_ids=[])
        self._add_text(named, word)
        return subject.slug, subject.pk

    def _carry_over(self) -> None:
        """Copy to a replacing statement what the cell does not say of the replaced one.

        Its type, its language, whether it is preferred, and its dates; not what belongs to the old
        source: the locator, a quotation, a note.
        """
        for kind, statements in self.plan.planned.items():
            model = statement_kinds()[kind]
            replaced = model.objects.in_bulk(
                [statement.replaces for statement in statements if statement.replaces]
            )
            in_cells = {
                column_type.value_field
                for column_type in COLUMN_TYPES.values()
                if column_type.kind == kind
            }
            carried = {"edtf", "preferred"} - in_cells
            carried |= {field.attname for field in model.own_fields() if field.name not in in_cells}
            for statement in statements:
                if statement.replaces in replaced:
                    old_values = values_of(replaced[statement.replaces])
                    statement.values |= {name: old_values[name] for name in carried}


def _refuse_own_voice(current: CurrentValue) -> None:
    """Raise ValidationError for what the organization states itself."""
    if current.voice == "own":
        raise ValidationError(
            gettext(
                "The organization wrote this itself: “%(words)s”. It cannot be "
                "changed here. Put your text in another column."
            )
            % {"words": current.value}
        )
