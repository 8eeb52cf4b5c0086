"""Undo everything that one account has changed since a given time, after a preview."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.roles import Right
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.revert import RevertPlan, plan_revert
from orgs.records.record import Record

from .choices import with_labels
from .confirm_page import add_changed_error
from .pages import EditorPage
from .reading_log import note_all
from .submission import ReasonForm, report_submission, submit

MAX_LISTED = 200
"""How many of the affected records the preview lists."""


class UndoForm(ReasonForm):
    """Whose changes to undo, and since when."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("Whose changes"), queryset=Account.objects.none()
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Since when (UTC)"),
        # A browser's date picker has six fields to tab through; this is one.
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M"),
        help_text=gettext_lazy("For example 2026-11-25 14:00."),
    )
    field_order = ("account", "since", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        authors = Changeset.objects.accepted().filter(author__isnull=False).order_by()
        account.queryset = Account.objects.filter(pk__in=authors.values("author")).order_by("pk")


class AccountUndoPage(EditorPage):
    """Previews the undo, and submits it as one proposal once the editor confirms."""

    template_name = "review/account_undo.html"
    right = Right.BULK

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault(
            "form", UndoForm(initial={"reason": gettext("Undoes what one account has changed.")})
        )
        plan: RevertPlan | None = kwargs.get("plan")
        records = Record.objects.filter(pk__in=plan.records if plan else [])
        listed = list(with_labels(records, self.request.user).order_by("pk")[:MAX_LISTED])
        note_all(self.request, listed)
        return super().get_context_data(
            title=gettext("Undo changes of an account"),
            records=listed,
            back=reverse("review"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = UndoForm(request.POST)
        plan: RevertPlan | None = None
        seen = ""
        if form.is_valid():
            values = form.cleaned_data
            plan = plan_revert(values["account"], values["since"], values["reason"])
            seen = plan.changeset.operations.fingerprint()
            try:
                if request.POST.get("seen") == seen and not plan.changeset.is_empty():
                    report_submission(request, submit(request, plan.changeset))
                    return HttpResponseRedirect(reverse("review"))
                if request.POST.get("seen"):
                    add_changed_error(form)
            except ValidationError as error:
                form.add_error(None, error)
            except Conflict as conflict:
                form.add_error(None, str(conflict))
        return self.render_to_response(self.get_context_data(form=form, plan=plan, seen=seen))
