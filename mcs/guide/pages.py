"""The API guide: pages made from the API's own description, with examples that a test runs."""

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
from mcs.views import LISTS
from orgs.api.http import current_version
from orgs.api.openapi import ALL, GUIDE, ROOT
from orgs.api.views import Listing, Organizations
from orgs.projection.entry import Entry
from orgs.search.filters import PLACE, RECORDS, FacetFilter, MentionsFilter, facet_counts

# What the description says ----------------------------------------------------------------------

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
"""How people call the formats and types of the description."""

LABEL = re.compile(r"^\* `(.*)` - (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """A question or a field as the description tells it; `anchor` is its place on the page."""

    anchor: str
    name: str
    schema: dict
    about: str

    @property
    def meaning(self) -> SafeString:
        """Return what it means as HTML, names in it as code, without the list of its values."""
        pieces = self.about.partition("* `")[0].strip().split("`")
        return format_html_join(
            "",
            "{}",
            (
                (format_html("<code>{}</code>", piece) if place % 2 else piece,)
                for place, piece in enumerate(pieces)
            ),
        )

    @property
    def values(self) -> list[tuple[str, str]]:
        """Return every value it may have, each with what it is called where that says more."""
        labels = dict(LABEL.findall(self.about))
        inner = _inside(self.schema)
        return [
            (value, "" if labels.get(value, value) == value else labels[value])
            for value in inner.get("enum", ())
        ]

    @property
    def type(self) -> str:
        """Return in words the type of one value of it."""
        inner = _inside(self.schema)
        named = inner.get("format") or _types(inner)[0]
        return str(TYPES.get(named, named))

    @property
    def holds(self) -> str:
        """Return in words how it holds values, "" if it is one itself."""
        words = []
        if "additionalProperties" in self.schema:
            words.append(gettext("by name:"))
        if _is_list(self.schema):
            words.append(gettext("list of"))
        return " ".join(words)

    @property
    def several(self) -> bool:
        """Whether a question takes several values."""
        return self.schema.get("type") == "array"

    @property
    def nullable(self) -> bool:
        """Whether it may be null."""
        return "null" in _types(self.schema) or {"type": "null"} in self.schema.get("oneOf", ())

    @property
    def shapes(self) -> list[str]:
        """Return the names of the shapes that may stand in it."""
        return _shapes(_inside(self.schema))

    @property
    def links(self) -> list[tuple[str, str]]:
        """Return the names of `shapes`, each with where in the guide it is told."""
        return [(name, guide().homes[name]) for name in self.shapes]

    @property
    def default(self) -> Any:
        """Return what is meant if a question is not asked."""
        return self.schema.get("default")


@dataclass(frozen=True)
class Shape:
    """An object of the answers: its name, what it is, its fields."""

    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Endpoint:
    """An address of the API, what it is for, and what it may be asked."""

    action: str
    path: str
    purpose: str
    questions: tuple[Field, ...]

    @property
    def further(self) -> str:
        """Return what is said of its purpose beyond the first line."""
        return self.purpose.partition("\n")[2].strip()


@dataclass(frozen=True)
class CollectionGuide:
    """A collection: its addresses, the shapes told on its page, those told elsewhere."""

    name: str
    about: str
    endpoints: tuple[Endpoint, ...]
    shapes: tuple[Shape, ...]
    elsewhere: tuple[tuple[str, str], ...]


class Guide:
    """All that the description of the API says, in the order in which the pages tell it."""

    in_introduction = ("Contents", "CollectionLink", "Problem", "FieldProblem", "GoneProblem")

    def __init__(self, described: dict) -> None:
        self.paths = described["paths"]
        self.schemas = described["components"]["schemas"]

    @cached_property
    def collections(self) -> dict[str, CollectionGuide]:
        """Return the collections by name, in reading order."""
        found = {}
        for name in COLLECTIONS:
            inside = self._items_of(name)
            here = [one for one in inside if self.homes.get(one) == f"{GUIDE}{name}/#{one}"]
            endpoints = tuple(
                self._endpoint(path) for path in self.paths if path.startswith(f"{ROOT}{name}/")
            )
            found[name] = CollectionGuide(
                name,
                endpoints[0].purpose.partition("\n")[0],
                endpoints,
                tuple(self.shape(one) for one in here),
                tuple((one, self.homes[one]) for one in inside if one not in here),
            )
        return found

    @cached_property
    def homes(self) -> dict[str, str]:
        """Return where each shape is told: the address of its heading."""
        homes = {name: f"{GUIDE}#{name}" for name in self.in_introduction}
        # What a collection holds alone is told there; the rest where it is met first.
        for name in sorted(COLLECTIONS, key=lambda one: len(self._items_of(one))):
            for one in self._items_of(name):
                homes.setdefault(one, f"{GUIDE}{name}/#{one}")
        for one in self._of_network:
            homes.setdefault(one, f"{GUIDE}network/#{one}")
        for one in self.schemas:
            homes.setdefault(one, f"{GUIDE}statements/#{one}")
        for one in self.lists:
            homes[one] = f"{GUIDE}#list"
        for statement in self.statements.values():
            homes[f"History{statement}"] = f"{GUIDE}statements/#{statement}"
        return homes

    @cached_property
    def statements(self) -> dict[str, str]:
        """Return the shape of the statements in each part of a document."""
        mapping = self.schemas["HistoryStatement"]["discriminator"]["mapping"]
        return {part: _name(ref).removeprefix("History") for part, ref in mapping.items()}

    @cached_property
    def common(self) -> tuple[Field, ...]:
        """Return the fields that every statement carries."""
        shapes = [self.schemas[name]["properties"] for name in self.statements.values()]
        return tuple(
            _field(f"statement.{name}", name, schema)
            for name, schema in shapes[0].items()
            if all(one.get(name) == schema for one in shapes)
        )

    @cached_property
    def statement_shapes(self) -> list[tuple[str, Shape]]:
        """Return the shapes of statements, each with its part, without what all carry."""
        common = {one.name for one in self.common}
        shapes = ((part, self.shape(name)) for part, name in self.statements.items())
        return [
            (
                part,
                Shape(
                    shape.name,
                    shape.about,
                    tuple(one for one in shape.fields if one.name not in common),
                ),
            )
            for part, shape in shapes
        ]

    @cached_property
    def history_part(self) -> Field:
        """Return the field that statements have in a history beside those they have elsewhere."""
        parts = list(self.statements)
        field = _field(
            "", "part", self.schemas[f"History{self.statements[parts[0]]}"]["properties"]["part"]
        )
        return Field("history.part", "part", {"type": "string", "enum": parts}, field.meaning)

    @cached_property
    def pieces(self) -> list[Shape]:
        """Return every other shape that is told beside the statements."""
        statements = set(self.statements.values())
        return [
            self.shape(name)
            for name, home in self.homes.items()
            if home == f"{GUIDE}statements/#{name}"
            and name not in statements
            and "properties" in self.schemas[name]
        ]

    @cached_property
    def network(self) -> list[Shape]:
        """Return the shapes in which the network of a partnership is told."""
        return [self.shape(name) for name in self._of_network]

    @cached_property
    def introduced(self) -> dict[str, Shape]:
        """Return the shapes that are told in the introduction."""
        return {name: self.shape(name) for name in self.in_introduction}

    @cached_property
    def contents(self) -> Endpoint:
        """Return the beginning of the API."""
        return self._endpoint(ROOT)

    @cached_property
    def lists(self) -> list[str]:
        """Return the names of the shapes of lists."""
        return [name for name in self.schemas if name.endswith("List")]

    @cached_property
    def list_fields(self) -> tuple[Field, ...]:
        """Return what stands in a list beside its results, and in its counts and its graph."""
        fields: dict[str, dict] = {}
        for name in self.lists:
            fields |= self.schemas[name]["properties"]
        fields["results"] = {**fields["results"], "items": {"type": "object"}}
        inner = {name: _inside(fields[name])["properties"] for name in ("facets", "nodes", "links")}
        for name in ("nodes", "links"):
            fields[name] = {**fields[name], "items": {"type": "object"}}
        fields["facets"] = {**fields["facets"], "additionalProperties": True}
        return (
            *(_field(f"list.{name}", name, schema) for name, schema in fields.items()),
            *(
                _field(f"list.{within}.{name}", f"{within}.*.{name}", one)
                for within, parts in inner.items()
                for name, one in parts.items()
            ),
        )

    @cached_property
    def headers(self) -> tuple[Field, ...]:
        """Return the headers of questions and answers that matter."""
        found = {}
        for path in self.paths.values():
            for one in path["get"]["parameters"]:
                if one["in"] == "header":
                    found[one["name"]] = one
            for answer in path["get"]["responses"].values():
                found |= answer.get("headers", {})
        return tuple(
            Field(f"header.{name}", name, one["schema"], one["description"])
            for name, one in found.items()
        )

    @cached_property
    def statuses(self) -> dict[str, str]:
        """Return every status of an answer, and what it says."""
        found = {}
        for path in self.paths.values():
            for status, answer in path["get"]["responses"].items():
                found[status] = answer["description"]
        return dict(sorted(found.items()))

    def shape(self, name: str) -> Shape:
        """Return a shape by its name."""
        schema = self.schemas[name]
        fields = schema["properties"].items()
        # What names it stands first, as in documents.
        first = ("statement", "id", "slug", "kind", "url", "label")
        ordered = sorted(fields, key=lambda one: first.index(one[0]) if one[0] in first else 9)
        return Shape(
            name,
            schema.get("description", ""),
            tuple(_field(f"{name}.{one}", one, field) for one, field in ordered),
        )

    def _endpoint(self, path: str) -> Endpoint:
        described = self.paths[path]["get"]
        action = described["operationId"].rpartition("_")[2]
        return Endpoint(
            action,
            path,
            described["description"],
            tuple(
                Field(f"{action}.{one['name']}", one["name"], one["schema"], one["description"])
                for one in described["parameters"]
                if one["in"] == "query"
            ),
        )

    def _items_of(self, name: str) -> list[str]:
        answer = self.paths[f"{ROOT}{name}/"]["get"]["responses"]["200"]
        listed = self.schemas[_name(answer["content"]["application/json"]["schema"]["$ref"])]
        [one] = _shapes(listed["properties"]["results"]["items"])
        return _shapes(self.schemas[one]) or [one]

    @cached_property
    def _of_network(self) -> list[str]:
        """Return the shapes that stand in the network of a partnership, and nowhere else."""
        of_items = self._within([one for some in COLLECTIONS for one in self._items_of(some)])
        return [
            one
            for one in self._within([NetworkAnswer.__name__])
            if one not in of_items and "properties" in self.schemas[one]
        ]

    def _within(self, names: list[str]) -> dict[str, None]:
        """Return these shapes and all that stand in them, at any depth, in reading order."""
        found: dict[str, None] = {}
        ahead = list(reversed(names))
        while ahead:
            name = ahead.pop()
            if name in found:
                continue
            found[name] = None
            fields = self.schemas[name].get("properties", {}).values()
            inner = [one for field in fields for one in _shapes(_inside(field))]
            ahead += reversed([*_shapes(self.schemas[name]), *inner])
        return found


@cache
def guide() -> Guide:
    """Return what the description of the API says."""
    return Guide(description())


def _field(anchor: str, name: str, schema: dict) -> Field:
    return Field(anchor, name, schema, schema.get("description", ""))


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _types(schema: dict) -> list[str]:
    given = schema.get("type", "object")
    return [given] if isinstance(given, str) else given


def _is_list(schema: dict) -> bool:
    more = schema.get("additionalProperties")
    return "items" in schema or (isinstance(more, dict) and "items" in more)


def _inside(schema: dict) -> dict:
    """Return the schema of what stands in lists and by names, at the bottom."""
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        return _inside(more)
    return _inside(schema["items"]) if "items" in schema else schema


def _shapes(schema: dict) -> list[str]:
    choices = [schema, *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [_name(one["$ref"]) for one in choices if "$ref" in one]


# What the catalogue answers ---------------------------------------------------------------------

FROM_VISITOR = (
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
    environ = {name: request.META[name] for name in FROM_VISITOR if name in request.META}
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
    inner = WSGIRequest({**environ, "wsgi.input": BytesIO()})
    with override(settings.LANGUAGE_CODE):
        # Whatever the language of the page, programs are answered in one.
        inner.resolver_match = match = resolve(path)
        return match.func(inner, *match.args, **match.kwargs)


def written(value: Any, opened: tuple[str, ...] = (), name: str = "") -> str:
    """Return JSON as people read it, shortened where an ellipsis says so.

    Of a list of objects the first is shown, of results and counts the first two. `opened` names
    the fields of a document whose contents are shown; of the others, only how many there are.
    None named shows all.
    """
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 90 else f"{value[:80]}…", ensure_ascii=False)
    if not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    closed = opened and name and name not in opened
    if isinstance(value, dict):
        if closed:
            return f"{{… {len(value)}}}"
        inside = (
            f"{json.dumps(key, ensure_ascii=False)}: {written(one, opened, key)}"
            for key, one in value.items()
        )
        return _within("{", ",\n".join(inside), "}")
    if closed:
        return f"[… {len(value)}]"
    pairs = name == "results" or (isinstance(value[0], dict) and "count" in value[0])
    shown = value[: 2 if pairs else 1]
    more = f"\n… {len(value) - len(shown)} more" if len(value) > len(shown) else ""
    return _within("[", ",\n".join(written(one, ()) for one in shown) + more, "]")


def _within(opening: str, inside: str, closing: str) -> str:
    return f"{opening}\n{indent(inside, '  ')}\n{closing}"


# Examples ---------------------------------------------------------------------------------------

FOLDER = Path(__file__).parent / "examples"
LANGUAGES = {"sh": "curl", "py": "Python", "R": "R"}
"""The languages of the examples, by the endings of their files."""

WRITTEN_FOR = "http://localhost:8000"
"""The catalogue that stands in the files of the examples; that of the reader takes its place."""


def program(file: str, base: str, collection: str = "organizations", slug: str = "") -> str:
    """Return an example for a catalogue, a collection and one of its items.

    `file` is its name in `mcs/examples/`, `base` the address of the catalogue without a slash at
    its end.
    """
    return (
        (FOLDER / file)
        .read_text(encoding="utf-8")
        .replace(f"{WRITTEN_FOR}{ROOT}organizations/", f"{WRITTEN_FOR}{ROOT}{collection}/")
        .replace("SLUG", quote(slug, safe=":") or "SLUG")
        .replace(WRITTEN_FOR, base)
        .rstrip()
    )


@dataclass(frozen=True)
class Example:
    """An example in the languages there are, what curl shows, and what the others print."""

    name: str
    programs: dict[str, str]
    answer: str = ""
    printed: str = ""


PRINTED: dict[str, Callable[[Any], str]] = {
    "list": lambda content: "\n".join(
        [
            f"{content['count']} in all, among them:",
            *(f"{one['label']} {one['url']}" for one in content["results"]),
        ]
    ),
    "item": lambda content: f"{content['label']} at change {content['change']}",
    "counts": lambda content: "\n".join(
        f"{one['label']} {one['count']}" for one in content["facets"]["arena"]
    ),
    "then": lambda content: f"{content['label']} in 2010, as known at change {content['change']}",
    "unchanged": lambda content: "304 is no error: what we have still holds.",
    "refused": lambda content: f"{content['status']} {content['title']}",
    "changes": lambda content: "\n".join(
        f"change {one['number']} touched {len(one['entries'])}" for one in content["results"]
    ),
}
"""What the programs of an example print, from what the API answers."""


class Examples:
    """The examples for one visitor, each with what the catalogue answers now."""

    def __init__(
        self, request: HttpRequest, collection: str = "organizations", slug: str = ""
    ) -> None:
        self.request = request
        self.base = base_of(request)
        self.collection = collection
        self.slug = slug
        self.answers: dict[str, HttpResponse] = {}

    def make(self, name: str, answer: str = "", printed: str = "") -> Example:
        """Return an example with this answer."""
        programs = {
            language: program(f"{name}.{ending}", self.base, self.collection, self.slug)
            for ending, language in LANGUAGES.items()
            if (FOLDER / f"{name}.{ending}").exists()
        }
        return Example(name, programs, answer, printed)

    def ask(self, name: str) -> HttpResponse | None:
        """Return what the API answers to the curl of an example, None while it cannot answer.

        The guide can be read while the catalogue cannot.
        """
        command = program(f"{name}.sh", WRITTEN_FOR, self.collection, self.slug)
        [address] = re.findall(rf"'{WRITTEN_FOR}([^']*)'", command)
        if address not in self.answers:
            self.answers[address] = api_response(self.request, address)
        response = self.answers[address]
        return response if response.status_code < 500 else None

    def answered(self, name: str, opened: tuple[str, ...] = ()) -> Example:
        """Return an example whose curl shows an answer, shortened."""
        response = self.ask(name)
        if response is None:
            return self.make(name)
        content = json.loads(response.content)
        if name == "counts":
            content = {"facets": content["facets"]}
        return self.make(name, written(self.ours(content), opened), PRINTED[name](content))

    def paged(self) -> Example:
        """Return the example of pages: its curl shows the header that leads to the next one."""
        response = self.ask("pages")
        if response is None:
            return self.make("pages")
        content = json.loads(response.content)
        read = (
            f"read {content['count']} of {content['count']}"
            if content["count_is"] == "exact"
            else ""
        )
        return self.make("pages", f"Link: {self.ours(response['Link'])}", read)

    def ours(self, content: Any) -> Any:
        """Return an answer with the catalogue's own address in it, by whatever name we came."""
        here = self.request.build_absolute_uri("/").rstrip("/")
        return json.loads(json.dumps(content).replace(f"{here}/", f"{self.base}/"))


def base_of(request: HttpRequest) -> str:
    """Return the address of the catalogue, without a slash at its end."""
    return settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")


# Pages ------------------------------------------------------------------------------------------

SAMPLE = 200
"""Of so many entries the examples of a collection's questions are taken: enough, and quick."""


class GuidePage(TemplateView):
    """What every page of the guide shows: where one is, and where every shape is told."""

    here = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            guide=guide(),
            here=self.here,
            base=base_of(self.request),
            **kwargs,
        )


