"""manage.py representatives --due: what representatives wait for, and what they have let pass;
daily.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orgs.claims.claim import Claim
from orgs.claims.codes import delete_expired_codes
from orgs.claims.lapses import end_lapsed, send_reminders
from orgs.claims.registration import start_all_proposed_claims


class Command(BaseCommand):
    """Runs daily; a second run on the same day does nothing."""

    help = "Remind representatives who have been silent for a year; end those silent for two."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--due", action="store_true", required=True, help="Do what is due.")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.now().date()
        Claim.objects.end_waiting_periods()
        delete_expired_codes()
        begun, lapsed, reminded = (
            start_all_proposed_claims(),
            end_lapsed(today),
            send_reminders(today),
        )
        if options["verbosity"]:
            self.stdout.write(f"{begun} begun, {reminded} reminded, {lapsed} lapsed")
