"""Pages whose Save button writes one proposal: what was typed, and nothing that was not."""

import copy
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.formsets import BaseFormSet
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset, Conflict
from orgs.records.characters import invisible_error
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term

from .admin_base import Open, Unlogged
from .choices import choice, known, number_of
from .correction_admin import asked_for, taken_up
from .form_renderer import Drawing
from .queue import back_to
from .submission import AlreadySent, ReasonForm, key_of, send, tell


class Words(forms.CharField):
    """Text as people type it. Browsers end lines in their own way, which changes no text."""

    def to_python(self, value: Any) -> str:
        """Return the text, each line ended in one way."""
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the text is another one."""
        return super().has_changed(self.to_python(initial), data)


WORDS: dict[Any, dict[str, Any]] = {
    models.SlugField: {"widget": AdminTextInputWidget},
    models.CharField: {"form_class": Words},
    models.TextField: {"form_class": Words, "widget": AdminTextareaWidget(attrs={"rows": 2})},
}
"""The form fields of columns that hold text."""


class RememberingForm(forms.ModelForm):
    """A form that sends back what its reader saw, so that nothing is undone unseen.

    What the editor left alone is not written at all; what somebody else changed since is refused
    where both changed it, with both texts.
    """

    data: Any

    account: Any = None
    """Who fills it in: set by the page."""
    _errors: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was = copy.copy(self.instance)
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        self.columns = [name for name in self.fields if name in columns]
        for name in self.columns:
            self.fields[name].show_hidden_initial = not self.instance._state.adding

    def clean(self) -> dict[str, Any]:
        """Refuse to change what is no longer as the editor saw it."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.changed_data:
            field = self.fields[name]
            text = cleaned.get(name)
            if isinstance(text, str) and (fault := invisible_error(text, long=True)):
                self.add_error(name, fault)
            if not field.show_hidden_initial:
                continue
            hidden, key = field.hidden_widget(), self.add_initial_prefix(name)
            now = self.get_initial_for_field(field, name)
            if field.has_changed(now, hidden.value_from_datadict(self.data, self.files, key)):
                shown = hidden.format_value(field.prepare_value(now))
                self.data[key] = "" if shown is None else shown
                self.add_error(name, both_texts(self.now_as_text(name), self[name].data))
        return cleaned

    def _post_clean(self) -> None:
        """Refuse what is taken, unless by what the account may not read: that would tell of it.

        The moderator who decides is told by the ledger.
        """
        super()._post_clean()  # type: ignore[misc]
        meta = self._meta.model._meta
        alone = [((one.name,), None) for one in meta.concrete_fields if one.unique]
        rules = [one for one in meta.constraints if isinstance(one, models.UniqueConstraint)]
        for names, rule in (*alone, *((one.fields, one) for one in rules)):
            refused = self._errors.get(names[0] if rule is None else NON_FIELD_ERRORS)
            told = None if rule is None else str(rule.violation_error_message)
            ours = [
                error
                for error in (refused.as_data() if refused else ())
                if (error.code == "unique" if rule is None else told in error.messages)
            ]
            if not ours or self._reads_what_has(names):
                continue
            refused.data = [error for error in refused.as_data() if error not in ours]
            if not refused.data:
                del self._errors[names[0] if rule is None else NON_FIELD_ERRORS]
            if rule is None:
                self.cleaned_data[names[0]] = getattr(self.instance, names[0])

    def _reads_what_has(self, names: Iterable[str]) -> bool:
        """Whether the account may read another row with the same values in these columns."""
        rows: Any = self._meta.model._default_manager
        values = {name: getattr(self.instance, name) for name in names}
        others = rows.visible_to(self.account).filter(**values)
        if not self.was._state.adding:
            others = others.exclude(pk=self.was.pk)
        return others.exists()

    def now_as_text(self, name: str) -> str:
        """Return what the catalogue says by now, as a person reads it."""
        shown = getattr(self.was, f"get_{name}_display", None)
        value = shown() if shown else self.fields[name].prepare_value(getattr(self.was, name))
        return "" if value is None else str(value)

    def after(self) -> dict[str, Any]:
        """Return the columns that the editor changed, with their new values."""
        return {
            name: self.cleaned_data[name]
            for name in self.changed_data
            if name in self.columns and name in self.cleaned_data
        }


