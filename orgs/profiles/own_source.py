"""The source of what an organization says about itself here: one for each.

"Each organization has one source of its own for what it says here", so that its words stand beside
those of others and never in their place.
"""

from django.utils import timezone

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.source import Source, SourceKind


def own_source(changeset: Changeset, record: Record) -> int:
    """Return the id of the source in which a body speaks for itself, as of this month.

    A proposal brings it with the body's first words, and moves on when it looked at the world: what
    the body says without a date holds from then on.
    """
    own = {"source_kind": SourceKind.OWN.value, "published_by_id": record.pk}
    steps = changeset.operations.get("references", ())
    for step in steps:
        if step["before"] is None and own.items() <= step["after"].items():
            return step["id"]
    month = timezone.now().strftime("%Y-%m")
    source = Source.objects.filter(published_by=record, source_kind=SourceKind.OWN).first()
    if source is None:
        return changeset.change_reference(
            "source",
            key=f"own-{record.key}",
            # What people read is what the body is called, now and for whoever reads it.
            short=f"Own words: {record.slug}"[:120],
            title=f"Own words: {record.slug}",
            source_kind=SourceKind.OWN,
            published_by=record,
            observed=month,
        )
    moving = any(step["id"] == source.pk for step in steps)
    if source.observed != month and not moving:
        changeset.change_reference("source", source, observed=month)
    return source.pk
