"""Likely duplicates: the list to go through, and the comparison of two records."""

import json
import time
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.merging import default_reason, merge
from orgs.matching.distinct import Distinct
from orgs.matching.duplicates import Match, compare_entries, find_duplicates_of
from orgs.pages.labels import part_name
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Kind, Record
from orgs.records.source import Tier
from orgs.statements.statement import PARTS

from .admin_base import EditorPermissions
from .choices import reader_tier
from .descriptions import summarize_item
from .reading_log import note_record
from .submission import ReasonForm, confirm_and_submit

MAX_SEARCHED = 100
"""The most records that one page searches."""
BATCH_SIZE = 10
"""How many records one query searches: few, so that each query stays fast."""
TIME_LIMIT = 1.0
"""Seconds after which a page shows what it has found so far, with a link to the rest."""


class DuplicatesForm(forms.Form):
    """Which records to search for likely duplicates."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            *((kind.value, kind.label) for kind in Kind if kind in ACTORS),
        ],
    )
    country = forms.ChoiceField(label=gettext_lazy("Seat in"), required=False)
    after = forms.IntegerField(
        label=gettext_lazy("Page of the list"),
        required=False,
        widget=forms.HiddenInput,
        min_value=0,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = (
            Entry.objects.published()
            .of_kinds(Kind.PLACE)
            .holding(["place_type"], ["country"])
            .order_by("sort_key", "id")
        )
        country_field: Any = self.fields["country"]
        country_field.choices = [
            ("", gettext("all")),
            *((str(number), label) for number, label in countries.values_list("id", "label")),
        ]

    def clean_after(self) -> int:
        """Reject numbers that exceed the database's integers."""
        after = self.cleaned_data["after"] or 0
        if after >= 2**63:
            raise ValidationError(gettext("This page does not exist. Start with the first."))
        return after

    def entries(self) -> Any:
        """The entries to search, by primary key."""
        values = self.cleaned_data
        kinds = [values["kind"]] if values["kind"] else ACTORS
        entries = Entry.objects.published().of_kinds(*kinds)
        if values["country"]:
            entries = entries.holding(["country"], [values["country"]])
        return entries.order_by("id")


def duplicates_view(request: HttpRequest) -> HttpResponse:
    """List likely duplicates page by page."""
    form = DuplicatesForm(request.GET)
    matches: dict[tuple[int, int], Match] = {}
    after = searched = 0
    more = form.is_valid()
    began = time.monotonic()
    while more and searched < MAX_SEARCHED and time.monotonic() - began < TIME_LIMIT:
        after = after or form.cleaned_data["after"]
        batch = list(form.entries().filter(id__gt=after)[: BATCH_SIZE + 1])
        more = len(batch) > BATCH_SIZE
        matches |= {_pair_key(match): match for match in find_duplicates_of(batch[:BATCH_SIZE])}
        searched += len(batch[:BATCH_SIZE])
        after = batch[:BATCH_SIZE][-1].id if batch else after
    next_params = request.GET.copy()
    next_params["after"] = str(after)
    shown = _shown_earlier(form, matches) if matches else set()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Likely duplicates"),
        "form": form,
        "pairs": _readable(
            [_make_pair(match) for pair, match in matches.items() if pair not in shown],
            request.user,
        ),
        "searched": searched,
        "next_query": next_params.urlencode() if more else "",
        "opts": Record._meta,
    }
    status = 200 if form.is_valid() else 400
    return TemplateResponse(request, "admin/duplicates.html", context, status=status)


def _shown_earlier(
    form: DuplicatesForm, matches: dict[tuple[int, int], Match]
) -> set[tuple[int, int]]:
    """The pairs that an earlier page lists, because their other record comes first."""
    first = form.cleaned_data["after"]
    earlier = {match.other.id for match in matches.values() if match.other.id <= first}
    entries = list(form.entries().filter(id__in=earlier)) if earlier else []
    return {_pair_key(match) for match in find_duplicates_of(entries)}


def _pair_key(match: Match) -> tuple[int, int]:
    numbers = (match.one.id if match.one else 0, match.other.id)
    return min(numbers), max(numbers)


@dataclass
class DuplicatePair:
    """Two records that are likely the same. The older one would stay."""

    stays: Entry
    goes: Entry
    match: Match

    @property
    def url(self) -> str:
        return compare_url(self.goes.kind, self.goes.id, self.stays.id)


def _make_pair(match: Match) -> DuplicatePair:
    both = sorted(
        (entry for entry in (match.one, match.other) if entry), key=lambda entry: entry.id
    )
    return DuplicatePair(both[0], both[-1], match)


def _readable(pairs: list[DuplicatePair], account: Any) -> list[DuplicatePair]:
    """The pairs of which the account may open both records."""
    if can(account, Right.SEE_UNPUBLISHED):
        return pairs
    numbers = [entry.id for pair in pairs for entry in (pair.stays, pair.goes)]
    records = Record.objects.visible_to(account).filter(pk__in=numbers)
    readable = set(records.values_list("pk", flat=True)) if numbers else set()
    return [pair for pair in pairs if {pair.stays.id, pair.goes.id} <= readable]


