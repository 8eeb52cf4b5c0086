"""The history of a record, the difference between two moments, and the record at other clocks."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import batched
from orgs.projection.analysis import Findings, changes_analyzed, findings_of
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange

from .filters import moment_of


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
    """Whether it is about others, and only what follows from the record changed here."""


def history_of(entry: Entry, reader: int = 0) -> list[Change]:
    """Return the changes of a record, newest first, as a reader of this tier may see them.

    A change is signed by the body on whose behalf it was made, never by a person. A change about
    others, which changed what follows from the record of this one, is not signed and has no reason:
    that stands in their histories.
    """
    touched: dict[int, tuple[list, list]] = {}
    for part, added, retired, item in _versions(entry.id, reader):
        told = {"part": part, **item}
        touched.setdefault(added, ([], []))[0].append(told)
        if retired is not None:
            touched.setdefault(retired, ([], []))[1].append(told)
    following = EntryChange.objects.filter(entry=entry.id, follows=True)
    followed = set(following.values_list("change", flat=True)) - touched.keys()
    if followed:
        # What is hidden since leaves no trace: only what can be read explains a finding.
        followed &= changes_analyzed(entry.id, Counter.today())
    changes = Changeset.objects.as_published().filter(number__in=touched.keys() | followed)
    changes = changes.order_by("-number")
    labels = dict(
        Entry.objects.published()
        .filter(id__in=[change.on_behalf_id for change in changes if change.on_behalf_id])
        .values_list("id", "label")
    )
    return [
        Change(change.number, change.decided_at, "", "", "", follows=True)
        if change.number in followed
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
    """Return what the catalogue said newly, and said no longer, between two change numbers."""
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


def recall(
    entry: Entry, as_of: DateRange | None = None, known_at: int | None = None, reader: int = 0
) -> dict | None:
    """Return the document of a record at other clocks, or None if it was not known then.

    `as_of` are the days it is asked about, `known_at` the number of a change. What is hidden
    today is hidden in every yesterday: so this asks for a published entry, not for an id.
    """
    return next(recall_all([entry.id], as_of, known_at, reader), None)


def recall_all(
    ids: Iterable[int],
    as_of: DateRange | None = None,
    known_at: int | None = None,
    reader: int = 0,
    judged: bool = True,
) -> Iterator[dict]:
    """Give the documents of published records at other clocks, in this order.

    Those that were not known then are left out. What follows from the record is judged on the
    last of the days asked about, which is today at the latest, unless it is not to be `judged`.
    """
    for some in batched(list(ids)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT told.id, told.document, now.day"
                " FROM (SELECT coalesce(day, current_date) AS day FROM orgs_counter) now,"
                " documents_of(%(ids)s, %(as_of)s, %(known)s, %(reader)s, now.day) told"
                " WHERE %(known)s IS NULL OR was_known(told.id, %(known)s, %(reader)s)",
                {"ids": some, "as_of": as_of, "known": known_at, "reader": reader},
            )
            rows = cursor.fetchall()
        told = {which: document for which, document, _ in rows}
        answers: Findings = {}
        if judged and rows:
            today = rows[0][2]
            day = min(as_of.upper, today) if as_of else today
            answers = findings_of(told, day, known_at)
        yield from (
            json.loads(told[which]) | answers.get(which, {}) for which in some if which in told
        )


def change_at(moment: datetime | date) -> int:
    """Return the number of the last change accepted at or before a moment, 0 if there is none."""
    until = Changeset.objects.accepted().filter(decided_at__lte=moment)
    return until.order_by("-number").values_list("number", flat=True).first() or 0


def known_at_of(text: str) -> int:
    """Return the change number that `known_at` names: a number, or a full date and time.

    Raises ValidationError, with what to write instead.
    """

    if text.isascii() and text.isdigit():
        if len(text) > 18:
            raise ValidationError(
                gettext("There is no such change. Look at /api/v1/changes/ for numbers.")
            )
        return int(text)
    try:
        return change_at(moment_of(text, a_day_will_do=False))
    except ValidationError as error:
        raise ValidationError(
            gettext(
                "Write the number of a change, or a full date and time with its zone: "
                "2010-10-08T12:00:00Z."
            )
        ) from error


def _versions(which: int, reader: int) -> list[tuple]:
    """Return every version of every statement about a record that this reader may read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part, added, retired, item"
            " FROM said_of(ARRAY[%s]::bigint[], NULL, NULL, %s, %s) ORDER BY id",
            (which, reader, Counter.today()),
        )
        return [
            (part, added, retired, item if isinstance(item, dict) else json.loads(item))
            for part, added, retired, item in cursor.fetchall()
        ]
