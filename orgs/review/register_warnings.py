"""Warnings about changes that name something on the register of what is never listed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Operations
from orgs.changes.unlisted import warning_of
from orgs.statements.identifier import Contact, Identifier, Link
from orgs.statements.name import Name


def load_operations(changes: Iterable[Changeset]) -> dict[int, Operations]:
    """The operations of these changes by primary key, with names and addresses already in the
    ledger.
    """
    operations = {
        change.pk: replace(change.operations, adds={**change.operations.adds}) for change in changes
    }
    accepted = {change.number: change.pk for change in changes if change.number is not None}
    for model in (Name, Link, Contact, Identifier) if accepted else ():
        for row in model.objects.filter(added__in=accepted).values():
            operations[accepted[row["added_id"]]].add(model.code(), dict(row))
    return operations


def register_warnings(changes: Iterable[Changeset], account: Any) -> dict[int, str]:
    """A warning, by primary key, for each change that names something on the register.

    Empty for an account that may not read the register.
    """
    if not can(account, Right.MANAGE_REGISTER):
        return {}
    warnings = {number: warning_of(content) for number, content in load_operations(changes).items()}
    return {number: warning for number, warning in warnings.items() if warning}
