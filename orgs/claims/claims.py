"""Claiming: how accounts come to speak for bodies, hand over, are stopped, and lapse.

Nobody speaks for a body because of a domain. What counts is an invitation, a code that was sent to
a contact which has long been on record, or a moderator who has looked. Those whom it concerns are
told each time before anything holds, and stop it with one click. What a stranger is answered
depends neither on whether there is a contact nor on how long it takes to write to it.
"""

import hmac
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
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.messaging import NotSent, send
from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.record import ACTORS, Record
from orgs.security import digest
from orgs.statements.identifier import Contact
from orgs.statements.name import Name

from .claim import Claim, Invitation, Way
from .domains import told_by_domain

log = logging.getLogger(__name__)

ON_RECORD = timedelta(days=30)
"""How long a contact has been on record before a code goes to it."""
CONTACTS_TOLD = timedelta(days=365)
"""How long a contact that is on record no more is still told: it may have been removed for this."""
HOLD = timedelta(days=7)
"""How long a claim is held back while those whom it concerns are told."""
HOLD_OF_COLLEAGUES = timedelta(days=1)
"""The same, where somebody who speaks for the body hands over."""
STOPPABLE = timedelta(days=30)
"""How long the link in those messages serves."""
INVITED = timedelta(days=30)
CODE_HOLDS = timedelta(minutes=15)
TRIES = 3
"""Tries that a code is worth."""
REMINDED, LAPSES = 12, 24
"""Months without a sign of life after which one is asked for, and after which a claim lapses."""
MOST_CONTACTS = 5
"""A code goes to so many addresses at most."""

PROPOSALS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of which codes are made: as those for signing in, without vowels, so that they are no words."""


class WrongAccount(Exception):
    """That an invitation was sent to an address which is not this account's."""


class Message(NamedTuple):
    """A message that is yet to be sent."""

    name: str
    address: str
    language: str
    context: dict[str, Any]


def deliver(messages: Iterable[Message]) -> None:
    """Send messages, where nobody may learn whether there were any. What fails is noted."""
    for message in messages:
        try:
            send(message.name, message.address, message.language, **message.context)
        except NotSent as error:
            log.error("A message was not sent: %s", type(error.__cause__).__name__)


def kept_as(what: str, secret: str) -> str:
    """Return the keyed hash under which a secret of a claim is kept."""
    return digest(f"claim, {what}", secret).hex()


def listed() -> EntryQuerySet:
    """Return the entries that can be claimed: of bodies that act, and are shown.

    What is hidden, withdrawn or merged is not among them, as what never was.
    """
    return Entry.objects.published().of_kinds(*ACTORS)


# Contacts -----------------------------------------------------------------------------------------


def addresses_of(contacts: Iterable[Contact]) -> list[str]:
    """Return the addresses of contacts, each once, without what is none."""
    kept: dict[str, str] = {}
    for contact in contacts:
        address = contact.value.strip().removeprefix("mailto:")
        try:
            validate_email(address)
        except ValidationError:
            continue
        kept.setdefault(address.lower(), address)
    return list(kept.values())


def proven_by(record: int) -> list[str]:
    """Return the addresses to which a code may go: long on record, and not said to be over."""
    now = timezone.now()
    contacts = Contact.objects.current().filter(
        record=record,
        contact_kind="email",
        holds=True,
        span__contains=now.date(),
        added__decided_at__lte=now - ON_RECORD,
    )
    return addresses_of(contacts)[:MOST_CONTACTS]


def told_of(record: int) -> list[str]:
    """Return the addresses that are told of a claim: all on record, and those removed lately."""
    contacts = Contact.objects.filter(record=record, contact_kind="email").filter(
        Q(retired=None) | Q(retired__decided_at__gte=timezone.now() - CONTACTS_TOLD)
    )
    return addresses_of(contacts)


