"""Analysis: each finding with its definition and its values today."""

from itertools import combinations
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext
from django.views.generic import TemplateView

from orgs.projection.analysis import FINDING_KINDS
from orgs.projection.entry import Entry, Facet
from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.search.facets import facet_counts

from .analyzer import WINDOW_YEARS
from .definitions import DEFINITIONS

ARENA_CODES = ("membership", "space", "ngo", "media")
"""The four arenas, in the paper's order."""


class AnalysisList(TemplateView):
    """All findings, each with its question."""

    template_name = "campaigns/analysis/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            definitions=DEFINITIONS.items(), title=gettext("Analysis"), **kwargs
        )


class ArenaPair(NamedTuple):
    """Two arenas, with the number of actors in both and in either."""

    first: str
    second: str
    both: int
    either: int

    @property
    def share(self) -> float | None:
        """The share of actors in either that are in both; None without actors."""
        return self.both / self.either if self.either else None


def arena_pairs() -> list[ArenaPair]:
    """The overlap of each two arenas, at any time."""
    facets = dict(Facet.objects.filter(filter="arena").values_list("value", "id"))
    pairs = list(combinations((code for code in ARENA_CODES if code in facets), 2))
    if not pairs:
        return []
    counts_by_name = {}
    for number, pair in enumerate(pairs):
        both_facets = [facets[code] for code in pair]
        counts_by_name[f"both_{number}"] = Count("id", filter=Q(facets__contains=both_facets))
        counts_by_name[f"either_{number}"] = Count("id", filter=Q(facets__overlap=both_facets))
    placed = (
        Entry.objects.published().of_kinds(*ACTOR_KINDS).filter(facets__overlap=[*facets.values()])
    )
    counts = placed.aggregate(**counts_by_name)
    return [
        ArenaPair(*pair, counts[f"both_{number}"], counts[f"either_{number}"])
        for number, pair in enumerate(pairs)
    ]


class AnalysisPage(TemplateView):
    """A finding: its definition, the sentence of the paper, its values today."""

    template_name = "campaigns/analysis/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Raises Http404 for an unknown finding."""
        name = kwargs["name"]
        if name not in DEFINITIONS:
            raise Http404
        finding_kind = FINDING_KINDS[name]
        entries = Entry.objects.published().of_kinds(*finding_kind.kinds)
        counts = {row["value"]: row["count"] for row in facet_counts(entries, [name])[name]}
        has_organizations = Kind.ORGANIZATION in finding_kind.kinds
        list_url = "/organizations/" if has_organizations else "/networks-and-coalitions/"
        answers = [
            (label, counts.get(value, 0), f"{list_url}?{urlencode({name: value})}")
            for value, label in finding_kind.answers.choices
        ]
        definition = DEFINITIONS[name]
        return super().get_context_data(
            definition=definition,
            answers=answers,
            pairs=arena_pairs() if name == "arena_overlap" else (),
            years=WINDOW_YEARS,
            title=definition.title,
            **kwargs,
        )
