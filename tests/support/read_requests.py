"""Every way to read the site."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator

from mcs.api import COLLECTIONS
from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from tests.support.addresses import addresses


def read_requests() -> Iterator[tuple[str, str]]:
    """Give every request that only reads: a method and an address with real values in it.

    Includes the admin; lists are filtered once, and everything else once.
    """
    latest: dict[str, Entry] = {}
    for entry in Entry.objects.published().order_by("-id"):
        latest[entry.kind] = entry
    changesets = list(Changeset.objects.order_by("-id").values_list("id", flat=True)[:2])
    for address in addresses():
        chosen = [latest[kind] for kind in (address.kinds or ("organization", "arena", "place"))]
        # In the admin the kind is part of the address: /admin/campaigns/case/...
        of_kind = [latest[kind] for kind in latest if f"/{kind}/" in address.written] or chosen[:1]
        numbers = [*(str(entry.pk) for entry in of_kind), *changesets]
        values = {
            "slug": [entry.slug for entry in chosen],
            "name": [*COLLECTIONS]
            if address.written == "/developers/%(name)s/"
            else [name for entry in chosen[:3] for name in (entry.slug, entry.key)],
            "scheme": ["identity"],
            "rest": ["nothing"],
            "number": numbers,
            "goes": numbers,
            "stays": numbers,
            "object_id": numbers,
            "id": [Account.objects.get().pk],
            "key": ["00000000-0000-0000-0000-000000000000"],
            "pk": [Authenticator.objects.get().pk],
            "content_type_id": [1],
            "app_label": ["orgs", "campaigns", "auth"],
            "url": ["nothing"],
            "secret": ["nothing", "0" * 43],
        }
        if address.written == "/admin/logout/":
            continue
        yield from (("get", path) for path in address.filled(values))
        if not address.parameters:
            yield "get", f"{address.written}?ids={numbers[0]}&q=women&as_of=2010"
            yield "head", address.written
