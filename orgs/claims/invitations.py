"""Claims by invitation: of a moderator, or of a colleague who hands over."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.access.representative import Representative
from orgs.messaging import send
from orgs.projection.entry import Entry

from .claim import Claim, ClaimMethod, Invitation
from .domains import assess_domain
from .lifecycle import (
    check_not_representative,
    claimable_entries,
    end_representative,
    notify_representative,
    secret_digest,
    start_claim,
)
from .recipients import message_language

COLLEAGUE_WAITING_PERIOD = timedelta(days=1)
INVITATION_VALIDITY = timedelta(days=30)


class WrongAccount(Exception):
    """The invited address is not a verified address of this account."""


def invite(entry: Entry, address: str, by: Account, reason: str, sure: bool) -> Invitation:
    """Invite an address to represent an organization, as a moderator, and send the invitation.

    Raises ValidationError without a reason, for a domain that proves nothing unless `sure`, and for
    the moderator's own address; NotSent.
    """
    if EmailAddress.objects.filter(user=by, email__iexact=address).exists() or (
        by.email.lower() == address.lower()
    ):
        raise ValidationError(
            gettext("This is your own address. Another moderator has to invite you.")
        )
    if not reason.strip():
        raise ValidationError(gettext("Say how you know that this address is theirs."))
    if assess_domain(address, entry.pk).proves_nothing and not sure:
        raise ValidationError(
            gettext("An address is not enough. Tick that you know it by something else, too.")
        )
    return _invite(entry, address, by=by, reason=reason)


def hand_over(
    representative: Representative, entry: Entry, address: str, steps_down: bool
) -> Invitation:
    """Invite a colleague, and step down at once if `steps_down`. Sends the invitation.

    Raises ValidationError if this representative is not active or has sent too many; NotSent.
    """
    if representative.account.email.lower() == address.lower():
        raise ValidationError(gettext("This is your own address."))
    if not count_attempt(f"invites:{representative.account_id}", 5, 86_400):
        raise ValidationError(gettext("You have sent many invitations today. Send more tomorrow."))
    with transaction.atomic():
        if representative not in Representative.objects.lock_for(representative.record):
            raise ValidationError(gettext("You are not a representative of this organization."))
        invitation = _invite(entry, address, representative=representative, steps_down=steps_down)
        Representative.objects.filter(pk=representative.pk).update(seen=timezone.now())
        if steps_down:
            end_representative(representative, keep=invitation)
        notify_representative(
            representative, "claims/handed_over", entry, steps_down=steps_down, invited=address
        )
        return invitation


def _invite(entry: Entry, address: str, **fields: Any) -> Invitation:
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            record_id=entry.pk,
            address=address.lower(),
            digest=secret_digest("invitation", secret),
            until=timezone.now() + INVITATION_VALIDITY,
            **fields,
        )
        account = Account.objects.filter(email__iexact=address).first()
        send(
            "claims/invitation",
            address,
            (account and account.language) or message_language(entry.pk),
            organization=entry.label,
            link=f"/claims/invitation/{secret}/",
            until=invitation.until,
            colleague=invitation.representative_id is not None,
        )
    return invitation


def find_invitation(secret: str) -> tuple[Invitation, Entry] | None:
    """The invitation of a link and its entry; None for every link that cannot be used.

    Unknown, used, revoked and expired links and entries that are not public give the same answer.
    """
    invitation = (
        Invitation.objects.open().filter(digest=secret_digest("invitation", secret)).first()
    )
    entry = claimable_entries().filter(pk=invitation.record_id if invitation else 0).first()
    return None if invitation is None or entry is None else (invitation, entry)


def accept_invitation(invitation: Invitation, account: Account) -> Claim:
    """Start a claim with a single-use invitation. Returns the claim.

    A moderator's invitation has a waiting period only if the organization has a representative.
    Raises WrongAccount if the account has not verified the invited address, and ValidationError.
    """
    if not has_verified_address(account, invitation.address):
        raise WrongAccount
    if invitation.by_id == account.pk:
        raise ValidationError(gettext("You have invited yourself. Another moderator has to do it."))
    check_not_representative(account, invitation.record_id)
    with transaction.atomic():
        unused = Invitation.objects.open().filter(pk=invitation.pk)
        if not unused.update(used=timezone.now()):
            raise ValidationError(gettext("This invitation was used or has expired."))
        by_colleague = invitation.representative_id is not None
        claim = Claim(
            account=account,
            record_id=invitation.record_id,
            method=ClaimMethod.COLLEAGUE if by_colleague else ClaimMethod.INVITATION,
            invitation=invitation,
        )
        return start_claim(claim, COLLEAGUE_WAITING_PERIOD if by_colleague else None)


def has_verified_address(account: Account, address: str) -> bool:
    return EmailAddress.objects.filter(user=account, email__iexact=address, verified=True).exists()


def revoke_invitation(invitation: Invitation) -> None:
    Invitation.objects.open().filter(pk=invitation.pk).update(ended=timezone.now())
