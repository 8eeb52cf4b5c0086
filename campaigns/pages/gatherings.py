"""The page of a gathering: series and editions, what it stands beside, who takes part (Prop 5)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from orgs.pages.documents import DOCUMENTS_LIMIT, read_documents, statements_about
from orgs.projection.entry import Entry

from .editions import (
    BESIDE,
    EDITION_OF,
    Affairs,
    Edition,
    affairs_of,
    editions_of,
    neighbours,
    series_of,
)
from .undertakings import UndertakingPage, participation, related


class Series(NamedTuple):
    """A series, as the page of one of its editions shows it."""

    said: list[dict]
    """The statements that this is an edition of it."""
    edition: Edition
    held: int
    """How many of its editions on record were held."""
    before: Edition | None
    after: Edition | None


class Row(NamedTuple):
    """An edition, as the page of its series shows it."""

    edition: Edition
    said: list[dict]
    """The statements that it is an edition of this series."""
    beside: list[dict]
    beside_it: list[dict]
    """The relations that tie it to a gathering beside it: its own, and those of others to it."""


class GatheringPage(UndertakingPage):
    """A gathering: a series, one of its editions, or one that stands alone."""

    kinds = ("gathering",)
    template_name = "campaigns/gathering.html"

    def told(self, context: dict[str, Any]) -> dict[str, Any]:
        """Return the series and the editions, and the gatherings beside it with their own dates."""
        document = context["document"]
        rows = self.editions(context)
        beside = related(document["relations"], BESIDE, "gathering")
        beside_this = related(context["incoming"], BESIDE, "gathering")
        series = self.series(context)
        side_by_side = self.side_by_side(context, beside, beside_this)
        claims = [item for one in series for item in one.edition.claimed]
        return {
            "affairs": affairs_of(document),
            "editions": rows,
            "held": _held(row.edition for row in rows),
            "series": series,
            "beside": beside,
            "beside_this": beside_this,
            "side_by_side": side_by_side,
            "expects_another": bool(document["arenas"] or document["traits"].get("sphere")),
            **participation(context),
            "said": [
                *claims,
                *(item for one in series for item in one.said),
                *(item for row in rows for item in row.said),
                *beside,
                *beside_this,
            ],
        }

    def editions(self, context: dict[str, Any]) -> list[Row]:
        """Return the editions, if this is a series: the documents of others tell them."""
        said = [item for item in related(context["incoming"], (EDITION_OF,)) if item["holds"]]
        if not said:
            return []
        editions = editions_of(context["document"]["id"], context["others"])
        near = self.gatherings(context, {one.document["id"] for one in editions})
        for one in editions:
            for item in (*one.document["dates"], *one.document["places"]):
                item["short"] = True  # in the table its note tells the rest
        return [
            Row(
                one,
                [item for item in said if item["subject"]["id"] == one.document["id"]],
                related(one.document["relations"], BESIDE, "gathering"),
                related(
                    statements_about(near, "relations", "object", one.document["id"]),
                    BESIDE,
                    "gathering",
                ),
            )
            for one in editions
        ]

    def gatherings(self, context: dict[str, Any], keys: set[str]) -> list[dict]:
        """Return the documents of the other gatherings that mention one of these records.

        Takes their ids. In two queries, however many they are.
        """
        numbers = list(Entry.objects.filter(key__in=keys).values_list("id", flat=True))
        return self.read(context, mentions__overlap=numbers)

    def read(self, context: dict[str, Any], **chosen: Any) -> list[dict]:
        """Return the documents of other gatherings; the notes of the page know their sources."""
        rows = Entry.objects.published().of_kinds("gathering").exclude(id=self.entry.id)
        rows = rows.filter(**chosen).order_by("sort_key", "id").only("id", "document")
        found = read_documents(rows[:DOCUMENTS_LIMIT])
        for one in found:
            context["notes"].add_sources(one["sources"])
        return found

    def series(self, context: dict[str, Any]) -> list[Series]:
        """Return each series of which this is an edition, with the editions before and after."""
        document = context["document"]
        part_of = series_of(document)
        if context["recalled"] or not part_of:
            return []
        keys = dict.fromkeys(item["object"]["id"] for item in part_of)
        near = [document, *self.gatherings(context, set(keys))]
        found = []
        for key in keys:
            editions = editions_of(key, near)
            this = next(one for one in editions if one.document["id"] == document["id"])
            before, after = neighbours(editions, document["id"])
            said = [item for item in part_of if item["object"]["id"] == key]
            found.append(Series(said, this, _held(editions), before, after))
        return found

    def side_by_side(
        self, context: dict[str, Any], beside: list[dict], beside_this: list[dict]
    ) -> list[dict]:
        """Return this gathering and those beside it, as their own documents tell them."""
        keys = [item["object"]["id"] for item in beside if item["holds"]]
        keys += [item["subject"]["id"] for item in beside_this if item["holds"]]
        if context["recalled"] or not keys:
            return []
        others = self.read(context, key__in=set(keys))
        return [
            {"document": one, "affairs": affairs_of(one)} for one in (context["document"], *others)
        ]


def _held(editions: Iterable[Edition]) -> int:
    return sum(edition.affairs == Affairs.HELD for edition in editions)
