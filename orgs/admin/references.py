"""The pages of what statements refer to: sources with their citations, and the terms."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from orgs.changes.changeset import Changeset
from orgs.records.source import Citation, Source, Tier
from orgs.records.term import Term
from orgs.review.admin_base import Open, Unlogged
from orgs.review.choices import number_of
from orgs.review.proposals import (
    WORDS,
    ProposalAdmin,
    ProposalForm,
    RememberingForm,
    RowFormSet,
    field_for,
)
from orgs.review.reading_log import note_all, note_list


class Lines(forms.CharField):
    """A list, typed one to a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """Return the list as it is typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        lines = str(self.prepare_value(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def validate(self, value: list[str]) -> None:
        """Refuse an empty list where something is needed."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"])

    def run_validators(self, value: Any) -> None:
        """Ask of the whole text what is asked of any text."""
        super().run_validators(self.prepare_value(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the list is another one."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class PerLanguage(Lines):
    """One text per language, each on a line that begins with the language: `en: women`."""

    def prepare_value(self, value: Any) -> Any:
        """Return the texts as they are typed."""
        if isinstance(value, dict):
            return "\n".join(f"{language}: {text}" for language, text in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """Return the texts by language. Raises ValidationError for a line without one."""
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
    """A word of the codebook."""

    labels = PerLanguage(
        label=gettext_lazy("Labels"),
        help_text=gettext_lazy("The term as people read it, one language to a line: en: women."),
    )
    definitions = PerLanguage(
        label=gettext_lazy("Definitions"),
        required=False,
        help_text=Term._meta.get_field("definitions").help_text,
    )


class SourceForm(ProposalForm):
    """A work, a page or a voice in which something is said."""

    urls = Lines(
        label=gettext_lazy("Web addresses"),
        required=False,
        help_text=gettext_lazy("Web addresses as printed, one to a line."),
    )


class ReferenceAdmin(ProposalAdmin):
    """The pages of one reference table."""

    actions = None
    fixed: tuple[str, ...] = ()
    """What programs know a row by: chosen once."""

    def get_queryset(self, request) -> Any:
        """Return the rows that the account may read."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)

    def changelist_view(self, request, extra_context=None):
        """Show the list."""
        return note_list(request, super().changelist_view(request, extra_context))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show the page."""
        if change:
            note_all(request, [obj])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_readonly_fields(self, request, obj=None) -> tuple[str, ...]:
        """Return what is chosen once and for all."""
        return self.fixed if obj else ()

    def mentioned(self, object_id: str | None) -> set[int]:
        """Return the numbers of all that this row points at."""
        row = self.model._default_manager.filter(pk=number_of(object_id)).values().first() or {}
        return {row[f.attname] for f in self.opts.concrete_fields if f.is_relation and row} - {None}

    def write(self, changeset: Changeset, form, formsets: list, change: bool) -> None:
        """Write what was typed into the row, and into the rows below it."""
        after = form.after()
        table = str(self.opts.model_name)
        if change:
            # Who may read a source is changed in place and in every yesterday, like a statement's.
            tier = after.pop("tier", None)
            if tier is not None:
                changeset.restrict(form.was, Tier(tier))
            if after:
                changeset.change_reference(table, form.was, **after)
        else:
            form.instance.pk = changeset.change_reference(table, **after)
        for formset in formsets:
            formset.write(changeset, form.instance)


class TermAdmin(ReferenceAdmin):
    """The vocabulary."""

    form = TermForm
    fixed = ("scheme", "code")
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
    list_display = ("named", "scheme", "code", "position", "with_care")
    list_filter = ("scheme",)
    search_fields = ("scheme", "code", "labels")
    search_help_text = gettext_lazy("Search by scheme, code or label")

    @admin.display(description=gettext_lazy("needs a purpose"), ordering="needs_purpose")
    def with_care(self, term: Term) -> str:
        """Return the word for what is said only with a purpose."""
        return gettext("only with a purpose") if term.needs_purpose else ""

    @admin.display(description=gettext_lazy("term"))
    def named(self, term: Term) -> str:
        """Return the term as people read it."""
        return term.label


class CitationFormSet(RowFormSet):
    """The citations of one source."""

    def clean(self) -> None:
        """Refuse rows that somebody else removed first."""
        if any(self.is_lost(form) for form in self.old_rows()):
            raise ValidationError(
                gettext(
                    "Another person removed a citation before you. Reload the page to see which."
                )
            )

    def write(self, changeset: Changeset, parent: Source) -> None:
        """Write what was typed: citations are added, changed and removed like any reference."""
        for form in self.rows():
            new = form.instance._state.adding
            if self.is_ticked(form):
                if not new:
                    before = {name: getattr(form.was, name) for name in COLUMNS}
                    changeset.operations.setdefault("references", []).append(
                        {"table": "citation", "id": form.was.pk, "before": before, "after": None}
                    )
            elif form.has_changed():
                if new:
                    changeset.change_reference("citation", **form.after(), source=parent.pk)
                else:
                    changeset.change_reference("citation", form.was, **form.after())


COLUMNS = ("source_id", "locator", "as_printed", "cites_id", "note")
"""The columns of a citation, as a proposal keeps one that it removes."""


class CitationInline(Open, admin.StackedInline):
    """What a source cites, as printed."""

    model = Citation
    form = RememberingForm
    formset = CitationFormSet
    formfield_overrides = WORDS
    fk_name = "source"
    extra = 0
    fields = ("locator", "as_printed", "cites", "note")

    def has_delete_permission(self, request, obj=None) -> bool:
        """A citation is an editor's own reading, so an editor may remove it."""
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Let the work that is meant be found as one types."""
        return field_for(self, db_field, request) or (
            super().formfield_for_dbfield(db_field, request, **kwargs)
        )

    def get_formset(self, request, obj=None, **kwargs):
        """Return the rows, which the account may read."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.request, formset.form.account = request, request.user
        return formset


class SourceAdmin(ReferenceAdmin):
    """The sources."""

    form = SourceForm
    fixed = ("key",)
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

    def mentioned(self, object_id: str | None) -> set[int]:
        """Return the numbers of all that the source and its citations point at."""
        cited = Citation.objects.filter(source=number_of(object_id)).values_list("cites", flat=True)
        return super().mentioned(object_id) | ({*cited} - {None})


class ArenaAdmin(Open, Unlogged):
    """The four arenas, to be read: a migration laid them down, and nobody makes a fifth."""

    list_display = ("label", "code", "definition", "locator")
    fields = ("label", "code", "definition", "locator", "position")
    actions = None

    def has_add_permission(self, request, obj=None) -> bool:
        """Nobody: there are four."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """Nobody: they are the paper's."""
        return False
