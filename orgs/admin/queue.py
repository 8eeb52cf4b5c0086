"""The queue: letters that wait for a decision, and what became of those decided."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from orgs.models import Changeset, Conflict

from .choices import called, known, label
from .desk import Open, ReasonForm, Unlogged, decide, may_accept
from .steps import Step, steps_of


class StateFilter(admin.SimpleListFilter):
    """Where the letter is; the list opens on those that wait."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Return the states; the one that waits needs no parameter."""
        return [
            *(choice for choice in Changeset.State.choices if choice[0] != "proposed"),
            ("all", "all"),
        ]

    def choices(self, changelist):
        """Give the links of the filter."""
        for value, title in ((None, "proposed"), *self.lookup_choices):
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value})
                if value
                else changelist.get_query_string(remove=[self.parameter_name]),
                "display": title,
            }

    def queryset(self, request, queryset: Any) -> QuerySet:
        """Return the letters of the chosen state."""
        if self.value() is None:
            return queryset.proposed()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


class DecisionForm(forms.Form):
    """What is decided about a letter."""

    chosen = forms.MultipleChoiceField(required=False)
    decision = forms.CharField(
        label="Why it is rejected",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Its author reads this, so that they can do better.",
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
                    "A step that you chose speaks of something that another step makes. Choose "
                    "that step too."
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

    list_display = ("__str__", "state", "reason", "author", "speaker", "label", "proposed_at")
    list_filter = (StateFilter,)
    list_select_related = ("author",)
    search_fields = ("reason", "label")
    ordering = ("id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody: letters are written on the pages of what they change."""
        return False

    def get_queryset(self, request) -> QuerySet:
        """Return the letters without their contents, which may be long."""
        letters = super().get_queryset(request).defer("letter")
        return letters.annotate(speaks_for=called("on_behalf_id"))

    @admin.display(description="on behalf of")
    def speaker(self, letter: Any) -> str:
        """Return the body for which the letter speaks."""
        return letter.speaks_for

    def get_urls(self) -> list:
        """Return the address of undoing, before those of the letters."""
        undo = self.admin_site.admin_view(self.undo_view)
        return [
            path("<int:number>/undo/", undo, name="orgs_changeset_undo"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show what a letter would change, and take the decision."""
        letter = _letter_or_404(object_id)
        steps = steps_of(letter)
        form = DecisionForm(request.POST or None, letter=letter, steps=steps)
        if request.method == "POST":
            if not may_accept(request.user):
                raise PermissionDenied("Only editors who may accept letters decide about them.")
            if form.is_valid() and self._decided(request, letter, form):
                return HttpResponseRedirect(reverse("admin:orgs_changeset_changelist"))
            letter = _letter_or_404(object_id)
            steps = steps_of(letter)
        context = {
            **self.admin_site.each_context(request),
            "title": str(letter).capitalize(),
            "letter": letter,
            "speaks_for": next(map(label, known([letter.on_behalf_id]).values()), ""),
            "steps": steps,
            "form": form,
            "waits": letter.state == Changeset.State.PROPOSED,
            "may_accept": may_accept(request.user),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/letter.html", context)

    def _decided(self, request: HttpRequest, letter: Changeset, form: DecisionForm) -> bool:
        """Take the decision whose button was pressed. Returns whether it could be taken."""
        try:
            if "_reject" in request.POST:
                letter.reject(request.user, form.cleaned_data["decision"])
                said = f"Rejected: letter {letter.pk}."
            elif "_accept_part" in request.POST:
                rest = letter.accept_part(request.user, form.picked())
                said = f"Accepted in part as change {letter.number}."
                if rest.pk != letter.pk:
                    said += f" The rest waits as letter {rest.pk}."
            elif "_accept" in request.POST:
                letter.accept(request.user)
                said = f"Accepted as change {letter.number}."
            else:
                raise ValidationError("Choose what to do: accept, accept in part, or reject.")
        except ValidationError as refused:
            form.add_error("decision" if "_reject" in request.POST else None, refused)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        messages.success(request, said)
        return True

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Undo an accepted change, once what that would do has been seen."""
        letter = _letter_or_404(number)
        if letter.number is None:
            raise Http404("Only an accepted change can be undone.")
        form = ReasonForm(request.POST or {"reason": f"Undoes change {letter.number}."})
        return decide(
            request,
            title=f"Undo change {letter.number}",
            form=form,
            write=lambda given: letter.reverted(reason=given["reason"]),
            back=reverse("admin:orgs_changeset_change", args=(letter.pk,)),
            opts=self.opts,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A letter is its own history."""
        return HttpResponseRedirect(reverse("admin:orgs_changeset_change", args=(object_id,)))


def _letter_or_404(number: int | str) -> Changeset:
    """Return a letter. Raises Http404 if there is none."""
    letters = Changeset.objects.select_related("author", "decided_by", "reverts", "part_of")
    letter = letters.filter(pk=number).first() if str(number).isdecimal() else None
    if letter is None:
        raise Http404("There is no such letter.")
    return letter
