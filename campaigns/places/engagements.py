"""Engagements: how organized migrants and their allies deal with a state, by channel."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from orgs.pages.documents import mention
from orgs.records.kinds import ACTOR_KINDS, Kind

MUTUAL_PREDICATES = ("collaborates_with", "lobbies_with")
"""The predicates that may be stated of either side."""

MAX_YEAR_COLUMNS = 10
"""With more years than this, columns are decades."""


class Channel(TextChoices):
    """How organized migrants and their allies deal with a state, by relation.

    Terms of the scheme `repertoire` are further channels.
    """

    PROTEST = "protest", _("Protest")
    TARGETS = "targets", _("Aim at it")
    OPPOSES = "opposes", _("Oppose or question it")
    LOBBIES = "lobbies_with", _("Lobby together with it")
    PERSUADES = "persuades", _("Persuaded it")
    WORKS = "collaborates_with", _("Work with it")
    SUPPORTS = "supports", _("Support it, or are supported by it")
    PROGRAMME = "programme", _("Take part in its programmes")


CHANNEL_BY_PREDICATE = {
    "targets": Channel.TARGETS,
    "opposes": Channel.OPPOSES,
    "questions": Channel.OPPOSES,
    "lobbies_with": Channel.LOBBIES,
    "persuades": Channel.PERSUADES,
    "collaborates_with": Channel.WORKS,
    "supports": Channel.SUPPORTS,
}

PROTEST_ACTIVITIES = ("protest", "rallies_and_marches")
"""The activities that make a gathering a protest; a grievance does so, too."""


class Engagement(NamedTuple):
    """An actor that deals with a state by a channel, with the statements."""

    channel: str
    """One of `Channel`, or "repertoire:" and the code of a term."""
    actor: dict
    items: tuple[dict, ...]
    dates: tuple[str, ...]
    """The dates of the statements (EDTF), or else of the gathering."""

    @property
    def holds(self) -> bool:
        """Whether any statement affirms it; otherwise it is denied."""
        return any(item["holds"] for item in self.items)


def find_engagements(
    outside: dict[int, dict],
    agencies: dict[int, dict],
    programmes: dict[int, dict],
    own_keys: set[str],
) -> list[Engagement]:
    """Each actor and channel once, with all statements."""
    gathering_dates = {
        document["id"]: tuple(
            item["when"] for item in document["dates"] if item["when"] and item["holds"]
        )
        for document in outside.values()
        if document["kind"] == Kind.GATHERING
    }
    items_by_actor: dict[tuple[str, str], list[dict]] = defaultdict(list)
    mentions: dict[str, dict] = {}
    for channel, actor, item in (
        *_stated_of_others(outside.values(), own_keys),
        *_stated_of_agencies(agencies.values(), own_keys),
        *_repertoires((*outside.values(), *agencies.values(), *programmes.values())),
    ):
        mentions.setdefault(actor["id"], mention(actor))
        items_by_actor[channel, actor["id"]].append(item)
    order = list(Channel)
    engagements = [
        Engagement(
            channel,
            mentions[actor],
            tuple(items),
            tuple(item["when"] for item in items if item["when"]) or gathering_dates.get(actor, ()),
        )
        for (channel, actor), items in items_by_actor.items()
    ]
    return sorted(
        engagements,
        key=lambda engagement: (
            order.index(Channel(engagement.channel)) if engagement.channel in order else len(order),
            engagement.channel,
            engagement.actor["label"].casefold(),
        ),
    )


Dealing = tuple[str, dict, dict]
"""The channel, the actor and the statement."""


def _stated_of_others(outside: Iterable[dict], own_keys: set[str]) -> Iterator[Dealing]:
    for document in outside:
        for item in document["relations"]:
            if item["predicate"] in CHANNEL_BY_PREDICATE and item["object"]["id"] in own_keys:
                channel = CHANNEL_BY_PREDICATE[item["predicate"]]
                yield channel, document, {**item, "subject": mention(document)}
        for item in document["involvements"]:
            if item["undertaking"]["id"] in own_keys:
                yield Channel.PROGRAMME, document, item
        if document["kind"] == Kind.GATHERING:
            for item in protest_items(document):
                yield Channel.PROTEST, document, item


def _stated_of_agencies(agencies: Iterable[dict], own_keys: set[str]) -> Iterator[Dealing]:
    for document in agencies:
        for item in document["relations"]:
            other = item["object"]
            if (
                item["predicate"] in (*MUTUAL_PREDICATES, "supports")
                and other["kind"] in ACTOR_KINDS
                and other["id"] not in own_keys
            ):
                channel = CHANNEL_BY_PREDICATE[item["predicate"]]
                yield channel, other, {**item, "subject": mention(document)}
        for item in document["involvements"]:
            undertaking = item["undertaking"]
            if item["role"] == "target" and undertaking["kind"] in ("campaign", "demand"):
                yield Channel.TARGETS, undertaking, {**item, "subject": mention(document)}


def _repertoires(documents: Iterable[dict]) -> Iterator[Dealing]:
    for document in documents:
        for item in document["traits"].get("repertoire", ()):
            yield f"repertoire:{item['term']}", document, item


def protest_items(gathering: dict) -> list[dict]:
    traits = gathering["traits"]
    return [
        *traits.get("grievance", ()),
        *(item for item in traits.get("activity", ()) if item["term"] in PROTEST_ACTIVITIES),
    ]


def find_votes(
    outside: dict[int, dict], instrument_keys: set[str]
) -> list[tuple[dict, list[dict]]]:
    """The gatherings of people from here that concern an instrument of this state."""
    votes = []
    for gathering in outside.values():
        if gathering["kind"] == Kind.GATHERING and not protest_items(gathering):
            items = [
                item
                for item in gathering["relations"]
                if item["predicate"] == "concerns" and item["object"]["id"] in instrument_keys
            ]
            if items:
                votes.append((mention(gathering), [*gathering["dates"], *items]))
    return votes


def engagements_by_year(
    engagements: Iterable[Engagement], today: date
) -> tuple[list[str], list[tuple]]:
    """A table of channels by years: its columns, and (channel, counts, undated) by channel.

    Counts are of actors per column; undated ones are counted separately, denied ones not at all.
    """
    years_by_channel: dict[str, list[set[int]]] = defaultdict(list)
    for engagement in engagements:
        if engagement.holds:
            touched = {year for edtf in engagement.dates for year in years_in(edtf, today)}
            years_by_channel[engagement.channel].append(touched)
    all_years = sorted(
        set().union(*(years for rows in years_by_channel.values() for years in rows))
    )
    by_decade = len(all_years) > MAX_YEAR_COLUMNS
    columns: dict[str, set[int]] = {}
    for year in all_years:
        name = f"{year // 10 * 10}–{year // 10 * 10 + 9}" if by_decade else str(year)
        columns.setdefault(name, set()).add(year)
    return list(columns), [
        (
            channel,
            [sum(bool(years & column) for years in rows) for column in columns.values()],
            sum(not years for years in rows),
        )
        for channel, rows in years_by_channel.items()
    ]


def years_in(edtf: str | None, today: date) -> set[int]:
    """The years a date touches, until today if open-ended; empty if unknown."""
    years = [int(year) for year in re.findall(r"\b\d{4}", edtf or "")]
    if not years or "X" in (edtf or ""):
        return set()
    last = today.year if (edtf or "").endswith("..") else max(years)
    return set(range(min(years), max(last, min(years)) + 1))
