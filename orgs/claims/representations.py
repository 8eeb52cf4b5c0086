"""What an account represents, will represent or has claimed."""

from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry

from .claim import Claim
from .lapses import lapse_date
from .lifecycle import STOP_LINK_VALIDITY, claimable_entries


class Representation(NamedTuple):
    """An organization that an account represents, will represent or has claimed."""

    entry: Entry | None
    state: str
    """active, waiting, pending, proposed, hidden, declined, stopped or refused."""
    day: Any = None
    decision: str = ""


def representations_of(account: Account) -> list[Representation]:
    """What an account represents, followed by its open and recently declined claims."""
    now = timezone.now()
    representatives = list(Representative.objects.filter(account=account, ended=None))
    recent = Q(
        state__in=(Claim.State.STOPPED, Claim.State.REFUSED),
        created_at__gt=now - STOP_LINK_VALIDITY,
    )
    claims = list(
        Claim.objects.filter(account=account)
        .filter(Q(state__in=(Claim.State.PENDING, Claim.State.PROPOSED)) | recent)
        .select_related("changeset")
    )
    pks = [
        *(representative.record_id for representative in representatives),
        *(claim.record_id for claim in claims),
    ]
    entries = claimable_entries().only("id", "kind", "slug", "label").in_bulk(pks)
    representations = []
    for representative in representatives:
        entry = entries.get(representative.record_id)
        if entry is None:
            representations.append(Representation(None, "hidden"))
        elif representative.since > now:
            representations.append(Representation(entry, "waiting", representative.since))
        else:
            representations.append(Representation(entry, "active", lapse_date(representative)))
    for claim in claims:
        changeset = claim.changeset
        if claim.state == Claim.State.PROPOSED:
            rejected = changeset is not None and changeset.state == Changeset.State.REJECTED
            representations.append(
                Representation(None, "declined" if rejected else "proposed", None,
                        changeset.decision if changeset and rejected else "")
            )  # fmt: skip
        elif entry := entries.get(claim.record_id):
            representations.append(Representation(entry, claim.state, None, claim.decision))
    return representations
