"""manage.py likely_duplicates: a table of all pairs of records that are likely the same, with
reasons.
"""

import csv

from django.core.management.base import BaseCommand

from orgs.api.csv import format_cell
from orgs.matching.duplicates import find_duplicates
from orgs.records.kinds import ACTOR_KINDS


class Command(BaseCommand):
    """Prints a CSV: score, both records with their addresses, evidence for and against."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--kind", choices=ACTOR_KINDS, action="append", help="only records of this kind"
        )

    def handle(self, *args, **options) -> None:
        matches = sorted(
            find_duplicates(options["kind"] or ACTOR_KINDS), key=lambda match: -match.score
        )
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(("score", "one", "other", "for", "against", "address", "other_address"))
        for match in matches:
            reasons = [
                " ".join(reason.sentence for reason in match.reasons if reason.supports is side)
                for side in (True, False)
            ]
            cells = (match.one.label, match.other.label, *reasons)
            table.writerow(
                (
                    f"{match.score:.2f}",
                    *map(format_cell, cells),
                    match.one.get_absolute_url(),
                    match.other.get_absolute_url(),
                )
            )
