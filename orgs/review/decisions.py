"""Decisions about records: to show less, to withdraw, to merge; and what was decided before."""

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
from orgs.changes.rebasing import best_pairs
from orgs.pages.labels import part_name
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.search.history import record_history
from orgs.statements.coverage import ReasonClass
from orgs.statements.statement import Statement, statement_kinds

from .choices import choice, known, number_of, reader_of
from .descriptions import compared, row_of, sentence, told_item
from .duplicates import likely_of
from .operations import Step, kept_steps
from .reading_log import note_all, note_record
from .remaining_mentions import Mention, hide, mentions_of
from .submission import ReasonForm, decide

MOST_SEARCHED = 20
"""For how many records at once the texts that name them are searched."""

REASONS = [*ReasonClass.choices, ("mistake", gettext_lazy("entered by mistake"))]
"""Why a record is withdrawn: the classes of reason, and one for what never was."""


class LevelForm(ReasonForm):
    """How much of a record the public may see, short of withdrawing it."""

    level = forms.ChoiceField(
        label=gettext_lazy("How much is public"),
        choices=[
            (value, text)
            for value, text in Level.choices
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
    """Why a record is withdrawn. Its address then tells the day and the class of reason."""

    withdrawn_reason = forms.ChoiceField(
        label=gettext_lazy("Class of reason"),
        choices=REASONS,
        help_text=gettext_lazy("Everything that is public."),
    )
    field_order = ("withdrawn_reason", "reason")


def ask_about_mentions(form: forms.Form, mentions: list[Mention]) -> None:
    """Let a form ask which texts that still name a record are hidden with it: all, at first."""
    choices = [(one.code, f"{one.where}: {one.text}") for one in mentions if one.code]
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
    """Who may read which statements, those of earlier days included."""

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
    """Which record this one is the same as."""

    field_order = ("into", "reason")

    def __init__(
        self, *args: Any, site: admin.AdminSite, request: HttpRequest, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        things = known([self.data.get("into")], request)
        into = choice(Record._meta.get_field("successor"), site, things, request.user)
        into.required = into.widget.is_required = True
        into.label = gettext("The same as")
        into.help_text = gettext("The record that remains. All statements move to it.")
        self.fields["into"] = into
        self.order_fields(self.field_order)


class Decisions(admin.ModelAdmin):
    """The pages on which something is decided about a record, each with a look before the leap."""

    def get_urls(self) -> list:
        """Return the addresses of the decisions about a record, before those of the record."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("restrict/", view(self.restrict_view), name=f"{name}_restrict"),
            path("withdraw/", view(self.withdraw_view), name=f"{name}_withdraw"),
            path("<int:number>/tiers/", view(self.tiers_view), name=f"{name}_tiers"),
            path("<int:number>/merge/", view(self.merge_view), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def address(self, page: str, *arguments: Any) -> str:
        """Return the address of one of these pages."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=arguments)

    def record_or_404(self, request: HttpRequest, number: int | None) -> Any:
        """Return a record of this kind with its label. Raises Http404 if there is none."""
        record = self.get_queryset(request).filter(pk=number).first()
        if record is None:
            raise Http404("There is no such record of this kind.")
        return record

    @admin.action(description=gettext_lazy("Restrict: show less of the selected, or nothing …"))
    def restrict_selected(self, request, queryset) -> HttpResponse:
        """Lead to the page where the level is chosen and confirmed."""
        return self._chosen("restrict", queryset)

    @admin.action(description=gettext_lazy("Withdraw the selected …"))
    def withdraw_selected(self, request, queryset) -> HttpResponse:
        """Lead to the page where the withdrawal is explained and confirmed."""
        return self._chosen("withdraw", queryset)

    def _chosen(self, page: str, queryset: QuerySet) -> HttpResponse:
        ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:500])
        return HttpResponseRedirect(f"{self.address(page)}?ids={ids}")

    def _named(self, request: HttpRequest) -> list[Record]:
        ids = {number_of(one) for one in request.GET.get("ids", "").split(",")} - {None}
        records = list(self.get_queryset(request).filter(pk__in=ids).order_by("pk"))
        if not records:
            raise Http404("Choose at least one record in the list.")
        return records

    def restrict_view(self, request: HttpRequest) -> HttpResponse:
        """Show less of records, or nothing, once it is confirmed."""
        records = self._named(request)

        def write(given: dict) -> Changeset:
            changeset = Changeset(reason=given["reason"])
            for record in records:
                changeset.change_record(
                    record, level=given["level"], embargo_until=given["embargo_until"]
                )
            hide(changeset, given.get("mentions", ()))
            return changeset

        form = LevelForm(request.POST or None)
        return self._hide(request, gettext("Restrict"), form, write, records)

    def withdraw_view(self, request: HttpRequest) -> HttpResponse:
        """Withdraw records, once it is confirmed: nobody deletes one."""
        records = self._named(request)

        def write(given: dict) -> Changeset:
            changeset = Changeset(reason=given["reason"])
            for record in records:
                if record.level != Level.WITHDRAWN:
                    changeset.change_record(
                        record, level=Level.WITHDRAWN, withdrawn_reason=given["withdrawn_reason"]
                    )
            hide(changeset, given.get("mentions", ()))
            return changeset

        form = WithdrawalForm(request.POST or None)
        return self._hide(request, gettext("Withdraw"), form, write, records)

    def _hide(
        self, request: HttpRequest, what: str, form: forms.Form, write, records: list[Any]
    ) -> HttpResponse:
        """Decide about records; with a moderator also about the texts that still name them."""
        found: list[Mention] = []
        unsearched = len(records) > MOST_SEARCHED
        if can(request.user, Right.DECIDE) and not unsearched:
            try:
                with transaction.atomic():
                    every = (mention for record in records for mention in mentions_of(record))
                    found = list({(one.code, one.text): one for one in every}.values())
            except OperationalError:
                # Hiding must not wait for a search that takes too long.
                unsearched = True
        ask_about_mentions(form, found)
        return self._decide(
            request,
            what,
            form,
            write,
            records,
            by_hand=[one for one in found if not one.code],
            unsearched=unsearched and can(request.user, Right.DECIDE),
        )

    def tiers_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Change who may read statements about a record, those of earlier days included."""
        record = self.record_or_404(request, number)
        statements = {
            f"{kind}:{one.pk}": one
            for kind, model in statement_kinds().items()
            for one in model.objects.visible_to(request.user).filter(record=record)
        }
        rows = {code: row_of(one) for code, one in statements.items()}
        things = known(
            (
                rows[code][field.column]
                for code, one in statements.items()
                for field in one.operation_fields()
                if field.is_relation
            ),
            request,
        )
        note_record(request, record)
        form = TierForm(request.POST or None)
        offered: Any = form.fields["statements"]
        offered.choices = [
            (
                code,
                f"{one._meta.verbose_name}: {sentence(type(one), rows[code], things)} {read(one)}",
            )
            for code, one in statements.items()
        ]

        def write(given: dict) -> Changeset:
            changeset = Changeset(reason=given["reason"])
            for code in given["statements"]:
                if statements[code].tier != given["tier"]:
                    changeset.restrict(statements[code], Tier(given["tier"]))
            return changeset

        return self._decide(request, gettext("Who may read what"), form, write, [record])

    def merge_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Make one record of two, once what it would do has been seen."""
        record = self.record_or_404(request, number)

        def write(given: dict) -> Changeset:
            return Changeset.merge(record, given["into"], reason=given["reason"], by=request.user)

        form = MergeForm(request.POST or None, site=self.admin_site, request=request)
        likely = likely_of(record, request.user)
        return self._decide(
            request,
            gettext("Merge"),
            form,
            write,
            [record],
            template="admin/merge.html",
            pairs=likely,
        )

    def _decide(
        self, request, what: str, form, write, records: list[Any], **context: Any
    ) -> HttpResponse:
        if len(records) > BULK_LIMIT and not can(request.user, Right.BULK):
            raise PermissionDenied(
                gettext("Choose at most %(count)s records, or ask a moderator to change more.")
                % {"count": BULK_LIMIT}
            )
        note_all(request, records)
        if len(records) == 1:
            title = f"{what}: {records[0].label}"
            # An editor who may not see it once it is hidden is led to the list.
            lasting = can(request.user, Right.SEE_UNPUBLISHED)
            back = self.address("change", records[0].pk) if lasting else self.address("changelist")
        else:
            title = f"{what}: " + gettext("%(count)s records") % {"count": len(records)}
            back = self.address("changelist")
        return decide(
            request,
            title=title,
            form=form,
            write=write,
            back=back,
            records=records,
            opts=self.opts,
            **context,
        )

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """Show what every change did to the record, as the ledger has it."""
        record = self.record_or_404(request, number_of(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(record)s") % {"record": record.label},
            "changes": changes_of(record, request),
            "record": record,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)


def read(statement: Statement) -> str:
    """Return who may read a statement, and until which change it was said if it is not any more."""
    words = [statement.get_tier_display()]
    if statement.retired_id:
        words.append(gettext("said until change %(number)s") % {"number": statement.retired_id})
    return f"[{', '.join(words)}]"


@dataclass
class Chapter:
    """What one accepted change did to a record."""

    changeset: Changeset
    steps: list[Step]


def changes_of(record: Record, request: HttpRequest) -> list[Chapter]:
    """Return what happened to a record, newest first: what was said, and what was decided.

    Who sees what is not public reads all of it; other editors what the public reads.
    """
    reader = reader_of(request.user)
    said = {one.number: one for one in record_history(Entry(pk=record.pk), reader=reader)}
    if reader == Tier.PUBLIC:
        return [
            Chapter(
                Changeset(number=one.number, decided_at=one.at, reason=one.reason),
                _said(one.retired, one.added),
            )
            for one in said.values()
        ]
    note_record(request, record)
    items = [item for one in said.values() for item in (*one.added, *one.retired)]
    decided = _deciding({record.pk, *(item["statement"] for item in items)})
    changesets = Changeset.objects.filter(number__in={*said, *decided}).select_related("author")
    chapters = []
    for changeset in changesets.order_by("-number"):
        steps = kept_steps(changeset, record, request)
        if changeset.number in said:
            steps += _said(said[changeset.number].retired, said[changeset.number].added)
        chapters.append(Chapter(changeset, steps))
    return chapters


def _deciding(numbers: set[int]) -> list[int]:
    """Return the changes that decided about one of these records or statements.

    What a proposal said has moved into the ledger; what it decided is still in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM orgs_changeset WHERE number IS NOT NULL AND operations <> '{}'"
            " AND jsonb_path_exists(operations, '$.*[*].id ? (@ == $ids[*])', %s)",
            (json.dumps({"ids": sorted(numbers)}),),
        )
        return [row[0] for row in cursor.fetchall()]


def _said(retired: list[dict], added: list[dict]) -> list[Step]:
    """Return statements of one change as steps, what was and what is side by side."""
    becomes = best_pairs(
        (sum(new.get(name) == value for name, value in old.items()), old["statement"], new)
        for old in retired
        for new in added
        if old["part"] == new["part"]
    )
    taken = {new["statement"] for new in becomes.values()}
    steps = []
    for old in retired:
        new = becomes.get(old["statement"])
        steps.append(
            Step(
                gettext("says otherwise") if new else gettext("says no longer"),
                part_name(old["part"]),
                rows=compared(told_item(old), told_item(new) if new else None),
            )
        )
    for new in added:
        if new["statement"] not in taken:
            steps.append(
                Step(
                    gettext("says newly"),
                    part_name(new["part"]),
                    rows=compared(None, told_item(new)),
                )
            )
    return steps
