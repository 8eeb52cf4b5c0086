"""manage.py load_field: organizations, networks, gatherings and campaigns of the real field."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.core.management import CommandError, call_command

from campaigns.management.load_command import LoadCommand
from orgs.gazetteer.first_use import place_records
from orgs.gazetteer.model import GazetteerPlace
from orgs.imports.parsed_file import ParsedFile
from orgs.records.record import Record

FIELD = Path(__file__).parents[2] / "field"


class Command(LoadCommand):
    """Needs the paper's catalogue, whose terms it uses and whose records it adds to."""

    help = __doc__
    folder = FIELD
    label = "The field catalogue"
    reason = "What public pages say about migrant organizations, their networks and their meetings."

    def handle(self, *args, **options) -> None:
        merged = list(self.records_of_the_paper())
        call_command("load_places", verbosity=0)
        super().handle(*args, **options)
        if options["verbosity"]:
            self.stdout.write(f"{len(merged)} records are in the paper's catalogue as well:")
            for row in merged:
                self.stdout.write(f"  {row['record']} ({row['why']})")

    def records_of_the_paper(self) -> Iterator[dict[str, str]]:
        """The rows of same_as_paper.csv. Raises CommandError without the paper's catalogue."""
        for row in read_rows("same_as_paper"):
            if not Record.objects.filter(slug=row["record"]).exists():
                raise CommandError("Load the paper's catalogue first: manage.py load_paper")
            yield row

    def read_tables(self) -> Iterator[tuple[str, ParsedFile]]:
        slugs = self.slugs_of_cities()
        for kind, table in super().read_tables():
            if kind == "presence":
                for _, cells in table.rows:
                    cells["place"] = slugs.get(cells["place"], cells["place"])
            yield kind, table

    def slugs_of_cities(self) -> dict[str, str]:
        """The slugs of the records of cities, made if they are missing, by the names here."""
        codes = {row["place"]: row["code"] for row in read_rows("cities")}
        places = GazetteerPlace.objects.in_bulk(codes.values())
        records = place_records(places.values())
        return {name: records[places[code]].slug for name, code in codes.items()}


def read_rows(table: str) -> Iterator[dict[str, str]]:
    with (FIELD / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
