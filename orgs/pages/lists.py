"""Lists of entries with filters, pages and downloads."""

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

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import RECORD_KINDS
from orgs.search.filters import (
    PLACE,
    EntryFilter,
    OrganizationFilter,
    PartnershipFilter,
    PlaceFilter,
    SourceFilter,
    facet_counts,
)
from orgs.search.paging import Page, paginate, paginate_in_one_query

from .documents import CARD_COLUMNS, with_parts
from .labels import CODE_LABELS, comma
from .translated_labels import label_of, translated_place


class FilterLabel(NamedTuple):
    """The texts of a filter: the legend above its options, and the phrase in the summary."""

    legend: str | Promise
    phrase: str | Promise


FILTER_LABELS: dict[str, FilterLabel] = {
    "q": FilterLabel(gettext_lazy("Search text"), gettext_lazy("matching {}")),
    "arena": FilterLabel(gettext_lazy("Arena"), gettext_lazy("in the arena {}")),
    "country": FilterLabel(gettext_lazy("Seat"), gettext_lazy("with their seat in {}")),
    "registered": FilterLabel(gettext_lazy("Registered in"), gettext_lazy("registered in {}")),
    "active_in": FilterLabel(gettext_lazy("Acts in"), gettext_lazy("active in {}")),
    "present_in": FilterLabel(
        gettext_lazy("Seat or acts in"), gettext_lazy("with their seat or active in {}")
    ),
    "has_members_in": FilterLabel(
        gettext_lazy("Has members in"), gettext_lazy("with members in {}")
    ),
    "organized_base_in": FilterLabel(
        gettext_lazy("Organized base in"), gettext_lazy("with an organized membership base in {}")
    ),
    "origin": FilterLabel(
        gettext_lazy("People come from"), gettext_lazy("whose people come from {}")
    ),
    "residence": FilterLabel(
        gettext_lazy("People live in"), gettext_lazy("whose people live in {}")
    ),
    "identity": FilterLabel(
        gettext_lazy("Identity basis"), gettext_lazy("based on the identity {}")
    ),
    "sector": FilterLabel(gettext_lazy("Sector"), gettext_lazy("of the sector {}")),
    "sphere": FilterLabel(gettext_lazy("Sphere"), gettext_lazy("of the sphere {}")),
    "leadership": FilterLabel(gettext_lazy("Leadership"), gettext_lazy("with the leadership {}")),
    "orientation": FilterLabel(gettext_lazy("Orientation"), gettext_lazy("oriented to {}")),
    "activity": FilterLabel(gettext_lazy("Activity"), gettext_lazy("with the activity {}")),
    "organ": FilterLabel(gettext_lazy("Organ"), gettext_lazy("with the organ {}")),
    "service_level": FilterLabel(gettext_lazy("Level of work"), gettext_lazy("working on {}")),
    "calls_itself": FilterLabel(
        gettext_lazy("Calls itself"), gettext_lazy("calling themselves {}")
    ),
    "called": FilterLabel(gettext_lazy("Called by others"), gettext_lazy("called {} by others")),
    "observed_form": FilterLabel(
        gettext_lazy("Observed form"), gettext_lazy("with the observed form: {}")
    ),
    "host_sending_balance": FilterLabel(
        gettext_lazy("Seats of members"), gettext_lazy("with members in {}")
    ),
    "observed_orientation": FilterLabel(
        gettext_lazy("Observed orientation"), gettext_lazy("with the observed orientation {}")
    ),
    "transnational_base": FilterLabel(gettext_lazy("Organized base"), gettext_lazy("with {}")),
    "arena_overlap": FilterLabel(gettext_lazy("Arena overlap"), gettext_lazy("standing in {}")),
    "partnership": FilterLabel(gettext_lazy("Member of"), gettext_lazy("members of {}")),
    "involved_in": FilterLabel(gettext_lazy("Takes part in"), gettext_lazy("taking part in {}")),
    "source": FilterLabel(
        gettext_lazy("Source"), gettext_lazy("with sentences from the source {}")
    ),
    "voice": FilterLabel(gettext_lazy("Voice"), gettext_lazy("with sentences in the voice {}")),
    "mentions": FilterLabel(gettext_lazy("Mentions"), gettext_lazy("mentioning {}")),
    "relation": FilterLabel(gettext_lazy("Relation"), gettext_lazy("in the relation: {}")),
    "related": FilterLabel(gettext_lazy("Related to"), gettext_lazy("related to {}")),
    "part_of": FilterLabel(gettext_lazy("Part of"), gettext_lazy("part of {}")),
    "event": FilterLabel(gettext_lazy("What happened"), gettext_lazy("recorded as {}")),
    "measure": FilterLabel(gettext_lazy("Figures"), gettext_lazy("with a figure for {}")),
    "identifier": FilterLabel(gettext_lazy("Identifier"), gettext_lazy("with the identifier {}")),
    "trait": FilterLabel(gettext_lazy("Described as"), gettext_lazy("described by the term {}")),
    "place_type": FilterLabel(gettext_lazy("Kind of place"), gettext_lazy("of the kind {}")),
    "dimension": FilterLabel(
        gettext_lazy("Dimension of context"), gettext_lazy("with an assessment of {}")
    ),
    "source_kind": FilterLabel(gettext_lazy("Kind of source"), gettext_lazy("of the kind {}")),
    "in_bibliography": FilterLabel(
        gettext_lazy("In the paper's references"), gettext_lazy("in the paper's references: {}")
    ),
    "published_by": FilterLabel(gettext_lazy("Published by"), gettext_lazy("published by {}")),
    "scheme": FilterLabel(gettext_lazy("Scheme"), gettext_lazy("of the scheme {}")),
    "updated_since": FilterLabel(gettext_lazy("Changed since"), gettext_lazy("changed since {}")),
    "confirmed_since": FilterLabel(
        gettext_lazy("Confirmed since"), gettext_lazy("confirmed since {}")
    ),
    "as_of": FilterLabel(gettext_lazy("As it was in"), gettext_lazy("as of {}")),
}

