"""The API of what organizations do together, and of the networks that they form."""

import json
from typing import Any

from django.db.models import Q
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from campaigns.filters import (
    CampaignFilter,
    CaseFilter,
    DemandFilter,
    GatheringFilter,
    InstrumentFilter,
    ProjectFilter,
)
from campaigns.networks.network import Branch, Network, Shared, network_of
from campaigns.pages.editions import Affairs, Edition, editions_of, series_of
from orgs.api import views as orgs
from orgs.api.http import Answering, mark_of
from orgs.api.openapi import AS_OF, JSON
from orgs.api.views import RecordCollection
from orgs.pages.documents import DOCUMENTS_LIMIT, mention, read_documents
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry

from .csv import CAMPAIGNS, CASES, DEMANDS, GATHERINGS, INSTRUMENTS, PROJECTS
from .serializers import EditionsAnswer, NetworkAnswer


class Partnerships(orgs.Partnerships):
    """Networks and coalitions."""

    def network(self, request: Request, name: str) -> HttpResponseBase:
        """Answer with the network of a partnership, as its page tells it."""
        days, _ = self.clocks()
        entry = self.entry(name, read=False)
        if isinstance(entry, HttpResponseBase):
            return entry
        today = Counter.today()
        network = network_of(entry.id, min(days.upper, today) if days else today)
        text = json.dumps(network_told(entry, network), ensure_ascii=False)
        etag = mark_of(text)
        return self.unchanged(etag) if self.has(etag) else self.answer(text, etag)

    def parameters(self) -> list[OpenApiParameter]:
        """Return the description of every parameter."""
        return [AS_OF, JSON] if self.action == "network" else super().parameters()

    def answer_shape(self) -> Any:
        """Return the description of the network, or of the rest."""
        return NetworkAnswer() if self.action == "network" else super().answer_shape()

    def purpose(self) -> str:
        """Return what the network, or the rest, is for."""
        if self.action == "network":
            return (
                "The network of a partnership: who belongs to it and who says so, what ties its "
                "members, from year to year.\n\nA year means its last day, or today."
            )
        return super().purpose()


def network_told(entry: Entry, network: Network) -> dict[str, Any]:
    """Return the network of an entry as the API tells it; numbers of records become mentions."""

    def mention(number: int) -> dict[str, str]:
        return mention_of(network.named[number])

    def member(branch: Branch) -> dict[str, Any]:
        belongs = branch.belongs
        inside = network.named.get(belongs.partnership, entry)
        return {
            "member": mention(belongs.member),
            "member_of": inside.key,
            "when": [when or None for when in belongs.whens],
            "holds": belongs.holds,
            "confirmed": belongs.confirmed.value,
            "statements": list(belongs.statements),
        }

    def shared(one: Shared) -> dict[str, Any]:
        return {
            "record": mention(one.number),
            "members": [mention(number) for number in one.members],
            "itself": one.itself,
            "statements": list(one.statements),
        }

    measures = network.measures
    return {
        "network": mention_of(entry),
        "day": network.day.isoformat(),
        "members": [member(branch) for branch in every(network.tree)],
        "periods": [
            {
                "first": period.first,
                "last": period.last,
                "calls_itself": list(period.calls_itself),
                "called": list(period.called),
                "observed_form": period.form,
                "members": period.members,
            }
            for period in network.periods
        ],
        "measures": {
            "members": measures.members,
            "ties": measures.ties,
            "density": measures.density,
            "groups": list(measures.groups),
            "standings": [
                {
                    "member": mention(one.member),
                    "ties": one.ties,
                    "betweenness": one.betweenness,
                }
                for one in measures.standings
            ],
            "tied": [
                {"one": network.named[one].key, "other": network.named[other].key}
                for one, other in sorted(measures.pairs)
            ]
            if measures.pairs is not None
            else None,
        },
        "together": [shared(one) for one in network.together],
        "targets": [shared(one) for one in network.targets],
        "sectors": [{"sector": code, "members": count} for code, count in network.sectors],
        "organs": network.organs,
        "lineage": [
            {
                "predicate": code,
                "record": mention(other),
                "incoming": incoming,
                "statement": statement,
            }
            for code, other, incoming, statement in network.lineage
        ],
    }


def mention_of(entry: Entry) -> dict[str, str]:
    """Return how the API mentions a record."""
    return {
        "id": entry.key,
        "kind": entry.kind,
        "slug": entry.slug,
        "label": entry.label,
        "url": entry.get_absolute_url(),
    }


