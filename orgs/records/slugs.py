"""Addresses of new records.

The address of a name is taken if any record has or had it, or a proposal brings it, whether or not
anyone may know. A random ending then says nothing about which of these it is.
"""

import re
import secrets
from collections.abc import Iterable

from django.db import connection
from django.utils.text import slugify

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TAKEN = """
SELECT slug FROM orgs_record WHERE slug = ANY (%(slugs)s)
UNION SELECT slug FROM orgs_formerslug WHERE slug = ANY (%(slugs)s)
UNION SELECT made ->> 'slug' FROM orgs_changeset, jsonb_array_elements(operations -> 'records') made
WHERE state = 'proposed' AND made ->> 'slug' = ANY (%(slugs)s)
"""


def slug_of(name: str) -> str:
    """The natural slug of a name; "" for a name that has none, such as one in another script."""
    return re.sub(r"-+", "-", slugify(name).replace("_", "-"))[:100].strip("-")


def taken_among(slugs: Iterable[str]) -> set[str]:
    """Those of these slugs that no new record may get."""
    wanted = set(slugs)
    # A slug that looks like a key would lead to the record of that key.
    taken = {slug for slug in wanted if UUID.fullmatch(slug)}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"slugs": list(wanted)})
        return taken | {row[0] for row in cursor.fetchall()}


def new_slug(name: str, taken: set[str]) -> str:
    """A slug for a new record of this name that is not among the `taken` ones."""
    base = slug_of(name)
    slug = base or ending("organization")
    while slug in taken:
        slug = ending(base or "organization")
    return slug


def ending(slug: str) -> str:
    """The same slug with a random ending."""
    return f"{slug}-{secrets.token_hex(4)}"
