"""A representative who edits the profile of an organization in a browser."""

from django.test import Client

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.records.record import Record
from tests.support.pages import Page, page_of

PROFILE = "/organizations/mujeres-en-red/profile/"


class ProfileEditor:
    """A signed-in browser, with what its forms hold and what is changed before they are sent."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.browser = Client()
        self.browser.force_login(account)

    def open(self, path: str) -> Page:
        response = self.browser.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return page_of(response)

    def fields(self, path: str) -> dict[str, list[str]]:
        """What the form of a page would send unchanged."""
        return fields_of(self.open(path))

    def send(self, path: str, fields: dict, **changed):
        """Send a form with some fields changed."""
        return self.browser.post(path, {**fields, "go": "on", **changed})

    def type(self, path: str, **changed):
        """Open a page, change some fields and send it."""
        return self.send(path, self.fields(path), **changed)


def fields_of(page: Page) -> dict[str, list[str]]:
    """What the form of a page would send unchanged."""
    fields: dict[str, list[str]] = {}
    form = next(
        form for form in page.main.every("form") if form.every("input", name="key")
    )  # fmt: skip
    for element in form.every("input"):
        attributes = element.attributes
        if attributes.get("type", "text") not in ("checkbox", "radio") or "checked" in attributes:
            fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    for element in form.every("textarea"):
        fields[element.attributes["name"]] = [element.exact.removeprefix("\n")]
    for element in form.every("select"):
        options = element.every("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        fields[element.attributes["name"]] = [chosen[0].attributes["value"]]
    return fields


def organization() -> Record:
    return Record.objects.get(slug="mujeres-en-red")


def trust_representatives() -> None:
    """Make proposals of representatives count as trusted: accepted at once."""
    Representative.objects.update(trusted=True)


def submit(editor: ProfileEditor):
    """Preview the draft and submit it."""
    return editor.type(f"{PROFILE}preview/", agreed="yes")
