"""What is measured, computed again from the files that anybody can take away.

The graph of members is read from GraphML by networkx, where they are and stand from the JSON and
CSV of all organizations; pages and API have to say the same.
"""

import csv
import io
import json
from collections import defaultdict
from itertools import combinations
from random import Random

import networkx
import pytest
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from orgs.records.record import Record
from tests.support.pages import Page, page_of
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

ARENAS = ("membership", "ngo", "media", "space")


@pytest.fixture
def network(write: Writer) -> Record:
    """A network of actors that do much together, and of others that do nothing."""
    chance = Random(11)  # noqa: S311 - nothing secret
    write.new_term("predicate:lobbies_with")
    this_year = Counter.today().year
    changeset = Changeset(reason="A network with a bit of everything.")

    def say(kind: str, record: Record, **values) -> None:
        changeset.add(kind, record, source=write.source_id, **values)

    def named(kind: str, slug: str) -> Record:
        record = changeset.record(kind, slug)
        say("name", record, text=slug.title(), language="en", preferred=True)
        return record

    network, *actors = (
        named("partnership" if number == 0 else "organization", f"body-{number}")
        for number in range(13)
    )
    # Two countries with a city each, and one that is on no side.
    places = {slug: named("place", slug) for slug in ("mx", "us", "oaxaca", "los-angeles", "fr")}
    for inner, outer in (("oaxaca", "mx"), ("los-angeles", "us")):
        part_of = write.terms["predicate:part_of"]
        say("relation", places[inner], predicate=part_of, object=places[outer])
    say("presence", network, role="constituency_origin", place=places["mx"])
    say("presence", network, role="constituency_residence", place=places["us"])
    for number, actor in enumerate(actors):
        when = "2001/2003" if number == 11 else "2000/.."
        say("membership", actor, partnership=network, edtf=when)
        if number < 9:
            say("presence", actor, role="seat", place=places[chance.choice([*places])])
        for arena in chance.sample(ARENAS, chance.randrange(4)):
            say("arena_placement", actor, arena=arena)
    for number in range(5):
        campaign = named("campaign", f"campaign-{number}")
        year = this_year - chance.randrange(3) if number < 4 else 2004
        for actor in chance.sample(actors[:9] + actors[11:], 3):
            say("involvement", actor, undertaking=campaign, role="joins", edtf=str(year))
    lobbies = write.terms["predicate:lobbies_with"]
    say("relation", actors[9], predicate=lobbies, object=actors[10])
    say("relation", actors[0], predicate=lobbies, object=actors[1])
    changeset.propose().accept()
    return network


def download(path: str, **params: str) -> bytes:
    """A whole file of the API."""
    answer = Client().get(f"/api/v1/{path}/", params)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def page(path: str) -> Page:
    return page_of(Client().get(path))


def lately(when: str) -> bool:
    """Whether a date of these tests touches the five years up to today; "" is undated, since."""
    first, _, last = when.partition("/")
    day = Counter.today()
    ended = last if last else first
    return not when or ended == ".." or int(ended) >= day.year - 5


def graph_of(network: Record) -> networkx.Graph:
    """Who of a network is tied to whom, from the file of all organizations."""
    read = networkx.read_graphml(
        io.BytesIO(download("organizations", format="graphml")), force_multigraph=True
    )
    edges = [
        (source, target, document)
        for source, target, document in read.edges(data=True)
        if lately(document.get("when", ""))
    ]
    graph = networkx.Graph()
    graph.add_nodes_from(
        source
        for source, target, document in edges
        if document["kind"] == "membership" and target == str(network.key)
    )
    acting = defaultdict(set)
    for source, target, document in edges:
        if document["kind"] == "involvement" and source in graph:
            acting[target].add(source)
        elif document["kind"] == "relation" and document["label"] == "lobbies_with":
            graph.add_edge(source, target)
    for together in acting.values():
        graph.add_edges_from(combinations(together, 2))
    return graph


