"""The lists and pages of campaigns, gatherings, instruments, projects, demands and cases."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from campaigns.filters import (
    CampaignFilter,
    CaseFilter,
    DemandFilter,
    GatheringFilter,
    InstrumentFilter,
    ProjectFilter,
)
from campaigns.models.legal_act import Act
from orgs.pages.documents import statements_about
from orgs.pages.lists import FILTER_LABELS, EntryList, FilterLabel
from orgs.pages.records import ACTORS, EntryPage

from .tags import PARTS_GIVEN

WORDS = {
    **FILTER_LABELS,
    "about_place": FilterLabel(gettext_lazy("About the place"), gettext_lazy("about {}")),
    "status": FilterLabel(gettext_lazy("State of affairs"), gettext_lazy("in the state {}")),
    "held_at": FilterLabel(gettext_lazy("Held in"), gettext_lazy("held in {}")),
    "edition_of": FilterLabel(gettext_lazy("Edition of"), gettext_lazy("editions of {}")),
    "parallel_to": FilterLabel(gettext_lazy("Held beside"), gettext_lazy("held beside {}")),
    "tool": FilterLabel(gettext_lazy("Tool"), gettext_lazy("using {}")),
    "stage": FilterLabel(gettext_lazy("Stage"), gettext_lazy("at the stage {}")),
    "scope": FilterLabel(gettext_lazy("Reach"), gettext_lazy("of the reach {}")),
    "act": FilterLabel(gettext_lazy("What was done with it"), gettext_lazy("that were {}")),
    "project_kind": FilterLabel(gettext_lazy("Kind of project"), gettext_lazy("of the kind {}")),
    "approach": FilterLabel(gettext_lazy("Approach"), gettext_lazy("with the approach {}")),
    "beneficiary": FilterLabel(gettext_lazy("For whom"), gettext_lazy("for {}")),
}


class UndertakingList(EntryList):
    """A list of undertakings of one kind."""

    filter_labels = WORDS
    code_labels = {**EntryList.code_labels, "act": dict(Act.choices)}


CONCERNING = ("concerns", "about_place")
"""The relations of a case to the places and actors that it is about."""


class Told(NamedTuple):
    """One thing that a reader of an undertaking looks for, and what is said of it."""

    heading: str | Promise
    items: list[dict]
    """The statements that answer it, in the document of the undertaking or said of it elsewhere."""
    incoming: list[dict]
    """The relations of others to it that answer it."""
    absence: str
    """Why there is no answer: `withheld`, `looked_for` (coverage tells), or "" for neither."""


class UndertakingPage(EntryPage):
    """The page of an undertaking: what is said of it, and who takes which part in it.

    Each kind tells what the paper works with in parts of its own, in `told`; what is told there is
    left out of the general parts below.
    """

    template_name = "campaigns/undertaking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        context = super().get_context_data(**kwargs)
        if context["document"] is None:
            return context
        context |= self.told(context)
        return context | without(context, context.get("said", ()))

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of this kind; as `said` the statements that are told in them."""
        return participation(context)


def answer(
    context: dict[str, Any],
    heading: str | Promise,
    items: Iterable[dict],
    field: str = "",
    incoming: Iterable[dict] = (),
) -> Told:
    """Return what is said of one thing; `field` is the part that coverage and withholding name."""
    document = context["document"]
    absence = ""
    if any(one["field"] == field for one in document["withheld"]):
        absence = "withheld"
    elif any(one["field"] == field for one in document["coverage"]):
        absence = "looked_for"
    return Told(heading, list(items), list(incoming), absence)


def answered(context: dict[str, Any], *rows: Told) -> list[Told]:
    """Return what is shown of these: on another day only what is said, for others are not read."""
    return [row for row in rows if row.items or row.incoming or not context["recalled"]]


def said_in(*rows: Told) -> list[dict]:
    """Return every statement of these answers."""
    return [item for row in rows for item in (*row.items, *row.incoming)]


def parts_in(context: dict[str, Any]) -> list[dict]:
    """Return who takes which part in an undertaking: the documents of others tell it."""
    key = context["document"]["id"]
    found = statements_about(context["others"], "involvements", "undertaking", key)
    order = list(PARTS_GIVEN)
    return sorted(found, key=lambda item: order.index(item["role"]))


def participation(context: dict[str, Any], *told: str) -> dict[str, Any]:
    """Return who takes which part, but for the parts that are `told` elsewhere on the page.

    That nobody is named is said where participants are looked for: not of cases and instruments,
    nor on another day, for which others are not read.
    """
    parts = parts_in(context)
    looked_for = context["document"]["kind"] not in ("case", "instrument")
    return {
        "participants": [item for item in parts if item["role"] not in told],
        "nobody": looked_for and not parts and not context["recalled"],
    }


