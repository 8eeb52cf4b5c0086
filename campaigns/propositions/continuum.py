"""Proposition 6: networks and coalitions, points on a continuum."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.analysis import ObservedForm
from orgs.records.kinds import ACTOR_KINDS, Kind

from .base import (
    MAX_ROWS,
    Cell,
    Name,
    Number,
    Picture,
    Proposition,
    Results,
    Row,
    headings,
    matrix,
)
from .investment import largest_networks
from .queries import (
    MAX_EXAMPLES,
    NETWORKS,
    FacetCounts,
    ValuesByFilter,
    entries_with_values,
    list_url,
    matching_entries,
    number_matching,
    value_url,
)
from .ties import number_related

POINTS = (
    ObservedForm.EXCHANGE,
    ObservedForm.OWN_NAME,
    ObservedForm.CAMPAIGNING,
    ObservedForm.SUSTAINED,
    ObservedForm.UNKNOWN,
)
"""The continuum, from the loosest point to the firmest, and what is not known."""


def compute() -> Results:
    facets = FacetCounts("calls_itself", "called", "observed_form", "transnational_base")
    total = facets.totals[Kind.PARTNERSHIP]
    mixed, _names = matching_entries(
        NETWORKS,
        [
            ["calls_itself=network", "called=network"],
            ["calls_itself=coalition", "called=coalition"],
        ],
    )
    unknown = facets.count(NETWORKS, "observed_form", ObservedForm.UNKNOWN)
    known_forms = [form.value for form in ObservedForm if form is not ObservedForm.UNKNOWN]
    return Results(
        (
            Number(_("All networks and coalitions, under any name."), total,
                   list_url("partnership")),
            Number(_("Those that are called a network and a coalition, by themselves or by "
                     "others."), mixed,
                   list_url("partnership", trait=["form:network", "form:coalition"])),
            number_matching(_("Those described both by themselves and by others."),
                            NETWORKS, [["calls_itself="], ["called="]]),
            Number(_("Those with enough data on what they do, within five years."),
                   total - unknown, list_url("partnership", observed_form=known_forms)),
            facets.with_value(
                _("Organizations with an organized membership base in more than one country: "
                  "the paper’s “transnational movement organization”."),
                ACTOR_KINDS, "transnational_base", "yes"),
        ),
        (names_and_forms(facets), points(facets)),
        (
            number_related(
                _("Networks and coalitions with a known origin."), NETWORKS, "grew_out_of"),
            Number(_("Networks and coalitions with at least one member named."),
                   *networks_with_members()),
        ),
    )  # fmt: skip


def names_and_forms(facets: FacetCounts) -> Picture:
    """The networks that can be compared: a row with one known field compares nothing."""
    filters = ["calls_itself", "called", "observed_form"]
    total, entries = entries_with_values(NETWORKS, filters, MAX_ROWS, least=2)
    return Picture(
        _(
            "What each calls itself, what others call it, and its observed form: the networks of "
            "which at least two of these are known."),
        _("Network or coalition"),
        headings(_("It calls itself"), _("Others call it"), _("Observed form")),
        tuple(
            Row(entry.name, (
                *(Cell(names=tuple(facets.term("form", code) for code in sorted(values[name])))
                  for name in ("calls_itself", "called")),
                Cell(names=observed_form_names(values)),
            ))
            for entry, values in entries
        ),
        total - len(entries),
    )  # fmt: skip


def points(facets: FacetCounts) -> Picture:
    """The continuum."""
    return matrix(
        _(
            "The continuum, from exchange to sustained joint action: how many "
            "networks were observed at each point within five years. Those in "
            "the last column are not classified."
        ),
        _("Networks and coalitions"),
        headings(*(form.label for form in POINTS)),
        [
            (
                Name(_("how many"), content=False),
                [
                    Cell(
                        facets.count(NETWORKS, "observed_form", form),
                        value_url(NETWORKS, "observed_form", form),
                    )
                    for form in POINTS
                ],
            )
        ],
    )


def observed_form_names(values: ValuesByFilter) -> tuple[Name, ...]:
    """The observed form as names."""
    return tuple(
        Name(ObservedForm(value).label, "/analysis/observed_form/", content=False)
        for value in values["observed_form"]
    )


def networks_with_members() -> tuple[int, str, tuple[Name, ...]]:
    """The number of networks with known members; no list filters by that, so with names."""
    total, networks = largest_networks()
    return total, "", tuple(network.name for network in networks[:MAX_EXAMPLES])


CONTINUUM = Proposition(
    _("Networks, coalitions and what they do"),
    _("Which networks become coalitions, and do their names show it?"),
    "Migrant organizations often come together in networks, but only some networks can sustain "
    "coalitions.",
    (
        _(
            "What the organization calls itself, what others call it and what it does are "
            "three different things. They are shown side by side and never scored."),
        _("It sustains a coalition when its members act together, according to sources: in two "
          "campaigns, or in one of two years. A movement is never inferred."),
    ),
    _(
        "Add what the organization and others call it (scheme form), its members, and their "
        "campaigns and gatherings, with dates."),
    ("calls_itself", "arenas", "relations"),
    ACTOR_KINDS,
    compute,
)  # fmt: skip
