"""From where somebody has signed in before, so that they hear of a place that is new.

A place is a browser on a network, unless the browser knows the account itself. It is kept like an
attempt, as a keyed hash under which nothing can be read, for a year after the last time.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import user_logged_in
from django.conf import settings
from django.core.cache import cache
from django.dispatch import receiver
from django.utils import timezone

from orgs.messaging import NotSent, send

from .known import knows

log = logging.getLogger(__name__)

KEPT = 365 * 86_400
"""Seconds for which a place is known."""


@receiver(user_logged_in)
def tell_of_a_new_place(request: Any, user: Any, **kwargs: Any) -> None:
    """Tell somebody that their account was opened from where it never was; not the first time."""
    adapter = get_adapter()
    browser = adapter.get_http_user_agent(request)
    names = (f"place {user.pk}", f"place {user.pk} {adapter.get_client_ip(request)} {browser}")
    has_been_somewhere, has_been_here = (cache.get(name) is not None for name in names)
    for name in names:
        cache.set(name, True, KEPT)
    if not has_been_somewhere or has_been_here or knows(request, user.email):
        return
    if not settings.EMAIL_SENT:
        return
    try:
        send("new_place", user.email, user.language, browser=browser, at=timezone.now())
    except NotSent as error:
        # Whoever signs in must not be kept out by that.
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
