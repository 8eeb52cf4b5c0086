"""Decisions about records: restrict, withdraw, merge; and the history of each record."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.merging import merge
from orgs.changes.operations import statement_row
from orgs.changes.rebasing import best_pairs
from orgs.pages.labels import part_name
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.search.history import record_history
from orgs.statements.coverage import ReasonClass
from orgs.statements.statement import Statement, statement_kinds

from .choices import load_objects, parse_number, reader_tier, reference_field
from .descriptions import compare, describe_item, summarize
from .duplicates import likely_duplicates
from .operations import Operation, list_record_decisions
from .reading_log import note_all, note_record
from .remaining_mentions import Mention, hide_mentions, mentions_of
from .submission import ReasonForm, confirm_and_submit

MAX_SEARCHED = 20
"""The most records for which texts that name them are searched at once."""

REASONS = [*ReasonClass.choices, ("mistake", gettext_lazy("entered by mistake"))]
"""Why a record is withdrawn: the classes of reason, and one for mistaken entries."""


class LevelForm(ReasonForm):
    """How much of a record is public, short of withdrawing it."""

    level = forms.ChoiceField(
        label=gettext_lazy("How much is public"),
        choices=[
            (value, label)
            for value, label in Level.choices
            if value not in (Level.LISTED, Level.WITHDRAWN)
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Reduced visibility takes effect at once, also for earlier versions of the entry."
        ),
    )
    embargo_until = forms.DateField(
        label=gettext_lazy("Embargo until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Only for an embargo: until that day it is hidden."),
    )
    field_order = ("level", "embargo_until", "reason")


class WithdrawalForm(ReasonForm):
    """Why a record is withdrawn. Its address then shows the date and the class of reason."""

    withdrawn_reason = forms.ChoiceField(
        label=gettext_lazy("Class of reason"),
        choices=REASONS,
        help_text=gettext_lazy("Everything that is public."),
    )
    field_order = ("withdrawn_reason", "reason")


def add_mentions_field(form: forms.Form, mentions: list[Mention]) -> None:
    """Add the choice of texts that still name a record and are hidden with it; all by default."""
    choices = [
        (mention.code, f"{mention.where}: {mention.text}") for mention in mentions if mention.code
    ]
    if choices:
        form.fields["mentions"] = forms.MultipleChoiceField(
            label=gettext("Hide these, too: they name it"),
            required=False,
            choices=choices,
            initial=[code for code, _ in choices],
            widget=forms.CheckboxSelectMultiple,
            help_text=gettext(
                "Statements and sources go to representatives alone; reasons are removed for good."
            ),
        )


class TierForm(ReasonForm):
    """Who may read which statements, earlier ones included."""

    statements = forms.MultipleChoiceField(
        label=gettext_lazy("Statements"), widget=forms.CheckboxSelectMultiple
    )
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Who may read them"),
        choices=Tier,
        coerce=int,
        initial=Tier.REPRESENTATIVES,
    )
    field_order = ("statements", "tier", "reason")


class MergeForm(ReasonForm):
    """Which record this one is merged into."""

    field_order = ("into", "reason")

    def __init__(
        self, *args: Any, site: admin.AdminSite, request: HttpRequest, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        objects = load_objects([self.data.get("into")], request)
        into = reference_field(Record._meta.get_field("successor"), site, objects, request.user)
        into.required = into.widget.is_required = True
        into.label = gettext("The same as")
        into.help_text = gettext("The record that remains. All statements move to it.")
        self.fields["into"] = into
        self.order_fields(self.field_order)


class RecordDecisions(admin.ModelAdmin):
    """The pages for decisions about a record, each with a preview."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("restrict/", view(self.restrict_view), name=f"{name}_restrict"),
            path("withdraw/", view(self.withdraw_view), name=f"{name}_withdraw"),
            path("<int:number>/tiers/", view(self.tiers_view), name=f"{name}_tiers"),
            path("<int:number>/merge/", view(self.merge_view), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def page_url(self, page: str, *arguments: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=arguments)

    def record_or_404(self, request: HttpRequest, number: int | None) -> Any:
        """Raise Http404 if there is no such record of this kind."""
        record = self.get_queryset(request).filter(pk=number).first()
        if record is None:
            raise Http404("There is no such record of this kind.")
        return record

    @admin.action(description=gettext_lazy("Restrict: show less of the selected, or nothing …"))
    def restrict_selected(self, request, queryset) -> HttpResponse:
        return self._redirect_with_selection("restrict", queryset)

    @admin.action(description=gettext_lazy("Withdraw the selected …"))
    def withdraw_selected(self, request, queryset) -> HttpResponse:
        return self._redirect_with_selection("withdraw", queryset)

    def _redirect_with_selection(self, page: str, queryset: QuerySet) -> HttpResponse:
        ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:500])
        return HttpResponseRedirect(f"{self.page_url(page)}?ids={ids}")

    def _selected_records(self, request: HttpRequest) -> list[Record]:
        ids = {parse_number(number) for number in request.GET.get("ids", "").split(",")} - {None}
        records = list(self.get_queryset(request).filter(pk__in=ids).order_by("pk"))
        if not records:
            raise Http404("Choose at least one record in the list.")
        return records

    def restrict_view(self, request: HttpRequest) -> HttpResponse:
        """Restrict records, after a preview."""
        records = self._selected_records(request)

        def build(values: dict) -> Changeset:
            changeset = Changeset(reason=values["reason"])
            for record in records:
                changeset.change_record(
                    record, level=values["level"], embargo_until=values["embargo_until"]
                )
            hide_mentions(changeset, values.get("mentions", ()))
            return changeset

        form = LevelForm(request.POST or None)
        return self._confirm_hiding(request, gettext("Restrict"), form, build, records)

    def withdraw_view(self, request: HttpRequest) -> HttpResponse:
        """Withdraw records, after a preview."""
        records = self._selected_records(request)

        def build(values: dict) -> Changeset:
            changeset = Changeset(reason=values["reason"])
            for record in records:
                if record.level != Level.WITHDRAWN:
                    changeset.change_record(
                        record, level=Level.WITHDRAWN, withdrawn_reason=values["withdrawn_reason"]
                    )
            hide_mentions(changeset, values.get("mentions", ()))
            return changeset

        form = WithdrawalForm(request.POST or None)
        return self._confirm_hiding(request, gettext("Withdraw"), form, build, records)

    def _confirm_hiding(
        self, request: HttpRequest, title: str, form: forms.Form, build, records: list[Any]
    ) -> HttpResponse:
        """Confirm a decision; moderators also decide about texts that still name the records."""
        mentions: list[Mention] = []
        unsearched = len(records) > MAX_SEARCHED
        if can(request.user, Right.DECIDE) and not unsearched:
            try:
                with transaction.atomic():
                    all_mentions = (
                        mention for record in records for mention in mentions_of(record)
                    )
                    mentions = list(
                        {(mention.code, mention.text): mention for mention in all_mentions}.values()
                    )
            except OperationalError:
                # Hiding must not wait for a search that takes too long.
                unsearched = True
        add_mentions_field(form, mentions)
        return self._confirm(
            request,
            title,
            form,
            build,
            records,
            by_hand=[mention for mention in mentions if not mention.code],
            unsearched=unsearched and can(request.user, Right.DECIDE),
        )

    def tiers_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Change who may read statements about a record, earlier ones included."""
        record = self.record_or_404(request, number)
        statements = {
            f"{kind}:{statement.pk}": statement
            for kind, model in statement_kinds().items()
            for statement in model.objects.visible_to(request.user).filter(record=record)
        }
        rows = {code: statement_row(statement) for code, statement in statements.items()}
        objects = load_objects(
            (
                rows[code][field.column]
                for code, statement in statements.items()
                for field in statement.operation_fields()
                if field.is_relation
            ),
            request,
        )
        note_record(request, record)
        form = TierForm(request.POST or None)
        statements_field: Any = form.fields["statements"]
        statements_field.choices = [
            (
                code,
                f"{statement._meta.verbose_name}: "
                f"{summarize(type(statement), rows[code], objects)} {describe_readers(statement)}",
            )
            for code, statement in statements.items()
        ]

        def build(values: dict) -> Changeset:
            changeset = Changeset(reason=values["reason"])
            for code in values["statements"]:
                if statements[code].tier != values["tier"]:
                    changeset.restrict(statements[code], Tier(values["tier"]))
            return changeset

        return self._confirm(request, gettext("Who may read what"), form, build, [record])

    def merge_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Merge a record into another, after a preview."""
        record = self.record_or_404(request, number)

        def build(values: dict) -> Changeset:
            return merge(record, values["into"], reason=values["reason"], by=request.user)

        form = MergeForm(request.POST or None, site=self.admin_site, request=request)
        pairs = likely_duplicates(record, request.user)
        return self._confirm(
            request,
            gettext("Merge"),
            form,
            build,
            [record],
            template="admin/merge.html",
            pairs=pairs,
        )

    def _confirm(
        self, request, action: str, form, build, records: list[Any], **context: Any
    ) -> HttpResponse:
        if len(records) > BULK_LIMIT and not can(request.user, Right.BULK):
            raise PermissionDenied(
                gettext("Choose at most %(count)s records, or ask a moderator to change more.")
                % {"count": BULK_LIMIT}
            )
        note_all(request, records)
        if len(records) == 1:
            title = f"{action}: {records[0].label}"
            # An editor who may no longer see the hidden record returns to the list.
            sees_hidden = can(request.user, Right.SEE_UNPUBLISHED)
            back = (
                self.page_url("change", records[0].pk)
                if sees_hidden
                else self.page_url("changelist")
            )
        else:
            title = f"{action}: " + gettext("%(count)s records") % {"count": len(records)}
            back = self.page_url("changelist")
        return confirm_and_submit(
            request,
            title=title,
            form=form,
            build=build,
            back=back,
            records=records,
            opts=self.opts,
            **context,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        record = self.record_or_404(request, parse_number(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(record)s") % {"record": record.label},
            "changes": list_changes(record, request),
            "record": record,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)


def describe_readers(statement: Statement) -> str:
    """Who may read a statement, and up to which change it was stated if it has been retired."""
    labels = [statement.get_tier_display()]
    if statement.retired_id:
        labels.append(gettext("said until change %(number)s") % {"number": statement.retired_id})
    return f"[{', '.join(labels)}]"


@dataclass
class RecordChange:
    """What one accepted change did to a record."""

    changeset: Changeset
    operations: list[Operation]


def list_changes(record: Record, request: HttpRequest) -> list[RecordChange]:
    """The changes of a record, newest first: its statements and the decisions about it.

    Accounts that see unpublished data get all of it; other editors see what the public sees.
    """
    reader = reader_tier(request.user)
    changes = {
        change.number: change for change in record_history(Entry(pk=record.pk), reader=reader)
    }
    if reader == Tier.PUBLIC:
        return [
            RecordChange(
                Changeset(number=change.number, decided_at=change.at, reason=change.reason),
                _statement_operations(change.retired, change.added),
            )
            for change in changes.values()
        ]
    note_record(request, record)
    items = [item for change in changes.values() for item in (*change.added, *change.retired)]
    deciding = _changes_about({record.pk, *(item["statement"] for item in items)})
    changesets = Changeset.objects.filter(number__in={*changes, *deciding}).select_related("author")
    record_changes = []
    for changeset in changesets.order_by("-number"):
        operations = list_record_decisions(changeset, record, request)
        if changeset.number in changes:
            operations += _statement_operations(
                changes[changeset.number].retired, changes[changeset.number].added
            )
        record_changes.append(RecordChange(changeset, operations))
    return record_changes


def _changes_about(numbers: set[int]) -> list[int]:
    """The numbers of changes that decided about one of these records or statements.

    Accepted statements have moved into the ledger; decisions are still in `operations`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM orgs_changeset WHERE number IS NOT NULL AND operations <> '{}'"
            " AND jsonb_path_exists(operations, '$.*[*].id ? (@ == $ids[*])', %s)",
            (json.dumps({"ids": sorted(numbers)}),),
        )
        return [row[0] for row in cursor.fetchall()]


def _statement_operations(retired: list[dict], added: list[dict]) -> list[Operation]:
    """The statements of one change as operations, with retired ones next to their successors."""
    successors = best_pairs(
        (sum(new.get(name) == value for name, value in old.items()), old["statement"], new)
        for old in retired
        for new in added
        if old["part"] == new["part"]
    )
    used = {new["statement"] for new in successors.values()}
    operations = []
    for old in retired:
        new = successors.get(old["statement"])
        operations.append(
            Operation(
                gettext("says otherwise") if new else gettext("says no longer"),
                part_name(old["part"]),
                rows=compare(describe_item(old), describe_item(new) if new else None),
            )
        )
    for new in added:
        if new["statement"] not in used:
            operations.append(
                Operation(
                    gettext("says newly"),
                    part_name(new["part"]),
                    rows=compare(None, describe_item(new)),
                )
            )
    return operations
