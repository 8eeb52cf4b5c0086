"""Template tags for involvements, legal acts and contexts."""

from collections.abc import Callable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models.context import Setting
from orgs.pages.documents import statements_about
from orgs.pages.labels import comma, in_brackets, in_english
from orgs.pages.sentences import affirm_or_deny, mention_link, term_link
from orgs.pages.source_notes import Notes
from orgs.records.edtf import date_in_words

from .legal_acts import State

register = template.Library()

ROLE_SENTENCES_OF_ACTOR = {
    "convenor": (_("Convenes {}"), _("Does not convene {}")),
    "hosts": (_("Hosts {}"), _("Does not host {}")),
    "leads": (_("Leads {}"), _("Does not lead {}")),
    "joins": (_("Joins {}"), _("Does not join {}")),
    "supports": (_("Supports {}"), _("Does not support {}")),
    "opposes": (_("Opposes {}"), _("Does not oppose {}")),
    "funds": (_("Funds {}"), _("Does not fund {}")),
    "participates": (_("Takes part in {}"), _("Does not take part in {}")),
    "raises": (_("Raises {}"), _("Does not raise {}")),
    "target": (_("Is a target of {}"), _("Is not a target of {}")),
}
"""An involvement on the page of the actor, and its denial."""

ROLE_SENTENCES_OF_UNDERTAKING = {
    "convenor": (_("Convened by {}"), _("Is not convened by {}")),
    "hosts": (_("Hosted by {}"), _("Is not hosted by {}")),
    "leads": (_("Led by {}"), _("Is not led by {}")),
    "joins": (_("Joined by {}"), _("Is not joined by {}")),
    "supports": (_("Supported by {}"), _("Is not supported by {}")),
    "opposes": (_("Opposed by {}"), _("Is not opposed by {}")),
    "funds": (_("Funded by {}"), _("Is not funded by {}")),
    "participates": (_("{} takes part"), _("{} does not take part")),
    "raises": (_("Raised by {}"), _("Is not raised by {}")),
    "target": (_("Aimed at {}"), _("Is not aimed at {}")),
}
"""An involvement on the page of the undertaking, and its denial."""

ACTS = {
    "adopted": (_("Adopted"), _("Was not adopted")),
    "dated": (_("Dated"), _("Is not dated")),
    "in_force": (_("In force"), _("Is not in force")),
    "signed": (_("Signed"), _("Was not signed")),
    "ratified": (_("Ratified"), _("Was not ratified")),
    "under_deliberation": (_("Under deliberation"), _("Is not under deliberation")),
    "pending": (_("Decision pending"), _("No decision is pending")),
}
"""An act, and its denial."""

ONGOING_ACTS = ("in_force", "under_deliberation", "pending")
"""What goes on in a state, rather than being done by it."""


def _involvement(item: dict) -> SafeString:
    if "subject" in item:
        forms, mention = ROLE_SENTENCES_OF_UNDERTAKING[item["role"]], item["subject"]
    else:
        forms, mention = ROLE_SENTENCES_OF_ACTOR[item["role"]], item["undertaking"]
    sentence = affirm_or_deny(forms, item, mention_link(mention))
    return format_html(gettext("{}, with a veto"), sentence) if item.get("veto") else sentence


def _legal_act(item: dict) -> SafeString:
    act = affirm_or_deny(ACTS[item["act"]], item)
    if "subject" in item:
        return format_html("{}: {}", act, mention_link(item["subject"]))
    if not item.get("actor"):
        return act
    if item["actor"]["kind"] == "place" and item["act"] in ONGOING_ACTS:
        return format_html(gettext("{} in {}"), act, mention_link(item["actor"]))
    return format_html(gettext("{} by {}"), act, mention_link(item["actor"]))


def act_text(item: dict) -> str:
    """An act with its date, as in "Ratified (1999)"."""
    act = str(ACTS[item["act"]][0 if item["holds"] else 1])
    return f"{act} ({date_in_words(item['when'])})" if item["when"] else act


def _context(item: dict) -> SafeString:
    sentence = format_html(
        "{}: {}",
        term_link("dimension", item["dimension"], item["label"]),
        in_english(item["value"]),
    )
    about = [
        str(Setting(item["setting"]).label) if item.get("setting") else "",
        in_english(item.get("constituency")),
    ]
    if not about[0] and about[1]:
        sentence = format_html("{} {}", sentence, in_brackets(item["constituency"]))
    elif about[0]:
        about_text = format_html_join(comma(), "{}", ((text,) for text in about if text))
        sentence = format_html("{} ({})", sentence, about_text)
    if item.get("comparator"):
        comparator = mention_link(item["comparator"])
        sentence = format_html(gettext("{}, compared with {}"), sentence, comparator)
    return sentence if item["holds"] else format_html(gettext("{} — denied"), sentence)


SENTENCES: dict[str, Callable[[dict], SafeString]] = {
    "involvements": _involvement,
    "legal_acts": _legal_act,
    "context": _context,
}


@register.simple_tag
def undertaking_sentence(item: dict) -> SafeString:
    """The sentence of a statement of this app, without its subject; "" for other statements.

    `item` is an item of a document with its `part`. With a `subject` it is an incoming statement.
    """
    builder = SENTENCES.get(item["part"])
    return builder(item) if builder else SafeString("")


@register.inclusion_tag("campaigns/_undertakings.html")
def undertakings(document: dict, others: list[dict], notes: Notes) -> dict[str, Any]:
    """The undertakings and the legal acts of an actor."""
    return {
        "involvements": document["involvements"],
        "acts": statements_about(others, "legal_acts", "actor", document["id"]),
        "notes": notes,
    }


@register.filter
def act_name(act: str) -> str:
    return str(ACTS[act][0])


@register.filter
def acts_of(state: State, acts: list[str]) -> list[list[dict]]:
    return [state.acts.get(act, []) for act in acts]
