"""What is kept of network addresses, and under which names attempts are counted: keyed hashes.

Without the key nobody tells which address a hash stands for, not even by trying all of them; with
another key none of them means anything any more.
"""

import ipaddress

from orgs.security import digest


def network(address: str) -> str:
    """Return what stands for the network of a visitor: a hash in the form of an IPv6 address.

    That form is what fields and functions for addresses take. It begins with 0100::/8, where
    nobody is. Visitors with IPv6 are told apart by their /64 only: within it they choose freely.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        named = ""
    else:
        if isinstance(parsed, ipaddress.IPv6Address):
            # Some servers write IPv4 in this form; it is one visitor all the same.
            four = parsed.ipv4_mapped
            named = str(four or ipaddress.IPv6Network((parsed, 64), strict=False))
        else:
            named = str(parsed)
    # The beginning is what limits count by (ALLAUTH_RATE_LIMIT_IPV6_PREFIX), so it holds the hash.
    return str(ipaddress.IPv6Address(b"\x01" + digest("network", named)[:15]))


def name_of_attempt(key: str, key_prefix: str, version: int) -> str:
    """Return under which name an attempt is counted: addresses of mail are part of the key."""
    return digest("attempt", f"{key_prefix}:{version}:{key}").hex()
