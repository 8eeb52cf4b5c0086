"""The API as a whole: the collections of both apps, search, contents and OpenAPI schema."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, include, path, re_path, resolve
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from campaigns.api import views as campaigns
from orgs.api import response_serializers
from orgs.api import views as orgs
from orgs.api.http import ApiViewSet, current_version
from orgs.api.lists import Listing
from orgs.api.openapi import GUIDE, JSON, ROOT
from orgs.search.filters import SearchEverythingFilter

app_name = "api"


class Search(Listing):
    """Everything at once: records of every kind, sources, terms and arenas."""

    kinds = SearchEverythingFilter.kinds
    filterset_class = SearchEverythingFilter
    takes_clocks = True


COLLECTIONS: dict[str, type[ApiViewSet]] = {
    "organizations": orgs.Organizations,
    "partnerships": campaigns.Partnerships,
    **campaigns.COLLECTIONS,
    **orgs.COLLECTIONS,
    "search": Search,
}
"""Every collection by its name in addresses, in reading order."""


class Contents(ApiViewSet):
    """The beginning of the API: its collections, and the newest public change."""

    def retrieve(self, request: Request) -> HttpResponse:
        version = current_version()
        content = {
            "title": settings.SITE_NAME,
            "change": version.change,
            "day": version.day.isoformat(),
            "collections": [
                {
                    "name": name,
                    "api_url": f"{ROOT}{name}/",
                    "about": (collection.__doc__ or "").split("\n")[0],
                }
                for name, collection in COLLECTIONS.items()
            ],
            "schema": f"{ROOT}schema.json",
            "guide": GUIDE,
        }
        text = json.dumps(content, ensure_ascii=False)
        return self.respond_by_hash(text)

    def parameters(self) -> list[OpenApiParameter]:
        return [JSON]

    def response_serializer(self) -> Any:
        return response_serializers.Contents()


class Schema(ApiViewSet):
    """This description of the API, as OpenAPI 3.1."""

    schema = None  # type: ignore[assignment]

    def retrieve(self, request: Request) -> HttpResponse:
        text = _schema_json()
        return self.respond_by_hash(text)

    def parameters(self) -> list[OpenApiParameter]:
        return [JSON]


class Elsewhere(ApiViewSet):
    """Every other address under the API: a problem, never a page."""

    schema = None  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Does not validate parameters: this view has none."""

    def retrieve(self, request: Request, rest: str) -> HttpResponseBase:
        """Redirect to the address with a slash at the end, if that exists; otherwise 404."""
        try:
            match = resolve(f"{request.path}/")
        except Resolver404:
            raise NotFound from None
        if rest.endswith("/") or getattr(match.func, "cls", Elsewhere) is Elsewhere:
            raise NotFound
        query = request.META.get("QUERY_STRING", "")
        url = f"{request.path}/" + (f"?{query}" if query else "")
        return HttpResponsePermanentRedirect(url, preserve_request=True)


@cache
def description() -> dict:
    """The OpenAPI 3.1 schema, in English; the developers' guide is generated from it.

    It is cached: callers must not modify it.
    """
    documented = [
        pattern for pattern in urlpatterns if view_of(pattern.callback).schema is not None
    ]
    generator = SchemaGenerator(patterns=[path(ROOT[1:], include(documented))])
    with override(settings.LANGUAGE_CODE):
        return _without(generator.get_schema(public=True), "x-spec-enum-id")


def view_of(callback: Any) -> type[ApiViewSet]:
    return callback.cls


def _without(schema: Any, key: str) -> Any:
    """The schema without a key, at all levels."""
    if isinstance(schema, dict):
        return {name: _without(value, key) for name, value in schema.items() if name != key}
    if isinstance(schema, list):
        return [_without(value, key) for value in schema]
    return schema


@cache
def _schema_json() -> str:
    return json.dumps(description(), ensure_ascii=False)


urlpatterns = [
    path("", Contents.as_view({"get": "retrieve"}), name="contents"),
    path("schema.json", Schema.as_view({"get": "retrieve"}), name="schema"),
    *(
        address
        for name, collection in COLLECTIONS.items()
        for address in orgs.routes(name, collection)
    ),
    # Any characters, including line breaks, get the JSON error of the API.
    re_path(r"^(?P<rest>[\s\S]*)\Z", Elsewhere.as_view({"get": "retrieve"}), name="elsewhere"),
]
