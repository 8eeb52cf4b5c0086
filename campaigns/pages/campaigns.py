"""The page of a campaign: goal, targets and time, stages, means, who takes part (Props 5 and 6)."""

from typing import Any

from django.utils.translation import gettext_lazy

from .stages import breadth_of, stages_of
from .undertakings import (
    UndertakingPage,
    answer,
    answered,
    participation,
    parts_in,
    related,
    said_in,
)

STAGE_NAMES = {
    "local": gettext_lazy("local"),
    "regional": gettext_lazy("regional"),
    "national": gettext_lazy("national"),
    "international": gettext_lazy("international"),
}
"""What the stages are called where none is on record: elsewhere the codebook says it."""


class CampaignPage(UndertakingPage):
    """A campaign: "very specific goals, targets and time horizons" (Prop 6), and how it works."""

    kinds = ("campaign",)
    template_name = "campaigns/campaign.html"

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return what the paper looks for in a campaign, each with its statements or without."""
        document, incoming = context["document"], context["incoming"]
        traits = document["traits"]
        parts = parts_in(context)
        targets = [
            *related(document["relations"], ("targets",)),
            *(item for item in parts if item["role"] == "target"),
        ]
        goals = [item for item in document["texts"] if item["text_kind"] == "goal"]
        # In the line below the name dates are told shortly; here with what the source adds.
        dates = [{**item, "short": False} for item in document["dates"]]
        every = {item["predicate"] for item in (*document["relations"], *incoming)}
        aims = answered(
            context,
            answer(context, gettext_lazy("Goal"), goals, "texts"),
            answer(context, gettext_lazy("Targets"), targets, "relations"),
            answer(context, gettext_lazy("Time horizon"), dates, "dates"),
            answer(
                context,
                gettext_lazy("Demands"),
                related(document["relations"], every, "demand"),
                "relations",
                related(incoming, every, "demand"),
            ),
        )
        sectors = traits.get("sector", [])
        means = answered(
            context,
            answer(
                context,
                gettext_lazy("Instruments invoked"),
                related(document["relations"], ("invokes",)),
                "relations",
            ),
            answer(context, gettext_lazy("Tools"), traits.get("tool", []), "traits"),
            answer(context, gettext_lazy("Resources"), traits.get("resource", []), "traits"),
        )
        stages = stages_of(document)
        steps = traits.get("step", [])
        staged = [item for stage in stages for item in stage.said]
        return {
            "aims": aims,
            "means": means,
            "stages": [(STAGE_NAMES.get(stage.code, stage.code), stage) for stage in stages],
            "steps": steps,
            "sectors": sectors,
            "breadth": breadth_of(document),
            "by_stage": any(stage.sectors for stage in stages),
            **participation(context, "target"),
            "absent": [one for one in context["absent"] if one["part"] != "dates"],
            "said": [*said_in(*aims, *means), *staged, *steps, *sectors],
        }
