"""What the domain of an address tells about a body: little, and never enough."""

import difflib
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext

from .models import Contact, Link

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

CONFUSED = str.maketrans(
    "0135\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u04cf", "olesaeopcyxil"
)
"""Figures and Cyrillic letters that are taken for others at a glance."""


class Domain(NamedTuple):
    """What the domain of an address tells about a body, and whether that needs another proof."""

    sentence: str
    proves_nothing: bool


def domain_of(address: str) -> str:
    """Return the domain of an address as it is read: in small letters, decoded."""
    name = address.rpartition("@")[2].strip().lower()
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name


def provider(domain: str) -> str:
    """Return the part of a domain by which whoever owns it is called: that of a.co.uk is a."""
    labels = ["", "", *domain.split(".")]
    second_level = labels[-2] in ("ac", "co", "com", "edu", "gob", "gov", "net", "or", "org")
    return labels[-3] if second_level and labels[-3] else labels[-2]


def shape(domain: str) -> str:
    """Return what a domain looks like at a glance."""
    plain = unicodedata.normalize("NFKD", domain.rpartition(".")[0] or domain)
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    likened = bare.translate(CONFUSED).replace("rn", "m").replace("vv", "w")
    return "".join(one for one in likened if one.isalnum())


def domains_on_record(record: int) -> set[str]:
    """Return the domains of a body's websites and contacts."""
    links = Link.objects.current().filter(record=record, link_kind="website", holds=True)
    hosts = {urlsplit(link.url).hostname or "" for link in links}
    contacts = Contact.objects.current().filter(record=record, contact_kind="email")
    written = contacts.values_list("value", flat=True)
    return {host.removeprefix("www.") for host in hosts} | {domain_of(one) for one in written}


def told_by_domain(address: str, record: int) -> Domain:
    """Return what the domain of an address tells a moderator about a body."""
    domain = domain_of(address)
    if provider(domain) in FREE:
        return Domain(gettext("Anybody gets an address there: it proves nothing."), True)
    known = domains_on_record(record) - {""}
    if any(domain == one or domain.endswith(f".{one}") for one in known):
        return Domain(gettext("It is the domain of the website or of a contact on record."), False)
    looks = shape(domain)
    for one in known:
        near = difflib.SequenceMatcher(None, looks, shape(one)).ratio() >= 0.75
        if near or shape(one) in looks:
            return Domain(
                gettext("It looks like %(domain)s, which is on record, and is another.")
                % {"domain": one},
                True,
            )
    return Domain(gettext("It is no domain that is on record."), True)
