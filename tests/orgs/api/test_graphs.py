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
from orgs.api import exports, graphs
from orgs.api.lists import Listing
from orgs.api.openapi import GRAPH_FORMATS
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
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

Attributes = dict[str, Any]


class Graph(NamedTuple):
    """Nodes by id, edges by number of their statement."""

    nodes: dict[str, Attributes]
    edges: dict[int, Attributes]


@pytest.fixture
def records(db) -> dict[str, Record]:
    return example()


@pytest.fixture
def download(client) -> Callable[..., bytes]:
    """GET a list and read its whole stream."""

    def get(path: str, **params: str) -> bytes:
        answer = client.get(f"/api/v1/{path}/", params)
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)

    return get


@pytest.fixture
def graph(download) -> Callable[..., Graph]:
    """GET a list as a graph in JSON."""
    return lambda path, **params: from_json(download(path, format="graph", **params))


def from_json(content: bytes) -> Graph:
    payload = json.loads(content)
    return Graph(
        {node["id"]: node for node in payload["nodes"]},
        {node["statement"]: node for node in payload["links"]},
    )


def from_csv(content: bytes) -> dict[int, Attributes]:
    """Edges without the labels and kinds of their ends."""
    edges = {}
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        edge: Attributes = {name: row[name] for name in EDGE_NAMES}
        edge |= {"statement": int(row["statement"]), "disputed": row["disputed"] == "yes"}
        edges[edge["statement"]] = edge
    return edges


def from_xml(xml_graph: Any) -> Graph:
    """Fill in the empty values, which XML leaves out."""
    nodes = {
        key: {**dict.fromkeys(NODE_NAMES, ""), "id": key, **attributes}
        for key, attributes in xml_graph.nodes(data=True)
    }
    edges = {}
    for source, target, attributes in xml_graph.edges(data=True):
        attributes.pop("id", None)
        ends = {"source": source, "target": target}
        edges[attributes["statement"]] = {**dict.fromkeys(EDGE_NAMES, ""), **attributes, **ends}
    return Graph(nodes, edges)


def from_graphml(content: bytes) -> Graph:
    return from_xml(networkx.read_graphml(io.BytesIO(content), force_multigraph=True))


def from_gexf(content: bytes) -> Graph:
    return from_xml(networkx.read_gexf(io.BytesIO(content), version="1.3"))


NODE_NAMES = [column.name for column in graphs.NODE]
EDGE_NAMES = [column.name for column in graphs.EDGE]


# Content


def ties_in_sql() -> dict[int, tuple[str, str]]:
    """Public statements between two public records: number to the keys of both ends."""
    ties: dict[int, tuple[str, str]] = {}
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
            ties |= {pk: (str(source), str(target)) for pk, source, target in cursor.fetchall()}
    return ties


def test_edges_are_exactly_the_ties_of_the_catalogue(paper, graph):
    result = graph("search")

    ties = ties_in_sql()
    assert {pk: (edge["source"], edge["target"]) for pk, edge in result.edges.items()} == ties
    assert len(ties) > 200
    assert {edge["kind"] for edge in result.edges.values()} == {
        kind.code()
        for kind in statement_kinds().values()
        if kind.object_name and kind.part != "places" and kind.objects.exclude(
            **{kind.object_name: None}
        ).exists()
    }  # fmt: skip


@pytest.mark.parametrize("name", GRAPHED)
def test_both_ends_of_every_edge_are_nodes(paper, graph, name):
    result = graph(name)

    ends = set(
        chain.from_iterable((edge["source"], edge["target"]) for edge in result.edges.values())
    )
    assert ends - set(result.nodes) == set()
    targets = {key for key, node in result.nodes.items() if not node["answers"]}
    assert targets - ends == set()
    assert {edge["source"] for edge in result.edges.values()} & targets == set()


@pytest.mark.parametrize("name", GRAPHED)
def test_nodes_that_answer_are_the_records_of_the_list(paper, graph, download, name):
    for params in ({"sort": "-updated"}, {"as_of": "2005"}):
        result = graph(name, **params)

        listed = json.loads(download(name, limit="all", **params))["results"]
        records = [item["id"] for item in listed if item["kind"] not in ("source", "term", "arena")]
        answers = [key for key, node in result.nodes.items() if node["answers"]]
        assert answers == records
        assert list(result.nodes)[: len(answers)] == answers


