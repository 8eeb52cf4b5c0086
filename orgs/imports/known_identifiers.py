"""Identifiers of an import that records have already.

The ledger lets one record alone have an identifier. Here that is checked for all rows at once, and
a refusal names the record that has it.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from orgs.projection.entry import Entry
from orgs.statements.identifier import Identifier

from .plan import CHUNK, ImportPlan, Outcome, PlannedStatement


class Owner(NamedTuple):
    record: int
    row: int = 0
    """The row of this import that states it; 0 if the catalogue has it."""


def settle_identifiers(plan: ImportPlan) -> None:
    """Leave out new identifiers that their record has, and refuse those that another record has."""
    new = [
        item
        for item in plan.new_statements
        if item.kind == Identifier.code() and item.values["holds"]
    ]
    owners = _current_owners(plan, new)
    known: set[int] = set()
    for item in new:
        key = item.values["scheme"], item.values["value"]
        owner = owners.setdefault(key, Owner(item.values["record_id"], item.row))
        if owner == (item.values["record_id"], item.row):
            continue
        if owner.record == item.values["record_id"]:
            known.add(id(item.outcome))
            continue
        reason = (
            f"{key[0]} {key[1]} is that of {_name(plan, owner)}. If both are one, let the map find "
            f'it: find = "{key[0]}" under [record]. If not, correct the number.'
        )
        plan.refuse(item.table, item.row, *item.origins["value"], reason)
    plan.new_statements = [item for item in plan.new_statements if id(item.outcome) not in known]
    plan.outcomes = [
        Outcome(outcome.table, outcome.row, "unchanged") if id(outcome) in known else outcome
        for outcome in plan.outcomes
    ]


def _current_owners(plan: ImportPlan, new: list[PlannedStatement]) -> dict[tuple[str, str], Owner]:
    """The records that have these identifiers, unless the import retires that."""
    retired = set(plan.retirements.get(Identifier.code(), ()))
    current = Identifier.objects.current().filter(holds=True).exclude(pk__in=retired)
    owners: dict[tuple[str, str], Owner] = {}
    for batch in _batches({item.values["value"] for item in new}):
        rows = current.filter(value__in=batch).values_list("scheme", "value", "record_id")
        owners |= {(scheme, value): Owner(record) for scheme, value, record in rows}
    return owners


def _batches(values: set[str]) -> Iterator[list[str]]:
    iterator = iter(sorted(values))
    while batch := list(islice(iterator, CHUNK)):
        yield batch


def _name(plan: ImportPlan, owner: Owner) -> str:
    """What a record is called, and where it stands."""
    if owner.row:
        names = (
            item.values["text"]
            for item in plan.planned.get("name", ())
            if item.values["record_id"] == owner.record
        )
        return f"{next(names, 'another record')} (row {owner.row})"
    entry = Entry.objects.published().filter(pk=owner.record).first()
    return f"{entry.label} ({entry.slug})" if entry else "a record that is not public"
