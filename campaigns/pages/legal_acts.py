"""Legal acts by state: which states did what with an instrument (Props 3, 5 and 9).

A source can say that a state did something, or that it did not. Without either, it is unknown.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from campaigns.models.legal_act import Act


class Commitment(IntegerChoices):
    """How far a state went with an instrument. The number is the shade on the map."""

    DENIED = 1, _("did not, according to sources")
    DISCUSSED = 2, _("under deliberation or pending")
    AGREED = 3, _("signed, adopted or dated")
    BOUND = 4, _("ratified or in force")


COMMITMENTS = {
    Act.RATIFIED: Commitment.BOUND,
    Act.IN_FORCE: Commitment.BOUND,
    Act.SIGNED: Commitment.AGREED,
    Act.ADOPTED: Commitment.AGREED,
    Act.DATED: Commitment.AGREED,
    Act.UNDER_DELIBERATION: Commitment.DISCUSSED,
    Act.PENDING: Commitment.DISCUSSED,
}


class State(NamedTuple):
    """What one state did with an instrument."""

    place: dict
    """A mention."""
    commitment: Commitment
    """Of its furthest act; `DENIED` if sources only say that it did not act."""
    acts: dict[str, list[dict]]
    """The statements by act. Sources may contradict each other."""


def group_by_state(acts: Iterable[dict]) -> list[State]:
    """Group the legal acts of an instrument's document by state, sorted by name.

    Acts of organizations and acts without an actor are left out.
    """
    acts_by_place: dict[str, dict[str, list[dict]]] = {}
    places: dict[str, dict] = {}
    for item in acts:
        if is_by_state(item):
            place = places.setdefault(item["actor"]["id"], item["actor"])
            acts_by_place.setdefault(place["id"], {}).setdefault(item["act"], []).append(item)
    states = [
        State(places[key], _commitment(acts_of_state), acts_of_state)
        for key, acts_of_state in acts_by_place.items()
    ]
    return sorted(states, key=lambda state: (state.place["label"].casefold(), state.place["id"]))


def is_by_state(item: dict) -> bool:
    return bool(item["actor"]) and item["actor"]["kind"] == "place"


def acts_in_order(states: Iterable[State]) -> list[str]:
    acts = {act for state in states for act in state.acts}
    return [act for act in Act.values if act in acts]


def _commitment(acts: dict[str, list[dict]]) -> Commitment:
    commitments = [
        COMMITMENTS[Act(act)] for act, items in acts.items() if any(item["holds"] for item in items)
    ]
    return max(commitments, default=Commitment.DENIED)
