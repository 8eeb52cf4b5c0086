"""The content of the OpenAPI document, as the pages of the guide show it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from campaigns.api.serializers import NetworkAnswer
from mcs.api import COLLECTIONS, description
from orgs.api.openapi import FIELDS, GUIDE, ROOT

TYPES = {
    "date": gettext_lazy("date"),
    "date-time": gettext_lazy("date and time"),
    "uri": gettext_lazy("address"),
    "uuid": gettext_lazy("UUID"),
    "string": gettext_lazy("text"),
    "integer": gettext_lazy("whole number"),
    "number": gettext_lazy("number"),
    "double": gettext_lazy("number"),
    "boolean": gettext_lazy("true or false"),
    "object": gettext_lazy("object"),
}
"""Labels of the formats and types of JSON schemas."""

ENUM_LABEL = re.compile(r"^\* `(.*)` - (.*)$", re.MULTILINE)
"""A line that drf-spectacular adds to a description for each value of an enum."""


@dataclass(frozen=True)
class Field:
    """A field, a query parameter or a header; `anchor` is its id on the page."""

    anchor: str
    name: str
    schema: dict
    description: str

    @property
    def meaning(self) -> SafeString:
        """The description as HTML, with code, without the list of its values."""
        pieces = self.description.partition("* `")[0].strip().split("`")
        return format_html_join(
            "",
            "{}",
            (
                (format_html("<code>{}</code>", piece) if position % 2 else piece,)
                for position, piece in enumerate(pieces)
            ),
        )

    @property
    def values(self) -> list[tuple[str, str]]:
        """The values of an enum, each with its label, or "" if the label is the value."""
        labels = dict(ENUM_LABEL.findall(self.description))
        inner = _inner_schema(self.schema)
        return [
            (value, "" if labels.get(value, value) == value else labels[value])
            for value in inner.get("enum", ())
        ]

    @property
    def type(self) -> str:
        """The label of the type of one value."""
        inner = _inner_schema(self.schema)
        name = inner.get("format") or _types(inner)[0]
        return str(TYPES.get(name, name))

    @property
    def container(self) -> str:
        """The label of the container of the values; "" for a single value."""
        labels = []
        if "additionalProperties" in self.schema:
            labels.append(gettext("by name:"))
        if _is_list(self.schema):
            labels.append(gettext("list of"))
        return " ".join(labels)

    @property
    def several(self) -> bool:
        """Whether a parameter takes several values."""
        return self.schema.get("type") == "array"

    @property
    def nullable(self) -> bool:

        return "null" in _types(self.schema) or {"type": "null"} in self.schema.get("oneOf", ())

    @property
    def schema_names(self) -> list[str]:

        return _references(_inner_schema(self.schema))

    @property
    def links(self) -> list[tuple[str, str]]:
        """`schema_names` with their addresses in the guide."""
        return [(name, get_guide().schema_urls[name]) for name in self.schema_names]

    @property
    def default(self) -> Any:
        """The value of a parameter that is not given."""
        return self.schema.get("default")


@dataclass(frozen=True)
class ObjectSchema:
    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Endpoint:
    action: str
    path: str
    description: str
    parameters: tuple[Field, ...]

    @property
    def details(self) -> str:
        """The description after its first line."""
        return self.description.partition("\n")[2].strip()


@dataclass(frozen=True)
class CollectionGuide:
    """A collection: its endpoints, the schemas on its page, those on other pages."""

    name: str
    description: str
    endpoints: tuple[Endpoint, ...]
    schemas: tuple[ObjectSchema, ...]
    other_schemas: tuple[tuple[str, str], ...]
    """Names and addresses."""


class Guide:
    """The content of the OpenAPI document in the order of the pages of the guide."""

    INTRODUCTION_SCHEMAS = ("Contents", "CollectionLink", "Problem", "FieldProblem", "GoneProblem")

    def __init__(self, document: dict) -> None:
        self.paths = document["paths"]
        self.schemas = {
            name: schema
            for name, schema in document["components"]["schemas"].items()
            if not name.endswith(FIELDS)
        }

    @cached_property
    def collections(self) -> dict[str, CollectionGuide]:
        """By name, in reading order."""
        collections = {}
        for name in COLLECTIONS:
            item_schemas = self._item_schemas(name)
            own_schemas = [
                schema
                for schema in item_schemas
                if self.schema_urls.get(schema) == f"{GUIDE}{name}/#{schema}"
            ]
            endpoints = tuple(
                self._endpoint(path) for path in self.paths if path.startswith(f"{ROOT}{name}/")
            )
            collections[name] = CollectionGuide(
                name,
                endpoints[0].description.partition("\n")[0],
                endpoints,
                tuple(self.object_schema(schema) for schema in own_schemas),
                tuple(
                    (schema, self.schema_urls[schema])
                    for schema in item_schemas
                    if schema not in own_schemas
                ),
            )
        return collections

    @cached_property
    def schema_urls(self) -> dict[str, str]:
        """The address of the description of each schema."""
        urls = {schema: f"{GUIDE}#{schema}" for schema in self.INTRODUCTION_SCHEMAS}
        # On the page of its only collection, or else of the one with the fewest schemas.
        for name in sorted(COLLECTIONS, key=lambda name: len(self._item_schemas(name))):
            for schema in self._item_schemas(name):
                urls.setdefault(schema, f"{GUIDE}{name}/#{schema}")
        for schema in self._network_names:
            urls.setdefault(schema, f"{GUIDE}network/#{schema}")
        for schema in self.schemas:
            urls.setdefault(schema, f"{GUIDE}statements/#{schema}")
        for schema in (*self.list_names, "FacetCount", "Graph", "GraphNode", "GraphEdge"):
            urls[schema] = f"{GUIDE}#list"
        for statement in self.statements.values():
            urls[f"History{statement}"] = f"{GUIDE}statements/#{statement}"
        return urls

    @cached_property
    def statements(self) -> dict[str, str]:
        """The schema of the statements in each part of a document."""
        mapping = self.schemas["HistoryStatement"]["discriminator"]["mapping"]
        return {part: _schema_name(ref).removeprefix("History") for part, ref in mapping.items()}

    @cached_property
    def common_fields(self) -> tuple[Field, ...]:
        """The fields of every statement."""
        properties = [self.schemas[name]["properties"] for name in self.statements.values()]
        return tuple(
            _field(f"statement.{name}", name, schema)
            for name, schema in properties[0].items()
            if all(fields.get(name) == schema for fields in properties)
        )

    @cached_property
    def statement_schemas(self) -> list[tuple[str, ObjectSchema]]:
        """Parts with the schemas of their statements, without common fields."""
        common_names = {field.name for field in self.common_fields}
        schemas = ((part, self.object_schema(name)) for part, name in self.statements.items())
        return [
            (
                part,
                ObjectSchema(
                    schema.name,
                    schema.description,
                    tuple(field for field in schema.fields if field.name not in common_names),
                ),
            )
            for part, schema in schemas
        ]

    @cached_property
    def history_part(self) -> Field:
        """The additional field of statements in a history."""
        parts = list(self.statements)
        field = _field(
            "", "part", self.schemas[f"History{self.statements[parts[0]]}"]["properties"]["part"]
        )
        return Field("history.part", "part", {"type": "string", "enum": parts}, field.meaning)

    @cached_property
    def piece_schemas(self) -> list[ObjectSchema]:
        """The other schemas on the page of statements."""
        statements = set(self.statements.values())
        return [
            self.object_schema(name)
            for name, url in self.schema_urls.items()
            if url == f"{GUIDE}statements/#{name}"
            and name not in statements
            and "properties" in self.schemas[name]
        ]

    @cached_property
    def network_schemas(self) -> list[ObjectSchema]:

        return [self.object_schema(name) for name in self._network_names]

    @cached_property
    def introduction_schemas(self) -> dict[str, ObjectSchema]:

        return {name: self.object_schema(name) for name in self.INTRODUCTION_SCHEMAS}

    @cached_property
    def root_endpoint(self) -> Endpoint:

        return self._endpoint(ROOT)

    @cached_property
    def list_names(self) -> list[str]:
        return [name for name in self.schemas if name.endswith("List")]

    @cached_property
    def list_fields(self) -> tuple[Field, ...]:
        """The fields of a list, of its counts and of its graph."""
        fields: dict[str, dict] = {}
        for name in self.list_names:
            fields |= self.schemas[name]["properties"]
        fields |= self.schemas["Graph"]["properties"]
        fields["results"] = {**fields["results"], "items": {"type": "object"}}
        inner = {
            name: self.schemas[_schema_name(_inner_schema(fields[name])["$ref"])]["properties"]
            for name in ("facets", "nodes", "links")
        }
        for name in ("nodes", "links"):
            fields[name] = {**fields[name], "items": {"type": "object"}}
        fields["facets"] = {**fields["facets"], "additionalProperties": True}
        return (
            *(_field(f"list.{name}", name, schema) for name, schema in fields.items()),
            *(
                _field(f"list.{parent}.{name}", f"{parent}.*.{name}", schema)
                for parent, properties in inner.items()
                for name, schema in properties.items()
            ),
        )

    @cached_property
    def headers(self) -> tuple[Field, ...]:
        """The headers of requests and responses."""
        headers = {}
        for path in self.paths.values():
            for parameter in path["get"]["parameters"]:
                if parameter["in"] == "header":
                    headers[parameter["name"]] = parameter
            for response in path["get"]["responses"].values():
                headers |= response.get("headers", {})
        return tuple(
            Field(f"header.{name}", name, header["schema"], header["description"])
            for name, header in headers.items()
        )

    @cached_property
    def statuses(self) -> dict[str, str]:
        """The statuses of responses with their descriptions."""
        statuses = {}
        for path in self.paths.values():
            for status, response in path["get"]["responses"].items():
                statuses[status] = response["description"]
        return dict(sorted(statuses.items()))

    def object_schema(self, name: str) -> ObjectSchema:
        schema = self.schemas[name]
        # Identifying fields come first, as in documents.
        first = ("statement", "id", "slug", "kind", "url", "label")
        properties = sorted(
            schema["properties"].items(),
            key=lambda item: first.index(item[0]) if item[0] in first else 9,
        )
        return ObjectSchema(
            name,
            schema.get("description", ""),
            tuple(_field(f"{name}.{field}", field, field_schema)
                  for field, field_schema in properties),
        )  # fmt: skip

    def _endpoint(self, path: str) -> Endpoint:
        operation = self.paths[path]["get"]
        action = operation["operationId"].rpartition("_")[2]
        return Endpoint(
            action,
            path,
            operation["description"],
            tuple(
                Field(
                    f"{action}.{parameter['name']}",
                    parameter["name"],
                    parameter["schema"],
                    parameter["description"],
                )
                for parameter in operation["parameters"]
                if parameter["in"] == "query"
            ),
        )

    def _item_schemas(self, collection: str) -> list[str]:
        """The names of the schemas of the items in a collection."""
        response = self.paths[f"{ROOT}{collection}/"]["get"]["responses"]["200"]
        reference = response["content"]["application/json"]["schema"]["$ref"]
        list_schema = self.schemas[_schema_name(reference)]
        [name] = _references(list_schema["properties"]["results"]["items"])
        return _references(self.schemas[name]) or [name]

    @cached_property
    def _network_names(self) -> list[str]:
        """The names of the schemas that only the network of a partnership uses."""
        in_items = self._reachable(
            [name for collection in COLLECTIONS for name in self._item_schemas(collection)]
        )
        return [
            name
            for name in self._reachable([NetworkAnswer.__name__])
            if name not in in_items and "properties" in self.schemas[name]
        ]

    def _reachable(self, names: list[str]) -> dict[str, None]:
        """These schemas and all schemas within them at any depth, in reading order."""
        reached: dict[str, None] = {}
        stack = list(reversed(names))
        while stack:
            name = stack.pop()
            if name in reached:
                continue
            reached[name] = None
            fields = self.schemas[name].get("properties", {}).values()
            inner = [ref for field in fields for ref in _references(_inner_schema(field))]
            stack += reversed([*_references(self.schemas[name]), *inner])
        return reached


@cache
def get_guide() -> Guide:
    return Guide(description())


def _field(anchor: str, name: str, schema: dict) -> Field:
    return Field(anchor, name, schema, schema.get("description", ""))


def _schema_name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _types(schema: dict) -> list[str]:
    types = schema.get("type", "object")
    return [types] if isinstance(types, str) else types


def _is_list(schema: dict) -> bool:
    values = schema.get("additionalProperties")
    return "items" in schema or (isinstance(values, dict) and "items" in values)


def _inner_schema(schema: dict) -> dict:
    """The schema of the values in nested lists and maps."""
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return _inner_schema(values)
    return _inner_schema(schema["items"]) if "items" in schema else schema


def _references(schema: dict) -> list[str]:
    """The names of the schemas to which a schema refers."""
    choices = [schema, *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [_schema_name(choice["$ref"]) for choice in choices if "$ref" in choice]
