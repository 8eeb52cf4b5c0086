"""Steps of claiming an organization that several tests share."""

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
    """A new account with a verified address and no password, since hashing is slow."""
    new = Account.objects.create_user(address, **fields)
    EmailAddress.objects.create(user=new, email=new.email, verified=True, primary=True)
    return new


def client_of(person: Account, **options) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def add_contact(write: Writer, record: Record, address: str = OFFICE, days: int = 60) -> Contact:
    """Add a contact that was accepted so many days ago."""
    changeset = write.say("contact", record, contact_kind="email", value=address, tier=2)
    long_ago = timezone.now() - timedelta(days=days)
    Changeset.objects.filter(pk=changeset.pk).update(decided_at=long_ago)
    return Contact.objects.get(added=changeset.number)


def organization_with_contact(write: Writer, slug: str = SLUG, address: str = OFFICE) -> Record:
    """An organization whose contact was accepted two months ago."""
    record = write.record("organization", slug, slug.replace("-", " ").title())
    add_contact(write, record, address)
    return record


def subjects(address: str = OFFICE) -> list[str]:
    """The subjects of the messages to an address, without the site's name."""
    return [one.subject.partition("] ")[2] for one in mail.outbox if one.to == [address]]


def last_message(address: str = OFFICE) -> EmailMessage:
    return [one for one in mail.outbox if one.to == [address]][-1]


def link_in(message: EmailMessage) -> str:
    """The path of the link in a message."""
    return LINK.findall(message.body)[0]


def requested_code(client: Client, page: str = CLAIM, to: str = OFFICE) -> str:
    """Request a code and read it from the message to the organization."""
    client.post(page, {"code": "1"})
    return code_in(last_message(to))


def claim_by_code(client: Client) -> None:
    code = requested_code(client)
    client.post(CODE, {"code": code})


def after(**span: float):
    """Travel in time: `with after(days=8): ...`."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)


def may_represent(person: Account, record: Record, **span: float) -> bool:
    """Whether an account may represent an organization after so long."""
    with after(**span):
        return Representative.objects.represents(person, record)


def make_representative(person: Account, record: Record, **fields) -> Representative:
    """Make an account a representative since a year ago."""
    since = timezone.now() - timedelta(days=365)
    return Representative.objects.create(
        account=person, record=record, **{"since": since, **fields}
    )
