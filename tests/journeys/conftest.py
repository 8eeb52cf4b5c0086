"""The catalogue served for real, and a browser before it; both end with the tests of this folder.

Not with the session: as long as Playwright runs, its event loop keeps Django in the same thread
from asking the database, and other tests do nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.conftest import connected_to, copied, dropped

from . import tools, world
from .page_types import ALL, WHOLE, PageType
from .people import sign_in
from .server import Site, served
from .visits import TURNS, WAYS, Visit, visit, window


class Served(NamedTuple):
    """Both catalogues: the paper's with more, and one in which nothing is yet."""

    full: Site
    empty: Site
    numbers: dict[str, object]
    longest: list[str]
    """The longest pages of the full one."""


@pytest.fixture(scope="package")
def sites(paper_database: str, django_db_blocker) -> Iterator[Served]:
    """The served catalogues."""
    tools.chromium()  # nothing needs to be served without a browser
    with django_db_blocker.unblock():
        empty = copied(connection.settings_dict["NAME"])
        full = copied(paper_database)
        with connected_to(full):
            numbers = world.add_to_the_paper()
            longest = world.longest_pages()
        connection.close()
    with served(full, empty) as (first, second):
        yield Served(first, second, numbers, longest)
    with django_db_blocker.unblock():
        dropped(full)
        dropped(empty)


@pytest.fixture(scope="package")
def browser(sites: Served) -> Iterator[Browser]:
    """The one browser. Every test opens a window of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site_of(sites: Served) -> Callable[[PageType], Site]:
    """A function that returns the catalogue in which a page is looked at."""
    return lambda kind: sites.empty if kind.catalogue == "empty" else sites.full


@pytest.fixture(scope="package")
def signed_in(sites: Served, browser: Browser) -> StorageState:
    """What the browser of an editor who has signed in remembers."""
    with window(browser) as page:
        sign_in(page, sites.full)
        return page.context.storage_state()


@pytest.fixture(scope="package")
def options_of(signed_in: StorageState) -> Callable[[PageType], dict[str, Any]]:
    """A function that returns with what a window must be opened to look at a page."""
    return lambda kind: {"storage_state": signed_in} if kind.editors else {}


@pytest.fixture(scope="package")
def address_of(sites: Served) -> Callable[[PageType], str]:
    """A function that returns the path of a page."""
    return lambda kind: kind.address.format(**sites.numbers)


@pytest.fixture(scope="package")
def open_page(browser: Browser, site_of, options_of, address_of) -> Callable[[PageType], Any]:
    """A function that opens a page in a window of its own, for as long as it is looked at."""

    @contextmanager
    def open_page(kind: PageType, **options: Any) -> Iterator[Page]:
        with window(browser, **options_of(kind), **options) as page:
            page.goto(site_of(kind).address + address_of(kind))
            yield page

    return open_page


@pytest.fixture(scope="package")
def visited(browser: Browser, site_of, options_of, address_of) -> Callable[[PageType], Visit]:
    """A function that returns what is seen on a page. Each is visited once, for all tests.

    Axe checks types of page in turns: light, dark, narrow, and light and printed; of those for
    people who have signed in, every other four. The languages take turns, too.
    With MCS_BROWSER_ALL it checks each in every way and language.
    """
    seen: dict[str, Visit] = {}

    def visited(kind: PageType) -> Visit:
        if kind.name not in seen:
            origin = site_of(kind).address
            turn = ALL.index(kind)
            ways = tuple(WAYS) if WHOLE else TURNS[turn % len(TURNS)]
            if kind.editors and turn // len(TURNS) % 2 and not WHOLE:
                ways = ()
            seen[kind.name] = visit(browser, origin, address_of(kind), ways, **options_of(kind))
        return seen[kind.name]

    return visited


@pytest.fixture(scope="package")
def checked(browser: Browser, site_of, options_of, address_of, tmp_path_factory) -> list[str]:
    """What the HTML checker finds wrong with all pages: it is started once, for that takes long."""
    folder = tmp_path_factory.mktemp("pages")
    java = tools.java()
    for kind in ALL:
        # Asked for without a window: this process need not have visited it.
        with closing(browser.new_context(**options_of(kind))) as context:
            page = context.request.get(site_of(kind).address + address_of(kind))
            (folder / f"{kind.name}.html").write_text(page.text())
    return tools.check_html(java, folder)
