"""Lists as graphs: GraphML, GEXF, a list of edges as CSV, and JSON."""

import csv
import io
import json
from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

import networkx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mcs.api import COLLECTIONS
from orgs.api import graphs
from orgs.api import views as api_module
from orgs.api.openapi import GRAPH_FORMATS
from orgs.api.views import Listing
from orgs.changes.changeset import Changeset
from orgs.changes.merging import merge
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.statement import statement_kinds
from tests.support.example import change, example
from tests.support.pages import page_of

GRAPHED = [
    name
    for name, collection in COLLECTIONS.items()
    if issubclass(collection, Listing) and collection.takes_clocks
]
OTHERS = [name for name in COLLECTIONS if name not in GRAPHED]

Told = dict[str, Any]


class Graph(NamedTuple):
    """A graph as it was read: nodes by their ids, edges by their statements."""

    nodes: dict[str, Told]
    edges: dict[int, Told]


@pytest.fixture
def records(db) -> dict[str, Record]:
    return example()


@pytest.fixture
def ask(client) -> Callable[..., bytes]:
    """Ask for a list, and return the whole body of the answer."""

    def asked(path: str, **question: str) -> bytes:
        answer = client.get(f"/api/v1/{path}/", question)
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)

    return asked


@pytest.fixture
def graph(ask) -> Callable[..., Graph]:
    """Ask for a list as a graph, in JSON."""
    return lambda path, **question: from_json(ask(path, format="graph", **question))


def from_json(body: bytes) -> Graph:
    told = json.loads(body)
    return Graph(
        {one["id"]: one for one in told["nodes"]},
        {one["statement"]: one for one in told["links"]},
    )


def from_csv(body: bytes) -> dict[int, Told]:
    """Return the edges of a list of edges, without the words about their ends."""
    edges = {}
    for row in csv.DictReader(io.StringIO(body.decode(), newline="")):
        told: Told = {name: row[name] for name in EDGE_NAMES}
        told |= {"statement": int(row["statement"]), "disputed": row["disputed"] == "yes"}
        edges[told["statement"]] = told
    return edges


def from_xml(read: Any) -> Graph:
    """Return a graph that networkx read; empty values are not written in XML."""
    nodes = {
        key: {**dict.fromkeys(NODE_NAMES, ""), "id": key, **told}
        for key, told in read.nodes(data=True)
    }
    edges = {}
    for source, target, told in read.edges(data=True):
        told.pop("id", None)
        ends = {"source": source, "target": target}
        edges[told["statement"]] = {**dict.fromkeys(EDGE_NAMES, ""), **told, **ends}
    return Graph(nodes, edges)


def from_graphml(body: bytes) -> Graph:
    return from_xml(networkx.read_graphml(io.BytesIO(body), force_multigraph=True))


def from_gexf(body: bytes) -> Graph:
    return from_xml(networkx.read_gexf(io.BytesIO(body), version="1.3"))


NODE_NAMES = [one.name for one in graphs.NODE]
EDGE_NAMES = [one.name for one in graphs.EDGE]


# What is in it


def tied_in_sql() -> dict[int, tuple[str, str]]:
    """Return every public statement that ties two public records, with the ids of its ends."""
    tied: dict[int, tuple[str, str]] = {}
    for kind in statement_kinds().values():
        if not kind.object_name or kind.part == "places":
            continue
        other = kind.column_of(kind.object_name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.id, a.key, b.key"  # noqa: S608 - names of our own tables
                f" FROM {kind._meta.db_table} s JOIN orgs_source w ON w.id = s.source_id"
                f" JOIN orgs_record a ON a.id = s.record_id JOIN orgs_record b ON b.id = s.{other}"
                " WHERE s.retired IS NULL AND s.holds AND s.tier = 0 AND w.tier = 0"
                " AND a.level = 'listed' AND b.level = 'listed' AND a.successor_id IS NULL"
            )
            tied |= {which: (str(a), str(b)) for which, a, b in cursor.fetchall()}
    return tied


def test_every_tie_of_the_catalogue_is_an_edge_and_every_edge_is_one(paper, graph):
    told = graph("search")

    tied = tied_in_sql()
    assert {which: (one["source"], one["target"]) for which, one in told.edges.items()} == tied
    assert len(tied) > 200
    assert {one["kind"] for one in told.edges.values()} == {
        kind.code()
        for kind in statement_kinds().values()
        if kind.object_name and kind.part != "places" and kind.objects.exclude(
            **{kind.object_name: None}
        ).exists()
    }  # fmt: skip