def both_texts(now: str, typed: object) -> str:
    """Return what an editor reads whose text was overtaken by somebody else's."""
    return gettext(
        "Another person changed this before you. It now says “%(now)s”. You typed "
        "“%(typed)s”. Save again to replace it with yours."
    ) % {"now": now, "typed": typed}


class ProposalForm(RememberingForm):
    """The form of a whole page: what it changes, why, and a token that makes it count once."""

    reason = copy.deepcopy(ReasonForm.base_fields["reason"])
    reason.required = False
    token = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    refusal: list[str] = []
    why = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("reason", self.why)

    def clean(self) -> dict[str, Any]:
        """Say what the ledger said when it was tried."""
        cleaned = super().clean()
        for said in self.refusal:
            self.add_error(None, said)
        return cleaned


class RowFormSet(BaseInlineFormSet):
    """Rows of things that may have gone since the page was opened: none is dropped unseen.

    Stock formsets forget a row that is no longer there, and save the others as if all were well.
    """

    # Told by the factory that makes the class, and by the page whose form was sent.
    model: Any
    fk: Any
    data: Any
    request: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs["instance"]._state.adding:
            # The next number of the sequence stands here until then, and names nothing.
            kwargs["instance"].pk = None
        super().__init__(*args, **kwargs)
        self.form_renderer = Drawing()
        # By this name the desk asks for the field that holds a row's number.
        self._pk_field = self.model._meta.pk

    def get_queryset(self) -> Any:
        """Return the rows: those in use; of a sent form those it names, in its order.

        For what is not about this record a blank stands, so that its row is still shown.
        """
        if not hasattr(self, "_rows"):
            if self.instance._state.adding:
                about = self.model._default_manager.none()
            else:
                about = self.model._default_manager.visible_to(self.request.user).filter(
                    **{self.fk.name: self.instance}
                )
            if self.is_bound:
                count = min(self.initial_form_count(), self.total_form_count())
                sent = [number_of(self.data.get(f"{self.add_prefix(i)}-id")) for i in range(count)]
                there = about.in_bulk([number for number in sent if number is not None])
                self._rows = [there.get(number) or self.model(pk=None) for number in sent]
            else:
                self._rows = list(self.in_use(about))
        return self._rows

    def in_use(self, rows):
        """Return the rows that a fresh page shows."""
        return rows

    def add_fields(self, form: Any, index: int | None) -> None:
        """Let the number of a row be any number: whether it is still there is asked once.

        Django's own fields would each prepare a query for it.
        """
        BaseFormSet.add_fields(self, form, index)
        number = None if form.instance._state.adding else form.instance.pk
        form.fields["id"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=number
        )
        form.fields[self.fk.name] = InlineForeignKeyField(self.instance, label=self.fk.name)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Let a row be without a number: what was retired meanwhile can be said anew."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.fields["id"].required = False
        return form

    @cached_property
    def empty_form(self) -> Any:
        """Return the row that "Add another" copies. Django makes it anew whenever it is asked."""
        return super().empty_form

    def old_rows(self) -> list[Any]:
        """Return the forms of what was on the page when it was opened."""
        return self.initial_forms

    def rows(self) -> list[Any]:
        """Return the forms of all rows."""
        return self.forms

    def is_ticked(self, form: Any) -> bool:
        """Whether the editor ticked the box that retires or removes a row."""
        return bool(form.cleaned_data.get("DELETE"))

    def is_lost(self, form: forms.ModelForm) -> bool:
        """Whether a row names something that is not here: removed since, or of another page."""
        return form.instance._state.adding and bool(form["id"].data)

    def write(self, changeset: Changeset, parent: Any) -> None:
        """Write into the proposal what was typed into the rows."""
        raise NotImplementedError


