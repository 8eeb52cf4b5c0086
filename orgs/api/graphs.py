"""An answer as a graph, in the files that programs for networks read.

Nodes are the records that answer, and whatever their statements lead to. An edge is one statement
that ties two records: it goes from the one that is spoken of to the one that is named, and tells
who says so. What a source denies is no edge: such programs would draw it like any other tie.
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

from .csv import AT_ONCE, Column, Document, table

IN_MEMORY = 1024 * 1024
"""So many characters of edges wait in memory for the last node; more wait in a file."""

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write: control characters, mostly."""

Told = dict[str, Any]
"""A node or an edge, by the names of what is told of it."""


class Attribute(NamedTuple):
    """Something that is told of every node, or of every edge."""

    name: str
    about: str
    type: str = "string"


NODE = (
    Attribute("id", "The permanent id of the record."),
    Attribute("kind", "What it is."),
    Attribute("slug", "The last part of its address; it may change."),
    Attribute("label", "What it is called in headings and lists."),
    Attribute("url", "The whole address of its page."),
    Attribute("arenas", "The arenas it stands in, by their codes, between semicolons."),
    Attribute("sphere", "Where it stands: civil, market, state, intergovernmental."),
    Attribute("answers", "Whether it answers the question, or is only led to.", "boolean"),
)
EDGE = (
    Attribute("source", "The id of the node that the statement is about."),
    Attribute("target", "The id of the node that it names."),
    Attribute("statement", "The number of the statement: cite it by that.", "integer"),
    Attribute("kind", "What is said: membership, involvement, relation, ..."),
    Attribute("label", "Which: the grade, the role, the predicate, by its code."),
    # `source` is where an edge begins, in every one of these formats.
    Attribute("said_in", "The key of the source that says it."),
    Attribute("speaker", "Whom that source quotes."),
    Attribute("speaker_id", "The id of whom it quotes, if that is a record."),
    Attribute("voice", "Whose words: own, source, quoted, editor."),
    Attribute("confidence", "How firmly: stated, implied, inferred."),
    Attribute("when", "When it was so, as EDTF; empty if the source does not date it."),
    Attribute("observed", "When the source looked at the world, as EDTF."),
    Attribute("disputed", "Whether another statement says something else.", "boolean"),
)
"""What is told of an edge: `source`, `target` and `statement` are its ends and its own id."""


class Tie(NamedTuple):
    """How statements of one kind tie records: where they stand, whom they name, what they say."""

    kind: str
    part: str
    named: str
    label: str


@cache
def ties() -> tuple[Tie, ...]:
    """Return every kind of statement that ties two records, save where they are.

    Nearly everything is somewhere: with places as nodes a graph would be a picture of the map.
    """
    return tuple(
        Tie(
            kind.code(),
            kind.part,
            kind.object_name,
            kind.term_name or next(iter(kind.document_fields), ""),
        )
        for kind in statement_kinds().values()
        if kind.object_name and kind.part != Presence.part
    )


