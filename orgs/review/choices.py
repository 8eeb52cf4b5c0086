"""How editors choose among records, sources and terms: by their labels, found as one types.

Where no script runs, the same field takes a name, or the last part of an address.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from orgs.access.roles import Right, can
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import ambiguous_name_error
from orgs.search.text import search
from orgs.statements.name import Name
from orgs.statements.statement import Statement

from .reading_log import note_all

LATEST = 2**63 - 1
"""A change number that no change will have: the ledger as it is known now."""

Known = dict[int | None, Any]
"""Records, sources and terms by their number. One sequence numbers all, so none stands for two."""


def reader_of(account: Any) -> Tier:
    """The highest tier of statements that an account reads on the editors' screens."""
    return Tier.REPRESENTATIVES if can(account, Right.SEE_CONFIDENTIAL) else Tier.PUBLIC


def called(column: str, account: Any) -> Func:
    """Return the expression of what headings call the record in a column, for this account."""
    return Func(
        F(column),
        Value(LATEST, output_field=models.BigIntegerField()),
        Value(int(reader_of(account))),
        function="label_of",
        output_field=TextField(),
    )


def labelled(records: QuerySet, account: Any) -> QuerySet:
    """Return those of these records that an account may read, with their `label`."""
    return records.visible_to(account).annotate(label=called("pk", account))  # type: ignore[attr-defined]


def label(thing: models.Model) -> str:
    """Return how a choice, a heading or a difference calls a record, a source or a term."""
    if isinstance(thing, Record):
        return f"{getattr(thing, 'label', thing.slug)} ({thing.get_kind_display()})"
    if isinstance(thing, Term):
        return f"{thing.label} ({thing})"
    return str(thing)


def number_of(text: object) -> int | None:
    """Return the number that a form or a proposal holds, or None for anything else."""
    written = str(text)
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None


def known(numbers: Iterable[object], request: HttpRequest) -> Known:
    """Return the records, sources and terms that have these numbers, in three queries.

    Takes whatever a form or a proposal holds; what is no number of the catalogue is passed over,
    and so is what the account may not read.
    """
    plain = {number_of(number) for number in numbers} - {None}
    if not plain:
        return {}
    account = request.user
    things = {
        **labelled(Record.objects.all(), account).in_bulk(plain),
        **Source.objects.visible_to(account).in_bulk(plain),
        **Term.objects.in_bulk(plain),
    }
    note_all(request, things.values())
    return things


def pointed_at(record: int) -> set[int]:
    """Return the numbers of all that the current statements about a record point at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(ARRAY[object_id, term_id, source_id, speaker_id])"
            " FROM orgs_statement WHERE record_id = %s AND retired IS NULL",
            (record,),
        )
        return {row[0] for row in cursor.fetchall()} - {None}


def matching(records: QuerySet, question: str, account: Any) -> QuerySet:
    """Return the records that a question finds: by name, as readers find them, or by slug.

    What readers cannot find is found by its current names as they are written.
    """
    if not question.strip():
        return records
    listed = search(Entry.objects.published(), question).values("id")
    names = Name.objects.current().visible_to(account)
    unlisted = names.filter(text__icontains=question).exclude(record__level=Level.LISTED)
    return records.filter(
        Q(pk__in=listed) | Q(slug__icontains=question) | Q(pk__in=unlisted.values("record"))
    )


def handle(thing: Any) -> str:
    """Return the short name by which a record, a source or a term is typed."""
    return thing.slug if isinstance(thing, Record) else getattr(thing, "key", str(thing))


def allowed(field: models.ForeignKey, things: QuerySet) -> QuerySet:
    """Return what a column may point at: of the kinds and the scheme that the statement allows."""
    said, name = field.model, field.name
    if issubclass(said, Statement) and name == said.object_name:
        return things.filter(kind__in=said.object_kinds)
    if issubclass(said, Statement) and name == said.term_name and said.term_scheme:
        return things.filter(scheme=said.term_scheme)
    return things


def labelled_by(typed: str, how: str) -> Q:
    """Return the question for terms whose label is so, in English or in the language of the page.

    `how` is the lookup: iexact, icontains.
    """
    here = get_language() or settings.LANGUAGE_CODE
    return Q(**{f"labels__en__{how}": typed}) | Q(**{f"labels__{here}__{how}": typed})


def called_so(things: QuerySet, typed: str, account: Any) -> QuerySet:
    """Return the records, sources or terms that are called exactly so, whatever the case."""
    if things.model is Source:
        return things.filter(Q(key__iexact=typed) | Q(short__iexact=typed))
    if things.model is Term:
        scheme, _colon, code = typed.rpartition(":")
        coded = Q(code__iexact=code, scheme__iexact=scheme) if scheme else Q(code__iexact=typed)
        return things.filter(coded | labelled_by(typed, "iexact"))
    names = Name.objects.current().visible_to(account).filter(text__iexact=typed)
    return things.filter(Q(slug__iexact=typed) | Q(pk__in=names.values("record")))


def called_like(things: QuerySet, typed: str, account: Any) -> QuerySet:
    """Return the records, sources or terms that a question finds."""
    if things.model is Source:
        return things.filter(Q(short__icontains=typed) | Q(title__icontains=typed))
    if things.model is Term:
        return things.filter(Q(code__icontains=typed) | labelled_by(typed, "icontains"))
    return matching(things, typed, account)


class ChosenSelect(AutocompleteSelect):
    """A select that finds its choices as one types, and labels the chosen one without a query."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked once for all rows: a page has hundreds of these.
        self.address = super().get_url()
        self.words = (
            gettext("Another one, by its name or the last part of its address"),
            gettext("another: its name"),
        )

    def get_url(self) -> str:
        """Return where the choices are asked for."""
        return self.address

    def value_from_datadict(self, data, files, name):
        """Return what was chosen; or what was typed, where no script runs."""
        return data.get(f"{name}-typed", "").strip() or super().value_from_datadict(
            data, files, name
        )

    def build_attrs(self, base_attrs, extra_attrs=None):
        """Return the attributes; what stands in an empty choice is also its name for listeners."""
        return {
            **super().build_attrs(base_attrs, extra_attrs),
            "data-placeholder": gettext("none chosen"),
        }

    def optgroups(self, name, value, attr=None):
        """Return the chosen option alone; the others come as one types."""
        # Always there, also where one must be chosen: what stands there before anything is.
        options = [self.create_option(name, "", gettext("none chosen"), False, 0)]
        model, things = self.choices.queryset.model, self.choices.field.known
        chosen = next((str(one) for one in value if one not in (None, "")), "")
        if number_of(chosen) is not None:
            thing = things.get(number_of(chosen))
            text = label(thing) if isinstance(thing, model) else chosen
            options.append(self.create_option(name, chosen, text, True, 1))
        return [(None, options, 0)]

    def render(self, name, value, attrs=None, renderer=None):
        """Return the select, and the field that stands in for it where no script runs."""
        typed = "" if value is None or number_of(value) is not None else value
        return format_html(
            '{}<noscript><input type="text" name="{}-typed" value="{}" aria-label="{}"'
            ' placeholder="{}"></noscript>',
            super().render(name, value, attrs, renderer),
            name,
            typed,
            *self.words,
        )

    @property
    def media(self):
        """Return what a select needs. It is made ready when its row is opened, by our script."""
        ready: Any = super().media
        scripts = [name for name in ready._js if name != "admin/js/autocomplete.js"]
        return forms.Media(js=[*scripts, "js/desk.js"], css=ready._css)


