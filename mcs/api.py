"""The API as a whole: the collections of both apps, what is over all of them, its description."""

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
from orgs.api import serializers
from orgs.api import views as orgs
from orgs.api.http import Answering, mark_of, newest
from orgs.api.openapi import GUIDE, JSON, ROOT, GraphedPaging
from orgs.search.filters import SearchEverythingFilter

app_name = "api"


class Search(orgs.Listing):
    """Everything at once: records of every kind, sources, terms and arenas."""

    kinds = SearchEverythingFilter.kinds
    filterset_class = SearchEverythingFilter
    takes_clocks = True
    pagination_class = GraphedPaging


COLLECTIONS: dict[str, type[Answering]] = {
    "organizations": orgs.Organizations,
    "partnerships": campaigns.Partnerships,
    **campaigns.COLLECTIONS,
    **orgs.COLLECTIONS,
    "search": Search,
}
"""Every collection by its name in addresses, in reading order."""


class Contents(Answering):
    """The beginning of the API: its collections, and the newest public change."""

    def retrieve(self, request: Request) -> HttpResponse:
        """Answer with what there is."""
        now = newest()
        content = {
            "title": settings.SITE_NAME,
            "change": now.number,
            "day": now.day.isoformat(),
            "collections": [
                {
                    "name": name,
                    "url": f"{ROOT}{name}/",
                    "about": (collection.__doc__ or "").split("\n")[0],
                }
                for name, collection in COLLECTIONS.items()
            ],
            "schema": f"{ROOT}schema.json",
            "guide": GUIDE,
        }
        text = json.dumps(content, ensure_ascii=False)
        etag = mark_of(text)
        return self.unchanged(etag) if self.has(etag) else self.answer(text, etag)

    def parameters(self) -> list[OpenApiParameter]:
        """Return the description of every parameter."""
        return [JSON]

    def answer_shape(self) -> Any:
        """Return the description of the contents."""
        return serializers.Contents()


class Schema(Answering):
    """This description of the API, as OpenAPI 3.1."""

    schema = None  # type: ignore[assignment]

    def retrieve(self, request: Request) -> HttpResponse:
        """Answer with the description."""
        text = _written()
        etag = mark_of(text)
        return self.unchanged(etag) if self.has(etag) else self.answer(text, etag)

    def parameters(self) -> list[OpenApiParameter]:
        """Return the description of every parameter."""
        return [JSON]


class Elsewhere(Answering):
    """Every other address under the API: a problem, never a page."""

    schema = None  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Judge no questions: there is nothing to ask here."""

    def retrieve(self, request: Request, rest: str) -> HttpResponseBase:
        """Lead to the same address with its last slash, or say that there is nothing."""
        try:
            match = resolve(f"{request.path}/")
        except Resolver404:
            raise NotFound from None
        if rest.endswith("/") or getattr(match.func, "cls", Elsewhere) is Elsewhere:
            raise NotFound
        asked = request.META.get("QUERY_STRING", "")
        there = f"{request.path}/" + (f"?{asked}" if asked else "")
        return HttpResponsePermanentRedirect(there, preserve_request=True)


@cache
def description() -> dict:
    """Return the description of the API, as OpenAPI 3.1: the guide is made from it.

    Made once for all, in English whoever asks first: look at it, and change nothing in it.
    """
    described = [one for one in urlpatterns if view_of(one.callback).schema is not None]
    generator = SchemaGenerator(patterns=[path(ROOT[1:], include(described))])
    with override(settings.LANGUAGE_CODE):
        return _without(generator.get_schema(public=True), "x-spec-enum-id")


def view_of(callback: Any) -> type[Answering]:
    """Return the class of the view that answers at an address."""
    return callback.cls


def _without(described: Any, mark: str) -> Any:
    """Return a description without the generator's own marks, which mean nothing to readers."""
    if isinstance(described, dict):
        return {name: _without(value, mark) for name, value in described.items() if name != mark}
    if isinstance(described, list):
        return [_without(value, mark) for value in described]
    return described


@cache
def _written() -> str:
    return json.dumps(description(), ensure_ascii=False)


urlpatterns = [
    path("", Contents.as_view({"get": "retrieve"}), name="contents"),
    path("schema.json", Schema.as_view({"get": "retrieve"}), name="schema"),
    *(
        address
        for name, collection in COLLECTIONS.items()
        for address in orgs.routes(name, collection)
    ),
    # Any characters at all, line breaks too: a problem is a problem.
    re_path(r"^(?P<rest>[\s\S]*)\Z", Elsewhere.as_view({"get": "retrieve"}), name="elsewhere"),
]
