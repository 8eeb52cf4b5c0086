"""Divides an import into parts that moderators can accept one after the other."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from orgs.changes.operations import Operations
from orgs.statements.statement import statement_kinds

from .plan import CHUNK, ImportPlan, PlannedStatement, Retirement


@dataclass
class RecordChanges:
    statements: list[PlannedStatement] = field(default_factory=list)
    dropped: list[Retirement] = field(default_factory=list)
    network: int = 0
    """A partnership that it joins."""

    @property
    def retires(self) -> bool:
        return bool(self.dropped) or any(
            statement.replaces is not None for statement in self.statements
        )

    def add_to(self, operations: Operations) -> None:
        for statement in self.statements:
            operations.add(statement.kind, statement.values)
            if statement.replaces is not None:
                operations.retire(statement.kind, statement.replaces)
        for kind, pk, _record in self.dropped:
            operations.retire(kind, pk)


def divide(plan: ImportPlan) -> list[Operations]:
    """The operations of an import, in the order of acceptance; empty if nothing would change.

    The first part has the sources, the terms, and the records that others refer to, with their
    names. The rest follow in parts of about `CHUNK` statements, each record with all that is added
    and retired: so no part retires a statement whose replacement is in another. Members of one
    network come together, so that it is analyzed once and not in every part. Records of which
    something is retired come first, since it may move to another one. What fits into one part is
    one.
    """
    order = {kind: index for index, kind in enumerate(statement_kinds())}
    statements = sorted(
        plan.new_statements, key=lambda item: (item.values["record_id"], order[item.kind])
    )
    if len(statements) + len(plan.dropped) <= CHUNK:
        return [operations] if (operations := plan.operations(statements)) else []
    referenced = _referenced_records(plan)
    first = Operations(
        records=[record for record in plan.records.values() if record.id in referenced],
        references=plan.stored_references(),
        record_changes=plan.record_changes,
        restricts=plan.restricts,
    )
    rest = []
    for statement in statements:
        if statement.kind == "name" and statement.values["record_id"] in referenced:
            first.add(statement.kind, statement.values)
        else:
            rest.append(statement)
    return [part for part in (first, *_parts(plan, rest, referenced)) if part]


def _parts(
    plan: ImportPlan, statements: list[PlannedStatement], stored: set[int]
) -> Iterator[Operations]:
    """Parts with these statements, the retirements, and the new records that are not `stored`."""
    new = {record.id: record for record in plan.records.values() if record.id not in stored}
    by_record: dict[int, RecordChanges] = defaultdict(
        RecordChanges, {pk: RecordChanges() for pk in new}
    )
    for statement in statements:
        changes = by_record[statement.values["record_id"]]
        changes.statements.append(statement)
        if statement.kind == "membership":
            changes.network = statement.values["partnership_id"]
    for retirement in plan.dropped:
        by_record[retirement.record].dropped.append(retirement)
    part, size = Operations(), 0
    for record, changes in sorted(
        by_record.items(), key=lambda item: (not item[1].retires, item[1].network, item[0])
    ):
        if record in new:
            part.records.append(new[record])
        changes.add_to(part)
        size += len(changes.statements) + len(changes.dropped)
        if size >= CHUNK:
            yield part
            part, size = Operations(), 0
    yield part


def _referenced_records(plan: ImportPlan) -> set[int]:
    """The new records that other parts of the import refer to."""
    referenced = {change.values.get("published_by_id") for change in plan.stored_references()}
    kinds = statement_kinds()
    for statement in plan.new_statements:
        referenced.add(statement.values["speaker_id"])
        model = kinds[statement.kind]
        if model.object_name:
            referenced.add(statement.values[model.column_of(model.object_name)])
    return {record.id for record in plan.records.values()} & referenced