@pytest.mark.parametrize("name", GRAPHED)
def test_both_ends_of_every_edge_are_nodes(paper, graph, name):
    told = graph(name)

    ends = set(chain.from_iterable((one["source"], one["target"]) for one in told.edges.values()))
    assert ends - set(told.nodes) == set()
    led_to = {key for key, one in told.nodes.items() if not one["answers"]}
    assert led_to - ends == set()
    assert {one["source"] for one in told.edges.values()} & led_to == set()


@pytest.mark.parametrize("name", GRAPHED)
def test_nodes_that_answer_are_the_records_of_the_list(paper, graph, ask, name):
    for question in ({"sort": "-updated"}, {"as_of": "2005"}):
        told = graph(name, **question)

        listed = json.loads(ask(name, limit="all", **question))["results"]
        records = [one["id"] for one in listed if one["kind"] not in ("source", "term", "arena")]
        answering = [key for key, one in told.nodes.items() if one["answers"]]
        assert answering == records
        assert list(told.nodes)[: len(answering)] == answering


def test_question_chooses_the_nodes_that_answer_and_the_edges_that_begin_there(records, graph):
    told = graph("organizations", partnership="mri", q="frente")

    fiob, mri = records["fiob"], records["mri"]
    assert {key: one["answers"] for key, one in told.nodes.items()} == {
        str(fiob.key): True,
        str(mri.key): False,
    }
    assert [(one["source"], one["target"]) for one in told.edges.values()] == [
        (str(fiob.key), str(mri.key))
    ]


def test_node_tells_what_the_list_tells(write, graph):
    hub = write.record("partnership", "hub", "Hub")
    org = write.record("organization", "one", "One")
    write.say("membership", org, partnership=hub)
    write.say("trait", hub, term=write.term("sphere:civil"))
    write.say("arena_placement", hub, arena="ngo")
    write.say("arena_placement", hub, arena="membership")
    write.say("arena_placement", hub, arena="media", holds=False)

    told = graph("organizations", q="one")

    assert told.nodes[str(hub.key)] == {
        "id": str(hub.key),
        "kind": "partnership",
        "slug": "hub",
        "label": "Hub",
        "url": "http://testserver/organizations/hub/",
        "arenas": "ngo;membership",
        "sphere": "civil",
        "answers": False,
    }


def test_edge_tells_who_says_it_when_and_how_firmly(write, graph):
    org, hub = write.record("organization", "one"), write.record("partnership", "hub")
    quoted = write.record("organization", "quoted", "Quoted body")
    write.say(
        "membership",
        org,
        partnership=hub,
        grade="member",
        edtf="1998/2004",
        voice="quoted",
        speaker=quoted,
        confidence="implied",
    )

    told = graph("organizations", q="one")

    [(which, edge)] = told.edges.items()
    assert edge == {
        "source": str(org.key),
        "target": str(hub.key),
        "statement": which,
        "kind": "membership",
        "label": "member",
        "said_in": "survey-2010",
        "speaker": "Quoted body",
        "speaker_id": str(quoted.key),
        "voice": "quoted",
        "confidence": "implied",
        "when": "1998/2004",
        "observed": "2010",
        "disputed": False,
    }


def test_kinds_of_edges_are_labelled_by_their_codes(records, graph):
    told = graph("search")

    labels = {(one["kind"], one["label"]) for one in told.edges.values()}
    assert labels == {
        ("membership", ""),
        ("membership", "member"),
        ("involvement", "convenor"),
        ("involvement", "joins"),
        ("relation", "part_of"),
        ("relation", "parallel_to"),
        ("legal_act", "ratified"),
        ("context", "freedom_of_association"),
    }


def test_speaker_who_is_no_record_has_a_name_alone(records, graph):
    [edge] = graph("gatherings").edges.values()

    assert (edge["speaker"], edge["speaker_id"]) == ("La Jornada", "")


def test_denial_is_no_edge(write, graph):
    org, hub = write.record("organization", "one"), write.record("partnership", "hub")
    write.say("membership", org, partnership=hub)
    write.say("membership", org, partnership=hub, holds=False, voice="editor")

    told = graph("organizations", q="one")

    [edge] = told.edges.values()
    assert (edge["voice"], edge["disputed"]) == ("source", True)


def test_seat_is_no_edge(write, graph):
    org, spain = write.record("organization", "one"), write.record("place", "es", "Spain")
    write.say("presence", org, place=spain, role="seat")

    told = graph("organizations")

    assert (list(told.nodes), told.edges) == ([str(org.key)], {})


