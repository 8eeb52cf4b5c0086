"""Lists of entries with filters, pages and downloads."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import RECORD_KINDS
from orgs.search.filters import EntryFilter
from orgs.search.paging import Page, paginate, paginate_in_one_query

from .documents import CARD_COLUMNS
from .filter_labels import FILTER_LABELS, FilterLabel
from .filter_options import FilterOptions
from .labels import CODE_LABELS, comma

SORT_LABELS = {
    "relevance": _("best match"),
    "name": _("name"),
    "-name": _("name, from Z"),
    "-updated": _("last changed first"),
    "updated": _("longest unchanged first"),
    "position": _("place in the scheme"),
}

DOWNLOADS: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("CSV", {"format": "csv"}),
    (_("CSV for spreadsheets"), {"format": "csv", "bom": "1"}),
    ("JSON", {"limit": "all"}),
)
"""The formats in which a list can be downloaded, each with its parameters of the API."""

GRAPH_DOWNLOADS: tuple[tuple[str | Promise, dict[str, str]], ...] = (
    ("GraphML", {"format": "graphml"}),
    ("GEXF", {"format": "gexf"}),
    (_("edges (CSV)"), {"format": "edges"}),
    (_("graph (JSON)"), {"format": "graph"}),
)
"""The same for lists of records: their statements are the edges."""

SHEET_FORMATS: tuple[tuple[str | Promise, str], ...] = (
    (_("spreadsheet (.xlsx)"), "xlsx"),
    (_("sheet (CSV)"), "csv"),
)

PARAM_LABELS = {"sort": _("Order"), "cursor": _("Page of the list")}
"""Parameters of a list that are not filters."""


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
        self.view, self.query = view, query
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
        self.options = FilterOptions(view, self.filterset, self.problems, self.find)
        self.sort = self._choose_sort(query.get("sort", ""))
        self.entries = Entry.objects.none() if self.problems else self.filterset.qs
        self.page = self._read_page(query.get("cursor", ""))
        self.rows = [view.card(entry) for entry in self.page.rows]
        self.filters = self.options.describe(self.entries, self.page)
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
            facets = self.options.facet_names(self.options.unused_filters).values()
            return paginate_in_one_query(self.entries, columns, self.sort, cursor, facets=facets)
        except ValidationError as error:
            self.problems |= error.message_dict
            self.entries = Entry.objects.none()
            return EMPTY_PAGE

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """The parameters that the form keeps without offering them."""
        fields = [
            (name, value)
            for name in self.params
            if name not in self._shown_fields and name not in self.problems
            for value in self.params.getlist(name)
        ]
        return fields + ([("sort", self.sort)] if self.sort != self.default_sort else [])

    @property
    def _shown_fields(self) -> set[str]:
        """The parameters that the page always offers."""
        offered = self.view.offered_filters
        return {"q", *offered, *(["as_of"] if offered else [])}

    @property
    def problem_fields(self) -> list[tuple[str, str | Promise, str, list[str]]]:
        """The parameters with problems that the page does not always offer: name, label, value and
        sentences.
        """
        return [
            (name, self._label(name), self.query.get(name, ""), sentences)
            for name, sentences in self.problems.items()
            if name not in self._shown_fields
        ]

    @property
    def problem_list(self) -> list[tuple[str, str | Promise, str]]:
        """Every problem as the name of the parameter, its label and the sentence."""
        return [
            (name, self._label(name), sentence)
            for name, sentences in self.problems.items()
            for sentence in sentences
        ]

    def _label(self, name: str) -> str | Promise:
        labels = self.view.filter_labels
        return labels[name].legend if name in labels else PARAM_LABELS[name]

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
            for value in self.options.values(name):
                parts.append(
                    {
                        "before": before,
                        "value": self.options.value_labels.get((name, value.lower()), value),
                        "after": after,
                        "without": self.url(without=(name, value)),
                    }
                )
        return parts

    def url(
        self,
        without: tuple[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> str:
        """The relative address of the same list with changed parameters, or without one value."""
        query = self.params.copy()
        if without:
            name, removed = without
            query.setlist(name, [value for value in self.options.values(name) if value != removed])
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
