"""The views of undertakings and networks."""

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
from campaigns.networks.members import Branch
from campaigns.networks.network import Network, Shared, find_network
from campaigns.pages.editions import Affairs, Edition, editions_of, series_of
from orgs.api import views as orgs
from orgs.api.http import ApiViewSet
from orgs.api.openapi import AS_OF, JSON
from orgs.api.views import RecordCollection
from orgs.pages.documents import DOCUMENTS_LIMIT, mention, read_documents
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import api_path

from .csv import CAMPAIGNS, CASES, DEMANDS, GATHERINGS, INSTRUMENTS, PROJECTS
from .serializers import EditionsAnswer, NetworkAnswer


class Partnerships(orgs.Partnerships):
    """Networks and coalitions."""

    def network(self, request: Request, name: str) -> HttpResponseBase:
        """The network of a partnership, as on its page."""
        days, _ = self.clocks()
        entry = self.find_entry(name, read=False)
        today = Counter.today()
        network = find_network(entry.id, min(days.upper, today) if days else today)
        text = json.dumps(network_json(entry, network), ensure_ascii=False)
        return self.respond_by_hash(text)

    def parameters(self) -> list[OpenApiParameter]:
        return [AS_OF, JSON] if self.action == "network" else super().parameters()

    def response_serializer(self) -> Any:
        return NetworkAnswer() if self.action == "network" else super().response_serializer()

    def purpose(self) -> str:
        if self.action == "network":
            return (
                "The network of a partnership: its members, who states each membership, its "
                "members, from year to year.\n\nA year means its last day, or today."
            )
        return super().purpose()


def network_json(entry: Entry, network: Network) -> dict[str, Any]:
    """The network of an entry, with mentions in place of the primary keys of records."""

    def mention(pk: int) -> dict[str, str]:
        return mention_json(network.entries[pk])

    def member(branch: Branch) -> dict[str, Any]:
        membership = branch.membership
        parent = network.entries.get(membership.partnership, entry)
        return {
            "member": mention(membership.member),
            "member_of": parent.key,
            "when": [when or None for when in membership.dates],
            "holds": membership.current,
            "confirmed": membership.confirmation.value,
            "statements": list(membership.statements),
        }

    def shared(item: Shared) -> dict[str, Any]:
        return {
            "record": mention(item.record),
            "members": [mention(pk) for pk in item.members],
            "itself": item.itself,
            "statements": list(item.statements),
        }

    return {
        "network": mention_json(entry),
        "day": network.day.isoformat(),
        "members": [member(branch) for branch in flatten(network.tree)],
        "periods": [
            {
                "first": period.first,
                "last": period.last,
                "calls_itself": list(period.calls_itself),
                "called": list(period.called),
                "observed_form": period.form,
                "members": period.members,
                "undated": period.undated,
            }
            for period in network.periods
        ],
        "measures": measures_json(network),
        "together": [shared(item) for item in network.together],
        "targets": [shared(item) for item in network.targets],
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


def measures_json(network: Network) -> dict[str, Any]:
    measures, entries = network.measures, network.entries
    return {
        "members": measures.members,
        "ties": measures.ties,
        "density": measures.density,
        "groups": list(measures.groups),
        "standings": [
            {
                "member": mention_json(entries[standing.member]),
                "ties": standing.ties,
                "betweenness": standing.betweenness,
            }
            for standing in measures.standings
        ],
        "tied": [
            {"one": entries[first].key, "other": entries[second].key}
            for first, second in sorted(measures.pairs)
        ]
        if measures.pairs is not None
        else None,
    }


def mention_json(entry: Entry) -> dict[str, str]:
    return {
        "id": entry.key,
        "kind": entry.kind,
        "slug": entry.slug,
        "label": entry.label,
        "url": entry.get_absolute_url(),
        "api_url": api_path(entry.kind, entry.key),
    }


def flatten(branches: tuple[Branch, ...]) -> list[Branch]:
    """All branches of a tree, parents before their members."""
    return [item for branch in branches for item in (branch, *flatten(branch.members))]


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
        """The series of a gathering with their editions, claimed and counted."""
        entry = self.find_entry(name)
        text = json.dumps(series_json(entry), ensure_ascii=False)
        return self.respond_by_hash(text)

    def parameters(self) -> list[OpenApiParameter]:
        return [JSON] if self.action == "editions" else super().parameters()

    def response_serializer(self) -> Any:
        return EditionsAnswer() if self.action == "editions" else super().response_serializer()

    def purpose(self) -> str:
        if self.action == "editions":
            return (
                "The series that a gathering is or belongs to, with their editions: which one each "
                "is claimed to be, beside which one it is by count of those that were held.\n\nOne "
                "paragraph of the paper calls one gathering the “4th meeting” and “actually the "
                "fifth”: both claims stand, and neither is corrected by the count."
            )
        return super().purpose()


def series_json(entry: Entry) -> dict[str, Any]:
    """The series that a gathering is or belongs to, with their editions, as on its page."""
    document = entry.read()
    keys = dict.fromkeys([*(item["object"]["id"] for item in series_of(document)), entry.key])
    pks = list(Entry.objects.filter(key__in=keys).values_list("id", flat=True))
    entries = Entry.objects.published().of_kinds("gathering").order_by("sort_key", "id")
    entries = entries.filter(Q(mentions__overlap=pks) | Q(id__in=pks))
    gatherings = read_documents(entries.only("id", "document")[:DOCUMENTS_LIMIT])
    mentions = {gathering["id"]: mention(gathering) for gathering in gatherings}
    series = {key: editions_of(key, gatherings) for key in keys if key in mentions}
    return {
        "gathering": mention(document),
        "series": [
            {
                "series": mentions[key],
                "held": sum(edition.affairs == Affairs.HELD for edition in editions),
                "editions": [edition_json(edition, key) for edition in editions],
            }
            for key, editions in series.items()
            if editions
        ],
    }


def edition_json(edition: Edition, series: str) -> dict[str, Any]:
    """`series` is the id of the series."""
    statements = [item for item in series_of(edition.document) if item["object"]["id"] == series]
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
        "statements": [item["statement"] for item in statements],
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


COLLECTIONS: dict[str, type[ApiViewSet]] = {
    "campaigns": Campaigns,
    "gatherings": Gatherings,
    "instruments": Instruments,
    "projects": Projects,
    "demands": Demands,
    "cases": Cases,
}
