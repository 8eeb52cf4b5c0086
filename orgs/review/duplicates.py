"""Likely duplicates: a list to go through, two records side by side, and what one would say."""

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
from orgs.changes.changeset import Changeset, merge_reason
from orgs.matching.distinct import Distinct
from orgs.matching.duplicates import Match, compare_entries, find_duplicates_of
from orgs.pages.labels import part_name
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Kind, Record
from orgs.records.source import Tier
from orgs.statements.statement import PARTS

from .admin_base import Open
from .choices import reader_of
from .descriptions import line_of
from .reading_log import note_record
from .submission import ReasonForm, decide

LOOKED_THROUGH = 100
"""How many records one page looks through at most."""
AT_A_TIME = 10
"""How many of them with one question: few, so that none takes long."""
PATIENCE = 1.0
"""After how many seconds a page shows what it has found, and leads on from there."""


class PairsForm(forms.Form):
    """Of which records likely duplicates are shown."""

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
        shown: Any = self.fields["country"]
        shown.choices = [
            ("", gettext("all")),
            *((str(number), label) for number, label in countries.values_list("id", "label")),
        ]

    def clean_after(self) -> int:
        """Refuse a number that no record can have."""
        after = self.cleaned_data["after"] or 0
        if after >= 2**63:
            raise ValidationError(gettext("This page does not exist. Start with the first."))
        return after

    def entries(self) -> Any:
        """Return the entries that are asked about, in the order of their numbers."""
        given = self.cleaned_data
        kinds = [given["kind"]] if given["kind"] else ACTORS
        entries = Entry.objects.published().of_kinds(*kinds)
        if given["country"]:
            entries = entries.holding(["country"], [given["country"]])
        return entries.order_by("id")


def pairs_view(request: HttpRequest) -> HttpResponse:
    """Show the likely duplicates of some records, and the way to the next ones."""
    form = PairsForm(request.GET)
    found: dict[tuple[int, int], Match] = {}
    after = looked_through = 0
    more = form.is_valid()
    began = time.monotonic()
    while more and looked_through < LOOKED_THROUGH and time.monotonic() - began < PATIENCE:
        after = after or form.cleaned_data["after"]
        some = list(form.entries().filter(id__gt=after)[: AT_A_TIME + 1])
        more = len(some) > AT_A_TIME
        found |= {_pair(match): match for match in find_duplicates_of(some[:AT_A_TIME])}
        looked_through += len(some[:AT_A_TIME])
        after = some[:AT_A_TIME][-1].id if some else after
    onwards = request.GET.copy()
    onwards["after"] = str(after)
    told = _told_before(form, found) if found else set()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Likely duplicates"),
        "form": form,
        "pairs": _readable(
            [_sides(match) for pair, match in found.items() if pair not in told], request.user
        ),
        "looked_through": looked_through,
        "onwards": onwards.urlencode() if more else "",
        "opts": Record._meta,
    }
    status = 200 if form.is_valid() else 400
    return TemplateResponse(request, "admin/duplicates.html", context, status=status)


def _told_before(form: PairsForm, found: dict[tuple[int, int], Match]) -> set[tuple[int, int]]:
    """Return those pairs that stand on an earlier page: the other one comes first, and finds it."""
    first = form.cleaned_data["after"]
    earlier = {match.other.id for match in found.values() if match.other.id <= first}
    asked = list(form.entries().filter(id__in=earlier)) if earlier else []
    return {_pair(match) for match in find_duplicates_of(asked)}


def _pair(match: Match) -> tuple[int, int]:
    numbers = (match.one.id if match.one else 0, match.other.id)
    return min(numbers), max(numbers)


@dataclass
class Pair:
    """Two records that are likely one: the older one would stay."""

    stays: Entry
    goes: Entry
    match: Match

    @property
    def address(self) -> str:
        """Return where both stand side by side."""
        return compare_address(self.goes.kind, self.goes.id, self.stays.id)


def _sides(match: Match) -> Pair:
    """Return a pair, with the one that is longer in the catalogue as the one that stays."""
    both = sorted((one for one in (match.one, match.other) if one), key=lambda entry: entry.id)
    return Pair(both[0], both[-1], match)


def _readable(pairs: list[Pair], account: Any) -> list[Pair]:
    """Return the pairs of which an account may open both records."""
    if can(account, Right.SEE_UNPUBLISHED):
        return pairs
    numbers = [one.id for pair in pairs for one in (pair.stays, pair.goes)]
    open_to = Record.objects.visible_to(account).filter(pk__in=numbers)
    readable = set(open_to.values_list("pk", flat=True)) if numbers else set()
    return [pair for pair in pairs if {pair.stays.id, pair.goes.id} <= readable]


