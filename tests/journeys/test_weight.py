"""What readers pay for: the longest pages that there are, weighed as they come over the wire."""

import re

from .server import Site

MOST = 60_000
"""Bytes of a page with its styles: a second at 0.5 Mbit/s."""

MOST_OF_A_LIST = 8_000
"""Bytes of the HTML of a list alone."""

LISTS = [
    "/organizations/",
    "/networks-and-coalitions/",
    "/campaigns/",
    "/gatherings/",
    "/instruments/",
    "/projects/",
    "/demands/",
    "/cases/",
    "/places/",
    "/sources/",
    "/terms/",
    "/search/?q=migrant",
]


def weight(site: Site, path: str, known: dict[str, int]) -> int:
    """The bytes of a page and its styles; `known` are weights of styles, and grows."""
    answer = site.get(path)
    assert answer.status == 200, path
    styles = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
    for style in styles:
        if style not in known:
            known[style] = len(site.get(style).body)
    return len(answer.body) + sum(known[style] for style in styles)


def test_longest_pages_are_light(sites):
    known: dict[str, int] = {}
    weights = {path: weight(sites.full, path, known) for path in sites.longest}

    assert {path: bytes for path, bytes in weights.items() if bytes > MOST} == {}


def test_every_list_is_small(sites):
    sizes = {path: len(sites.full.get(path).body) for path in LISTS}

    assert {path: bytes for path, bytes in sizes.items() if bytes > MOST_OF_A_LIST} == {}


def test_pages_and_styles_come_compressed(sites):
    page = sites.full.get("/organizations/")
    style = re.findall(r'href="(/static/[^"]+\.css)"', page.text)[0]

    assert [one.headers.get("content-encoding") for one in (page, sites.full.get(style))] == [
        "gzip",
        "gzip",
    ]


def test_queries_up_to_8000_characters_reach_the_catalogue(sites):
    for path in ("/api/v1/search/", "/search/"):
        assert sites.full.get(f"{path}?q={'a' * 7000}").status == 400
    assert sites.full.get(f"/search/?q={'a' * 9000}").status == 414
