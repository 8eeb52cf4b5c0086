"""Keyed hashes of what the catalogue must recognize but not store in clear.

Without the key the hashed text cannot be found by trying names; with another key the
hashes match nothing.
"""

import hmac

from django.conf import settings


def digest(what: str, text: str, key: str | bytes = "") -> bytes:
    """The HMAC of a text; `what` separates the hashes of different uses. The default key is
    SECRET_KEY.
    """
    key = key or settings.SECRET_KEY
    secret = key.encode() if isinstance(key, str) else key
    return hmac.digest(secret, f"{what}\0{text}".encode(), "sha256")


def digests(what: str, text: str) -> list[str]:
    """Hex digests of a text with the current and the former keys, for look-ups."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [digest(what, text, key).hex() for key in keys]
