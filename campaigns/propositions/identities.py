"""Proposition 1: multiple, often overlapping collective identities."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.analysis import ObservedOrientation
from orgs.records.kinds import ACTOR_KINDS

from .base import Cell, Number, Picture, Proposition, Results, headings, matrix
from .queries import FacetCounts, cross_counts, list_url

SEVERAL = 3
"""Editorial: this many identities overlap; two may be one identity, stated twice."""


def compute() -> Results:
    facets = FacetCounts("identity", "orientation", "observed_orientation", "activity")
    bases = facets.codes(ACTOR_KINDS, "identity")
    return Results(
        (
            Number(
                _("Organizations, networks and coalitions whose people share at least one "
                  "identity that a source names."),
                facets.at_least(ACTOR_KINDS, "identity"),
                list_url("organization", identity=bases),
            ),
            facets.with_several(
                _("Those that organize around two or more identities: they overlap."),
                ACTOR_KINDS, "identity", 2),
            facets.with_value(_("Those that bring together people from several countries."),
                              ACTOR_KINDS, "activity", "bridging_national_origins"),
            facets.with_value(_("Those with a stated orientation to both here and there."),
                              ACTOR_KINDS, "orientation", "both"),
            facets.with_value(
                _("Those oriented both here and there: by where they act and whom they target."),
                ACTOR_KINDS, "observed_orientation", "both"),
        ),
        (orientations(facets),),
        (
            facets.with_several(
                _("Organizations based on three identities or more: the paper names none, but "
                  "says that people organize as workers, as women, as members of an ethnic "
                  "group and as citizens at the same time."),
                ACTOR_KINDS, "identity", SEVERAL),
            facets.with_value(
                _("Organizations based on being women."), ACTOR_KINDS, "identity", "women"),
        ),
    )  # fmt: skip


def orientations(facets: FacetCounts) -> Picture:
    counts = cross_counts(ACTOR_KINDS, "identity", "observed_orientation")
    sides = list(ObservedOrientation)
    return matrix(
        _(
            "Each identity that organizations organize around, with the observed "
            "orientation of those organizations."),
        _("Identity"),
        headings(_("in all"), *(side.label for side in sides)),
        [
            (
                facets.term("identity", code),
                [
                    Cell(count, list_url("organization", identity=code)),
                    *(
                        Cell(counts[code, side],
                             list_url("organization", identity=code,
                                      observed_orientation=side.value))
                        for side in sides
                    ),
                ],
            )
            for code, count in facets.values(ACTOR_KINDS, "identity")
        ],
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
