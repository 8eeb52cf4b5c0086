"""From an invitation to a first profile that is public, on a phone: what it takes is counted."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response, expect

from tests.journeys.visits import QUEUE, check_page, press

from . import world
from .people import sign_in
from .visits import PHONE, window

OFFICE = "office@khmer.example"
NAME = "Association of Khmer Migrant Workers"
TEXT = (
    "We are migrant workers from Cambodia who stand by each other abroad: with advice in our own "
    "language, a fund for emergencies and a seat where rules about us are made."
)
READ, TYPED = 200, 30
"""Words that a person reads, and types on a phone, in a minute."""
LINES = """() => {
    const main = document.querySelector("main");
    const lists = new Set([...main.querySelectorAll("option")].map((one) => one.text.trim()));
    const lines = main.innerText.split("\\n").map((line) => line.trim());
    return lines.filter((line) => !lists.has(line));
}"""
"""The lines that stand on a screen, without what a list holds that nobody opens."""


class Walk:
    """What a person does from screen to screen, counted as they go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.screens: list[str] = []
        self.weight = self.fields = self.clicks = self.typed = 0
        self.lines: set[str] = set()
        self.read: list[int] = []
        page.on("response", self.note)

    def note(self, answer: Response) -> None:
        """Count an answer: its bytes over the wire, and a screen if it is one."""
        self.weight += int(answer.headers.get("content-length", 0))
        if answer.request.is_navigation_request() and answer.status == 200:
            self.screens.append(urlsplit(answer.url).path)

    def arrive(self, address: str) -> None:
        """Judge the screen that is open, and read all that did not stand on one before."""
        self.page.wait_for_url(re.compile(rf"{re.escape(address)}(\?.*)?$"))
        check_page(self.page, address)
        new = set(self.page.evaluate(LINES)) - self.lines
        self.lines |= new
        self.read.append(sum(len(line.split()) for line in new))

    def type(self, field: Locator, text: str) -> None:
        """Fill in a field."""
        field.fill(text)
        self.fields += 1
        self.typed += len(text.split())

    def press(self, name: str) -> None:
        """Press a button of the page."""
        press(self.page, name)
        self.clicks += 1

    @property
    def minutes(self) -> float:
        """How long it takes to read and to type that much."""
        return sum(self.read) / READ + self.typed / TYPED


def invite(page: Page, address: str) -> None:
    """Invite an address as the editor to represent an organization."""
    page.goto(f"{address}/admin/orgs/record/?q=khmer-name")
    page.get_by_role("main").get_by_role("link", name=world.NAMES["khmer-name"][0]).click()
    page.get_by_role("link", name="Representatives of the organization").click()
    page.get_by_label("E-mail address").fill(OFFICE)
    page.get_by_label("Evidence").fill("We have called the number on their website.")
    page.get_by_label("I verified this independently of the address").check()
    press(page, "Invite")
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()


def test_from_an_invitation_to_a_first_profile_in_eight_screens_on_a_phone(sites, browser):
    site = sites.full
    profile = "/organizations/khmer-name/profile/"
    with window(browser) as moderator_page:
        sign_in(moderator_page, site)
        invite(moderator_page, site.address)
    link = re.findall(r"\S+(/claims/invitation/\S+/)", site.message_to(OFFICE))[0]

    with window(browser, viewport=PHONE) as page:
        walk, main = Walk(page), page.get_by_role("main")
        page.goto(f"{site.address}{link}")
        walk.arrive(link)
        main.get_by_role("link", name="Sign up").click()
        walk.clicks += 1
        walk.arrive("/account/sign-up/")
        walk.type(page.get_by_label("E-mail address"), OFFICE)
        walk.press("Send me a code")
        walk.arrive("/account/address/code/")
        code = re.findall(r"[A-Z]{4}-[A-Z]{4}", site.message_to(OFFICE))[-1]
        walk.type(page.get_by_label("Code"), code)
        walk.press("Go on")
        walk.arrive(link)
        walk.press("Accept the invitation")
        walk.arrive(f"{profile}names/")
        expect(main).to_contain_text("You now represent")
        walk.type(page.locator("#id_name-0"), NAME)
        walk.press("Save and continue")
        walk.arrive(f"{profile}about/")
        walk.type(page.locator("textarea").first, TEXT)
        walk.type(page.locator("#id_founded"), "1994")
        walk.press("Preview and submit")
        walk.arrive(f"{profile}preview/")
        expect(main).to_contain_text(TEXT)
        page.get_by_label("We agree.").check()
        walk.press("Submit for review")
        walk.arrive(f"{profile}submitted/")
        walk.clicks += 1

    with window(browser) as moderator_page:
        sign_in(moderator_page, site)
        moderator_page.goto(f"{site.address}{QUEUE}")
        row = (
            moderator_page.locator(".queue tbody tr").filter(has_text="updated its own page").first
        )
        row.get_by_role("link").first.click()
        expect(moderator_page.get_by_role("main")).to_contain_text(NAME)
        press(moderator_page, "Accept all")
        moderator_page.goto(f"{site.address}/organizations/khmer-name/")
        expect(moderator_page.get_by_role("main")).to_contain_text(TEXT)

    print(
        f"{len(walk.screens)} screens, {walk.fields} fields, {walk.clicks} clicks, {walk.weight} "
        f"bytes; {walk.read} words read, {walk.typed} typed: {walk.minutes:.1f} minutes"
    )
    assert len(walk.screens) <= 8, walk.screens
    assert walk.minutes <= 5