class Choice(forms.ModelChoiceField):
    """A choice of a record, a source or a term: among those `known`, or any other by query."""

    known: Known = {}
    column: models.ForeignKey
    account: Any = None
    queryset: Any

    def __deepcopy__(self, memo):
        """Return a copy for another row. Only questions ask a query, so all share one."""
        copied = forms.Field.__deepcopy__(self, memo)
        copied.widget.choices = copied.choices
        return copied

    def to_python(self, value):
        """Return the chosen thing. Raises ValidationError if there is none, or more than one."""
        number = number_of(value)
        thing = self.known.get(number)
        if isinstance(thing, self.queryset.model):
            return thing
        if number is None and value not in self.empty_values:
            return self.named(str(value))
        return super().to_python(value)

    def named(self, typed: str) -> Any:
        """Return what is called so. Raises ValidationError with what may be meant."""
        if "\x00" in typed:
            raise ValidationError(gettext("Remove the NUL character; no name has it."))
        things = allowed(self.column, self.queryset)
        exact = list(called_so(things, typed, self.account).order_by("pk")[:6])
        if len(exact) == 1:
            return exact[0]
        near = exact or list(called_like(things, typed, self.account).order_by("pk")[:6])
        raise ambiguous_name_error(typed, bool(exact), [handle(one) for one in near])

    def has_changed(self, initial, data):
        """Whether another thing was chosen. Who types the name of the same one changes nothing."""
        if data and number_of(data) is None:
            try:
                data = self.to_python(data).pk
            except ValidationError:
                return True
        return super().has_changed(initial, data)


def choice(field: models.ForeignKey, site, things: Known, account: Any) -> Choice:
    """Return the form field for a foreign key to a record, a source or a term."""
    formfield: Any = field.formfield(form_class=Choice, widget=ChosenSelect(field, site))
    formfield.known, formfield.column, formfield.account = things, field, account
    if formfield.queryset.model is not Term:
        formfield.queryset = formfield.queryset.visible_to(account)
    return formfield


class ChoiceView(AutocompleteJsonView):
    """The choices while one types: of the kinds and the scheme that the statement allows."""

    def get_queryset(self) -> QuerySet:
        """Return what the question finds among what this field may point at."""
        return allowed(self.source_field, super().get_queryset())

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer with a page of choices."""
        answer = super().get(request, *args, **kwargs)
        note_all(request, self.page.object_list)
        return answer

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Remember which page of the choices is shown."""
        context = super().get_context_data(*args, **kwargs)
        self.page = context["page_obj"]
        return context

    def serialize_result(self, obj, to_field_name) -> dict[str, str]:
        """Return a choice as the select shows it."""
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}
