"""The lists: what is asked, what is found, and how to ask further."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    QueryDict,
)
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.generic import TemplateView

from orgs.projection.entry import RECORD_KINDS, Entry, EntryQuerySet
from orgs.search.filters import (
    PLACE,
    EntryFilter,
    OrganizationFilter,
    PartnershipFilter,
    PlaceFilter,
    SourceFilter,
    facet_counts,
)
from orgs.search.paging import Page, paged, paged_at_once

from .documents import CARDS, read
from .labels import WORDS, comma
from .translated_labels import known_as, place_called


class Question(NamedTuple):
    """How a page words a question: over its answers, and in the sentence about what is shown."""

    legend: str | Promise
    phrase: str | Promise


QUESTIONS: dict[str, Question] = {
    "q": Question(gettext_lazy("Words"), gettext_lazy("found by the words {}")),
    "arena": Question(gettext_lazy("Arena"), gettext_lazy("in the arena {}")),
    "country": Question(gettext_lazy("Seat"), gettext_lazy("with their seat in {}")),
    "registered": Question(gettext_lazy("Registered in"), gettext_lazy("registered in {}")),
    "active_in": Question(gettext_lazy("Acts in"), gettext_lazy("active in {}")),
    "present_in": Question(
        gettext_lazy("Seat or acts in"), gettext_lazy("with their seat or active in {}")
    ),
    "has_members_in": Question(gettext_lazy("Has members in"), gettext_lazy("with members in {}")),
    "organized_base_in": Question(
        gettext_lazy("Organized base in"), gettext_lazy("with an organized membership base in {}")
    ),
    "origin": Question(gettext_lazy("People come from"), gettext_lazy("whose people come from {}")),
    "residence": Question(gettext_lazy("People live in"), gettext_lazy("whose people live in {}")),
    "identity": Question(gettext_lazy("Identity basis"), gettext_lazy("based on the identity {}")),
    "sector": Question(gettext_lazy("Sector"), gettext_lazy("of the sector {}")),
    "sphere": Question(gettext_lazy("Sphere"), gettext_lazy("of the sphere {}")),
    "leadership": Question(gettext_lazy("Leadership"), gettext_lazy("with the leadership {}")),
    "orientation": Question(gettext_lazy("Orientation"), gettext_lazy("oriented to {}")),
    "activity": Question(gettext_lazy("Activity"), gettext_lazy("with the activity {}")),
    "organ": Question(gettext_lazy("Organ"), gettext_lazy("with the organ {}")),
    "service_level": Question(gettext_lazy("Level of work"), gettext_lazy("working on {}")),
    "calls_itself": Question(gettext_lazy("Calls itself"), gettext_lazy("calling themselves {}")),
    "called": Question(gettext_lazy("Called by others"), gettext_lazy("called {} by others")),
    "observed_form": Question(
        gettext_lazy("Observed form"), gettext_lazy("with the observed form: {}")
    ),
    "host_sending_balance": Question(
        gettext_lazy("Seats of members"), gettext_lazy("with members in {}")
    ),
    "observed_orientation": Question(
        gettext_lazy("Observed orientation"), gettext_lazy("seen to turn to {}")
    ),
    "transnational_base": Question(gettext_lazy("Organized base"), gettext_lazy("with {}")),
    "arena_overlap": Question(gettext_lazy("Arena overlap"), gettext_lazy("standing in {}")),
    "partnership": Question(gettext_lazy("Member of"), gettext_lazy("members of {}")),
    "involved_in": Question(gettext_lazy("Takes part in"), gettext_lazy("taking part in {}")),
    "source": Question(gettext_lazy("Source"), gettext_lazy("with sentences from the source {}")),
    "voice": Question(gettext_lazy("Voice"), gettext_lazy("with sentences in the voice {}")),
    "mentions": Question(gettext_lazy("Mentions"), gettext_lazy("mentioning {}")),
    "relation": Question(gettext_lazy("Relation"), gettext_lazy("in the relation: {}")),
    "related": Question(gettext_lazy("Related to"), gettext_lazy("related to {}")),
    "part_of": Question(gettext_lazy("Part of"), gettext_lazy("part of {}")),
    "event": Question(gettext_lazy("What happened"), gettext_lazy("of which it is said: {}")),
    "measure": Question(gettext_lazy("Figures"), gettext_lazy("with a figure for {}")),
    "identifier": Question(gettext_lazy("Identifier"), gettext_lazy("with the identifier {}")),
    "trait": Question(gettext_lazy("Described as"), gettext_lazy("described by the term {}")),
    "place_type": Question(gettext_lazy("Kind of place"), gettext_lazy("of the kind {}")),
    "dimension": Question(
        gettext_lazy("Dimension of context"), gettext_lazy("with a finding about {}")
    ),
    "source_kind": Question(gettext_lazy("Kind of source"), gettext_lazy("of the kind {}")),
    "in_bibliography": Question(
        gettext_lazy("In the paper's references"), gettext_lazy("in the paper's references: {}")
    ),
    "published_by": Question(gettext_lazy("Published by"), gettext_lazy("published by {}")),
    "scheme": Question(gettext_lazy("Scheme"), gettext_lazy("of the scheme {}")),
    "updated_since": Question(gettext_lazy("Changed since"), gettext_lazy("changed since {}")),
    "confirmed_since": Question(
        gettext_lazy("Confirmed since"), gettext_lazy("confirmed since {}")
    ),
    "as_of": Question(gettext_lazy("As it was in"), gettext_lazy("as of {}")),
}

MORE = ngettext_lazy("%(count)s more", "%(count)s more", "count")
WIDER = ngettext_lazy(
    "%(count)s region, state or city", "%(count)s regions, states and cities", "count"
)

SORTS = {
    "relevance": gettext_lazy("best match"),
    "name": gettext_lazy("name"),
    "-name": gettext_lazy("name, from Z"),
    "-updated": gettext_lazy("last changed first"),
    "updated": gettext_lazy("longest unchanged first"),
    "position": gettext_lazy("place in the scheme"),
}

FILES: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("CSV", {"format": "csv"}),
    (gettext_lazy("CSV for spreadsheets"), {"format": "csv", "bom": "1"}),
    ("JSON", {"limit": "all"}),
)
"""The files in which a list can be taken away, and how the API is asked for each."""

SHEETS: tuple[tuple[str | Promise, str], ...] = (
    (gettext_lazy("spreadsheet (.xlsx)"), "xlsx"),
    (gettext_lazy("sheet (CSV)"), "csv"),
)
"""The forms of a sheet to edit."""

GRAPHS: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("GraphML", {"format": "graphml"}),
    ("GEXF", {"format": "gexf"}),
    (gettext_lazy("edges (CSV)"), {"format": "edges"}),
    (gettext_lazy("graph (JSON)"), {"format": "graph"}),
)
"""The same for lists of records: statements tie them."""

ASIDE = {"sort": gettext_lazy("Order"), "cursor": gettext_lazy("Page of the list")}
"""What is asked of a list beside its questions."""

FREE = ("q", "as_of", "updated_since", "confirmed_since", "identifier", "in_bibliography")
"""Questions whose values are words of the reader's own."""

