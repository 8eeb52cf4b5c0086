"""The description of the API as OpenAPI 3.1: parameters, responses and problems."""

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
"""The media types of the formats; the first is the default."""
GRAPH_FORMATS = ("graphml", "gexf", "edges", "graph")
"""Only lists of records have these."""
ENTRY_FORMATS = tuple(name for name in FORMATS if name not in GRAPH_FORMATS)
"""The formats of lists and items."""
TABLE_FORMATS = ("csv", "edges")
UNPAGED_FORMATS = ("csv", *GRAPH_FORMATS)
FILE_EXTENSIONS = {"edges": "edges.csv", "graph": "graph.json"}
"""File extensions that differ from the name of the format."""
ALL = "all"
"""The value of `limit` for a complete list."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""The licence of what the catalogue publishes; quotations belong to their authors."""


def parameter(name: str, description: str, schema: Any = str) -> OpenApiParameter:
    """A query parameter that may be given once."""
    return OpenApiParameter(name, schema, description=description)


def array_parameter(name: str, description: str, values: tuple[str, ...] = ()) -> OpenApiParameter:
    """A query parameter with several values; without `values`, of any."""
    item = {"type": "string", "enum": [*values]} if values else {"type": "string"}
    schema = {"type": "array", "items": item}
    return OpenApiParameter(name, schema, description=description, explode=False, style="form")


def filter_parameter(name: str, filter: Any) -> OpenApiParameter:
    """A filter of a filter set, described by its label."""
    create = array_parameter if filter.field_class is ValuesField else parameter
    return create(name, str(filter.label))


def is_repeatable(parameter: OpenApiParameter) -> bool:
    """Whether a parameter may be repeated, or hold several values between commas."""
    return isinstance(parameter.type, dict) and parameter.type.get("type") == "array"


def sort_parameter(orders: tuple[str, ...]) -> OpenApiParameter:
    position = " or by their place among others of their kind" if "position" in orders else ""
    about = f"The order: by name, by change{position}, or, if words are looked for, by relevance."
    return parameter("sort", about, {"type": "string", "enum": [*orders, "relevance"]})


