"""Decisions about records: restrict, withdraw, merge; and the history of each record."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import BULK_LIMIT, Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.operations import statement_row
from orgs.changes.rebase import best_pairs
from orgs.pages.labels import part_name
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.search.record_history import record_history
from orgs.sql import fetch_column
from orgs.statements.coverage import ReasonClass
from orgs.statements.statement import Statement, statement_kinds

from .choices import (
    SourceLink,
    SourcesByKey,
    load_objects,
    load_sources,
    parse_number,
    reader_tier,
    reference_field,
    with_labels,
)
from .confirm_page import ConfirmPage
from .descriptions import compare, describe_item, summarize
from .duplicates import likely_duplicates
from .operation_display import Operation, list_record_decisions
from .pages import EditorPage
from .reading_log import note_all, note_record
from .remaining_mentions import Mention, hide_mentions, mentions_of
from .submission import ReasonForm

MAX_SEARCHED = 20
"""The most records for which texts that name them are searched at once."""

MAX_UNFOLDED = 8
"""The most operations of a change that its history shows unfolded."""

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
        help_text=gettext_lazy("Only this class is public."),
    )
    field_order = ("withdrawn_reason", "reason")


def add_mentions_field(form: forms.Form, mentions: list[Mention]) -> None:
    """Add the choice of texts that still name a record and are hidden with it; all by default."""
    choices = [
        (mention.code, f"{mention.where}: {mention.text}") for mention in mentions if mention.code
    ]
    if choices:
        form.fields["mentions"] = forms.MultipleChoiceField(
            label=gettext("Also hide these texts, which name it"),
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
    field_order = ("into", "reason")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column = Record._meta.get_field("successor")
        objects = load_objects([self.data.get("into")], request)
        into = reference_field(column, admin.site, objects, request.user)
        into.required = into.widget.is_required = True
        into.label = gettext("The same as")
        into.help_text = gettext("The record that remains. All statements move to it.")
        self.fields["into"] = into
        self.order_fields(self.field_order)


def record_or_404(request: HttpRequest, number: int) -> Any:
    """A record with its label. Raises Http404 unless the account may read it."""
    return get_object_or_404(with_labels(Record.objects.all(), request.user), pk=number)


class DecisionPage(ConfirmPage):
    title: ClassVar[Any]

    @cached_property
    def records(self) -> list[Any]:
        return [record_or_404(self.request, self.kwargs["number"])]

    def preview_or_submit(self) -> HttpResponse:
        """Raises PermissionDenied for more records than the account may change at once."""
        if len(self.records) > BULK_LIMIT and not can(self.request.user, Right.BULK):
            raise PermissionDenied(
                gettext("Choose at most %(count)s records, or ask a moderator to change more.")
                % {"count": BULK_LIMIT}
            )
        note_all(self.request, self.records)
        return super().preview_or_submit()

    def get_back_url(self) -> str:
        """The record, or the list if the editor may not see the record afterwards."""
        first = self.records[0]
        if len(self.records) == 1 and can(self.request.user, Right.SEE_UNPUBLISHED):
            return reverse("admin:orgs_record_change", args=(first.pk,))
        return f"{reverse('admin:orgs_record_changelist')}?kind__exact={first.kind}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if len(self.records) == 1:
            about = self.records[0].label
        else:
            about = gettext("%(count)s records") % {"count": len(self.records)}
        return super().get_context_data(
            title=f"{self.title}: {about}", records=self.records, **kwargs
        )


class HidePage(DecisionPage):
    """Hides the records of the parameter `ids`, and texts elsewhere that name them.

    Moderators decide about these texts.
    """

    mentions: list[Mention]
    unsearched: bool

    @cached_property
    def records(self) -> list[Any]:
        ids = map(parse_number, self.request.GET.get("ids", "").split(","))
        chosen = Record.objects.filter(pk__in=[number for number in ids if number is not None])
        readable = with_labels(chosen, self.request.user)
        records = list(readable.order_by("pk"))
        if not records:
            raise Http404("Choose at least one record in the list.")
        return records

    def get_form(self) -> Any:
        form = super().get_form()
        self._search_mentions()
        add_mentions_field(form, self.mentions)
        return form

    def _search_mentions(self) -> None:
        self.mentions = []
        may_decide = can(self.request.user, Right.DECIDE)
        self.unsearched = may_decide and len(self.records) > MAX_SEARCHED
        if not may_decide or self.unsearched:
            return
        try:
            with transaction.atomic():
                mentions = [mention for record in self.records for mention in mentions_of(record)]
        except OperationalError:
            # Hiding must not wait for a search that takes too long.
            self.unsearched = True
        else:
            self.mentions = list(dict.fromkeys(mentions))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            by_hand=[mention for mention in self.mentions if not mention.code],
            unsearched=self.unsearched,
            **kwargs,
        )


class RestrictPage(HidePage):
    title = gettext_lazy("Restrict")
    form_class = LevelForm

    def build(self, values: dict[str, Any]) -> Changeset:
        changeset = Changeset(reason=values["reason"])
        for record in self.records:
            changeset.change_record(
                record, level=values["level"], embargo_until=values["embargo_until"]
            )
        hide_mentions(changeset, values.get("mentions", ()))
        return changeset


class WithdrawPage(HidePage):
    title = gettext_lazy("Withdraw")
    form_class = WithdrawalForm

    def build(self, values: dict[str, Any]) -> Changeset:
        changeset = Changeset(reason=values["reason"])
        for record in self.records:
            if record.level != Level.WITHDRAWN:
                changeset.change_record(
                    record, level=Level.WITHDRAWN, withdrawn_reason=values["withdrawn_reason"]
                )
        hide_mentions(changeset, values.get("mentions", ()))
        return changeset


class TiersPage(DecisionPage):
    """Who may read statements about a record, earlier ones included."""

    title = gettext_lazy("Who may read what")
    form_class = TierForm

    @cached_property
    def statements(self) -> dict[str, Any]:
        return {
            f"{kind}:{statement.pk}": statement
            for kind, model in statement_kinds().items()
            for statement in model.objects.visible_to(self.request.user).filter(
                record=self.records[0]
            )
        }

    def get_form(self) -> Any:
        form = super().get_form()
        note_record(self.request, self.records[0])
        form.fields["statements"].choices = self._choices()
        return form

    def _choices(self) -> list[tuple[str, str]]:
        rows = {code: statement_row(statement) for code, statement in self.statements.items()}
        objects = load_objects(
            (
                rows[code][field.column]
                for code, statement in self.statements.items()
                for field in statement.operation_fields()
                if field.is_relation
            ),
            self.request,
        )
        return [
            (
                code,
                f"{statement._meta.verbose_name}: "
                f"{summarize(type(statement), rows[code], objects)} {describe_readers(statement)}",
            )
            for code, statement in self.statements.items()
        ]

    def build(self, values: dict[str, Any]) -> Changeset:
        changeset = Changeset(reason=values["reason"])
        for code in values["statements"]:
            if self.statements[code].tier != values["tier"]:
                changeset.restrict(self.statements[code], Tier(values["tier"]))
        return changeset


class MergePage(DecisionPage):
    template_name = "review/merge.html"
    title = gettext_lazy("Merge")

    def get_form(self) -> Any:
        return MergeForm(self.request.POST or None, request=self.request)

    def build(self, values: dict[str, Any]) -> Changeset:
        return merge(self.records[0], values["into"], reason=values["reason"], by=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pairs = likely_duplicates(self.records[0], self.request.user)
        return super().get_context_data(pairs=pairs, **kwargs)


class HistoryPage(EditorPage):
    template_name = "review/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = record_or_404(self.request, self.kwargs["number"])
        return super().get_context_data(
            title=gettext("History: %(record)s") % {"record": record.label},
            changes=list_changes(record, self.request),
            record=record,
            **kwargs,
        )


def describe_readers(statement: Statement) -> str:
    """Who may read a statement, and up to which change it was stated if it has been retired."""
    labels = [statement.get_tier_display()]
    if statement.retired_id:
        labels.append(gettext("removed in change %(number)s") % {"number": statement.retired_id})
    return f"[{', '.join(labels)}]"


@dataclass
class RecordChange:
    changeset: Changeset
    operations: list[Operation]

    @property
    def is_long(self) -> bool:
        """Whether the page folds its operations."""
        return len(self.operations) > MAX_UNFOLDED


def list_changes(record: Record, request: HttpRequest) -> list[RecordChange]:
    """The changes of a record, newest first: its statements and the decisions about it.

    Accounts that see unpublished data get all of it; other editors see what the public sees.
    """
    reader = reader_tier(request.user)
    changes = {
        change.number: change for change in record_history(Entry(pk=record.pk), reader=reader)
    }
    items = [item for change in changes.values() for item in (*change.added, *change.retired)]
    sources = load_sources({item["source"] for item in items}, request.user)
    if reader == Tier.PUBLIC:
        return [
            RecordChange(
                Changeset(number=change.number, decided_at=change.at, reason=change.reason),
                _statement_operations(change.retired, change.added, sources),
            )
            for change in changes.values()
        ]
    note_record(request, record)
    deciding = _changes_about({record.pk, *(item["statement"] for item in items)})
    changesets = Changeset.objects.filter(number__in={*changes, *deciding}).select_related("author")
    record_changes = []
    for changeset in changesets.order_by("-number"):
        operations = list_record_decisions(changeset, record, request)
        if changeset.number in changes:
            operations += _statement_operations(
                changes[changeset.number].retired, changes[changeset.number].added, sources
            )
        record_changes.append(RecordChange(changeset, operations))
    return record_changes


def _changes_about(numbers: set[int]) -> list[int]:
    """The numbers of changes that decided about one of these records or statements.

    Accepted statements have moved into the ledger; decisions are still in `operations`.
    """
    return fetch_column(
        "SELECT number FROM orgs_changeset WHERE number IS NOT NULL AND operations <> '{}'"
        " AND jsonb_path_exists(operations, '$.*[*].id ? (@ == $ids[*])', %s)",
        (json.dumps({"ids": sorted(numbers)}),),
    )


def _statement_operations(
    retired: list[dict], added: list[dict], sources: SourcesByKey
) -> list[Operation]:
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
                gettext("Changed") if new else gettext("Removed"),
                part_name(old["part"]),
                rows=compare(
                    describe_item(old, sources), describe_item(new, sources) if new else None
                ),
                evidence=_evidence([old, *([new] if new else [])], sources),
            )
        )
    for new in added:
        if new["statement"] not in used:
            operations.append(
                Operation(
                    gettext("Added"),
                    part_name(new["part"]),
                    rows=compare(None, describe_item(new, sources)),
                    evidence=_evidence([new], sources),
                )
            )
    return operations


def _evidence(items: list[dict], sources: SourcesByKey) -> list[SourceLink]:
    keys = dict.fromkeys(item["source"] for item in items)
    return [sources[key] for key in keys if key in sources]
