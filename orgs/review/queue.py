"""The queue: letters that wait for a decision, and what became of those decided."""

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

from orgs.changes.changeset import Changeset, Conflict
from orgs.claims.registration import taken_up
from orgs.matching.look_alikes import warnings_about
from orgs.messaging import NotSent
from orgs.records.characters import MessageField

from .bulk import note_change, note_decision
from .choices import called, known, label, number_of
from .comment import Remark
from .desk import Open, ReasonForm, RejectionForm, Unlogged, WaitingFirst, decide, may_accept
from .imports import import_view
from .outcomes import tell_author
from .reading_log import note_proposals
from .remarks import with_last_word
from .review import Review, to_review
from .steps import Step, steps_of
from .undoing import undo_account_view
from .unlisted import contents_of, warned_of
from .waiting import back_to, held, queue_of, taken


class StateFilter(WaitingFirst):
    """Where the letter is."""

    states = [one for one in Changeset.State.choices if one[0] != Changeset.State.PROPOSED]
    waits = "proposed"


class QuestionFilter(admin.SimpleListFilter):
    """Whether somebody waits for an answer about the letter."""

    title = gettext_lazy("questions")
    parameter_name = "asked"

    def lookups(self, request, model_admin):
        """Return who is to speak next."""
        return [("open", gettext("waits for its author")), ("answered", gettext("answered"))]

    def queryset(self, request, queryset: Any) -> QuerySet:
        """Return the letters about which the last word is a question, or an answer."""
        if self.value() not in ("open", "answered"):
            return queryset
        return queryset.filter(asked=self.value() == "open")


def asked_of(account: Any) -> list[Changeset]:
    """Return the waiting letters of this account about which a question is open, with it."""
    readable = Changeset.objects.proposed().visible_to(account)
    own = with_last_word(readable.filter(author=account)).defer("letter")
    last = Remark.objects.last_of("pk")
    return list(own.filter(asked=True).annotate(question=Subquery(last.values("text")[:1])))