def test_filters_choose_the_nodes_that_answer_and_the_edges_that_begin_there(records, graph):
    result = graph("organizations", partnership="mri", q="frente")

    fiob, mri = records["fiob"], records["mri"]
    assert {key: node["answers"] for key, node in result.nodes.items()} == {
        str(fiob.key): True,
        str(mri.key): False,
    }
    assert [(edge["source"], edge["target"]) for edge in result.edges.values()] == [
        (str(fiob.key), str(mri.key))
    ]


def test_node_has_the_values_of_the_list(write, graph):
    hub = write.record("partnership", "hub", "Hub")
    org = write.record("organization", "one", "One")
    write.say("membership", org, partnership=hub)
    write.say("trait", hub, term=write.term("sphere:civil"))
    write.say("arena_placement", hub, arena="ngo")
    write.say("arena_placement", hub, arena="membership")
    write.say("arena_placement", hub, arena="media", holds=False)

    result = graph("organizations", q="one")

    assert result.nodes[str(hub.key)] == {
        "id": str(hub.key),
        "kind": "partnership",
        "slug": "hub",
        "label": "Hub",
        "url": "http://testserver/organizations/hub/",
        "arenas": "ngo;membership",
        "sphere": "civil",
        "answers": False,
    }


def test_edge_has_source_speaker_time_and_confidence(write, graph):
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

    result = graph("organizations", q="one")

    [(pk, edge)] = result.edges.items()
    assert edge == {
        "source": str(org.key),
        "target": str(hub.key),
        "statement": pk,
        "kind": "membership",
        "label": "member",
        "source_key": "survey-2010",
        "speaker": "Quoted body",
        "speaker_id": str(quoted.key),
        "voice": "quoted",
        "confidence": "implied",
        "when": "1998/2004",
        "observed": "2010",
        "disputed": False,
    }


def test_kinds_of_edges_are_labelled_by_their_codes(records, graph):
    result = graph("search")

    labels = {(edge["kind"], edge["label"]) for edge in result.edges.values()}
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

    result = graph("organizations", q="one")

    [edge] = result.edges.values()
    assert (edge["voice"], edge["disputed"]) == ("source", True)


def test_seat_is_no_edge(write, graph):
    org, spain = write.record("organization", "one"), write.record("place", "es", "Spain")
    write.say("presence", org, place=spain, role="seat")

    result = graph("organizations")

    assert (list(result.nodes), result.edges) == ([str(org.key)], {})


@pytest.mark.parametrize("level", ["hidden", "withdrawn"])
@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_hidden_record_is_neither_node_nor_end_of_an_edge(write, download, level, format):
    org, hub = write.record("organization", "one"), write.record("partnership", "quetzal")
    write.say("membership", org, partnership=hub, edtf="2001")
    write.say("membership", hub, partnership=write.record("partnership", "top"), edtf="2001")
    assert b"quetzal" in download("search", format=format)
    before = Changeset.objects.accepted().latest("number").number

    changeset = Changeset(reason="It asked us to.")
    changeset.change_record(hub, level=level)
    changeset.propose().accept()

    for clock in ({}, {"as_of": "2001"}, {"known_at": str(before)}):
        content = download("search", format=format, **clock)
        assert b"quetzal" not in content
        assert str(hub.key).encode() not in content


def test_record_whose_name_is_withheld_is_a_node_without_it(write, download):
    org, hub = write.record("organization", "one"), write.record("partnership", "quetzal")
    write.say("membership", org, partnership=hub)
    changeset = Changeset(reason="It asked us to.")
    changeset.change_record(hub, level="name_withheld")
    changeset.propose().accept()

    for format in GRAPH_FORMATS:
        content = download("organizations", format=format, q="one")
        assert b"quetzal" not in content
        assert str(hub.key).encode() in content


# Two clocks


def test_another_day_leaves_out_what_was_not_valid_then(write, graph):
    org = write.record("organization", "one")
    for slug, when in (("early", "1990/1999"), ("late", "2005/.."), ("always", "1980/..")):
        write.say("membership", org, partnership=write.record("partnership", slug), edtf=when)

    def partnerships(**clock: str) -> set[str]:
        result = graph("organizations", q="one", **clock)
        return {result.nodes[edge["target"]]["slug"] for edge in result.edges.values()}

    assert partnerships() == {"early", "late", "always"}
    assert partnerships(as_of="1995") == {"early", "always"}
    assert partnerships(as_of="2010-10-08") == {"late", "always"}


