"""What every request passes through: what cannot be read is refused, what is sent is guarded."""

import logging
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_path, override

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


def language_of_address(get_response: Callable) -> Callable:
    """Return the middleware that answers in the language of the address, and in no other.

    Django's own would vary by what the browser prefers; here one address is one page, for caches
    and for whoever is sent a link.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def strict_requests(get_response: Callable) -> Callable:
    """Return the middleware: refuses what no address can mean, and sends every page guarded.

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
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
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
    """Answer 503 when the database is away or takes too long; None for any other exception."""
    if not isinstance(exception, OperationalError | InterfaceError):
        return None
    if request.path_info.startswith("/api/"):
        return None
    # The sentence of the database may repeat what a reader asked: only its kind is noted.
    cause = type(exception.__cause__ or exception).__name__
    log.error("The database did not answer: %s", cause)
    response = render(request, "503.html", {"too_long": cause == "QueryCanceled"}, status=503)
    response["Retry-After"] = "30"
    return response
