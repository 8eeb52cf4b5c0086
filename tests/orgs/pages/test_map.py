"""The map of the world on the front page: what it counts, how it is drawn, what it weighs."""

import gzip
import re
from math import hypot, radians, sin
from pathlib import Path

import pytest
from django.conf import settings

from orgs.changes.changeset import Changeset
from orgs.management.commands.draw_world import OMITTED, WORLD, area, draw_world, project, to_json
from orgs.pages.map import (
    Count,
    MapCounts,
    circle_limits,
    count_by_country,
    map_context,
    render_map,
    steps_for,
    world,
)
from orgs.projection.entry import Entry
from orgs.records.source import Tier
from tests.support.pages import Element, page_of

STYLES = Path(settings.BASE_DIR) / "static" / "css"


# Reading the map ----------------------------------------------------------------------------------


def links(page) -> dict[str, Element]:
    """The links of the map by their addresses, in the order of the page."""
    picture = page.main.one("figure")
    return {link.attributes["href"]: link for link in picture.every("a")}


def rows(page) -> list[dict[str, tuple[str, str]]]:
    """The rows of the table: by column, the text and the address it leads to."""
    table = page.main.one("table")
    names = [cell.text for cell in table.one("thead").every("th")]
    rows_of_table = []
    for row in table.one("tbody").every("tr"):
        cells = [*row.every("th"), *row.every("td")]
        led = [cell.every("a") for cell in cells]
        addresses = [
            links_of_cell[0].attributes["href"] if links_of_cell else "" for links_of_cell in led
        ]
        texts = [cell.text for cell in cells]
        rows_of_table.append(dict(zip(names, zip(texts, addresses, strict=True), strict=True)))
    return rows_of_table


def total(client, address: str) -> str:
    """The number of results that a list shows."""
    shown = page_of(client.get(address)).main.one("p", kind="shown")
    return shown.one("strong").text.split()[0]


def rings(path: str) -> list[list[tuple[int, int]]]:
    """The rings of a path: their points, in units."""
    rings = []
    for ring in re.findall(r"M(\d+) (\d+)l([^z]*)z", path):
        x, y = int(ring[0]), int(ring[1])
        points = [(x, y)]
        steps = [int(number) for number in re.findall(r"-?\d+", ring[2])]
        for step_x, step_y in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + step_x, y + step_y
            points.append((x, y))
        rings.append(points)
    return rings


def drawn_area(code: str) -> float:
    """The area of a country on the map, in square units; what lies in holes is not its."""
    return abs(sum(area(ring) for ring in rings(world().countries[code].path)))


# What it counts -----------------------------------------------------------------------------------


def test_every_country_with_organizations_is_a_link_in_map_and_table(paper, client):
    page = page_of(client.get("/"))
    countries = [
        entry.slug
        for entry in Entry.objects.published().of_kinds("place").order_by("sort_key")
        if entry.slug.upper() in world().countries
        and Entry.objects.published()
        .of_kinds("organization", "partnership")
        .holding(["country", "active_in"], [str(entry.pk)])
        .exists()
    ]

    assert len(countries) > 10
    assert sorted(links(page)) == sorted(f"/organizations/?present_in={one}" for one in countries)
    assert [row["Country"][1] for row in rows(page)] == [f"/places/{one}/" for one in countries]


def test_map_and_table_give_the_numbers_of_the_lists_they_lead_to(paper, client):
    page = page_of(client.get("/"))
    titles = {address: link.one("title").text for address, link in links(page).items()}

    for row in rows(page):
        (name, _), seat, active, either = row.values()
        for number, address in (seat, active, either):
            assert number == (total(client, address) if address else "0"), (name, address)
        noun = "organization" if either[0] == "1" else "organizations"
        assert titles[either[1]] == (
            f"{name}: {either[0]} {noun} (seat there: {seat[0]}, active there: {active[0]})"
        )


def test_map_says_how_many_are_in_no_country(paper, client):
    actors = Entry.objects.published().of_kinds("organization", "partnership")
    places = {
        str(entry.pk): entry.slug.upper() in world().countries
        for entry in Entry.objects.published().of_kinds("place")
    }
    country_ids = [number for number, mapped in places.items() if mapped]
    in_country = actors.holding(["country", "active_in"], country_ids).count()
    anywhere = actors.holding(["country", "active_in"], list(places)).count()

    caption = page_of(client.get("/")).main.one("figcaption").one("p").text

    assert caption.endswith(
        f"{in_country} of {actors.count()} are in a known country. For "
        f"{anywhere - in_country} only a wider region is known. "
        f"For {actors.count() - anywhere} neither is known."
    )


