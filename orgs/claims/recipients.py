"""Who is written to about a claim, and in which language."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone

from orgs.statements.identifier import Contact
from orgs.statements.name import Name

CONTACT_MIN_AGE = timedelta(days=30)
"""Minimum age of a contact before a code is sent to it."""

RETIRED_CONTACT_NOTICE = timedelta(days=365)
"""How long a retired contact is still informed: it may have been retired for a takeover."""

MAX_CODE_RECIPIENTS = 5
"""Addresses that a code is sent to."""


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