class ProposalAdmin(Open, Unlogged):
    """A page on which one save is one proposal, and an unchanged one none."""

    form = ProposalForm
    formfield_overrides = WORDS
    show_full_result_count = False
    list_per_page = 50

    def write(self, changeset: Changeset, form: ProposalForm, formsets: list, change: bool) -> None:
        """Write into the proposal what was typed."""
        raise NotImplementedError

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show the page; save what was typed, or show it again with what stands against it."""
        request.known = known([*request.POST.values(), *self.mentioned(object_id)], request)
        if request.method == "POST":
            request.POST = request.POST.copy()
            request.key = key_of(request)
            sent = Changeset.objects.filter(key=request.key).first()
            if sent is not None:
                return self.answer(request, sent)
            if "_more" in request.POST:
                self.add_blank_row(request)
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except Conflict as conflict:
                request.refusal = [str(conflict)]
            except ValidationError as refused:
                request.refusal = refused.messages
            except AlreadySent:
                return self.answer(request, Changeset.objects.get(key=request.key))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def add_blank_row(self, request: Any) -> None:
        """Show the form again with one more row: for whoever works without our script."""
        prefix = request.POST["_more"]
        count = number_of(request.POST.get(f"{prefix}-TOTAL_FORMS"))
        if count is None or count >= 1000:
            return
        request.POST[f"{prefix}-TOTAL_FORMS"] = str(count + 1)
        for name, value in self.blank_row(prefix).items():
            if value is not False:
                shown = "on" if value is True else "" if value is None else str(value)
                request.POST[f"{prefix}-{count}-{name}"] = shown
                request.POST[f"initial-{prefix}-{count}-{name}"] = shown
        request.refusal = [gettext("A new empty row was added. Nothing has been saved yet.")]

    def blank_row(self, prefix: str) -> dict[str, Any]:
        """Return the values that a new row begins with."""
        return {}

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return the form of the page, with what the ledger said if it was tried."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", [])
        form.account = request.user
        correction = asked_for(request)
        if correction is not None:
            form.why = gettext("A reader sent %(correction)s.") % {"correction": correction}
        return form

    def mentioned(self, object_id: str | None) -> set[int]:
        """Return the numbers of all that the page shows before anything is typed."""
        return set()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Let records, sources and terms be found as one types."""
        return field_for(self, db_field, request) or (
            super().formfield_for_dbfield(db_field, request, **kwargs)
        )

    def save_model(self, request, obj, form, change) -> None:
        """Nothing but a changeset changes the catalogue."""

    def save_related(self, request, form, formsets, change) -> None:
        """Write one proposal of all that was typed, and send it."""
        changeset = Changeset(key=request.key, reason=form.cleaned_data["reason"])
        self.write(changeset, form, formsets, change)
        request.changeset = None if changeset.is_empty() else send(request, changeset)
        taken_up(request, request.changeset)

    def construct_change_message(self, request, form, formsets, add=False):
        """Keep no message: the proposal says what changed."""
        return []

    def response_add(self, request, obj, post_url_continue=None) -> HttpResponse:
        """Say what became of it."""
        return self.answer(request, request.changeset, obj)

    def response_change(self, request, obj) -> HttpResponse:
        """Say what became of it."""
        return self.answer(request, request.changeset, obj)

    def answer(self, request, changeset: Changeset | None, obj: Any = None) -> HttpResponse:
        """Say what became of a save, and lead on to where the pressed button leads."""
        tell(request, changeset)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if "_addanother" in request.POST:
            return HttpResponseRedirect(reverse(f"{name}_add"))
        here = self.model._default_manager.filter(pk=obj.pk) if obj else None
        if here and "_continue" in request.POST:
            return HttpResponseRedirect(reverse(f"{name}_change", args=(obj.pk,)))
        if request.GET.get("correction"):
            return HttpResponseRedirect(back_to(request))
        return self.response_post_save_change(request, obj)


def field_for(screen, db_field, request: Any):
    """Return the form field of a column that points at a record, source or term, else None."""
    if not db_field.is_relation or db_field.remote_field.model not in (Record, Source, Term):
        return None
    return choice(db_field, screen.admin_site, request.known, request.user)
