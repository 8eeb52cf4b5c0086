"""How the API describes itself, as OpenAPI 3.1: every parameter, every answer, every problem."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.pagination import BasePagination
from rest_framework.views import APIView

from orgs.search.filters import ValuesField
from orgs.search.paging import COUNT_LIMIT, LARGEST_LIMIT, LIMIT

from . import serializers
from .graphs import EDGE, NODE, Attribute

ROOT = "/api/v1/"
GUIDE = "/developers/"
FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonld": "application/ld+json",
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "edges": "text/csv",
    "graph": "application/json",
}
"""The formats of answers, each with its media type. The first is that of everything."""
GRAPHS = ("graphml", "gexf", "edges", "graph")
"""The formats of graphs: only lists of records have them."""
OF_ENTRIES = tuple(name for name in FORMATS if name not in GRAPHS)
"""The formats of lists and items."""
TABLES = ("csv", "edges")
"""The formats that are a table."""
WHOLE = ("csv", *GRAPHS)
"""The formats that have no pages."""
ENDINGS = {"edges": "edges.csv", "graph": "graph.json"}
"""How the names of files end where the format is not it."""
ALL = "all"
"""How many to answer with: the whole answer in one piece."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""The licence of what the catalogue publishes; quotations belong to their authors."""


def parameter(name: str, description: str, schema: Any = str) -> OpenApiParameter:
    """Return the description of a parameter of a query that is given once."""
    return OpenApiParameter(name, schema, description=description)


def several(name: str, description: str, values: tuple[str, ...] = ()) -> OpenApiParameter:
    """Return the description of a parameter that takes several of these values, or of any."""
    one = {"type": "string", "enum": [*values]} if values else {"type": "string"}
    schema = {"type": "array", "items": one}
    return OpenApiParameter(name, schema, description=description, explode=False, style="form")


def question(name: str, asked: Any) -> OpenApiParameter:
    """Return the description of a question of a filter set, in its own words."""
    return (several if asked.field_class is ValuesField else parameter)(name, str(asked.label))


def takes_several(described: OpenApiParameter) -> bool:
    """Whether a parameter may be repeated, or hold several values between commas."""
    return isinstance(described.type, dict) and described.type.get("type") == "array"


def order(orders: tuple[str, ...]) -> OpenApiParameter:
    """Return the description of the order of a list that can be in these orders."""
    told = {"position": " or by their place among others of their kind"}
    more = "".join(told.get(name, "") for name in orders)
    about = f"The order: by name, by change{more}, or, if words are looked for, by relevance."
    return parameter("sort", about, {"type": "string", "enum": [*orders, "relevance"]})


