"""Slugs of new records.

A slug is taken if a record has or had it, or a proposal brings it, whether or not it is public. A
random suffix then does not reveal which of these is the case.
"""

import re
import secrets
import uuid
from collections.abc import Iterable

from django.utils.text import slugify

from orgs.sql import fetch_column

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
KEY_NAMESPACE = uuid.UUID("d0e4bb0f-4ac0-4de1-9a0f-2b9fb6ee1c1b")
TAKEN_SLUGS = """
SELECT slug FROM orgs_record WHERE slug = ANY (%(slugs)s)
UNION SELECT slug FROM orgs_formerslug WHERE slug = ANY (%(slugs)s)
UNION SELECT made ->> 'slug' FROM orgs_changeset, jsonb_array_elements(operations -> 'records') made
WHERE state = 'proposed' AND made ->> 'slug' = ANY (%(slugs)s)
"""


def slugify_name(name: str) -> str:
    """The slug of a name; "" for a name without one, such as one in another script."""
    return re.sub(r"-+", "-", slugify(name).replace("_", "-"))[:100].strip("-")


def permanent_key(slug: str) -> uuid.UUID:
    """The key of a record that every installation has: the same for the same slug."""
    return uuid.uuid5(KEY_NAMESPACE, slug)


def taken_among(slugs: Iterable[str]) -> set[str]:
    """Those of these slugs that a new record cannot get."""
    candidates = set(slugs)
    # A slug that looks like a key would be resolved as that key.
    taken = {slug for slug in candidates if UUID.fullmatch(slug)}
    return taken | set(fetch_column(TAKEN_SLUGS, {"slugs": list(candidates)}))


def new_slug(name: str, taken: set[str]) -> str:
    """A slug for a new record of this name that is not `taken`."""
    base = slugify_name(name)
    slug = base or with_random_suffix("organization")
    while slug in taken:
        slug = with_random_suffix(base or "organization")
    return slug


def with_random_suffix(slug: str) -> str:
    return f"{slug}-{secrets.token_hex(4)}"
