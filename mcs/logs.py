"""What the program notes: one JSON object a line, and nothing about who reads or what they ask.

A line has a time, a level, the logger and a sentence. If a request was being answered, it has that
request's number, which its reader was sent as X-Request-ID, the method, the name of the route, and
how long it had taken. Addresses of readers, paths, questions, headers, cookies, what was typed and
what was sent to the database are no part of it: not as fields, and not inside the sentences of
others, which are kept without their values.
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

OURS = ("mcs", "orgs", "campaigns")
"""Whose sentences are ours, and hold no value of a request."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class Asked:
    """A request that is being answered, as far as it may be noted."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.begun = time.monotonic()
        # Drawn here: a number from outside could be made to tell readers apart.
        self.number = secrets.token_hex(8)

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return time.monotonic() - self.begun

    def fields(self) -> dict[str, Any]:
        """Return what a line of the log says about it."""
        match = self.request.resolver_match
        return {
            "request": self.number,
            "method": self.request.method if self.request.method in METHODS else "other",
            "route": match.view_name if match else None,
            "milliseconds": round(self.seconds * 1000),
        }


asked: ContextVar[Asked | None] = ContextVar("asked", default=None)
"""The request that this thread answers."""


class Lines(logging.Formatter):
    """Writes what is noted as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": sentence(record),
        }
        if hasattr(record, "status"):
            line["status"] = record.status
        if now := asked.get():
            line |= now.fields()
        if record.exc_info and record.exc_info[1]:
            if of_the_parent(record):
                line["exception"] = self.formatException(record.exc_info).splitlines()
            else:
                line["exception"] = list(places(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


def sentence(record: logging.LogRecord) -> str:
    """Return what a record says: of others' sentences only the form, for values may fill it."""
    if record.name.partition(".")[0] in OURS or of_the_parent(record):
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def of_the_parent(record: logging.LogRecord) -> bool:
    """Whether the parent of the server's processes speaks, which never sees a request."""
    return record.name == "gunicorn.error" and record.module == "arbiter"


def places(error: BaseException) -> Iterator[str]:
    """Give what was raised and where, from the first cause on: names and lines, never values.

    The sentence of an exception often repeats what was asked.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause:
        yield from places(cause)
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame in extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
