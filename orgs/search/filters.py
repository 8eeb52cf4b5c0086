"""The questions a reader may ask: page, API, CSV and guide share them.

A filter set is a list of questions. Each question names a filter that the projection has written
for every entry; a question by another record takes its slug, id or code.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
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
from orgs.records.source import SourceKind
from orgs.statements.existence import Event
from orgs.statements.statement import Voice

from .text import found

LONGEST = 300
NAMED_AT_MOST = 60
"""How many values are named to a reader who asked for one that there is not."""

Names = list[tuple[str, tuple[str, ...]]]
"""What a value of a question names: slugs or ids, each with the kinds of entry it may be."""


class WordsField(forms.Field):
    """Any number of values of one question, each repeated or separated by commas."""

    widget = forms.SelectMultiple

    def to_python(self, value) -> list[str]:
        """Return the values as typed, without spaces around them."""
        values = [value] if isinstance(value, str) else (value or [])
        return [part.strip() for one in values for part in one.split(",") if part.strip()]

    def validate(self, value: list[str]) -> None:
        """Refuse what no value can be."""
        for one in value:
            if len(one) > LONGEST or "\x00" in one:
                raise ValidationError(
                    gettext("A value is a short text, for example a code or a slug.")
                )
        if len(value) > 50:
            raise ValidationError(gettext("Ask for at most 50 values at once."))


class QuestionField(forms.CharField):
    """Words to look for."""

    def __init__(self, **options) -> None:
        options.setdefault("max_length", LONGEST)
        super().__init__(**options)


class FacetFilter(django_filters.Filter):
    """Entries that hold one of the values of a filter: `arena=ngo`.

    `facet` is the filter's name in the projection, if it differs from the question's. `of` names
    the kinds of record a value stands for; then a value is a slug, an id or a code. Otherwise it
    is one of `codes`, or the code of a term of a `scheme` (which is called like the facet, unless
    said otherwise), or any text where it is `free`.
    """

    field_class = WordsField

    def __init__(
        self,
        *,
        facet: str = "",
        of: tuple[str, ...] = (),
        prefix: str = "",
        codes: Iterable[str] = (),
        scheme: str = "",
        free: bool = False,
        **options,
    ):
        super().__init__(**options)
        self.facet = facet
        self.of = of
        self.prefix = prefix
        self.codes = tuple(codes)
        self.scheme = scheme
        self.free = free

    def names(self, value: str) -> Names:
        """Return what a value names: something with an entry of its own, or nothing."""
        if self.of:
            return [(value, self.of)]
        if self.free or self.codes:
            return []
        if self.facet_name == "arena":
            return [(value, ("arena",))]
        return [(f"{self.scheme or self.facet_name}:{value}", ("term",))]

    def known(self) -> list[str]:
        """Return the codes that can be asked for, in alphabetical order."""
        if self.codes:
            return sorted(self.codes)
        entries = Entry.objects.published()
        if self.facet_name == "arena":
            return sorted(entries.of_kinds("arena").values_list("slug", flat=True))
        scheme = f"{self.scheme or self.facet_name}:"
        terms = entries.of_kinds("term").filter(slug__startswith=scheme)
        found = Facet.objects.filter(filter=self.facet_name)
        return sorted(
            {slug.removeprefix(scheme) for slug in terms.values_list("slug", flat=True)}
            | set(found.values_list("value", flat=True))
        )

    @property
    def facet_name(self) -> str:
        """Return the filter's name in the projection."""
        return self.facet or self.field_name

    def filter(self, queryset, value: list[str]):
        """Return the entries that hold one of these values, on the days asked about."""
        if not value:
            return queryset
        values = [self.prefix + one for one in self.parent.resolved(self, value)]
        days = self.parent.days
        if days is not None and self.facet_name in DATED:
            return queryset.holding_in(days, [self.facet_name], values)
        return queryset.holding([self.facet_name], values)


