"""Spam protection of public forms, without scripts and puzzles.

A form carries a signed token with its purpose and the time when it was opened. A form without a
valid token, or sent faster than a person can write, is spam.
"""

import secrets
import time

from django.core import signing

MIN_SECONDS = 3
"""Seconds that a person needs at least to fill in a form."""
SALT = "orgs.spam"


def form_token(purpose: str) -> str:
    """A signed token with the purpose and the current time; each is unique."""
    return signing.dumps([purpose, time.time(), secrets.token_urlsafe(8)], salt=SALT)


def seconds_open(token: str, purpose: str) -> float | None:
    """Seconds since the token was made; None if it is invalid or made for another purpose."""
    try:
        opened_for, opened, _nonce = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return time.time() - opened if opened_for == purpose else None
