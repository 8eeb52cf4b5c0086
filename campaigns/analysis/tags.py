"""Template tags for findings: the value, the counts, what is missing and the statements used."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from orgs.pages.labels import code_label, number
from orgs.pages.sentences import term_link
from orgs.projection.analysis import FINDING_KINDS, NOT_ENOUGH
from orgs.records.languages import localized

from .analyzer import WINDOW_YEARS
from .definitions import DEFINITIONS, describe_counts

register = template.Library()

MAX_STATEMENTS = 12
"""The statements a page lists; of the rest it shows the number."""


def describe(name: str, result: dict) -> dict[str, Any]:
    """A part of the JSON of the finding `name` in words."""
    enough = result["value"] != NOT_ENOUGH
    reasons = result["because"][:MAX_STATEMENTS]
    return {
        "enough": enough,
        "value": code_label(result["value"], name),
        "counted": describe_counts(result["numbers"], number),
        "missing": [] if enough else DEFINITIONS[name].missing(result["numbers"]),
        "because": reasons,
        "more": result["because_count"] - len(reasons),
    }


@register.inclusion_tag("campaigns/analysis/_result.html")
def finding(document: dict, name: str) -> dict[str, Any]:
    """Show a finding about an organization: recently and at any time."""
    stored = document[name]
    return {
        "name": name,
        "years": WINDOW_YEARS,
        "lately": describe(name, stored),
        "ever": describe(name, stored["ever"]) if stored["ever"] else None,
    }


@register.inclusion_tag("campaigns/analysis/_results.html")
def findings(document: dict) -> dict[str, Any]:
    """Show the findings about an organization, except the observed form.

    Those without enough data are one list of what is missing.
    """
    names = [name for name in FINDING_KINDS if name in document and name != "observed_form"]
    known = [name for name in names if is_known(document[name])]
    return {
        "document": document,
        "known": [(name, DEFINITIONS[name].title) for name in known],
        "unknown": [
            (name, DEFINITIONS[name].title, describe(name, document[name])["missing"])
            for name in names
            if name not in known
        ],
    }


def is_known(stored: dict) -> bool:
    """Whether a finding has enough data, recently or at any time."""
    return any(part and part["value"] != NOT_ENOUGH for part in (stored, stored["ever"]))


@register.simple_tag(takes_context=True)
def statement_links(context: RequestContext, *statements: int | Iterable[int]) -> SafeString:
    """Links to statements, numbered through the page as its notes are."""
    links = []
    for item in statements:
        for statement in (item,) if isinstance(item, int) else item:
            position = next(_positions(context.request))
            label = gettext("statement %(statement)s") % {"statement": position}
            links.append((localized("/id/"), statement, label, position))
    return format_html_join(" ", '<a class="because" href="{}{}" aria-label="{}">{}</a>', links)


def _positions(request: HttpRequest) -> Iterator[int]:
    """The numbers of the links to statements on the page of a request."""
    return vars(request).setdefault("statement_positions", count(1))


@register.simple_tag
def short_finding(stored: dict, name: str) -> SafeString:
    """The value alone, for a list: the recent one, or the one at any time if that says more."""
    result = stored["ever"] if stored["ever"] and stored["value"] == NOT_ENOUGH else stored
    kind = "nothing" if result["value"] == NOT_ENOUGH else "answer"
    return format_html('<span class="{}">{}</span>', kind, code_label(result["value"], name))


@register.simple_tag
def labelled_term(labels: dict[str, str], scheme: str, code: str) -> SafeString:
    """A link to a term. `labels` has them by `scheme:code`."""
    return term_link(scheme, code, labels.get(f"{scheme}:{code}", code))
