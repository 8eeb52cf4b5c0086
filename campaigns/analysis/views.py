"""Analysis: each judgement with its definition and its answers today."""

from itertools import combinations
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext
from django.views.generic import TemplateView

from orgs.projection.analysis import FINDING_KINDS
from orgs.projection.entry import Entry, Facet
from orgs.records.record import ACTORS, Kind
from orgs.search.filters import facet_counts

from .analyzer import WINDOW_YEARS
from .words import DEFINITIONS

ARENA_CODES = ("membership", "space", "ngo", "media")
"""The four arenas, in the paper's order."""


class AnalysisList(TemplateView):
    """What is judged, each with its question."""

    template_name = "campaigns/analysis/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            definitions=DEFINITIONS.items(), title=gettext("Analysis"), **kwargs
        )


class Pair(NamedTuple):
    """Two arenas, with how many bodies stand in both and how many in either."""

    one: str
    other: str
    both: int
    either: int

    @property
    def share(self) -> float | None:
        """Return which part of those in either stands in both; None if there is nobody."""
        return self.both / self.either if self.either else None


def pairs_of_arenas() -> list[Pair]:
    """Return how far each two arenas overlap: in the bodies that stand in both, whenever it is."""
    facets = dict(Facet.objects.filter(filter="arena").values_list("value", "id"))
    pairs = list(combinations((code for code in ARENA_CODES if code in facets), 2))
    if not pairs:
        return []
    asked = {}
    for number, pair in enumerate(pairs):
        two = [facets[code] for code in pair]
        asked[f"both_{number}"] = Count("id", filter=Q(facets__contains=two))
        asked[f"either_{number}"] = Count("id", filter=Q(facets__overlap=two))
    placed = Entry.objects.published().of_kinds(*ACTORS).filter(facets__overlap=[*facets.values()])
    counts = placed.aggregate(**asked)
    return [
        Pair(*pair, counts[f"both_{number}"], counts[f"either_{number}"])
        for number, pair in enumerate(pairs)
    ]


class AnalysisPage(TemplateView):
    """One judgement: its definition, the sentence of the paper, the answers as they are today."""

    template_name = "campaigns/analysis/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows. Raises Http404 for what is not judged."""
        name = kwargs["name"]
        if name not in DEFINITIONS:
            raise Http404
        judged = FINDING_KINDS[name]
        entries = Entry.objects.published().of_kinds(*judged.kinds)
        counts = {
            answer["value"]: answer["count"] for answer in facet_counts(entries, [name])[name]
        }
        whole = Kind.ORGANIZATION in judged.kinds
        listed = "/organizations/" if whole else "/networks-and-coalitions/"
        answers = [
            (label, counts.get(value, 0), f"{listed}?{urlencode({name: value})}")
            for value, label in judged.answers.choices
        ]
        definition = DEFINITIONS[name]
        return super().get_context_data(
            definition=definition,
            answers=answers,
            pairs=pairs_of_arenas() if name == "arena_overlap" else (),
            years=WINDOW_YEARS,
            title=definition.title,
            **kwargs,
        )
