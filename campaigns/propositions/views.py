"""Pages of the propositions and recommendations of the paper."""

import json
from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.views.generic import TemplateView

from campaigns.analysis.facts import public_statements
from orgs.pages.documents import with_parts
from orgs.pages.source_notes import Notes
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.statements.coverage import Coverage

from . import PROPOSITIONS, RECOMMENDATIONS
from .base import Name, Proposition
from .evidence import SIDES, counts_by_side, evidence, term_code
from .queries import entries_by_id

MAX_COVERAGE_ROWS = 12
"""A page shows at most this many coverage statements."""


class CoverageRow(NamedTuple):
    """A statement that a fact was researched, with its outcome."""

    about: Name
    field: str
    verdict: str
    statement: int


class PropositionList(TemplateView):
    """The ten propositions and the ten recommendations."""

    template_name = "campaigns/propositions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sides = counts_by_side()
        return super().get_context_data(
            propositions=[
                (number, proposition, sides[number]) for number, proposition in PROPOSITIONS.items()
            ],
            recommendations=RECOMMENDATIONS.items(),
            sides=SIDES,
            title=gettext("Propositions"),
            **kwargs,
        )


class PropositionPage(TemplateView):
    """A proposition: question, numbers, cases on every side, what is not known."""

    template_name = "campaigns/proposition.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = int(kwargs["number"])
        proposition = PROPOSITIONS[number]
        sides, sources = evidence(number)
        return super().get_context_data(
            proposition=proposition,
            results=proposition.compute(),
            world_map=proposition.draw_map() if proposition.draw_map else None,
            sides=sides,
            coverage=coverage(proposition),
            notes=Notes(sources),
            term=term_code(number),
            before=number - 1 if number > 1 else None,
            after=number + 1 if number < len(PROPOSITIONS) else None,
            title=gettext("Proposition %(number)s: %(title)s")
            % {"number": number, "title": proposition.title},
            **kwargs,
        )


class RecommendationPage(TemplateView):
    """A recommendation: what it asks for, of whom, and what is known so far."""

    template_name = "campaigns/recommendation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = int(kwargs["number"])
        recommendation = RECOMMENDATIONS[number]
        entry = (
            Entry.objects.published().of_kinds("demand")
            .filter(slug=f"recommendation-{number}").only("kind", "slug", "document").first()
        )  # fmt: skip
        document = with_parts(json.loads(entry.document)) if entry else None
        return super().get_context_data(
            recommendation=recommendation,
            results=recommendation.compute(),
            demand=entry,
            document=document,
            notes=Notes(document["sources"] if document else ()),
            before=number - 1 if number > 1 else None,
            after=number + 1 if number < len(RECOMMENDATIONS) else None,
            title=gettext("Recommendation %(number)s: %(title)s")
            % {"number": number, "title": recommendation.title},
            **kwargs,
        )


def coverage(proposition: Proposition) -> tuple[int, list[CoverageRow]]:
    """The coverage of a proposition: the number of further statements, and the first ones."""
    rows = public_statements(Coverage, Counter.today()).filter(
        field__in=proposition.fields, record__kind__in=proposition.kinds
    )
    values = list(rows.values_list("record", "field", "verdict", "id")[: MAX_COVERAGE_ROWS + 1])
    names = entries_by_id(row[0] for row in values)
    shown = [
        CoverageRow(names[record].name, field, verdict, statement)
        for record, field, verdict, statement in values[:MAX_COVERAGE_ROWS]
        if record in names
    ]
    more = rows.count() - len(shown) if len(values) > MAX_COVERAGE_ROWS else 0
    return more, shown
