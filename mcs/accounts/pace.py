"""Answers that take as long whether an account is there or not.

Pages and messages tell a stranger nothing about whose address has an account; the time that they
take would: a message to somebody unknown is another message. So these answers come after a whole
number of steps, and what differs by less than a step does not show.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

STEP = 0.25
"""Seconds: more than checking a password takes, so that nearly all answers take one."""


def paced(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view that answers what is sent to it in time with a clock; reading is not held up.

    What fails takes as long, too.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        begun = time.monotonic()
        try:
            response = view(request, *args, **kwargs)
            # A page that is written after this would tell by its own time.
            return response.render() if hasattr(response, "render") else response
        finally:
            rest(begun)

    return answer


def rest(begun: float) -> None:
    """Wait for the end of the step that goes on, of those since a moment of the monotonic clock."""
    time.sleep(-(time.monotonic() - begun) % STEP)
