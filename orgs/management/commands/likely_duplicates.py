"""manage.py likely_duplicates: a table of all pairs of records that are likely the same, with
reasons.
"""

import csv

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from orgs.api.csv import format_cell
from orgs.changes.changeset import Changeset
from orgs.management.progress import Progress
from orgs.matching.duplicates import Match, find_duplicates
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS
from orgs.review.duplicates import part_of_url

COLUMNS = (
    *("score", "one", "other", "for", "against", "address", "other_address"),
    *("same_or_two", "one_is_part_of_other", "other_is_part_of_one"),
)


class Command(BaseCommand):
    """Prints a CSV: score, both records with their addresses, evidence for and against, and the
    pages where an editor says what they are: the same, two, or one a part of the other."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--kind", choices=ACTOR_KINDS, action="append", help="only records of this kind"
        )
        parser.add_argument("--label", help="only records that the import of this name has made")

    def handle(self, *args, **options) -> None:
        entries = Entry.objects.published().of_kinds(*(options["kind"] or ACTOR_KINDS))
        if label := options["label"]:
            changes = list(Changeset.objects.accepted().filter(label=label))
            if not changes:
                raise CommandError(f"No accepted import has the label {label!r}.")
            created = {pk for change in changes for pk in change.operations.created_records}
            entries = entries.filter(id__in=created)
        total = entries.count()
        progress = Progress(self.stderr, total, "records")
        matches = find_duplicates(
            entries, report_searched=lambda searched: progress("Searching", searched / total)
        )
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(map(row_of, sorted(matches, key=lambda match: -match.score)))


def row_of(match: Match) -> tuple[str, ...]:
    reasons = [
        " ".join(reason.sentence for reason in match.reasons if reason.supports is side)
        for side in (True, False)
    ]
    older, newer = sorted((match.one, match.other), key=lambda entry: entry.id)
    return (
        f"{match.score:.2f}",
        *map(format_cell, (match.one.label, match.other.label, *reasons)),
        match.one.get_absolute_url(),
        match.other.get_absolute_url(),
        reverse("review-duplicate", args=(newer.id, older.id)),
        part_of_url(match.one.id),
        part_of_url(match.other.id),
    )