class EitherFilter(django_filters.Filter):
    """Entries that hold one of the values in any of several filters of the projection.

    `facets` are their names in the projection. Values are those of a question by record.
    """

    field_class = WordsField
    prefix = ""

    def __init__(self, *, facets: tuple[str, ...], of: tuple[str, ...], **options) -> None:
        super().__init__(**options)
        self.facets = facets
        self.of = of

    def names(self, value: str) -> Names:
        """Return what a value names: a record of one of these kinds."""
        return [(value, self.of)]

    def filter(self, queryset, value: list[str]):
        """Return the entries that hold one of these values, on the days asked about."""
        if not value:
            return queryset
        values = self.parent.resolved(self, value)
        days = self.parent.days
        if days is None:
            return queryset.holding(self.facets, values)
        return queryset.holding_in(days, self.facets, values)


class FindingFilter(FacetFilter):
    """Entries with this finding: `observed_form=exchange`.

    It answers for today; an item answers for other days.
    """

    def __init__(self, name: str, **options) -> None:
        kind = FINDING_KINDS[name]
        answers = ", ".join(kind.answers.values)
        super().__init__(
            codes=kind.answers.values, label=f"{kind.about} Answers: {answers}.", **options
        )


class MentionsFilter(django_filters.Filter):
    """Entries in whose document a record is mentioned at all: `mentions=picum`."""

    field_class = WordsField
    of = ()
    prefix = ""

    def names(self, value: str) -> Names:
        """Return what a value names: anything at all that has an entry."""
        return [(value, ())]

    def filter(self, queryset, value: list[str]):
        """Return the entries that mention one of these."""
        if not value:
            return queryset
        return queryset.filter(
            mentions__overlap=[int(i) for i in self.parent.resolved(self, value)]
        )


class TraitFilter(django_filters.Filter):
    """Entries that terms describe: `trait=identity:women`. Of several terms, all must."""

    field_class = WordsField
    of = ()
    prefix = ""

    def names(self, value: str) -> Names:
        """Return what a value names: a term."""
        return [(value, ("term",))]

    def filter(self, queryset, value: list[str]):
        """Return the entries that all of these terms describe."""
        for one in value or ():
            scheme, _, code = one.lower().partition(":")
            facets = ["calls_itself", "called"] if scheme == "form" else [scheme]
            queryset = queryset.holding(facets, [code])
        return queryset


class RelationFilter(django_filters.Filter):
    """Entries in a typed relation, to anything or to one record: `relation=part_of:mx`."""

    field_class = WordsField
    of = ()
    prefix = ""

    def names(self, value: str) -> Names:
        """Return what a value names: the term of the predicate, and the record if it says one."""
        predicate, _, other = value.partition(":")
        return [(f"predicate:{predicate}", ("term",)), *([(other, RECORDS)] if other else [])]

    def known(self) -> list[str]:
        """Return the predicates that can be asked for, in alphabetical order."""
        terms = Entry.objects.published().of_kinds("term").filter(slug__startswith="predicate:")
        return sorted(slug.partition(":")[2] for slug in terms.values_list("slug", flat=True))

    def filter(self, queryset, value: list[str]):
        """Return the entries that stand in one of these relations."""
        if not value:
            return queryset
        wanted = Q()
        for one in value:
            predicate, _, other = one.lower().partition(":")
            if other:
                numbers = self.parent.numbers(other, RECORDS)
                wanted |= Q(value__in=[f"{predicate}:{number}" for number in numbers])
            else:
                wanted |= Q(value__startswith=f"{predicate}:")
        facets = Facet.objects.filter(wanted, filter="related_by").values_list("id", flat=True)
        found = list(facets)
        return queryset.filter(facets__overlap=found) if found else queryset.none()


class YesOrNoField(forms.CharField):
    """Yes or no."""

    def clean(self, value):
        """Return a boolean, or None. Raises ValidationError for what is neither yes nor no."""
        text = (super().clean(value) or "").lower()
        if text not in ("", "yes", "no"):
            raise ValidationError(gettext("Write yes or no."))
        return text == "yes" if text else None