CURSOR = parameter("cursor", "From `next` or `previous` of an earlier page.")
JSON = parameter("format", "The format of the answer.", {"type": "string", "enum": ["json"]})
AS_ENTRIES = (
    "The format of the answer; `Accept` may say it, too. `csv` is one table with a row for every "
    "entry: its columns are described at `fields`, several values in a cell stand apart by ` | `, "
    "and a cell that a spreadsheet would run (it begins with = + - @, a tab or a line break) has "
    "an apostrophe before it. `jsonld` tells what schema.org has words for."
)
AS_GRAPH = (
    "`graphml`, `gexf`, `graph` (JSON) and `edges` (CSV) are the whole answer as a graph: the "
    "nodes are what answers and what that is tied to, the edges are statements that tie two "
    "records, save where they are. What a source denies (`holds` false) is no edge. With `as_of` "
    "or `known_at`, the edges are those of then."
)
FORMAT_OF_ITEM = parameter(
    "format",
    "The format of the answer, as for the list.",
    {"type": "string", "enum": [*OF_ENTRIES]},
)
FORMAT = parameter("format", AS_ENTRIES, {"type": "string", "enum": [*OF_ENTRIES]})
FORMAT_OR_GRAPH = parameter(
    "format", f"{AS_ENTRIES} {AS_GRAPH}", {"type": "string", "enum": [*FORMATS]}
)
BOM = parameter(
    "bom",
    "1: a CSV begins with a byte order mark, by which some spreadsheets know that it is UTF-8.",
    {"type": "string", "enum": ["", "1"]},
)
LIMITED = parameter(
    "limit",
    "How many to answer at once.",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
)
LIMITED_OR_ALL = parameter(
    "limit",
    f"How many to answer at once; `{ALL}` is the whole answer in one piece, as a file with its "
    "date and licence. Tables and graphs are always the whole answer.",
    {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT},
            {"type": "string", "enum": [ALL]},
        ],
        "default": LIMIT,
    },
)
AS_OF = parameter("as_of", "As it was in this year, month or day: 2010, 2010-10, 2010-10-08.")
KNOWN_AT = parameter(
    "known_at",
    "As the catalogue knew it: the number of a change, or a full date and time with its zone.",
)
SINCE = parameter(
    "since",
    "Only what came after the change of this number: resume with the last one you read.",
    {"type": "integer", "minimum": 0},
)
HEADERS = (
    OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description="The ETag of an earlier answer: 304 says that it still holds.",
    ),
    OpenApiParameter(
        "ETag",
        str,
        OpenApiParameter.HEADER,
        description="The mark of this answer.",
        response=[200, 304],
    ),
    OpenApiParameter(
        "Link",
        str,
        OpenApiParameter.HEADER,
        description="The next and previous page, this description, its guide and the licence (RFC "
        "8288).",
        response=[200],
    ),
)


OTHER_SHAPES: dict[str, Any] = {
    "csv": {"type": "string", "description": "A table (RFC 4180) in UTF-8."},
    "jsonld": {"type": "object", "description": "Linked data; `@context` explains its words."},
    "graphml": {"type": "string", "description": "A graph (GraphML 1.0)."},
    "gexf": {"type": "string", "description": "A graph (GEXF 1.3)."},
}
"""What answers look like that are not JSON. A list of edges is a table, a graph is JSON, too."""


class Described(AutoSchema):
    """How an address of the API describes itself; the view says its `parameters`, `purpose` and
    `answer_shape`."""

    view: Any

    def get_override_parameters(self) -> list:
        """Return the parameters of the query, and the headers that matter."""
        return [*self.view.parameters(), *HEADERS]

    def get_filter_parameters(self) -> list:
        """Return nothing: the view has described its questions."""
        return []

    def get_response_serializers(self) -> Any:
        """Return what is answered, by status code."""
        names_one = "{" in self.path
        answers: dict[Any, OpenApiResponse] = {
            200: OpenApiResponse(self.view.answer_shape(), description="The answer."),
            **{
                (200, FORMATS[one]): OpenApiResponse(OTHER_SHAPES[one], description="The answer.")
                for one in self.view.formats
                if one in OTHER_SHAPES
            },
            304: OpenApiResponse(description="What you have still holds."),
        }
        problems = {
            400: (serializers.Problem, "A parameter is refused, by name."),
            405: (serializers.Problem, "This address can only be read."),
            406: (serializers.Problem, "`Accept` excludes every format of this answer."),
            503: (
                serializers.Problem,
                "The catalogue cannot be read now, or others ask for answers that cost as much: "
                "see `Retry-After`.",
            ),
        }
        if names_one:
            answers[308] = OpenApiResponse(
                description="It has another address: follow `Location`, for ever."
            )
            problems[404] = (serializers.Problem, "Nothing public has this address.")
            problems[410] = (serializers.GoneProblem, "It was withdrawn.")
        for status, (told_by, description) in sorted(problems.items()):
            answers[(status, "application/problem+json")] = OpenApiResponse(
                told_by, description=description
            )
        return answers

    def get_description(self) -> str:  # type: ignore[override]
        """Return what the address is for."""
        return self.view.purpose()

    def get_summary(self) -> str:
        """Return the first line of that."""
        return self.view.purpose().split("\n")[0]

    def get_tags(self) -> list[str]:
        """Return the name of the collection."""
        return [self.path.removeprefix(ROOT).split("/")[0] or "contents"]

    def get_operation_id(self) -> str:
        """Return a name for programs that are made from the description: organizations_list."""
        return f"{self.get_tags()[0]}_{self.view.action}"

    def get_paginated_name(self, serializer_name: str) -> str:
        """Return the name of the shape of a list."""
        return f"{serializer_name}List"


