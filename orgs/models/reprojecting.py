"""Writing entries anew: all of them, those that fall due as days pass; and the proof of them."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from .changeset import Changeset, Counter
from .entry import RECORD_KINDS, project

BATCH = 2_000

CHECK_RECORDS = """
SELECT coalesce(e.kind, r.kind) || ' ' || coalesce(e.slug, r.slug) || ': ' || CASE
    WHEN e.id IS NULL THEN 'the entry is missing'
    WHEN wanted.document IS NULL AND e.state = 'published' THEN 'the entry should not be shown'
    WHEN wanted.document IS NULL THEN 'the tombstone says too much'
    WHEN e.document <> wanted.document THEN 'the document differs'
    WHEN e.card <> card_of(wanted.document::jsonb) THEN 'the card differs'
    WHEN e.words <> words_of(r.id, %(today)s) THEN 'the words differ'
    WHEN (SELECT array_agg(facet.filter || '=' || facet.value ORDER BY 1) FROM orgs_facet facet
          WHERE facet.id = ANY (e.facets)) IS DISTINCT FROM
         (SELECT array_agg(DISTINCT f.filter || '=' || f.value ORDER BY f.filter || '=' || f.value)
          FROM facets_of(r.id, %(today)s) f WHERE f.now) THEN 'the facets differ'
    WHEN (SELECT count(*) FROM orgs_entryspan span WHERE span.entry_id = e.id) IS DISTINCT FROM
         (SELECT count(*) FROM (SELECT DISTINCT f.filter, f.value, f.span
          FROM facets_of(r.id, %(today)s) f WHERE f.filter = ANY (%(dated)s)) spans)
         THEN 'the spans differ'
    ELSE 'its keys differ' END
FROM orgs_record r
CROSS JOIN LATERAL (SELECT compose(r.id, NULL, NULL, 0, %(today)s) AS document) wanted
FULL JOIN (SELECT * FROM orgs_entry WHERE id = ANY (%(ids)s)) e ON e.id = r.id
WHERE coalesce(r.id, e.id) = ANY (%(ids)s)
  AND NOT CASE
    WHEN wanted.document IS NULL AND (r.successor_id IS NOT NULL OR r.level = 'withdrawn') THEN
        e.id IS NOT NULL AND e.card = '{}' AND e.words = '' AND e.facets = '{}' AND e.names = ''
        AND e.state = CASE WHEN r.successor_id IS NOT NULL THEN 'merged' ELSE 'gone' END
    WHEN wanted.document IS NULL THEN e.id IS NULL
    ELSE coalesce(e.state = 'published' AND e.document = wanted.document
        AND e.key = r.key::text AND e.kind = r.kind
        AND e.slug = wanted.document::jsonb ->> 'slug' AND e.label = wanted.document::jsonb ->> 'label'
        AND e.sort_key = plain(e.label)
        AND e.card = card_of(wanted.document::jsonb)
        AND e.words = words_of(r.id, %(today)s) AND e.mentions @> mentions_of(r.id)
        AND mentions_of(r.id) @> e.mentions
        AND (SELECT array_agg(facet.filter || '=' || facet.value ORDER BY facet.filter || '=' || facet.value)
             FROM orgs_facet facet WHERE facet.id = ANY (e.facets)) IS NOT DISTINCT FROM
            (SELECT array_agg(DISTINCT f.filter || '=' || f.value ORDER BY f.filter || '=' || f.value)
             FROM facets_of(r.id, %(today)s) f WHERE f.now)
        AND (SELECT array_agg(facet.filter || '=' || facet.value || span.span::text
                              ORDER BY facet.filter || '=' || facet.value || span.span::text)
             FROM orgs_entryspan span JOIN orgs_facet facet ON facet.id = span.facet_id
             WHERE span.entry_id = e.id) IS NOT DISTINCT FROM
            (SELECT array_agg(DISTINCT f.filter || '=' || f.value || f.span::text
                              ORDER BY f.filter || '=' || f.value || f.span::text)
             FROM facets_of(r.id, %(today)s) f WHERE f.filter = ANY (%(dated)s)), false) END
"""
"""One line for each record whose entry is not what the ledger says."""

CHECK_OTHERS = """
SELECT coalesce(e.kind, wanted.kind) || ' ' || coalesce(e.key, wanted.id::text) || ': '
    || CASE WHEN e.id IS NULL THEN 'the entry is missing'
            WHEN wanted.document IS NULL THEN 'the entry should not be shown'
            ELSE 'the document differs' END
