"""The page of a project: its kind, who pays and can block, who watches, shares of what (Prop 9)."""

from typing import Any

from django.utils.translation import gettext_lazy

from .shares import shares_of
from .undertakings import (
    Topic,
    UndertakingPage,
    build_topic,
    involvements_in,
    participation,
    statements_in,
    visible_topics,
)

PAYERS_HEADING = gettext_lazy("Who pays, and who can block")


class ProjectPage(UndertakingPage):
    kinds = ("project",)
    template_name = "campaigns/project.html"

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        document = context["document"]
        traits = document["traits"]
        payers = [item for item in involvements_in(context) if item["role"] == "funds"]
        course = (
            build_topic(context, gettext_lazy("Kind"), traits.get("project_kind", []), "traits"),
            build_topic(
                context, gettext_lazy("Project-led or policy-led"), traits.get("approach", []),
                "traits",
            ),
            build_topic(context, gettext_lazy("Oversight"), traits.get("oversight", []), "traits"),
        )  # fmt: skip
        shares = shares_of(document["figures"])
        paying = Topic(PAYERS_HEADING, payers)
        return {
            "course": visible_topics(context, *course),
            "payers_heading": PAYERS_HEADING,
            "payers": payers,
            "veto_count": sum(bool(item["veto"]) and item["holds"] for item in payers),
            "payer_count": sum(item["holds"] for item in payers),
            "shares": shares,
            **participation(context, "funds", topics=[*course, paying]),
            "special_statements": [*statements_in(*course), *(share.figure for share in shares)],
        }