class Introduction(GuidePage):
    """The beginning of the guide: how to ask, what comes back, what one can rely on."""

    template_name = "developers/introduction.html"
    extra_context = {"title": gettext_lazy("For developers")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        slug, _ = first_of(Organizations.kinds)
        examples = Examples(self.request, slug=slug)
        return super().get_context_data(
            examples={
                "list": examples.answered("list"),
                "pages": examples.paged(),
                "counts": examples.answered("counts"),
                "then": examples.answered("then") if slug else examples.make("then"),
                "unchanged": examples.make("unchanged", "304", PRINTED["unchanged"](None)),
                "refused": examples.answered("refused"),
            },
            limits={
                "seconds": database.STATEMENT_TIMEOUT * concurrency.RESPONSE_FACTOR // 1000,
                "size": concurrency.MAX_BYTES // 1024**2,
            },
            **kwargs,
        )


class StatementsPage(GuidePage):
    """What statements carry, and the other pieces of which documents are made."""

    template_name = "developers/statements.html"
    extra_context = {"title": gettext_lazy("Statements and other pieces")}
    here = "statements"


class NetworkPage(GuidePage):
    """What the network of a partnership is made of."""

    template_name = "developers/network.html"
    extra_context = {"title": gettext_lazy("The network of a partnership")}
    here = "network"


class CollectionPage(GuidePage):
    """A collection: its addresses, its questions, its fields, and what it answers now."""

    template_name = "developers/collection.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows. Raises Http404 for what is no collection."""
        name = self.here = self.kwargs["name"]
        if name not in COLLECTIONS:
            raise Http404
        collection = guide().collections[name]
        view = COLLECTIONS[name]
        slug, change = first_of(view.kinds) if issubclass(view, Listing) else ("", 0)
        examples = Examples(self.request, name, slug)
        context: dict[str, Any] = {"title": name, "collection": collection, "slug": slug}
        if issubclass(view, Listing):
            values = Values(view, change)
            context["endpoints"] = [
                (one, [values.question(question, one, slug) for question in one.questions])
                for one in collection.endpoints
            ]
            context["list"] = examples.answered("list")
            if any(one.action == "retrieve" for one in collection.endpoints) and slug:
                context["item"] = examples.answered("item", opened=("names",))
        else:
            context["endpoints"] = [
                (
                    one,
                    [
                        Question(
                            field,
                            *example_of(one, field.name, FITTING[field.name], slug),
                        )
                        for field in one.questions
                    ],
                )
                for one in collection.endpoints
            ]
            context["list"] = examples.answered("changes")
            count, change = Entry.objects.published().count(), current_version().change
            printed = f"{count} items, up to change {change}"
            context["copy"] = examples.make("keep_a_copy", printed=printed)
        return super().get_context_data(**context, **kwargs)


def first_of(kinds: tuple[str, ...]) -> tuple[str, int]:
    """Return the slug of the first entry of these kinds by name, and the change it is of.

    ("", 0) if there is none.
    """
    entries = Entry.objects.published().of_kinds(*kinds).order_by("sort_key", "id")
    return entries.values_list("slug", "change").first() or ("", 0)


@dataclass(frozen=True)
class Question:
    """A question of a page: as told, what its values are, and one that has an answer."""

    field: Field
    example: str = ""
    address: str = ""
    scheme: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def lists(self) -> list[tuple[str, Any]]:
        """Return the lists of the site in which its values stand: addresses and names."""
        return [LISTS[kind] for kind in self.kinds]


FITTING = {
    "as_of": "2010",
    "confirmed_since": "2025",
    "fields": "label,url",
    "format": "json",
    "limit": "10",
    "since": "0",
    "sort": "-updated",
    "updated_since": "2026-01-01",
}
"""Examples of questions that fit every catalogue."""


def example_of(endpoint: Endpoint, name: str, value: str, slug: str) -> tuple[str, str]:
    """Return a question with a value as it is written, and the address that asks it.

    Both are "" without a value, and where an item is asked about and `slug` names none.
    """
    if not value or ("{name}" in endpoint.path and not slug):
        return "", ""
    params = {name: value}
    if name == "known_at" and "{name}" not in endpoint.path:
        # A list is answered as it was known only as a whole.
        params["limit"] = ALL
    query = urlencode(params, safe=",:")
    return query, f"{endpoint.path.replace('{name}', quote(slug, safe=':'))}?{query}"


class Values:
    """What the values of a collection's questions are, with one of each from the catalogue.

    Takes the collection, and the change that the item of its examples is of.
    """

    def __init__(self, view: type[Listing], change: int) -> None:
        self.change = change
        self.filters = view.filterset_class.base_filters
        entries = Entry.objects.published().of_kinds(*view.kinds)
        some = entries.order_by("sort_key", "id").values("id")[:SAMPLE]
        self.counts = facet_counts(
            entries.filter(id__in=some), [*view().facet_names(), "related_by"]
        )
        terms = Entry.objects.published().of_kinds("term")
        self.schemes = {one["value"] for one in facet_counts(terms, ["scheme"])["scheme"]}
        self.slugs = self._related()

    def question(self, field: Field, endpoint: Endpoint, slug: str) -> Question:
        """Return a question as the page tells it."""
        filter = self.filters.get(field.name)
        return Question(
            field,
            *example_of(endpoint, field.name, self.example(field), slug),
            self.scheme(field.name),
            RECORDS if isinstance(filter, MentionsFilter) else getattr(filter, "kinds", ()),
        )

    def scheme(self, name: str) -> str:
        """Return the scheme of the vocabulary in which a question's values stand, or ""."""
        filter = self.filters.get(name)
        if not isinstance(filter, FacetFilter) or filter.kinds:
            return ""
        facet = {"calls_itself": "form", "called": "form"}.get(name, filter.facet_name)
        return facet if facet in self.schemes else ""

    def example(self, field: Field) -> str:
        """Return a value that has an answer here, or "" where the catalogue holds none."""
        if field.name in FITTING:
            return FITTING[field.name]
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
        counted = self.counts.get(name) or [{"value": ""}]
        # Most are in the world and on a continent; a reader looks for one country or city.
        rarest = getattr(self.filters.get(name), "kinds", ()) == PLACE
        return counted[-1 if rarest else 0]["value"]

    def _term(self) -> str:
        for name in self.counts:
            scheme = self.scheme(name)
            if scheme and self._value(name) and name not in ("voice", "event", "arena", "measure"):
                return f"{scheme}:{self._value(name)}"
        return ""

    def _related(self) -> dict[str, str]:
        """Return, by question, the slug of a record to which others stand in that relation."""
        wanted = {
            filter.prefix: name
            for name, filter in self.filters.items()
            if isinstance(filter, FacetFilter) and filter.prefix
        }
        numbers: dict[str, str] = {}
        for one in self.counts["related_by"]:
            prefix, _, number = one["value"].rpartition(":")
            if name := wanted.get(f"{prefix}:"):
                numbers.setdefault(name, number)
        rows = Entry.objects.published().filter(id__in=numbers.values()).values_list("id", "slug")
        slugs = {str(which): slug for which, slug in rows}
        return {name: slugs[number] for name, number in numbers.items() if number in slugs}
