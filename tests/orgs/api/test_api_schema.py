"""The OpenAPI description: it is valid, and every answer conforms to it."""

import copy
import json
import re

import pytest
from django.db import connection
from django.utils.translation import override
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
    validators,
)
from openapi_spec_validator import validate

from mcs.api import COLLECTIONS, description
from orgs.api import serializers
from orgs.api.lists import Listing
from orgs.api.views import SUBRESOURCES
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.edtf import EDTF_PATTERN
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from tests.support.example import example

ITEMS = [name for name in COLLECTIONS if name not in ("changes", "search")]


@pytest.fixture(scope="module")
def schema() -> dict:
    return description()


def strict(schema: dict) -> dict:
    """Forbid additional properties in every object of a copy."""
    strictly = copy.deepcopy(schema)

    def tighten(part) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object" and "properties" in part:
                part.setdefault("additionalProperties", False)
            for child in part.values():
                tighten(child)
        elif isinstance(part, list):
            for child in part:
                tighten(child)

    tighten(strictly["components"]["schemas"])
    return strictly


def one_of(validator, choices: list, instance, schema):
    """Look for all errors of a choice only if not exactly one fits: most are wrong at once."""
    fitting = [choice for choice in choices if validator.evolve(schema=choice).is_valid(instance)]
    if len(fitting) != 1:
        yield from Draft202012Validator.VALIDATORS["oneOf"](validator, choices, instance, schema)


QuickValidator = validators.extend(Draft202012Validator, {"oneOf": one_of})


def make_validator(
    schema: dict, path: str, status: str = "200", media_type: str = "application/json"
) -> Draft202012Validator:
    """Validate strictly: additional properties are errors."""
    content = schema["paths"][path]["get"]["responses"][status]["content"]
    described = content.get(media_type) or content["application/problem+json"]
    whole = {"components": strict(schema)["components"], **described["schema"]}
    return QuickValidator(whole, format_checker=FormatChecker())


def errors(validator: Draft202012Validator, answer) -> list[str]:
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in validator.iter_errors(answer.json())
    ]


def test_description_is_in_english_in_any_active_language():
    with override("ar"):
        anew = description.__wrapped__()

    assert anew == description()
    assert not any(
        "\u0600" <= character <= "\u06ff" for character in json.dumps(anew, ensure_ascii=False)
    )


def test_description_is_openapi_3_1_and_valid(schema):
    validate(schema)

    assert schema["openapi"] == "3.1.0"


def test_description_has_its_server_and_no_security(schema):
    assert [server["url"] for server in schema["servers"]] == ["/"]
    assert schema["security"] == []


def test_examples_of_parameters_are_answered(paper, client, schema):
    """Every parameter has an example that the catalogue of the paper answers."""
    wrong = []
    for path, operations in schema["paths"].items():
        # Numbers of memberships differ between catalogues.
        if path == "/api/v1/memberships/{name}/":
            continue
        parameters = operations["get"]["parameters"]
        [name] = [
            parameter["example"] for parameter in parameters if parameter["in"] == "path"
        ] or [""]
        address = path.replace("{name}", name)
        for parameter in parameters:
            value = parameter["example"]
            # Cursors come from answers.
            if parameter["in"] != "query" or parameter["name"] == "cursor":
                continue
            given = {parameter["name"]: ",".join(value) if isinstance(value, list) else value}
            if parameter["name"] == "known_at" and "{name}" not in path:
                given["limit"] = "all"
            if parameter["name"] == "bom":
                given["format"] = "csv"
            answer = client.get(address, given, follow=True)
            # A stream that is not read to its end closes the connection when it is collected.
            content = b"".join(answer) if answer.streaming else answer.content
            if answer.status_code != 200:
                wrong.append((address, given, content))

    assert wrong == []


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "changes"])
def test_described_values_of_filters_are_taken_and_others_refused(db, client, schema, name):
    path = f"/api/v1/{name}/"
    filters = COLLECTIONS[name].filterset_class.base_filters
    wrong = []
    for parameter in schema["paths"][path]["get"]["parameters"]:
        described = parameter["schema"].get("items", parameter["schema"])
        if parameter["name"] not in filters or not {"enum", "pattern"} & set(described):
            continue
        values = described.get("enum", [parameter["example"]])
        if "items" in parameter["schema"]:
            values = [",".join(values[:50])]
        wrong += [
            (parameter["name"], value)
            for value in values
            if client.get(path, {parameter["name"]: value}).status_code != 200
        ]
        if client.get(path, {parameter["name"]: "soon"}).status_code != 400:
            wrong.append((parameter["name"], "soon"))

    assert wrong == []


