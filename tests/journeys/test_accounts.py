"""From signing up to the review pages, with mail, app and passkey; every page is checked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.visits import check_page, press
from tests.support.accounts import code_of_app

from . import world
from .people import sign_in
from .visits import window

NEW = "new@example.org"
PASSWORD = "quite another password"


def follow(page: Page, name: str) -> None:
    """Follow a link of the page itself."""
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


@pytest.fixture
def code_to(sites) -> Callable[[str], str]:
    """A function that reads the code in the last message to an address."""
    return lambda address: re.findall(r"[A-Z]{4}-[A-Z]{4}", sites.full.message_to(address))[-1]


def with_passkeys(page: Page) -> None:
    """Give the browser a device that holds passkeys and asks nobody for a finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_from_signing_up_to_a_passkey_and_back_in_with_it_alone(sites, browser, code_to):
    with window(browser) as page:
        messages: list[str] = []
        page.on(
            "console", lambda message: message.type == "error" and messages.append(message.text)
        )
        with_passkeys(page)
        page.goto(f"{sites.full.address}/account/sign-in/")
        follow(page, "Sign up")
        page.get_by_label("E-mail address").fill(NEW)
        page.get_by_label("Display name").fill("La Golondrina")
        press(page, "Send me a code")
        check_page(page, "/account/address/code/")
        page.get_by_label("Code").fill(code_to(NEW))
        press(page, "Go on")
        expect(page.get_by_role("status")).to_have_text("Your address is confirmed.")

        follow(page, "Set a password")
        check_page(page, "/account/password/first/")
        page.get_by_label("New password").fill(PASSWORD)
        press(page, "Set this password")

        follow(page, "An app, passkeys and codes on paper")
        follow(page, "Add a passkey")
        check_page(page, "/account/confirm/")
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Go on")
        check_page(page, "/account/second-factor/passkeys/add/")
        page.get_by_label("Name").fill("My phone")
        press(page, "Add a passkey")
        page.wait_for_url("**/second-factor/codes/")
        check_page(page, "/account/second-factor/codes/")
        with page.expect_download() as file:
            page.get_by_role("link", name="As a file").click()
        assert len(file.value.path().read_text().split()) == 10
        follow(page, "Make new codes")
        check_page(page, "/account/second-factor/codes/new/")
        press(page, "Make new codes")
        follow(page, "Back to the second factor")
        check_page(page, "/account/second-factor/")
        follow(page, "Rename My phone")
        check_page(page, "/account/second-factor/passkeys/{}/name/".format(page.url.split("/")[-3]))
        page.get_by_label("Name").fill("My old phone")
        press(page, "Save")
        expect(page.get_by_role("main")).to_contain_text("My old phone")

        page.goto(f"{sites.full.address}/account/")
        press(page, "Sign out")
        page.goto(f"{sites.full.address}/account/sign-in/")
        press(page, "With a passkey")
        page.wait_for_url("**/account/")
        expect(page.get_by_label("Display name")).to_have_value("La Golondrina")

        press(page, "Sign out")
        page.goto(f"{sites.full.address}/account/sign-in/")
        page.get_by_label("E-mail address").fill(NEW)
        press(page, "Send me a code")
        check_page(page, "/account/sign-in/code/")
        page.get_by_label("Code").fill(code_to(NEW))
        press(page, "Go on")
        check_page(page, "/account/sign-in/second-factor/")
        press(page, "With a passkey")
        page.wait_for_url("**/account/")

        page.goto(f"{sites.full.address}/account/confirm/passkey/?next=/account/second-factor/")
        check_page(page, "/account/confirm/passkey/")
        press(page, "With a passkey")
        page.wait_for_url("**/account/second-factor/")
        follow(page, "Remove My old phone")
        check_page(
            page, "/account/second-factor/passkeys/{}/remove/".format(page.url.split("/")[-3])
        )
        press(page, "Remove the passkey")
        expect(page.get_by_role("main")).not_to_contain_text("My old phone")
        follow(page, "Set up an app")
        check_page(page, "/account/second-factor/app/")
        page.get_by_label("Code").fill(code_of_app(page.locator("main code").inner_text()))
        press(page, "Set up the app")
        page.wait_for_url("**/second-factor/codes/")
        page.goto(f"{sites.full.address}/account/second-factor/app/remove/")
        check_page(page, "/account/second-factor/app/remove/")
        press(page, "Remove the app")

        page.goto(f"{sites.full.address}/account/")
        press(page, "Sign out")
        page.goto(f"{sites.full.address}/account/password/forgotten/")
        page.get_by_label("E-mail address").fill(NEW)
        press(page, "Send me a code")
        check_page(page, "/account/password/forgotten/code/")
        page.get_by_label("Code").fill(code_to(NEW))
        press(page, "Go on")
        check_page(page, "/account/password/forgotten/new/")
        page.get_by_label("New password").fill("a third long password")
        press(page, "Set this password")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your new password is set")
        assert messages == []


def test_editor_without_scripts_comes_in_and_signs_out_elsewhere(sites, browser):
    with window(browser, java_script_enabled=False) as page:
        sign_in(page, sites.full)
        page.goto(f"{sites.full.address}/account/sessions/")
        expect(page.get_by_role("main")).to_contain_text("here")
        expect(page.get_by_role("button", name="With a passkey")).to_have_count(0)
        assert world.EDITOR in page.goto(f"{sites.full.address}/account/").text()
