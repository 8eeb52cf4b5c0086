"""Bulk changes: how much one editor may change within an hour, and who is notified of more.

Changes that make public records less visible apply at once, for up to `BULK_LIMIT` records within
an hour. Beyond that, in one change or in several, they wait for a moderator. When a moderator
changes or decides about more than that, the other moderators get a message.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Operations
from orgs.messaging import NotSent, send
from orgs.sql import fetch_column

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)


def affected_records(proposals: Iterable[Operations], change: int | None = None) -> set[int]:
    """The numbers of all records that these proposals create, change or make statements about.

    A source whose tier changes stands for every record that cites it. `change` is the number of an
    accepted proposal, whose statements have moved into the ledger.
    """
    records: set[int] = set()
    statements: set[int] = set()
    sources: set[int] = set()
    for operations in proposals:
        records |= operations.created_records
        records.update(operation.id for operation in operations.record_changes)
        records.update(row["record_id"] for _, row in operations.added_rows())
        for numbers in operations.retires.values():
            statements.update(numbers)
        for tier_change in operations.restricts:
            (sources if tier_change.of_source else statements).add(tier_change.id)
    for condition, param in (
        ("id = ANY (%s)", list(statements)),
        ("source_id = ANY (%s)", list(sources)),
        ("%s IN (added, retired)", change),
    ):
        if param:
            records.update(
                fetch_column(
                    f"SELECT DISTINCT record_id FROM orgs_statement WHERE {condition}", (param,)
                )
            )
    return records


def count_recently_hidden(account: Any, changeset: Changeset) -> int:
    """Count the records that an account has made less visible within an hour, with this proposal.

    Locks the account until the transaction ends, so that its other requests wait.
    """
    Account.objects.select_for_update().filter(pk=account.pk).first()
    recent = Changeset.objects.accepted().filter(
        author=account, decided_by=account, decided_at__gt=timezone.now() - HOUR
    )
    contents = recent.exclude(operations={}).values_list("operations", flat=True)
    hiding = [
        Operations(restricts=content.restricts, record_changes=content.record_changes)
        for content in contents
    ]
    return len(affected_records([changeset.operations, *hiding]))


def report_change(changeset: Changeset, by: Any, recent_count: int = 0) -> None:
    """Notify the other moderators of a change, or of a proposal to hide, if it is a bulk change.

    `recent_count` is the number of records that the account has hidden within an hour.
    """
    path = f"/review/proposals/{changeset.pk}/"
    count = len(affected_records([changeset.operations], changeset.number))
    if count > BULK_LIMIT or (recent_count > BULK_LIMIT and _is_first_within_the_hour(by)):
        notify_moderators(by, max(count, recent_count), path)


def report_decision(by: Any) -> None:
    """Notify the other moderators, at most once an hour, when one decides about very many
    proposals.
    """
    decided = Changeset.objects.filter(decided_by=by, decided_at__gt=timezone.now() - HOUR)
    count = decided.count()
    if count > BULK_LIMIT and _is_first_within_the_hour(by):
        notify_moderators(by, count, "/review/")


def _is_first_within_the_hour(by: Any) -> bool:
    return cache.add(f"bulk {by.pk}", True, int(HOUR.total_seconds()))


def notify_moderators(by: Any, count: int, path: str) -> None:
    """Notify the other moderators, after the commit, that more than `BULK_LIMIT` changed at once.

    The message contains the number and a link, and no names.
    """
    if count > BULK_LIMIT and settings.EMAIL_SENT:
        transaction.on_commit(lambda: _send(by, count, path))


def _send(by: Any, count: int, path: str) -> None:
    editors = Account.objects.filter(is_staff=True, is_active=True).exclude(pk=by.pk)
    for account in editors.order_by("pk"):
        if not can(account, Right.BULK):
            continue
        try:
            send("bulk", account.email, account.language, count=count, path=path)
        except NotSent as error:
            log.error("A message was not sent: %s", type(error.__cause__).__name__)
            return