def test_seat_in_a_city_counts_for_its_country_once(write):
    mexico = write.record("place", "mx", "Mexico")
    city = write.record("place", "mexico-city", "Mexico City")
    write.say("relation", city, predicate=write.term("predicate:part_of"), object=mexico)
    union = write.record("organization", "union")
    write.say("presence", union, place=city, role="seat")
    write.say("presence", union, place=mexico, role="acts_in")

    assert count_by_country() == MapCounts((Count("mx", "Mexico", 1, 1, 1),), 1, 1, 1)


def test_gatherings_and_those_who_only_come_from_a_country_are_not_counted(write):
    mexico = write.record("place", "mx", "Mexico")
    write.say("presence", write.record("gathering", "forum"), place=mexico, role="held_at")
    union = write.record("organization", "union")
    write.say("presence", union, place=mexico, role="constituency_origin")
    write.say("presence", union, place=mexico, role="acts_in", holds=False)

    assert count_by_country().countries == ()


def test_nothing_hidden_is_counted(write):
    mexico, mali = write.record("place", "mx", "Mexico"), write.record("place", "ml", "Mali")
    shown, hidden = write.record("organization", "shown"), write.record("organization", "hidden")
    for record in (shown, hidden):
        write.say("presence", record, place=mexico, role="seat")
    write.say("presence", shown, place=mali, role="acts_in")
    whisper = write.record("organization", "whisper")
    write.say("presence", whisper, place=mexico, role="seat", tier=Tier.VETTED)
    before = count_by_country()

    changeset = Changeset()
    for record in (hidden, mali):
        changeset.change_record(record, level="hidden")
    changeset.propose().accept()

    both = (Count("ml", "Mali", 0, 1, 1), Count("mx", "Mexico", 2, 0, 2))
    assert before == MapCounts(both, actors=3, placed=2, mapped=2)
    assert count_by_country() == MapCounts(
        (Count("mx", "Mexico", 1, 0, 1),), actors=2, placed=1, mapped=1
    )


def test_empty_catalogue_says_why_there_is_no_map(client, db):
    section = page_of(client.get("/")).main.one("section", kind="world")

    assert section.every("svg") == []
    assert section.one("p").text.startswith("No organization has a known country yet.")


# How it is drawn ----------------------------------------------------------------------------------


def test_drawing_again_gives_the_file_that_is_kept():
    assert to_json(draw_world()) == WORLD.read_text(encoding="utf-8")


def test_every_code_of_iso_3166_has_a_place_on_the_sheet():
    drawn_world = world()

    # 249 codes without Antarctica's; Kosovo's is in wide use and not in the standard.
    assert len(drawn_world.countries) == 249 - len(OMITTED) + 1
    assert {code for code in drawn_world.countries if not re.fullmatch("[A-Z]{2}", code)} == set()
    outside = [
        code
        for code, land in drawn_world.countries.items()
        if not (0 <= land.x <= drawn_world.width and 0 <= land.y <= drawn_world.height)
    ]
    assert outside == []


@pytest.mark.parametrize(
    ("code", "thousand_square_kilometres"),
    [
        # Areas as the countries' statistical offices give them.
        ("AU", 7_692),
        ("CA", 9_985),
        ("DZ", 2_382),
        ("IN", 3_287),
        ("KZ", 2_725),
        ("MX", 1_964),
        ("MN", 1_564),
        ("ZA", 1_221),
    ],
)
def test_equal_areas_are_drawn_equal(code, thousand_square_kilometres):
    by_brazil = drawn_area(code) / drawn_area("BR") * 8_516

    assert by_brazil == pytest.approx(thousand_square_kilometres, rel=0.045)


@pytest.mark.parametrize("latitude", [-75, -40, 0, 25, 60, 82])
@pytest.mark.parametrize("longitude", [-160, 11, 100])
def test_projection_keeps_areas(longitude, latitude):
    corners = [
        project((longitude + east, latitude + north))
        for east, north in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01))
    ]

    on_the_globe = radians(0.01) * (sin(radians(latitude + 0.01)) - sin(radians(latitude)))
    assert area(corners) == pytest.approx(on_the_globe, rel=1e-4)


def test_no_outline_runs_across_the_map():
    lands = [*(land.path for land in world().countries.values()), world().others]
    widths = [
        max(x for x, _ in ring) - min(x for x, _ in ring) for path in lands for ring in rings(path)
    ]

    assert len(widths) > 500
    assert max(widths) < world().width / 2


