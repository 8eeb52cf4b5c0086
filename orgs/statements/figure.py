"""Figures: numbers stated by sources."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.term import Term

from .statement import Statement


class Figure(Statement):
    """That a measure of a record lies between two bounds.

    "Over 100 member organizations" (Prop 7) is low=100 with an open end; an exact number has two
    equal bounds. Contradicting figures of one measure stand side by side.
    """

    part = "figures"
    document_fields = ("low", "high", "unit")
    term_name = "measure"
    term_scheme = "measure"
    is_event = True
    facet = models.Value("measure")
    rival = ("measure", "unit", "edtf")
    rival_value = ("low", "high")

    measure = models.ForeignKey(
        Term, models.PROTECT, related_name="+", help_text=_("What is counted or measured.")
    )
    low = models.DecimalField(
        max_digits=24, decimal_places=4, null=True, blank=True, help_text=_("At least this many.")
    )
    high = models.DecimalField(
        max_digits=24, decimal_places=4, null=True, blank=True, help_text=_("At most this many.")
    )
    unit = models.CharField(
        max_length=60, blank=True, default="", help_text=_("Of what: people, percent, USD.")
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="figure_low_not_above_high",
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lte=models.F("high")),
                violation_error_message=_("The lower bound is above the upper one. Swap them."),
            ),
            models.CheckConstraint(
                name="figure_has_a_number",
                condition=models.Q(low__isnull=False) | models.Q(high__isnull=False),
                violation_error_message=_("Give at least one bound, or write a trait instead."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.low}..{self.high} {self.unit}".strip()
