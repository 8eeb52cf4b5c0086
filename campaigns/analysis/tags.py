"""What pages show of judgements: the answer, what was counted, what is missing, because of what."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orgs.pages.labels import named_by_code, number
from orgs.pages.sentences import term_link
from orgs.projection.judgement import JUDGED, NOT_ENOUGH

from .judge import WINDOW_YEARS
from .words import DEFINITIONS, counted

register = template.Library()

MOST_SHOWN = 12
"""How many statements a page names before it tells only how many more there are."""


def in_words_of(name: str, answer: dict) -> dict[str, Any]:
    """Return an answer as pages tell it. Takes what is judged and a part of its document."""
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
def judgement(document: dict, name: str) -> dict[str, Any]:
    """Show what follows from the record about a body, lately and ever."""
    told = document[name]
    return {
        "name": name,
        "years": WINDOW_YEARS,
        "lately": in_words_of(name, told),
        "ever": in_words_of(name, told["ever"]) if told["ever"] else None,
    }


@register.inclusion_tag("campaigns/analysis/_results.html")
def judgements(document: dict) -> dict[str, Any]:
    """Show what follows from the record about a body, but for the form, which has its place."""
    names = [name for name in JUDGED if name in document and name != "observed_form"]
    return {
        "document": document,
        "analysis": [(name, DEFINITIONS[name].title) for name in names],
    }


@register.simple_tag
def judged_briefly(told: dict, name: str) -> SafeString:
    """Return the answer alone, for a list: the one of lately, or ever if lately is not enough."""
    answer = told["ever"] if told["ever"] and told["value"] == NOT_ENOUGH else told
    kind = "nothing" if answer["value"] == NOT_ENOUGH else "answer"
    return format_html('<span class="{}">{}</span>', kind, named_by_code(answer["value"], name))


@register.simple_tag
def worded_by(words: dict[str, str], scheme: str, code: str) -> SafeString:
    """Return the link to a term, by its label. Takes the labels by scheme and code."""
    return term_link(scheme, code, words.get(f"{scheme}:{code}", code))
