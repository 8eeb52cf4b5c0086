"""What every request passes through: what cannot be read is refused, what is sent is guarded."""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.shortcuts import render
from django.utils.cache import has_vary_header, patch_vary_headers
from django.utils.translation import get_language_from_path, override

from mcs.logs import Asked, asked
from mcs.slots import NoSlot
from orgs.api.http import HEADERS as API_HEADERS
from orgs.api.http import TOO_LONG, problem, problem_answer
from orgs.messaging import NotSent
from orgs.pages.translated_labels import one_wording
from orgs.profiles.drafts import owner_of
from orgs.projection.database_role import as_public, every_as_public
from orgs.records.slugs import UUID

log = logging.getLogger(__name__)

LONGEST_QUESTION = 8_000
"""Bytes of a query string. No list of questions that a page offers comes near it."""

HEADERS = {
    # Everything a page needs comes from here and stands in a file: nothing inline, nothing foreign.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    # Said elsewhere too, but not to a request that is refused here.
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Hiding reaches every copy at its next use.
    "Cache-Control": "no-cache",
}


RETRY_AFTER = 10
"""Seconds after which a request that found no free slot may be sent again."""

SLOW = 1.0
"""Seconds after which an answer is worth a line in the log."""


def guarded(get_response: Callable) -> Callable:
    """Return the middleware that every answer passes: files, pages, refusals and failures.

    It says what a browser may do with the answer, unless whoever answered has said so, and numbers
    the request, so that a reader who reports a mistake can name the line of the log.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        now = Asked(request)
        before = asked.set(now)
        try:
            response = get_response(request)
            if now.seconds > SLOW and response.status_code < 500:
                log.warning("This answer took long", extra={"status": response.status_code})
        finally:
            asked.reset(before)
        response.headers["X-Request-ID"] = now.number
        if any(map(UUID.fullmatch, request.path_info.split("/"))):
            # Only what has no name to show stands under its key: search engines keep none of it.
            response.headers.setdefault("X-Robots-Tag", "noindex")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


class CompressedPages(GZipMiddleware):
    """Compresses what everybody reads alike.

    What depends on a cookie may hold a secret beside words of a stranger, and the length of the
    two compressed together would betray it (BREACH). So it is sent as it is, and what is compressed
    needs no random length against that.
    """

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Return the answer, compressed if it is a page for all and the browser takes it so."""
        if request.method != "GET" or has_vary_header(response, "Cookie") or response.cookies:
            return response
        if response.status_code == 304:
            # It speaks of an answer that was chosen by this header, too.
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        return super().process_response(request, response)


class MarkedPages(ConditionalGetMiddleware):
    """Gives pages an ETag, so that whoever has one is told so and sent nothing (RFC 9110, 8.8.3).

    A refusal has none: its mark would tell of the words that it repeats.
    """

    def needs_etag(self, response: Any) -> bool:
        """Whether an answer without a mark of its own gets one."""
        return response.status_code == 200 and super().needs_etag(response)


def language_of_address(get_response: Callable) -> Callable:
    """Return the middleware that answers in the language of the address, and in one wording.

    Django's own would vary by what the browser prefers; here one address is one page, for caches
    and for whoever is sent a link.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with override(language), one_wording():
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def strict_requests(get_response: Callable) -> Callable:
    """Return the middleware: refuses what no address can mean, in the language of the request.

    A request with a NUL, with broken UTF-8 or with an endless question gets a page that names the
    question at fault. The API answers for itself, in its own format.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        of_api = request.path_info.startswith("/api/")
        fault = None if of_api else fault_of(request)
        response = get_response(request) if fault is None else refused(request, fault)
        if response.status_code == 405 and not of_api and not response.content:
            allowed = response.get("Allow", "")
            response = render(request, "405.html", {"allowed": allowed}, status=405)
            response["Allow"] = allowed
        return response

    middleware.process_exception = unavailable  # type: ignore[attr-defined]
    return middleware


