"""Owners of web and mail addresses, and the visual shape of domains."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from .comparison import SHARED_HOSTS
from .scripts import LOOK_ALIKES, skeleton

FREE_PROVIDERS = frozenset(
    {
        "126", "163", "aim", "aol", "bluewin", "bol", "daum", "email", "fastmail", "foxmail",
        "free", "freemail", "gmail", "gmx", "googlemail", "hanmail", "hey", "hotmail", "icloud",
        "ig", "inbox", "interia", "laposte", "libero", "live", "mac", "mail", "mailbox", "me",
        "msn", "naver", "orange", "outlook", "pm", "posteo", "proton", "protonmail", "qq",
        "rambler", "rediffmail", "riseup", "rocketmail", "seznam", "sfr", "sina", "sohu",
        "t-online", "terra", "tiscali", "tuta", "tutanota", "uol", "virgilio", "wanadoo", "web",
        "wp", "yahoo", "yandex", "yeah", "ymail", "zoho",
    }
)  # fmt: skip
"""Names of mail providers that give an address to any person."""

_CONFUSABLE = LOOK_ALIKES | str.maketrans("0135", "oles")
"""Figures and letters of other scripts, with the letters they are mistaken for."""

LONGEST_HOST = 253
"""Characters in a host name at most (RFC 1035)."""
VARIANT_LABEL = re.compile(r"m|mobile|touch|web|www\d?|[a-z]{2}(-[a-z]{2})?")
"""A first label that names a variant of a site, such as its language or device: m., es-es."""


def domain_of(address: str) -> str:
    """The domain of a mail address in lower case, decoded from IDNA."""
    return decode_host(address.rpartition("@")[2].strip().lower())


def decode_host(name: str) -> str:
    """Decode IDNA; other names are unchanged."""
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name


def provider(domain: str) -> str:
    """The label of a domain that names its owner: a in a.co.uk."""
    return (_public_suffixes().privatesuffix(domain) or domain).partition(".")[0]


def has_many_owners(host: str) -> bool:
    """Whether a host is a public suffix (co.uk, gov.ph, github.io) or shared by many actors."""
    return host in SHARED_HOSTS or _public_suffixes().is_public(host)


@cache
def _public_suffixes() -> PublicSuffixList:
    # Parsed at the first use: that takes 30 ms. Hosts are looked up decoded from IDNA.
    return PublicSuffixList(accept_encoded_idn=False)


def shape(domain: str) -> str:
    """The visual shape of a domain: domains with the same shape are easily confused."""
    plain = unicodedata.normalize("NFKD", domain.rpartition(".")[0] or domain)
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    replaced = bare.translate(_CONFUSABLE).replace("rn", "m").replace("vv", "w")
    return "".join(char for char in replaced if char.isalnum())


def owner_of(address: str) -> str:
    """The key by which the owner of a web or mail address is recognized; "" if there is none.

    It is the host; on shared hosts the host with the first segment of the path, or the whole mail
    address. Letters of other scripts become the Latin letters they look like.
    """
    address = address.strip().lower()
    page = ""
    if "@" in address and "//" not in address:
        host = domain_of(address)
        if provider(host) in FREE_PROVIDERS:
            return skeleton(address.removeprefix("mailto:"))
    else:
        try:
            parts = urlsplit(address if "//" in address else f"//{address}")
            host = decode_host(parts.hostname or "")
        except ValueError:
            return ""
        page = parts.path.strip("/").partition("/")[0]
    if len(host) > LONGEST_HOST:
        return ""
    host = skeleton(host.strip(".").removeprefix("www."))
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or re.search(r"[\s/]", host):
        return ""
    shared = next((site for site in SHARED_HOSTS if f".{host}".endswith(f".{site}")), "")
    if shared and (host == shared or VARIANT_LABEL.fullmatch(host.removesuffix(f".{shared}"))):
        return f"{shared}/{page}" if page else ""
    return "" if has_many_owners(host) else host


def owner_domains(address: str) -> Iterator[str]:
    """Yield `owner_of(address)`, then the parent domains.

    Public suffixes, shared web hosts and mail providers are left out.
    """
    owner = owner_of(address)
    if owner:
        yield owner
    if not owner or "@" in owner or "/" in owner:
        return
    labels = owner.split(".")
    for start in range(1, len(labels) - 1):
        parent = ".".join(labels[start:])
        if has_many_owners(parent) or provider(parent) in FREE_PROVIDERS:
            return
        yield parent
