"""Contexts: findings about a place; "the local environment for organizing" (Prop 2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.term import Term
from orgs.statements.statement import Statement


class Setting(models.TextChoices):
    """Rights "in principle" and as they "can be exercised in practice" (Prop 2)."""

    IN_LAW = "in_law", _("in law")
    IN_PRACTICE = "in_practice", _("in practice")


class Context(Statement):
    """A finding about a place in one dimension, for everyone or for one constituency."""

    part = "context"
    document_fields = ("value", "setting", "constituency")
    about_kinds = (Kind.PLACE,)
    object_name = "comparator"
    object_kinds = (Kind.PLACE,)
    term_name = "dimension"
    term_scheme = "dimension"
    facet = models.Value("dimension")
    search_text = "value"

    dimension = models.ForeignKey(
        Term, models.PROTECT, related_name="+", help_text=_("Which side of the context.")
    )
    value = models.TextField(help_text=_("The assessment, in a few plain words or a rating."))
    setting = models.CharField(
        max_length=11,
        choices=Setting,
        blank=True,
        default="",
        help_text=_("In law or in practice."),
    )
    constituency = models.CharField(
        max_length=200, blank=True, default="", help_text=_("For whom, if not for everyone.")
    )
    comparator = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The place that the source compares it with."),
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="context_setting_known",
                condition=models.Q(setting__in=("", *Setting.values)),
                violation_error_message=_("Choose in law, in practice, or leave it open."),
            ),
            models.CheckConstraint(
                name="context_value_not_blank",
                condition=models.Q(value__regex=r"\S"),
                violation_error_message=_("Write the assessment; it is blank."),
            ),
        )

    def __str__(self) -> str:
        return self.value[:80]
