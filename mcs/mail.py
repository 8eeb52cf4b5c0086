"""How messages leave: by EMAIL_URL, on the terminal in the demo, otherwise not at all."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"


class Mail(NamedTuple):
    """What Django has to know about messages."""

    backend: str
    sent: bool
    """Whether messages reach anybody: if not, nobody can sign up or ask for a code."""
    sender: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    folder: str | None = None


def configuration(environ: Mapping[str, str], demo: bool) -> Mail:
    """Return how messages leave, from EMAIL_URL and, for their sender, BASE_URL.

    The demo writes them on the terminal. Raises ImproperlyConfigured when EMAIL_URL cannot be read.
    """
    url = environ.get("EMAIL_URL", "") or ("console:" if demo else "")
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    public = urlsplit(environ.get("BASE_URL", "")).hostname or "localhost"
    sender = asked.get("from", f"catalogue@{public}")
    if not url:
        return Mail(f"{BACKENDS}.dummy.EmailBackend", False, sender)
    if parts.scheme == "console":
        return Mail(f"{BACKENDS}.console.EmailBackend", True, sender)
    if parts.scheme == "file" and parts.path:
        return Mail(f"{BACKENDS}.filebased.EmailBackend", True, sender, folder=unquote(parts.path))
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1:
        # The address itself may hold a password, so it is not repeated.
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read. It is smtp://user:password@host:587 (with STARTTLS; "
            "?tls=no for a server on this machine), smtps://user:password@host:465, "
            "file:///folder or console:, and ?from=address names the sender."
        )
    secure = parts.scheme == "smtps"
    return Mail(
        f"{BACKENDS}.smtp.EmailBackend",
        True,
        sender,
        host=parts.hostname,
        port=port or (465 if secure else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=not secure and asked.get("tls") != "no",
        use_ssl=secure,
    )


def check_mail(app_configs: object, **kwargs: object) -> list[Caution]:
    """Say before a catalogue is deployed that it cannot send messages."""
    from django.conf import settings  # this module helps to make them

    if settings.EMAIL_SENT:
        return []
    return [
        Caution(
            "EMAIL_URL is not set: nobody can sign up, sign in by a code or set a new password.",
            hint="Set EMAIL_URL=smtp://user:password@host:587.",
            id="mcs.W001",
        )
    ]
