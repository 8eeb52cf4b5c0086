"""Compares the statements of an import with those of the catalogue."""

from collections import defaultdict
from decimal import Decimal
from functools import cache

from django.db import models

from orgs.statements.statement import Statement, statement_kinds
from orgs.statements.validation import Errors, find_errors

from .plan import CHUNK, ImportPlan, Outcome, PlannedStatement, Retirement


def validated(plan: ImportPlan, kind: str) -> list[PlannedStatement]:
    """The planned statements of a kind that are valid; the rows of the others are refused."""
    new_kinds = {record.id: record.kind for record in plan.records.values()} | plan.places.kinds
    valid = []
    statements = plan.planned[kind]
    for start in range(0, len(statements), 4 * CHUNK):
        batch = statements[start : start + 4 * CHUNK]
        rows = [statement.values for statement in batch]
        omitted = {place: item.invalid for place, item in enumerate(batch) if item.invalid}
        problems = find_errors(kind, rows, new_kinds, omitted=omitted)
        for position, statement in enumerate(batch):
            if position not in problems and not statement.invalid:
                valid.append(statement)
        _refuse(plan, batch, problems, omitted)
        # An error in one cell keeps the rules about the others from being checked.
        for position, errors in problems.items():
            item = batch[position]
            item.invalid |= {name for name, _ in errors}
            item.values |= {
                field.attname: None
                for field in statement_kinds()[kind].operation_fields()
                if field.name in item.invalid
            }
        wrong = [batch[position] for position in problems]
        rows = [statement.values for statement in wrong]
        omitted = {place: item.invalid for place, item in enumerate(wrong)}
        _refuse(plan, wrong, find_errors(kind, rows, new_kinds, omitted=omitted), omitted)
    return valid


def _refuse(
    plan: ImportPlan,
    statements: list[PlannedStatement],
    problems: Errors,
    omitted: dict[int, frozenset[str]],
) -> None:
    """Refuse the rows with these problems, except those of `omitted` fields."""
    for position, errors in problems.items():
        statement = statements[position]
        for name, sentence in errors:
            if name in omitted.get(position, ()):
                continue
            column, value = statement.origins.get(name, (name, ""))
            plan.refuse(statement.table, statement.row, column, value, sentence)


def compare(
    plan: ImportPlan, kind: str, statements: list[PlannedStatement], replaced_label: str = ""
) -> None:
    """Match planned statements with the current ones, and leave out what repeats a row above.

    What an earlier import with `replaced_label` stated is replaced by a new statement of the same
    subject, or retired.
    """
    model = statement_kinds()[kind]
    columns = [field.attname for field in model.operation_fields()]
    rows = _comparable_statements(plan, model, statements, replaced_label)
    current: dict[tuple, list[int]] = defaultdict(list)
    earlier: dict[int, tuple[tuple, int]] = {}
    for pk, label, *row in rows.values_list("id", "added__label", *columns):
        values = dict(zip(columns, row, strict=True))
        current[_content_key(model, values)].append(pk)
        if replaced_label and label == replaced_label:
            earlier[pk] = _subject_key(model, values), values["record_id"]
    new = []
    seen: set[tuple] = set()
    for statement in statements:
        key = _content_key(model, statement.values)
        if key in seen and statement.replaces is None:
            plan.outcomes.append(Outcome(statement.table, statement.row, "repeated"))
            continue
        seen.add(key)
        matches = current.get(key)
        if matches:
            pk = matches.pop()
            earlier.pop(pk, None)
            if statement.replaces not in (None, pk):
                record = statement.values["record_id"]
                plan.dropped.append(Retirement(kind, statement.replaces, record))
            plan.outcomes.append(Outcome(statement.table, statement.row, "unchanged"))
        else:
            new.append(statement)
    _match_earlier(plan, model, new, earlier)


def _comparable_statements(
    plan: ImportPlan,
    model: type[Statement],
    statements: list[PlannedStatement],
    replaced_label: str,
) -> models.QuerySet:
    """The current statements about these records, and those of the label."""
    records = {statement.values["record_id"] for statement in statements}
    condition = models.Q(record__in=records)
    if plan.readable is not None:
        condition &= models.Q(pk__in=plan.readable)
    if replaced_label:
        condition |= models.Q(added__label=replaced_label)
    return model.objects.current().filter(condition)


def _match_earlier(
    plan: ImportPlan,
    model: type[Statement],
    new: list[PlannedStatement],
    earlier: dict[int, tuple[tuple, int]],
) -> None:
    """Let new statements replace earlier ones of the same subject; retire the other earlier ones.

    `earlier` holds the subject and the record of each by its id.
    """
    by_subject: dict[tuple, list[int]] = defaultdict(list)
    for pk, (subject, _record) in earlier.items():
        by_subject[subject].append(pk)
    for statement in new:
        same_subject = by_subject.get(_subject_key(model, statement.values))
        if statement.replaces is None and same_subject:
            statement.replaces = same_subject.pop()
        verdict = "created" if statement.replaces is None else "updated"
        statement.outcome = Outcome(statement.table, statement.row, verdict)
        plan.outcomes.append(statement.outcome)
    plan.new_statements += new
    for pk in (pk for pks in by_subject.values() for pk in pks):
        plan.dropped.append(Retirement(model.code(), pk, earlier[pk][1]))
        plan.outcomes.append(Outcome(model.code(), pk, "retired"))


def _normalize(value: object) -> str:
    return "" if value is None else str(value)


def _normalize_number(value: object) -> str:
    return "" if value is None else format(Decimal(str(value)).normalize(), "f")


def _content_key(model: type[Statement], values: dict) -> tuple:
    """Equal for two statements with the same content."""
    return tuple(
        _normalize_number(values[name]) if is_number else _normalize(values[name])
        for name, is_number in _compared_columns(model).items()
    )


@cache
def _compared_columns(model: type[Statement]) -> dict[str, bool]:
    """The columns of a statement, each with whether it holds a decimal number."""
    return {
        field.attname: isinstance(field, models.DecimalField) for field in model.operation_fields()
    }


def _subject_key(model: type[Statement], values: dict) -> tuple:
    """Equal for a new statement and the one that it replaces.

    The record, the other record and the term, and the coded values.
    """
    return tuple(str(values[name]) for name in _subject_columns(model))


@cache
def _subject_columns(model: type[Statement]) -> tuple[str, ...]:
    named = {"record", model.object_name, model.term_name}
    subject = [
        field.attname
        for field in model.operation_fields()
        if field.name in named or (field in model.own_fields() and field.choices)
    ]
    return (*subject, "source_id", "locator")
