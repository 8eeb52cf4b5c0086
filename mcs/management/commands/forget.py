"""manage.py forget: delete expired sessions, counts, uploads, drafts and other personal data."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.rate_limits import Attempt
from orgs.access.readings import Reading
from orgs.imports.upload import RETENTION_DAYS, Upload
from orgs.profiles.draft import Draft
from orgs.review.assignment import Assignment
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision

UNCONFIRMED = timedelta(days=7)
"""How long an account with an unconfirmed address is stored: it may be another person's address."""
DECIDED_CORRECTIONS = timedelta(days=90)
"""How long a decided correction is stored: its text may name people."""
DRAFTS = timedelta(days=365)
"""How long an unsent draft is stored: representatives review their entry once a year."""


class Command(BaseCommand):
    """Delete data whose retention period is over."""

    help = (
        "Forget sessions that are over, counts of attempts, files that nobody came back for, "
        "decisions about imports that were carried out, words that nobody sent, corrections that "
        "were decided long ago, notes of who read what is not public, and who never confirmed an "
        "address."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        Session.objects.filter(expire_date__lte=now).delete()
        UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
        Attempt.objects.filter(until__lte=now).delete()
        Upload.objects.filter(at__lte=now - timedelta(days=RETENTION_DAYS)).delete()
        ImportDecision.objects.exclude(job__ended=None, job__failed="").filter(
            at__lte=now - timedelta(days=RETENTION_DAYS)
        ).delete()
        Draft.objects.filter(saved__lte=now - DRAFTS).delete()
        Assignment.objects.expired().delete()
        Reading.objects.expired().delete()
        Correction.objects.filter(decided_at__lte=now - DECIDED_CORRECTIONS).delete()
        # Signing up creates accounts without a password. Accounts that an administrator has created
        # stay.
        Account.objects.filter(
            emailaddress__verified=False,
            last_login=None,
            date_joined__lte=now - UNCONFIRMED,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
            is_staff=False,
        ).delete()
