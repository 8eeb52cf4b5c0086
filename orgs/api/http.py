"""Requests and responses of the API: strict parameters, ETags, JSON.

A view accepts exactly the parameters that it describes. All others are refused by name, as
application/problem+json (RFC 9457).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from orgs.projection.entry import Entry
from orgs.projection.install import document_version
from orgs.sql import fetch_row

from .openapi import (
    FIELDS_MEDIA_TYPE,
    FILE_EXTENSIONS,
    FORMATS,
    GUIDE,
    LICENCE,
    ROOT,
    TABLE_FORMATS,
    ApiSchema,
    is_repeatable,
)

HEADERS = {
    # Clients may cache everything but must revalidate, so that hidden content disappears at once.
    "Cache-Control": "public, max-age=0, must-revalidate",
    # Every website may read the API: it is public, and there is no session to misuse.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Retry-After",
    "Vary": "Accept",
}

CHUNK_SIZE = 256 * 1024
"""The size of a chunk of a streamed response, in bytes; approximate."""


def parse_query(query_string: str) -> QueryDict:
    """Parse a query string strictly: names and values are UTF-8, and values contain no NUL.

    Takes the query string of WSGI, whose characters are bytes as latin-1. Django would replace
    invalid bytes, and so search for something else. Raises ValidationError, by parameter.
    """
    pairs = [pair for pair in query_string.split("&") if pair]
    if len(pairs) > 500:
        raise ValidationError({"query": "Ask with at most 500 parameters."})
    params = QueryDict(mutable=True)
    for pair in pairs:
        name, value = (_unquote(part) for part in pair.partition("=")[::2])
        try:
            params.appendlist(name.decode(errors="replace"), value.decode())
        except UnicodeDecodeError as error:
            raise ValidationError(
                {truncate(name.decode(errors="replace")): "Write this in UTF-8, percent-encoded."}
            ) from error
        if b"\x00" in value:
            raise ValidationError(
                {truncate(name.decode(errors="replace")): "There is a NUL in this. Leave it out."}
            )
    return params


def _unquote(part: str) -> bytes:
    return unquote_to_bytes(part.replace("+", " ").encode("latin-1", "replace"))


def truncate(text: str) -> str:
    """Shorten a text to 60 characters, for an error message that repeats it."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= 60 else f"{text[:60]}…"


