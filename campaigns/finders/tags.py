"""What pages show of finders: reasons in sentences, and the ways to a finder from other pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns.pages.tags import PARTS_TAKEN
from orgs.pages.labels import comma
from orgs.pages.sentences import named_link, term_link
from orgs.projection.entry import Entry
from orgs.records.languages import localized

from .counterparts import Counterparts, Reason
from .words import REASONS

register = template.Library()


@register.simple_tag
def found_link(named: Mapping[int, Entry], number: int) -> SafeString:
    """Return the link to something that a finder mentions; what is not public has no name."""
    entry = named.get(number)
    if entry is None:
        return SafeString("")
    return named_link({"label": entry.label, "url": entry.get_absolute_url()})


@register.simple_tag
def reason_sentence(answer: Counterparts, other: int, reason: Reason) -> SafeString:
    """Return what speaks for a counterpart, in a sentence."""
    subject = reason.subject or answer.body
    return format_html(
        str(REASONS[reason.kind]),
        subject=found_link(answer.named, subject),
        other=found_link(answer.named, other if subject == answer.body else answer.body),
        thing=found_link(answer.named, reason.thing),
        other_thing=found_link(answer.named, reason.other_thing),
        term=trait_link(answer.words, reason.trait),
    )


@register.simple_tag
def because(*statements: int | Iterable[int]) -> SafeString:
    """Return the links to statements, given by their numbers."""
    numbers = [n for one in statements for n in ((one,) if isinstance(one, int) else one)]
    links = (
        (
            localized("/id/"),
            number,
            gettext("statement %(statement)s") % {"statement": number},
            number,
        )
        for number in numbers
    )
    return format_html_join(" ", '<a class="because" href="{}{}" aria-label="{}">{}</a>', links)


@register.simple_tag
def trait_link(words: Mapping[str, str], trait: str) -> SafeString:
    """Return the link to a term, given by scheme and code, by its label."""
    scheme, _, code = trait.partition(":")
    return term_link(scheme, code, words.get(trait, code)) if trait else SafeString("")


@register.simple_tag
def trait_links(words: Mapping[str, str], traits: list[str]) -> SafeString:
    """Return the links to terms, one after the other; of two called alike, the first.

    A term that the catalogue does not have leads nowhere and is left out.
    """
    once = {words[one]: one for one in reversed(traits) if one in words}
    links = [(trait_link(words, one),) for one in traits if once.get(words.get(one, "")) == one]
    if not links:
        return conditional_escape(gettext("None of these terms is in this catalogue yet."))
    return format_html_join(comma(), "{}", links)


@register.simple_tag
def part_taken(role: str, link: SafeString) -> SafeString:
    """Return which part is taken in something: "Supports it"."""
    return format_html(str(PARTS_TAKEN[role][0]), link)


@register.inclusion_tag("campaigns/finders/_ways.html")
def ways_to_finders(document: dict) -> dict[str, Any]:
    """Show which finders can be asked about a record."""
    return {
        "slug": document["slug"],
        "actor": document["kind"] in ("organization", "partnership"),
    }
