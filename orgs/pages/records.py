"""The pages of one record: its entry, at any time, its history, and how to cite it."""

import json
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Case, Max, When
from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy

from orgs.projection.entry import Entry, EntryChange, Facet
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, UNDERTAKING_KINDS, Kind
from orgs.search.filter_types import DaysField
from orgs.search.record_history import document_at, parse_known_at, record_history

from .addresses import EntryView
from .documents import (
    CARD_COLUMNS,
    DOCUMENTS_LIMIT,
    merge_repeated,
    read_documents,
    scheme_names,
    statements_about,
    with_parts,
)
from .source_notes import Notes
from .translated_labels import translated_label, translated_name


class AsOfForm(forms.Form):
    """The day for which to read a record."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )


class ClocksForm(AsOfForm):
    """The day and the state of the catalogue for which to read a record."""

    known_at = forms.CharField(
        required=False,
        max_length=60,
        label=gettext_lazy("As the catalogue knew it at"),
        help_text=gettext_lazy("The number of a change, or a date and time with its zone."),
    )

    def clean_known_at(self) -> int | None:
        """Convert to the number of a change, or None if empty."""
        text = self.cleaned_data["known_at"]
        if not text:
            return None
        number = parse_known_at(text)
        newest = EntryChange.objects.aggregate(newest=Max("change"))["newest"] or 0
        if text.isdigit() and number > newest:
            raise ValidationError(
                gettext("There is no change %(number)s yet; the newest is %(newest)s.")
                % {"number": number, "newest": newest}
            )
        return number


# Pages of one record ------------------------------------------------------------------------------

EXPECTED_PARTS = {
    "organization": ("arenas", "dates", "texts", "places", "memberships", "links"),
    "partnership": ("arenas", "dates", "texts", "places", "memberships", "links"),
    "gathering": ("dates", "places", "texts"),
    "campaign": ("dates", "texts"),
    "instrument": ("texts", "legal_acts"),
    "project": ("dates", "texts"),
    "demand": ("texts",),
    "case": ("texts", "relations"),
    "place": ("context",),
}
"""The parts that a reader expects, by kind. Without contacts, which are rarely public, and without
members and participants, which are in the documents of others."""


class EntryPage(EntryView):
    """The page of one record: all statements about it, each with its note."""

    template_name = "orgs/entry.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; 404 if the record was not known then, 400 for invalid clocks."""
        response = super().get(request, *args, **kwargs)
        context = getattr(response, "context_data", None)
        if context is not None:
            if context["clocks"].errors:
                response.status_code = 400
            elif context["document"] is None:
                response.status_code = 404
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        clocks = ClocksForm(self.request.GET)
        times = clocks.cleaned_data if clocks.is_valid() else {}
        recalled = bool(times.get("as_of") or times.get("known_at") is not None)
        document: dict | None = (
            document_at(self.entry, times.get("as_of"), times.get("known_at"))
            if recalled
            else self.current_document()
        )
        context: dict[str, Any] = {
            "entry": self.entry,
            "document": document,
            "clocks": clocks,
            "recalled": recalled,
            "title": translated_label(self.entry),
        }
        if document is not None:
            with_parts(document)
            notes = Notes(document["sources"])
            others = [] if recalled else self.mentioning_documents(notes)
            context |= {
                "notes": notes,
                "others": others,
                "schemes": scheme_names(document["traits"]),
                "incoming": statements_about(others, "relations", "object", document["id"]),
                "absent": missing_parts(document) if not recalled else [],
                **page_context(document),
            }
            context["title"] = (context["heading"] or {"text": document["label"]})["text"]
            context |= {} if recalled else self.derived_context(document)
        return super().get_context_data(**context, **kwargs)

    def current_document(self) -> dict:
        return self.entry.read()

    def mentioning_documents(self, notes: Notes) -> list[dict]:
        """Read the documents of other records that mention this one, related ones first."""
        related_facets = list(
            Facet.objects.filter(
                filter__in=("related", "involved_in"), value=str(self.entry.id)
            ).values_list("id", flat=True)
        )
        entries = (
            Entry.objects.published()
            .of_kinds(*RECORD_KINDS)
            .filter(mentions__contains=[self.entry.id])
            .exclude(id=self.entry.id)
            .annotate(unrelated=Case(When(facets__overlap=related_facets, then=0), default=1))
            .order_by("unrelated", "sort_key", "id")
        )
        others = read_documents(entries.only("id", "document")[:DOCUMENTS_LIMIT])
        for document in others:
            notes.add_sources(document["sources"])
        return others

    def derived_context(self, document: dict) -> dict[str, Any]:
        """Context that subclasses derive from other entries, for the current document only."""
        return {}