@pytest.mark.parametrize(
    "written",
    [
        "1986", "199X", "19XX", "2010-10", "2010-XX", "2010-10-XX", "2010-XX-XX", "2010-21",
        "2010-10-08", "2010~", "2010-10?", "2010%", "1994/..", "../1994", "/1994", "1994/",
        "2010-10-08/2010-10-12", "2010-10-08T12:00:00Z", "2010-10-08T12:00:00+03:30",
    ],
)  # fmt: skip
def test_every_date_that_the_database_takes_has_the_described_form(db, written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT edtf_range(%s) IS NOT NULL", [written])
        [taken] = cursor.fetchone()

    assert taken
    assert re.search(EDTF_PATTERN, written)


@pytest.mark.parametrize("written", ["", "10", "2010-1", "2010/2011/2012", "May 2010", "20101008"])
def test_other_texts_have_not_the_form_of_a_date(written):
    assert not re.search(EDTF_PATTERN, written)


def test_form_of_languages_is_described(schema):
    name = schema["components"]["schemas"]["NameStatement"]["properties"]

    assert re.search(name["language"]["pattern"], "zh-Hant")
    assert not re.search(name["language"]["pattern"], "Chinese")


def test_generator_warns_of_nothing(schema, capsys):
    description()

    assert capsys.readouterr().err == ""


def test_description_is_served_as_it_is(db, client, schema):
    assert client.get("/api/v1/schema.json").json() == json.loads(json.dumps(schema))


def test_every_field_has_a_description(schema):
    undescribed = [
        f"{name}.{field}"
        for name, shape in schema["components"]["schemas"].items()
        for field, field_schema in shape.get("properties", {}).items()
        if not field_schema.get("description", "").partition("* `")[0].strip()
    ]

    assert undescribed == []


def test_description_names_every_address(schema):
    lists = [f"/api/v1/{name}/" for name in COLLECTIONS]
    items = [f"/api/v1/{name}/{{name}}/" for name in COLLECTIONS if name != "search"]
    subresources = [
        f"/api/v1/{name}/{{name}}/{subresource}/"
        for name, collection in COLLECTIONS.items()
        for subresource in SUBRESOURCES
        if hasattr(collection, subresource)
    ]

    assert set(schema["paths"]) == {"/api/v1/", *lists, *items, *subresources}
    assert len(subresources) == 11


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "changes"])
def test_every_filter_is_described_by_its_label(schema, name):
    collection = COLLECTIONS[name]
    assert issubclass(collection, Listing)
    filterset = collection.filterset_class

    described = {
        parameter["name"]: parameter["description"]
        for parameter in schema["paths"][f"/api/v1/{name}/"]["get"]["parameters"]
        if parameter["in"] == "query"
    }

    expected = {param: str(field.label) for param, field in filterset.base_filters.items()}
    assert {param: described[param] for param in expected} == expected
    others = {"limit", "cursor", "sort", "fields", "facets", "format", "bom"}
    assert set(described) - set(expected) == others | (
        {"known_at"} if collection.takes_clocks else set()
    )
    assert "" not in described.values()


def test_every_address_describes_its_problems(schema):
    for path, operations in schema["paths"].items():
        assert list(operations) == ["get"]
        statuses = {"200", "304", "400", "405", "406", "414", "503"}
        if "{" in path:
            statuses |= {"308", "404", "410"}
        responses = operations["get"]["responses"]
        assert set(responses) == statuses
        for status in statuses - {"200", "304", "308", "414"}:
            assert list(responses[status]["content"]) == ["application/problem+json"]


def test_operations_have_names_of_their_own(schema):
    names = [operations["get"]["operationId"] for operations in schema["paths"].values()]

    assert len(set(names)) == len(names)
    assert "organizations_list" in names
    assert "organizations_history" in names


def test_every_kind_of_statement_is_described():
    described = {part: set(shape().fields) for part, shape in serializers.STATEMENTS.items()}

    assert set(described) == {kind.part for kind in statement_kinds().values()}
    for kind in statement_kinds().values():
        assert set(kind.document_fields) <= described[kind.part]