def node(document: Document, site: str, answers: bool) -> Told:
    """Return the node of a document, or of a mention: of that, arenas and sphere are not known.

    `site` is the address of this site, without a slash.
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
        "answers": answers,
    }


def of_card(card: str) -> Document:
    """Return as much of a document as a node tells, from the card of its entry (JSON)."""
    told = json.loads(card)
    return told | {"arenas": [{"arena": arena, "holds": True} for arena in told["arenas"]]}


def edges(document: Document) -> Iterator[tuple[Document, Told]]:
    """Give every edge that begins at a document, each with the mention of what it leads to."""
    for tie in ties():
        for item in document[tie.part]:
            named = item[tie.named]
            if named is None or not item["holds"]:
                continue
            speaker = item["speaker"] or {}
            yield (
                named,
                {
                    "source": document["id"],
                    "target": named["id"],
                    "statement": item["statement"],
                    "kind": tie.kind,
                    "label": item.get(tie.label) or "",
                    "said_in": item["source"],
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


class Form(NamedTuple):
    """How a file is written: what stands before, between and after its nodes and its edges."""

    before: Callable[[Told], str]
    """Takes what is told of the whole: licence, day, change."""
    node: Callable[[Told], str]
    between: str
    edge: Callable[[Told], str]
    after: str
    comma: str = "\n"
    """What stands between two nodes, and between two edges."""


def graph(
    format: str,
    head: Told,
    documents: Iterable[Document],
    others: Callable[[list[str]], dict[str, Document]],
    site: str,
) -> Iterator[bytes]:
    """Give documents as a graph: a file in a format of `FORMS`, piece by piece.

    Takes what is told of the whole, and what looks up other documents by their ids: one that it
    does not find is a node by its mention. Of what answers, only the ids are kept in memory.
    """
    pieces: list[str] = []
    size = 0
    for text in _texts(FORMS[format], head, documents, others, site):
        pieces.append(text)
        size += len(text)
        if size > AT_ONCE:
            yield "".join(pieces).encode()
            pieces, size = [], 0
    yield "".join(pieces).encode()


def _texts(
    form: Form,
    head: Told,
    documents: Iterable[Document],
    others: Callable[[list[str]], dict[str, Document]],
    site: str,
) -> Iterator[str]:
    answering: set[str] = set()
    led_to: dict[str, Document] = {}
    node_comma = edge_comma = ""
    yield form.before(head)
    # An edge may lead to a node that comes later, and programs want all nodes first.
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="") as waiting:
        for document in documents:
            answering.add(document["id"])
            yield node_comma + form.node(node(document, site, answers=True))
            node_comma = form.comma
            for named, edge in edges(document):
                if named["id"] not in answering:
                    led_to.setdefault(named["id"], named)
                waiting.write(edge_comma + form.edge(edge))
                edge_comma = form.comma
        for some in batched([key for key in led_to if key not in answering]):
            found = others(some)
            for key in some:
                there = found.get(key, led_to[key])
                yield node_comma + form.node(node(there, site, answers=False))
                node_comma = form.comma
        yield form.between
        waiting.seek(0)
        while text := waiting.read(AT_ONCE):
            yield text
    yield form.after


def _json_before(head: Told) -> str:
    told = {**head, "directed": True, "multigraph": True}
    return f'{json.dumps(told, ensure_ascii=False)[:-1]}, "nodes": ['


def _json(told: Told) -> str:
    return json.dumps(told, ensure_ascii=False)


def _text(value: str | int) -> str:
    """Return a value as XML: what cannot be written in it is left out."""
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


def _graphml_before(head: Told) -> str:
    keys = [
        *(("graph", Attribute(name, "")) for name in head),
        *(("node", one) for one in NODE[1:]),
        *(("edge", one) for one in EDGE[2:]),
    ]
    lines = [
        f'<graphml xmlns="{GRAPHML}" {XSI}'
        f' xsi:schemaLocation="{GRAPHML} {GRAPHML}/1.0/graphml.xsd">',
        *(
            f'<key id="{of}.{one.name}" for="{of}" attr.name="{one.name}"'
            f' attr.type="{XML_TYPES[one.type]}">'
            + (f"<desc>{_content(one.about)}</desc>" if one.about else "")
            + "</key>"
            for of, one in keys
        ),
        '<graph edgedefault="directed">',
        _graphml_data("graph", head),
    ]
    return XML + "\n".join(lines) + "\n"


def _graphml_data(of: str, told: Told) -> str:
    return "".join(
        f'<data key="{of}.{name}">{_content(value)}</data>'
        for name, value in told.items()
        if value != "" and name not in ("id", "source", "target")
    )


def _graphml_node(told: Told) -> str:
    return f'<node id="{told["id"]}">{_graphml_data("node", told)}</node>'


def _graphml_edge(told: Told) -> str:
    ends = f'source="{told["source"]}" target="{told["target"]}"'
    return f'<edge id="{told["statement"]}" {ends}>{_graphml_data("edge", told)}</edge>'


def _gexf_before(head: Told) -> str:
    described = "; ".join(f"{name}: {value}" for name, value in head.items())
    lines = [
        f'<gexf xmlns="{GEXF}" {XSI} xsi:schemaLocation="{GEXF} {GEXF}/gexf.xsd" version="1.3">',
        f'<meta lastmodifieddate="{head["retrieved"]}">'
        f"<description>{_content(described)}</description></meta>",
        '<graph mode="static" defaultedgetype="directed">',
        _gexf_attributes("node", NODE[1:]),
        _gexf_attributes("edge", EDGE[2:]),
        "<nodes>",
    ]
    return XML + "\n".join(lines) + "\n"


def _gexf_attributes(of: str, attributes: Iterable[Attribute]) -> str:
    # Nodes and edges have labels of their own there.
    told = "".join(
        f'<attribute id="{one.name}" title="{one.name}" type="{XML_TYPES[one.type]}"/>'
        for one in attributes
        if one.name != "label"
    )
    return f'<attributes class="{of}">{told}</attributes>'


def _gexf_values(told: Told) -> str:
    values = "".join(
        f'<attvalue for="{name}" value={_value(value)}/>'
        for name, value in told.items()
        if value != "" and name not in ("id", "label", "source", "target")
    )
    return f"<attvalues>{values}</attvalues>"


def _gexf_node(told: Told) -> str:
    return f'<node id="{told["id"]}" label={_value(told["label"])}>{_gexf_values(told)}</node>'


def _gexf_edge(told: Told) -> str:
    # By their kinds, programs keep edges apart that have the same ends.
    return (
        f'<edge id="{told["statement"]}" source="{told["source"]}" target="{told["target"]}"'
        f' label={_value(told["label"])} kind="{told["kind"]}">{_gexf_values(told)}</edge>'
    )


FORMS = {
    "graphml": Form(
        _graphml_before, _graphml_node, "\n", _graphml_edge, "\n</graph>\n</graphml>\n"
    ),
    "gexf": Form(
        _gexf_before,
        _gexf_node,
        "\n</nodes>\n<edges>\n",
        _gexf_edge,
        "\n</edges>\n</graph>\n</gexf>\n",
    ),
    "graph": Form(_json_before, _json, '], "links": [', _json, "]}", ", "),
}
"""The files of nodes and edges, by their formats: GraphML 1.0, GEXF 1.3, JSON (node-link)."""


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
    *(_column(one) for one in EDGE[2:]),
)
"""The columns of the list of edges: what edges tell, and what their ends are."""


def edge_list(documents: Iterable[Document], marked: bool = False) -> Iterator[bytes]:
    """Give the edges of documents as CSV, piece by piece; `marked` as for `columns.table`."""
    rows = (
        {
            **edge,
            "source_kind": document["kind"],
            "source_label": document["label"],
            "target_kind": named["kind"],
            "target_label": named["label"],
        }
        for document in documents
        for named, edge in edges(document)
    )
    return table(COLUMNS, rows, marked)
