"""Longer texts by and about a record."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import Statement


class TextKind(models.TextChoices):
    OWN_WORDS = "own_words", _("in their own words")
    SUMMARY = "summary", _("summary")
    GOAL = "goal", _("goal")


class Text(Statement):
    """A paragraph about a record, in one language, as Markdown."""

    part = "texts"
    document_fields = ("text_kind", "language", "body")
    search_text = "body"

    text_kind = models.CharField(max_length=10, choices=TextKind, help_text=_("What it is for."))
    language = models.CharField(
        max_length=35, default="en", help_text=_("BCP-47 tag of the language: en, es, ar.")
    )
    body = models.TextField(help_text=_("Plain text or Markdown."))

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="text_not_blank",
                condition=models.Q(body__regex=r"\S"),
                violation_error_message=_("Write the text; it is blank."),
            ),
            models.CheckConstraint(
                name="text_kind_known",
                condition=models.Q(text_kind__in=TextKind.values),
                violation_error_message=_("Choose: their own description, summary or goal."),
            ),
            models.CheckConstraint(
                name="text_language_valid",
                condition=models.Q(language__regex=r"^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
                violation_error_message=_(
                    "Write the language as a tag: en, es, zh-Hant, mix, und."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.body[:80]
