"""The pages on which an organization answers what other sources say about it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext

from orgs.pages.documents import is_own_voice, items_of, with_parts
from orgs.pages.source_notes import Notes

from . import answers
from . import profile as profiles
from .drafts import Workspace
from .profile import Problems, Profile
from .views import DraftPage

MAX_ANSWERS = 200
"""Answers that one form can withdraw."""


class AnswersPage(DraftPage):
    """What other sources say, each with a link to answer, and the answers given so far."""

    template_name = "orgs/profiles/answers.html"

    def names(self, workspace: Workspace) -> list[str]:
        """A field for each published answer, and for each unsent one that is stale."""
        published = [f"taken.{answer.pk}" for answer in profiles.own_answers(self.record)]
        return published + stale_answers(workspace, answers.answerable_statements(self.record))

    def read(self) -> Profile:
        """The answers to withdraw, and the stale ones to delete."""
        data = self.request.POST
        offered = data.getlist("offered")[:MAX_ANSWERS]
        withdrawn = {
            name: "yes" if data.get(name) else "" for name in offered if name.startswith("taken.")
        }
        deleted = [name for name in offered if name.startswith("answer.") and data.get(name)]
        return {**withdrawn, **dict.fromkeys(deleted, "")}

    def next_url(self, go: str) -> str:
        return self.url("preview/" if go != "leave" else "")

    def form_context(
        self, workspace: Workspace, problems: Problems, more: str = ""
    ) -> dict[str, Any]:
        document = with_parts(self.entry.read())
        answerable = answers.answerable_statements(self.record)
        changed = workspace.changed()
        own = {answer.pk for answer in profiles.own_answers(self.record)}
        own_answers = [
            {
                "item": item,
                "name": f"taken.{item['statement']}",
                "ticked": workspace.field(f"taken.{item['statement']}").value == "yes",
            }
            for item in items_of(document)
            if is_own_voice(item, document["id"]) and item["statement"] in own
        ]
        return {
            "title": gettext("Statements by others"),
            "statements": answerable.values(),
            "stale": [
                {"name": name, "text": answers.answer_summary(str(workspace.field(name).value))}
                for name in stale_answers(workspace, answerable)
            ],
            "own_answers": own_answers,
            "answered": {number for number in answerable if f"answer.{number}" in changed},
            "notes": Notes(document["sources"]),
        }


def stale_answers(workspace: Workspace, answerable: dict[int, dict]) -> list[str]:
    """The fields of unsent answers to statements that the public entry does not show."""
    current = {f"answer.{number}" for number in answerable}
    return [
        name for name in workspace.draft.typed if name.startswith("answer.") and name not in current
    ]


class AnswerPage(DraftPage):
    """The answer to one statement: that it is wrong, or how the organization states it.

    Raises Http404 alike for every statement that cannot be answered.
    """

    template_name = "orgs/profiles/answer.html"

    @property
    def number(self) -> int:
        return int(self.kwargs["number"])

    def names(self, workspace: Workspace) -> list[str]:
        return [f"answer.{self.number}"]

    def read(self) -> Profile:
        try:
            text = answers.serialize_answer(self.entry.pk, self.number, self.request.POST)
        except ValidationError:
            raise Http404 from None
        return {f"answer.{self.number}": text}

    def next_url(self, go: str) -> str:
        return self.url("preview/" if go == "on" else "answers/" if go == "back" else "")

    def form_context(
        self, workspace: Workspace, problems: Problems, more: str = ""
    ) -> dict[str, Any]:
        name = f"answer.{self.number}"
        state = workspace.field(name)
        answer = answers.parse_answer(str(state.value))
        try:
            item = answers.answerable_statements(self.record)[self.number]
            form = answers.answer_form(self.record, self.number, answer)
        except (KeyError, ValidationError):
            raise Http404 from None
        return {
            "title": gettext("Your answer"),
            "item": item,
            "notes": Notes(with_parts(self.entry.read())["sources"]),
            "form": form,
            "how": answer.get("how", ""),
            "ways": [
                ("", gettext("We do not answer")),
                ("no", gettext("It is not true")),
                ("other", gettext("We state it differently:")),
            ],
            "problems": problems.get(name, []),
            "others": state.others,
            "others_page": self.url("answers/"),
        }
