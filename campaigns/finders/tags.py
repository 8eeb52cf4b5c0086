from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns.pages.tags import ROLE_SENTENCES_OF_ACTOR
from orgs.pages.labels import comma
from orgs.pages.sentences import mention_link, term_link
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS

from .counterparts import Counterparts
from .definitions import REASON_SENTENCES
from .reasons import Reason

register = template.Library()


@register.simple_tag
def entry_link(entries: Mapping[int, Entry], number: int) -> SafeString:
    """A link to an entry that a finder mentions; empty if it is not public."""
    entry = entries.get(number)
    if entry is None:
        return SafeString("")
    return mention_link({"label": entry.label, "url": entry.get_absolute_url()})


@register.simple_tag
def reason_sentence(answer: Counterparts, other: int, reason: Reason) -> SafeString:
    subject = reason.subject or answer.actor
    return format_html(
        str(REASON_SENTENCES[reason.kind]),
        subject=entry_link(answer.entries, subject),
        other=entry_link(answer.entries, other if subject == answer.actor else answer.actor),
        thing=entry_link(answer.entries, reason.thing),
        other_thing=entry_link(answer.entries, reason.other_thing),
        term=trait_link(answer.labels, reason.trait),
    )


@register.simple_tag
def trait_link(labels: Mapping[str, str], trait: str) -> SafeString:
    """A link to a term, by `scheme:code`."""
    scheme, _, code = trait.partition(":")
    return term_link(scheme, code, labels.get(trait, code)) if trait else SafeString("")


@register.simple_tag
def trait_links(labels: Mapping[str, str], traits: list[str]) -> SafeString:
    """Links to terms, without unknown ones and only the first of those with the same label."""
    first_by_label = {labels[trait]: trait for trait in reversed(traits) if trait in labels}
    links = [
        (trait_link(labels, trait),)
        for trait in traits
        if first_by_label.get(labels.get(trait, "")) == trait
    ]
    if not links:
        return conditional_escape(gettext("None of these terms is in this catalogue yet."))
    return format_html_join(comma(), "{}", links)


@register.simple_tag
def involvement_text(role: str, link: SafeString) -> SafeString:
    """The involvement as a sentence: "Supports it"."""
    return format_html(str(ROLE_SENTENCES_OF_ACTOR[role][0]), link)


@register.inclusion_tag("campaigns/finders/_links.html")
def finder_links(document: dict) -> dict[str, Any]:
    return {
        "slug": document["slug"],
        "actor": document["kind"] in ACTOR_KINDS,
    }
