"""What only a deployment has: proxies in front, a database elsewhere, names of the site."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

ENCRYPTED = ("require", "verify-ca", "verify-full")
"""The values of `sslmode` that send nothing in plain text."""


def is_local(host: str | None) -> bool:
    """Whether a host name or address is of this machine; a socket in a folder is, too."""
    name = (host or "").strip("[]").lower()
    if not name or name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def trusted_proxies(environ: Mapping[str, str]) -> int:
    """Return how many proxies in front add an address to X-Forwarded-For.

    TRUSTED_PROXIES says so; without it one stands before a public BASE_URL, and none otherwise.
    Raises ImproperlyConfigured when it is no number.
    """
    given = environ.get("TRUSTED_PROXIES", "")
    if not given:
        return 0 if is_local(urlsplit(environ.get("BASE_URL", "")).hostname) else 1
    if not (given.isascii() and given.isdecimal() and len(given) < 3):
        raise ImproperlyConfigured(
            "TRUSTED_PROXIES is the number of proxies in front of the catalogue, such as 1; "
            f"it is {given!r}."
        )
    return int(given)


def check_deployment(app_configs: object, **kwargs: object) -> list[Caution]:
    """Say before a catalogue is deployed what its settings leave open."""
    from django.conf import settings  # this module helps to make them

    return [*_proxies(settings), *_database(settings), *_hosts(settings)]


def _proxies(settings: object) -> Iterator[Caution]:
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT  # type: ignore[attr-defined]
    url = settings.BASE_URL  # type: ignore[attr-defined]
    if url.startswith("https://") and count == 0:
        yield Caution(
            "TRUSTED_PROXIES is 0, but BASE_URL has https, which a proxy in front has to end: all "
            "visitors count as one, so that one of them can lock all others out.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For.",
            id="mcs.W002",
        )
    elif not url.startswith("https://") and not settings.TRUSTED_PROXIES_SAID:  # type: ignore[attr-defined]
        yield Caution(
            f"TRUSTED_PROXIES is not set, and {count} is taken for it. Too few, and all visitors "
            "count as one; too many, and each can pretend to be another.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For, 0 if "
            "the catalogue is reached directly.",
            id="mcs.W002",
        )


def _database(settings: object) -> Iterator[Caution]:
    database = settings.DATABASES["default"]  # type: ignore[attr-defined]
    options = database.get("OPTIONS", {})
    hosts = f"{database.get('HOST', '')},{options.get('hostaddr', '')}".split(",")
    if all(is_local(host) for host in hosts) or options.get("sslmode") in ENCRYPTED:
        return
    yield Caution(
        "The database is on another machine, and DATABASE_URL does not ask for encryption: what "
        "is confidential can be read and changed on the way.",
        hint="Add ?sslmode=verify-full&sslrootcert=/path/of/the/certificate to DATABASE_URL, or "
        "at least ?sslmode=require.",
        id="mcs.W003",
    )


def _hosts(settings: object) -> Iterator[Caution]:
    wild = [host for host in settings.ALLOWED_HOSTS if host.startswith(("*", "."))]  # type: ignore[attr-defined]
    if wild:
        yield Caution(
            f"ALLOWED_HOSTS has {', '.join(wild)}: whoever sends a request chooses the name that "
            "stands in links.",
            hint="Name every host in full.",
            id="mcs.W004",
        )
