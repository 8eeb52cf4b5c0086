"""Serializers that describe whole responses of the API: lists, histories, changes, problems."""

from functools import cache
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from orgs.records.kinds import KINDS
from orgs.search.paging import COUNT_LIMIT

from .graphs import EDGE, NODE, Attribute
from .serializers import API_URL, STATEMENTS, build_serializer, constant, document_serializer


class FacetCount(serializers.Serializer):
    """How many entries hold a value."""

    value = serializers.CharField(help_text="The value, as the question takes it.")
    label = serializers.CharField(help_text="The value, as people read it.")  # type: ignore[assignment]
    count = serializers.IntegerField(help_text="How many entries hold it.")


PAGE_FIELDS: dict[str, serializers.Field] = {
    "count": serializers.IntegerField(help_text=f"How many there are, counted to {COUNT_LIMIT}."),
    "count_is": serializers.ChoiceField(
        choices=["exact", "at_least"],
        help_text="Whether these are all, or there are more than were counted.",
    ),
    "next": serializers.URLField(allow_null=True, help_text="The address of the next page."),
    "previous": serializers.URLField(allow_null=True, help_text="The address of the page before."),
}


def _export_fields(when: str, required: bool) -> dict[str, serializers.Field]:
    """What a complete download says of itself; `when` begins the help texts."""
    return {
        "licence": serializers.CharField(
            required=required, help_text=f"{when}the licence of all this."
        ),
        "retrieved": serializers.DateField(
            required=required, help_text=f"{when}the day for which it was written."
        ),
        "known_at": serializers.IntegerField(
            required=required, help_text=f"{when}the newest change that is in it."
        ),
    }


@cache
def list_serializer(*kinds: str) -> type[serializers.Serializer]:
    """Describes a page of a list of documents, or the complete list."""
    document = document_serializer(*kinds)
    about = "The changes of this page."
    results: serializers.Field
    if isinstance(document, PolymorphicProxySerializer):
        name = document.component_name

        @extend_schema_field(
            PolymorphicProxySerializer(
                component_name=name,
                serializers=document.serializers,
                resource_type_field_name=document.resource_type_field_name,
                many=True,
            )
        )
        class Documents(serializers.Field):
            """Documents of any of these kinds."""

        results = Documents(help_text=about)
    else:
        name = type(document).__name__
        results = type(document)(many=True, help_text=about)
    fields = {
        **PAGE_FIELDS,
        "results": results,
        **_export_fields("With limit=all: ", required=False),
        "facets": serializers.DictField(
            child=serializers.ListField(child=FacetCount()),
            required=False,
            help_text="With facets=: how many entries have each value of these filters.",
        ),
    }
    return build_serializer(f"{name}List", "A list, or a page of it.", fields)


def _attributes_serializer(
    name: str, doc: str, attributes: tuple[Attribute, ...]
) -> type[serializers.Serializer]:
    """Describes a node or an edge with these attributes."""
    types: dict[str, type[serializers.Field]] = {
        "string": serializers.CharField,
        "integer": serializers.IntegerField,
        "boolean": serializers.BooleanField,
    }
    return build_serializer(
        name, doc, {item.name: types[item.type](help_text=item.about) for item in attributes}
    )


Graph = build_serializer(
    "Graph",
    "Records and the statements that link them, as a graph: the node-link JSON of networkx and D3.",
    {
        **_export_fields("With format=graph: ", required=True),
        "as_of": serializers.CharField(
            required=False, help_text="With format=graph: the requested days, if any."
        ),
        "request_url": serializers.URLField(
            help_text="With format=graph: the address of this response."
        ),
        "directed": serializers.BooleanField(help_text="With format=graph: true."),
        "multigraph": serializers.BooleanField(
            help_text="With format=graph: true. Several statements may link two nodes."
        ),
        "nodes": _attributes_serializer("GraphNode", "A record.", NODE)(
            many=True, help_text="With format=graph: what answers, and what that is tied to."
        ),
        "links": _attributes_serializer("GraphEdge", "A statement that ties two records.", EDGE)(
            many=True,
            help_text="With format=graph: every statement that ties two nodes. GraphML, GEXF and "
            "the list of edges have the same by the same names; the list adds kind and label of "
            "both ends.",
        ),
    },
)

HISTORY_STATEMENTS: dict[str, Any] = {
    part: build_serializer(
        f"History{statement.__name__}",
        statement.__doc__,
        {"part": constant(part, "The part of the document that contains it.")},
        statement,
    )
    for part, statement in STATEMENTS.items()
}
"""Statements in a history also have the part of the document that they belong to."""


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="HistoryStatement",
        serializers=HISTORY_STATEMENTS,
        resource_type_field_name="part",
        many=True,
    )
)
class HistoryStatements(serializers.Field):
    """Statements of any kind."""


