"""Pages that preview a proposal, and submit it once the editor confirms what they saw."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict

from .operation_display import Operation, list_operations
from .pages import EditorPage
from .submission import ReasonForm, report_submission, submit


def add_changed_error(form: forms.Form) -> None:
    form.add_error(
        None, gettext("The catalogue has changed since you opened this page. Check it again.")
    )


class ConfirmPage(EditorPage):
    """Subclasses say what to propose, and where to return to."""

    template_name = "review/confirm.html"
    form_class: ClassVar[type[forms.Form]] = ReasonForm

    def default_data(self) -> dict[str, str] | None:
        """The form's content when the page opens, to show the preview at once."""
        return None

    def get_form(self) -> Any:
        return self.form_class(self.request.POST or self.default_data())

    def build(self, values: dict[str, Any]) -> Changeset:
        """The proposal for the form's cleaned values. May raise ValidationError."""
        raise NotImplementedError

    def get_back_url(self) -> str:
        """The address of the page that led here."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.preview_or_submit()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.preview_or_submit()

    def preview_or_submit(self) -> HttpResponse:
        form, request = self.get_form(), self.request
        operations: list[Operation] = []
        seen = ""
        if form.is_valid():
            try:
                changeset = self.build(form.cleaned_data)
                operations = list_operations(changeset, request)
                seen = changeset.operations.fingerprint()
                if request.POST.get("seen") == seen:
                    report_submission(request, submit(request, changeset))
                    return HttpResponseRedirect(self.get_back_url())
                if request.POST.get("seen"):
                    add_changed_error(form)
                if changeset.is_empty():
                    form.add_error(None, gettext("This makes no change."))
            except ValidationError as error:
                form.add_error(None, error)
            except Conflict as conflict:
                form.add_error(None, str(conflict))
        return self.render_to_response(
            self.get_context_data(
                form=form,
                operations=operations,
                seen=seen,
                accepts=can(request.user, Right.DECIDE),
                back=self.get_back_url(),
            )
        )
