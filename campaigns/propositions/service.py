"""Proposition 4: service and advocacy, and what ties them."""

from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS

from .base import Cell, Name, Number, Proposition, Results, matrix
from .queries import FacetCounts, cross_counts, list_url, matching_entries

LEVELS = ("level_4", "level_3", "level_2", "level_1")
"""The ladder from the causes, above, to the person, below."""

FIRST_AID = ("service_level=level_1", "service_level=level_2")
CAUSES = ("service_level=level_4",)
ADVOCACY = ("activity=policy_advocacy", "activity=lobbying")
EXCHANGING = "collaborates_with", "lobbies_with"


def compute() -> Results:
    facets = FacetCounts("service_level", "service", "activity")
    both = cross_counts(ACTOR_KINDS, "service_level", "service_level")
    helping, _names = matching_entries(ACTOR_KINDS, [FIRST_AID])
    lone, lone_names = matching_entries(ACTOR_KINDS, [FIRST_AID], CAUSES)
    serving, serving_names = matching_entries(ACTOR_KINDS, [["service="], ADVOCACY])
    lowest, highest = LEVELS[-1], LEVELS[0]
    return Results(
        (
            Number(_("Organizations that help persons: on level 1 or 2 of the four levels."),
                   helping, list_url("organization", service_level=["level_1", "level_2"])),
            Number(_("Organizations that work on the causes: level 4."),
                   facets.count(ACTOR_KINDS, "service_level", highest),
                   list_url("organization", service_level=highest)),
            Number(_("Organizations on level 1 and on level 4, from the person to the causes."),
                   both[lowest, highest],
                   list_url("organization", trait=[f"service_level:{lowest}",
                                                 f"service_level:{highest}"])),
            Number(_(
                "Organizations on level 1 or 2 with no known work on level 4: a missing "
                "level, or one not recorded yet."), lone, examples=lone_names),
            Number(_("Organizations with a service and with policy advocacy or lobbying, whatever "
                     "the level."), serving, examples=serving_names),
        ),
        (
            matrix(
                _(
                    "Each level with its organizations, and how many of them are also on "
                    "each other level."),
                _("Level"),
                (Name(_("in all"), content=False),
                 *(facets.term("service_level", level) for level in reversed(LEVELS))),
                [
                    (
                        facets.term("service_level", level),
                        [
                            Cell(facets.count(ACTOR_KINDS, "service_level", level),
                                 list_url("organization", service_level=level)),
                            *(
                                Cell(both[level, other],
                                     list_url("organization", trait=sorted(
                                         {f"service_level:{level}", f"service_level:{other}"})))
                                for other in reversed(LEVELS)
                            ),
                        ],
                    )
                    for level in LEVELS
                ],
            ),
        ),
        (
            Number(_("Records of cases that a service organization has counted and taken to a "
                     "forum."),
                   facets.count(RECORD_KINDS, "activity", "case_recording"),
                   "/search/?trait=activity:case_recording"),
            Number(_("Organizations with a known service."),
                   facets.at_least(ACTOR_KINDS, "service"),
                   examples=matching_entries(ACTOR_KINDS, [["service="]])[1]),
        ),
    )  # fmt: skip


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
