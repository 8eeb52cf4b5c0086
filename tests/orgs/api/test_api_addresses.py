"""Addresses of items of the API that moved, were merged, hidden or withdrawn."""

import datetime
import uuid

import pytest

from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.projection.entry import Entry
from orgs.records.record import Record


@pytest.fixture
def api(client):
    """GET a path below /api/v1/."""
    return lambda path: client.get(f"/api/v1/{path}")


def change(record: Record, **after) -> None:
    """Change a record's address, level or successor by an accepted proposal."""
    changeset = Changeset(reason="A test.")
    changeset.change_record(record, **after)
    changeset.propose().accept()


def accept_merger(record: Record, into: Record) -> None:
    merge(record, into).propose().accept()


@pytest.mark.parametrize("rest", ["", "history/"])
def test_former_slug_redirects_to_the_new_one_with_its_query(write, api, rest):
    record = write.record("organization", "old-name")
    change(record, slug="new-name")

    answer = api(f"organizations/old-name/{rest}?known_at=1&format=json")

    assert answer.status_code == 308
    there = f"/api/v1/organizations/new-name/{rest}?known_at=1&format=json"
    assert answer["Location"] == there
    assert api("organizations/new-name/").status_code == 200


def test_address_of_another_kind_is_not_found(write, api):
    change(write.record("organization", "old-name"), slug="new-name")

    assert api("places/old-name/").status_code == 404


def test_merged_record_redirects_to_the_survivor_by_id_and_slug(write, api):
    lost, survivor = write.record("partnership", "lost"), write.record("partnership", "kept")
    accept_merger(lost, survivor)

    answers = [api(f"organizations/{name}/") for name in (lost.key, "lost")]

    assert [answer.status_code for answer in answers] == [308, 308]
    assert {answer["Location"] for answer in answers} == {"/api/v1/organizations/kept/"}


def test_merged_twice_redirects_to_the_last_at_once(write, api):
    first, second, third = (write.record("organization", slug) for slug in ("one", "two", "three"))
    accept_merger(first, second)
    accept_merger(second, third)

    assert api("organizations/one/")["Location"] == "/api/v1/organizations/three/"
    assert api(f"organizations/{first.key}/")["Location"] == "/api/v1/organizations/three/"


def test_withdrawn_record_is_gone_with_day_and_reason(write, api):
    record = write.record("organization", "gone", "A name that must not be told")
    change(record, level="withdrawn", withdrawn_reason="safety")

    answer = api(f"organizations/{record.key}/")

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "detail": f"This record was withdrawn on {today}, for the safety of people.",
        "errors": [],
        "gone_on": today,
        "reason": "safety",
    }
    assert api(f"organizations/{record.key}/history/").content == answer.content
    assert api(f"organizations/{record.key}/?known_at=1").content == answer.content


def test_slug_of_a_withdrawn_record_is_not_found(write, api):
    record = write.record("organization", "gone")
    absent = api("organizations/gone-too/")
    change(record, slug="gone-later")
    change(Record.objects.get(pk=record.pk), level="withdrawn")

    for slug in ("gone", "gone-later"):
        answer = api(f"organizations/{slug}/")
        assert (answer.status_code, answer.content) == (404, absent.content)


@pytest.mark.parametrize("rest", ["", "history/", "?known_at=2", "?as_of=2010", "?fields=label"])
def test_hidden_record_answers_like_an_absent_one(write, api, django_assert_num_queries, rest):
    record = write.record("organization", "hidden")
    write.record("organization", "shown")
    assert api(f"organizations/hidden/{rest}").status_code == 200
    change(record, level="hidden")

    hidden = api(f"organizations/hidden/{rest}")
    absent = api(f"organizations/absent/{rest}")
    hidden_key = api(f"organizations/{record.key}/{rest}")
    absent_key = api(f"organizations/{uuid.uuid4()}/{rest}")

    answers = (hidden, absent, hidden_key, absent_key)
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    # Request ids are random.
    assert len({answer.headers.pop("X-Request-ID") for answer in answers}) == 4
    assert dict(hidden.headers) == dict(absent.headers)
    # Search engines must not index addresses made of a key, whatever they answer.
    assert dict(hidden_key.headers) == dict(absent_key.headers)


def test_hidden_and_absent_take_the_same_queries(write, api, django_assert_num_queries):
    record = write.record("organization", "hidden")
    change(record, slug="hidden-now")
    change(Record.objects.get(pk=record.pk), level="hidden")

    for slug in ("hidden", "hidden-now", str(record.key), "absent"):
        with django_assert_num_queries(2):
            assert api(f"organizations/{slug}/").status_code == 404


def test_merged_into_a_hidden_record_is_not_found(write, api):
    lost, survivor = write.record("organization", "lost"), write.record("organization", "kept")
    accept_merger(lost, survivor)
    change(survivor, level="hidden")
    absent = api("organizations/absent/")

    assert api("organizations/lost/").content == absent.content
    assert api(f"organizations/{lost.key}/").content == absent.content


def test_former_name_does_not_lead_to_a_record_whose_name_is_withheld(write, api):
    record = write.record("organization", "telling-name", "Telling name")
    change(record, slug="another-name")
    change(Record.objects.get(pk=record.pk), level="name_withheld")
    absent = api("organizations/absent/")

    assert api("organizations/telling-name/").content == absent.content
    assert api("organizations/another-name/").content == absent.content
    assert api(f"organizations/{record.key}/").json()["label"] == "Name withheld"


def test_merged_name_does_not_lead_to_a_record_whose_name_is_withheld(write, api):
    lost, survivor = write.record("organization", "lost"), write.record("organization", "kept")
    accept_merger(lost, survivor)
    change(survivor, level="name_withheld")

    assert api("organizations/lost/").status_code == 404
    assert api(f"organizations/{lost.key}/")["Location"] == f"/api/v1/organizations/{survivor.key}/"


def test_slug_taken_over_leads_to_its_new_owner(write, api):
    first = write.record("organization", "name")
    change(first, slug="first")
    second = write.record("organization", "name")

    answer = api("organizations/name/")

    assert answer.json()["id"] == str(second.key)


def test_list_has_no_tombstones(write, api):
    lost, survivor, gone = (write.record("organization", slug) for slug in ("lost", "kept", "gone"))
    accept_merger(lost, survivor)
    change(gone, level="withdrawn")
    change(write.record("organization", "hidden"), level="hidden")

    answer = api("organizations/?facets=voice").json()

    assert [item["slug"] for item in answer["results"]] == ["kept"]
    assert answer["count"] == 1
    assert answer["facets"] == {"voice": [{"value": "source", "label": "source", "count": 1}]}
    assert Entry.objects.count() > Entry.objects.published().count()


def test_id_in_capitals_leads_to_its_item(write, api):
    record = write.record("organization", "one")

    assert api(f"organizations/{str(record.key).upper()}/").json()["slug"] == "one"