def integer_param(params: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """Raises ValidationError unless the parameter is empty or from `least` to `most`."""
    text = params.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most:
        return int(text)
    raise ValidationError({name: f"Write a whole number from {least} to {most}."})


def choices_param(params: QueryDict, name: str, choices: Iterable[str]) -> list[str]:
    """The values of a comma-separated parameter, each once.

    Raises ValidationError for a value that is none of `choices`.
    """
    values = [value.strip() for text in params.getlist(name) for value in text.split(",")]
    choices = tuple(choices)
    for value in values:
        if value and value not in choices:
            raise ValidationError(
                {name: f"Unknown value: {truncate(value)!r}. Known values: {', '.join(choices)}."}
            )
    return list(dict.fromkeys(value for value in values if value))


class CatalogueVersion(NamedTuple):
    """The number of the newest public change, and the day for which entries are written."""

    change: int
    day: date

    def __str__(self) -> str:
        """Changes with every public change, and every day."""
        return f"{self.change}-{document_version()}-{self.day.isoformat()}"


def current_version() -> CatalogueVersion:
    """The version of the public catalogue. One query."""
    change, day = fetch_row(
        "SELECT (SELECT max(change) FROM orgs_entrychange), day FROM orgs_counter WHERE id = 1"
    )
    return CatalogueVersion(change or 0, day or timezone.now().date())


def etag_of(text: str) -> str:
    """The ETag of a response that does not depend on the number of a change alone."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def iso_time(at: datetime | None) -> str | None:
    """A time as the API writes it: 2010-10-08T12:00:00Z."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def entry_json(entry: Entry) -> str:
    """The stored document of an entry with its findings and last change, as JSON."""
    findings = f", {entry.findings}" if entry.findings else ""
    change = change_suffix(entry.change, entry.updated).decode()
    return f"{entry.document[:-1]}{findings}{change}"


def document_bytes(document: bytes, findings: bytes, change: int, updated: datetime) -> bytes:
    """`entry_json` of values as the database sends them, in UTF-8, without decoding."""
    more = b", " + findings if findings else b""
    return b"".join((document[:-1], more, change_suffix(change, updated)))


@lru_cache(4096)
def change_suffix(change: int, updated: datetime) -> bytes:
    """The end of a document: its last change. Cached, because an import changes many entries."""
    return f', "change" : {change}, "updated" : "{iso_time(updated)}"}}'.encode()


def fields_json(document: dict, fields: list[str]) -> str:
    """These fields of a document as JSON; all of them if `fields` is empty."""
    chosen = {name: document[name] for name in document if name in fields} if fields else document
    return json.dumps(chosen, ensure_ascii=False)


def list_json(
    results: list[str],
    count: int,
    count_is: str,
    page_links: dict[str, str | None],
    facets: dict | None = None,
) -> str:
    """One page of a list as JSON; `results` are JSON, `page_links` addresses by link relation."""
    head = {
        "count": count,
        "count_is": count_is,
        "next": page_links.get("next"),
        "previous": page_links.get("prev"),
    }
    counts = "" if facets is None else f', "facets": {json.dumps(facets, ensure_ascii=False)}'
    return f'{json.dumps(head)[:-1]}, "results": [{", ".join(results)}]{counts}}}'


def stream_list(head: dict[str, Any], name: str, items: Iterable[bytes]) -> Iterator[bytes]:
    """A complete list as JSON, in chunks: the members of `head`, then `items` under `name`.

    The items are JSON in UTF-8. Their count comes last, when it is known.
    """
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "{name}": ['.encode()
    chunk: list[bytes] = []
    size = count = 0
    for item in items:
        chunk.append(item)
        size += len(item)
        if size > CHUNK_SIZE:
            yield (b", " if count else b"") + b", ".join(chunk)
            count += len(chunk)
            chunk, size = [], 0
    last = (b", " if count and chunk else b"") + b", ".join(chunk)
    count += len(chunk)
    tail = f', "count": {count}, "count_is": "exact", "next": null, "previous": null'
    yield last + f"]{tail if name == 'results' else ''}}}".encode()


@cache
def renderer(name: str) -> BaseRenderer:
    """A renderer for a format while Django REST framework negotiates content."""
    renderer = BaseRenderer()
    renderer.format, renderer.media_type = name, FORMATS[name]
    return renderer


class ApiViewSet(ViewSet):
    """The base of every view of the API: public, with strict parameters, ETags and problems."""

    authentication_classes = ()
    permission_classes = ()
    schema = ApiSchema()
    params: QueryDict

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of this view, the default first."""
        return ("json",)

    def get_renderers(self) -> list[BaseRenderer]:
        """A valid `?format=` overrides `Accept`."""
        given = self.request.GET.get("format", "")
        return [renderer(name) for name in ((given,) if given in self.formats else self.formats)]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Skip negotiation for `?format=` and for `Accept: */*`, which most programs send."""
        formats = self.formats
        given = request.GET.get("format", "")
        if given in formats or request.META.get("HTTP_ACCEPT", "*/*") == "*/*":
            name = given if given in formats else formats[0]
            return renderer(name), FORMATS[name]
        return super().perform_content_negotiation(request, force)

    def perform_authentication(self, request: Request) -> None:
        """The API is public: no session is read."""

    @property
    def format(self) -> str:
        return self.params.get("format") or self.request.accepted_renderer.format

    @property
    def media_type(self) -> str:
        """JSON with some `fields` only has a media type of its own."""
        if self.format in TABLE_FORMATS:
            return "text/csv; charset=utf-8; header=present"
        if self.format == "json" and any(
            text.strip(" ,") for text in self.params.getlist("fields")
        ):
            return FIELDS_MEDIA_TYPE
        return FORMATS[self.format]

    @property
    def site(self) -> str:
        """The address of this site, without a slash: "https://catalogue.example"."""
        return self.request.build_absolute_uri("/").removesuffix("/")

    def parameters(self) -> list[OpenApiParameter]:
        raise NotImplementedError

    def purpose(self) -> str:
        """The description in the OpenAPI document; its first line is the summary."""
        return (type(self).__doc__ or "").strip()

    def response_serializer(self) -> Any:
        """Describes the response, or one item of a list."""
        raise NotImplementedError

    def refused_params(self) -> dict[str, str]:
        """Parameters of other views that this one refuses: the reason by name."""
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Validate the parameters. Raises ValidationError, by parameter."""
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or self.action is None:
            return
        self.params = parse_query(request.META.get("QUERY_STRING", ""))
        allowed = allowed_params(type(self), self.action)  # type: ignore[arg-type]
        errors: dict[str, str] = {}
        for name in self.params:
            if name in self.refused_params():
                errors[name] = self.refused_params()[name]
            elif name not in allowed:
                errors[truncate(name)] = (
                    f"Unknown parameter. Known parameters: {', '.join(allowed)}."
                )
            elif len(self.params.getlist(name)) > 1 and not allowed[name]:
                errors[name] = "Give this once."
            # Enough to find the mistake, however many names are wrong.
            if len(errors) == 10:
                break
        given = self.params.get("format") or self.formats[0]
        if "format" in allowed and given not in self.formats:
            errors["format"] = (
                f"Unknown format: {truncate(given)!r}. Known formats: {', '.join(self.formats)}."
            )
        if errors:
            raise ValidationError(errors)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the headers for caches and CORS, also to problems."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if response.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            del response.headers["Content-Type"]
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The CORS preflight: every website may send conditional requests."""
        return HttpResponse(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
                "Access-Control-Allow-Headers": "Accept, If-None-Match",
                "Access-Control-Max-Age": "86400",
            },
        )

    def etag(self, version: object) -> str:
        """The ETag of this representation of a version.

        RFC 9110 (8.8.1) demands another one for each format that `Accept` chooses. The host is in
        it because pages of lists repeat it. Filters are not: what is hidden has the ETag of what
        never was.
        """
        shape = [self.params.getlist(name) for name in ("fields", "bom")]
        representation = f"{self.format} {shape} {self.request.get_host()}"
        return f'"{version}-{hashlib.sha256(representation.encode()).hexdigest()[:8]}"'

    def client_has(self, etag: str) -> bool:
        """Compares weakly with `If-None-Match`."""
        etags = parse_etags(self.request.META.get("HTTP_IF_NONE_MATCH", ""))
        return any(given == "*" or given.removeprefix("W/") == etag for given in etags)

    def respond(
        self,
        text: str | bytes,
        etag: str,
        page_links: dict[str, str | None] | None = None,
    ) -> HttpResponse:
        """`page_links` are addresses by link relation, for the header `Link` (RFC 8288)."""
        return HttpResponse(
            text,
            content_type=self.media_type,
            headers={"ETag": etag, "Link": self.link_header(page_links or {})},
        )

    def respond_by_hash(
        self, text: str, page_links: dict[str, str | None] | None = None
    ) -> HttpResponse:
        """Respond with a text whose ETag is its hash, or with 304."""
        etag = etag_of(text)
        if self.client_has(etag):
            return self.not_modified(etag)
        return self.respond(text, etag, page_links)

    def download(self, chunks: Iterable[bytes], name: str, etag: str = "") -> StreamingHttpResponse:
        """Stream chunks as a file; `name` has no extension."""
        has_body = self.request.method == "GET"
        extension = FILE_EXTENSIONS.get(self.format, self.format)
        return StreamingHttpResponse(
            chunks if has_body else (),
            content_type=self.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}.{extension}"',
                "Link": self.link_header({}),
                **({"ETag": etag} if etag else {}),
            },
        )

    def link_header(self, page_links: dict[str, str | None]) -> str:
        """Links to other pages, the description of the API, its guide and the licence."""
        site = self.site
        links = [f'<{address}>; rel="{rel}"' for rel, address in page_links.items() if address]
        for path, rel in ((f"{ROOT}schema.json", "service-desc"), (GUIDE, "service-doc")):
            links.append(f'<{site}{path}>; rel="{rel}"')
        links.append(f'<{LICENCE}>; rel="license"')
        return ", ".join(links)

    def not_modified(self, etag: str) -> HttpResponse:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})

    def page_url(self, name: str, value: str | int | None) -> str | None:
        """The absolute address of this list with another value of one parameter."""
        if value is None:
            return None
        params = self.params.copy()
        params[name] = str(value)
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")


@cache
def allowed_params(view: type[ApiViewSet], action: str) -> dict[str, bool]:
    """The parameters of an action, each with whether it may be repeated."""
    instance = view()
    instance.action = action
    return {parameter.name: is_repeatable(parameter) for parameter in instance.parameters()}
