"""Writing to a body without seeing its address: only where the body has opened its form.

That it has is a contact in its own voice, a form, like any other sentence of the catalogue.
Nothing of a message is kept: it goes to the body, with the address of whoever wrote it.
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

TRAP = "website"
"""A field that people do not see, and programs fill in."""
SLOWEST = 86_400
"""Seconds between opening the form and sending it at most."""
NETWORK_MOST, BODY_MOST = 5, 30
"""How many messages pass in an hour from one network, and in a day to one body."""


def path_of_form(entry: Entry) -> str:
    """Return the path of a body's form."""
    return f"{entry.get_absolute_url()}contact/"


def _is_ours(url: str) -> bool:
    """Whether an address is that of a form here. The host is left out: a catalogue may move."""
    path = urlsplit(url).path
    return path.startswith("/organizations/") and path.endswith("/contact/")


def is_open(entry: Entry) -> bool:
    """Whether a body has opened its form, as its public entry says."""
    return any(
        item["contact_kind"] == "form"
        and item["voice"] == "own"
        and item["holds"]
        and item["source"].startswith("own-")
        and _is_ours(item["value"])
        for item in entry.read()["contacts"]
    )


def switch(representative: Representative, entry: Entry, opened: bool) -> None:
    """Open the form of a body, or close it, in its own voice and at once. Raises Conflict."""
    record = representative.record
    changeset = Changeset(
        author=representative.account,
        on_behalf=record,
        reason="The body itself says whether people can write to it.",
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
                value=settings.PUBLIC_URL + path_of_form(entry),
                voice="own",
                source=source,
                tier=Tier.PUBLIC,
            )
        else:
            for one in Contact.objects.current().filter(
                record=record, contact_kind="form", voice="own", source=source
            ):
                if _is_ours(one.value):
                    changeset.retire(one)
        changeset.propose().accept(representative.account)
        representative.mark_seen()


def begun(entry: Entry) -> str:
    """Return the moment at which a form was opened, form_token."""
    return form_token(f"writing to {entry.id}")


def typed_by_hand(seal: str, entry: Entry) -> bool:
    """Whether a form was opened here, for this body, and sent after a time that people need."""
    seconds = seconds_open(seal, f"writing to {entry.id}")
    return seconds is not None and MIN_SECONDS <= seconds <= SLOWEST


def may_write(network: str, entry: Entry) -> bool:
    """Whether one more message may pass, and count it: for all processes together.

    Takes what stands for the writer's network, a keyed hash.
    """
    return count_attempt(f"write from:{network}", NETWORK_MOST, 3_600) and count_attempt(
        f"write to:{entry.id}", BODY_MOST, 86_400
    )


def recipients(entry: Entry) -> list[tuple[str, str]]:
    """Return to whom a message goes, each with the language: what the body itself says comes first.

    Otherwise its representatives; otherwise an address that others have on record.
    """
    contacts = Contact.objects.current().filter(record=entry.id, contact_kind="email", holds=True)
    itself = {"source__source_kind": SourceKind.OWN, "source__published_by": entry.id}
    own = [one.value for one in contacts.filter(**itself)]
    accounts = [
        (one.account.email, one.account.language)
        for one in Representative.objects.active()
        .filter(record=entry.id, account__is_active=True)
        .select_related("account")
    ]
    language = accounts[0][1] if accounts else settings.LANGUAGE_CODE
    if own:
        return [(address, language) for address in own]
    return accounts or [(one.value, language) for one in contacts]


def pass_on(entry: Entry, name: str, address: str, words: str) -> None:
    """Send a message to a body. Raises NotSent. What it answers goes to the writer directly."""
    for to, language in recipients(entry):
        send(
            "written_to",
            to,
            language,
            reply_to=address,
            entry=entry,
            writer=" ".join(name.split()),
            writer_address=address,
            words=words,
        )