def compare_url(kind: str, goes: int, stays: int) -> str:
    """The address of the page that compares two records."""
    return reverse(f"admin:orgs_{kind}_compare", args=(goes, stays))


@dataclass
class ComparedPart:
    """One part of two documents, and of the document that a merge would give."""

    name: str
    goes: list[str]
    stays: list[str]
    merged: list[tuple[str, bool]]
    """Each line, and whether it is new to the record that stays."""


def load_document(record: Record, reader: Tier) -> dict | None:
    """The current document of a record at this tier, from the ledger; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT compose(%s, NULL, NULL, %s, %s)",
            (record.pk, int(reader), Counter.today()),
        )
        row = cursor.fetchone()[0]
    return None if row is None else json.loads(row)


def compare_parts(goes: dict | None, stays: dict | None, merged: dict | None) -> list[ComparedPart]:
    """Compare documents part by part, leaving out empty parts."""
    names = [
        *PARTS,
        *(
            name
            for document in (goes, stays)
            for name, value in (document or {}).items()
            if name not in (*PARTS, "sources", "calls_itself", "called") and isinstance(value, list)
        ),
    ]
    parts = []
    for name in dict.fromkeys(names):
        left, right, both = (_part_lines(document, name) for document in (goes, stays, merged))
        if left or right:
            parts.append(
                ComparedPart(
                    part_name(name), left, right, [(line, line not in right) for line in both]
                )
            )
    return parts


def _part_lines(document: dict | None, part: str) -> list[str]:
    value = (document or {}).get(part) or []
    items = (
        [item for group in value.values() for item in group] if isinstance(value, dict) else value
    )
    return [summarize_item(item) for item in items if "statement" in item]


class RecordComparisons(admin.ModelAdmin):
    """The pages that compare two records of a kind."""

    record_or_404: Any
    page_url: Any

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        two = "<int:number>/compare/<int:other>/"
        return [
            path(two, view(self.compare_view), name=f"{name}_compare"),
            path(f"{two}distinct/", view(self.distinct_view), name=f"{name}_distinct"),
            *super().get_urls(),
        ]

    def compare_view(self, request: HttpRequest, number: int, other: int) -> HttpResponse:
        """Compare two records and preview their merger; merge them once it is confirmed."""
        goes, stays = self._get_two(request, number, other)
        entries = Entry.objects.published().in_bulk([goes.pk, stays.pk])
        likeness = compare_entries(*entries.values()) if len(entries) == 2 else None
        form = ReasonForm(request.POST or {"reason": default_reason()})
        merged = None
        by, reader = request.user, reader_tier(request.user)
        for record in (goes, stays):
            note_record(request, record)
        try:
            merger = merge(goes, stays, by=by)
            merged = merger.preview(lambda: load_document(stays, reader))
        except ValidationError as error:
            form.add_error(None, error)
        return confirm_and_submit(
            request,
            title=gettext("Are they the same?"),
            form=form,
            build=lambda values: merge(goes, stays, reason=values["reason"], by=by),
            back=self.page_url("change", stays.pk),
            template="admin/compare.html",
            records=[goes, stays],
            goes=goes,
            stays=stays,
            parts=compare_parts(load_document(goes, reader), load_document(stays, reader), merged),
            likeness=likeness,
            distinct=Distinct.objects.among([goes.pk, stays.pk]).first(),
            opts=self.opts,
        )

    def distinct_view(self, request: HttpRequest, number: int, other: int) -> HttpResponse:
        """Remember that two records are distinct, or forget it; then return to the list."""
        if not can(request.user, Right.DECIDE):
            raise PermissionDenied(gettext("Only moderators decide about duplicates."))
        goes, stays = self._get_two(request, number, other)
        if request.method == "POST":
            if "_forget" in request.POST:
                Distinct.forget(goes.pk, stays.pk)
                messages.success(request, gettext("Both may be shown as likely duplicates again."))
            else:
                Distinct.note(goes.pk, stays.pk, request.user)
                messages.success(
                    request,
                    gettext(
                        "Saved: these are two different records. This pair will not be suggested "
                        "again."
                    ),
                )
            return HttpResponseRedirect(reverse("admin:orgs_record_duplicates"))
        return HttpResponseRedirect(self.page_url("compare", goes.pk, stays.pk))

    def _get_two(self, request: HttpRequest, number: int, other: int) -> tuple[Any, Any]:
        """Two different records of this kind. Raises Http404 if there are none."""
        if number == other or max(number, other) >= 2**63:
            raise Http404("Two different records are compared.")
        return self.record_or_404(request, number), self.record_or_404(request, other)


def likely_duplicates(record: Record, account: Any) -> list[DuplicatePair]:
    """The likely duplicates of a record, if the record is public."""
    entry = Entry.objects.published().filter(pk=record.pk, kind__in=ACTORS).first()
    pairs = [_make_pair(match) for match in find_duplicates_of([entry])] if entry else []
    return _readable(pairs, account)


class DuplicatesAdmin(EditorPermissions, admin.ModelAdmin):
    """Adds the list of likely duplicates to the list of records."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(duplicates_view)
        return [path("duplicates/", view, name="orgs_record_duplicates"), *super().get_urls()]
