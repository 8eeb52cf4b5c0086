"""Fields for choosing records, sources and terms by label, with autocomplete.

Without JavaScript, the same field accepts a name or the last part of an address.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from orgs.access.roles import Right, can
from orgs.gazetteer.finding import AMBIGUOUS, describe, suggest_places
from orgs.gazetteer.first_use import existing_record
from orgs.gazetteer.model import GazetteerPlace
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.pages.labels import code_label, safe_url
from orgs.pages.translated_labels import translated_term
from orgs.projection.entry import Entry
from orgs.records.kinds import Kind, path_of
from orgs.records.languages import localized
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import ambiguous_name_error
from orgs.search.text import search
from orgs.sql import fetch_column
from orgs.statements.name import Name
from orgs.statements.statement import Statement

from .reading_log import note_all

LATEST = 2**63 - 1
"""A change number above all others: selects the ledger as known now."""

NEW_PLACE = "gazetteer:"
"""The value of a choice that is a place without a record: this and its code."""

ObjectsById = dict[int | None, Any]
"""Records, sources and terms by primary key. They share one sequence, so keys never clash."""


def reader_tier(account: Any) -> Tier:
    """The highest tier of statements that an account may read on the editors' screens."""
    return Tier.REPRESENTATIVES if can(account, Right.SEE_CONFIDENTIAL) else Tier.PUBLIC


def label_expression(column: str, account: Any) -> Func:
    """An expression for the label, as in headings, of the record in a column."""
    return Func(
        F(column),
        Value(LATEST, output_field=models.BigIntegerField()),
        Value(int(reader_tier(account))),
        function="label_of",
        output_field=TextField(),
    )


def with_labels(records: QuerySet, account: Any) -> QuerySet:
    """Limit records to those that an account may read, and annotate each with its `label`."""
    return records.visible_to(account).annotate(label=label_expression("pk", account))  # type: ignore[attr-defined]


def with_source_labels(sources: QuerySet, account: Any) -> QuerySet:
    """Annotate sources with their `label`: an organization's own source has the name of that."""
    name = Func(
        F("source_kind"),
        F("published_by_id"),
        F("short"),
        Value(int(reader_tier(account))),
        function="source_name",
        output_field=TextField(),
    )
    return sources.annotate(label=name)


class SourceLink(NamedTuple):
    """A source by its label, and its page."""

    label: str
    url: str


SourcesByKey = Mapping[str, SourceLink]
"""The sources of documents."""


def source_link(source: Source) -> SourceLink:
    """The public page of a source, or the editors' page of one that is not public.

    A proposed source has no page yet: the link leads to its first web address, if it has one.
    """
    if source._state.adding:
        url = safe_url(next(iter(source.urls), ""))
    elif source.tier == Tier.PUBLIC:
        url = localized(path_of("source", source.key))
    else:
        url = reverse("admin:orgs_source_change", args=(source.pk,))
    return SourceLink(display_label(source), url)


def load_sources(keys: Iterable[str], account: Any) -> SourcesByKey:
    """The sources with these keys that an account may read."""
    if reader_tier(account) == Tier.PUBLIC:
        # The keys of documents for the public, in which a key may stand for another.
        entries = Entry.objects.published().of_kinds("source").filter(key__in=set(keys))
        return {
            entry.key: SourceLink(entry.label, localized(entry.get_absolute_url()))
            for entry in entries
        }
    sources = with_source_labels(Source.objects.filter(key__in=set(keys)), account)
    return {source.key: source_link(source) for source in sources}


def not_shown() -> str:
    """What stands for a record or a source that the account may not read."""
    return gettext("not shown to you")


def display_label(obj: models.Model) -> str:
    """How a choice, a heading or a comparison names a record, a source or a term."""
    if isinstance(obj, Record):
        return f"{getattr(obj, 'label', obj.slug)} ({obj.get_kind_display()})"
    if isinstance(obj, Term):
        label = translated_term(obj.scheme, obj.code) or obj.label
        return f"{label} ({code_label(obj.scheme, 'scheme')})"
    return str(getattr(obj, "label", obj))


