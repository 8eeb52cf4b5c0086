"""The page of an instrument: articles, rights that it protects, users, acts of states."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy

from orgs.pages.labels import comma
from orgs.pages.map import is_on_map, map_drawing
from orgs.pages.translated_labels import translated_label

from .legal_acts import Commitment, State, acts_in_order, group_by_state, is_by_state
from .tags import ACTS, act_text
from .undertakings import (
    Topic,
    UndertakingPage,
    build_topic,
    participation,
    related,
    statements_in,
    visible_topics,
)

ACTS_HEADING = gettext_lazy("What was done with it")

INVOKING_PREDICATES = ("invokes", "targets")
"""How others appeal to an instrument, or demand something about it: that it be ratified."""

CAMPAIGN_PLACE_ROLES = ("acts_in", "seat", "held_at")


class InstrumentPage(UndertakingPage):
    """An instrument: a convention, law or agreement to which migrants appeal (Prop 3)."""

    kinds = ("instrument",)
    template_name = "campaigns/instrument.html"

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        document, incoming = context["document"], context["incoming"]
        traits = document["traits"]
        part_relations = related(incoming, ("part_of",), "instrument")
        articles = _articles(context, part_relations)
        protected = build_topic(
            context,
            gettext_lazy("What it protects"),
            [
                *traits.get("right", []),
                *traits.get("principle", []),
                *related(document["relations"], ("protects",)),
            ],
        )
        invoked = build_topic(
            context,
            gettext_lazy("Who invokes it"),
            [],
            incoming=related(incoming, INVOKING_PREDICATES),
        )
        only_articles_protect = not protected.items and any(
            article["protects"] for article in articles
        )
        # Otherwise the page would say "unknown" next to the articles that protect something.
        uses = [*([] if only_articles_protect else [protected]), invoked]
        done = Topic(ACTS_HEADING, document["legal_acts"])
        states = group_by_state(document["legal_acts"])
        for item in document["legal_acts"]:
            item["short"] = is_by_state(item)  # the note in the table has the rest
        committed = [state for state in states if state.commitment != Commitment.DENIED]
        denied = [state for state in states if state.commitment == Commitment.DENIED]
        return {
            "articles": articles,
            "uses": visible_topics(context, *uses),
            "acts_heading": ACTS_HEADING,
            "campaigns": _campaigns(context),
            "acts": [item for item in document["legal_acts"] if not is_by_state(item)],
            "tables": [
                {"denied": is_denied, "acts": acts_in_order(group), "states": group}
                for is_denied, group in ((False, committed), (True, denied))
                if group
            ],
            "world": draw_map(states),
            **participation(context, topics=[*uses, done]),
            "absent": [item for item in context["absent"] if item["part"] != "legal_acts"],
            "special_statements": [*statements_in(protected, invoked), *part_relations],
        }


def _articles(context: dict[str, Any], part_relations: list[dict]) -> list[dict]:
    """The articles in the order of their numbers."""
    documents = {document["id"]: document for document in context["others"]}
    articles = []
    for relation in part_relations:
        part = documents[relation["subject"]["id"]]
        numbers = [item for item in part["figures"] if item["measure"] == "article_number"]
        traits = part["traits"]
        articles.append(
            {
                "relation": relation,
                "number": min((item["low"] or 0 for item in numbers), default=None),
                "protects": [*traits.get("right", []), *traits.get("principle", [])],
                "texts": [item for item in part["texts"] if item["text_kind"] == "summary"],
            }
        )
    return sorted(
        articles,
        key=lambda article: (
            article["number"] is None,
            article["number"],
            article["relation"]["subject"]["label"],
        ),
    )


def _campaigns(context: dict[str, Any]) -> list[dict]:
    """The campaigns that invoke the instrument or aim at it, with their places."""
    key = context["document"]["id"]
    return [
        {
            "campaign": document,
            "places": [item for item in document["places"] if item["role"] in CAMPAIGN_PLACE_ROLES],
        }
        for document in context["others"]
        if document["kind"] == "campaign"
        and any(
            item["predicate"] in INVOKING_PREDICATES
            and item["holds"]
            and item["object"]["id"] == key
            for item in document["relations"]
        )
    ]


def draw_map(states: list[State]) -> dict[str, Any] | None:
    """The map of the acts of states, with its legend. None if no state is on the map."""
    rows = [
        {
            "slug": state.place["slug"],
            "label": translated_label(state.place),
            "url": state.place["url"],
            "shade": int(state.commitment),
            "acts": comma().join(
                act_text(item) for act in ACTS for item in state.acts.get(act, ())
            ),
        }
        for state in states
        if is_on_map(state.place["slug"])
    ]
    if not rows:
        return None
    counts = Counter(state.commitment for state in states)
    return {
        **map_drawing(rows),
        "states": len(states),
        "legend": [
            {"shade": int(level), "label": level.label, "states": counts[level]}
            for level in reversed(Commitment)
            if counts[level]
        ],
    }
