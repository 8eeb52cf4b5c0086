"""How fresh an entry is, in words: they age on the day of reading, and no colour alone says it."""

import html
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from orgs.pages.labels import in_words
from orgs.pages.sentences import sentence

from .attestation import confirmations_for, confirmed_by, sides_of
from .freshness import ITSELF, NETWORK, Freshness, Looked, freshness

register = template.Library()

MARKS = {"fresh": "●", "aged": "◐", "old": "○"}
SHAPES = {
    "fresh": '<span class="freshness fresh"><b>{}</b></span>',
    "aged": '<span class="freshness aged">{}</span>',
    "old": '<span class="freshness old nothing">{}</span>',
}
"""How each looks: what is fresh is bold, what is old is set like what is not on record."""


def _ago(one: Looked, sentence: str) -> str:
    return sentence % {"when": in_words(one.when), "years": one.months // 12}


def told(found: Freshness) -> list[str]:
    """Return who confirmed an entry last and when, in sentences, with their age once it counts."""
    sentences = []
    if found.itself:
        years = found.itself.months // 12
        sentences.append(
            _ago(
                found.itself,
                gettext("Confirmed by itself in %(when)s")
                if found.itself.months <= ITSELF
                else ngettext(
                    "Last confirmed by itself in %(when)s, %(years)s year ago",
                    "Last confirmed by itself in %(when)s, %(years)s years ago",
                    years,
                ),
            )
        )
    if found.network:
        years = found.network.months // 12
        sentences.append(
            _ago(
                found.network,
                gettext("Confirmed as a member by a network in %(when)s")
                if found.network.months <= NETWORK
                else ngettext(
                    "Last confirmed as a member by a network in %(when)s, %(years)s year ago",
                    "Last confirmed as a member by a network in %(when)s, %(years)s years ago",
                    years,
                ),
            )
        )
    if not sentences and found.anyone:
        sentences.append(
            gettext("Last confirmed: never")
            if found.anyone.this_year
            else gettext("Last confirmed: never. Latest source: %(year)s")
            % {"year": found.anyone.year}
        )
    return sentences


@register.simple_tag
def fresh(observed: dict | None, today: date | None = None) -> SafeString:
    """Return the badge of an entry: who confirmed it last, and a mark that fades with the years.

    Takes the member `observed` of its document or card.
    """
    found = freshness(observed, today)
    if found is None:
        return SafeString("")
    words = format_html_join(" · ", "{}", ((one,) for one in told(found)))
    return format_html(
        SHAPES[found.standing],
        format_html('<span aria-hidden="true">{}</span> {}', MARKS[found.standing], words),
    )


@register.simple_tag
def source_looked(observed: dict | None) -> str:
    """Return when any source last looked at an entry, in words."""
    return in_words((observed or {}).get("anyone"))


@register.simple_tag
def in_plain_words(item: dict) -> str:
    """Return what a statement says as a text without links, for messages."""
    return html.unescape(strip_tags(sentence(item)))


SIDES = {
    "both": gettext_lazy("said by both sides"),
    "member": gettext_lazy("said by the member alone"),
    "partnership": gettext_lazy("said by the network alone"),
    "other": gettext_lazy("said by another source"),
}


@register.filter
def sides(confirmed: str | None) -> str:
    """Return which sides say that a body is a member."""
    return str(SIDES.get(confirmed or "", ""))


@register.filter
def with_sides(memberships: list[dict], member: str) -> list[dict]:
    """Return memberships of a document, each with the word for who confirms it."""
    found = sides_of(memberships, member)
    return [
        {**item, "confirmed": confirmed_by(found.get(item["partnership"]["id"], set()))}
        for item in memberships
    ]


@register.simple_tag
def fresh_word(found: Freshness) -> SafeString:
    """Return when a network last said it, with its age once that counts."""
    return format_html_join(" · ", "{}", ((one,) for one in told(found)))


@register.inclusion_tag("orgs/confirmation/_bodies.html", takes_context=True)
def bodies(context: dict) -> dict:
    """Show whoever is signed in for whom they speak, and what is asked of each body."""
    return {"bodies": confirmations_for(context["user"]), "csrf_token": context.get("csrf_token")}