def parse_number(text: object) -> int | None:
    """Parse a primary key or a count from a form or a proposal; None for anything else."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def load_objects(numbers: Iterable[object], request: HttpRequest) -> ObjectsById:
    """Load the records, sources and terms with these primary keys, in three queries.

    Ignores values that are not primary keys and objects that the account may not read. Notes what
    is not public in the reading log.
    """
    pks = {parse_number(number) for number in numbers} - {None}
    if not pks:
        return {}
    account = request.user
    objects = {
        **with_labels(Record.objects.all(), account).in_bulk(pks),
        **with_source_labels(Source.objects.visible_to(account), account).in_bulk(pks),
        **Term.objects.in_bulk(pks),
    }
    note_all(request, objects.values())
    return objects


def referenced_ids(record: int) -> set[int]:
    """The primary keys that the current statements about a record refer to."""
    return set(
        fetch_column(
            "SELECT DISTINCT unnest(ARRAY[object_id, term_id, source_id, speaker_id])"
            " FROM orgs_statement WHERE record_id = %s AND retired IS NULL",
            (record,),
        )
    ) - {None}


def search_records(records: QuerySet, query: str, account: Any) -> QuerySet:
    """Find records by name, as readers do, or by slug.

    Records that readers cannot find are searched by their current names as written.
    """
    if not query.strip():
        return records
    listed = search(Entry.objects.published(), query).values("id")
    names = Name.objects.current().visible_to(account)
    unlisted = names.filter(text__icontains=query).exclude(record__level=Level.LISTED)
    return records.filter(
        Q(pk__in=listed) | Q(slug__icontains=query) | Q(pk__in=unlisted.values("record"))
    )


def lookup_key(obj: Any) -> str:
    """The slug or key by which a record, a source or a term can be typed."""
    return obj.slug if isinstance(obj, Record) else getattr(obj, "key", str(obj))


def allowed_targets(field: models.ForeignKey, objects: QuerySet) -> QuerySet:
    """Limit objects to the kinds and the scheme that the statement's column allows."""
    model, name = field.model, field.name
    if kinds := kinds_of_targets(field):
        return objects.filter(kind__in=kinds)
    if issubclass(model, Statement) and name == model.term_name and model.term_scheme:
        return objects.filter(scheme=model.term_scheme)
    return objects


def kinds_of_targets(field: models.Field) -> tuple[str, ...]:
    """The kinds of record that a statement's column points at; none for another column."""
    model: Any = field.model
    is_object = issubclass(model, Statement) and field.name == model.object_name
    return model.object_kinds if is_object else ()


def label_filter(typed: str, lookup: str) -> Q:
    """Match terms by their label in English or in the language of the page.

    `lookup` is iexact or icontains.
    """
    language = get_language() or settings.LANGUAGE_CODE
    return Q(**{f"labels__en__{lookup}": typed}) | Q(**{f"labels__{language}__{lookup}": typed})


def exact_matches(objects: QuerySet, typed: str, account: Any) -> QuerySet:
    """Objects with exactly this name or key, ignoring case."""
    if objects.model is Source:
        return objects.filter(Q(key__iexact=typed) | Q(short__iexact=typed))
    if objects.model is Term:
        scheme, _colon, code = typed.rpartition(":")
        coded = Q(code__iexact=code, scheme__iexact=scheme) if scheme else Q(code__iexact=typed)
        return objects.filter(coded | label_filter(typed, "iexact"))
    names = Name.objects.current().visible_to(account).filter(text__iexact=typed)
    return objects.filter(Q(slug__iexact=typed) | Q(pk__in=names.values("record")))


def partial_matches(objects: QuerySet, typed: str, account: Any) -> QuerySet:
    """Objects whose name or key contains the typed text."""
    if objects.model is Source:
        return objects.filter(Q(short__icontains=typed) | Q(title__icontains=typed))
    if objects.model is Term:
        return objects.filter(Q(code__icontains=typed) | label_filter(typed, "icontains"))
    return search_records(objects, typed, account)


def new_place(choice: str) -> GazetteerPlace | None:
    """The place of a choice that is one without a record."""
    prefix, code = choice[: len(NEW_PLACE)], choice[len(NEW_PLACE) :]
    is_code = prefix == NEW_PLACE and "\x00" not in code
    return GazetteerPlace.objects.filter(code=code).first() if is_code else None


class ReferenceSelect(AutocompleteSelect):
    """A select with autocomplete, which labels the selected object without a query."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Computed once for all rows: a page has hundreds of these.
        self.url = super().get_url()
        self.texts = (
            gettext("Another one, by its name or the last part of its address"),
            gettext("another: its name"),
        )

    def get_url(self) -> str:
        return self.url

    def value_from_datadict(self, data, files, name):
        """Prefer the text typed into the fallback field without JavaScript."""
        return data.get(f"{name}-typed", "").strip() or super().value_from_datadict(
            data, files, name
        )

    def build_attrs(self, base_attrs, extra_attrs=None):
        """Add the placeholder, which is also the accessible name of an empty select."""
        return {
            **super().build_attrs(base_attrs, extra_attrs),
            "data-placeholder": gettext("none chosen"),
        }

    def optgroups(self, name, value, attr=None):
        """Render only the selected option; autocomplete fetches the others."""
        # Always present, even where a choice is required: shown until one is made.
        options = [self.create_option(name, "", gettext("none chosen"), False, 0)]
        model, objects = self.choices.queryset.model, self.choices.field.preloaded
        chosen = next((str(pk) for pk in value if pk not in (None, "")), "")
        if parse_number(chosen) is not None:
            obj = objects.get(parse_number(chosen))
            text = display_label(obj) if isinstance(obj, model) else chosen
            options.append(self.create_option(name, chosen, text, True, 1))
        elif place := new_place(chosen):
            options.append(self.create_option(name, chosen, describe(place), True, 1))
        return [(None, options, 0)]

    def render(self, name, value, attrs=None, renderer=None):
        """Render the select, and a text field for browsers without JavaScript."""
        is_choice = parse_number(value) is not None or str(value).startswith(NEW_PLACE)
        typed = "" if value is None or is_choice else value
        return format_html(
            '{}<noscript><input type="text" name="{}-typed" value="{}" aria-label="{}"'
            ' placeholder="{}"></noscript>',
            super().render(name, value, attrs, renderer),
            name,
            typed,
            *self.texts,
        )

    @property
    def media(self):
        """Leave out Django's initialization: js/admin.js does it when a row is opened."""
        ready: Any = super().media
        scripts = [name for name in ready._js if name != "admin/js/autocomplete.js"]
        return forms.Media(js=[*scripts, "js/admin.js"], css=ready._css)


