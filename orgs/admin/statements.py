"""The statements about a record, as rows of its page: one inline for each kind."""

import json
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict, statement_row
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.review.choices import ObjectsById, ReferenceSelect, load_objects
from orgs.review.descriptions import (
    ComparisonRow,
    citation,
    compare,
    describe,
    join_inline,
    own_content,
)
from orgs.review.operation_display import statements_since
from orgs.statements.statement import Statement
from orgs.statements.validation import StatementForm

from .base import EditorPermissions
from .guide import GUIDE
from .proposals import TEXT_FIELD_OVERRIDES, RowFormSet, reference_field_for

TIER_HELP = gettext_lazy(
    "If you change only the visibility, it also applies to earlier times. Hide earlier "
    "wordings on the page “Who may read what”."
)
CONTENT_FIELDS = ("detail", "edtf", "source", "locator")
ATTRIBUTION_FIELDS = (
    "voice",
    "confidence",
    "speaker",
    "speaker_name",
    "holds",
    "preferred",
    "tier",
    "quote",
    "note",
)
"""The fields that every statement has in addition to its own: content and attribution."""

FORM_FIELDS = {"id", "DELETE", "record"}


class StatementRowForm(StatementForm):
    """One statement on a page of many."""

    heading = ""
    citation = ""
    """Its source and locator, and its tier unless it is public."""
    conflict: list[ComparisonRow] = []
    """The current values next to the typed ones, if another person changed them first."""

    @property
    def media(self) -> forms.Media:
        """None: the inline loads the media once for all rows."""
        return forms.Media()

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them: the content, and the folded attribution."""
        own = [field.name for field in self._meta.model.own_fields()]
        return [
            ("", [self[name] for name in (*own, *CONTENT_FIELDS)]),
            (
                gettext("Voice, confidence and visibility"),
                [self[name] for name in ATTRIBUTION_FIELDS],
            ),
        ]

    def is_open(self) -> bool:
        """Whether the row is shown open, because it has errors or changes."""
        return self.is_bound and bool(self.errors or self.changed_columns())

    def proposal_row(self) -> dict:
        """The statement as a proposal stores it.

        A new record has no primary key yet; 0 is used instead.
        """
        row = super().proposal_row()
        row["record_id"] = row["record_id"] or 0
        return row

    def clean(self) -> dict[str, Any]:
        """Validate changed rows only."""
        return super().clean() if self.changed_columns() else self.cleaned_data

    def changed_columns(self) -> set[str]:
        return set(self.changed_data) - FORM_FIELDS

    def values_of(self, names: set[str]) -> dict[str, Any]:
        """Typed values as `Changeset.add` takes them."""
        values = {}
        for field in self._meta.model.operation_fields():
            if field.name in names - FORM_FIELDS and field.name in self.cleaned_data:
                value = self.cleaned_data[field.name]
                values[field.attname] = getattr(value, "pk", value)
        return values

    def is_outdated(self) -> bool:
        """Whether the statement was retired or its tier changed since the page was opened."""
        if self.instance._state.adding:
            return False
        key = self.add_initial_prefix("tier")
        seen = forms.HiddenInput().value_from_datadict(self.data, self.files, key)
        return self.instance.retired_id is not None or str(seen) != str(self.instance.tier)


class StatementFormSet(RowFormSet):
    """The statements of one kind about one record."""

    preloaded: ObjectsById = {}

    @classmethod
    def get_default_prefix(cls) -> str:
        """The kind's code, so that field names do not depend on the order of formsets."""
        return cls.model.code()

    def current_rows(self, rows: Any) -> Any:
        return rows.current().order_by("-preferred", "id")

    def add_fields(self, form: Any, index: int | None) -> None:
        """Add the heading and the citation of each row."""
        super().add_fields(form, index)
        if not form.instance._state.adding:
            description = describe(self.model, statement_row(form.instance), self.preloaded)
            form.heading = own_content(self.model, description)
            form.citation = citation(description)
            if form.instance.tier != Tier.PUBLIC:
                form.citation += f" [{form.instance.get_tier_display()}]"

    @property
    def title(self) -> str:
        guide = GUIDE.get(self.model.part)
        return str(guide[0] if guide else capfirst(self.model._meta.verbose_name_plural))

    @property
    def hint(self) -> str:
        return str(GUIDE.get(self.model.part, ("", ""))[1])

    @property
    def script(self) -> str:
        """The options of the script that adds rows, as JSON."""
        labels = {
            "addText": gettext("Add to %(rows)s") % {"rows": self.title},
            "deleteText": gettext("Remove"),
        }
        return json.dumps({"name": f"#{self.prefix}", "options": {"prefix": self.prefix, **labels}})

    def clean(self) -> None:
        """Reject rows that another person has changed, and show both versions."""
        for form in self.initial_forms:
            removed = self.is_removed(form)
            if self.is_missing(form):
                raise ValidationError(gettext("A row belongs to another page. Reload this page."))
            if form.is_outdated() and (form.changed_columns() or removed):
                message = self._show_conflict(form)
                if removed:
                    raise ValidationError(message)
                form.add_error(None, message)

    def _show_conflict(self, form: StatementRowForm) -> str:
        """Show the current values next to the typed ones, and let the next save replace them.

        The row then edits the current statement, or adds one if there is none.
        """
        statement, model = form.instance, self.model
        current = [statement]
        if statement.retired_id is not None:
            since = model.objects.current().visible_to(self.request.user)
            since = since.filter(record=self.instance)
            current = list(since.filter(added__gte=statement.retired_id))
        typed = statement_row(statement) | form.values_of(form.changed_columns())
        objects = load_objects(
            (
                row[field.column]
                for row in (typed, *map(statement_row, current))
                for field in model.operation_fields()
                if field.is_relation
            ),
            self.request,
        )
        replacement = current[0] if len(current) == 1 else None
        current_description = (
            describe(model, statement_row(replacement), objects) if replacement else None
        )
        form.conflict = compare(current_description, describe(model, typed, objects))
        self.data[form.add_prefix("id")] = str(replacement.pk) if replacement else ""
        self.data[form.add_initial_prefix("tier")] = str(
            replacement.tier if replacement else typed["tier"]
        )
        others = "" if replacement else _current_text(statement, self.request)
        return gettext(
            "Another person changed this before you. Compare the current values with "
            "yours.%(others)s Save again to replace them with yours, or reload the page."
        ) % {"others": others}

    def write(self, changeset: Changeset, parent: Record) -> None:
        """Add new rows, replace changed ones and retire ticked ones.

        A row of which only the tier changed is restricted: replacing it would leave its earlier
        version open.
        """
        form: Any
        for form in self.forms:
            statement, changed = form.instance, form.changed_columns()
            if self.is_removed(form):
                if not statement._state.adding:
                    changeset.retire(statement)
            elif statement._state.adding:
                if form.has_changed():
                    names = {field.name for field in self.model.operation_fields()}
                    changeset.add(self.model.code(), parent, **form.values_of(names))
            elif changed:
                tier = int(form.cleaned_data["tier"])
                if changed == {"tier"} or tier > statement.tier:
                    changeset.restrict(statement, Tier(tier))
                if changed != {"tier"}:
                    changeset.replace(statement, **form.values_of(changed))

    def exposes_earlier(self, changeset: Changeset) -> bool:
        """Whether earlier versions of what a proposal hides remain readable by more people."""
        changes = changeset.operations.restricts
        hidden = [change.after for change in changes if change.table == self.model.code()]
        earlier = self.model.objects.filter(record=self.instance, retired__isnull=False)
        return bool(hidden) and earlier.filter(tier__lt=max(hidden)).exists()

    def check_tiers(self, changeset: Changeset) -> None:
        """Raise Conflict if a statement was hidden while its replacement was being written."""
        restricted = {change.id for change in changeset.operations.restricts}
        for form in self.initial_forms:
            statement = form.instance
            if statement._state.adding or not form.changed_columns() or statement.pk in restricted:
                continue
            if not self.model.objects.filter(pk=statement.pk, tier=statement.tier).exists():
                raise Conflict(
                    gettext("Who may read this was changed before you. Look at it again.")
                )


