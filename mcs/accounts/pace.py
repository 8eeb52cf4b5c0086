"""Answers that take as long whether an account is there or not.

Pages and messages tell a stranger nothing about whose address has an account; the time that they
take would: a message to somebody unknown is another message. So an answer for which accounts were
looked up comes after a whole number of steps, and what differs by less than a step does not show.

What is refused before that (too many tries, an address that is none) comes at once: no account has
anything to do with it. And few threads wait at a time: without a free slot nothing is looked up.
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
"""Seconds: more than checking a password takes, so that nearly all answers take one."""


class LookUp:
    """Watches the queries of a request for the first one about accounts, which takes a slot."""

    def __init__(self) -> None:
        self.tables = [one._meta.db_table for one in (EmailAddress, get_user_model())]
        self.give_back: Callable[[], None] | None = None

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
        """Run a query for Django. Raises NoSlot before one about accounts, if no slot is free."""
        if self.give_back is None and any(table in sql for table in self.tables):
            self.give_back = sleeping.take()
            if self.give_back is None:
                raise NoSlot
        return execute(sql, params, many, context)


def paced(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view that answers what is sent to it in time with a clock; reading is not held up.

    What fails takes as long, too.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        begun = time.monotonic()
        look_up = LookUp()
        try:
            with connection.execute_wrapper(look_up):
                response = view(request, *args, **kwargs)
                # A page that is written after this would tell by its own time.
                return response.render() if hasattr(response, "render") else response
        finally:
            if look_up.give_back is not None:
                try:
                    rest(begun)
                finally:
                    look_up.give_back()

    return answer


def rest(begun: float) -> None:
    """Wait for the end of the step that goes on, of those since a moment of the monotonic clock."""
    time.sleep(-(time.monotonic() - begun) % STEP)
