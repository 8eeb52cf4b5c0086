"""Bulk changes: how much one editor may change within an hour, and who is told of more.

What lowers the visibility of public records is done at once, up to `BULK_LIMIT` records within an
hour. More, at once or one by one, waits for a moderator; and where a moderator changes or decides
about more, the other moderators get a message.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset
from orgs.messaging import NotSent, send

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)


def records_of(changesets: Iterable[dict], change: int | None = None) -> set[int]:
    """The numbers of all records that these proposals make, change or speak of.

    A source whose tier changes stands for every record of which it is a source. `change` is the
    number of an accepted proposal, whose statements have moved into the ledger.
    """
    records: set[int] = set()
    statements: set[int] = set()
    sources: set[int] = set()
    for changeset in changesets:
        for section in ("records", "record_changes"):
            records.update(step["id"] for step in changeset.get(section, ()))
        for rows in changeset.get("adds", {}).values():
            records.update(row["record_id"] for row in rows)
        for numbers in changeset.get("retires", {}).values():
            statements.update(numbers)
        for step in changeset.get("restricts", ()):
            (sources if step["table"] == "source" else statements).add(step["id"])
    with connection.cursor() as cursor:
        for condition, wanted in (
            ("id = ANY (%s)", list(statements)),
            ("source_id = ANY (%s)", list(sources)),
            ("%s IN (added, retired)", change),
        ):
            if wanted:
                cursor.execute(
                    f"SELECT DISTINCT record_id FROM orgs_statement WHERE {condition}", (wanted,)
                )
                records.update(row[0] for row in cursor.fetchall())
    return records


def hidden_lately(account: Any, changeset: Changeset) -> int:
    """How many records an account has made less visible within an hour, with this proposal.

    Waits for the other requests of the account, until the transaction ends.
    """
    Account.objects.select_for_update().filter(pk=account.pk).first()
    lately = Changeset.objects.accepted().filter(
        author=account, decided_by=account, decided_at__gt=timezone.now() - HOUR
    )
    contents = lately.exclude(operations={}).values_list("operations", flat=True)
    hiding = [
        {name: content[name] for name in ("restricts", "record_changes") if name in content}
        for content in contents
    ]
    return len(records_of([changeset.operations, *hiding]))


def note_change(changeset: Changeset, by: Any, lately: int = 0) -> None:
    """Tell the other moderators of a change, or of a proposal to hide, if it is a bulk change.

    `lately` counts what the account has hidden within an hour.
    """
    path = f"/admin/orgs/changeset/{changeset.pk}/change/"
    count = len(records_of([changeset.operations], changeset.number))
    if count > BULK_LIMIT or (lately > BULK_LIMIT and _is_first_within_the_hour(by)):
        tell_moderators(by, max(count, lately), path)


def note_decision(by: Any) -> None:
    """Tell the other moderators, once an hour, that one decides about very many, one by one."""
    decided = Changeset.objects.filter(decided_by=by, decided_at__gt=timezone.now() - HOUR)
    count = decided.count()
    if count > BULK_LIMIT and _is_first_within_the_hour(by):
        tell_moderators(by, count, "/admin/orgs/changeset/queue/")


def _is_first_within_the_hour(by: Any) -> bool:
    return cache.add(f"bulk {by.pk}", True, int(HOUR.total_seconds()))


def tell_moderators(by: Any, count: int, path: str) -> None:
    """Tell the other moderators, after the commit, that more than `BULK_LIMIT` were changed.

    The message has the number and a link, and names nobody.
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
