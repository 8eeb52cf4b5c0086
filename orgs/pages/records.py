"""The pages of one record: its entry at a time, its history, how to cite it."""

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

from orgs.projection.entry import RECORD_KINDS, Entry, EntryChange, Facet
from orgs.records.record import Kind
from orgs.search.filters import DaysField
from orgs.search.history import document_at, parse_known_at, record_history

from .addresses import Address
from .documents import CARDS, MOST, documents, read, said_elsewhere, scheme_names
from .sentences import Notes
from .translated_labels import called, named


class Day(forms.Form):
    """Another day at which to read what is on record."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )


class Clocks(Day):
    """Another day, or another state of the catalogue, at which to read one entry."""

    known_at = forms.CharField(
        required=False,
        max_length=60,
        label=gettext_lazy("As the catalogue knew it at"),
        help_text=gettext_lazy("The number of a change, or a date and time with its zone."),
    )

    def clean_known_at(self) -> int | None:
        """Return the number of the change, None if none is asked for."""
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

LOOKED_FOR = {
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
"""What a reader expects to find on record, by kind. Not contacts: they are rarely public. Not
members and participants: the documents of others tell them."""


class EntryPage(Address):
    """The page of one record: everything that is said about it, each sentence with its note."""

    template_name = "orgs/entry.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; what was not known then is 404, a clock that none reads is 400."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None:
            if context["clocks"].errors:
                answer.status_code = 400
            elif context["document"] is None:
                answer.status_code = 404
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        clocks = Clocks(self.request.GET)
        asked = clocks.cleaned_data if clocks.is_valid() else {}
        recalled = bool(asked.get("as_of") or asked.get("known_at") is not None)
        document: dict | None = (
            document_at(self.entry, asked.get("as_of"), asked.get("known_at"))
            if recalled
            else self.now()
        )
        context: dict[str, Any] = {
            "entry": self.entry,
            "document": document,
            "clocks": clocks,
            "recalled": recalled,
            "title": called(self.entry),
        }
        if document is not None:
            read(document)
            notes = Notes(document["sources"])
            others = [] if recalled else self.others(notes)
            context |= {
                "notes": notes,
                "others": others,
                "schemes": scheme_names(document["traits"]),
                "incoming": said_elsewhere(others, "relations", "object", document["id"]),
                "absent": absent(document) if not recalled else [],
                **arranged(document),
            }
            context["title"] = (context["heading"] or {"text": document["label"]})["text"]
            context |= {} if recalled else self.answers(document)
        return super().get_context_data(**context, **kwargs)

    def now(self) -> dict:
        """Return the document as it is now."""
        return self.entry.read()

    def others(self, notes: Notes) -> list[dict]:
        """Return the documents of other records that mention this one, the tied ones first."""
        tied = list(
            Facet.objects.filter(
                filter__in=("related", "involved_in"), value=str(self.entry.id)
            ).values_list("id", flat=True)
        )
        entries = (
            Entry.objects.published()
            .of_kinds(*RECORD_KINDS)
            .filter(mentions__contains=[self.entry.id])
            .exclude(id=self.entry.id)
            .annotate(loose=Case(When(facets__overlap=tied, then=0), default=1))
            .order_by("loose", "sort_key", "id")
        )
        found = documents(entries.only("id", "document")[:MOST])
        for document in found:
            notes.know(document["sources"])
        return found

    def answers(self, document: dict) -> dict[str, Any]:
        """Return what the filters answer about this record: questions, never copied into it."""
        return {}


def arranged(document: dict) -> dict[str, Any]:
    """Return the statements of a document as its page is read, from top to bottom."""
    names = document["names"]
    heading = next(
        (item for item in names if item["text"] == document["label"] and item["holds"]), None
    )
    language = get_language() or settings.LANGUAGE_CODE
    if document["kind"] == Kind.PLACE and language != settings.LANGUAGE_CODE:
        heading = named(language, names) or heading
    in_line = [item for item in document["places"] if item["role"] in ("seat", "held_at")]
    line = [*document["arenas"], *in_line, *document["dates"]]
    for item in line:
        item["short"] = True  # its note tells the rest
    measures: dict[str, list[dict]] = {}
    for item in document["figures"]:
        measures.setdefault(item["measure"], []).append(item)
    return {
        "heading": heading,
        "other_names": [item for item in names if item is not heading],
        "line": line,
        "own_words": [item for item in document["texts"] if item["text_kind"] == "own_words"],
        "summaries": [item for item in document["texts"] if item["text_kind"] != "own_words"],
        "places": [item for item in document["places"] if item not in in_line],
        "traits": [
            (scheme, items)
            for scheme, items in document["traits"].items()
            if scheme not in ("form", "sphere")
        ],
        "figures": [(code, items[0]["label"], items) for code, items in measures.items()],
        "relations": document["relations"],
        "reached_by": [*document["identifiers"], *document["links"], *document["contacts"]],
    }


def absent(document: dict) -> list[dict]:
    """Return what a reader may expect and the public record does not have, and why.

    None found, not researched and withheld are different answers; what is withheld is declared
    elsewhere, whether or not there is anything.
    """
    verdicts = {item["field"]: item for item in document["coverage"]}
    declared = {item["field"] for item in document["withheld"]}
    return [
        {"part": part, "coverage": verdicts.get(part)}
        for part in LOOKED_FOR.get(document["kind"], ())
        if part in document and not document[part] and part not in declared
    ]


MEMBERS = 50
"""How many members the page of a network names; the list it leads to has all."""


class OrganizationPage(EntryPage):
    """An organization; a network or coalition shows its members too."""

    kinds = ("organization", "partnership")
    template_name = "orgs/organization.html"

    def answers(self, document: dict) -> dict[str, Any]:
        """Return the members of a network or coalition."""
        if document["kind"] != "partnership":
            return {}
        memberships = (
            Entry.objects.published()
            .of_kinds("membership")
            .holding(["partnership"], [str(self.entry.id)])
        )
        found = [
            json.loads(entry.document) for entry in memberships.order_by("sort_key", "id")[:MEMBERS]
        ]
        members = [
            {
                **one["membership"],
                "part": "memberships",
                "subject": one["member"],
                "confirmed": one["membership"]["holds"] and one["confirmed"],
            }
            for one in found
        ]
        return {"members": members, "more_members": len(found) == MEMBERS}


class Here(NamedTuple):
    """What a place can be to others: who they are, by which filters, and where all are listed."""

    heading: str | Promise
    kinds: tuple[str, ...]
    filters: tuple[str, ...]
    listed: str


ACTORS = ("organization", "partnership")
UNDERTAKINGS = ("gathering", "campaign", "instrument", "project", "demand", "case")
HERE = (
    Here(gettext_lazy("Have their seat here"), ACTORS, ("country",), "/organizations/?country="),
    Here(
        gettext_lazy("Are registered here"), ACTORS, ("registered",), "/organizations/?registered="
    ),
    Here(gettext_lazy("Act here"), ACTORS, ("active_in",), "/organizations/?active_in="),
    Here(
        gettext_lazy("Have members here"),
        ACTORS,
        ("has_members_in",),
        "/organizations/?has_members_in=",
    ),
    Here(
        gettext_lazy("Have an organized membership base here"),
        ACTORS,
        ("organized_base_in",),
        "/organizations/?organized_base_in=",
    ),
    Here(
        gettext_lazy("Their people live here"), ACTORS, ("residence",), "/organizations/?residence="
    ),
    Here(
        gettext_lazy("Their people come from here"), ACTORS, ("origin",), "/organizations/?origin="
    ),
    Here(
        gettext_lazy("Gatherings held or planned here"),
        ("gathering",),
        ("held_at",),
        "/gatherings/?held_at=",
    ),
    Here(
        gettext_lazy("What else is done here, or by people from here"),
        UNDERTAKINGS,
        ("active_in", "has_members_in", "residence", "origin"),
        "/search/?mentions=",
    ),
)
FIRST = 8
"""How many names a place shows of each."""


class PlacePage(EntryPage):
    """A country, state, city or region: its context, who is there, who comes from there."""

    kinds = ("place",)
    template_name = "orgs/place.html"

    def answers(self, document: dict) -> dict[str, Any]:
        """Return who stands in which relation to the place, the first of each by name."""
        numbers = dict(Facet.objects.filter(value=str(self.entry.id)).values_list("filter", "id"))
        found = []
        for here in HERE:
            facets = [numbers[name] for name in here.filters if name in numbers]
            entries = Entry.objects.published().of_kinds(*here.kinds)
            entries = entries.filter(facets__overlap=facets).order_by("sort_key", "id")
            first = list(entries.only(*CARDS)[: FIRST + 1]) if facets else []
            if first:
                found.append(
                    {
                        "heading": here.heading,
                        "entries": first[:FIRST],
                        "more": len(first) > FIRST,
                        "listed": here.listed + self.entry.slug,
                    }
                )
        return {"here": found}


class HistoryPage(Address):
    """What every change did to one record, newest first."""

    template_name = "orgs/history.html"
    tail = "history/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            entry=self.entry,
            changes=record_history(self.entry),
            notes=Notes(json.loads(self.entry.document)["sources"]),
            title=gettext("History of %(name)s") % {"name": called(self.entry)},
            **kwargs,
        )


class CitePage(Address):
    """How to cite one record as it is now, so that the address shows the same for ever."""

    template_name = "orgs/cite.html"
    tail = "cite/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        base = settings.BASE_URL or f"{self.request.scheme}://{self.request.get_host()}"
        return super().get_context_data(
            entry=self.entry,
            document=json.loads(self.entry.document),
            stable=f"{base}/id/{self.entry.key}?known_at={self.entry.change}",
            day=self.entry.updated.date(),
            title=gettext("Cite %(name)s") % {"name": called(self.entry)},
            **kwargs,
        )
