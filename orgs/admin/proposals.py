"""Admin pages whose Save button writes one proposal with only the changed values."""

import copy
import uuid
from collections.abc import Iterable
from itertools import chain
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

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.records.characters import invisible_error
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.review.choices import load_objects, parse_number, reference_field
from orgs.review.correction_views import current_correction, resolve_correction
from orgs.review.queue import queue_url
from orgs.review.submission import (
    AlreadySubmitted,
    ReasonForm,
    report_submission,
    submission_key,
    submit,
)

from .base import EditorPermissions, UnloggedAdmin
from .form_renderer import FastFormRenderer


class NormalizedTextField(forms.CharField):
    """Text whose line ends are normalized: browsers differ, which is no change."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


TEXT_FIELD_OVERRIDES: dict[Any, dict[str, Any]] = {
    models.SlugField: {"widget": AdminTextInputWidget},
    models.CharField: {"form_class": NormalizedTextField},
    models.TextField: {
        "form_class": NormalizedTextField,
        "widget": AdminTextareaWidget(attrs={"rows": 2}),
    },
}


class ConflictCheckingForm(forms.ModelForm):
    """A form that sends back the values its editor saw, to detect changes by others.

    Untouched fields are not written. Where another person has changed the same field since, the
    form shows both texts and refuses to save.
    """

    data: Any

    account: Any = None
    """The editor: set by the page."""
    _errors: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.original = copy.copy(self.instance)
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        self.columns = [name for name in self.fields if name in columns]
        for name in self.columns:
            self.fields[name].show_hidden_initial = not self.instance._state.adding

    def clean(self) -> dict[str, Any]:
        """Reject fields that have changed since the editor opened the form."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.changed_data:
            field = self.fields[name]
            text = cleaned.get(name)
            if isinstance(text, str) and (problem := invisible_error(text, long=True)):
                self.add_error(name, problem)
            if not field.show_hidden_initial:
                continue
            hidden, key = field.hidden_widget(), self.add_initial_prefix(name)
            current = self.get_initial_for_field(field, name)
            if field.has_changed(current, hidden.value_from_datadict(self.data, self.files, key)):
                current_input = hidden.format_value(field.prepare_value(current))
                self.data[key] = "" if current_input is None else current_input
                self.add_error(name, conflict_message(self.current_text(name), self[name].data))
        return cleaned

    def _post_clean(self) -> None:
        """Drop errors about values taken by rows that the account may not read.

        They would reveal that those rows exist. The ledger reports the clash to the moderator who
        decides.
        """
        super()._post_clean()  # type: ignore[misc]
        meta = self._meta.model._meta
        for column in (field.name for field in meta.concrete_fields if field.unique):
            if self._drop_errors(column, (column,)):
                self.cleaned_data[column] = getattr(self.instance, column)
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                sentence = str(constraint.violation_error_message)
                self._drop_errors(NON_FIELD_ERRORS, constraint.fields, sentence)

    def _drop_errors(self, name: str, columns: Iterable[str], sentence: str = "") -> bool:
        """Drop errors about a duplicate in these columns that the account may not read.

        They have the sentence of a constraint, or the code of Django for a unique column. Returns
        whether there were any.
        """
        errors = self._errors.get(name)
        found = errors.as_data() if errors else []
        kept = [
            error
            for error in found
            if not (sentence in error.messages if sentence else error.code == "unique")
        ]
        if len(kept) == len(found) or self._can_read_duplicate(columns):
            return False
        errors.data = kept
        if not kept:
            del self._errors[name]
        return True

    def _can_read_duplicate(self, names: Iterable[str]) -> bool:
        """Whether the account may read another row with the same values in these columns."""
        rows: Any = self._meta.model._default_manager
        values = {name: getattr(self.instance, name) for name in names}
        others = rows.visible_to(self.account).filter(**values)
        if not self.original._state.adding:
            others = others.exclude(pk=self.original.pk)
        return others.exists()

    def current_text(self, name: str) -> str:
        display = getattr(self.original, f"get_{name}_display", None)
        value = (
            display() if display else self.fields[name].prepare_value(getattr(self.original, name))
        )
        return "" if value is None else str(value)

    def changed_values(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name]
            for name in self.changed_data
            if name in self.columns and name in self.cleaned_data
        }


