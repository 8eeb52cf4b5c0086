"""manage.py import_records: proposes the rows of a file as changesets."""

import csv
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from orgs.api.csv import format_cell
from orgs.changes.operations import Conflict
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.parsed_file import UnreadableFile
from orgs.imports.pipeline import Import
from orgs.imports.plan import ImportPlan, Step
from orgs.management.progress import Progress
from orgs.records.kinds import Kind
from orgs.records.reference import REFERENCES
from orgs.statements.statement import statement_kinds

STEPS = {
    Step.READING: "Reading",
    Step.CHECKING: "Checking",
    Step.TRYING: "Trying",
    Step.PROPOSING: "Proposing",
    Step.ACCEPTING: "Accepting",
}

MAX_LISTED = 10
"""Rows that are listed with a reason."""


class Command(BaseCommand):
    """Reads a CSV, XLSX or JSONL file and proposes what it says as changesets of one label."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        kinds = [*Kind.values, *REFERENCES, *statement_kinds()]
        parser.add_argument("file", type=Path, help="a .csv, .xlsx or .jsonl file")
        parser.add_argument("--kind", required=True, choices=kinds, help="what each row is")
        parser.add_argument(
            "--map",
            type=Path,
            help="a TOML file that says which column is which field; without "
            "it the columns are named like the fields",
        )
        parser.add_argument("--label", help="the import's name (default: the file's name)")
        parser.add_argument("--reason", default="", help="why, in a sentence; public")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would become of each row"
        )
        parser.add_argument(
            "--accept", action="store_true", help="accept at once instead of proposing"
        )
        parser.add_argument(
            "--good-part", action="store_true", help="store the sound rows, leave out the others"
        )
        parser.add_argument(
            "--refused", type=Path, help="write the refused cells to this CSV file, by reason"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="retire what an earlier import of this label said and this file does not",
        )

    def handle(self, *args, **options) -> None:
        path, kind = options["file"], options["kind"]
        try:
            if options["map"]:
                mapping = FileMapping.read(options["map"], kind)
                table = read_file(path, mapping.layout)
            else:
                table = read_file(path)
                mapping = FileMapping.from_header(kind, table.header)
            progress = Progress(self.stderr, len(table.rows))
            run = Import(
                options["label"] or path.name,
                reason=options["reason"],
                replace=options["replace"],
                report_progress=lambda step, fraction: progress(STEPS[Step(step)], fraction),
            )
            run.read(table, kind, mapping)
        except UnreadableFile as error:
            raise CommandError(error.describe(path.name)) from error
        except MappingError as error:
            raise CommandError(str(error)) from error
        for note in table.notes:
            self.stdout.write(note.describe(path.name))
        run.finish()
        try:
            if options["dry_run"]:
                run.dry_run()
                changesets = []
            else:
                changesets = run.store(options["accept"], options["good_part"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Conflict as error:
            raise CommandError(f"{error} Run the import again.") from error
        self._report(run.plan, options["verbosity"])
        if options["refused"]:
            write_refusals(options["refused"], run.plan)
        if run.plan.refused() and not options["good_part"] and not options["dry_run"]:
            raise CommandError(
                "Nothing was stored. Correct the rows above, or store the others with --good-part."
            )
        if changesets:
            numbers = [changeset.number for changeset in changesets if changeset.number]
            self.stdout.write(
                f"Accepted as changes {numbers[0]} to {numbers[-1]}."
                if numbers
                else f"Proposed as {len(changesets)} proposals; they wait in the queue."
            )

    def _report(self, plan: ImportPlan, verbosity: int) -> None:
        if verbosity > 1:
            for outcome in plan.outcomes:
                self.stdout.write(str(outcome))
        else:
            for group in plan.grouped_refusals():
                rows = dict.fromkeys(outcome.row for outcome in group)
                others = [f"{row:,}" for row in [*rows][1:]]
                listed = ", ".join([*others[:MAX_LISTED], *["…"][: len(others) > MAX_LISTED]])
                more = f" Also {len(others):,} more: rows {listed}." if others else ""
                self.stdout.write(f"{group[0]}{more}")
        self.stdout.write(plan.summary())


def write_refusals(path: Path, plan: ImportPlan) -> None:
    """Write the refused cells as a table. Raises CommandError."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(("table", "row", "column", "value", "reason"))
            for group in plan.grouped_refusals():
                for item in group:
                    cells = (item.table, str(item.row), item.column, item.value, item.reason)
                    table.writerow(map(format_cell, cells))
    except OSError as error:
        raise CommandError(f"The file {path} cannot be written: {error.strerror}.") from error
