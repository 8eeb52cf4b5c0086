"""Messages to people whose account signs in from a new place.

A place is a browser on a network; a known browser is never new. It is stored like the counts of
rate limits, as a keyed hash, for a year after the last time.
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

from .known_browsers import is_known_browser

log = logging.getLogger(__name__)

PLACE_SECONDS = 365 * 86_400
"""How long a place is known."""


@receiver(user_logged_in)
def notify_of_new_place(request: Any, user: Any, **kwargs: Any) -> None:
    """Send the message, except at the first sign-in of the account."""
    adapter = get_adapter()
    browser = adapter.get_http_user_agent(request)
    keys = (f"place {user.pk}", f"place {user.pk} {adapter.get_client_ip(request)} {browser}")
    has_any_place, has_this_place = (cache.get(key) is not None for key in keys)
    for key in keys:
        cache.set(key, True, PLACE_SECONDS)
    if not has_any_place or has_this_place or is_known_browser(request, user.email):
        return
    if not settings.EMAIL_SENT:
        return
    try:
        send("new_place", user.email, user.language, browser=browser, at=timezone.now())
    except NotSent as error:
        # Signing in works all the same.
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
