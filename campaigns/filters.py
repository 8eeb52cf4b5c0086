"""The questions a reader may ask about what organizations do together."""

from campaigns.models.legal_act import Act
from orgs.search.filter_types import FacetFilter
from orgs.search.filters import PLACE, RecordFilter


class UndertakingFilter(RecordFilter):
    about_place = FacetFilter(
        facet="related_by", kinds=PLACE, prefix="about_place:", label="About this place."
    )
    status = FacetFilter(label="In this state of affairs.")


class GatheringFilter(UndertakingFilter):
    kinds = ("gathering",)

    arena = FacetFilter(label="In this arena: space.")
    sphere = FacetFilter(label="Of this sphere: civil, market, state, intergovernmental.")
    held_at = FacetFilter(kinds=PLACE, label="Took place there, at any depth.")
    edition_of = FacetFilter(
        facet="related_by", kinds=("gathering",), prefix="edition_of:", label="An edition of this."
    )
    parallel_to = FacetFilter(
        facet="related_by",
        kinds=("gathering",),
        prefix="parallel_to:",
        label="Took place beside this.",
    )


class CampaignFilter(UndertakingFilter):
    kinds = ("campaign",)

    tool = FacetFilter(label="Uses this tool.")
    stage = FacetFilter(label="At this stage: local, regional, national, international.")
    scope = FacetFilter(label="Of this reach.")


class InstrumentFilter(UndertakingFilter):
    kinds = ("instrument",)

    act = FacetFilter(codes=Act.values, label="With this act: adopted, in_force, ratified, ...")


class ProjectFilter(UndertakingFilter):
    kinds = ("project",)

    project_kind = FacetFilter(label="Of this kind: public_goods, economic.")
    approach = FacetFilter(label="Project-led or policy-led.")


class DemandFilter(UndertakingFilter):
    kinds = ("demand",)

    beneficiary = FacetFilter(label="For current or for future migrants.")


class CaseFilter(UndertakingFilter):
    kinds = ("case",)

    leadership = FacetFilter(label="Led by these.")


__all__ = (
    "CampaignFilter",
    "CaseFilter",
    "DemandFilter",
    "GatheringFilter",
    "InstrumentFilter",
    "ProjectFilter",
    "UndertakingFilter",
)
