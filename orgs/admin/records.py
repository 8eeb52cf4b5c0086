"""The pages of records: what they are called in the catalogue, and all that is said about them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.pages.addresses import with_query
from orgs.records.record import ACTORS, FormerSlug, Kind, Level, Record
from orgs.review.admin_base import Unlogged
from orgs.review.choices import labelled, matching, number_of, pointed_at
from orgs.review.claim_admin import WithRepresentatives
from orgs.review.correction_admin import asked_for
from orgs.review.decisions import Decisions
from orgs.review.duplicates import Comparisons, Finder
from orgs.review.proposals import ProposalAdmin, ProposalForm
from orgs.review.reading_log import note_list, note_record
from orgs.review.submission import LEVELS
from orgs.statements.statement import statement_kinds

from .statements import StatementFormSet, inline_of


class RecordForm(ProposalForm):
    """What the catalogue decides about a record itself; all else is said by somebody."""

    class Meta:
        model = Record
        fields = ("slug", "level", "embargo_until")
        labels = {"slug": gettext_lazy("address"), "level": gettext_lazy("who may see it")}
        help_texts = {
            "embargo_until": gettext_lazy("Only for an embargo. Until that day it is hidden."),
        }
        widgets = {"embargo_until": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        error_messages = {
            "slug": {"unique": gettext_lazy("This address is taken. Choose another slug.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level: Any = self.fields["level"]
        level.choices = [(value, text) for value, text in Level.choices if self._offers(value)]
        if not self.instance._state.adding:
            level.help_text = gettext(
                "To show less of it, choose “Restrict” or “Withdraw” above: these pages also find "
                "the texts elsewhere that name it."
            )

    def _offers(self, level: str) -> bool:
        """Whether this page sets a level: one that shows as much as now, or more."""
        if self.instance._state.adding:
            return level != Level.WITHDRAWN
        return LEVELS.index(level) <= LEVELS.index(self.was.level)

    def clean_slug(self) -> str:
        """Refuse an address that leads to another record: addresses are kept for ever."""
        slug = self.cleaned_data["slug"]
        readable = Record.objects.visible_to(self.account)
        others = FormerSlug.objects.filter(slug=slug, record__in=readable)
        if not self.instance._state.adding:
            others = others.exclude(record=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                gettext(
                    "This address was another record's and leads there for ever. Choose another."
                )
            )
        return slug


class RecordAdmin(WithRepresentatives, Decisions, Comparisons, ProposalAdmin):
    """The pages of one kind of record."""

    form = RecordForm
    fields = (("slug", "level", "embargo_until"),)
    list_display = ("called", "slug", "level")
    list_filter = ("level",)
    search_fields = ("slug",)
    search_help_text = gettext_lazy("Search by name, as readers do, or by address")
    ordering = ("slug",)
    actions = ("restrict_selected", "withdraw_selected")
    change_form_template = "admin/record.html"

    def view_on_site(self, obj: Record) -> str:
        """Return the address of the record's page."""
        return obj.get_absolute_url()

    @property
    def kind(self) -> Kind:
        """The kind of record that these pages are for."""
        return Kind(str(self.opts.model_name))

    @admin.display(description=gettext_lazy("name"))
    def called(self, record: Any) -> str:
        """Return what the record is called in headings."""
        return record.label

    def get_list_display(self, request: HttpRequest):
        """Return the columns of the list: those who act have a sphere."""
        return (*self.list_display, "sphere") if self.kind in ACTORS else self.list_display

    def get_list_filter(self, request: HttpRequest):
        """Return the filters of the list: those who act have a sphere."""
        return (*self.list_filter, "sphere") if self.kind in ACTORS else self.list_filter

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the records of this kind, each with its label."""
        return labelled(super().get_queryset(request).filter(kind=self.kind), request.user)

    def get_search_results(self, request, queryset, search_term):
        """Return the records that the question finds."""
        return matching(queryset, search_term, request.user), False

    def changelist_view(self, request, extra_context=None):
        """Show the list."""
        return note_list(request, super().changelist_view(request, extra_context))

    def get_inlines(self, request, obj):
        """Return one inline for each kind of statement that may be about this kind of record."""
        return [inline_of(s) for s in statement_kinds().values() if self.kind in s.about_kinds]

    def blank_row(self, prefix: str) -> dict[str, Any]:
        """Return the values that a new statement of a kind begins with."""
        kind = statement_kinds().get(prefix)
        if kind is None:
            return {}
        return {
            field.name: field.get_default() if field.has_default() else ""
            for field in kind.operation_fields()
            if field.name != "record"
        }

    def mentioned(self, object_id: str | None) -> set[int]:
        """Return the numbers of all that the statements about the record point at."""
        number = number_of(object_id)
        return set() if number is None else pointed_at(number)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Head the page with the record's label."""
        context["subtitle"] = obj.label if change else None
        context["correction"] = asked_for(request)
        context["may_manage_claims"] = can(request.user, Right.MANAGE_CLAIMS)
        if change:
            note_record(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def write(self, changeset: Changeset, form, formsets: list[StatementFormSet], change) -> None:
        """Write what was typed: about the record itself, and all that is said about it."""
        after = form.after()
        if change:
            record = form.was
            if record.level == Level.WITHDRAWN and after.get("level"):
                after |= {"withdrawn_on": None, "withdrawn_reason": ""}
        else:
            record = changeset.record(self.kind, after.pop("slug"))
            form.instance.pk = record.pk
        if after:
            changeset.change_record(record, **after)
        for formset in formsets:
            formset.write(changeset, record)

    def save_related(self, request, form, formsets, change) -> None:
        """Write one proposal, and make sure that it opens nothing that was hidden meanwhile."""
        super().save_related(request, form, formsets, change)
        changeset = request.changeset
        if changeset is None or changeset.number is None:
            return
        for formset in formsets:
            formset.check_tiers(changeset)
        if any(formset.leaves_open(changeset) for formset in formsets):
            page = self.address("tiers", form.instance.pk)
            said = format_html(
                '{} <a href="{}">{}</a>.',
                gettext("Earlier wordings can still be read."),
                page,
                gettext("Hide them too"),
            )
            messages.warning(request, said)


class RecordFinder(Finder, Unlogged):
    """Every record of every kind, to find one in; its page is that of its kind."""

    list_display = ("called", "kind", "slug", "level")
    list_filter = ("kind", "level")
    search_fields = ("slug",)
    search_help_text = RecordAdmin.search_help_text
    ordering = ("slug",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    called = RecordAdmin.called
    get_search_results = RecordAdmin.get_search_results

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return all records, each with its label."""
        return labelled(super().get_queryset(request), request.user)

    def changelist_view(self, request, extra_context=None):
        """Show the list."""
        return note_list(request, super().changelist_view(request, extra_context))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody: a record is made as one of its kind."""
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Lead to the record's page among those of its kind."""
        readable = Record.objects.visible_to(request.user)
        record = readable.filter(pk=number_of(object_id) or 0).first()
        for model in self.admin_site._registry:
            if record is not None and model._meta.model_name == record.kind:
                name = f"admin:{model._meta.app_label}_{record.kind}_change"
                there = reverse(name, args=(record.pk,))
                asked = "correction" in request.GET
                return HttpResponseRedirect(with_query(request, there) if asked else there)
        raise Http404("There is no such record.")
