"""Proposition 2: context matters, and it differs from place to place."""

from collections import defaultdict
from itertools import pairwise

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Context, Setting
from orgs.pages.map import circle_limits, country_svg, steps_for, world
from orgs.pages.translated_labels import label_of
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import path_of

from .base import MAX_ROWS, Cell, Name, Number, Proposition, Results, bars, matrix
from .queries import FacetCounts, entries_by_id, list_url, matching_entries
from .ties import related_entries

PLACES = ("place",)


def compute() -> Results:
    facets = FacetCounts("dimension")
    rows = public_statements(Context, Counter.today()).order_by()
    settings: dict[int, dict[str, int]] = defaultdict(dict)
    for place, setting, count in rows.values_list("record", "setting").annotate(Count("id")):
        settings[place][setting] = count
    ordered_places = sorted(settings, key=lambda place: (-sum(settings[place].values()), place))
    places = entries_by_id(ordered_places[:MAX_ROWS])
    return Results(
        (
            Number(
                _("Places with assessments: freedom to associate, rights, allies, opponents, "
                  "redress, the stance of states."),
                facets.at_least(PLACES, "dimension"),
                list_url("place", dimension=facets.codes(PLACES, "dimension")) or "#picture-1",
            ),
            Number(
                _("Assessments of the law."),
                sum(counts.get(Setting.IN_LAW, 0) for counts in settings.values()),
                "#picture-1",
            ),
            Number(
                _("Assessments of practice."),
                sum(counts.get(Setting.IN_PRACTICE, 0) for counts in settings.values()),
                "#picture-1",
            ),
            Number(
                _("Places that a source sets against another place."),
                related_entries(PLACES, "contrasts_with")[0],
                list_url("place", relation="contrasts_with"),
            ),
            Number(
                _("Places with an assessment of freedom of association."),
                facets.count(PLACES, "dimension", "freedom_of_association"),
                list_url("place", dimension="freedom_of_association"),
            ),
        ),
        (
            matrix(
                _("Assessments of each place: law, practice and unspecified."),
                _("Place"),
                tuple(
                    Name(text, content=False)
                    for text in (_("in law"), _("in practice"), _("unspecified"))
                ),
                [
                    (
                        places[place].name,
                        [
                            Cell(settings[place].get(setting, 0), f"{places[place].name.url}")
                            for setting in (*Setting.values, "")
                        ],
                    )
                    for place in ordered_places
                    if place in places
                ],
            ),
            bars(
                _("How many places have assessments of each side of the context."),
                _("Side"),
                _("places"),
                [
                    (facets.term("dimension", code), count, list_url("place", dimension=code))
                    for code, count in facets.values(PLACES, "dimension")
                ],
            ),
        ),
        local_findings(facets),
    )  # fmt: skip


def findings_map() -> dict:
    """The map of the number of findings about each country, and of the countries without any.

    A place is a country of the map if its slug is the code of one.
    """
    world_map = world()
    rows = public_statements(Context, Counter.today()).order_by().values("record__slug")
    counts = {
        row["record__slug"].upper(): row["assessments"]
        for row in rows.annotate(assessments=Count("id"))
        if row["record__slug"].upper() in world_map.countries
    }
    labels = dict(
        Entry.objects.published().of_kinds("place")
        .filter(slug__in=[code.lower() for code in counts]).values_list("slug", "label")
    )  # fmt: skip
    steps = steps_for(max(counts.values(), default=0))
    areas = [
        {
            "land": world_map.countries[code],
            "label": label_of("place", code.lower(), labels[code.lower()]),
            "count": count,
            "url": path_of("place", code.lower()),
            "shade": sum(step <= count for step in steps),
        }
        for code, count in counts.items()
        if code.lower() in labels
    ]
    areas.sort(key=lambda area: -area["land"].side)
    for area, room in zip(areas, circle_limits([area["land"] for area in areas]), strict=True):
        area["drawing"] = country_svg(area["land"], room)
    return {
        "box": f"0 0 {world_map.width} {world_map.height}",
        "blank": "".join(
            land.path for code, land in world_map.countries.items() if code not in counts
        )
        + world_map.others,
        "areas": areas,
        "legend": [
            {"shade": shade, "first": first, "last": following and following - 1}
            for shade, (first, following) in enumerate(pairwise([*steps, None]), 1)
        ],
    }


def local_findings(facets: FacetCounts) -> tuple[Number, ...]:
    """How many cities and states have a finding: the paper asks for the local level."""
    codes = facets.codes(PLACES, "dimension")
    any_assessment = [f"dimension={code}" for code in codes]
    cities, states = (
        matching_entries(PLACES, [[f"place_type={kind}"], any_assessment])
        for kind in ("city", "state")
    )
    return (
        Number(
            _(
                "Cities and towns with an assessment. The paper says that local contexts "
                "differ most."
            ),
            cities[0],
            examples=cities[1],
        ),
        Number(
            _("States and provinces within a country with an assessment."),
            states[0],
            examples=states[1],
        ),
        Number(
            _("Places with an assessment of the strength of the opponents of migrant rights."),
            facets.count(PLACES, "dimension", "opponent_power"),
            list_url("place", dimension="opponent_power"),
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
        _(
            "An assessment counts when a source describes what makes organizing in a place "
            "easier or harder: in law, in practice, or unspecified."),
        _("The proposition is put to the test where two places differ and what migrants do there "
          "differs too, or does not."),
    ),
    _("Say something about the context of a place, if possible a city: which side, in law or in "
      "practice, for whom, and with which place the source compares it."),
    ("context",),
    PLACES,
    compute,
    draw_map=findings_map,
)  # fmt: skip
