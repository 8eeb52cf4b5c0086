"""What pages show of places: their context, who stands by, how organized migrants meet a state."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from campaigns.pages.tags import ACTS
from orgs.pages.documents import statements_about
from orgs.pages.labels import in_english, in_words, worded
from orgs.pages.sentences import Notes, named_link, said_or_denied
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.languages import localized

from .contexts import (
    ALLIES,
    KINDS_OF_ALLIES,
    OPPONENTS,
    VOTING,
    Dimension,
    Words,
    allies_in,
    beside,
    dimensions_of,
    themes_of,
)
from .states import Channel, Engagement, is_state, state_of, years_of

register = template.Library()

SETTINGS: dict[str, str | Promise] = {
    "in_law": gettext_lazy("In law"),
    "in_practice": gettext_lazy("In practice"),
    "": gettext_lazy("Law or practice not told apart"),
}
"""The settings of a finding, as headings."""


@register.inclusion_tag("campaigns/_surroundings.html")
def surroundings(
    entry: Entry, document: dict, others: list[dict], notes: Notes, recalled: bool
) -> dict[str, Any]:
    """Show the context of a place, its possible allies, and how organized migrants meet a state.

    Of another day (`recalled`) only what the place's own document says: all as context.
    """
    words = Words("dimension", "repertoire", *KINDS_OF_ALLIES)
    dimensions = dimensions_of(document["context"], words)
    wider = {
        item["object"]["id"]: item["object"]
        for item in document["relations"]
        if item["predicate"] == "part_of" and item["holds"]
    }
    shown: dict[str, Any] = {
        "document": document,
        "notes": notes,
        "words": words,
        "wider": list(wider.values()),
    }
    if recalled:
        return {**shown, "themes": themes_of(dimensions, words)}
    aside: dict[str, list[Dimension]] = {
        "allied": [one for one in dimensions if one.code in ALLIES],
        "opposed": [one for one in dimensions if one.code in OPPONENTS],
        "voting": [],
    }
    acts = statements_about(others, "legal_acts", "actor", document["id"])
    if is_state(document):
        today = Counter.today()
        state = state_of(entry.id, document["id"], today)
        notes.know(state.sources)
        acts = state.acts
        aside["voting"] = [one for one in dimensions if one.code in VOTING]
        known = {one.code for one in aside["voting"]}
        # Of a part of a country nobody expects what a country has.
        if state or aside["voting"] or len(document["slug"]) == 2:
            years, table = years_of(state.engagements, today)
            if state.voting_acts:
                known.add("voting_abroad")
            shown |= {
                "state": state,
                "channels": by_channel(state.engagements),
                "years": years,
                "table": table,
                "unsaid": [
                    term
                    for term in words.of("dimension")
                    if term["code"] in VOTING and term["code"] not in known
                ],
            }
    told = {one.code for some in aside.values() for one in some}
    looked = [item for item in document["coverage"] if item["field"] == "allies"]
    return {
        **shown,
        **aside,
        "themes": themes_of((one for one in dimensions if one.code not in told), words),
        "allies": allies_in(entry.id, words),
        "looked_for_allies": looked,
        "acts": acts,
    }


def by_channel(engagements: list[Engagement]) -> list[tuple[str, list[Engagement]]]:
    """Return who meets a state, by channel."""
    found: dict[str, list[Engagement]] = {}
    for one in engagements:
        found.setdefault(one.channel, []).append(one)
    return list(found.items())


@register.inclusion_tag("campaigns/_compare.html")
def comparisons(document: dict, others: list[dict]) -> dict[str, Any]:
    """Show with which places sources compare this one, and offer all others."""
    return {"document": document, "beside": beside(document, others)}


@register.simple_tag
def assessment(item: dict) -> SafeString:
    """Return what a finding says, without its dimension and its setting: they are its headings."""
    about = f" ({item['constituency']})" if item.get("constituency") else ""
    said = in_english(f"{item['value']}{about}")
    if item.get("comparator"):
        said = format_html(gettext("{}, compared with {}"), said, named_link(item["comparator"]))
    return said if item["holds"] else format_html(gettext("{} — this is not so"), said)


@register.simple_tag
def dimension_link(dimension: Dimension) -> SafeString:
    """Return the name of a dimension, which leads to its definition."""
    return labelled("dimension", dimension.code, dimension.labels)


@register.simple_tag
def dimension_label(dimension: Dimension) -> SafeString:
    """Return the name of a dimension."""
    return worded(dimension.labels)


@register.simple_tag
def term_named(term: dict) -> SafeString:
    """Return the name of a term of the codebook, which leads to its definition."""
    return labelled(term["scheme"], term["code"], term["labels"])


def labelled(scheme: str, code: str, labels: dict[str, str]) -> SafeString:
    """Return the link to a term, with its label in the page's language where it has one."""
    address = localized(f"/terms/{scheme}/#{code}")
    return format_html('<a class="term" href="{}">{}</a>', address, worded(labels))


@register.simple_tag
def channel_name(channel: str, words: Words) -> SafeString | str:
    """Return what a channel is called: one of ours, or a term of the codebook."""
    if channel in Channel:
        return str(Channel(channel).label)
    term = words.terms.get(channel)
    return term_named(term) if term else channel.partition(":")[2]


@register.simple_tag
def engaged(one: Engagement) -> SafeString:
    """Return who meets a state and whom or what of it, without the channel: it is the heading."""
    item = one.items[0]
    said = named_link(one.who)
    other = item.get("object") or item.get("undertaking")
    if other and other["id"] == one.who["id"]:
        other = item["subject"]
    if other:
        said = format_html("{} · {}", said, named_link(other))
    if one.holds:
        return said  # who denies it makes it disputed
    return format_html(gettext("It is not so: {}"), said)


@register.filter
def by_detail(items: Iterable[dict]) -> list[tuple[str, list[dict]]]:
    """Return statements by their detail, so that what several say is written once."""
    found: dict[str, list[dict]] = {}
    for item in items:
        found.setdefault(item["detail"], []).append(item)
    return list(found.items())


@register.simple_tag
def act_done(item: dict) -> SafeString:
    """Return what was done with an instrument, without naming it."""
    return said_or_denied(ACTS[item["act"]], item)


@register.simple_tag
def when_of(item: dict) -> SafeString:
    """Return when something was, in brackets, of a statement about its date."""
    if not item["when"]:
        return SafeString("")
    return format_html(' <span class="when">({})</span>', in_words(item["when"]))


@register.filter
def setting_name(setting: str) -> str:
    """Return what a setting is called as a heading."""
    return str(SETTINGS[setting])


@register.simple_tag
def number_of(notes: Notes, item: dict) -> int:
    """Return the number of the note of a statement."""
    return notes.number(item)
