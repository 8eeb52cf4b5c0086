"""What the domain of an e-mail address says about its owner: little, and never enough."""

import difflib
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext

from orgs.matching.hosts import FREE_PROVIDERS, domain_of, has_many_owners, provider, shape
from orgs.statements.identifier import Contact, Link


class DomainAssessment(NamedTuple):
    """A sentence about a domain for moderators, and whether other proof is needed."""

    sentence: str
    proves_nothing: bool


def known_domains(record: int) -> set[str]:
    """The domains of the websites and contacts of an organization."""
    links = Link.objects.current().filter(record=record, link_kind="website", holds=True)
    hosts = {urlsplit(link.url).hostname or "" for link in links}
    contacts = Contact.objects.current().filter(record=record, contact_kind="email")
    addresses = contacts.values_list("value", flat=True)
    return {host.removeprefix("www.") for host in hosts} | {
        domain_of(address) for address in addresses
    }


def assess_domain(address: str, record: int) -> DomainAssessment:
    domain = domain_of(address)
    if provider(domain) in FREE_PROVIDERS:
        return DomainAssessment(
            gettext("Anyone can get an address at this domain. It is no proof."), True
        )
    own_domains = [own for own in known_domains(record) if own and not has_many_owners(own)]
    if any(domain == own or domain.endswith(f".{own}") for own in own_domains):
        return DomainAssessment(
            gettext("This is the domain of the organization’s website or of one of its contacts."),
            False,
        )
    domain_shape = shape(domain)
    for own in own_domains:
        similar = difflib.SequenceMatcher(None, domain_shape, shape(own)).ratio() >= 0.75
        if similar or shape(own) in domain_shape:
            return DomainAssessment(
                gettext(
                    "It looks like the organization’s domain %(domain)s but is a different one."
                )
                % {"domain": own},
                True,
            )
    return DomainAssessment(gettext("The catalogue does not know this domain."), True)
