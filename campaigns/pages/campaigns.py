"""The page of a campaign: goal, targets and time, stages, means, who takes part (Props 5 and 6)."""

from typing import Any

from django.utils.translation import gettext_lazy

from .stages import count_sectors, stages_of
from .undertakings import (
    UndertakingPage,
    build_topic,
    involvements_in,
    participation,
    related,
    statements_in,
    visible_topics,
)

STAGE_NAMES = {
    "local": gettext_lazy("local"),
    "regional": gettext_lazy("regional"),
    "national": gettext_lazy("national"),
    "international": gettext_lazy("international"),
}
"""Labels of unknown stages; known stages have the labels of their terms."""


class CampaignPage(UndertakingPage):
    """A campaign: "very specific goals, targets and time horizons" (Prop 6), and how it works."""

    kinds = ("campaign",)
    template_name = "campaigns/campaign.html"

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        document, incoming = context["document"], context["incoming"]
        traits = document["traits"]
        involvements = involvements_in(context)
        targets = [
            *related(document["relations"], ("targets",)),
            *(item for item in involvements if item["role"] == "target"),
        ]
        goals = [item for item in document["texts"] if item["text_kind"] == "goal"]
        # Dates are short in the line below the name, and complete here.
        dates = [{**item, "short": False} for item in document["dates"]]
        predicates = {item["predicate"] for item in (*document["relations"], *incoming)}
        aims = visible_topics(
            context,
            build_topic(context, gettext_lazy("Goal"), goals, "texts"),
            build_topic(context, gettext_lazy("Targets"), targets, "relations"),
            build_topic(context, gettext_lazy("Time horizon"), dates, "dates"),
            build_topic(
                context,
                gettext_lazy("Demands"),
                related(document["relations"], predicates, "demand"),
                "relations",
                related(incoming, predicates, "demand"),
            ),
        )
        sectors = traits.get("sector", [])
        means = visible_topics(
            context,
            build_topic(
                context,
                gettext_lazy("Instruments invoked"),
                related(document["relations"], ("invokes",)),
                "relations",
            ),
            build_topic(context, gettext_lazy("Tools"), traits.get("tool", []), "traits"),
            build_topic(context, gettext_lazy("Resources"), traits.get("resource", []), "traits"),
        )
        stages = stages_of(document)
        steps = traits.get("step", [])
        stage_statements = [item for stage in stages for item in stage.statements]
        return {
            "aims": aims,
            "means": means,
            "stages": [(STAGE_NAMES.get(stage.code, stage.code), stage) for stage in stages],
            "steps": steps,
            "sectors": sectors,
            "sector_count": count_sectors(document),
            "by_stage": any(stage.sectors for stage in stages),
            **participation(context, "target"),
            "absent": [item for item in context["absent"] if item["part"] != "dates"],
            "special_statements": [
                *statements_in(*aims, *means),
                *stage_statements,
                *steps,
                *sectors,
            ],
        }
