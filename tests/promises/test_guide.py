"""The guide of the API is true.

Every filter and every field of every collection is in the OpenAPI document, and every address,
filter and field of that is on the pages of the guide.
"""

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from mcs.api import COLLECTIONS, description
from orgs.api.views import SUBRESOURCES
from orgs.projection.entry import Entry
from tests.support.addresses import addresses
from tests.support.pages import Page, page_of

# The guide of the API ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guide() -> dict:
    """The OpenAPI document."""
    return description()


def parameters(guide: dict, path: str) -> dict[str, dict]:
    """The parameters of an address of the API, by name."""
    return {one["name"]: one for one in guide["paths"][path]["get"]["parameters"]}


def test_every_route_is_in_the_guide(guide):
    routes = {
        re.sub(r"%\((\w+)\)s", r"{\1}", address.written)
        for address in addresses()
        if address.of_api and address.name not in ("schema", "elsewhere")
    }

    assert routes == set(guide["paths"])


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "changes"])
def test_every_filter_is_in_the_guide(guide, name):
    meanings = parameters(guide, f"/api/v1/{name}/")
    filters = COLLECTIONS[name].filterset_class.base_filters

    assert set(filters) - set(meanings) == set()
    assert [one for one in filters if not meanings[one].get("description", "").strip()] == []


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_parameter_of_the_guide_is_understood(paper, guide, name):
    refused = {}
    for parameter in parameters(guide, f"/api/v1/{name}/").values():
        if parameter["in"] != "query":
            continue
        value = {"as_of": "2010", "updated_since": "2010-01-01", "cursor": "", "limit": "1"}.get(
            parameter["name"], ""
        )
        response = Client().get(f"/api/v1/{name}/", {parameter["name"]: value})
        if response.status_code != 200:
            refused[parameter["name"]] = response.json()["detail"]

    assert refused == {}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_no_parameter_beside_the_guide_is_answered(paper, guide, name):
    meanings = parameters(guide, f"/api/v1/{name}/")
    others = {one for path in guide["paths"] for one in parameters(guide, path)} - set(meanings)

    answered = [
        one
        for one in sorted(others)
        if Client().get(f"/api/v1/{name}/", {one: "1"}).status_code != 400
    ]

    assert answered == []


