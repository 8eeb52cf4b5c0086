"""The admin of records: the record itself, and all statements about it."""

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
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import FormerSlug, Level, Record
from orgs.review.choices import parse_number, referenced_ids, search_records, with_labels
from orgs.review.correction_views import current_correction
from orgs.review.reading_log import note_list, note_record
from orgs.review.submission import LEVELS
from orgs.statements.statement import statement_kinds

from .base import EditorPermissions, UnloggedAdmin
from .proposals import ProposalAdmin, ProposalForm
from .statements import StatementFormSet, inline_for


class RecordForm(ProposalForm):
    """What the catalogue decides about a record itself; all else is statements."""

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
        level.choices = [(value, text) for value, text in Level.choices if self._is_offered(value)]
        if not self.instance._state.adding:
            level.help_text = gettext(
                "To show less of it, choose “Restrict” or “Withdraw” above: these pages also find "
                "the texts elsewhere that name it."
            )

    def _is_offered(self, level: str) -> bool:
        """Whether this page offers a level: one that shows as much as now, or more."""
        if self.instance._state.adding:
            return level != Level.WITHDRAWN
        return LEVELS.index(level) <= LEVELS.index(self.original.level)

    def clean_slug(self) -> str:
        """Reject an address that redirects to another record: addresses are permanent."""
        slug = self.cleaned_data["slug"]
        readable = Record.objects.visible_to(self.account)
        others = FormerSlug.objects.filter(slug=slug, record__in=readable)
        if not self.instance._state.adding:
            others = others.exclude(record=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                gettext(
                    "This address belonged to another record and redirects there. Choose another."
                )
            )
        return slug


def redirect_with_selection(page: str, queryset: QuerySet) -> HttpResponse:
    ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:500])
    return HttpResponseRedirect(f"{reverse(page)}?ids={ids}")


class RecordAdmin(ProposalAdmin):
    form = RecordForm
    fields = (("slug", "level", "embargo_until"),)
    list_display = ("name", "slug", "level")
    list_filter = ("level",)
    search_fields = ("slug",)
    search_help_text = gettext_lazy("Search by name, as readers do, or by address")
    ordering = ("slug",)
    actions = ("restrict_selected", "withdraw_selected")
    change_form_template = "admin/record.html"

    def view_on_site(self, obj: Record) -> str:
        return obj.get_absolute_url()

    @property
    def kind(self) -> Kind:
        return Kind(str(self.opts.model_name))

    @admin.display(description=gettext_lazy("name"))
    def name(self, record: Any) -> str:
        return record.label

    def get_list_display(self, request: HttpRequest):
        """Organizations and networks have a sphere."""
        return (*self.list_display, "sphere") if self.kind in ACTOR_KINDS else self.list_display

    def get_list_filter(self, request: HttpRequest):
        """Organizations and networks have a sphere."""
        return (*self.list_filter, "sphere") if self.kind in ACTOR_KINDS else self.list_filter

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_labels(super().get_queryset(request).filter(kind=self.kind), request.user)

    def get_search_results(self, request, queryset, search_term):
        return search_records(queryset, search_term, request.user), False

    def changelist_view(self, request, extra_context=None):
        return note_list(request, super().changelist_view(request, extra_context))

    @admin.action(description=gettext_lazy("Restrict: show less of the selected, or nothing …"))
    def restrict_selected(self, request, queryset) -> HttpResponse:
        return redirect_with_selection("review-restrict", queryset)

    @admin.action(description=gettext_lazy("Withdraw the selected …"))
    def withdraw_selected(self, request, queryset) -> HttpResponse:
        return redirect_with_selection("review-withdraw", queryset)

    def get_inlines(self, request, obj):
        """One inline for each kind of statement about this kind of record."""
        return [
            inline_for(model)
            for model in statement_kinds().values()
            if self.kind in model.about_kinds
        ]

    def blank_row(self, prefix: str) -> dict[str, Any]:
        """The initial values of a new statement."""
        kind = statement_kinds().get(prefix)
        if kind is None:
            return {}
        return {
            field.name: field.get_default() if field.has_default() else ""
            for field in kind.operation_fields()
            if field.name != "record"
        }

    def referenced_ids(self, object_id: str | None) -> set[int]:
        number = parse_number(object_id)
        return set() if number is None else referenced_ids(number)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Add the label, the current correction and the link to representatives."""
        context["subtitle"] = obj.label if change else None
        context["correction"] = current_correction(request)
        context["may_manage_claims"] = can(request.user, Right.MANAGE_CLAIMS)
        if change:
            note_record(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def write(self, changeset: Changeset, form, formsets: list[StatementFormSet], change) -> None:
        values = form.changed_values()
        if change:
            record = form.original
            if record.level == Level.WITHDRAWN and values.get("level"):
                values |= {"withdrawn_on": None, "withdrawn_reason": ""}
        else:
            record = changeset.record(self.kind, values.pop("slug"))
            form.instance.pk = record.pk
        if values:
            changeset.change_record(record, **values)
        for formset in formsets:
            formset.write(changeset, record)

    def save_related(self, request, form, formsets, change) -> None:
        """Submit one proposal, and check that it reveals nothing that was hidden meanwhile."""
        super().save_related(request, form, formsets, change)
        changeset = request.changeset
        if changeset is None or changeset.number is None:
            return
        for formset in formsets:
            formset.check_tiers(changeset)
        if any(formset.exposes_earlier(changeset) for formset in formsets):
            url = reverse("review-tiers", args=(form.instance.pk,))
            message = format_html(
                '{} <a href="{}">{}</a>.',
                gettext("Earlier wordings can still be read."),
                url,
                gettext("Hide them too"),
            )
            messages.warning(request, message)


class AllRecordsAdmin(EditorPermissions, UnloggedAdmin):
    """All records of all kinds, for searching; each links to the page of its kind."""

    list_display = ("name", "kind", "slug", "level")
    list_filter = ("kind", "level")
    search_fields = ("slug",)
    search_help_text = RecordAdmin.search_help_text
    ordering = ("slug",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    name = RecordAdmin.name
    get_search_results = RecordAdmin.get_search_results

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_labels(super().get_queryset(request), request.user)

    def changelist_view(self, request, extra_context=None):
        return note_list(request, super().changelist_view(request, extra_context))

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """Always False: records are created as one of their kind."""
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Redirect to the record's page among those of its kind."""
        readable = Record.objects.visible_to(request.user)
        record = readable.filter(pk=parse_number(object_id) or 0).first()
        for model in self.admin_site._registry:
            if record is not None and model._meta.model_name == record.kind:
                url_name = f"admin:{model._meta.app_label}_{record.kind}_change"
                url = reverse(url_name, args=(record.pk,))
                has_correction = "correction" in request.GET
                return HttpResponseRedirect(with_query(request, url) if has_correction else url)
        raise Http404("There is no such record.")