def related(items: Iterable[dict], predicates: Iterable[str], *kinds: str) -> list[dict]:
    """Return the relations of these sorts, to records of these kinds; to any if none is named.

    The other record of a relation that is said elsewhere is its subject.
    """
    return [
        item
        for item in items
        if item["predicate"] in predicates
        and (not kinds or (item.get("subject") or item["object"])["kind"] in kinds)
    ]


def without(context: dict[str, Any], told: Iterable[dict]) -> dict[str, Any]:
    """Return the general parts of a page without what is told in parts of its own."""
    numbers = {item["statement"] for item in told}

    def left(items: list[dict]) -> list[dict]:
        return [item for item in items if item["statement"] not in numbers]

    return {
        "summaries": left(context["summaries"]),
        "traits": [(scheme, few) for scheme, items in context["traits"] if (few := left(items))],
        "figures": [
            (code, label, few) for code, label, items in context["figures"] if (few := left(items))
        ],
        "places": left(context["places"]),
        "relations": left(context["relations"]),
        "incoming": left(context["incoming"]),
    }


class CampaignList(UndertakingList):
    """Every campaign."""

    filterset_class = CampaignFilter
    title = gettext_lazy("Campaigns")
    lead = gettext_lazy("Joint action with particular goals, targets and time horizons.")
    count_label = ngettext_lazy("%(count)s campaign", "%(count)s campaigns", "count")
    offered_filters = ("stage", "scope", "tool", "status", "source")
    api = "campaigns"


class GatheringList(UndertakingList):
    """Every gathering."""

    filterset_class = GatheringFilter
    title = gettext_lazy("Gatherings")
    lead = gettext_lazy(
        "Autonomous public spaces and the official events beside them, in series and editions."
    )
    count_label = ngettext_lazy("%(count)s gathering", "%(count)s gatherings", "count")
    offered_filters = ("event", "arena", "sphere", "held_at", "status", "source")
    api = "gatherings"


class InstrumentList(UndertakingList):
    """Every instrument."""

    filterset_class = InstrumentFilter
    title = gettext_lazy("Instruments")
    lead = gettext_lazy(
        "Conventions, declarations, agreements and laws: the framework of rights to which "
        "migrants appeal."
    )
    count_label = ngettext_lazy("%(count)s instrument", "%(count)s instruments", "count")
    offered_filters = ("act", "status", "source")
    api = "instruments"


class ProjectList(UndertakingList):
    """Every project."""

    filterset_class = ProjectFilter
    title = gettext_lazy("Projects")
    lead = gettext_lazy("Collective remittances and other programmes.")
    count_label = ngettext_lazy("%(count)s project", "%(count)s projects", "count")
    offered_filters = ("project_kind", "approach", "status", "source")
    api = "projects"


class DemandList(UndertakingList):
    """Every demand."""

    filterset_class = DemandFilter
    title = gettext_lazy("Demands")
    lead = gettext_lazy("Claims, recommendations and rights that are called for.")
    count_label = ngettext_lazy("%(count)s demand", "%(count)s demands", "count")
    offered_filters = ("beneficiary", "status", "source")
    api = "demands"


class DemandPage(UndertakingPage):
    """A demand."""

    kinds = ("demand",)


class CaseList(UndertakingList):
    """Every case."""

    filterset_class = CaseFilter
    title = gettext_lazy("Cases")
    lead = gettext_lazy("Worked examples, with the places and actors they concern.")
    count_label = ngettext_lazy("%(count)s case", "%(count)s cases", "count")
    offered_filters = ("leadership", "status", "source")
    api = "cases"


class CasePage(UndertakingPage):
    """A case, with the places and the actors that it concerns."""

    kinds = ("case",)

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return the places and actors of a case, each with its statements or without."""
        relations, incoming = context["relations"], context["incoming"]
        concerned = answered(
            context,
            answer(
                context,
                gettext_lazy("Places"),
                [*related(relations, CONCERNING, "place"), *context["places"]],
                "places",
                related(incoming, CONCERNING, "place"),
            ),
            answer(
                context,
                gettext_lazy("Actors"),
                related(relations, CONCERNING, *ACTORS),
                "relations",
                related(incoming, CONCERNING, *ACTORS),
            ),
        )
        return {
            "concerned": concerned,
            **participation(context),
            "said": said_in(*concerned),
        }
