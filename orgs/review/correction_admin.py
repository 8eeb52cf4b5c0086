"""Corrections on the desk: what a reader says is wrong, beside the sentence, and what to do."""

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
from orgs.changes.changeset import Changeset, Conflict
from orgs.messaging import NotSent
from orgs.records.characters import MessageField
from orgs.statements.statement import Statement, statement_kinds

from .admin_base import Open, Unlogged
from .choices import called, known, number_of
from .correction import Correction
from .descriptions import row_of, sentence
from .outcomes import tell_reader
from .queue import assignment_state, back_to, changed_assignment
from .reading_log import note


class AnswerForm(forms.Form):
    """Why a correction changes nothing."""

    decision = MessageField(
        label=gettext_lazy("Why nothing is changed"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "r"}),
        help_text=gettext_lazy("Sent to the author if they gave an address."),
    )


class CorrectionAdmin(Open, Unlogged):
    """What readers sent; a proposal is written of it on the page of the record."""

    list_display = ("which", "about", "said", "how_urgent", "state", "sent")
    list_filter = ("state", "urgent")
    ordering = ("-id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_view_permission(self, request, obj=None) -> bool:
        """Whether this person may read what readers wrote."""
        return super().has_view_permission(request) and can(request.user, Right.SEE_CORRECTIONS)

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody: readers write corrections."""
        return False

    def get_queryset(self, request) -> QuerySet:
        """Return the corrections, each with the label of its record."""
        corrections: Any = super().get_queryset(request)
        return corrections.visible_to(request.user).annotate(
            label=called("record_id", request.user)
        )

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        """Show the list."""
        note(request, Right.SEE_CORRECTIONS, "correction")
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("correction"), ordering="id")
    def which(self, correction: Correction) -> str:
        """Return how the correction is called."""
        return capfirst(str(correction))

    @admin.display(description=gettext_lazy("about"))
    def about(self, correction: Any) -> str:
        """Return the record it is about."""
        return correction.label

    @admin.display(description=gettext_lazy("urgent"), ordering="urgent")
    def how_urgent(self, correction: Correction) -> str:
        """Return the word for what may put people in danger: a tick would say that all is well."""
        return gettext("urgent") if correction.urgent else ""

    @admin.display(description=gettext_lazy("what would be right"))
    def said(self, correction: Correction) -> str:
        """Return how it begins."""
        return Truncator(correction.right).words(20)

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def sent(self, correction: Correction) -> datetime:
        """Return when it came."""
        return correction.sent_at

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show a correction, and take what is decided about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied(gettext("Only moderators read what readers wrote."))
        correction = self.get_queryset(request).filter(pk=number_of(object_id) or 0).first()
        if correction is None:
            raise Http404("There is no such correction.")
        note(request, Right.SEE_CORRECTIONS, "correction", correction.pk)
        form = AnswerForm(request.POST or None)
        if request.method == "POST":
            if changed_assignment(request, "correction", correction.pk):
                return HttpResponseRedirect(request.get_full_path())
            if not can(request.user, Right.DECIDE):
                raise PermissionDenied(gettext("Only moderators decide about this."))
            if form.is_valid() and self._declined(request, correction, form):
                return HttpResponseRedirect(back_to(request))
            correction = self.get_queryset(request).get(pk=correction.pk)
        record = reverse("admin:orgs_record_change", args=(correction.record_id,))
        query = urlencode({"correction": correction.pk, "in": request.GET.get("in", "")[:1_000]})
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(correction)),
            "correction": correction,
            "said": said_of(correction, request),
            "form": form,
            "waits": correction.state == Correction.State.WAITING,
            "may_accept": can(request.user, Right.DECIDE),
            "assignment": assignment_state(request, "correction", correction.pk),
            "editing": f"{record}?{query}",
            "back": back_to(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/correction.html", context)

    def _declined(self, request: HttpRequest, correction: Correction, form: AnswerForm) -> bool:
        """Decline a correction. Returns whether it could be done."""
        decision = form.cleaned_data["decision"].strip()
        try:
            if not decision:
                raise ValidationError(gettext("Say why, so that its author can do better."))
            address = correction.decline(request.user, decision)
        except ValidationError as refused:
            form.add_error("decision", refused)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        messages.success(
            request, gettext("Nothing is changed, and we inform the reader of the reason.")
        )
        answer(request, correction, address)
        return True

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A correction is its own history."""
        return HttpResponseRedirect(reverse("admin:orgs_correction_change", args=(object_id,)))


def answer(request: HttpRequest, correction: Correction, address: str) -> None:
    """Send the reader the answer, and say on the next page if that was not possible."""
    try:
        tell_reader(correction, address)
    except NotSent:
        messages.warning(request, gettext("The message about it could not be sent."))


def said_of(correction: Correction, request: HttpRequest) -> str:
    """Return the sentence that a correction is about, as it stands by now; "" for none."""
    if correction.statement is None:
        return ""
    for model in statement_kinds().values():
        readable = model.objects.visible_to(request.user)
        found: Statement | None = readable.filter(pk=correction.statement).first()
        if found is not None:
            row = row_of(found)
            said = sentence(model, row, known(row.values(), request))
            if found.retired_id is None:
                return said
            return gettext("%(sentence)s (retired)") % {"sentence": said}
    return ""


def asked_for(request: HttpRequest) -> Correction | None:
    """Return the waiting correction of which a proposal is being written on this page."""
    number = number_of(request.GET.get("correction", ""))
    waiting = Correction.objects.waiting().visible_to(request.user)
    return waiting.filter(pk=number).first() if number else None


def taken_up(request: HttpRequest, changeset: Changeset | None) -> None:
    """Say that a proposal does what the correction of this page asked for, and answer the
    reader.
    """
    correction = asked_for(request)
    if correction is None or changeset is None:
        return
    try:
        address = correction.take_up(request.user, changeset)
    except Conflict:
        return
    # The page is saved in one transaction; nobody is told what may still be taken back.
    transaction.on_commit(lambda: answer(request, correction, address))
