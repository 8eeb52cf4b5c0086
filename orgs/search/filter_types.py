"""One filter of a list, and the field of its form.

Most filters name a facet that the projection has written for every entry; a filter by another
record takes its slug, id or code.
"""

from collections.abc import Iterable

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import JSONField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext

from orgs.projection.analysis import FINDING_KINDS
from orgs.projection.entry import Entry, Facet
from orgs.projection.install import DATED
from orgs.records.kinds import RECORD_KINDS

from .days import parse_days, parse_moment
from .places import is_in_use
from .text import search

MAX_LENGTH = 300

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


class InUseFilter(django_filters.Filter):
    """Places that are in use, or those that are not."""

    field_class = YesOrNoField

    def filter(self, queryset, value: bool | None):
        if value is None:
            return queryset
        return queryset.filter(is_in_use() if value else ~is_in_use())


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
