"""Corrections: what a reader reports, next to the sentence, and the decision."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict, statement_row
from orgs.messaging import NotSent
from orgs.records.characters import MessageField
from orgs.statements.statement import Statement, statement_kinds

from .choices import label_expression, load_objects, parse_number
from .correction import Correction
from .descriptions import decided_state, summarize
from .outcomes import notify_reader
from .pages import EditorMixin, EditorPage, PendingFirstFilter, ReviewFilter, ReviewList
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


class CorrectionFilter(ReviewFilter):
    state = PendingFirstFilter(states=Correction.State, pending=Correction.State.WAITING)
    urgent = django_filters.ChoiceFilter(
        label=gettext_lazy("Urgent"),
        choices=[("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))],
        empty_label=gettext_lazy("all"),
    )

    class Meta:
        model = Correction
        fields = ("state", "urgent", "order")


class CorrectionsMixin(EditorMixin):
    right = Right.SEE_CORRECTIONS

    def get_queryset(self) -> QuerySet[Any]:
        corrections: Any = Correction.objects.select_related("changeset", "decided_by")
        labelled = corrections.annotate(label=label_expression("record_id", self.request.user))
        return labelled.order_by("id")


class CorrectionList(CorrectionsMixin, ReviewList):
    template_name = "review/corrections.html"
    filterset_class = CorrectionFilter
    title = gettext_lazy("Corrections")
    noted_as = "correction"


class CorrectionPage(CorrectionsMixin, EditorPage):
    """A correction and the decision. The proposal is written on the page of the record."""

    template_name = "review/correction.html"

    def get_correction(self) -> Any:
        correction = get_object_or_404(self.get_queryset(), pk=self.kwargs["number"])
        note(self.request, Right.SEE_CORRECTIONS, "correction", correction.pk)
        return correction

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request, correction = self.request, self.get_correction()
        kwargs.setdefault("form", DeclineForm())
        record = reverse("admin:orgs_record_change", args=(correction.record_id,))
        query = urlencode({"correction": correction.pk, "in": request.GET.get("in", "")[:1_000]})
        return super().get_context_data(
            title=capfirst(str(correction)),
            correction=correction,
            sentence=corrected_sentence(correction, request),
            state=decided_state(
                correction.get_state_display(), correction.decided_at, correction.decided_by
            ),
            is_pending=correction.state == Correction.State.WAITING,
            may_accept=can(request.user, Right.DECIDE),
            assignment=get_assignment_state(request, "correction", correction.pk),
            edit_url=f"{record}?{query}",
            back=queue_url(request),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Assign the correction, decline it, or show it again with the form's errors."""
        correction = self.get_correction()
        if update_assignment(request, "correction", correction.pk):
            return HttpResponseRedirect(request.get_full_path())
        self.require(Right.DECIDE)
        form = DeclineForm(request.POST)
        if form.is_valid() and self._decline(correction, form):
            return HttpResponseRedirect(queue_url(request))
        return self.render_to_response(self.get_context_data(form=form))

    def _decline(self, correction: Correction, form: DeclineForm) -> bool:
        """Decline a correction. Returns whether it succeeded; otherwise the form has the errors."""
        decision = form.cleaned_data["decision"].strip()
        try:
            if not decision:
                raise ValidationError(gettext("Say why, so that its author can do better."))
            address = correction.decline(self.request.user, decision)
        except ValidationError as error:
            form.add_error("decision", error)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        messages.success(self.request, gettext("Rejected. We tell the reader why."))
        send_answer(self.request, correction, address)
        return True


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
