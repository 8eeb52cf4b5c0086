"""A representative's hands on the profile forms of an organization."""

from django.test import Client

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.records.record import Record
from tests.support.pages import Page, page_of

PROFILE = "/organizations/mujeres-en-red/profile/"


class Hands:
    """A person at a browser: what a form holds, and what they change before they send it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.browser = Client()
        self.browser.force_login(account)

    def open(self, path: str) -> Page:
        """Return a page."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return page_of(answer)

    def fields(self, path: str) -> dict[str, list[str]]:
        """Return what the form of a page would send as it stands."""
        return fields_of(self.open(path))

    def send(self, path: str, fields: dict, **changed):
        """Send a form with some fields changed; return the answer."""
        return self.browser.post(path, {**fields, "go": "on", **changed})

    def type(self, path: str, **changed):
        """Open a page, change some fields and send it."""
        return self.send(path, self.fields(path), **changed)


def fields_of(page: Page) -> dict[str, list[str]]:
    """Return what the form of a page would send as it stands."""
    fields: dict[str, list[str]] = {}
    form = next(
        one for one in page.main.every("form") if one.every("input", name="key")
    )  # fmt: skip
    for one in form.every("input"):
        kind = one.attributes.get("type", "text")
        if kind not in ("checkbox", "radio") or "checked" in one.attributes:
            fields.setdefault(one.attributes["name"], []).append(one.attributes.get("value", ""))
    for one in form.every("textarea"):
        fields[one.attributes["name"]] = [one.exact.removeprefix("\n")]
    for one in form.every("select"):
        chosen = [o for o in one.every("option") if "selected" in o.attributes]
        chosen = chosen or one.every("option")[:1]
        fields[one.attributes["name"]] = [chosen[0].attributes["value"]]
    return fields


def body() -> Record:
    """Return the body."""
    return Record.objects.get(slug="mujeres-en-red")


def trust() -> None:
    """Let what representatives say go live at once."""
    Representative.objects.update(trusted=True)


def send(hands: Hands):
    """Look at what was typed and send it; return the answer."""
    return hands.type(f"{PROFILE}preview/", agreed="yes")
