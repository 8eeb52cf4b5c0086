"""Claims proved by a code that is sent to a contact of the organization."""

import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.rate_limits import count_attempt
from orgs.messaging import NotSent, send
from orgs.projection.entry import Entry

from .claim import Claim, ClaimMethod
from .lifecycle import WAITING_PERIOD, check_not_representative, secret_digest, start_claim
from .recipients import code_recipients, message_language

log = logging.getLogger(__name__)
CODE_VALIDITY = timedelta(minutes=15)
MAX_CODE_TRIES = 3
CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""Characters of codes. Like codes for signing in, they have no vowels, so that they form no words.
"""


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


def request_code(account: Account, entry: Entry) -> list[Message]:
    """Create a code for an account that claims an organization. Returns the messages to send.

    Gives the same result if no contact exists. Send the messages after the response. Raises
    ValidationError if this account may not request a code or has requested too many.
    """
    check_not_representative(account, entry.pk)
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
    check_not_representative(account, entry.pk)
    with transaction.atomic():
        # If the same code is sent twice at once, one request succeeds.
        unused = Claim.objects.filter(pk=claim.pk, state=Claim.State.CODE_SENT, digest=claim.digest)
        if not unused.update(digest="", until=None):
            raise wrong
        claim.refresh_from_db()
        return start_claim(claim, WAITING_PERIOD)


def delete_expired_codes() -> None:
    Claim.objects.filter(state=Claim.State.CODE_SENT, until__lte=timezone.now()).delete()
