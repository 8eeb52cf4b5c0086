"""The page of the network of a partnership."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from orgs.pages.addresses import EntryView
from orgs.pages.records import AsOfForm
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry

from .members import any_stated_by_others, count_branches, truncate
from .network import find_network
from .ring import draw_ring

MAX_STANDINGS = 20
"""Members in the table of ties where there are too many for a picture."""


MAX_TREE_MEMBERS = 100
"""Members that the page names, with those of networks within it; a list and the API have all."""

MAX_TREE_MEMBERS_INSIDE = 10
"""Members that the page names of one network within it."""


class NetworkPage(EntryView):
    """The network of a partnership: over time, its members, their ties."""

    kinds = ("partnership",)
    template_name = "campaigns/network.html"
    suffix = "network/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; with status 400 for an invalid date."""
        response = super().get(request, *args, **kwargs)
        context = getattr(response, "context_data", None)
        if context is not None and context["as_of_form"].errors:
            response.status_code = 400
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = AsOfForm(self.request.GET)
        days = form.cleaned_data["as_of"] if form.is_valid() else None
        today = Counter.today()
        day = min(days.upper, today) if days else today
        network = find_network(self.entry.id, day)
        standings = network.measures.standings
        members = (standing.member for standing in standings)
        ring = draw_ring(members, network.measures.pairs or ())
        codes_by_scheme = {
            "form": {
                code
                for period in network.periods
                for code in (*period.calls_itself, *period.called)
            },
            "sector": {code for code, _ in network.sectors},
            "organ": set(network.organs),
            "predicate": {code for code, *_ in network.lineage},
        }
        slugs = [f"{scheme}:{code}" for scheme, codes in codes_by_scheme.items() for code in codes]
        terms = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
        tree = truncate(network.tree, MAX_TREE_MEMBERS, MAX_TREE_MEMBERS_INSIDE)
        return super().get_context_data(
            entry=self.entry,
            tree=tree,
            stated_by_others=any_stated_by_others(tree),
            more=count_branches(network.tree) - count_branches(tree),
            as_of_form=form,
            past=day != today,
            network=network,
            ring=ring,
            standings=standings if ring else standings[:MAX_STANDINGS],
            labels=dict(terms.values_list("slug", "label")),
            document=self.entry.read(),
            title=gettext("Network of %(name)s") % {"name": self.entry.label},
            **kwargs,
        )
