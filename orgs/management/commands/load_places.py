"""manage.py load_places: the gazetteer, and a record for each country."""

from typing import Any

from django.core.management.base import BaseCommand

from orgs.gazetteer.load import load_table, make_countries


class Command(BaseCommand):
    """Loads or updates the places of the world. Running it twice changes nothing."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        places = load_table()
        number = make_countries()
        change = f"change {number}" if number else "nothing to change in the catalogue"
        if options["verbosity"]:
            self.stdout.write(f"The gazetteer: {places} places; {change}.")
