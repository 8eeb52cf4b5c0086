"""The queue: proposals that wait for a decision, and what became of those decided."""

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
from orgs.changes.changeset import Changeset, Conflict
from orgs.claims.registration import start_awaited_claims
from orgs.matching.look_alikes import look_alike_warnings
from orgs.messaging import NotSent
from orgs.records.characters import MessageField

from .account_undo import undo_account_view
from .admin_base import Open, Unlogged, WaitingFirst
from .bulk import note_change, note_decision
from .choices import called, known, label, number_of
from .comment import Comment, with_last_comment
from .import_views import import_view
from .operations import Step, steps_of
from .outcomes import tell_author
from .queue import assignment_state, back_to, changed_assignment, queue_of
from .reading_log import note_proposals
from .review import Review, to_review
from .submission import ReasonForm, RejectionForm, decide
from .unlisted import contents_of, warned_of


class StateFilter(WaitingFirst):
    """Where the proposal is."""

    states = [one for one in Changeset.State.choices if one[0] != Changeset.State.PROPOSED]
    waits = "proposed"


class QuestionFilter(admin.SimpleListFilter):
    """Whether somebody waits for an answer about the proposal."""

    title = gettext_lazy("questions")
    parameter_name = "asked"

    def lookups(self, request, model_admin):
        """Return who is to speak next."""
        return [("open", gettext("waiting for its author")), ("answered", gettext("answered"))]

    def queryset(self, request, queryset: Any) -> QuerySet:
        """Return the proposals about which the last word is a question, or an answer."""
        if self.value() not in ("open", "answered"):
            return queryset
        return queryset.filter(asked=self.value() == "open")


def asked_of(account: Any) -> list[Changeset]:
    """Return the waiting proposals of this account about which a question is open, with it."""
    readable = Changeset.objects.proposed().visible_to(account)
    own = with_last_comment(readable.filter(author=account)).defer("operations")
    last = Comment.objects.last_of("pk")
    return list(own.filter(asked=True).annotate(question=Subquery(last.values("text")[:1])))


