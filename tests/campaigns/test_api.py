"""What organizations do together, in the API: the questions that only these lists answer."""

import pytest

from tests.support.example import change, example


@pytest.fixture
def records(db):
    return example()


@pytest.mark.parametrize(
    ("path", "slugs"),
    [
        ("gatherings/", ["gfmd-2010", "pga-2010"]),
        ("gatherings/?held_at=mx", ["pga-2010"]),
        ("gatherings/?parallel_to=gfmd-2010", ["pga-2010"]),
        ("gatherings/?parallel_to=pga-2010", []),
        ("gatherings/?related=gfmd-2010", ["pga-2010"]),
        ("campaigns/", ["vote"]),
        ("campaigns/?q=vote", ["vote"]),
        ("instruments/?act=ratified", ["icrmw"]),
        ("instruments/?act=signed", []),
        ("instruments/?mentions=ph", ["icrmw"]),
        ("projects/", ["3x1"]),
        ("demands/", ["not-migrate"]),
        ("cases/", ["hong-kong"]),
        ("organizations/?involved_in=pga-2010", ["mfa"]),
        ("places/?dimension=freedom_of_association", ["mx"]),
    ],
)
def test_list_applies_its_filters(records, client, path, slugs):
    answer = client.get(f"/api/v1/{path}").json()

    assert [one["slug"] for one in answer["results"]] == slugs
    assert answer["count"] == len(slugs)


def test_instrument_shows_what_was_done_with_it_and_by_whom(records, client):
    acts = client.get("/api/v1/instruments/icrmw/").json()["legal_acts"]

    assert [(act["act"], act["actor"] and act["actor"]["slug"], act["when"]) for act in acts] == [
        ("adopted", None, "1990-12-18"),
        ("ratified", "ph", "1995"),
    ]


def test_filter_of_another_list_is_refused(records, client):
    answer = client.get("/api/v1/demands/?held_at=mx")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["held_at"]


def test_history_of_a_campaign_shows_its_changes(records, client):
    change("withhold", lambda changeset: changeset.add("withheld", records["vote"], **withheld()))

    answer = client.get("/api/v1/campaigns/vote/history/").json()

    assert [one["reason"] for one in answer["results"]] == [
        "withhold",
        "A small catalogue to try things with.",
    ]
    assert [item["part"] for item in answer["results"][0]["added"]] == ["withheld"]


def withheld() -> dict:
    """The values of a statement that the contacts are withheld."""
    from orgs.records.source import Source

    source = Source.objects.get(key="fox-gois-2010")
    return {"field": "contacts", "reason": "safety", "source": source}


def test_facets_count_what_was_done(records, client):
    answer = client.get("/api/v1/instruments/?facets=act").json()

    assert [(one["value"], one["count"]) for one in answer["facets"]["act"]] == [
        ("adopted", 1),
        ("ratified", 1),
    ]
