"""Decisions about a proposal, questions and answers: a function for each button."""

from dataclasses import dataclass
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.records.characters import MessageField

from .comment import Comment
from .operation_display import Operation
from .submission import RejectionForm
from .trusted_changes import Review


class DecisionForm(RejectionForm):
    """What a moderator decides about a proposal."""

    chosen = forms.MultipleChoiceField(required=False, label="")  # each operation has its own
    comment = MessageField(
        label=gettext_lazy("Question or answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "accesskey": "q"}),
        help_text=gettext_lazy(
            "Only the editors and the author read this. The proposal waits for the answer."
        ),
    )

    def __init__(
        self, *args: Any, changeset: Changeset, operations: list[Operation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.original_operations = changeset.operations
        chosen: Any = self.fields["chosen"]
        chosen.choices = [(operation.key, operation.subject) for operation in operations]

    def clean_chosen(self) -> list[str]:
        """Reject a selection that refers to records which only the unselected rest would create."""
        chosen = self.cleaned_data["chosen"]
        creators = {
            record.id: f"records::{position}"
            for position, record in enumerate(self.original_operations.records)
        } | {
            change.id: f"references::{position}"
            for position, change in enumerate(self.original_operations.references)
            if change.creates
        }
        keys = " ".join(chosen).split()
        for key in keys:
            section, kind, position = key.split(":")
            row = self.original_operations.adds[kind][int(position)] if section == "adds" else {}
            if any(
                creators.get(value, key) not in keys for value in row.values() if value in creators
            ):
                raise ValidationError(
                    gettext(
                        "A part you chose depends on something that another part "
                        "creates. Choose that part too."
                    )
                )
        return chosen

    def chosen_parts(self) -> dict:
        """The selected operations as `Operations.split` takes them."""
        sections: dict = {}
        for key in " ".join(self.cleaned_data["chosen"]).split():
            section, kind, position = key.split(":")
            if kind:
                sections.setdefault(section, {}).setdefault(kind, []).append(int(position))
            else:
                sections.setdefault(section, []).append(int(position))
        return sections


@dataclass(frozen=True)
class Result:
    """What a button did: the message on the next page, and what the author is told."""

    message: str
    outcome: str = ""
    """A key of `orgs.review.outcomes.OUTCOMES`; "" if the author gets no message."""
    text: str = ""

    @property
    def is_decision(self) -> bool:
        return self.outcome in ("accepted", "in_part", "rejected")


def reject(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    changeset.reject(by, form.cleaned_data["decision"])
    message = gettext("Rejected: proposal %(proposal)s.") % {"proposal": changeset.pk}
    return Result(message, "rejected", changeset.decision)


def ask(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    question = Comment.ask(changeset, by, form.cleaned_data["comment"])
    message = gettext("Question sent. The proposal waits for the answer.")
    return Result(message, "asked", question.text)


def answer(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    Comment.answer(changeset, by, form.cleaned_data["comment"])
    return Result(gettext("Answer sent. The proposal is waiting for a decision."))


def accept_chosen(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    """Accept the selected parts; the rest becomes a proposal of its own."""
    rest = accept_part(changeset, by, form.chosen_parts())
    message = gettext("Accepted in part as change %(number)s.") % {"number": changeset.number}
    if rest.pk == changeset.pk:
        return Result(message, "accepted")
    waiting = gettext("The rest is waiting as proposal %(proposal)s.") % {"proposal": rest.pk}
    return Result(f"{message} {waiting}", "in_part")


def mark_reviewed(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    if changeset.number is None:
        raise_no_button()
    Review.mark(changeset, by)
    return Result(gettext("Marked as reviewed: %(change)s.") % {"change": changeset})


def accept(changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    changeset.accept(by)
    message = gettext("Accepted as change %(number)s.") % {"number": changeset.number}
    return Result(message, "accepted")


ACTIONS = {
    "_reject": reject,
    "_ask": ask,
    "_answer": answer,
    "_accept_part": accept_chosen,
    "_seen": mark_reviewed,
    "_accept": accept,
}
"""What each button does."""


def apply_button(button: str, changeset: Changeset, by: Any, form: DecisionForm) -> Result:
    """Raises ValidationError and Conflict."""
    if button not in ACTIONS:
        raise_no_button()
    return ACTIONS[button](changeset, by, form)


def raise_no_button() -> NoReturn:
    raise ValidationError(gettext("Choose what to do: accept, accept in part, ask, or reject."))


def error_field(button: str, changeset: Changeset) -> str | None:
    """The field that the error of a button belongs to; None if the form does not show it."""
    if button == "_reject":
        return "decision"
    if button in ("_ask", "_answer") and changeset.author_id is not None:
        return "comment"
    return None
