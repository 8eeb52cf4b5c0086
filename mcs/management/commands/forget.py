"""manage.py forget: forgets sessions, counts, addresses, uploads and more that had their day."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.attempt import Attempt
from orgs.access.reading import Reading
from orgs.imports.upload import RETENTION_DAYS, Upload
from orgs.profiles.draft import Draft
from orgs.review.assignment import Assignment
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision

LEFT = timedelta(days=7)
"""How long an address waits for whoever signed up with it to confirm it: it may be another's."""
DECIDED = timedelta(days=90)
"""How long a decided correction is kept: what a reader wrote may name people."""


UNSENT = timedelta(days=365)
"""How long words wait that nobody has sent: longer than the year in which an entry is looked at."""


class Command(BaseCommand):
    """Forget what has had its day: what is not kept cannot be taken."""

    help = (
        "Forget sessions that are over, counts of attempts, files that nobody came back for, "
        "decisions about imports that were carried out, words that nobody sent, corrections that "
        "were decided long ago, notes of who read what is not public, and who never confirmed an "
        "address."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Sessions that still hold are none of its business."""
        now = timezone.now()
        Session.objects.filter(expire_date__lte=now).delete()
        UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
        Attempt.objects.filter(until__lte=now).delete()
        Upload.objects.filter(at__lte=now - timedelta(days=RETENTION_DAYS)).delete()
        ImportDecision.objects.filter(ended__lte=now - timedelta(days=RETENTION_DAYS)).delete()
        Draft.objects.filter(saved__lte=now - UNSENT).delete()
        Assignment.objects.expired().delete()
        Reading.objects.expired().delete()
        Correction.objects.filter(decided_at__lte=now - DECIDED).delete()
        # Without a password it was made by signing up; whom an administrator made is left alone.
        Account.objects.filter(
            emailaddress__verified=False,
            last_login=None,
            date_joined__lte=now - LEFT,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
            is_staff=False,
        ).delete()
