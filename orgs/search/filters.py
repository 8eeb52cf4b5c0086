"""The filters of lists: pages, API, CSV and guide share them.

A filter set has one filter per parameter.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
from django.utils.translation import gettext

from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, UNDERTAKING_KINDS
from orgs.records.source import SourceKind
from orgs.statements.existence import Event
from orgs.statements.statement import Voice

from .filter_types import (
    AsOfFilter,
    ConfirmedSinceFilter,
    DocumentFlagFilter,
    EitherFilter,
    FacetFilter,
    FindingFilter,
    InUseFilter,
    MentionsFilter,
    References,
    RelationFilter,
    SearchFilter,
    SinceFilter,
    TraitFilter,
    ValuesField,
)

MAX_KNOWN_CODES = 60
"""How many codes the error about an unknown one lists."""


class EntryFilter(django_filters.FilterSet):
    """The filters that every list has."""

    q = SearchFilter(label="Search text; names count first, and every word may be shortened.")
    source = FacetFilter(kinds=("source",), label="With a statement from this source (its key).")
    voice = FacetFilter(
        codes=Voice.values, label="A statement in this voice: own, source, quoted, editor."
    )
    mentions = MentionsFilter(label="The document mentions this record or source.")
    trait = TraitFilter(
        label="Described by a term: scheme:code, for example identity:women. All must hold."
    )
    updated_since = SinceFilter(
        field_name="updated",
        lookup_expr="gte",
        label="Changed at or after this date, or date and time with zone.",
    )

    kinds: tuple[str, ...] = ()
    """The kinds of entry these filters are for."""
    orders: tuple[str, ...] = ("name", "-name", "updated", "-updated")
    """The orders of their lists; the results of a search also by relevance."""
    fuzzy = True
    """Whether a search without matches falls back to fuzzy matching."""

    class Meta:
        model = Entry
        fields = ()

    @property
    def days(self):
        """The days of `as_of`, or None for today."""
        return self.form.cleaned_data.get("as_of")

    def resolve_values(self, filter: django_filters.Filter, values: list[str]) -> list[str]:
        """Convert the values of a filter to those that the projection writes.

        Slugs, ids and codes of records become ids; the ids for all filters take one query.
        """
        if not filter.kinds and not isinstance(filter, MentionsFilter):
            return [value.lower() for value in values]
        pks = [pk for value in values for pk in self.entry_ids(value, filter.kinds)]
        return [str(pk) for pk in pks] or ["-1"]

    def entry_ids(self, name: str, kinds: tuple[str, ...]) -> list[int]:
        """The ids of the entries of these kinds (any, if none) that a slug, id or code stands for.

        The references of all filters are looked up at once.
        """
        if not hasattr(self, "_entry_ids"):
            self._entry_ids = entry_ids_by_name(
                {slug.lower() for _, _, references in self._references() for slug, _ in references}
            )
        matches = self._entry_ids.get(name.lower(), ())
        return [pk for kind, pk in matches if not kinds or kind in kinds]

    def _references(self) -> Iterator[tuple[str, str, References]]:
        """Yield filter, value and references for every value of the filters that take several."""
        for name, filter in self.filters.items():
            if filter.field_class is ValuesField:
                for value in self.form.cleaned_data.get(name) or ():
                    yield name, value, filter.references(value)

    def unknown_values(self) -> dict[str, str]:
        """The error about the first value of each filter that the catalogue does not know."""
        problems: dict[str, str] = {}
        for name, value, references in self._references():
            filter = self.filters[name]
            codes = getattr(filter, "codes", ())
            exists = all(self.entry_ids(*reference) for reference in references)
            if (value.lower() in codes if codes else exists) or name in problems:
                continue
            params = {"value": repr(value if len(value) <= 60 else f"{value[:60]}…")}
            if filter.kinds or not hasattr(filter, "known_codes"):
                problems[name] = (
                    gettext(
                        "Unknown value: %(value)s. Use the slug, the id or, for a place, the ISO "
                        "3166 code."
                    )
                    % params
                )
                continue
            known = filter.known_codes()
            # A scheme may be in use before its own term is written.
            if value.lower() not in known:
                listed = known[:MAX_KNOWN_CODES]
                params["known"] = ", ".join(listed) + (", …" if len(listed) < len(known) else "")
                problems[name] = (
                    gettext("Unknown value: %(value)s. Known values: %(known)s.") % params
                )
        return problems

    def filter_queryset(self, queryset):
        """Apply every filter that has a value."""
        return self._apply(queryset, self.form.cleaned_data)

    def exact_matches(self):
        """The filtered entries without fuzzy matches.

        If there are none, `qs` may still have fuzzy ones.
        """
        self.fuzzy = False
        try:
            return self.filter_queryset(self.queryset.all())
        finally:
            self.fuzzy = True

    def without(self, name: str):
        """The entries that all filters but this one leave."""
        others = {other: value for other, value in self.form.cleaned_data.items() if other != name}
        return self._apply(self.queryset.all(), others)

    def _apply(self, queryset, values: dict[str, Any]):
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset


PLACE = ("place",)


class RecordFilter(EntryFilter):
    """Filters for every kind of record."""

    as_of = AsOfFilter(label="As it was in this year, month or day: 2010, 2010-10, 2010-10-08.")
    event = FacetFilter(
        codes=Event.values,
        label="An event: founded, held, planned, cancelled, ended.",
    )
    relation = RelationFilter(
        label="In this typed relation, to anything or to one record: part_of, part_of:mx."
    )
    related = FacetFilter(kinds=RECORD_KINDS, label="In any typed relation to this record.")
    part_of = FacetFilter(
        facet="related_by", kinds=RECORD_KINDS, prefix="part_of:", label="Part of this."
    )
    measure = FacetFilter(label="With a figure of this measure.")
    identifier = FacetFilter(free=True, label="Has this identifier: scheme:value.")


class OrganizationFilter(RecordFilter):
    """Filters for organizations, and of networks and coalitions."""

    kinds: tuple[str, ...] = ACTOR_KINDS

    arena = FacetFilter(label="In this arena: membership, space, ngo, media.")
    country = FacetFilter(kinds=PLACE, label="Has its seat there, at any depth.")
    registered = FacetFilter(kinds=PLACE, label="Is registered there.")
    origin = FacetFilter(kinds=PLACE, label="The people it organizes come from there.")
    residence = FacetFilter(kinds=PLACE, label="The people it organizes live there.")
    active_in = FacetFilter(kinds=PLACE, label="Acts there.")
    present_in = EitherFilter(
        facets=("country", "active_in"), kinds=PLACE, label="Has its seat there, or acts there."
    )
    has_members_in = FacetFilter(kinds=PLACE, label="Has members there.")
    organized_base_in = FacetFilter(kinds=PLACE, label="Has an organized membership base there.")
    identity = FacetFilter(label="Based on this identity.")
    sector = FacetFilter(label="Of this sector.")
    leadership = FacetFilter(label="Led by these: migrant_led, ...")
    orientation = FacetFilter(label="Oriented to home, residence or both.")
    activity = FacetFilter(label="Does this.")
    organ = FacetFilter(label="Has this organ.")
    service_level = FacetFilter(label="Works on this level of service and advocacy.")
    sphere = FacetFilter(label="Of this sphere: civil, market, state, intergovernmental.")
    calls_itself = FacetFilter(
        scheme="form", label="Calls itself this: network, coalition, alliance, ..."
    )
    called = FacetFilter(
        scheme="form", label="Others call it this: network, coalition, alliance, ..."
    )
    partnership = FacetFilter(kinds=("partnership",), label="Member of this network or coalition.")
    involved_in = FacetFilter(kinds=UNDERTAKING_KINDS, label="Takes part in this undertaking.")
    confirmed_since = ConfirmedSinceFilter(
        label="Confirmed by itself, or by one of its networks, in this year or later."
    )
    observed_orientation = FindingFilter("observed_orientation")
    transnational_base = FindingFilter("transnational_base")
    arena_overlap = FindingFilter("arena_overlap")


class PartnershipFilter(OrganizationFilter):
    """Filters for networks and coalitions."""

    kinds = ("partnership",)

    observed_form = FindingFilter("observed_form")
    host_sending_balance = FindingFilter("host_sending_balance")


class PlaceFilter(RecordFilter):
    kinds = PLACE

    place_type = FacetFilter(label="Country, territory, state, city or region.")
    dimension = FacetFilter(label="An assessment in this dimension of its context.")
    in_use = InUseFilter(
        label="Whether the catalogue mentions it or says more of it than its names and code: yes "
        "or no. The page lists those in use, unless it searches."
    )


class SourceFilter(EntryFilter):
    kinds = ("source",)

    source_kind = FacetFilter(
        codes=SourceKind.values, label="Of this kind: book, article, newspaper, ..."
    )
    in_bibliography = DocumentFlagFilter(
        label="Whether the paper's list of references has it: yes or no."
    )
    published_by = FacetFilter(kinds=ACTOR_KINDS, label="Published by this actor.")


class TermFilter(EntryFilter):
    kinds = ("term",)
    orders = (*EntryFilter.orders, "position")

    scheme = FacetFilter(label="Of this scheme.")


class ArenaFilter(EntryFilter):
    kinds = ("arena",)
    orders = (*EntryFilter.orders, "position")


class MembershipFilter(EntryFilter):
    kinds = ("membership",)

    partnership = FacetFilter(kinds=("partnership",), label="In this network or coalition.")
    member = FacetFilter(kinds=ACTOR_KINDS, label="Of this actor.")
    as_of = AsOfFilter(label="Those valid in this year, month or day: 2010, 2010-10, 2010-10-08.")


class SearchEverythingFilter(EntryFilter):
    """Filters for all kinds of entry at once."""

    kinds = (*RECORD_KINDS, "source", "term", "arena")

    as_of = AsOfFilter(label="As it was in this year, month or day: 2010, 2010-10, 2010-10-08.")


def entry_ids_by_name(names: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Look up slugs, ids and codes of published entries: name -> [(kind, id)].

    A place's slug is its ISO 3166 code in lower case, so codes need no table of their own.
    """
    names = [name for name in names if name]
    slugs = Entry.objects.published().filter(slug__in=names).values_list("slug", "kind", "id")
    keys = Entry.objects.published().filter(key__in=names).values_list("key", "kind", "id")
    pks: dict[str, list[tuple[str, int]]] = {}
    for name, kind, pk in slugs.union(keys) if names else ():
        pks.setdefault(name.lower(), []).append((kind, pk))
    return pks
