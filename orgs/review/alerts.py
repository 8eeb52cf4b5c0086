"""Alerts: what moderators learn at once, not with the notice of the day."""

import logging

from django.conf import settings

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.access.roles import Right, can
from orgs.messaging import NotSent, send_to_each

from .correction import Correction

log = logging.getLogger(__name__)

PAUSE = 10 * 60
"""Seconds until moderators are told again that something about the same entry is urgent."""


def tell_moderators(entry: int) -> None:
    """Tell every moderator that an urgent correction of this entry waits. Call it after a commit.

    The message has a number and a link: which entry it is, and what was written, stays here. If it
    cannot be sent, that is noted, and the next correction or the notice of the day tells of it.
    """
    if not settings.EMAIL_SENT or not count_attempt(f"alert about {entry}", 1, PAUSE):
        return
    editors = Account.objects.filter(is_staff=True, is_active=True).order_by("pk")
    moderators = [one for one in editors if can(one, Right.DECIDE)]
    urgent = Correction.objects.waiting().filter(urgent=True).count()
    try:
        send_to_each(
            "waiting",
            [(one.email, one.language) for one in moderators],
            urgent=urgent,
            count=0,
            reviews=0,
            days=0,
        )
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