@pytest.mark.parametrize("level", ["hidden", "withdrawn"])
@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_hidden_record_is_neither_node_nor_end_of_an_edge(write, ask, level, format):
    org, hub = write.record("organization", "one"), write.record("partnership", "quetzal")
    write.say("membership", org, partnership=hub, edtf="2001")
    write.say("membership", hub, partnership=write.record("partnership", "top"), edtf="2001")
    assert b"quetzal" in ask("search", format=format)
    before = Changeset.objects.accepted().latest("number").number

    changeset = Changeset(reason="It asked us to.")
    changeset.change_record(hub, level=level)
    changeset.propose().accept()

    for clock in ({}, {"as_of": "2001"}, {"known_at": str(before)}):
        body = ask("search", format=format, **clock)
        assert b"quetzal" not in body
        assert str(hub.key).encode() not in body


def test_record_whose_name_is_withheld_is_a_node_without_it(write, ask):
    org, hub = write.record("organization", "one"), write.record("partnership", "quetzal")
    write.say("membership", org, partnership=hub)
    changeset = Changeset(reason="It asked us to.")
    changeset.change_record(hub, level="name_withheld")
    changeset.propose().accept()

    for format in GRAPH_FORMATS:
        body = ask("organizations", format=format, q="one")
        assert b"quetzal" not in body
        assert str(hub.key).encode() in body


# Two clocks


def test_another_day_leaves_out_what_did_not_hold_then(write, graph):
    org = write.record("organization", "one")
    for slug, when in (("early", "1990/1999"), ("late", "2005/.."), ("always", "1980/..")):
        write.say("membership", org, partnership=write.record("partnership", slug), edtf=when)

    def partnerships(**clock: str) -> set[str]:
        told = graph("organizations", q="one", **clock)
        return {told.nodes[edge["target"]]["slug"] for edge in told.edges.values()}

    assert partnerships() == {"early", "late", "always"}
    assert partnerships(as_of="1995") == {"early", "always"}
    assert partnerships(as_of="2010-10-08") == {"late", "always"}


def test_another_day_chooses_the_arenas_of_what_is_led_to(write, graph):
    org, hub = write.record("organization", "one"), write.record("partnership", "hub")
    write.say("membership", org, partnership=hub, edtf="1980/..")
    write.say("arena_placement", hub, arena="ngo", edtf="2005/..")

    now, then = (graph("organizations", q="one", **clock) for clock in ({}, {"as_of": "1990"}))

    assert [one.nodes[str(hub.key)]["arenas"] for one in (now, then)] == ["ngo", ""]


def test_graph_as_it_was_known_is_that_of_the_change(records, graph):
    source = Entry.objects.get(key="fox-gois-2010").id
    before = graph("organizations").edges

    def join(changeset: Changeset) -> None:
        changeset.add("membership", records["kapatiran"], partnership=records["mfa"], source=source)

    change("It joined.", join)

    assert graph("organizations", known_at="1").edges == before
    assert len(graph("organizations").edges) == len(before) + 1


def test_graph_as_it_was_known_has_no_mark(records, client):
    # What is hidden since is left out of it, and no public change may tell of that.
    assert "ETag" not in client.get("/api/v1/organizations/?format=graphml&known_at=1")


def test_record_merged_since_is_a_node_of_what_was_known_before(records, graph):
    fiob, mri = str(records["fiob"].key), str(records["mri"].key)
    merge(records["mri"], records["mfa"]).propose().accept()

    then, now = graph("organizations", known_at="1"), graph("organizations", q="frente")

    assert {one["target"] for one in then.edges.values() if one["source"] == fiob} == {mri}
    assert then.nodes[mri]["label"] == "Migrant Rights International"
    assert set(now.nodes) == {fiob, str(records["mfa"].key)}


def test_graphs_at_other_clocks_have_an_end(records, client, monkeypatch):
    monkeypatch.setattr(api_module, "COUNT_LIMIT", 3)

    for clock, value in (("as_of", "2010"), ("known_at", "1")):
        answer = client.get("/api/v1/organizations/", {"format": "graphml", clock: value})

        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert error["field"] == clock
        assert error["detail"].endswith(f"or leave {clock} out.")
    assert client.get("/api/v1/organizations/?format=graphml").status_code == 200


# Files


NAMES = [
    "ស្ថាបត្យករ និង កម្មករ",
    '=HYPERLINK("http://a.example")',
    "A ]]> <b>&amp; \"quoted\" 'name'",
    "bell\x07 escape\x1b delete\x7f no\ufffe char",
    "tab\tline\nreturn\r\n end",
    "\U0001f469\u200d\U0001f467 union",
]


