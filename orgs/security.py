"""Keyed hashes: what the catalogue recognizes again and nobody can read.

Without the key nobody tells what a hash stands for, not even by trying all names there are; with
another key none of them means anything any more.
"""

import hmac

from django.conf import settings


def digest(what: str, text: str, key: str | bytes = "") -> bytes:
    """Return the keyed hash of a text; `what` it is keeps the hashes of two uses apart.

    The key is the catalogue's own, unless another is given.
    """
    key = key or settings.SECRET_KEY
    secret = key.encode() if isinstance(key, str) else key
    return hmac.digest(secret, f"{what}\0{text}".encode(), "sha256")


def digests(what: str, text: str) -> list[str]:
    """Return the hashes of a text under the key of today and those before it, for looking it up."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [digest(what, text, key).hex() for key in keys]
