"""What a proposal changes, one operation after the other, with old and new text side by side."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext

from orgs.access.roles import Right, can
from orgs.access.visibility import closed_among
from orgs.changes.changeset import Changeset
from orgs.changes.operations import RecordChange, ReferenceChange, statement_row
from orgs.changes.rebase import best_pairs
from orgs.records.kinds import Kind, path_of
from orgs.records.record import Record
from orgs.records.reference import REFERENCES
from orgs.records.source import SourceKind, Tier
from orgs.statements.statement import Statement, statement_kinds

from .choices import ObjectsById, SourceLink, display_label, load_objects, not_shown, source_link
from .descriptions import (
    TITLES,
    ComparisonRow,
    Description,
    compare,
    describe,
    describe_columns,
    summarize,
)
from .reading_log import note


@dataclass
class Operation:
    """One thing that a proposal does.

    `part_keys` identify the parts of the proposal that it consists of, for accepting only some.
    `current` is what the catalogue says now, if it changed since the proposal was written.
    """

    verb: str
    subject: str
    about: str = ""
    record: int | None = None
    rows: list[ComparisonRow] = field(default_factory=list)
    part_keys: list[str] = field(default_factory=list)
    outdated: bool = False
    current: list[Description] = field(default_factory=list)
    merged: bool = False
    """Whether others have changed other parts since; their changes are kept."""
    object_ids: set[int] = field(default_factory=set)
    """The primary keys of all objects that it refers to."""
    confidential: bool = False
    """Whether it contains a statement that is not public."""
    evidence: list[SourceLink] = field(default_factory=list)
    """The sources of its statements."""

    @property
    def key(self) -> str:
        """Its part keys as the value of a form field."""
        return " ".join(self.part_keys)

    @property
    def conflict(self) -> list[ComparisonRow]:
        """The current text next to the proposed one, if there is exactly one current text."""
        if not self.outdated or len(self.current) != 1:
            return []
        return compare(self.current[0], {row.name: row.after for row in self.rows if row.after})


def list_operations(changeset: Changeset, request: HttpRequest) -> list[Operation]:
    """What a proposal would do, or what an accepted one did, as far as the account may read it."""
    retired, added = _statements(changeset)
    targets = _load_targets(changeset)
    stored = load_objects(_referenced_ids(changeset, retired, added, targets), request)
    created = _created_objects(changeset, stored, request.user)
    objects = {**created, **stored}

    def about(record: int) -> str:
        if record in stored:
            return display_label(stored[record])
        if record in created:
            return gettext("%(record)s (new)") % {"record": created[record].label}
        return not_shown()

    return _readable_operations(
        [
            *_record_operations(changeset, objects),
            *_reference_operations(changeset, objects, targets),
            *_statement_operations(changeset, retired, added, objects, about, request),
            *_tier_operations(changeset, objects, targets),
            *_record_change_operations(changeset, objects, about),
            *_redaction_operations(changeset),
        ],
        changeset,
        request,
    )


def _created_objects(changeset: Changeset, stored: ObjectsById, account: Any) -> ObjectsById:
    """The records, sources and terms that a pending proposal creates, each with its label.

    Leaves out what is not public, unless the account may read it.
    """
    operations = changeset.operations
    if changeset.number is not None:
        return {}
    reads_all = can(account, Right.SEE_CONFIDENTIAL) or changeset.author_id == account.pk
    names: dict[int, str] = {}
    for row in sorted(operations.adds.get("name", ()), key=lambda row: not row["preferred"]):
        if reads_all or row["tier"] == Tier.PUBLIC:
            names.setdefault(row["record_id"], row["text"])
    objects: ObjectsById = {}
    for new in operations.records:
        record: Any = Record(pk=new.id, kind=new.kind, slug=new.slug)
        record.label = names.get(new.id, new.slug)
        objects[new.id] = record
    for change in operations.references:
        if not change.creates:
            continue
        created: Any = REFERENCES[change.table](pk=change.id, **change.values)
        if change.values.get("source_kind") == SourceKind.OWN:
            publisher = objects.get(created.published_by_id) or stored.get(created.published_by_id)
            created.label = publisher.label if publisher else not_shown()
        if reads_all or not change.values.get("tier"):
            objects[change.id] = created
    return objects


def _readable_operations(
    operations: list[Operation], changeset: Changeset, request: HttpRequest
) -> list[Operation]:
    """The operations that the account may read.

    Authors read their own proposal, except where it refers to records they may not see. Notes what
    is not public in the reading log.
    """
    closed = closed_among({number for operation in operations for number in operation.object_ids})
    hidden = [
        operation
        for operation in operations
        if operation.confidential or not closed.isdisjoint(operation.object_ids)
    ]
    if not hidden:
        return operations
    if can(request.user, Right.SEE_CONFIDENTIAL):
        note(request, Right.SEE_CONFIDENTIAL, "changeset", changeset.pk)
        return operations
    own = changeset.author_id == request.user.pk and changeset.number is None
    return [
        operation
        for operation in operations
        if closed.isdisjoint(operation.object_ids) and (own or not operation.confidential)
    ]


def list_record_decisions(
    changeset: Changeset, record: Record, request: HttpRequest
) -> list[Operation]:
    """What an accepted proposal decided about a record: what has not moved into the ledger."""
    if not changeset.operations:
        return []
    targets = _load_targets(changeset)
    objects = load_objects([record.pk, *_referenced_ids(changeset, {}, {}, targets)], request)
    operations = [
        *_record_operations(changeset, objects),
        *_tier_operations(changeset, objects, targets),
        *_record_change_operations(
            changeset, objects, lambda number: display_label(objects[number])
        ),
    ]
    return [operation for operation in operations if operation.record == record.pk]


DescribeRecord = Callable[[int], str]
"""Labels a record of the catalogue, or one that the proposal creates."""

StatementRows = dict[str, list[tuple[int, dict, Any]]]
"""By kind: the position or primary key, the row, and the statement if it is in the ledger."""


def _statements(changeset: Changeset) -> tuple[StatementRows, StatementRows]:
    """The statements that a proposal retires and adds. Accepted ones are in the ledger."""
    retired: StatementRows = {}
    added: StatementRows = {}
    for kind, model in statement_kinds().items():
        new: list[tuple[int, dict, Any]]
        if changeset.number is not None:
            old = model.objects.filter(retired=changeset.number)
            new = [
                (statement.pk, statement_row(statement), statement)
                for statement in model.objects.filter(added=changeset.number)
            ]
        else:
            old = model.objects.filter(pk__in=changeset.operations.retires.get(kind, []))
            new = [
                (position, row, None)
                for position, row in enumerate(changeset.operations.adds.get(kind, []))
            ]
        retired[kind] = [(statement.pk, statement_row(statement), statement) for statement in old]
        added[kind] = new
    return retired, added


def _load_targets(changeset: Changeset) -> dict[int, Any]:
    """The references and statements that a proposal decides about, by primary key."""
    wanted: defaultdict[Any, set[int]] = defaultdict(set)
    for reference in changeset.operations.references:
        wanted[REFERENCES[reference.table]].add(reference.id)
    for tier_change in changeset.operations.restricts:
        wanted[tier_change.model].add(tier_change.id)
    return {
        number: target
        for model, numbers in wanted.items()
        for number, target in model._default_manager.in_bulk(numbers).items()
    }


def _referenced_ids(
    changeset: Changeset, retired: StatementRows, added: StatementRows, targets: dict[int, Any]
) -> Iterator[Any]:
    """The primary keys of all objects that a proposal refers to."""
    for kind, model in statement_kinds().items():
        columns = [part.column for part in model.operation_fields() if part.is_relation]
        for _, row, _ in [*retired.get(kind, ()), *added.get(kind, ())]:
            yield from (row[column] for column in columns)
    for target in targets.values():
        if isinstance(target, Statement):
            yield from statement_row(target).values()
    changes: list[RecordChange | ReferenceChange] = [
        *changeset.operations.record_changes,
        *changeset.operations.references,
    ]
    yield from (change.id for change in changeset.operations.restricts if change.of_source)
    yield from (record.id for record in changeset.operations.records)
    for change in changes:
        yield from (change.id, *(change.before or {}).values(), *(change.after or {}).values())


def _statement_operations(
    changeset: Changeset,
    retired: StatementRows,
    added: StatementRows,
    objects: ObjectsById,
    about: DescribeRecord,
    request: HttpRequest,
) -> Iterator[Operation]:
    for kind, model in statement_kinds().items():
        columns = [str(part.column) for part in model.operation_fields() if part.is_relation]
        successors = _match_successors(retired[kind], added[kind])
        used = {successor[0] for successor in successors.values()}
        for number, row, statement in retired[kind]:
            successor = successors.get(number)
            rows = compare(
                describe(model, row, objects),
                describe(model, successor[1], objects) if successor else None,
            )
            operation = Operation(
                gettext("Changed") if successor else gettext("Removed"),
                str(model._meta.verbose_name),
                about(row["record_id"]),
                row["record_id"],
                rows,
                [f"retires:{kind}:{number}"],
            )
            both = [row, *([successor[1]] if successor else [])]
            operation.object_ids = {number, *_ids_in(both, columns)}
            operation.confidential = any(fields["tier"] > Tier.PUBLIC for fields in both)
            if successor:
                operation.part_keys.append(f"adds:{kind}:{successor[0]}")
            operation.evidence = evidence_of(both, objects)
            if changeset.number is None and statement.retired_id:
                operation.outdated, operation.current = True, statements_since(statement, request)
            yield operation
        for position, row, _ in added[kind]:
            if position in used:
                continue
            yield Operation(
                gettext("Added"),
                str(model._meta.verbose_name),
                about(row["record_id"]),
                row["record_id"],
                compare(None, describe(model, row, objects)),
                [f"adds:{kind}:{position}"],
                object_ids=_ids_in([row], columns),
                confidential=row["tier"] > Tier.PUBLIC,
                evidence=evidence_of([row], objects),
            )


def evidence_of(rows: Iterable[dict], objects: ObjectsById) -> list[SourceLink]:
    """The pages of the sources that the account may read, each once."""
    sources = dict.fromkeys(objects.get(row["source_id"]) for row in rows)
    links = [source_link(source) for source in sources if source is not None]
    return [link for link in links if link.url]


def _ids_in(rows: Iterable[dict], columns: Iterable[str]) -> set[int]:
    return {row[name] for row in rows for name in columns if isinstance(row.get(name), int)}


def _match_successors(retired: list, added: list) -> dict[int, tuple]:
    """For each retired statement, the most similar added one about the same record."""
    about = defaultdict(list)
    for item in added:
        about[item[1]["record_id"]].append(item)
    return best_pairs(
        (sum(str(new[1].get(name)) == str(value) for name, value in row.items()), old, new)
        for old, row, _ in retired
        for new in about[row["record_id"]]
    )


def statements_since(statement: Statement, request: HttpRequest) -> list[Description]:
    """Statements of this kind about this record, added since a statement was retired."""
    model = type(statement)
    since = list(
        model.objects.current()
        .visible_to(request.user)
        .filter(record=statement.record_id, added__gte=statement.retired_id)
    )
    rows = [statement_row(statement_) for statement_ in since]
    objects = load_objects(
        (
            row[part.attname]
            for row in rows
            for part in model.operation_fields()
            if part.is_relation
        ),
        request,
    )
    return [describe(model, row, objects) for row in rows]


def _record_operations(changeset: Changeset, objects: ObjectsById) -> Iterator[Operation]:
    for position, record in enumerate(changeset.operations.records):
        path = path_of(record.kind, record.slug)
        yield Operation(
            gettext("Created"),
            str(Kind(record.kind).label),
            objects[record.id].label if record.id in objects else not_shown(),
            record.id if changeset.number is not None else None,
            [ComparisonRow(gettext("address"), "", path)] if record.id in objects else [],
            [f"records::{position}"],
        )


def _reference_operations(
    changeset: Changeset, objects: ObjectsById, targets: dict[int, Any]
) -> Iterator[Operation]:
    verbs = {
        (True, False): gettext("Added"),
        (False, True): gettext("Removed"),
        (False, False): gettext("Changed"),
    }
    for position, change in enumerate(changeset.operations.references):
        model = REFERENCES[change.table]
        before, after, values = change.before, change.after, change.values
        now = targets.get(change.id)
        shown = objects.get(change.id, now)
        name = values.get("as_printed") or not_shown()
        yield Operation(
            verbs[before is None, after is None],
            str(model._meta.verbose_name),
            display_label(shown) if shown is not None else name,
            None,
            compare(
                describe_columns(model, before, objects), describe_columns(model, after, objects)
            ),
            [f"references::{position}"],
            object_ids={
                change.id,
                *_ids_in([values], [name for name in values if name[-3:] == "_id"]),
            },
            confidential=(values.get("tier") or 0) > Tier.PUBLIC,
            **_outdated_fields(changeset, now, before, objects),
        )


def _record_change_operations(
    changeset: Changeset, objects: ObjectsById, about: DescribeRecord
) -> Iterator[Operation]:
    for position, change in enumerate(changeset.operations.record_changes):
        before = describe_columns(Record, change.before, objects)
        now = objects.get(change.id)
        yield Operation(
            gettext("Changed"),
            gettext("the record"),
            about(change.id),
            change.id,
            compare(before, describe_columns(Record, change.after, objects)),
            [f"record_changes::{position}"],
            object_ids={change.id, change.after.get("successor_id") or change.id},
            **(_outdated_fields(changeset, now, change.before, objects) if now is not None else {}),
        )


def _tier_operations(
    changeset: Changeset, objects: ObjectsById, targets: dict[int, Any]
) -> Iterator[Operation]:
    for position, change in enumerate(changeset.operations.restricts):
        now = targets.get(change.id)
        subject, record = str(change.model._meta.verbose_name), None
        about = display_label(objects[change.id]) if change.id in objects else not_shown()
        if isinstance(now, Statement):
            summary = summarize(type(now), statement_row(now), objects)
            subject = f"{now._meta.verbose_name} “{summary}”"
            record = now.record_id
            about = display_label(objects[record]) if record in objects else not_shown()
        yield Operation(
            gettext("Visibility changed"),
            subject,
            about,
            record,
            [
                ComparisonRow(
                    str(TITLES["tier"]),
                    str(Tier(change.before).label),
                    str(Tier(change.after).label),
                )
            ],
            [f"restricts::{position}"],
            object_ids={change.id},
            **_outdated_fields(changeset, now, {"tier": change.before}, {}),
        )


def _redaction_operations(changeset: Changeset) -> Iterator[Operation]:
    for position, redaction in enumerate(changeset.operations.redactions):
        yield Operation(
            gettext("Reason removed"),
            gettext("change %(number)s") % {"number": redaction.number},
            part_keys=[f"redactions::{position}"],
        )


def _outdated_fields(
    changeset: Changeset, now: Model | None, before: dict | None, objects: ObjectsById
) -> dict:
    """Compare a pending proposal's old values with the current ones; {} if they are the same."""
    if changeset.number is not None or before is None:
        return {}
    values = {name: getattr(now, name, None) for name in before}
    if now is not None and all(str(values[name]) == str(before[name]) for name in before):
        return {}
    model = type(now) if now is not None else None
    return {
        "outdated": True,
        "current": [describe_columns(model, values, objects)] if model else [],
    }