def test_density_groups_and_betweenness_are_those_of_networkx(network):
    graph = graph_of(network)
    between = networkx.betweenness_centrality(graph)
    groups = sorted(map(len, networkx.connected_components(graph)), reverse=True)

    document = Client().get("/api/v1/partnerships/body-0/network/").json()["measures"]
    ties = page("/organizations/body-0/network/").main.one("section", **{"aria-labelledby": "ties"})

    assert 3 < graph.number_of_edges() < 30
    assert len(groups) > 2
    assert (document["members"], document["ties"]) == (11, graph.number_of_edges())
    assert document["density"] == pytest.approx(networkx.density(graph))
    assert document["groups"] == groups
    standings = {one["member"]["id"]: one for one in document["standings"]}
    assert {key: one["betweenness"] for key, one in standings.items()} == pytest.approx(between)
    assert {key: one["ties"] for key, one in standings.items()} == dict(graph.degree)
    shown = [one.text for one in ties.one("dl").every("dd")]
    assert shown == [
        "11", str(graph.number_of_edges()), f"{networkx.density(graph):.2f}", str(len(groups)),
    ]  # fmt: skip
    rows = {
        row.one("th").text: [one.text for one in row.every("td")[-2:]]
        for row in ties.one("tbody").every("tr")
    }
    assert rows == {
        one["member"]["label"]: [str(graph.degree[key]), f"{between[key]:.3f}"]
        for key, one in standings.items()
    }


def organizations() -> list[dict]:
    return json.loads(download("organizations", limit="all"))["results"]


def test_balance_is_that_of_the_seats_in_the_file(network):
    countries = {"mx": "mx", "oaxaca": "mx", "us": "us", "los-angeles": "us", "fr": "fr"}
    every = {one["slug"]: one for one in organizations()}

    def there(actor: dict, role: str) -> set[str]:
        return {countries[one["place"]["slug"]] for one in actor["places"] if one["role"] == role}

    sides = {
        side: there(every["body-0"], f"constituency_{side}") for side in ("origin", "residence")
    }
    members = [
        one
        for one in every.values()
        if any(
            m["partnership"]["slug"] == "body-0" and lately(m["when"]) for m in one["memberships"]
        )
    ]
    hosts = sum(bool(there(one, "seat") & sides["residence"]) for one in members)
    sending = sum(bool(there(one, "seat") & sides["origin"]) for one in members)
    without = sum(not there(one, "seat") for one in members)
    balance = 2 * min(hosts, sending) / (hosts + sending)

    document = Client().get("/api/v1/partnerships/body-0/").json()["host_sending_balance"]
    shown = page("/organizations/body-0/").main.one("section", **{"aria-labelledby": "analysis"})

    assert 0 < balance < 1
    assert document["numbers"]["balance"] == pytest.approx(balance, abs=1e-4)
    counted = {"members": len(members), "hosts": hosts, "sending": sending}
    counted["without_a_seat"] = without
    assert {name: document["numbers"][name] for name in counted} == counted
    assert f"balance {document['numbers']['balance']}" in shown.text


def test_arena_overlap_is_that_of_the_arenas_in_the_file(network):
    rows = csv.DictReader(io.StringIO(download("organizations", format="csv").decode("utf-8-sig")))
    standing = {row["slug"]: set(filter(None, row["arenas"].split(" | "))) for row in rows}
    expected = {
        slug: ("not_enough_on_record", "one_arena", "several_arenas")[min(len(arenas), 2)]
        for slug, arenas in standing.items()
    }

    document = {one["slug"]: one["arena_overlap"]["value"] for one in organizations()}
    asked = json.loads(Client().get("/api/v1/organizations/?facets=arena_overlap&limit=1").content)[
        "facets"
    ]["arena_overlap"]
    pairs = page("/analysis/arena_overlap/").main.one("section", **{"aria-labelledby": "pairs"})

    assert document == expected
    assert {one["value"]: one["count"] for one in asked} == {
        value: list(expected.values()).count(value) for value in set(expected.values())
    }
    assert len(set(expected.values())) == 3
    shown = [[one.text for one in row.every("td")] for row in pairs.one("tbody").every("tr")]
    computed = []
    for pair in combinations(("membership", "space", "ngo", "media"), 2):
        both = sum(set(pair) <= arenas for arenas in standing.values())
        either = sum(not arenas.isdisjoint(pair) for arenas in standing.values())
        computed.append([str(both), str(either), f"{both / either:.3f}"])
    assert shown == computed
