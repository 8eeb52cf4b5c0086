"""The description of the API as OpenAPI 3.1: parameters, responses and problems."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from orgs.search.filter_types import DaysField, SinceField, ValuesField, YearField, YesOrNoField
from orgs.search.paging import LARGEST_LIMIT, LIMIT

from . import response_serializers

ROOT = "/api/v1/"
GUIDE = "/developers/"
FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonld": "application/ld+json",
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "edges": "text/csv",
    "graph": "application/vnd.mcs.graph+json",
}
"""The media types of the formats; the first is the default."""
FIELDS_MEDIA_TYPE = "application/vnd.mcs.fields+json"
"""The media type of JSON with some `fields` only: clients can tell it from complete documents."""
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
    if filter.field_class is ValuesField:
        return array_parameter(name, str(filter.label), tuple(getattr(filter, "codes", ())))
    return parameter(name, str(filter.label), FIELD_SCHEMAS.get(filter.field_class, str))


DAYS = {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$"}
"""A year, month or day: the dates of EDTF level 0 (ISO 8601-2) without times."""

FIELD_SCHEMAS: dict[type, dict[str, Any]] = {
    DaysField: DAYS,
    YearField: {"type": "string", "pattern": "^[0-9]{4}$"},
    SinceField: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"},
    YesOrNoField: {"type": "string", "enum": ["yes", "no"]},
}
"""The schemas of filters that take one value of a certain form."""


COMMON_EXAMPLES = {
    "as_of": "2010",
    "confirmed_since": "2025",
    "fields": "label,url",
    "format": "json",
    "limit": "10",
    "since": "0",
    "sort": "-updated",
    "updated_since": "2026-01-01",
}
"""Example values of parameters that fit every catalogue."""

EXAMPLES = {
    **COMMON_EXAMPLES,
    "about_place": "mx",
    "active_in": "th",
    "activity": "campaigning",
    "approach": "policy_led",
    "arena": "ngo",
    "beneficiary": "future_migrants",
    "called": "network",
    "calls_itself": "network",
    "country": "ph",
    "cursor": "3",
    "dimension": "freedom_of_association",
    "edition_of": "gfmd",
    "has_members_in": "id",
    "held_at": "brussels",
    "identifier": "iso3166-1:MX",
    "identity": "women",
    "involved_in": "mwc-ratification-campaign",
    "known_at": "5",
    "leadership": "migrant_led",
    "measure": "member_organizations",
    "member": "migrant-forum-in-asia",
    "mentions": "migrant-forum-in-asia",
    "organ": "secretariat",
    "organized_base_in": "us",
    "orientation": "home",
    "origin": "mx",
    "parallel_to": "gfmd",
    "part_of": "asia",
    "partnership": "migrant-forum-in-asia",
    "place_type": "country",
    "present_in": "ph",
    "project_kind": "matching_fund",
    "published_by": "migrant-forum-in-asia",
    "q": "migrant workers",
    "registered": "us",
    "related": "migrant-forum-in-asia",
    "relation": "part_of:asia",
    "residence": "us",
    "scheme": "identity",
    "scope": "international",
    "sector": "trade_unions",
    "service_level": "level_1",
    "source": "fox-gois-2010",
    "sphere": "civil",
    "stage": "international",
    "status": "in_force",
    "tool": "urgent_appeals",
    "trait": "identity:women",
}
"""Example values of parameters, from the paper that the catalogue began with."""

EXAMPLE_NAMES = {
    "arenas": "ngo",
    "campaigns": "mwc-ratification-campaign",
    "cases": "filipino-seafarers",
    "changes": "1",
    "demands": "call-for-un-conference",
    "gatherings": "gfmd",
    "instruments": "migrant-workers-convention",
    "memberships": "120",
    "organizations": "center-for-migrants-advocacy",
    "partnerships": "migrant-forum-in-asia",
    "places": "mx",
    "projects": "co-development",
    "sources": "fox-gois-2010",
    "terms": "identity:women",
}
"""Example names of items, by collection, from the same paper."""


def is_repeatable(parameter: OpenApiParameter) -> bool:
    """Whether a parameter may be repeated, or hold several values between commas."""
    return isinstance(parameter.type, dict) and parameter.type.get("type") == "array"


def sort_parameter(orders: tuple[str, ...]) -> OpenApiParameter:
    position = " or by their place among others of their kind" if "position" in orders else ""
    about = f"The order: by name, by change{position}, or, with a search text, by relevance."
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
    f"How many to answer at once: {LIMIT}, if left out.",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT},
)
LIMIT_OR_ALL = parameter(
    "limit",
    f"How many to answer at once; `{ALL}` is the whole answer in one piece, as a file with its "
    f"date and licence. If left out, {LIMIT} as JSON and JSON-LD, and the whole answer as a CSV. "
    "Pages of a CSV follow the header `Link`. Graphs are always the whole answer: leave it out.",
    {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT},
            {"type": "string", "enum": [ALL]},
        ],
    },
)
AS_OF = parameter("as_of", "As it was in this year, month or day: 2010, 2010-10, 2010-10-08.", DAYS)
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
    "jsonld": {
        "type": "object",
        "description": "Linked data. A list is a schema.org DataFeed with its items in "
        "`dataFeedElement`; `@context` explains the names.",
        "required": ["@context", "@type"],
        "properties": {
            "@context": {
                "type": "object",
                "description": "Where the names of properties and types are defined.",
                "additionalProperties": {"type": "string"},
            },
            "@type": {"type": "string", "description": "DataFeed, or the type of the item."},
        },
        "additionalProperties": True,
    },
    "graphml": {"type": "string", "description": "A graph (GraphML 1.0)."},
    "gexf": {"type": "string", "description": "A graph (GEXF 1.3)."},
}
"""The responses that no serializer describes. `edges` has the media type of `csv`."""


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
        serializer = self.view.response_serializer()
        contents: dict[str, Any] = {FORMATS["json"]: serializer}
        if "fields" in {parameter.name for parameter in self.view.parameters()}:
            contents[FIELDS_MEDIA_TYPE] = schema_reference(f"{self._name_of(serializer)}{FIELDS}")
        for format in self.view.formats:
            if format in OTHER_SCHEMAS:
                contents[FORMATS[format]] = OTHER_SCHEMAS[format]
            elif format == "graph":
                contents[FORMATS[format]] = response_serializers.Graph()
        responses: dict[Any, OpenApiResponse] = {
            **{
                (200, media_type): OpenApiResponse(content, description="The answer.")
                for media_type, content in contents.items()
            },
            304: OpenApiResponse(description="What you have still holds."),
            414: OpenApiResponse(description="The address is longer than 8,000 characters."),
        }
        problems = {
            400: (response_serializers.Problem, "A parameter is refused, by name."),
            405: (response_serializers.Problem, "This address is read-only."),
            406: (response_serializers.Problem, "`Accept` excludes every format of this answer."),
            503: (
                response_serializers.Problem,
                "The catalogue is unavailable, or busy with other expensive requests: "
                "see `Retry-After`.",
            ),
        }
        if has_name:
            responses[308] = OpenApiResponse(
                description="It has another address: follow `Location`, for ever."
            )
            problems[404] = (response_serializers.Problem, "Page not found.")
            problems[410] = (response_serializers.GoneProblem, "It was withdrawn.")
        for status, (serializer, description) in sorted(problems.items()):
            responses[(status, "application/problem+json")] = OpenApiResponse(
                serializer, description=description
            )
        return responses

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Never: the serializers of lists describe whole pages."""
        return False

    def _name_of(self, serializer: Any) -> str:
        return self.resolve_serializer(serializer, "response").name

    def get_description(self) -> str:  # type: ignore[override]
        return self.view.purpose()

    def get_summary(self) -> str:
        return self.view.purpose().split("\n")[0]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(ROOT).split("/")[0] or "contents"]

    def get_operation_id(self) -> str:
        """Such as organizations_list."""
        return f"{self.get_tags()[0]}_{self.view.action}"


