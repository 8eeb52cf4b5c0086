"""Legal acts by state: which states did what with an instrument (Props 3, 5 and 9).

Of each state either an act is on record, or that it did not act so, or nothing: three answers that
are never taken for each other.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from campaigns.models.legal_act import Act


class Stand(IntegerChoices):
    """How far a state went with an instrument. The number is the shade on the map."""

    DENIED = 1, _("said not to have done so")
    DISCUSSED = 2, _("under deliberation or pending")
    AGREED = 3, _("signed, adopted or dated")
    BOUND = 4, _("ratified or in force")


FAR = {
    Act.RATIFIED: Stand.BOUND,
    Act.IN_FORCE: Stand.BOUND,
    Act.SIGNED: Stand.AGREED,
    Act.ADOPTED: Stand.AGREED,
    Act.DATED: Stand.AGREED,
    Act.UNDER_DELIBERATION: Stand.DISCUSSED,
    Act.PENDING: Stand.DISCUSSED,
}
"""How far a state is that did this."""


class State(NamedTuple):
    """What one state did with an instrument."""

    place: dict
    """How documents mention it."""
    stand: Stand
    """The furthest act that is said of it; `DENIED` if all that is said is that it did not act."""
    acts: dict[str, list[dict]]
    """The statements by act; several sources may answer differently, and all stand."""


def states_of(acts: Iterable[dict]) -> list[State]:
    """Return what each state did, by name. Takes the legal acts of an instrument's document.

    What was done by a body that is no place, or by nobody named, is not among them.
    """
    found: dict[str, dict[str, list[dict]]] = {}
    places: dict[str, dict] = {}
    for item in acts:
        if by_state(item):
            place = places.setdefault(item["actor"]["id"], item["actor"])
            found.setdefault(place["id"], {}).setdefault(item["act"], []).append(item)
    states = [State(places[which], _stand(said), said) for which, said in found.items()]
    return sorted(states, key=lambda state: (state.place["label"].casefold(), state.place["id"]))


def by_state(item: dict) -> bool:
    """Whether a legal act is said of a place."""
    return bool(item["actor"]) and item["actor"]["kind"] == "place"


def acts_in_order(states: Iterable[State]) -> list[str]:
    """Return the acts that are said of any of these states, in the order of their words."""
    said = {act for state in states for act in state.acts}
    return [act for act in Act.values if act in said]


def _stand(said: dict[str, list[dict]]) -> Stand:
    done = [FAR[Act(act)] for act, items in said.items() if any(one["holds"] for one in items)]
    return max(done, default=Stand.DENIED)