CURSOR = parameter("cursor", "From `next` or `previous` of an earlier page.")
JSON = parameter("format", "The format of the answer.", {"type": "string", "enum": ["json"]})
FORMAT_HELP = (
    "The format of the answer; `Accept` may say it, too. `csv` is one table with a row for every "
    "entry: its columns are described at `fields`, several values in a cell stand apart by ` | `, "
    "and a cell that a spreadsheet would run (it begins with = + - @, a tab or a line break) has "
    "an apostrophe before it. `jsonld` tells what schema.org has words for."
)
GRAPH_FORMAT_HELP = (
    "`graphml`, `gexf`, `graph` (JSON) and `edges` (CSV) are the whole answer as a graph: the "
    "nodes are what answers and what that is tied to, the edges are statements that tie two "
    "records, save where they are. What a source denies (`holds` false) is no edge. With `as_of` "
    "or `known_at`, the edges are those of then."
)
FORMAT_OF_ITEM = parameter(
    "format",
    "The format of the answer, as for the list.",
    {"type": "string", "enum": [*ENTRY_FORMATS]},
)
FORMAT = parameter("format", FORMAT_HELP, {"type": "string", "enum": [*ENTRY_FORMATS]})
FORMAT_OR_GRAPH = parameter(
    "format", f"{FORMAT_HELP} {GRAPH_FORMAT_HELP}", {"type": "string", "enum": [*FORMATS]}
)
BOM = parameter(
    "bom",
    "1: a CSV begins with a byte order mark, by which some spreadsheets know that it is UTF-8.",
    {"type": "string", "enum": ["", "1"]},
)
LIMIT_PARAMETER = parameter(
    "limit",
    "How many to answer at once.",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
)
LIMIT_OR_ALL = parameter(
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


OTHER_SCHEMAS: dict[str, Any] = {
    "csv": {"type": "string", "description": "A table (RFC 4180) in UTF-8."},
    "jsonld": {"type": "object", "description": "Linked data; `@context` explains its words."},
    "graphml": {"type": "string", "description": "A graph (GraphML 1.0)."},
    "gexf": {"type": "string", "description": "A graph (GEXF 1.3)."},
}
"""The responses that are not JSON. `edges` and `graph` have the media types of `csv` and `json`."""


class ApiSchema(AutoSchema):
    """Describes a view by its `parameters`, `purpose`, `formats` and `response_serializer`."""

    view: Any

    def get_override_parameters(self) -> list:
        return [*self.view.parameters(), *HEADERS]

    def get_filter_parameters(self) -> list:
        """None: `parameters` of the view includes its filters."""
        return []

    def get_response_serializers(self) -> Any:
        has_name = "{" in self.path
        responses: dict[Any, OpenApiResponse] = {
            200: OpenApiResponse(self.view.response_serializer(), description="The answer."),
            **{
                (200, FORMATS[format]): OpenApiResponse(
                    OTHER_SCHEMAS[format], description="The answer."
                )
                for format in self.view.formats
                if format in OTHER_SCHEMAS
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
        if has_name:
            responses[308] = OpenApiResponse(
                description="It has another address: follow `Location`, for ever."
            )
            problems[404] = (serializers.Problem, "Nothing public has this address.")
            problems[410] = (serializers.GoneProblem, "It was withdrawn.")
        for status, (serializer, description) in sorted(problems.items()):
            responses[(status, "application/problem+json")] = OpenApiResponse(
                serializer, description=description
            )
        return responses

    def get_description(self) -> str:  # type: ignore[override]
        return self.view.purpose()

    def get_summary(self) -> str:
        return self.view.purpose().split("\n")[0]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(ROOT).split("/")[0] or "contents"]

    def get_operation_id(self) -> str:
        """Such as organizations_list."""
        return f"{self.get_tags()[0]}_{self.view.action}"

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}List"


class Paging(BasePagination):
    """Describes a list. `orgs.search.paging` does the paging."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        page_url = {"type": ["string", "null"], "format": "uri"}
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
                "next": {**page_url, "description": "The address of the next page."},
                "previous": {**page_url, "description": "The address of the page before."},
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
        """None: `parameters` of the view includes them."""
        return []


class FacetedPaging(Paging):
    """Describes a list with facet counts."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        properties = {
            "value": {"type": "string", "description": "The value, as the question takes it."},
            "label": {"type": "string", "description": "The value, as people read it."},
            "count": {"type": "integer", "description": "How many entries hold it."},
        }
        count = {"type": "object", "required": [*properties], "properties": properties}
        list_schema = super().get_paginated_response_schema(schema)
        list_schema["properties"]["facets"] = {
            "type": "object",
            "description": "If asked for: how many entries hold each value of these questions.",
            "additionalProperties": {"type": "array", "items": count},
        }
        return list_schema


def attributes_schema(attributes: tuple[Attribute, ...]) -> dict:
    """The schema of a list of nodes or edges with these attributes."""
    properties = {item.name: {"type": item.type, "description": item.about} for item in attributes}
    return {
        "type": "array",
        "items": {"type": "object", "required": [*properties], "properties": properties},
    }


class GraphPaging(FacetedPaging):
    """Describes a list of records, or their graph."""

    def get_paginated_response_schema(self, schema: dict) -> dict:
        list_schema = super().get_paginated_response_schema(schema)
        graph_properties = {
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
                **attributes_schema(NODE),
                "description": "With format=graph: what answers, and what that is tied to.",
            },
            "links": {
                **attributes_schema(EDGE),
                "description": "With format=graph: every statement that ties two nodes. GraphML, "
                "GEXF and the list of edges have the same by the same names; the list adds kind "
                "and label of both ends.",
            },
        }
        graph_required = ["licence", "retrieved", "known_at", "asked", "directed", "multigraph"]
        alternatives = [
            {"required": list_schema.pop("required")},
            {"required": [*graph_required, "nodes", "links"]},
        ]
        list_schema["properties"] |= graph_properties
        return {**list_schema, "anyOf": alternatives}
