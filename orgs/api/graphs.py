"""Records as a graph, in the file formats of programs for network analysis.

Nodes are the records that match the filters, and the records that their statements mention. An
edge is one statement that ties two records: from its subject to the record that it mentions, with
its source. A statement that a source denies is no edge: such programs would draw it as a tie.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from orgs.changes.rebuild import batched
from orgs.statements.presence import Presence
from orgs.statements.statement import statement_kinds

from .csv import CHUNK_SIZE, Column, Document, write_table

IN_MEMORY = 1024 * 1024
"""Characters of edges to buffer in memory until all nodes are written; more go to a file."""

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot contain: mostly control characters."""

Values = dict[str, Any]
"""The values of a node or an edge, by the names of its attributes."""


class Attribute(NamedTuple):
    """An attribute of every node, or of every edge."""

    name: str
    about: str
    type: str = "string"


NODE = (
    Attribute("id", "The permanent id of the record."),
    Attribute("kind", "What it is."),
    Attribute("slug", "The last part of its address; it may change."),
    Attribute("label", "What it is called in headings and lists."),
    Attribute("url", "The whole address of its page."),
    Attribute("arenas", "The codes of its arenas, separated by semicolons."),
    Attribute("sphere", "Its sphere: civil, market, state, intergovernmental."),
    Attribute("answers", "Whether it answers the question, or is only led to.", "boolean"),
)
EDGE = (
    Attribute("source", "The id of the node that the statement is about."),
    Attribute("target", "The id of the node that it names."),
    Attribute("statement", "The number of the statement: cite it by that.", "integer"),
    Attribute("kind", "The kind of statement: membership, involvement, relation, ..."),
    Attribute("label", "Which: the grade, the role, the predicate, by its code."),
    # `source` is where an edge begins, in every one of these formats.
    Attribute("source_key", "The key of its source."),
    Attribute("speaker", "The speaker that the source quotes."),
    Attribute("speaker_id", "The id of that speaker, if it is a record."),
    Attribute("voice", "The voice: own, source, quoted, editor."),
    Attribute("confidence", "How firmly: stated, implied, inferred."),
    Attribute("when", "When it applied, as EDTF; empty if the source does not date it."),
    Attribute("observed", "When the source looked at the world, as EDTF."),
    Attribute("disputed", "Whether another statement disagrees.", "boolean"),
)
"""`source`, `target` and `statement` are the ends of an edge and its id."""


class EdgeKind(NamedTuple):
    """A kind of statement that ties two records: its part of the document, and its fields."""

    kind: str
    part: str
    target: str
    label: str


@cache
def edge_kinds() -> tuple[EdgeKind, ...]:
    """Every kind of statement that ties two records, except presence.

    Nearly every record has a place: with places as nodes the graph would be a map.
    """
    return tuple(
        EdgeKind(
            kind.code(),
            kind.part,
            kind.object_name,
            kind.term_name or next(iter(kind.document_fields), ""),
        )
        for kind in statement_kinds().values()
        if kind.object_name and kind.part != Presence.part
    )


def node(document: Document, site: str, is_match: bool) -> Values:
    """The node of a document, or of a mention, without arenas and sphere.

    `site` is the address of this site, without a slash. `is_match` says whether the record matches
    the filters.
    """
    arenas = (item["arena"] for item in document.get("arenas", ()) if item["holds"])
    return {
        "id": document["id"],
        "kind": document["kind"],
        "slug": document["slug"],
        "label": document["label"],
        "url": site + document["url"],
        "arenas": ";".join(dict.fromkeys(arenas)),
        "sphere": document.get("sphere", ""),
        "answers": is_match,
    }


def document_from_card(card: str) -> Document:
    """The part of a document that a node needs, from the card of its entry (JSON)."""
    values = json.loads(card)
    return values | {"arenas": [{"arena": arena, "holds": True} for arena in values["arenas"]]}


def edges(document: Document) -> Iterator[tuple[Document, Values]]:
    """Every edge that begins at a document, with the mention of its target."""
    for kind in edge_kinds():
        for item in document[kind.part]:
            target = item[kind.target]
            if target is None or not item["holds"]:
                continue
            speaker = item["speaker"] or {}
            yield (
                target,
                {
                    "source": document["id"],
                    "target": target["id"],
                    "statement": item["statement"],
                    "kind": kind.kind,
                    "label": item.get(kind.label) or "",
                    "source_key": item["source"],
                    "speaker": speaker.get("label") or "",
                    "speaker_id": speaker.get("id") or "",
                    "voice": item["voice"],
                    "confidence": item["confidence"],
                    "when": item["when"] or "",
                    "observed": item["observed"],
                    "disputed": item["disputed"],
                },
            )


