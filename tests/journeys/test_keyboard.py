"""Every page can be used with the Tab key: each stop is met once, in reading order, and is seen."""

import pytest

from .keyboard import walk
from .page_types import ALL, WHOLE

WALKED = ALL if WHOLE else ALL[::11]
"""Eleven and not twelve: after twelve pages the languages have had their turn."""


@pytest.mark.parametrize("kind", WALKED, ids=[kind.name for kind in WALKED])
def test_page_is_walked_by_keyboard_in_order_and_in_sight(open_page, kind):
    with open_page(kind) as page:
        made = walk(page)

    assert [made.out_of_order, made.problems] == [[], []]


def test_first_stop_leads_to_the_content(open_page):
    with open_page(ALL[0]) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.localName") == "main"
