"""What people do in more than one journey."""

from playwright.sync_api import Page

from . import world
from .serving import Site


def sign_in(page: Page, site: Site) -> None:
    """Sign in as the editor of these tests, who comes to the desk."""
    page.goto(f"{site.address}/account/sign-in/")
    page.get_by_label("E-mail address").fill(world.EDITOR)
    page.get_by_label("Password").fill(world.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.address}/admin/")
