"""Two places beside each other: their context, and who is there."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Count, Func, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from orgs.pages.addresses import EntryView, Withdrawn, get_published_entry
from orgs.pages.documents import DOCUMENTS_LIMIT, read_documents
from orgs.pages.records import PLACE_SECTIONS
from orgs.pages.sentences import Notes
from orgs.pages.translated_labels import translated_label
from orgs.projection.entry import Entry, Facet
from orgs.records.record import Kind

from .contexts import Words, beside, compared, contrasts

MOST_ALIKE = 12
"""How many places are named to a reader whose word fits several."""


OTHER = forms.CharField(max_length=200, required=False)
"""The place to compare with: its name in any language, or its slug."""


class ComparePage(EntryView):
    """Two places beside each other, dimension by dimension, in law and in practice."""

    kinds = ("place",)
    template_name = "campaigns/compare.html"
    suffix = "compare/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page: 404 for a place that nobody knows, 400 for what is no answer."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None and context["problem"]:
            answer.status_code = 404 if context["unknown"] else 400
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        given = self.request.GET.get("with", "")
        found: list[Entry] = []
        problem, unknown = "", False
        try:
            name = OTHER.clean(given)
        except ValidationError as error:
            name, problem = "", " ".join(error.messages)
        if name:
            found = places_called(name)
            unknown = not found
            problem = self._problem(name, found)
        [document] = read_documents([self.entry])
        context = {
            "entry": self.entry,
            "document": document,
            "given": given[:200],
            "problem": problem,
            "unknown": unknown,
            "alike": found if len(found) > 1 else [],
            "title": gettext("Compare %(name)s") % {"name": translated_label(self.entry)},
        }
        if name and not problem:
            context |= beside_each_other(self.entry, document, found[0])
        else:
            others = Entry.objects.published().of_kinds(Kind.PLACE)
            near = others.filter(mentions__contains=[self.entry.id]).order_by("sort_key", "id")
            context["beside"] = beside(
                document, read_documents(near.only("id", "document")[:DOCUMENTS_LIMIT])
            )
        return super().get_context_data(**context, **kwargs)

    def _problem(self, name: str, found: list[Entry]) -> str:
        """Return why there is nothing to compare with; "" if there is one place."""
        if not found:
            told = {"name": name if len(name) <= 60 else f"{name[:60]}…"}
            return (
                gettext("No place is called %(name)s. Try its code, or its name in English.") % told
            )
        if len(found) > 1:
            return gettext("Several places are called so. Choose one of them.")
        if found[0].id == self.entry.id:
            return gettext("This is the same place. Choose another one to compare it with.")
        return ""


def places_called(name: str) -> list[Entry]:
    """Return the published places of this address, or else of this name, in the order of names.

    A name is one of those on record, in any language, without regard to case and accents.
    """
    if re.fullmatch(r"[A-Za-z0-9_-]{1,120}", name):
        try:
            return [get_published_entry((Kind.PLACE,), name.lower())]
        except (Http404, Withdrawn):
            pass  # then it may be a name
    said = Func(Value(name), function="plain", output_field=TextField())
    exact = RawSQL("string_to_array(names, ' | ') @> ARRAY[plain(%s)]", [name], BooleanField())
    places = Entry.objects.published().of_kinds(Kind.PLACE)
    found = places.filter(names__contains=said).filter(exact).order_by("sort_key", "id")
    return list(found[:MOST_ALIKE])


def beside_each_other(here: Entry, document: dict, there: Entry) -> dict[str, Any]:
    """Return what the page shows of two places. Takes the first one's document, too."""
    [other] = read_documents([there])
    notes = Notes([*document["sources"], *other["sources"]])
    words = Words("dimension")
    both, one_only = compared(document["context"], other["context"], words)
    cases = (
        Entry.objects.published()
        .of_kinds(Kind.CASE)
        .filter(mentions__contains=[here.id, there.id])
        .order_by("sort_key", "id")
    )
    return {
        "there": there,
        "other": other,
        "notes": notes,
        "tables": [
            (gettext("Known about both"), "both", both),
            (gettext("Known about one"), "one", one_only),
        ],
        "contrasts": [
            {**item, "subject": one}
            for one, two in ((document, other), (other, document))
            for item in one["relations"]
            if contrasts(item) and item["object"]["id"] == two["id"]
        ],
        "cases": list(cases.only("id", "kind", "slug", "label")[:MOST_ALIKE]),
        "counts": counts(here, there),
        "title": gettext("%(one)s and %(other)s compared")
        % {"one": translated_label(here), "other": translated_label(there)},
    }


def counts(here: Entry, there: Entry) -> list[dict[str, Any]]:
    """Return who stands in which relation to the two places: how many, and where they are listed.

    As the lists count them, in two queries. What neither has is left out.
    """
    rows = Facet.objects.filter(
        filter__in={name for role in PLACE_SECTIONS for name in role.filters},
        value__in=[str(here.id), str(there.id)],
    )
    numbers = {
        (one, value): which for one, value, which in rows.values_list("filter", "value", "id")
    }
    asked = {}
    for place, entry in enumerate((here, there)):
        for which, role in enumerate(PLACE_SECTIONS):
            facets = [
                numbers[one, str(entry.id)]
                for one in role.filters
                if (one, str(entry.id)) in numbers
            ]
            if facets:
                asked[f"n{which}_{place}"] = Count(
                    "id", filter=Q(facets__overlap=facets, kind__in=role.kinds)
                )
    if not asked:
        return []
    counted = (
        Entry.objects.published().filter(facets__overlap=list(numbers.values())).aggregate(**asked)
    )
    return [
        {
            "heading": role.heading,
            "sides": [
                (counted.get(f"n{which}_{place}", 0), role.list_url + entry.slug)
                for place, entry in enumerate((here, there))
            ],
        }
        for which, role in enumerate(PLACE_SECTIONS)
        if any(counted.get(f"n{which}_{place}") for place in (0, 1))
    ]