def page_context(document: dict) -> dict[str, Any]:
    """Sort the statements of a document into the sections of its page, from top to bottom."""
    names = document["names"]
    heading = next(
        (item for item in names if item["text"] == document["label"] and item["holds"]), None
    )
    language = get_language() or settings.LANGUAGE_CODE
    if document["kind"] == Kind.PLACE and language != settings.LANGUAGE_CODE:
        heading = translated_name(language, names) or heading
    in_line = [item for item in document["places"] if item["role"] in ("seat", "held_at")]
    line = [*document["arenas"], *in_line, *document["dates"]]
    for item in line:
        item["short"] = True  # its note has the rest
    other_names = [item for item in names if item is not heading]
    if heading:
        heading["also"] = [item for item in other_names if is_repeated(heading, item)]
        other_names = [item for item in other_names if not is_repeated(heading, item)]
    measures: dict[str, list[dict]] = {}
    for item in document["figures"]:
        measures.setdefault(item["measure"], []).append(item)
    return {
        "heading": heading,
        "other_names": merge_repeated(other_names),
        "line": merge_repeated(line),
        "own_words": [item for item in document["texts"] if item["text_kind"] == "own_words"],
        "summaries": [item for item in document["texts"] if item["text_kind"] != "own_words"],
        "places": merge_repeated(item for item in document["places"] if item not in in_line),
        "traits": [
            (scheme, merge_repeated(items))
            for scheme, items in document["traits"].items()
            if scheme not in ("form", "sphere")
        ],
        "figures": [(code, items[0]["label"], items) for code, items in measures.items()],
        "relations": merge_repeated(document["relations"]),
        "reached_by": merge_repeated(
            [*document["identifiers"], *document["links"], *document["contacts"]]
        ),
    }


def is_repeated(heading: dict, name: dict) -> bool:
    """Whether a further name repeats the heading."""
    return name["holds"] and name["text"] == heading["text"]


def missing_parts(document: dict) -> list[dict]:
    """List the expected parts that the public record does not have, with their coverage.

    Withheld parts are left out: they are declared elsewhere, whether or not they have content.
    """
    verdicts = {item["field"]: item for item in document["coverage"]}
    withheld = {item["field"] for item in document["withheld"]}
    return [
        {"part": part, "coverage": verdicts.get(part)}
        for part in EXPECTED_PARTS.get(document["kind"], ())
        if part in document and not document[part] and part not in withheld
    ]


MEMBERS_LIMIT = 50
"""How many members the page of a network names; the linked list has all."""


class OrganizationPage(EntryPage):
    """An organization; the page of a network or coalition also has its members."""

    kinds = ACTOR_KINDS
    template_name = "orgs/organization.html"

    def derived_context(self, document: dict) -> dict[str, Any]:
        """Add the members of a network or coalition."""
        if document["kind"] != "partnership":
            return {}
        memberships = (
            Entry.objects.published()
            .of_kinds("membership")
            .holding(["partnership"], [str(self.entry.id)])
        )
        documents = [
            json.loads(entry.document)
            for entry in memberships.order_by("sort_key", "id")[:MEMBERS_LIMIT]
        ]
        members = [
            {
                **document["membership"],
                "part": "memberships",
                "subject": document["member"],
                "confirmed": document["membership"]["holds"] and document["confirmed"],
            }
            for document in documents
        ]
        return {"members": members, "more_members": len(documents) == MEMBERS_LIMIT}


