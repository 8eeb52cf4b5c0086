"""manage.py synthesize: adds synthetic organizations for measurements."""

from django.core.management.base import BaseCommand, CommandError

from orgs.management.synthetic import LABEL, seed_exists, synthesize
from orgs.records.record import Record
from orgs.sql import execute


class Command(BaseCommand):
    """Makes N organizations that do not exist, in a catalogue that holds nothing else."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("number", type=int, metavar="N", help="how many organizations")
        parser.add_argument(
            "--seed", type=int, default=1, help="another number makes others (default: 1)"
        )
        parser.add_argument(
            "--among-others",
            action="store_true",
            help="also in a catalogue that holds other records: nothing takes them out again",
        )

    def handle(self, *args, **options) -> None:
        number, seed = options["number"], options["seed"]
        if number < 1 or seed < 0:
            raise CommandError("Ask for one organization or more, with a seed of 0 or more.")
        if seed_exists(seed):
            raise CommandError(f"The organizations of the seed {seed} are here. Take another seed.")
        if Record.objects.exists() and not options["among_others"]:
            raise CommandError(
                "This catalogue holds other records, and made-up ones do not belong among them. Set"
                " MCS_HOME or DATABASE_URL to an empty one, or say --among-others if you mean it."
            )

        def report_progress(done: int) -> None:
            if options["verbosity"]:
                self.stdout.write(f"{done} of {number} ...")

        synthesize(number, seed, report_progress)
        # New rows are seen by everybody, and every plan knows how many there are.
        execute("VACUUM (ANALYZE)")
        if options["verbosity"]:
            self.stdout.write(f"{number} organizations were made up, labelled “{LABEL}”.")
