"""The admin of proposals: the pending ones, and what became of those already decided."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.rebasing import rebase, rebased_operations
from orgs.changes.revert import revert
from orgs.claims.registration import start_proposed_claims
from orgs.matching.look_alikes import look_alike_warnings
from orgs.messaging import NotSent
from orgs.records.characters import MessageField

from .account_undo import undo_account_view
from .admin_base import EditorPermissions, PendingFirstFilter, UnloggedAdmin
from .bulk import report_change, report_decision
from .choices import display_label, label_expression, load_objects, parse_number
from .comment import Comment, with_last_comment
from .import_views import import_view
from .operations import Operation, list_operations
from .outcomes import notify_author
from .queue import get_assignment_state, load_queue, queue_url, update_assignment
from .reading_log import note_proposals
from .review import Review, to_review
from .submission import ReasonForm, RejectionForm, confirm_and_submit
from .unlisted import load_operations, register_warnings


class StateFilter(PendingFirstFilter):
    states = [choice for choice in Changeset.State.choices if choice[0] != Changeset.State.PROPOSED]
    pending_method = "proposed"


class QuestionFilter(admin.SimpleListFilter):
    """Whether a proposal has an open question."""

    title = gettext_lazy("questions")
    parameter_name = "asked"

    def lookups(self, request, model_admin):
        return [("open", gettext("waiting for its author")), ("answered", gettext("answered"))]

    def queryset(self, request, queryset: Any) -> QuerySet:
        """Filter by whether the last comment is a question or an answer."""
        if self.value() not in ("open", "answered"):
            return queryset
        return queryset.filter(last_asks=self.value() == "open")


def open_questions(account: Any) -> list[Changeset]:
    """The account's own pending proposals with an open question, as `question`."""
    readable = Changeset.objects.proposed().visible_to(account)
    own = with_last_comment(readable.filter(author=account)).defer("operations")
    last = Comment.objects.last_of("pk")
    return list(own.filter(last_asks=True).annotate(question=Subquery(last.values("text")[:1])))


