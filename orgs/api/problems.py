"""Refusals of the API as application/problem+json (RFC 9457)."""

import json
import logging
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound

from orgs.projection.addresses import Withdrawn
from orgs.projection.entry import Entry
from orgs.statements.coverage import ReasonClass

from .openapi import FORMATS

log = logging.getLogger(__name__)

NOT_FOUND = (
    "Nothing public has this address. Look for it with /api/v1/search/?q=, or see /api/v1/ for "
    "what there is."
)

TIMEOUT_ERRORS = ("QueryCanceled", "OverBudget")
"""The names of the exceptions raised when a request exceeds its time."""

TIMED_OUT = (
    "This answer takes longer than one request may. Ask for less at once, or try again in a minute."
)

UNAVAILABLE = "The catalogue is unavailable. Try again in a minute."
METHOD_NOT_ALLOWED = "This address is read-only. Use GET."


class Moved(Exception):
    """The entry has another address now; with the same parameters."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class NotYetRecorded(APIException):
    """A published record that was not in the catalogue yet at the requested change."""

    status_code = 404

    def __init__(self, known_at: int) -> None:
        super().__init__(
            f"This record was not in the catalogue at change {known_at}. Its history lists its "
            "changes."
        )


def exception_handler(error: Exception, context: dict) -> HttpResponse:
    """Turn an exception into application/problem+json (RFC 9457); the `EXCEPTION_HANDLER` of DRF.

    Views raise a ValidationError by parameter. An unexpected exception is signalled to Django,
    which logs it, and becomes a 500.
    """
    if isinstance(error, ValidationError):
        return problem_response(400, errors=_by_field(error))
    if isinstance(error, Http404 | NotFound):
        return problem_response(404, NOT_FOUND)
    if isinstance(error, Moved):
        return HttpResponsePermanentRedirect(error.address, preserve_request=True)
    if isinstance(error, Withdrawn):
        return _withdrawn_response(error.entry)
    if isinstance(error, NotAcceptable):
        formats = getattr(context.get("view"), "formats", ("json",))
        media_types = dict.fromkeys(FORMATS[name] for name in formats)
        return problem_response(
            406, f"This address answers with {', '.join(media_types)}. Accept that, or anything."
        )
    if isinstance(error, MethodNotAllowed):
        return problem_response(405, METHOD_NOT_ALLOWED)
    if isinstance(error, APIException):
        return problem_response(error.status_code, str(error.detail))
    if isinstance(error, SuspiciousOperation):
        return problem_response(400, "Malformed request. Check its address and headers.")
    if isinstance(error, OperationalError | InterfaceError):
        # The message of the database may repeat what a reader searched for: log only its class.
        cause = type(error.__cause__ or error).__name__
        log.error("The database did not answer: %s", cause, extra={"status": 503})
        response = problem_response(503, TIMED_OUT if cause in TIMEOUT_ERRORS else UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    got_request_exception.send(sender=None, request=context.get("request"))
    return problem_response(500, "Server error. It has been logged. Try again later.")


def _withdrawn_response(entry: Entry) -> HttpResponse:
    """410 with the day and the class of the reason."""
    gone_on = entry.gone_on.isoformat() if entry.gone_on else None
    reason = dict(ReasonClass.choices).get(entry.gone_reason)
    when = f" on {gone_on}" if gone_on else ""
    detail = f"This record was withdrawn{when}{f', {reason}' if reason else ''}."
    return problem_response(410, detail, gone_on=gone_on, reason=entry.gone_reason)


def problem_response(
    status: int, detail: str = "", errors: list[dict] | None = None, **more: str | None
) -> HttpResponse:
    """A problem response; an empty `detail` is composed from `errors`.

    `errors` are {"field", "detail"}, one for each refused parameter; `more` are extension members.
    """
    errors = errors or []
    details = " ".join(f"{error['field']}: {error['detail']}" for error in errors)
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or details,
        "errors": errors,
        **more,
    }
    return HttpResponse(json.dumps(content), status=status, content_type="application/problem+json")


def _by_field(error: ValidationError) -> list[dict]:
    return [
        {"field": field, "detail": message}
        for field, messages in error.message_dict.items()
        for message in messages
    ]
