"""The reading log: which editor saw non-public data when, on which record or list."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from orgs.access.readings import Reading
from orgs.access.roles import Right, can
from orgs.access.visibility import STATEMENTS
from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.sql import fetch_value


def note(request: Any, right: Right, target_kind: str, number: int | None = None) -> None:
    """Note that this page shows what requires this right. `save` stores one row for each page.

    A record that the page is about takes precedence over one that it merely mentions.
    """
    reading = request.__dict__.setdefault(
        "reading", {"rights": set(), "target_kind": target_kind, "number": None}
    )
    reading["rights"].add(right.value)
    if reading["number"] is None and number is not None:
        reading["target_kind"], reading["number"] = target_kind, number


def note_all(request: HttpRequest, objects: Iterable[Any]) -> None:
    """Note the records and sources that are not public."""
    for obj in objects:
        if isinstance(obj, Record) and obj.level != Level.LISTED:
            note(request, Right.SEE_UNPUBLISHED, obj.kind, obj.pk)
        elif isinstance(obj, Source) and obj.tier != Tier.PUBLIC:
            note(request, Right.SEE_CONFIDENTIAL, "source", obj.pk)


def note_record(request: HttpRequest, record: Record) -> None:
    """Note that the page shows all about a record, if any of it is not public."""
    note_all(request, [record])
    if fetch_value(f"SELECT EXISTS ({STATEMENTS} AND statement.record_id = %s)", (record.pk,)):
        note(request, Right.SEE_CONFIDENTIAL, record.kind, record.pk)


def note_list(request: HttpRequest, response: Any) -> Any:
    """Note a changelist that shows non-public objects. Returns the response."""
    changelist = (getattr(response, "context_data", None) or {}).get("cl")
    if changelist is not None:
        note_all(request, changelist.result_list)
        if "reading" in request.__dict__:
            request.__dict__["reading"] |= {
                "target_kind": changelist.opts.model_name,
                "number": None,
            }
    return response


def note_proposals(request: HttpRequest, numbers: Iterable[int]) -> None:
    """Note a list of proposals if any of them is not fully public."""
    pks = list(numbers)
    if pks and can(request.user, Right.SEE_UNPUBLISHED):
        readable = Changeset.objects.filter(pk__in=pks).visible_to(None)
        if readable.count() < len(set(pks)):
            note(request, Right.SEE_UNPUBLISHED, "changeset")


def save(request: HttpRequest) -> None:
    """Store what was noted about this page, as one row."""
    reading = request.__dict__.pop("reading", None)
    if reading is not None:
        Reading.objects.create(
            account_id=request.user.pk,
            rights=sorted(reading["rights"]),
            target_kind=reading["target_kind"],
            number=reading["number"],
        )
