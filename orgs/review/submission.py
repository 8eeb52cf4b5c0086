"""Submitting proposals: accepted at once where the editor may decide."""

import hashlib
import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import RecordChange
from orgs.projection.counter import Counter
from orgs.records.characters import MessageField, TextField
from orgs.records.record import Level

from .bulk import count_recently_hidden, report_change

LEVELS = list(Level.values)
"""From the most open to the most restrictive."""


VISIBILITY_COLUMNS = {"level", "embargo_until", "withdrawn_on", "withdrawn_reason"}


class AlreadySubmitted(Exception):
    """The same form with the same contents was submitted before: a double click or a retry."""


def only_hides(changeset: Changeset) -> bool:
    """Whether a proposal only reduces visibility; such proposals take effect without review."""
    operations = changeset.operations
    return operations.types <= {"restricts", "record_changes", "redactions"} and (
        all(change.after > change.before for change in operations.restricts)
        and all(_hides(change) for change in operations.record_changes)
    )


def _hides(change: RecordChange) -> bool:
    """Whether a change of a record makes it less visible, and changes nothing else."""
    before, after = change.before, change.after
    if "level" not in after or not set(after) <= VISIBILITY_COLUMNS:
        return False
    if after["level"] == Level.EMBARGOED:
        until = after.get("embargo_until")
        if not until or date.fromisoformat(str(until)) <= Counter.today():
            return False  # an embargo in the past would reveal the record
    return LEVELS.index(after["level"]) > LEVELS.index(before["level"])


def submit(request: Any, changeset: Changeset) -> Changeset:
    """Propose a changeset, and accept it at once if its author may. Returns it.

    Raises Conflict or ValidationError, as `Changeset.accept` does, and AlreadySubmitted; then
    nothing has been stored.
    """
    changeset.author = request.user
    try:
        with transaction.atomic():
            changeset.propose()
            hides = only_hides(changeset)
            recent_count = count_recently_hidden(request.user, changeset) if hides else 0
            hides_few = hides and recent_count <= BULK_LIMIT and can(request.user, Right.HIDE)
            if can(request.user, Right.DECIDE) or hides_few:
                changeset.accept(by=request.user)
            if changeset.number is not None or hides:
                report_change(changeset, request.user, recent_count)
    except IntegrityError as error:
        raise AlreadySubmitted from error
    return changeset


def report_submission(request: HttpRequest, changeset: Changeset | None) -> None:
    """Report the outcome of a save on the next page."""
    if changeset is None:
        messages.info(request, gettext("You made no changes."))
        return
    address = reverse("review-proposal", args=(changeset.pk,))
    if changeset.number is not None:
        change = gettext("change %(number)s") % {"number": changeset.number}
        message = format_html('{} <a href="{}">{}</a>.', gettext("Saved as"), address, change)
        messages.success(request, message)
    else:
        message = format_html(
            '{} <a href="{}">{}</a>. {}',
            gettext("Proposed as"),
            address,
            gettext("proposal %(number)s") % {"number": changeset.pk},
            gettext("A moderator decides."),
        )
        messages.warning(request, message)


def submission_key(request: HttpRequest) -> uuid.UUID:
    """The key of the proposal that this form writes.

    The same form with the same contents gives the same key, so it is stored once however often it
    is submitted; other contents give another key.
    """
    try:
        token = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid.uuid4()
    sent = sorted((name, values) for name, values in request.POST.lists() if name[:4] != "csrf")
    return uuid.uuid5(token, hashlib.sha256(repr((request.path, sent)).encode()).hexdigest())


class RejectionForm(forms.Form):
    """Why a proposal, or a whole import, is rejected."""

    decision = MessageField(
        label=gettext_lazy("Why it is rejected"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "r"}),
        help_text=gettext_lazy("Its author reads this, so that they can do better."),
    )


class ReasonForm(forms.Form):
    reason = TextField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 1}),
        help_text=gettext_lazy("In a sentence. Public once accepted: name no person."),
    )
