"""Keyed hashes of what the catalogue must recognize but not store in clear.

Without the key the hashed text cannot be found by trying names; with another key the
hashes match nothing.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac


def digest(what: str, text: str, key: str | bytes | None = None) -> bytes:
    """The HMAC of a text; `what` separates the hashes of different uses. The default key is
    SECRET_KEY.
    """
    return salted_hmac(what, text, secret=key, algorithm="sha256").digest()


def digests(what: str, text: str) -> list[str]:
    """Hex digests of a text with the current and the former keys, for look-ups."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [digest(what, text, key).hex() for key in keys]