class HistoryChange(serializers.Serializer):
    """What one accepted change did to one record."""

    number = serializers.IntegerField(help_text="The number of the change.")
    at = serializers.DateTimeField(help_text="When it was accepted.")
    reason = serializers.CharField(help_text="Why it was made.")
    label = serializers.CharField(help_text="What it is part of, for example an import.")  # type: ignore[assignment]
    on_behalf = serializers.CharField(help_text="The organization for which it was made, if any.")
    added = HistoryStatements(help_text="Statements that it added.")
    retired = HistoryStatements(help_text="Statements that it retired.")
    follows = serializers.BooleanField(
        help_text="Whether it is about other records and changed only the findings of this one. "
        "Their histories state its reason."
    )


class History(serializers.Serializer):
    """The changes of a record, newest first."""

    count = serializers.IntegerField(help_text="How many there are.")
    count_is = serializers.ChoiceField(
        choices=["exact", "at_least"], help_text="A history is counted to its end: exact."
    )
    next = serializers.URLField(allow_null=True, help_text="The address of the next page.")
    previous = serializers.URLField(allow_null=True, help_text="Always null: start again.")
    results = HistoryChange(many=True, help_text="The changes.")


class ChangedEntry(serializers.Serializer):
    """What a change did to one entry."""

    id = serializers.CharField(
        help_text="Its permanent id; of a source that is not public any more `sha256:` and the "
        "SHA-256 of its id, so that copies can remove it."
    )
    kind = serializers.ChoiceField(choices=list(KINDS), help_text="What it is.")
    state = serializers.ChoiceField(
        choices=[
            ("published", "read it again"),
            ("merged", "it redirects to another entry"),
            ("gone", "remove it"),
        ],
        help_text="What a copy must do.",
    )
    api_url = serializers.CharField(help_text=API_URL)


class CatalogueChange(serializers.Serializer):
    """An accepted change to public content."""

    number = serializers.IntegerField(
        help_text="The number of the change; 0 is the first content of the catalogue."
    )
    at = serializers.DateTimeField(
        allow_null=True, help_text="When it was accepted; null for the first content."
    )
    reason = serializers.CharField(
        help_text="Why it was made; empty if none of it is public any more."
    )
    label = serializers.CharField(help_text="What it is part of, for example an import.")  # type: ignore[assignment]
    entries = ChangedEntry(many=True, help_text="The entries that changed.")


CatalogueChangeList = build_serializer(
    "CatalogueChangeList",
    "Changes in their order.",
    {
        **PAGE_FIELDS,
        "results": CatalogueChange(many=True, help_text="The changes of this page."),
    },
)


class FieldProblem(serializers.Serializer):
    """What is wrong with one parameter."""

    field = serializers.CharField(help_text="The name of the parameter.")
    detail = serializers.CharField(help_text="What to do about it.")


class Problem(serializers.Serializer):
    """Why there is no answer, and what to do next (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank: the title says it all.")
    title = serializers.CharField(help_text="The name of the status.")
    status = serializers.IntegerField(help_text="The HTTP status code.")
    detail = serializers.CharField(help_text="What is wrong, in a sentence.")
    errors = FieldProblem(many=True, help_text="The parameters at fault; empty if none is.")  # type: ignore[assignment]


class GoneProblem(Problem):
    """That a record was withdrawn: all that is left of it."""

    gone_on = serializers.DateField(allow_null=True, help_text="The day it was withdrawn.")
    reason = serializers.CharField(help_text="Why, as a class: safety, request, law, rights, ...")


class CollectionLink(serializers.Serializer):
    """A collection of this API."""

    name = serializers.CharField(help_text="Its name in addresses.")
    api_url = serializers.CharField(help_text="Its path in this API.")
    about = serializers.CharField(help_text="What is in it.")


class Contents(serializers.Serializer):
    """The beginning of the API: what there is."""

    title = serializers.CharField(help_text="The name of the site.")
    change = serializers.IntegerField(help_text="The number of the newest public change.")
    day = serializers.DateField(help_text="The day for which all documents are written.")
    collections = CollectionLink(many=True, help_text="The collections.")
    schema = serializers.CharField(help_text="The path of this description, as OpenAPI 3.1.")
    guide = serializers.CharField(help_text="The path of the guide, which people read.")
