"""The page of a gathering: series and editions, parallel gatherings, participants (Prop 5)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

from orgs.pages.documents import (
    DOCUMENTS_LIMIT,
    merge_repeated,
    read_documents,
    statements_about,
)
from orgs.projection.entry import Entry

from .editions import (
    EDITION_OF,
    PARALLEL_PREDICATES,
    Affairs,
    Edition,
    affairs_of,
    editions_of,
    neighbours,
    series_of,
)
from .undertakings import Topic, UndertakingPage, participation, related


class Series(NamedTuple):
    """A series on the page of one of its editions."""

    statements: list[dict]
    """That the gathering is an edition of the series."""
    edition: Edition
    held_count: int
    """Known editions that were held."""
    previous: Edition | None
    next: Edition | None


class EditionRow(NamedTuple):
    """An edition on the page of its series."""

    edition: Edition
    statements: list[dict]
    """That it is an edition of the series."""
    parallel: list[dict]
    incoming_parallel: list[dict]
    """Relations to parallel gatherings: its own, and those of others to it."""


class GatheringPage(UndertakingPage):
    """A gathering: a series, an edition of one, or a single gathering."""

    kinds = ("gathering",)
    template_name = "campaigns/gathering.html"

    def special_context(self, context: dict[str, Any]) -> dict[str, Any]:
        document = context["document"]
        rows = self.edition_rows(context)
        parallel = related(document["relations"], PARALLEL_PREDICATES, "gathering")
        incoming_parallel = related(context["incoming"], PARALLEL_PREDICATES, "gathering")
        all_series = self.series(context)
        expects_parallel = document["arenas"] or document["traits"].get("sphere")
        beside = Topic(gettext_lazy("Gatherings beside it"), [*parallel, *incoming_parallel])
        claims = [item for series in all_series for item in series.edition.claimed]
        return {
            "affairs": affairs_of(document),
            "editions": rows,
            "editions_are_claimed": any(row.edition.claimed for row in rows),
            "editions_have_parallels": any(row.parallel or row.incoming_parallel for row in rows),
            "held_count": _count_held(row.edition for row in rows),
            "all_series": all_series,
            "parallel": parallel,
            "incoming_parallel": incoming_parallel,
            "comparison": self.comparison(context, parallel, incoming_parallel),
            **participation(context, topics=[beside] if expects_parallel else []),
            "special_statements": [
                *claims,
                *(item for series in all_series for item in series.statements),
                *(item for row in rows for item in row.statements),
                *parallel,
                *incoming_parallel,
            ],
        }

    def edition_rows(self, context: dict[str, Any]) -> list[EditionRow]:
        """The editions of a series, from their documents; [] if this is not a series."""
        statements = [item for item in related(context["incoming"], (EDITION_OF,)) if item["holds"]]
        if not statements:
            return []
        editions = editions_of(context["document"]["id"], context["others"])
        documents = {edition.document["id"]: edition.document for edition in editions}
        mentioning = self.read_mentioning(context, set(documents))
        for document in documents.values():
            for item in (*document["dates"], *document["places"]):
                item["short"] = True  # the note in the table has the rest
            for part in ("dates", "places"):
                document[part] = merge_repeated(document[part])
        return [
            EditionRow(
                edition,
                [item for item in statements if item["subject"]["id"] == key],
                related(edition.document["relations"], PARALLEL_PREDICATES, "gathering"),
                related(
                    statements_about(mentioning, "relations", "object", key),
                    PARALLEL_PREDICATES,
                    "gathering",
                ),
            )
            for key, edition in zip(documents, editions, strict=True)
        ]

    def read_mentioning(self, context: dict[str, Any], keys: set[str]) -> list[dict]:
        """The documents of the other gatherings that mention one of these records. Two queries."""
        pks = list(Entry.objects.filter(key__in=keys).values_list("id", flat=True))
        return self.read_others(context, mentions__overlap=pks)

    def read_others(self, context: dict[str, Any], **conditions: Any) -> list[dict]:
        """The documents of other gatherings. Adds their sources to the notes of the page."""
        entries = Entry.objects.published().of_kinds("gathering").exclude(id=self.entry.id)
        entries = entries.filter(**conditions).order_by("sort_key", "id").only("id", "document")
        documents = read_documents(entries[:DOCUMENTS_LIMIT])
        for document in documents:
            context["notes"].add_sources(document["sources"])
        return documents

    def series(self, context: dict[str, Any]) -> list[Series]:
        """The series of which this is an edition, each with the previous and the next edition."""
        document = context["document"]
        statements = series_of(document)
        if context["recalled"] or not statements:
            return []
        keys = dict.fromkeys(item["object"]["id"] for item in statements)
        documents = [document, *self.read_mentioning(context, set(keys))]
        all_series = []
        for key in keys:
            editions = editions_of(key, documents)
            own_edition = next(
                edition for edition in editions if edition.document["id"] == document["id"]
            )
            all_series.append(
                Series(
                    [item for item in statements if item["object"]["id"] == key],
                    own_edition,
                    _count_held(editions),
                    *neighbours(editions, document["id"]),
                )
            )
        return all_series

    def comparison(
        self, context: dict[str, Any], parallel: list[dict], incoming_parallel: list[dict]
    ) -> list[dict]:
        """This gathering and parallel ones, each from its own document; [] without parallels."""
        keys = [item["object"]["id"] for item in parallel if item["holds"]]
        keys += [item["subject"]["id"] for item in incoming_parallel if item["holds"]]
        if context["recalled"] or not keys:
            return []
        others = self.read_others(context, key__in=set(keys))
        return [
            {"document": document, "affairs": affairs_of(document)}
            for document in (context["document"], *others)
        ]


def _count_held(editions: Iterable[Edition]) -> int:
    return sum(edition.affairs == Affairs.HELD for edition in editions)
