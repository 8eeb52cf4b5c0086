"""A representative edits a profile: on a phone, with and without scripts, and over a poor line."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.journeys.visits import check_page

from . import world
from .people import show_code
from .visits import PHONE, window

EMPTY = f"/organizations/{world.REPRESENTED[1]}/profile/"
ABOUT = "/organizations/long-name/profile/about/"
TEXT = "Somos mujeres migrantes que nos organizamos."


def sign_in_and_open(page: Page, address: str, who: str = world.REPRESENTATIVE) -> None:
    """Sign in and go to a page."""
    page.goto(f"{address}/account/sign-in/")
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(world.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    if who == world.EDITOR:
        show_code(page)
    page.wait_for_load_state()


def weight_of(answer: Response) -> int:
    """The bytes of a page as it comes over the wire; 0 for anything else."""
    page = answer.request.resource_type == "document" and answer.status == 200
    return int(answer.headers.get("content-length", 0)) if page else 0


@pytest.fixture
def phone(sites, browser) -> Iterator[Page]:
    """A phone on which a representative has signed in."""
    with window(browser, viewport=PHONE) as page:
        sign_in_and_open(page, sites.full.address)
        yield page


def test_first_profile_on_a_phone_without_scripts(sites, browser):
    weighed: list[int] = []
    clicks = fields = 0
    with window(browser, viewport=PHONE, java_script_enabled=False) as page:
        sign_in_and_open(page, sites.full.address)
        page.on("response", lambda answer: weighed.append(weight_of(answer)))
        page.goto(f"{sites.full.address}{EMPTY}")
        for name, typed in (
            ("names", {"#id_name-0": "Women in Network", "#id_name-1": "Mujeres en Red"}),
            ("about", {"#id_text\\.en": "We are migrant women.", "#id_founded": "1994"}),
            ("where", {"#id_seat": "Manila", "input[name=acts_in] >> nth=0": "Philippines"}),
            ("what", {}),
            ("reach", {"input[name=link] >> nth=0": "example.org"}),
        ):
            assert page.url.endswith(f"{EMPTY}{name}/")
            for where, text in typed.items():
                page.locator(where).fill(text)
                fields += 1
            if name == "names":
                page.locator("#id_name-1-language").select_option("es")
                fields += 1
            if name == "what":
                page.locator("input[name=arena]").first.check()
                clicks += 1
            button = "Preview and submit" if name == "reach" else "Save and continue"
            page.get_by_role("button", name=button, exact=True).click()
            clicks += 1
        assert page.url.endswith(f"{EMPTY}preview/")
        expect(page.get_by_role("main")).to_contain_text("This is a preview.")
        page.get_by_label("We agree.").check()
        page.get_by_role("button", name="Submit and publish").click()
        clicks += 2
        expect(page.get_by_role("main")).to_contain_text("Your changes are public")
        page.goto(f"{sites.full.address}/organizations/{world.REPRESENTED[1]}/")
        expect(page.get_by_role("main")).to_contain_text("We are migrant women.")
    pages = [size for size in weighed if size]
    print(f"screens 6, fields {fields}, clicks {clicks}, bytes of pages {sum(pages)}: {pages}")
    assert max(pages) <= 60_000


def test_text_is_saved_by_itself_and_comes_back(sites, browser, phone):
    phone.goto(f"{sites.full.address}{ABOUT}")
    phone.locator("textarea").first.fill(TEXT)
    expect(phone.locator("#saved")).to_contain_text("Saved just now", timeout=30_000)

    phone.goto(f"{sites.full.address}{ABOUT}")

    expect(phone.locator("textarea").first).to_have_value(TEXT)
    assert phone.evaluate("Object.keys(localStorage)") == []


def test_text_outlasts_a_line_that_breaks_and_a_closed_tab(sites, phone):
    def broken(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    phone.goto(f"{sites.full.address}{ABOUT}")
    phone.route("**/profile/**", broken)
    phone.locator("#id_founded").fill("1987")
    expect(phone.locator("#saved")).to_contain_text("stored in this browser", timeout=30_000)
    phone.goto("about:blank")
    phone.unroute("**/profile/**")

    phone.goto(f"{sites.full.address}{ABOUT}")

    expect(phone.locator("#id_founded")).to_have_value("1987")
    # By the tab as it closed, or by the page just opened: the line may have been back in time.
    expect(phone.locator("#saved")).to_contain_text("Saved", timeout=30_000)
    assert phone.evaluate("Object.keys(localStorage)") == []
    phone.goto(f"{sites.full.address}{ABOUT}")
    expect(phone.locator("#id_founded")).to_have_value("1987")


def test_text_outlasts_a_session(sites, phone):
    phone.goto(f"{sites.full.address}{ABOUT}")
    phone.locator("#id_founded").fill("1986")
    phone.context.clear_cookies()
    phone.get_by_role("button", name="Save and leave").click()
    expect(phone.get_by_role("main")).to_contain_text("Your text is saved")
    phone.get_by_label("E-mail address").fill(world.REPRESENTATIVE)
    phone.get_by_label("Password").fill(world.PASSWORD)
    phone.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    expect(phone.locator("#id_founded")).to_have_value("1986")


def test_pages_in_the_middle_of_the_way_can_be_read_by_everybody(sites, phone):
    profile = "/organizations/migrant-forum-in-asia/profile/"
    phone.goto(f"{sites.full.address}{profile}answers/")
    phone.get_by_role("link", name="Answer statement").first.click()
    number = phone.url.rstrip("/").rpartition("/")[2]
    check_page(phone, f"{profile}answers/{number}/")
    phone.get_by_label("It is not true").check()
    phone.get_by_role("button", name="Preview and submit").click()
    check_page(phone, f"{profile}preview/")
    phone.get_by_label("We agree.").check()
    phone.get_by_role("button", name="Submit and publish").click()
    check_page(phone, f"{profile}submitted/")
