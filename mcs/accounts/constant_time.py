"""Answers that take the same time whether an account exists or not.

Pages and messages do not reveal whether an address has an account, but their duration would:
sending a message takes time. So an answer for which accounts were looked up is sent at the end of
a whole number of steps. Differences below one step do not show.

Requests refused before the lookup (rate limits, malformed addresses) are answered at once. Only a
few threads may wait at a time; without a free slot no account is looked up.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mcs.concurrency import NoFreeSlot, account_lookups

STEP = 0.25
"""Seconds. Longer than a password check, so that nearly all answers take one step."""


class AccountLookup:
    """An execute wrapper that takes a slot before the first query about accounts.

    It raises NoFreeSlot instead of running that query if all are taken.
    """

    def __init__(self) -> None:
        self.tables = [model._meta.db_table for model in (EmailAddress, get_user_model())]
        self.release: Callable[[], None] | None = None

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
        if self.release is None and any(table in sql for table in self.tables):
            self.release = account_lookups.acquire()
            if self.release is None:
                raise NoFreeSlot
        return execute(sql, params, many, context)


def constant_time(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a view so that its answers to POST, errors included, take whole steps."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        start = time.monotonic()
        lookup = AccountLookup()
        try:
            with connection.execute_wrapper(lookup):
                response = view(request, *args, **kwargs)
                # Rendered here: the time of a page rendered later would show.
                return response.render() if hasattr(response, "render") else response
        finally:
            if lookup.release is not None:
                try:
                    wait(start)
                finally:
                    lookup.release()

    return wrapper


def wait(start: float) -> None:
    """Sleep until the current step ends. `start` is a time of the monotonic clock."""
    time.sleep(-(time.monotonic() - start) % STEP)