FIELDS = "Fields"
"""The end of the names of schemas in which every field of a document may be left out."""


def schema_reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def add_schemas_of_fields(result: dict, **_options: Any) -> dict:
    """Add the schemas of answers with some `fields` only; a hook of drf-spectacular.

    They are derived from the schemas of complete answers: nothing is required, and a field that
    differs between kinds of document may be any of them.
    """
    schemas = result["components"]["schemas"]
    names = {
        content[FIELDS_MEDIA_TYPE]["schema"]["$ref"].rpartition("/")[2].removesuffix(FIELDS)
        for path in result["paths"].values()
        if FIELDS_MEDIA_TYPE in (content := path["get"]["responses"]["200"]["content"])
    }
    for name in sorted(names):
        schema = schemas[name]
        document = name
        if results := schema.get("properties", {}).get("results"):
            document = _referenced(results["items"])
            results = {**results, "items": schema_reference(f"{document}{FIELDS}")}
            properties = {**schema["properties"], "results": results}
            schemas[f"{name}{FIELDS}"] = {**schema, "properties": properties}
        schemas[f"{document}{FIELDS}"] = _schema_of_fields(schemas, document)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def require_no_authentication(result: dict, **_options: Any) -> dict:
    """Declare that the API needs no authentication; a hook of drf-spectacular."""
    return {**result, "security": []}