def test_another_day_chooses_the_arenas_of_target_nodes(write, graph):
    org, hub = write.record("organization", "one"), write.record("partnership", "hub")
    write.say("membership", org, partnership=hub, edtf="1980/..")
    write.say("arena_placement", hub, arena="ngo", edtf="2005/..")

    now, then = (graph("organizations", q="one", **clock) for clock in ({}, {"as_of": "1990"}))

    assert [result.nodes[str(hub.key)]["arenas"] for result in (now, then)] == ["ngo", ""]


def test_graph_as_it_was_known_is_that_of_the_change(records, graph):
    source = Entry.objects.get(key="fox-gois-2010").id
    before = graph("organizations").edges

    def join(changeset: Changeset) -> None:
        changeset.add("membership", records["kapatiran"], partnership=records["mfa"], source=source)

    change("It joined.", join)

    assert graph("organizations", known_at="1").edges == before
    assert len(graph("organizations").edges) == len(before) + 1


def test_graph_as_it_was_known_has_no_etag(records, client):
    # Records hidden since are left out, and an ETag would reveal that.
    assert "ETag" not in client.get("/api/v1/organizations/?format=graphml&known_at=1")


def test_record_merged_since_is_a_node_of_what_was_known_before(records, graph):
    fiob, mri = str(records["fiob"].key), str(records["mri"].key)
    merge(records["mri"], records["mfa"]).propose().accept()

    then, now = graph("organizations", known_at="1"), graph("organizations", q="frente")

    assert {edge["target"] for edge in then.edges.values() if edge["source"] == fiob} == {mri}
    assert then.nodes[mri]["label"] == "Migrant Rights International"
    assert set(now.nodes) == {fiob, str(records["mfa"].key)}


def test_graphs_at_other_clocks_are_limited(records, client, monkeypatch):
    monkeypatch.setattr(exports, "COUNT_LIMIT", 3)

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


