"""What holds for every type of page: for those who see, hear, enlarge, print or pay by the byte."""

import re
from uuid import uuid4

import pytest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext, override

from orgs.records.languages import without_language
from tests.journeys.visits import ON_THE_WAY
from tests.support.addresses import addresses

from .page_types import ALL, PUBLIC, WHOLE, PageType


def lines_of(text: str) -> list[str]:
    """The lines of a page that say something."""
    return [line for line in text.splitlines() if line.strip()]


def every(types: list[PageType]) -> pytest.MarkDecorator:
    """Run a test for each of these types of page, by the process that visits it for the others."""
    kinds = [
        pytest.param(kind, id=kind.name, marks=pytest.mark.xdist_group(kind.name)) for kind in types
    ]
    return pytest.mark.parametrize("kind", kinds)


def view_of(path: str) -> type | None:
    """The view of a path, if it is a class; None if nothing stands there."""
    try:
        return getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None


def test_every_public_view_has_a_page_type():
    views = {
        one.view.view_class
        for one in addresses()
        if not (one.of_api or one.written.startswith("/admin/")) and hasattr(one.view, "view_class")
    }
    # Some pages are for who has signed in, or stand in the middle of a way.
    types = [*PUBLIC, *(kind for kind in ALL if not kind.address.startswith("/admin/"))]
    paths_listed = {without_language(kind.address.partition("?")[0]) for kind in types}
    # A number or a key stands for those that an address holds.
    paths = {re.sub(r"{\w+}", str(value), path) for path in paths_listed for value in (1, uuid4())}

    visited = {view_of(path) for path in {*paths, *ON_THE_WAY}}
    assert views == visited - {None}


@every(ALL)
def test_page_answers_as_it_should(visited, kind):
    status = visited(kind).status

    assert status == kind.status


@every(ALL)
def test_page_has_no_violation_that_axe_finds(visited, kind):
    violations = {way: problems for way, problems in visited(kind).violations.items() if problems}

    assert violations == {}


@every(ALL)
def test_page_logs_nothing_in_the_console_and_requests_nothing_elsewhere(visited, kind):
    seen = visited(kind)

    assert [seen.messages, seen.foreign] == [[], []]


@every(ALL)
def test_page_needs_no_scrolling_sideways_at_400_percent(visited, kind):
    assert visited(kind).too_wide["zoomed"] == []


@every(PUBLIC)
def test_page_has_every_mark_on_the_line_of_its_sentence(visited, kind):
    assert visited(kind).lone_marks == []


@every(PUBLIC)
def test_page_is_light(visited, kind):
    sizes = visited(kind).sizes

    assert sum(sizes.values()) <= kind.kilobytes * 1000, sizes


@every(PUBLIC)
def test_page_fits_on_paper_and_shows_all_and_only_what_is_of_use_there(visited, kind):
    seen = visited(kind)

    assert [seen.too_wide["print"], seen.not_printed, seen.printed_controls] == [[], [], []]


@every([kind for at, kind in enumerate(PUBLIC) if WHOLE or at % 4 == 0 or kind.only_with_scripts])
def test_page_reads_the_same_without_scripts(visited, open_page, kind):
    with override(kind.language):
        only_with_scripts = gettext(kind.only_with_scripts) if kind.only_with_scripts else ""
    with open_page(kind, java_script_enabled=False) as page:
        assert lines_of(page.inner_text("body")) == [
            line for line in lines_of(visited(kind).text) if line != only_with_scripts
        ]


def test_html_checker_finds_no_error(checked):
    assert checked == []
