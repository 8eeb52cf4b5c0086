"""Whole ways through the catalogue, as people with a purpose go them."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from . import world
from .keyboard import tab_to
from .people import show_code, sign_in
from .visits import PHONE, window


def path(page: Page) -> str:
    """Where a window is, without host and question."""
    return urlsplit(page.url).path


# A researcher -----------------------------------------------------------------------------------


def test_researcher_without_scripts_goes_from_a_search_to_a_citation(sites, browser):
    with window(browser, java_script_enabled=False) as page:
        # A search over everything, then the list of one kind.
        page.goto(sites.full.address)
        page.get_by_role("search").get_by_role("searchbox").fill("migrant")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("migrant")
        page.get_by_role("main").get_by_role("link", name="Organizations", exact=True).click()
        assert path(page) == "/organizations/"
        before = page.get_by_role("main").locator(".card").count()

        # The list is narrowed, and says so in a sentence.
        page.get_by_role("group", name="Arena").get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Show").last.click()
        expect(page.get_by_role("status")).to_contain_text("in the arena")
        assert 0 < page.get_by_role("main").locator(".card").count() < before

        # An entry: the mark behind a sentence leads to its note, and the note to the source.
        page.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first.click()
        name = page.get_by_role("heading", level=1).locator("visible=true").inner_text()
        entry = page.url
        mark = page.get_by_role("link", name="Note 2: source")
        mark.click()
        note = page.locator(":target")
        expect(note).to_be_in_viewport()
        expect(note).to_have_attribute("id", page.url.partition("#")[2])
        note.get_by_role("link", name="Fox").click()
        assert path(page) == "/sources/fox-gois-2010/"
        expect(page.get_by_role("heading", level=1)).to_contain_text("Fox")

        # Back at the entry, the citation holds an address that shows the entry for ever so.
        page.goto(entry)
        page.get_by_role("link", name="Cite", exact=True).click()
        stable = page.locator(".citation").get_by_role("link").inner_text()
        page.goto(stable)
        expect(page.get_by_role("heading", level=1)).to_contain_text(name.split("\n")[0][:20])
        expect(page.get_by_role("status")).to_contain_text("as the catalogue knew it at change")


def test_researcher_on_a_phone_with_keys_only_reaches_the_source_of_a_sentence(sites, browser):
    with window(browser, viewport=PHONE) as page:
        page.goto(sites.full.address)
        tab_to(page, "Search organizations")
        page.keyboard.type("Migrant Forum in Asia")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?*")

        tab_to(page, "Migrant Forum in Asia")
        page.keyboard.press("Enter")
        page.wait_for_url("**/organizations/migrant-forum-in-asia/")

        tab_to(page, "Note 1: source")
        page.keyboard.press("Enter")
        page.wait_for_url("**#note-*")
        expect(page.locator(":target")).to_be_in_viewport()

        # The next stops are those of the note: back to the sentence, then its source.
        tab_to(page, "Back to the sentence of note 1", most=1)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sources/*/")
        expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


def test_reader_comes_back_from_a_note_to_the_sentence(sites, browser):
    with window(browser) as page:
        page.goto(f"{sites.full.address}/organizations/migrant-forum-in-asia/")
        mark = page.get_by_role("link", name="Note 9: source")
        mark.click()
        page.get_by_role("link", name="Back to the sentence of note 9", exact=True).click()

        expect(page.locator(":target")).to_be_in_viewport()
        expect(page.locator(":target").get_by_role("link", name="Note 9: source")).to_be_visible()


@pytest.mark.parametrize("slug", world.NAMES)
def test_name_in_any_script_is_found_and_marked_with_its_language(sites, browser, slug):
    name, language, _ = world.NAMES[slug]
    with window(browser, viewport=PHONE) as page:
        page.goto(f"{sites.full.address}/search/")
        page.get_by_role("main").get_by_role("searchbox").fill(name)
        page.keyboard.press("Enter")
        # The own source of an organization has its name, too, and comes after it.
        page.get_by_role("heading", level=3).get_by_role("link", name=name).first.click()

        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(name)
        called = heading.locator("bdi").first
        assert (called.get_attribute("lang") or "").split("-")[0] == language.split("-")[0]
        assert called.evaluate("one => getComputedStyle(one).direction") == (
            "rtl" if language == "ar" else "ltr"
        )


def test_title_stands_as_close_in_any_language(sites, browser):
    with window(browser) as page:
        page.goto(f"{sites.full.address}/organizations/long-name/")
        heading = page.get_by_role("heading", level=1)

        line = "one => getComputedStyle(one).lineHeight"
        assert heading.locator("bdi").first.evaluate(line) == heading.evaluate(line)


def test_nothing_in_arabic_is_slanted(sites, browser):
    with window(browser) as page:
        page.goto(f"{sites.full.address}/ar/places/is/")

        expect(page.locator(".nothing").first).to_have_css("font-style", "normal")
        page.goto(f"{sites.full.address}/places/is/")
        expect(page.locator(".nothing").first).to_have_css("font-style", "italic")


# An editor ---------------------------------------------------------------------------------------


def rename(page: Page, old: str, new: str) -> None:
    """Replace a name on the screen of its record, with keys only, and see that it was saved."""
    tab_to(page, old)  # the sentence, which unfolds
    page.keyboard.press("Enter")
    tab_to(page, "Text", most=5)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(new)
    tab_to(page, "Why")
    page.keyboard.type("It has another name now.")
    tab_to(page, "Save", most=3)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as change")).to_be_visible()


def test_editor_on_a_phone_with_keys_only_changes_a_name(sites, browser):
    with window(browser, viewport=PHONE) as page:
        page.goto(sites.full.address)
        tab_to(page, "Sign in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/sign-in/")
        tab_to(page, "E-mail address")
        page.keyboard.type(world.EDITOR)
        tab_to(page, "Password", most=1)
        page.keyboard.type(world.PASSWORD)
        page.keyboard.press("Enter")
        show_code(page)
        page.wait_for_url("**/admin/")

        page.goto(f"{sites.full.address}/admin/orgs/organization/?q={world.TO_BE_RENAMED}")
        tab_to(page, "To be renamed")
        page.keyboard.press("Enter")
        page.wait_for_url("**/change/*")
        rename(page, "To be renamed", "Renamed by keys")

        page.goto(f"{sites.full.address}/organizations/{world.TO_BE_RENAMED}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Renamed by keys")


def test_editor_without_scripts_changes_a_name(sites, browser):
    with window(browser, java_script_enabled=False) as page:
        sign_in(page, sites.full)
        page.goto(f"{sites.full.address}/admin/orgs/organization/?q={world.NAMED_WITHOUT_SCRIPTS}")
        page.get_by_role("link", name="Named without scripts").first.click()
        rename(page, "Named without scripts", "Renamed without scripts")

        page.goto(f"{sites.full.address}/organizations/{world.NAMED_WITHOUT_SCRIPTS}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Renamed without scripts")


# Anybody ----------------------------------------------------------------------------------------


def test_wrong_value_leads_to_its_field(sites, browser):
    with window(browser) as page:
        page.goto(f"{sites.full.address}/organizations/?as_of=soon")
        page.get_by_role("alert").get_by_role("link").first.click()
        field = page.locator(":target")

        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("2010")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("2010")
        assert page.get_by_role("alert").count() == 0
