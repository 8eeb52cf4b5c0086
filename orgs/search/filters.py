"""The filters of lists: pages, API, CSV and guide share them.

A filter set has one filter per parameter. Most filters name a facet that the projection has written
for every entry; a filter by another record takes its slug, id or code.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import JSONField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext

from orgs.projection.analysis import FINDING_KINDS
from orgs.projection.entry import Entry, Facet
from orgs.projection.install import DATED
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS, UNDERTAKING_KINDS
from orgs.records.source import SourceKind
from orgs.sql import fetch_rows
from orgs.statements.existence import Event
from orgs.statements.statement import Voice

from .text import search

MAX_LENGTH = 300
MAX_KNOWN_CODES = 60
"""How many codes the error about an unknown one lists."""

References = list[tuple[str, tuple[str, ...]]]
"""What a value refers to: slugs or ids, each with the kinds of entry it may be."""


class ValuesField(forms.Field):
    """Any number of values of one filter, each repeated or separated by commas."""

    widget = forms.SelectMultiple

    def to_python(self, value) -> list[str]:
        """Split the values and strip spaces around them."""
        values = [value] if isinstance(value, str) else (value or [])
        return [part.strip() for item in values for part in item.split(",") if part.strip()]

    def validate(self, value: list[str]) -> None:
        """Raise ValidationError for values that are too long, too many or contain NUL."""
        for item in value:
            if len(item) > MAX_LENGTH or "\x00" in item:
                raise ValidationError(
                    gettext("A value is a short text, for example a code or a slug.")
                )
        if len(value) > 50:
            raise ValidationError(gettext("Ask for at most 50 values at once."))


class ShortTextField(forms.CharField):
    """A text of limited length."""

    def __init__(self, **options) -> None:
        options.setdefault("max_length", MAX_LENGTH)
        super().__init__(**options)


class FacetFilter(django_filters.Filter):
    """Entries that hold one of the values of a facet: `arena=ngo`.

    `facet` is the facet's name in the projection, if it differs from the filter's. `kinds` are the
    kinds of record a value stands for; then a value is a slug, an id or a code. Otherwise it is
    one of `codes`, or the code of a term of a `scheme` (by default named like the facet), or any
    text if `free`. The projection writes `prefix` before the values of this filter.
    """

    field_class = ValuesField

    def __init__(
        self,
        *,
        facet: str = "",
        kinds: tuple[str, ...] = (),
        prefix: str = "",
        codes: Iterable[str] = (),
        scheme: str = "",
        free: bool = False,
        **options,
    ):
        super().__init__(**options)
        self.facet = facet
        self.kinds = kinds
        self.prefix = prefix
        self.codes = tuple(codes)
        self.scheme = scheme
        self.free = free

    def references(self, value: str) -> References:
        if self.kinds:
            return [(value, self.kinds)]
        if self.free or self.codes:
            return []
        if self.facet_name == "arena":
            return [(value, ("arena",))]
        return [(f"{self.scheme or self.facet_name}:{value}", ("term",))]

    def known_codes(self) -> list[str]:
        """The codes that this filter accepts, in alphabetical order."""
        if self.codes:
            return sorted(self.codes)
        entries = Entry.objects.published()
        if self.facet_name == "arena":
            return sorted(entries.of_kinds("arena").values_list("slug", flat=True))
        scheme = f"{self.scheme or self.facet_name}:"
        terms = entries.of_kinds("term").filter(slug__startswith=scheme)
        facets = Facet.objects.filter(filter=self.facet_name)
        return sorted(
            {slug.removeprefix(scheme) for slug in terms.values_list("slug", flat=True)}
            | set(facets.values_list("value", flat=True))
        )

    @property
    def facet_name(self) -> str:
        """The facet's name in the projection."""
        return self.facet or self.field_name

    def filter(self, queryset, value: list[str]):
        """Narrow to entries that hold one of these values, on the days of `as_of`."""
        if not value:
            return queryset
        values = [self.prefix + item for item in self.parent.resolve_values(self, value)]
        days = self.parent.days
        if days is not None and self.facet_name in DATED:
            return queryset.holding_in(days, [self.facet_name], values)
        return queryset.holding([self.facet_name], values)


class EitherFilter(django_filters.Filter):
    """Entries that hold one of the values in any of several facets.

    `facets` are their names in the projection. Values stand for records of these `kinds`.
    """

    field_class = ValuesField
    prefix = ""

    def __init__(self, *, facets: tuple[str, ...], kinds: tuple[str, ...], **options) -> None:
        super().__init__(**options)
        self.facets = facets
        self.kinds = kinds

    def references(self, value: str) -> References:
        return [(value, self.kinds)]

    def filter(self, queryset, value: list[str]):
        """Narrow to entries that hold one of these values, on the days of `as_of`."""
        if not value:
            return queryset
        values = self.parent.resolve_values(self, value)
        days = self.parent.days
        if days is None:
            return queryset.holding(self.facets, values)
        return queryset.holding_in(days, self.facets, values)


