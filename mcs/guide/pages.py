"""The API guide: pages generated from the OpenAPI document, with examples that a test runs."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from mcs import concurrency
from mcs.api import COLLECTIONS
from mcs.embedded import configuration
from orgs.api.http import current_version
from orgs.api.lists import Listing
from orgs.api.openapi import COMMON_EXAMPLES
from orgs.api.views import Organizations
from orgs.projection.entry import Entry

from .example_programs import OUTPUTS, Examples, base_url
from .parameters import ExampleValues, Parameter, build_example
from .reference import get_guide


class GuidePage(TemplateView):
    current = ""
    """The last part of the path of the page, for the navigation."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            guide=get_guide(),
            current=self.current,
            base=base_url(self.request),
            **kwargs,
        )


class Introduction(GuidePage):
    template_name = "developers/introduction.html"
    extra_context = {"title": gettext_lazy("For developers")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slug, _ = first_entry(Organizations.kinds)
        examples = Examples(self.request, slug=slug)
        return super().get_context_data(
            examples={
                "list": examples.with_response("list"),
                "pages": examples.pages_example(),
                "counts": examples.with_response("counts"),
                "then": examples.with_response("then") if slug else examples.make("then"),
                "unchanged": examples.make("unchanged", "304", OUTPUTS["unchanged"](None)),
                "refused": examples.with_response("refused"),
            },
            limits={
                "seconds": configuration.STATEMENT_TIMEOUT * concurrency.RESPONSE_FACTOR // 1000,
                "size": concurrency.MAX_BYTES // 1024**2,
            },
            **kwargs,
        )


class StatementsPage(GuidePage):
    template_name = "developers/statements.html"
    extra_context = {"title": gettext_lazy("Statements and other pieces")}
    current = "statements"


class NetworkPage(GuidePage):
    template_name = "developers/network.html"
    extra_context = {"title": gettext_lazy("The network of a partnership")}
    current = "network"


class CollectionPage(GuidePage):
    """A collection: its endpoints, parameters and schemas, with current responses."""

    template_name = "developers/collection.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Raises Http404 for an unknown collection."""
        name = self.current = self.kwargs["name"]
        if name not in COLLECTIONS:
            raise Http404
        collection = get_guide().collections[name]
        view = COLLECTIONS[name]
        slug, change = first_entry(view.kinds) if issubclass(view, Listing) else ("", 0)
        examples = Examples(self.request, name, slug)
        context: dict[str, Any] = {"title": name, "collection": collection, "slug": slug}
        if issubclass(view, Listing):
            values = ExampleValues(view, change)
            context["endpoints"] = [
                (
                    endpoint,
                    [values.parameter(field, endpoint, slug) for field in endpoint.parameters],
                )
                for endpoint in collection.endpoints
            ]
            context["list"] = examples.with_response("list")
            if any(endpoint.action == "retrieve" for endpoint in collection.endpoints) and slug:
                context["item"] = examples.with_response("item", expanded=("names",))
        else:
            context["endpoints"] = [
                (
                    endpoint,
                    [
                        Parameter(
                            field,
                            *build_example(endpoint, field.name, COMMON_EXAMPLES[field.name], slug),
                        )
                        for field in endpoint.parameters
                    ],
                )
                for endpoint in collection.endpoints
            ]
            context["list"] = examples.with_response("changes")
            count, change = Entry.objects.published().count(), current_version().change
            output = f"{count} items, up to change {change}"
            context["copy"] = examples.make("keep_a_copy", output=output)
        return super().get_context_data(**context, **kwargs)


def first_entry(kinds: tuple[str, ...]) -> tuple[str, int]:
    """The slug and the change of the first entry of these kinds by name; ("", 0) without any."""
    entries = Entry.objects.published().of_kinds(*kinds).order_by("sort_key", "id")
    return entries.values_list("slug", "change").first() or ("", 0)
