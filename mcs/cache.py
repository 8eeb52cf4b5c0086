"""The page cache: a page is served from memory until the catalogue changes.

Like an entry, a page is a projection of the ledger: the same address gives the same page until the
next change is accepted or the next day begins. A cached page costs one query, for the number of
the last change. Nothing outlives a change: hidden content disappears at once.

Only pages that any shared cache may store (RFC 9111) are cached: those that depend on no cookie, no
account and nothing but the catalogue. Views of other pages use `never_cache`;
tests/promises/test_cached_pages.py verifies that.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.timezone import now

from mcs.middleware import service_unavailable
from orgs.projection.counter import Counter

MAX_SIZE = 16 * 1024 * 1024
"""Bytes per process, of compressed pages: about a thousand of them."""

MAX_REQUESTED = 10_000
"""How many requested addresses are remembered. A page is cached from its second request on."""


class Page(NamedTuple):
    """A response, and the state of the catalogue it was rendered from."""

    state: tuple
    body: bytes
    headers: dict[str, str]


class PageCache:
    """The cached pages of a process, least recently used first."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pages: OrderedDict[bytes, Page] = OrderedDict()
        self.requested: OrderedDict[bytes, None] = OrderedDict()
        self.size = 0

    def was_requested(self, key: bytes) -> bool:
        """Whether a cacheable page was requested under this key before."""
        return key in self.requested

    def get(self, key: bytes, state: tuple) -> Page | None:
        """None if the page is missing or was rendered from another state."""
        with self.lock:
            page = self.pages.get(key)
            if page is None or page.state != state:
                return None
            self.pages.move_to_end(key)
            return page

    def remember(self, key: bytes) -> None:
        """Remember that the page under this key is cacheable."""
        with self.lock:
            self.requested[key] = None
            self.requested.move_to_end(key)
            while len(self.requested) > MAX_REQUESTED:
                self.requested.popitem(last=False)

    def put(self, key: bytes, page: Page) -> None:
        """Store a page, replacing the one under its key and the least recently used ones."""
        if len(page.body) > MAX_SIZE // 16:
            return
        with self.lock:
            self._drop(key)
            self.pages[key] = page
            self.size += len(page.body)
            while self.size > MAX_SIZE:
                self._drop(next(iter(self.pages)))

    def empty(self) -> None:
        with self.lock:
            self.pages.clear()
            self.requested.clear()
            self.size = 0

    def _drop(self, key: bytes) -> None:
        page = self.pages.pop(key, None)
        self.size -= len(page.body) if page else 0


cached = PageCache()


def page_cache(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Middleware that answers with a cached page if the catalogue has not changed since.

    It wraps the compression, so that a page is compressed once. A reload (`Cache-Control:
    no-cache`) renders the page again.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        key = cache_key(request)
        if key is None:
            return get_response(request)
        if not cached.was_requested(key):
            response = get_response(request)
            if is_cacheable(response):
                cached.remember(key)
            return response
        try:
            # Read before rendering: a change meanwhile makes the page newer than its state.
            state = (*Counter.state(), now().date())
        except (OperationalError, InterfaceError) as error:
            failure = service_unavailable(request, error)
            return get_response(request) if failure is None else failure
        page = None if wants_reload(request) else cached.get(key, state)
        if page is not None:
            response = HttpResponse(page.body, headers=page.headers)
            etag = response.get("ETag")
            return get_conditional_response(request, etag=etag, response=response) or response
        response = get_response(request)
        if isinstance(response, HttpResponse) and is_cacheable(response):
            cached.put(key, Page(state, response.content, dict(response.items())))
        return response

    return middleware


def cache_key(request: HttpRequest) -> bytes | None:
    """A hash of host, address and encoding.

    None for requests that are never cached: other methods, and searches, which are private.
    """
    if request.method != "GET" or "q=" in request.META.get("QUERY_STRING", ""):
        return None
    parts = (
        request.scheme,
        request.META.get("HTTP_HOST"),
        request.get_full_path(),
        "gzip" in request.headers.get("Accept-Encoding", ""),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


def wants_reload(request: HttpRequest) -> bool:
    """Whether the client asked for a page that is not from a cache (RFC 9111, 5.2.1.4)."""
    return "no-cache" in request.headers.get("Cache-Control", "")


def is_cacheable(response: HttpResponseBase) -> bool:
    """Whether a response is a page that is the same for everyone and has no cache headers."""
    return (
        response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not response.has_header("Cache-Control")
        and not response.cookies
        and response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    )
