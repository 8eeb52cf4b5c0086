"""Representatives lapse without activity; a reminder comes first."""

import logging
from calendar import monthrange
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orgs.access.representative import Representative
from orgs.messaging import NotSent

from .claim import Invitation
from .lifecycle import claimable_entries, notify_representative

log = logging.getLogger(__name__)
REMINDER_MONTHS, LAPSE_MONTHS = 12, 24
"""Months of inactivity before a representative is reminded, and before it lapses."""


def months_before(day: date, months: int) -> date:
    """The day so many months earlier, or the last day of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last_day = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last_day))


def reminders_due(day: date) -> Any:
    """Representatives inactive for a year who have not been reminded since."""
    inactive = Representative.objects.filter(
        ended=None, seen__date__lte=months_before(day, REMINDER_MONTHS)
    )
    return inactive.filter(
        Q(reminded=None) | Q(reminded__date__lte=months_before(day, REMINDER_MONTHS)),
        seen__date__gt=months_before(day, LAPSE_MONTHS),
    ).select_related("account")


def send_reminders(day: date) -> int:
    """Send the reminders that are due. Returns how many were sent.

    Each period of inactivity has one reminder. If a message cannot be sent, the next run tries
    again.
    """
    count = 0
    for representative in reminders_due(day):
        lapses = lapse_date(representative)
        count += _update_and_notify(
            representative, "claims/reminder", {"reminded": timezone.now()}, lapses
        )
    return count


def end_lapsed(day: date) -> int:
    """End the representatives inactive for two years. Returns how many."""
    count = 0
    inactive = Representative.objects.filter(
        ended=None, seen__date__lte=months_before(day, LAPSE_MONTHS)
    )
    for representative in inactive.select_related("account"):
        count += _update_and_notify(
            representative, "claims/lapsed", {"ended": timezone.now()}, None
        )
        Invitation.objects.open().filter(representative=representative).update(ended=timezone.now())
    return count


def _update_and_notify(
    representative: Representative, name: str, change: dict, lapses: date | None
) -> bool:
    """Change a representative and inform it; neither, if the message cannot be sent."""
    entry = claimable_entries().filter(pk=representative.record_id).first()
    try:
        with transaction.atomic():
            if not Representative.objects.filter(pk=representative.pk, ended=None).update(**change):
                return False
            if entry is not None:
                notify_representative(representative, name, entry, lapses=lapses)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
        return False
    return True


def lapse_date(representative: Representative) -> date:
    """The day on which a representative lapses without activity."""
    return months_before(representative.seen.date(), -LAPSE_MONTHS)
