"""The pages of what organizations do together."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.generic import TemplateView

from orgs.filters import DaysField, facet_counts
from orgs.models import Counter, Entry, Kind
from orgs.models.judgement import JUDGED
from orgs.views.addresses import Address
from orgs.views.lists import QUESTIONS, EntryList, Question
from orgs.views.records import EntryPage

from .filters import (
    CampaignFilter,
    CaseFilter,
    DemandFilter,
    GatheringFilter,
    InstrumentFilter,
    ProjectFilter,
)
from .judgements.judge import WINDOW_YEARS
from .judgements.words import DEFINITIONS
from .models.legal_act import Act
from .networks import network_of

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


# What follows from the record ---------------------------------------------------------------------


class JudgementList(TemplateView):
    """What is judged, each with its question."""

    template_name = "campaigns/judgements.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            definitions=DEFINITIONS.items(), title=gettext("What follows from the record"), **kwargs
        )


class JudgementPage(TemplateView):
    """One judgement: its definition, the sentence of the paper, the answers as they are today."""

    template_name = "campaigns/judgement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows. Raises Http404 for what is not judged."""
        name = kwargs["name"]
        if name not in DEFINITIONS:
            raise Http404
        judged = JUDGED[name]
        entries = Entry.objects.published().of_kinds(*judged.kinds)
        counts = {
            answer["value"]: answer["count"] for answer in facet_counts(entries, [name])[name]
        }
        whole = Kind.ORGANIZATION in judged.kinds
        listed = "/organizations/" if whole else "/networks-and-coalitions/"
        answers = [
            (label, counts.get(value, 0), f"{listed}?{urlencode({name: value})}")
            for value, label in judged.answers.choices
        ]
        definition = DEFINITIONS[name]
        return super().get_context_data(
            definition=definition,
            answers=answers,
            years=WINDOW_YEARS,
            title=definition.title,
            **kwargs,
        )


# The network of a partnership ---------------------------------------------------------------------


class Day(forms.Form):
    """Another day on which to look at a network."""

    as_of = DaysField(
        required=False,
        max_length=40,
        label=gettext_lazy("As it was in"),
        help_text=gettext_lazy("A year, month or day: 2010, 2010-10, 2010-10-08."),
    )


class NetworkPage(Address):
    """The network of a partnership: over time, who belongs to it, what ties its members."""

    kinds = ("partnership",)
    template_name = "campaigns/network.html"
    tail = "network/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; a day that none can read is 400."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None and context["asked"].errors:
            answer.status_code = 400
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        asked = Day(self.request.GET)
        days = asked.cleaned_data["as_of"] if asked.is_valid() else None
        today = Counter.today()
        day = min(days.upper, today) if days else today
        network = network_of(self.entry.id, day)
        schemes = {
            "form": {code for one in network.periods for code in (*one.calls_itself, *one.called)},
            "sector": {code for code, _ in network.sectors},
            "organ": set(network.organs),
            "predicate": {code for code, *_ in network.lineage},
        }
        slugs = [f"{scheme}:{code}" for scheme, codes in schemes.items() for code in codes]
        terms = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
        return super().get_context_data(
            entry=self.entry,
            asked=asked,
            past=day != today,
            network=network,
            words=dict(terms.values_list("slug", "label")),
            document=self.entry.read(),
            title=gettext("Network of %(name)s") % {"name": self.entry.label},
            **kwargs,
        )