def plain(told: Told) -> Told:
    """Return what XML can say of this: without the characters that it has no way to write."""
    return {
        name: graphs.FORBIDDEN.sub("", value) if isinstance(value, str) else value
        for name, value in told.items()
    }


def test_every_format_tells_the_same_graph(paper, ask):
    told = from_json(ask("search", format="graph"))

    assert from_graphml(ask("search", format="graphml")) == told
    assert from_gexf(ask("search", format="gexf")) == told
    assert from_csv(ask("search", format="edges")) == told.edges


def test_any_name_survives_every_format(write, ask):
    hub = write.record("partnership", "hub", NAMES[1])
    for number, name in enumerate(NAMES):
        org = write.record("organization", f"body-{number}", name)
        write.say("membership", org, partnership=hub, speaker_name=name, voice="quoted")

    bodies = {format: ask("organizations", format=format) for format in GRAPH_FORMATS}

    told = from_json(bodies["graph"])
    assert {one["label"] for one in told.nodes.values()} == set(NAMES)
    assert {one["speaker"] for one in told.edges.values()} == set(NAMES)
    writable = Graph(
        {key: plain(one) for key, one in told.nodes.items()},
        {key: plain(one) for key, one in told.edges.items()},
    )
    assert from_graphml(bodies["graphml"]) == writable
    assert from_gexf(bodies["gexf"]) == writable
    rows = list(csv.DictReader(io.StringIO(bodies["edges"].decode(), newline="")))
    assert {row["source_label"].removeprefix("'") for row in rows} == set(NAMES)
    assert {row["target_label"] for row in rows} == {f"'{NAMES[1]}"}


def test_networkx_reads_the_json_as_it_is(records, ask):
    told = json.loads(ask("search", format="graph"))

    read = networkx.node_link_graph(told, edges="links", key="statement")

    assert read.is_directed()
    assert read.is_multigraph()
    assert (len(read), read.size()) == (len(told["nodes"]), len(told["links"]))


def test_edges_name_their_ends(records, ask):
    body = ask("organizations", format="edges", q="frente").decode()

    [head, row] = csv.reader(io.StringIO(body, newline=""))
    assert head == [column.name for column in graphs.COLUMNS]
    assert head[:6] == [
        "source", "source_kind", "source_label", "target", "target_kind", "target_label",
    ]  # fmt: skip
    fiob, mri = (str(records[slug].key) for slug in ("fiob", "mri"))
    assert row[:6] == [
        fiob, "organization", "Frente Indígena", mri, "partnership", "Migrant Rights International",
    ]  # fmt: skip


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_empty_answer_is_a_graph_too(records, ask, format):
    body = ask("organizations", format=format, q="nothinglikethis")

    if format == "edges":
        assert from_csv(body) == {}
    else:
        read = {"graph": from_json, "graphml": from_graphml, "gexf": from_gexf}[format]
        assert read(body) == Graph({}, {})


@pytest.mark.parametrize("format", GRAPH_FORMATS)
@pytest.mark.parametrize("clock", [{}, {"as_of": "2005"}, {"known_at": "1"}])
def test_two_downloads_are_the_same_bytes(records, ask, format, clock):
    first, second = (ask("search", format=format, **clock) for _ in range(2))

    assert first == second
    assert len(first) > 300


def test_files_say_of_what_they_are(records, ask, client):
    question = {"sphere": "civil", "as_of": "2010"}
    asked = "http://testserver/api/v1/organizations/?sphere=civil&as_of=2010"
    day = client.get("/api/v1/").json()["day"]
    head = {
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "retrieved": day,
        "known_at": 1,
        "as_of": "2010",
    }

    told = json.loads(ask("organizations", **question, format="graph"))
    graphml = networkx.read_graphml(
        io.BytesIO(ask("organizations", **question, format="graphml")), force_multigraph=True
    )
    gexf = ask("organizations", **question, format="gexf").decode()

    of_json = {name: told[name] for name in told if name not in ("nodes", "links")}
    assert of_json == {
        **head,
        "asked": f"{asked}&format=graph",
        "directed": True,
        "multigraph": True,
    }
    assert {name: graphml.graph[name] for name in (*head, "asked")} == {
        **head,
        "known_at": "1",
        "asked": f"{asked}&format=graphml",
    }
    assert f'<meta lastmodifieddate="{day}"><description>licence: {head["licence"]}; ' in gexf


