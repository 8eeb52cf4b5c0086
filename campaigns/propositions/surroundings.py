"""Proposition 2: context matters, and it differs from place to place."""

from collections import defaultdict
from itertools import pairwise

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Context, Setting
from orgs.pages.map import drawing, rooms, steps_for, world
from orgs.pages.translated_labels import known_as
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import path_of

from .base import MOST_SHOWN, Cell, Found, Name, Number, Proposition, bars, matrix
from .reading import Reading, holding, listed, named
from .ties import tied

PLACES = ("place",)


def find() -> Found:
    """Return what is found about the surroundings of organizing, where, and where nothing is."""
    read = Reading("dimension")
    rows = public_statements(Context, Counter.today()).order_by()
    settings: dict[int, dict[str, int]] = defaultdict(dict)
    for place, setting, count in rows.values_list("record", "setting").annotate(Count("id")):
        settings[place][setting] = count
    most = sorted(settings, key=lambda place: (-sum(settings[place].values()), place))
    places = named(most[:MOST_SHOWN])
    return Found(
        (
            Number(
                _("Places about which a source finds something: freedom to associate, rights, "
                  "allies, opponents, redress, the stance of states."),
                read.at_least(PLACES, "dimension"),
                listed("place", dimension=read.codes(PLACES, "dimension")) or "#picture-1",
            ),
            Number(
                _("Findings about the law."),
                sum(found.get(Setting.IN_LAW, 0) for found in settings.values()),
                "#picture-1",
            ),
            Number(
                _("Findings about what happens in practice."),
                sum(found.get(Setting.IN_PRACTICE, 0) for found in settings.values()),
                "#picture-1",
            ),
            Number(
                _("Places that a source sets against another place."),
                tied(PLACES, "contrasts_with")[0],
                listed("place", relation="contrasts_with"),
            ),
            Number(
                _("Places with a finding about freedom of association."),
                read.of(PLACES, "dimension", "freedom_of_association"),
                listed("place", dimension="freedom_of_association"),
            ),
        ),
        (
            matrix(
                _("Findings about each place: about the law, about practice, and unspecified."),
                _("Place"),
                tuple(
                    Name(words, content=False)
                    for words in (_("in law"), _("in practice"), _("not said which"))
                ),
                [
                    (
                        places[place].name,
                        [
                            Cell(settings[place].get(setting, 0), f"{places[place].name.url}")
                            for setting in (*Setting.values, "")
                        ],
                    )
                    for place in most
                    if place in places
                ],
            ),
            bars(
                _("In how many places each side of the surroundings has been looked at."),
                _("Side"),
                _("places"),
                [
                    (read.term("dimension", code), count, listed("place", dimension=code))
                    for code, count in read.values(PLACES, "dimension")
                ],
            ),
        ),
        local(read),
    )  # fmt: skip


def findings_map() -> dict:
    """Return the map: how many findings there are about each country, and where there are none.

    A place is a country of the map if its slug is the code of one.
    """
    drawn = world()
    rows = public_statements(Context, Counter.today()).order_by().values("record__slug")
    found = {
        row["record__slug"].upper(): row["assessments"]
        for row in rows.annotate(assessments=Count("id"))
        if row["record__slug"].upper() in drawn.countries
    }
    labels = dict(
        Entry.objects.published().of_kinds("place")
        .filter(slug__in=[code.lower() for code in found]).values_list("slug", "label")
    )  # fmt: skip
    steps = steps_for(max(found.values(), default=0))
    areas = [
        {
            "land": drawn.countries[code],
            "label": known_as("place", code.lower(), labels[code.lower()]),
            "count": count,
            "url": path_of("place", code.lower()),
            "shade": sum(step <= count for step in steps),
        }
        for code, count in found.items()
        if code.lower() in labels
    ]
    areas.sort(key=lambda area: -area["land"].side)
    for area, room in zip(areas, rooms([area["land"] for area in areas]), strict=True):
        area["drawing"] = drawing(area["land"], room)
    return {
        "box": f"0 0 {drawn.width} {drawn.height}",
        "blank": "".join(land.path for code, land in drawn.countries.items() if code not in found)
        + drawn.others,
        "areas": areas,
        "legend": [
            {"shade": shade, "first": first, "last": following and following - 1}
            for shade, (first, following) in enumerate(pairwise([*steps, None]), 1)
        ],
    }


def local(read: Reading) -> tuple[Number, ...]:
    """Return how many cities and states have a finding: the paper asks for the local level."""
    codes = read.codes(PLACES, "dimension")
    any_assessment = [f"dimension={code}" for code in codes]
    cities, states = (
        holding(PLACES, [[f"place_type={kind}"], any_assessment]) for kind in ("city", "state")
    )
    return (
        Number(
            _("Cities and towns with a finding: there, says the paper, surroundings differ most."),
            cities[0],
            named=cities[1],
        ),
        Number(
            _("States and provinces within a country with a finding."),
            states[0],
            named=states[1],
        ),
        Number(
            _("Places with a finding on the strength of the opponents of migrant rights."),
            read.of(PLACES, "dimension", "opponent_power"),
            listed("place", dimension="opponent_power"),
        ),
    )


SURROUNDINGS = Proposition(
    _("Surroundings that shape organizing"),
    _("How far do law, practice, allies and opponents in a place decide how migrants can "
      "organize there?"),
    "Forms of social organization are shaped both by migrants themselves on the one hand, and by "
    "their political-institutional environments and the availability of non-migrant allies in "
    "host countries on the other.",
    (
        _("A finding counts when a source says something about one side of a place that makes "
          "organizing easier or harder: in law, in practice, or without saying which."),
        _("The proposition is put to the test where two places differ and what migrants do there "
          "differs too, or does not."),
    ),
    _("Say something about the context of a place, if possible a city: which side, in law or in "
      "practice, for whom, and with which place the source compares it."),
    ("context",),
    PLACES,
    find,
    drawn=findings_map,
)  # fmt: skip
