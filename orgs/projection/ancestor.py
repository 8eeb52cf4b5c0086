"""Ancestors of records, at any depth."""

from django.db import models

from orgs.records.record import Record

from .entry import mentioning


class Ancestor(models.Model):
    """A record that contains another, or whose edition another is, at any depth.

    A city has its state, its country and its regions as ancestors. Rebuilt when a relation
    `part_of` or `edition_of` changes; safe against cycles.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    ancestor = models.ForeignKey(Record, models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("record", "ancestor"), name="ancestor_once"),
        )

    def __str__(self) -> str:
        return f"{self.record_id} in {self.ancestor_id}"


def rebuild_ancestors(cursor) -> set[int]:
    """Project `part_of` and `edition_of` at any depth. Returns ids whose entries change with it.

    Cycles end where they began. Relations of hidden records do not count: otherwise a search by
    country would reveal them.
    """
    cursor.execute(
        "WITH RECURSIVE parts AS ("
        " SELECT s.record_id, s.object_id FROM orgs_relation s"
        " JOIN orgs_term t ON t.id = s.predicate_id AND t.code IN ('part_of', 'edition_of')"
        " JOIN orgs_source src ON src.id = s.source_id AND src.tier = 0"
        " JOIN orgs_counter day ON true"
        " JOIN orgs_record r ON r.id = s.record_id"
        "  AND visible(r.level, r.embargo_until, 0, coalesce(day.day, current_date))"
        " JOIN orgs_record o ON o.id = s.object_id"
        "  AND visible(o.level, o.embargo_until, 0, coalesce(day.day, current_date))"
        " WHERE s.retired IS NULL AND s.holds AND s.tier = 0"
        "), up AS ("
        " SELECT record_id, object_id AS ancestor_id FROM parts"
        " UNION"
        " SELECT up.record_id, parts.object_id"
        " FROM up JOIN parts ON parts.record_id = up.ancestor_id"
        "), wanted AS (SELECT * FROM up WHERE record_id <> ancestor_id"
        "), removed AS (DELETE FROM orgs_ancestor a WHERE NOT EXISTS (SELECT FROM wanted w"
        "   WHERE w.record_id = a.record_id AND w.ancestor_id = a.ancestor_id) RETURNING record_id"
        "), made AS (INSERT INTO orgs_ancestor (record_id, ancestor_id)"
        "   SELECT record_id, ancestor_id FROM wanted ON CONFLICT DO NOTHING RETURNING record_id)"
        " SELECT record_id FROM removed UNION SELECT record_id FROM made"
    )
    changed = {row[0] for row in cursor.fetchall()}
    return changed | mentioning(changed) if changed else set()
