"""What the commands that load a catalogue's data files have in common."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from django.core.management.base import BaseCommand, CommandError

from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping, MappingError
from orgs.imports.parsed_file import ParsedFile, UnreadableFile
from orgs.imports.pipeline import Import
from orgs.sql import execute

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


class LoadCommand(BaseCommand):
    """Loads or updates the catalogue of a folder. Running it twice changes nothing."""

    folder: ClassVar[Path]
    label: ClassVar[str]
    reason: ClassVar[str]

    def handle(self, *args, **options) -> None:
        """Read every data file of the folder and store what is new."""
        run = Import(self.label, reason=self.reason, replace=True, permanent_keys=True)
        for kind, table in self.read_tables():
            try:
                mapping = FileMapping.from_header(kind, table.header, ignore=("facts",))
                # Another list may have made a record that this one names.
                mapping.find = ("slug",)
                run.read(table, kind, mapping)
            except MappingError as error:
                raise CommandError(str(error)) from error
        changesets = run.finish().store()
        for outcome in run.plan.refused():
            self.stderr.write(str(outcome))
        if run.plan.refused():
            raise CommandError("Nothing was stored. Correct the data files and try again.")
        if changesets:
            # Until PostgreSQL has counted the new rows, it chooses slow plans for pages.
            execute("ANALYZE")
        self.stdout.write(f"{self.label}: {run.plan.summary()} {len(changesets)} changes.")

    def read_tables(self) -> Iterator[tuple[str, ParsedFile]]:
        for name, kind in TABLES.items():
            path = self.folder / f"{name}.csv"
            if path.exists():
                try:
                    yield kind, read_file(path)
                except UnreadableFile as error:
                    raise CommandError(error.describe(path.name)) from error
