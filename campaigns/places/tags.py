"""Template tags for places: context, allies, and how organized migrants deal with a state."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from campaigns.models.context import Setting
from campaigns.pages.tags import ACTS
from orgs.pages.documents import statements_about
from orgs.pages.labels import codebook_text, in_english
from orgs.pages.sentences import affirm_or_deny, mention_link
from orgs.pages.source_notes import Notes
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.edtf import date_in_words
from orgs.records.languages import localized

from .contexts import (
    ALLIES,
    ALLY_SCHEMES,
    OPPONENTS,
    VOTING,
    Codebook,
    Dimension,
    allies_in,
    compared_places,
    dimensions_of,
    themes_of,
)
from .engagements import Channel, Engagement, engagements_by_year
from .states import State, is_state, read_state

register = template.Library()


@register.inclusion_tag("campaigns/_surroundings.html")
def surroundings(
    entry: Entry, document: dict, others: list[dict], notes: Notes, recalled: bool
) -> dict[str, Any]:
    """Show the context of a place, its allies, and how organized migrants deal with a state.

    For another day (`recalled`) only the context in the place's own document.
    """
    codebook = Codebook("dimension", "repertoire", *ALLY_SCHEMES)
    dimensions = dimensions_of(document["context"], codebook)
    wider = {
        item["object"]["id"]: item["object"]
        for item in document["relations"]
        if item["predicate"] == "part_of" and item["holds"]
    }
    context: dict[str, Any] = {
        "document": document,
        "notes": notes,
        "codebook": codebook,
        "wider": list(wider.values()),
    }
    if recalled:
        return {**context, "themes": themes_of(dimensions, codebook)}
    groups: dict[str, list[Dimension]] = {
        "allied": [dimension for dimension in dimensions if dimension.code in ALLIES],
        "opposed": [dimension for dimension in dimensions if dimension.code in OPPONENTS],
        "voting": [],
    }
    acts = statements_about(others, "legal_acts", "actor", document["id"])
    if is_state(document):
        state = read_state(entry.id, document["id"], Counter.today())
        notes.add_sources(state.sources)
        acts = state.acts
        groups["voting"] = [dimension for dimension in dimensions if dimension.code in VOTING]
        # A part of a country is not expected to have what a country has.
        if state or groups["voting"] or len(document["slug"]) == 2:
            context |= _state_context(state, groups["voting"], codebook)
    shown_elsewhere = {dimension.code for group in groups.values() for dimension in group}
    return {
        **context,
        **groups,
        "themes": themes_of(
            (dimension for dimension in dimensions if dimension.code not in shown_elsewhere),
            codebook,
        ),
        "allies": allies_in(entry.id, codebook),
        "ally_coverage": [item for item in document["coverage"] if item["field"] == "allies"],
        "acts": acts,
    }


def _state_context(state: State, voting: list[Dimension], codebook: Codebook) -> dict[str, Any]:
    known = {dimension.code for dimension in voting}
    if state.voting_acts:
        known.add("voting_abroad")
    years, table = engagements_by_year(state.engagements, Counter.today())
    return {
        "state": state,
        "channels": by_channel(state.engagements),
        "years": years,
        "table": table,
        "unresearched": [
            term
            for term in codebook.terms_of("dimension")
            if term["code"] in VOTING and term["code"] not in known
        ],
    }


def by_channel(engagements: list[Engagement]) -> list[tuple[str, list[Engagement]]]:
    grouped: dict[str, list[Engagement]] = {}
    for engagement in engagements:
        grouped.setdefault(engagement.channel, []).append(engagement)
    return list(grouped.items())


@register.inclusion_tag("campaigns/_compare.html")
def comparisons(document: dict, others: list[dict]) -> dict[str, Any]:
    """Show the places with which sources compare this one, and a form for any other."""
    return {"document": document, "compared_places": compared_places(document, others)}


@register.simple_tag
def assessment(item: dict) -> SafeString:
    """An assessment without its dimension and setting, which are its headings."""
    about = f" ({item['constituency']})" if item.get("constituency") else ""
    text = in_english(f"{item['value']}{about}")
    if item.get("comparator"):
        text = format_html(gettext("{}, compared with {}"), text, mention_link(item["comparator"]))
    return text if item["holds"] else format_html(gettext("{} — denied"), text)


@register.simple_tag
def dimension_link(dimension: Dimension) -> SafeString:
    return labelled_link("dimension", dimension.code, dimension.labels)


@register.simple_tag
def codebook_term(term: dict) -> SafeString:
    return labelled_link(term["scheme"], term["code"], term["labels"])


def labelled_link(scheme: str, code: str, labels: dict[str, str]) -> SafeString:
    """A link to a term, labelled in the page's language if there is a label."""
    address = localized(f"/terms/{scheme}/#{code}")
    return format_html('<a class="term" href="{}">{}</a>', address, codebook_text(labels))


@register.simple_tag
def channel_name(channel: str, codebook: Codebook) -> SafeString | str:
    if channel in Channel:
        return str(Channel(channel).label)
    term = codebook.terms.get(channel)
    return codebook_term(term) if term else channel.partition(":")[2]


@register.simple_tag
def engagement_text(engagement: Engagement) -> SafeString:
    """An engagement without the channel, which is its heading."""
    item = engagement.items[0]
    text = mention_link(engagement.actor)
    other = item.get("object") or item.get("undertaking")
    if other and other["id"] == engagement.actor["id"]:
        other = item["subject"]
    if other:
        text = format_html("{} · {}", text, mention_link(other))
    if engagement.holds:
        return text  # who denies it makes it disputed
    return format_html(gettext("Denied: {}"), text)


@register.filter
def by_detail(items: Iterable[dict]) -> list[tuple[str, list[dict]]]:
    """Statements by detail, so that a shared detail is shown once."""
    grouped: dict[str, list[dict]] = {}
    for item in items:
        grouped.setdefault(item["detail"], []).append(item)
    return list(grouped.items())


@register.simple_tag
def act_text(item: dict) -> SafeString:
    """An act without naming its instrument."""
    return affirm_or_deny(ACTS[item["act"]], item)


@register.simple_tag
def date_in_brackets(item: dict) -> SafeString:
    if not item["when"]:
        return SafeString("")
    return format_html(' <span class="when">({})</span>', date_in_words(item["when"]))


@register.filter
def setting_name(setting: str) -> str:
    """A setting as a heading."""
    if not setting:
        return gettext("Law and practice unspecified")
    return str(capfirst(Setting(setting).label))


@register.simple_tag
def note_number(notes: Notes, item: dict) -> int:
    return notes.number(item)
