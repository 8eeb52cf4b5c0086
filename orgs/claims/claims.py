"""How accounts become representatives, hand over, are stopped, and lapse.

A domain alone does not prove a claim. That takes an invitation, a code sent to a contact
with a minimum age, or a moderator's decision. The people concerned are informed each time before it
takes effect, and can stop it with one click. Responses to an account reveal neither whether the
organization has a contact nor, by their duration, whether a message was sent.
"""

import logging
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.messaging import NotSent, send
from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record
from orgs.security import digest
from orgs.statements.identifier import Contact
from orgs.statements.name import Name

from .claim import Claim, ClaimMethod, Invitation
from .domains import assess_domain

log = logging.getLogger(__name__)

CONTACT_MIN_AGE = timedelta(days=30)
"""Minimum age of a contact before a code is sent to it."""
RETIRED_CONTACT_NOTICE = timedelta(days=365)
"""How long a retired contact is still informed: it may have been retired for a takeover."""
WAITING_PERIOD = timedelta(days=7)
"""The waiting period of a claim, in which the people concerned can stop it."""
COLLEAGUE_WAITING_PERIOD = timedelta(days=1)
STOP_LINK_VALIDITY = timedelta(days=30)
INVITATION_VALIDITY = timedelta(days=30)
CODE_VALIDITY = timedelta(minutes=15)
MAX_CODE_TRIES = 3
REMINDER_MONTHS, LAPSE_MONTHS = 12, 24
"""Months of inactivity before a representative is reminded, and before it lapses."""
MAX_CODE_RECIPIENTS = 5
"""Addresses that a code is sent to."""

CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""Characters of codes. Like codes for signing in, they have no vowels, so that they form no words.
"""


class WrongAccount(Exception):
    """The invited address is not a verified address of this account."""


class Message(NamedTuple):
    """A message to be sent after the response."""

    name: str
    address: str
    language: str
    context: dict[str, Any]


def deliver(messages: Iterable[Message]) -> None:
    """Send messages. Failures are only logged: the response must not depend on them."""
    for message in messages:
        try:
            send(message.name, message.address, message.language, **message.context)
        except NotSent as error:
            log.error("A message was not sent: %s", type(error.__cause__).__name__)


def secret_digest(purpose: str, secret: str) -> str:
    """The keyed hash that is stored of a secret."""
    return digest(f"claim, {purpose}", secret).hex()


def claimable_entries() -> EntryQuerySet:
    """The entries that can be claimed: published organizations and networks.

    Hidden, withdrawn, merged and unknown entries give the same result.
    """
    return Entry.objects.published().of_kinds(*ACTOR_KINDS)


# Contacts -----------------------------------------------------------------------------------------


def email_addresses(contacts: Iterable[Contact]) -> list[str]:
    """The valid e-mail addresses among contacts, each once."""
    addresses: dict[str, str] = {}
    for contact in contacts:
        address = contact.value.strip().removeprefix("mailto:")
        try:
            validate_email(address)
        except ValidationError:
            continue
        addresses.setdefault(address.lower(), address)
    return list(addresses.values())


def code_recipients(record: int) -> list[str]:
    """The addresses that a code is sent to: current contacts of the minimum age."""
    now = timezone.now()
    contacts = Contact.objects.current().filter(
        record=record,
        contact_kind="email",
        holds=True,
        span__contains=now.date(),
        added__decided_at__lte=now - CONTACT_MIN_AGE,
    )
    return email_addresses(contacts)[:MAX_CODE_RECIPIENTS]


def notice_recipients(record: int) -> list[str]:
    """The addresses informed of a claim: all current contacts and recently retired ones."""
    contacts = Contact.objects.filter(record=record, contact_kind="email").filter(
        Q(retired=None) | Q(retired__decided_at__gte=timezone.now() - RETIRED_CONTACT_NOTICE)
    )
    return email_addresses(contacts)


def message_language(record: int) -> str:
    """The language for messages: that of the name, if the interface has it."""
    names = Name.objects.current().filter(record=record, language__in=dict(settings.LANGUAGES))
    language = names.order_by("-preferred", "id").values_list("language", flat=True).first()
    return language or settings.LANGUAGE_CODE


# By a code ----------------------------------------------------------------------------------------


def represents(account: Account, record: int) -> bool:
    """Whether an account is a representative, or will be after the waiting period."""
    return Representative.objects.filter(account=account, record=record, ended=None).exists()


def _check_not_representative(account: Account, record: int) -> None:
    """Raises ValidationError if the account is a representative already."""
    if represents(account, record):
        raise ValidationError(
            gettext("You represent this organization already, or will after the waiting period.")
        )


def request_code(account: Account, entry: Entry) -> list[Message]:
    """Create a code for an account that claims an organization. Returns the messages to send.

    Gives the same result if no contact exists. Send the messages after the response. Raises
    ValidationError if this account may not request a code or has requested too many.
    """
    _check_not_representative(account, entry.pk)
    if Claim.objects.filter(
        account=account, record=entry.pk, state__in=(Claim.State.STOPPED, Claim.State.REFUSED)
    ).exists():
        raise ValidationError(
            gettext("Your claim was stopped or refused. Write to the moderators below.")
        )
    if not (
        count_attempt(f"asks:{account.pk}:{entry.pk}", 3, 3_600)
        and count_attempt(f"asks:{account.pk}", 10, 86_400)
        and count_attempt(f"asked:{entry.pk}", 6, 86_400)
    ):
        raise ValidationError(
            gettext(
                "Too many codes were requested today. Try again tomorrow, or write to the "
                "moderators."
            )
        )
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    Claim.objects.update_or_create(
        account=account,
        record_id=entry.pk,
        state=Claim.State.CODE_SENT,
        defaults={
            "method": ClaimMethod.CODE,
            "digest": _code_digest(account, entry.pk, code),
            "until": timezone.now() + CODE_VALIDITY,
        },
    )
    language = message_language(entry.pk)
    context = {"organization": entry.label, "code": f"{code[:4]}-{code[4:]}"}
    return [
        Message("claims/code", address, language, context) for address in code_recipients(entry.pk)
    ]


def _code_digest(account: Account, record: int, code: str) -> str:
    """The hash of a code, valid for one account and one organization."""
    return secret_digest("code", f"{account.pk} {record} {code}")


def redeem_code(account: Account, entry: Entry, typed: str) -> Claim:
    """Start a claim with the code that was sent to the organization.

    The claim begins its waiting period, or waits for a moderator if another claim is in that
    period. Raises ValidationError if the code is wrong, expired or tried too often.
    """
    wrong = ValidationError(gettext("The code is wrong. Check it, or request a new one."))
    claim = Claim.objects.filter(
        account=account, record=entry.pk, state=Claim.State.CODE_SENT
    ).first()
    if not count_attempt(f"tries:{account.pk}", 20, 3_600):
        raise ValidationError(gettext("Too many attempts. Wait an hour, then request a new code."))
    if claim is None or not claim.digest or (claim.until or timezone.now()) <= timezone.now():
        raise wrong
    if not count_attempt(f"tries:{claim.digest}", MAX_CODE_TRIES, 3_600):
        raise ValidationError(gettext("Too many attempts. Request a new code."))
    code = "".join(letter for letter in typed.upper() if letter.isalpha())
    if not constant_time_compare(claim.digest, _code_digest(account, entry.pk, code)):
        raise wrong
    _check_not_representative(account, entry.pk)
    with transaction.atomic():
        # If the same code is sent twice at once, one request succeeds.
        unused = Claim.objects.filter(pk=claim.pk, state=Claim.State.CODE_SENT, digest=claim.digest)
        if not unused.update(digest="", until=None):
            raise wrong
        claim.refresh_from_db()
        return start_claim(claim, WAITING_PERIOD)


def delete_expired_codes() -> None:
    Claim.objects.filter(state=Claim.State.CODE_SENT, until__lte=timezone.now()).delete()


# By a moderator -----------------------------------------------------------------------------------


def submit_note(account: Account, entry: Entry, note: str) -> Claim:
    """Queue a claim with a note for the moderators. Raises ValidationError."""
    _check_not_representative(account, entry.pk)
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
        _notify_claimant(claim, "claims/refused", decision=decision)


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


# By an invitation ---------------------------------------------------------------------------------


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
            _end_representative(representative, keep=invitation)
        _notify_representative(
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
    _check_not_representative(account, invitation.record_id)
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


# Starting, stopping, ending -----------------------------------------------------------------------


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
    others = list(
        Representative.objects.filter(record=record, ended=None)
        .exclude(account=claim.account)
        .select_related("account")
    )
    if claim.invitation is not None and claim.invitation.representative is not None:
        # Informs the colleague who invited, even one who has stepped down.
        others.append(claim.invitation.representative)
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
    languages = {
        address.lower(): message_language(record.pk) for address in notice_recipients(record.pk)
    }
    languages |= {other.account.email.lower(): other.account.language for other in others}
    for address, language in languages.items():
        send(
            "claims/started",
            address,
            language,
            organization=entry.label,
            since=claim.representative.since,
            waiting=bool(waiting_period),
            method=claim.method,
            link=f"/claims/stop/{secret}/",
            until=claim.stoppable_until,
        )
    _notify_claimant(
        claim, "claims/approved", since=claim.representative.since, waiting=bool(waiting_period)
    )
    return claim


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
        _notify_claimant(other, "claims/second")
    return claim


def _notify_claimant(claim: Claim, name: str, **context: Any) -> None:
    entry = Entry.objects.filter(pk=claim.record_id or 0).first()
    send(
        name,
        claim.account.email,
        claim.account.language,
        organization=entry.label if entry else "",
        account=True,
        **context,
    )


def _notify_representative(
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
        _end_representative(claim.representative)
    for follower in Claim.objects.in_force().filter(
        invitation__representative=claim.representative_id
    ):
        stop_claim(follower)
    if claim.invitation is not None and claim.invitation.steps_down:
        _reinstate(claim.invitation.representative)
    _notify_claimant(claim, "claims/stopped")


def _reinstate(representative: Representative | None) -> None:
    """Reinstate a representative who had stepped down for a claim that was stopped."""
    if representative is None or represents(representative.account, representative.record_id):
        return
    if not Claim.objects.filter(representative=representative, state=Claim.State.STOPPED).exists():
        Representative.objects.filter(pk=representative.pk).update(ended=None, seen=timezone.now())


def _end_representative(representative: Representative, keep: Invitation | None = None) -> bool:
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
        _end_representative(representative)


def dismiss(representative: Representative) -> None:
    """End a representative, as a moderator. The account is informed and can claim again only by a
    note.
    """
    with transaction.atomic():
        if not _end_representative(representative):
            return
        Claim.objects.filter(representative=representative).update(state=Claim.State.STOPPED)
        entry = Entry.objects.filter(pk=representative.record_id).first()
        if entry is not None:
            _notify_representative(representative, "claims/ended", entry)


def revoke_invitation(invitation: Invitation) -> None:
    Invitation.objects.open().filter(pk=invitation.pk).update(ended=timezone.now())


# Lapsing ------------------------------------------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """The day so many months earlier, or the last day of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, number)
        except ValueError:
            continue
    raise ValueError(day)