VISIBLE = 8
"""How many answers of one question are shown at once; the rest unfolds."""

UNFOLDED = 12
"""How many unfold at most: the others are found by their names."""


class EntryList(TemplateView):
    """A list of entries: the questions asked of it, and the answer, page by page.

    Names that are not questions are ignored. A value that cannot be understood is told beside its
    question, and nothing is shown: a list that ignores a question is no answer to it.
    """

    template_name = "orgs/list.html"
    filterset_class: type[EntryFilter]
    title: str | Promise
    lead: str | Promise = ""
    counted: Any
    """The number and noun of what is listed, as a lazy plural."""
    asked: tuple[str, ...] = ()
    """The questions that are offered with their answers and counts, the most used first."""
    words: Mapping[str, Question] = QUESTIONS
    codes: Mapping[str, Mapping[str, str | Promise]] = WORDS
    """What the answers of a question are called where they are codes of our own."""
    api = ""
    """The collection of the API that answers the same questions."""
    given: Mapping[str, str] = {}
    """What the page itself asks of that collection, beside what its reader asks."""
    sheets = False
    """Whether the list can be taken away as a sheet to edit."""
    columns: tuple[str, ...] = CARDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page, 400 if one of its questions cannot be understood."""
        context = self.get_context_data(**kwargs)
        status = 400 if context["listing"].problems else 200
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            listing=Listing(self, self.request.GET), title=self.title, lead=self.lead, **kwargs
        )

    def entries(self) -> EntryQuerySet:
        """Return what is listed when nothing is asked."""
        return Entry.objects.published().of_kinds(*self.filterset_class.kinds)

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return what the list shows of one entry."""
        return {**json.loads(entry.card), "updated": entry.updated, "change": entry.change}


NOTHING = Page([], None, None, 0, "exact")


