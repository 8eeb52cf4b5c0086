"""The lists and pages of campaigns, gatherings, instruments, projects, demands and cases."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from orgs.views.lists import QUESTIONS, EntryList, Question
from orgs.views.records import EntryPage

from ..filters import (
    CampaignFilter,
    CaseFilter,
    DemandFilter,
    GatheringFilter,
    InstrumentFilter,
    ProjectFilter,
)
from ..models.legal_act import Act

WORDS = {
    **QUESTIONS,
    "about_place": Question(gettext_lazy("About the place"), gettext_lazy("about {}")),
    "status": Question(gettext_lazy("State of affairs"), gettext_lazy("in the state {}")),
    "held_at": Question(gettext_lazy("Held in"), gettext_lazy("held in {}")),
    "edition_of": Question(gettext_lazy("Edition of"), gettext_lazy("editions of {}")),
    "parallel_to": Question(gettext_lazy("Held beside"), gettext_lazy("held beside {}")),
    "tool": Question(gettext_lazy("Tool"), gettext_lazy("using {}")),
    "stage": Question(gettext_lazy("Stage"), gettext_lazy("at the stage {}")),
    "scope": Question(gettext_lazy("Reach"), gettext_lazy("of the reach {}")),
    "act": Question(gettext_lazy("What was done with it"), gettext_lazy("that were {}")),
    "project_kind": Question(gettext_lazy("Kind of project"), gettext_lazy("of the kind {}")),
    "approach": Question(gettext_lazy("Approach"), gettext_lazy("with the approach {}")),
    "beneficiary": Question(gettext_lazy("For whom"), gettext_lazy("for {}")),
}


class UndertakingList(EntryList):
    """A list of undertakings of one kind."""

    words = WORDS
    codes = {**EntryList.codes, "act": dict(Act.choices)}


class UndertakingPage(EntryPage):
    """The page of an undertaking: what is said of it, and who takes which part in it."""

    template_name = "campaigns/undertaking.html"


class CampaignList(UndertakingList):
    """Every campaign."""

    filterset_class = CampaignFilter
    title = gettext_lazy("Campaigns")
    lead = gettext_lazy("Joint action with particular goals, targets and time horizons.")
    counted = ngettext_lazy("%(count)s campaign", "%(count)s campaigns", "count")
    asked = ("stage", "scope", "tool", "status", "source")
    api = "campaigns"


class CampaignPage(UndertakingPage):
    """A campaign."""

    kinds = ("campaign",)


class GatheringList(UndertakingList):
    """Every gathering."""

    filterset_class = GatheringFilter
    title = gettext_lazy("Gatherings")
    lead = gettext_lazy(
        "Autonomous public spaces and the official events beside them, in series and editions."
    )
    counted = ngettext_lazy("%(count)s gathering", "%(count)s gatherings", "count")
    asked = ("event", "arena", "sphere", "held_at", "status", "source")
    api = "gatherings"


class GatheringPage(UndertakingPage):
    """A gathering."""

    kinds = ("gathering",)


class InstrumentList(UndertakingList):
    """Every instrument."""

    filterset_class = InstrumentFilter
    title = gettext_lazy("Instruments")
    lead = gettext_lazy(
        "Conventions, declarations, agreements and laws: the framework of rights to which "
        "migrants appeal."
    )
    counted = ngettext_lazy("%(count)s instrument", "%(count)s instruments", "count")
    asked = ("act", "status", "source")
    api = "instruments"


class InstrumentPage(UndertakingPage):
    """An instrument."""

    kinds = ("instrument",)


class ProjectList(UndertakingList):
    """Every project."""

    filterset_class = ProjectFilter
    title = gettext_lazy("Projects")
    lead = gettext_lazy("Collective remittances and other programmes.")
    counted = ngettext_lazy("%(count)s project", "%(count)s projects", "count")
    asked = ("project_kind", "approach", "status", "source")
    api = "projects"


class ProjectPage(UndertakingPage):
    """A project or programme."""

    kinds = ("project",)


class DemandList(UndertakingList):
    """Every demand."""

    filterset_class = DemandFilter
    title = gettext_lazy("Demands")
    lead = gettext_lazy("Claims, recommendations and rights that are called for.")
    counted = ngettext_lazy("%(count)s demand", "%(count)s demands", "count")
    asked = ("beneficiary", "status", "source")
    api = "demands"


class DemandPage(UndertakingPage):
    """A demand."""

    kinds = ("demand",)


class CaseList(UndertakingList):
    """Every case."""

    filterset_class = CaseFilter
    title = gettext_lazy("Cases")
    lead = gettext_lazy("Worked examples, with the places and actors they concern.")
    counted = ngettext_lazy("%(count)s case", "%(count)s cases", "count")
    asked = ("leadership", "status", "source")
    api = "cases"


class CasePage(UndertakingPage):
    """A case."""

    kinds = ("case",)