class DocumentSaysFilter(django_filters.Filter):
    """Entries in whose document a field of this name is true, or is not."""

    field_class = YesOrNoField

    def filter(self, queryset, value: bool | None):
        """Return the entries whose document says so."""
        if value is None:
            return queryset
        said = KeyTextTransform(self.field_name, Cast("document", JSONField()))
        return queryset.alias(said=said).filter(said="true" if value else "false")


class SearchFilter(django_filters.Filter):
    """Entries that a question finds by its words."""

    field_class = QuestionField

    def filter(self, queryset, value: str):
        """Return what is found, with its rank."""
        return found(queryset, value, self.parent.forgiving) if value else queryset


class DaysField(QuestionField):
    """A year, month or day, as the days it covers."""

    def clean(self, value):
        """Return a DateRange, or None. Raises ValidationError for what is no date."""
        text = super().clean(value)
        return days_of(text) if text else None


class SinceField(QuestionField):
    """A date, or a full date and time with its zone."""

    def clean(self, value):
        """Return an aware datetime, or None. Raises ValidationError for what is neither."""
        text = super().clean(value)
        return moment_of(text) if text else None


class SinceFilter(django_filters.Filter):
    """Entries that changed at or after a moment."""

    field_class = SinceField


class YearField(QuestionField):
    """A year."""

    def clean(self, value):
        """Return a number, or None. Raises ValidationError for what is no year of ours."""
        text = super().clean(value)
        if text and not (text.isascii() and text.isdigit() and len(text) == 4):
            raise ValidationError(gettext("Write a year, for example 2025."))
        return int(text) if text else None


class ConfirmedSinceFilter(django_filters.Filter):
    """Entries that the body itself, or a network for its member, has confirmed since a year."""

    field_class = YearField

    def filter(self, queryset, value):
        """Return the entries that were confirmed in that year or later."""
        if value is None:
            return queryset
        facets = Facet.objects.filter(filter="confirmed", value__gte=f"{value:04}")
        found = list(facets.values_list("id", flat=True))
        return queryset.filter(facets__overlap=found) if found else queryset.none()


class AsOfFilter(django_filters.Filter):
    """Entries that existed on a day, in a month or in a year; dated filters answer for it too."""

    field_class = DaysField

    def filter(self, queryset, value):
        """Return the entries that existed then."""
        return queryset if value is None else queryset.holding_in(value, ["exists"], [""])


