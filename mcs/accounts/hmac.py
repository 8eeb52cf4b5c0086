"""Keyed hashes in place of network addresses and of the keys of rate limits.

Without SECRET_KEY an address cannot be recovered from its hash, not even by trying all addresses.
A new SECRET_KEY makes all stored hashes meaningless.
"""

import ipaddress

from orgs.security import digest


def network_hmac(address: str) -> str:
    """The hash of a visitor's network in the form of an IPv6 address within 0100::/8.

    Fields and functions for addresses accept this form, and 0100::/8 is not routed. IPv6 addresses
    are reduced to their /64, because a visitor chooses addresses freely within it.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = ""
    else:
        if isinstance(parsed, ipaddress.IPv6Address):
            # Some servers write IPv4 addresses in this form.
            mapped = parsed.ipv4_mapped
            network = str(mapped or ipaddress.IPv6Network((parsed, 64), strict=False))
        else:
            network = str(parsed)
    # Rate limits count by the prefix (ALLAUTH_RATE_LIMIT_IPV6_PREFIX), so the hash is there.
    return str(ipaddress.IPv6Address(b"\x01" + digest("network", network)[:15]))


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """The hashed key of a cache entry: the key itself contains e-mail addresses."""
    return digest("attempt", f"{key_prefix}:{version}:{key}").hex()
