"""Proposals: the list, the page where one is decided, and the author's page."""

from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.rebase import rebase, rebased_operations
from orgs.changes.revert import revert
from orgs.claims.registration import start_proposed_claims
from orgs.matching.look_alikes import look_alike_warnings
from orgs.messaging import NotSent
from orgs.records.characters import MessageField

from .bulk import report_change, report_decision
from .choices import display_label, label_expression, load_objects
from .comment import Comment, with_last_comment
from .confirm_page import ConfirmPage
from .descriptions import decided_state
from .operation_display import Operation, list_operations
from .outcomes import notify_author
from .pages import EditorPage, PendingFirstFilter, ReviewFilter, ReviewList
from .proposal_decision import ACTIONS, DecisionForm, apply_button, error_field
from .queue import get_assignment_state, queue_url, update_assignment
from .reading_log import note_proposals
from .register_warnings import load_operations, register_warnings
from .trusted_changes import to_review

# The list -----------------------------------------------------------------------------------------


class ProposalFilter(ReviewFilter):
    q = django_filters.CharFilter(
        label=gettext_lazy("Search the reasons, and the names of imports"),
        method="search",
        max_length=300,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = PendingFirstFilter(states=Changeset.State, pending=Changeset.State.PROPOSED)
    asked = django_filters.ChoiceFilter(
        label=gettext_lazy("Questions"),
        choices=[
            ("open", gettext_lazy("waiting for its author")),
            ("answered", gettext_lazy("answered")),
        ],
        empty_label=gettext_lazy("all"),
        method="by_last_comment",
    )

    class Meta:
        model = Changeset
        fields = ("q", "state", "asked", "order")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Proposals with each of the words in their reason or label."""
        for word in value.split():
            queryset = queryset.filter(Q(reason__icontains=word) | Q(label__icontains=word))
        return queryset

    def by_last_comment(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(last_is_question=value == "open")


class ProposalList(ReviewList):
    """Proposals, pending ones first."""

    template_name = "review/proposals.html"
    filterset_class = ProposalFilter
    title = gettext_lazy("Proposals")

    def get_queryset(self) -> QuerySet[Any]:
        """Defer the operations, which may be long."""
        account = self.request.user
        changesets: Any = Changeset.objects.visible_to(account).defer("operations")
        labelled = changesets.annotate(speaks_for=label_expression("on_behalf_id", account))
        return with_last_comment(labelled).select_related("author").order_by("id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        note_proposals(self.request, [changeset.pk for changeset in context["object_list"]])
        return context


# One proposal -------------------------------------------------------------------------------------


class ProposalPage(EditorPage):
    """A proposal: what it would change, the questions about it, and the decision."""

    template_name = "review/proposal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.request
        may_accept = can(request.user, Right.DECIDE)
        changeset = changeset_or_404(self)
        operations = _current_operations(changeset, request)
        is_pending = changeset.state == Changeset.State.PROPOSED
        is_author = changeset.author_id == request.user.pk
        comments = list(Comment.objects.about(changeset)) if may_accept or is_author else []
        kwargs.setdefault("form", DecisionForm(changeset=changeset, operations=operations))
        return super().get_context_data(
            title=capfirst(str(changeset)),
            changeset=changeset,
            speaks_for=next(
                map(display_label, load_objects([changeset.on_behalf_id], request).values()), ""
            ),
            operations=operations,
            chosen=request.POST.getlist("chosen"),
            is_pending=is_pending,
            state=decided_state(
                gettext("waiting for a decision") if is_pending else changeset.get_state_display(),
                changeset.decided_at,
                changeset.decided_by,
            ),
            may_accept=may_accept,
            others_in_import=changeset.label
            and Changeset.objects.proposed()
            .visible_to(request.user)
            .filter(label=changeset.label)
            .exclude(pk=changeset.pk)
            .count(),
            comments=comments,
            may_ask=is_pending and may_accept and changeset.author is not None,
            may_answer=is_pending
            and is_author
            and any(comment.is_question for comment in comments),
            author_misses_questions=not settings.EMAIL_SENT
            and changeset.author is not None
            and not changeset.author.is_staff,
            # After a conflict the fields may be gone; show the moderator's text again all the same.
            unsaved_texts=[
                text
                for text in map(request.POST.get, ("decision", "comment"))
                if text and not is_pending
            ],
            assignment=get_assignment_state(request, "proposal", changeset.pk),
            warnings=[
                *register_warnings([changeset], request.user).values(),
                *(_look_alike_warnings(changeset) if may_accept else ()),
            ],
            to_review=to_review().filter(pk=changeset.pk).exists(),
            back=queue_url(request),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Process a decision, a question or an answer."""
        changeset = changeset_or_404(self)
        if update_assignment(request, "proposal", changeset.pk):
            return HttpResponseRedirect(request.get_full_path())
        if changeset.author_id != request.user.pk or "_answer" not in request.POST:
            self.require(Right.DECIDE)
        if "_accept" in request.POST or "_accept_part" in request.POST:
            rebase(changeset)
        operations = _current_operations(changeset, request)
        form = DecisionForm(request.POST, changeset=changeset, operations=operations)
        if form.is_valid() and self._apply_decision(changeset, form):
            return HttpResponseRedirect(self._next_url(changeset))
        return self.render_to_response(self.get_context_data(form=form))

    def _next_url(self, changeset: Changeset) -> str:
        """The queue after a decision; the proposal after a question or an answer."""
        if "_ask" in self.request.POST or "_answer" in self.request.POST:
            return reverse("review-proposal", args=(changeset.pk,)) + "#questions"
        return queue_url(self.request)

    def _apply_decision(self, changeset: Changeset, form: DecisionForm) -> bool:
        """Apply the pressed button. Returns whether it succeeded; otherwise the form has the
        errors.
        """
        request = self.request
        button = next((name for name in ACTIONS if name in request.POST), "")
        try:
            result = apply_button(button, changeset, request.user, form)
        except ValidationError as error:
            form.add_error(error_field(button, changeset), error)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        if changeset.number is not None:
            start_proposed_claims(changeset)
            report_change(changeset, request.user)
        if result.is_decision:
            report_decision(request.user)
        messages.success(request, result.message)
        if result.outcome:
            try:
                notify_author(changeset, result.outcome, request.user, result.text)
            except NotSent:
                messages.warning(request, gettext("The message about it could not be sent."))
        return True


class UndoPage(ConfirmPage):
    """Undo an accepted change, after a preview."""

    @cached_property
    def changeset(self) -> Changeset:
        changeset = changeset_or_404(self)
        if changeset.number is None:
            raise Http404("Only an accepted change can be undone.")
        return changeset

    def default_data(self) -> dict[str, str]:
        return {"reason": gettext("Undoes change %(number)s.") % {"number": self.changeset.number}}

    def build(self, values: dict[str, Any]) -> Changeset:
        return revert(self.changeset, reason=values["reason"])

    def get_back_url(self) -> str:
        return reverse("review-proposal", args=(self.changeset.pk,))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Undo change %(number)s") % {"number": self.changeset.number},
            changeset=self.changeset,
            **kwargs,
        )


