"""Answers: what an organization replies to a statement of another source, shown beside it.

It can deny the statement or state the same differently. A draft stores an answer as one text: its
form as JSON.
"""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.utils.translation import gettext

from orgs.changes.operations import values_of
from orgs.gazetteer.resolving import ProposedPlaces
from orgs.pages.documents import is_own_voice, items_of
from orgs.pages.documents import with_parts as with_parts
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.statement import Confidence, Statement, statement_kinds
from orgs.statements.validation import StatementForm

ANSWERABLE_PARTS = (
    "arenas", "dates", "names", "texts", "places", "memberships", "involvements", "traits",
    "figures", "relations", "links",
)  # fmt: skip
"""The parts of a document that an organization can answer. Coverage is left to researchers."""
SOURCE_VALUES = {"quote": "", "locator": "", "note": "", "speaker_id": None, "speaker_name": ""}
"""Values that belong to the answered source and are cleared in the answer."""


def parse_answer(text: str) -> dict[str, str]:
    """The fields of a stored answer; empty if the text is no answer."""
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {str(name): str(value) for name, value in document.items()}


def answer_summary(text: str) -> str:
    """What a representative typed into an answer, in one line."""
    return " · ".join(
        value for name, value in parse_answer(text).items() if name != "how" and value
    )


def answerable_statements(record: Record | int) -> dict[int, dict[str, Any]]:
    """The statements that a representative of this record can answer, by number.

    These are the statements of others in the public document of its entry. They are read from the
    entry, never from the ledger.
    """
    entry = Entry.objects.published().filter(pk=getattr(record, "pk", record)).first()
    if entry is None:
        return {}
    document = with_parts(entry.read())
    return {
        item["statement"]: item
        for item in items_of(document)
        if not is_own_voice(item, document["id"]) and item["part"] in ANSWERABLE_PARTS
    }


def get_answerable(record: Record | int, number: int) -> Statement:
    """The statement of this number. Raises the same ValidationError for a hidden or absent one."""
    item = answerable_statements(record).get(number)
    if item is not None:
        model = next(kind for kind in statement_kinds().values() if kind.part == item["part"])
        statement = model.objects.current().filter(pk=number).first()
        if statement is not None:
            return statement
    raise ValidationError(
        gettext("The statement that you answer was retired. Withdraw your answer.")
    )


def answer_fields(model: type[Statement]) -> list[str]:
    """The columns that an answer can state differently."""
    own = [column.name for column in model.own_fields() if not column.is_relation]
    return [*own, "edtf", "detail"]


def answer_form(record: Record, number: int, answer: dict[str, str]) -> StatementForm:
    """The form of an answer, filled in with the answer so far or the answered statement.

    Raises ValidationError, as `get_answerable` does.
    """
    statement = get_answerable(record, number)
    model = type(statement)
    form_class = modelform_factory(model, form=StatementForm, fields=answer_fields(model))
    initial = {name: getattr(statement, name) for name in answer_fields(model)} | {"detail": ""}
    form: Any = form_class(
        initial={**initial, **answer}, instance=model(), use_required_attribute=False
    )
    if model.object_name == "place":
        place = Entry.objects.published().filter(pk=values_of(statement)["place_id"]).first()
        label = answer.get("place", place.label if place else "")
        form.fields["place"] = forms.CharField(initial=label, label=gettext("place"))
        form.order_fields(["place"])
    return form


def serialize_answer(record: int, number: int, data: Any) -> str:
    """The text that a draft stores for a submitted answer form; "" if it denies and states nothing.

    Raises ValidationError, as `get_answerable` does.
    """
    names = [*answer_fields(type(get_answerable(record, number))), "place"]
    how = data.get("how", "")
    if how not in ("no", "other"):
        return ""
    values = {name: data[name].replace("\r\n", "\n").strip() for name in names if name in data}
    return json.dumps({"how": how, **values}, ensure_ascii=False, sort_keys=True)


def answer_statement(
    record: Record, number: str, text: str, places: ProposedPlaces
) -> tuple[str, dict[str, Any]]:
    """The kind and values of the statement that an answer makes. Raises ValidationError."""
    answer = parse_answer(text)
    answered = get_answerable(record, int(number) if number.isdecimal() and len(number) < 19 else 0)
    values = {
        **values_of(answered),
        **SOURCE_VALUES,
        "confidence": Confidence.STATED,
        "preferred": False,
        "detail": answer.get("detail", ""),
    }
    del values["source_id"], values["voice"]
    if answer.get("how") == "no":
        return answered.code(), {**values, "holds": False}
    for column in type(answered).operation_fields():
        if column.name in answer and column.name in answer_fields(type(answered)):
            values[column.attname] = column.to_python(answer[column.name] or None) or (
                None if column.null else ""
            )
    if "place" in answer:
        values["place_id"] = places.resolve(answer["place"])[0]
    return answered.code(), {**values, "holds": True}