class FindingFilter(FacetFilter):
    """Entries with this finding: `observed_form=exchange`.

    Findings of a list are those of today; `as_of` applies to the findings of a single entry only.
    """

    def __init__(self, name: str, **options) -> None:
        kind = FINDING_KINDS[name]
        answers = ", ".join(kind.answers.values)
        super().__init__(
            codes=kind.answers.values, label=f"{kind.about} Answers: {answers}.", **options
        )


class MentionsFilter(django_filters.Filter):
    """Entries in whose document a record is mentioned at all: `mentions=picum`."""

    field_class = ValuesField
    kinds = ()
    prefix = ""

    def references(self, value: str) -> References:
        return [(value, ())]

    def filter(self, queryset, value: list[str]):
        """Narrow to entries that mention one of these."""
        if not value:
            return queryset
        return queryset.filter(
            mentions__overlap=[int(pk) for pk in self.parent.resolve_values(self, value)]
        )


class TraitFilter(django_filters.Filter):
    """Entries that terms describe: `trait=identity:women`. Of several terms, all must."""

    field_class = ValuesField
    kinds = ()
    prefix = ""

    def references(self, value: str) -> References:
        return [(value, ("term",))]

    def filter(self, queryset, value: list[str]):
        """Narrow to entries that all of these terms describe."""
        for item in value or ():
            scheme, _, code = item.lower().partition(":")
            facets = ["calls_itself", "called"] if scheme == "form" else [scheme]
            queryset = queryset.holding(facets, [code])
        return queryset


class RelationFilter(django_filters.Filter):
    """Entries in a typed relation, to anything or to one record: `relation=part_of:mx`."""

    field_class = ValuesField
    kinds = ()
    prefix = ""

    def references(self, value: str) -> References:
        predicate, _, other = value.partition(":")
        return [(f"predicate:{predicate}", ("term",)), *([(other, RECORD_KINDS)] if other else [])]

    def known_codes(self) -> list[str]:
        """The predicates, in alphabetical order."""
        terms = Entry.objects.published().of_kinds("term").filter(slug__startswith="predicate:")
        return sorted(slug.partition(":")[2] for slug in terms.values_list("slug", flat=True))

    def filter(self, queryset, value: list[str]):
        """Narrow to entries in one of these relations."""
        if not value:
            return queryset
        condition = Q()
        for item in value:
            predicate, _, other = item.lower().partition(":")
            if other:
                pks = self.parent.entry_ids(other, RECORD_KINDS)
                condition |= Q(value__in=[f"{predicate}:{pk}" for pk in pks])
            else:
                condition |= Q(value__startswith=f"{predicate}:")
        facets = Facet.objects.filter(condition, filter="related_by")
        ids = list(facets.values_list("id", flat=True))
        return queryset.filter(facets__overlap=ids) if ids else queryset.none()


class YesOrNoField(forms.CharField):
    def clean(self, value):
        """Convert to a boolean, or None if empty. Raises ValidationError for other texts."""
        text = (super().clean(value) or "").lower()
        if text not in ("", "yes", "no"):
            raise ValidationError(gettext("Write yes or no."))
        return text == "yes" if text else None


class DocumentFlagFilter(django_filters.Filter):
    """Entries whose document has true, or false, in the field of this name."""

    field_class = YesOrNoField

    def filter(self, queryset, value: bool | None):
        """Narrow by the flag."""
        if value is None:
            return queryset
        flag = KeyTextTransform(self.field_name, Cast("document", JSONField()))
        return queryset.alias(flag=flag).filter(flag="true" if value else "false")


class SearchFilter(django_filters.Filter):
    """Full-text search."""

    field_class = ShortTextField

    def filter(self, queryset, value: str):
        """Narrow to matches, each with its `rank`."""
        return search(queryset, value, self.parent.fuzzy) if value else queryset


class DaysField(ShortTextField):
    """A year, month or day, as the days it covers."""

    def clean(self, value):
        """Convert to a DateRange, or None if empty. Raises ValidationError for other texts."""
        text = super().clean(value)
        return parse_days(text) if text else None


class SinceField(ShortTextField):
    """A date, or a full date and time with its zone."""

    def clean(self, value):
        """Convert to an aware datetime, or None if empty. Raises ValidationError."""
        text = super().clean(value)
        return parse_moment(text) if text else None


class SinceFilter(django_filters.Filter):
    """Entries that changed at or after a moment."""

    field_class = SinceField


class YearField(ShortTextField):
    def clean(self, value):
        """Convert to a number, or None if empty. Raises ValidationError unless it has 4 digits."""
        text = super().clean(value)
        if text and not (text.isascii() and text.isdigit() and len(text) == 4):
            raise ValidationError(gettext("Write a year, for example 2025."))
        return int(text) if text else None


class ConfirmedSinceFilter(django_filters.Filter):
    """Entries that the actor itself, or a network for its member, has confirmed since a year."""

    field_class = YearField

    def filter(self, queryset, value):
        """Narrow to entries that were confirmed in that year or later."""
        if value is None:
            return queryset
        facets = Facet.objects.filter(filter="confirmed", value__gte=f"{value:04}")
        ids = list(facets.values_list("id", flat=True))
        return queryset.filter(facets__overlap=ids) if ids else queryset.none()