class DecisionForm(RejectionForm):
    """What is decided about a proposal."""

    chosen = forms.MultipleChoiceField(required=False, label="")  # each step has its own
    comment = MessageField(
        label=gettext_lazy("Question or answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "q"}),
        help_text=gettext_lazy(
            "Only the editors and the author read this. The proposal waits for the answer."
        ),
    )

    def __init__(self, *args: Any, changeset: Changeset, steps: list[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = changeset.operations
        chosen: Any = self.fields["chosen"]
        chosen.choices = [(" ".join(step.picks), step.what) for step in steps]

    def clean_chosen(self) -> list[str]:
        """Refuse a part that speaks of something which only the rest would make."""
        chosen = self.cleaned_data["chosen"]
        made = {
            step["id"]: f"{section}::{position}"
            for section in ("records", "references")
            for position, step in enumerate(self.content.get(section, []))
            if step.get("before") is None
        }
        picks = " ".join(chosen).split()
        for pick in picks:
            section, kind, place = pick.split(":")
            row = self.content["adds"][kind][int(place)] if section == "adds" else {}
            if any(made.get(value, pick) not in picks for value in row.values() if value in made):
                raise ValidationError(
                    gettext(
                        "A part you chose depends on something that another part "
                        "creates. Choose that part too."
                    )
                )
        return chosen

    def picked(self) -> dict:
        """Return the chosen steps as `Changeset.accept_part` takes them."""
        sections: dict = {}
        for pick in " ".join(self.cleaned_data["chosen"]).split():
            section, kind, place = pick.split(":")
            if kind:
                sections.setdefault(section, {}).setdefault(kind, []).append(int(place))
            else:
                sections.setdefault(section, []).append(int(place))
        return sections


class ChangesetAdmin(Open, Unlogged):
    """Proposals: those that wait first, each with what it would change in plain words."""

    list_display = ("which", "why", "author", "speaker", "talk", "state", "day")
    list_filter = (StateFilter, QuestionFilter)
    list_select_related = ("author",)
    search_fields = ("reason", "label")
    search_help_text = gettext_lazy("Search the reasons, and the names of imports")
    ordering = ("id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody: proposals are written on the pages of what they change."""
        return False

    def get_queryset(self, request) -> QuerySet:
        """Return the proposals without their contents, which may be long."""
        changesets: Any = super().get_queryset(request)
        changesets = changesets.visible_to(request.user).defer("operations")
        return with_last_comment(
            changesets.annotate(speaks_for=called("on_behalf_id", request.user))
        )

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        """Show the list."""
        answer: Any = super().changelist_view(request, extra_context)
        changelist = (getattr(answer, "context_data", None) or {}).get("cl")
        if changelist is not None:
            note_proposals(request, [one.pk for one in changelist.result_list])
        return answer

    @admin.display(description=gettext_lazy("proposal"), ordering="id")
    def which(self, changeset: Changeset) -> str:
        """Return how the proposal is called."""
        return capfirst(str(changeset))

    @admin.display(description=gettext_lazy("why"))
    def why(self, changeset: Changeset) -> str:
        """Return why it was written, and what it is part of."""
        return " · ".join(filter(None, (changeset.reason, changeset.label))) or gettext(
            "No reason was given."
        )

    @admin.display(description=gettext_lazy("questions"))
    def talk(self, changeset: Any) -> str:
        """Return who is to speak next about the proposal, if anybody has asked."""
        return {True: gettext("waiting for its author"), False: gettext("answered")}.get(
            changeset.asked, ""
        )

    @admin.display(description=gettext_lazy("proposed"), ordering="proposed_at")
    def day(self, changeset: Changeset) -> str:
        """Return the day on which it was proposed."""
        return date_format(changeset.proposed_at, "DATE_FORMAT") if changeset.proposed_at else ""

    @admin.display(description=gettext_lazy("on behalf of"), empty_value="")
    def speaker(self, changeset: Any) -> str:
        """Return the body for which the proposal speaks."""
        return changeset.speaks_for

    def get_urls(self) -> list:
        """Return the addresses of the queue and of undoing, before those of the proposals."""
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
        """Show all that waits: proposals, imports and corrections, what is urgent first."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Waiting for review"),
            "queue": queue_of(request),
            "may_decide": can(request.user, Right.DECIDE),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/queue.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show what a proposal would change, and take the decision, the question or the answer."""
        changeset = _changeset_or_404(object_id, request)
        if request.method == "POST" and (
            "_accept" in request.POST or "_accept_part" in request.POST
        ):
            if not can(request.user, Right.DECIDE):
                raise PermissionDenied(gettext("Only moderators decide about this."))
            changeset.rebase()
        steps = _steps_by_now(changeset, request)
        form = DecisionForm(request.POST or None, changeset=changeset, steps=steps)
        if request.method == "POST":
            if changed_assignment(request, "proposal", changeset.pk):
                return HttpResponseRedirect(request.get_full_path())
            own = changeset.author_id == request.user.pk and "_answer" in request.POST
            if not can(request.user, Right.DECIDE) and not own:
                raise PermissionDenied(gettext("Only moderators decide about this."))
            if form.is_valid() and self._decided(request, changeset, form):
                return HttpResponseRedirect(self._next(request, changeset))
            changeset = _changeset_or_404(object_id, request)
            steps = _steps_by_now(changeset, request)
        talks = can(request.user, Right.DECIDE) or changeset.author_id == request.user.pk
        comments = list(Comment.objects.about(changeset)) if talks else []
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(changeset)),
            "changeset": changeset,
            "speaks_for": next(map(label, known([changeset.on_behalf_id], request).values()), ""),
            "steps": steps,
            "form": form,
            "chosen": request.POST.getlist("chosen"),
            "waits": changeset.state == Changeset.State.PROPOSED,
            "may_accept": can(request.user, Right.DECIDE),
            "together": changeset.label
            and Changeset.objects.proposed()
            .visible_to(request.user)
            .filter(label=changeset.label)
            .exclude(pk=changeset.pk)
            .count(),
            "comments": comments,
            "may_answer": changeset.author_id == request.user.pk and any(r.asks for r in comments),
            "asks_in_vain": not settings.EMAIL_SENT
            and changeset.author is not None
            and not changeset.author.is_staff,
            # Whoever was overtaken reads their own words again, also where there is no field left.
            "typed_in_vain": [
                text for text in map(request.POST.get, ("decision", "comment")) if text
            ],
            "assignment": assignment_state(request, "proposal", changeset.pk),
            "warnings": [
                *warned_of([changeset], request.user).values(),
                *(_look_alikes(changeset) if can(request.user, Right.DECIDE) else ()),
            ],
            "to_review": to_review().filter(pk=changeset.pk).exists(),
            "back": back_to(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/proposal.html", context)

    def _next(self, request: HttpRequest, changeset: Changeset) -> str:
        """Return where a decision leads: to the queue; a question or an answer, to the proposal."""
        if "_ask" in request.POST or "_answer" in request.POST:
            return reverse("admin:orgs_changeset_change", args=(changeset.pk,)) + "#questions"
        return back_to(request)

    def _decided(self, request: HttpRequest, changeset: Changeset, form: DecisionForm) -> bool:
        """Do what the pressed button says. Returns whether it could be done."""
        given, pressed = form.cleaned_data, request.POST
        outcome, words = "", ""
        try:
            if "_reject" in pressed:
                changeset.reject(request.user, given["decision"])
                outcome, words = "rejected", changeset.decision
                said = gettext("Rejected: proposal %(proposal)s.") % {"proposal": changeset.pk}
            elif "_ask" in pressed:
                outcome, words = (
                    "asked",
                    Comment.ask(changeset, request.user, given["comment"]).text,
                )
                said = gettext("Question sent. The proposal waits for the answer.")
            elif "_answer" in pressed:
                Comment.answer(changeset, request.user, given["comment"])
                said = gettext("Answer sent. The proposal is waiting for a decision.")
            elif "_accept_part" in pressed:
                rest = changeset.accept_part(request.user, form.picked())
                outcome = "accepted"
                said = gettext("Accepted in part as change %(number)s.") % {
                    "number": changeset.number
                }
                if rest.pk != changeset.pk:
                    outcome = "in_part"
                    said += " " + gettext("The rest is waiting as proposal %(proposal)s.") % {
                        "proposal": rest.pk
                    }
            elif "_seen" in pressed and changeset.number is not None:
                Review.mark(changeset, request.user)
                said = gettext("Noted that %(change)s was seen.") % {"change": changeset}
            elif "_accept" in pressed:
                changeset.accept(request.user)
                outcome = "accepted"
                said = gettext("Accepted as change %(number)s.") % {"number": changeset.number}
            else:
                raise ValidationError(
                    gettext("Choose what to do: accept, accept in part, ask, or reject.")
                )
        except ValidationError as refused:
            field = {"_reject": "decision"}
            if changeset.author_id is not None:
                field |= {"_ask": "comment", "_answer": "comment"}
            form.add_error(next((field[one] for one in field if one in pressed), None), refused)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        if changeset.number is not None:
            start_awaited_claims(changeset)
            note_change(changeset, request.user)
        if outcome in ("accepted", "in_part", "rejected"):
            note_decision(request.user)
        messages.success(request, said)
        if outcome:
            try:
                tell_author(changeset, outcome, request.user, words)
            except NotSent:
                messages.warning(request, gettext("The message about it could not be sent."))
        return True

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Undo an accepted change, once what that would do has been seen."""
        changeset = _changeset_or_404(number, request)
        if changeset.number is None:
            raise Http404("Only an accepted change can be undone.")
        undoes = gettext("Undoes change %(number)s.") % {"number": changeset.number}
        form = ReasonForm(request.POST or {"reason": undoes})
        return decide(
            request,
            title=gettext("Undo change %(number)s") % {"number": changeset.number},
            form=form,
            write=lambda given: changeset.revert(reason=given["reason"]),
            back=reverse("admin:orgs_changeset_change", args=(changeset.pk,)),
            opts=self.opts,
            of_changeset=changeset,
        )

    def redact_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Erase the reason of an accepted change: it names somebody who must not be named."""
        change = _changeset_or_404(number, request)
        # Who was overtaken reads their words again.
        done = change.reason_redacted and request.method != "POST"
        if change.number is None or done or not can(request.user, Right.DECIDE):
            raise Http404("Only a moderator removes the reason of an accepted change, and once.")

        def write(given: dict) -> Changeset:
            redaction = Changeset(reason=given["reason"])
            redaction.redact_reason(change)
            return redaction

        return decide(
            request,
            title=gettext("Remove the reason of change %(number)s") % {"number": change.number},
            form=ReasonForm(request.POST or {"reason": gettext("The reason was removed.")}),
            write=write,
            back=reverse("admin:orgs_changeset_change", args=(change.pk,)),
            opts=self.opts,
            of_changeset=change,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A proposal is its own history."""
        return HttpResponseRedirect(reverse("admin:orgs_changeset_change", args=(object_id,)))


def _look_alikes(changeset: Changeset) -> list[str]:
    """Return what to say of names in a proposal that could be taken for another's."""
    names = contents_of([changeset])[changeset.pk].get("adds", {}).get("name", ())
    return list(look_alike_warnings(row["text"] for row in names))


def _steps_by_now(changeset: Changeset, request: HttpRequest) -> list[Step]:
    """Return what a proposal would do; what others changed since in other parts is kept.

    It is shown so, and written so only when it is accepted: looking changes nothing.
    """
    if changeset.state != Changeset.State.PROPOSED or not can(request.user, Right.DECIDE):
        return steps_of(
            changeset, request
        )  # as it was written: what others wrote since is not theirs
    before = changeset.operations.get("retires", {})
    changeset.operations = changeset.rebased_operations()
    steps = steps_of(changeset, request)
    moved = {
        f"retires:{kind}:{number}"
        for kind, numbers in changeset.operations.get("retires", {}).items()
        for number in set(numbers) - set(before.get(kind, ()))
    }
    for step in steps:
        step.merged = not moved.isdisjoint(step.picks)
    return steps


def _changeset_or_404(number: int | str, request: HttpRequest) -> Changeset:
    """Return a proposal that the account may read. Raises Http404 if there is none."""
    changesets = Changeset.objects.select_related("author", "decided_by", "reverts", "part_of")
    changeset = changesets.visible_to(request.user).filter(pk=number_of(number) or 0).first()
    if changeset is None:
        raise Http404("There is no such proposal.")
    return changeset
