"""What the host of a web or mail address tells: whose it is, and what it looks like at a glance."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from .bodies import SHARED_HOSTS
from .scripts import LOOK_ALIKES, skeleton

FREE = frozenset(
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
"""The names of those with whom anybody gets an address."""

SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "or", "org"})
"""Under a country these say which sort of domain follows: the owner of a.co.uk is a."""

CONFUSED = LOOK_ALIKES | str.maketrans("0135", "oles")
"""Figures and letters of other scripts that are taken for others at a glance."""

LONGEST_HOST = 253
"""Characters that the name of a host may have (RFC 1035)."""
ANYONES = re.compile(r"m|mobile|touch|web|www\d?|[a-z]{2}(-[a-z]{2})?")
"""The first part of a host that says how a page is read, not whose it is: m., es-es."""


def domain_of(address: str) -> str:
    """Return the domain of an address as it is read: in small letters, decoded."""
    return decoded(address.rpartition("@")[2].strip().lower())


def decoded(name: str) -> str:
    """Return the name of a host as it is read."""
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name


def provider(domain: str) -> str:
    """Return the part of a domain by which whoever owns it is called: that of a.co.uk is a."""
    labels = ["", "", *domain.split(".")]
    second_level = labels[-2] in SECOND_LEVEL
    return labels[-3] if second_level and labels[-3] else labels[-2]


def shape(domain: str) -> str:
    """Return what a domain looks like at a glance."""
    plain = unicodedata.normalize("NFKD", domain.rpartition(".")[0] or domain)
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    likened = bare.translate(CONFUSED).replace("rn", "m").replace("vv", "w")
    return "".join(one for one in likened if one.isalnum())


def whose(address: str) -> str:
    """Return by what the owner of a web or mail address is recognized; "" if by nothing.

    That is the host; where many share it, the host with the page, or the whole mail address.
    Letters of other scripts become those that they look like.
    """
    address = address.strip().lower()
    page = ""
    if "@" in address and "//" not in address:
        host = domain_of(address)
        if provider(host) in FREE:
            return skeleton(address.removeprefix("mailto:"))
    else:
        try:
            parts = urlsplit(address if "//" in address else f"//{address}")
            host = decoded(parts.hostname or "")
        except ValueError:
            return ""
        page = parts.path.strip("/").partition("/")[0]
    if len(host) > LONGEST_HOST:
        return ""
    host = skeleton(host.strip(".").removeprefix("www."))
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or re.search(r"[\s/]", host):
        return ""
    if len(labels) == 2 and labels[0] in SECOND_LEVEL and len(labels[1]) == 2:
        return ""
    shared = next((one for one in SHARED_HOSTS if f".{host}".endswith(f".{one}")), "")
    if shared and (host == shared or ANYONES.fullmatch(host.removesuffix(f".{shared}"))):
        return f"{shared}/{page}" if page else ""
    return host


def owners(address: str) -> Iterator[str]:
    """Give what `whose` says of an address, then the domains that it is part of.

    Not those under which anyone gets a name: public suffixes, hosts of web sites and of mail.
    """
    owner = whose(address)
    if owner:
        yield owner
    if not owner or "@" in owner or "/" in owner:
        return
    labels = owner.split(".")
    for start in range(1, len(labels) - 1):
        parent = ".".join(labels[start:])
        suffix = labels[start] in SECOND_LEVEL and len(labels) - start == 2
        if suffix or parent in SHARED_HOSTS or provider(parent) in FREE:
            return
        yield parent