class RedactPage(ConfirmPage):
    """Remove the reason of an accepted change that names a person who must not be named."""

    @cached_property
    def changeset(self) -> Changeset:
        changeset = changeset_or_404(self)
        # After a conflict, show the moderator's text again.
        already_redacted = changeset.reason_redacted and self.request.method != "POST"
        may_decide = can(self.request.user, Right.DECIDE)
        if changeset.number is None or already_redacted or not may_decide:
            raise Http404("Only a moderator removes the reason of an accepted change, and once.")
        return changeset

    def default_data(self) -> dict[str, str]:
        return {"reason": gettext("The reason was removed.")}

    def build(self, values: dict[str, Any]) -> Changeset:
        redaction = Changeset(reason=values["reason"])
        redaction.redact_reason(self.changeset)
        return redaction

    def get_back_url(self) -> str:
        return reverse("review-proposal", args=(self.changeset.pk,))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.changeset.number
        return super().get_context_data(
            title=gettext("Remove the reason of change %(number)s") % {"number": number},
            changeset=self.changeset,
            **kwargs,
        )


def _look_alike_warnings(changeset: Changeset) -> list[str]:
    """Warnings about new names that could be mistaken for another organization's."""
    names = load_operations([changeset])[changeset.pk].adds.get("name", ())
    return list(look_alike_warnings(row["text"] for row in names))


def _current_operations(changeset: Changeset, request: HttpRequest) -> list[Operation]:
    """The operations of a proposal, rebased on later changes to other parts for moderators.

    Only accepting stores the rebased operations; viewing changes nothing.
    """
    if changeset.state != Changeset.State.PROPOSED or not can(request.user, Right.DECIDE):
        return list_operations(
            changeset, request
        )  # as written: later changes by others are not the author's
    before = changeset.operations.retires
    changeset.operations = rebased_operations(changeset)
    operations = list_operations(changeset, request)
    moved = {
        f"retires:{kind}:{number}"
        for kind, numbers in changeset.operations.retires.items()
        for number in set(numbers) - set(before.get(kind, ()))
    }
    for operation in operations:
        operation.merged = not moved.isdisjoint(operation.part_keys)
    return operations


def changeset_or_404(page: EditorPage) -> Changeset:
    """Raise Http404 unless the account may read the proposal that the page is about."""
    changesets = Changeset.objects.select_related("author", "decided_by", "reverts", "part_of")
    readable = changesets.visible_to(page.request.user)
    return get_object_or_404(readable, pk=page.kwargs["number"])


# The author's page --------------------------------------------------------------------------------


class AnswerForm(forms.Form):
    answer = MessageField(
        label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )


@method_decorator(never_cache, name="dispatch")
class AuthorPage(LoginRequiredMixin, TemplateView):
    uses_application_role = True

    template_name = "orgs/proposal.html"

    def get_changeset(self) -> Changeset:
        """Raise Http404 unless the account is the author."""
        number = min(self.kwargs["number"], 2**62)
        submitted = Changeset.objects.exclude(state=Changeset.State.DRAFT).defer("operations")
        return get_object_or_404(submitted, pk=number, author_id=self.request.user.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changeset = self.get_changeset()
        comments = list(Comment.objects.about(changeset))
        kwargs.setdefault("form", AnswerForm())
        return super().get_context_data(
            changeset=changeset,
            comments=comments,
            is_pending=changeset.state == Changeset.State.PROPOSED,
            has_question=changeset.state == Changeset.State.PROPOSED
            and any(comment.is_question for comment in comments),
            title=capfirst(str(changeset)),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store an answer, or show the page again with its text."""
        changeset = self.get_changeset()
        form = AnswerForm(request.POST)
        if form.is_valid():
            try:
                Comment.answer(changeset, request.user, form.cleaned_data["answer"])
                return HttpResponseRedirect(request.path)
            except ValidationError as error:
                form.add_error("answer", error)
        return self.render_to_response(self.get_context_data(form=form), status=400)