class PlaceSection(NamedTuple):
    """A relation of entries to a place: their kinds, the facets, the address of the full list."""

    heading: str | Promise
    kinds: tuple[str, ...]
    filters: tuple[str, ...]
    list_url: str


PLACE_SECTIONS = (
    PlaceSection(
        gettext_lazy("Have their seat here"), ACTOR_KINDS, ("country",), "/organizations/?country="
    ),
    PlaceSection(
        gettext_lazy("Are registered here"),
        ACTOR_KINDS,
        ("registered",),
        "/organizations/?registered=",
    ),
    PlaceSection(
        gettext_lazy("Act here"), ACTOR_KINDS, ("active_in",), "/organizations/?active_in="
    ),
    PlaceSection(
        gettext_lazy("Have members here"),
        ACTOR_KINDS,
        ("has_members_in",),
        "/organizations/?has_members_in=",
    ),
    PlaceSection(
        gettext_lazy("Have an organized membership base here"),
        ACTOR_KINDS,
        ("organized_base_in",),
        "/organizations/?organized_base_in=",
    ),
    PlaceSection(
        gettext_lazy("Their people live here"),
        ACTOR_KINDS,
        ("residence",),
        "/organizations/?residence=",
    ),
    PlaceSection(
        gettext_lazy("Their people come from here"),
        ACTOR_KINDS,
        ("origin",),
        "/organizations/?origin=",
    ),
    PlaceSection(
        gettext_lazy("Gatherings held or planned here"),
        ("gathering",),
        ("held_at",),
        "/gatherings/?held_at=",
    ),
    PlaceSection(
        gettext_lazy("What else is done here, or by people from here"),
        UNDERTAKING_KINDS,
        ("active_in", "has_members_in", "residence", "origin"),
        "/search/?mentions=",
    ),
)
SECTION_LIMIT = 8
"""How many names each section of a place shows."""


class PlacePage(EntryPage):
    """A country, state, city or region: its context, who is there, who comes from there."""

    kinds = ("place",)
    template_name = "orgs/place.html"

    def derived_context(self, document: dict) -> dict[str, Any]:
        """Add the first entries, by name, in each relation to the place."""
        facet_ids = dict(Facet.objects.filter(value=str(self.entry.id)).values_list("filter", "id"))
        sections = []
        for section in PLACE_SECTIONS:
            facets = [facet_ids[name] for name in section.filters if name in facet_ids]
            entries = Entry.objects.published().of_kinds(*section.kinds)
            entries = entries.filter(facets__overlap=facets).order_by("sort_key", "id")
            first = list(entries.only(*CARD_COLUMNS)[: SECTION_LIMIT + 1]) if facets else []
            if first:
                sections.append(
                    {
                        "heading": section.heading,
                        "entries": first[:SECTION_LIMIT],
                        "more": len(first) > SECTION_LIMIT,
                        "list_url": section.list_url + self.entry.slug,
                    }
                )
        return {"here": sections}


class HistoryPage(EntryView):
    """The changes of one record, newest first."""

    template_name = "orgs/history.html"
    suffix = "history/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            entry=self.entry,
            changes=record_history(self.entry),
            notes=Notes(json.loads(self.entry.document)["sources"]),
            title=gettext("History of %(name)s") % {"name": translated_label(self.entry)},
            **kwargs,
        )


class CitePage(EntryView):
    """How to cite one record as it is now, by an address whose content never changes."""

    template_name = "orgs/cite.html"
    suffix = "cite/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        base = settings.BASE_URL or f"{self.request.scheme}://{self.request.get_host()}"
        return super().get_context_data(
            entry=self.entry,
            document=json.loads(self.entry.document),
            stable=f"{base}/id/{self.entry.key}?known_at={self.entry.change}",
            day=self.entry.updated.date(),
            title=gettext("Cite %(name)s") % {"name": translated_label(self.entry)},
            **kwargs,
        )
