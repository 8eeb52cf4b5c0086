"""The API guide: pages generated from the OpenAPI document, with examples that a test runs."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, override
from django.views.generic import TemplateView

from campaigns.api.serializers import NetworkAnswer
from mcs import concurrency
from mcs.api import COLLECTIONS, description
from mcs.embedded import database
from orgs.api.http import current_version
from orgs.api.lists import Listing
from orgs.api.openapi import ALL, COMMON_EXAMPLES, FIELDS, GUIDE, ROOT
from orgs.api.views import Organizations
from orgs.projection.entry import Entry
from orgs.records.kinds import KINDS, RECORD_KINDS, EntryKind
from orgs.search.filters import PLACE, FacetFilter, MentionsFilter, facet_counts

# The OpenAPI document ---------------------------------------------------------------------------

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


# Responses of the API ---------------------------------------------------------------------------

COPIED_META = (
    "HTTP_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
)


def api_response(request: HttpRequest, address: str) -> HttpResponse:
    """The response of the API to this address, from the view itself.

    `request` is the visitor's, for its host.
    """
    path, _, query = address.partition("?")
    environ = {name: request.META[name] for name in COPIED_META if name in request.META}
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
    inner = WSGIRequest({**environ, "wsgi.input": BytesIO()})
    with override(settings.LANGUAGE_CODE):
        # The API always responds in this language.
        inner.resolver_match = match = resolve(path)
        return match.func(inner, *match.args, **match.kwargs)


def format_json(value: Any, expanded: tuple[str, ...] = (), name: str = "") -> str:
    """Indented JSON, shortened with ellipses.

    Shows the first object of a list, and the first two results or counts. `expanded` names the
    fields of a document whose contents are shown; other fields only have a count. By default, all
    contents are shown.
    """
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 90 else f"{value[:80]}…", ensure_ascii=False)
    if not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    collapsed = expanded and name and name not in expanded
    if isinstance(value, dict):
        if collapsed:
            return f"{{… {len(value)}}}"
        members = (
            f"{json.dumps(key, ensure_ascii=False)}: {format_json(item, expanded, key)}"
            for key, item in value.items()
        )
        return _bracketed("{", ",\n".join(members), "}")
    if collapsed:
        return f"[… {len(value)}]"
    show_two = name == "results" or (isinstance(value[0], dict) and "count" in value[0])
    shown = value[: 2 if show_two else 1]
    more = f"\n… {len(value) - len(shown)} more" if len(value) > len(shown) else ""
    return _bracketed("[", ",\n".join(format_json(item, ()) for item in shown) + more, "]")


def _bracketed(start: str, content: str, end: str) -> str:
    return f"{start}\n{indent(content, '  ')}\n{end}"


# Examples ---------------------------------------------------------------------------------------

EXAMPLES_DIR = Path(__file__).parent / "examples"
LANGUAGES = {"sh": "curl", "py": "Python", "R": "R"}
"""Programming languages by the extension of the example files."""

EXAMPLE_BASE = "http://localhost:8000"
"""The address in the example files; pages show the address of this catalogue."""


def read_program(file: str, base: str, collection: str = "organizations", slug: str = "") -> str:
    """The text of an example for a collection and one of its items.

    `file` is its name in `mcs/guide/examples/`, `base` the address of the catalogue without a
    trailing slash.
    """
    return (
        (EXAMPLES_DIR / file)
        .read_text(encoding="utf-8")
        .replace(f"{EXAMPLE_BASE}{ROOT}organizations/", f"{EXAMPLE_BASE}{ROOT}{collection}/")
        .replace("SLUG", quote(slug, safe=":") or "SLUG")
        .replace(EXAMPLE_BASE, base)
        .rstrip()
    )


@dataclass(frozen=True)
class Example:
    name: str
    programs: dict[str, str]
    """By language."""
    response: str = ""
    """As curl shows it."""
    output: str = ""
    """As the other programs print it."""


OUTPUTS: dict[str, Callable[[Any], str]] = {
    "list": lambda content: "\n".join(
        [
            f"{content['count']} in all, among them:",
            *(f"{item['label']} {item['url']}" for item in content["results"]),
        ]
    ),
    "item": lambda content: f"{content['label']} at change {content['change']}",
    "counts": lambda content: "\n".join(
        f"{count['label']} {count['count']}" for count in content["facets"]["arena"]
    ),
    "then": lambda content: f"{content['label']} in 2010, as known at change {content['change']}",
    "unchanged": lambda content: "304 is no error: what we have still holds.",
    "refused": lambda content: f"{content['status']} {content['title']}",
    "changes": lambda content: "\n".join(
        f"change {change['number']} touched {len(change['entries'])}"
        for change in content["results"]
    ),
}
"""The output of the programs of an example, from the response of the API."""


class Examples:
    """The examples for one visitor, with current responses of the catalogue."""

    def __init__(
        self, request: HttpRequest, collection: str = "organizations", slug: str = ""
    ) -> None:
        self.request = request
        self.base = base_url(request)
        self.collection = collection
        self.slug = slug
        self.responses: dict[str, HttpResponse] = {}

    def make(self, name: str, response: str = "", output: str = "") -> Example:
        programs = {
            language: read_program(f"{name}.{ending}", self.base, self.collection, self.slug)
            for ending, language in LANGUAGES.items()
            if (EXAMPLES_DIR / f"{name}.{ending}").exists()
        }
        return Example(name, programs, response, output)

    def fetch(self, name: str) -> HttpResponse | None:
        """The response to the curl command of an example; None while the API is unavailable.

        The guide stays readable then.
        """
        command = read_program(f"{name}.sh", EXAMPLE_BASE, self.collection, self.slug)
        [address] = re.findall(rf"'{EXAMPLE_BASE}([^']*)'", command)
        if address not in self.responses:
            self.responses[address] = api_response(self.request, address)
        response = self.responses[address]
        return response if response.status_code < 500 else None

    def with_response(self, name: str, expanded: tuple[str, ...] = ()) -> Example:
        """An example with its response, shortened."""
        response = self.fetch(name)
        if response is None:
            return self.make(name)
        content = json.loads(response.content)
        if name == "counts":
            content = {"facets": content["facets"]}
        return self.make(
            name,
            format_json(self.with_public_base(content), expanded),
            OUTPUTS[name](content),
        )

    def pages_example(self) -> Example:
        """The example of pagination: its response is the header with the next page."""
        response = self.fetch("pages")
        if response is None:
            return self.make("pages")
        content = json.loads(response.content)
        output = (
            f"read {content['count']} of {content['count']}"
            if content["count_is"] == "exact"
            else ""
        )
        return self.make("pages", f"Link: {self.with_public_base(response['Link'])}", output)

    def with_public_base(self, content: Any) -> Any:
        """The content with the configured address in place of the host of the request."""
        request_base = self.request.build_absolute_uri("/").rstrip("/")
        return json.loads(json.dumps(content).replace(f"{request_base}/", f"{self.base}/"))


def base_url(request: HttpRequest) -> str:
    """The address of the catalogue without a trailing slash."""
    return settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")


# Pages ------------------------------------------------------------------------------------------

SAMPLE_SIZE = 200
"""Entries from which example values are taken: more would be slow."""


class GuidePage(TemplateView):
    current = ""
    """The last part of the path of the page, for the navigation."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            guide=get_guide(),
            current=self.current,
            base=base_url(self.request),
            **kwargs,
        )