class DecisionForm(RejectionForm):
    """What a moderator decides about a proposal."""

    chosen = forms.MultipleChoiceField(required=False, label="")  # each operation has its own
    comment = MessageField(
        label=gettext_lazy("Question or answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "q"}),
        help_text=gettext_lazy(
            "Only the editors and the author read this. The proposal waits for the answer."
        ),
    )

    def __init__(
        self, *args: Any, changeset: Changeset, operations: list[Operation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.original_operations = changeset.operations
        chosen: Any = self.fields["chosen"]
        chosen.choices = [
            (" ".join(operation.part_keys), operation.subject) for operation in operations
        ]

    def clean_chosen(self) -> list[str]:
        """Reject a selection that refers to records which only the unselected rest would create."""
        chosen = self.cleaned_data["chosen"]
        creators = {
            record.id: f"records::{position}"
            for position, record in enumerate(self.original_operations.records)
        } | {
            change.id: f"references::{position}"
            for position, change in enumerate(self.original_operations.references)
            if change.creates
        }
        keys = " ".join(chosen).split()
        for key in keys:
            section, kind, position = key.split(":")
            row = self.original_operations.adds[kind][int(position)] if section == "adds" else {}
            if any(
                creators.get(value, key) not in keys for value in row.values() if value in creators
            ):
                raise ValidationError(
                    gettext(
                        "A part you chose depends on something that another part "
                        "creates. Choose that part too."
                    )
                )
        return chosen

    def chosen_parts(self) -> dict:
        """The selected operations as `Operations.split` takes them."""
        sections: dict = {}
        for key in " ".join(self.cleaned_data["chosen"]).split():
            section, kind, position = key.split(":")
            if kind:
                sections.setdefault(section, {}).setdefault(kind, []).append(int(position))
            else:
                sections.setdefault(section, []).append(int(position))
        return sections


class ChangesetAdmin(EditorPermissions, UnloggedAdmin):
    """Proposals, pending ones first."""

    list_display = (
        "title",
        "reason_and_label",
        "author",
        "represented",
        "question_state",
        "state",
        "proposed_on",
    )
    list_filter = (StateFilter, QuestionFilter)
    list_select_related = ("author",)
    search_fields = ("reason", "label")
    search_help_text = gettext_lazy("Search the reasons, and the names of imports")
    ordering = ("id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody adds here: proposals are written on the pages of what they change."""
        return False

    def get_queryset(self, request) -> QuerySet:
        """Defer the operations, which may be long."""
        changesets: Any = super().get_queryset(request)
        changesets = changesets.visible_to(request.user).defer("operations")
        return with_last_comment(
            changesets.annotate(speaks_for=label_expression("on_behalf_id", request.user))
        )

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if changelist is not None:
            note_proposals(request, [changeset.pk for changeset in changelist.result_list])
        return response

    @admin.display(description=gettext_lazy("proposal"), ordering="id")
    def title(self, changeset: Changeset) -> str:
        return capfirst(str(changeset))

    @admin.display(description=gettext_lazy("why"))
    def reason_and_label(self, changeset: Changeset) -> str:
        return " · ".join(filter(None, (changeset.reason, changeset.label))) or gettext(
            "No reason was given."
        )

    @admin.display(description=gettext_lazy("questions"))
    def question_state(self, changeset: Any) -> str:
        """Whose turn it is to reply, if there is a question."""
        return {True: gettext("waiting for its author"), False: gettext("answered")}.get(
            changeset.last_asks, ""
        )

    @admin.display(description=gettext_lazy("proposed"), ordering="proposed_at")
    def proposed_on(self, changeset: Changeset) -> str:
        return date_format(changeset.proposed_at, "DATE_FORMAT") if changeset.proposed_at else ""

    @admin.display(description=gettext_lazy("on behalf of"), empty_value="")
    def represented(self, changeset: Any) -> str:
        """The label of the organization on whose behalf it was proposed."""
        return changeset.speaks_for

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("queue/", view(self.queue_view), name="orgs_changeset_queue"),
            path("import/", view(import_view), name="orgs_changeset_import"),
            path("undo-account/", view(undo_account_view), name="orgs_changeset_undo_account"),
            path("<int:number>/undo/", view(self.undo_view), name="orgs_changeset_undo"),
            path("<int:number>/redact/", view(self.redact_view), name="orgs_changeset_redact"),
            *super().get_urls(),
        ]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Waiting for review"),
            "queue": load_queue(request),
            "may_decide": can(request.user, Right.DECIDE),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/queue.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show a proposal; process a decision, a question or an answer."""
        changeset = _changeset_or_404(object_id, request)
        if request.method == "POST" and (
            "_accept" in request.POST or "_accept_part" in request.POST
        ):
            if not can(request.user, Right.DECIDE):
                raise PermissionDenied(gettext("Only moderators decide about this."))
            rebase(changeset)
        operations = _current_operations(changeset, request)
        form = DecisionForm(request.POST or None, changeset=changeset, operations=operations)
        if request.method == "POST":
            if update_assignment(request, "proposal", changeset.pk):
                return HttpResponseRedirect(request.get_full_path())
            is_answer = changeset.author_id == request.user.pk and "_answer" in request.POST
            if not can(request.user, Right.DECIDE) and not is_answer:
                raise PermissionDenied(gettext("Only moderators decide about this."))
            if form.is_valid() and self._apply_decision(request, changeset, form):
                return HttpResponseRedirect(self._next_url(request, changeset))
            changeset = _changeset_or_404(object_id, request)
            operations = _current_operations(changeset, request)
        may_read_comments = (
            can(request.user, Right.DECIDE) or changeset.author_id == request.user.pk
        )
        comments = list(Comment.objects.about(changeset)) if may_read_comments else []
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(changeset)),
            "changeset": changeset,
            "speaks_for": next(
                map(display_label, load_objects([changeset.on_behalf_id], request).values()), ""
            ),
            "operations": operations,
            "form": form,
            "chosen": request.POST.getlist("chosen"),
            "is_pending": changeset.state == Changeset.State.PROPOSED,
            "may_accept": can(request.user, Right.DECIDE),
            "others_in_import": changeset.label
            and Changeset.objects.proposed()
            .visible_to(request.user)
            .filter(label=changeset.label)
            .exclude(pk=changeset.pk)
            .count(),
            "comments": comments,
            "may_answer": changeset.author_id == request.user.pk
            and any(comment.asks for comment in comments),
            "author_misses_questions": not settings.EMAIL_SENT
            and changeset.author is not None
            and not changeset.author.is_staff,
            # After a conflict the form may be gone; show the moderator's text again all the same.
            "unsaved_texts": [
                text for text in map(request.POST.get, ("decision", "comment")) if text
            ],
            "assignment": get_assignment_state(request, "proposal", changeset.pk),
            "warnings": [
                *register_warnings([changeset], request.user).values(),
                *(_look_alike_warnings(changeset) if can(request.user, Right.DECIDE) else ()),
            ],
            "to_review": to_review().filter(pk=changeset.pk).exists(),
            "back": queue_url(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/proposal.html", context)

    def _next_url(self, request: HttpRequest, changeset: Changeset) -> str:
        """The queue after a decision; the proposal after a question or an answer."""
        if "_ask" in request.POST or "_answer" in request.POST:
            return reverse("admin:orgs_changeset_change", args=(changeset.pk,)) + "#questions"
        return queue_url(request)

    def _apply_decision(
        self, request: HttpRequest, changeset: Changeset, form: DecisionForm
    ) -> bool:
        """Apply the pressed button. Returns whether it succeeded; otherwise the form has the
        errors.
        """
        values, pressed = form.cleaned_data, request.POST
        outcome, text = "", ""
        try:
            if "_reject" in pressed:
                changeset.reject(request.user, values["decision"])
                outcome, text = "rejected", changeset.decision
                message = gettext("Rejected: proposal %(proposal)s.") % {"proposal": changeset.pk}
            elif "_ask" in pressed:
                outcome, text = (
                    "asked",
                    Comment.ask(changeset, request.user, values["comment"]).text,
                )
                message = gettext("Question sent. The proposal waits for the answer.")
            elif "_answer" in pressed:
                Comment.answer(changeset, request.user, values["comment"])
                message = gettext("Answer sent. The proposal is waiting for a decision.")
            elif "_accept_part" in pressed:
                rest = accept_part(changeset, request.user, form.chosen_parts())
                outcome = "accepted"
                message = gettext("Accepted in part as change %(number)s.") % {
                    "number": changeset.number
                }
                if rest.pk != changeset.pk:
                    outcome = "in_part"
                    message += " " + gettext("The rest is waiting as proposal %(proposal)s.") % {
                        "proposal": rest.pk
                    }
            elif "_seen" in pressed and changeset.number is not None:
                Review.mark(changeset, request.user)
                message = gettext("Noted that %(change)s was seen.") % {"change": changeset}
            elif "_accept" in pressed:
                changeset.accept(request.user)
                outcome = "accepted"
                message = gettext("Accepted as change %(number)s.") % {"number": changeset.number}
            else:
                raise ValidationError(
                    gettext("Choose what to do: accept, accept in part, ask, or reject.")
                )
        except ValidationError as error:
            field = {"_reject": "decision"}
            if changeset.author_id is not None:
                field |= {"_ask": "comment", "_answer": "comment"}
            form.add_error(
                next((field[button] for button in field if button in pressed), None), error
            )
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        if changeset.number is not None:
            start_proposed_claims(changeset)
            report_change(changeset, request.user)
        if outcome in ("accepted", "in_part", "rejected"):
            report_decision(request.user)
        messages.success(request, message)
        if outcome:
            try:
                notify_author(changeset, outcome, request.user, text)
            except NotSent:
                messages.warning(request, gettext("The message about it could not be sent."))
        return True

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Undo an accepted change, after a preview."""
        changeset = _changeset_or_404(number, request)
        if changeset.number is None:
            raise Http404("Only an accepted change can be undone.")
        default_reason = gettext("Undoes change %(number)s.") % {"number": changeset.number}
        form = ReasonForm(request.POST or {"reason": default_reason})
        return confirm_and_submit(
            request,
            title=gettext("Undo change %(number)s") % {"number": changeset.number},
            form=form,
            build=lambda values: revert(changeset, reason=values["reason"]),
            back=reverse("admin:orgs_changeset_change", args=(changeset.pk,)),
            opts=self.opts,
            of_changeset=changeset,
        )

    def redact_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Remove the reason of an accepted change that names a person who must not be named."""
        change = _changeset_or_404(number, request)
        # After a conflict, show the moderator's text again.
        already_redacted = change.reason_redacted and request.method != "POST"
        if change.number is None or already_redacted or not can(request.user, Right.DECIDE):
            raise Http404("Only a moderator removes the reason of an accepted change, and once.")

        def build(values: dict) -> Changeset:
            redaction = Changeset(reason=values["reason"])
            redaction.redact_reason(change)
            return redaction

        return confirm_and_submit(
            request,
            title=gettext("Remove the reason of change %(number)s") % {"number": change.number},
            form=ReasonForm(request.POST or {"reason": gettext("The reason was removed.")}),
            build=build,
            back=reverse("admin:orgs_changeset_change", args=(change.pk,)),
            opts=self.opts,
            of_changeset=change,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A proposal has no separate history: redirect to it."""
        return HttpResponseRedirect(reverse("admin:orgs_changeset_change", args=(object_id,)))


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


def _changeset_or_404(number: int | str, request: HttpRequest) -> Changeset:
    """Raise Http404 unless the account may read the proposal."""
    changesets = Changeset.objects.select_related("author", "decided_by", "reverts", "part_of")
    changeset = changesets.visible_to(request.user).filter(pk=parse_number(number) or 0).first()
    if changeset is None:
        raise Http404("There is no such proposal.")
    return changeset
