"""How claims start and are stopped, and representatives end.

A domain alone does not prove a claim. That takes an invitation, a code sent to a contact
with a minimum age, or a moderator's decision. The people concerned are informed each time before it
takes effect, and can stop it with one click. Responses to an account reveal neither whether the
organization has a contact nor, by their duration, whether a message was sent.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.messaging import send
from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record
from orgs.security import digest

from .claim import Claim, ClaimMethod, Invitation
from .recipients import message_language, notice_recipients

WAITING_PERIOD = timedelta(days=7)
"""The waiting period of a claim, in which the people concerned can stop it."""

STOP_LINK_VALIDITY = timedelta(days=30)


def secret_digest(purpose: str, secret: str) -> str:
    """The keyed hash that is stored of a secret."""
    return digest(f"claim, {purpose}", secret).hex()


def claimable_entries() -> EntryQuerySet:
    """The entries that can be claimed: published organizations and networks.

    Hidden, withdrawn, merged and unknown entries give the same result.
    """
    return Entry.objects.published().of_kinds(*ACTOR_KINDS)


def represents(account: Account, record: int) -> bool:
    """Whether an account is a representative, or will be after the waiting period."""
    return Representative.objects.filter(account=account, record=record, ended=None).exists()


def check_not_representative(account: Account, record: int) -> None:
    """Raises ValidationError if the account is a representative already."""
    if represents(account, record):
        raise ValidationError(
            gettext("You represent this organization already, or will after the waiting period.")
        )


def start_claim(claim: Claim, waiting_period: timedelta | None) -> Claim:
    """Make the account of a proved claim a representative, and inform the people concerned.

    Without a `waiting_period` it is `WAITING_PERIOD` if the organization has a representative, and
    none otherwise. Rolls back if a message cannot be sent. Raises ValidationError and
    NotSent.
    """
    # The lock lets the second of two simultaneous claims see the first.
    record = Record.objects.select_for_update(no_key=True).get(pk=claim.record_id or 0)
    entry = claimable_entries().filter(pk=record.pk).first()
    if entry is None:
        raise ValidationError(gettext("This entry is not public. It cannot have representatives."))
    claims = Claim.objects.filter(record=record)
    claims.end_waiting_periods()
    now = timezone.now()
    if waiting_period is None:
        represented = Representative.objects.filter(record=record, ended=None).exists()
        waiting_period = WAITING_PERIOD if represented else timedelta(0)
    first = claims.filter(state=Claim.State.WAITING).exclude(method=ClaimMethod.COLLEAGUE).first()
    if first is not None and waiting_period and claim.method != ClaimMethod.COLLEAGUE:
        return _queue_second_claim(claim, first, entry)
    others = _representatives_to_inform(claim)
    secret = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            claim.representative = Representative.objects.create(
                account=claim.account, record=record, since=now + waiting_period, seen=now
            )
            claim.state = Claim.State.WAITING if waiting_period else Claim.State.ACTIVE
            claim.stop_digest = secret_digest("stop", secret)
            claim.stoppable_until = now + max(STOP_LINK_VALIDITY, waiting_period)
            claim.digest, claim.until = "", None
            claim.save()
    except IntegrityError as error:
        raise ValidationError(
            gettext("Another person was faster. Reload the organization’s page.")
        ) from error
    _inform_of_start(claim, entry, others, secret, waiting=bool(waiting_period))
    return claim


def _representatives_to_inform(claim: Claim) -> list[Representative]:
    """The other representatives, and the colleague who invited, even one who has stepped down."""
    others = list(
        Representative.objects.filter(record=claim.record, ended=None)
        .exclude(account=claim.account)
        .select_related("account")
    )
    if claim.invitation is not None and claim.invitation.representative is not None:
        others.append(claim.invitation.representative)
    return others


def _inform_of_start(
    claim: Claim, entry: Entry, others: list[Representative], secret: str, waiting: bool
) -> None:
    """Send the link that stops the claim to the people concerned, and inform the claimant."""
    assert claim.representative is not None  # noqa: S101 - the claim has just started
    since = claim.representative.since
    languages = {
        address.lower(): message_language(entry.pk) for address in notice_recipients(entry.pk)
    }
    languages |= {other.account.email.lower(): other.account.language for other in others}
    for address, language in languages.items():
        send(
            "claims/started",
            address,
            language,
            organization=entry.label,
            since=since,
            waiting=waiting,
            method=claim.method,
            link=f"/claims/stop/{secret}/",
            until=claim.stoppable_until,
        )
    notify_claimant(claim, "claims/approved", since=since, waiting=waiting)


def _queue_second_claim(claim: Claim, first: Claim, entry: Entry) -> Claim:
    """Queue a claim for the moderators, since another is in its waiting period. Informs both."""
    if claim.method != ClaimMethod.CODE:
        raise ValidationError(
            gettext(
                "Another claim for this organization is in its waiting period. Try again "
                "when it has been decided."
            )
        )
    earlier = Claim.objects.pending().filter(account=claim.account, record=claim.record).first()
    if earlier is not None:
        claim.note = earlier.note
        earlier.delete()
    claim.state = Claim.State.PENDING
    claim.save()
    for address in notice_recipients(entry.pk):
        send("claims/second", address, message_language(entry.pk), organization=entry.label)
    for other in (first, claim):
        notify_claimant(other, "claims/second")
    return claim


def notify_claimant(claim: Claim, name: str, **context: Any) -> None:
    entry = Entry.objects.filter(pk=claim.record_id or 0).first()
    send(
        name,
        claim.account.email,
        claim.account.language,
        organization=entry.label if entry else "",
        account=True,
        **context,
    )


def notify_representative(
    representative: Representative, name: str, entry: Entry, **context: Any
) -> None:
    account = representative.account
    send(name, account.email, account.language, organization=entry.label, **context)


def find_claim_to_stop(secret: str) -> Claim | None:
    """The claim that a link stops; None if the link cannot be used."""
    claims = Claim.objects.stoppable().select_related("representative", "account", "invitation")
    return claims.filter(stop_digest=secret_digest("stop", secret)).first()


@transaction.atomic
def stop_claim(claim: Claim) -> None:
    """Stop a claim because the organization says that it was not theirs.

    Also stops the claims of colleagues invited by it, and reinstates a representative who stepped
    down for it. Its author is informed and can claim this organization again only by a note to the
    moderators.
    """
    locked = Claim.objects.in_force().select_for_update(of=("self",))
    if locked.filter(pk=claim.pk).first() is None:
        return
    claim.state = Claim.State.STOPPED
    claim.save(update_fields=("state",))
    if claim.representative is not None:
        end_representative(claim.representative)
    for follower in Claim.objects.in_force().filter(
        invitation__representative=claim.representative_id
    ):
        stop_claim(follower)
    if claim.invitation is not None and claim.invitation.steps_down:
        _reinstate(claim.invitation.representative)
    notify_claimant(claim, "claims/stopped")


def _reinstate(representative: Representative | None) -> None:
    """Reinstate a representative who had stepped down for a claim that was stopped."""
    if representative is None or represents(representative.account, representative.record_id):
        return
    if not Claim.objects.filter(representative=representative, state=Claim.State.STOPPED).exists():
        Representative.objects.filter(pk=representative.pk).update(ended=None, seen=timezone.now())


def end_representative(representative: Representative, keep: Invitation | None = None) -> bool:
    """End a representative and revoke its open invitations except `keep`.

    Returns False if it had ended before.
    """
    now = timezone.now()
    ended = Representative.objects.filter(pk=representative.pk, ended=None).update(ended=now)
    invitations = Invitation.objects.open().filter(representative=representative)
    invitations.exclude(pk=keep.pk if keep else None).update(ended=now)
    return bool(ended)


def step_down(representative: Representative) -> None:
    with transaction.atomic():
        end_representative(representative)


def dismiss(representative: Representative) -> None:
    """End a representative, as a moderator. The account is informed and can claim again only by a
    note.
    """
    with transaction.atomic():
        if not end_representative(representative):
            return
        Claim.objects.filter(representative=representative).update(state=Claim.State.STOPPED)
        entry = Entry.objects.filter(pk=representative.record_id).first()
        if entry is not None:
            notify_representative(representative, "claims/ended", entry)
