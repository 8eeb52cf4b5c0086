"""Template tags that describe how fresh an entry is, in words as well as in colour."""

import html
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from orgs.pages.sentences import sentence
from orgs.records.edtf import date_in_words

from .attestation import confirmed_by, sides_of, tasks_for_account
from .freshness import ITSELF_MONTHS, NETWORK_MONTHS, Freshness, Observation, freshness

register = template.Library()

MARKS = {"fresh": "●", "aged": "◐", "old": "○"}
MARKUP = {
    "fresh": '<span class="freshness fresh"><b>{}</b></span>',
    "aged": '<span class="freshness aged">{}</span>',
    "old": '<span class="freshness old nothing">{}</span>',
}
"""Markup of each level. An old one looks like an unknown value."""


def _ago(observed: Observation, message: str) -> str:
    return message % {"when": date_in_words(observed.when), "years": observed.months // 12}


def describe_freshness(state: Freshness) -> list[str]:
    """Who last confirmed an entry and when, in sentences, with the age once it matters."""
    sentences = []
    if state.itself:
        years = state.itself.months // 12
        sentences.append(
            _ago(
                state.itself,
                gettext("Confirmed by itself in %(when)s")
                if state.itself.months <= ITSELF_MONTHS
                else ngettext(
                    "Last confirmed by itself in %(when)s, %(years)s year ago",
                    "Last confirmed by itself in %(when)s, %(years)s years ago",
                    years,
                ),
            )
        )
    if state.network:
        years = state.network.months // 12
        sentences.append(
            _ago(
                state.network,
                gettext("Confirmed as a member by a network in %(when)s")
                if state.network.months <= NETWORK_MONTHS
                else ngettext(
                    "Last confirmed as a member by a network in %(when)s, %(years)s year ago",
                    "Last confirmed as a member by a network in %(when)s, %(years)s years ago",
                    years,
                ),
            )
        )
    if not sentences and state.anyone:
        sentences.append(
            gettext("Last confirmed: never")
            if state.anyone.this_year
            else gettext("Last confirmed: never. Latest source: %(year)s")
            % {"year": state.anyone.year}
        )
    return sentences


@register.simple_tag
def freshness_badge(observed: dict | None, today: date | None = None) -> SafeString:
    """The badge of an entry, from `observed` of its document or card."""
    state = freshness(observed, today)
    if state is None:
        return SafeString("")
    text = format_html_join(" · ", "{}", ((sentence,) for sentence in describe_freshness(state)))
    return format_html(
        MARKUP[state.level],
        format_html('<span aria-hidden="true">{}</span> {}', MARKS[state.level], text),
    )


@register.simple_tag
def latest_source(observed: dict | None) -> str:
    return date_in_words((observed or {}).get("anyone"))


@register.simple_tag
def plain_sentence(item: dict) -> str:
    """A statement as text without links, for messages."""
    return html.unescape(strip_tags(sentence(item)))


SIDES = {
    "both": gettext_lazy("both sides confirm"),
    "member": gettext_lazy("stated only by the member"),
    "partnership": gettext_lazy("stated only by the network"),
    "other": gettext_lazy("stated by another source"),
}


@register.filter
def confirmed_by_label(confirmed: str | None) -> str:
    return str(SIDES.get(confirmed or "", ""))


@register.filter
def stated_by_others(memberships: list[dict]) -> bool:
    """Whether neither side states one of these memberships. Takes those with `confirmed`."""
    return any(item["holds"] and item["confirmed"] == "other" for item in memberships)


@register.filter
def with_confirmations(memberships: list[dict], member: str) -> list[dict]:
    """The memberships of a document, each with `confirmed`: who states it."""
    sides = sides_of(memberships, member)
    return [
        {**item, "confirmed": confirmed_by(sides.get(item["partnership"]["id"], set()))}
        for item in memberships
    ]


@register.simple_tag
def freshness_text(state: Freshness) -> SafeString:
    """When a network last stated a membership, with the age once it matters."""
    return format_html_join(" · ", "{}", ((sentence,) for sentence in describe_freshness(state)))


@register.inclusion_tag("orgs/confirmation/_organizations.html", takes_context=True)
def own_organizations(context: dict) -> dict:
    """The organizations that the signed-in account represents, with their open requests."""
    return {
        "organizations": tasks_for_account(context["user"]),
        "csrf_token": context.get("csrf_token"),
    }
