"""Validation of statements, shared by pages, admin, import and API.

The rules are the constraints of the tables. They are checked in bulk before anything is written, so
that a form can show all errors at once, next to the fields.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from orgs.records.characters import invisible_error
from orgs.records.term import Term
from orgs.sql import fetch_rows

from .refusal_messages import SENTENCES, rule_sentences
from .statement import Statement, statement_kinds

Errors = dict[int, list[tuple[str, str]]]
"""By position of the row: the name of the field and a sentence for people."""

RULE_FIELDS = {
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
"""The field of a rule whose name does not end in the name of the field."""


def find_errors(
    kind: str,
    rows: list[dict],
    new_kinds: dict[int, str] | None = None,
    unchanged: Collection[str] = (),
    omitted: Mapping[int, Collection[str]] | None = None,
) -> Errors:
    """Find the errors in proposed statements of one kind.

    `rows` have column names and plain values, as in a proposal. `new_kinds` are the kinds of
    records proposed with them, by reserved id; `unchanged` are fields with the value of an earlier
    statement. `omitted` are fields, by position, that are None and are not checked: so all problems
    of a row can be found although some are known. Rules about two statements (overlapping periods,
    an identifier used twice) are checked when the proposal is accepted.
    """
    model = statement_kinds()[kind]
    errors: Errors = defaultdict(list)
    # Statements of an import repeat most values: each value is checked once.
    valid: set[tuple[str | None, str]] = set()
    for position, row in enumerate(rows):
        skipped = omitted.get(position, ()) if omitted else ()
        for field in model.operation_fields():
            if field.name in skipped:
                continue
            value = row.get(field.column)
            if isinstance(value, str) and (field.column, value) in valid:
                continue
            if isinstance(value, str) and (problem := unstorable_text(value)):
                errors[position].append((field.name, problem))
                row[field.column] = ""
            elif (
                isinstance(value, str)
                and field.name not in unchanged
                and (problem := invisible_error(value, isinstance(field, models.TextField)))
            ):
                errors[position].append((field.name, problem))
            elif field.is_relation:
                if value is None and not field.null:
                    sentence = gettext("Give the %(field)s.") % {"field": field.verbose_name}
                    errors[position].append((field.name, sentence))
            else:
                try:
                    field.clean(value, None)
                except ValidationError as error:
                    errors[position].append((field.name, " ".join(error.messages)))
                    continue
                if isinstance(value, str):
                    valid.add((field.column, value))
    _check_constraints(model, rows, errors)
    _check_kinds(model, rows, errors, new_kinds or {})
    return dict(errors)


def unstorable_text(value: str) -> str:
    """Why PostgreSQL cannot store this text, as a sentence for people; "" if it can."""
    if "\x00" in value:
        return "Remove the NUL character; no text has it."
    try:
        value.encode()
    except UnicodeEncodeError:
        return "Remove the half character (a lone surrogate); no text has it."
    return ""


def _check_constraints(model: type[Statement], rows: list[dict], errors: Errors) -> None:
    """Evaluate the table's CHECK constraints for all rows in one query."""
    valid = [position for position in range(len(rows)) if position not in errors]
    sentences = rule_sentences()
    table = model._meta.db_table
    checks = {
        name: check
        for name, check in fetch_rows(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c' ORDER BY conname",
            (table,),
        )
        if name in sentences
    }
    if not valid or not checks:
        return
    broken = ", ".join(
        f"CASE WHEN NOT ({check.replace('%', '%%')}) THEN '{name}' END"
        for name, check in checks.items()
    )
    columns = ", ".join(f'statement."{field.column}"' for field in model.operation_fields())
    for place, names in fetch_rows(
        f"SELECT place, array_remove(ARRAY[{broken}], NULL) FROM ("
        f" SELECT place, {columns}, statement.id, source.observed, NULL::bigint AS retired,"
        "  1::bigint AS added, statement_span(statement.edtf, source.observed) AS span"
        " FROM ROWS FROM (jsonb_array_elements(%s::jsonb)) WITH ORDINALITY given (item, place),"
        f" jsonb_populate_record(NULL::{table}, item) statement"
        " LEFT JOIN orgs_source source ON source.id = statement.source_id) proposed",
        (json.dumps([rows[position] for position in valid]),),
    ):
        for name in names:
            errors[valid[place - 1]].append((_rule_field(model, name), str(sentences[name])))


def _check_kinds(
    model: type[Statement], rows: list[dict], errors: Errors, new_kinds: dict[int, str]
) -> None:
    """Check the kinds of the records and terms that the rows are about or point at."""
    columns = {"record_id": ("record", model.about_kinds, "statement_about_kind")}
    if model.object_name:
        columns[model.column_of(model.object_name)] = (
            model.object_name,
            model.object_kinds,
            "statement_object_kind",
        )
    ids = {row[column] for row in rows for column in columns if row.get(column) is not None}
    kinds = new_kinds | dict(
        fetch_rows("SELECT id, kind FROM orgs_record WHERE id = ANY (%s)", (list(ids),))
    )
    if model.term_scheme:
        term = model.column_of(model.term_name)
        term_ids = [row[term] for row in rows if row.get(term) is not None]
        schemes = dict(Term.objects.filter(pk__in=term_ids).values_list("pk", "scheme"))
        for position, row in enumerate(rows):
            if schemes.get(row.get(term) or 0, model.term_scheme) != model.term_scheme:
                errors[position].append((model.term_name, str(SENTENCES["statement_term_scheme"])))
    for position, row in enumerate(rows):
        for column, (name, allowed, sentence) in columns.items():
            if kinds.get(row.get(column) or 0, allowed[0]) not in allowed:
                errors[position].append((name, str(SENTENCES[sentence])))


def _rule_field(model: type[Statement], rule: str) -> str:
    """The field that a rule is about; "" for the statement as a whole."""
    for ending, field in RULE_FIELDS.items():
        if rule.endswith(ending):
            return field
    names = [field.name for field in model.operation_fields()]
    for name in names:
        if f"_{name}_" in f"{rule}_" or rule.endswith(name):
            return name
    return next((name for name in names if rule.split("_")[1] in name), "")


class StatementForm(forms.ModelForm):
    """A form for one statement, with the errors of the ledger next to its fields."""

    def proposal_row(self) -> dict:
        """The statement as a row of a proposal: column names and plain values."""
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
        """Check the statement as a whole, once its fields are valid."""
        cleaned = super().clean()
        if not self.errors:
            unchanged = () if self.instance._state.adding else {*self.fields} - {*self.changed_data}
            errors = find_errors(
                self._meta.model.code(), [self.proposal_row()], unchanged=unchanged
            )
            for field, sentence in errors.get(0, ()):
                self.add_error(field if field in self.fields else None, sentence)
        return cleaned

    def _post_clean(self) -> None:
        """Do not change the instance: only a changeset writes a statement."""
