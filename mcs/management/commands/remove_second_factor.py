"""manage.py remove_second_factor ADDRESS: for people who lost their device and recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mcs.accounts.sessions import end_other_sessions
from orgs.access.account import Account


class Command(BaseCommand):
    """Remove the second factor of an account, and end all of its sessions.

    The operator has to verify the person's identity first.
    """

    help = "Remove the second factor of an account whose owner has lost it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="with which they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = Account.objects.get_by_natural_key(options["address"])
        except Account.DoesNotExist:
            raise CommandError("No account has this address.") from None
        Authenticator.objects.filter(user=account).delete()
        end_other_sessions(account)
        self.stdout.write(
            f"The second factor of {account.email} is removed; the next sign-in leads to a new one."
        )
