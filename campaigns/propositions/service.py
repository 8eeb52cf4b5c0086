"""Proposition 4: service and advocacy, and what ties them."""

from collections import Counter as Multiset

from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS

from .base import Cell, Number, Picture, Proposition, Results, headings, matrix
from .queries import (
    FacetCounts,
    cross_counts,
    list_url,
    matching_entries,
    number_matching,
)

LEVELS = ("level_4", "level_3", "level_2", "level_1")
"""The ladder from the causes, above, to the person, below."""

FIRST_AID = ("service_level=level_1", "service_level=level_2")
CAUSES = ("service_level=level_4",)
ADVOCACY = ("activity=policy_advocacy", "activity=lobbying")


def compute() -> Results:
    facets = FacetCounts("service_level", "service", "activity")
    both = cross_counts(ACTOR_KINDS, "service_level", "service_level")
    helping, _names = matching_entries(ACTOR_KINDS, [FIRST_AID])
    lowest, highest = LEVELS[-1], LEVELS[0]
    return Results(
        (
            Number(_("Organizations that help persons: on level 1 or 2 of the four levels."),
                   helping, list_url("organization", service_level=["level_1", "level_2"])),
            facets.with_value(_("Organizations that work on the causes: level 4."),
                              ACTOR_KINDS, "service_level", highest),
            Number(_("Organizations on level 1 and on level 4, from the person to the causes."),
                   both[lowest, highest], on_both_levels(lowest, highest)),
            number_matching(
                _("Organizations on level 1 or 2 with no known work on level 4: a missing "
                  "level, or one not recorded yet."),
                ACTOR_KINDS, [FIRST_AID], CAUSES),
            number_matching(
                _("Organizations with a service and with policy advocacy or lobbying, "
                  "whatever the level."),
                ACTOR_KINDS, [["service="], ADVOCACY]),
        ),
        (levels(facets, both),),
        (
            facets.with_value(
                _("Records of cases that a service organization has counted and taken to a "
                  "forum."),
                RECORD_KINDS, "activity", "case_recording"),
            facets.with_several(_("Organizations with a known service."), ACTOR_KINDS, "service"),
        ),
    )  # fmt: skip


def levels(facets: FacetCounts, both: Multiset[tuple[str, str]]) -> Picture:
    return matrix(
        _(
            "Each level with its organizations, and how many of them are also on "
            "each other level."),
        _("Level"),
        (*headings(_("in all")),
         *(facets.term("service_level", level) for level in reversed(LEVELS))),
        [
            (
                facets.term("service_level", level),
                [
                    Cell(facets.count(ACTOR_KINDS, "service_level", level),
                         list_url("organization", service_level=level)),
                    *(
                        Cell(both[level, other], on_both_levels(level, other))
                        for other in reversed(LEVELS)
                    ),
                ],
            )
            for level in LEVELS
        ],
    )  # fmt: skip


def on_both_levels(level: str, other: str) -> str:
    return list_url("organization", trait={f"service_level:{level}", f"service_level:{other}"})


SERVICE = Proposition(
    _("Service and advocacy"),
    _("Do those who help from day to day also reach those who make policy?"),
    "Balancing the differences between service-oriented and defensive work on the one hand, and "
    "more strategic, policy advocacy work on the other requires sustained exchanges and "
    "deliberate strategies.",
    (
        _(
            "The four levels are those of Migrant Forum in Asia: dignity and well-being, "
            "violations, capacity, root causes. An organization is on a level when a source "
            "says that it does such work."),
        _(
            "An organization on several levels balances by itself. One on a single level may "
            "do so together with others, which recorded exchanges would show."),
    ),
    _("Say on which level an organization works (scheme service_level), which services it gives, "
      "and with whom it works together (relation collaborates_with)."),
    ("traits", "relations"),
    ACTOR_KINDS,
    compute,
)  # fmt: skip