class Listing:
    """The questions that a reader asks of a list, and the answer. Takes the page and its query."""

    def __init__(self, page: EntryList, query: QueryDict) -> None:
        self.view = page
        self.asked = QueryDict(mutable=True)
        for name in page.filterset_class.base_filters:
            if values := [value for value in query.getlist(name) if value.strip()]:
                self.asked.setlist(name, values)
        self.find = query.get("find", "").strip()[:100]
        self.not_as_known = bool(query.get("known_at", "").strip())
        self.filterset = page.filterset_class(self.asked, page.entries())
        self.problems: dict[str, list[str]] = {
            name: [str(problem) for problem in problems]
            for name, problems in self.filterset.form.errors.items()
        }
        for name, problem in self.filterset.unknown_values().items():
            self.problems.setdefault(name, []).append(problem)
        self.sort = self._sort(query.get("sort", ""))
        self.entries = Entry.objects.none() if self.problems else self.filterset.qs
        self.page = self._page(query.get("cursor", ""))
        self.rows = [page.row(entry) for entry in self.page.rows]
        self.questions = self._questions()
        self.has_answers = self.find or any(one["answers"] for one in self.questions)

    def _sort(self, given: str) -> str:
        searched = "q" in self.asked
        orders = (*self.view.filterset_class.orders, "relevance")
        if given and given not in orders:
            self.problems["sort"] = [
                gettext("Choose one of these orders: %(orders)s.")
                % {"orders": comma().join(orders)}
            ]
        if given in orders and (searched or given != "relevance"):
            return given
        return self.usual_sort

    @property
    def usual_sort(self) -> str:
        """Return the order of a list for which none is asked."""
        return "relevance" if "q" in self.asked else "name"

    def _page(self, cursor: str) -> Page:
        if self.problems:
            return NOTHING
        try:
            columns = self.view.columns
            if not self.asked:
                return paged(self.entries.only(*columns), self.sort, cursor)
            idle = self._projected(self._idle).values()
            return paged_at_once(self.entries, columns, self.sort, cursor, facets=idle)
        except ValidationError as error:
            self.problems |= error.message_dict
            self.entries = Entry.objects.none()
            return NOTHING

    # The questions

    def values(self, name: str) -> list[str]:
        """Return the values asked about, as typed."""
        if name not in self.asked:
            return []
        cleaned = self.filterset.form.cleaned_data.get(name)
        return cleaned if isinstance(cleaned, list) else [str(self.asked[name])]

    def _questions(self) -> list[dict]:
        """Return the offered questions, each with its answers and how many entries hold them."""
        if self.problems:
            counts: dict[str, list[dict]] = {}
        else:
            found = self.page.facets or facet_counts(
                self.entries, self._projected(self._idle).values()
            )
            counts = self._counts(found, self._idle)
            for name in set(self.view.asked) - set(self._idle):
                # What choosing another answer would show: as if this question were not asked.
                found = facet_counts(self.filterset.without(name), self._projected([name]).values())
                counts |= self._counts(found, [name])
        self.labels = self._labels(counts)
        return [self._question(name, counts.get(name, [])) for name in self.view.asked]

    def _labels(self, counts: dict[str, list[dict]]) -> dict[tuple[str, str], str]:
        """Return what the values asked about are called, by question and value.

        The counts name what is found; whatever else names something is looked up, in one query.
        """
        labels = {
            (name, answer["value"].lower()): answer["label"]
            for name, answers in counts.items()
            for answer in answers
        }
        wanted = {
            (name, value.lower()): self.filterset.filters[name].names(value.lower())
            for name in self.asked
            for value in self.values(name)
            if name not in FREE and (name, value.lower()) not in labels
        }
        if wanted:
            entries = Entry.objects.published().filter(
                slug__in={slug for names in wanted.values() for slug, _ in names}
            )
            found = list(entries.values_list("slug", "kind", "label"))
            for asked, names in wanted.items():
                named = [
                    next((label for one, kind, label in found if one == slug and kind in kinds), "")
                    for slug, kinds in (
                        (slug, kinds or (*RECORD_KINDS, "source")) for slug, kinds in names
                    )
                ]
                if any(named):
                    labels[asked] = " ".join(filter(None, named))
        return {asked: self._called(*asked, label) for asked, label in labels.items()}

    @property
    def _idle(self) -> list[str]:
        """Return the offered questions that are not asked."""
        return [name for name in self.view.asked if not self.values(name)]

    def _projected(self, names: list[str]) -> dict[str, str]:
        """Return what these questions are called in the projection, by name."""
        return {name: self.filterset.filters[name].name_in_projection for name in names}

    def _counts(self, found: dict[str, list[dict]], names: list[str]) -> dict[str, list[dict]]:
        """Return what was counted for these questions, as a page calls it."""
        return {
            name: [self._worded(name, answer) for answer in found[projected]]
            for name, projected in self._projected(names).items()
        }

    def _worded(self, name: str, answer: dict) -> dict:
        """Return an answer as a page calls it, with the language it does so: "" for the page's own.

        Names of records have many languages; terms are worded in English by the codebook.
        """
        value, label = answer["value"], answer["label"]
        words = self._called(name, value, label)
        if value in self.view.codes.get(name, ()):
            return {**answer, "label": capfirst(words), "language": ""}
        of_things = name in self.view.codes or self.filterset.filters[name].of
        if of_things or words == label:
            language = "und" if of_things else settings.LANGUAGE_CODE
            return {**answer, "label": words, "language": language}
        return {**answer, "label": words, "language": ""}

    def _called(self, name: str, value: str, label: str) -> str:
        """Return what a page calls an answer: by its code, or as the term or the place it names.

        What is called nothing else in the page's language keeps its label.
        """
        word = self.view.codes.get(name, {}).get(value)
        if word is not None:
            return str(word)
        match self.filterset.filters[name].names(value.lower()):
            case [(slug, kinds)] if "term" in kinds or "place" in kinds:
                kind = "term" if "term" in kinds else "place"
                return known_as(kind, slug, label)
            case [(_, ())]:
                return place_called(label)
        return label

    def _question(self, name: str, counts: list[dict]) -> dict:
        values = [value.lower() for value in self.values(name)]
        answers = [{**answer, "chosen": answer["value"].lower() in values} for answer in counts]
        known = {answer["value"].lower() for answer in answers}
        answers += [
            self._worded(
                name,
                {
                    "value": value,
                    "label": self.labels.get((name, value), value),
                    "count": 0,
                    "chosen": True,
                },
            )
            for value in values
            if value not in known
        ]
        chosen = [answer for answer in answers if answer["chosen"]]
        rest = [
            answer
            for answer in answers
            if not answer["chosen"] and self.find.casefold() in str(answer["label"]).casefold()
        ]
        shown = max(VISIBLE - len(chosen), 0)
        first, wider = self._countries_first(name, rest)
        if not first:
            first, wider = wider, []
        return {
            "name": name,
            "legend": self.view.words[name].legend,
            "answers": chosen + first[:shown],
            "folds": [
                {
                    "words": words % {"count": len(fold)},
                    "answers": fold[:UNFOLDED],
                    "others": len(fold) - UNFOLDED,
                }
                for words, fold in ((MORE, first[shown:]), (WIDER, wider))
                if fold
            ],
            "problems": self.problems.get(name, []),
        }

    def _countries_first(self, name: str, answers: list[dict]) -> tuple[list[dict], list[dict]]:
        """Return the answers to begin with, and those that stand in a group of their own.

        Whoever is in a city is in its country and its regions: "World" and the continents would
        crowd every list of places. Countries are known by their codes, which are their slugs.
        """
        if getattr(self.filterset.filters[name], "of", ()) != PLACE:
            return answers, []
        countries = [answer for answer in answers if len(answer["value"]) == 2]
        return countries, [answer for answer in answers if len(answer["value"]) != 2]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return the questions asked that the form does not offer: it keeps them."""
        offered = {*self.view.asked, "q", "as_of"}
        kept = [
            (name, value)
            for name in self.asked
            if name not in offered
            for value in self.asked.getlist(name)
        ]
        return kept + ([("sort", self.sort)] if self.sort != self.usual_sort else [])

    @property
    def problem_list(self) -> list[tuple[str, str | Promise, str]]:
        """Return what is wrong: the question, how it is worded, what to do."""
        return [
            (
                name,
                self.view.words[name].legend if name in self.view.words else ASIDE[name],
                sentence,
            )
            for name, sentences in self.problems.items()
            for sentence in sentences
        ]

    # The sentence that says what is shown

    @property
    def count(self) -> str:
        """Return how many of what are shown: "47 organizations"."""
        words = str(self.view.counted % {"count": self.page.count})
        return words if self.page.count_is == "exact" else gettext("More than %s") % words

    @property
    def parts(self) -> list[dict]:
        """Return every question asked, in words, with the address that leaves it out."""
        parts = []
        for name, question in self.view.words.items():
            before, _, after = str(question.phrase).partition("{}")
            for value in self.values(name):
                parts.append(
                    {
                        "before": before,
                        "value": self.labels.get((name, value.lower()), value),
                        "after": after,
                        "without": self.address(without=(name, value)),
                    }
                )
        return parts

    # Ways on

    def address(
        self,
        without: tuple[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> str:
        """Return the address of the same list with something else, or without one value."""
        query = self.asked.copy()
        if without:
            name, value = without
            query.setlist(name, [one for one in self.values(name) if one != value])
        if self.sort != self.usual_sort:
            query["sort"] = self.sort
        for name, value in (changed or {}).items():
            query[name] = value
        written = query.urlencode()
        return f"?{written}" if written else "."

    @property
    def next(self) -> str:
        """Return the address of the next page, "" on the last one."""
        return self.address(changed={"cursor": self.page.next}) if self.page.next else ""

    @property
    def previous(self) -> str:
        """Return the address of the page before, "" on the first one."""
        return self.address(changed={"cursor": self.page.previous}) if self.page.previous else ""

    @property
    def orders(self) -> list[dict]:
        """Return the orders the list can be in."""
        return [
            {
                "label": label,
                "current": code == self.sort,
                "url": self.address(changed={"sort": code}),
            }
            for code, label in SORTS.items()
            if code in self.view.filterset_class.orders
            or (code == "relevance" and "q" in self.asked)
        ]

    @property
    def data(self) -> list[dict[str, Any]]:
        """Return the same list as files to take away, each with its name and address."""
        if not self.view.api:
            return []
        path = f"/api/v1/{self.view.api}/"
        of_records = not set(RECORD_KINDS).isdisjoint(self.view.filterset_class.kinds)
        return [
            {"name": name, "url": path + self.address(changed={**self.view.given, **asked})}
            for name, asked in (*FILES, *(GRAPHS if of_records else ()))
        ]

    @property
    def sheets(self) -> list[tuple[str | Promise, str]]:
        """Return the same list as sheets to edit, each with its name and address."""
        if not self.view.sheets or self.problems or not self.page.count:
            return []
        query = self.asked.urlencode()
        return [
            (name, f"/organizations/sheet.{form}{'?' if query else ''}{query}")
            for name, form in SHEETS
        ]


class OrganizationList(EntryList):
    """Every organization, network and coalition."""

    sheets = True
    filterset_class = OrganizationFilter
    title = gettext_lazy("Organizations")
    lead = gettext_lazy(
        "Who acts: organizations of migrants, their allies and counterparts, and the networks "
        "and coalitions they form."
    )
    counted = ngettext_lazy("%(count)s organization", "%(count)s organizations", "count")
    asked = (
        "arena",
        "country",
        "active_in",
        "origin",
        "residence",
        "identity",
        "sector",
        "leadership",
        "partnership",
        "sphere",
        "voice",
        "source",
    )
    api = "organizations"


class PartnershipList(EntryList):
    """Every network and coalition, with what it calls itself and what others call it."""

    template_name = "orgs/partnerships.html"
    filterset_class = PartnershipFilter
    title = gettext_lazy("Networks and coalitions")
    lead = gettext_lazy(
        "Network, coalition and movement are points on one line of growing density and cohesion. "
        "Here they stand together: each with the word it uses for itself and the words others "
        "use for it."
    )
    counted = ngettext_lazy(
        "%(count)s network or coalition", "%(count)s networks and coalitions", "count"
    )
    asked = (
        "calls_itself",
        "called",
        "observed_form",
        "arena",
        "country",
        "active_in",
        "has_members_in",
        "sector",
        "identity",
        "partnership",
        "source",
    )
    api = "partnerships"
    columns = (*CARDS, "document", "findings")

    def row(self, entry: Entry) -> dict[str, Any]:
        """Return the card with what it calls itself and what others call it."""
        document = read(entry.read())
        return {
            **super().row(entry),
            "calls_itself": document["calls_itself"],
            "called": document["called"],
            "observed_form": document["observed_form"],
            "sources": {source["id"]: source for source in document["sources"]},
        }


class PlaceList(EntryList):
    """Every place."""

    filterset_class = PlaceFilter
    title = gettext_lazy("Places")
    lead = gettext_lazy(
        "Countries, states, cities and regions: what organizing meets with there, who is there, "
        "who comes from there."
    )
    counted = ngettext_lazy("%(count)s place", "%(count)s places", "count")
    asked = ("place_type", "dimension", "source")
    api = "places"


class SourceList(EntryList):
    """Every source."""

    filterset_class = SourceFilter
    title = gettext_lazy("Sources")
    lead = gettext_lazy("Who says what this catalogue repeats.")
    counted = ngettext_lazy("%(count)s source", "%(count)s sources", "count")
    asked = ("source_kind", "published_by")
    api = "sources"