def plain(attributes: Attributes) -> Attributes:
    """Leave out the characters that XML cannot express."""
    return {
        name: graphs.FORBIDDEN.sub("", value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }


def test_every_format_is_the_same_graph(paper, download):
    expected = from_json(download("search", format="graph"))

    assert from_graphml(download("search", format="graphml")) == expected
    assert from_gexf(download("search", format="gexf")) == expected
    assert from_csv(download("search", format="edges")) == expected.edges


def test_any_name_survives_every_format(write, download):
    hub = write.record("partnership", "hub", NAMES[1])
    for number, name in enumerate(NAMES):
        org = write.record("organization", f"body-{number}", name)
        write.say("membership", org, partnership=hub, speaker_name=name, voice="quoted")

    downloads = {format: download("organizations", format=format) for format in GRAPH_FORMATS}

    result = from_json(downloads["graph"])
    assert {node["label"] for node in result.nodes.values()} == set(NAMES)
    assert {edge["speaker"] for edge in result.edges.values()} == set(NAMES)
    writable = Graph(
        {key: plain(node) for key, node in result.nodes.items()},
        {key: plain(edge) for key, edge in result.edges.items()},
    )
    assert from_graphml(downloads["graphml"]) == writable
    assert from_gexf(downloads["gexf"]) == writable
    rows = list(csv.DictReader(io.StringIO(downloads["edges"].decode(), newline="")))
    assert {row["source_label"].removeprefix("'") for row in rows} == set(NAMES)
    assert {row["target_label"] for row in rows} == {f"'{NAMES[1]}"}


def test_networkx_reads_the_json_as_it_is(records, download):
    payload = json.loads(download("search", format="graph"))

    parsed = networkx.node_link_graph(payload, edges="links", key="statement")

    assert parsed.is_directed()
    assert parsed.is_multigraph()
    assert (len(parsed), parsed.size()) == (len(payload["nodes"]), len(payload["links"]))


def test_edges_name_their_ends(records, download):
    content = download("organizations", format="edges", q="frente").decode()

    [head, row] = csv.reader(io.StringIO(content, newline=""))
    assert head == [column.name for column in graphs.COLUMNS]
    assert head[:6] == [
        "source", "source_kind", "source_label", "target", "target_kind", "target_label",
    ]  # fmt: skip
    fiob, mri = (str(records[slug].key) for slug in ("fiob", "mri"))
    assert row[:6] == [
        fiob, "organization", "Frente Indígena", mri, "partnership", "Migrant Rights International",
    ]  # fmt: skip


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_empty_answer_is_a_graph_too(records, download, format):
    content = download("organizations", format=format, q="nothinglikethis")

    if format == "edges":
        assert from_csv(content) == {}
    else:
        read = {"graph": from_json, "graphml": from_graphml, "gexf": from_gexf}[format]
        assert read(content) == Graph({}, {})


@pytest.mark.parametrize("format", GRAPH_FORMATS)
@pytest.mark.parametrize("clock", [{}, {"as_of": "2005"}, {"known_at": "1"}])
def test_two_downloads_are_the_same_bytes(records, download, format, clock):
    first, second = (download("search", format=format, **clock) for _ in range(2))

    assert first == second
    assert len(first) > 300


def test_files_describe_themselves(records, download, client):
    params = {"sphere": "civil", "as_of": "2010"}
    url = "http://testserver/api/v1/organizations/?sphere=civil&as_of=2010"
    day = client.get("/api/v1/").json()["day"]
    head = {
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "retrieved": day,
        "known_at": 1,
        "as_of": "2010",
    }

    payload = json.loads(download("organizations", **params, format="graph"))
    graphml = networkx.read_graphml(
        io.BytesIO(download("organizations", **params, format="graphml")), force_multigraph=True
    )
    gexf = download("organizations", **params, format="gexf").decode()

    of_json = {name: payload[name] for name in payload if name not in ("nodes", "links")}
    assert of_json == {
        **head,
        "request_url": f"{url}&format=graph",
        "directed": True,
        "multigraph": True,
    }
    assert {name: graphml.graph[name] for name in (*head, "request_url")} == {
        **head,
        "known_at": "1",
        "request_url": f"{url}&format=graphml",
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
def test_graph_is_a_file_with_its_day_change_and_etag(records, client, format, media_type, ending):
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

    assert [content_type.partition(";")[0] for content_type in chosen.values()] == [
        "application/graphml+xml",
        "application/gexf+xml",
        "application/vnd.mcs.graph+json",
        "text/csv",
        "application/json",
    ]


@pytest.mark.parametrize(
    ("query", "field"),
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
def test_parameters_that_graphs_do_not_take_are_refused(records, client, format, query, field):
    answer = client.get(f"/api/v1/organizations/?format={format}&{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_graph_takes_limit_all(records, download):
    assert from_json(download("organizations", format="graph", limit="all")).edges != {}


def test_byte_order_mark_is_for_lists_of_edges_alone(records, download, client):
    plain, with_bom = (download("search", format="edges", **bom) for bom in ({}, {"bom": "1"}))

    assert with_bom == b"\xef\xbb\xbf" + plain
    assert client.get("/api/v1/search/?format=gexf&bom=1").status_code == 400


@pytest.mark.parametrize("name", OTHERS)
def test_lists_of_other_things_are_no_graphs(records, client, name):
    for format in GRAPH_FORMATS:
        answer = client.get(f"/api/v1/{name}/?format={format}")

        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["format"]


def test_item_is_no_graph(records, client):
    answer = client.get("/api/v1/organizations/mfa/?format=graphml")

    assert answer.json()["detail"].endswith("Known formats: json, csv, jsonld.")


@pytest.mark.parametrize(("clock", "queries"), [({}, 6), ({"as_of": "2010"}, 9)])
def test_graph_takes_as_many_queries_for_many_as_for_few(write, download, clock, queries):
    hub = write.record("partnership", "hub")
    for number in range(3):
        org = write.record("organization", f"body-{number}", "Body")
        write.say("membership", org, partnership=hub)
        with CaptureQueriesContext(connection) as seen:
            download("organizations", format="gexf", q="body", **clock)

        assert len(seen) == queries, [query["sql"][:90] for query in seen]


def test_many_edges_are_buffered_in_a_file(records, download, monkeypatch):
    whole = download("search", format="graphml")
    monkeypatch.setattr(graphs, "IN_MEMORY", 100)

    assert download("search", format="graphml") == whole


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
def test_page_of_a_list_links_to_its_files(paper, client, path):
    files = page_of(client.get(path)).main.one("p", kind="as-data").every("a")

    answers = {answer.text: client.get(answer.attributes["href"]) for answer in files}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    assert ("GraphML" in answers) == (path.split("/")[1] not in ("sources", "terms"))
