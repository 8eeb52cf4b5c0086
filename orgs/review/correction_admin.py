"""The admin of corrections: what a reader reports, next to the sentence, and the decision."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict, statement_row
from orgs.messaging import NotSent
from orgs.records.characters import MessageField
from orgs.statements.statement import Statement, statement_kinds

from .admin_base import EditorPermissions, UnloggedAdmin
from .choices import label_expression, load_objects, parse_number
from .correction import Correction
from .descriptions import summarize
from .outcomes import notify_reader
from .queue import get_assignment_state, queue_url, update_assignment
from .reading_log import note


class DeclineForm(forms.Form):
    decision = MessageField(
        label=gettext_lazy("Why nothing is changed"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "r"}),
        help_text=gettext_lazy("Sent to the author if they gave an address."),
    )


class CorrectionAdmin(EditorPermissions, UnloggedAdmin):
    """Readers' corrections. The proposal is written on the page of the record."""

    list_display = ("title", "about", "excerpt", "urgency", "state", "sent")
    list_filter = ("state", "urgent")
    ordering = ("-id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_view_permission(self, request, obj=None) -> bool:
        return super().has_view_permission(request) and can(request.user, Right.SEE_CORRECTIONS)

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody adds here: readers write corrections."""
        return False

    def get_queryset(self, request) -> QuerySet:
        corrections: Any = super().get_queryset(request)
        return corrections.visible_to(request.user).annotate(
            label=label_expression("record_id", request.user)
        )

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        note(request, Right.SEE_CORRECTIONS, "correction")
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("correction"), ordering="id")
    def title(self, correction: Correction) -> str:
        return capfirst(str(correction))

    @admin.display(description=gettext_lazy("about"))
    def about(self, correction: Any) -> str:
        return correction.label

    @admin.display(description=gettext_lazy("urgent"), ordering="urgent")
    def urgency(self, correction: Correction) -> str:
        """A word rather than Django's icon: a green tick would look reassuring."""
        return gettext("urgent") if correction.urgent else ""

    @admin.display(description=gettext_lazy("what would be right"))
    def excerpt(self, correction: Correction) -> str:
        return Truncator(correction.right).words(20)

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def sent(self, correction: Correction) -> datetime:
        return correction.sent_at

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show a correction, and process the decision."""
        if not self.has_view_permission(request):
            raise PermissionDenied(gettext("Only moderators read what readers wrote."))
        correction = self.get_queryset(request).filter(pk=parse_number(object_id) or 0).first()
        if correction is None:
            raise Http404("There is no such correction.")
        note(request, Right.SEE_CORRECTIONS, "correction", correction.pk)
        form = DeclineForm(request.POST or None)
        if request.method == "POST":
            if update_assignment(request, "correction", correction.pk):
                return HttpResponseRedirect(request.get_full_path())
            if not can(request.user, Right.DECIDE):
                raise PermissionDenied(gettext("Only moderators decide about this."))
            if form.is_valid() and self._decline(request, correction, form):
                return HttpResponseRedirect(queue_url(request))
            correction = self.get_queryset(request).get(pk=correction.pk)
        record = reverse("admin:orgs_record_change", args=(correction.record_id,))
        query = urlencode({"correction": correction.pk, "in": request.GET.get("in", "")[:1_000]})
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(correction)),
            "correction": correction,
            "sentence": corrected_sentence(correction, request),
            "form": form,
            "is_pending": correction.state == Correction.State.WAITING,
            "may_accept": can(request.user, Right.DECIDE),
            "assignment": get_assignment_state(request, "correction", correction.pk),
            "edit_url": f"{record}?{query}",
            "back": queue_url(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/correction.html", context)

    def _decline(self, request: HttpRequest, correction: Correction, form: DeclineForm) -> bool:
        """Decline a correction. Returns whether it succeeded; otherwise the form has the errors."""
        decision = form.cleaned_data["decision"].strip()
        try:
            if not decision:
                raise ValidationError(gettext("Say why, so that its author can do better."))
            address = correction.decline(request.user, decision)
        except ValidationError as error:
            form.add_error("decision", error)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        messages.success(request, gettext("Rejected. We tell the reader why."))
        send_answer(request, correction, address)
        return True

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A correction has no separate history: redirect to it."""
        return HttpResponseRedirect(reverse("admin:orgs_correction_change", args=(object_id,)))


def send_answer(request: HttpRequest, correction: Correction, address: str) -> None:
    """Send the reader the answer; warn the editor on the next page if that fails."""
    try:
        notify_reader(correction, address)
    except NotSent:
        messages.warning(request, gettext("The message about it could not be sent."))


def corrected_sentence(correction: Correction, request: HttpRequest) -> str:
    """The current text of the sentence that a correction is about; "" if none was chosen."""
    if correction.statement is None:
        return ""
    for model in statement_kinds().values():
        readable = model.objects.visible_to(request.user)
        statement: Statement | None = readable.filter(pk=correction.statement).first()
        if statement is not None:
            row = statement_row(statement)
            sentence = summarize(model, row, load_objects(row.values(), request))
            if statement.retired_id is None:
                return sentence
            return gettext("%(sentence)s (retired)") % {"sentence": sentence}
    return ""


def current_correction(request: HttpRequest) -> Correction | None:
    """The pending correction that the editor is working on, from the query parameter."""
    number = parse_number(request.GET.get("correction", ""))
    pending = Correction.objects.pending().visible_to(request.user)
    return pending.filter(pk=number).first() if number else None


def resolve_correction(request: HttpRequest, changeset: Changeset | None) -> None:
    """Mark the correction that the editor works on as taken up, and answer the reader."""
    correction = current_correction(request)
    if correction is None or changeset is None:
        return
    try:
        address = correction.take_up(request.user, changeset)
    except Conflict:
        return
    # The page is saved in one transaction, which may still be rolled back.
    transaction.on_commit(lambda: send_answer(request, correction, address))
