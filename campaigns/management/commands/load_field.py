"""manage.py load_field: organizations, networks, gatherings and campaigns of the real field."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from campaigns.management.load_command import LoadCommand
from orgs.gazetteer.finding import find_place
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
        with (FIELD / "same_as_paper.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if not Record.objects.filter(slug=row["record"]).exists():
                    raise CommandError("Load the paper's catalogue first: manage.py load_paper")
                yield row

    def read_tables(self) -> Iterator[tuple[str, ParsedFile]]:
        tables = list(super().read_tables())
        for kind, table in tables:
            if kind == "presence":
                name_records(table)
        yield from tables


def name_records(table: ParsedFile) -> None:
    """Write the slugs of records into the column of places, where cities are: "Quito, EC"."""
    typed = {cells["place"] for _, cells in table.rows if "," in cells["place"]}
    places = {name: find_city(name) for name in sorted(typed)}
    records = place_records(places.values())
    for _, cells in table.rows:
        if place := places.get(cells["place"]):
            cells["place"] = records[place].slug


def find_city(name: str) -> GazetteerPlace:
    """The place of this name. Raises CommandError."""
    try:
        place = find_place(name)
    except ValidationError as error:
        raise CommandError(f"presences.csv: {' '.join(error.messages)}") from error
    if place is None:
        raise CommandError(f"presences.csv: the gazetteer has no place called {name!r}.")
    return place
