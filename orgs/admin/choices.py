"""How editors choose among records, sources and terms: by their labels, found as one types."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import connection, models
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from orgs.models import Entry, Level, Name, Record, Source, Statement, Term, Tier
from orgs.search import found

LATEST = 2**63 - 1
"""A change number that no change will have: the ledger as it is known now."""

Known = dict[int | None, Any]
"""Records, sources and terms by their number. One sequence numbers all, so none stands for two."""


def called(column: str) -> Func:
    """Return the expression of what headings call the record in a column, as an editor reads it."""
    return Func(
        F(column),
        Value(LATEST, output_field=models.BigIntegerField()),
        Value(int(Tier.CUSTODIANS)),
        function="label_of",
        output_field=TextField(),
    )


def labelled(records: QuerySet) -> QuerySet:
    """Return records with their `label`."""
    return records.annotate(label=called("pk"))


def label(thing: models.Model) -> str:
    """Return how a choice, a heading or a difference calls a record, a source or a term."""
    if isinstance(thing, Record):
        return f"{getattr(thing, 'label', thing.slug)} ({thing.get_kind_display()})"
    if isinstance(thing, Term):
        return f"{thing.labels.get('en', thing.code)} ({thing})"
    return str(thing)


def number_of(text: object) -> int | None:
    """Return the number that a form or a letter holds, or None for anything else."""
    written = str(text)
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None


def known(numbers: Iterable[object]) -> Known:
    """Return the records, sources and terms that have these numbers, in three queries.

    Takes whatever a form or a letter holds; what is no number of the catalogue is passed over.
    """
    plain = {number_of(number) for number in numbers} - {None}
    if not plain:
        return {}
    return {
        **labelled(Record.objects.all()).in_bulk(plain),
        **Source.objects.in_bulk(plain),
        **Term.objects.in_bulk(plain),
    }


def pointed_at(record: int) -> set[int]:
    """Return the numbers of all that the current statements about a record point at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(ARRAY[object_id, term_id, source_id, speaker_id])"
            " FROM orgs_statement WHERE record_id = %s AND retired IS NULL",
            (record,),
        )
        return {row[0] for row in cursor.fetchall()} - {None}


def matching(records: QuerySet, question: str) -> QuerySet:
    """Return the records that a question finds: by name, as readers find them, or by slug.

    What readers cannot find is found by its current names as they are written.
    """
    if not question.strip():
        return records
    listed = found(Entry.objects.published(), question).values("id")
    unlisted = (
        Name.objects.current().filter(text__icontains=question).exclude(record__level=Level.LISTED)
    )
    return records.filter(
        Q(pk__in=listed) | Q(slug__icontains=question) | Q(pk__in=unlisted.values("record"))
    )


class ChosenSelect(AutocompleteSelect):
    """A select that finds its choices as one types, and labels the chosen one without a query."""

    def optgroups(self, name, value, attr=None):
        """Return the chosen option alone; the others come as one types."""
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        model, things = self.choices.queryset.model, self.choices.field.known
        chosen = next((str(one) for one in value if one not in (None, "")), "")
        if chosen:
            thing = things.get(number_of(chosen))
            text = label(thing) if isinstance(thing, model) else chosen
            options.append(self.create_option(name, chosen, text, True, 1))
        return [(None, options, 0)]


class Choice(forms.ModelChoiceField):
    """A choice of a record, a source or a term among those `known`, or any other by query."""

    known: Known = {}
    queryset: Any

    def to_python(self, value):
        """Return the chosen thing. Raises ValidationError if there is none of this number."""
        thing = self.known.get(number_of(value))
        if isinstance(thing, self.queryset.model):
            return thing
        return super().to_python(value)


def choice(field: models.ForeignKey, site, things: Known) -> Choice:
    """Return the form field for a foreign key to a record, a source or a term."""
    formfield: Any = field.formfield(form_class=Choice, widget=ChosenSelect(field, site))
    formfield.known = things
    return formfield


class ChoiceView(AutocompleteJsonView):
    """The choices while one types: of the kinds and the scheme that the statement allows."""

    def get_queryset(self) -> QuerySet:
        """Return what the question finds among what this field may point at."""
        found_things = super().get_queryset()
        said, name = self.source_field.model, self.source_field.name
        if issubclass(said, Statement) and name == said.object_name:
            found_things = found_things.filter(kind__in=said.object_kinds)
        if issubclass(said, Statement) and name == said.term_name and said.term_scheme:
            found_things = found_things.filter(scheme=said.term_scheme)
        return found_things

    def serialize_result(self, obj, to_field_name) -> dict[str, str]:
        """Return a choice as the select shows it."""
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}
