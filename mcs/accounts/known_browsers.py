"""Browsers in which an account has signed in before, recognized by a cookie.

Failed attempts from known browsers are counted separately. So an attacker who guesses passwords
elsewhere cannot lock out the owner of the account.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from orgs.security import digest

COOKIE = "known"
DAYS = 90
MAX_ACCOUNTS = 3
"""People share computers: a browser can be known for several accounts."""


def address_hmac(address: str) -> str:
    """The keyed hash of an account's e-mail address, one of those in the cookie."""
    return digest("known browser", address.lower()).hex()[:32]


def is_known_browser(request: HttpRequest, address: str) -> bool:
    """Whether the account of this address has signed in in this browser in the last 90 days."""
    hashes = request.COOKIES.get(COOKIE, "").split(".")
    return any(constant_time_compare(known, address_hmac(address)) for known in hashes)


def remember_browser(request: HttpRequest, response: HttpResponseBase, address: str) -> None:
    """Set the cookie by which the browser is known for this account."""
    own = address_hmac(address)
    others = [known for known in request.COOKIES.get(COOKIE, "").split(".") if known != own]
    response.set_cookie(
        COOKIE,
        ".".join([own, *others][:MAX_ACCOUNTS]),
        max_age=DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
