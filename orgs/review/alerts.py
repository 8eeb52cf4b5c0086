"""Urgent alerts: messages that moderators get at once rather than in the daily notice."""

import logging

from django.conf import settings

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.access.roles import Right, can
from orgs.messaging import NotSent, send_to_each

from .correction import Correction

log = logging.getLogger(__name__)

MIN_INTERVAL = 10 * 60
"""Seconds before moderators get another alert about the same entry."""


def alert_moderators(entry: int) -> None:
    """Alert every moderator to an urgent correction of this entry. Call it after the commit.

    The message contains a number and a link, neither the entry nor the text. If it cannot be sent,
    that is logged; the next correction or the daily notice mentions it.
    """
    if not settings.EMAIL_SENT or not count_attempt(f"alert about {entry}", 1, MIN_INTERVAL):
        return
    editors = Account.objects.filter(is_staff=True, is_active=True).order_by("pk")
    moderators = [account for account in editors if can(account, Right.DECIDE)]
    urgent = Correction.objects.pending().filter(urgent=True).count()
    try:
        send_to_each(
            "waiting",
            [(account.email, account.language) for account in moderators],
            urgent=urgent,
            count=0,
            reviews=0,
            days=0,
        )
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
