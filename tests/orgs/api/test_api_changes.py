"""The feed of changes: a copy that follows it ends with exactly the catalogue."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.changes.merging import merge
from orgs.changes.revert import revert
from orgs.projection.entry import Entry, EntryChange
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.text import Text
from tests.support.example import add_records, example

COLLECTIONS = (
    "organizations",
    "campaigns",
    "gatherings",
    "instruments",
    "projects",
    "demands",
    "cases",
    "places",
    "sources",
    "terms",
    "arenas",
    "memberships",
)


@pytest.fixture
def api(client):
    """Ask the API: a path below /api/v1/, or a whole address, and the answer."""

    def ask(path: str):
        return client.get("/api/v1/" + path.split("/api/v1/")[-1])

    return ask


class Copy:
    """A partner's copy of the catalogue: it reads the feed, and the items the feed names."""

    def __init__(self, api) -> None:
        self.api = api
        self.items: dict[str, dict] = {}
        self.number: int | None = None

    def follow(self) -> None:
        """Read every change there is since the last time."""
        here = "changes/?limit=2" + ("" if self.number is None else f"&since={self.number}")
        while here:
            page = self.api(here).json()
            for change in page["results"]:
                for entry in change["entries"]:
                    self.take(entry)
                self.number = change["number"]
            here = page["next"]

    def take(self, entry: dict) -> None:
        """Do what the feed says about one entry."""
        if entry["state"] != "published":
            self.items.pop(entry["id"], None)
            return
        answer = self.api(entry["api_url"])
        # Gone or hidden since: the feed says so further on.
        if answer.status_code == 200:
            self.items[entry["id"]] = answer.json()


def catalogue(api) -> dict[str, dict]:
    """Return everything that the collections list."""
    items: dict[str, dict] = {}
    pages = [f"{name}/?limit=100" for name in COLLECTIONS]
    while pages:
        page = api(pages.pop()).json()
        items |= {one["id"]: one for one in page["results"]}
        pages += [page["next"]] if page["next"] else []
    return items


def accept(reason: str, *steps) -> Changeset:
    """Accept a proposal of these steps."""
    changeset = Changeset(reason=reason)
    for step in steps:
        step(changeset)
    return changeset.propose().accept()


def test_feed_tells_each_change_in_order_with_what_it_touched(write, api):
    body = write.record("organization", "body")
    accept("A better name.", lambda changeset: changeset.replace(Name.objects.get(), text="Better"))

    answer = api("changes/?since=1").json()

    entry = {
        "id": str(body.key),
        "kind": "organization",
        "state": "published",
        "api_url": f"/api/v1/organizations/{body.key}/",
    }
    assert [(one["number"], one["reason"], one["entries"]) for one in answer["results"]] == [
        (2, "", [entry]),
        (3, "A better name.", [entry]),
    ]
    at = str(Changeset.objects.get(number=3).decided_at).replace(" ", "T")
    assert answer["results"][1]["at"] == at.replace("+00:00", "Z")
    assert (answer["count"], answer["next"], answer["previous"]) == (2, None, None)


def test_feed_begins_with_what_the_catalogue_was_laid_down_with(db, api):
    answer = api("changes/").json()

    assert [(one["number"], one["at"]) for one in answer["results"]] == [(0, None)]
    assert [entry["id"] for entry in answer["results"][0]["entries"]] == [
        "membership",
        "space",
        "ngo",
        "media",
    ]


def test_feed_resumes_after_any_number(write, api):
    for number in range(5):
        write.record("organization", f"body-{number}")

    page = api("changes/?since=2&limit=2").json()
    rest = api(page["next"]).json()

    assert [one["number"] for one in page["results"]] == [3, 4]
    assert [one["number"] for one in rest["results"]] == [5, 6]
    assert rest["next"] is None
    assert api("changes/?since=6").json()["results"] == []


def test_one_change_is_read_by_its_number(write, api):
    write.record("organization", "body")

    assert api("changes/2/").json() == api("changes/?since=1").json()["results"][0]
    assert api("changes/3/").status_code == 404
    assert api("changes/two/").status_code == 404
    assert api(f"changes/{'9' * 5000}/").status_code == 404


def test_feed_is_silent_about_changes_of_what_is_not_public(write, api):
    body = write.record("organization", "body")
    write.say("text", body, text_kind="goal", body="secret", tier=1)

    assert [one["number"] for one in api("changes/?since=1").json()["results"]] == [2]
    assert api("changes/3/").status_code == 404
    assert api("changes/?since=3").status_code == 400


def test_copy_that_follows_the_feed_ends_with_the_catalogue(db, api):
    copy = Copy(api)
    copy.follow()
    records = example()
    source = Source.objects.get(key="own-mfa")
    mfa, mri, fiob = records["mfa"], records["mri"], records["fiob"]
    steps = [
        lambda: add_records("organization", 5),
        # Renamed: whatever mentions it is written anew, too.
        lambda: accept(
            "rename", lambda one: one.replace(Name.objects.get(text="Mexico"), text="México")
        ),
        lambda: accept("move", lambda one: one.change_record(records["kapatiran"], slug="kap")),
        lambda: accept(
            "leave", lambda one: one.retire(Membership.objects.get(record=mfa, partnership=mri))
        ),
        lambda: accept(
            "hide a place", lambda one: one.change_record(records["mx"], level="hidden")
        ),
        lambda: accept(
            "withdraw", lambda one: one.change_record(records["vote"], level="withdrawn")
        ),
        lambda: merge(fiob, records["kapatiran"]).propose().accept(),
        lambda: accept("hide a source", lambda one: one.restrict(source, 2)),
        lambda: accept("show it", lambda one: one.restrict(Source.objects.get(pk=source.pk), 0)),
        lambda: accept(
            "show the place",
            lambda one: one.change_record(Record.objects.get(slug="mx"), level="listed"),
        ),
        lambda: accept(
            "withhold a name", lambda one: one.change_record(mri, level="name_withheld")
        ),
        lambda: revert(Changeset.objects.get(reason="rename")).propose().accept(),
        lambda: accept("restrict", lambda one: one.restrict(Text.objects.get(record=mfa), 2)),
    ]

    for position, step in enumerate(steps):
        step()
        # A copy may follow at once or be away for a while.
        if position % 3 != 1:
            copy.follow()
            assert copy.items == catalogue(api)
    copy.follow()
    late = Copy(api)
    late.follow()

    assert copy.items == catalogue(api)
    assert late.items == copy.items
    assert len(copy.items) == Entry.objects.published().count()
    assert {entry.state for entry in Entry.objects.all()} == {"published", "merged", "gone"}
    states = EntryChange.objects.filter(state="gone").values_list("kind", flat=True)
    assert {"place", "campaign", "membership", "source"} <= set(states)


def test_feed_never_names_what_was_never_public(write, api):
    changeset = Changeset(reason="A body that must not be seen.")
    record = changeset.record("organization", "unseen")
    changeset.add("name", record, text="Unseen", source=write.source_id)
    changeset.change_record(record, level="hidden")
    changeset.propose().accept()

    everything = api("changes/").content.decode()

    assert str(record.key) not in everything
    assert "unseen" not in everything
    assert Record.objects.filter(slug="unseen").exists()


def test_copy_of_the_paper_ends_with_the_catalogue(paper, api):
    copy = Copy(api)

    copy.follow()

    assert copy.items == catalogue(api)
    assert len(copy.items) == Entry.objects.published().count()
