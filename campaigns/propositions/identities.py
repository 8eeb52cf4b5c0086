"""Proposition 1: multiple, often overlapping collective identities."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.analysis import ObservedOrientation
from orgs.records.kinds import ACTOR_KINDS

from .base import Cell, Name, Number, Proposition, Results, matrix
from .queries import FacetCounts, cross_counts, entries_with_several, list_url

SEVERAL = 3
"""Editorial: this many identities overlap; two may be one identity, stated twice."""


def compute() -> Results:
    facets = FacetCounts("identity", "orientation", "observed_orientation", "activity")
    bases = facets.codes(ACTOR_KINDS, "identity")
    orientations = cross_counts(ACTOR_KINDS, "identity", "observed_orientation")
    sides = list(ObservedOrientation)
    return Results(
        (
            Number(
                _("Organizations, networks and coalitions whose people share at least one "
                  "identity that a source names."),
                facets.at_least(ACTOR_KINDS, "identity"),
                list_url("organization", identity=bases),
            ),
            Number(
                _("Those that organize around two or more identities: they overlap."),
                facets.at_least(ACTOR_KINDS, "identity", 2),
                examples=entries_with_several(ACTOR_KINDS, "identity", 2),
            ),
            Number(
                _("Those that bring together people from several countries."),
                facets.count(ACTOR_KINDS, "activity", "bridging_national_origins"),
                list_url("organization", activity="bridging_national_origins"),
            ),
            Number(
                _("Those with a stated orientation to both here and there."),
                facets.count(ACTOR_KINDS, "orientation", "both"),
                list_url("organization", orientation="both"),
            ),
            Number(
                _("Those oriented both here and there: by where they act and whom they target."),
                facets.count(ACTOR_KINDS, "observed_orientation", "both"),
                list_url("organization", observed_orientation="both"),
            ),
        ),
        (
            matrix(
                _(
                    "Each identity that organizations organize around, with the observed "
                    "orientation of those organizations."),
                _("Identity"),
                (Name(_("in all"), content=False),
                 *(Name(side.label, content=False) for side in sides)),
                [
                    (
                        facets.term("identity", code),
                        [
                            Cell(count, list_url("organization", identity=code)),
                            *(
                                Cell(
                                    orientations[code, side],
                                    list_url("organization", identity=code,
                                           observed_orientation=side.value),
                                )
                                for side in sides
                            ),
                        ],
                    )
                    for code, count in facets.values(ACTOR_KINDS, "identity")
                ],
            ),
        ),
        (
            Number(
                _("Organizations based on three identities or more: the paper names none, but "
                  "says that people organize as workers, as women, as members of an ethnic "
                  "group and as citizens at the same time."),
                facets.at_least(ACTOR_KINDS, "identity", SEVERAL),
                examples=entries_with_several(ACTOR_KINDS, "identity", SEVERAL),
            ),
            Number(
                _("Organizations based on being women."),
                facets.count(ACTOR_KINDS, "identity", "women"),
                list_url("organization", identity="women"),
            ),
        ),
    )  # fmt: skip


IDENTITIES = Proposition(
    _("Identities that overlap"),
    _("Who organizes around which identity, and do organizations combine several?"),
    "The organizations that constitute migrant civil society are based on multiple, often "
    "overlapping collective identities.",
    (
        _("An identity counts when a source says that people organize on it: a place of origin, "
          "a nationality, a workplace, gender, an ethnic group, a legal status."),
        _(
            "An organization supports the proposition when it organizes around more than "
                "one identity. A single identity is not evidence against it: sources may "
                "have left out others."),
    ),
    _(
        "State which identity an organization organizes around (scheme identity), and when. "
        "One statement for each identity."),
    ("traits",),
    ACTOR_KINDS,
    compute,
)  # fmt: skip