def conflict_message(current: str, typed: object) -> str:
    return gettext(
        "Another person changed this before you. It now says “%(now)s”. You typed "
        "“%(typed)s”. Save again to replace it with yours."
    ) % {"now": current, "typed": typed}


class ProposalForm(ConflictCheckingForm):
    """The form of a page: the values, the reason, and a token that makes it count once."""

    reason = copy.deepcopy(ReasonForm.base_fields["reason"])
    reason.required = False
    token = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    ledger_errors: list[str] = []
    default_reason = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("reason", self.default_reason)

    def clean(self) -> dict[str, Any]:
        """Add the errors of the ledger."""
        cleaned = super().clean()
        for message in self.ledger_errors:
            self.add_error(None, message)
        return cleaned


class RowFormSet(BaseInlineFormSet):
    """Rows that may have been removed since the page was opened; none is dropped silently.

    Django's formsets skip a missing row and save the others.
    """

    # Set by the factory that makes the class, and by the page.
    model: Any
    fk: Any
    data: Any
    initial_forms: Any
    request: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs["instance"]._state.adding:
            # Until it is saved, the primary key is only the next number of the sequence.
            kwargs["instance"].pk = None
        super().__init__(*args, **kwargs)
        self.form_renderer = FastFormRenderer()
        # Django's admin looks up the primary key field under this name.
        self._pk_field = self.model._meta.pk

    def get_queryset(self) -> Any:
        """The current rows; for a submitted form the rows it names, in its order.

        A blank instance stands for a row that is not about this record, so that it is still shown.
        """
        if not hasattr(self, "_rows"):
            if self.instance._state.adding:
                readable = self.model._default_manager.none()
            else:
                readable = self.model._default_manager.visible_to(self.request.user).filter(
                    **{self.fk.name: self.instance}
                )
            if self.is_bound:
                count = min(self.initial_form_count(), self.total_form_count())
                sent = [
                    parse_number(self.data.get(f"{self.add_prefix(i)}-id")) for i in range(count)
                ]
                found_rows = readable.in_bulk([number for number in sent if number is not None])
                self._rows = [found_rows.get(number) or self.model(pk=None) for number in sent]
            else:
                self._rows = list(self.current_rows(readable))
        return self._rows

    def current_rows(self, rows):
        """The rows that a newly opened page shows."""
        return rows

    def add_fields(self, form: Any, index: int | None) -> None:
        """Accept any primary key: whether the rows still exist is checked once for all.

        Django's own fields would each prepare a query.
        """
        BaseFormSet.add_fields(self, form, index)
        number = None if form.instance._state.adding else form.instance.pk
        form.fields["id"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=number
        )
        form.fields[self.fk.name] = InlineForeignKeyField(self.instance, label=self.fk.name)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Accept rows without a primary key: a retired statement can be added again."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.fields["id"].required = False
        return form

    @cached_property
    def empty_form(self) -> Any:
        """Cached: Django makes it anew each time."""
        return super().empty_form

    def is_removed(self, form: Any) -> bool:
        """Whether the editor ticked the box that retires or removes a row."""
        return bool(form.cleaned_data.get("DELETE"))

    def is_missing(self, form: forms.ModelForm) -> bool:
        """Whether a row names an object that has been removed or belongs to another page."""
        return form.instance._state.adding and bool(form["id"].data)

    def write(self, changeset: Changeset, parent: Any) -> None:
        raise NotImplementedError