class DecisionForm(RejectionForm):
    """What is decided about a letter."""

    chosen = forms.MultipleChoiceField(required=False, label="")  # each step has its own
    remark = MessageField(
        label=gettext_lazy("Question or answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "q"}),
        help_text=gettext_lazy("Read by editors only, never public. The letter waits meanwhile."),
    )

    def __init__(self, *args: Any, letter: Changeset, steps: list[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = letter.letter
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
                        "A step that you chose speaks of something that another step makes. "
                        "Choose that step too."
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
    """Letters: those that wait first, each with what it would change in plain words."""

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
        """Nobody: letters are written on the pages of what they change."""
        return False

    def get_queryset(self, request) -> QuerySet:
        """Return the letters without their contents, which may be long."""
        letters: Any = super().get_queryset(request)
        letters = letters.visible_to(request.user).defer("letter")
        return with_last_word(letters.annotate(speaks_for=called("on_behalf_id", request.user)))

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        """Show the list."""
        answer: Any = super().changelist_view(request, extra_context)
        changelist = (getattr(answer, "context_data", None) or {}).get("cl")
        if changelist is not None:
            note_proposals(request, [one.pk for one in changelist.result_list])
        return answer

    @admin.display(description=gettext_lazy("letter"), ordering="id")
    def which(self, letter: Changeset) -> str:
        """Return how the letter is called."""
        return capfirst(str(letter))

    @admin.display(description=gettext_lazy("why"))
    def why(self, letter: Changeset) -> str:
        """Return why it was written, and what it is part of."""
        return " · ".join(filter(None, (letter.reason, letter.label))) or gettext(
            "No reason was given."
        )

    @admin.display(description=gettext_lazy("questions"))
    def talk(self, letter: Any) -> str:
        """Return who is to speak next about the letter, if anybody has asked."""
        return {True: gettext("waits for its author"), False: gettext("answered")}.get(
            letter.asked, ""
        )

    @admin.display(description=gettext_lazy("proposed"), ordering="proposed_at")
    def day(self, letter: Changeset) -> str:
        """Return the day on which it was proposed."""
        return date_format(letter.proposed_at, "DATE_FORMAT") if letter.proposed_at else ""

    @admin.display(description=gettext_lazy("on behalf of"), empty_value="")
    def speaker(self, letter: Any) -> str:
        """Return the body for which the letter speaks."""
        return letter.speaks_for

    def get_urls(self) -> list:
        """Return the addresses of the queue and of undoing, before those of the letters."""
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
        """Show all that waits: letters, imports and corrections, what is urgent first."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What waits"),
            "queue": queue_of(request),
            "may_decide": may_accept(request.user),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/queue.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show what a letter would change, and take the decision, the question or the answer."""
        letter = _letter_or_404(object_id, request)
        if request.method == "POST" and (
            "_accept" in request.POST or "_accept_part" in request.POST
        ):
            if not may_accept(request.user):
                raise PermissionDenied(
                    gettext("Only editors who may accept letters decide about them.")
                )
            letter.rebase()
        steps = _steps_by_now(letter, request)
        form = DecisionForm(request.POST or None, letter=letter, steps=steps)
        if request.method == "POST":
            if taken(request, "letter", letter.pk):
                return HttpResponseRedirect(request.get_full_path())
            own = letter.author_id == request.user.pk and "_answer" in request.POST
            if not may_accept(request.user) and not own:
                raise PermissionDenied(
                    gettext("Only editors who may accept letters decide about them.")
                )
            if form.is_valid() and self._decided(request, letter, form):
                return HttpResponseRedirect(self._next(request, letter))
            letter = _letter_or_404(object_id, request)
            steps = _steps_by_now(letter, request)
        talks = may_accept(request.user) or letter.author_id == request.user.pk
        remarks = list(Remark.objects.about(letter)) if talks else []
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(letter)),
            "letter": letter,
            "speaks_for": next(map(label, known([letter.on_behalf_id], request).values()), ""),
            "steps": steps,
            "form": form,
            "chosen": request.POST.getlist("chosen"),
            "waits": letter.state == Changeset.State.PROPOSED,
            "may_accept": may_accept(request.user),
            "together": letter.label
            and Changeset.objects.proposed()
            .visible_to(request.user)
            .filter(label=letter.label)
            .exclude(pk=letter.pk)
            .count(),
            "remarks": remarks,
            "may_answer": letter.author_id == request.user.pk and any(r.asks for r in remarks),
            "asks_in_vain": not settings.EMAIL_SENT
            and letter.author is not None
            and not letter.author.is_staff,
            # Whoever was overtaken reads their own words again, also where there is no field left.
            "typed_in_vain": [
                text for text in map(request.POST.get, ("decision", "remark")) if text
            ],
            "held": held(request, "letter", letter.pk),
            "warnings": [
                *warned_of([letter], request.user).values(),
                *(_look_alikes(letter) if may_accept(request.user) else ()),
            ],
            "to_review": to_review().filter(pk=letter.pk).exists(),
            "back": back_to(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/letter.html", context)

    def _next(self, request: HttpRequest, letter: Changeset) -> str:
        """Return where a decision leads: to the queue; a question or an answer, to the letter."""
        if "_ask" in request.POST or "_answer" in request.POST:
            return reverse("admin:orgs_changeset_change", args=(letter.pk,)) + "#questions"
        return back_to(request)

    def _decided(self, request: HttpRequest, letter: Changeset, form: DecisionForm) -> bool:
        """Do what the pressed button says. Returns whether it could be done."""
        given, pressed = form.cleaned_data, request.POST
        outcome, words = "", ""
        try:
            if "_reject" in pressed:
                letter.reject(request.user, given["decision"])
                outcome, words = "rejected", letter.decision
                said = gettext("Rejected: letter %(letter)s.") % {"letter": letter.pk}
            elif "_ask" in pressed:
                outcome, words = "asked", Remark.ask(letter, request.user, given["remark"]).text
                said = gettext("Asked. The letter waits for the answer.")
            elif "_answer" in pressed:
                Remark.answer(letter, request.user, given["remark"])
                said = gettext("Answered. The letter waits for a decision.")
            elif "_accept_part" in pressed:
                rest = letter.accept_part(request.user, form.picked())
                outcome = "accepted"
                said = gettext("Accepted in part as change %(number)s.") % {"number": letter.number}
                if rest.pk != letter.pk:
                    outcome = "in_part"
                    said += " " + gettext("The rest waits as letter %(letter)s.") % {
                        "letter": rest.pk
                    }
            elif "_seen" in pressed and letter.number is not None:
                Review.mark(letter, request.user)
                said = gettext("Noted that %(change)s was seen.") % {"change": letter}
            elif "_accept" in pressed:
                letter.accept(request.user)
                outcome = "accepted"
                said = gettext("Accepted as change %(number)s.") % {"number": letter.number}
            else:
                raise ValidationError(
                    gettext("Choose what to do: accept, accept in part, ask, or reject.")
                )
        except ValidationError as refused:
            field = {"_reject": "decision"}
            if letter.author_id is not None:
                field |= {"_ask": "remark", "_answer": "remark"}
            form.add_error(next((field[one] for one in field if one in pressed), None), refused)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        if letter.number is not None:
            taken_up(letter)
            note_change(letter, request.user)
        if outcome in ("accepted", "in_part", "rejected"):
            note_decision(request.user)
        messages.success(request, said)
        if outcome:
            try:
                tell_author(letter, outcome, request.user, words)
            except NotSent:
                messages.warning(request, gettext("The message about it could not be sent."))
        return True

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Undo an accepted change, once what that would do has been seen."""
        letter = _letter_or_404(number, request)
        if letter.number is None:
            raise Http404("Only an accepted change can be undone.")
        undoes = gettext("Undoes change %(number)s.") % {"number": letter.number}
        form = ReasonForm(request.POST or {"reason": undoes})
        return decide(
            request,
            title=gettext("Undo change %(number)s") % {"number": letter.number},
            form=form,
            write=lambda given: letter.reverted(reason=given["reason"]),
            back=reverse("admin:orgs_changeset_change", args=(letter.pk,)),
            opts=self.opts,
            of_letter=letter,
        )

    def redact_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Erase the reason of an accepted change: it names somebody who must not be named."""
        change = _letter_or_404(number, request)
        # Who was overtaken reads their words again.
        done = change.reason_redacted and request.method != "POST"
        if change.number is None or done or not may_accept(request.user):
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
            of_letter=change,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A letter is its own history."""
        return HttpResponseRedirect(reverse("admin:orgs_changeset_change", args=(object_id,)))


def _look_alikes(letter: Changeset) -> list[str]:
    """Return what to say of names in a proposal that could be taken for another's."""
    names = contents_of([letter])[letter.pk].get("adds", {}).get("name", ())
    return list(warnings_about(row["text"] for row in names))


def _steps_by_now(letter: Changeset, request: HttpRequest) -> list[Step]:
    """Return what a letter would do; what others changed since in other parts is kept.

    It is shown so, and written so only when it is accepted: looking changes nothing.
    """
    if letter.state != Changeset.State.PROPOSED or not may_accept(request.user):
        return steps_of(letter, request)  # as it was written: what others wrote since is not theirs
    before = letter.letter.get("retires", {})
    letter.letter = letter.standing_on_now()
    steps = steps_of(letter, request)
    moved = {
        f"retires:{kind}:{number}"
        for kind, numbers in letter.letter.get("retires", {}).items()
        for number in set(numbers) - set(before.get(kind, ()))
    }
    for step in steps:
        step.merged = not moved.isdisjoint(step.picks)
    return steps


def _letter_or_404(number: int | str, request: HttpRequest) -> Changeset:
    """Return a letter that the account may read. Raises Http404 if there is none."""
    letters = Changeset.objects.select_related("author", "decided_by", "reverts", "part_of")
    letter = letters.visible_to(request.user).filter(pk=number_of(number) or 0).first()
    if letter is None:
        raise Http404("There is no such letter.")
    return letter
