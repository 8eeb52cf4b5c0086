"""The network of a partnership: over time, who belongs to it, what ties its members."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from orgs.pages.addresses import EntryView
from orgs.pages.records import AsOfForm
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry

from .network import first_of, network_of, size_of
from .ring import ring_of

FEW = 20
"""How many members are told where there are too many for a picture."""


MOST_TOLD = 100
"""How many members the page names, those of networks within it too; a list and the API have all."""

TOLD_INSIDE = 10
"""How many of them are members of one network within it."""


class NetworkPage(EntryView):
    """The network of a partnership: over time, who belongs to it, what ties its members."""

    kinds = ("partnership",)
    template_name = "campaigns/network.html"
    suffix = "network/"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the page; a day that none can read is 400."""
        answer = super().get(request, *args, **kwargs)
        context = getattr(answer, "context_data", None)
        if context is not None and context["asked"].errors:
            answer.status_code = 400
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        asked = AsOfForm(self.request.GET)
        days = asked.cleaned_data["as_of"] if asked.is_valid() else None
        today = Counter.today()
        day = min(days.upper, today) if days else today
        network = network_of(self.entry.id, day)
        standings = network.measures.standings
        ring = ring_of((one.member for one in standings), network.measures.pairs or ())
        schemes = {
            "form": {code for one in network.periods for code in (*one.calls_itself, *one.called)},
            "sector": {code for code, _ in network.sectors},
            "organ": set(network.organs),
            "predicate": {code for code, *_ in network.lineage},
        }
        slugs = [f"{scheme}:{code}" for scheme, codes in schemes.items() for code in codes]
        terms = Entry.objects.published().of_kinds("term").filter(slug__in=slugs)
        tree = first_of(network.tree, MOST_TOLD, TOLD_INSIDE)
        return super().get_context_data(
            entry=self.entry,
            tree=tree,
            more=size_of(network.tree) - size_of(tree),
            asked=asked,
            past=day != today,
            network=network,
            ring=ring,
            shown=standings if ring else standings[:FEW],
            words=dict(terms.values_list("slug", "label")),
            document=self.entry.read(),
            title=gettext("Network of %(name)s") % {"name": self.entry.label},
            **kwargs,
        )
