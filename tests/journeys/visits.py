"""A visit: a page looked at in every way at once, because loading it is what takes the time."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
)

from .tools import AXE

WIDE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
ZOOMED = ViewportSize(width=320, height=256)
"""What is left of 1280 by 1024 pixels at 400 % (WCAG 2.2, 1.4.10)."""
SHEET = ViewportSize(width=718, height=1047)
"""A4 within margins of one centimetre, at the 96 dots per inch of CSS."""

EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe has rules for, the size of targets (WCAG 2.2) included, which it leaves out unasked."""

RUN_AXE = """async (options) => {
  // What axe loads beforehand, to read styles from elsewhere, the policy forbids it.
  const found = await axe.run({ ...options, preload: false, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""

WIDER_THAN_THE_PAGE = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => element !== document.documentElement && element !== document.body
    && ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const within = (element) => element && (scrolls(element) || within(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    (element.getBoundingClientRect().right > width + 1
      || element.getBoundingClientRect().left < -1) && element.checkVisibility()
    && !within(element.parentElement));
  return document.documentElement.scrollWidth > width
    ? [`${document.documentElement.scrollWidth} > ${width}`,
       ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))]
    : [];
}"""

NOT_PRINTED = """() => [...document.querySelectorAll("main details")]
  .filter((details) => details.checkVisibility())
  .flatMap((details) => [...details.children])
  .filter((part) => part.localName !== "summary" && !part.checkVisibility(
    { contentVisibilityAuto: true, visibilityProperty: true }))
  .map((part) => part.outerHTML.slice(0, 160))"""

LONE_MARKS = """() => {
  const rect = (node, from) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (from !== undefined) range.setStart(node, from);
    return range.getBoundingClientRect();
  };
  const lone = [];
  let before = null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
    if (before && text.parentElement.closest(".mark")
        && rect(text).top > rect(before, before.data.trimEnd().length - 1).bottom)
      lone.push(`${before.data.slice(-30)} | ${text.data}`);
    before = text;
  }
  return lone;
}"""

ONLY_ON_SCREEN = ["form", "nav", "input", "button", "select"]
"""What is of no use on paper."""


@dataclass
class Visit:
    """What was seen on a page."""

    status: int = 0
    html: str = ""
    """As it was sent."""
    text: str = ""
    """As it is read, scripts at work."""
    violations: dict[str, list[str]] = field(default_factory=dict)
    """What axe finds: in light, dark, narrow, print."""
    too_wide: dict[str, list[str]] = field(default_factory=dict)
    """What does not fit, if the page has to be scrolled sideways: zoomed, print."""
    lone_marks: list[str] = field(default_factory=list)
    """Marks that stand on another line than the end of their sentence, on a phone or zoomed."""
    not_printed: list[str] = field(default_factory=list)
    """What is folded away on paper, where nobody can unfold it."""
    printed_controls: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    """What the console says, a breach of the content security policy for instance."""
    foreign: list[str] = field(default_factory=list)
    """Requests to elsewhere."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes over the wire, head and body, of each request."""


