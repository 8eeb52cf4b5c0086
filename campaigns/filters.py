"""The questions a reader may ask about what organizations do together."""

from campaigns.models.legal_act import Act
from orgs.search.filters import PLACE, FacetFilter, RecordFilter


class UndertakingFilter(RecordFilter):
    """What can be asked of every undertaking."""

    about_place = FacetFilter(
        facet="related_by", kinds=PLACE, prefix="about_place:", label="About this place."
    )
    status = FacetFilter(label="In this state of affairs.")


class GatheringFilter(UndertakingFilter):
    """What can be asked of gatherings."""

    kinds = ("gathering",)

    arena = FacetFilter(label="Stands in this arena: space.")
    sphere = FacetFilter(label="Of this sphere: civil, market, state, intergovernmental.")
    held_at = FacetFilter(kinds=PLACE, label="Held there, at any depth.")
    edition_of = FacetFilter(
        facet="related_by", kinds=("gathering",), prefix="edition_of:", label="An edition of this."
    )
    parallel_to = FacetFilter(
        facet="related_by", kinds=("gathering",), prefix="parallel_to:", label="Held beside this."
    )


class CampaignFilter(UndertakingFilter):
    """What can be asked of campaigns."""

    kinds = ("campaign",)

    tool = FacetFilter(label="Uses this tool.")
    stage = FacetFilter(label="At this stage: local, regional, national, international.")
    scope = FacetFilter(label="Of this reach.")


class InstrumentFilter(UndertakingFilter):
    """What can be asked of instruments."""

    kinds = ("instrument",)

    act = FacetFilter(
        codes=Act.values, label="This was done with it: adopted, in_force, ratified, ..."
    )


class ProjectFilter(UndertakingFilter):
    """What can be asked of projects and programmes."""

    kinds = ("project",)

    project_kind = FacetFilter(label="Of this kind: public_goods, economic.")
    approach = FacetFilter(label="Project-led or policy-led.")


class DemandFilter(UndertakingFilter):
    """What can be asked of demands."""

    kinds = ("demand",)

    beneficiary = FacetFilter(label="For current or for future migrants.")


class CaseFilter(UndertakingFilter):
    """What can be asked of the worked cases."""

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
