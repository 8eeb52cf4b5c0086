"""What is open, for accounts that see no more than that on the editors' screens.

An editor without the right to see what is not public reads there what is open: records under their
own names, sources and statements of the public tier, and nothing that points at anything else.
That is a little less than the public pages show (they mention a withheld name as such), never more.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

# A merged record is closed: its address may be the name of one that was hidden since.
RECORDS = """
SELECT record.id FROM orgs_record record
WHERE record.successor_id IS NOT NULL OR record.level NOT IN ('listed', 'embargoed')
   OR record.level = 'embargoed' AND record.embargo_until
      > coalesce((SELECT day FROM orgs_counter WHERE id = 1), '-infinity'::date)
"""
SOURCES = f"""
SELECT source.id FROM orgs_source source
WHERE source.tier > 0 OR source.published_by_id IN ({RECORDS})
"""
CITATIONS = f"""
SELECT citation.id FROM orgs_citation citation
WHERE citation.source_id IN ({SOURCES}) OR citation.cites_id IN ({SOURCES})
"""
STATEMENTS = f"""
SELECT statement.id FROM orgs_statement statement
WHERE (statement.tier > 0 OR statement.source_id IN ({SOURCES})
   OR statement.record_id IN ({RECORDS})
   OR coalesce(statement.object_id IN ({RECORDS}), false)
   OR coalesce(statement.speaker_id IN ({RECORDS}), false))
"""
"""The numbers of what is not open, of each sort."""

PROPOSALS = f"""
SELECT proposal.id FROM orgs_changeset proposal WHERE proposal.state = 'proposed'
  AND proposal.operations - '{{adds,retires,references}}'::text[] = '{{}}'
  AND NOT proposal.operations @? '$.** ? (@.tier > 0)'
  AND coalesce(proposal.on_behalf_id NOT IN ({RECORDS}), true)
  AND NOT EXISTS (
    SELECT FROM jsonb_path_query(proposal.operations, '$.** ? (@.type() == "object").keyvalue()
        ? (@.key like_regex "(^|_)id$" && @.value.type() == "number").value') number (id)
    WHERE number.id::bigint IN ({RECORDS}) OR number.id::bigint IN ({SOURCES})
       OR number.id::bigint IN ({CITATIONS}))
  AND NOT EXISTS (
    SELECT FROM jsonb_path_query(proposal.operations, '$.retires.*[*]') retired (id),
      LATERAL ({STATEMENTS} AND statement.id = retired.id::bigint) closed)
"""
"""The numbers of proposals that mention only what is open: no new record, no other visibility."""


def closed(numbers: str) -> RawSQL:
    """One of the selections above, as the right side of an `__in`."""
    return RawSQL(numbers, ())  # noqa: S611


def closed_among(numbers: Iterable[int]) -> set[int]:
    """Those of these numbers that name something not open, of whatever sort.

    One sequence numbers records, sources, citations and statements, so a number names one thing.
    """
    wanted = list(numbers)
    if not wanted:
        return set()
    statements = f"{STATEMENTS} AND statement.id = ANY (%(ids)s)"
    others = " UNION ALL ".join((RECORDS, SOURCES, CITATIONS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({others}) other WHERE id = ANY (%(ids)s) UNION ALL {statements}",
            {"ids": wanted},
        )
        return {row[0] for row in cursor.fetchall()}