FROM (
    SELECT id, 'source' AS kind, compose_source(id, 0) AS document FROM orgs_source
    UNION ALL SELECT id, 'term', compose_term(id, 0) FROM orgs_term
    UNION ALL SELECT id, 'arena', compose_arena(id) FROM orgs_arena
    UNION ALL SELECT id, 'membership', CASE WHEN retired IS NULL THEN compose_membership(id, %(today)s) END
    FROM orgs_membership
) wanted
FULL JOIN (SELECT * FROM orgs_entry WHERE kind IN ('source', 'term', 'arena', 'membership')) e
    ON e.id = wanted.id
WHERE e.document IS DISTINCT FROM wanted.document
"""
"""One line for each source, term, arena or membership whose entry is not what the ledger says."""


def check() -> tuple[list[str], int]:
    """Compare every entry with the ledger.

    Returns a line for each that differs, and how many entries there are. Reads one moment of the
    catalogue, so changes accepted meanwhile do not disturb it.
    """
    from orgs.projection import DATED  # the list of dated filters is said once, with the SQL

    wrong: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        asked = {"today": Counter.today(), "dated": list(DATED)}
        cursor.execute(
            "SELECT id FROM orgs_record UNION SELECT id FROM orgs_entry WHERE kind = ANY (%s)",
            (list(RECORD_KINDS),),
        )
        ids = sorted(row[0] for row in cursor.fetchall())
        for start in range(0, len(ids), BATCH):
            cursor.execute(CHECK_RECORDS, {**asked, "ids": ids[start : start + BATCH]})
            wrong += [row[0] for row in cursor.fetchall()]
        cursor.execute(CHECK_OTHERS, asked)
        wrong += [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM orgs_entry")
        return wrong, cursor.fetchone()[0]


def everything() -> int:
    """Write all entries anew, under a change of its own. Returns how many documents changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM orgs_record UNION SELECT id FROM orgs_source"
            " UNION SELECT id FROM orgs_term UNION SELECT id FROM orgs_arena"
            " UNION SELECT id FROM orgs_membership UNION SELECT id FROM orgs_entry"
        )
        ids = {row[0] for row in cursor.fetchall()}
    return _projected(ids, "Every entry was written anew.")


def due(today: date | None = None) -> int:
    """Move the catalogue's day on and write the entries that the passing of days has changed.

    A statement begins or ceases to hold, an embargo ends. Returns how many documents changed.
    """
    today = today or timezone.now().date()
    before = Counter.today()
    if today <= before:
        Counter.objects.filter(day__isnull=True).update(day=today)
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, record_id FROM orgs_statement WHERE tier = 0 AND retired IS NULL"
            " AND (lower(span) > %(before)s AND lower(span) <= %(today)s"
            "   OR upper(span) > %(before)s AND upper(span) <= %(today)s)"
            " UNION SELECT id, id FROM orgs_record WHERE level = 'embargoed'"
            "  AND embargo_until > %(before)s AND embargo_until <= %(today)s",
            {"before": before, "today": today},
        )
        ids = {which for row in cursor.fetchall() for which in row}
        cursor.execute(
            "SELECT id FROM orgs_record WHERE id = ANY (%(ids)s)"
            " UNION SELECT id FROM orgs_membership WHERE id = ANY (%(ids)s)",
            {"ids": list(ids)},
        )
        ids = {row[0] for row in cursor.fetchall()}
    return _projected(ids, f"Days have passed since {before}.", today)


def _projected(ids: set[int], reason: str, today: date | None = None) -> int:
    """Write these entries under a change that nobody wrote. Returns how many changed."""
    with transaction.atomic():
        if today is not None:
            Counter.objects.filter(pk=1).update(day=today)
        if not ids:
            return 0
        number, at, day = Counter.take()
        Changeset.objects.create(
            number=number,
            state=Changeset.State.ACCEPTED,
            reason=reason,
            proposed_at=at,
            decided_at=at,
        )
        changed = 0
        ordered = sorted(ids)
        for start in range(0, len(ordered), BATCH):
            changed += len(project(set(ordered[start : start + BATCH]), number, at, day))
        return changed

