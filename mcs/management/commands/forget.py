"""manage.py forget: forgets sessions, counts and addresses that have had their day; daily."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from orgs.models import Account, Attempt

LEFT = timedelta(days=7)
"""How long an address waits for whoever signed up with it to confirm it: it may be another's."""


class Command(BaseCommand):
    """Forget what has had its day: what is not kept cannot be taken."""

    help = "Forget sessions that are over, counts of attempts, and who never confirmed an address."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Sessions that still hold are none of its business."""
        now = timezone.now()
        Session.objects.filter(expire_date__lte=now).delete()
        UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
        Attempt.objects.filter(until__lte=now).delete()
        # Without a password it was made by signing up; whom an administrator made is left alone.
        Account.objects.filter(
            emailaddress__verified=False,
            last_login=None,
            date_joined__lte=now - LEFT,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
            is_staff=False,
        ).delete()