def every(branches: tuple[Branch, ...]) -> list[Branch]:
    """Return all branches of a tree, each before those within it."""
    return [one for branch in branches for one in (branch, *every(branch.members))]


class Campaigns(RecordCollection):
    """Joint action with goals, targets and time horizons."""

    kinds = ("campaign",)
    filterset_class = CampaignFilter
    columns = CAMPAIGNS


class Gatherings(RecordCollection):
    """Gatherings, series of them and their editions: autonomous spaces and official events."""

    kinds = ("gathering",)
    filterset_class = GatheringFilter
    columns = GATHERINGS

    def editions(self, request: Request, name: str) -> HttpResponseBase:
        """Answer with the series of a gathering: which edition each claims to be, and is."""
        entry = self.entry(name)
        if isinstance(entry, HttpResponseBase):
            return entry
        text = json.dumps(editions_told(entry), ensure_ascii=False)
        etag = mark_of(text)
        return self.unchanged(etag) if self.has(etag) else self.answer(text, etag)

    def parameters(self) -> list[OpenApiParameter]:
        """Return the description of every parameter."""
        return [JSON] if self.action == "editions" else super().parameters()

    def answer_shape(self) -> Any:
        """Return the description of the editions, or of the rest."""
        return EditionsAnswer() if self.action == "editions" else super().answer_shape()

    def purpose(self) -> str:
        """Return what the editions, or the rest, are for."""
        if self.action == "editions":
            return (
                "The series that a gathering is or belongs to, with their editions: which one each "
                "is claimed to be, beside which one it is by count of those that were held.\n\nOne "
                "paragraph of the paper calls one gathering the “4th meeting” and “actually the "
                "fifth”: both claims stand, and neither is corrected by the count."
            )
        return super().purpose()


def editions_told(entry: Entry) -> dict[str, Any]:
    """Return the series of a gathering with their editions, as its page counts them."""
    document = entry.read()
    keys = dict.fromkeys([*(item["object"]["id"] for item in series_of(document)), entry.key])
    numbers = list(Entry.objects.filter(key__in=keys).values_list("id", flat=True))
    near = Entry.objects.published().of_kinds("gathering").order_by("sort_key", "id")
    near = near.filter(Q(mentions__overlap=numbers) | Q(id__in=numbers))
    read = read_documents(near.only("id", "document")[:DOCUMENTS_LIMIT])
    named = {one["id"]: mention(one) for one in read}
    series = {key: editions_of(key, read) for key in keys if key in named}
    return {
        "gathering": mention(document),
        "series": [
            {
                "series": named[key],
                "held": sum(one.affairs == Affairs.HELD for one in editions),
                "editions": [edition_told(one, key) for one in editions],
            }
            for key, editions in series.items()
            if editions
        ],
    }


def edition_told(edition: Edition, series: str) -> dict[str, Any]:
    """Return an edition of a series as the API tells it. Takes the id of the series."""
    said = [item for item in series_of(edition.document) if item["object"]["id"] == series]
    return {
        "gathering": mention(edition.document),
        "affairs": edition.affairs.value,
        "claimed": [
            {
                **{name: item[name] for name in ("low", "high", "holds", "voice", "statement")},
                "speaker": (item["speaker"] or {}).get("label") or "",
                "source": item["source"],
                "locator": item["locator"],
            }
            for item in edition.claimed
        ],
        "counted": edition.counted._asdict() if edition.counted else None,
        "statements": [item["statement"] for item in said],
    }


class Instruments(RecordCollection):
    """Conventions, declarations, agreements, laws and their articles."""

    kinds = ("instrument",)
    filterset_class = InstrumentFilter
    columns = INSTRUMENTS


class Projects(RecordCollection):
    """Programmes and projects."""

    kinds = ("project",)
    filterset_class = ProjectFilter
    columns = PROJECTS


class Demands(RecordCollection):
    """Claims, recommendations and rights that are called for."""

    kinds = ("demand",)
    filterset_class = DemandFilter
    columns = DEMANDS


class Cases(RecordCollection):
    """The worked examples of the paper, with the places and actors they concern."""

    kinds = ("case",)
    filterset_class = CaseFilter
    columns = CASES


COLLECTIONS: dict[str, type[Answering]] = {
    "campaigns": Campaigns,
    "gatherings": Gatherings,
    "instruments": Instruments,
    "projects": Projects,
    "demands": Demands,
    "cases": Cases,
}
