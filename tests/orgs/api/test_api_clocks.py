"""The two clocks of the API, `as_of` (valid time) and `known_at` (change), and the history."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.text import Text


@pytest.fixture
def api(client):
    """GET a path below /api/v1/."""
    return lambda path: client.get(f"/api/v1/{path}")


@pytest.fixture
def moved(write) -> Record:
    """An organization renamed in change 4, with a seat of 2001 to 2005 added in change 6."""
    organization = write.record("organization", "body", "First name")
    write.record("place", "mx", "Mexico")
    changeset = Changeset(reason="It has another name now.", label="names")
    changeset.replace(Name.objects.get(record=organization), text="Second name")
    changeset.propose().accept()
    write.record("organization", "another")
    place = Record.objects.get(slug="mx")
    write.say("presence", organization, place=place, role="seat", edtf="2001/2005")
    return organization


def test_known_at_answers_with_the_state_of_that_change(moved, api):
    known = {
        number: api(f"organizations/body/?known_at={number}").json() for number in (2, 4, 5, 6)
    }

    assert [known[number]["label"] for number in known] == ["First name"] + ["Second name"] * 3
    assert [len(known[number]["places"]) for number in known] == [0, 0, 0, 1]
    assert [known[number]["change"] for number in known] == [2, 4, 5, 6]


def test_known_at_takes_a_moment(moved, api):
    second = Changeset.objects.get(number=4).decided_at
    assert second is not None
    moment = second.isoformat().replace("+", "%2B")

    answer = api(f"organizations/body/?known_at={moment}&fields=label,change,updated").json()

    assert answer == {
        "label": "Second name",
        "change": 4,
        "updated": second.isoformat().replace("+00:00", "Z"),
    }


def test_known_at_before_the_record_is_not_found(moved, api):
    answer = api("organizations/body/?known_at=1")

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "This record was not in the catalogue at change 1. Its history lists its changes."
    )
    assert api("organizations/body/?known_at=2000-01-01T00:00:00Z").status_code == 404


def test_known_at_of_a_change_to_come_is_refused(moved, api):
    problem = api("organizations/body/?known_at=7").json()

    assert problem["errors"] == [
        {"field": "known_at", "detail": "There is no change 7 yet; the newest is 6."}
    ]


def test_known_at_hides_changes_that_are_not_public(moved, write, api):
    write.say("text", moved, text_kind="goal", body="secret", tier=2)

    problem = api("organizations/body/?known_at=7").json()
    today = api("organizations/body/?known_at=2100-01-01T00:00:00Z").json()

    assert problem["errors"][0]["detail"] == "There is no change 7 yet; the newest is 6."
    assert today["change"] == 6
    assert "secret" not in str(today)


def test_as_of_selects_the_statements_of_that_time(moved, api):
    seats = {
        year: len(api(f"organizations/body/?as_of={year}").json()["places"])
        for year in ("2000", "2001", "2005-12-31", "2006-01")
    }

    assert seats == {"2000": 0, "2001": 1, "2005-12-31": 1, "2006-01": 0}


def test_both_clocks_combine(moved, api):
    assert api("organizations/body/?as_of=2003&known_at=5").json()["places"] == []
    assert len(api("organizations/body/?as_of=2003&known_at=6").json()["places"]) == 1


def test_item_at_another_clock_has_the_parts_of_the_item_now(moved, api):
    now = api("organizations/body/").json()
    then = api("organizations/body/?as_of=2003&known_at=6").json()

    assert list(then) == list(now)


def test_history_lists_each_change_newest_first(moved, api):
    answer = api("organizations/body/history/").json()

    results = answer["results"]
    assert [change["number"] for change in results] == [6, 4, 2]
    assert [(change["reason"], change["label"]) for change in results] == [
        ("A test.", ""),
        ("It has another name now.", "names"),
        ("", ""),
    ]
    assert [[item["part"] for item in change["added"]] for change in results] == [
        ["places"],
        ["names"],
        ["names"],
    ]
    assert [[item["text"] for item in change["retired"]] for change in results] == [
        [],
        ["First name"],
        [],
    ]
    assert (answer["count"], answer["count_is"], answer["next"]) == (3, "exact", None)


def test_history_comes_in_pages(moved, api):
    first = api("organizations/body/history/?limit=2").json()
    second = api(first["next"].split("/api/v1/")[1]).json()

    assert [change["number"] for change in first["results"]] == [6, 4]
    assert [change["number"] for change in second["results"]] == [2]
    assert second["next"] is None


def test_history_as_known_leaves_out_what_came_later(moved, api):
    answer = api("organizations/body/history/?known_at=5").json()

    assert [change["number"] for change in answer["results"]] == [4, 2]


def test_history_leaves_out_what_is_not_public(moved, write, api):
    write.say("text", moved, text_kind="goal", body="secret", tier=2)
    shown = Presence.objects.get(record=moved)
    changeset = Changeset(reason="Not for everyone.")
    changeset.restrict(shown, Tier.REPRESENTATIVES)
    changeset.propose().accept()

    answer = api("organizations/body/history/").json()

    assert [change["number"] for change in answer["results"]] == [4, 2]
    assert "secret" not in str(answer)


@pytest.mark.parametrize("path", ["organizations/body/history/", "organizations/body/?known_at=3"])
def test_etag_changes_when_an_old_statement_is_hidden(write, client, path):
    organization = write.record("organization", "body")
    write.say("text", organization, text_kind="goal", body="First goal")
    changeset = Changeset(reason="Another goal.")
    changeset.replace(Text.objects.get(), body="Second goal")
    changeset.propose().accept()
    before = client.get(f"/api/v1/{path}")
    unchanged = client.get(f"/api/v1/{path}", headers={"If-None-Match": before["ETag"]})
    newest = client.get("/api/v1/organizations/")["ETag"]
    changeset = Changeset(reason="The first goal must be forgotten.")
    changeset.restrict(Text.objects.get(body="First goal"), Tier.REPRESENTATIVES)
    changeset.propose().accept()

    after = client.get(f"/api/v1/{path}", headers={"If-None-Match": before["ETag"]})

    assert unchanged.status_code == 304
    assert b"First goal" in before.content
    assert after.status_code == 200
    assert b"First goal" not in after.content
    assert client.get("/api/v1/organizations/")["ETag"] == newest


def test_sources_and_terms_have_no_history(write, api):
    assert api("sources/survey-2010/").status_code == 200
    assert api("sources/survey-2010/history/").status_code == 404
    assert api("terms/form:network/history/").status_code == 404


def test_list_as_of_a_day_has_what_existed_then(write, api):
    old, new = write.record("organization", "old"), write.record("organization", "new")
    write.say("existence", old, event="founded", edtf="1990")
    write.say("existence", old, event="ended", edtf="2000")
    write.say("existence", new, event="founded", edtf="2005")

    slugs = {
        day: [item["slug"] for item in api(f"organizations/?as_of={day}").json()["results"]]
        for day in ("1985", "1995-06", "2002-01-01", "2010")
    }

    assert slugs == {"1985": [], "1995-06": ["old"], "2002-01-01": [], "2010": ["new"]}


def test_list_of_those_present_answers_for_another_day(write, api):
    mexico = write.record("place", "mx", "Mexico")
    for slug, role, when in (("seat", "seat", "1990/1995"), ("acts", "acts_in", "1994/2000")):
        record = write.record("organization", slug)
        write.say("presence", record, place=mexico, role=role, edtf=when)

    slugs = {
        year: [
            item["slug"]
            for item in api(f"organizations/?present_in=MX&as_of={year}").json()["results"]
        ]
        for year in (1989, 1992, 1994, 1999)
    }

    assert slugs == {1989: [], 1992: ["seat"], 1994: ["acts", "seat"], 1999: ["acts"]}


def test_memberships_are_listed_as_they_were_in_a_year(write, api):
    fiob, mri = write.record("organization", "fiob"), write.record("partnership", "mri")
    write.say("membership", fiob, partnership=mri, edtf="1994/2001")
    write.say("membership", fiob, partnership=mri, edtf="2008/..")

    periods = {
        year: [
            item["membership"]["when"]
            for item in api(f"memberships/?partnership=mri&as_of={year}").json()["results"]
        ]
        for year in ("1990", "2001", "2005", "2010")
    }

    assert periods == {"1990": [], "2001": ["1994/2001"], "2005": [], "2010": ["2008/.."]}
