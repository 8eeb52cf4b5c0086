"""Undoing all that one account has changed since a moment, once what that would do was seen."""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset, Conflict
from orgs.changes.revert import RevertPlan, plan_revert
from orgs.records.record import Record

from .choices import labelled
from .reading_log import note_all
from .submission import ReasonForm, send, tell

NAMED = 200
"""How many of the records that would change are named before it is done."""


class UndoForm(ReasonForm):
    """Whose changes are undone, and since when."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("Whose changes"), queryset=Account.objects.none()
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Since when (UTC)"),
        # A field of six, as browsers make of dates, is long to walk through by keyboard.
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M"),
        help_text=gettext_lazy("Written as 2026-11-25 14:00."),
    )
    field_order = ("account", "since", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        authors = Changeset.objects.accepted().filter(author__isnull=False).order_by()
        account.queryset = Account.objects.filter(pk__in=authors.values("author")).order_by("pk")


def undo_account_view(request: HttpRequest) -> HttpResponse:
    """Show what undoing would do, and do it in one proposal once the editor has confirmed that."""
    if not can(request.user, Right.BULK):
        raise PermissionDenied(gettext("Only moderators decide about this."))
    form = UndoForm(
        request.POST or None,
        initial={"reason": gettext("Undoes what one account has changed.")},
    )
    found: RevertPlan | None = None
    seen = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = plan_revert(given["account"], given["since"], given["reason"])
        seen = hashlib.sha256(json.dumps(found.changeset.operations).encode()).hexdigest()
        try:
            if request.POST.get("seen") == seen and not found.changeset.is_empty():
                tell(request, send(request, found.changeset))
                return HttpResponseRedirect(reverse("admin:orgs_changeset_queue"))
            if request.POST.get("seen"):
                form.add_error(
                    None, gettext("The catalogue has moved on since you looked. Look again.")
                )
        except ValidationError as refused:
            form.add_error(None, refused)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
    records = Record.objects.filter(pk__in=found.records if found else [])
    named = list(labelled(records, request.user).order_by("pk")[:NAMED])
    note_all(request, named)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Undo all of one account"),
        "form": form,
        "found": found,
        "seen": seen,
        "records": named,
        "back": reverse("admin:orgs_changeset_queue"),
        "opts": Changeset._meta,
    }
    return TemplateResponse(request, "admin/undo_account.html", context)
