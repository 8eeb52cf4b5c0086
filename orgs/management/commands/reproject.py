"""manage.py reproject: rebuilds entries from the ledger, or compares them with it."""

import sys

from django.core.management.base import BaseCommand

from orgs.changes import rebuild


class Command(BaseCommand):
    """Rebuilds every entry from the ledger; --check only compares; --due advances the day."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 if an entry differs"
        )
        parser.add_argument(
            "--due", action="store_true", help="only what changes because a day has passed"
        )

    def handle(self, *args, **options) -> None:
        if options["check"]:
            differences, entries = rebuild.check()
            for line in differences[:50]:
                self.stderr.write(line)
            self.stdout.write(f"{len(differences)} of {entries} entries differ from the ledger.")
            if differences:
                sys.exit(1)
        elif options["due"]:
            changed = rebuild.rebuild_due()
            if options["verbosity"]:
                self.stdout.write(f"{changed} entries changed because days have passed.")
        else:
            self.stdout.write(f"{rebuild.rebuild_all()} entries written anew.")