def language_of(record: int) -> str:
    """Return the language in which a body is written to: that of its name, if it is one of ours."""
    names = Name.objects.current().filter(record=record, language__in=dict(settings.LANGUAGES))
    chosen = names.order_by("-preferred", "id").values_list("language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


# By a code ----------------------------------------------------------------------------------------


def represents(account: Account, record: int) -> bool:
    """Whether an account speaks for a body, or will when the hold is over."""
    return Representative.objects.filter(account=account, record=record, ended=None).exists()


def _free_to_claim(account: Account, record: int) -> None:
    """Raise ValidationError if this account has no need, or no right, to claim this body."""
    if represents(account, record):
        raise ValidationError(
            gettext("You represent this organization already, or will after the waiting period.")
        )


def ask_for_code(account: Account, entry: Entry) -> list[Message]:
    """Make a code for an account that wants to speak for a body, and return what is to be sent.

    The same happens where there is no contact, and the messages are for after the answer. Raises
    ValidationError where this account may not ask, or has asked too often.
    """
    _free_to_claim(account, entry.pk)
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
    code = "".join(secrets.choice(PROPOSALS) for _ in range(8))
    Claim.objects.update_or_create(
        account=account,
        record_id=entry.pk,
        state=Claim.State.ASKED,
        defaults={
            "way": Way.CODE,
            "digest": _code_digest(account, entry.pk, code),
            "until": timezone.now() + CODE_HOLDS,
        },
    )
    language = language_of(entry.pk)
    context = {"body": entry.label, "code": f"{code[:4]}-{code[4:]}"}
    return [Message("claims/code", address, language, context) for address in proven_by(entry.pk)]


def _code_digest(account: Account, record: int, code: str) -> str:
    """Return the hash of a code: it is worth something to one account, for one body."""
    return kept_as("code", f"{account.pk} {record} {code}")


def prove_by_code(account: Account, entry: Entry, typed: str) -> Claim:
    """Let a claim begin by the code that was sent to the body. Returns the claim.

    It is held back, or waits for a moderator if another one is held back already. Raises
    ValidationError if it is not the code, is over, or was tried too often.
    """
    wrong = ValidationError(gettext("The code is wrong. Check it, or ask for a new one."))
    claim = Claim.objects.filter(account=account, record=entry.pk, state=Claim.State.ASKED).first()
    if not count_attempt(f"tries:{account.pk}", 20, 3_600):
        raise ValidationError(gettext("Too many attempts. Wait an hour, then ask for a new code."))
    if claim is None or not claim.digest or (claim.until or timezone.now()) <= timezone.now():
        raise wrong
    if not count_attempt(f"tries:{claim.digest}", TRIES, 3_600):
        raise ValidationError(gettext("Too many attempts. Ask for a new code."))
    code = "".join(one for one in typed.upper() if one.isalpha())
    if not hmac.compare_digest(claim.digest, _code_digest(account, entry.pk, code)):
        raise wrong
    _free_to_claim(account, entry.pk)
    with transaction.atomic():
        # Of two who send the same code at once, one goes on.
        mine = Claim.objects.filter(pk=claim.pk, state=Claim.State.ASKED, digest=claim.digest)
        if not mine.update(digest="", until=None):
            raise wrong
        claim.refresh_from_db()
        return begin(claim, HOLD)


def forget_codes() -> None:
    """Forget who has asked for a code that is over: what is not kept cannot be taken."""
    Claim.objects.filter(state=Claim.State.ASKED, until__lte=timezone.now()).delete()


# By a moderator -----------------------------------------------------------------------------------


def ask_moderators(account: Account, entry: Entry, note: str) -> Claim:
    """Lay a claim with a note before the moderators. Returns it; raises ValidationError."""
    _free_to_claim(account, entry.pk)
    if not count_attempt(f"notes:{account.pk}", 3, 86_400):
        raise ValidationError(
            gettext(
                "You have written to the moderators several times today. Please wait for "
                "their answer."
            )
        )
    with transaction.atomic():
        claim, new = Claim.objects.select_for_update().get_or_create(
            account=account,
            record_id=entry.pk,
            state=Claim.State.WAITS,
            defaults={"note": note, "way": Way.NOTE},
        )
        if not new and note not in claim.note:
            # What was taken from another window, or another day, is read, too.
            claim.note = f"{claim.note}\n\n{note}".strip()
            claim.save(update_fields=("note",))
    return claim


def grant(claim: Claim, by: Account, decision: str, sure: bool) -> Claim:
    """Let a claim begin because a moderator knows that it is they. Returns it, held back.

    Raises ValidationError where nobody says how they know, where an address alone would have to
    prove it, for one's own claim, and while another claim is held back.
    """
    _decides(claim, by, decision)
    if claim.record_id is None or not listed().filter(pk=claim.record_id).exists():
        raise ValidationError(gettext("This entry is not public. It cannot have representatives."))
    if told_by_domain(claim.account.email, claim.record_id).proves_nothing and not sure:
        raise ValidationError(
            gettext("An address is not enough. Tick that you know it by something else, too.")
        )
    with transaction.atomic():
        _lock_waiting(claim)
        claim.decision, claim.decided_by = decision, by
        return begin(claim, HOLD)


def refuse(claim: Claim, by: Account, decision: str) -> None:
    """Decline a claim, with a reason that its author reads. Raises ValidationError."""
    _decides(claim, by, decision)
    with transaction.atomic():
        _lock_waiting(claim)
        claim.state, claim.decision, claim.decided_by = Claim.State.REFUSED, decision, by
        claim.save()
        _tell_claimant(claim, "claims/refused", decision=decision)


def _decides(claim: Claim, by: Account, decision: str) -> None:
    if claim.account_id == by.pk:
        raise ValidationError(
            gettext("This claim is your own. Another moderator decides about it.")
        )
    if not decision.strip():
        raise ValidationError(gettext("Say how you know, or why not: its author reads it."))


def _lock_waiting(claim: Claim) -> None:
    """Raise ValidationError if somebody else has decided about a claim."""
    if not Claim.objects.waiting().select_for_update().filter(pk=claim.pk).exists():
        raise ValidationError(gettext("This claim has already been decided."))


# By an invitation ---------------------------------------------------------------------------------


def invite(entry: Entry, address: str, by: Account, reason: str, sure: bool) -> Invitation:
    """Invite an address to speak for a body, as a moderator. Returns the invitation, sent.

    Raises ValidationError where nobody says how they know, where an address alone would have to
    prove it, and for oneself; NotSent.
    """
    if EmailAddress.objects.filter(user=by, email__iexact=address).exists() or (
        by.email.lower() == address.lower()
    ):
        raise ValidationError(
            gettext("This is your own address. Another moderator has to invite you.")
        )
    if not reason.strip():
        raise ValidationError(gettext("Say how you know that this address is theirs."))
    if told_by_domain(address, entry.pk).proves_nothing and not sure:
        raise ValidationError(
            gettext("An address is not enough. Tick that you know it by something else, too.")
        )
    return _invite(entry, address, by=by, reason=reason)


def hand_over(
    representative: Representative, entry: Entry, address: str, steps_down: bool
) -> Invitation:
    """Invite a colleague to speak for a body, and step down at once if that is wanted.

    Returns the invitation, sent. Raises ValidationError if this representative does not stand, or
    invites too many; NotSent.
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
            _end(representative, keep=invitation)
        _tell_representative(
            representative, "claims/handed_over", entry, steps_down=steps_down, invited=address
        )
        return invitation


def _invite(entry: Entry, address: str, **fields: Any) -> Invitation:
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            record_id=entry.pk,
            address=address.lower(),
            digest=kept_as("invitation", secret),
            until=timezone.now() + INVITED,
            **fields,
        )
        account = Account.objects.filter(email__iexact=address).first()
        send(
            "claims/invitation",
            address,
            (account and account.language) or language_of(entry.pk),
            body=entry.label,
            link=f"/claims/invitation/{secret}/",
            until=invitation.until,
            colleague=invitation.representative_id is not None,
        )
    return invitation


def invited_by(secret: str) -> tuple[Invitation, Entry] | None:
    """Return the invitation that a link holds, and its entry; None if it serves no more.

    Unknown, used, taken back, over, and for what is not shown any more: all the same.
    """
    invitation = Invitation.objects.open().filter(digest=kept_as("invitation", secret)).first()
    entry = listed().filter(pk=invitation.record_id if invitation else 0).first()
    return None if invitation is None or entry is None else (invitation, entry)


def accept(invitation: Invitation, account: Account) -> Claim:
    """Let a claim begin by an invitation, which serves once. Returns the claim.

    A moderator's needs no hold unless somebody speaks for the body already. Raises WrongAccount
    for an account that has not confirmed the invited address, and ValidationError.
    """
    if not has_address(account, invitation.address):
        raise WrongAccount
    if invitation.by_id == account.pk:
        raise ValidationError(gettext("You have invited yourself. Another moderator has to do it."))
    _free_to_claim(account, invitation.record_id)
    with transaction.atomic():
        mine = Invitation.objects.open().filter(pk=invitation.pk)
        if not mine.update(used=timezone.now()):
            raise ValidationError(gettext("This invitation has been used, or is over."))
        by_colleague = invitation.representative_id is not None
        claim = Claim(
            account=account,
            record_id=invitation.record_id,
            way=Way.COLLEAGUE if by_colleague else Way.INVITATION,
            invitation=invitation,
        )
        return begin(claim, HOLD_OF_COLLEAGUES if by_colleague else None)


def has_address(account: Account, address: str) -> bool:
    """Whether an account has confirmed this address."""
    return EmailAddress.objects.filter(user=account, email__iexact=address, verified=True).exists()


# Beginning, stopping, ending ----------------------------------------------------------------------


def begin(claim: Claim, hold: timedelta | None) -> Claim:
    """Make the account of a proved claim a representative, held back, and tell whom it concerns.

    Without a hold it is held back only if somebody speaks for the body already. Nothing of it
    happens if a message cannot be sent. Returns the claim. Raises ValidationError and NotSent.
    """
    # Of two who prove at once, the second sees what the first has become.
    record = Record.objects.select_for_update(no_key=True).get(pk=claim.record_id or 0)
    entry = listed().filter(pk=record.pk).first()
    if entry is None:
        raise ValidationError(gettext("This entry is not public. It cannot have representatives."))
    about = Claim.objects.filter(record=record)
    about.settle()
    now = timezone.now()
    if hold is None:
        taken = Representative.objects.filter(record=record, ended=None).exists()
        hold = HOLD if taken else timedelta(0)
    first = about.filter(state=Claim.State.HELD).exclude(way=Way.COLLEAGUE).first()
    if first is not None and hold and claim.way != Way.COLLEAGUE:
        return _come_second(claim, first, entry)
    others = list(
        Representative.objects.filter(record=record, ended=None)
        .exclude(account=claim.account)
        .select_related("account")
    )
    if claim.invitation is not None and claim.invitation.representative is not None:
        # Whoever hands over is told, even if it has stepped down for this.
        others.append(claim.invitation.representative)
    secret = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            claim.representative = Representative.objects.create(
                account=claim.account, record=record, since=now + hold, seen=now
            )
            claim.state = Claim.State.HELD if hold else Claim.State.STANDS
            claim.stop = kept_as("stop", secret)
            claim.stoppable_until = now + max(STOPPABLE, hold)
            claim.digest, claim.until = "", None
            claim.save()
    except IntegrityError as error:
        raise ValidationError(
            gettext("Another person was faster. Reload the organization’s page.")
        ) from error
    told = {address.lower(): language_of(record.pk) for address in told_of(record.pk)}
    told |= {one.account.email.lower(): one.account.language for one in others}
    for address, language in told.items():
        send(
            "claims/held",
            address,
            language,
            body=entry.label,
            since=claim.representative.since,
            held=bool(hold),
            way=claim.way,
            link=f"/claims/stop/{secret}/",
            until=claim.stoppable_until,
        )
    _tell_claimant(claim, "claims/begun", since=claim.representative.since, held=bool(hold))
    return claim


def _come_second(claim: Claim, first: Claim, entry: Entry) -> Claim:
    """Lay a claim before the moderators because another one is held back, and tell both."""
    if claim.way != Way.CODE:
        raise ValidationError(
            gettext(
                "Another claim for this organization is in its waiting period. Try again "
                "when it has been decided."
            )
        )
    before = Claim.objects.waiting().filter(account=claim.account, record=claim.record).first()
    if before is not None:
        claim.note = before.note
        before.delete()
    claim.state = Claim.State.WAITS
    claim.save()
    for address in told_of(entry.pk):
        send("claims/second", address, language_of(entry.pk), body=entry.label)
    for one in (first, claim):
        _tell_claimant(one, "claims/second")
    return claim


def _tell_claimant(claim: Claim, name: str, **context: Any) -> None:
    entry = Entry.objects.filter(pk=claim.record_id or 0).first()
    send(
        name,
        claim.account.email,
        claim.account.language,
        body=entry.label if entry else "",
        account=True,
        **context,
    )


def _tell_representative(
    representative: Representative, name: str, entry: Entry, **context: Any
) -> None:
    account = representative.account
    send(name, account.email, account.language, body=entry.label, **context)


def stopped_by(secret: str) -> Claim | None:
    """Return the claim that a link stops; None if it serves no more."""
    claims = Claim.objects.stoppable().select_related("representative", "account", "invitation")
    return claims.filter(stop=kept_as("stop", secret)).first()


@transaction.atomic
def stop(claim: Claim) -> None:
    """Stop a claim because somebody at the body says that it was not they.

    Whoever came through it goes, too; whoever stepped down for it speaks again. Its author is
    told, and a moderator has to look before that account claims this body again.
    """
    locked = Claim.objects.in_force().select_for_update(of=("self",))
    if locked.filter(pk=claim.pk).first() is None:
        return
    claim.state = Claim.State.STOPPED
    claim.save(update_fields=("state",))
    if claim.representative is not None:  # as the ledger of claims demands
        _end(claim.representative)
    for follower in Claim.objects.in_force().filter(
        invitation__representative=claim.representative_id
    ):
        stop(follower)
    if claim.invitation is not None and claim.invitation.steps_down:
        _speak_again(claim.invitation.representative)
    _tell_claimant(claim, "claims/stopped")


def _speak_again(representative: Representative | None) -> None:
    """Let a representative stand again that had stepped down for a colleague who was none."""
    if representative is None or represents(representative.account, representative.record_id):
        return
    if not Claim.objects.filter(representative=representative, state=Claim.State.STOPPED).exists():
        Representative.objects.filter(pk=representative.pk).update(ended=None, seen=timezone.now())


def _end(representative: Representative, keep: Invitation | None = None) -> bool:
    """End a representative, and the invitations that it has written, but for one.

    Returns whether it had not ended before.
    """
    now = timezone.now()
    ended = Representative.objects.filter(pk=representative.pk, ended=None).update(ended=now)
    written = Invitation.objects.open().filter(representative=representative)
    written.exclude(pk=keep.pk if keep else None).update(ended=now)
    return bool(ended)


def step_down(representative: Representative) -> None:
    """Let a representative end because it wants to."""
    with transaction.atomic():
        _end(representative)


def dismiss(representative: Representative) -> None:
    """End a representative, as moderators may. Its account is told, and claims anew only by a
    note.
    """
    with transaction.atomic():
        if not _end(representative):
            return
        Claim.objects.filter(representative=representative).update(state=Claim.State.STOPPED)
        entry = Entry.objects.filter(pk=representative.record_id).first()
        if entry is not None:
            _tell_representative(representative, "claims/ended", entry)


def take_back(invitation: Invitation) -> None:
    """Let an invitation serve no more."""
    Invitation.objects.open().filter(pk=invitation.pk).update(ended=timezone.now())


# Lapsing ------------------------------------------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """Return the day so many months before another; the last of its month if there is none."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, number)
        except ValueError:
            continue
    raise ValueError(day)


def reminders_due(day: date) -> Any:
    """Return the representatives who have given no sign of life for a year, and were not asked
    since.
    """
    silent = Representative.objects.filter(ended=None, seen__date__lte=months_before(day, REMINDED))
    return silent.filter(
        Q(reminded=None) | Q(reminded__date__lte=months_before(day, REMINDED)),
        seen__date__gt=months_before(day, LAPSES),
    ).select_related("account")


def remind(day: date) -> int:
    """Ask those whose reminder is due for a sign of life. Returns how many were asked.

    Nobody is asked twice for the same silence; whom no message reaches is asked at the next run.
    """
    asked = 0
    for representative in reminders_due(day):
        since = lapses_on(representative)
        asked += _told_at_once(
            representative, "claims/reminder", {"reminded": timezone.now()}, since
        )
    return asked


def lapse(day: date) -> int:
    """End the representatives who have given no sign of life for two years. Returns how many."""
    ended = 0
    silent = Representative.objects.filter(ended=None, seen__date__lte=months_before(day, LAPSES))
    for representative in silent.select_related("account"):
        ended += _told_at_once(representative, "claims/lapsed", {"ended": timezone.now()}, None)
        Invitation.objects.open().filter(representative=representative).update(ended=timezone.now())
    return ended


def _told_at_once(
    representative: Representative, name: str, change: dict, lapses: date | None
) -> bool:
    """Change a representative and tell it; neither, if the message does not leave. Returns
    whether.
    """
    entry = listed().filter(pk=representative.record_id).first()
    try:
        with transaction.atomic():
            if not Representative.objects.filter(pk=representative.pk, ended=None).update(**change):
                return False
            if entry is not None:
                _tell_representative(representative, name, entry, lapses=lapses)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
        return False
    return True


def lapses_on(representative: Representative) -> date:
    """Return the day on which a representative lapses if it gives no sign of life."""
    return months_before(representative.seen.date(), -LAPSES)


# What one speaks for ------------------------------------------------------------------------------


class Representation(NamedTuple):
    """A body that an account speaks for, will, or has asked to."""

    entry: Entry | None
    state: str
    """held, stands, hidden, waits, awaited, stopped or refused."""
    day: Any = None
    decision: str = ""


def spoken_for(account: Account) -> list[Representation]:
    """Return what an account speaks for, then what it has asked for."""
    now = timezone.now()
    representatives = list(Representative.objects.filter(account=account, ended=None))
    lately = Q(state__in=(Claim.State.STOPPED, Claim.State.REFUSED), begun__gt=now - STOPPABLE)
    asked = list(
        Claim.objects.filter(account=account)
        .filter(Q(state__in=(Claim.State.WAITS, Claim.State.AWAITED)) | lately)
        .select_related("changeset")
    )
    numbers = [one.record_id for one in representatives] + [one.record_id for one in asked]
    entries = listed().only("id", "kind", "slug", "label").in_bulk(numbers)
    told = []
    for representative in representatives:
        entry = entries.get(representative.record_id)
        if entry is None:
            told.append(Representation(None, "hidden"))
        elif representative.since > now:
            told.append(Representation(entry, "held", representative.since))
        else:
            told.append(Representation(entry, "stands", lapses_on(representative)))
    for claim in asked:
        changeset = claim.changeset
        if claim.state == Claim.State.AWAITED:
            rejected = changeset is not None and changeset.state == Changeset.State.REJECTED
            told.append(
                Representation(None, "declined" if rejected else "awaited", None,
                        changeset.decision if changeset and rejected else "")
            )  # fmt: skip
        elif entry := entries.get(claim.record_id):
            told.append(Representation(entry, claim.state, None, claim.decision))
    return told
