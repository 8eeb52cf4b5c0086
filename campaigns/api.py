"""The API of what organizations do together."""

from orgs.answering import Answering
from orgs.api import RecordCollection

from .columns import CAMPAIGNS, CASES, DEMANDS, GATHERINGS, INSTRUMENTS, PROJECTS
from .filters import (
    CampaignFilter,
    CaseFilter,
    DemandFilter,
    GatheringFilter,
    InstrumentFilter,
    ProjectFilter,
)


class Campaigns(RecordCollection):
    """Joint action with goals, targets and time horizons."""

    kinds = ("campaign",)
    filterset_class = CampaignFilter
    columns = CAMPAIGNS


class Gatherings(RecordCollection):
    """Gatherings, series of them and their editions: autonomous spaces and official events."""

    kinds = ("gathering",)
    filterset_class = GatheringFilter
    columns = GATHERINGS


class Instruments(RecordCollection):
    """Conventions, declarations, agreements, laws and their articles."""

    kinds = ("instrument",)
    filterset_class = InstrumentFilter
    columns = INSTRUMENTS


class Projects(RecordCollection):
    """Programmes and projects."""

    kinds = ("project",)
    filterset_class = ProjectFilter
    columns = PROJECTS


class Demands(RecordCollection):
    """Claims, recommendations and rights that are called for."""

    kinds = ("demand",)
    filterset_class = DemandFilter
    columns = DEMANDS


class Cases(RecordCollection):
    """The worked examples of the paper, with the places and actors they concern."""

    kinds = ("case",)
    filterset_class = CaseFilter
    columns = CASES


COLLECTIONS: dict[str, type[Answering]] = {
    "campaigns": Campaigns,
    "gatherings": Gatherings,
    "instruments": Instruments,
    "projects": Projects,
    "demands": Demands,
    "cases": Cases,
}
