"""Claims that a moderator decides about."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.projection.entry import Entry

from .claim import Claim, ClaimMethod
from .domains import assess_domain
from .lifecycle import (
    WAITING_PERIOD,
    check_not_representative,
    claimable_entries,
    notify_claimant,
    start_claim,
)


def submit_note(account: Account, entry: Entry, note: str) -> Claim:
    """Queue a claim with a note for the moderators. Raises ValidationError."""
    check_not_representative(account, entry.pk)
    if not count_attempt(f"notes:{account.pk}", 3, 86_400):
        raise ValidationError(
            gettext(
                "You have written to the moderators several times today. Please wait for "
                "their answer."
            )
        )
    with transaction.atomic():
        claim, created = Claim.objects.select_for_update().get_or_create(
            account=account,
            record_id=entry.pk,
            state=Claim.State.PENDING,
            defaults={"note": note, "method": ClaimMethod.NOTE},
        )
        if not created and note not in claim.note:
            claim.note = f"{claim.note}\n\n{note}".strip()
            claim.save(update_fields=("note",))
    return claim


def grant(claim: Claim, by: Account, decision: str, sure: bool) -> Claim:
    """Start a claim that a moderator has checked. Returns it in its waiting period.

    Raises ValidationError without a reason, for a domain that proves nothing unless `sure`, for the
    moderator's own claim, and while another claim is in its waiting period.
    """
    _check_decision(claim, by, decision)
    if claim.record_id is None or not claimable_entries().filter(pk=claim.record_id).exists():
        raise ValidationError(gettext("This entry is not public. It cannot have representatives."))
    if assess_domain(claim.account.email, claim.record_id).proves_nothing and not sure:
        raise ValidationError(
            gettext("An address is not enough. Tick that you know it by something else, too.")
        )
    with transaction.atomic():
        _lock_pending(claim)
        claim.decision, claim.decided_by = decision, by
        return start_claim(claim, WAITING_PERIOD)


def refuse(claim: Claim, by: Account, decision: str) -> None:
    """Refuse a claim. Its author is sent the reason. Raises ValidationError."""
    _check_decision(claim, by, decision)
    with transaction.atomic():
        _lock_pending(claim)
        claim.state, claim.decision, claim.decided_by = Claim.State.REFUSED, decision, by
        claim.save()
        notify_claimant(claim, "claims/refused", decision=decision)


def _check_decision(claim: Claim, by: Account, decision: str) -> None:
    if claim.account_id == by.pk:
        raise ValidationError(
            gettext("This claim is your own. Another moderator decides about it.")
        )
    if not decision.strip():
        raise ValidationError(gettext("Say how you know, or why not: its author reads it."))


def _lock_pending(claim: Claim) -> None:
    """Raises ValidationError if another moderator has decided the claim."""
    if not Claim.objects.pending().select_for_update().filter(pk=claim.pk).exists():
        raise ValidationError(gettext("This claim has already been decided."))