class EntryFilter(django_filters.FilterSet):
    """The questions that every list answers."""

    q = SearchFilter(label="Words to look for, in names first; every word may be shortened.")
    source = FacetFilter(of=("source",), label="Said by this source (its key).")
    voice = FacetFilter(
        codes=Voice.values, label="Something is said in this voice: own, source, quoted, editor."
    )
    mentions = MentionsFilter(label="The document mentions this record or source at all.")
    trait = TraitFilter(
        label="Described by a term: scheme:code, for example identity:women. All must hold."
    )
    updated_since = SinceFilter(
        field_name="updated",
        lookup_expr="gte",
        label="Changed at or after this date, or date and time with zone.",
    )

    kinds: tuple[str, ...] = ()
    """The kinds of entry these questions are about."""
    orders: tuple[str, ...] = ("name", "-name", "updated", "-updated")
    """The orders their lists can be in; what is found by words also by relevance."""
    forgiving = True
    """Whether words that find nothing are taken for typing errors."""

    class Meta:
        model = Entry
        fields = ()

    @property
    def days(self):
        """Return the days asked about, or None for today."""
        return self.form.cleaned_data.get("as_of")

    def resolved(self, question: django_filters.Filter, values: list[str]) -> list[str]:
        """Return the values of a question as the projection writes them.

        Slugs, ids and codes become numbers. Looked up for all questions together, in one query.
        """
        if not question.of and not isinstance(question, MentionsFilter):
            return [value.lower() for value in values]
        numbers = [number for value in values for number in self.numbers(value, question.of)]
        return [str(number) for number in numbers] or ["-1"]

    def numbers(self, name: str, kinds: tuple[str, ...]) -> list[int]:
        """Return the numbers of the entries of these kinds (any, if none) that a name stands for.

        Everything that is named by any question is looked up at once.
        """
        if not hasattr(self, "_numbers"):
            self._numbers = numbers_of(
                {named.lower() for _, _, names in self._asked_about() for named, _ in names}
            )
        found = self._numbers.get(name.lower(), ())
        return [number for kind, number in found if not kinds or kind in kinds]

    def _asked_about(self) -> Iterator[tuple[str, str, Names]]:
        """Give every value of a question that takes several, with what it names."""
        for name, question in self.filters.items():
            if question.field_class is WordsField:
                for value in self.form.cleaned_data.get(name) or ():
                    yield name, value, question.names(value)

    def unknown_values(self) -> dict[str, str]:
        """Return, by question, the sentence about a value that names nothing in the catalogue."""
        problems: dict[str, str] = {}
        for name, value, names in self._asked_about():
            question = self.filters[name]
            codes = getattr(question, "codes", ())
            found = all(self.numbers(*named) for named in names)
            if (value.lower() in codes if codes else found) or name in problems:
                continue
            told = {"value": repr(value if len(value) <= 60 else f"{value[:60]}…")}
            if question.of or not hasattr(question, "known"):
                problems[name] = (
                    gettext(
                        "Nothing in the catalogue is called %(value)s here. Use the slug, the id "
                        "or, for a place, the ISO 3166 code."
                    )
                    % told
                )
                continue
            known = question.known()
            # A scheme may be in use before its own term is written.
            if value.lower() not in known:
                few = known[:NAMED_AT_MOST]
                told["known"] = ", ".join(few) + (", …" if len(few) < len(known) else "")
                problems[name] = (
                    gettext("Nothing is called %(value)s here. Known are: %(known)s.") % told
                )
        return problems

    def filter_queryset(self, queryset):
        """Return the entries that answer every question asked."""
        return self._narrowed(queryset, self.form.cleaned_data)

    def as_typed(self):
        """Return the entries that answer every question, if words are no typing errors.

        Where there are any, they are all; where there are none, ask `qs`, which forgives.
        """
        self.forgiving = False
        try:
            return self.filter_queryset(self.queryset.all())
        finally:
            self.forgiving = True

    def without(self, name: str):
        """Return the entries that answer every other question: as if this one were not asked."""
        asked = {other: value for other, value in self.form.cleaned_data.items() if other != name}
        return self._narrowed(self.queryset.all(), asked)

    def _narrowed(self, queryset, asked: dict[str, Any]):
        for name, value in asked.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset


PLACE = ("place",)
RECORDS = (
    "place",
    "organization",
    "partnership",
    "gathering",
    "campaign",
    "instrument",
    "project",
    "demand",
    "case",
)
UNDERTAKINGS = ("gathering", "campaign", "instrument", "project", "demand", "case")
ACTORS = ("organization", "partnership")


class RecordFilter(EntryFilter):
    """What can be asked of every kind of record."""

    as_of = AsOfFilter(label="As it was in this year, month or day: 2010, 2010-10, 2010-10-08.")
    event = FacetFilter(
        codes=Event.values,
        label="What happened to it: founded, held, planned, cancelled, ended.",
    )
    relation = RelationFilter(
        label="In this typed relation, to anything or to one record: part_of, part_of:mx."
    )
    related = FacetFilter(of=RECORDS, label="In any typed relation to this record.")
    part_of = FacetFilter(facet="related_by", of=RECORDS, prefix="part_of:", label="Part of this.")
    measure = FacetFilter(label="Somebody gives a figure of this measure.")
    identifier = FacetFilter(free=True, label="Has this identifier: scheme:value.")


