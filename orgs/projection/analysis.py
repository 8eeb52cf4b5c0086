"""Findings: computed from statements, never typed in.

This module names each finding and its values. The app that knows what organizations do together
registers an analyzer that computes them. Findings are stored in the entry, beside the document, so
reading one entry stays one query.
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


class FindingKind(NamedTuple):
    """A finding: the kinds of record it is about and the values it may have."""

    kinds: tuple[str, ...]
    answers: type[models.TextChoices]
    about: str
    """What it says, for the API guide."""


FINDING_KINDS: dict[str, FindingKind] = {
    "observed_form": FindingKind(
        (Kind.PARTNERSHIP,), ObservedForm, "What it is seen to do, whatever it is called."
    ),
    "host_sending_balance": FindingKind(
        (Kind.PARTNERSHIP,), Balance, "On which side of migration its members have their seats."
    ),
    "observed_orientation": FindingKind(
        ACTORS, ObservedOrientation, "To which side it turns: home, residence or both."
    ),
    "transnational_base": FindingKind(
        ACTORS, TransnationalBase, "Whether its organized base is in more than one country."
    ),
    "arena_overlap": FindingKind(
        ACTORS, ArenaOverlap, "Whether it stands in several of the four arenas at once."
    ),
}
"""By the name that a finding has in documents and filters."""


Findings = dict[int, dict[str, dict[str, Any]]]
"""By record and by name of the finding: its JSON in documents."""


class Analyzer(Protocol):
    """Computes findings from accepted, public statements alone."""

    reads: frozenset[str]
    """The kinds of statement that its findings depend on."""
    version: int
    """Increase it when findings or their shape change: all entries are then rebuilt."""

    def concerned(self, ids: set[int]) -> set[int]:
        """Return the records whose findings may change with statements about these."""

    def changes(self, record: int, today: date) -> set[int]:
        """Return the numbers of the changes that added or retired what its findings depend on.

        Only what the public may read today counts: hidden statements leave no trace.
        """

    def findings(self, ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
        """Return the findings about those of these records that have any.

        `today` is the day they are about (`as_of`), `known_at` a change number (None: now).
        """

    def due(self, before: date, today: date) -> set[int]:
        """Return the records whose findings may change between the days `before` and `today`."""


ANALYZERS: list[Analyzer] = []
"""An app appends its analyzer when it is ready."""


def versions() -> str:
    """A value that differs when analyzers may compute other findings."""
    return " ".join(str(analyzer.version) for analyzer in ANALYZERS)


def findings_of(ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
    """Return the findings of all analyzers about these records."""
    results: Findings = {}
    ids = list(ids)
    for analyzer in ANALYZERS:
        for record, findings in analyzer.findings(ids, today, known_at).items():
            results.setdefault(record, {}).update(findings)
    return results


def changes_analyzed(record: int, today: date) -> set[int]:
    """Return the numbers of the changes that the findings about a record depend on."""
    return set().union(*(analyzer.changes(record, today) for analyzer in ANALYZERS))


def concerned_by(ids: set[int], kinds: set[str] | None = None) -> set[int]:
    """Return the records to analyze again when statements about these records change.

    `kinds` are the kinds of the statements that were added or retired; None stands for all.
    """
    records: set[int] = set()
    for analyzer in ANALYZERS:
        if kinds is None or kinds & analyzer.reads:
            records |= analyzer.concerned(ids)
    return records


def as_members(findings: dict[str, dict[str, Any]]) -> str:
    """Return findings as members of a JSON object, without its braces; "" for none."""
    return json.dumps(findings, ensure_ascii=False)[1:-1] if findings else ""


def are_read(kinds: set[str] | None) -> bool:
    """Whether findings depend on statements of any of these kinds; None stands for all."""
    return kinds is None or any(kinds & analyzer.reads for analyzer in ANALYZERS)


def for_entries(ids: Iterable[int], today: date, unchanged: dict[int, str] | None = None) -> str:
    """Return the findings about these records as the SQL functions of the projection take them.

    `unchanged` holds, by record, the members of documents that need not be computed again.
    """
    unchanged = unchanged or {}
    findings = findings_of(set(ids) - unchanged.keys(), today)
    findings |= {record: json.loads(f"{{{text}}}") for record, text in unchanged.items()}
    return json.dumps(
        [
            {
                "id": record,
                "members": unchanged.get(record) or as_members(answers),
                "answers": {name: answer["value"] for name, answer in answers.items()},
            }
            for record, answers in findings.items()
        ]
    )
