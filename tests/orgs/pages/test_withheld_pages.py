"""Search engines keep no page of an entry whose name is withheld."""

import pytest
from django.test import Client
from django.urls import get_resolver

from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from tests.support.claims import account, client_of


def paths_with_a_slug() -> list[str]:
    """The path of every page that takes a slug and nothing else, with {} for it."""
    paths = []
    for options in get_resolver().reverse_dict.lists():
        for possibilities, *_ in options[1]:
            for path, names in possibilities:
                if names == ["slug"]:
                    paths.append("/" + path % {"slug": "{}"})
    return sorted(set(paths))


@pytest.fixture
def withheld(write) -> Record:
    record = write.record("organization", "luz", "Luz")
    changeset = Changeset()
    changeset.change_record(record, level=Level.NAME_WITHHELD)
    changeset.propose().accept()
    return Record.objects.get(pk=record.pk)


def test_every_page_of_a_withheld_name_says_noindex(write, withheld):
    write.record("organization", "sol", "Sol")
    representative = account("r@example.org")
    write.representative(withheld, "r@example.org")
    shown = {}
    for browser in (Client(), client_of(representative)):
        for path in paths_with_a_slug():
            answer = browser.get(path.format(withheld.key))
            if answer.status_code in (200, 403):
                shown[path] = answer.get("X-Robots-Tag")
    assert set(shown.values()) == {"noindex"}
    pages = {
        "/organizations/{}/" + tail for tail in ("", "history/", "cite/", "claim/", "profile/")
    }
    assert pages <= set(shown)
    assert "X-Robots-Tag" not in Client().get("/organizations/sol/")