class ProposalAdmin(EditorPermissions, UnloggedAdmin):
    """A page where each save is one proposal, and an unchanged save is none."""

    form = ProposalForm
    formfield_overrides = TEXT_FIELD_OVERRIDES
    show_full_result_count = False
    list_per_page = 50

    def write(self, changeset: Changeset, form: ProposalForm, formsets: list, change: bool) -> None:
        raise NotImplementedError

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Save the page, or show it again with the errors of the ledger."""
        request.preloaded = load_objects(
            [*request.POST.values(), *self.referenced_ids(object_id)], request
        )
        request.places = ProposedPlaces()
        if request.method == "POST":
            request.POST = request.POST.copy()
            request.key = submission_key(request)
            sent = Changeset.objects.filter(key=request.key).first()
            if sent is not None:
                return self.respond(request, sent)
            if "_more" in request.POST:
                self.add_blank_row(request)
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except Conflict as conflict:
                request.ledger_errors = [str(conflict)]
            except ValidationError as error:
                request.ledger_errors = error.messages
            except AlreadySubmitted:
                return self.respond(request, Changeset.objects.get(key=request.key))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def add_blank_row(self, request: Any) -> None:
        """Show the form again with one more row, for editors without JavaScript."""
        prefix = request.POST["_more"]
        count = parse_number(request.POST.get(f"{prefix}-TOTAL_FORMS"))
        if count is None or count >= 1000:
            return
        request.POST[f"{prefix}-TOTAL_FORMS"] = str(count + 1)
        for name, value in self.blank_row(prefix).items():
            if value is not False:
                text = "on" if value is True else "" if value is None else str(value)
                request.POST[f"{prefix}-{count}-{name}"] = text
                request.POST[f"initial-{prefix}-{count}-{name}"] = text
        request.ledger_errors = [gettext("A new empty row was added. Nothing has been saved yet.")]

    def blank_row(self, prefix: str) -> dict[str, Any]:
        """The initial values of a new row."""
        return {}

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Pass the account, the ledger's errors and the default reason to the form."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.ledger_errors = getattr(request, "ledger_errors", [])
        form.account = request.user
        correction = current_correction(request)
        if correction is not None:
            form.default_reason = gettext("A reader sent %(correction)s.") % {
                "correction": correction
            }
        return form

    def referenced_ids(self, object_id: str | None) -> set[int]:
        """The primary keys of all objects that the page refers to when it opens."""
        return set()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Use autocomplete for records, sources and terms."""
        return reference_field_for(self, db_field, request) or (
            super().formfield_for_dbfield(db_field, request, **kwargs)
        )

    def save_model(self, request, obj, form, change) -> None:
        """Do nothing: only changesets change the catalogue."""

    def save_related(self, request, form, formsets, change) -> None:
        changeset = Changeset(key=request.key, reason=form.cleaned_data["reason"])
        self.write(changeset, form, formsets, change)
        request.places.create(chain.from_iterable(changeset.operations.adds.values()))
        request.changeset = None if changeset.is_empty() else submit(request, changeset)
        resolve_correction(request, request.changeset)

    def construct_change_message(self, request, form, formsets, add=False):
        """No message: the proposal says what changed."""
        return []

    def response_add(self, request, obj, post_url_continue=None) -> HttpResponse:
        return self.respond(request, request.changeset, obj)

    def response_change(self, request, obj) -> HttpResponse:
        return self.respond(request, request.changeset, obj)

    def respond(self, request, changeset: Changeset | None, obj: Any = None) -> HttpResponse:
        """Report the outcome, and redirect to where the pressed button leads."""
        report_submission(request, changeset)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if "_addanother" in request.POST:
            return HttpResponseRedirect(reverse(f"{name}_add"))
        still_there = self.model._default_manager.filter(pk=obj.pk) if obj else None
        if still_there and "_continue" in request.POST:
            return HttpResponseRedirect(reverse(f"{name}_change", args=(obj.pk,)))
        if request.GET.get("correction"):
            return HttpResponseRedirect(queue_url(request))
        return self.response_post_save_change(request, obj)


def reference_field_for(model_admin, db_field, request: Any):
    """The form field of a column that refers to a record, source or term; None for others."""
    if not db_field.is_relation or db_field.remote_field.model not in (Record, Source, Term):
        return None
    return reference_field(
        db_field, model_admin.admin_site, request.preloaded, request.user, request.places
    )
