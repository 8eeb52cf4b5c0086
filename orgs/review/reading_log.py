"""Noting which page showed something that is not public: who, when, which record or list."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.http import HttpRequest

from orgs.access.reading import Reading
from orgs.access.roles import Right, can
from orgs.access.visibility import STATEMENTS
from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier


def note(request: Any, right: Right, what: str, number: int | None = None) -> None:
    """Remember that this page shows what only this right shows; `write` keeps it, once a page.

    The record that a page is about is noted rather than one that it merely mentions.
    """
    noted = request.__dict__.setdefault("reading", {"rights": set(), "what": what, "number": None})
    noted["rights"].add(right.value)
    if noted["number"] is None and number is not None:
        noted["what"], noted["number"] = what, number


def note_all(request: HttpRequest, things: Iterable[Any]) -> None:
    """Note records and sources that are shown, as far as they are not public."""
    for thing in things:
        if isinstance(thing, Record) and thing.level != Level.LISTED:
            note(request, Right.SEE_UNPUBLISHED, thing.kind, thing.pk)
        elif isinstance(thing, Source) and thing.tier != Tier.PUBLIC:
            note(request, Right.SEE_CONFIDENTIAL, "source", thing.pk)


def note_record(request: HttpRequest, record: Record) -> None:
    """Note that all about a record is shown: it, and what is said of it, if that is not public."""
    note_all(request, [record])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({STATEMENTS} AND statement.record_id = %s)", (record.pk,))
        if cursor.fetchone()[0]:
            note(request, Right.SEE_CONFIDENTIAL, record.kind, record.pk)


def note_list(request: HttpRequest, answer: Any) -> Any:
    """Note that a list shows what is not public. Returns the answer that shows the list."""
    changelist = (getattr(answer, "context_data", None) or {}).get("cl")
    if changelist is not None:
        note_all(request, changelist.result_list)
        if "reading" in request.__dict__:
            request.__dict__["reading"] |= {"what": changelist.opts.model_name, "number": None}
    return answer


def note_proposals(request: HttpRequest, numbers: Iterable[int]) -> None:
    """Note that a list shows proposals of which not all is public."""
    shown = list(numbers)
    if shown and can(request.user, Right.SEE_UNPUBLISHED):
        readable = Changeset.objects.filter(pk__in=shown).visible_to(None)
        if readable.count() < len(set(shown)):
            note(request, Right.SEE_UNPUBLISHED, "changeset")


def write(request: HttpRequest) -> None:
    """Keep what was noted about this page, in one row."""
    noted = request.__dict__.pop("reading", None)
    if noted is not None:
        Reading.objects.create(
            account_id=request.user.pk,
            rights=sorted(noted["rights"]),
            what=noted["what"],
            number=noted["number"],
        )
