"""The log format: one JSON object a line, without personal data of readers.

A line has a time, a level, a logger and a message. During a request it also has the request's
number (sent to the client as X-Request-ID), its method, the name of its route and its duration so
far. Network addresses, paths, queries, headers, cookies, form data and SQL are never logged: not
as fields, and not in messages of other libraries, which are logged without their arguments.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

from django.http import HttpRequest

OWN_LOGGERS = ("mcs", "orgs", "campaigns")
"""Loggers whose messages contain no value of a request."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class RequestInfo:
    """What the log may contain about a request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.started = time.monotonic()
        # Random: a number from the client could be used to tell readers apart.
        self.number = secrets.token_hex(8)

    @property
    def seconds(self) -> float:
        """The duration until now."""
        return time.monotonic() - self.started

    def fields(self) -> dict[str, Any]:
        match = self.request.resolver_match
        return {
            "request": self.number,
            "method": self.request.method if self.request.method in METHODS else "other",
            "route": match.view_name if match else None,
            "milliseconds": round(self.seconds * 1000),
        }


current_request: ContextVar[RequestInfo | None] = ContextVar("current_request", default=None)
"""The request that this thread answers."""


class JsonFormatter(logging.Formatter):
    """Formats log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        if hasattr(record, "status"):
            line["status"] = record.status
        if request := current_request.get():
            line |= request.fields()
        if record.exc_info and record.exc_info[1]:
            if is_from_arbiter(record):
                line["exception"] = self.formatException(record.exc_info).splitlines()
            else:
                line["exception"] = list(traceback_lines(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


def message_of(record: logging.LogRecord) -> str:
    """The message. Other libraries' arguments may be values of a request: they are left out."""
    if record.name.partition(".")[0] in OWN_LOGGERS or is_from_arbiter(record):
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def is_from_arbiter(record: logging.LogRecord) -> bool:
    """Whether gunicorn's parent process, which never sees a request, logged this."""
    return record.name == "gunicorn.error" and record.module == "arbiter"


def traceback_lines(error: BaseException) -> Iterator[str]:
    """Exception types and frames, from the first cause on, without messages.

    The message of an exception often repeats values of the request.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause:
        yield from traceback_lines(cause)
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame in extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
