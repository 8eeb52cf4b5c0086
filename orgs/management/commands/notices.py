"""manage.py notices: tells moderators once a day how much waits for them; daily."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.messaging import NotSent, send
from orgs.review.queue import KINDS

KEPT = 2 * 86_400
"""Seconds for which it is known that somebody was told on a day."""


class Command(BaseCommand):
    """Tell moderators what waits, in numbers only; nobody is told twice a day, or of nothing."""

    help = "Send moderators a message about what waits for a decision, once a day at most."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError if messages cannot be sent: run it again then."""
        if not settings.EMAIL_SENT:
            return
        told: dict[str, Any] = waiting()
        if not told["count"] and not told["reviews"]:
            return
        day = timezone.now().date().isoformat()
        for account in Account.objects.filter(is_staff=True, is_active=True).order_by("pk"):
            name = f"notice {day} {account.pk}"
            # Of two that run at once, one sends.
            if not can(account, Right.DECIDE) or not cache.add(name, True, KEPT):
                continue
            try:
                send("waiting", account.email, account.language, **told)
            except NotSent as error:
                cache.delete(name)
                raise CommandError(
                    "The server of messages did not take a message. Run this again later."
                ) from error


def waiting() -> dict[str, int]:
    """Return how much waits, how much of it is urgent, and for how many days the oldest has."""
    kinds = {kind.name: kind.rows() for kind in KINDS}
    reviews = kinds.pop("review").count()
    count = sum(rows.count() for rows in kinds.values())
    oldest = [
        rows.order_by("since").values_list("since", flat=True).first() for rows in kinds.values()
    ]
    now = timezone.now()
    return {
        "count": count,
        "urgent": kinds["correction"].filter(urgent=True).count(),
        "days": max((now - since).days for since in oldest if since) if count else 0,
        "reviews": reviews,
    }