def test_every_kind_of_document_is_described(db):
    example()

    kinds = set(Entry.objects.published().values_list("kind", flat=True))

    assert kinds == set(serializers.DOCUMENTS)


def check_all_answers(client, schema: dict) -> dict[str, int]:
    """Compare lists, items and histories with the description. Returns counts by collection."""
    counts: dict[str, int] = {}
    for name in ITEMS:
        validators = {
            "list": make_validator(schema, f"/api/v1/{name}/"),
            "item": make_validator(schema, f"/api/v1/{name}/{{name}}/"),
        }
        if hasattr(COLLECTIONS[name], "history"):
            validators["history"] = make_validator(schema, f"/api/v1/{name}/{{name}}/history/")
        here = f"/api/v1/{name}/?limit=100"
        while here:
            answer = client.get(here)
            assert errors(validators["list"], answer) == []
            page = answer.json()
            for result in page["results"][:: 1 if name == "organizations" else 7]:
                item = f"/api/v1/{name}/{result['slug']}/"
                assert errors(validators["item"], client.get(item)) == []
                if "history" in validators:
                    assert errors(validators["history"], client.get(f"{item}history/")) == []
            counts[name] = counts.get(name, 0) + len(page["results"])
            here = page["next"]
    return counts


def test_answers_are_as_described(db, client, schema):
    records = example()
    changeset = Changeset(reason="It has another name now.")
    changeset.replace(Name.objects.get(text="MFA"), text="M.F.A.")
    changeset.change_record(records["vote"], level="withdrawn")
    changeset.propose().accept()

    counts = check_all_answers(client, schema)

    assert set(counts) == set(ITEMS)
    for path, address in (
        ("/api/v1/", "/api/v1/"),
        ("/api/v1/changes/", "/api/v1/changes/?limit=2"),
        ("/api/v1/changes/{name}/", "/api/v1/changes/0/"),
        ("/api/v1/search/", "/api/v1/search/?facets=source,voice"),
        ("/api/v1/organizations/", "/api/v1/organizations/?facets=arena,country"),
        ("/api/v1/organizations/{name}/", "/api/v1/organizations/mfa/?as_of=2010&known_at=1"),
        ("/api/v1/organizations/{name}/history/", "/api/v1/organizations/mfa/history/"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert errors(make_validator(schema, path), answer) == []
    for status, address in (
        ("400", "/api/v1/organizations/?colour=red"),
        ("404", "/api/v1/organizations/nothing/"),
        ("410", f"/api/v1/campaigns/{records['vote'].key}/"),
    ):
        answer = client.get(address)
        assert answer.status_code == int(status)
        assert errors(make_validator(schema, "/api/v1/campaigns/{name}/", status), answer) == []


@pytest.mark.parametrize("query", ["", "?as_of=2010"])
@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/{name}/{{name}}/{subresource}/"
        for name, collection in COLLECTIONS.items()
        for subresource in SUBRESOURCES
        if subresource != "history" and hasattr(collection, subresource)
    ],
)
def test_computed_resources_are_as_described(paper, client, schema, path, query):
    validator = make_validator(schema, path)
    wrong = []

    items = client.get(path.partition("{")[0], {"limit": 100}).json()["results"]
    for item in items:
        answer = client.get(path.replace("{name}", item["slug"]) + query)
        if answer.status_code == 200:
            wrong += [(item["slug"], error) for error in errors(validator, answer)]

    assert len(items) > 20
    assert wrong == []


def test_keys_of_statements_are_in_the_order_of_the_description(paper, client):
    order = {part: list(shape().fields) for part, shape in serializers.STATEMENTS.items()}
    wrong = set()
    read = set()

    for name in ("organizations", "gatherings", "instruments", "places"):
        for document in client.get(f"/api/v1/{name}/?limit=100").json()["results"]:
            for part, shape in order.items():
                items = document[part]
                if part == "traits":
                    items = [item for of_scheme in items.values() for item in of_scheme]
                read |= {part for _ in items}
                wrong |= {(part, *item) for item in items if list(item) != shape}

    assert wrong == set()
    assert len(read) > 10


