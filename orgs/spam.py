"""Forms that strangers send without an account: whether a person may have filled one in.

A form carries, sealed, when it was opened and for what. No script and no riddle is needed; who is
faster than a hand, or has no seal of ours, is no person.
"""

import secrets
import time

from django.core import signing

FASTEST = 3
"""Seconds that a person needs at least between opening a form and sending it."""
SALT = "orgs.spam"


def sealed(what: str) -> str:
    """Return what a form carries: when it was opened, and for what. No two are alike."""
    return signing.dumps([what, time.time(), secrets.token_urlsafe(8)], salt=SALT)


def open_for(seal: str, what: str) -> float | None:
    """Return for how many seconds a form has been open; None if it was never opened for this."""
    try:
        opened_for, opened, _nonce = signing.loads(seal, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return time.time() - opened if opened_for == what else None
