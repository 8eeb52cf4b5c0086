"""Two places side by side: their context and the entries there."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Count, Func, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from orgs.pages.addresses import EntryView
from orgs.pages.documents import DOCUMENTS_LIMIT, read_documents
from orgs.pages.records import PLACE_SECTIONS
from orgs.pages.source_notes import Notes
from orgs.pages.translated_labels import translated_label
from orgs.projection.addresses import Withdrawn, resolve
from orgs.projection.entry import Entry, Facet
from orgs.records.kinds import Kind

from .contexts import Codebook, compare, compared_places, is_contrast

MAX_SIMILAR = 12
"""The most places offered for an ambiguous name."""


OTHER_PLACE = forms.CharField(max_length=200, required=False)
"""The place to compare with: its name in any language, or its slug."""


class ComparePage(EntryView):
    """Two places side by side, dimension by dimension, in law and in practice."""

    kinds = ("place",)
    template_name = "campaigns/compare.html"
    suffix = "compare/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Status 404 for an unknown place, 400 for one that cannot be compared."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None and context["problem"]:
            answer.status_code = 404 if context["unknown"] else 400
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        value = self.request.GET.get("with", "")
        matches: list[Entry] = []
        problem, unknown = "", False
        try:
            name = OTHER_PLACE.clean(value)
        except ValidationError as error:
            name, problem = "", " ".join(error.messages)
        if name:
            matches = places_named(name)
            unknown = not matches
            problem = self._problem(name, matches)
        [document] = read_documents([self.entry])
        context = {
            "entry": self.entry,
            "document": document,
            "value": value[:200],
            "problem": problem,
            "unknown": unknown,
            "similar": matches if len(matches) > 1 else [],
            "title": gettext("Compare %(name)s") % {"name": translated_label(self.entry)},
        }
        if name and not problem:
            context |= comparison(self.entry, document, matches[0])
        else:
            others = Entry.objects.published().of_kinds(Kind.PLACE)
            mentioning = others.filter(mentions__contains=[self.entry.id]).order_by(
                "sort_key", "id"
            )
            context["compared_places"] = compared_places(
                document, read_documents(mentioning.only("id", "document")[:DOCUMENTS_LIMIT])
            )
        return super().get_context_data(**context, **kwargs)

    def _problem(self, name: str, matches: list[Entry]) -> str:
        """Why there is nothing to compare with; "" for exactly one other place."""
        if not matches:
            params = {"name": name if len(name) <= 60 else f"{name[:60]}…"}
            return (
                gettext("No place has the name %(name)s. Try its code, or its name in English.")
                % params
            )
        if len(matches) > 1:
            return gettext("Several places have this name. Choose one.")
        if matches[0].id == self.entry.id:
            return gettext("This is the same place. Choose another one to compare it with.")
        return ""


def places_named(name: str) -> list[Entry]:
    """The published place with this slug, or else the places with this name.

    A name matches in any language, regardless of case and accents.
    """
    if re.fullmatch(r"[A-Za-z0-9_-]{1,120}", name):
        try:
            return [resolve((Kind.PLACE,), name.lower())]
        except (Http404, Withdrawn):
            pass  # then it may be a name
    plain_name = Func(Value(name), function="plain", output_field=TextField())
    exact = RawSQL("string_to_array(names, ' | ') @> ARRAY[plain(%s)]", [name], BooleanField())
    places = Entry.objects.published().of_kinds(Kind.PLACE)
    matches = places.filter(names__contains=plain_name).filter(exact).order_by("sort_key", "id")
    return list(matches[:MAX_SIMILAR])


def comparison(here: Entry, document: dict, there: Entry) -> dict[str, Any]:
    """The context for two places. Takes the first one's document, too."""
    [other] = read_documents([there])
    notes = Notes([*document["sources"], *other["sources"]])
    codebook = Codebook("dimension")
    both, one_only = compare(document["context"], other["context"], codebook)
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
            {**item, "subject": first}
            for first, second in ((document, other), (other, document))
            for item in first["relations"]
            if is_contrast(item) and item["object"]["id"] == second["id"]
        ],
        "cases": list(cases.only("id", "kind", "slug", "label")[:MAX_SIMILAR]),
        "counts": counts(here, there),
        "title": gettext("%(one)s and %(other)s compared")
        % {"one": translated_label(here), "other": translated_label(there)},
    }


def counts(here: Entry, there: Entry) -> list[dict[str, Any]]:
    """The entries by their relation to each place, with their lists, in two queries.

    Leaves out relations without entries.
    """
    rows = Facet.objects.filter(
        filter__in={name for role in PLACE_SECTIONS for name in role.filters},
        value__in=[str(here.id), str(there.id)],
    )
    facet_ids = {
        (name, value): facet_id
        for name, value, facet_id in rows.values_list("filter", "value", "id")
    }
    aggregates = {}
    for place, entry in enumerate((here, there)):
        for role_index, role in enumerate(PLACE_SECTIONS):
            facets = [
                facet_ids[name, str(entry.id)]
                for name in role.filters
                if (name, str(entry.id)) in facet_ids
            ]
            if facets:
                aggregates[f"n{role_index}_{place}"] = Count(
                    "id", filter=Q(facets__overlap=facets, kind__in=role.kinds)
                )
    if not aggregates:
        return []
    totals = (
        Entry.objects.published()
        .filter(facets__overlap=list(facet_ids.values()))
        .aggregate(**aggregates)
    )
    return [
        {
            "heading": role.heading,
            "sides": [
                (totals.get(f"n{role_index}_{place}", 0), role.list_url + entry.slug)
                for place, entry in enumerate((here, there))
            ],
        }
        for role_index, role in enumerate(PLACE_SECTIONS)
        if any(totals.get(f"n{role_index}_{place}") for place in (0, 1))
    ]
