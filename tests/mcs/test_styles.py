"""The look: its sheets keep to their tokens, to any direction, and to what pages use."""

import gzip
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from mcs.styleguide import BACKGROUNDS, SHADES, contrast, palette
from tests.support.pages import page_of, section

STYLES = Path(settings.BASE_DIR) / "static" / "css"
OURS = ("tokens", "base", "layout", "components", "networks", "print")
OF_EDITORS_AND_DEVELOPERS = ("admin.css", "styleguide.css")
LONG_READ = ("ink", "ink-soft")
LINES = ("rule", "rule-strong")
PHYSICAL = re.compile(
    r"(?<![\w-])((margin|padding|border|scroll-margin|scroll-padding)-(left|right|top|bottom)"
    r"|left|right|top|bottom|border-(top|bottom)-(left|right)-radius)\s*:"
    r"|(text-align|float|clear):\s*(left|right)"
)


def sheet(name: str) -> str:
    """A style sheet of ours without its comments."""
    return re.sub(r"/\*.*?\*/", "", (STYLES / f"{name}.css").read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out_from_what_they_are_written_on(scheme):
    colours = palette(scheme)
    read = [name for name in colours if name not in (*BACKGROUNDS, *LINES)]

    too_faint = [
        (name, ground)
        for name in read
        for ground in ("paper", "paper-deep")
        if contrast(colours[name], colours[ground]) < (7 if name in LONG_READ else 4.5)
    ]
    assert too_faint == []
    assert contrast(colours["ink"], colours["brand-wash"]) >= 7
    assert contrast(colours["warn"], colours["warn-wash"]) >= 4.5
    assert contrast(colours["on-brand"], colours["brand"]) >= 4.5
    assert contrast(colours["rule-strong"], colours["paper"]) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shades_of_the_map_are_distinguishable_without_hue(scheme):
    colours = palette(scheme)

    steps = [contrast(colours[one], colours["paper"]) for one in SHADES]
    assert steps == sorted(steps)
    assert all(later / earlier >= 1.4 for earlier, later in pairwise(steps))


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#ffffff") == 4.5
    assert contrast("#a3180f", "#a3180f") == 1


def test_dark_has_every_colour_of_light():
    assert list(palette("dark")) == list(palette("light"))


@pytest.mark.parametrize("name", ["base", "layout", "components", "networks"])
def test_colours_stand_in_tokens_only(name):
    assert re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", sheet(name)) == []


@pytest.mark.parametrize("name", [*OURS, "styleguide"])
def test_sheets_know_neither_left_nor_right(name):
    assert [match.group() for match in PHYSICAL.finditer(sheet(name))] == []


@pytest.mark.parametrize("name", [*OURS, "styleguide"])
def test_every_class_of_a_sheet_is_used(name):
    sources = [*settings.BASE_DIR.glob("templates/**/*.html")]
    for app in ("mcs", "orgs", "campaigns"):
        sources += settings.BASE_DIR.glob(f"{app}/**/*.py")
    words = set(re.findall(r"[\w-]+", " ".join(one.read_text() for one in sources)))
    # The end of these stands in the data: an arena, a token.
    open_ended = ("arena-", "swatch-", "sample-", "bar-")

    classes = set(re.findall(r"\.([a-z][\w-]*)", sheet(name)))

    assert {one for one in classes if one not in words and not one.startswith(open_ended)} == set()


def test_every_token_is_used():
    everything = "".join(path.read_text() for path in STYLES.glob("*.css"))

    tokens = set(re.findall(r"^\s+--([\w-]+):", sheet("tokens"), re.MULTILINE))

    assert {one for one in tokens if f"var(--{one})" not in everything} == set()


def test_sheets_of_readers_are_small():
    head = Path("templates/base.html").read_text()
    sizes = {
        path.name: len(gzip.compress(path.read_bytes(), 9))
        for path in STYLES.glob("*.css")
        if path.name not in OF_EDITORS_AND_DEVELOPERS
    }

    # Every page loads those of the base, and one of its own at most: map, networks, places.
    of_all = [size for name, size in sizes.items() if f"css/{name}" in head]
    of_some = [size for name, size in sizes.items() if f"css/{name}" not in head]
    size = sum(of_all) + max(of_some)
    assert len(of_all) == 5
    assert size <= 11_264, f"{size} bytes, compressed"


# The style guide --------------------------------------------------------------------------------


def test_style_guide_shows_every_piece_without_queries(
    client, db, settings, django_assert_num_queries
):
    settings.DEMO = True
    with django_assert_num_queries(0):
        page = page_of(client.get("/styleguide/"))

    assert [heading.text for heading in page.main.every("h2")] == [
        "Colour",
        "Type",
        "Space",
        "A sentence and its mark, by voice and confidence",
        "Names",
        "Words in five scripts",
        "What it is called",
        "Figures",
        "Withheld",
        "What was researched",
        "What is missing",
        "Arenas",
        "A list and its questions",
        "Narrow this list",
        "Messages",
        "This question cannot be answered",
        "Notes and sources",
    ]
    rows = page.main.one("tbody").every("tr")
    assert [row.one("th").text for row in rows] == list(palette("light"))
    ink = next(row for row in rows if row.one("th").text == "ink")
    assert [cell.text for cell in ink.every("td")] == ["#191a1c", "17.1", "#ecebe6", "15.2"]
    assert section(page, "figures") == (
        "Figures Participants 2,000 workers disputed17 Survey 2010 "
        "at least 500 workers: cleaners disputed18 Daily Star"
    )


def test_style_guide_has_a_run_of_each_script_in_its_language(client, db, settings):
    settings.DEMO = True

    page = page_of(client.get("/styleguide/"))

    words = page.main.one("section", **{"aria-labelledby": "scripts"})
    assert [
        (run.attributes["lang"], run.attributes["dir"])
        for run in words.every("div")
        if "lang" in run.attributes
    ] == [("ar", "rtl"), ("km", "ltr"), ("hi", "ltr"), ("zh", "ltr")]


def test_every_value_of_the_guide_has_a_rule_that_shows_it(client, db, settings):
    settings.DEMO = True

    page = page_of(client.get("/styleguide/"))

    rules = set(re.findall(r"\.((?:swatch|sample|bar)-[\w-]+)", sheet("styleguide")))
    shown = {
        one
        for element in page.main.every()
        for one in element.attributes.get("class", "").split()
        if one.startswith(("swatch-", "sample-", "bar-"))
    }
    assert shown == rules


def test_style_guide_is_of_the_demo_only(client, db, settings):
    settings.DEMO = False

    assert client.get("/styleguide/").status_code == 404
