"""The page of a project: its kind, who pays and can block, who watches, shares of what (Prop 9)."""

from typing import Any

from django.utils.translation import gettext_lazy

from .shares import shares_of
from .undertakings import UndertakingPage, answer, answered, participation, parts_in, said_in


class ProjectPage(UndertakingPage):
    """A project or programme."""

    kinds = ("project",)
    template_name = "campaigns/project.html"

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return what the paper looks for in a project, each with its statements or without."""
        document = context["document"]
        traits = document["traits"]
        parts = parts_in(context)
        payers = [item for item in parts if item["role"] == "funds"]
        course = answered(
            context,
            answer(context, gettext_lazy("Kind"), traits.get("project_kind", []), "traits"),
            answer(
                context, gettext_lazy("Project-led or policy-led"), traits.get("approach", []),
                "traits",
            ),
            answer(context, gettext_lazy("Oversight"), traits.get("oversight", []), "traits"),
        )  # fmt: skip
        shares = shares_of(document["figures"])
        return {
            "course": course,
            "payers": payers,
            "vetoes": sum(bool(item["veto"]) and item["holds"] for item in payers),
            "paying": sum(item["holds"] for item in payers),
            "shares": shares,
            **participation(context, "funds"),
            "said": [*said_in(*course), *(share.figure for share in shares)],
        }
