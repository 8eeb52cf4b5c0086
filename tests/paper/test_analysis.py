"""What follows from the paper's own sentences: little, and that is right."""

import pytest

from orgs.projection.analysis import FINDING_KINDS, NOT_ENOUGH

from .asking import codes, entries, get_json, slugs


def test_the_binational_front_is_the_transnational_movement_organization(paper, client):
    assert slugs(client, "organizations", transnational_base="yes") == {"fiob"}

    base = get_json(client, "organizations/fiob/")["transnational_base"]
    assert base["numbers"] == {"countries": 2}
    addresses = [client.get(f"/id/{number}")["Location"] for number in base["because"]]
    assert addresses == [f"/organizations/fiob/#statement-{number}" for number in base["because"]]


def test_the_forum_in_asia_is_called_both_and_seen_to_be_neither(paper, client):
    forum = get_json(client, "organizations/migrant-forum-in-asia/")

    assert codes(forum, "form") >= {"network", "coalition"}
    assert forum["calls_itself"] == []
    assert forum["observed_form"]["value"] == NOT_ENOUGH
    # One member of it is named. What it leads itself is counted, and does not make it a network.
    assert forum["observed_form"]["numbers"]["members"] == 1
    assert forum["observed_form"]["numbers"]["campaigns_in_its_own_name"] == 3


def test_the_alliance_in_the_united_states_turns_both_here_and_there(paper, client):
    assert slugs(client, "organizations", observed_orientation="both") == {"nalacc"}


@pytest.mark.parametrize("name", FINDING_KINDS)
def test_not_enough_on_record_is_the_most_frequent_answer(paper, client, name):
    collection = "organizations" if "organization" in FINDING_KINDS[name].kinds else "partnerships"

    [most, *_] = get_json(client, f"{collection}/", facets=name, limit=1)["facets"][name]

    assert most["value"] == NOT_ENOUGH
    assert most["count"] == len(entries(client, collection, **{name: NOT_ENOUGH}, fields="slug"))
