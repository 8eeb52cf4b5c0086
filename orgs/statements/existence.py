"""Founding, holding, planning, cancellation and end of records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import Statement


class Event(models.TextChoices):
    """What happened to the record as a whole."""

    FOUNDED = "founded", _("founded")
    HELD = "held", _("held")
    PLANNED = "planned", _("planned")
    CANCELLED = "cancelled", _("cancelled")
    ENDED = "ended", _("ended")


class Existence(Statement):
    """That a record came to be, took place, was planned or ended.

    A planned event is not a held one: a source can only say that something was held, founded or
    ended if it observed the world no earlier than that.
    """

    part = "dates"
    document_fields = ("event",)
    is_event = True
    rival = ("event",)
    rival_value = ("edtf",)
    facet = models.Value("event")
    facet_value = "event"

    event = models.CharField(max_length=10, choices=Event, help_text=_("What happened."))

    class Meta(Statement.Meta):
        verbose_name_plural = _("existences")
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="existence_event_known",
                condition=models.Q(event__in=Event.values),
                violation_error_message=_("Choose founded, held, planned, cancelled or ended."),
            ),
            models.CheckConstraint(
                name="existence_planned_is_not_held",
                condition=models.Q(
                    models.Func(
                        "event",
                        "edtf",
                        "observed",
                        function="existence_was_seen",
                        output_field=models.BooleanField(),
                    )
                ),
                violation_error_message=_(
                    "The source is older than this date, so it can only say that the "
                    "event was planned. Choose planned, or cite a later source."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.edtf}".strip()
