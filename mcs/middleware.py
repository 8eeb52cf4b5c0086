"""Middleware: security headers, compression, languages, malformed requests, database roles."""

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

from mcs.concurrency import NoFreeSlot
from mcs.logs import RequestInfo, current_request
from orgs.api.http import HEADERS as API_HEADERS
from orgs.api.problems import TIMEOUT_ERRORS, exception_handler, problem_response
from orgs.messaging import NotSent
from orgs.pages.translated_labels import consistent_translations
from orgs.profiles.drafts import read_form_key
from orgs.projection.addresses import Withdrawn
from orgs.projection.database_role import as_public, stream_as_public
from orgs.records.slugs import UUID

log = logging.getLogger(__name__)

MAX_QUERY_LENGTH = 8_000
"""Bytes of a query string: far more than the filters of a page can add up to."""

HEADERS = {
    # Pages load only files of this site: nothing inline, nothing from other hosts.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    # Django sets it too, but not for a request that is refused here.
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Caches revalidate: hidden content disappears from every copy at its next use.
    "Cache-Control": "no-cache",
}


RETRY_AFTER = 10
"""Seconds after which a client may repeat a request that found no free slot."""

SLOW_SECONDS = 1.0
"""Requests that take longer are logged."""


def security_headers(get_response: Callable) -> Callable:
    """Middleware that adds security headers to every response: files, pages and errors.

    Headers that a view has set stay. It also logs slow requests, and numbers all of them, so that
    a reader who reports an error can name its line in the log.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        info = RequestInfo(request)
        token = current_request.set(info)
        try:
            response = get_response(request)
            if info.seconds > SLOW_SECONDS and response.status_code < 500:
                log.warning("This answer took long", extra={"status": response.status_code})
        finally:
            current_request.reset(token)
        response.headers["X-Request-ID"] = info.number
        if any(map(UUID.fullmatch, request.path_info.split("/"))):
            # Only a record without a public name has its key in its address: it is not indexed.
            response.headers.setdefault("X-Robots-Tag", "noindex")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


class CompressionMiddleware(GZipMiddleware):
    """Compresses responses that are the same for everyone.

    A response that depends on a cookie may contain a secret next to text of an attacker, and its
    compressed length would reveal the secret (BREACH). It is not compressed, so the others need no
    random length.
    """

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if request.method != "GET" or has_vary_header(response, "Cookie") or response.cookies:
            return response
        if response.status_code == 304:
            # The response that it confirms depends on this header.
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        return super().process_response(request, response)


class ETagMiddleware(ConditionalGetMiddleware):
    """Gives pages an ETag, so that a client that has the page gets 304 (RFC 9110, 8.8.3).

    An error page has none: its ETag would be a hash of the input that it repeats.
    """

    def needs_etag(self, response: Any) -> bool:
        return response.status_code == 200 and super().needs_etag(response)


def language_from_path(get_response: Callable) -> Callable:
    """Middleware that answers in the language of the address, and in one wording.

    Django's own varies by the browser's preferences. Here one address is one page, for caches and
    for the readers of a link.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with override(language), consistent_translations():
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def reject_malformed_requests(get_response: Callable) -> Callable:
    """Middleware that answers 400 to malformed requests, in the language of the address.

    Malformed is a NUL, invalid UTF-8 or a query that is too long. The page names the parameter.
    The API rejects such requests itself, in its own format.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_api = request.path_info.startswith("/api/")
        malformed = None if is_api else malformed_parameter(request)
        if malformed is None:
            response = get_response(request)
        else:
            response = render(request, "400.html", {"parameter": malformed}, status=400)
        if response.status_code == 405 and not is_api and not response.content:
            allowed = response.get("Allow", "")
            response = render(request, "405.html", {"allowed": allowed}, status=405)
            response["Allow"] = allowed
        return response

    middleware.process_exception = error_response  # type: ignore[attr-defined]
    return middleware


def malformed_parameter(request: HttpRequest) -> str | None:
    """The name of the first malformed parameter; "" if another part of the request is malformed.

    None for a well-formed request. Reads the query string as the browser sent it.
    """
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if len(query) > MAX_QUERY_LENGTH or "\x00" in request.path_info:
        return ""
    for pair in query.split(b"&"):
        decoded = unquote_to_bytes(pair.replace(b"+", b" "))
        try:
            is_valid = "\x00" not in decoded.decode("utf-8")
        except UnicodeDecodeError:
            is_valid = False
        if not is_valid:
            return decoded.partition(b"=")[0].decode("utf-8", "replace").replace("\x00", "")[:40]
    if any("\x00" in value for value in request.COOKIES.values()):
        return ""
    return None


def error_response(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """410 for a withdrawn record, or a 503."""
    if isinstance(exception, Withdrawn):
        return render(request, "410.html", {"gone": exception.entry}, status=410)
    return service_unavailable(request, exception)


def service_unavailable(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The 503 response if the database fails, a message cannot be sent, or no slot is free.

    None for any other exception. Neither it nor its template may query the database.
    """
    if isinstance(exception, NotSent):
        log.error("A message was not sent: %s", type(exception.__cause__).__name__)
        response = render(request, "503.html", {"not_sent": True}, status=503)
        response["Retry-After"] = "300"
        return response
    if isinstance(exception, NoFreeSlot):
        return busy_response(request)
    if not isinstance(exception, OperationalError | InterfaceError):
        return None
    if request.path_info.startswith("/api/"):
        return exception_handler(exception, {"request": request})
    # The database's message may repeat values of the request: only the error's type is logged.
    cause = type(exception.__cause__ or exception).__name__
    log.error("The database did not answer: %s", cause, extra={"status": 503})
    context = {
        "too_long": cause in TIMEOUT_ERRORS,
        "locked": cause == "LockNotAvailable",
        "unsaved_form": unsaved_form(request),
    }
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = "30"
    return response


