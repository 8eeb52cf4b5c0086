"""What people do about speaking for a body in more than one test: ask, prove, read, stop."""

import re
from datetime import UTC, datetime, timedelta

import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.statements.identifier import Contact
from tests.support.accounts import code_in
from tests.support.writing import Writer

SLUG = "mujeres-en-red"
CLAIM = f"/organizations/{SLUG}/claim/"
CODE = f"/organizations/{SLUG}/claim/code/"
REPRESENTATIVE = f"/account/representing/{SLUG}/"
OFFICE = "office@mujeres.example"

LINK = re.compile(r"https?://[^/\s]+(/\S*claims/\S+)")


def account(address: str, **fields) -> Account:
    """Return a new account whose address is confirmed. It has no password: hashing takes long."""
    made = Account.objects.create_user(address, **fields)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def browser_of(somebody: Account, **options) -> Client:
    """Return a browser in which somebody has signed in."""
    client = Client(**options)
    client.force_login(somebody)
    return client


def on_record(write: Writer, body: Record, address: str = OFFICE, days: int = 60) -> Contact:
    """Put a contact on record, so many days ago."""
    changeset = write.say("contact", body, contact_kind="email", value=address, tier=2)
    long_ago = timezone.now() - timedelta(days=days)
    Changeset.objects.filter(pk=changeset.pk).update(decided_at=long_ago)
    return Contact.objects.get(added=changeset.number)


def body_with_contact(write: Writer, slug: str = SLUG, address: str = OFFICE) -> Record:
    """Return a body that has had a contact on record for two months."""
    body = write.record("organization", slug, slug.replace("-", " ").title())
    on_record(write, body, address)
    return body


def told(address: str = OFFICE) -> list[str]:
    """Return the subjects of the messages to an address, without the site's name."""
    return [one.subject.partition("] ")[2] for one in mail.outbox if one.to == [address]]


def last_to(address: str = OFFICE) -> EmailMessage:
    """Return the last message to an address."""
    return [one for one in mail.outbox if one.to == [address]][-1]


def link_in(message: EmailMessage) -> str:
    """Return the path of the link of a message."""
    return LINK.findall(message.body)[0]


def code_asked_by(client: Client, page: str = CLAIM, to: str = OFFICE) -> str:
    """Let a code be sent to the body, and return it."""
    client.post(page, {"code": "1"})
    return code_in(last_to(to))


def proved_by_code(client: Client) -> None:
    """Claim the body by the code that is sent to it."""
    code = code_asked_by(client)
    client.post(CODE, {"code": code})


def after(**span: float):
    """Return a way to another hour: `with after(days=8): ...`."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)


def stands(somebody: Account, body: Record, **span: float) -> bool:
    """Whether an account may speak for a body after so long."""
    with after(**span):
        return Representative.objects.represents(somebody, body)


def representative_of(somebody: Account, body: Record, **fields) -> Representative:
    """Return that an account has spoken for a body for a year."""
    since = timezone.now() - timedelta(days=365)
    return Representative.objects.create(
        account=somebody, record=body, **{"since": since, **fields}
    )