def compare_address(kind: str, goes: int, stays: int) -> str:
    """Return the address of the page on which two records are compared."""
    return reverse(f"admin:orgs_{kind}_compare", args=(goes, stays))


@dataclass
class Part:
    """What two records say in one part of their documents, and what the merged one would."""

    name: str
    one: list[str]
    other: list[str]
    merged: list[tuple[str, bool]]
    """Each line, and whether it is new to the one that stays."""


def said_of(record: Record, reader: Tier) -> dict | None:
    """Return all that the ledger says of a record now, as this reader reads it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT compose(%s, NULL, NULL, %s, %s)",
            (record.pk, int(reader), Counter.today()),
        )
        told = cursor.fetchone()[0]
    return None if told is None else json.loads(told)


def parts_of(one: dict | None, other: dict | None, merged: dict | None) -> list[Part]:
    """Return documents part by part, without the parts in which nothing is said."""
    names = [
        *PARTS,
        *(
            name
            for document in (one, other)
            for name, value in (document or {}).items()
            if name not in (*PARTS, "sources", "calls_itself", "called") and isinstance(value, list)
        ),
    ]
    parts = []
    for name in dict.fromkeys(names):
        left, right, both = (_lines(document, name) for document in (one, other, merged))
        if left or right:
            parts.append(
                Part(part_name(name), left, right, [(line, line not in right) for line in both])
            )
    return parts


def _lines(document: dict | None, part: str) -> list[str]:
    """Return what a document says in a part, a line each."""
    said = (document or {}).get(part) or []
    items = [item for some in said.values() for item in some] if isinstance(said, dict) else said
    return [line_of(item) for item in items if "statement" in item]


class Comparisons(admin.ModelAdmin):
    """The pages on which two records of a kind stand side by side."""

    record_or_404: Any
    address: Any

    def get_urls(self) -> list:
        """Return the addresses of two records, before those of one."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        two = "<int:number>/compare/<int:other>/"
        return [
            path(two, view(self.compare_view), name=f"{name}_compare"),
            path(f"{two}distinct/", view(self.distinct_view), name=f"{name}_distinct"),
            *super().get_urls(),
        ]

    def compare_view(self, request: HttpRequest, number: int, other: int) -> HttpResponse:
        """Show two records and what one would say of both; merge them once that was seen."""
        goes, stays = self._two(request, number, other)
        entries = Entry.objects.published().in_bulk([goes.pk, stays.pk])
        likeness = compare_entries(*entries.values()) if len(entries) == 2 else None
        form = ReasonForm(request.POST or {"reason": merge_reason()})
        merged = None
        by, reader = request.user, reader_of(request.user)
        for record in (goes, stays):
            note_record(request, record)
        try:
            merger = Changeset.merge(goes, stays, by=by)
            merged = merger.preview(lambda: said_of(stays, reader))
        except ValidationError as refused:
            form.add_error(None, refused)
        return decide(
            request,
            title=gettext("Are they the same?"),
            form=form,
            write=lambda given: Changeset.merge(goes, stays, reason=given["reason"], by=by),
            back=self.address("change", stays.pk),
            template="admin/compare.html",
            records=[goes, stays],
            goes=goes,
            stays=stays,
            parts=parts_of(said_of(goes, reader), said_of(stays, reader), merged),
            likeness=likeness,
            distinct=Distinct.objects.among([goes.pk, stays.pk]).first(),
            opts=self.opts,
        )

    def distinct_view(self, request: HttpRequest, number: int, other: int) -> HttpResponse:
        """Remember that two records are two, or forget it; then go on with the list."""
        if not can(request.user, Right.DECIDE):
            raise PermissionDenied(gettext("Only moderators decide about duplicates."))
        goes, stays = self._two(request, number, other)
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
        return HttpResponseRedirect(self.address("compare", goes.pk, stays.pk))

    def _two(self, request: HttpRequest, number: int, other: int) -> tuple[Any, Any]:
        """Return two different records of this kind. Raises Http404 if there are none."""
        if number == other or max(number, other) >= 2**63:
            raise Http404("Two different records are compared.")
        return self.record_or_404(request, number), self.record_or_404(request, other)


def likely_of(record: Record, account: Any) -> list[Pair]:
    """Return what a record is likely the same as, if the public may read it."""
    entry = Entry.objects.published().filter(pk=record.pk, kind__in=ACTORS).first()
    pairs = [_sides(match) for match in find_duplicates_of([entry])] if entry else []
    return _readable(pairs, account)


class Finder(Open, admin.ModelAdmin):
    """The list of likely duplicates, before the list of records."""

    def get_urls(self) -> list:
        """Return the address of likely duplicates, before those of records."""
        view = self.admin_site.admin_view(pairs_view)
        return [path("duplicates/", view, name="orgs_record_duplicates"), *super().get_urls()]
