"""The page of a campaign: goal, targets and time, stages, means, who takes part (Props 5 and 6)."""

from typing import Any

from django.utils.translation import gettext_lazy

from .stages import count_sectors, stages_of
from .undertakings import (
    Topic,
    UndertakingPage,
    build_topic,
    involvements_in,
    participation,
    related,
    statements_in,
    visible_topics,
)

STAGES_HEADING = gettext_lazy("Stages, from local to international")
BREADTH_HEADING = gettext_lazy("Breadth")

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
        document, traits = context["document"], context["document"]["traits"]
        aims, means = aims_of(context), means_of(context)
        stages = stages_of(document)
        staged = [item for stage in stages for item in stage.statements]
        steps, sectors = traits.get("step", []), traits.get("sector", [])
        reach = (Topic(STAGES_HEADING, [*staged, *steps]), Topic(BREADTH_HEADING, sectors))
        return {
            "aims": visible_topics(context, *aims),
            "means": visible_topics(context, *means),
            "stages_heading": STAGES_HEADING,
            "breadth_heading": BREADTH_HEADING,
            "stages": [(STAGE_NAMES.get(stage.code, stage.code), stage) for stage in stages],
            "steps": steps,
            "sectors": sectors,
            "sector_count": count_sectors(document),
            "by_stage": any(stage.sectors for stage in stages),
            **participation(context, "target", topics=[*aims, *reach, *means]),
            "absent": [item for item in context["absent"] if item["part"] != "dates"],
            "special_statements": [
                *statements_in(*aims, *means),
                *staged,
                *steps,
                *sectors,
            ],
        }


def aims_of(context: dict[str, Any]) -> list[Topic]:
    """Goals, targets, time horizon and demands."""
    document, incoming = context["document"], context["incoming"]
    goals = [item for item in document["texts"] if item["text_kind"] == "goal"]
    targets = [
        *related(document["relations"], ("targets",)),
        *(item for item in involvements_in(context) if item["role"] == "target"),
    ]
    # Dates are short in the line below the name, and complete here.
    dates = [{**item, "short": False} for item in document["dates"]]
    predicates = {item["predicate"] for item in (*document["relations"], *incoming)}
    return [
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
    ]


def means_of(context: dict[str, Any]) -> list[Topic]:
    """Instruments invoked, tools and resources."""
    relations, traits = context["document"]["relations"], context["document"]["traits"]
    invoked = related(relations, ("invokes",))
    return [
        build_topic(context, gettext_lazy("Instruments invoked"), invoked, "relations"),
        build_topic(context, gettext_lazy("Tools"), traits.get("tool", []), "traits"),
        build_topic(context, gettext_lazy("Resources"), traits.get("resource", []), "traits"),
    ]
