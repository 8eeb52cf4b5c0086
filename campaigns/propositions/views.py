"""The paper's propositions and recommendations as live questions to the public record."""

import json
from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.views.generic import TemplateView

from campaigns.analysis.facts import public_statements
from orgs.pages.documents import read
from orgs.pages.sentences import Notes
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.statements.coverage import Coverage

from . import PROPOSITIONS, RECOMMENDATIONS
from .base import Name, Proposition
from .evidence import SIDES, evidence, sides_counted, term_of
from .reading import named

MOST_LOOKED_FOR = 12
"""How many sentences about what was looked for a page shows."""


class LookedFor(NamedTuple):
    """That somebody looked for something, and what came of it."""

    about: Name
    field: str
    verdict: str
    statement: int


class PropositionList(TemplateView):
    """The ten propositions and the ten recommendations."""

    template_name = "campaigns/propositions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        sides = sides_counted()
        return super().get_context_data(
            propositions=[(number, one, sides[number]) for number, one in PROPOSITIONS.items()],
            recommendations=RECOMMENDATIONS.items(),
            sides=SIDES,
            title=gettext("Propositions"),
            **kwargs,
        )


class PropositionPage(TemplateView):
    """One proposition: its question, what is counted, cases on every side, what is not known."""

    template_name = "campaigns/proposition.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        number = int(kwargs["number"])
        proposition = PROPOSITIONS[number]
        sides, sources = evidence(number)
        return super().get_context_data(
            proposition=proposition,
            found=proposition.find(),
            drawn=proposition.drawn() if proposition.drawn else None,
            sides=sides,
            looked_for=looked_for(proposition),
            notes=Notes(sources),
            term=term_of(number),
            before=number - 1 if number > 1 else None,
            after=number + 1 if number < len(PROPOSITIONS) else None,
            title=gettext("Proposition %(number)s: %(title)s")
            % {"number": number, "title": proposition.title},
            **kwargs,
        )


class RecommendationPage(TemplateView):
    """One recommendation: what it asks for, of whom, and what is on record so far."""

    template_name = "campaigns/recommendation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        number = int(kwargs["number"])
        recommendation = RECOMMENDATIONS[number]
        entry = (
            Entry.objects.published().of_kinds("demand")
            .filter(slug=f"recommendation-{number}").only("kind", "slug", "document").first()
        )  # fmt: skip
        document = read(json.loads(entry.document)) if entry else None
        return super().get_context_data(
            recommendation=recommendation,
            found=recommendation.find(),
            demand=entry,
            document=document,
            notes=Notes(document["sources"] if document else ()),
            before=number - 1 if number > 1 else None,
            after=number + 1 if number < len(RECOMMENDATIONS) else None,
            title=gettext("Recommendation %(number)s: %(title)s")
            % {"number": number, "title": recommendation.title},
            **kwargs,
        )


def looked_for(proposition: Proposition) -> tuple[int, list[LookedFor]]:
    """Return how often somebody looked for what a proposition rests on, and the first of these."""
    rows = public_statements(Coverage, Counter.today()).filter(
        field__in=proposition.fields, record__kind__in=proposition.kinds
    )
    found = list(rows.values_list("record", "field", "verdict", "id")[: MOST_LOOKED_FOR + 1])
    names = named(row[0] for row in found)
    shown = [
        LookedFor(names[which].name, field, verdict, statement)
        for which, field, verdict, statement in found[:MOST_LOOKED_FOR]
        if which in names
    ]
    more = rows.count() - len(shown) if len(found) > MOST_LOOKED_FOR else 0
    return more, shown
