"""What counts as a valid statement: page, admin, import and API share it.

The rules themselves are the constraints of the tables. They are asked for in bulk, before
anything is written, so that a person reads all that is wrong at once and beside the value.
"""

import json
from collections import defaultdict
from collections.abc import Collection

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext

from orgs.records.characters import unseen_in
from orgs.records.term import Term

from .rules import SENTENCES, rules
from .statement import Statement, statement_kinds

Problems = dict[int, list[tuple[str, str]]]
"""For each row at fault (its position): the field and the sentence a person reads."""

FIELDS_OF_RULES = {
    "when_is_edtf": "edtf",
    "planned_is_not_held": "edtf",
    "one_speaker": "speaker_name",
    "words_known": "voice",
    "language_valid": "language",
    "is_web_address": "url",
    "low_not_above_high": "low",
    "has_a_number": "low",
    "not_in_itself": "partnership",
    "not_to_itself": "object",
    "public_only_in_own_voice": "tier",
    "is_public": "tier",
    "name_not_blank": "text",
    "text_not_blank": "body",
    "identifier_not_blank": "value",
}
"""Which field a rule is about, where its name does not end in the field's."""


def judge(
    kind: str,
    rows: list[dict],
    new_kinds: dict[int, str] | None = None,
    kept: Collection[str] = (),
) -> Problems:
    """Return what is wrong with proposed statements of one kind.

    `rows` are as a proposal holds them: column names and plain values. `new_kinds` are the kinds of
    records that are proposed together with them, by their reserved ids; `kept` are fields that stay
    as they were said before. Rules that concern two statements (overlapping periods, an identifier
    taken twice) are judged at acceptance.
    """
    model = statement_kinds()[kind]
    problems: Problems = defaultdict(list)
    # Most statements of an import say the same in most of their fields: each is judged once.
    sound: set[tuple[str | None, str]] = set()
    for position, row in enumerate(rows):
        for field in model.operation_fields():
            value = row.get(field.column)
            if isinstance(value, str) and (field.column, value) in sound:
                continue
            if isinstance(value, str) and (fault := no_text(value)):
                problems[position].append((field.name, fault))
                row[field.column] = ""
            elif (
                isinstance(value, str)
                and field.name not in kept
                and (fault := unseen_in(value, isinstance(field, models.TextField)))
            ):
                problems[position].append((field.name, fault))
            elif field.is_relation:
                if value is None and not field.null:
                    sentence = gettext("Give the %(field)s.") % {"field": field.verbose_name}
                    problems[position].append((field.name, sentence))
            else:
                try:
                    field.clean(value, None)
                except ValidationError as error:
                    problems[position].append((field.name, " ".join(error.messages)))
                    continue
                if isinstance(value, str):
                    sound.add((field.column, value))
    _judge_checks(model, rows, problems)
    _judge_kinds(model, rows, problems, new_kinds or {})
    return dict(problems)


def no_text(value: str) -> str:
    """Return why no database can hold this text, as the sentence a person reads; "" if it can."""
    if "\x00" in value:
        return "Remove the NUL character; no text has it."
    try:
        value.encode()
    except UnicodeEncodeError:
        return "Remove the half character (a lone surrogate); no text has it."
    return ""


def _judge_checks(model: type[Statement], rows: list[dict], problems: Problems) -> None:
    """Ask the database which CHECK constraints each row would break, in one query."""
    sound = [position for position in range(len(rows)) if position not in problems]
    sentences = rules()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c' ORDER BY conname",
            (table,),
        )
        checks = {name: check for name, check in cursor.fetchall() if name in sentences}
        if not sound or not checks:
            return
        broken = ", ".join(
            f"CASE WHEN NOT ({check.replace('%', '%%')}) THEN '{name}' END"
            for name, check in checks.items()
        )
        columns = ", ".join(f'said."{field.column}"' for field in model.operation_fields())
        cursor.execute(
            f"SELECT place, array_remove(ARRAY[{broken}], NULL) FROM ("
            f" SELECT place, {columns}, said.id, source.observed, NULL::bigint AS retired,"
            "  1::bigint AS added, statement_span(said.edtf, source.observed) AS span"
            " FROM ROWS FROM (jsonb_array_elements(%s::jsonb)) WITH ORDINALITY given (one, place),"
            f" jsonb_populate_record(NULL::{table}, one) said"
            " LEFT JOIN orgs_source source ON source.id = said.source_id) proposed",
            (json.dumps([rows[position] for position in sound]),),
        )
        for place, names in cursor.fetchall():
            for name in names:
                problems[sound[place - 1]].append((_field_of(model, name), str(sentences[name])))


def _judge_kinds(
    model: type[Statement], rows: list[dict], problems: Problems, new_kinds: dict[int, str]
) -> None:
    """Say which rows are about, or point at, records of a kind they cannot."""
    columns = {"record_id": ("record", model.about_kinds, "statement_about_kind")}
    if model.object_name:
        columns[model.column_of(model.object_name)] = (
            model.object_name,
            model.object_kinds,
            "statement_object_kind",
        )
    ids = {row[column] for row in rows for column in columns if row.get(column) is not None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, kind FROM orgs_record WHERE id = ANY (%s)", (list(ids),))
        kinds = new_kinds | dict(cursor.fetchall())
    if model.term_scheme:
        term = model.column_of(model.term_name)
        named = [row[term] for row in rows if row.get(term) is not None]
        schemes = dict(Term.objects.filter(pk__in=named).values_list("pk", "scheme"))
        for position, row in enumerate(rows):
            if schemes.get(row.get(term) or 0, model.term_scheme) != model.term_scheme:
                problems[position].append(
                    (model.term_name, str(SENTENCES["statement_term_scheme"]))
                )
    for position, row in enumerate(rows):
        for column, (name, allowed, sentence) in columns.items():
            if kinds.get(row.get(column) or 0, allowed[0]) not in allowed:
                problems[position].append((name, str(SENTENCES[sentence])))


def _field_of(model: type[Statement], rule: str) -> str:
    """Return the field that a rule is about, or "" for the statement as a whole."""
    for ending, field in FIELDS_OF_RULES.items():
        if rule.endswith(ending):
            return field
    names = [field.name for field in model.operation_fields()]
    for name in names:
        if f"_{name}_" in f"{rule}_" or rule.endswith(name):
            return name
    return next((name for name in names if rule.split("_")[1] in name), "")


class StatementForm(forms.ModelForm):
    """A form for one statement. It says what the ledger would say, beside the field."""

    def changeset_row(self) -> dict:
        """Return the statement as a proposal holds it: column names and plain values."""
        row = {}
        for field in self._meta.model.operation_fields():
            value = self.cleaned_data.get(field.name, getattr(self.instance, field.name, None))
            if field.is_relation:
                value = value.pk if value is not None else None
            elif value is not None and not isinstance(value, bool | int | str):
                value = str(value)
            row[field.column] = value
        return row

    def clean(self):
        """Judge the statement as a whole, once its fields are sound."""
        cleaned = super().clean()
        if not self.errors:
            stay = () if self.instance._state.adding else {*self.fields} - {*self.changed_data}
            told = judge(self._meta.model.code(), [self.changeset_row()], kept=stay)
            for field, sentence in told.get(0, ()):
                self.add_error(field if field in self.fields else None, sentence)
        return cleaned

    def _post_clean(self) -> None:
        """Leave the instance alone: nothing but a changeset writes a statement."""