def test_neighbours_meet():
    def corners(code: str) -> set[tuple[int, int]]:
        return {point for ring in rings(world().countries[code].path) for point in ring}

    for one, other in (("MX", "US"), ("BO", "BR"), ("DZ", "ML"), ("ES", "PT"), ("CN", "RU")):
        assert len(corners(one) & corners(other)) > 4, (one, other)


def test_lands_far_from_their_country_are_drawn_under_their_own_code():
    widest = max(
        abs(x - world().countries["FR"].x)
        for ring in rings(world().countries["FR"].path)
        for x, _ in ring
    )

    assert widest < 60
    assert world().countries["GF"].path.startswith("M")


# How it is shown ----------------------------------------------------------------------------------


def having(*codes: str, present: int = 1) -> MapCounts:
    """The numbers of a catalogue with so many organizations in each of these countries."""
    counts = (Count(code.lower(), f"Land {code}", present, 0, present) for code in sorted(codes))
    return MapCounts(tuple(counts), present, present, present)


def test_countries_too_small_to_see_have_a_dot():
    areas = map_context(having("HK", "SG", "BH", "KR", "MX"))["areas"]

    dots = {area["slug"]: re.findall(r'class="(dot[^"]*)"', area["drawing"]) for area in areas}

    assert dots == {"mx": [], "kr": ["dot narrow"], "hk": ["dot"], "sg": ["dot"], "bh": ["dot"]}


def test_no_country_is_covered_by_a_larger_one():
    sides = [area["land"].side for area in map_context(having(*world().countries))["areas"]]

    assert sides == sorted(sides, reverse=True)


def test_circles_to_hit_leave_other_countries_their_middle():
    lands = [land for land in world().countries.values() if land.path and land.side < 100]

    reach = circle_limits(lands)

    for land, space in zip(lands, reach, strict=True):
        for other in lands:
            gap = hypot(land.x - other.x, land.y - other.y)
            assert other is land or gap < 4 or space <= max(gap / 2, gap - other.side / 2)
    assert circle_limits([world().countries["HK"], world().countries["PH"]]) == [54, 54]


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (1, (1,)),
        (3, (1, 2, 3)),
        (4, (1, 2, 3, 4)),
        (13, (1, 2, 5, 10)),
        (60, (1, 5, 20, 50)),
        (999, (1, 10, 50, 200)),
        (70_000, (1, 10, 100, 1000)),
    ],
)
def test_shades_follow_the_largest_number(most, steps):
    assert steps_for(most) == steps


def test_legend_explains_what_each_shade_means():
    assert map_context(having("MX", present=13))["legend"] == [
        {"shade": 1, "first": 1, "last": 1},
        {"shade": 2, "first": 2, "last": 4},
        {"shade": 3, "first": 5, "last": 9},
        {"shade": 4, "first": 10, "last": None},
    ]
    assert map_context(having("MX", present=13))["areas"][0]["shade"] == 4


def test_map_of_the_whole_world_is_light():
    piece = render_map(having(*world().countries, present=99), "en")

    assert piece.count("<title>") == len(world().countries)
    assert len(gzip.compress(piece.encode())) < 60_000


def test_same_numbers_are_drawn_once_and_others_anew():
    first = render_map(having("MX", present=3), "en")

    assert render_map(having("MX", present=3), "en") is first
    assert "Land MX: 4 organizations" in render_map(having("MX", present=4), "en")


def test_front_page_with_its_styles_is_light(paper, client):
    response = client.get("/")
    sheets = re.findall(r'href="[^"]*/css/([a-z]+)[^"/]*\.css"', response.content.decode())
    parts = [response.content, *((STYLES / f"{name}.css").read_bytes() for name in sheets)]

    assert "map" in sheets
    assert sum(len(gzip.compress(part)) for part in parts) < 100_000


def test_map_of_a_page_in_spanish_leads_to_pages_in_spanish(paper, client):
    page = page_of(client.get("/es/"))
    addresses = [link.attributes["href"] for link in page.main.one("table").every("a")]

    assert set(links(page)) < set(addresses)
    assert [address for address in addresses if not address.startswith("/es/")] == []


def test_map_has_no_style_of_its_own_and_a_name(paper, client):
    page = page_of(client.get("/"))
    picture = page.main.one("figure")

    assert picture.attributes["aria-label"].startswith("Map of the world")
    assert [one for one in page.main.every() if "style" in one.attributes] == []
    # Whoever reads with the keyboard can pass it by.
    skip = page.main.one("section", kind="world").one("a", kind="skip")
    assert page.main.one("details", id=skip.attributes["href"].removeprefix("#"))
