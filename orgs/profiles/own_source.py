"""The source of what an organization says about itself here: one for each organization.

"Each organization has one source of its own for what it says here", so that its statements stand
beside those of others and never replace them.
"""

from django.utils import timezone

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.source import Source, SourceKind


def own_source(changeset: Changeset, record: Record) -> int:
    """The id of the source in which an organization describes itself, as of this month.

    Adds to the changeset what this needs: the source itself with the first statement, later a
    newer `observed`. Statements without a date hold from then on.
    """
    own = {"source_kind": SourceKind.OWN.value, "published_by_id": record.pk}
    edits = changeset.operations.references
    for edit in edits:
        if edit.creates and own.items() <= edit.values.items():
            return edit.id
    month = timezone.now().strftime("%Y-%m")
    source = Source.objects.filter(published_by=record, source_kind=SourceKind.OWN).first()
    if source is None:
        return changeset.change_reference(
            "source",
            key=f"own-{record.key}",
            # Pages show the organization's label in the reader's language instead.
            short=f"Own words: {record.slug}"[:120],
            title=f"Own words: {record.slug}",
            source_kind=SourceKind.OWN,
            published_by=record,
            observed=month,
        )
    already_edited = any(edit.id == source.pk for edit in edits)
    if source.observed != month and not already_edited:
        changeset.change_reference("source", source, observed=month)
    return source.pk
