"""manage.py notices: informs moderators of the length of the review queue; daily."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.messaging import NotSent, send
from orgs.review.queue import KINDS

REMEMBERED = 2 * 86_400
"""Seconds for which the cache stores that a moderator was notified on a day."""


class Command(BaseCommand):
    """Sends only numbers, at most once a day, and nothing if nothing is pending."""

    help = "Send moderators a message about what waits for a decision, once a day at most."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if messages cannot be sent: run it again then."""
        if not settings.EMAIL_SENT:
            return
        counts: dict[str, Any] = count_pending()
        if not counts["count"] and not counts["reviews"]:
            return
        day = timezone.now().date().isoformat()
        for account in Account.objects.filter(is_staff=True, is_active=True).order_by("pk"):
            name = f"notice {day} {account.pk}"
            # `add` lets only one of two concurrent runs send.
            if not can(account, Right.DECIDE) or not cache.add(name, True, REMEMBERED):
                continue
            try:
                send("waiting", account.email, account.language, **counts)
            except NotSent as error:
                cache.delete(name)
                raise CommandError(
                    "The server of messages did not take a message. Run this again later."
                ) from error


def count_pending() -> dict[str, int]:
    """Numbers of pending and of urgent items, age of the oldest in days, and number of reviews."""
    kinds = {kind.name: kind.queryset() for kind in KINDS}
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
