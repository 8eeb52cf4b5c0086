"""Proposition 6: networks and coalitions, points on one line."""

from django.utils.translation import gettext_lazy as _

from orgs.projection.analysis import ObservedForm
from orgs.records.record import Kind

from .base import MOST_SHOWN, Cell, Found, Name, Number, Picture, Proposition, Row, matrix
from .investment import most_members
from .reading import BODIES, FIRST, NETWORKS, Held, Reading, held, holding, listed
from .ties import tied

FORMS = {form.value: form for form in ObservedForm}

POINTS = (
    ObservedForm.EXCHANGE,
    ObservedForm.OWN_NAME,
    ObservedForm.CAMPAIGNING,
    ObservedForm.SUSTAINED,
    ObservedForm.UNKNOWN,
)
"""The continuum, from the loosest point to the firmest, and what is not known."""


def find() -> Found:
    """Return what networks and coalitions call themselves, are called, and are seen to do."""
    read = Reading("calls_itself", "called", "observed_form", "transnational_base")
    total = read.totals[Kind.PARTNERSHIP]
    both, both_names = holding(NETWORKS, [["calls_itself="], ["called="]])
    mixed, _names = holding(
        NETWORKS,
        [
            ["calls_itself=network", "called=network"],
            ["calls_itself=coalition", "called=coalition"],
        ],
    )
    unknown = read.of(NETWORKS, "observed_form", ObservedForm.UNKNOWN)
    seen = [form for form in ObservedForm if form is not ObservedForm.UNKNOWN]
    shown = held(NETWORKS, ["calls_itself", "called", "observed_form"], MOST_SHOWN)
    return Found(
        (
            Number(_("All networks and coalitions, whatever they are called."), total,
                   listed("partnership")),
            Number(_("Those that are called a network and a coalition, by themselves or by "
                     "others."), mixed,
                   listed("partnership", trait=["form:network", "form:coalition"])),
            Number(_("Those described both by themselves and by others."),
                   both, named=both_names),
            Number(_("Those with enough data on what they do, within five years."),
                   total - unknown, listed("partnership", observed_form=[one.value
                                                                         for one in seen])),
            Number(_(
                "Organizations with an organized membership base in more than one country: "
                "the paper’s “transnational movement organization”."),
                   sum(read.of((kind,), "transnational_base", "yes")
                       for kind in ("organization", "partnership")),
                   listed("organization", transnational_base="yes")),
        ),
        (
            Picture(
                _("What each calls itself, what others call it, and its observed form."),
                _("Network or coalition"),
                tuple(Name(words, content=False) for words in (
                    _("It calls itself"), _("Others call it"), _("Observed form"))),
                tuple(
                    Row(entry.name, (
                        Cell(words=tuple(read.term("form", code)
                                         for code in sorted(values["calls_itself"]))),
                        Cell(words=tuple(read.term("form", code)
                                         for code in sorted(values["called"]))),
                        Cell(words=observed(values)),
                    ))
                    for entry, values in shown
                ),
                max(0, total - len(shown)),
            ),
            matrix(
                _(
                    "The continuum, from exchange to sustained joint action: how many were seen "
                    "at each point within five years. Those in the last column may stand anywhere."
                ),
                _("Networks and coalitions"),
                tuple(Name(form.label, content=False) for form in POINTS),
                [
                    (
                        Name(_("how many"), content=False),
                        [
                            Cell(
                                read.of(NETWORKS, "observed_form", form),
                                listed("partnership", observed_form=form.value),
                            )
                            for form in POINTS
                        ],
                    )
                ],
            ),
        ),
        (
            Number(_("Networks and coalitions of which it is said what they grew out of."),
                   tied(NETWORKS, "grew_out_of")[0],
                   listed("partnership", relation="grew_out_of")),
            Number(_("Networks and coalitions with at least one member named."),
                   *with_members()),
        ),
    )  # fmt: skip


def observed(values: Held) -> tuple[Name, ...]:
    """Return the answer to what it is seen to do, nothing where there is not enough."""
    return tuple(
        Name(FORMS[value].label, "/analysis/observed_form/", content=False)
        for value in values["observed_form"]
        if value != ObservedForm.UNKNOWN
    )


def with_members() -> tuple[int, str, tuple[Name, ...]]:
    """Return how many networks have a member on record; no list asks for that, so by name."""
    total, members = most_members()
    return total, "", tuple(seen.name for seen, _count in members[:FIRST])


CONTINUUM = Proposition(
    _("Networks, coalitions and what they do"),
    _("Which networks become coalitions, and do their names tell?"),
    "Migrant organizations often come together in networks, but only some networks can sustain "
    "coalitions.",
    (
        _(
            "What the organization calls itself, what others call it and what it does are "
            "three different things. They are shown side by side and never scored."),
        _("It sustains a coalition when its members are seen to act together: in two campaigns, "
          "or in one of two years. A movement is never inferred."),
    ),
    _(
        "Add what the organization and others call it (scheme form), its members, and their "
        "campaigns and gatherings, with dates."),
    ("calls_itself", "arenas", "relations"),
    BODIES,
    find,
)  # fmt: skip
