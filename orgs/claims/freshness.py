"""How fresh an entry is: who looked at it last, how long ago that is, and asking for more.

Documents say when the body itself, a network of its and anybody at all last looked. How old that
is, is judged on the day that somebody reads it: an entry is never fresh for ever.
"""

import re
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.messaging import send
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Record
from orgs.security import digest
from orgs.statements.coverage import Coverage, Verdict

from .claims import lapses_on
from .confirmation import Confirmation

YEAR = timedelta(days=365)
HOLDS = timedelta(days=60)
"""How long a question can be answered."""

ITSELF = 13
"""Months for which a body's own word is fresh: the yearly question, and a month to answer."""
NETWORK = 24
"""Months for which that of a network is: the consulates of Mexico note clubs for two years."""
OLD = 36
"""Months after which anything is old."""

FEW = 4
"""How many statements of each part a message repeats."""

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Looked(NamedTuple):
    """That somebody looked at an entry, and how many months ago."""

    when: str
    """As EDTF: 2026-11."""
    year: int
    months: int
    this_year: bool


class Freshness(NamedTuple):
    """How fresh an entry is on a day."""

    itself: Looked | None
    network: Looked | None
    anyone: Looked | None
    standing: str
    """`fresh`, `aged` or `old`."""


def looked(when: str | None, today: date) -> Looked | None:
    """Return how long ago somebody looked at the world. Takes an EDTF date, read at its end.

    A year is read as its last month, and a decade as its last year: in doubt for the body.
    """
    last = [part for part in (when or "").split("/") if part.strip(".")][-1:]
    found = re.search(r"([0-9X]{4})(?:-([0-9X]{2}))?", last[0]) if last else None
    if found is None:
        return None
    year = int(found[1].replace("X", "9"))
    month = int(found[2]) if (found[2] or "").isdigit() else 12
    ago = (today.year - year) * 12 + today.month - month
    return Looked(when or "", min(year, today.year), max(ago, 0), year >= today.year)


def freshness(observed: dict | None, today: date | None = None) -> Freshness | None:
    """Return how fresh an entry is, from the member `observed` of its document or card.

    None if nobody is on record as having looked.
    """
    today = today or timezone.now().date()
    told = observed or {}
    itself, network, anyone = (looked(told.get(who), today) for who in Freshness._fields[:3])
    if anyone is None:
        return None
    if (itself and itself.months <= ITSELF) or (network and network.months <= NETWORK):
        standing = "fresh"
    elif min(one.months for one in (itself, network, anyone) if one) <= OLD:
        standing = "aged"
    else:
        standing = "old"
    return Freshness(itself, network, anyone, standing)


# Asking -------------------------------------------------------------------------------------------


def due() -> Iterator[tuple[Representative, Entry]]:
    """Give every standing representative who is to be asked now, with the entry in question.

    That is a year after the last sign of life of any representative of the entry, and a year after
    this one was asked last: so running it again asks nobody twice.
    """
    ago = timezone.now() - YEAR
    quiet = (
        Representative.objects.active()
        .values("record")
        .annotate(last=Max("seen"))
        .filter(last__lte=ago)
        .values("record")
    )
    waiting = (
        Representative.objects.active()
        .filter(record__in=quiet, account__is_active=True)
        .exclude(confirmations__asked__gt=ago)
        .select_related("account", "record")
        .order_by("id")
    )
    for representative in waiting:
        entry = (
            Entry.objects.published().of_kinds(*ACTORS).filter(pk=representative.record_id).first()
        )
        if entry is not None:
            yield representative, entry


def ask(representative: Representative, entry: Entry) -> None:
    """Ask a representative by a message whether an entry is still right. Raises NotSent.

    It reminds them, too, that who is silent for two years speaks for the body no longer: so no
    other reminder of the same silence goes out. Nothing is kept of a message that could not be
    sent, so that the next run tries again.
    """
    secret = secrets.token_urlsafe(32)
    asked = timezone.now()
    with transaction.atomic():
        Confirmation.objects.create(
            representative=representative,
            secret=digest("confirmation", secret).hex(),
            asked=asked,
            until=asked + HOLDS,
        )
        Representative.objects.filter(pk=representative.pk).update(reminded=asked)
        send(
            "still_right",
            representative.account.email,
            representative.account.language,
            entry=entry,
            **main_sentences(entry.read()),
            path=f"/confirm/{secret}/",
            until=asked + HOLDS,
            lapses=lapses_on(representative),
        )


def main_sentences(document: dict) -> dict[str, Any]:
    """Return what an entry says first: `main`, a few statements, and `text`, one of its texts."""
    parts = {
        part: [{**item, "part": part} for item in document[part]]
        for part in ("arenas", "dates", "places", "memberships", "links")
    }
    texts = sorted(document["texts"], key=lambda item: item["text_kind"] != "own_words")
    return {
        "main": [item for items in parts.values() for item in items[:FEW]],
        "text": texts[0]["body"] if texts else "",
    }


def asked_by(secret: str) -> tuple[Confirmation, Entry] | None:
    """Return the question that a secret answers, with the entry; None if there is none now.

    A secret that was used, that is over, or that was never sent, and an entry that is hidden, are
    one and the same.
    """
    if not SECRET.fullmatch(secret):
        return None
    kept = digest("confirmation", secret).hex()
    found = (
        Confirmation.objects.open().filter(secret=kept).select_related("representative__account")
    )
    confirmation = found.first()
    if confirmation is None:
        return None
    entries = Entry.objects.published().of_kinds(*ACTORS)
    entry = entries.filter(pk=confirmation.representative.record_id).first()
    return None if entry is None else (confirmation, entry)


def answer(confirmation: Confirmation) -> bool:
    """Take a question as answered: the entry is still right. Returns False if it was already.

    Of two answers at once, one counts.
    """
    with transaction.atomic():
        taken = Confirmation.objects.open().filter(pk=confirmation.pk)
        if not taken.update(answered=timezone.now()):
            return False
        confirm(confirmation.representative)
    return True


def confirm(representative: Representative) -> Changeset:
    """Say in a body's own voice that its entry is still right. Returns the change.

    It says when the body itself last looked, and nothing else: the one before it is no longer
    said, and stays in the history. It goes live at once, since nothing that others read changes.
    """
    record = representative.record
    changeset = Changeset(
        author=representative.account,
        on_behalf=record,
        reason="The body itself says that its entry is still right.",
        label="still right",
    )
    with transaction.atomic():
        Representative.objects.lock_for(record)
        source = own_source(changeset, record)
        for earlier in Coverage.objects.current().filter(
            record=record, field="entry", source=source, voice="own"
        ):
            changeset.retire(earlier)
        changeset.add(
            "coverage",
            record,
            field="entry",
            verdict=Verdict.CONFIRMED,
            edtf=timezone.now().strftime("%Y-%m"),
            voice="own",
            source=source,
        )
        changeset.propose().accept(representative.account)
        representative.mark_seen()
    return changeset


def representative_of(account, record: Record | int) -> Representative | None:
    """Return the representative that an account is for a record now, if it is one."""
    if not getattr(account, "is_authenticated", False) or not account.is_active:
        return None
    found = Representative.objects.active().filter(account=account, record=record)
    return found.select_related("account", "record").first()
