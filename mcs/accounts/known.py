"""Browsers from which somebody has come in before.

Whoever guesses at an account from elsewhere closes the way by password for others like themselves,
but not for its owner: guesses from a browser that knows the account are counted apart.
"""

import hmac

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from orgs.security import digest

COOKIE = "known"
DAYS = 90
MOST = 3
"""For so many accounts a browser is known: people share machines."""


def sign(address: str) -> str:
    """Return what a browser keeps that knows the account of this address: a keyed hash."""
    return digest("known browser", address.lower()).hex()[:32]


def knows(request: HttpRequest, address: str) -> bool:
    """Whether somebody has come in with this address, in this browser, in the last 90 days."""
    kept = request.COOKIES.get(COOKIE, "").encode().split(b".")
    return any(hmac.compare_digest(one, sign(address).encode()) for one in kept)


def remember(request: HttpRequest, response: HttpResponseBase, address: str) -> None:
    """Let the browser know this account from now on."""
    kept = [one for one in request.COOKIES.get(COOKIE, "").split(".") if one != sign(address)]
    response.set_cookie(
        COOKIE,
        ".".join([sign(address), *kept][:MOST]),
        max_age=DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
