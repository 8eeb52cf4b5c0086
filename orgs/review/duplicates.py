"""Likely duplicates: the list to go through, and the comparison of two records."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.merger import default_reason, merge
from orgs.matching.distinct import Distinct
from orgs.matching.duplicates import Match, compare_entries, find_duplicates_of
from orgs.pages.labels import part_name
from orgs.pages.translated_labels import label_of, label_order
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, KINDS, Kind
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.sql import fetch_value
from orgs.statements.statement import PARTS

from .choices import SourceLink, reader_tier, with_labels
from .confirm_page import ConfirmPage
from .descriptions import summarize_item
from .pages import EditorPage
from .reading_log import note_record

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
            *((kind, KINDS[kind].label) for kind in ACTOR_KINDS),
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
            .order_by("id")
        )
        choices = [
            (str(number), label_of("place", slug, label))
            for number, slug, label in countries.values_list("id", "slug", "label")
        ]
        country_field: Any = self.fields["country"]
        country_field.choices = [
            ("", gettext("all")),
            *sorted(choices, key=lambda choice: label_order(choice[1])),
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
        kinds = [values["kind"]] if values["kind"] else ACTOR_KINDS
        entries = Entry.objects.published().of_kinds(*kinds)
        if values["country"]:
            entries = entries.holding(["country"], [values["country"]])
        return entries.order_by("id")


@dataclass
class Search:
    """The matches among the next entries, and where the search stopped."""

    matches: dict[tuple[int, int], Match]
    searched: int
    after: int
    more: bool


def search_duplicates(form: DuplicatesForm) -> Search:
    """Search batch by batch, up to `MAX_SEARCHED` entries or `TIME_LIMIT`."""
    search = Search({}, 0, form.cleaned_data["after"], True)
    began = time.monotonic()
    while search.more and search.searched < MAX_SEARCHED and time.monotonic() - began < TIME_LIMIT:
        found = list(form.entries().filter(id__gt=search.after)[: BATCH_SIZE + 1])
        batch = found[:BATCH_SIZE]
        search.more = len(found) > BATCH_SIZE
        search.matches |= {_pair_key(match): match for match in find_duplicates_of(batch)}
        search.searched += len(batch)
        search.after = batch[-1].id if batch else search.after
    return search


class DuplicatesPage(EditorPage):
    template_name = "review/duplicates.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = DuplicatesForm(request.GET)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        search = search_duplicates(form)
        shown = _shown_earlier(form, search.matches) if search.matches else set()
        pairs = [_make_pair(match) for pair, match in search.matches.items() if pair not in shown]
        next_params = request.GET.copy()
        next_params["after"] = str(search.after)
        context = self.get_context_data(
            form=form,
            pairs=_readable(pairs, request.user),
            searched=search.searched,
            next_query=next_params.urlencode() if search.more else "",
        )
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=gettext("Likely duplicates"), **kwargs)


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
        return reverse("review-duplicate", args=(self.goes.id, self.stays.id))


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
    row = fetch_value(
        "SELECT compose(%s, NULL, NULL, %s, %s)",
        (record.pk, int(reader), Counter.today()),
    )
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
    document = document or {}
    sources = {
        source["id"]: SourceLink(source["short"], source["url"])
        for source in document.get("sources", ())
    }
    value = document.get(part) or []
    items = (
        [{**item, "scheme": scheme} for scheme, group in value.items() for item in group]
        if isinstance(value, dict)
        else value
    )
    return [
        summarize_item({"part": part, **item}, sources) for item in items if "statement" in item
    ]


def two_records_or_404(request: HttpRequest, goes: int, stays: int) -> tuple[Any, Any]:
    """Two different records of one kind. Raises Http404 unless the account may read both."""
    records = with_labels(Record.objects.filter(pk__in=(goes, stays)), request.user).in_bulk()
    if len(records) != 2 or len({record.kind for record in records.values()}) != 1:
        raise Http404("Two different records of one kind are compared.")
    return records[goes], records[stays]


def part_of_url(record: int) -> str:
    """Where an editor says of which organization a record is a part."""
    return f"{reverse('admin:orgs_record_change', args=(record,))}#relation-group"


class ComparePage(ConfirmPage):
    """Compares two records and previews their merger; merges them once it is confirmed."""

    template_name = "review/compare.html"

    @cached_property
    def pair(self) -> tuple[Any, Any]:
        """The record that goes, and the one that stays."""
        return two_records_or_404(self.request, self.kwargs["goes"], self.kwargs["stays"])

    def default_data(self) -> dict[str, str]:
        return {"reason": default_reason()}

    def get_form(self) -> Any:
        """The form, with an error if the records cannot be merged."""
        form = super().get_form()
        goes, stays = self.pair
        for record in self.pair:
            note_record(self.request, record)
        self.merged = None
        try:
            merger = merge(goes, stays, by=self.request.user)
            reader = reader_tier(self.request.user)
            self.merged = merger.preview(lambda: load_document(stays, reader))
        except ValidationError as error:
            form.add_error(None, error)
        return form

    def build(self, values: dict[str, Any]) -> Changeset:
        return merge(*self.pair, reason=values["reason"], by=self.request.user)

    def get_back_url(self) -> str:
        return reverse("admin:orgs_record_change", args=(self.pair[1].pk,))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        goes, stays = self.pair
        numbers = [goes.pk, stays.pk]
        entries = Entry.objects.published().in_bulk(numbers)
        reader = reader_tier(self.request.user)
        return super().get_context_data(
            title=gettext("Are they the same?"),
            records=self.pair,
            goes=goes,
            stays=stays,
            parts=compare_parts(
                load_document(goes, reader), load_document(stays, reader), self.merged
            ),
            likeness=compare_entries(*entries.values()) if len(entries) == 2 else None,
            distinct=Distinct.objects.among(numbers).first(),
            parts_of=[
                (part, whole, part_of_url(part.pk))
                for part, whole in ((goes, stays), (stays, goes))
            ],
            **kwargs,
        )


class DistinctPage(EditorPage):
    """Remembers that two records are distinct, or forgets it."""

    right = Right.DECIDE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        goes, stays = two_records_or_404(request, kwargs["goes"], kwargs["stays"])
        return HttpResponseRedirect(reverse("review-duplicate", args=(goes.pk, stays.pk)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        goes, stays = two_records_or_404(request, kwargs["goes"], kwargs["stays"])
        if "_forget" in request.POST:
            Distinct.forget(goes.pk, stays.pk)
            messages.success(request, gettext("Both may be shown as likely duplicates again."))
        else:
            Distinct.note(goes.pk, stays.pk, request.user)
            messages.success(
                request,
                gettext(
                    "Saved: these are two different records. This pair will not be suggested again."
                ),
            )
        return HttpResponseRedirect(reverse("review-duplicates"))


def likely_duplicates(record: Record, account: Any) -> list[DuplicatePair]:
    """The likely duplicates of a record, if the record is public."""
    entry = Entry.objects.published().filter(pk=record.pk, kind__in=ACTOR_KINDS).first()
    pairs = [_make_pair(match) for match in find_duplicates_of([entry])] if entry else []
    return _readable(pairs, account)
