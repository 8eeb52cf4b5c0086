"""What is said about a record, as rows of its page: one inline for each kind of statement."""

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

from orgs.changes.changeset import Changeset, Conflict
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.review.admin_base import Open
from orgs.review.choices import ChosenSelect, Known, known
from orgs.review.descriptions import Row, cited, compared, in_a_line, row_of, said_itself, told
from orgs.review.operations import said_since
from orgs.review.proposals import WORDS, RowFormSet, field_for
from orgs.statements.statement import Statement
from orgs.statements.validation import StatementForm

from .guide import GUIDE

TIER_HELP = gettext_lazy(
    "If you change only the visibility, it also applies to earlier times. Hide earlier "
    "wordings on the page “Who may read what”."
)
WHAT = ("detail", "edtf", "source", "locator")
HOW = (
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
"""What every statement has beside its own columns: what is said, and how."""

COLUMNS_OF_FORMS = {"id", "DELETE", "record"}
"""What a row's form has beside what is said."""


class RowForm(StatementForm):
    """One statement on a page of many."""

    heading = ""
    """What the statement says, in a line."""
    cited = ""
    """Where that is said, and who may read it if not everybody."""
    overtaken: list[Row] = []
    """What the catalogue says by now beside what was typed, if somebody else was faster."""

    @property
    def media(self) -> forms.Media:
        """Return nothing: what the rows need is loaded once, by their inline."""
        return forms.Media()

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields as the page shows them: what is said; and how, folded away."""
        own = [field.name for field in self._meta.model.own_fields()]
        return [
            ("", [self[name] for name in (*own, *WHAT)]),
            (gettext("Voice, confidence and visibility"), [self[name] for name in HOW]),
        ]

    def opened(self) -> bool:
        """Whether the row is shown open: there is something in it to look at again."""
        return self.is_bound and bool(self.errors or self.changed())

    def proposal_row(self) -> dict:
        """Return the statement as a proposal holds it. A record that is made with it has no number
        yet; it is of the page's kind, so only its number is missing.
        """
        row = super().proposal_row()
        row["record_id"] = row["record_id"] or 0
        return row

    def clean(self) -> dict[str, Any]:
        """Judge what was typed; what was left alone is not judged again."""
        return super().clean() if self.changed() else self.cleaned_data

    def changed(self) -> set[str]:
        """Return the names of the columns that the editor changed."""
        return set(self.changed_data) - COLUMNS_OF_FORMS

    def values(self, names: set[str]) -> dict[str, Any]:
        """Return typed values as `Changeset.add` takes them."""
        given = {}
        for field in self._meta.model.operation_fields():
            if field.name in names - COLUMNS_OF_FORMS and field.name in self.cleaned_data:
                value = self.cleaned_data[field.name]
                given[field.attname] = getattr(value, "pk", value)
        return given

    def moved(self) -> bool:
        """Whether the statement is no longer as the editor saw it: retired, or read by others."""
        if self.instance._state.adding:
            return False
        key = self.add_initial_prefix("tier")
        seen = forms.HiddenInput().value_from_datadict(self.data, self.files, key)
        return self.instance.retired_id is not None or str(seen) != str(self.instance.tier)


class StatementFormSet(RowFormSet):
    """The statements of one kind about one record."""

    known: Known = {}

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return the kind's code: the names of a form's fields do not depend on their order."""
        return cls.model.code()

    def in_use(self, rows: Any) -> Any:
        """Return what the catalogue says now."""
        return rows.current().order_by("-preferred", "id")

    def add_fields(self, form: Any, index: int | None) -> None:
        """Give each row the line by which it is known before it is opened."""
        super().add_fields(form, index)
        if not form.instance._state.adding:
            words = told(self.model, row_of(form.instance), self.known)
            form.heading, form.cited = said_itself(self.model, words), cited(words)
            if form.instance.tier != Tier.PUBLIC:
                form.cited += f" [{form.instance.get_tier_display()}]"

    @property
    def title(self) -> str:
        """Return the heading of the rows."""
        known = GUIDE.get(self.model.part)
        return str(known[0] if known else capfirst(self.model._meta.verbose_name_plural))

    @property
    def hint(self) -> str:
        """Return what is typed here, in a sentence; "" where the guide has none."""
        return str(GUIDE.get(self.model.part, ("", ""))[1])

    @property
    def script(self) -> str:
        """Return what the script that adds rows has to know, as JSON."""
        words = {
            "addText": gettext("Add to %(rows)s") % {"rows": self.title},
            "deleteText": gettext("Remove"),
        }
        return json.dumps({"name": f"#{self.prefix}", "options": {"prefix": self.prefix, **words}})

    def clean(self) -> None:
        """Refuse rows that somebody else changed first, and show both texts."""
        for form in self.old_rows():
            removed = self.is_ticked(form)
            if self.is_lost(form):
                raise ValidationError(gettext("A row belongs to another page. Reload this page."))
            if form.moved() and (form.changed() or removed):
                message = self._both_texts(form)
                if removed:
                    raise ValidationError(message)
                form.add_error(None, message)

    def _both_texts(self, form: RowForm) -> str:
        """Show what is said now beside what was typed, and let the next save mean it.

        The row then stands for what is said now, or for a new statement if there is nothing.
        """
        statement, model = form.instance, self.model
        current = [statement]
        if statement.retired_id is not None:
            since = model.objects.current().visible_to(self.request.user)
            since = since.filter(record=self.instance)
            current = list(since.filter(added__gte=statement.retired_id))
        typed = row_of(statement) | form.values(form.changed())
        things = known(
            (
                row[field.column]
                for row in (typed, *map(row_of, current))
                for field in model.operation_fields()
                if field.is_relation
            ),
            self.request,
        )
        there = current[0] if len(current) == 1 else None
        now = told(model, row_of(there), things) if there else None
        form.overtaken = compared(now, told(model, typed, things))
        self.data[form.add_prefix("id")] = str(there.pk) if there else ""
        self.data[form.add_initial_prefix("tier")] = str(there.tier if there else typed["tier"])
        others = "" if there else _since(statement, self.request)
        return gettext(
            "Another person changed this before you. Compare the current values with "
            "yours.%(others)s Save again to replace them with yours, or reload the page."
        ) % {"others": others}

    def write(self, changeset: Changeset, parent: Record) -> None:
        """Write what was typed: a new row is added, a changed one replaced, a ticked one retired.

        A row of which only the tier was changed is restricted: replacing it would leave its text
        open in every yesterday.
        """
        for form in self.rows():
            statement, changed = form.instance, form.changed()
            if self.is_ticked(form):
                if not statement._state.adding:
                    changeset.retire(statement)
            elif statement._state.adding:
                if form.has_changed():
                    names = {field.name for field in self.model.operation_fields()}
                    changeset.add(self.model.code(), parent, **form.values(names))
            elif changed:
                tier = int(form.cleaned_data["tier"])
                if changed == {"tier"} or tier > statement.tier:
                    changeset.restrict(statement, Tier(tier))
                if changed != {"tier"}:
                    changeset.replace(statement, **form.values(changed))

    def leaves_open(self, changeset: Changeset) -> bool:
        """Whether earlier wordings of what a proposal hides can still be read by more people."""
        steps = changeset.operations.get("restricts", [])
        hidden = [step["after"] for step in steps if step["table"] == self.model.code()]
        earlier = self.model.objects.filter(record=self.instance, retired__isnull=False)
        return bool(hidden) and earlier.filter(tier__lt=max(hidden)).exists()

    def check_tiers(self, changeset: Changeset) -> None:
        """Raise Conflict if a statement was hidden while its replacement was being written."""
        restricted = {step["id"] for step in changeset.operations.get("restricts", [])}
        for form in self.old_rows():
            statement = form.instance
            if statement._state.adding or not form.changed() or statement.pk in restricted:
                continue
            if not self.model.objects.filter(pk=statement.pk, tier=statement.tier).exists():
                raise Conflict(
                    gettext("Who may read this was changed before you. Look at it again.")
                )


def _since(statement: Statement, request: HttpRequest) -> str:
    """Return what is said now, in a sentence, where it is not one statement."""
    said = [in_a_line(one.values()) for one in said_since(statement, request)]
    if not said:
        return " " + gettext("This statement was retired. The history shows the reason.")
    now = " / ".join(f"“{one}”" for one in said)
    return " " + gettext("It says now: %(now)s.") % {"now": now}


class StatementInline(Open, admin.StackedInline):
    """The statements of one kind on the page of a record."""

    form = RowForm
    formset = StatementFormSet
    formfield_overrides = WORDS
    fk_name = "record"
    extra = 0
    template = "admin/statements.html"

    def has_delete_permission(self, request, obj=None) -> bool:
        """Ticking the box retires a statement; nothing is deleted."""
        return self.has_change_permission(request, obj)

    def get_queryset(self, request):
        """Return all statements: the rows of a sent form may have been retired since."""
        return self.model.objects.visible_to(request.user)

    def get_fields(self, request, obj=None):
        """Return the columns of the kind, and those that every statement has."""
        return [*(field.name for field in self.model.own_fields()), *WHAT, *HOW]

    @property
    def media(self) -> forms.Media:
        """Return what the rows need, once for all of them."""
        source = self.model._meta.get_field("source")
        return super().media + ChosenSelect(source, self.admin_site).media

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Return fields that a page of many rows can afford: none asks for its choices alone."""
        chosen = field_for(self, db_field, request)
        if chosen is not None:
            return chosen
        formfield: Any
        if isinstance(db_field, models.ForeignKey):
            formfield = db_field.formfield()
            formfield.choices = list(formfield.choices)
            return formfield
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "tier":
            formfield.help_text = TIER_HELP
            # What the editor saw is sent back: an old page must not open what was hidden since.
            formfield.show_hidden_initial = True
        return formfield

    def get_formset(self, request, obj=None, **kwargs):
        """Return the rows, with what they may have to call by its label."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.known, formset.request = request.known, request
        return formset


@cache
def inline_of(kind: type[Statement]) -> type[StatementInline]:
    """Return the inline of a kind of statement."""
    return type(f"{kind.__name__}Inline", (StatementInline,), {"model": kind})
