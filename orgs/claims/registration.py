"""Adding an organization that is not listed yet. The account becomes its representative."""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.changes.changeset import Changeset
from orgs.gazetteer.first_use import place_record
from orgs.gazetteer.model import GazetteerPlace
from orgs.matching.duplicates import find_similar
from orgs.messaging import NotSent
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.slugs import new_slug, slugify_name, taken_among
from orgs.search.text import search
from orgs.sql import execute
from orgs.statements.name import NameKind
from orgs.statements.presence import Role
from orgs.statements.statement import Voice
from orgs.statements.text import TextKind

from .claim import Claim, ClaimMethod
from .lifecycle import WAITING_PERIOD, claimable_entries, start_claim

log = logging.getLogger(__name__)

MAX_SIMILAR = 6
"""Similar entries shown to an account that adds one."""


@dataclass
class Addition:
    """An organization to add, as a member of it describes it."""

    name: str
    language: str
    description: str = ""
    website: str = ""
    seat: Entry | GazetteerPlace | None = None
    arenas: list[str] = field(default_factory=list)


def similar_entries(name: str, country: Entry | None) -> list[tuple[Entry, str]]:
    """Listed organizations that a new one may duplicate, the likeliest first, each with the reason.

    Likely duplicates in any script come before results of a search for the name.
    """
    results: dict[int, tuple[Entry, str]] = {}
    for match in find_similar(name, country, limit=MAX_SIMILAR):
        reasons = (str(reason.sentence) for reason in match.reasons if reason.supports)
        results[match.other.pk] = (match.other, " ".join(reasons))
    sentences = (
        gettext("It has this name."),
        gettext("Its name begins with these words."),
        gettext("Its names contain these words."),
        gettext("Its statements contain these words."),
        gettext("One of its names has a similar spelling."),
    )
    entries = search(claimable_entries(), name).order_by("rank", "sort_key", "id")
    batch: list[Any] = list(entries.only("id", "kind", "slug", "label")[:MAX_SIMILAR])
    for entry in batch:
        results.setdefault(entry.pk, (entry, sentences[entry.rank]))
    return list(results.values())[:MAX_SIMILAR]


def propose_addition(account: Account, addition: Addition) -> Changeset:
    """Propose an organization that is not listed yet, in its own voice.

    The account becomes its representative when a moderator accepts the proposal. Sending the same
    again returns the first, pending proposal. Raises ValidationError with the rule of the ledger
    that is broken.
    """
    if not count_attempt(f"adds:{account.pk}", 5, 86_400):
        raise ValidationError(
            gettext("You have added many organizations today. Add more tomorrow.")
        )
    with transaction.atomic():
        _lock_name(addition.name)
        changeset = _build_changeset(account, addition)
        pending = Changeset.objects.proposed().filter(
            author=account, claims__state=Claim.State.PROPOSED
        )
        same = next(
            (other for other in pending if _statements_of(other) == _statements_of(changeset)), None
        )
        if same is not None:
            return same
        changeset.dry_run()
        changeset.propose()
        Claim.objects.create(
            account=account,
            new_record_id=changeset.operations.records[0].id,
            changeset=changeset,
            method=ClaimMethod.ADDITION,
            state=Claim.State.PROPOSED,
        )
    return changeset


def _lock_name(name: str) -> None:
    """Serialize additions of this name until the end of the transaction."""
    execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"adds {slugify_name(name)}",)
    )


def _statements_of(changeset: Changeset) -> dict[str, list[dict[str, Any]]]:
    """What a proposal states about the organization that it adds, without ids."""
    return {
        kind: [
            {name: value for name, value in row.items() if name not in ("record_id", "source_id")}
            for row in rows
        ]
        for kind, rows in changeset.operations.adds.items()
    }


def _build_changeset(account: Account, addition: Addition) -> Changeset:
    changeset = Changeset(author=account, reason="It was not listed yet, and says so itself.")
    taken = taken_among([slugify_name(addition.name)])
    record = changeset.record("organization", new_slug(addition.name, taken))
    own: dict[str, Any] = {"source": own_source(changeset, record), "voice": Voice.OWN}
    changeset.add(
        "name",
        record,
        text=addition.name,
        language=addition.language,
        name_kind=NameKind.OFFICIAL,
        preferred=True,
        **own,
    )
    if addition.seat is not None:
        seat = addition.seat
        place = place_record(seat).pk if isinstance(seat, GazetteerPlace) else seat.pk
        changeset.add("presence", record, place=place, role=Role.SEAT, **own)
    for arena in addition.arenas:
        changeset.add("arena_placement", record, arena=arena, **own)
    if addition.website:
        changeset.add("link", record, url=addition.website, **own)
    if addition.description:
        kind = {"text_kind": TextKind.OWN_WORDS, "language": addition.language}
        changeset.add("text", record, body=addition.description, **kind, **own)
    return changeset


def start_proposed_claims(changeset: Changeset) -> list[Claim]:
    """Start the claims of accounts that added an organization, once an accepted proposal has
    created it.

    Called after a proposal is accepted; `manage.py representatives --due` repeats what failed.
    Returns the claims in their waiting period.
    """
    created = changeset.operations.created_records
    started = []
    for claim in Claim.objects.filter(state=Claim.State.PROPOSED, new_record_id__in=created):
        try:
            with transaction.atomic():
                claim.record_id = claim.new_record_id
                changeset.set_on_behalf(claim.record_id or 0)
                started.append(start_claim(claim, WAITING_PERIOD))
        except ValidationError:  # hidden or represented by now, as a moderator decided
            continue
        except NotSent as error:
            log.error("A message was not sent: %s", type(error.__cause__).__name__)
    return started


def start_all_proposed_claims() -> int:
    """Start the claims of all proposed organizations that exist now. Returns how many."""
    claims = Claim.objects.filter(
        state=Claim.State.PROPOSED, new_record_id__in=Record.objects.values("pk")
    )
    changesets = Changeset.objects.accepted().filter(pk__in=claims.values("changeset"))
    return sum(len(start_proposed_claims(changeset)) for changeset in changesets)
