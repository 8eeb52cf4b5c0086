"""What the domain of an address tells about a body: little, and never enough."""

import difflib
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext

from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider, shape
from orgs.statements.identifier import Contact, Link


class Domain(NamedTuple):
    """What the domain of an address tells about a body, and whether that needs another proof."""

    sentence: str
    proves_nothing: bool


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
    if provider(domain) in FREE_PROVIDERS:
        return Domain(
            gettext("Anyone can get an address at this domain, so it proves nothing."), True
        )
    known = domains_on_record(record) - {""}
    if any(domain == one or domain.endswith(f".{one}") for one in known):
        return Domain(
            gettext("This is the domain of the organization’s website or of one of its contacts."),
            False,
        )
    looks = shape(domain)
    for one in known:
        near = difflib.SequenceMatcher(None, looks, shape(one)).ratio() >= 0.75
        if near or shape(one) in looks:
            return Domain(
                gettext(
                    "It looks like the organization’s domain %(domain)s but is a different one."
                )
                % {"domain": one},
                True,
            )
    return Domain(gettext("The catalogue does not know this domain."), True)
