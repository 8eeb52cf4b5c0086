"""Findings: computed from statements, never entered.

This module names each finding and its values. The app for collective action registers an analyzer
that computes them. An entry stores its findings next to its document, so that one query reads both.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, Kind

NOT_ENOUGH = "not_enough_on_record"
"""The value of an unknown finding. Missing data is never shown as absence."""

NOT_ENOUGH_NAME = _("not enough data")


class ObservedForm(models.TextChoices):
    """What a partnership does: points on "a continuum of varying degrees of organizational density
    and social cohesion" (Prop 6). A movement is never derived: it "implies a high degree of shared
    collective identity", which actions do not show.
    """

    SUSTAINED = "sustained_joint_action", _("sustained joint action, as a coalition")
    CAMPAIGNING = "network_in_a_campaign", _("a network in a campaign")
    OWN_NAME = "acts_in_its_own_name", _("acts in its own name")
    EXCHANGE = "exchange", _("exchange, as a network")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class ObservedOrientation(models.TextChoices):
    """The side to which an organization is oriented: "both here and there" (Prop 1)."""

    HOME = "home", _("the home country")
    RESIDENCE = "residence", _("the country of residence")
    BOTH = "both", _("both here and there")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class Balance(models.TextChoices):
    """The sides from which the members of a partnership come: "both host and sending countries"
    (Prop 7).
    """

    BOTH = "both_sides", _("host and sending countries")
    HOST = "host_only", _("host countries only")
    SENDING = "sending_only", _("sending countries only")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class TransnationalBase(models.TextChoices):
    """Whether an organization is a "transnational movement organization": "an organized membership
    base that is present in more than one country" (Prop 6).
    """

    YES = "yes", _("an organized base in more than one country")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class ArenaOverlap(models.TextChoices):
    """Whether an organization is in several of the four arenas at once: "each arena is constituted
    by actors, while each set of actors also constitutes an arena" (intro). That it is in no other
    is never derived.
    """

    SEVERAL = "several_arenas", _("several arenas at once")
    ONE = "one_arena", _("one known arena")
    UNKNOWN = NOT_ENOUGH, NOT_ENOUGH_NAME


class FindingKind(NamedTuple):
    """A finding: the kinds of record it is about and its possible values."""

    kinds: tuple[str, ...]
    answers: type[models.TextChoices]
    about: str
    """Its description in the API guide."""


FINDING_KINDS: dict[str, FindingKind] = {
    "observed_form": FindingKind(
        (Kind.PARTNERSHIP,), ObservedForm, "What it does according to sources, under any name."
    ),
    "host_sending_balance": FindingKind(
        (Kind.PARTNERSHIP,), Balance, "On which side of migration its members have their seats."
    ),
    "observed_orientation": FindingKind(
        ACTOR_KINDS, ObservedOrientation, "To which side it turns: home, residence or both."
    ),
    "transnational_base": FindingKind(
        ACTOR_KINDS, TransnationalBase, "Whether its organized base is in more than one country."
    ),
    "arena_overlap": FindingKind(
        ACTOR_KINDS, ArenaOverlap, "Whether it is in several of the four arenas at once."
    ),
}
"""Findings by their name in documents and filters."""


Findings = dict[int, dict[str, dict[str, Any]]]
"""By id of the record and name of the finding: its JSON in documents."""


class Analyzer(Protocol):
    """Computes findings from accepted, public statements alone."""

    reads: frozenset[str]
    """The kinds of statement that its findings depend on."""
    version: int
    """Increase it when findings or their shape change: all entries are then rebuilt."""

    def concerned(self, ids: set[int]) -> set[int]:
        """Ids of the records whose findings may change with statements about `ids`."""

    def changes(self, record: int, today: date) -> set[int]:
        """Numbers of the changes that added or retired statements behind the findings.

        Counts only what the public may read today: hidden statements leave no trace.
        """

    def findings(self, ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
        """Findings about these records, without records that have none.

        `today` is the day they are about (`as_of`), `known_at` a change number (None: now).
        """

    def due(self, before: date, today: date) -> set[int]:
        """Ids of the records whose findings may change between the days `before` and `today`."""


ANALYZERS: list[Analyzer] = []
"""Apps append their analyzer in `AppConfig.ready`."""


def versions() -> str:
    """Versions of all analyzers: entries are rebuilt when this value changes."""
    return " ".join(str(analyzer.version) for analyzer in ANALYZERS)


def findings_of(ids: Iterable[int], today: date, known_at: int | None = None) -> Findings:
    results: Findings = {}
    ids = list(ids)
    for analyzer in ANALYZERS:
        for record, findings in analyzer.findings(ids, today, known_at).items():
            results.setdefault(record, {}).update(findings)
    return results


def changes_analyzed(record: int, today: date) -> set[int]:
    """Numbers of the changes that the findings about a record depend on."""
    return set().union(*(analyzer.changes(record, today) for analyzer in ANALYZERS))


def concerned_by(ids: set[int], kinds: set[str] | None = None) -> set[int]:
    """Ids of the records to analyze again when statements about these records change.

    `kinds` are the kinds of the added or retired statements; None means all.
    """
    records: set[int] = set()
    for analyzer in ANALYZERS:
        if kinds is None or kinds & analyzer.reads:
            records |= analyzer.concerned(ids)
    return records


def as_members(findings: dict[str, dict[str, Any]]) -> str:
    """Findings as members of a JSON object, without its braces; "" for none."""
    return json.dumps(findings, ensure_ascii=False)[1:-1] if findings else ""


def read_by_analyzers(kinds: set[str] | None) -> bool:
    """Whether findings depend on statements of any of these kinds; None means all."""
    return kinds is None or any(kinds & analyzer.reads for analyzer in ANALYZERS)


def for_entries(ids: Iterable[int], today: date, unchanged: dict[int, str] | None = None) -> str:
    """Findings as JSON for the SQL functions of the projection.

    `unchanged` holds, by id of the record, members of documents that need not be computed again.
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