def _current_text(statement: Statement, request: HttpRequest) -> str:
    """The current statements as a sentence, if there is not exactly one."""
    texts = [
        join_inline(description.values()) for description in statements_since(statement, request)
    ]
    if not texts:
        return " " + gettext("This statement was retired. The history shows the reason.")
    text = " / ".join(f"“{description}”" for description in texts)
    return " " + gettext("It says now: %(now)s.") % {"now": text}


class StatementInline(EditorPermissions, admin.StackedInline):
    """The statements of one kind on the page of a record."""

    form = StatementRowForm
    formset = StatementFormSet
    formfield_overrides = TEXT_FIELD_OVERRIDES
    fk_name = "record"
    extra = 0
    template = "admin/statements.html"

    def has_delete_permission(self, request, obj=None) -> bool:
        """Ticking the box retires a statement; nothing is deleted."""
        return self.has_change_permission(request, obj)

    def get_queryset(self, request):
        """Include retired statements: the rows of a submitted form may have been retired since."""
        return self.model.objects.visible_to(request.user)

    def get_fields(self, request, obj=None):
        return [
            *(field.name for field in self.model.own_fields()),
            *CONTENT_FIELDS,
            *ATTRIBUTION_FIELDS,
        ]

    @property
    def media(self) -> forms.Media:
        source = self.model._meta.get_field("source")
        return super().media + ReferenceSelect(source, self.admin_site).media

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Fields for a page of many rows: none queries its own choices."""
        reference = reference_field_for(self, db_field, request)
        if reference is not None:
            return reference
        formfield: Any
        if isinstance(db_field, models.ForeignKey):
            formfield = db_field.formfield()
            formfield.choices = list(formfield.choices)
            return formfield
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "tier":
            formfield.help_text = TIER_HELP
            # Sends back the tier that the editor saw: an old page must not reveal what has been
            # hidden since.
            formfield.show_hidden_initial = True
        return formfield

    def get_formset(self, request, obj=None, **kwargs):
        """Pass the request and the objects whose labels the rows show."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.preloaded, formset.request = request.preloaded, request
        return formset


@cache
def inline_for(kind: type[Statement]) -> type[StatementInline]:
    return type(f"{kind.__name__}Inline", (StatementInline,), {"model": kind})