@pytest.mark.parametrize(
    ("format", "media_type", "ending"),
    [
        ("graphml", "application/graphml+xml", "graphml"),
        ("gexf", "application/gexf+xml", "gexf"),
        ("edges", "text/csv; charset=utf-8; header=present", "edges.csv"),
        ("graph", "application/vnd.mcs.graph+json", "graph.json"),
    ],
)
def test_graph_is_a_file_with_its_day_change_and_mark(records, client, format, media_type, ending):
    for clock in ("", "&as_of=2010"):
        path = f"/api/v1/organizations/?format={format}{clock}"
        answer = client.get(path)

        day = client.get("/api/v1/").json()["day"]
        assert answer["Content-Type"] == media_type
        assert answer["Content-Disposition"] == (
            f'attachment; filename="organizations-{day}-change-1.{ending}"'
        )
        assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_accept_chooses_a_graph_where_its_media_type_is_its_own(records, client):
    chosen = {
        accept: client.get("/api/v1/organizations/", headers={"accept": accept})["Content-Type"]
        for accept in (
            "application/graphml+xml",
            "application/gexf+xml",
            "application/vnd.mcs.graph+json",
            "text/csv",
            "*/*",
        )
    }

    assert [told.partition(";")[0] for told in chosen.values()] == [
        "application/graphml+xml",
        "application/gexf+xml",
        "application/vnd.mcs.graph+json",
        "text/csv",
        "application/json",
    ]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("cursor=WyIiLCJuYW1lIiwiYSIsMV0=", "cursor"),
        ("limit=10", "limit"),
        ("facets=arena", "facets"),
        ("fields=label", "fields"),
        ("known_at=99", "known_at"),
        ("known_at=1&q=migrant", "q"),
        ("known_at=1&as_of=2010", "as_of"),
        ("as_of=yesterday", "as_of"),
        ("country=nowhere", "country"),
    ],
)
@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_what_a_graph_cannot_be_asked_is_refused_by_name(records, client, format, asked, fault):
    answer = client.get(f"/api/v1/organizations/?format={format}&{asked}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [fault]


def test_graph_may_be_asked_for_whole(records, ask):
    assert from_json(ask("organizations", format="graph", limit="all")).edges != {}


def test_mark_for_spreadsheets_is_of_lists_of_edges(records, ask, client):
    plain, marked = (ask("search", format="edges", **bom) for bom in ({}, {"bom": "1"}))

    assert marked == b"\xef\xbb\xbf" + plain
    assert client.get("/api/v1/search/?format=gexf&bom=1").status_code == 400


@pytest.mark.parametrize("name", OTHERS)
def test_lists_of_other_things_are_no_graphs(records, client, name):
    for format in GRAPH_FORMATS:
        answer = client.get(f"/api/v1/{name}/?format={format}")

        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["format"]


def test_item_is_no_graph(records, client):
    answer = client.get("/api/v1/organizations/mfa/?format=graphml")

    assert answer.json()["detail"].endswith("Known are: json, csv, jsonld.")


@pytest.mark.parametrize(("clock", "queries"), [({}, 6), ({"as_of": "2010"}, 9)])
def test_graph_takes_as_many_queries_for_many_as_for_few(write, ask, clock, queries):
    hub = write.record("partnership", "hub")
    for number in range(3):
        org = write.record("organization", f"body-{number}", "Body")
        write.say("membership", org, partnership=hub)
        with CaptureQueriesContext(connection) as seen:
            ask("organizations", format="gexf", q="body", **clock)

        assert len(seen) == queries, [one["sql"][:90] for one in seen]


def test_many_edges_wait_in_a_file(records, ask, monkeypatch):
    whole = ask("search", format="graphml")
    monkeypatch.setattr(graphs, "IN_MEMORY", 100)

    assert ask("search", format="graphml") == whole


# On the pages


@pytest.mark.parametrize(
    "path",
    [
        "/organizations/",
        "/networks-and-coalitions/",
        "/places/?as_of=2005",
        "/gatherings/",
        "/cases/",
        "/search/?q=migrant",
        "/arenas/membership/",
        "/sources/",
        "/terms/?q=migrant",
    ],
)
def test_every_file_of_a_list_is_there(paper, client, path):
    files = page_of(client.get(path)).main.one("p", kind="as-data").every("a")

    answers = {one.text: client.get(one.attributes["href"]) for one in files}

    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(answers, 200)
    assert ("GraphML" in answers) == (path.split("/")[1] not in ("sources", "terms"))
