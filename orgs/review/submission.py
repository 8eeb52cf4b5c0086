"""Sending what an editor wrote: as a proposal, accepted at once where the editor may decide."""

import hashlib
import json
import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset, Conflict
from orgs.projection.counter import Counter
from orgs.records.characters import MessageField, TextField
from orgs.records.record import Level

from .bulk import hidden_lately, note_change
from .operations import steps_of

LEVELS = list(Level.values)
"""From the most open to the strictest."""


HIDING = {"level", "embargo_until", "withdrawn_on", "withdrawn_reason"}
"""The columns of a record that say how visible it is."""


class AlreadySent(Exception):
    """The same form with the same contents was sent before: a double click, a second try."""


def hides_only(changeset: Changeset) -> bool:
    """Whether a proposal does nothing but show less: that is never kept waiting."""
    content = {section for section, steps in changeset.operations.items() if steps}
    return content <= {"restricts", "record_changes", "redactions"} and (
        all(step["after"] > step["before"] for step in changeset.operations.get("restricts", []))
        and all(_hides(step) for step in changeset.operations.get("record_changes", []))
    )


def _hides(step: dict) -> bool:
    """Whether a change of a record makes it less visible, and changes nothing else."""
    before, after = step["before"], step["after"]
    if "level" not in after or not set(after) <= HIDING:
        return False
    if after["level"] == Level.EMBARGOED:
        until = after.get("embargo_until")
        if not until or date.fromisoformat(str(until)) <= Counter.today():
            return False  # over already: it would show what is hidden now
    return LEVELS.index(after["level"]) > LEVELS.index(before["level"])


def send(request: Any, changeset: Changeset) -> Changeset:
    """Propose a proposal, and accept it at once if its author may. Returns it.

    Raises Conflict or ValidationError, as `Changeset.accept` does, and AlreadySent; then nothing
    has happened, and nothing waits in the queue.
    """
    changeset.author = request.user
    try:
        with transaction.atomic():
            changeset.propose()
            hides = hides_only(changeset)
            lately = hidden_lately(request.user, changeset) if hides else 0
            few = hides and lately <= BULK_LIMIT and can(request.user, Right.HIDE)
            if can(request.user, Right.DECIDE) or few:
                changeset.accept(by=request.user)
            if changeset.number is not None or hides:
                note_change(changeset, request.user, lately)
    except IntegrityError as error:
        raise AlreadySent from error
    return changeset


def tell(request: HttpRequest, changeset: Changeset | None) -> None:
    """Say on the next page what became of a save."""
    if changeset is None:
        messages.info(request, gettext("Nothing was changed, so nothing was saved."))
        return
    address = reverse("admin:orgs_changeset_change", args=(changeset.pk,))
    if changeset.number is not None:
        change = gettext("change %(number)s") % {"number": changeset.number}
        said = format_html('{} <a href="{}">{}</a>.', gettext("Saved as"), address, change)
        messages.success(request, said)
    else:
        said = format_html(
            '{} <a href="{}">{}</a>. {}',
            gettext("Proposed as"),
            address,
            gettext("proposal %(number)s") % {"number": changeset.pk},
            gettext("A moderator decides."),
        )
        messages.warning(request, said)


def key_of(request: HttpRequest) -> uuid.UUID:
    """Return the key of the proposal that this form writes.

    The same form with the same contents writes the same proposal, so it is written once however
    often it is sent; other contents make another proposal.
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
    """Why something is done, in a sentence."""

    reason = TextField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 1}),
        help_text=gettext_lazy("In a sentence. Public once accepted: name no person."),
    )


def decide(
    request: HttpRequest,
    *,
    title: str,
    form: forms.Form,
    write,
    back: str,
    template: str = "admin/confirm.html",
    **context,
) -> HttpResponse:
    """Show what a proposal would do, and send it once the editor has confirmed what they saw.

    `write` takes the form's cleaned values and returns the proposal; it may raise ValidationError.
    `back` is the address of the page that this one was opened from.
    """
    steps, seen = [], ""
    if form.is_valid():
        try:
            changeset = write(form.cleaned_data)
            steps = steps_of(changeset, request)
            seen = hashlib.sha256(json.dumps(changeset.operations).encode()).hexdigest()
            if request.POST.get("seen") == seen:
                tell(request, send(request, changeset))
                return HttpResponseRedirect(back)
            if request.POST.get("seen"):
                form.add_error(
                    None, gettext("The catalogue has moved on since you looked. Look again.")
                )
            if changeset.is_empty():
                form.add_error(None, gettext("Nothing would change."))
        except ValidationError as refused:
            form.add_error(None, refused)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
    return TemplateResponse(
        request,
        template,
        {
            **admin.site.each_context(request),
            "title": title,
            "form": form,
            "steps": steps,
            "seen": seen,
            "accepts": can(request.user, Right.DECIDE),
            "back": back,
            **context,
        },
    )
