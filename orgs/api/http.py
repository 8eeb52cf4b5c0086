"""How the API reads questions and answers them: strictly, and with a problem where it cannot.

An address knows exactly the parameters that it describes. What is refused is refused by name, as
application/problem+json (RFC 9457), whatever was sent.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, NotAcceptable, NotFound
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from orgs.projection.entry import Entry
from orgs.projection.install import document_version
from orgs.statements.coverage import ReasonClass

from .openapi import ENDINGS, FORMATS, GUIDE, LICENCE, ROOT, TABLES, Described, takes_several

log = logging.getLogger(__name__)

HEADERS = {
    # Everything may be kept, and must be asked about: hiding reaches every copy at its next use.
    "Cache-Control": "public, max-age=0, must-revalidate",
    # Anybody's page may read what is public; nothing here signs anybody in.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Retry-After",
    "Vary": "Accept",
}
AT_ONCE = 256 * 1024
"""About how many bytes of a long answer are sent at once."""
NOTHING_HERE = (
    "Nothing public has this address. Look for it with /api/v1/search/?q=, or see /api/v1/ for "
    "what there is."
)
TOO_LONG = ("QueryCanceled", "OverBudget")
"""What is raised when an answer takes longer than a request may."""
TAKES_TOO_LONG = (
    "This answer takes longer than one request may. Ask for less at once, or try again in a minute."
)
CANNOT_BE_READ = "The catalogue cannot be read now. Try again in a minute."
SENTENCES = {
    405: "This address can only be read: send GET.",
}


# Problems


class Gone(APIException):
    """That a record was withdrawn: the day and the class of the reason are all that is left."""

    status_code = 410

    def __init__(self, gone_on: date | None, reason: str) -> None:
        day = f" on {gone_on.isoformat()}" if gone_on else ""
        why = dict(ReasonClass.choices).get(reason)
        super().__init__(f"This record was withdrawn{day}{f', {why}' if why else ''}.")
        self.gone_on = gone_on
        self.reason = reason


class NotThen(APIException):
    """That a published record was not in the catalogue yet at the change asked about."""

    status_code = 404

    def __init__(self, known_at: int) -> None:
        super().__init__(
            f"The catalogue said nothing of this record at change {known_at}. Ask for a later "
            "one; its history tells which there are."
        )


def problem(error: Exception, context: dict) -> HttpResponse:
    """Return the answer to a request that failed, as application/problem+json (RFC 9457).

    Takes what was raised, and Django REST framework's context. A refused parameter is raised as
    a ValidationError by name; what nobody foresaw is told to Django, whose listeners note it, and
    answered with 500.
    """
    if isinstance(error, ValidationError):
        return problem_answer(400, errors=_by_field(error))
    if isinstance(error, Http404 | NotFound):
        return problem_answer(404, NOTHING_HERE)
    if isinstance(error, Gone):
        gone_on = error.gone_on.isoformat() if error.gone_on else None
        return problem_answer(410, str(error.detail), gone_on=gone_on, reason=error.reason)
    if isinstance(error, NotAcceptable):
        formats = getattr(context.get("view"), "formats", ("json",))
        known = dict.fromkeys(FORMATS[name] for name in formats)
        return problem_answer(
            406, f"This address answers with {', '.join(known)}. Accept that, or anything."
        )
    if isinstance(error, APIException):
        return problem_answer(
            error.status_code, SENTENCES.get(error.status_code, str(error.detail))
        )
    if isinstance(error, SuspiciousOperation):
        return problem_answer(400, "This request cannot be read. Check its address and headers.")
    if isinstance(error, OperationalError | InterfaceError):
        # The sentence of the database may repeat what a reader asked: only its kind is noted.
        cause = type(error.__cause__ or error).__name__
        log.error("The database did not answer: %s", cause, extra={"status": 503})
        answer = problem_answer(503, TAKES_TOO_LONG if cause in TOO_LONG else CANNOT_BE_READ)
        answer["Retry-After"] = "30"
        return answer
    got_request_exception.send(sender=None, request=context.get("request"))
    return problem_answer(500, "This is our mistake, and it has been noted. Try again later.")


def problem_answer(
    status: int, detail: str = "", errors: list[dict] | None = None, **more: str | None
) -> HttpResponse:
    """Return a problem as an answer; without a detail, the sentences about fields make it.

    `errors` are {"field", "detail"} for every parameter at fault; `more` are further members.
    """
    errors = errors or []
    sentences = " ".join(f"{error['field']}: {error['detail']}" for error in errors)
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or sentences,
        "errors": errors,
        **more,
    }
    return HttpResponse(json.dumps(content), status=status, content_type="application/problem+json")


def _by_field(error: ValidationError) -> list[dict]:
    return [
        {"field": field, "detail": sentence}
        for field, sentences in error.message_dict.items()
        for sentence in sentences
    ]


# Questions


def questions(query_string: str) -> QueryDict:
    """Return what a query string asks, read strictly: every name and value is UTF-8 without NUL.

    Takes the query string as WSGI gives it, bytes as latin-1 characters. Django alone would turn
    what it cannot read into other characters, and answer another question than was asked.
    Raises ValidationError, by field.
    """
    pieces = [piece for piece in query_string.split("&") if piece]
    if len(pieces) > 500:
        raise ValidationError({"query": "Ask with at most 500 parameters."})
    asked = QueryDict(mutable=True)
    for piece in pieces:
        name, value = (_bytes(part) for part in piece.partition("=")[::2])
        try:
            asked.appendlist(name.decode(errors="replace"), value.decode())
        except UnicodeDecodeError as error:
            raise ValidationError(
                {short(name.decode(errors="replace")): "Write this in UTF-8, percent-encoded."}
            ) from error
        if b"\x00" in value:
            raise ValidationError(
                {short(name.decode(errors="replace")): "There is a NUL in this. Leave it out."}
            )
    return asked


def _bytes(part: str) -> bytes:
    return unquote_to_bytes(part.replace("+", " ").encode("latin-1", "replace"))


def short(text: str) -> str:
    """Return a text as an error repeats it: nobody needs a thousand proposals back."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= 60 else f"{text[:60]}…"


