"""The addresses at which secrets are looked for."""

import re
from collections.abc import Iterable, Iterator

from mcs.api import COLLECTIONS
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS
from orgs.statements.statement import statement_kinds
from tests.support.addresses import Address, addresses
from tests.support.planted_world import ABOUT


def public_addresses() -> list[Address]:
    """Every address that is not of the admin."""
    return [address for address in addresses() if not address.of_editors]


def names_of(kinds: Iterable[str]) -> list[str]:
    """Slugs, keys and numbers of some published entries of these kinds, or of any."""
    entries = Entry.objects.published()
    if kinds:
        entries = entries.filter(kind__in=list(kinds))
    by_kind: dict[str, list] = {}
    for entry in entries.order_by("id"):
        by_kind.setdefault(entry.kind, []).append(entry)
    chosen = [entry for entries_of_kind in by_kind.values() for entry in entries_of_kind[:8]]
    names = [name for entry in chosen for name in (entry.slug, entry.key, str(entry.id))]
    return list(dict.fromkeys(name for name in names if "/" not in name))


def paths(more: Iterable[str] = ()) -> Iterator[str]:
    """Give every public path, for the published entries and for more names."""
    more = list(more)
    for address in public_addresses():
        # What stands below an organization is about actors, also where no reader comes.
        below = ACTOR_KINDS if address.written.startswith("/organizations/") else ()
        names = [*names_of(address.kinds or below), *more] if address.parameters else []
        if address.written == "/id/%(name)s":
            numbers = [number for kind in statement_kinds().values() for number in
                       kind.objects.filter(tier=0).values_list("id", flat=True)[:3]]  # fmt: skip
            names += [str(number) for number in numbers]
        values = {
            "slug": [*names, *ABOUT.values(), "membership", "space", "ngo", "media"],
            "name": [*names, *map(str, range(1, 12))]
            if address.written == "/api/v1/changes/%(name)s/"
            else [*COLLECTIONS, *more]
            if address.written == "/developers/%(name)s/"
            else names,
            "scheme": ["identity", "predicate", "nothing", *more],
            "number": range(1, 11),
            "rest": ["nothing", "organizations", "nothing/here/", *more],
            # An upload of the signed-in account.
            "key": ["00000000-0000-0000-0000-000000000000"],
            # The links of messages.
            "secret": ["nothing", *more],
            # A passkey of the signed-in account.
            "pk": ["1"],
        }
        for path in address.filled(values):
            if address.written != "/id/%(name)s" or fits_permanent(path):
                yield path


def fits_permanent(path: str) -> bool:
    """Whether a path is a permanent address: a number or a UUID."""
    return bool(re.fullmatch(r"/id/([0-9]{1,18}|[0-9a-f-]{36})", path))
