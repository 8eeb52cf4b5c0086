"""The feed of changes: a copy that follows it ends with exactly the catalogue."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
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
    """GET a path below /api/v1/ or a full address."""

    def get(path: str):
        return client.get("/api/v1/" + path.split("/api/v1/")[-1])

    return get


class Copy:
    """A partner's copy of the catalogue: it reads the feed, and the items the feed names."""

    def __init__(self, api) -> None:
        self.api = api
        self.items: dict[str, dict] = {}
        self.number: int | None = None

    def follow(self) -> None:
        """Read every change since the last one read."""
        here = "changes/?limit=2" + ("" if self.number is None else f"&since={self.number}")
        while here:
            page = self.api(here).json()
            for change in page["results"]:
                for entry in change["entries"]:
                    self.take(entry)
                self.number = change["number"]
            here = page["next"]

    def take(self, entry: dict) -> None:
        """Apply one entry of the feed."""
        if entry["state"] != "published":
            self.items.pop(entry["id"], None)
            return
        answer = self.api(entry["api_url"])
        # Gone or hidden since: the feed says so further on.
        if answer.status_code == 200:
            self.items[entry["id"]] = answer.json()


def catalogue(api) -> dict[str, dict]:
    """Items of all collections by id."""
    items: dict[str, dict] = {}
    pages = [f"{name}/?limit=100" for name in COLLECTIONS]
    while pages:
        page = api(pages.pop()).json()
        items |= {item["id"]: item for item in page["results"]}
        pages += [page["next"]] if page["next"] else []
    return items


def accept(reason: str, *operations) -> Changeset:
    changeset = Changeset(reason=reason)
    for operation in operations:
        operation(changeset)
    return changeset.propose().accept()


def test_feed_lists_each_change_in_order_with_its_entries(write, api):
    organization = write.record("organization", "body")
    accept("A better name.", lambda changeset: changeset.replace(Name.objects.get(), text="Better"))

    answer = api("changes/?since=1").json()

    entry = {
        "id": str(organization.key),
        "kind": "organization",
        "state": "published",
        "api_url": f"/api/v1/organizations/{organization.key}/",
    }
    assert [
        (change["number"], change["reason"], change["entries"]) for change in answer["results"]
    ] == [
        (2, "", [entry]),
        (3, "A better name.", [entry]),
    ]
    at = str(Changeset.objects.get(number=3).decided_at).replace(" ", "T")
    assert answer["results"][1]["at"] == at.replace("+00:00", "Z")
    assert (answer["count"], answer["next"], answer["previous"]) == (2, None, None)


def test_feed_begins_with_the_arenas(db, api):
    answer = api("changes/").json()

    assert [(change["number"], change["at"]) for change in answer["results"]] == [(0, None)]
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

    assert [change["number"] for change in page["results"]] == [3, 4]
    assert [change["number"] for change in rest["results"]] == [5, 6]
    assert rest["next"] is None
    assert api("changes/?since=6").json()["results"] == []


def test_one_change_is_read_by_its_number(write, api):
    write.record("organization", "body")

    assert api("changes/2/").json() == api("changes/?since=1").json()["results"][0]
    assert api("changes/3/").status_code == 404
    assert api("changes/two/").status_code == 404
    assert api(f"changes/{'9' * 5000}/").status_code == 404


def test_feed_leaves_out_changes_of_what_is_not_public(write, api):
    organization = write.record("organization", "body")
    write.say("text", organization, text_kind="goal", body="secret", tier=1)

    assert [change["number"] for change in api("changes/?since=1").json()["results"]] == [2]
    assert api("changes/3/").status_code == 404
    assert api("changes/?since=3").status_code == 400


def test_copy_that_follows_the_feed_ends_with_the_catalogue(db, api):
    copy = Copy(api)
    copy.follow()
    records = example()
    source = Source.objects.get(key="own-mfa")
    mfa, mri, fiob = records["mfa"], records["mri"], records["fiob"]
    changes = [
        lambda: add_records("organization", 5),
        # Renaming rewrites every entry that mentions it.
        lambda: accept(
            "rename",
            lambda changeset: changeset.replace(Name.objects.get(text="Mexico"), text="México"),
        ),
        lambda: accept(
            "move", lambda changeset: changeset.change_record(records["kapatiran"], slug="kap")
        ),
        lambda: accept(
            "leave",
            lambda changeset: changeset.retire(Membership.objects.get(record=mfa, partnership=mri)),
        ),
        lambda: accept(
            "hide a place", lambda changeset: changeset.change_record(records["mx"], level="hidden")
        ),
        lambda: accept(
            "withdraw",
            lambda changeset: changeset.change_record(records["vote"], level="withdrawn"),
        ),
        lambda: merge(fiob, records["kapatiran"]).propose().accept(),
        lambda: accept("hide a source", lambda changeset: changeset.restrict(source, 2)),
        lambda: accept(
            "show it", lambda changeset: changeset.restrict(Source.objects.get(pk=source.pk), 0)
        ),
        lambda: accept(
            "show the place",
            lambda changeset: changeset.change_record(
                Record.objects.get(slug="mx"), level="listed"
            ),
        ),
        lambda: accept(
            "withhold a name", lambda changeset: changeset.change_record(mri, level="name_withheld")
        ),
        lambda: revert(Changeset.objects.get(reason="rename")).propose().accept(),
        lambda: accept(
            "restrict", lambda changeset: changeset.restrict(Text.objects.get(record=mfa), 2)
        ),
    ]

    for position, make_change in enumerate(changes):
        make_change()
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


def test_feed_never_names_a_record_that_was_never_public(write, api):
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