def whole_number(asked: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """Return a number that was asked for. Raises ValidationError if it is none between these."""
    text = asked.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most:
        return int(text)
    raise ValidationError({name: f"Write a whole number from {least} to {most}."})


def words(asked: QueryDict, name: str, known: Iterable[str]) -> list[str]:
    """Return the names asked for, each once. Raises ValidationError for one that is not known."""
    given = [one.strip() for text in asked.getlist(name) for one in text.split(",")]
    known = tuple(known)
    for one in given:
        if one and one not in known:
            raise ValidationError(
                {name: f"Nothing is called {short(one)!r} here. Known are: {', '.join(known)}."}
            )
    return list(dict.fromkeys(one for one in given if one))


class Newest(NamedTuple):
    """The number of the newest public change, and the day for which entries are written."""

    number: int
    day: date

    @property
    def etag(self) -> str:
        """Return the mark of everything that may change with any public change, or a day."""
        return f'"{self.number}-{document_version()}-{self.day.isoformat()}"'


def newest() -> Newest:
    """Return how new the catalogue is, as far as the public may know. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(change) FROM orgs_entrychange), day FROM orgs_counter WHERE id = 1"
        )
        number, day = cursor.fetchone()
    return Newest(number or 0, day or timezone.now().date())


def mark_of(text: str) -> str:
    """Return the mark of an answer that no number of a change stands for: of the text itself."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


# Answers


def moment(at: datetime | None) -> str | None:
    """Return a moment as the API writes it: 2010-10-08T12:00:00Z."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def told(entry: Entry) -> str:
    """Return the ready document of an entry, with the change it is of, as JSON text."""
    return signed(entry.document, entry.findings, entry.change, entry.updated)


def signed(document: str, findings: str, change: int, updated: datetime) -> str:
    """Return a ready document (JSON text) with what follows from it and the change it is of."""
    more = f", {findings}" if findings else ""
    return f'{document[:-1]}{more}, "change" : {change}, "updated" : "{moment(updated)}"}}'


def signed_as_sent(document: bytes, findings: bytes, change: int, updated: datetime) -> bytes:
    """Return the same of texts as the database sends them: UTF-8 that nobody has to read."""
    more = b", " + findings if findings else b""
    return b"".join((document[:-1], more, signature(change, updated)))


@lru_cache(4096)
def signature(change: int, updated: datetime) -> bytes:
    """Return what stands at the end of a document: the change it is of. Many share it."""
    return f', "change" : {change}, "updated" : "{moment(updated)}"}}'.encode()


def only(document: dict, fields: list[str]) -> str:
    """Return some fields of a document, or all of them if none are named, as JSON text."""
    chosen = {name: document[name] for name in document if name in fields} if fields else document
    return json.dumps(chosen, ensure_ascii=False)


def listed(
    results: list[str],
    count: int,
    count_is: str,
    ways: dict[str, str | None],
    facets: dict | None = None,
) -> str:
    """Return the answer of a list as JSON text, made of the texts of its results."""
    head = {
        "count": count,
        "count_is": count_is,
        "next": ways.get("next"),
        "previous": ways.get("prev"),
    }
    counted = "" if facets is None else f', "facets": {json.dumps(facets, ensure_ascii=False)}'
    return f'{json.dumps(head)[:-1]}, "results": [{", ".join(results)}]{counted}}}'


def whole(head: dict[str, Any], name: str, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Give a whole list as JSON, piece by piece: what is said of it, then its members by a name.

    Takes the members as JSON in UTF-8. How many there were stands at the end, when it is known.
    """
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "{name}": ['.encode()
    pieces: list[bytes] = []
    size = count = 0
    for text in texts:
        pieces.append(text)
        size += len(text)
        if size > AT_ONCE:
            yield (b", " if count else b"") + b", ".join(pieces)
            count += len(pieces)
            pieces, size = [], 0
    last = (b", " if count and pieces else b"") + b", ".join(pieces)
    count += len(pieces)
    ways = f', "count": {count}, "count_is": "exact", "next": null, "previous": null'
    yield last + f"]{ways if name == 'results' else ''}}}".encode()


@cache
def renderer(name: str) -> BaseRenderer:
    """Return what tells Django REST framework of a format, when it reads `Accept`."""
    found = BaseRenderer()
    found.format, found.media_type = name, FORMATS[name]
    return found


class Answering(ViewSet):
    """What every address of the API shares: strict questions, caching, problems, open to all."""

    authentication_classes = ()
    permission_classes = ()
    schema = Described()
    asked: QueryDict

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats that this address answers with, the usual one first."""
        return ("json",)

    def get_renderers(self) -> list[BaseRenderer]:
        """Return the formats to choose from; what is asked for by name needs no `Accept`."""
        given = self.request.GET.get("format", "")
        return [renderer(name) for name in ((given,) if given in self.formats else self.formats)]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Choose the format: the one asked for by name, or else what `Accept` prefers.

        Most programs accept anything, and get the usual one without further thought.
        """
        formats = self.formats
        given = request.GET.get("format", "")
        if given in formats or request.META.get("HTTP_ACCEPT", "*/*") == "*/*":
            name = given if given in formats else formats[0]
            return renderer(name), FORMATS[name]
        return super().perform_content_negotiation(request, force)

    def perform_authentication(self, request: Request) -> None:
        """Ask nobody who they are: nothing here signs anybody in."""

    @property
    def format(self) -> str:
        """Return the format to answer in."""
        return self.asked.get("format") or self.request.accepted_renderer.format

    @property
    def site(self) -> str:
        """Return the address of this site, without a slash: "https://catalogue.example"."""
        return self.request.build_absolute_uri("/").removesuffix("/")

    def parameters(self) -> list[OpenApiParameter]:
        """Return the description of the parameters that this address knows."""
        raise NotImplementedError

    def purpose(self) -> str:
        """Return what this address is for, in a sentence and perhaps more."""
        return (type(self).__doc__ or "").strip()

    def answer_shape(self) -> Any:
        """Return the serializer that describes the answer, or one item of a list."""
        raise NotImplementedError

    def refusals(self) -> dict[str, str]:
        """Return, by name, why a parameter that others know is not answered here."""
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the questions before anything answers. Raises ValidationError, by field."""
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or self.action is None:
            return
        self.asked = questions(request.META.get("QUERY_STRING", ""))
        known = known_to(type(self), self.action)  # type: ignore[arg-type]
        errors: dict[str, str] = {}
        for name in self.asked:
            if name in self.refusals():
                errors[name] = self.refusals()[name]
            elif name not in known:
                errors[short(name)] = (
                    f"Nothing is asked by this name here. Known are: {', '.join(known)}."
                )
            elif len(self.asked.getlist(name)) > 1 and not known[name]:
                errors[name] = "Give this once."
            # Whoever sends a thousand wrong names is served by the first few.
            if len(errors) == 10:
                break
        given = self.asked.get("format") or self.formats[0]
        if "format" in known and given not in self.formats:
            errors["format"] = (
                f"There is no format {short(given)!r} here. Known are: {', '.join(self.formats)}."
            )
        if errors:
            raise ValidationError(errors)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say of every answer, and of every problem too, who may keep it and read it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if response.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            del response.headers["Content-Type"]
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell a browser, which asks beforehand, that any page may read and ask again."""
        return HttpResponse(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
                "Access-Control-Allow-Headers": "Accept, If-None-Match",
                "Access-Control-Max-Age": "86400",
            },
        )

    def has(self, etag: str) -> bool:
        """Whether the reader has this already: weak comparison with `If-None-Match`."""
        given = parse_etags(self.request.META.get("HTTP_IF_NONE_MATCH", ""))
        return any(one == "*" or one.removeprefix("W/") == etag for one in given)

    def answer(
        self,
        text: str | bytes,
        etag: str,
        ways: dict[str, str | None] | None = None,
        format: str = "json",
    ) -> HttpResponse:
        """Return a text as an answer, with where the reader may go from here (RFC 8288)."""
        return HttpResponse(
            text,
            content_type=media_type(format),
            headers={"ETag": etag, "Link": self.links(ways or {})},
        )

    def download(
        self, pieces: Iterable[bytes], format: str, name: str, etag: str = ""
    ) -> StreamingHttpResponse:
        """Return pieces as a file of this name (without ending), sent while they are made."""
        asked_for = self.request.method == "GET"
        ending = ENDINGS.get(format, format)
        return StreamingHttpResponse(
            pieces if asked_for else (),
            content_type=media_type(format),
            headers={
                "Content-Disposition": f'attachment; filename="{name}.{ending}"',
                "Link": self.links({}),
                **({"ETag": etag} if etag else {}),
            },
        )

    def links(self, ways: dict[str, str | None]) -> str:
        """Return the `Link` header: the ways on, the description of the API, and the licence."""
        site = self.site
        links = [f'<{there}>; rel="{rel}"' for rel, there in ways.items() if there]
        for path, rel in ((f"{ROOT}schema.json", "service-desc"), (GUIDE, "service-doc")):
            links.append(f'<{site}{path}>; rel="{rel}"')
        links.append(f'<{LICENCE}>; rel="license"')
        return ", ".join(links)

    def unchanged(self, etag: str) -> HttpResponse:
        """Return the answer to a reader who has this already."""
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})

    def page(self, name: str, value: str | int | None) -> str | None:
        """Return the whole address of another page of this list: None if the value is None."""
        if value is None:
            return None
        asked = self.asked.copy()
        asked[name] = str(value)
        return self.request.build_absolute_uri(f"{self.request.path}?{asked.urlencode()}")


def media_type(format: str) -> str:
    """Return the media type of a format, as `Content-Type` says it."""
    return "text/csv; charset=utf-8; header=present" if format in TABLES else FORMATS[format]


@cache
def known_to(view: type[Answering], action: str) -> dict[str, bool]:
    """Return the parameters that an address knows, each with whether it may be given repeatedly."""
    one = view()
    one.action = action
    return {described.name: takes_several(described) for described in one.parameters()}
