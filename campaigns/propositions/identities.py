"""Proposition 1: multiple, often overlapping collective identities."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.analysis import ObservedOrientation

from .base import Cell, Found, Name, Number, Proposition, matrix
from .reading import BODIES, Reading, crossed, holding_several, listed

SEVERAL = 3
"""Editorial: so many bases of identity are several that overlap; two may be one, said twice."""


def find() -> Found:
    """Return which identities are on record, of how many, and to which side they turn."""
    read = Reading("identity", "orientation", "observed_orientation", "activity")
    bases = read.codes(BODIES, "identity")
    turned = crossed(BODIES, "identity", "observed_orientation")
    sides = list(ObservedOrientation)
    return Found(
        (
            Number(
                _("Organizations, networks and coalitions of which a source names at least one "
                  "identity that their people share."),
                read.at_least(BODIES, "identity"),
                listed("organization", identity=bases),
            ),
            Number(
                _("Those that rest on two identities or more: they overlap."),
                read.at_least(BODIES, "identity", 2),
                named=holding_several(BODIES, "identity", 2),
            ),
            Number(
                _("Those that bring together people from several countries."),
                read.of(BODIES, "activity", "bridging_national_origins"),
                listed("organization", activity="bridging_national_origins"),
            ),
            Number(
                _("Those of which a source says that they turn both here and there."),
                read.of(BODIES, "orientation", "both"),
                listed("organization", orientation="both"),
            ),
            Number(
                _("Those that are seen to turn both here and there: by where they act and at "
                  "whom they aim."),
                read.of(BODIES, "observed_orientation", "both"),
                listed("organization", observed_orientation="both"),
            ),
        ),
        (
            matrix(
                _("Each identity that organizations rest on, and the side to which those that "
                  "rest on it are seen to turn."),
                _("Identity"),
                (Name(_("in all"), content=False),
                 *(Name(side.label, content=False) for side in sides)),
                [
                    (
                        read.term("identity", code),
                        [
                            Cell(count, listed("organization", identity=code)),
                            *(
                                Cell(
                                    turned[code, side],
                                    listed("organization", identity=code,
                                           observed_orientation=side.value),
                                )
                                for side in sides
                            ),
                        ],
                    )
                    for code, count in read.values(BODIES, "identity")
                ],
            ),
        ),
        (
            Number(
                _("Organizations that rest on three identities or more: the paper names none, "
                  "but says that people organize as workers, as women, as members of an ethnic "
                  "group and as citizens at the same time."),
                read.at_least(BODIES, "identity", SEVERAL),
                named=holding_several(BODIES, "identity", SEVERAL),
            ),
            Number(
                _("Organizations based on being women."),
                read.of(BODIES, "identity", "women"),
                listed("organization", identity="women"),
            ),
        ),
    )  # fmt: skip


IDENTITIES = Proposition(
    _("Identities that overlap"),
    _("Who organizes around which identity, and do organizations rest on several at once?"),
    "The organizations that constitute migrant civil society are based on multiple, often "
    "overlapping collective identities.",
    (
        _("An identity counts when a source says that people organize on it: a place of origin, "
          "a nationality, a workplace, gender, an ethnic group, a legal status."),
        _(
            "An organization supports the proposition when it rests on more than one "
            "identity. A single identity is not evidence against it: sources may not have "
            "noted others."),
    ),
    _("Say on which identity an organization rests (scheme identity), and when. One statement "
      "for each identity."),
    ("traits",),
    BODIES,
    find,
)  # fmt: skip