@contextmanager
def window(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a window with nothing remembered, unless `options` say otherwise."""
    context: BrowserContext = browser.new_context(**{"viewport": WIDE, **options})
    context.set_default_timeout(15_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def console_line(message: ConsoleMessage) -> str:
    """A message of the console with the address it is about."""
    return f"{message.text} ({message.location.get('url')})"


def axe_violations(page: Page, only: list[str] | None = None) -> list[str]:
    """The violations that axe finds on this page, by these rules or by all."""
    chosen = (
        {"type": "tag", "values": EVERYTHING} if only is None else {"type": "rule", "values": only}
    )
    broken_rules: list[str] = page.evaluate(RUN_AXE, {"runOnly": chosen})
    return broken_rules


WAYS = {
    "light": None,
    "dark": ["color-contrast"],
    "narrow": ["target-size"],
    "print": ["color-contrast"],
}
"""The ways in which axe checks a page, and the rules that can fail there alone."""
TURNS = (("light",), ("dark",), ("narrow",), ("light", "print"))
"""The ways that take turns: all rules check the first of each."""


def visit(
    browser: Browser, origin: str, address: str, ways: Collection[str] = tuple(WAYS), **options: Any
) -> Visit:
    """Look at an address of the site at `origin` and return what was seen.

    All rules of axe check it in the first of these `ways`; without one, none does. `options` are
    those of a window: who has signed in, for example.
    """
    first = next(iter(ways), None)
    seen = Visit()

    def run_axe(page: Page, way: str) -> None:
        if way in ways:
            seen.violations[way] = axe_violations(page, None if way == first else WAYS[way])

    with window(browser, **options) as page:
        requests: list[Request] = []
        page.on("request", lambda request: requests.append(request))
        page.on("pageerror", lambda error: seen.messages.append(str(error)))
        # Not its advice to developers, which it shows only on request.
        page.on(
            "console",
            lambda message: (
                message.type != "verbose" and seen.messages.append(console_line(message))
            ),
        )
        response: Response | None = page.goto(origin + address)
        assert response is not None
        seen.status, seen.html = response.status, response.text()
        if seen.status >= 400:
            # Of the page itself the browser says that its status is an error: as it should be.
            usual = f"Failed to load resource: the server responded with a status of {seen.status}"
            seen.messages = [one for one in seen.messages if not one.startswith(usual)]
        seen.foreign = [one.url for one in requests if not one.url.startswith(f"{origin}/")]
        for request in requests:
            if request.failure:  # nothing came, for instance because the policy forbade to ask
                continue
            size = request.sizes()
            seen.sizes[request.url.removeprefix(origin)] = (
                size["responseHeadersSize"] + size["responseBodySize"]
            )
        seen.text = page.inner_text("body")

        # A string that is evaluated, not a script of the page: the policy does not forbid it.
        if ways:
            page.evaluate(AXE.read_text())
        run_axe(page, "light")
        page.emulate_media(color_scheme="dark")
        run_axe(page, "dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        run_axe(page, "narrow")
        seen.lone_marks = page.evaluate(LONE_MARKS)
        page.set_viewport_size(ZOOMED)
        seen.lone_marks += page.evaluate(LONE_MARKS)
        seen.too_wide["zoomed"] = page.evaluate(WIDER_THAN_THE_PAGE)
        page.set_viewport_size(SHEET)
        page.emulate_media(media="print")
        run_axe(page, "print")
        seen.too_wide["print"] = page.evaluate(WIDER_THAN_THE_PAGE)
        seen.not_printed = page.evaluate(NOT_PRINTED)
        seen.printed_controls = [
            name for name in ONLY_ON_SCREEN if page.locator(name).locator("visible=true").count()
        ]
    return seen


ON_THE_WAY = {
    "/account/spreadsheets/00000000-0000-0000-0000-000000000000/",
    "/account/spreadsheets/00000000-0000-0000-0000-000000000000/problems.csv",
    "/organizations/sheet.csv",
    "/account/sign-in/code/",
    "/account/sign-in/second-factor/",
    "/account/sign-in/passkey/",
    "/account/address/code/",
    "/account/password/first/",
    "/account/password/forgotten/code/",
    "/account/password/forgotten/new/",
    "/account/confirm/passkey/",
    "/account/second-factor/app/",
    "/account/second-factor/app/remove/",
    "/account/second-factor/codes/",
    "/account/second-factor/codes/new/",
    "/account/second-factor/codes/download/",
    "/account/second-factor/passkeys/add/",
    "/account/second-factor/passkeys/1/name/",
    "/account/second-factor/passkeys/1/remove/",
    "/organizations/migrant-forum-in-asia/profile/answers/1/",
    "/organizations/migrant-forum-in-asia/profile/submitted/",
    "/review/duplicates/1/2/distinct/",
}


"""Pages that only these journeys reach. Two are none: a script and a disk read them."""


def check_page(page: Page, address: str) -> None:
    """Check the page that is open, and that it is the one that is meant."""
    assert re.fullmatch(f"https?://[^/]+{re.escape(address)}(\\?.*)?", page.url), page.url
    page.evaluate(AXE.read_text())
    assert axe_violations(page) == []
    size = page.viewport_size
    page.set_viewport_size(ZOOMED)
    assert page.evaluate(WIDER_THAN_THE_PAGE) == []
    assert size is not None
    page.set_viewport_size(size)


def press(page: Page, name: str) -> None:
    """Press a button of the page itself."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


QUEUE = "/review/"
