"""What people do in more than one journey."""

from playwright.sync_api import Page

from tests.support.accounts import code_of_app

from . import world
from .server import Site


def sign_in(page: Page, site: Site) -> None:
    """Sign in as the editor of these tests, who lands in the admin."""
    page.goto(f"{site.address}/account/sign-in/")
    page.get_by_label("E-mail address").fill(world.EDITOR)
    page.get_by_label("Password").fill(world.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    show_code(page)
    page.wait_for_url(f"{site.address}/admin/")


def show_code(page: Page) -> None:
    """Show the code of the editor's app. Each serves once, and others sign in at the same time."""
    page.wait_for_url("**/second-factor/")
    steps = [0, 1, -1]
    while page.url.endswith("/second-factor/"):
        if not steps:
            page.wait_for_timeout(20_000)
            steps = [1, 0]
        page.get_by_label("Code").fill(code_of_app(steps=steps.pop(0)))
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
