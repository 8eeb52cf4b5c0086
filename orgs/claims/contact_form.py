"""Messages to an organization without showing its address, if it has opened its contact form.

An open form is a contact of kind `form` in the organization's own voice. Messages are not stored:
they go to the organization, with the address of the writer.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from orgs.access.rate_limits import count_attempt
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.messaging import send
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.source import SourceKind, Tier
from orgs.spam import MIN_SECONDS, form_token, seconds_open
from orgs.statements.identifier import Contact

HONEYPOT_FIELD = "website"
"""A hidden field: only bots fill it in."""
MAX_SECONDS = 86_400
"""Seconds after which an open form can no longer be sent."""
MAX_PER_NETWORK, MAX_PER_ORGANIZATION = 5, 30
"""Messages per hour from one network, and per day to one organization."""


def form_path(entry: Entry) -> str:
    return f"{entry.get_absolute_url()}contact/"


def _is_form_url(url: str) -> bool:
    # The host is ignored: the catalogue may move.
    path = urlsplit(url).path
    return path.startswith("/organizations/") and path.endswith("/contact/")


def is_open(entry: Entry) -> bool:
    """Whether the public entry of an organization says that its form is open."""
    return any(
        item["contact_kind"] == "form"
        and item["voice"] == "own"
        and item["holds"]
        and item["source"].startswith("own-")
        and _is_form_url(item["value"])
        for item in entry.read()["contacts"]
    )


def set_open(representative: Representative, entry: Entry, opened: bool) -> None:
    """Open or close the form, in the organization's own voice and at once. Raises Conflict."""
    record = representative.record
    changeset = Changeset(
        author=representative.account,
        on_behalf=record,
        reason="The organization itself says whether people can write to it.",
        label="contact form",
    )
    with transaction.atomic():
        Representative.objects.lock_for(record)
        entry.refresh_from_db()
        if opened == is_open(entry):
            return
        source = own_source(changeset, record)
        if opened:
            changeset.add(
                "contact",
                record,
                contact_kind="form",
                value=settings.PUBLIC_URL + form_path(entry),
                voice="own",
                source=source,
                tier=Tier.PUBLIC,
            )
        else:
            for contact in Contact.objects.current().filter(
                record=record, contact_kind="form", voice="own", source=source
            ):
                if _is_form_url(contact.value):
                    changeset.retire(contact)
        changeset.propose().accept(representative.account)
        representative.mark_seen()


def signed_timestamp(entry: Entry) -> str:
    return form_token(f"writing to {entry.id}")


def is_plausible(seal: str, entry: Entry) -> bool:
    """Whether a form was opened here for this organization and sent after a plausible time."""
    seconds = seconds_open(seal, f"writing to {entry.id}")
    return seconds is not None and MIN_SECONDS <= seconds <= MAX_SECONDS


def within_limits(network: str, entry: Entry) -> bool:
    """Count a message across all processes. Returns whether it is within the limits.

    `network` is the keyed hash of the writer's network.
    """
    return count_attempt(f"write from:{network}", MAX_PER_NETWORK, 3_600) and count_attempt(
        f"write to:{entry.id}", MAX_PER_ORGANIZATION, 86_400
    )


def recipients(entry: Entry) -> list[tuple[str, str]]:
    """The addresses of a message, each with its language.

    These are the organization's own contacts; without any, its representatives; otherwise contacts
    that other sources state.
    """
    contacts = Contact.objects.current().filter(record=entry.id, contact_kind="email", holds=True)
    own_source_filter = {"source__source_kind": SourceKind.OWN, "source__published_by": entry.id}
    own = [contact.value for contact in contacts.filter(**own_source_filter)]
    accounts = [
        (representative.account.email, representative.account.language)
        for representative in Representative.objects.active()
        .filter(record=entry.id, account__is_active=True)
        .select_related("account")
    ]
    language = accounts[0][1] if accounts else settings.LANGUAGE_CODE
    if own:
        return [(address, language) for address in own]
    return accounts or [(contact.value, language) for contact in contacts]


def forward_message(entry: Entry, name: str, address: str, text: str) -> None:
    """Send a message to an organization. Replies go to the writer directly. Raises NotSent."""
    for to, language in recipients(entry):
        send(
            "written_to",
            to,
            language,
            reply_to=address,
            entry=entry,
            writer=" ".join(name.split()),
            writer_address=address,
            text=text,
        )
