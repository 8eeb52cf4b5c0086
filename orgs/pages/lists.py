"""The lists of organizations, networks, places and sources."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.search.filters import OrganizationFilter, PartnershipFilter, PlaceFilter, SourceFilter
from orgs.search.places import is_in_use

from .documents import CARD_COLUMNS, with_parts
from .listing import EntryList
from .translated_labels import with_label_order


class OrganizationList(EntryList):
    """Every organization, network and coalition."""

    sheets = True
    filterset_class = OrganizationFilter
    title = _("Organizations")
    lead = _(
        "Who acts: organizations of migrants, their allies and counterparts, and the networks "
        "and coalitions they form."
    )
    count_label = ngettext_lazy("%(count)s organization", "%(count)s organizations", "count")
    offered_filters = (
        "arena",
        "country",
        "active_in",
        "origin",
        "residence",
        "identity",
        "sector",
        "leadership",
        "partnership",
        "sphere",
        "voice",
        "source",
    )
    api = "organizations"


class PartnershipList(EntryList):
    """Every network and coalition, with what it calls itself and what others call it."""

    template_name = "orgs/partnerships.html"
    filterset_class = PartnershipFilter
    title = _("Networks and coalitions")
    lead = _(
        "Network, coalition and movement are points on a continuum of density and "
        "cohesion. This list shows them together, with what each calls itself and what "
        "others call it."
    )
    count_label = ngettext_lazy(
        "%(count)s network or coalition", "%(count)s networks and coalitions", "count"
    )
    offered_filters = (
        "calls_itself",
        "called",
        "observed_form",
        "arena",
        "country",
        "active_in",
        "has_members_in",
        "sector",
        "identity",
        "partnership",
        "source",
    )
    api = "partnerships"
    columns = (*CARD_COLUMNS, "document", "findings")

    def card(self, entry: Entry) -> dict[str, Any]:
        """Add what it calls itself and what others call it."""
        document = with_parts(entry.read())
        return {
            **super().card(entry),
            "calls_itself": document["calls_itself"],
            "called": document["called"],
            "observed_form": document["observed_form"],
            "sources": {source["id"]: source for source in document["sources"]},
        }


class PlaceList(EntryList):
    filterset_class = PlaceFilter
    title = _("Places")
    lead = _(
        "Countries, states, cities and regions: the context for organizing, who is there and "
        "who comes from there."
    )
    count_label = ngettext_lazy("%(count)s place", "%(count)s places", "count")
    offered_filters = ("place_type", "dimension", "source")
    api = "places"

    @property
    def fixed_params(self) -> dict[str, str]:  # type: ignore[override]
        """Places that are not in use are left out, unless a reader looks for one."""
        query = self.request.GET
        is_asked = any(query.get(name, "").strip() for name in ("q", "in_use", "identifier"))
        return {} if is_asked else {"in_use": "yes"}

    def entries(self) -> EntryQuerySet:
        entries = with_label_order(super().entries())
        return entries.filter(is_in_use()) if self.fixed_params else entries


class SourceList(EntryList):
    filterset_class = SourceFilter
    title = _("Sources")
    lead = _("The sources of this catalogue.")
    count_label = ngettext_lazy("%(count)s source", "%(count)s sources", "count")
    offered_filters = ("source_kind", "published_by")
    api = "sources"
