"""The e-mail backend: from EMAIL_URL; the terminal in the demo; otherwise none."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"


class Mail(NamedTuple):
    """Django's e-mail settings."""

    backend: str
    sent: bool
    """Whether messages are delivered. Signing up and codes need it."""
    sender: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    folder: str | None = None


def configuration(environ: Mapping[str, str], demo: bool) -> Mail:
    """The settings from EMAIL_URL and, for the sender, BASE_URL.

    Raises ImproperlyConfigured when EMAIL_URL is invalid.
    """
    url = environ.get("EMAIL_URL", "") or ("console:" if demo else "")
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = urlsplit(environ.get("BASE_URL", "")).hostname or "localhost"
    sender = options.get("from", f"catalogue@{host}")
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
        # The URL may contain a password, so the message does not repeat it.
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
        use_tls=not secure and options.get("tls") != "no",
        use_ssl=secure,
    )


def check_mail(app_configs: object, **kwargs: object) -> list[CheckWarning]:
    """System check (`check --deploy`): messages cannot be sent."""
    from django.conf import settings  # the settings import this module

    if settings.EMAIL_SENT:
        return []
    return [
        CheckWarning(
            "EMAIL_URL is not set: nobody can sign up, sign in by a code or set a new password.",
            hint="Set EMAIL_URL=smtp://user:password@host:587.",
            id="mcs.W001",
        )
    ]
