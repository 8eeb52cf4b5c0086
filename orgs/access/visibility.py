"""What is closed to editors who may not see unpublished data.

On the editors' screens they read what is open: records under their own names, sources and
statements of the public tier, and nothing that points at a closed record. That is slightly less
than the public pages show (they mention a withheld name as such), never more.
"""

from collections.abc import Iterable

from django.db.models.expressions import RawSQL

from orgs.sql import fetch_column

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
"""SQL of the ids of closed records, sources, citations and statements."""

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
"""SQL of the ids of proposals that mention only open data: no new record, no change of
visibility."""


def closed(query: str) -> RawSQL:
    """One of the queries above as the right side of `__in`."""
    return RawSQL(query, ())  # noqa: S611


def closed_among(ids: Iterable[int]) -> set[int]:
    """The ids among these that name something closed.

    One sequence numbers records, sources, citations and statements, so an id names one of them.
    """
    id_list = list(ids)
    if not id_list:
        return set()
    statements = f"{STATEMENTS} AND statement.id = ANY (%(ids)s)"
    others = " UNION ALL ".join((RECORDS, SOURCES, CITATIONS))
    return set(
        fetch_column(
            f"SELECT id FROM ({others}) other WHERE id = ANY (%(ids)s) UNION ALL {statements}",
            {"ids": id_list},
        )
    )
