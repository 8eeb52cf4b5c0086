"""manage.py load_paper: the paper's own catalogue, from data files that people can read."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.parsed_file import UnreadableFile
from orgs.imports.pipeline import Import

PAPER = Path(__file__).parents[2] / "paper"

TABLES = {
    "records": "record",
    "sources": "source",
    "terms": "term",
    "citations": "citation",
    "names": "name",
    "existences": "existence",
    "traits": "trait",
    "arena_placements": "arena_placement",
    "texts": "text",
    "presences": "presence",
    "memberships": "membership",
    "involvements": "involvement",
    "legal_acts": "legal_act",
    "contexts": "context",
    "coverages": "coverage",
    "figures": "figure",
    "relations": "relation",
    "identifiers": "identifier",
    "links": "link",
}
"""The data files and what each row of them is; files come after those that they refer to."""


class Command(BaseCommand):
    """Loads or updates the paper's catalogue. Running it twice changes nothing."""

    help = __doc__

    def handle(self, *args, **options) -> None:
        """Read every data file and store what is new."""
        run = Import(
            "The paper's catalogue",
            reason="What Fox and Gois say in “Migrant Civil Society: Ten Propositions”.",
            replace=True,
        )
        for name, kind in TABLES.items():
            path = PAPER / f"{name}.csv"
            try:
                table = read_file(path)
                mapping = FileMapping.from_header(kind, table.header, ignore=("facts",))
                # What the paper names may be there already.
                mapping.find = ("slug",)
                run.read(table, kind, mapping)
            except UnreadableFile as error:
                raise CommandError(error.describe(path.name)) from error
            except MappingError as error:
                raise CommandError(str(error)) from error
        changesets = run.finish().store()
        for outcome in run.plan.refused():
            self.stderr.write(str(outcome))
        if run.plan.refused():
            raise CommandError("Nothing was stored. Correct the data files and try again.")
        tally = run.plan.tally()
        summary = ", ".join(f"{count} {verdict}" for verdict, count in tally.items() if count)
        self.stdout.write(f"The paper's catalogue: {summary}; {len(changesets)} changes.")
