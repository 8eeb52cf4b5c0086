"""Legal acts: what states and organizations do with an instrument."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import Record
from orgs.statements.statement import CURRENT, Statement


class Act(models.TextChoices):
    """What is done with an instrument."""

    ADOPTED = "adopted", _("adopted")
    DATED = "dated", _("dated")
    IN_FORCE = "in_force", _("in force")
    SIGNED = "signed", _("signed")
    RATIFIED = "ratified", _("ratified")
    UNDER_DELIBERATION = "under_deliberation", _("under deliberation")
    PENDING = "pending", _("decision pending")


class LegalAct(Statement):
    """That a state or an organization did something with an instrument; the actor may be unnamed.

    The actor is a place (a state), an organization, or none ("adopted ... without a vote").
    """

    part = "legal_acts"
    document_fields = ("act",)
    about_kinds = (Kind.INSTRUMENT,)
    object_name = "actor"
    object_kinds = (*ACTOR_KINDS, Kind.PLACE)
    is_event = True
    facet = models.Value("act")
    facet_value = "act"
    rival = ("act", "actor")
    rival_value = ("edtf",)

    actor = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The state or organization that did it."),
    )
    act = models.CharField(max_length=20, choices=Act, help_text=_("What was done."))

    class Meta(Statement.Meta):
        verbose_name = _("legal act")
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="legalact_act_known",
                condition=models.Q(act__in=Act.values),
                violation_error_message=_("Choose one of the acts."),
            ),
            models.UniqueConstraint(
                "record",
                Coalesce("actor", 0),
                "act",
                "source",
                "voice",
                Coalesce("speaker", 0),
                "speaker_name",
                name="legalact_once_per_speaker",
                condition=CURRENT,
                violation_error_message=_(
                    "This source says so already. Retire that statement before you add another."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.get_act_display()
