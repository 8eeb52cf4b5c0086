"""Proposition 4: service and advocacy, and what ties them."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.entry import RECORD_KINDS

from .base import Cell, Found, Name, Number, Proposition, matrix
from .reading import BODIES, Reading, crossed, holding, listed

LEVELS = ("level_4", "level_3", "level_2", "level_1")
"""The ladder as it stands: the causes above, the person below."""

FIRST_AID = ("service_level=level_1", "service_level=level_2")
CAUSES = ("service_level=level_4",)
ADVOCACY = ("activity=policy_advocacy", "activity=lobbying")
EXCHANGING = "collaborates_with", "lobbies_with"


def find() -> Found:
    """Return who works on which level, and who stands on the lower rungs without the upper."""
    read = Reading("service_level", "service", "activity")
    both = crossed(BODIES, "service_level", "service_level")
    helping, _names = holding(BODIES, [FIRST_AID])
    lone, lone_names = holding(BODIES, [FIRST_AID], CAUSES)
    serving, serving_names = holding(BODIES, [["service="], ADVOCACY])
    lowest, highest = LEVELS[-1], LEVELS[0]
    return Found(
        (
            Number(_("Organizations that help persons: on level 1 or 2 of the four levels."),
                   helping, listed("organization", service_level=["level_1", "level_2"])),
            Number(_("Organizations that work on the causes: level 4."),
                   read.of(BODIES, "service_level", highest),
                   listed("organization", service_level=highest)),
            Number(_("Organizations on level 1 and on level 4, from the person to the causes."),
                   both[lowest, highest],
                   listed("organization", trait=[f"service_level:{lowest}",
                                                 f"service_level:{highest}"])),
            Number(_(
                "Organizations on level 1 or 2 with no known work on level 4: a missing "
                "level, or one not recorded yet."), lone, named=lone_names),
            Number(_("Organizations with a service and with policy advocacy or lobbying, whatever "
                     "the level."), serving, named=serving_names),
        ),
        (
            matrix(
                _("The ladder. Each rung with the organizations that stand on it, and how many of "
                  "these stand on each other rung, too."),
                _("Level"),
                (Name(_("in all"), content=False),
                 *(read.term("service_level", level) for level in reversed(LEVELS))),
                [
                    (
                        read.term("service_level", level),
                        [
                            Cell(read.of(BODIES, "service_level", level),
                                 listed("organization", service_level=level)),
                            *(
                                Cell(both[level, other],
                                     listed("organization", trait=sorted(
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
                   read.of(RECORD_KINDS, "activity", "case_recording"),
                   "/search/?trait=activity:case_recording"),
            Number(_("Organizations of which a source names a service."),
                   read.at_least(BODIES, "service"),
                   named=holding(BODIES, [["service="]])[1]),
        ),
    )  # fmt: skip


SERVICE = Proposition(
    _("Service and advocacy"),
    _("Do those who help from day to day also reach those who make policy?"),
    "Balancing the differences between service-oriented and defensive work on the one hand, and "
    "more strategic, policy advocacy work on the other requires sustained exchanges and "
    "deliberate strategies.",
    (
        _("The four levels are those of Migrant Forum in Asia: dignity and well-being, "
          "violations, capacity, root causes. An organization stands on a level when a source "
          "says that it does such work."),
        _(
            "An organization on several levels balances by itself. One on a single level may "
            "do so together with others, which recorded exchanges would show."),
    ),
    _("Say on which level an organization works (scheme service_level), which services it gives, "
      "and with whom it works together (relation collaborates_with)."),
    ("traits", "relations"),
    BODIES,
    find,
)  # fmt: skip
