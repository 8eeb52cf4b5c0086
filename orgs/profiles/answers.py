"""Answers: what a body says to a sentence of others about it, so that both stand side by side.

It may say that it is not so, or say the same kind of thing otherwise. An answer is kept as one text
while it is written: the form, as JSON.
"""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.utils.translation import gettext

from orgs.changes.changeset import said
from orgs.pages.documents import by_itself, items_of
from orgs.pages.documents import read as with_parts
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.search.resolver import record_called
from orgs.statements.statement import Confidence, Statement, statement_kinds
from orgs.statements.validation import StatementForm

ANSWERED = (
    "arenas", "dates", "names", "texts", "places", "memberships", "involvements", "traits",
    "figures", "relations", "links",
)  # fmt: skip
"""The parts of a document that a body can answer. What was looked for is for those who looked."""
NOT_ITS_OWN = {"quote": "", "locator": "", "note": "", "speaker_id": None, "speaker_name": ""}
"""What belongs to the source that is answered, not to the answer."""


def read(text: str) -> dict[str, str]:
    """Return the fields of an answer as it is kept; none of what is no answer."""
    try:
        told = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def words(text: str) -> str:
    """Return what a representative typed into an answer, in one line."""
    return " · ".join(value for name, value in read(text).items() if name != "how" and value)


def answerable(record: Record | int) -> dict[int, dict[str, Any]]:
    """The statements that a representative of this record can answer, by number.

    These are the ones by others that the public document of its own entry shows: read from the
    entry, never from the ledger.
    """
    entry = Entry.objects.published().filter(pk=getattr(record, "pk", record)).first()
    if entry is None:
        return {}
    document = with_parts(entry.read())
    return {
        item["statement"]: item
        for item in items_of(document)
        if not by_itself(item, document["id"]) and item["part"] in ANSWERED
    }


def statement(record: Record | int, number: int) -> Statement:
    """Return the statement of this number, if it is answerable.

    Any other number, hidden or absent, raises the same ValidationError.
    """
    item = answerable(record).get(number)
    if item is not None:
        model = next(kind for kind in statement_kinds().values() if kind.part == item["part"])
        found = model.objects.current().filter(pk=number).first()
        if found is not None:
            return found
    raise ValidationError(gettext("What you answer is no longer said. Take your answer back."))


def fields_of(model: type[Statement]) -> list[str]:
    """Return the columns that an answer may say otherwise."""
    own = [one.name for one in model.own_fields() if not one.is_relation]
    return [*own, "edtf", "detail"]


def form_of(record: Record, number: int, answer: dict[str, str]) -> StatementForm:
    """Return the form of an answer, filled in with what is said or what was answered already.

    Raises ValidationError, as `statement` does.
    """
    said_so = statement(record, number)
    model = type(said_so)
    made = modelform_factory(model, form=StatementForm, fields=fields_of(model))
    initial = {name: getattr(said_so, name) for name in fields_of(model)} | {"detail": ""}
    form: Any = made(initial={**initial, **answer}, instance=model(), use_required_attribute=False)
    if model.object_name == "place":
        place = Entry.objects.published().filter(pk=said(said_so)["place_id"]).first()
        called = answer.get("place", place.label if place else "")
        form.fields["place"] = forms.CharField(initial=called, label=gettext("place"))
        form.order_fields(["place"])
    return form


def written(record: int, number: int, sent: Any) -> str:
    """Return an answer as it is kept; "" if it was not said how it is answered.

    Raises ValidationError, as `statement` does.
    """
    names = [*fields_of(type(statement(record, number))), "place"]
    how = sent.get("how", "")
    if how not in ("no", "other"):
        return ""
    told = {name: sent[name].replace("\r\n", "\n").strip() for name in names if name in sent}
    return json.dumps({"how": how, **told}, ensure_ascii=False, sort_keys=True)


def statement_of(record: Record, number: str, text: str) -> tuple[str, dict[str, Any]]:
    """Return the statement that an answer means: its kind and values. Raises ValidationError."""
    answer = read(text)
    said_so = statement(record, int(number) if number.isdecimal() and len(number) < 19 else 0)
    values = {
        **said(said_so),
        **NOT_ITS_OWN,
        "confidence": Confidence.STATED,
        "preferred": False,
        "detail": answer.get("detail", ""),
    }
    del values["source_id"], values["voice"]
    if answer.get("how") == "no":
        return said_so.code(), {**values, "holds": False}
    for field in type(said_so).operation_fields():
        if field.name in answer and field.name in fields_of(type(said_so)):
            values[field.attname] = field.to_python(answer[field.name] or None) or (
                None if field.null else ""
            )
    if "place" in answer:
        values["place_id"] = record_called(answer["place"], "place")
    return said_so.code(), {**values, "holds": True}
