"""Keyed hashes in place of network addresses and of the names under which attempts are counted.

Without the key nobody can find the address behind a hash, not even by trying all addresses. A new
key makes all stored hashes meaningless.
"""

import ipaddress

from orgs.security import digest


def network_hmac(address: str) -> str:
    """Return the hash of a visitor's network in the form of an IPv6 address within 0100::/8.

    Fields and functions for addresses accept this form, and 0100::/8 is not routed. IPv6 addresses
    are reduced to their /64, because a visitor chooses addresses freely within it.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        named = ""
    else:
        if isinstance(parsed, ipaddress.IPv6Address):
            # Some servers write IPv4 addresses in this form.
            four = parsed.ipv4_mapped
            named = str(four or ipaddress.IPv6Network((parsed, 64), strict=False))
        else:
            named = str(parsed)
    # Rate limits count by the prefix (ALLAUTH_RATE_LIMIT_IPV6_PREFIX), so the hash is there.
    return str(ipaddress.IPv6Address(b"\x01" + digest("network", named)[:15]))


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return the hashed key of a cache entry: e-mail addresses are part of the key."""
    return digest("attempt", f"{key_prefix}:{version}:{key}").hex()
