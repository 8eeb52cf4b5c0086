"""Examples of the API guide: programs, and current responses of the catalogue."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.translation import override

from orgs.api.openapi import ROOT

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
