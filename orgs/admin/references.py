"""The admin of what statements refer to: sources with their citations, terms and arenas."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from orgs.changes.changeset import Changeset
from orgs.records.source import Citation, Source, Tier
from orgs.records.term import Term
from orgs.review.choices import parse_number
from orgs.review.reading_log import note_all, note_list

from .base import EditorPermissions, ReadOnlyPermissions, UnloggedAdmin
from .proposals import (
    TEXT_FIELD_OVERRIDES,
    ConflictCheckingForm,
    ProposalAdmin,
    ProposalForm,
    RowFormSet,
    reference_field_for,
)


class LinesField(forms.CharField):
    """A list, typed one item per line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = str(self.prepare_value(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"])

    def run_validators(self, value: Any) -> None:
        """Validate the whole text as that of any other field."""
        super().run_validators(self.prepare_value(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class TranslationsField(LinesField):
    """One text per language, each on a line that starts with the language: `en: women`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{language}: {text}" for language, text in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """Raise ValidationError for a line without a language."""
        texts = {}
        for line in str(self.prepare_value(value) or "").splitlines():
            language, colon, text = line.partition(":")
            if line.strip() and not (colon and text.strip() and language.strip().isascii()):
                raise ValidationError(
                    gettext("Begin each line with its language, as in “en: %(line)s”."),
                    params={"line": line},
                )
            if line.strip():
                texts[language.strip()] = text.strip()
        return texts


class TermForm(ProposalForm):
    labels = TranslationsField(
        label=gettext_lazy("Labels"),
        help_text=gettext_lazy("The term as people read it, one language to a line: en: women."),
    )
    definitions = TranslationsField(
        label=gettext_lazy("Definitions"),
        required=False,
        help_text=Term._meta.get_field("definitions").help_text,
    )


class SourceForm(ProposalForm):
    """A work, a page or a person that statements cite."""

    urls = LinesField(
        label=gettext_lazy("Web addresses"),
        required=False,
        help_text=gettext_lazy("Web addresses as printed, one to a line."),
    )


class ReferenceAdmin(ProposalAdmin):
    actions = None
    fixed_fields: tuple[str, ...] = ()
    """The columns that identify a row to programs: read-only once saved."""

    def get_queryset(self, request) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)

    def changelist_view(self, request, extra_context=None):
        return note_list(request, super().changelist_view(request, extra_context))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            note_all(request, [obj])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_readonly_fields(self, request, obj=None) -> tuple[str, ...]:
        return self.fixed_fields if obj else ()

    def referenced_ids(self, object_id: str | None) -> set[int]:
        row = self.model._default_manager.filter(pk=parse_number(object_id)).values().first() or {}
        return {row[f.attname] for f in self.opts.concrete_fields if f.is_relation and row} - {None}

    def write(self, changeset: Changeset, form, formsets: list, change: bool) -> None:
        """Add the changes to the row and to its inlines to the proposal."""
        values = form.changed_values()
        table = str(self.opts.model_name)
        if change:
            # As with statements, a new tier also applies to earlier versions of the catalogue.
            tier = values.pop("tier", None)
            if tier is not None:
                changeset.restrict(form.original, Tier(tier))
            if values:
                changeset.change_reference(table, form.original, **values)
        else:
            form.instance.pk = changeset.change_reference(table, **values)
        for formset in formsets:
            formset.write(changeset, form.instance)


class TermAdmin(ReferenceAdmin):
    form = TermForm
    fixed_fields = ("scheme", "code")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("scheme", "code"),
                    "labels",
                    "definitions",
                    "quote",
                    ("source", "locator"),
                    "speaker_name",
                    "broader",
                    "position",
                    "needs_purpose",
                )
            },
        ),
    )
    list_display = ("name", "scheme", "code", "position", "purpose")
    list_filter = ("scheme",)
    search_fields = ("scheme", "code", "labels")
    search_help_text = gettext_lazy("Search by scheme, code or label")

    @admin.display(description=gettext_lazy("needs a purpose"), ordering="needs_purpose")
    def purpose(self, term: Term) -> str:
        return gettext("only with a purpose") if term.needs_purpose else ""

    @admin.display(description=gettext_lazy("term"))
    def name(self, term: Term) -> str:
        return term.label


class CitationFormSet(RowFormSet):
    def clean(self) -> None:
        """Reject rows that another person has removed."""
        if any(self.is_missing(form) for form in self.initial_forms):
            raise ValidationError(
                gettext(
                    "Another person removed a citation before you. Reload the page to see which."
                )
            )

    def write(self, changeset: Changeset, parent: Source) -> None:
        """Add, change and remove citations like any reference."""
        form: Any
        for form in self.forms:
            is_new = form.instance._state.adding
            if self.is_removed(form):
                if not is_new:
                    changeset.remove_reference("citation", form.original, CITATION_COLUMNS)
            elif form.has_changed():
                if is_new:
                    changeset.change_reference(
                        "citation", **form.changed_values(), source=parent.pk
                    )
                else:
                    changeset.change_reference("citation", form.original, **form.changed_values())


CITATION_COLUMNS = ("source_id", "locator", "as_printed", "cites_id", "note")
"""The columns that a proposal stores of a citation it removes."""


class CitationInline(EditorPermissions, admin.StackedInline):
    """What a source cites, as printed."""

    model = Citation
    form = ConflictCheckingForm
    formset = CitationFormSet
    formfield_overrides = TEXT_FIELD_OVERRIDES
    fk_name = "source"
    extra = 0
    fields = ("locator", "as_printed", "cites", "note")

    def has_delete_permission(self, request, obj=None) -> bool:
        """Citations are the editors' own reading, so editors may remove them."""
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Use autocomplete for the cited work."""
        return reference_field_for(self, db_field, request) or (
            super().formfield_for_dbfield(db_field, request, **kwargs)
        )

    def get_formset(self, request, obj=None, **kwargs):
        """Pass the account, for the rows that it may read."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.request, formset.form.account = request, request.user
        return formset


class SourceAdmin(ReferenceAdmin):
    form = SourceForm
    fixed_fields = ("key",)
    inlines = (CitationInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "key",
                    "short",
                    "title",
                    "authors",
                    ("issued", "source_kind"),
                    ("observed", "observed_inferred"),
                    "container",
                    ("publisher", "published_by"),
                    "urls",
                    ("language", "in_bibliography"),
                    "note",
                    "tier",
                )
            },
        ),
    )
    list_display = ("short", "title", "issued", "source_kind", "tier")
    list_filter = ("source_kind", "tier")
    search_fields = ("key", "short", "title", "authors")
    search_help_text = gettext_lazy("Search by title, author or key")

    def referenced_ids(self, object_id: str | None) -> set[int]:
        cited_ids = Citation.objects.filter(source=parse_number(object_id)).values_list(
            "cites", flat=True
        )
        return super().referenced_ids(object_id) | ({*cited_ids} - {None})


class ArenaAdmin(ReadOnlyPermissions, UnloggedAdmin):
    """The paper's four arenas, read-only: a migration created them."""

    list_display = ("label", "code", "definition", "locator")
    fields = ("label", "code", "definition", "locator", "position")
    actions = None
