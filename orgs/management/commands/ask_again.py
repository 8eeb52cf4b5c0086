"""manage.py ask_again: asks representatives, after a year without activity, whether all is still
right.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orgs.claims.freshness import due_requests, send_request
from orgs.messaging import NotSent


class Command(BaseCommand):
    """Ask representatives whether their entry is still right. A second run sends nothing."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many would be asked, and send nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints only the number of messages, no names."""
        sent = unsent = 0
        for representative, entry in due_requests():
            if not options["dry_run"]:
                if not settings.EMAIL_SENT:
                    raise CommandError("This catalogue sends no messages: set EMAIL_URL.")
                try:
                    send_request(representative, entry)
                except NotSent:
                    unsent += 1
                    continue
            sent += 1
        if options["verbosity"]:
            self.stdout.write(f"{sent} {'to be ' if options['dry_run'] else ''}asked.")
        if unsent:
            raise CommandError(f"{unsent} messages could not be sent. Run this again.")