def busy_response(request: HttpRequest) -> HttpResponse:
    """503 for a request that found no free slot."""
    if request.path_info.startswith("/api/"):
        response = problem_response(
            503,
            "The server is busy with expensive requests. Try again in "
            f"{RETRY_AFTER} seconds (see Retry-After).",
        )
        for name, value in API_HEADERS.items():
            response[name] = value
    else:
        context = {"busy": True, "sent": request.method == "POST"}
        response = render(request, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def unsaved_form(request: HttpRequest) -> dict[str, Any] | None:
    """The content of a form that could not be saved, for the error page to show and send again.

    None for a form without a draft key signed by this site: a form of another site must not appear
    on the page. Does not query the database.
    """
    if request.method != "POST" or read_form_key(request.POST.get("key", "")) is None:
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    texts = [
        value
        for name, value in fields
        if name not in ("key", "seen", "tab", "token", "go", "csrfmiddlewaretoken")
        and len(value.strip()) > 2
    ]
    return {"address": request.path, "fields": fields, "texts": texts}


def public_database_role(get_response: Callable) -> Callable:
    """Middleware that reads the database for public pages in the role `mcs_public`.

    That is every GET and HEAD, except below /account/ and /admin/ and of views that set
    `uses_application_role`: a view that sets nothing has fewer rights, not more. It is innermost,
    so that sessions are stored with all rights.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as request.public_role:  # type: ignore[attr-defined]
            response = get_response(request)
            public = getattr(request, "reads_as_public", False)
        if public and response.streaming:
            response.streaming_content = stream_as_public(response.streaming_content)
        return response

    def process_view(request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method not in ("GET", "HEAD") or not is_public(request, view):
            return None
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # The tables of accounts are closed to that role: load the account now.
            try:
                bool(request.user.is_authenticated)
            except (OperationalError, InterfaceError) as error:
                return service_unavailable(request, error)
        request.reads_as_public = True
        request.public_role.enter_context(as_public())
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def is_public(request: HttpRequest, view: Any) -> bool:
    """Whether a view shows public data only."""
    match = request.resolver_match
    if match is None or not {"account", "admin"}.isdisjoint(match.route.split("/")[:2]):
        return False
    cls = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return not getattr(cls, "uses_application_role", False)


@receiver(got_request_exception)
def log_exception(**kwargs: Any) -> None:
    """Log unhandled exceptions; `service_unavailable` logs those of the database."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        log.error("This is a mistake of ours", exc_info=True, extra={"status": 500})
