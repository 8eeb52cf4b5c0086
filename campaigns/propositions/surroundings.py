"""Proposition 2: context matters, and it differs from place to place."""

from collections import Counter as Multiset
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

from .base import MAX_ROWS, Cell, Number, Picture, Proposition, Results, headings, matrix
from .queries import FacetCounts, entries_by_id, list_url, number_matching
from .ties import number_related

PLACES = ("place",)


def compute() -> Results:
    facets = FacetCounts("dimension")
    settings = assessments_by_setting()
    return Results(
        (
            Number(
                _("Places with assessments: freedom to associate, rights, allies, opponents, "
                  "redress, the stance of states."),
                facets.at_least(PLACES, "dimension"),
                list_url("place", dimension=facets.codes(PLACES, "dimension")) or "#picture-1",
            ),
            *(
                Number(rule, sum(counts[setting] for counts in settings.values()), "#picture-1")
                for rule, setting in (
                    (_("Assessments of the law."), Setting.IN_LAW),
                    (_("Assessments of practice."), Setting.IN_PRACTICE),
                )
            ),
            number_related(
                _("Places that a source sets against another place."), PLACES, "contrasts_with"),
            facets.with_value(_("Places with an assessment of freedom of association."),
                              PLACES, "dimension", "freedom_of_association"),
        ),
        (
            places_by_setting(settings),
            facets.bars(_("How many places have assessments of each side of the context."),
                        _("Side"), _("places"), PLACES, "dimension"),
        ),
        (
            number_matching(
                _("Cities and towns with an assessment. The paper says that local contexts "
                  "differ most."),
                PLACES, [["place_type=city"], ["dimension="]]),
            number_matching(_("States and provinces within a country with an assessment."),
                            PLACES, [["place_type=state"], ["dimension="]]),
            facets.with_value(
                _("Places with an assessment of the strength of the opponents of migrant rights."),
                PLACES, "dimension", "opponent_power"),
        ),
    )  # fmt: skip


def assessments_by_setting() -> dict[int, Multiset[str]]:
    """The number of assessments of each place, by setting."""
    rows = public_statements(Context, Counter.today()).order_by()
    settings: dict[int, Multiset[str]] = defaultdict(Multiset)
    for place, setting, count in rows.values_list("record", "setting").annotate(Count("id")):
        settings[place][setting] = count
    return settings


def places_by_setting(settings: dict[int, Multiset[str]]) -> Picture:
    order = sorted(settings, key=lambda place: (-settings[place].total(), place))
    places = entries_by_id(order[:MAX_ROWS])
    return matrix(
        _("Assessments of each place: law, practice and unspecified."),
        _("Place"),
        headings(_("in law"), _("in practice"), _("unspecified")),
        [
            (
                places[place].name,
                [
                    Cell(settings[place][setting], places[place].name.url)
                    for setting in (*Setting.values, "")
                ],
            )
            for place in order
            if place in places
        ],
    )


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
