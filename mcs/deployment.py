"""Settings and checks of deployments: proxies, a remote database, host names."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured

ENCRYPTED = ("require", "verify-ca", "verify-full")
"""The values of `sslmode` that require encryption."""


def is_local(host: str | None) -> bool:
    """Whether a host name, an address or the folder of a Unix socket is of this machine."""
    name = (host or "").strip("[]").lower()
    if not name or name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def trusted_proxies(environ: Mapping[str, str]) -> int:
    """The number of proxies that add an address to X-Forwarded-For, from TRUSTED_PROXIES.

    Without it, one before a public BASE_URL, and none otherwise. Raises ImproperlyConfigured when
    it is no number.
    """
    value = environ.get("TRUSTED_PROXIES", "")
    if not value:
        return 0 if is_local(urlsplit(environ.get("BASE_URL", "")).hostname) else 1
    if not (value.isascii() and value.isdecimal() and len(value) < 3):
        raise ImproperlyConfigured(
            "TRUSTED_PROXIES is the number of proxies in front of the catalogue, such as 1; "
            f"it is {value!r}."
        )
    return int(value)


def check_deployment(app_configs: object, **kwargs: object) -> list[CheckWarning]:
    """System check (`check --deploy`): settings that are unsafe for a deployment."""
    from django.conf import settings  # the settings import this module

    return [*_proxies(settings), *_database(settings), *_hosts(settings)]


def _proxies(settings: object) -> Iterator[CheckWarning]:
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT  # type: ignore[attr-defined]
    url = settings.BASE_URL  # type: ignore[attr-defined]
    if url.startswith("https://") and count == 0:
        yield CheckWarning(
            "TRUSTED_PROXIES is 0, but BASE_URL has https, which a proxy in front has to end: all "
            "visitors count as one, so that one of them can lock all others out.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For.",
            id="mcs.W002",
        )
    elif not url.startswith("https://") and not settings.TRUSTED_PROXIES_SET:  # type: ignore[attr-defined]
        yield CheckWarning(
            f"TRUSTED_PROXIES is not set, and {count} is taken for it. Too few, and all visitors "
            "count as one; too many, and each can pretend to be another.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For, 0 if "
            "the catalogue is reached directly.",
            id="mcs.W002",
        )


def _database(settings: object) -> Iterator[CheckWarning]:
    database = settings.DATABASES["default"]  # type: ignore[attr-defined]
    options = database.get("OPTIONS", {})
    hosts = f"{database.get('HOST', '')},{options.get('hostaddr', '')}".split(",")
    if all(is_local(host) for host in hosts) or options.get("sslmode") in ENCRYPTED:
        return
    yield CheckWarning(
        "The database is on another machine, and DATABASE_URL does not ask for encryption: what "
        "is confidential can be read and changed on the way.",
        hint="Add ?sslmode=verify-full&sslrootcert=/path/of/the/certificate to DATABASE_URL, or "
        "at least ?sslmode=require.",
        id="mcs.W003",
    )


def _hosts(settings: object) -> Iterator[CheckWarning]:
    wildcards = [host for host in settings.ALLOWED_HOSTS if host.startswith(("*", "."))]  # type: ignore[attr-defined]
    if wildcards:
        yield CheckWarning(
            f"ALLOWED_HOSTS has {', '.join(wildcards)}: whoever sends a request chooses the name "
            "that stands in links.",
            hint="Name every host in full.",
            id="mcs.W004",
        )
