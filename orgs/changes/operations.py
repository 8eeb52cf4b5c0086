"""The operations of a changeset: what accepting it does to the ledger.

They are stored as JSON in `Changeset.operations`, one section for each type of operation. Only this
module knows that form; everything else uses the attributes of `Operations`.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.fields.json import KeyTransform

from orgs.records.source import Source
from orgs.sql import fetch_column
from orgs.statements.statement import Statement, statement_kinds

Row = dict[str, Any]
"""A statement as values by column. Which columns there are depends on the kind."""


@dataclass
class NewRecord:
    """Create a record. Its id and key are reserved."""

    id: int
    key: str
    kind: str
    slug: str


@dataclass
class ReferenceChange:
    """Create (`before` is None), change or delete (`after` is None) a source, term or citation."""

    table: str
    id: int
    before: Row | None
    after: Row | None

    @property
    def creates(self) -> bool:
        return self.before is None

    @property
    def values(self) -> Row:
        """Old and new values of the columns that it changes; new ones win."""
        return {**(self.before or {}), **(self.after or {})}

    def reverse(self) -> "ReferenceChange":
        return ReferenceChange(self.table, self.id, self.after, self.before)


@dataclass
class TierChange:
    """Change who may read a statement or a source, in past states of the catalogue as well.

    `table` is a kind of statement or "source"; `before` and `after` are tiers.
    """

    table: str
    id: int
    before: int
    after: int

    @property
    def of_source(self) -> bool:
        return self.table == "source"

    @property
    def model(self) -> type[Statement] | type[Source]:
        return Source if self.of_source else statement_kinds()[self.table]


@dataclass
class RecordChange:
    """Change columns of a record. A record with a `successor_id` has been merged into it."""

    id: int
    before: Row
    after: Row

    def reverse(self) -> "RecordChange":
        return RecordChange(self.id, self.after, self.before)


@dataclass
class Redaction:
    """Erase the reason of the accepted change with this number, for good."""

    number: int


@dataclass
class Operations:
    """All operations of a changeset, in the order in which they are applied.

    `retires` holds the ids of statements, by kind; `adds` the rows of new ones, by kind.
    """

    records: list[NewRecord] = field(default_factory=list)
    references: list[ReferenceChange] = field(default_factory=list)
    retires: dict[str, list[int]] = field(default_factory=dict)
    adds: dict[str, list[Row]] = field(default_factory=dict)
    restricts: list[TierChange] = field(default_factory=list)
    record_changes: list[RecordChange] = field(default_factory=list)
    redactions: list[Redaction] = field(default_factory=list)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Operations":
        """Raises TypeError for JSON with other sections or fields."""
        parsed: dict[str, Any] = {
            section: [OPERATIONS[section](**fields) for fields in value]
            if section in OPERATIONS
            else value
            for section, value in content.items()
        }
        return cls(**parsed)

    def as_json(self) -> dict[str, Any]:
        """Sections without operations are left out."""
        return {
            section: [asdict(operation) for operation in value] if section in OPERATIONS else value
            for section, value in vars(self).items()
            if value
        }

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def fingerprint(self) -> str:
        """A hash to check that a preview still shows these operations."""
        return hashlib.sha256(json.dumps(self.as_json()).encode()).hexdigest()

    @property
    def types(self) -> set[str]:
        """The names of the sections that hold operations."""
        return {section for section, value in vars(self).items() if value}

    @property
    def created_records(self) -> set[int]:
        return {record.id for record in self.records}

    def added_rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the kind and the row of each new statement."""
        for kind, rows in self.adds.items():
            for row in rows:
                yield kind, row

    def add(self, kind: str, row: Row) -> None:
        self.adds.setdefault(kind, []).append(row)

    def retire(self, kind: str, pk: int) -> None:
        self.retires.setdefault(kind, []).append(pk)

    def split(self, chosen: dict[str, Any]) -> tuple["Operations", "Operations"]:
        """The chosen operations, and the others.

        `chosen` holds positions, but ids of retired statements: {"adds": {"name": [0, 2]},
        "retires": {"name": [17]}, "records": [0]}.
        """
        taken, rest = Operations(), Operations()
        for section in OPERATIONS:
            picked = set(chosen.get(section, ()))
            for position, operation in enumerate(getattr(self, section)):
                getattr(taken if position in picked else rest, section).append(operation)
        for kind, rows in self.adds.items():
            picked = set(chosen.get("adds", {}).get(kind, ()))
            for position, row in enumerate(rows):
                (taken if position in picked else rest).add(kind, row)
        for kind, ids in self.retires.items():
            picked = set(chosen.get("retires", {}).get(kind, ()))
            for pk in ids:
                (taken if pk in picked else rest).retire(kind, pk)
        return taken, rest

    def referenced_ids(self) -> set[int]:
        """Ids of the records and sources that the operations are about or point at.

        Statements to retire are looked up, so this is read before they are retired.
        """
        ids: set[int | None] = set()
        for kind, model in statement_kinds().items():
            object_column = model.column_of(model.object_name)
            columns = [
                name for name in ("record_id", object_column, "speaker_id", "source_id") if name
            ]
            for row in self.adds.get(kind, ()):
                ids.update(row[name] for name in columns)
            if retired := self.retires.get(kind):
                for values in model.objects.filter(pk__in=retired).values_list(*columns):
                    ids.update(values)
        for change in self.restricts:
            if not change.of_source:
                rows = change.model._default_manager.filter(pk=change.id)
                ids.update(rows.values_list("record_id", flat=True))
        changes: list[ReferenceChange | RecordChange] = [*self.references, *self.record_changes]
        for operation in changes:
            for values in (operation.before or {}, operation.after or {}):
                ids.update(values.get(name) for name in ("published_by_id", "successor_id"))
        return {pk for pk in ids if pk}

    def shown_elsewhere(self) -> set[int]:
        """Ids of changed records, sources and terms, which other entries display."""
        return {
            *(change.id for change in self.restricts if change.of_source),
            *(change.id for change in self.record_changes),
            *(
                change.id
                for change in self.references
                if change.before and change.table != "citation"
            ),
        }

    def statement_kinds(self) -> set[str] | None:
        """The kinds of statement that are added or retired.

        None if a tier, a record or an existing reference changes as well.
        """
        if (
            self.restricts
            or self.record_changes
            or any(not change.creates for change in self.references)
        ):
            return None
        return {*self.adds, *self.retires}