def reminders_due(day: date) -> Any:
    """Representatives inactive for a year who have not been reminded since."""
    inactive = Representative.objects.filter(
        ended=None, seen__date__lte=months_before(day, REMINDER_MONTHS)
    )
    return inactive.filter(
        Q(reminded=None) | Q(reminded__date__lte=months_before(day, REMINDER_MONTHS)),
        seen__date__gt=months_before(day, LAPSE_MONTHS),
    ).select_related("account")


def send_reminders(day: date) -> int:
    """Send the reminders that are due. Returns how many were sent.

    Each period of inactivity has one reminder. If a message cannot be sent, the next run tries
    again.
    """
    count = 0
    for representative in reminders_due(day):
        lapses = lapse_date(representative)
        count += _update_and_notify(
            representative, "claims/reminder", {"reminded": timezone.now()}, lapses
        )
    return count


def end_lapsed(day: date) -> int:
    """End the representatives inactive for two years. Returns how many."""
    count = 0
    inactive = Representative.objects.filter(
        ended=None, seen__date__lte=months_before(day, LAPSE_MONTHS)
    )
    for representative in inactive.select_related("account"):
        count += _update_and_notify(
            representative, "claims/lapsed", {"ended": timezone.now()}, None
        )
        Invitation.objects.open().filter(representative=representative).update(ended=timezone.now())
    return count


def _update_and_notify(
    representative: Representative, name: str, change: dict, lapses: date | None
) -> bool:
    """Change a representative and inform it; neither, if the message cannot be sent."""
    entry = claimable_entries().filter(pk=representative.record_id).first()
    try:
        with transaction.atomic():
            if not Representative.objects.filter(pk=representative.pk, ended=None).update(**change):
                return False
            if entry is not None:
                _notify_representative(representative, name, entry, lapses=lapses)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
        return False
    return True


def lapse_date(representative: Representative) -> date:
    """The day on which a representative lapses without activity."""
    return months_before(representative.seen.date(), -LAPSE_MONTHS)


# What an account represents -----------------------------------------------------------------------


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
