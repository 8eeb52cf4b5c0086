"""Readers who correct something without an account, and a moderator with nothing but keys."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.visits import QUEUE

from . import world
from .keyboard import tab_to
from .people import sign_in
from .visits import PHONE, window

AT_THE_QUEUE = re.compile(r"/review/(\?|$)")


def press_with_alt(page: Page, key: str) -> None:
    """Press a key of the page's own. Chromium heeds the letter, which Playwright does not
    send.
    """
    session = page.context.new_cdp_session(page)
    pressed = {"modifiers": 1, "key": key, "text": key, "unmodifiedText": key}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "modifiers": 1, "key": key})
    session.send("Input.dispatchKeyEvent", {"type": "char", **pressed})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "modifiers": 1, "key": key})


def test_reader_on_a_phone_without_scripts_and_account_corrects_a_sentence(sites, browser):
    with window(browser, java_script_enabled=False, viewport=PHONE) as page:
        page.goto(f"{sites.full.address}/organizations/fiob/")
        page.get_by_role("link", name="Something is not right?").click()
        opened = time.monotonic()
        page.get_by_label("What is not right?").fill("The name.")
        page.get_by_label("What is the correct version?").fill("Another name.")
        page.get_by_label("How can we know?").fill("https://example.org/")
        page.wait_for_timeout(max(0, 3.2 - (time.monotonic() - opened)) * 1000)
        page.get_by_role("button", name="Send it to the editors").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("It has been sent")


def test_moderator_clears_ten_proposals_with_keys_only(sites, browser):
    with window(browser) as page:
        sign_in(page, sites.full)
        queue = f"{sites.full.address}{QUEUE}?label={world.TEN}"
        page.goto(queue)
        rows = page.locator(".queue tbody tr")
        expect(rows).to_have_count(10)
        pressed = 0

        for left in range(10, 0, -1):
            expect(rows).to_have_count(left)
            expect(rows.first.get_by_role("link").first).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_url("**/review/proposals/**")
            expect(page.get_by_text(world.TEN).first).to_be_visible()
            press_with_alt(page, "a")
            page.wait_for_url(AT_THE_QUEUE, timeout=60_000)
            pressed += 2

        expect(page.get_by_text("No results for these filters.")).to_be_visible()
        assert pressed == 20


def test_j_and_k_lead_through_the_queue(sites, browser):
    with window(browser) as page:
        sign_in(page, sites.full)
        page.goto(f"{sites.full.address}{QUEUE}")
        links = page.locator(".queue tbody th a")
        expect(links.first).to_be_focused()

        page.keyboard.press("j")
        expect(links.nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(links.first).to_be_focused()


def test_moderator_with_the_tab_key_takes_a_correction_and_changes_nothing(sites, browser):
    with window(browser) as page:
        sign_in(page, sites.full)
        page.goto(f"{sites.full.address}{QUEUE}?kind=correction")
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/corrections/**")
        tab_to(page, "Assign to me")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Release it")
        tab_to(page, "Why nothing is changed", most=8)
        page.keyboard.type("The source says otherwise.")
        tab_to(page, "Change nothing, and say why", most=2)
        page.keyboard.press("Enter")

        page.wait_for_url(AT_THE_QUEUE)
        expect(page.get_by_text("Rejected. We tell the reader why.")).to_be_visible()
