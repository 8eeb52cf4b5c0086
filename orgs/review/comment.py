"""Comments: a moderator's questions about a pending proposal, and its author's answers.

Comments are not part of the catalogue: no page, search or export shows them, and they change
nothing. A proposal with an open question stays in the queue.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.records.characters import LONGEST_MESSAGE


class CommentQuerySet(models.QuerySet):
    def about(self, changeset: Changeset):
        """Comments on a proposal and on the proposals it is left over from, oldest first."""
        changesets = [changeset.pk]
        parent = changeset.part_of_id
        while parent is not None:
            changesets.append(parent)
            parent = Changeset.objects.filter(pk=parent).values_list("part_of", flat=True).first()
        return self.filter(changeset__in=changesets).select_related("author").order_by("id")

    def last_of(self, changeset: str):
        """The newest comment on the proposal in this column of an outer query."""
        return self.filter(changeset=models.OuterRef(changeset)).order_by("-id")


def with_last_comment(changesets: models.QuerySet) -> models.QuerySet:
    """Annotate proposals with `last_is_question`, about the last comment; None if there is none."""
    last_comment = Comment.objects.last_of("pk")
    return changesets.annotate(
        last_is_question=models.Subquery(last_comment.values("is_question")[:1])
    )


class Comment(models.Model):
    """One question or answer about a proposal."""

    changeset = models.ForeignKey(Changeset, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    is_question = models.BooleanField(help_text="Otherwise it is an answer.")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def ask(cls, changeset: Changeset, by, text: str) -> "Comment":
        """Ask the author of a pending proposal a question.

        Raises ValidationError if the proposal has no author or has been decided.
        """
        if changeset.author_id is None:
            raise ValidationError(
                gettext("This proposal has no author to ask. Accept it, in part, or reject it.")
            )
        return cls._create(changeset, by, text, is_question=True)

    @classmethod
    def answer(cls, changeset: Changeset, by, text: str) -> "Comment":
        """Answer a question about a pending proposal.

        Raises ValidationError if there is no question, or if `by` is not the author.
        """
        if changeset.author_id != by.pk:
            raise ValidationError(gettext("Its author was asked. Only they answer here."))
        if not cls.objects.about(changeset).filter(is_question=True).exists():
            raise ValidationError(gettext("This proposal has no open question."))
        return cls._create(changeset, by, text, is_question=False)

    @classmethod
    def _create(cls, changeset: Changeset, by, text: str, is_question: bool) -> "Comment":
        text = text.strip()
        if not text:
            raise ValidationError(gettext("Write a sentence."))
        if "\x00" in text:
            raise ValidationError(gettext("Remove the NUL character; no text has it."))
        if len(text) > LONGEST_MESSAGE:
            raise ValidationError(
                gettext("Keep it within %(longest)s characters."),
                params={"longest": LONGEST_MESSAGE},
            )
        if not Changeset.objects.proposed().filter(pk=changeset.pk).exists():
            raise ValidationError(gettext("This proposal has been decided already."))
        return cls.objects.create(
            changeset=changeset, author=by, is_question=is_question, text=text
        )


def open_questions(account: Any) -> list[Changeset]:
    """The account's own pending proposals with an open question, as `question`."""
    readable = Changeset.objects.proposed().visible_to(account)
    own = with_last_comment(readable.filter(author=account)).defer("operations")
    last = Comment.objects.last_of("pk")
    return list(
        own.filter(last_is_question=True).annotate(
            question=models.Subquery(last.values("text")[:1])
        )
    )
