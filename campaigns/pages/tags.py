"""Template tags for involvements, legal acts and contexts."""

from collections.abc import Callable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from orgs.pages.documents import statements_about
from orgs.pages.labels import comma, in_brackets, in_english
from orgs.pages.sentences import Notes, affirm_or_deny, mention_link, term_link
from orgs.records.edtf import date_in_words

from .legal_acts import State

register = template.Library()

ROLE_SENTENCES_OF_ACTOR = {
    "convenor": (gettext_lazy("Convenes {}"), gettext_lazy("Does not convene {}")),
    "hosts": (gettext_lazy("Hosts {}"), gettext_lazy("Does not host {}")),
    "leads": (gettext_lazy("Leads {}"), gettext_lazy("Does not lead {}")),
    "joins": (gettext_lazy("Joins {}"), gettext_lazy("Does not join {}")),
    "supports": (gettext_lazy("Supports {}"), gettext_lazy("Does not support {}")),
    "opposes": (gettext_lazy("Opposes {}"), gettext_lazy("Does not oppose {}")),
    "funds": (gettext_lazy("Funds {}"), gettext_lazy("Does not fund {}")),
    "participates": (gettext_lazy("Takes part in {}"), gettext_lazy("Does not take part in {}")),
    "raises": (gettext_lazy("Raises {}"), gettext_lazy("Does not raise {}")),
    "target": (gettext_lazy("Is a target of {}"), gettext_lazy("Is not a target of {}")),
}
"""An involvement on the page of the actor, and its denial."""

ROLE_SENTENCES_OF_UNDERTAKING = {
    "convenor": (gettext_lazy("Convened by {}"), gettext_lazy("Is not convened by {}")),
    "hosts": (gettext_lazy("Hosted by {}"), gettext_lazy("Is not hosted by {}")),
    "leads": (gettext_lazy("Led by {}"), gettext_lazy("Is not led by {}")),
    "joins": (gettext_lazy("Joined by {}"), gettext_lazy("Is not joined by {}")),
    "supports": (gettext_lazy("Supported by {}"), gettext_lazy("Is not supported by {}")),
    "opposes": (gettext_lazy("Opposed by {}"), gettext_lazy("Is not opposed by {}")),
    "funds": (gettext_lazy("Funded by {}"), gettext_lazy("Is not funded by {}")),
    "participates": (gettext_lazy("{} takes part"), gettext_lazy("{} does not take part")),
    "raises": (gettext_lazy("Raised by {}"), gettext_lazy("Is not raised by {}")),
    "target": (gettext_lazy("Aimed at {}"), gettext_lazy("Is not aimed at {}")),
}
"""An involvement on the page of the undertaking, and its denial."""

ACTS = {
    "adopted": (gettext_lazy("Adopted"), gettext_lazy("Was not adopted")),
    "dated": (gettext_lazy("Dated"), gettext_lazy("Is not dated")),
    "in_force": (gettext_lazy("In force"), gettext_lazy("Is not in force")),
    "signed": (gettext_lazy("Signed"), gettext_lazy("Was not signed")),
    "ratified": (gettext_lazy("Ratified"), gettext_lazy("Was not ratified")),
    "under_deliberation": (
        gettext_lazy("Under deliberation"),
        gettext_lazy("Is not under deliberation"),
    ),
    "pending": (gettext_lazy("Decision pending"), gettext_lazy("No decision is pending")),
}
"""An act, and its denial."""

ONGOING_ACTS = ("in_force", "under_deliberation", "pending")
"""What goes on in a state, rather than being done by it."""

SETTINGS = {"in_law": gettext_lazy("in law"), "in_practice": gettext_lazy("in practice")}


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
    about = [SETTINGS.get(item.get("setting") or "", ""), in_english(item.get("constituency"))]
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