OPERATIONS: dict[str, type] = {
    "records": NewRecord,
    "references": ReferenceChange,
    "restricts": TierChange,
    "record_changes": RecordChange,
    "redactions": Redaction,
}
"""The operations that are listed one by one. Statements are listed by kind."""


if TYPE_CHECKING:
    OperationsJSON = models.JSONField[Operations, Operations]
else:
    OperationsJSON = models.JSONField


class OperationsField(OperationsJSON):
    def deconstruct(self) -> Any:
        """For migrations it is the JSON field that it is in the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, {**kwargs, "default": dict}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        content = super().from_db_value(value, expression, connection)
        if content is None or isinstance(expression, KeyTransform):
            return content
        return Operations.from_json(content)

    def to_python(self, value: Any) -> Any:
        content = super().to_python(value)
        return Operations.from_json(content) if isinstance(content, dict) else content

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        content = value.as_json() if isinstance(value, Operations) else value
        return super().get_db_prep_value(content, connection, prepared)

    def value_to_string(self, obj: Any) -> Any:
        return self.value_from_object(obj).as_json()


class Conflict(Exception):
    """Another change came first: what a changeset would change is no longer there.

    `gone` holds the statements to retire that are already retired.
    """

    def __init__(self, message: str, gone: Iterable[Statement] = ()) -> None:
        super().__init__(message)
        self.gone = list(gone)


# Values -------------------------------------------------------------------------------------------


def reserve_ids(count: int) -> list[int]:
    """Take numbers from the catalogue's sequence."""
    return fetch_column(
        "SELECT nextval('orgs_catalogue_number') FROM generate_series(1, %s)", (count,)
    )


def statement_row(statement: Statement) -> Row:
    """A statement of the ledger as a row of a proposal, not yet converted to JSON."""
    return {
        field.attname: getattr(statement, field.attname) for field in statement.operation_fields()
    }


def values_of(statement: Statement) -> Row:
    """The values of a statement as `Changeset.add` takes them: its row without the record."""
    return {name: value for name, value in statement_row(statement).items() if name != "record_id"}


def id_of(thing: Any) -> Any:
    """The id of an object; other values unchanged."""
    return thing.pk if isinstance(thing, models.Model) else thing


def json_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)
