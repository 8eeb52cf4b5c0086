"""Upload a file and read what the page says about it."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orgs.access.account import Account
from tests.support.pages import Element, page_of

UPLOADS = "/account/spreadsheets/"


def browser_of(address: str) -> Client:
    """A browser in which an account without rights has signed in."""
    browser = Client()
    account = Account.objects.create_user(address)
    account.emailaddress_set.create(email=address, verified=True, primary=True)
    browser.force_login(account)
    return browser


def uploaded(browser: Client, content: bytes, name: str = "table.csv", **more: str):
    sent = {
        "file": SimpleUploadedFile(name, content),
        "address": "/sources/survey-2010/",
        "reason": "Why not.",
    }
    return browser.post(UPLOADS, {**sent, **more})


def shown(browser: Client, content: bytes, name: str = "table.csv"):
    """Upload a file and return the answer that tells what would become of it."""
    answer = uploaded(browser, content, name)
    return browser.get(answer.url) if answer.status_code == 302 else answer


def main_of(answer) -> Element:
    return page_of(answer).main


def grown() -> int:
    """How many bytes of memory this process has had at most since the last `settle`."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def settle() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return grown()
