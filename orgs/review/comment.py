"""Comments: what a moderator asks about a proposal that waits, and what its author answers.

They are talk about the catalogue, not part of it: no page, search or export reads them, and they
change nothing. A proposal with an open question waits like any other.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.records.characters import LONGEST_MESSAGE


class CommentQuerySet(models.QuerySet):
    """Words for choosing comments."""

    def about(self, changeset: Changeset):
        """Those about a proposal, and about the proposals it is left over from, oldest first."""
        changesets = [changeset.pk]
        whole = changeset.part_of_id
        while whole is not None:
            changesets.append(whole)
            whole = Changeset.objects.filter(pk=whole).values_list("part_of", flat=True).first()
        return self.filter(changeset__in=changesets).select_related("author").order_by("id")

    def last_of(self, changeset: str):
        """The newest comment about the proposal in a column of an outer query."""
        return self.filter(changeset=models.OuterRef(changeset)).order_by("-id")


def with_last_comment(changesets: models.QuerySet) -> models.QuerySet:
    """Add `asked` to proposals: True if their last comment asks, False if it answers, or None."""
    last = Comment.objects.last_of("pk")
    return changesets.annotate(asked=models.Subquery(last.values("asks")[:1]))


class Comment(models.Model):
    """One question or answer about a proposal."""

    changeset = models.ForeignKey(Changeset, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asks = models.BooleanField(help_text="Whether it is a question; otherwise it is an answer.")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def ask(cls, changeset: Changeset, by, text: str) -> "Comment":
        """Put a question to the author of a proposal that waits. Returns it.

        Raises ValidationError, with what to do, if nobody would read it.
        """
        if changeset.author_id is None:
            raise ValidationError(
                gettext("This proposal has no author to ask. Accept it, in part, or reject it.")
            )
        return cls._said(changeset, by, text, asks=True)

    @classmethod
    def answer(cls, changeset: Changeset, by, text: str) -> "Comment":
        """Answer what was asked about a proposal that waits. Returns the answer.

        Raises ValidationError if nothing was asked, or if somebody else than its author answers.
        """
        if changeset.author_id != by.pk:
            raise ValidationError(gettext("Its author was asked. Only they answer here."))
        if not cls.objects.about(changeset).filter(asks=True).exists():
            raise ValidationError(gettext("This proposal has no open question."))
        return cls._said(changeset, by, text, asks=False)

    @classmethod
    def _said(cls, changeset: Changeset, by, text: str, asks: bool) -> "Comment":
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
        return cls.objects.create(changeset=changeset, author=by, asks=asks, text=text)