MORE_LABEL = ngettext_lazy("%(count)s more", "%(count)s more", "count")
WIDER_PLACES_LABEL = ngettext_lazy(
    "%(count)s region, state or city", "%(count)s regions, states and cities", "count"
)

SORT_LABELS = {
    "relevance": gettext_lazy("best match"),
    "name": gettext_lazy("name"),
    "-name": gettext_lazy("name, from Z"),
    "-updated": gettext_lazy("last changed first"),
    "updated": gettext_lazy("longest unchanged first"),
    "position": gettext_lazy("place in the scheme"),
}

DOWNLOADS: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("CSV", {"format": "csv"}),
    (gettext_lazy("CSV for spreadsheets"), {"format": "csv", "bom": "1"}),
    ("JSON", {"limit": "all"}),
)
"""The formats in which a list can be downloaded, each with its parameters of the API."""

GRAPH_DOWNLOADS: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("GraphML", {"format": "graphml"}),
    ("GEXF", {"format": "gexf"}),
    (gettext_lazy("edges (CSV)"), {"format": "edges"}),
    (gettext_lazy("graph (JSON)"), {"format": "graph"}),
)
"""The same for lists of records: their statements are the edges."""

SHEET_FORMATS: tuple[tuple[str | Promise, str], ...] = (
    (gettext_lazy("spreadsheet (.xlsx)"), "xlsx"),
    (gettext_lazy("sheet (CSV)"), "csv"),
)

PARAM_LABELS = {"sort": gettext_lazy("Order"), "cursor": gettext_lazy("Page of the list")}
"""Parameters of a list that are not filters."""

FREE_TEXT_FILTERS = (
    "q",
    "as_of",
    "updated_since",
    "confirmed_since",
    "identifier",
    "in_bibliography",
)
"""Filters whose values have no label."""

VISIBLE_OPTIONS = 8
"""How many options of a filter are visible at once; a fold has the rest."""

UNFOLDED_OPTIONS = 12
"""How many options a fold has at most; the others are found by their names."""