# Files of nodes and edges -----------------------------------------------------------------------


class GraphWriter(NamedTuple):
    """Writes a file format: what comes before, between and after nodes and edges."""

    before: Callable[[Values], str]
    """Takes the metadata of the graph: licence, day, change."""
    node: Callable[[Values], str]
    between: str
    edge: Callable[[Values], str]
    after: str
    separator: str = "\n"
    """Between two nodes, and between two edges."""


def write_graph(
    format: str,
    head: Values,
    documents: Iterable[Document],
    find_documents: Callable[[list[str]], dict[str, Document]],
    site: str,
) -> Iterator[bytes]:
    """Documents as a graph in a format of `WRITERS`, in chunks.

    `head` is the metadata of the graph. `find_documents` looks up mentioned records by their ids;
    where it has none, the mention becomes the node. Of the documents, only ids stay in memory.
    """
    chunk: list[str] = []
    size = 0
    for text in _texts(WRITERS[format], head, documents, find_documents, site):
        chunk.append(text)
        size += len(text)
        if size > CHUNK_SIZE:
            yield "".join(chunk).encode()
            chunk, size = [], 0
    yield "".join(chunk).encode()


def _texts(
    writer: GraphWriter,
    head: Values,
    documents: Iterable[Document],
    find_documents: Callable[[list[str]], dict[str, Document]],
    site: str,
) -> Iterator[str]:
    matches: set[str] = set()
    mentions: dict[str, Document] = {}
    node_separator = edge_separator = ""
    yield writer.before(head)
    # The formats have all nodes before the edges, and an edge may lead to a later node.
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="") as edge_buffer:
        for document in documents:
            matches.add(document["id"])
            yield node_separator + writer.node(node(document, site, is_match=True))
            node_separator = writer.separator
            for target, edge in edges(document):
                if target["id"] not in matches:
                    mentions.setdefault(target["id"], target)
                edge_buffer.write(edge_separator + writer.edge(edge))
                edge_separator = writer.separator
        for batch in batched([key for key in mentions if key not in matches]):
            mentioned = find_documents(batch)
            for key in batch:
                document = mentioned.get(key, mentions[key])
                yield node_separator + writer.node(node(document, site, is_match=False))
                node_separator = writer.separator
        yield writer.between
        edge_buffer.seek(0)
        while text := edge_buffer.read(CHUNK_SIZE):
            yield text
    yield writer.after


def _json_before(head: Values) -> str:
    values = {**head, "directed": True, "multigraph": True}
    return f'{json.dumps(values, ensure_ascii=False)[:-1]}, "nodes": ['


def _json(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False)


