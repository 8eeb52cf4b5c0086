"""Rebuilding entries: all of them, or those that change with the date; and comparing them with the
ledger.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone

from orgs.projection.analysis import ANALYZERS, for_entries
from orgs.projection.ancestor import rebuild_ancestors
from orgs.projection.counter import Counter
from orgs.projection.entry import project
from orgs.projection.install import install
from orgs.records.kinds import RECORD_KINDS
from orgs.sql import execute, fetch_column

from .changeset import Changeset

T = TypeVar("T")

BATCH = 500
"""Entries written or compared at once: more saves nothing."""


def check() -> tuple[list[str], int]:
    """Compare every entry with the ledger.

    Returns a line for each difference, and the number of entries. Reads one snapshot of the
    catalogue, so changes accepted meanwhile do not disturb it.
    """
    differences: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        today = Counter.today()
        kinds = (list(RECORD_KINDS),)
        cursor.execute(
            "SELECT id FROM orgs_record UNION SELECT id FROM orgs_entry WHERE kind = ANY (%s)"
            " ORDER BY id",
            kinds,
        )
        for batch in batched([row[0] for row in cursor.fetchall()]):
            analysis = for_entries(batch, today)
            cursor.execute("SELECT differing(%s, %s, %s)", (batch, today, analysis))
            differences += [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT id FROM orgs_source UNION SELECT id FROM orgs_term UNION SELECT id FROM"
            " orgs_arena UNION SELECT id FROM orgs_membership"
            " UNION SELECT id FROM orgs_entry WHERE kind <> ALL (%s) ORDER BY id",
            kinds,
        )
        for batch in batched([row[0] for row in cursor.fetchall()]):
            cursor.execute("SELECT differing_others(%s, %s)", (batch, today))
            differences += [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT number FROM orgs_changeset WHERE state = 'accepted' AND reason_shown"
            " AND NOT reason_may_show(about, %s) ORDER BY number",
            (today,),
        )
        differences += [
            f"change {row[0]}: its reason should not be shown" for row in cursor.fetchall()
        ]
        cursor.execute("SELECT count(*) FROM orgs_entry")
        return differences, cursor.fetchone()[0]


def rebuild_all() -> int:
    """Rebuild all entries, as a change of its own. Returns how many documents changed."""
    ids = set(
        fetch_column(
            "SELECT id FROM orgs_record UNION SELECT id FROM orgs_source"
            " UNION SELECT id FROM orgs_term UNION SELECT id FROM orgs_arena"
            " UNION SELECT id FROM orgs_membership UNION SELECT id FROM orgs_entry"
        )
    )
    execute(ABOUT)
    execute(
        "UPDATE orgs_changeset SET reason_shown = NOT reason_redacted"
        " AND reason_may_show(about, %s) WHERE state = 'accepted'",
        (Counter.today(),),
    )
    return _project(ids, "Every entry was written anew.", kinds=set())


ABOUT = """
UPDATE orgs_changeset c SET about = computed.ids FROM (
    SELECT number, array_agg(DISTINCT id ORDER BY id) AS ids FROM (
        SELECT s.number, id FROM (
            SELECT added AS number, record_id, object_id, speaker_id, source_id FROM orgs_statement
            UNION ALL
            SELECT retired, record_id, object_id, speaker_id, source_id FROM orgs_statement
            WHERE retired IS NOT NULL) s,
            unnest(ARRAY[record_id, object_id, speaker_id, source_id]) id
        UNION ALL
        SELECT c.number, (operation ->> 'id')::bigint FROM orgs_changeset c,
            jsonb_path_query(operations, '$.*[*] ? (exists(@.id))') operation
    ) mention WHERE number IS NOT NULL AND id IS NOT NULL GROUP BY number) computed
WHERE computed.number = c.number AND c.about = '{}'
"""
"""Sets `about` of changes that were accepted before the column existed."""


def rebuild_due(today: date | None = None) -> int:
    """Advance the catalogue's day and rebuild the entries that change with it.

    A statement begins or ceases to hold, an embargo ends. Returns how many documents changed. The
    lock on the counter keeps other changes out until the entries are written.
    """
    today = today or timezone.now().date()
    with transaction.atomic(), connection.cursor() as cursor:
        before = Counter.objects.select_for_update().get().day or timezone.now().date()
        if today <= before:
            Counter.objects.filter(day__isnull=True).update(day=today)
            return 0
        Counter.objects.update(day=today)
        cursor.execute(
            "SELECT id, record_id FROM orgs_statement WHERE tier = 0 AND retired IS NULL"
            " AND (lower(span) > %(before)s AND lower(span) <= %(today)s"
            "   OR upper(span) > %(before)s AND upper(span) <= %(today)s)"
            " UNION SELECT id, id FROM orgs_record WHERE level = 'embargoed'"
            "  AND embargo_until > %(before)s AND embargo_until <= %(today)s",
            {"before": before, "today": today},
        )
        ids = {pk for row in cursor.fetchall() for pk in row}
        cursor.execute(
            "SELECT id FROM orgs_record WHERE id = ANY (%(ids)s)"
            " UNION SELECT id FROM orgs_membership WHERE id = ANY (%(ids)s)",
            {"ids": list(ids)},
        )
        ids = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT show_reasons(%s, %s)", (sorted(ids), today))
        # Places whose embargo has ended are part of others again.
        ids |= rebuild_ancestors(cursor)
        # A finding over a window of years changes as the window moves on.
        for analyzer in ANALYZERS:
            ids |= analyzer.due(before, today)
        return _project(ids, f"Days have passed since {before}.")


def _project(ids: set[int], reason: str, kinds: set[str] | None = None) -> int:
    """Rebuild these entries as a change without an author. Returns how many changed.

    `kinds` is passed to `project`; an empty set rebuilds these entries alone.
    """
    if not ids:
        return 0
    with transaction.atomic():
        number, at, day = Counter.take()
        Changeset.objects.create(
            number=number,
            state=Changeset.State.ACCEPTED,
            reason=reason,
            proposed_at=at,
            decided_at=at,
        )
        changed = 0
        for batch in batched(sorted(ids)):
            changed += len(project(set(batch), number, at, day, kinds=kinds))
        return changed


def batched(ids: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def after_migrate(using: str = "default", **_signal) -> None:
    """Install the projection's SQL and rebuild all entries, if the SQL changed."""
    if install(using):
        rebuild_all()
