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

from mcs.slots import NoSlot, sleeping

STEP = 0.25
"""Seconds. Longer than a password check, so that nearly all answers take one step."""


class AccountLookup:
    """An execute wrapper that takes a slot before the first query about accounts."""

    def __init__(self) -> None:
        self.tables = [model._meta.db_table for model in (EmailAddress, get_user_model())]
        self.give_back: Callable[[], None] | None = None

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
        """Run a query for Django. Raises NoSlot before one about accounts if no slot is free."""
        if self.give_back is None and any(table in sql for table in self.tables):
            self.give_back = sleeping.take()
            if self.give_back is None:
                raise NoSlot
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
            if lookup.give_back is not None:
                try:
                    wait(start)
                finally:
                    lookup.give_back()

    return wrapper


def wait(start: float) -> None:
    """Sleep until the current step ends. `start` is a time of the monotonic clock."""
    time.sleep(-(time.monotonic() - start) % STEP)
