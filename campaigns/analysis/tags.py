"""Findings on pages: the answer, what was counted, what is missing, and the statements used."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orgs.pages.labels import named_by_code, number
from orgs.pages.sentences import term_link
from orgs.projection.analysis import FINDING_KINDS, NOT_ENOUGH

from .analyzer import WINDOW_YEARS
from .words import DEFINITIONS, counted

register = template.Library()

MOST_SHOWN = 12
"""How many statements a page names before it tells only how many more there are."""


def in_words_of(name: str, answer: dict) -> dict[str, Any]:
    """An answer in words. Takes the name of the finding and a part of its JSON."""
    enough = answer["value"] != NOT_ENOUGH
    reasons = answer["because"][:MOST_SHOWN]
    return {
        "enough": enough,
        "value": named_by_code(answer["value"], name),
        "counted": counted(answer["numbers"], number),
        "missing": [] if enough else DEFINITIONS[name].missing(answer["numbers"]),
        "because": reasons,
        "more": answer["because_count"] - len(reasons),
    }


@register.inclusion_tag("campaigns/analysis/_result.html")
def finding(document: dict, name: str) -> dict[str, Any]:
    """Show a finding about an organization: recently and at any time."""
    told = document[name]
    return {
        "name": name,
        "years": WINDOW_YEARS,
        "lately": in_words_of(name, told),
        "ever": in_words_of(name, told["ever"]) if told["ever"] else None,
    }


@register.inclusion_tag("campaigns/analysis/_results.html")
def findings(document: dict) -> dict[str, Any]:
    """Show the findings about an organization, except the observed form."""
    names = [name for name in FINDING_KINDS if name in document and name != "observed_form"]
    return {
        "document": document,
        "analysis": [(name, DEFINITIONS[name].title) for name in names],
    }


@register.simple_tag
def short_finding(told: dict, name: str) -> SafeString:
    """Return the answer alone, for a list: the one of lately, or ever if lately is not enough."""
    answer = told["ever"] if told["ever"] and told["value"] == NOT_ENOUGH else told
    kind = "nothing" if answer["value"] == NOT_ENOUGH else "answer"
    return format_html('<span class="{}">{}</span>', kind, named_by_code(answer["value"], name))


@register.simple_tag
def worded_by(words: dict[str, str], scheme: str, code: str) -> SafeString:
    """Return the link to a term, by its label. Takes the labels by scheme and code."""
    return term_link(scheme, code, words.get(f"{scheme}:{code}", code))
