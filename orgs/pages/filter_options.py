"""The filters of a list with their options and counts."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import ngettext_lazy

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import RECORD_KINDS
from orgs.search.facets import facet_counts
from orgs.search.filters import PLACE, EntryFilter
from orgs.search.paging import Page

from .translated_labels import label_of, label_order, translated_place

if TYPE_CHECKING:
    from .listing import EntryList

MORE_LABEL = ngettext_lazy("%(count)s more", "%(count)s more", "count")

WIDER_PLACES_LABEL = ngettext_lazy(
    "%(count)s region, state or city", "%(count)s regions, states and cities", "count"
)

FREE_TEXT_FILTERS = (
    "q",
    "as_of",
    "updated_since",
    "confirmed_since",
    "identifier",
    "in_bibliography",
    "in_use",
)
"""Filters whose values have no label."""

VISIBLE_OPTIONS = 8
"""How many options of a filter are visible at once; a fold has the rest."""

UNFOLDED_OPTIONS = 12
"""How many options a fold has at most; the others are found by their names."""


class FilterOptions:
    """The filters of a list with their values and options."""

    def __init__(
        self,
        view: "EntryList",
        filterset: EntryFilter,
        problems: dict[str, list[str]],
        find: str,
    ) -> None:
        self.view = view
        self.filterset = filterset
        self.params: QueryDict = filterset.data
        self.problems = problems
        self.find = find
        """Options are offered if they have this text in their label."""
        self.value_labels: dict[tuple[str, str], str] = {}

    def values(self, name: str) -> list[str]:
        """The values of a filter, as typed."""
        if name not in self.params:
            return []
        cleaned = self.filterset.form.cleaned_data.get(name)
        return cleaned if isinstance(cleaned, list) else [str(self.params[name])]

    def describe(self, entries: EntryQuerySet, page: Page) -> list[dict]:
        """The offered filters for the template, each with its options and their counts."""
        if self.problems:
            options: dict[str, list[dict]] = {}
        else:
            counts = page.facets or facet_counts(
                entries, self.facet_names(self.unused_filters).values()
            )
            options = self._label_counts(counts, self.unused_filters)
            for name in set(self.view.offered_filters) - set(self.unused_filters):
                # The counts of a filter in use are those of the list without this filter.
                counts = facet_counts(
                    self.filterset.without(name), self.facet_names([name]).values()
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
    def unused_filters(self) -> list[str]:
        """The offered filters that have no value."""
        return [name for name in self.view.offered_filters if not self.values(name)]

    def facet_names(self, names: list[str]) -> dict[str, str]:
        """Map these filters to their facets in the projection."""
        return {name: self.filterset.filters[name].facet_name for name in names}

    def _label_counts(
        self, counts: dict[str, list[dict]], names: list[str]
    ) -> dict[str, list[dict]]:
        """Turn the counts of facets into labelled options, by filter."""
        return {
            name: sorted(
                (self._label_option(name, option) for option in counts[facet]),
                key=lambda option: (-option["count"], label_order(option["label"])),
            )
            for name, facet in self.facet_names(names).items()
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
