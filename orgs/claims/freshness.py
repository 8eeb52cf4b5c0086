"""How fresh an entry is, and the requests to confirm it.

Documents state when the organization itself, a network and any source last observed it. The age of
these dates is computed on the day of reading, so that entries age without a change.
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
from orgs.records.edtf import last_month
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record
from orgs.security import digest
from orgs.statements.coverage import Coverage, Verdict

from .confirmation import Confirmation
from .lapses import lapse_date

YEAR = timedelta(days=365)
LINK_VALIDITY = timedelta(days=60)
"""How long a link can be used."""

ITSELF_MONTHS = 13
"""Months for which an organization's own confirmation is fresh: a year, and a month to answer."""
NETWORK_MONTHS = 24
"""Months for which a network's confirmation is fresh.

The consulates of Mexico note clubs (toma de nota) for two years.
"""
OLD_MONTHS = 36
"""Months after which any entry is old."""

STATEMENTS_PER_PART = 4

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Observation(NamedTuple):
    """When a source observed an entry, and how many months ago."""

    when: str
    """EDTF, for example 2026-11."""
    year: int
    months: int
    this_year: bool


class Freshness(NamedTuple):
    itself: Observation | None
    network: Observation | None
    anyone: Observation | None
    level: str
    """`fresh`, `aged` or `old`."""


def parse_observation(when: str | None, today: date) -> Observation | None:
    """How long ago the last month of an EDTF date was. None without a date."""
    last = last_month(when)
    if last is None:
        return None
    year, month = last
    months = (today.year - year) * 12 + today.month - month
    return Observation(when or "", min(year, today.year), max(months, 0), year >= today.year)


def freshness(observed: dict | None, today: date | None = None) -> Freshness | None:
    """How fresh an entry is, from `observed` of its document or card.

    None without a known observation.
    """
    today = today or timezone.now().date()
    dates = observed or {}
    itself, network, anyone = (
        parse_observation(dates.get(who), today) for who in Freshness._fields[:3]
    )
    if anyone is None:
        return None
    if (itself and itself.months <= ITSELF_MONTHS) or (
        network and network.months <= NETWORK_MONTHS
    ):
        level = "fresh"
    elif min(source.months for source in (itself, network, anyone) if source) <= OLD_MONTHS:
        level = "aged"
    else:
        level = "old"
    return Freshness(itself, network, anyone, level)


# Requests -----------------------------------------------------------------------------------------


def due_requests() -> Iterator[tuple[Representative, Entry]]:
    """Yield every active representative to ask now, with the entry.

    That is a year after the last activity of any representative of the entry and a year after this
    one was last requested, so that a second run sends nothing twice.
    """
    year_ago = timezone.now() - YEAR
    inactive = (
        Representative.objects.active()
        .values("record")
        .annotate(last=Max("seen"))
        .filter(last__lte=year_ago)
        .values("record")
    )
    representatives = (
        Representative.objects.active()
        .filter(record__in=inactive, account__is_active=True)
        .exclude(confirmations__requested_at__gt=year_ago)
        .select_related("account", "record")
        .order_by("id")
    )
    for representative in representatives:
        entry = (
            Entry.objects.published()
            .of_kinds(*ACTOR_KINDS)
            .filter(pk=representative.record_id)
            .first()
        )
        if entry is not None:
            yield representative, entry


def send_request(representative: Representative, entry: Entry) -> None:
    """Send a representative a request to confirm an entry. Raises NotSent.

    It includes the reminder that representatives lapse after two years of inactivity, so that no
    other reminder goes out. If the message cannot be sent, nothing is stored and the next run tries
    again.
    """
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        Confirmation.objects.create(
            representative=representative,
            secret=digest("confirmation", secret).hex(),
            requested_at=now,
            until=now + LINK_VALIDITY,
        )
        Representative.objects.filter(pk=representative.pk).update(reminded=now)
        send(
            "still_right",
            representative.account.email,
            representative.account.language,
            entry=entry,
            **main_statements(entry.read()),
            path=f"/confirm/{secret}/",
            until=now + LINK_VALIDITY,
            lapses=lapse_date(representative),
        )


def main_statements(document: dict) -> dict[str, Any]:
    """`main`, the statements that an entry shows first, and `text`, one of its texts."""
    parts = {
        part: [{**item, "part": part} for item in document[part]]
        for part in ("arenas", "dates", "places", "memberships", "links")
    }
    texts = sorted(document["texts"], key=lambda item: item["text_kind"] != "own_words")
    return {
        "main": [item for items in parts.values() for item in items[:STATEMENTS_PER_PART]],
        "text": texts[0]["body"] if texts else "",
    }


def find_request(secret: str) -> tuple[Confirmation, Entry] | None:
    """The request that a secret answers, with the entry; None for every secret that answers none.

    Used, expired and unknown secrets and entries that are not public give the same answer.
    """
    if not SECRET.fullmatch(secret):
        return None
    confirmation = (
        Confirmation.objects.open()
        .filter(secret=digest("confirmation", secret).hex())
        .select_related("representative__account")
        .first()
    )
    if confirmation is None:
        return None
    entries = Entry.objects.published().of_kinds(*ACTOR_KINDS)
    entry = entries.filter(pk=confirmation.representative.record_id).first()
    return None if entry is None else (confirmation, entry)


def answer_request(confirmation: Confirmation) -> bool:
    """Confirm the entry of a request. Returns False if it was answered before.

    If two answers arrive at once, one counts.
    """
    with transaction.atomic():
        unanswered = Confirmation.objects.open().filter(pk=confirmation.pk)
        if not unanswered.update(answered_at=timezone.now()):
            return False
        confirm_entry(confirmation.representative)
    return True


def confirm_entry(representative: Representative) -> Changeset:
    """State in an organization's own voice that its entry is still right.

    The statement dates the organization's last look and replaces the one before. It is published at
    once, since nothing else changes.
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


def find_representative(account, record: Record | int) -> Representative | None:
    if not getattr(account, "is_authenticated", False) or not account.is_active:
        return None
    active = Representative.objects.active().filter(account=account, record=record)
    return active.select_related("account", "record").first()