class OrganizationFilter(RecordFilter):
    """What can be asked of organizations, and of networks and coalitions."""

    kinds: tuple[str, ...] = ACTORS

    arena = FacetFilter(label="Stands in this arena: membership, space, ngo, media.")
    country = FacetFilter(of=PLACE, label="Has its seat there, at any depth.")
    registered = FacetFilter(of=PLACE, label="Is registered there.")
    origin = FacetFilter(of=PLACE, label="The people it organizes come from there.")
    residence = FacetFilter(of=PLACE, label="The people it organizes live there.")
    active_in = FacetFilter(of=PLACE, label="Acts there.")
    present_in = EitherFilter(
        facets=("country", "active_in"), of=PLACE, label="Has its seat there, or acts there."
    )
    has_members_in = FacetFilter(of=PLACE, label="Has members there.")
    organized_base_in = FacetFilter(of=PLACE, label="Has an organized membership base there.")
    identity = FacetFilter(label="Based on this identity.")
    sector = FacetFilter(label="Of this sector.")
    leadership = FacetFilter(label="Led by these: migrant_led, ...")
    orientation = FacetFilter(label="Oriented to home, residence or both.")
    activity = FacetFilter(label="Does this.")
    organ = FacetFilter(label="Has this organ.")
    service_level = FacetFilter(label="Works on this level of service and advocacy.")
    sphere = FacetFilter(label="Of this sphere: civil, market, state, intergovernmental.")
    calls_itself = FacetFilter(
        scheme="form", label="Calls itself so: network, coalition, alliance, ..."
    )
    called = FacetFilter(
        scheme="form", label="Is called so by others: network, coalition, alliance, ..."
    )
    partnership = FacetFilter(of=("partnership",), label="Member of this network or coalition.")
    involved_in = FacetFilter(of=UNDERTAKINGS, label="Takes part in this undertaking.")
    confirmed_since = ConfirmedSinceFilter(
        label="Confirmed by itself, or by a network of its, in this year or later."
    )
    observed_orientation = FindingFilter("observed_orientation")
    transnational_base = FindingFilter("transnational_base")
    arena_overlap = FindingFilter("arena_overlap")


class PartnershipFilter(OrganizationFilter):
    """What can be asked of networks and coalitions."""

    kinds = ("partnership",)

    observed_form = FindingFilter("observed_form")
    host_sending_balance = FindingFilter("host_sending_balance")


class PlaceFilter(RecordFilter):
    """What can be asked of places."""

    kinds = PLACE

    place_type = FacetFilter(label="Country, territory, state, city or region.")
    dimension = FacetFilter(label="Something is found about this dimension of its context.")


class SourceFilter(EntryFilter):
    """What can be asked of sources."""

    kinds = ("source",)

    source_kind = FacetFilter(
        codes=SourceKind.values, label="Of this kind: book, article, newspaper, ..."
    )
    in_bibliography = DocumentSaysFilter(
        label="Whether the paper's list of references has it: yes or no."
    )
    published_by = FacetFilter(of=ACTORS, label="Published by this body.")


class TermFilter(EntryFilter):
    """What can be asked of the vocabulary."""

    kinds = ("term",)
    orders = (*EntryFilter.orders, "position")

    scheme = FacetFilter(label="Of this scheme.")


class ArenaFilter(EntryFilter):
    """What can be asked of the arenas."""

    kinds = ("arena",)
    orders = (*EntryFilter.orders, "position")


class MembershipFilter(EntryFilter):
    """What can be asked of memberships."""

    kinds = ("membership",)

    partnership = FacetFilter(of=("partnership",), label="In this network or coalition.")
    member = FacetFilter(of=ACTORS, label="Of this body.")
    as_of = AsOfFilter(
        label="Those that held in this year, month or day: 2010, 2010-10, 2010-10-08."
    )


class SearchEverythingFilter(EntryFilter):
    """What can be asked of everything at once."""

    kinds = (*RECORDS, "source", "term", "arena")

    as_of = AsOfFilter(label="As it was in this year, month or day: 2010, 2010-10, 2010-10-08.")


