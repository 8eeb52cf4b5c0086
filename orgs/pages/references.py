"""The pages of sources, terms and arenas."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.generic import TemplateView

from orgs.projection.entry import Entry, EntryQuerySet
from orgs.records.kinds import RECORD_KINDS
from orgs.search.facets import facet_counts
from orgs.search.filters import OrganizationFilter, TermFilter
from orgs.search.paging import paginate
from orgs.search.text import normalize_name

from .addresses import EntryView
from .documents import CARD_COLUMNS, items_of, mention, read_documents
from .listing import EntryList
from .source_notes import Notes
from .translated_labels import translated_term


class SourcePage(EntryView):
    """A source, with its statements by record."""

    kinds = ("source",)
    template_name = "orgs/source.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document = json.loads(self.entry.document)
        entries = (
            Entry.objects.published()
            .of_kinds(*RECORD_KINDS)
            .filter(mentions__contains=[self.entry.id])
        )
        problems: dict[str, list[str]] = {}
        try:
            page = paginate(
                entries.only(*CARD_COLUMNS, "document"),
                "name",
                self.request.GET.get("cursor", ""),
                25,
            )
        except ValidationError as error:
            problems = error.message_dict
            page = paginate(entries.only(*CARD_COLUMNS, "document"), "name", "", 25)
        notes = Notes([{"id": self.entry.key, "short": self.entry.label, "url": document["url"]}])
        documents = read_documents(page.rows)
        cited_keys = {cited["cites"] for cited in document["citations"] if cited["cites"]}
        cited_keys |= {cited["source"] for cited in document["cited_by"]}
        return super().get_context_data(
            entry=self.entry,
            document=document,
            works=dict(
                Entry.objects.published()
                .of_kinds("source")
                .filter(key__in=cited_keys)
                .values_list("key", "label")
            ),
            page=page,
            problems=problems,
            notes=notes,
            mentions=[
                (
                    mention(document),
                    [item for item in items_of(document) if item["source"] == self.entry.key],
                )
                for document in documents
            ],
            title=self.entry.label,
            **kwargs,
        )


class TermList(EntryList):
    """The vocabulary: its schemes, or the terms that match a search."""

    template_name = "orgs/terms.html"
    filterset_class = TermFilter
    title = gettext_lazy("Terms")
    lead = gettext_lazy(
        "The vocabulary of this catalogue: each term with its definition and source."
    )
    count_label = ngettext_lazy("%(count)s term", "%(count)s terms", "count")
    offered_filters = ()
    api = "terms"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = facet_counts(self.entries(), ["scheme"])["scheme"]
        about = {
            entry.slug.partition(":")[2]: json.loads(entry.document)
            for entry in self.entries().filter(slug__startswith="scheme:").only("slug", "document")
        }
        schemes = [
            {**scheme, **about.get(scheme["value"], {"label": scheme["value"], "definitions": {}})}
            for scheme in counts
        ]
        schemes.sort(
            key=lambda item: normalize_name(
                translated_term("scheme", item["value"]) or item["label"]
            )
        )
        names = {scheme["value"]: scheme["label"] for scheme in schemes}
        return super().get_context_data(schemes=schemes, names=names, **kwargs)


class SchemePage(TemplateView):
    """The terms of one scheme, each at an anchor of its own, with how often each is used."""

    template_name = "orgs/scheme.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Raises Http404 for a scheme without terms."""
        scheme = kwargs["scheme"]
        entries = Entry.objects.published().of_kinds("term")
        terms = [
            json.loads(entry.document)
            for entry in entries.holding(["scheme"], [scheme]).only("id", "document")
        ]
        if not terms:
            raise Http404
        terms.sort(key=lambda term: (term["position"], term["code"]))
        scheme_itself = entries.filter(slug=f"scheme:{scheme}").only("id", "document").first()
        about = json.loads(scheme_itself.document) if scheme_itself else {}
        keys = {term["source"] for term in [*terms, about] if term.get("source")}
        sources = Entry.objects.published().of_kinds("source").filter(key__in=keys)
        filters = ["calls_itself", "called"] if scheme == "form" else [scheme]
        used: dict[str, int] = {}
        records = Entry.objects.published().of_kinds(*RECORD_KINDS)
        for counts in facet_counts(records, filters).values():
            for item in counts:
                used[item["value"]] = used.get(item["value"], 0) + item["count"]
        return super().get_context_data(
            about=about,
            terms=[{**term, "used": used.get(term["code"], 0)} for term in terms],
            sources=dict(sources.values_list("key", "label")),
            title=about.get("label") or scheme.replace("_", " "),
            names={scheme: about.get("label", "")},
            **kwargs,
        )


class ArenaList(TemplateView):
    """The four arenas, with their definitions and the number of actors in each."""

    template_name = "orgs/arenas.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(arenas=list_arenas(), title=gettext("Arenas"), **kwargs)


def list_arenas() -> list[dict]:
    """The four arenas in the paper's order, each with the number of its actors."""
    published = Entry.objects.published()
    counts = {
        item["value"]: item["count"]
        for item in facet_counts(published.of_kinds(*RECORD_KINDS), ["arena"])["arena"]
    }
    documents = [
        json.loads(entry.document) for entry in published.of_kinds("arena").only("id", "document")
    ]
    documents.sort(key=lambda arena: arena["position"])
    return [{**arena, "count": counts.get(arena["slug"], 0)} for arena in documents]


class ArenaActorFilter(OrganizationFilter):
    kinds = ("organization", "partnership", "gathering")


class ArenaPage(EntryList):
    """One arena: its definition, and the actors that constitute it."""

    template_name = "orgs/arena.html"
    filterset_class = ArenaActorFilter
    count_label = ngettext_lazy("%(count)s actor", "%(count)s actors", "count")
    offered_filters = ("country", "active_in", "origin", "residence", "sector", "source")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raises Http404 for a slug that is not one of the four."""
        arenas = Entry.objects.published().of_kinds("arena")
        self.arena = get_object_or_404(arenas, slug=kwargs["slug"])
        self.title = self.arena.label
        # The arena of spaces has organizations and gatherings: no collection of the API has both.
        self.api = "" if self.arena.slug == "space" else "organizations"
        self.fixed_params = {"arena": self.arena.slug}
        return super().get(request, *args, **kwargs)

    def entries(self) -> EntryQuerySet:
        return super().entries().holding(["arena"], [self.arena.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(arena=json.loads(self.arena.document), **kwargs)
