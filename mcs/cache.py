"""Pages that were made are kept, for as long as the catalogue stays as it was.

A page is a projection of the ledger, as an entry is: the same address says the same until the next
change is accepted or the next day begins. So whoever asks again gets what was made for the last
one, after one look at the counter. Nothing outlives a change by a moment: what is hidden is gone.

Kept is what any cache between here and a reader might keep (RFC 9111): pages that depend on no
cookie, on no account and on nothing beside the catalogue. A view whose page tells more than that
says so with `never_cache`; tests/promises/test_kept_pages.py watches.
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

from mcs.middleware import unavailable
from orgs.projection.counter import Counter

ROOM = 16 * 1024 * 1024
"""Bytes that each process keeps, compressed as they were sent: some thousand pages."""

REMEMBERED = 10_000
"""How many addresses are known to have been asked for; a page is kept from the second time on."""


class Page(NamedTuple):
    """What was answered, and the state of the catalogue that it was made of."""

    state: tuple
    body: bytes
    headers: dict[str, str]


class Shelf:
    """The pages that a process keeps, those asked for longest ago first."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pages: OrderedDict[bytes, Page] = OrderedDict()
        self.known: OrderedDict[bytes, None] = OrderedDict()
        self.size = 0

    def asked_before(self, key: bytes) -> bool:
        """Whether this page was there to be kept when it was last asked for."""
        return key in self.known

    def get(self, key: bytes, state: tuple) -> Page | None:
        """Return the page that was made of this very state, None if there is none."""
        with self.lock:
            page = self.pages.get(key)
            if page is None or page.state != state:
                return None
            self.pages.move_to_end(key)
            return page

    def know(self, key: bytes) -> None:
        """Remember that this page could be kept."""
        with self.lock:
            self.known[key] = None
            self.known.move_to_end(key)
            while len(self.known) > REMEMBERED:
                self.known.popitem(last=False)

    def put(self, key: bytes, page: Page) -> None:
        """Keep a page, in place of what was kept under its key and of what is asked for least."""
        if len(page.body) > ROOM // 16:
            return
        with self.lock:
            self._drop(key)
            self.pages[key] = page
            self.size += len(page.body)
            while self.size > ROOM:
                self._drop(next(iter(self.pages)))

    def empty(self) -> None:
        """Forget everything."""
        with self.lock:
            self.pages.clear()
            self.known.clear()
            self.size = 0

    def _drop(self, key: bytes) -> None:
        before = self.pages.pop(key, None)
        self.size -= len(before.body) if before else 0


shelf = Shelf()


def kept_pages(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Return the middleware that answers with a page that was made before, if it still holds.

    It stands outside of what compresses, so that this too is done once. A browser that was told to
    load a page anew (`Cache-Control: no-cache`) gets one that is made for it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        key = key_of(request)
        if key is None:
            return get_response(request)
        if not shelf.asked_before(key):
            response = get_response(request)
            if may_be_kept(response):
                shelf.know(key)
            return response
        try:
            # Before the page is made: a change meanwhile makes it newer than its state, not older.
            state = (*Counter.state(), now().date())
        except (OperationalError, InterfaceError) as error:
            away = unavailable(request, error)
            return get_response(request) if away is None else away
        page = None if made_anew(request) else shelf.get(key, state)
        if page is not None:
            response = HttpResponse(page.body, headers=page.headers)
            etag = response.get("ETag")
            return get_conditional_response(request, etag=etag, response=response) or response
        response = get_response(request)
        if isinstance(response, HttpResponse) and may_be_kept(response):
            shelf.put(key, Page(state, response.content, dict(response.items())))
        return response

    return middleware


def key_of(request: HttpRequest) -> bytes | None:
    """Return what a page is kept under: a mark of who is asked, for what, in which encoding.

    None for what is never kept: what is sent, and what is searched for, which is nobody's business.
    """
    if request.method != "GET" or "q=" in request.META.get("QUERY_STRING", ""):
        return None
    asked = (
        request.scheme,
        request.META.get("HTTP_HOST"),
        request.get_full_path(),
        "gzip" in request.headers.get("Accept-Encoding", ""),
    )
    return hashlib.blake2b(repr(asked).encode(), digest_size=16).digest()


def made_anew(request: HttpRequest) -> bool:
    """Whether a reader asked for a page that nobody has been given before (RFC 9111, 5.2.1.4)."""
    return "no-cache" in request.headers.get("Cache-Control", "")


def may_be_kept(response: HttpResponseBase) -> bool:
    """Whether an answer is a page that is the same for all, and nothing is said against it."""
    return (
        response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not response.has_header("Cache-Control")
        and not response.cookies
        and response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    )
