"""The lists and pages of campaigns, gatherings, instruments, projects, demands and cases."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

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
from orgs.pages.filter_labels import FILTER_LABELS, FilterLabel
from orgs.pages.listing import EntryList
from orgs.pages.records import EntryPage
from orgs.records.kinds import ACTOR_KINDS

from .tags import ROLE_SENTENCES_OF_UNDERTAKING

UNDERTAKING_FILTER_LABELS = {
    **FILTER_LABELS,
    "about_place": FilterLabel(_("About the place"), _("about {}")),
    "status": FilterLabel(_("State of affairs"), _("in the state {}")),
    "held_at": FilterLabel(_("Held in"), _("held in {}")),
    "edition_of": FilterLabel(_("Edition of"), _("editions of {}")),
    "parallel_to": FilterLabel(_("Held beside"), _("held beside {}")),
    "tool": FilterLabel(_("Tool"), _("using {}")),
    "stage": FilterLabel(_("Stage"), _("at the stage {}")),
    "scope": FilterLabel(_("Reach"), _("of the reach {}")),
    "act": FilterLabel(_("What was done with it"), _("that were {}")),
    "project_kind": FilterLabel(_("Kind of project"), _("of the kind {}")),
    "approach": FilterLabel(_("Approach"), _("with the approach {}")),
    "beneficiary": FilterLabel(_("For whom"), _("for {}")),
}


class UndertakingList(EntryList):
    filter_labels = UNDERTAKING_FILTER_LABELS
    code_labels = {**EntryList.code_labels, "act": dict(Act.choices)}


CASE_PREDICATES = ("concerns", "about_place")


class Topic(NamedTuple):
    """A heading of the page of an undertaking, with the statements under it."""

    heading: str | Promise
    items: list[dict]
    incoming: Sequence[dict] = ()
    """Relations of other records to the undertaking."""
    absence: str = ""
    """Why it is empty: `withheld`, `researched` (see the coverage), or "" if unknown."""


class UndertakingPage(EntryPage):
    """The page of an undertaking: statements about it, and its participants.

    Subclasses show what the paper works with in `special_context`. Statements shown there are left
    out of the general parts of the page.
    """

    template_name = "campaigns/undertaking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context["document"] is None:
            return context
        context |= self.special_context(context)
        return context | without_statements(context, context.get("special_statements", ()))

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        """The parts of this kind of undertaking, with their statements as `special_statements`."""
        return participation(context)


def build_topic(
    context: dict[str, Any],
    heading: str | Promise,
    items: Iterable[dict],
    field: str = "",
    incoming: Iterable[dict] = (),
) -> Topic:
    """`field` is the name in the coverage and among the withheld fields of the document."""
    document = context["document"]
    absence = ""
    if any(item["field"] == field for item in document["withheld"]):
        absence = "withheld"
    elif any(item["field"] == field for item in document["coverage"]):
        absence = "researched"
    return Topic(heading, list(items), list(incoming), absence)


def visible_topics(context: dict[str, Any], *topics: Topic) -> list[Topic]:
    """The topics with statements, or with a reason why they have none.

    Without the reasons on another day: then the documents of other records are not read.
    """
    return [
        topic
        for topic in topics
        if topic.items or topic.incoming or (topic.absence and not context["recalled"])
    ]


def unknown_topics(context: dict[str, Any], *topics: Topic) -> list[str | Promise]:
    """The headings of topics about which nothing is known; none on another day."""
    if context["recalled"]:
        return []
    return [
        topic.heading for topic in topics if not (topic.items or topic.incoming or topic.absence)
    ]


def statements_in(*topics: Topic) -> list[dict]:
    return [item for topic in topics for item in (*topic.items, *topic.incoming)]


def involvements_in(context: dict[str, Any]) -> list[dict]:
    """The involvements in the undertaking, from the documents of the actors, sorted by role."""
    key = context["document"]["id"]
    involvements = statements_about(context["others"], "involvements", "undertaking", key)
    order = list(ROLE_SENTENCES_OF_UNDERTAKING)
    return sorted(involvements, key=lambda item: order.index(item["role"]))


def participation(
    context: dict[str, Any], *excluded_roles: str, topics: Iterable[Topic] = ()
) -> dict[str, Any]:
    """The participants, without roles that are shown elsewhere on the page, and what is unknown.

    These are the `topics` without statements, and who takes part; cases and instruments need no
    participants.
    """
    involvements = involvements_in(context)
    expected = context["document"]["kind"] not in ("case", "instrument")
    taking_part = [Topic(_("Who takes which part"), involvements)] if expected else []
    return {
        "participants": [item for item in involvements if item["role"] not in excluded_roles],
        "unknown": unknown_topics(context, *topics, *taking_part),
    }


def related(items: Iterable[dict], predicates: Iterable[str], *kinds: str) -> list[dict]:
    """The relations with these predicates to records of these kinds, by default of any kind.

    The other record of an incoming relation is its subject.
    """
    return [
        item
        for item in items
        if item["predicate"] in predicates
        and (not kinds or (item.get("subject") or item["object"])["kind"] in kinds)
    ]


def without_statements(context: dict[str, Any], statements: Iterable[dict]) -> dict[str, Any]:
    numbers = {item["statement"] for item in statements}

    def remaining(items: list[dict]) -> list[dict]:
        return [item for item in items if item["statement"] not in numbers]

    return {
        "summaries": remaining(context["summaries"]),
        "traits": [
            (scheme, rest) for scheme, items in context["traits"] if (rest := remaining(items))
        ],
        "figures": [
            (code, label, rest)
            for code, label, items in context["figures"]
            if (rest := remaining(items))
        ],
        "places": remaining(context["places"]),
        "relations": remaining(context["relations"]),
        "incoming": remaining(context["incoming"]),
    }


class CampaignList(UndertakingList):
    filterset_class = CampaignFilter
    title = _("Campaigns")
    lead = _("Joint action with particular goals, targets and time horizons.")
    count_label = ngettext_lazy("%(count)s campaign", "%(count)s campaigns", "count")
    offered_filters = ("stage", "scope", "tool", "status", "source")
    api = "campaigns"


class GatheringList(UndertakingList):
    filterset_class = GatheringFilter
    title = _("Gatherings")
    lead = _(
        "Autonomous public spaces and the official events beside them, in series and editions."
    )
    count_label = ngettext_lazy("%(count)s gathering", "%(count)s gatherings", "count")
    offered_filters = ("event", "arena", "sphere", "held_at", "status", "source")
    api = "gatherings"


class InstrumentList(UndertakingList):
    filterset_class = InstrumentFilter
    title = _("Instruments")
    lead = _(
        "Conventions, declarations, agreements and laws: the framework of rights to which "
        "migrants appeal."
    )
    count_label = ngettext_lazy("%(count)s instrument", "%(count)s instruments", "count")
    offered_filters = ("act", "status", "source")
    api = "instruments"


class ProjectList(UndertakingList):
    filterset_class = ProjectFilter
    title = _("Projects")
    lead = _("Collective remittances and other programmes.")
    count_label = ngettext_lazy("%(count)s project", "%(count)s projects", "count")
    offered_filters = ("project_kind", "approach", "status", "source")
    api = "projects"


class DemandList(UndertakingList):
    filterset_class = DemandFilter
    title = _("Demands")
    lead = _("Claims, recommendations and rights that are called for.")
    count_label = ngettext_lazy("%(count)s demand", "%(count)s demands", "count")
    offered_filters = ("beneficiary", "status", "source")
    api = "demands"


class DemandPage(UndertakingPage):
    kinds = ("demand",)


class CaseList(UndertakingList):
    filterset_class = CaseFilter
    title = _("Cases")
    lead = _("Worked examples, with the places and actors they concern.")
    count_label = ngettext_lazy("%(count)s case", "%(count)s cases", "count")
    offered_filters = ("leadership", "status", "source")
    api = "cases"


class CasePage(UndertakingPage):
    """A case, with the places and the actors that it concerns."""

    kinds = ("case",)

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        relations, incoming = context["relations"], context["incoming"]
        concerned = (
            build_topic(
                context,
                _("Places"),
                [*related(relations, CASE_PREDICATES, "place"), *context["places"]],
                "places",
                related(incoming, CASE_PREDICATES, "place"),
            ),
            build_topic(
                context,
                _("Actors"),
                related(relations, CASE_PREDICATES, *ACTOR_KINDS),
                "relations",
                related(incoming, CASE_PREDICATES, *ACTOR_KINDS),
            ),
        )
        return {
            "concerned": visible_topics(context, *concerned),
            **participation(context, topics=concerned),
            "special_statements": statements_in(*concerned),
        }