def add_examples(result: dict, **_options: Any) -> dict:
    """Give every parameter of a request an example; a hook of drf-spectacular."""
    for path, operations in result["paths"].items():
        collection = path.removeprefix(ROOT).partition("/")[0]
        for parameter in operations["get"]["parameters"]:
            schema = parameter["schema"]
            if parameter["in"] == "path":
                example: Any = EXAMPLE_NAMES[collection]
            elif parameter["in"] == "header":
                example = EXAMPLE_ETAG
            elif schema.get("type") == "array":
                values = schema["items"].get("enum")
                example = values[:2] if values else EXAMPLES[parameter["name"]].split(",")
            elif "enum" in schema:
                example = schema["enum"][0] or schema["enum"][-1]
            elif schema.get("type") == "string":
                example = EXAMPLES[parameter["name"]]
            else:
                example = int(EXAMPLES[parameter["name"]])
            parameter["example"] = example
    return result


EXAMPLE_ETAG = '"5-9f86d081-3b1c2d4e"'
"""Change, version of the document and hash of the representation: see `ApiViewSet.etag`."""


def _schema_of_fields(schemas: dict, name: str) -> dict:
    """The schema of some fields of a document, or of any of several kinds of document."""
    kinds = [_referenced(kind) for kind in schemas[name].get("oneOf", ())] or [name]
    alternatives: dict[str, list[dict]] = {}
    for kind in kinds:
        for field, schema in schemas[kind]["properties"].items():
            others = alternatives.setdefault(field, [])
            if _shape(schema) not in map(_shape, others):
                others.append(schema)
    return {
        "type": "object",
        "description": f"Those fields of {' or '.join(kinds)} that `fields` names.",
        "properties": {field: _any_of(schemas) for field, schemas in alternatives.items()},
    }


def _any_of(alternatives: list[dict]) -> dict:
    """One schema for a field that differs between kinds of document."""
    first = alternatives[0]
    if len(alternatives) == 1:
        return first
    if all("enum" in schema for schema in alternatives):
        values = dict.fromkeys(value for schema in alternatives for value in schema["enum"])
        description = LABELS.sub("", first["description"])
        return {**first, "enum": [*values], "description": description}
    return {"description": first["description"], "anyOf": [*map(_shape, alternatives)]}


def _shape(schema: dict) -> dict:
    """A schema without its description, which the generator writes beside `allOf`."""
    match schema:
        case {"allOf": [dict(only)]}:
            return only
    return {name: value for name, value in schema.items() if name != "description"}


LABELS = re.compile(r"\n\n\* `.*", re.DOTALL)
"""What the generator says of each value of an enumeration."""


def _referenced(schema: dict) -> str:
    return schema["$ref"].rpartition("/")[2]
