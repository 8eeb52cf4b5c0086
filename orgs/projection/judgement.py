"""Judgements: what follows from recorded sentences, and is never typed in.

Here is what is judged and what the answers are called: words of the networks and organizations
themselves. Who knows what they do together computes them and registers as a judge; the answers
stand in the entry, beside the document, so that one entry is still one read.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.record import ACTORS, Kind

NOT_ENOUGH = "not_enough_on_record"
"""The third answer. Absence of a record is never shown as absence in the world."""

NOT_ENOUGH_NAME = _("not enough data")


class ObservedForm(models.TextChoices):
    """What a partnership is seen to do: points on "a continuum of varying degrees of
    organizational density and social cohesion" (Prop 6). A movement is never derived: it "implies
    a high degree of shared collective identity", and that is not in what bodies do.
    """

    SUSTAINED = "sustained_joint_action", _("sustained joint action, as a coalition")
    CAMPAIGNING = "network_in_a_campaign", _("a network in a campaign")
    OWN_NAME = "acts_in_its_own_name", _("acts in its own name")
    EXCHANGE = "exchange", _("exchange, as a network")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class ObservedOrientation(models.TextChoices):
    """To which side a body is seen to turn: "both here and there" (Prop 1)."""

    HOME = "home", _("the home country")
    RESIDENCE = "residence", _("the country of residence")
    BOTH = "both", _("both here and there")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class Balance(models.TextChoices):
    """From which side the members of a partnership are: "both host and sending countries"
    (Prop 7).
    """

    BOTH = "both_sides", _("host and sending countries")
    HOST = "host_only", _("host countries only")
    SENDING = "sending_only", _("sending countries only")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class TransnationalBase(models.TextChoices):
    """Whether a body is a "transnational movement organization": "an organized membership base
    that is present in more than one country" (Prop 6).
    """

    YES = "yes", _("an organized base in more than one country")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class ArenaOverlap(models.TextChoices):
    """In how many of the four arenas a body stands at once: "each arena is constituted by actors,
    while each set of actors also constitutes an arena" (intro). That it stands in no other is
    never derived.
    """

    SEVERAL = "several_arenas", _("several arenas at once")
    ONE = "one_arena", _("one known arena")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class Judged(NamedTuple):
    """Something that is judged: of which kinds of record, with which answers."""

    kinds: tuple[str, ...]
    answers: type[models.TextChoices]
    about: str
    """What is asked, for the guide of the API."""


JUDGED: dict[str, Judged] = {
    "observed_form": Judged(
        (Kind.PARTNERSHIP,), ObservedForm, "What it is seen to do, whatever it is called."
    ),
    "host_sending_balance": Judged(
        (Kind.PARTNERSHIP,), Balance, "On which side of migration its members have their seats."
    ),
    "observed_orientation": Judged(
        ACTORS, ObservedOrientation, "To which side it turns: home, residence or both."
    ),
    "transnational_base": Judged(
        ACTORS, TransnationalBase, "Whether its organized base is in more than one country."
    ),
    "arena_overlap": Judged(
        ACTORS, ArenaOverlap, "Whether it stands in several of the four arenas at once."
    ),
}
"""What is judged, by the name it has in documents and questions."""


Judgements = dict[int, dict[str, dict[str, Any]]]
"""By record and by name of what is judged: the answer as documents tell it."""


class Judge(Protocol):
    """Whoever computes judgements from accepted, public statements alone."""

    reads: frozenset[str]
    """The kinds of statement that its answers rest on."""
    version: int
    """Counted up when answers or their shape change: then every entry is written anew."""

    def concerned(self, ids: set[int]) -> set[int]:
        """Return the records whose judgements may change when something is said of these."""

    def changes(self, which: int, today: date) -> set[int]:
        """Return the numbers of the changes that said or retired what its judgements rest on.

        Only what the public may read today counts: what is hidden was never said.
        """

    def judgements(
        self, ids: Iterable[int], today: date, known_at: int | None = None
    ) -> Judgements:
        """Return the judgements of those of these records that are judged at all.

        Takes the day asked about and the number of the change at which the catalogue is asked
        (None: now).
        """

    def due(self, before: date, today: date) -> set[int]:
        """Return the records whose judgements the days from `before` to `today` may change."""


JUDGES: list[Judge] = []
"""Who judges: an app registers its judge when it is ready."""


def versions() -> str:
    """Return a mark of how the judges judge: it differs when their answers may."""
    return " ".join(str(judge.version) for judge in JUDGES)


def judgements_of(ids: Iterable[int], today: date, known_at: int | None = None) -> Judgements:
    """Return what all judges say of these records."""
    said: Judgements = {}
    ids = list(ids)
    for judge in JUDGES:
        for which, answers in judge.judgements(ids, today, known_at).items():
            said.setdefault(which, {}).update(answers)
    return said


def changes_judged(which: int, today: date) -> set[int]:
    """Return the numbers of the changes of what judgements of a record rest on."""
    return set().union(*(judge.changes(which, today) for judge in JUDGES))


def concerned_by(ids: set[int], kinds: set[str] | None = None) -> set[int]:
    """Return the records that have to be judged anew when something is said of these.

    `kinds` are the kinds of statement that were said or retired; None means that anything may be
    different.
    """
    found: set[int] = set()
    for judge in JUDGES:
        if kinds is None or kinds & judge.reads:
            found |= judge.concerned(ids)
    return found


def told(answers: dict[str, dict[str, Any]]) -> str:
    """Return judgements as they stand in a document: members of a JSON object, "" for none."""
    return json.dumps(answers, ensure_ascii=False)[1:-1] if answers else ""


def are_read(kinds: set[str] | None) -> bool:
    """Whether any judge rests on statements of these kinds; None means any kind."""
    return kinds is None or any(kinds & judge.reads for judge in JUDGES)


def for_entries(ids: Iterable[int], today: date, kept: dict[int, str] | None = None) -> str:
    """Return the judgements of these records as the functions of the projection take them.

    `kept` are those that stay as they are, as they stand in the documents: nothing was said that a
    judge rests on.
    """
    kept = kept or {}
    said = judgements_of(set(ids) - kept.keys(), today)
    said |= {which: json.loads(f"{{{text}}}") for which, text in kept.items()}
    return json.dumps(
        [
            {
                "id": which,
                "told": kept.get(which) or told(answers),
                "answers": {name: answer["value"] for name, answer in answers.items()},
            }
            for which, answers in said.items()
        ]
    )
