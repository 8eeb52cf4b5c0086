"""manage.py reproject: writes entries anew from the ledger, or proves that they are right."""

import sys

from django.core.management.base import BaseCommand

from orgs.changes import rebuild


class Command(BaseCommand):
    """Writes every entry anew from the ledger; --check only compares; --due moves on the day."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        """Say what can be asked."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 if an entry differs"
        )
        parser.add_argument(
            "--due", action="store_true", help="only what changes because a day has passed"
        )

    def handle(self, *args, **options) -> None:
        """Do it and say how many entries it concerned."""
        if options["check"]:
            wrong, entries = rebuild.check()
            for line in wrong[:50]:
                self.stderr.write(line)
            self.stdout.write(f"{len(wrong)} of {entries} entries differ from the ledger.")
            if wrong:
                sys.exit(1)
        elif options["due"]:
            changed = rebuild.rebuild_due()
            if options["verbosity"]:
                self.stdout.write(f"{changed} entries changed because days have passed.")
        else:
            self.stdout.write(f"{rebuild.rebuild_all()} entries written anew.")
