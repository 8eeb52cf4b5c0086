"""Who owns a domain, by the Public Suffix List."""

import pytest

from orgs.claims.domains import assess_domain
from orgs.matching.hosts import FREE_PROVIDERS, owner_domains, provider


@pytest.mark.parametrize(
    ("address", "owners"),
    [
        ("https://blog.casa.web.id/", ["blog.casa.web.id", "casa.web.id"]),
        ("https://www.casa.gov.ph/", ["casa.gov.ph"]),
        ("https://casa.netlify.app/", ["casa.netlify.app"]),
        ("https://casa.github.io/", ["casa.github.io"]),
        ("https://www.gov.ph/", []),
        ("https://netlify.app/", []),
    ],
)
def test_public_suffix_has_no_owner(address, owners):
    assert [*owner_domains(address)] == owners


@pytest.mark.parametrize("domain", ["casa.web.id", "casa.me.uk", "casa.web.app"])
def test_organization_below_a_public_suffix_is_no_mail_provider(domain):
    assert provider(domain) == "casa" not in FREE_PROVIDERS


@pytest.mark.parametrize("shared", ["gov.ph", "co.uk", "github.io", "facebook.com"])
def test_domain_of_many_owners_proves_nothing(write, shared):
    actor = write.record("organization", "mujeres", "Mujeres En Red")
    write.say("link", actor, link_kind="website", url=f"https://www.{shared}/mujeres")

    assert assess_domain(f"a@{shared}", actor.pk).proves_nothing
    assert assess_domain(f"a@other.{shared}", actor.pk).proves_nothing