def numbers_of(names: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Return what the given slugs, ids and codes stand for: name -> [(kind, number)].

    A place's slug is its ISO 3166 code in lower case, so codes need no table of their own. What
    is not published stands for nothing.
    """
    names = [name for name in names if name]
    rows = Entry.objects.published().filter(slug__in=names).values_list("slug", "kind", "id")
    keys = Entry.objects.published().filter(key__in=names).values_list("key", "kind", "id")
    numbers: dict[str, list[tuple[str, int]]] = {}
    for name, kind, number in rows.union(keys) if names else ():
        numbers.setdefault(name.lower(), []).append((kind, number))
    return numbers


def facets_by_record(questions: type[EntryFilter]) -> set[str]:
    """Return the facets whose values are numbers of entries, of these questions and all below."""
    named = {
        question.facet_name
        for question in questions.base_filters.values()
        if isinstance(question, FacetFilter) and question.of and not question.prefix
    }
    return named.union(*(facets_by_record(below) for below in questions.__subclasses__()))


def facet_counts(entries, names: Iterable[str]) -> dict[str, list[dict]]:
    """Return how many of these entries hold each value of these filters.

    {filter: [{"value", "label", "count"}]}, most frequent first. A value that stands for a record
    is given by its slug; a coded one by its code, with the label of its term.
    """
    names = list(names)
    if not names:
        return {}
    try:
        sql, params = entries.order_by().values("id", "facets").query.sql_with_params()
    except EmptyResultSet:  # a value that no entry holds: Django asks no database about it
        return by_filter(names, ())
    counting, more = counting_sql(f"({sql}) chosen", names)
    with connection.cursor() as cursor:
        cursor.execute(counting, (*params, *more))
        return by_filter(names, cursor.fetchall())


def counting_sql(chosen: str, names: Iterable[str]) -> tuple[str, tuple]:
    """Return the SQL that counts the values of these filters, and its last parameters.

    Takes what to count them in: a table or query with the name and alias `chosen`.
    """
    by_record = sorted(facets_by_record(EntryFilter))
    sql = (
        "SELECT f.filter, coalesce(e.slug, f.value) AS value,"
        " coalesce(e.label, t.labels ->> 'en', a.label, f.value) AS label, counted.entries"
        # Counted by number first: names are looked up once for each value.
        " FROM (SELECT held, count(*) AS entries"
        f"  FROM {chosen}, unnest(chosen.facets) held"
        "  GROUP BY held) counted"
        " JOIN orgs_facet f ON f.id = counted.held AND f.filter = ANY (%s)"
        " LEFT JOIN orgs_entry e ON f.filter = ANY (%s) AND e.state = 'published'"
        "  AND e.id = CASE WHEN f.value ~ '^[0-9]{1,18}$' THEN f.value::bigint END"
        " LEFT JOIN orgs_term t ON t.code = f.value AND t.scheme ="
        "  CASE WHEN f.filter IN ('calls_itself', 'called') THEN 'form' ELSE f.filter END"
        " LEFT JOIN orgs_arena a ON f.filter = 'arena' AND a.code = f.value"
        # A place may be in a region that is hidden: that is not counted, as it is not there.
        " WHERE e.id IS NOT NULL OR NOT f.filter = ANY (%s)"
        " ORDER BY 1, 4 DESC, 3, f.value"
    )
    return sql, (list(names), by_record, by_record)


def by_filter(names: Iterable[str], found: Iterable[tuple]) -> dict[str, list[dict]]:
    """Return what was counted, (filter, value, label, count), by filter."""
    counts: dict[str, list[dict]] = {name: [] for name in names}
    for name, value, label, count in found:
        counts[name].append({"value": value, "label": label, "count": count})
    return counts


def days_of(text: str) -> DateRange:
    """Return the days that a year, month or day covers. Raises ValidationError."""
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


def moment_of(text: str, a_day_will_do: bool = True) -> datetime:
    """Return the moment that a date, or date and time with zone, names. Or ValidationError.

    A date names the midnight with which it begins in UTC, where a day will do.
    """
    problem = ValidationError(
        gettext("Write a date, or a full date and time with its zone: 2010-10-08T12:00:00Z.")
    )
    try:
        day = parse_date(text) if a_day_will_do else None
        moment = parse_datetime(text) if day is None else datetime.combine(day, time.min, UTC)
        if moment is None or timezone.is_naive(moment):
            raise problem
        # The database knows no zone beyond 15:59 hours from UTC; Python does.
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise problem from error