class AsOfFilter(django_filters.Filter):
    """Entries that existed on a day, in a month or in a year; dated filters use these days too."""

    field_class = DaysField

    def filter(self, queryset, value):
        """Narrow to entries that existed then."""
        return queryset if value is None else queryset.holding_in(value, ["exists"], [""])


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


def record_facets(filterset: type[EntryFilter]) -> set[str]:
    """The facets of this filter set and its subclasses whose values are ids of entries."""
    names = {
        filter.facet_name
        for filter in filterset.base_filters.values()
        if isinstance(filter, FacetFilter) and filter.kinds and not filter.prefix
    }
    return names.union(*(record_facets(subclass) for subclass in filterset.__subclasses__()))


def facet_counts(entries, names: Iterable[str]) -> dict[str, list[dict]]:
    """Count how many of these entries hold each value of these facets.

    {facet: [{"value", "label", "count"}]}, most frequent first. A value that stands for a record
    is given by its slug; a coded one by its code, with the label of its term.
    """
    names = list(names)
    if not names:
        return {}
    try:
        sql, params = entries.order_by().values("id", "facets").query.sql_with_params()
    except EmptyResultSet:  # Django sends no query if no entry holds the value of a filter
        return group_counts(names, ())
    counting, counting_params = counting_sql(f"({sql}) chosen", names)
    return group_counts(names, fetch_rows(counting, (*params, *counting_params)))


def counting_sql(chosen: str, names: Iterable[str]) -> tuple[str, tuple]:
    """Build the SQL that counts the values of these facets, and its last parameters.

    `chosen` is what to count them in: a table or query with the name and alias `chosen`.
    """
    by_record = sorted(record_facets(EntryFilter))
    sql = (
        "SELECT f.filter, coalesce(e.slug, f.value) AS value,"
        " coalesce(e.label, t.labels ->> 'en', a.label, f.value) AS label, counted.entries"
        # Counted by id first: labels are looked up once for each value.
        " FROM (SELECT facet, count(*) AS entries"
        f"  FROM {chosen}, unnest(chosen.facets) facet"
        "  GROUP BY facet) counted"
        " JOIN orgs_facet f ON f.id = counted.facet AND f.filter = ANY (%s)"
        " LEFT JOIN orgs_entry e ON f.filter = ANY (%s) AND e.state = 'published'"
        "  AND e.id = CASE WHEN f.value ~ '^[0-9]{1,18}$' THEN f.value::bigint END"
        " LEFT JOIN orgs_term t ON t.code = f.value AND t.scheme ="
        "  CASE WHEN f.filter IN ('calls_itself', 'called') THEN 'form' ELSE f.filter END"
        " LEFT JOIN orgs_arena a ON f.filter = 'arena' AND a.code = f.value"
        # A place may be in a hidden region: the region is not counted.
        " WHERE e.id IS NOT NULL OR NOT f.filter = ANY (%s)"
        " ORDER BY 1, 4 DESC, 3, f.value"
    )
    return sql, (list(names), by_record, by_record)


def group_counts(names: Iterable[str], rows: Iterable[tuple]) -> dict[str, list[dict]]:
    """Group rows of (facet, value, label, count) by facet."""
    counts: dict[str, list[dict]] = {name: [] for name in names}
    for name, value, label, count in rows:
        counts[name].append({"value": value, "label": label, "count": count})
    return counts


def parse_days(text: str) -> DateRange:
    """Parse the days that a year, month or day covers. Raises ValidationError."""
    problem = ValidationError(gettext("Write a year, month or day: 2010, 2010-10 or 2010-10-08."))
    parts = text.split("-")
    shapes = [4, 2, 2]
    if len(parts) > 3 or any(
        len(part) != size or not (part.isascii() and part.isdigit())
        for part, size in zip(parts, shapes, strict=False)
    ):
        raise problem
    numbers = [int(part) for part in parts]
    try:
        first = date(*[*numbers, 1, 1][:3])
        if len(numbers) == 1:
            last = date(first.year, 12, 31)
        elif len(numbers) == 2:
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            last = date.fromordinal(following.toordinal() - 1)
        else:
            last = first
    except ValueError as error:
        raise problem from error
    return DateRange(first, last, "[]")


def parse_moment(text: str, allow_date: bool = True) -> datetime:
    """Parse a date and time with zone. Raises ValidationError.

    A date without time, if allowed, is the midnight in UTC with which it begins.
    """
    problem = ValidationError(
        gettext("Write a date, or a full date and time with its zone: 2010-10-08T12:00:00Z.")
    )
    try:
        day = parse_date(text) if allow_date else None
        moment = parse_datetime(text) if day is None else datetime.combine(day, time.min, UTC)
        if moment is None or timezone.is_naive(moment):
            raise problem
        # The database knows no zone beyond 15:59 hours from UTC; Python does.
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise problem from error
