"""The history of a record, the difference between two changes, and the record at other clocks."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import batched
from orgs.projection.analysis import Findings, changes_analyzed, findings_of
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange
from orgs.sql import fetch_rows

from .days import parse_moment


@dataclass
class Change:
    """What one accepted change did to one record, as a reader may see it.

    `added` and `retired` are items as documents hold them, each with its `part`.
    """

    number: int
    at: datetime
    reason: str
    label: str
    on_behalf: str
    added: list[dict] = field(default_factory=list)
    retired: list[dict] = field(default_factory=list)
    follows: bool = False
    """Whether the change is about other records and only this one's analysis changed."""


def record_history(entry: Entry, reader: int = 0) -> list[Change]:
    """List the changes of a record, newest first, as a reader of this tier may see them.

    A change is signed by the actor on whose behalf it was made, never by a person. A change about
    other records that changed the analysis of this one has no signature and no reason here: their
    histories have them.
    """
    touched: dict[int, tuple[list, list]] = {}
    for part, added, retired, item in _versions(entry.id, reader):
        statement = {"part": part, **item}
        touched.setdefault(added, ([], []))[0].append(statement)
        if retired is not None:
            touched.setdefault(retired, ([], []))[1].append(statement)
    following = EntryChange.objects.filter(entry=entry.id, follows=True)
    analyzed = set(following.values_list("change", flat=True)) - touched.keys()
    if analyzed:
        # Hidden records leave no trace: only a public statement explains a finding.
        analyzed &= changes_analyzed(entry.id, Counter.today())
    changes = Changeset.objects.as_published().filter(number__in=touched.keys() | analyzed)
    changes = changes.order_by("-number")
    labels = dict(
        Entry.objects.published()
        .filter(id__in=[change.on_behalf_id for change in changes if change.on_behalf_id])
        .values_list("id", "label")
    )
    return [
        Change(change.number, change.decided_at, "", "", "", follows=True)
        if change.number in analyzed
        else Change(
            change.number,
            change.decided_at,
            change.public_reason,
            change.public_label,
            labels.get(change.on_behalf_id, ""),
            *touched[change.number],
        )
        for change in changes
    ]


def difference(entry: Entry, before: int, after: int, reader: int = 0) -> tuple[list, list]:
    """Compare two change numbers: the statements gained and the statements lost."""
    low, high = sorted((before, after))
    gained, lost = [], []
    for part, added, retired, item in _versions(entry.id, reader):
        was = added <= low and (retired is None or retired > low)
        now = added <= high and (retired is None or retired > high)
        if now and not was:
            gained.append({"part": part, **item})
        elif was and not now:
            lost.append({"part": part, **item})
    return gained, lost


def document_at(
    entry: Entry, as_of: DateRange | None = None, known_at: int | None = None, reader: int = 0
) -> dict | None:
    """Read the document of a record at other clocks, or None if it was not known then.

    `as_of` are days in the world, `known_at` is the number of a change. A record that is hidden
    today is hidden at all times, so this takes a published entry, not an id.
    """
    return next(documents_at([entry.id], as_of, known_at, reader), None)


def documents_at(
    ids: Iterable[int],
    as_of: DateRange | None = None,
    known_at: int | None = None,
    reader: int = 0,
    with_findings: bool = True,
) -> Iterator[dict]:
    """Yield the documents of published records at other clocks, in this order.

    Records that were not known then are left out. Findings are those of the last of the days of
    `as_of`, which is today at the latest.
    """
    for batch in batched(list(ids)):
        rows = fetch_rows(
            "SELECT composed.id, composed.document, now.day"
            " FROM (SELECT coalesce(day, current_date) AS day FROM orgs_counter) now,"
            " documents_of(%(ids)s, %(as_of)s, %(known)s, %(reader)s, now.day) composed"
            " WHERE %(known)s IS NULL OR was_known(composed.id, %(known)s, %(reader)s)",
            {"ids": batch, "as_of": as_of, "known": known_at, "reader": reader},
        )
        texts = {pk: text for pk, text, _ in rows}
        findings: Findings = {}
        if with_findings and rows:
            today = rows[0][2]
            day = min(as_of.upper, today) if as_of else today
            findings = findings_of(texts, day, known_at)
        yield from (json.loads(texts[pk]) | findings.get(pk, {}) for pk in batch if pk in texts)


def change_at(moment: datetime | date) -> int:
    """Find the number of the last change accepted at or before a moment, 0 if there is none."""
    until = Changeset.objects.accepted().filter(decided_at__lte=moment)
    return until.order_by("-number").values_list("number", flat=True).first() or 0


def parse_known_at(text: str) -> int:
    """Parse `known_at`, a change number or a full date and time, to a change number.

    Raises ValidationError.
    """
    if text.isascii() and text.isdigit():
        if len(text) > 18:
            raise ValidationError(
                gettext("No change has this number. /api/v1/changes/ lists them.")
            )
        return int(text)
    try:
        return change_at(parse_moment(text, allow_date=False))
    except ValidationError as error:
        raise ValidationError(
            gettext(
                "Write the number of a change, or a full date and time with its zone: "
                "2010-10-08T12:00:00Z."
            )
        ) from error


def _versions(pk: int, reader: int) -> list[tuple]:
    """List every version of every statement about a record that this reader may read."""
    return [
        (part, added, retired, item if isinstance(item, dict) else json.loads(item))
        for part, added, retired, item in fetch_rows(
            "SELECT part, added, retired, item"
            " FROM statements_of(ARRAY[%s]::bigint[], NULL, NULL, %s, %s) ORDER BY id",
            (pk, reader, Counter.today()),
        )
    ]