class ReferenceField(forms.ModelChoiceField):
    """A choice of a record, a source or a term, from `preloaded` objects or else by a query."""

    preloaded: ObjectsById = {}
    places: ProposedPlaces | None = None
    """Where places without a record are proposed, if the form makes them records."""
    column: models.ForeignKey
    account: Any = None
    queryset: Any

    def __deepcopy__(self, memo):
        """Share the queryset between rows: only a lookup evaluates it."""
        copied = forms.Field.__deepcopy__(self, memo)
        copied.widget.choices = copied.choices
        return copied

    def to_python(self, value):
        """Raise ValidationError if there is no such object, or more than one."""
        number = parse_number(value)
        obj = self.preloaded.get(number)
        if isinstance(obj, self.queryset.model):
            return obj
        if number is None and value not in self.empty_values:
            return self.resolve(str(value))
        return super().to_python(value)

    def resolve(self, typed: str) -> Any:
        """Find the object with this name. Raises ValidationError with suggestions."""
        if "\x00" in typed:
            raise ValidationError(gettext("Remove the NUL character; no name has it."))
        objects = allowed_targets(self.column, self.queryset)
        if (place := new_place(typed)) and Kind.PLACE in kinds_of_targets(self.column):
            return self.propose_place(place.code)
        exact = list(exact_matches(objects, typed, self.account).order_by("pk")[:6])
        if len(exact) == 1:
            return exact[0]
        if not exact and kinds_of_targets(self.column) == (Kind.PLACE,):
            try:
                return self.propose_place(typed)
            except ValidationError as error:
                if error.code == AMBIGUOUS:
                    raise
        candidates = exact or list(partial_matches(objects, typed, self.account).order_by("pk")[:6])
        raise ambiguous_name_error(
            typed, bool(exact), [lookup_key(candidate) for candidate in candidates]
        )

    def propose_place(self, typed: str) -> Record:
        """The record of a place, or the one that it becomes when the form is saved."""
        if self.places is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        pk, slug = self.places.resolve(typed)
        return Record(pk=pk, kind=Kind.PLACE, slug=slug)

    def has_changed(self, initial, data):
        """Typing the name of the selected object is not a change."""
        if data and parse_number(data) is None:
            try:
                data = self.to_python(data).pk
            except ValidationError:
                return True
        return super().has_changed(initial, data)


def reference_field(
    field: models.ForeignKey,
    site,
    objects: ObjectsById,
    account: Any,
    places: ProposedPlaces | None = None,
) -> ReferenceField:
    """The form field for a foreign key to a record, a source or a term."""
    formfield: Any = field.formfield(form_class=ReferenceField, widget=ReferenceSelect(field, site))
    formfield.preloaded, formfield.column, formfield.account = objects, field, account
    formfield.places = places
    if formfield.queryset.model is not Term:
        formfield.queryset = formfield.queryset.visible_to(account)
    return formfield


class ReferenceChoicesView(AutocompleteJsonView):
    """Autocomplete choices, limited to the kinds and the scheme that the statement allows."""

    def get_queryset(self) -> QuerySet:
        objects = allowed_targets(self.source_field, super().get_queryset())
        if objects.model is Source:
            return with_source_labels(objects, self.request.user)
        return objects

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Add places without a record to the first page.

        Notes the choices that are not public in the reading log.
        """
        response = super().get(request, *args, **kwargs)
        note_all(request, self.page.object_list)
        if self.page.has_previous() or Kind.PLACE not in kinds_of_targets(self.source_field):
            return response
        content = json.loads(response.content)
        content["results"] += [
            {"id": f"{NEW_PLACE}{place.code}", "text": describe(place)}
            for place in suggest_places(self.term)
            if existing_record(place) is None
        ]
        return JsonResponse(content)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Keep the page of choices for the reading log."""
        context = super().get_context_data(*args, **kwargs)
        self.page = context["page_obj"]
        return context

    def serialize_result(self, obj, to_field_name) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": display_label(obj)}
