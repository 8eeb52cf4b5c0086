"""The page of an instrument: articles, what it protects, who invokes it, which states did what."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy

from orgs.pages.labels import comma
from orgs.pages.map import is_on_map, map_drawing
from orgs.pages.translated_labels import translated_label

from .legal_acts import Stand, State, acts_in_order, by_state, states_of
from .tags import ACTS, act_told
from .undertakings import UndertakingPage, answer, answered, participation, related, said_in

INVOKING = ("invokes", "targets")
"""How others appeal to an instrument, or want something about it: that it be ratified."""

WHERE = ("acts_in", "seat", "held_at")
"""The places in which a campaign is carried on."""


class InstrumentPage(UndertakingPage):
    """An instrument: a convention, law or agreement to which migrants appeal (Prop 3)."""

    kinds = ("instrument",)
    template_name = "campaigns/instrument.html"

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return its articles, what it protects, who invokes it, and what each state did."""
        document, incoming = context["document"], context["incoming"]
        traits = document["traits"]
        ties = related(incoming, ("part_of",), "instrument")
        articles = _articles(context, ties)
        protected = answer(
            context,
            gettext_lazy("What it protects"),
            [
                *traits.get("right", []),
                *traits.get("principle", []),
                *related(document["relations"], ("protects",)),
            ],
        )
        invoked = answer(
            context,
            gettext_lazy("Who invokes it"),
            [],
            incoming=related(incoming, INVOKING),
        )
        shielded = not protected.items and any(article["protects"] for article in articles)
        states = states_of(document["legal_acts"])
        for item in document["legal_acts"]:
            item["short"] = by_state(item)  # in the table its note tells the rest
        acting = [state for state in states if state.stand != Stand.DENIED]
        return {
            "articles": articles,
            # What articles protect stands beside them, so the whole is not said to protect nothing.
            "uses": answered(context, *([] if shielded else [protected]), invoked),
            "campaigns": _campaigns(context),
            "acts": [item for item in document["legal_acts"] if not by_state(item)],
            "tables": [
                {"denied": denied, "acts": acts_in_order(some), "states": some}
                for denied, some in ((False, acting), (True, _denied(states)))
                if some
            ],
            "world": world_of(states),
            **participation(context),
            "absent": [one for one in context["absent"] if one["part"] != "legal_acts"],
            "said": [*said_in(protected, invoked), *ties],
        }


def _denied(states: list[State]) -> list[State]:
    return [state for state in states if state.stand == Stand.DENIED]


def _articles(context: dict[str, Any], ties: list[dict]) -> list[dict]:
    """Return the articles in the order of their numbers, each with what it protects."""
    known = {one["id"]: one for one in context["others"]}
    found = []
    for tie in ties:
        part = known[tie["subject"]["id"]]
        numbers = [item for item in part["figures"] if item["measure"] == "article_number"]
        traits = part["traits"]
        found.append(
            {
                "tie": tie,
                "number": min((item["low"] or 0 for item in numbers), default=None),
                "protects": [*traits.get("right", []), *traits.get("principle", [])],
                "texts": [item for item in part["texts"] if item["text_kind"] == "summary"],
            }
        )
    return sorted(
        found,
        key=lambda one: (one["number"] is None, one["number"], one["tie"]["subject"]["label"]),
    )


def _campaigns(context: dict[str, Any]) -> list[dict]:
    """Return the campaigns that invoke it or aim at it, each with the places where it is on."""
    key = context["document"]["id"]
    return [
        {
            "campaign": document,
            "places": [item for item in document["places"] if item["role"] in WHERE],
        }
        for document in context["others"]
        if document["kind"] == "campaign"
        and any(
            item["predicate"] in INVOKING and item["holds"] and item["object"]["id"] == key
            for item in document["relations"]
        )
    ]


def world_of(states: list[State]) -> dict[str, Any] | None:
    """Return the map of what states did, with its legend; None if none of them is on the map."""
    rows = [
        {
            "slug": state.place["slug"],
            "label": translated_label(state.place),
            "url": state.place["url"],
            "shade": int(state.stand),
            "told": comma().join(
                act_told(item) for act in ACTS for item in state.acts.get(act, ())
            ),
        }
        for state in states
        if is_on_map(state.place["slug"])
    ]
    if not rows:
        return None
    stands = Counter(state.stand for state in states)
    return {
        **map_drawing(rows),
        "states": len(states),
        "legend": [
            {"shade": int(stand), "label": stand.label, "states": stands[stand]}
            for stand in reversed(Stand)
            if stands[stand]
        ],
    }