class Introduction(GuidePage):
    template_name = "developers/introduction.html"
    extra_context = {"title": gettext_lazy("For developers")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slug, _ = first_entry(Organizations.kinds)
        examples = Examples(self.request, slug=slug)
        return super().get_context_data(
            examples={
                "list": examples.with_response("list"),
                "pages": examples.pages_example(),
                "counts": examples.with_response("counts"),
                "then": examples.with_response("then") if slug else examples.make("then"),
                "unchanged": examples.make("unchanged", "304", OUTPUTS["unchanged"](None)),
                "refused": examples.with_response("refused"),
            },
            limits={
                "seconds": database.STATEMENT_TIMEOUT * concurrency.RESPONSE_FACTOR // 1000,
                "size": concurrency.MAX_BYTES // 1024**2,
            },
            **kwargs,
        )


class StatementsPage(GuidePage):
    template_name = "developers/statements.html"
    extra_context = {"title": gettext_lazy("Statements and other pieces")}
    current = "statements"


class NetworkPage(GuidePage):
    template_name = "developers/network.html"
    extra_context = {"title": gettext_lazy("The network of a partnership")}
    current = "network"


class CollectionPage(GuidePage):
    """A collection: its endpoints, parameters and schemas, with current responses."""

    template_name = "developers/collection.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Raises Http404 for an unknown collection."""
        name = self.current = self.kwargs["name"]
        if name not in COLLECTIONS:
            raise Http404
        collection = get_guide().collections[name]
        view = COLLECTIONS[name]
        slug, change = first_entry(view.kinds) if issubclass(view, Listing) else ("", 0)
        examples = Examples(self.request, name, slug)
        context: dict[str, Any] = {"title": name, "collection": collection, "slug": slug}
        if issubclass(view, Listing):
            values = ExampleValues(view, change)
            context["endpoints"] = [
                (
                    endpoint,
                    [values.parameter(field, endpoint, slug) for field in endpoint.parameters],
                )
                for endpoint in collection.endpoints
            ]
            context["list"] = examples.with_response("list")
            if any(endpoint.action == "retrieve" for endpoint in collection.endpoints) and slug:
                context["item"] = examples.with_response("item", expanded=("names",))
        else:
            context["endpoints"] = [
                (
                    endpoint,
                    [
                        Parameter(
                            field,
                            *build_example(endpoint, field.name, COMMON_EXAMPLES[field.name], slug),
                        )
                        for field in endpoint.parameters
                    ],
                )
                for endpoint in collection.endpoints
            ]
            context["list"] = examples.with_response("changes")
            count, change = Entry.objects.published().count(), current_version().change
            output = f"{count} items, up to change {change}"
            context["copy"] = examples.make("keep_a_copy", output=output)
        return super().get_context_data(**context, **kwargs)


def first_entry(kinds: tuple[str, ...]) -> tuple[str, int]:
    """The slug and the change of the first entry of these kinds by name; ("", 0) without any."""
    entries = Entry.objects.published().of_kinds(*kinds).order_by("sort_key", "id")
    return entries.values_list("slug", "change").first() or ("", 0)


@dataclass(frozen=True)
class Parameter:
    """A query parameter with an example that has results."""

    field: Field
    example: str = ""
    address: str = ""
    """Of the example."""
    scheme: str = ""
    """Of the vocabulary of its values."""
    kinds: tuple[str, ...] = ()
    """Of the records that are its values."""

    @property
    def list_links(self) -> list[EntryKind]:
        """The kinds of its values, each with a list."""
        return [KINDS[kind] for kind in self.kinds]


def build_example(endpoint: Endpoint, name: str, value: str, slug: str) -> tuple[str, str]:
    """The query with this value, and its address.

    Both are "" without a value, and for the endpoint of an item without a slug.
    """
    if not value or ("{name}" in endpoint.path and not slug):
        return "", ""
    params = {name: value}
    if name == "known_at" and "{name}" not in endpoint.path:
        # Lists take `known_at` only with all results.
        params["limit"] = ALL
    query = urlencode(params, safe=",:")
    return query, f"{endpoint.path.replace('{name}', quote(slug, safe=':'))}?{query}"


class ExampleValues:
    """Example values of the parameters of a collection, from the catalogue.

    `change` is the change of the item in the examples.
    """

    def __init__(self, view: type[Listing], change: int) -> None:
        self.change = change
        self.filters = view.filterset_class.base_filters
        entries = Entry.objects.published().of_kinds(*view.kinds)
        sample = entries.order_by("sort_key", "id").values("id")[:SAMPLE_SIZE]
        self.counts = facet_counts(
            entries.filter(id__in=sample), [*view().facet_names(), "related_by"]
        )
        terms = Entry.objects.published().of_kinds("term")
        self.schemes = {count["value"] for count in facet_counts(terms, ["scheme"])["scheme"]}
        self.slugs = self._related()

    def parameter(self, field: Field, endpoint: Endpoint, slug: str) -> Parameter:
        filter = self.filters.get(field.name)
        return Parameter(
            field,
            *build_example(endpoint, field.name, self.example(field), slug),
            self.scheme(field.name),
            RECORD_KINDS if isinstance(filter, MentionsFilter) else getattr(filter, "kinds", ()),
        )

    def scheme(self, name: str) -> str:
        """The scheme of the vocabulary of a parameter's values, or ""."""
        filter = self.filters.get(name)
        if not isinstance(filter, FacetFilter) or filter.kinds:
            return ""
        facet = {"calls_itself": "form", "called": "form"}.get(name, filter.facet_name)
        return facet if facet in self.schemes else ""

    def example(self, field: Field) -> str:
        """A value with results in this catalogue, or ""."""
        if field.name in COMMON_EXAMPLES:
            return COMMON_EXAMPLES[field.name]
        if field.name == "known_at":
            return str(self.change)
        if field.name == "facets":
            return field.values[0][0] if field.values else ""
        if field.name == "trait":
            return self._term()
        if field.name == "mentions":
            return self._value("source")
        return self._value(field.name) or self.slugs.get(field.name, "")

    def _value(self, name: str) -> str:
        counts = self.counts.get(name) or [{"value": ""}]
        # The most frequent places are the world and continents; readers look for one country.
        rarest = getattr(self.filters.get(name), "kinds", ()) == PLACE
        return counts[-1 if rarest else 0]["value"]

    def _term(self) -> str:
        for name in self.counts:
            scheme = self.scheme(name)
            if scheme and self._value(name) and name not in ("voice", "event", "arena", "measure"):
                return f"{scheme}:{self._value(name)}"
        return ""

    def _related(self) -> dict[str, str]:
        """By parameter, the slug of a record with incoming relations of that predicate."""
        parameters = {
            filter.prefix: name
            for name, filter in self.filters.items()
            if isinstance(filter, FacetFilter) and filter.prefix
        }
        pks: dict[str, str] = {}
        for count in self.counts["related_by"]:
            prefix, _, pk = count["value"].rpartition(":")
            if name := parameters.get(f"{prefix}:"):
                pks.setdefault(name, pk)
        rows = Entry.objects.published().filter(id__in=pks.values()).values_list("id", "slug")
        slugs = {str(pk): slug for pk, slug in rows}
        return {name: slugs[pk] for name, pk in pks.items() if pk in slugs}