def fault_of(request: HttpRequest) -> str | None:
    """Return the part of a request that nobody can read: a question's name, or "" for the rest.

    Takes a request whose query is as the browser sent it. None if all can be read.
    """
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if len(query) > LONGEST_QUESTION or "\x00" in request.path_info:
        return ""
    for pair in query.split(b"&"):
        written = unquote_to_bytes(pair.replace(b"+", b" "))
        try:
            sound = "\x00" not in written.decode("utf-8")
        except UnicodeDecodeError:
            sound = False
        if not sound:
            return written.partition(b"=")[0].decode("utf-8", "replace").replace("\x00", "")[:40]
    if any("\x00" in value for value in request.COOKIES.values()):
        return ""
    return None


def refused(request: HttpRequest, fault: str) -> HttpResponse:
    """Answer that a request cannot be read, naming the question at fault."""
    return render(request, "400.html", {"fault": fault}, status=400)


def unavailable(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Answer 503 when the database is away or takes too long, a message cannot be sent, or no slot
    is free.

    None for any other exception. Nothing in it may ask the database: not the page, nor what every
    page is given.
    """
    if isinstance(exception, NotSent):
        log.error("A message was not sent: %s", type(exception.__cause__).__name__)
        response = render(request, "503.html", {"not_sent": True}, status=503)
        response["Retry-After"] = "300"
        return response
    if isinstance(exception, NoSlot):
        return busy(request)
    if not isinstance(exception, OperationalError | InterfaceError):
        return None
    if request.path_info.startswith("/api/"):
        return problem(exception, {"request": request})
    # The sentence of the database may repeat what a reader asked: only its kind is noted.
    cause = type(exception.__cause__ or exception).__name__
    log.error("The database did not answer: %s", cause, extra={"status": 503})
    given = {
        "too_long": cause in TOO_LONG,
        "locked": cause == "LockNotAvailable",
        "kept": kept_words(request),
    }
    response = render(request, "503.html", given, status=503)
    response["Retry-After"] = "30"
    return response


def busy(request: HttpRequest) -> HttpResponse:
    """Answer that too many requests like this one run just now, and when to come back."""
    if request.path_info.startswith("/api/"):
        response = problem_answer(
            503,
            "Answers like this one are made few at a time, and others are being made. Ask again "
            f"in {RETRY_AFTER} seconds, as Retry-After says.",
        )
        for name, value in API_HEADERS.items():
            response[name] = value
    else:
        given = {"busy": True, "sent": request.method == "POST"}
        response = render(request, "503.html", given, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def kept_words(request: HttpRequest) -> dict[str, Any] | None:
    """Return a form that could not be saved, to be shown and sent again; None if it is none.

    Only what carries a key of ours comes back: a stranger's form must not stand on our page. It
    asks no database.
    """
    if request.method != "POST" or owner_of(request.POST.get("key", "")) is None:
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    words = [
        value
        for name, value in fields
        if name not in ("key", "seen", "tab", "token", "go", "csrfmiddlewaretoken")
        and len(value.strip()) > 2
    ]
    return {"address": request.path, "fields": fields, "words": words}


def readers_role(get_response: Callable) -> Callable:
    """Return the middleware that lets the database answer public pages as the role of readers.

    That is every GET, but below /account/ and /admin/ and of views that say
    `asks_as_application`. A view that was not thought of is refused more than it needs, not less.
    It stands innermost, so that sessions are kept with all rights.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as request.public_role:  # type: ignore[attr-defined]
            response = get_response(request)
            public = getattr(request, "reads_as_public", False)
        if public and response.streaming:
            response.streaming_content = every_as_public(response.streaming_content)
        return response

    def process_view(request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method not in ("GET", "HEAD") or not is_public(request, view):
            return None
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Who signed in stands in tables that readers do not see: look now.
            try:
                bool(request.user.is_authenticated)
            except (OperationalError, InterfaceError) as error:
                return unavailable(request, error)
        request.reads_as_public = True
        request.public_role.enter_context(as_public())
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def is_public(request: HttpRequest, view: Any) -> bool:
    """Whether a view shows what is public, and that alone."""
    match = request.resolver_match
    if match is None or not {"account", "admin"}.isdisjoint(match.route.split("/")[:2]):
        return False
    cls = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return not getattr(cls, "asks_as_application", False)


@receiver(got_request_exception)
def note(**kwargs: Any) -> None:
    """Note what nobody foresaw; the database's absence is noted where it is answered."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        log.error("This is a mistake of ours", exc_info=True, extra={"status": 500})