def shape(guide: dict, schema: dict) -> dict:
    """A schema with its reference followed."""
    while "$ref" in schema:
        schema = guide["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def undescribed(guide: dict, schema: dict, value: object, where: str) -> Iterator[str]:
    """Give every field of an answer that its schema does not have, with where it stands."""
    schema = shape(guide, schema)
    choices = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf")
    if choices and "properties" not in schema:
        errors = [[*undescribed(guide, choice, value, where)] for choice in choices]
        yield from min(errors, key=len)
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties")
        for name, part in value.items():
            if name in known:
                yield from undescribed(guide, known[name], part, f"{where}.{name}")
            elif isinstance(more, dict):
                yield from undescribed(guide, more, part, f"{where}.*")
            elif more is not True:
                yield f"{where}.{name}"
    elif isinstance(value, list):
        for part in value:
            yield from undescribed(guide, schema.get("items", {}), part, f"{where}[]")


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "search"])
def test_every_field_is_in_the_guide(paper, guide, name):
    answer = guide["paths"][f"/api/v1/{name}/"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    missing: set[str] = set()
    read = 0
    address: str | None = f"/api/v1/{name}/?limit=100"
    while address:
        page = Client().get(address).json()
        missing |= set(undescribed(guide, schema, page, name))
        read += len(page["results"])
        address = page["next"]

    assert missing == set()
    assert read > 0


@pytest.mark.parametrize("kind", ["organizations", "places", "gatherings"])
def test_every_field_of_a_history_is_in_the_guide(paper, guide, kind):
    answer = guide["paths"][f"/api/v1/{kind}/{{name}}/history/"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    entry = Entry.objects.published().of_kinds(kind.removesuffix("s")).order_by("id").first()
    assert entry is not None

    history = Client().get(f"/api/v1/{kind}/{entry.slug}/history/").json()

    assert set(undescribed(guide, schema, history, kind)) == set()
    assert history["results"] != []


def test_a_field_beside_the_guide_is_found(guide):
    schema = guide["paths"]["/api/v1/arenas/"]["get"]["responses"]["200"]["content"]
    answer = {"count": 1, "results": [{"id": "ngo", "colour": "red"}]}

    assert [*undescribed(guide, schema["application/json"]["schema"], answer, "arenas")] == [
        "arenas.results[].colour"
    ]


def test_the_guide_is_served_as_it_is_made(db, guide):
    assert json.loads(Client().get("/api/v1/schema.json").content) == guide


# Its pages --------------------------------------------------------------------------------------


@pytest.fixture
def pages(db) -> dict[str, Page]:
    """Every page of the guide, of a catalogue that is empty: "" is the introduction."""
    names = ["", "statements", "network", *COLLECTIONS]
    return {
        name: page_of(Client().get(f"/developers/{name}/" if name else "/developers/"))
        for name in names
    }


def meanings_on(page: Page) -> dict[str, str]:
    """What a page tells in its lists of fields and parameters: its id, and what it means."""
    return {
        one.attributes["id"]: one.one("dd").text
        for fields in page.main.every("dl", kind="fields")
        for one in fields.every("div")
        if "id" in one.attributes
    }


def meaning(described: dict) -> str:
    """What a description means, without its values, in the words of a page."""
    text = described.get("description", "").partition("* `")[0]
    return " ".join(text.replace("`", "").split())


def test_every_endpoint_is_on_the_pages(guide, pages):
    shown = [
        heading.text.removeprefix("GET ")
        for page in pages.values()
        for heading in [*page.main.every("h2"), *page.main.every("h3")]
        if heading.text.startswith("GET ")
    ]

    assert sorted(shown) == sorted(guide["paths"])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_parameter_is_on_the_page_of_its_collection(guide, pages, name):
    filters = {
        f"{answers['get']['operationId'].rpartition('_')[2]}.{one['name']}": meaning(one)
        for path, answers in guide["paths"].items()
        if path.startswith(f"/api/v1/{name}/")
        for one in answers["get"]["parameters"]
        if one["in"] == "query"
    }

    meanings = meanings_on(pages[name])
    actions = ("list", "retrieve", *SUBRESOURCES)
    listed = {one for one in meanings if one.split(".")[0] in actions}

    assert listed == set(filters)
    assert [
        one for one in filters if not filters[one] or not meanings[one].startswith(filters[one])
    ] == []


def test_every_field_is_on_the_pages(guide, pages):
    schemas = guide["components"]["schemas"]
    meanings = {one: text for page in pages.values() for one, text in meanings_on(page).items()}
    common = {one.partition(".")[2] for one in meanings if one.startswith("statement.")}
    introduced = meanings_on(pages[""])
    listed = {one.removeprefix("list.") for one in introduced if one.startswith("list.")}
    in_lists: set[str] = set()
    wrong, shapes = {}, 0

    for name, schema in schemas.items():
        fields = schema.get("properties", {})
        here = {one.partition(".")[2] for one in meanings if one.partition(".")[0] == name}
        if name.endswith("Fields"):
            # Some fields of a document are described where the whole document is.
            kinds = schema["description"].removeprefix("Those fields of ").split(" that ")[0]
            whole = [schemas[kind]["properties"] for kind in kinds.split(" or ") if kind in schemas]
            complete = whole or [schemas[name.removesuffix("Fields")]["properties"]]
            if set(fields) != {field for one in complete for field in one}:
                wrong[name] = set(fields)
        elif name.endswith("List") or name == "Graph":
            in_lists |= {*fields, *within(schemas, fields)}
        elif name in ("FacetCount", "GraphNode", "GraphEdge"):
            # They stand inside lists and graphs: `within` reads them there.
            continue
        elif name.startswith("History") and name.endswith("Statement"):
            # A statement in a history says beside its own fields in which part it stands.
            if fields and {*fields} - {*schemas[name.removeprefix("History")]["properties"]} != {
                "part"
            }:
                wrong[name] = set(fields)
        elif {*here, *(common if name.endswith("Statement") else ())} != set(fields):
            wrong[name] = here ^ set(fields)
        shapes += bool(fields)

    assert wrong == {}
    assert listed == in_lists
    assert "history.part" in meanings
    assert shapes > 60


def within(schemas: dict, fields: dict) -> Iterator[str]:
    """Give the fields of a counted value, and of nodes and links, where a list has such."""
    inner = {"facets": "FacetCount", "nodes": "GraphNode", "links": "GraphEdge"}
    for name in fields.keys() & inner.keys():
        yield from (f"{name}.{one}" for one in schemas[inner[name]]["properties"])


def test_every_field_on_the_pages_means_what_its_description_says(guide, pages):
    meanings = {one: text for page in pages.values() for one, text in meanings_on(page).items()}
    wrong = {}

    for name, schema in guide["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            text = meanings.get(f"{name}.{field}")
            means = meaning(described)
            if not means or (text is not None and not text.startswith(means)):
                wrong[f"{name}.{field}"] = text

    assert wrong == {}


def test_every_header_and_status_is_on_the_pages(guide, pages):
    headers, statuses = set(), set()
    for answers in guide["paths"].values():
        described = answers["get"]
        headers |= {one["name"] for one in described["parameters"] if one["in"] == "header"}
        for status, answer in described["responses"].items():
            statuses.add(status)
            headers |= set(answer.get("headers", {}))

    entries = [one.split(".", 1) for one in meanings_on(pages[""])]

    assert {name for of, name in entries if of == "header"} == headers
    assert {name for of, name in entries if of == "status"} == statuses