class EntryList(TemplateView):
    """A list of entries with its filters, page by page.

    Unknown parameters are ignored. An invalid value is reported next to its filter, and no results
    are shown: results that ignore a filter would mislead.
    """

    template_name = "orgs/list.html"
    filterset_class: type[EntryFilter]
    title: str | Promise
    lead: str | Promise = ""
    count_label: Any
    """The number and noun of what is listed, as a lazy plural."""
    offered_filters: tuple[str, ...] = ()
    """The filters that the page offers with options and counts, the most used first."""
    filter_labels: Mapping[str, FilterLabel] = FILTER_LABELS
    code_labels: Mapping[str, Mapping[str, str | Promise]] = CODE_LABELS
    """The labels of options that are codes of the catalogue itself, by filter."""
    api = ""
    """The collection of the API with the same filters."""
    fixed_params: Mapping[str, str] = {}
    """The parameters of that collection that the page itself sets."""
    sheets = False
    """Whether the list can be downloaded as a sheet to edit."""
    columns: tuple[str, ...] = CARD_COLUMNS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; the status is 400 if a parameter is invalid."""
        context = self.get_context_data(**kwargs)
        status = 400 if context["listing"].problems else 200
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            listing=Listing(self, self.request.GET), title=self.title, lead=self.lead, **kwargs
        )

    def entries(self) -> EntryQuerySet:
        """List all entries of these kinds, before any filter."""
        return Entry.objects.published().of_kinds(*self.filterset_class.kinds)

    def card(self, entry: Entry) -> dict[str, Any]:
        return {**json.loads(entry.card), "updated": entry.updated, "change": entry.change}


EMPTY_PAGE = Page([], None, None, 0, "exact")


class Listing:
    """The filtered and paged results of a list, and its filters for the template.

    Takes the view and the query of the request.
    """

    def __init__(self, view: EntryList, query: QueryDict) -> None:
        self.view = view
        self.params = QueryDict(mutable=True)
        for name in view.filterset_class.base_filters:
            if values := [value for value in query.getlist(name) if value.strip()]:
                self.params.setlist(name, values)
        self.find = query.get("find", "").strip()[:100]
        self.ignores_known_at = bool(query.get("known_at", "").strip())
        self.filterset = view.filterset_class(self.params, view.entries())
        self.problems: dict[str, list[str]] = {
            name: [str(problem) for problem in problems]
            for name, problems in self.filterset.form.errors.items()
        }
        for name, problem in self.filterset.unknown_values().items():
            self.problems.setdefault(name, []).append(problem)
        self.sort = self._choose_sort(query.get("sort", ""))
        self.entries = Entry.objects.none() if self.problems else self.filterset.qs
        self.page = self._read_page(query.get("cursor", ""))
        self.rows = [view.card(entry) for entry in self.page.rows]
        self.filters = self._build_filters()
        self.has_options = self.find or any(item["options"] for item in self.filters)

    def _choose_sort(self, requested: str) -> str:
        searched = "q" in self.params
        orders = (*self.view.filterset_class.orders, "relevance")
        if requested and requested not in orders:
            self.problems["sort"] = [
                gettext("Choose one of these orders: %(orders)s.")
                % {"orders": comma().join(orders)}
            ]
        if requested in orders and (searched or requested != "relevance"):
            return requested
        return self.default_sort

    @property
    def default_sort(self) -> str:
        """The order of a list that names none."""
        return "relevance" if "q" in self.params else "name"

    def _read_page(self, cursor: str) -> Page:
        if self.problems:
            return EMPTY_PAGE
        try:
            columns = self.view.columns
            if not self.params:
                return paginate(self.entries.only(*columns), self.sort, cursor)
            facets = self._facet_names(self._unused_filters).values()
            return paginate_in_one_query(self.entries, columns, self.sort, cursor, facets=facets)
        except ValidationError as error:
            self.problems |= error.message_dict
            self.entries = Entry.objects.none()
            return EMPTY_PAGE

    # Filters and their options

    def values(self, name: str) -> list[str]:
        """The values of a filter, as typed."""
        if name not in self.params:
            return []
        cleaned = self.filterset.form.cleaned_data.get(name)
        return cleaned if isinstance(cleaned, list) else [str(self.params[name])]

    def _build_filters(self) -> list[dict]:
        """Describe the offered filters, each with its options and their counts."""
        if self.problems:
            options: dict[str, list[dict]] = {}
        else:
            counts = self.page.facets or facet_counts(
                self.entries, self._facet_names(self._unused_filters).values()
            )
            options = self._label_counts(counts, self._unused_filters)
            for name in set(self.view.offered_filters) - set(self._unused_filters):
                # The counts of a filter in use are those of the list without this filter.
                counts = facet_counts(
                    self.filterset.without(name), self._facet_names([name]).values()
                )
                options |= self._label_counts(counts, [name])
        self.value_labels = self._label_values(options)
        return [
            self._build_filter(name, options.get(name, [])) for name in self.view.offered_filters
        ]

    def _label_values(self, options: dict[str, list[dict]]) -> dict[tuple[str, str], str]:
        """Label the values in use, by filter and value.

        Most have the label of their option; the rest are looked up in one query.
        """
        labels = {
            (name, option["value"].lower()): option["label"]
            for name, items in options.items()
            for option in items
        }
        missing = {
            (name, value.lower()): self.filterset.filters[name].references(value.lower())
            for name in self.params
            for value in self.values(name)
            if name not in FREE_TEXT_FILTERS and (name, value.lower()) not in labels
        }
        if missing:
            entries = Entry.objects.published().filter(
                slug__in={slug for references in missing.values() for slug, _ in references}
            )
            rows = list(entries.values_list("slug", "kind", "label"))
            for key, references in missing.items():
                names = [
                    next(
                        (
                            label
                            for row_slug, kind, label in rows
                            if row_slug == slug and kind in (kinds or (*RECORD_KINDS, "source"))
                        ),
                        "",
                    )
                    for slug, kinds in references
                ]
                if any(names):
                    labels[key] = " ".join(filter(None, names))
        return {key: self._label_value(*key, label) for key, label in labels.items()}

    @property
    def _unused_filters(self) -> list[str]:
        """The offered filters that have no value."""
        return [name for name in self.view.offered_filters if not self.values(name)]

    def _facet_names(self, names: list[str]) -> dict[str, str]:
        """Map these filters to their facets in the projection."""
        return {name: self.filterset.filters[name].facet_name for name in names}

    def _label_counts(
        self, counts: dict[str, list[dict]], names: list[str]
    ) -> dict[str, list[dict]]:
        """Turn the counts of facets into labelled options, by filter."""
        return {
            name: [self._label_option(name, option) for option in counts[facet]]
            for name, facet in self._facet_names(names).items()
        }

    def _label_option(self, name: str, option: dict) -> dict:
        """Set an option's label and its language: "" for that of the page.

        Names of records have many languages; the codebook labels terms in English.
        """
        value, label = option["value"], option["label"]
        text = self._label_value(name, value, label)
        if value in self.view.code_labels.get(name, ()):
            return {**option, "label": capfirst(text), "language": ""}
        is_record = name in self.view.code_labels or self.filterset.filters[name].kinds
        if is_record or text == label:
            language = "und" if is_record else settings.LANGUAGE_CODE
            return {**option, "label": text, "language": language}
        return {**option, "label": text, "language": ""}

    def _label_value(self, name: str, value: str, label: str) -> str:
        """Translate a value's label: by its code, or as the term or place it refers to.

        A value without a label in the page's language keeps the one given.
        """
        code_label = self.view.code_labels.get(name, {}).get(value)
        if code_label is not None:
            return str(code_label)
        match self.filterset.filters[name].references(value.lower()):
            case [(slug, kinds)] if "term" in kinds or "place" in kinds:
                kind = "term" if "term" in kinds else "place"
                return label_of(kind, slug, label)
            case [(_, ())]:
                return translated_place(label)
        return label

    def _build_filter(self, name: str, options: list[dict]) -> dict:
        values = [value.lower() for value in self.values(name)]
        options = [{**option, "chosen": option["value"].lower() in values} for option in options]
        counted = {option["value"].lower() for option in options}
        options += [
            self._label_option(
                name,
                {
                    "value": value,
                    "label": self.value_labels.get((name, value), value),
                    "count": 0,
                    "chosen": True,
                },
            )
            for value in values
            if value not in counted
        ]
        chosen = [option for option in options if option["chosen"]]
        rest = [
            option
            for option in options
            if not option["chosen"] and self.find.casefold() in str(option["label"]).casefold()
        ]
        visible = max(VISIBLE_OPTIONS - len(chosen), 0)
        first, wider_places = self._split_countries(name, rest)
        if not first:
            first, wider_places = wider_places, []
        return {
            "name": name,
            "legend": self.view.filter_labels[name].legend,
            "options": chosen + first[:visible],
            "folds": [
                {
                    "summary": summary % {"count": len(fold)},
                    "options": fold[:UNFOLDED_OPTIONS],
                    "others": len(fold) - UNFOLDED_OPTIONS,
                }
                for summary, fold in (
                    (MORE_LABEL, first[visible:]),
                    (WIDER_PLACES_LABEL, wider_places),
                )
                if fold
            ],
            "problems": self.problems.get(name, []),
        }

    def _split_countries(self, name: str, options: list[dict]) -> tuple[list[dict], list[dict]]:
        """Split the options of a filter by place into countries and all other places.

        An entry in a city is also in its country and its regions: "World" and the continents would
        crowd every list of places. A slug of two letters is the code of a country.
        """
        if getattr(self.filterset.filters[name], "kinds", ()) != PLACE:
            return options, []
        countries = [option for option in options if len(option["value"]) == 2]
        return countries, [option for option in options if len(option["value"]) != 2]

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """The parameters that the form keeps without offering them."""
        offered = {*self.view.offered_filters, "q", "as_of"}
        fields = [
            (name, value)
            for name in self.params
            if name not in offered
            for value in self.params.getlist(name)
        ]
        return fields + ([("sort", self.sort)] if self.sort != self.default_sort else [])

    @property
    def problem_list(self) -> list[tuple[str, str | Promise, str]]:
        """Every problem as the name of the parameter, its label and the sentence."""
        return [
            (
                name,
                self.view.filter_labels[name].legend
                if name in self.view.filter_labels
                else PARAM_LABELS[name],
                sentence,
            )
            for name, sentences in self.problems.items()
            for sentence in sentences
        ]

    # The sentence that says what is shown

    @property
    def count(self) -> str:
        """The number of results with its noun: "47 organizations"."""
        text = str(self.view.count_label % {"count": self.page.count})
        return text if self.page.count_is == "exact" else gettext("More than %s") % text

    @property
    def active_filters(self) -> list[dict]:
        """Every value in use as a phrase, with the address of the list without it."""
        parts = []
        for name, filter_label in self.view.filter_labels.items():
            before, _, after = str(filter_label.phrase).partition("{}")
            for value in self.values(name):
                parts.append(
                    {
                        "before": before,
                        "value": self.value_labels.get((name, value.lower()), value),
                        "after": after,
                        "without": self.url(without=(name, value)),
                    }
                )
        return parts

    # Links

    def url(
        self,
        without: tuple[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> str:
        """The relative address of the same list with changed parameters, or without one value."""
        query = self.params.copy()
        if without:
            name, removed = without
            query.setlist(name, [value for value in self.values(name) if value != removed])
        if self.sort != self.default_sort:
            query["sort"] = self.sort
        for name, value in (changed or {}).items():
            query[name] = value
        encoded = query.urlencode()
        return f"?{encoded}" if encoded else "."

    @property
    def next(self) -> str:
        """The address of the next page, "" on the last one."""
        return self.url(changed={"cursor": self.page.next}) if self.page.next else ""

    @property
    def previous(self) -> str:
        """The address of the previous page, "" on the first one."""
        return self.url(changed={"cursor": self.page.previous}) if self.page.previous else ""

    @property
    def orders(self) -> list[dict]:
        return [
            {
                "label": label,
                "current": code == self.sort,
                "url": self.url(changed={"sort": code}),
            }
            for code, label in SORT_LABELS.items()
            if code in self.view.filterset_class.orders
            or (code == "relevance" and "q" in self.params)
        ]

    @property
    def downloads(self) -> list[dict[str, Any]]:
        """The files of the same list, each with its name and address."""
        if not self.view.api:
            return []
        path = f"/api/v1/{self.view.api}/"
        of_records = not set(RECORD_KINDS).isdisjoint(self.view.filterset_class.kinds)
        return [
            {"name": name, "url": path + self.url(changed={**self.view.fixed_params, **params})}
            for name, params in (*DOWNLOADS, *(GRAPH_DOWNLOADS if of_records else ()))
        ]

    @property
    def sheets(self) -> list[tuple[str | Promise, str]]:
        """The same list as sheets to edit, each with its name and address."""
        if not self.view.sheets or self.problems or not self.page.count:
            return []
        query = self.params.urlencode()
        return [
            (name, f"/organizations/sheet.{extension}{'?' if query else ''}{query}")
            for name, extension in SHEET_FORMATS
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
    count_label = ngettext_lazy("%(count)s organization", "%(count)s organizations", "count")
    offered_filters = (
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
        "Network, coalition and movement are points on a continuum of density and "
        "cohesion. This list shows them together, with what each calls itself and what "
        "others call it."
    )
    count_label = ngettext_lazy(
        "%(count)s network or coalition", "%(count)s networks and coalitions", "count"
    )
    offered_filters = (
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
    columns = (*CARD_COLUMNS, "document", "findings")

    def card(self, entry: Entry) -> dict[str, Any]:
        """Add what it calls itself and what others call it."""
        document = with_parts(entry.read())
        return {
            **super().card(entry),
            "calls_itself": document["calls_itself"],
            "called": document["called"],
            "observed_form": document["observed_form"],
            "sources": {source["id"]: source for source in document["sources"]},
        }


class PlaceList(EntryList):
    filterset_class = PlaceFilter
    title = gettext_lazy("Places")
    lead = gettext_lazy(
        "Countries, states, cities and regions: the context for organizing, who is there and "
        "who comes from there."
    )
    count_label = ngettext_lazy("%(count)s place", "%(count)s places", "count")
    offered_filters = ("place_type", "dimension", "source")
    api = "places"


class SourceList(EntryList):
    filterset_class = SourceFilter
    title = gettext_lazy("Sources")
    lead = gettext_lazy("The sources of this catalogue.")
    count_label = ngettext_lazy("%(count)s source", "%(count)s sources", "count")
    offered_filters = ("source_kind", "published_by")
    api = "sources"