class Paging(BasePagination):
    """The shape of a list. It only describes: `orgs.search.paging` does the paging."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """Return the schema of a list of what this schema describes."""
        way = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "count_is", "next", "previous", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "description": f"How many there are, counted to {COUNT_LIMIT}.",
                },
                "count_is": {
                    "type": "string",
                    "enum": ["exact", "at_least"],
                    "description": "Whether these are all, or there are more than were counted.",
                },
                "next": {**way, "description": "The address of the next page."},
                "previous": {**way, "description": "The address of the page before."},
                "results": {**schema, "description": "What this page of the list holds."},
                "licence": {
                    "type": "string",
                    "description": f"With limit={ALL}: the licence of all this.",
                },
                "retrieved": {
                    "type": "string",
                    "format": "date",
                    "description": f"With limit={ALL}: the day for which it was written.",
                },
                "known_at": {
                    "type": "integer",
                    "description": f"With limit={ALL}: the newest change that is in it.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict]:
        """Return nothing: the view has described its parameters."""
        return []


class FacetedPaging(Paging):
    """The shape of a list whose values can be counted."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """Return the schema of a list of what this schema describes."""
        told = {
            "value": {"type": "string", "description": "The value, as the question takes it."},
            "label": {"type": "string", "description": "The value, as people read it."},
            "count": {"type": "integer", "description": "How many entries hold it."},
        }
        counted = {"type": "object", "required": [*told], "properties": told}
        described = super().get_paginated_response_schema(schema)
        described["properties"]["facets"] = {
            "type": "object",
            "description": "If asked for: how many entries hold each value of these questions.",
            "additionalProperties": {"type": "array", "items": counted},
        }
        return described


def told_of(attributes: tuple[Attribute, ...]) -> dict:
    """Return the schema of a list of nodes, or of edges, of which this is told."""
    told = {one.name: {"type": one.type, "description": one.about} for one in attributes}
    return {
        "type": "array",
        "items": {"type": "object", "required": [*told], "properties": told},
    }


class GraphedPaging(FacetedPaging):
    """The shape of a list of records, which can be a graph, too."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """Return the schema of a list of what this schema describes, or of its graph."""
        described = super().get_paginated_response_schema(schema)
        more = {
            "as_of": {
                "type": "string",
                "description": "With format=graph: the days asked about, if any.",
            },
            "asked": {
                "type": "string",
                "format": "uri",
                "description": "With format=graph: the question, as the address that asks it.",
            },
            "directed": {"type": "boolean", "description": "With format=graph: true."},
            "multigraph": {
                "type": "boolean",
                "description": "With format=graph: true. Several statements may tie two nodes.",
            },
            "nodes": {
                **told_of(NODE),
                "description": "With format=graph: what answers, and what that is tied to.",
            },
            "links": {
                **told_of(EDGE),
                "description": "With format=graph: every statement that ties two nodes. GraphML, "
                "GEXF and the list of edges have the same by the same names; the list adds kind "
                "and label of both ends.",
            },
        }
        in_graphs = ["licence", "retrieved", "known_at", "asked", "directed", "multigraph"]
        either = [
            {"required": described.pop("required")},
            {"required": [*in_graphs, "nodes", "links"]},
        ]
        described["properties"] |= more
        return {**described, "anyOf": either}