def _text(value: str | int) -> str:
    """A value as XML text, without the characters that XML cannot contain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return FORBIDDEN.sub("", str(value))


def _content(value: str | int) -> str:
    return escape(_text(value), {"\r": "&#13;"})


def _value(value: str | int) -> str:
    return quoteattr(_text(value))


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"
XML_TYPES = {"string": "string", "boolean": "boolean", "integer": "long"}


def _graphml_before(head: Values) -> str:
    keys = [
        *(("graph", Attribute(name, "")) for name in head),
        *(("node", attribute) for attribute in NODE[1:]),
        *(("edge", attribute) for attribute in EDGE[2:]),
    ]
    lines = [
        f'<graphml xmlns="{GRAPHML}" {XSI}'
        f' xsi:schemaLocation="{GRAPHML} {GRAPHML}/1.0/graphml.xsd">',
        *(
            f'<key id="{owner}.{attribute.name}" for="{owner}" attr.name="{attribute.name}"'
            f' attr.type="{XML_TYPES[attribute.type]}">'
            + (f"<desc>{_content(attribute.about)}</desc>" if attribute.about else "")
            + "</key>"
            for owner, attribute in keys
        ),
        '<graph edgedefault="directed">',
        _graphml_data("graph", head),
    ]
    return XML + "\n".join(lines) + "\n"


def _graphml_data(owner: str, values: Values) -> str:
    return "".join(
        f'<data key="{owner}.{name}">{_content(value)}</data>'
        for name, value in values.items()
        if value != "" and name not in ("id", "source", "target")
    )


def _graphml_node(values: Values) -> str:
    return f'<node id="{values["id"]}">{_graphml_data("node", values)}</node>'


def _graphml_edge(values: Values) -> str:
    ends = f'source="{values["source"]}" target="{values["target"]}"'
    return f'<edge id="{values["statement"]}" {ends}>{_graphml_data("edge", values)}</edge>'


def _gexf_before(head: Values) -> str:
    description = "; ".join(f"{name}: {value}" for name, value in head.items())
    lines = [
        f'<gexf xmlns="{GEXF}" {XSI} xsi:schemaLocation="{GEXF} {GEXF}/gexf.xsd" version="1.3">',
        f'<meta lastmodifieddate="{head["retrieved"]}">'
        f"<description>{_content(description)}</description></meta>",
        '<graph mode="static" defaultedgetype="directed">',
        _gexf_attributes("node", NODE[1:]),
        _gexf_attributes("edge", EDGE[2:]),
        "<nodes>",
    ]
    return XML + "\n".join(lines) + "\n"


def _gexf_attributes(owner: str, attributes: Iterable[Attribute]) -> str:
    # The label is an XML attribute of nodes and edges.
    declarations = "".join(
        f'<attribute id="{attribute.name}" title="{attribute.name}"'
        f' type="{XML_TYPES[attribute.type]}"/>'
        for attribute in attributes
        if attribute.name != "label"
    )
    return f'<attributes class="{owner}">{declarations}</attributes>'


def _gexf_values(values: Values) -> str:
    elements = "".join(
        f'<attvalue for="{name}" value={_value(value)}/>'
        for name, value in values.items()
        if value != "" and name not in ("id", "label", "source", "target")
    )
    return f"<attvalues>{elements}</attvalues>"


def _gexf_node(values: Values) -> str:
    label = _value(values["label"])
    return f'<node id="{values["id"]}" label={label}>{_gexf_values(values)}</node>'


def _gexf_edge(values: Values) -> str:
    # Programs merge parallel edges unless their kinds differ.
    return (
        f'<edge id="{values["statement"]}" source="{values["source"]}"'
        f' target="{values["target"]}" label={_value(values["label"])}'
        f' kind="{values["kind"]}">{_gexf_values(values)}</edge>'
    )


WRITERS = {
    "graphml": GraphWriter(
        _graphml_before, _graphml_node, "\n", _graphml_edge, "\n</graph>\n</graphml>\n"
    ),
    "gexf": GraphWriter(
        _gexf_before,
        _gexf_node,
        "\n</nodes>\n<edges>\n",
        _gexf_edge,
        "\n</edges>\n</graph>\n</gexf>\n",
    ),
    "graph": GraphWriter(_json_before, _json, '], "links": [', _json, "]}", ", "),
}
"""By format: GraphML 1.0, GEXF 1.3, JSON (node-link)."""


# The list of edges ------------------------------------------------------------------------------


def _column(attribute: Attribute) -> Column:
    if attribute.type == "boolean":
        about = f"{attribute.about[:-1]}: yes or no."
        return Column(attribute.name, about, lambda row: "yes" if row[attribute.name] else "no")
    return Column(attribute.name, attribute.about, lambda row: row[attribute.name])


def _end(end: str, name: str) -> Column:
    return Column(f"{end}_{name}", f"Its {name}.", lambda row: row[f"{end}_{name}"])


COLUMNS = (
    _column(EDGE[0]),
    _end("source", "kind"),
    _end("source", "label"),
    _column(EDGE[1]),
    _end("target", "kind"),
    _end("target", "label"),
    *(_column(attribute) for attribute in EDGE[2:]),
)
"""The columns of the list of edges: their attributes, and the kind and label of both ends."""


def write_edge_list(documents: Iterable[Document], bom: bool = False) -> Iterator[bytes]:
    """The edges of documents as CSV, in chunks; `bom` as for `write_table`."""
    rows = (
        {
            **edge,
            "source_kind": document["kind"],
            "source_label": document["label"],
            "target_kind": target["kind"],
            "target_label": target["label"],
        }
        for document in documents
        for target, edge in edges(document)
    )
    return write_table(COLUMNS, rows, bom)
