"""Entries stay fresh on a telephone: one click confirms one, two minutes attest forty members."""

import pytest
from playwright.sync_api import Page, Request, expect

from . import world
from .visits import window

WORDS_A_SECOND = 3
"""The speed of a slow reader."""
SECONDS_A_PRESS = 2
"""From the eye to the thumb."""


class Counted:
    """What a journey costs: presses, and bytes over the wire."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0
        self.requests: list[Request] = []
        page.on("requestfinished", self.note)

    def note(self, request: Request) -> None:
        """Keep a request that was answered."""
        self.requests.append(request)

    @property
    def bytes(self) -> int:
        """What all answers weigh until now; what the browser has kept weighs nothing."""
        return sum(max(0, one.sizes()["responseBodySize"]) for one in self.requests)

    def press(self, name: str) -> None:
        """Press a button of the page itself, from the keyboard."""
        button = self.page.get_by_role("main").get_by_role("button", name=name, exact=True)
        button.press("Enter")
        self.page.wait_for_load_state()
        self.presses += 1


def test_entry_is_confirmed_in_one_click(sites, browser):
    with window(browser, viewport={"width": 360, "height": 740}) as page:
        counted = Counted(page)
        page.goto(f"{sites.full.address}/confirm/{world.SECRETS[1]}/")
        counted.press("Yes, still right")

        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        page.goto(f"{sites.full.address}/organizations/long-name/")
        expect(page.locator(".freshness")).to_contain_text("Confirmed by itself in")
        print(f"one click: {counted.presses} press, {counted.bytes} bytes")
        assert counted.presses == 1
        again = page.goto(f"{sites.full.address}/confirm/{world.SECRETS[1]}/")
        assert again is not None
        assert again.status == 404


@pytest.mark.parametrize("doubtful", [0, 3])
def test_network_attests_forty_members_in_two_minutes(sites, browser, signed_in, doubtful):
    small = {"width": 360, "height": 740}
    with window(browser, storage_state=signed_in, viewport=small) as page:
        counted = Counted(page)
        page.goto(f"{sites.full.address}/organizations/{world.NETWORK}/attest/")
        assert page.get_by_role("group").count() >= world.MEMBERS
        # What is read are the names, once, and what stands before them.
        texts = page.locator("main legend, main h1, main .message > p").all_inner_texts()
        word_count = sum(len(text.split()) for text in texts)
        counted.press("All are still members")
        for number in range(doubtful):
            counted.presses += 1
            page.get_by_label("We do not know").nth(number).press("Space")
        counted.press("Send")
        expect(page.get_by_role("status")).to_contain_text("It is on your members’ pages")

        seconds = word_count / WORDS_A_SECOND + counted.presses * SECONDS_A_PRESS
        print(
            f"{world.MEMBERS} members: {counted.presses} presses, {counted.bytes} bytes,"
            f" {word_count} words, {seconds:.0f} s of a person"
        )
        assert seconds < 120