def test_statement_begins_with_its_values_and_ends_with_its_source(db, client):
    example()

    [name, *_] = client.get("/api/v1/organizations/mfa/").json()["names"]

    assert list(name) == [
        "statement", "text", "language", "script", "name_kind", "detail", "holds",
        "when", "observed", "current", "voice", "speaker", "confidence",
        "source", "locator", "quote", "disputed", "preferred", "note",
    ]  # fmt: skip


def test_url_is_a_page_and_api_url_a_resource_everywhere(paper, client):
    """`api_url` is a permanent resource, `url` the page about it."""
    pairs = set()

    def collect(value: object, within: str = "") -> None:
        if isinstance(value, dict):
            if "api_url" in value:
                pairs.add((value.get("url"), value["api_url"]))
            elif within != "links":
                assert "url" not in value, (within, value)
            for key, child in value.items():
                collect(child, key)
        elif isinstance(value, list):
            for child in value:
                collect(child, within)

    for name in ("", *(f"{name}/" for name in COLLECTIONS)):
        collect(client.get(f"/api/v1/{name}").json())

    assert len(pairs) > 100
    for url, api_url in sorted(pairs, key=str)[::25]:
        assert client.get(api_url).status_code == 200
        if url:
            assert not url.startswith("/api/")
            assert client.get(url.partition("#")[0]).status_code == 200
            assert client.get(api_url).json()["url"] == url


def test_lists_are_objects_without_alternatives(schema):
    lists = {
        name: schema["components"]["schemas"][name]
        for name in schema["components"]["schemas"]
        if name.endswith(("List", "ListFields"))
    }

    assert len(lists) == 2 * (len(COLLECTIONS) - 1) + 1
    for shape in lists.values():
        assert shape["type"] == "object"
        assert {"anyOf", "oneOf", "allOf"} & set(shape) == set()


@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name != "changes"])
def test_every_format_of_a_list_is_as_described(paper, client, schema, name):
    path = f"/api/v1/{name}/"
    described = schema["paths"][path]["get"]["responses"]["200"]["content"]
    parameters = schema["paths"][path]["get"]["parameters"]
    [formats] = [item["schema"]["enum"] for item in parameters if item["name"] == "format"]
    seen = set()

    for query in ("fields=id,label,kind", "limit=all", *(f"format={format}" for format in formats)):
        answer = client.get(f"{path}?{query}")
        media_type = answer["Content-Type"].partition(";")[0]
        seen.add(media_type)
        content = b"".join(answer) if answer.streaming else answer.content
        validator = make_validator(schema, path, media_type=media_type)
        value = json.loads(content) if media_type.endswith("json") else content.decode()
        assert [error.message[:200] for error in validator.iter_errors(value)] == []

    assert seen == set(described)


@pytest.mark.parametrize("name", ["organizations", "sources", "places"])
def test_every_format_of_an_item_is_as_described(paper, client, schema, name):
    path = f"/api/v1/{name}/{{name}}/"
    content = schema["paths"][path]["get"]["responses"]["200"]["content"]
    slug = client.get(f"/api/v1/{name}/?limit=1").json()["results"][0]["slug"]
    seen = set()

    for query in ("fields=id,url,observed", "format=json", "format=csv", "format=jsonld"):
        answer = client.get(f"/api/v1/{name}/{slug}/?{query}")
        media_type = answer["Content-Type"].partition(";")[0]
        seen.add(media_type)
        validator = make_validator(schema, path, media_type=media_type)
        text = answer.content.decode()
        value = json.loads(text) if media_type.endswith("json") else text
        assert [error.message[:200] for error in validator.iter_errors(value)] == []

    assert seen == set(content)


def test_a_document_with_another_field_is_invalid(db, client, schema):
    example()
    validator = make_validator(schema, "/api/v1/organizations/{name}/")
    document = client.get("/api/v1/organizations/mfa/").json()

    assert [*validator.iter_errors(document)] == []
    assert [*validator.iter_errors({**document, "colour": "red"})] != []
    assert [*validator.iter_errors({**document, "names": [{**document["names"][0], "x": 1}]})] != []
    assert [*validator.iter_errors({k: v for k, v in document.items() if k != "places"})] != []


def test_the_papers_documents_are_as_described(paper, client, schema):
    counts = check_all_answers(client, schema)

    assert sum(counts.values()) >= Entry.objects.published().count()
